package fund

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// IncomeWhy is how a sub-account came to its part of an income: what a line of a statement hangs on.
type IncomeWhy struct {
	Income    Income
	UnitID    int64
	Code      ledger.Code
	Step      apportion.Step // Mine and Whole are the balances in fen at the end of each day, added up
	JournalNo int64          // 0 for a part of nothing, which no journal books
}

// Days are the days of the period, both ends included.
func (w IncomeWhy) Days() int64 {
	return daysBetween(dateOf(w.Income.FromOn), dateOf(w.Income.ToOn).Add(1))
}

// Words say it in one sentence, in the words of whoever the money belongs to.
func (w IncomeWhy) Words() string {
	who := "您家"
	if w.Code == ledger.FundSeller {
		who = "售房单位的这套房屋"
	}
	return fmt.Sprintf("%s%s元按每个分户账每天的余额分配（%s至%s，共%d天）：", IncomeNames[w.Income.Kind], w.Income.Amount, short(dateOf(w.Income.FromOn)), short(dateOf(w.Income.ToOn)), w.Days()) + w.Step.ExplainDays(who)
}

// ExplainMyIncome tells owners why their unit got what it did of an income.
// Faults: org.ErrForbidden, org.ErrUnitNotFound, ErrNoEntry.
func (s *Service) ExplainMyIncome(ctx context.Context, actor org.Actor, unit, income int64) (*IncomeWhy, error) {
	if err := actor.Must(org.FollowFund); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(org.FollowFund, unit); !ok {
		return nil, org.ErrUnitNotFound
	}
	return s.explainIncome(ctx, unit, income, ledger.FundUnit, func(*store.Tx, *org.Unit) error { return nil })
}

// ExplainIncome tells an office why a unit, or with seller its public-housing seller, got what it did of an income.
// Faults: org.ErrForbidden, org.ErrUnitNotFound, ErrNoEntry.
func (s *Service) ExplainIncome(ctx context.Context, actor org.Actor, unit, income int64, seller bool) (*IncomeWhy, error) {
	if err := actor.Must(org.ReadFund); err != nil {
		return nil, err
	}
	code := ledger.FundUnit
	if seller {
		code = ledger.FundSeller
	}
	return s.explainIncome(ctx, unit, income, code, func(tx *store.Tx, u *org.Unit) error {
		_, err := org.EstateFor(tx, actor, org.ReadFund, u.EstateID)
		if errors.Is(err, org.ErrEstateNotFound) {
			err = org.ErrUnitNotFound
		}
		return err
	})
}

func (s *Service) explainIncome(ctx context.Context, unit, income int64, code ledger.Code, may func(*store.Tx, *org.Unit) error) (*IncomeWhy, error) {
	var found []IncomeWhy
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var u org.Unit
		if err := tx.Where("id = ?", unit).Take(&u).Error; err != nil {
			return store.NotFound(err, org.ErrUnitNotFound)
		}
		if err := may(tx, &u); err != nil {
			return err
		}
		var err error
		found, err = whys(tx, u.EstateID, u.ID, code, []int64{income})
		if err == nil && len(found) == 0 {
			err = ErrNoEntry
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("explain income %d: %w", income, err)
	}
	return &found[0], nil
}

// whys recomputes what a sub-account got of some incomes that are booked on it, in the order that they are asked for. It reads each income's
// weights anew: an answer that is not what was booked is an error and nobody's explanation.
func whys(tx *store.Tx, estate, unit int64, code ledger.Code, incomes []int64) ([]IncomeWhy, error) {
	if len(incomes) == 0 {
		return nil, nil
	}
	var rows []Income
	if err := tx.Where("estate_id = ? AND id IN ? AND state IN ('posting', 'posted')", estate, incomes).Find(&rows).Error; err != nil {
		return nil, err
	}
	var list []IncomeWhy
	for _, id := range incomes {
		i := slices.IndexFunc(rows, func(x Income) bool { return x.ID == id })
		if i < 0 {
			continue
		}
		w, err := rows[i].why(tx, unit, code)
		if err != nil {
			return nil, err
		}
		if w != nil {
			list = append(list, *w)
		}
	}
	return list, nil
}

func (in *Income) why(tx *store.Tx, unit int64, code ledger.Code) (*IncomeWhy, error) {
	var shares []Share
	if err := tx.Where("income_id = ?", in.ID).Order("id").Find(&shares).Error; err != nil {
		return nil, err
	}
	mine := slices.IndexFunc(shares, func(x Share) bool { return x.UnitID == unit && x.Code == code })
	if mine < 0 || shares[mine].Part > in.Done {
		return nil, nil
	}
	steps, err := apportion.Days(in.Amount, weightsOf(shares))
	if err != nil {
		return nil, fmt.Errorf("income %d: %w", in.ID, err)
	}
	if steps[mine].Amount() != shares[mine].Amount {
		return nil, fmt.Errorf("income %d: unit %d has %s, its weight gives %s", in.ID, unit, shares[mine].Amount, steps[mine].Amount())
	}
	w := &IncomeWhy{Income: *in, UnitID: unit, Code: code, Step: steps[mine]}
	if part := shares[mine].Part; part > 0 {
		j, err := ledger.FindRef(tx, in.EstateID, ledger.Fund, fmt.Sprintf("income-%d-%d", in.ID, part))
		if err != nil {
			return nil, err
		}
		if j != nil {
			w.JournalNo = j.No
		}
	}
	return w, nil
}
