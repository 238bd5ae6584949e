package checkout

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/store"
)

// side is what an account has to do with a bill of its merchant, which other accounts of the same merchant share.
type side struct {
	rows    []BillRow         // of this account, and those that are nobody's where it is the one to name them
	orders  map[string]Order  // by their number
	refunds map[string]Refund // by their number
	absent  []int64           // accounts of the merchant that have rows and no day, known to the one that names
}

// sideOf takes from a merchant's bill what is an account's.
func sideOf(tx *store.Tx, a *Account, d *Day, bill *TradeBill) (*side, error) {
	var accounts []int64
	if err := tx.Model(&Account{}).Where("mch_id = ?", a.MchID).Pluck("id", &accounts).Error; err != nil {
		return nil, err
	}
	names, err := names(tx, a, d)
	if err != nil {
		return nil, err
	}
	var numbers, backs []string
	for _, r := range bill.Rows {
		if numbers = append(numbers, r.Number); r.RefundNumber != "" {
			backs = append(backs, r.RefundNumber)
		}
	}
	orders, err := numberedRows(tx, numbers, func(o Order) string { return o.Number })
	if err != nil {
		return nil, err
	}
	refunds, err := numberedRows(tx, backs, func(r Refund) string { return r.Number })
	if err != nil {
		return nil, err
	}
	s := &side{orders: orders, refunds: refunds}
	for _, row := range bill.Rows {
		owner := orders[row.Number].AccountID
		if r, ok := refunds[row.RefundNumber]; ok && row.RefundNumber != "" {
			owner = r.AccountID // of money that no order was for, too
		}
		known := slices.Contains(accounts, owner)
		switch {
		case owner == a.ID, names && !known:
			s.rows = append(s.rows, row)
		case names && !slices.Contains(s.absent, owner):
			s.absent = append(s.absent, owner)
		}
	}
	return s, nil
}

// openAbsent opens the day of those accounts that are switched off and have rows on it, such as a refund: theirs is not to be overlooked.
func openAbsent(tx *store.Tx, d *Day, have *side) error {
	for _, id := range have.absent {
		var n int64
		if err := tx.Model(&Day{}).Where("account_id = ? AND day_on = ?", id, d.DayOn).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		var a Account
		if err := tx.Where("id = ?", id).Take(&a).Error; err != nil {
			return err
		}
		if err := tx.Create(&Day{AccountID: id, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, State: "waiting", NextAt: &tx.Now}).Error; err != nil {
			return store.Raced(err)
		}
	}
	return nil
}

// names reports whether an account is the one of its merchant's that names what is nobody's on a day: the first that is switched on.
func names(tx *store.Tx, a *Account, d *Day) (bool, error) {
	var first []int64
	err := tx.Table("pay_days d").Joins("JOIN pay_accounts a ON a.id = d.account_id AND a.mch_id = ?", a.MchID).Where("d.day_on = ?", d.DayOn).
		Order("CASE WHEN a.live IS NULL THEN 1 ELSE 0 END, a.id").Limit(1).Pluck("a.id", &first).Error
	return len(first) > 0 && first[0] == a.ID, err
}

// numberedRows finds rows by WeChat's numbers of them.
func numberedRows[T any](tx *store.Tx, numbers []string, of func(T) string) (map[string]T, error) {
	found := map[string]T{}
	for chunk := range slices.Chunk(numbers, 900) {
		var list []T
		if err := tx.Where("number IN ?", chunk).Find(&list).Error; err != nil {
			return nil, err
		}
		for _, x := range list {
			found[of(x)] = x
		}
	}
	return found, nil
}

// recover asks for what the bill says is paid or given back and the books do not know. A bill alone books nothing.
func (s *Service) recover(ctx context.Context, p Provider, a *Account, d *Day, bill *TradeBill) error {
	var have *side
	err := s.DB.View(ctx, func(tx *store.Tx) (err error) {
		have, err = sideOf(tx, a, d, bill)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range have.rows {
		if o, ok := have.orders[row.Number]; row.Paid && ok && o.State != Paid && o.State != Doubt && o.State != Explained {
			if err := s.look(ctx, p, a, o); err != nil {
				return err
			}
		}
		if r, ok := have.refunds[row.RefundNumber]; !row.Paid && ok && r.State != Given && (r.NextAt != nil || row.RefundState == RefundDone) {
			got, err := p.QueryRefund(ctx, r.Number)
			if err != nil {
				continue // the chore goes on asking
			}
			if err := s.take(ctx, a, r.ID, got); err != nil {
				return err
			}
		}
	}
	return nil
}

// look asks for one order, in whatever state it is, and books it if it is paid.
func (s *Service) look(ctx context.Context, p Provider, a *Account, o Order) error {
	t, err := p.Query(ctx, o.Number)
	if errors.Is(err, ErrNoSuch) || err == nil && t.State != TradePaid {
		return nil // a difference, see compare
	}
	if err != nil {
		return fmt.Errorf("recover order %d: %w", o.ID, err)
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		o, err := held(tx, o.ID)
		if err != nil {
			return err
		}
		_, err = s.settle(tx, a, o, t)
		return err
	})
}

// take concludes a refund behind its gate.
func (s *Service) take(ctx context.Context, a *Account, id int64, got *Refunded) error {
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := store.Gate(tx, gateName(a.EstateID)); err != nil {
			return err
		}
		var r Refund
		if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
			return err
		}
		_, err := s.conclude(tx, a, &r, got)
		return err
	})
}
