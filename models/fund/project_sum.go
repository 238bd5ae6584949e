package fund

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// ProjectSum is a sum of a project as it was put on the board. Each posting freezes its own; they are only ever added, and marked gone when other
// final accounts stand in their place.
type ProjectSum struct {
	ID        int64 `gorm:"primaryKey"`
	ProjectID int64
	EstateID  int64
	Stage     string // proposal, final
	Edition   int64  // the project's version at the posting
	Code      string // budget, total, …; budget.2 is the second thing to be done, budget.2.price its price
	Amount    money.Fen
	Seal      string // of the shares: SHA-256 over each of them, hex
	FrozenAt  time.Time
	GoneAt    *time.Time
}

// TableName names the table.
func (ProjectSum) TableName() string { return "fund_project_sums" }

// The stages at which a project's sums are frozen.
const (
	atProposal = "proposal"
	atFinal    = "final"
)

// namedItems is how many things of a project have sums of their own on the board; the others are one sum. With the quotations they keep within
// what a notice may have.
const namedItems = 45

// PostedSum is a sum that a posting shows, with what it is called there. Plain is what it is called where Label may not stand.
type PostedSum struct {
	Project int64
	Code    string
	Label   string
	Plain   string
}

// Faults of sums.
var (
	ErrNoSum     = fault.New(fault.NotFound, "project.no_sum", "这个维修项目没有这个数，请核对要取的是哪一个数")
	ErrNotFrozen = fault.New(fault.Conflict, "project.not_posted", "这个维修项目的这个数还没有公示过，起草中的数以后还会变，不能引用；请先公示使用方案或者决算")
	errMoved     = fault.New(fault.Conflict, "project.sum_moved", "这个维修项目的记录和公示时的不一样，不能引用；请联系住建局核查")
)

// summed is a project with what its sums of a stage are made of.
type summed struct {
	*Project
	stage  string
	items  []ProjectItem
	quotes []Quote
}

func (s *summed) phase() string {
	if s.stage == atFinal {
		return "final"
	}
	return "budget"
}

func (s *summed) read(tx *store.Tx) (err error) {
	if err = tx.Where("project_id = ? AND phase = ?", s.ID, s.phase()).Order("id").Limit(maxItems).Find(&s.items).Error; err == nil && s.stage == atProposal {
		s.quotes, err = quotesOf(tx, s.ID)
	}
	return err
}

// others are the things that have no sum of their own.
func (s *summed) others() (n int64, sum money.Fen) {
	for _, x := range s.items[min(len(s.items), namedItems):] {
		n, sum = n+1, sum+x.Amount
	}
	return n, sum
}

// shown are the sums that a posting of the stage shows, in their order.
func (s *summed) shown(tx *store.Tx) ([]PostedSum, []ProjectSum, error) {
	var list []PostedSum
	var rows []ProjectSum
	add := func(code, label, plain string, fen money.Fen) {
		list = append(list, PostedSum{s.ID, code, label, cmp.Or(plain, label)})
		rows = append(rows, ProjectSum{ProjectID: s.ID, EstateID: s.EstateID, Stage: s.stage, Edition: s.Version, Code: code, Amount: fen, FrozenAt: tx.Now})
	}
	whole := "budget"
	if s.stage == atFinal {
		whole = "total"
		add("total", "决算合计", "", s.Total)
	}
	add("budget", "预算合计", "", s.Budget)
	if s.stage == atFinal {
		if s.Contracted != 0 {
			add("contract", "合同金额", "", s.Contracted)
		}
		if s.Reviewed != 0 {
			add("review", "第三方审定金额", "", s.Reviewed)
		}
		ahead, _, err := s.ahead(tx, tx.Now)
		if err != nil {
			return nil, nil, err
		}
		if ahead != 0 {
			add("advance", "已付预付款", "", ahead)
		}
	}
	for i, x := range s.items[:min(len(s.items), namedItems)] {
		add(fmt.Sprintf("%s.%d.price", whole, i+1), fmt.Sprintf("%d. %s 单价", i+1, cut(x.Name, 20)), fmt.Sprintf("第%d项单价", i+1), x.Price)
		add(fmt.Sprintf("%s.%d", whole, i+1), fmt.Sprintf("%d. %s 合计", i+1, cut(x.Name, 20)), fmt.Sprintf("第%d项合计", i+1), x.Amount)
	}
	if n, sum := s.others(); n > 0 {
		add(whole+".others", fmt.Sprintf("其余%d项合计", n), "", sum)
	}
	for i, q := range s.quotes {
		mark := ""
		if q.ID == s.QuoteID {
			mark = "（选定）"
		}
		add(fmt.Sprintf("quote.%d", i+1), fmt.Sprintf("报价%d：%s%s", i+1, cut(q.Supplier, 20), mark), fmt.Sprintf("报价%d%s", i+1, mark), q.Amount)
	}
	if s.stage == atFinal {
		sum, seal, err := s.shares(tx)
		if err != nil {
			return nil, nil, err
		}
		add("shares", "列支范围内各户分摊合计", "", sum)
		rows[len(rows)-1].Seal = seal
	}
	return list, rows, nil
}

// shares gives what the properties of the scope bear together, and a seal over each of them.
func (s *summed) shares(tx *store.Tx) (sum money.Fen, seal string, err error) {
	h := sha256.New()
	for after := int64(0); ; {
		var rows []ProjectShare
		if err := tx.Select("id", "unit_id", "payer", "code", "amount").Where("project_id = ? AND id > ?", s.ID, after).Order("id").Limit(1000).Find(&rows).Error; err != nil {
			return 0, "", err
		}
		if len(rows) == 0 {
			return sum, hex.EncodeToString(h.Sum(nil)), nil
		}
		for _, x := range rows {
			sum += x.Amount
			_, _ = fmt.Fprintf(h, "%d %s %s %d\n", x.UnitID, x.Payer, x.Code, x.Amount) // a hash never fails
		}
		after = rows[len(rows)-1].ID
	}
}

// ahead is what had been paid ahead at a moment: what stands of it today, and with what was reversed since.
func (s *summed) ahead(tx *store.Tx, at time.Time) (stands, all money.Fen, err error) {
	var rows []ProjectPayment
	err = tx.Where("project_id = ? AND kind = ? AND state IN ? AND decided_at <= ?", s.ID, AdvancePayment, []string{"paid", "reversed"}, at).Limit(100).Find(&rows).Error
	for _, x := range rows {
		if all += x.Amount; x.State == "paid" {
			stands += x.Amount
		}
	}
	return stands, all, err
}

// freeze keeps the sums that a posting is about to show.
func (p *Project) freeze(tx *store.Tx, stage string) ([]PostedSum, error) {
	s := &summed{Project: p, stage: stage}
	if err := s.read(tx); err != nil {
		return nil, err
	}
	list, rows, err := s.shown(tx)
	if err != nil {
		return nil, err
	}
	return list, tx.CreateInBatches(&rows, 100).Error
}

// unfreeze marks the sums of final accounts that hold no more. The notices that showed them keep showing what they showed.
func (p *Project) unfreeze(tx *store.Tx) error {
	return tx.Model(&ProjectSum{}).Where("project_id = ? AND stage = ? AND gone_at IS NULL", p.ID, atFinal).Update("gone_at", tx.Now).Error
}

// SumOf gives a sum of an estate's project as it was posted and the id of what was frozen: with id 0 what stands by the end of the day on, with
// another that one. What stands is held against the project's rows as they are today.
// Faults: ErrNoProject, ErrNoSum, ErrNotFrozen, fault.ErrInvalid.
func SumOf(tx *store.Tx, estate, project int64, code string, on calendar.Date, id int64) (money.Fen, int64, error) {
	var p Project
	if err := tx.Where("id = ? AND estate_id = ?", project, estate).Take(&p).Error; err != nil {
		return 0, 0, store.NotFound(err, ErrNoProject)
	}
	q := tx.Where("project_id = ? AND estate_id = ? AND code = ?", p.ID, estate, code)
	if id != 0 {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("gone_at IS NULL")
	}
	var rows []ProjectSum
	if err := q.Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
		return 0, 0, err
	}
	switch {
	case len(rows) == 0 && id != 0:
		return 0, 0, fmt.Errorf("what was frozen of %s as %d is gone", code, id)
	case len(rows) == 0:
		return 0, 0, notFrozen(tx, &p, code)
	case id == 0 && on.Before(calendar.DateOf(rows[0].FrozenAt)):
		return 0, 0, fault.ErrInvalid.With(fault.Field{Path: "to", Reason: fmt.Sprintf("维修项目%s的这个数是%s公示的，截止日期不能早于这一天", p.Number, calendar.DateOf(rows[0].FrozenAt))})
	case id == 0 && calendar.DateOf(tx.Now).Before(on):
		return 0, 0, fault.ErrInvalid.With(fault.Field{Path: "to", Reason: "截止日期不能晚于今天"})
	}
	x := &rows[0]
	if x.GoneAt != nil {
		return x.Amount, x.ID, nil
	}
	if err := (&summed{Project: &p, stage: x.Stage}).holds(tx, x); err != nil {
		if id == 0 {
			err = fmt.Errorf("%w: %w", errMoved, err)
		}
		return 0, 0, err
	}
	return x.Amount, x.ID, nil
}

// notFrozen says why there is no sum: nobody has posted the project, or it has no such sum.
func notFrozen(tx *store.Tx, p *Project, code string) error {
	var stages []string
	err := tx.Model(&ProjectSum{}).Where("project_id = ? AND gone_at IS NULL", p.ID).Distinct("stage").Pluck("stage", &stages).Error
	if err != nil {
		return err
	}
	for _, stage := range stages {
		if stage == atFinal || stage == atProposal && !ofFinal(code) {
			return ErrNoSum
		}
	}
	return ErrNotFrozen.Saying(fmt.Sprintf("维修项目%s%s，这个数还没有公示过，以后还会变，不能引用；请先公示%s", p.Number, ProjectStates[p.State], stageOf(p, code)))
}

// ofFinal reports whether a sum is of the final accounts alone.
func ofFinal(code string) bool {
	head, _, _ := cutCode(code)
	return head == "total" || head == "contract" || head == "review" || head == "advance" || head == "shares"
}

func stageOf(p *Project, code string) string {
	if ofFinal(code) || p.Kind != OrdinaryUse {
		return "决算"
	}
	return "使用方案"
}

// holds holds what was frozen against the rows that it came from.
func (s *summed) holds(tx *store.Tx, x *ProjectSum) error {
	now, seal, err := s.live(tx, x)
	if err == nil && (now != x.Amount || seal != x.Seal) {
		err = fmt.Errorf("project %s says %s of %s, %s was posted", s.Number, now, x.Code, x.Amount)
	}
	return err
}

// live reads a sum from the project's rows.
func (s *summed) live(tx *store.Tx, x *ProjectSum) (fen money.Fen, seal string, err error) {
	head, no, price := cutCode(x.Code)
	switch x.Code {
	case "budget":
		return s.Budget, "", nil
	case "total":
		return s.Total, "", nil
	case "contract":
		return s.Contracted, "", nil
	case "review":
		return s.Reviewed, "", nil
	case "shares":
		return s.shares(tx)
	case "advance":
		stands, all, err := s.ahead(tx, x.FrozenAt)
		return max(stands, min(all, x.Amount)), "", err // a court may have had it reversed since
	}
	if err := s.read(tx); err != nil {
		return 0, "", err
	}
	switch {
	case head == "quote" && no >= 1 && no <= len(s.quotes):
		return s.quotes[no-1].Amount, "", nil
	case head != "quote" && no >= 1 && no <= len(s.items) && price:
		return s.items[no-1].Price, "", nil
	case head != "quote" && no >= 1 && no <= len(s.items):
		return s.items[no-1].Amount, "", nil
	case no == 0 && head != "quote":
		_, fen = s.others()
		return fen, "", nil
	}
	return 0, "", fmt.Errorf("%s of project %s is gone", x.Code, s.Number)
}

// cutCode reads the code of a sum: which thing, by its place in its list, and whether its price.
func cutCode(code string) (head string, no int, price bool) {
	head, tail, _ := strings.Cut(code, ".")
	tail, price = strings.CutSuffix(tail, ".price")
	no, _ = strconv.Atoi(tail) // 0 for what is no number
	return head, no, price
}
