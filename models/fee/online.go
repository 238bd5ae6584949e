package fee

import (
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Quote is what the chosen bills of a home want together.
type Quote struct {
	EstateID  int64
	CompanyID int64
	UnitID    int64
	Bills     []Owed
	Total     money.Fen
}

// ErrTwoCompanies says that bills of two companies cannot be paid at once.
var ErrTwoCompanies = fault.New(fault.Conflict, "fee.two_companies", "这些账单是两家物业公司的，请分开付")

// QuoteMine adds up whole bills of the actor's home; the sum is never the phone's.
// Faults: org.ErrForbidden, ErrUnit, ErrNotFound, ErrSettled, ErrTwoCompanies.
func QuoteMine(tx *store.Tx, actor org.Actor, unit int64, ids []int64) (*Quote, error) {
	h, err := homeOf(tx, actor, unit)
	if err != nil {
		return nil, err
	}
	var bills []Bill
	if err := h.bills(tx).Where("fee_bills.id IN ?", ids).Order("fee_bills.period_on, fee_bills.id").Limit(maxBills).Find(&bills).Error; err != nil {
		return nil, err
	}
	if len(bills) != len(ids) || len(bills) == 0 {
		return nil, ErrNotFound
	}
	list, err := owed(tx, bills)
	if err != nil {
		return nil, err
	}
	q := &Quote{EstateID: h.unit.EstateID, CompanyID: bills[0].CompanyID, UnitID: unit, Bills: list}
	for _, o := range list {
		if o.Due() <= 0 {
			return nil, ErrSettled
		}
		if o.CompanyID != q.CompanyID {
			return nil, ErrTwoCompanies
		}
		q.Total += o.Due()
	}
	return q, nil
}

// Online is money that WeChat Pay has received. Serial is WeChat's number of it.
type Online struct {
	EstateID  int64
	CompanyID int64
	UnitID    int64
	BillIDs   []int64 // none: nobody knows what it was for
	Amount    money.Fen
	PaidAt    time.Time
	Serial    string
	PersonID  int64
	Note      string
}

// payer answers for what a resident did on the phone.
type payer struct{ person int64 }

// AuditTrail satisfies audit.Actor.
func (p payer) AuditTrail() (person, post, organisation int64, surface string) {
	return p.person, 0, 0, "miniapp"
}

// Collect books money that WeChat Pay has received: to its bills as far as they still want it, and what they do not, because they were
// paid or withdrawn meanwhile, to what the unit has paid ahead. It refuses nothing but a number that is known: the money is there.
// Faults: ErrSerial.
func (s *Service) Collect(tx *store.Tx, o Online) (*Payment, error) {
	if err := gate(tx, o.EstateID); err != nil {
		return nil, err
	}
	p := Paying{EstateID: o.EstateID, UnitID: o.UnitID, BillIDs: o.BillIDs, Amount: o.Amount, Prepay: true, Way: WeChat, PaidOn: org.DayOf(o.PaidAt), Serial: o.Serial, Note: o.Note}
	if err := p.afterClose(tx, o.CompanyID); err != nil {
		return nil, err
	}
	by := payer{o.PersonID}
	if len(o.BillIDs) == 0 {
		return s.uncertain(tx, by, o.CompanyID, p)
	}
	var bills []Bill
	err := tx.Scopes(out).Where("fee_bills.id IN ? AND fee_bills.estate_id = ? AND fee_bills.company_id = ? AND fee_bills.unit_id = ?", p.BillIDs, p.EstateID, o.CompanyID, p.UnitID).
		Order("fee_bills.period_on, fee_bills.id").Find(&bills).Error
	if err != nil {
		return nil, err
	}
	list, err := owed(tx, bills)
	if err != nil {
		return nil, err
	}
	p.BillIDs = nil // spread would refuse a bill that is settled
	parts, left, err := spread(list, p)
	if err != nil {
		return nil, err
	}
	x, err := s.receive(tx, by, 0, o.CompanyID, p, "payment")
	if err != nil {
		return nil, err
	}
	x.Prepaid = left
	return x, s.assign(tx, by, x, accounts[WeChat], parts)
}

// afterClose moves a day that the books have closed to today, and says which it was.
func (p *Paying) afterClose(tx *store.Tx, company int64) error {
	book, err := ledger.FindBook(tx, p.EstateID, ledger.FeesOf(company))
	if err != nil {
		return err
	}
	if closed := book.Closed(); !closed.IsZero() && !closed.Before(date(p.PaidOn)) {
		p.Note += "，实际到账" + p.PaidOn.Format("2006年1月2日")
		p.PaidOn = org.DayOf(tx.Now)
	}
	return nil
}

// uncertain takes money of which nobody knows what it is for; it waits to be assigned.
func (s *Service) uncertain(tx *store.Tx, by audit.Actor, company int64, p Paying) (*Payment, error) {
	x, err := s.receive(tx, by, 0, company, p, "payment")
	if err != nil {
		return nil, err
	}
	x.State = "suspense"
	return x, s.book(tx, by, x, "suspense", p.PaidOn, []ledger.Line{{Key: ledger.Key{Code: accounts[p.Way]}, Amount: p.Amount}, {Key: ledger.Key{Code: ledger.FeeSuspense}, Amount: -p.Amount}})
}

// Sending is the state of an approved refund until WeChat has given the money back.
const Sending = "sending"

// Sender asks WeChat to give money back, once the transaction is committed.
type Sender func(tx *store.Tx, actor audit.Actor, c *Change) error

// OnSend wires what carries refunds to WeChat. It is called while the house is wired.
func (s *Service) OnSend(f Sender) { s.send = f }

// hand gives an approved refund to WeChat: it is booked when the money has gone back, see Returned. Until then what it gives back is
// spent on nothing else.
func (s *Service) hand(tx *store.Tx, actor org.Actor, c *Change) error {
	if _, err := c.weigh(tx); err != nil {
		return err
	}
	if s.send == nil {
		return ErrState.Saying("没有开通微信支付，不能从微信退款")
	}
	c.State = Sending
	return s.send(tx, actor, c)
}

// Returned books a refund that WeChat has carried out, or ends one that it has not. A second call does nothing.
// Faults: those of what the refund takes from: the books have to be put right first, and then it is called again.
func (s *Service) Returned(tx *store.Tx, change int64, done bool, text string) (*Payment, error) {
	var c Change
	if err := tx.Where("id = ?", change).Take(&c).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	if err := gate(tx, c.EstateID); err != nil {
		return nil, err
	}
	if err := tx.Where("id = ?", change).Take(&c).Error; err != nil {
		return nil, err
	}
	if c.State != Sending && (c.State != "failed" || !done) { // WeChat may have denied what it did
		return nil, nil
	}
	if c.State = "failed"; done {
		c.State = "approved"
	} else {
		c.Decision = clip(text, 300)
	}
	// First, so that what is kept for this refund is no longer kept from it.
	if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("state", "decision").Updates(&c).Error; err != nil {
		return nil, err
	}
	by := org.Actor{PersonID: c.DecidedBy, Surface: "office", Post: &org.Acting{OrganisationID: c.CompanyID}}
	if done {
		if err := s.carryOut(tx, by, &c); err != nil {
			return nil, err
		}
		if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("effect", "amount", "journal_id").Updates(&c).Error; err != nil {
			return nil, err
		}
	}
	if err := note(tx, by, "returned", "fee_change", c.ID, c.EstateID, map[string]any{"done": done}); err != nil || !done {
		return nil, err
	}
	var x Payment
	return &x, tx.Where("change_id = ?", c.ID).Take(&x).Error
}

// weighReturn holds a refund through WeChat against the payment that it gives back: the whole of it, of which nothing has gone back, or
// a part of it from what the unit has paid ahead.
func (c *Change) weighReturn(tx *store.Tx, x *Payment) error {
	var back money.Fen
	err := tx.Model(&Change{}).Select("COALESCE(SUM(amount), 0)").Where("payment_id = ? AND id <> ? AND kind IN ? AND state IN ?", x.ID, c.ID, []ChangeKind{Undo, RefundAhead}, []string{Sending, "approved"}).Scan(&back).Error
	if err != nil {
		return err
	}
	if c.Kind == Undo && back > 0 {
		return ErrAmount.Saying(fmt.Sprintf("这笔微信支付已经退了（或正在退）%s元，不能再整笔退；其余的请用“退预交款”", back))
	}
	if rest := x.Amount - back; c.Amount > rest {
		return ErrAmount.Saying(fmt.Sprintf("这笔微信支付还可以退%s元", rest))
	}
	return nil
}

// reserved is what refunds on their way to WeChat take from what units have paid ahead.
func reserved(tx *store.Tx, company, estate int64, units []int64) (map[int64]money.Fen, error) {
	var rows []struct {
		UnitID int64
		Amount money.Fen
	}
	err := tx.Table("fee_changes c").Select("c.unit_id, SUM(CASE WHEN c.kind = ? THEN c.amount ELSE p.prepaid END) AS amount", RefundAhead).
		Joins("JOIN fee_payments p ON p.id = c.payment_id").Where("c.estate_id = ? AND c.state = ? AND c.company_id = ? AND c.unit_id IN ?", estate, Sending, company, units).
		Group("c.unit_id").Scan(&rows).Error
	sums := map[int64]money.Fen{}
	for _, r := range rows {
		sums[r.UnitID] = r.Amount
	}
	return sums, err
}

// returning refuses to carry money from a bill while the payment that it came by is on its way back.
func returning(tx *store.Tx, bill int64) error {
	var n int64
	err := tx.Table("fee_allocations a").Joins("JOIN fee_changes c ON c.payment_id = a.payment_id AND c.state = ? AND c.kind = ?", Sending, Undo).Where("a.bill_id = ? AND a.payment_id <> 0", bill).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrState.Saying("交这张账单的一笔微信支付正在退款，请等退完再办")
	}
	return err
}

// TakeOut books money that has left a WeChat payment without us, or that never came: the whole payment, or a part from what its unit has
// paid ahead. Two people have decided so; the caller holds both. Faults: ErrNotFound, and those of a refund.
func (s *Service) TakeOut(tx *store.Tx, actor org.Actor, payment int64, amount money.Fen, proposedBy int64, reason string) (*Payment, error) {
	x, err := own[Payment](tx, actor, payment)
	if err != nil {
		return nil, err
	}
	if err := gate(tx, x.EstateID); err != nil {
		return nil, err
	}
	c := &Change{EstateID: x.EstateID, CompanyID: x.CompanyID, Kind: Undo, State: "approved", PaymentID: x.ID, UnitID: x.UnitID, Amount: amount, Way: x.Way, Reason: clip(reason, 300),
		ProposedBy: proposedBy, ProposedAt: tx.Now, DecidedBy: actor.PersonID, DecidedAt: &tx.Now}
	if amount != x.Amount {
		c.Kind = RefundAhead
	}
	if err := tx.Create(c).Error; err != nil {
		return nil, err
	}
	if err := s.carryOut(tx, actor, c); err != nil {
		return nil, err
	}
	if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("effect", "amount", "journal_id").Updates(c).Error; err != nil {
		return nil, err
	}
	var back Payment
	return &back, tx.Where("change_id = ?", c.ID).Take(&back).Error
}
