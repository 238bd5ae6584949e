package fee

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// home is a unit as somebody who lives there may see its bills: those of its owners of today. What an owner before them owed is not
// theirs to see.
type home struct {
	unit  org.Unit
	sets  []int64 // the owners of today, under whichever set the register had them
	since time.Time
}

// homeOf finds the actor's home. A tenant has none here.
func homeOf(tx *store.Tx, actor org.Actor, unit int64) (*home, error) {
	if err := actor.Must(org.SeeBills); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(org.SeeBills, unit); !ok {
		return nil, ErrUnit
	}
	h := &home{sets: []int64{0}}
	if err := tx.Where("id = ? AND removed_at IS NULL", unit).Take(&h.unit).Error; err != nil {
		return nil, store.NotFound(err, ErrUnit)
	}
	all, err := tenures(tx, []int64{unit})
	if err != nil {
		return nil, err
	}
	if t := all[unit]; t != nil {
		h.sets, h.since = t.sets, t.since
	}
	return h, nil
}

func (h *home) bills(tx *store.Tx) *gorm.DB {
	return tx.Scopes(out).Where("fee_bills.unit_id = ? AND fee_bills.owner_set_id IN ?", h.unit.ID, h.sets)
}

// MyBill is a bill with what is always shown beside it: price, basis, standard, hotline.
type MyBill struct {
	Owed
	Version Version // empty for opening arrears
	Reason  string  // why it was withdrawn
}

// ListMyBills pages through the bills of a home, newest first, withdrawn ones with the reason.
// Faults: org.ErrForbidden, ErrUnit.
func (s *Service) ListMyBills(ctx context.Context, actor org.Actor, unit, before int64, limit int) ([]MyBill, error) {
	var list []MyBill
	err := s.db.View(ctx, func(tx *store.Tx) error {
		h, err := homeOf(tx, actor, unit)
		if err != nil {
			return err
		}
		q := h.bills(tx)
		if before > 0 {
			q = q.Where("fee_bills.id < ?", before)
		}
		var bills []Bill
		if err := q.Order("fee_bills.id DESC").Limit(limit).Find(&bills).Error; err != nil {
			return err
		}
		if list, err = shown(tx, bills); err != nil {
			return err
		}
		return s.withDisputes(tx, actor, list)
	})
	return list, err
}

// FindMyBill shows one bill of the actor's homes with its lines: why it is that much.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindMyBill(ctx context.Context, actor org.Actor, id int64) (*MyBill, error) {
	if err := actor.Must(org.SeeBills); err != nil {
		return nil, err
	}
	var list []MyBill
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var b Bill
		if err := tx.Scopes(actor.Within(org.SeeBills, "estate_id")).Where("id = ?", id).Take(&b).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		h, err := homeOf(tx, actor, b.UnitID)
		if err != nil {
			return ErrNotFound
		}
		var bills []Bill
		if err := h.bills(tx).Where("fee_bills.id = ?", id).Find(&bills).Error; err != nil {
			return err
		}
		if len(bills) == 0 {
			return ErrNotFound
		}
		if list, err = shown(tx, bills); err != nil {
			return err
		}
		if err := s.withDisputes(tx, actor, list); err != nil {
			return err
		}
		list[0].Lines, err = linesOf(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// linesOf are what changed a bill, in their order.
func linesOf(tx *store.Tx, bill int64) ([]Change, error) {
	var lines []Change
	return lines, tx.Where("bill_id = ? AND state = 'approved'", bill).Order("id").Limit(200).Find(&lines).Error
}

// FindBill shows one bill to the company that charges it. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindBill(ctx context.Context, actor org.Actor, id int64) (*MyBill, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var list []MyBill
	err := s.db.View(ctx, func(tx *store.Tx) error {
		b, err := own[Bill](tx, actor, id)
		if err != nil {
			return err
		}
		if list, err = shown(tx, []Bill{*b}); err != nil {
			return err
		}
		if err := s.withDisputes(tx, actor, list); err != nil {
			return err
		}
		list[0].Lines, err = linesOf(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// shown adds to bills what is shown beside them.
func shown(tx *store.Tx, bills []Bill) ([]MyBill, error) {
	sums, err := owed(tx, bills)
	if err != nil {
		return nil, err
	}
	list, versions, runs := make([]MyBill, len(bills)), []int64{0}, []int64{0}
	for i, o := range sums {
		list[i].Owed = o
		versions, runs = append(versions, o.VersionID), append(runs, o.RunID)
	}
	var vs []Version
	if err := tx.Where("id IN ?", versions).Find(&vs).Error; err != nil {
		return nil, err
	}
	var rs []Run
	if err := tx.Where("id IN ? AND state = ?", runs, Cancelled).Find(&rs).Error; err != nil {
		return nil, err
	}
	byVersion, byRun := map[int64]Version{}, map[int64]string{}
	for _, v := range vs {
		byVersion[v.ID] = v
	}
	for _, r := range rs {
		byRun[r.ID] = r.CancelReason
	}
	for i := range list {
		list[i].Version, list[i].Reason = byVersion[list[i].VersionID], byRun[list[i].RunID]
	}
	return list, nil
}

// wanted is what the open ones of some bills want together.
func wanted(q *gorm.DB, tx *store.Tx) (sum money.Fen, err error) {
	var bills []Bill
	if err := q.Where("fee_bills.state = ?", Open).Limit(2000).Find(&bills).Error; err != nil {
		return 0, err
	}
	list, err := owed(tx, bills)
	for _, o := range list {
		sum += o.Due()
	}
	return sum, err
}

// Receipt is a payment with what it was for.
type Receipt struct {
	Payment
	Payer    string
	Parts    []ReceiptPart
	Invoices []Invoice
	Back     money.Fen // what went back of it, negative
}

// ReceiptPart is what of a payment went to a bill.
type ReceiptPart struct {
	Allocation
	Number string
	Unit   string
	Title  string
	Period time.Time
	Months int64
}
