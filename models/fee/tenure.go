package fee

import (
	"time"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tenure is the time of a unit's owners of today.
type tenure struct {
	sets  []int64 // under whichever set the register had them
	since time.Time
	first int64 // the row with which it began
	after bool  // others had the unit before
}

// tenures finds the owners of today of units, at most 900 of them.
func tenures(tx *store.Tx, units []int64) (map[int64]*tenure, error) {
	var held []org.Ownership
	if err := tx.Select("id", "unit_id", "owner_set_id", "since", "cause").Where("unit_id IN ?", append([]int64{-1}, units...)).Order("unit_id, since DESC, id DESC").Find(&held).Error; err != nil {
		return nil, err
	}
	all, begun := map[int64]*tenure{}, map[int64]bool{}
	for _, o := range held {
		t := all[o.UnitID]
		switch {
		case t == nil:
			t = &tenure{}
			all[o.UnitID] = t
		case begun[o.UnitID]:
			t.after = true
			continue
		}
		t.sets, t.since, t.first = append(t.sets, o.OwnerSetID), o.Since, o.ID
		begun[o.UnitID] = o.Cause != "correction" // which names the same people anew
		t.after = begun[o.UnitID] && o.Cause != "roster"
	}
	return all, nil
}

// earlier is what of the money that owners before those of today had paid ahead to a company is still there, or was before a refund; at most
// 900 units. It is between those owners and the company: it pays no bill of today's, and what goes back in cash is taken from it first.
func earlier(tx *store.Tx, company int64, units []int64, refund *Payment) (map[int64]money.Fen, error) {
	all, err := tenures(tx, units)
	if err != nil {
		return nil, err
	}
	firsts := []int64{-1}
	for _, t := range all {
		if t.after {
			firsts = append(firsts, t.first)
		}
	}
	left := map[int64]money.Fen{}
	if len(firsts) == 1 {
		return left, nil
	}
	for _, part := range []func(*store.Tx, int64, []int64, *Payment) ([]unitSum, error){paidEarlier, usedEarlier, sendingEarlier} {
		rows, err := part(tx, company, firsts, refund)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			left[r.UnitID] += r.Amount
		}
	}
	for unit, n := range left {
		left[unit] = max(0, n)
	}
	return left, nil
}

type unitSum struct {
	UnitID int64
	Amount money.Fen
}

// paidEarlier is what was paid ahead before a sale, less what went back before it, what goes back of those payments after it, and what goes
// back of no payment.
func paidEarlier(tx *store.Tx, company int64, firsts []int64, refund *Payment) (rows []unitSum, err error) {
	q := tx.Table("fee_payments p").Select(`p.unit_id, SUM(CASE WHEN p.kind = 'refund' AND p.refunds_id = 0 THEN p.amount WHEN p.at < o.since OR g.at < o.since THEN p.prepaid ELSE 0 END) AS amount`).
		Joins("JOIN ownerships o ON o.unit_id = p.unit_id AND o.id IN ?", firsts).Joins("LEFT JOIN fee_payments g ON g.id = p.refunds_id").Where("p.company_id = ? AND p.state = 'posted'", company)
	if refund != nil {
		q = q.Where("p.id < ?", refund.ID)
	}
	return rows, q.Group("p.unit_id").Scan(&rows).Error
}

// usedEarlier is what bills took of it before a sale, less what was carried over before it or, after it, from bills of those owners.
func usedEarlier(tx *store.Tx, company int64, firsts []int64, refund *Payment) (rows []unitSum, err error) {
	q := tx.Table("fee_allocations a").Select(`a.unit_id, -SUM(CASE WHEN a.at < o.since OR a.amount < 0 AND NOT EXISTS (SELECT 1 FROM ownerships n WHERE n.unit_id = a.unit_id AND n.since >= o.since AND n.owner_set_id = b.owner_set_id) THEN a.amount ELSE 0 END) AS amount`).
		Joins("JOIN ownerships o ON o.unit_id = a.unit_id AND o.id IN ?", firsts).Joins("JOIN fee_bills b ON b.id = a.bill_id AND b.company_id = ?", company).Where("a.payment_id = 0")
	if refund != nil {
		q = q.Where("a.at <= ?", refund.At)
	}
	return rows, q.Group("a.unit_id").Scan(&rows).Error
}

// sendingEarlier is what of it WeChat is giving back.
func sendingEarlier(tx *store.Tx, company int64, firsts []int64, refund *Payment) (rows []unitSum, err error) {
	if refund != nil {
		return nil, nil
	}
	q := tx.Table("fee_changes c").Select("c.unit_id, -SUM(CASE WHEN c.kind = ? THEN c.amount ELSE p.prepaid END) AS amount", RefundAhead).Joins("JOIN fee_payments p ON p.id = c.payment_id").
		Joins("JOIN ownerships o ON o.unit_id = c.unit_id AND o.id IN ?", firsts).Where("c.state = ? AND c.company_id = ? AND p.at < o.since", Sending, company)
	return rows, q.Group("c.unit_id").Scan(&rows).Error
}
