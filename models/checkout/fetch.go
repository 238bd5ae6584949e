package checkout

import (
	"context"
	"errors"

	"github.com/linli-city/linli/models/store"
)

// fetch reads a merchant's bill of a day, once for all its accounts whose day is due, and holds it against the books of each. What the bill
// says is paid and the books do not know is asked for first.
func (s *Service) fetch(ctx context.Context, id int64) error {
	days, err := s.claimDays(ctx, id)
	if err != nil || len(days) == 0 {
		return err
	}
	a, err := s.account(ctx, days[0].AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	bill, err := p.TradeBill(ctx, days[0].DayOn)
	if errors.Is(err, ErrNoBill) {
		return nil
	}
	if err != nil {
		return errors.Join(err, s.failed(ctx, days))
	}
	var failed []error
	for _, d := range days {
		failed = append(failed, s.hold(ctx, d, bill))
	}
	return errors.Join(failed...)
}

// hold holds a bill against the books of one account.
func (s *Service) hold(ctx context.Context, d Day, bill *TradeBill) error {
	a, err := s.account(ctx, d.AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	if err := s.recover(ctx, p, &a, &d, bill); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := store.Gate(tx, gateName(d.EstateID)); err != nil {
			return err
		}
		return compare(tx, &a, &d, bill)
	})
}

// claimDays takes the turn to fetch a day's bill: for the row itself, which comes first, and for those of the merchant's other accounts
// that are due.
func (s *Service) claimDays(ctx context.Context, id int64) (days []Day, err error) {
	err = s.DB.InTx(ctx, func(tx *store.Tx) error {
		days = nil
		var d Day
		if err := tx.ForUpdate().Where("id = ?", id).Take(&d).Error; err != nil {
			return err
		}
		if d.NextAt == nil || d.NextAt.After(tx.Now) {
			return nil
		}
		var a Account
		if err := tx.Where("id = ?", d.AccountID).Take(&a).Error; err != nil {
			return err
		}
		var others []Day
		err := tx.Select("pay_days.*").Joins("JOIN pay_accounts a ON a.id = pay_days.account_id AND a.mch_id = ? AND a.provider = ?", a.MchID, a.Provider).
			Where("pay_days.day_on = ? AND pay_days.id <> ? AND pay_days.next_at <= ?", d.DayOn, d.ID, tx.Now).Find(&others).Error
		if err != nil {
			return err
		}
		for _, x := range append([]Day{d}, others...) {
			got := tx.Model(&Day{}).Where("id = ? AND next_at = ?", x.ID, x.NextAt).Updates(map[string]any{"next_at": tx.Now.Add(wait(x.Tries + 4)), "tries": x.Tries + 1})
			if got.Error != nil {
				return got.Error
			}
			if got.RowsAffected > 0 { // else somebody else was faster
				days = append(days, x)
			}
		}
		return nil
	})
	return days, err
}

func (s *Service) failed(ctx context.Context, days []Day) error {
	ids := make([]int64, len(days))
	for i, d := range days {
		ids[i] = d.ID
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Day{}).Where("id IN ?", ids).Update("failure", "账单没有取到，会再取").Error
	})
}
