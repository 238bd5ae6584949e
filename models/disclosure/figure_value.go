package disclosure

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrNotClosed keeps figures to books that no longer move.
var ErrNotClosed = fault.New(fault.Conflict, "notice.books_open", "账还没有结到这一天，现在公布的数以后还会变；请先结账，再公布")

// figures asks the books for each query, over periods that are closed.
func (s *Service) figures(tx *store.Tx, estate int64, queries []Query) ([]Figure, error) {
	list := make([]Figure, len(queries))
	books := map[string]ledger.Book{}
	for i := range queries {
		q := &queries[i]
		if err := q.fits(i); err != nil {
			return nil, err
		}
		if !q.ledger() {
			var err error
			if list[i], err = s.summed(tx, estate, q, i); err != nil {
				return nil, err
			}
			continue
		}
		b, ok := books[q.Book]
		if !ok {
			var err error
			if b, err = bookNow(tx, estate, ledger.Kind(q.Book)); err != nil {
				return nil, err
			}
			books[q.Book] = b
		}
		if closed := b.Closed(); closed.IsZero() || closed.Before(q.To) {
			return nil, ErrNotClosed.Saying(fmt.Sprintf("%s还没有结到%s，现在公布的数以后还会变；请先结账，再公布", ledger.KindNames[b.Kind], q.To)).With(fault.Field{Path: path(i, "to"), Reason: "这一天还没有结账"})
		}
		list[i] = q.figure()
		list[i].HolderID = b.HolderID
		var err error
		if list[i].Fen, err = q.value(tx, estate, b.HolderID); err != nil {
			return nil, err
		}
		list[i].JournalNo = b.LastNo
	}
	return list, nil
}

// bookNow is the book that a figure asks from today on: of the fees that of the company that manages the estate.
func bookNow(tx *store.Tx, estate int64, kind ledger.Kind) (ledger.Book, error) {
	if kind != ledger.Fee {
		return ledger.FindBook(tx, estate, kind)
	}
	e, err := org.OpenEstate(tx, estate)
	if err == nil && e.CompanyID == 0 {
		err = ErrNotClosed.Saying("小区现在没有物业公司，没有物业费账可以公布")
	}
	if err != nil {
		return ledger.Book{}, err
	}
	return ledger.FindBook(tx, estate, ledger.FeesOf(e.CompanyID))
}

// fits refuses accounts that are not the book's, or that grow on different sides.
func (q *Query) fits(i int) error {
	var c fault.Checks
	if !q.ledger() {
		return nil
	}
	c.Check(ledger.KindNames[ledger.Kind(q.Book)] != "", path(i, "book"), "请选择维修资金账、物业费账、公共收益账、维修项目或物业费收缴")
	for _, code := range q.Codes {
		place, ok := ledger.Chart[ledger.Code(code)]
		c.Check(ok && place.Kind == ledger.Kind(q.Book), path(i, "codes"), "这本账里没有科目“"+code+"”")
		c.Check(side(place.Class) == side(q.class()), path(i, "codes"), "资产类、支出类和其他科目要分成几个数")
	}
	return c.Err()
}

func (q *Query) class() ledger.Class { return ledger.Chart[ledger.Code(q.Codes[0])].Class }

// grows tells whether a class grows by debits.
func grows(c ledger.Class) bool { return c == ledger.Asset || c == ledger.Expense }

// side parts the classes whose turnover means the same: liabilities, revenue and equity all receive by credits.
func side(c ledger.Class) ledger.Class {
	if grows(c) {
		return c
	}
	return ledger.Liability
}

// value is what the books answer. An account that grows by debits receives by them; one of expense is the other way round, as what is
// booked there was spent.
func (q *Query) value(tx *store.Tx, estate, holder int64) (money.Fen, error) {
	var books ledger.Books = ledger.Kind(q.Book)
	if holder != 0 {
		books = ledger.FeesOf(holder)
	}
	codes := make([]ledger.Code, len(q.Codes))
	for i, c := range q.Codes {
		codes[i] = ledger.Code(c)
	}
	debit, credit, err := ledger.TurnoverOf(tx, estate, books, codes, q.Sources, q.Source, q.From, q.To)
	in, out := credit, debit
	if q.class() == ledger.Asset {
		in, out = debit, credit
	}
	switch q.Measure {
	case Received:
		return in, err
	case Spent:
		return out, err
	case NetReceived:
		return in - out, err
	case NetSpent:
		return out - in, err
	case Balance:
	}
	if grows(q.class()) {
		return debit - credit, err
	}
	return credit - debit, err
}

// Asks is what the figure asks, as people read it.
func (f *Figure) Asks() string {
	switch f.Book {
	case Projects:
		return fmt.Sprintf("%s第%d号：%s，公示时的数", BookNames[f.Book], f.SourceID, sumName(f.Codes))
	case Collections:
		return BookNames[f.Book] + "：" + f.collection()
	}
	text := ledger.KindNames[ledger.Kind(f.Book)] + "："
	for i, c := range split(f.Codes) {
		if i > 0 {
			text += "、"
		}
		text += ledger.Chart[ledger.Code(c)].Name
	}
	text += "，" + MeasureNames[f.Measure]
	if f.Sources != "" { // a part must not look like the whole
		list := split(f.Sources)
		for i, x := range list {
			list[i] = cmp.Or(sourceNames[x], x)
		}
		if f.SourceID != 0 {
			list[0] += fmt.Sprintf("第%d号", f.SourceID)
		}
		text += "，只算" + strings.Join(list, "、")
	}
	return text
}

// sourceNames are what a line of the books follows from, as people read it.
var sourceNames = map[string]string{"fee_change": "调整和减免", "fee_import": "导入的期初数", "fee_payment": "缴费", "fee_run": "出账", "fund_import": "期初余额", "fund_income": "收益分配", "fund_refund": "退还",
	"fund_slip": "交存", "fund_makeup": "补上维修时差的", "fund_project": "维修支出", "project": "维修项目", "income_line": "收支登记", "committee_allowance": "委员酬金和津贴", "income_settlement": "结转"}

// figuresOf reads the figures of some notices, of one version or, with 0, of all.
func figuresOf(tx *store.Tx, notices []int64, version int) ([]Figure, error) {
	q := tx.Where("notice_id IN ?", append([]int64{0}, notices...))
	if version != 0 {
		q = q.Where("version = ?", version)
	}
	var list []Figure
	err := q.Order("notice_id, version, seq").Find(&list).Error
	return list, err
}
