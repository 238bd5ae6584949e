package fee

import (
	"context"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListPayments pages through the movements at an estate, newest first. "suspense" are those that wait to be assigned; these say who paid.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListPayments(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]Receipt, error) {
	rows, err := listed[Payment](ctx, s, actor, estate, before, limit, state)
	if err != nil {
		return nil, err
	}
	list := make([]Receipt, len(rows))
	for i, x := range rows {
		if list[i].Payment = x; x.State == "suspense" && x.PayerSealed != "" {
			if list[i].Payer, err = s.vault.Open(x.PayerSealed, "fee_payments.payer"); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// ListChanges pages through what was put before a second person, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListChanges(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) (list []ChangeView, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := org.CompanyPage[Change](tx, actor, org.RunFees, estate, before, limit, state)
		if err != nil {
			return err
		}
		list, err = viewed(tx, rows)
		return err
	})
	return list, err
}

// FindReceipt shows a payment with its parts, to the cashiers. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindReceipt(ctx context.Context, actor org.Actor, id int64) (*Receipt, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var r *Receipt
	err := s.db.View(ctx, func(tx *store.Tx) error {
		x, err := own[Payment](tx, actor, id)
		if err != nil {
			return err
		}
		list, err := s.receipts(tx, []Payment{*x}, nil)
		if err != nil {
			return err
		}
		r = &list[0]
		if x.PayerSealed != "" {
			r.Payer, err = s.vault.Open(x.PayerSealed, "fee_payments.payer")
		}
		return err
	})
	return r, err
}

// ListMyReceipts pages through what was paid for a home since its owners have it, newest first. Of a payment for several homes the
// parts of this one are shown, and of one that also paid what owners before them owed the parts of theirs. What goes back of an earlier
// owner's money is not shown.
// Faults: org.ErrForbidden, ErrUnit.
func (s *Service) ListMyReceipts(ctx context.Context, actor org.Actor, unit, before int64, limit int) ([]Receipt, error) {
	var list []Receipt
	err := s.db.View(ctx, func(tx *store.Tx) error {
		h, err := homeOf(tx, actor, unit)
		if err != nil {
			return err
		}
		others, err := h.notTheirs(tx)
		if err != nil {
			return err
		}
		q := tx.Model(&Payment{}).Joins(`JOIN (SELECT a.payment_id AS id FROM fee_allocations a JOIN fee_bills b ON b.id = a.bill_id AND b.owner_set_id IN ? WHERE a.unit_id = ? UNION
			SELECT p.id FROM fee_payments p WHERE p.unit_id = ? AND (p.prepaid > 0 OR NOT EXISTS (SELECT 1 FROM fee_allocations o WHERE o.payment_id = p.id))) mine ON mine.id = fee_payments.id`, h.sets, unit, unit).
			Where("fee_payments.at >= ? AND fee_payments.state <> 'suspense' AND fee_payments.id NOT IN ?", h.since, others)
		if before > 0 {
			q = q.Where("fee_payments.id < ?", before)
		}
		var rows []Payment
		if err := q.Order("fee_payments.id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		if list, err = s.receipts(tx, rows, h); err != nil {
			return err
		}
		for i := range list {
			list[i].narrow(unit)
		}
		return nil
	})
	return list, err
}

// narrow leaves of a payment what one home has of it.
func (r *Receipt) narrow(unit int64) {
	sum, ahead := money.Fen(0), money.Fen(0)
	if r.UnitID == unit {
		ahead = r.Prepaid
	}
	for _, p := range r.Parts {
		if p.Source == "payment" {
			sum += p.Amount
		}
	}
	if r.UnitID == unit && (r.Kind != "payment" || sum+ahead == r.Amount) {
		return
	}
	r.Amount, r.Prepaid, r.Invoices, r.Note, r.Serial = sum+ahead, ahead, nil, "", nil
	if r.Back != 0 {
		r.Back = -r.Amount
	}
}

// receipts adds to payments what they were for; of one home if it is given.
func (s *Service) receipts(tx *store.Tx, rows []Payment, h *home) ([]Receipt, error) {
	list, place, ids := make([]Receipt, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, x := range rows {
		list[i].Payment, place[x.ID], ids[i] = x, i, x.ID
	}
	if len(rows) == 0 {
		return list, nil
	}
	q := tx.Table("fee_allocations a").Select("a.*, b.number, b.unit, b.title, b.period_on AS period, b.months").Joins("JOIN fee_bills b ON b.id = a.bill_id").Where("a.payment_id IN ?", ids)
	if h != nil {
		q = q.Where("a.unit_id = ? AND b.owner_set_id IN ?", h.unit.ID, h.sets)
	}
	var parts []ReceiptPart
	if err := q.Order("a.id").Scan(&parts).Error; err != nil {
		return nil, err
	}
	for _, p := range parts {
		r := &list[place[p.PaymentID]]
		r.Parts = append(r.Parts, p)
	}
	var invoices []Invoice
	if err := tx.Where("payment_id IN ?", ids).Order("id").Find(&invoices).Error; err != nil {
		return nil, err
	}
	for _, v := range invoices {
		r := &list[place[v.PaymentID]]
		r.Invoices = append(r.Invoices, v)
	}
	var back []struct {
		RefundsID int64
		Amount    money.Fen
	}
	err := tx.Model(&Payment{}).Select("refunds_id, SUM(amount) AS amount").Where("refunds_id IN ?", ids).Group("refunds_id").Scan(&back).Error
	for _, b := range back {
		list[place[b.RefundsID]].Back = b.Amount
	}
	return list, err
}

// ImportView is a list with what became of its lines.
type ImportView struct {
	Import
	Counts map[string]int
}

// ListImports pages through an estate's lists, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListImports(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Import, error) {
	return listed[Import](ctx, s, actor, estate, before, limit, "")
}

// FindImport counts what became of a list's lines. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindImport(ctx context.Context, actor org.Actor, id int64) (*ImportView, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	v := &ImportView{Counts: map[string]int{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := own[Import](tx, actor, id)
		if err != nil {
			return err
		}
		v.Import = *imp
		var n []struct {
			State string
			N     int
		}
		err = tx.Model(&Line{}).Select("state, COUNT(*) AS n").Where("import_id = ?", id).Group("state").Scan(&n).Error
		for _, x := range n {
			v.Counts[x.State] = x.N
		}
		return err
	})
	return v, err
}

// ListLines pages through a list's lines in their order; those of one state if it is not empty. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) ListLines(ctx context.Context, actor org.Actor, id int64, state string, after int64, limit int) ([]LineView, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var list []LineView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := own[Import](tx, actor, id)
		if err != nil {
			return err
		}
		var rows []Line
		q := tx.Where("import_id = ? AND line > ?", id, after)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if err := q.Order("line").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = s.lookedAt(tx, imp, rows)
		return err
	})
	return list, err
}
