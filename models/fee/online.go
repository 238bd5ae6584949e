package fee

import (
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
