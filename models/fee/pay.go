package fee

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Ways in which money comes in at the cashier. Payments by WeChat do not pass the cashier.
const (
	Cash   = "cash"
	Bank   = "bank"
	POS    = "pos"
	WeChat = "wechat"
)

// WayNames in Chinese.
var WayNames = map[string]string{Cash: "现金", Bank: "银行转账", POS: "刷卡", WeChat: "微信支付"}

// accounts are where the money of a way stands.
var accounts = map[string]ledger.Code{Cash: ledger.FeeCash, Bank: ledger.FeeBank, POS: ledger.FeeBank, WeChat: ledger.FeeWeChat}

// Payment is money that came in, or went out where it is negative. Its number is the receipt's.
type Payment struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	CompanyID   int64
	Kind        string // payment, deposit, refund
	State       string // posted, suspense (nobody knows what for), reversed
	Way         string
	Amount      money.Fen
	UnitID      int64     // 0 for several
	Prepaid     money.Fen // what of it is paid ahead
	PayerSealed string
	PayerIndex  string
	Serial      *string // the bank's or the card terminal's number
	Note        string
	CashierID   int64
	PostID      int64
	DayOn       time.Time `gorm:"type:date"` // the cashier's
	PaidOn      time.Time `gorm:"type:date"` // the bank's
	At          time.Time
	RefundsID   int64 // the payment that a refund gives back
	ChangeID    int64
	JournalID   int64
}

// TableName names the table.
func (Payment) TableName() string { return "fee_payments" }

// PaymentKinds and PaymentStates in Chinese.
var (
	PaymentKinds  = map[string]string{"payment": "缴费", "deposit": "押金", "refund": "退款"}
	PaymentStates = map[string]string{"posted": "已入账", "suspense": "待认领", "reversed": "已冲销"}
)

// Allocation is what of a payment, or of what was paid ahead, went to a bill.
type Allocation struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	BillID    int64
	UnitID    int64
	PaymentID int64
	ChangeID  int64
	Source    string // payment, prepaid, carried, reversed
	Amount    money.Fen
	At        time.Time
}

// TableName names the table.
func (Allocation) TableName() string { return "fee_allocations" }

// Faults of payments.
var (
	ErrSettled = fault.New(fault.Conflict, "fee.settled", "这张账单已经结清，不用再交")
	ErrTooMuch = fault.New(fault.Conflict, "fee.too_much", "交的比欠的多；多出的要作为预交款，请选择“多出的预交”")
	ErrSerial  = fault.New(fault.Conflict, "fee.serial_known", "这个流水号已经登记过，请核对是不是同一笔钱")
	ErrClosed  = fault.New(fault.Closed, "fee.day_closed", "您今天已经结账，不能再收付；请明天办理，或由另一位收费员办理")
)

// Paying is a payment at the cashier: for chosen bills, or for a unit's, the oldest first.
type Paying struct {
	EstateID int64
	UnitID   int64
	BillIDs  []int64
	Amount   money.Fen
	Prepay   bool // what is left over is paid ahead by the unit
	Way      string
	PaidOn   time.Time // zero for today
	Serial   string
	Payer    string
	Note     string
}

// maxBills is how many bills one payment is divided among.
const maxBills = 400

func (p *Paying) check(now time.Time) error {
	p.Serial, p.Payer, p.Note = strings.TrimSpace(p.Serial), strings.TrimSpace(p.Payer), strings.TrimSpace(p.Note)
	if p.PaidOn.IsZero() {
		p.PaidOn = org.DayOf(now)
	}
	var c fault.Checks
	c.Check(p.Amount > 0 && p.Amount <= money.Max, "amount", "请填收到的金额")
	c.Check(p.Way == Cash || p.Way == Bank || p.Way == POS, "way", "请选择现金、银行转账或刷卡")
	c.Check(!p.PaidOn.After(org.DayOf(now)) && p.PaidOn.After(org.DayOf(now).AddDate(-1, 0, 0)), "paid_on", "到账日期不能晚于今天，也不能早于一年前")
	c.Check(len(p.Serial) <= 64 && length(p.Payer, 0, 60) && length(p.Note, 0, 200), "serial", "流水号不超过64个字符，付款人不超过60个字，备注不超过200个字")
	c.Check(p.Way == Cash || p.Serial != "", "serial", "银行转账和刷卡要填流水号，免得同一笔钱登记两次；看回单或刷卡小票")
	p.aimed(&c)
	return c.Err()
}

// aimed refuses a payment of which it is not said what it is for.
func (p *Paying) aimed(c *fault.Checks) {
	c.Check(p.UnitID != 0 || len(p.BillIDs) > 0, "unit_id", "请选择房屋或账单")
	c.Check(!p.Prepay || p.UnitID != 0, "unit_id", "预交要选定一户")
	c.Check(len(p.BillIDs) <= maxBills, "bill_ids", fmt.Sprintf("一次最多交%d张账单", maxBills))
}

// Pay takes a payment and gives its receipt.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNotFound, ErrUnit, ErrSettled, ErrTooMuch, ErrSerial, ErrClosed, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) Pay(ctx context.Context, actor org.Actor, p Paying) (int64, error) {
	if err := p.check(s.db.Now()); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "pay", at(actor, p.EstateID), func(tx *store.Tx) (int64, error) {
		x, err := s.pay(tx, actor, actor.Post.PostID, actor.OrganisationID(), p)
		if err != nil {
			return 0, err
		}
		return x.ID, nil
	})
}

// pay divides a payment among bills and posts it. The caller holds the gate.
func (s *Service) pay(tx *store.Tx, actor audit.Actor, post, company int64, p Paying) (*Payment, error) {
	bills, err := payable(tx, company, p)
	if err != nil {
		return nil, err
	}
	parts, left, err := spread(bills, p)
	if err != nil {
		return nil, err
	}
	if left > 0 {
		if err := serving(tx, company, p.EstateID); err != nil {
			return nil, err
		}
	}
	x, err := s.receive(tx, actor, post, company, p, "payment")
	if err != nil {
		return nil, err
	}
	x.Prepaid = left
	return x, s.assign(tx, actor, x, accounts[p.Way], parts)
}

// payable finds the open bills that a payment may go to, the oldest first.
func payable(tx *store.Tx, company int64, p Paying) ([]Owed, error) {
	q := tx.Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.company_id = ?", p.EstateID, company)
	if len(p.BillIDs) > 0 {
		q = q.Where("fee_bills.id IN ?", p.BillIDs)
	} else {
		q = q.Where("fee_bills.unit_id = ? AND fee_bills.state = ?", p.UnitID, Open)
	}
	if p.UnitID != 0 {
		names, err := unitNames(tx, p.EstateID, []int64{p.UnitID})
		if err != nil {
			return nil, err
		}
		if names[p.UnitID] == "" {
			return nil, ErrUnit
		}
	}
	var bills []Bill
	if err := q.Order("fee_bills.period_on, fee_bills.id").Limit(maxBills).Find(&bills).Error; err != nil {
		return nil, err
	}
	if len(bills) != len(p.BillIDs) && len(p.BillIDs) > 0 {
		return nil, ErrNotFound
	}
	return owed(tx, bills)
}

// spread divides an amount among bills in their order; left is what none of them wants.
func spread(bills []Owed, p Paying) (parts []Allocation, left money.Fen, err error) {
	left = p.Amount
	wanted := money.Fen(0)
	for _, b := range bills {
		wanted += b.Due()
		if b.Due() <= 0 && len(p.BillIDs) > 0 {
			return nil, 0, ErrSettled
		}
		if give := min(left, b.Due()); give > 0 {
			parts = append(parts, Allocation{EstateID: b.EstateID, BillID: b.ID, UnitID: b.UnitID, Source: "payment", Amount: give})
			left -= give
		}
	}
	if left > 0 && !p.Prepay {
		return nil, 0, ErrTooMuch.Saying(fmt.Sprintf("收了%s元，只欠%s元；多出的%s元要作为预交款，请选择“多出的预交”", p.Amount, wanted, left))
	}
	return parts, left, nil
}

// receive writes a movement of money with its number, on a day that its cashier has not closed.
func (s *Service) receive(tx *store.Tx, actor audit.Actor, post, company int64, p Paying, kind string) (*Payment, error) {
	person, _, _, _ := actor.AuditTrail()
	if p.Way == WeChat {
		person, post = 0, 0 // it passes no cashier, and waits for nobody's day
	}
	today := org.DayOf(tx.Now)
	var closed int64
	if err := tx.Model(&Day{}).Where("estate_id = ? AND person_id = ? AND day_on = ?", p.EstateID, person, today).Count(&closed).Error; err != nil {
		return nil, err
	}
	if closed > 0 {
		return nil, ErrClosed
	}
	if err := unknown(tx, company, p); err != nil {
		return nil, err
	}
	number, err := store.NextNumber(tx, "SJ")
	if err != nil {
		return nil, err
	}
	x := &Payment{Number: number, EstateID: p.EstateID, CompanyID: company, Kind: kind, State: "posted", Way: p.Way, Amount: p.Amount, UnitID: p.UnitID, Note: p.Note, CashierID: person, PostID: post, DayOn: today, PaidOn: p.PaidOn, At: tx.Now}
	if p.Serial != "" {
		x.Serial = &p.Serial
	}
	if p.Payer != "" {
		x.PayerSealed, x.PayerIndex = s.vault.Seal(p.Payer, "fee_payments.payer"), s.vault.Index("fee_payer", p.Payer)
	}
	if err := tx.Create(x).Error; err != nil {
		return nil, store.Duplicate(err, ErrSerial)
	}
	return x, nil
}

// assign posts a payment to its bills and to what is paid ahead. from is where the money stood.
func (s *Service) assign(tx *store.Tx, actor audit.Actor, x *Payment, from ledger.Code, parts []Allocation) error {
	lines := []ledger.Line{{Key: ledger.Key{Code: from}, Amount: x.Amount}}
	byUnit, ids := map[int64]money.Fen{}, make([]int64, len(parts))
	for i := range parts {
		parts[i].PaymentID, parts[i].At = x.ID, tx.Now
		byUnit[parts[i].UnitID] += parts[i].Amount
		ids[i] = parts[i].BillID
	}
	for unit, amount := range byUnit {
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: unit}, Amount: -amount})
	}
	slices.SortFunc(lines, func(a, b ledger.Line) int { return cmp.Compare(a.UnitID, b.UnitID) })
	if x.Prepaid > 0 {
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeePrepaid, UnitID: x.UnitID}, Amount: -x.Prepaid})
	}
	if x.UnitID == 0 && len(byUnit) == 1 {
		x.UnitID = parts[0].UnitID
	}
	ref, on := "payment", x.PaidOn
	if from == ledger.FeeSuspense {
		ref, on = "assigned", org.DayOf(tx.Now)
	}
	if err := s.book(tx, actor, x, ref, on, lines); err != nil {
		return err
	}
	if len(parts) > 0 {
		if err := tx.CreateInBatches(&parts, 400).Error; err != nil {
			return err
		}
	}
	return settle(tx, ids...)
}

// book posts a payment's journal and keeps what it came to.
func (s *Service) book(tx *store.Tx, actor audit.Actor, x *Payment, ref string, on time.Time, lines []ledger.Line) error {
	j, err := ledger.Post(tx, actor, x.EstateID, ledger.FeesOf(x.CompanyID), ledger.Posting{Ref: fmt.Sprintf("%s-%d", ref, x.ID), Effective: date(on), Source: ledger.Source{Kind: "fee_payment", ID: x.ID, Text: PaymentKinds[x.Kind] + "，收据" + x.Number}, Lines: lines})
	if err != nil {
		return err
	}
	x.JournalID = j.ID
	err = tx.Model(&Payment{}).Where("id = ?", x.ID).Updates(map[string]any{"journal_id": j.ID, "prepaid": x.Prepaid, "unit_id": x.UnitID, "state": x.State}).Error
	if err != nil {
		return err
	}
	return note(tx, actor, ref, "fee_payment", x.ID, x.EstateID, map[string]any{"amount": int64(x.Amount), "way": x.Way})
}

// missing reports whether a row is not there.
func missing(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }
