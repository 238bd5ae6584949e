package fund

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PaymentKind is what is paid.
type PaymentKind string

// The payments of a project.
const (
	AdvancePayment PaymentKind = "advance"
	FinalPayment   PaymentKind = "final"
)

// PaymentKinds and PaymentStates are as people read them.
var (
	PaymentKinds  = map[PaymentKind]string{AdvancePayment: "预付款", FinalPayment: "尾款"}
	PaymentStates = map[string]string{"asked": "待另一人确认", "paid": "已支付", "refused": "已退回", "reversed": "已冲回"}
)

// ProjectPayment is money for the supplier: asked for by one person, instructed by another.
type ProjectPayment struct {
	ID        int64 `gorm:"primaryKey"`
	ProjectID int64
	EstateID  int64
	Kind      PaymentKind
	Live      *string // project and kind, while it is not refused: each is paid once
	Amount    money.Fen
	Notice    string // the disclosure number that it was asked under
	State     string // asked, paid, refused
	Text      string
	Receipt   string // the bank's
	AskedBy   int64
	AskedAt   time.Time
	DecidedBy int64
	DecidedAt *time.Time
	// MeetingID, Motion and Resolution are the decision that it was made on; empty without a vote.
	MeetingID  int64
	Motion     int64
	Resolution string
}

// TableName names the table.
func (ProjectPayment) TableName() string { return "fund_payments" }

func liveKey(project int64, kind PaymentKind) string { return fmt.Sprintf("%d/%s", project, kind) }

// Faults of payments.
var (
	ErrAsked     = fault.New(fault.Conflict, "project.asked", "这笔款已经申请或者已经支付，不能重复申请")
	ErrNoPayment = fault.New(fault.NotFound, "project.no_payment", "没有找到这笔待确认的付款，请刷新后再看")
	ErrTooMuch   = fault.New(fault.Conflict, "project.too_much", "预付款超过了合同金额的最高比例")
	ErrBankShort = fault.New(fault.Conflict, "project.bank_short", "维修资金专户的余额不够支付这笔款，请先核对专户")
)

// payable are the states in which each payment may be asked for.
func (p *Project) payable(kind PaymentKind) bool {
	if kind == AdvancePayment {
		return slices.Contains([]ProjectState{ProjectUnder, ProjectWorking, ProjectAccepted}, p.State)
	}
	return p.State == ProjectFinal || p.Kind != OrdinaryUse && p.State == ProjectSettled
}

// AskPayment asks for a payment; every gate before it is open. An advance keeps to the local share of the contract, the final payment is what
// the final accounts leave.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrGate, ErrAsked, ErrTooMuch, ErrOutstanding, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) AskPayment(ctx context.Context, actor org.Actor, id int64, kind PaymentKind, amount string) (int64, error) {
	var asked money.Fen
	var err error
	if kind == AdvancePayment {
		asked, err = money.Parse(amount)
	}
	var c fault.Checks
	c.Check(PaymentKinds[kind] != "", "kind", "请选择预付款或尾款")
	c.Check(kind != AdvancePayment || err == nil && asked > 0, "amount", "请填写预付款金额（元，大于零，最多两位小数）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "asked", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if err := s.mayPay(tx, p, kind, asked); err != nil {
			return "", nil, err
		}
		if !p.payable(kind) {
			return "", nil, ErrStep.Saying("项目目前“" + ProjectStates[p.State] + "”，不能申请" + PaymentKinds[kind])
		}
		pay := &ProjectPayment{ProjectID: p.ID, EstateID: p.EstateID, Kind: kind, Amount: asked, Notice: p.ProposalNumber, State: "asked", AskedBy: actor.PersonID, AskedAt: tx.Now, MeetingID: p.MeetingID, Motion: p.Motion, Resolution: p.Resolution}
		if kind == FinalPayment {
			pay.Notice = p.FinalNumber
			if pay.Amount, err = remaining(tx, p); err != nil {
				return "", nil, err
			}
		}
		key := liveKey(p.ID, kind)
		pay.Live = &key
		if err := tx.Create(pay).Error; err != nil {
			return "", nil, store.Duplicate(err, ErrAsked)
		}
		return PaymentKinds[kind] + pay.Amount.String() + "元", nil, nil
	})
}

// mayPay holds a payment against its gates, and an advance against its bound.
func (s *Service) mayPay(tx *store.Tx, p *Project, kind PaymentKind, amount money.Fen) error {
	list, err := s.gates(tx, p, kind)
	if err != nil {
		return err
	}
	if err := shut(list); err != nil || kind != AdvancePayment {
		return err
	}
	set, err := s.fundRules(tx)
	if err != nil {
		return err
	}
	rate, err := set.Int("fund.advance_rate")
	if err == nil && int64(amount)*10_000 > int64(p.Contracted)*rate { // money.Max and 10000 multiply within an int64
		most := int64(p.Contracted) / 10_000 * rate
		most += int64(p.Contracted) % 10_000 * rate / 10_000
		return ErrTooMuch.Saying("预付款最多" + money.Fen(most).String() + "元（合同金额" + p.Contracted.String() + "元的万分之" + fmt.Sprint(rate) + "）")
	}
	return err
}

// remaining is what the final accounts leave after the advance. An advance that nobody has decided comes first.
func remaining(tx *store.Tx, p *Project) (money.Fen, error) {
	had, err := advanced(tx, p.ID)
	if err != nil {
		return 0, err
	}
	if had != nil && had.State == "asked" {
		return 0, ErrAsked.Saying("预付款的申请还没有处理，请先确认或退回")
	}
	left, err := outstanding(tx, p.ID)
	if err == nil && p.CancelledAt != nil && left > p.Total {
		err = ErrOutstanding.Saying("预付款还有" + left.String() + "元没有结清，决算只用掉" + p.Total.String() + "元；请先登记承包单位退回的" + (left - p.Total).String() + "元")
	}
	return p.Total - left, err
}

// advanced finds the advance of a project that is not refused; nil where there is none.
func advanced(tx *store.Tx, project int64) (*ProjectPayment, error) {
	var rows []ProjectPayment
	err := tx.Where("live = ?", liveKey(project, AdvancePayment)).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// DecidePayment is the second person's: whoever keeps the account instructs the bank, and the entries are posted with it; or the application
// goes back, by whoever asked too. The gates are asked again.
// Faults: org.ErrForbidden, ErrNoPayment, ErrNotKeeper, ErrOtherPerson, ErrStep, ErrGate, ErrBankShort, ErrNoAccount, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) DecidePayment(ctx context.Context, actor org.Actor, payment int64, accept bool, receipt, text string) (int64, error) {
	receipt, text = strings.TrimSpace(receipt), strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(receipt, 0, 64), "receipt", "银行凭证号不超过64个字")
	c.Check(runes(text, 0, 500) && (accept || len([]rune(text)) >= 4), "text", "退回的请写明原因（4至500个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.RunProject, "project pay", func(tx *store.Tx) (int64, error) {
		var pay ProjectPayment
		if err := tx.Where("id = ?", payment).Take(&pay).Error; err != nil {
			return 0, store.NotFound(err, ErrNoPayment)
		}
		p, err := projectFor(tx, actor, org.RunProject, pay.ProjectID, true)
		if errors.Is(err, ErrNoProject) {
			return 0, ErrNoPayment
		}
		if err != nil {
			return 0, err
		}
		if err := tx.Where("id = ? AND state = 'asked'", payment).Take(&pay).Error; err != nil { // whoever held the project may have decided it
			return 0, store.NotFound(err, ErrNoPayment)
		}
		if accept || pay.AskedBy != actor.PersonID { // whoever asked may take it back
			if err := mayInstruct(tx, actor, p, &pay); err != nil {
				return 0, err
			}
		}
		return pay.ID, s.decidePayment(tx, actor, p, &pay, accept, receipt, text)
	})
}

// mayInstruct asks for another person than who applied, of whoever keeps the account. A repair by order, and an account whose committee is gone,
// are the bureau's.
func mayInstruct(tx *store.Tx, actor org.Actor, p *Project, pay *ProjectPayment) error {
	a, err := lockAccount(tx, p.EstateID)
	if err != nil {
		return err
	}
	var e org.Estate
	if err := tx.Where("id = ?", p.EstateID).Take(&e).Error; err != nil {
		return err
	}
	bureau := actor.Post.OrgKind == org.Bureau && (p.Kind == OrderedUse || e.CommitteeID == 0)
	if !keeps(actor, a) && !bureau {
		return ErrNotKeeper.Saying("这个小区的维修资金由" + HolderNames[a.Holder] + "，付款由他们的另一位工作人员确认")
	}
	if pay.AskedBy == actor.PersonID {
		return ErrOtherPerson.Saying("申请付款的人不能自己确认，请由另一个人确认")
	}
	return nil
}

func (s *Service) decidePayment(tx *store.Tx, actor org.Actor, p *Project, pay *ProjectPayment, accept bool, receipt, text string) error {
	pay.MeetingID, pay.Motion, pay.Resolution = p.MeetingID, p.Motion, p.Resolution
	pay.State, pay.Text, pay.Receipt, pay.DecidedBy, pay.DecidedAt = "paid", text, receipt, actor.PersonID, &tx.Now
	what, columns := "advanced", []string{"version"}
	switch {
	case !accept:
		pay.State, pay.Live, what = "refused", nil, "refused"
	case !p.payable(pay.Kind):
		return ErrStep.Saying("项目目前“" + ProjectStates[p.State] + "”，不能支付" + PaymentKinds[pay.Kind] + "；请退回这笔申请")
	default:
		if err := s.mayPay(tx, p, pay.Kind, pay.Amount); err != nil {
			return err
		}
		if err := s.book(tx, actor, p, pay); err != nil {
			return err
		}
		if pay.Kind == FinalPayment {
			p.State, p.PaidAt, what, columns = ProjectPaid, &tx.Now, "paid", []string{"state", "paid_at", "version"}
		}
	}
	p.Version++
	if err := tx.Model(&Project{}).Where("id = ?", p.ID).Select(columns).Updates(p).Error; err != nil {
		return err
	}
	err := tx.Model(&ProjectPayment{}).Where("id = ?", pay.ID).Select("state", "live", "text", "receipt", "decided_by", "decided_at", "meeting_id", "motion", "resolution").Updates(pay).Error
	if err != nil {
		return err
	}
	return noted(tx, actor, p, what, PaymentKinds[pay.Kind]+pay.Amount.String()+"元 "+text)
}
