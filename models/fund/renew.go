package fund

import (
	"context"
	"math/bits"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Low is a unit whose sub-account has less than the rate of its first deposit that the law wants it renewed at (Order 165 art. 17).
type Low struct {
	UnitID  int64
	Unit    string
	First   money.Fen
	Balance money.Fen // the owners'
}

// below reports whether a balance is less than rate/10000 of the first deposit, exactly.
func below(balance, first money.Fen, rate int64) bool {
	if balance < 0 {
		return true
	}
	bh, bl := bits.Mul64(uint64(balance), 10_000)
	fh, fl := bits.Mul64(uint64(max(first, 0)), uint64(rate)) //nolint:gosec // rates of the packs are not negative
	return bh < fh || bh == fh && bl < fl
}

// ListToRenew pages through the units that have to renew, by unit; the answer names the rate and where the next page begins, 0 at the end.
// Units without a first deposit on record are in ListUnpaid.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnitsHidden, rulepack.ErrUnset (fund.renewal_rate).
func (s *Service) ListToRenew(ctx context.Context, actor org.Actor, estate, after int64, limit int) (list []Low, rate, next int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := debtsOf(tx, actor, org.ReadFundDebts, estate); err != nil {
			return err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return err
		}
		if rate, err = set.Int("fund.renewal_rate"); err != nil {
			return err
		}
		var subs []SubAccount
		err = tx.Where("estate_id = ? AND unit_id > ?", estate, after).Order("unit_id").Limit(scanned).Find(&subs).Error
		if err != nil {
			return err
		}
		balances, err := standing(tx, estate, unitsOf(subs), today(tx))
		if err != nil {
			return err
		}
		for _, x := range subs {
			next = x.UnitID
			b := balances[x.UnitID].Owners
			if x.ClosedAt != nil || x.FirstFen <= 0 || !below(b, x.FirstFen, rate) {
				continue
			}
			if list = append(list, Low{UnitID: x.UnitID, First: x.FirstFen, Balance: b}); len(list) == limit {
				break
			}
		}
		if len(list) < limit && len(subs) < scanned {
			next = 0
		}
		return nameUnits(tx, list, func(x *Low) (int64, *string) { return x.UnitID, &x.Unit })
	})
	return list, rate, next, err
}

func unitsOf(subs []SubAccount) []int64 {
	ids := make([]int64, len(subs))
	for i, x := range subs {
		ids[i] = x.UnitID
	}
	return ids
}
