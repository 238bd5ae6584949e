package fee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ChangeKind is what a second person decides on.
type ChangeKind string

// The kinds: lines on a bill, then money that goes back.
const (
	Discount    ChangeKind = "discount"       // given away
	Adjust      ChangeKind = "adjust"         // it was charged wrongly: less or, negative, more
	Unserved    ChangeKind = "unserved"       // months that nobody served; what was paid for them is paid ahead
	WriteOff    ChangeKind = "write_off"      // will never be paid
	CarryOver   ChangeKind = "carry"          // what was paid on a bill becomes paid ahead
	RefundAhead ChangeKind = "refund_prepaid" // what a unit paid ahead goes back (Civil Code art. 985; unserved periods)
	DepositOut  ChangeKind = "deposit_out"
	Undo        ChangeKind = "reverse" // a payment is taken back as a whole

	AssignMoney  ChangeKind = "assign"     // unclaimed money goes to bills
	CancelRun    ChangeKind = "cancel_run" // a run is taken back
	EnterArrears ChangeKind = "arrears"    // what was owed before the books began
	Settle       ChangeKind = "settle"     // money at the payment provider or in the till came to the bank
	Unsettle     ChangeKind = "unsettle"   // a settlement was wrong
)

// ChangeNames in Chinese.
var ChangeNames = map[ChangeKind]string{Discount: "减免", Adjust: "更正", Unserved: "未服务期间扣减", WriteOff: "核销", CarryOver: "已交转预交", RefundAhead: "退预交款", DepositOut: "退押金", Undo: "退款（整笔冲销）",
	AssignMoney: "认领收款", CancelRun: "撤销出账", EnterArrears: "登记期初欠费", Settle: "结算到银行", Unsettle: "冲销结算"}

// ChangeStates in Chinese.
var ChangeStates = map[string]string{"proposed": "等另一人审批", "approved": "已通过", "refused": "未通过", Sending: "已批准，等微信退款", "failed": "微信没有退成", Reversed: "已冲销"}

// Reversed is the state of a settlement that was taken back.
const Reversed = "reversed"

// Change is something that one person proposes and another decides: a line on a bill, or money that goes back. Effect is what it did to
// what the bill wants.
type Change struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	CompanyID  int64
	Kind       ChangeKind
	State      string // proposed, approved, refused; through WeChat also sending, failed; a settlement also reversed
	BillID     int64
	PaymentID  int64
	RunID      int64
	ImportID   int64
	UnitID     int64
	BillIDs    string // of AssignMoney, by commas; none for the unit's oldest
	Ahead      bool   // what is left over, or was paid on bills that go, becomes paid ahead
	Months     int64
	Amount     money.Fen
	Effect     money.Fen
	Way        string
	Reason     string
	ProposedBy int64
	PostID     int64
	ProposedAt time.Time
	DecidedBy  int64
	DecidedAt  *time.Time
	Decision   string
	JournalID  int64
	Serial     string     // of Settle: the bank's number
	Cost       money.Fen  // of Settle: what the provider kept of the amount
	SettledOn  *time.Time `gorm:"type:date"`
	FromOn     *time.Time `gorm:"type:date"` // of Settle: the days of the provider's bills that it pays out, where they are known
	ToOn       *time.Time `gorm:"type:date"`
	ReversesID int64      // of Unsettle: the settlement
	Live       *string    // what is proposed, until it is decided; of Settle and Unsettle also what was agreed
}

// TableName names the table.
func (Change) TableName() string { return "fee_changes" }

// Faults of changes.
var (
	ErrAmount = fault.New(fault.Conflict, "fee.amount_over", "金额超过了可以处理的数额，请刷新后核对")
	ErrSpent  = fault.New(fault.Conflict, "fee.prepaid_spent", "这笔款里预交的部分已经抵扣了账单，不能整笔退；请先把那些账单“已交转预交”，再退预交款")
)

// against is the account of the estate that a line on a bill goes to.
func against(k ChangeKind) ledger.Code {
	switch k {
	case Discount:
		return ledger.FeeDiscount
	case WriteOff:
		return ledger.FeeWriteOff
	case Adjust, Unserved, CarryOver, RefundAhead, DepositOut, Undo, AssignMoney, CancelRun, EnterArrears, Settle, Unsettle:
	}
	return ledger.FeeIncome
}

// Proposal is a change to be: on a bill, of a payment, or of what a unit paid ahead.
type Proposal struct {
	Kind      ChangeKind
	BillID    int64
	PaymentID int64
	RunID     int64
	EstateID  int64   // not of AssignMoney and CancelRun, which are named by their row
	UnitID    int64   // of RefundAhead and AssignMoney
	BillIDs   []int64 // of AssignMoney
	Ahead     bool
	Months    int64 // of Unserved
	Amount    money.Fen
	Way       string
	Reason    string
	Serial    string    // of Settle
	Cost      money.Fen // of Settle
	SettledOn time.Time // of Settle
	FromOn    *time.Time
	ToOn      *time.Time
	ChangeID  int64 // of Unsettle
}

// onBill, onPayment and ahead say what a kind is about.
func (k ChangeKind) onBill() bool {
	return k == Discount || k == Adjust || k == Unserved || k == WriteOff || k == CarryOver
}
func (k ChangeKind) onPayment() bool { return k == DepositOut || k == Undo || k == AssignMoney }
func (k ChangeKind) paysOut() bool   { return k == RefundAhead || k == DepositOut || k == Undo }

func (p *Proposal) check() error {
	p.Reason = strings.TrimSpace(p.Reason)
	var c fault.Checks
	c.Check(ChangeNames[p.Kind] != "" && p.Kind != EnterArrears, "kind", "请选择办什么")
	c.Check(length(p.Reason, 4, 300), "reason", "请写明原因（4至300个字），业主会看到")
	c.Check(!p.Kind.onBill() || p.BillID != 0, "bill_id", "请选择账单")
	c.Check(!p.Kind.onPayment() || p.PaymentID != 0, "payment_id", "请选择哪一笔收款")
	c.Check(p.Kind != Unsettle || p.ChangeID != 0, "kind", "冲销结算请在那一笔结算上提出")
	wechat := p.Kind == RefundAhead && p.Way == WeChat && p.PaymentID != 0 // back the way that it came
	c.Check(p.Kind != RefundAhead || (p.UnitID != 0 || wechat) && p.EstateID != 0, "unit_id", "请选择哪一户")
	c.Check(len(p.BillIDs) <= maxBills, "bill_ids", fmt.Sprintf("一次最多%d张账单", maxBills))
	whole := p.Kind == AssignMoney || p.Kind == CancelRun || p.Kind == Undo || p.Kind == CarryOver || p.Kind == Unserved || p.Kind == Unsettle
	c.Check(whole || p.Amount > 0 && p.Amount <= money.Max || p.Kind == Adjust && p.Amount != 0 && p.Amount >= -money.Max && p.Amount <= money.Max, "amount", "请填金额")
	c.Check(p.Kind != Unserved || p.Months > 0, "months", "请填没有服务的月数")
	c.Check(!p.Kind.paysOut() || p.Kind == Undo || wechat || p.Way == Cash || p.Way == Bank || p.Way == POS, "way", "请选择用什么方式退；从微信退回的要选定是哪一笔微信支付")
	return c.Err()
}

// Propose puts a change before a second person.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrAmount, fault.ErrInvalid.
func (s *Service) Propose(ctx context.Context, actor org.Actor, p Proposal) (int64, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	where := at(actor, p.EstateID)
	switch {
	case p.Kind == CancelRun:
		where = of(actor, p.RunID, func(r *Run) int64 { return r.EstateID })
	case p.Kind == AssignMoney:
		where = of(actor, p.PaymentID, func(x *Payment) int64 { return x.EstateID })
	case p.Kind == Unsettle:
		where = of(actor, p.ChangeID, func(c *Change) int64 { return c.EstateID })
	case p.Kind.onBill():
		where = p.here(actor, of(actor, p.BillID, func(b *Bill) int64 { return b.EstateID }))
	case p.Kind.onPayment():
		where = p.here(actor, of(actor, p.PaymentID, func(x *Payment) int64 { return x.EstateID }))
	}
	verb := "propose"
	if p.Kind == Unsettle { // its body looks like that of a run to be cancelled
		verb = "unsettle"
	}
	return s.act(ctx, actor, verb, where, func(tx *store.Tx) (int64, error) { return p.put(tx, actor) })
}

// put writes a proposal that could be approved as things stand. The caller holds the gate.
func (p Proposal) put(tx *store.Tx, actor org.Actor) (int64, error) {
	c := &Change{CompanyID: actor.OrganisationID(), Kind: p.Kind, State: "proposed", Months: p.Months, Amount: p.Amount, Way: p.Way, Reason: p.Reason, ProposedBy: actor.PersonID, PostID: actor.Post.PostID, ProposedAt: tx.Now}
	if err := c.aim(tx, actor, p); err != nil {
		return 0, err
	}
	err := c.put(tx, actor)
	return c.ID, err
}

// here refuses what belongs to another estate than the one that was named.
func (p Proposal) here(actor org.Actor, where func(tx *store.Tx) (int64, error)) func(tx *store.Tx) (int64, error) {
	return func(tx *store.Tx) (int64, error) {
		if _, err := at(actor, p.EstateID)(tx); err != nil {
			return 0, err
		}
		estate, err := where(tx)
		if err == nil && estate != p.EstateID {
			err = ErrNotFound
		}
		return estate, err
	}
}

// aim ties a change to what it is about, and refuses what could never be approved.
func (c *Change) aim(tx *store.Tx, actor org.Actor, p Proposal) error {
	switch {
	case c.Kind.onBill():
		b, err := own[Bill](tx, actor, p.BillID)
		if err != nil {
			return err
		}
		c.BillID, c.EstateID, c.UnitID = b.ID, b.EstateID, b.UnitID
	case c.Kind.onPayment():
		x, err := own[Payment](tx, actor, p.PaymentID)
		if err != nil {
			return err
		}
		c.PaymentID, c.EstateID, c.UnitID = x.ID, x.EstateID, x.UnitID
		if c.Kind == Undo || c.Kind == AssignMoney {
			c.Way, c.Amount = x.Way, x.Amount
		}
		if c.Kind == AssignMoney {
			c.UnitID, c.BillIDs, c.Ahead = p.UnitID, joined(p.BillIDs), p.Ahead
		}
	case c.Kind == Settle:
		c.EstateID, c.Serial, c.Cost, c.SettledOn, c.FromOn, c.ToOn = p.EstateID, p.Serial, p.Cost, &p.SettledOn, p.FromOn, p.ToOn
	case c.Kind == Unsettle:
		x, err := own[Change](tx, actor, p.ChangeID)
		if err != nil {
			return err
		}
		c.ReversesID, c.EstateID, c.Way, c.Amount, c.Cost, c.Serial, c.SettledOn = x.ID, x.EstateID, x.Way, x.Amount, x.Cost, x.Serial, x.SettledOn
	case c.Way == WeChat:
		x, err := own[Payment](tx, actor, p.PaymentID)
		if err != nil {
			return err
		}
		if x.EstateID != p.EstateID {
			return ErrNotFound
		}
		c.PaymentID, c.EstateID, c.UnitID = x.ID, x.EstateID, x.UnitID
	case c.Kind == CancelRun:
		r, err := own[Run](tx, actor, p.RunID)
		if err != nil {
			return err
		}
		c.RunID, c.EstateID, c.Ahead = r.ID, r.EstateID, p.Ahead
	default:
		names, err := unitNames(tx, p.EstateID, []int64{p.UnitID})
		if err != nil {
			return err
		}
		if names[p.UnitID] == "" {
			return ErrUnit
		}
		c.EstateID, c.UnitID = p.EstateID, p.UnitID
	}
	_, err := c.weigh(tx)
	return err
}

// Decide approves or refuses a change; whoever proposed it may not (nor in another post), and of a company only its heads may.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrAmount, ErrSpent, ErrClosed, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) Decide(ctx context.Context, actor org.Actor, id int64, approve bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 0, 300) || !approve && !length(text, 2, 300) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明原因（2至300个字）"})
	}
	if err := actor.Must(org.ApproveFees); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "decide", of(actor, id, func(c *Change) int64 { return c.EstateID }), func(tx *store.Tx) (int64, error) {
		c, err := own[Change](tx, actor, id)
		if err != nil {
			return 0, err
		}
		if c.State != "proposed" {
			return 0, ErrState
		}
		if c.ProposedBy == actor.PersonID {
			return 0, ErrSamePerson
		}
		c.State, c.DecidedBy, c.DecidedAt, c.Decision = "refused", actor.PersonID, &tx.Now, text
		if !approve || c.Kind != Settle && c.Kind != Unsettle {
			c.Live = nil
		}
		if !approve && c.Kind == Settle {
			if err := c.freeLines(tx, "没有通过"); err != nil {
				return 0, err
			}
		}
		if !approve && c.Kind == EnterArrears {
			if err := c.answerImport(tx, "refused"); err != nil {
				return 0, err
			}
		}
		if approve {
			c.State = "approved"
			do := s.carryOut
			if c.Way == WeChat && c.Kind.paysOut() {
				do = s.hand
			}
			if err := do(tx, actor, c); err != nil {
				return 0, err
			}
		}
		err = tx.Model(&Change{}).Where("id = ?", c.ID).Select("state", "decided_by", "decided_at", "decision", "effect", "amount", "journal_id", "live").Updates(c).Error
		if err != nil {
			return 0, err
		}
		if err := settle(tx, c.BillID); err != nil {
			return 0, err
		}
		return c.ID, note(tx, actor, "decide", "fee_change", c.ID, c.EstateID, map[string]any{"approve": approve})
	})
}
