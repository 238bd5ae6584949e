package fund

import (
	"cmp"
	"context"
	"slices"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// fewUnits is how many units a sum has to be about before those see it who may not see the units: of fewer, neighbours would know whose it is.
const fewUnits = 5

// BuildingDebt is how many units of a building owe, and how much together. Merged is true of buildings that are shown as one, and of an estate
// in which fewer than five units owe, whose sum is left out.
type BuildingDebt struct {
	BuildingID int64 // 0 for merged ones
	Name       string
	Units      int
	Amount     money.Fen
	Merged     bool
}

// ErrUnitsHidden keeps what single units owe to those who collect it.
var ErrUnitsHidden = ErrNotKeeper.Saying("每一户欠交多少，只给维修资金的管理单位和业委会看；请看各幢合计")

// seesDebts reports whether an office that may do an action sees what single units owe: the committee, the company where it collects, and the bureau
// where it keeps the account.
func seesDebts(tx *store.Tx, actor org.Actor, action org.Action, estate int64) (bool, error) {
	if actor.Must(action) != nil || actor.Post == nil {
		return false, nil
	}
	if actor.Post.OrgKind != org.Bureau {
		return true, nil
	}
	own, err := AssemblyHolds(tx, estate)
	return !own, err
}

// debtsOf refuses whoever may not see what single units of an estate owe.
func debtsOf(tx *store.Tx, actor org.Actor, action org.Action, estate int64) error {
	if _, err := org.EstateFor(tx, actor, action, estate); err != nil {
		return err
	}
	if ok, err := seesDebts(tx, actor, action, estate); err != nil || !ok {
		return cmp.Or[error](err, ErrUnitsHidden)
	}
	return nil
}

// debts sums what units owe by building.
type debts map[int64]*BuildingDebt

func (d debts) add(building int64, fen money.Fen) {
	if d[building] == nil {
		d[building] = &BuildingDebt{BuildingID: building}
	}
	d[building].Units++
	d[building].Amount += fen
}

// shown names the buildings, and shows those with fewer than five units as one, together with the smallest others where they are still too few.
func (d debts) shown(tx *store.Tx, estate int64) ([]BuildingDebt, error) {
	var buildings []org.Building
	if err := tx.Where("estate_id = ?", estate).Order("id").Limit(1000).Find(&buildings).Error; err != nil {
		return nil, err
	}
	for _, b := range buildings {
		if x := d[b.ID]; x != nil {
			x.Name = b.Name
		}
	}
	all := make([]BuildingDebt, 0, len(d))
	for _, x := range d {
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b BuildingDebt) int {
		return cmp.Or(cmp.Compare(a.Units, b.Units), cmp.Compare(a.BuildingID, b.BuildingID))
	})
	rest, n := BuildingDebt{Name: "其他楼幢合计", Merged: true}, 0
	for n < len(all) && (all[n].Units < fewUnits || rest.Units > 0 && rest.Units < fewUnits) {
		rest.Units, rest.Amount = rest.Units+all[n].Units, rest.Amount+all[n].Amount
		n++
	}
	all = all[n:]
	slices.SortFunc(all, func(a, b BuildingDebt) int { return cmp.Compare(a.BuildingID, b.BuildingID) })
	if rest.Units > 0 && rest.Units < fewUnits { // of the whole estate
		rest = BuildingDebt{Name: "全小区不足5户", Merged: true}
	}
	if n > 0 {
		all = append(all, rest)
	}
	return all, nil
}

// UnpaidTotals sums, by building, how many units owe their first deposit and how much that is; a unit of which nobody can say how much counts with
// nothing.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) UnpaidTotals(ctx context.Context, actor org.Actor, estate int64) (list []BuildingDebt, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		sums := debts{}
		for after := int64(0); ; {
			units, subs, err := unitsAfter(tx, e.ID, after)
			if err != nil {
				return err
			}
			if len(units) == 0 {
				break
			}
			after = units[len(units)-1].ID
			rates, err := s.firstRates(tx, buildingsOf(units))
			if err != nil {
				return err
			}
			for i := range units {
				x, owes, err := rates.unpaid(&units[i], subs[units[i].ID].FirstFen)
				if err != nil {
					return err
				}
				if owes {
					sums.add(units[i].BuildingID, max(x.Due-x.Paid, 0))
				}
			}
		}
		list, err = sums.shown(tx, e.ID)
		return err
	})
	return list, err
}

// RenewalTotals sums, by building, how many units have to renew and how much they lack to the rate of the law.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, rulepack.ErrUnset (fund.renewal_rate).
func (s *Service) RenewalTotals(ctx context.Context, actor org.Actor, estate int64) (list []BuildingDebt, rate int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return err
		}
		if rate, err = set.Int("fund.renewal_rate"); err != nil {
			return err
		}
		sums := debts{}
		for after := int64(0); ; {
			var subs []SubAccount
			if err := tx.Where("estate_id = ? AND unit_id > ?", e.ID, after).Order("unit_id").Limit(scanned).Find(&subs).Error; err != nil {
				return err
			}
			if len(subs) == 0 {
				break
			}
			after = subs[len(subs)-1].UnitID
			balances, err := standing(tx, e.ID, unitsOf(subs), today(tx))
			if err != nil {
				return err
			}
			for _, x := range subs {
				b := balances[x.UnitID].Owners
				if x.ClosedAt != nil || x.FirstFen <= 0 || !below(b, x.FirstFen, rate) {
					continue
				}
				to, err := money.Share(x.FirstFen, rate, 10_000)
				if err != nil {
					return err
				}
				sums.add(x.BuildingID, to-b)
			}
		}
		list, err = sums.shown(tx, e.ID)
		return err
	})
	return list, rate, err
}

// PlanTotals sums, by building, how many units have not paid all that they owe under a plan, and how much that is.
// Faults: org.ErrForbidden, ErrNoEntry.
func (s *Service) PlanTotals(ctx context.Context, actor org.Actor, id int64) (p *Plan, list []BuildingDebt, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if p, err = ofReader(tx, actor, id, func(x *Plan) int64 { return x.EstateID }); err != nil {
			return err
		}
		var rows []BuildingDebt
		paid := tx.Model(&Deposit{}).Select("unit_id, SUM(amount) AS fen").Where("plan_id = ? AND dropped = ?", p.ID, false).Group("unit_id")
		err = tx.Table("fund_plan_dues d").Select("u.building_id, COUNT(*) AS units, SUM(d.amount - COALESCE(p.fen, 0)) AS amount").Joins("JOIN units u ON u.id = d.unit_id").Joins("LEFT JOIN (?) p ON p.unit_id = d.unit_id", paid).
			Where("d.plan_id = ? AND d.amount > COALESCE(p.fen, 0)", p.ID).Group("u.building_id").Scan(&rows).Error
		if err != nil {
			return err
		}
		sums := debts{}
		for i := range rows {
			sums[rows[i].BuildingID] = &rows[i]
		}
		list, err = sums.shown(tx, p.EstateID)
		return err
	})
	return p, list, err
}
