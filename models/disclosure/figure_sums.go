package disclosure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// What figures ask that is no book of the ledger.
const (
	// Projects are the repairs from the fund, as their sums were posted. A query names one as its Source, one sum as its Codes, and is Stated.
	Projects = "project"
	// Collections are the bills of a month and what came in of them. A query names the month as its Codes and, where it is of one rule, that as its
	// Source; To is the day by whose end it is.
	Collections = "collection"
)

// BookNames are what figures ask, as people read it.
var BookNames = map[string]string{string(ledger.Fund): ledger.KindNames[ledger.Fund], string(ledger.Fee): ledger.KindNames[ledger.Fee], string(ledger.Income): ledger.KindNames[ledger.Income], Projects: "维修项目", Collections: "物业费收缴"}

// Origin is what a sum was read from, so that the same can be read again; the zero Origin is whatever stands now.
type Origin struct{ Row, Holder int64 }

// Sums answers queries about what is no book of the ledger.
type Sums interface {
	// Sum gives what a query of an estate asks for and what it was read from. Asked with that Origin it gives the same, or an error where what it
	// was read from was touched.
	Sum(tx *store.Tx, estate int64, q Query, from Origin) (money.Fen, Origin, error)
}

var errNoSums = fault.New(fault.Conflict, "notice.no_sums", "这里还不能取这一类数，请从账簿取数")

func (q *Query) ledger() bool  { return q.Book != Projects && q.Book != Collections }
func (f *Figure) ledger() bool { return f.Book != Projects && f.Book != Collections }

// summed answers the i-th query of a notice, which is about no book of the ledger.
func (s *Service) summed(tx *store.Tx, estate int64, q *Query, i int) (Figure, error) {
	f := q.figure()
	sums := s.o.Sums[q.Book]
	if sums == nil {
		return f, errNoSums
	}
	fen, from, err := sums.Sum(tx, estate, *q, Origin{})
	if err != nil {
		if known := *fault.Of(err); known.Kind != fault.Internal { // the answerer does not know which query it is
			field := fault.Field{Path: "source_id", Reason: known.Message}
			if len(known.Fields) > 0 {
				field = known.Fields[0]
			}
			known.Fields = []fault.Field{{Path: path(i, field.Path), Reason: field.Reason}}
			err = &known
		}
		return f, err
	}
	f.Fen, f.JournalNo, f.HolderID = fen, from.Row, from.Holder
	return f, nil
}

// again asks a published figure once more.
func (s *Service) again(tx *store.Tx, estate int64, f *Figure) (money.Fen, error) {
	q := f.Query()
	if f.ledger() {
		return q.value(tx, estate, f.HolderID)
	}
	sums := s.o.Sums[f.Book]
	if sums == nil {
		return 0, errNoSums
	}
	fen, _, err := sums.Sum(tx, estate, q, Origin{f.JournalNo, f.HolderID})
	return fen, err
}

// projectSums are the sums of a project that have a name, as people read them.
var projectSums = map[string]string{"budget": "预算合计", "total": "决算合计", "contract": "合同金额", "review": "审定金额", "advance": "已付预付款", "shares": "各户分摊合计", "budget.others": "预算的其余各项", "total.others": "决算的其余各项"}

// listed is the code of a sum by its place in a list.
var listed = regexp.MustCompile(`^(budget|total)\.[1-9][0-9]{0,2}(\.price)?$|^quote\.[1-9][0-9]?$`)

// sumName says which sum of a project a code is.
func sumName(code string) string {
	if name := projectSums[code]; name != "" {
		return name
	}
	head, no, _ := strings.Cut(code, ".")
	no, price := strings.CutSuffix(no, ".price")
	name := map[string]string{"budget": "预算第%s项", "total": "决算第%s项", "quote": "第%s份报价"}[head]
	if name == "" {
		return code
	}
	name = fmt.Sprintf(name, no)
	if price {
		name += "的单价"
	}
	return name
}

// month reads the month of a collection's code.
func month(code string) (time.Time, bool) {
	t, err := time.Parse("2006-01", code)
	return t, err == nil && t.Year() >= 2000 && t.Year() <= 2100
}

// Month is the first day of the month that a query of Collections is about.
func (q *Query) Month() time.Time {
	if len(q.Codes) != 1 {
		return time.Time{}
	}
	t, _ := month(q.Codes[0])
	return t
}

// collection says which bills a figure of Collections sums up.
func (f *Figure) collection() string {
	t, _ := month(f.Codes)
	text := t.Format("2006年1月") + "账单的" + MeasureNames[f.Measure]
	if f.SourceID != 0 {
		text += fmt.Sprintf("，只算第%d号收费项目", f.SourceID)
	}
	return text + "，全小区合计"
}

// checkSum checks a query about what is no book of the ledger, and reports whether it is one.
func (q *Query) checkSum(c *fault.Checks, i int) bool {
	one := ""
	if len(q.Codes) == 1 {
		one = q.Codes[0]
	}
	switch q.Book {
	case Projects:
		c.Check(q.Measure == Stated, path(i, "measure"), "维修项目的数请选“列明的金额”（stated）")
		c.Check(q.Source > 0, path(i, "source_id"), "请写明是哪一个维修项目")
		c.Check(projectSums[one] != "" || listed.MatchString(one), path(i, "codes"), "请选择项目的一个数：预算合计budget、决算合计total、合同金额contract、审定金额review、已付预付款advance、各户分摊合计shares，或者budget.1、budget.1.price、total.1、quote.1这样的一项")
	case Collections:
		_, ok := month(one)
		c.Check(ok, path(i, "codes"), "请写明哪一个月的账单，例如2026-01；一个数只能是一个月的")
		c.Check(q.Measure == BillsCharged || q.Measure == BillsCollected, path(i, "measure"), "收缴的数请选应收（charged）或实收（collected）")
		c.Check(q.Source >= 0, path(i, "source_id"), "请选择收费项目，不填为全部")
	default:
		return false
	}
	c.Check(len(q.Sources) == 0, path(i, "sources"), "这一类数不分来源")
	c.Check(q.From.IsZero(), path(i, "from"), "这一类数只填截止日期")
	c.Check(!q.To.IsZero(), path(i, "to"), "请填写截止日期")
	return true
}

// checkPairs asks for both halves of a rate: one alone tells nobody how much is still out.
func checkPairs(c *fault.Checks, queries []Query) {
	for i := range queries {
		q := &queries[i]
		other := map[Measure]Measure{BillsCharged: BillsCollected, BillsCollected: BillsCharged}[q.Measure]
		if q.Book != Collections || other == "" {
			continue
		}
		c.Check(slices.ContainsFunc(queries, func(x Query) bool {
			return x.Book == q.Book && x.Measure == other && x.Source == q.Source && x.To == q.To && slices.Equal(x.Codes, q.Codes)
		}), path(i, "measure"), "应收和实收要一起公布：同一个月、同一个收费项目、同一个截止日期各取一个数")
	}
}
