package fund

import (
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Owing says which of some units owe their first deposit or, with renewal, have to renew; of the owners', never the developer's. Who asks
// must keep the estate's account; nobody for a look of the system's own.
// Faults: org.ErrForbidden, ErrNoAccount, ErrNotKeeper, rulepack.ErrUnset (fund.renewal_rate).
func (s *Service) Owing(tx *store.Tx, by *org.Actor, estate int64, renewal bool, ids []int64) (map[int64]bool, error) {
	if by != nil {
		if _, err := keeperOf(tx, tx.DB, *by, estate); err != nil {
			return nil, err
		}
	}
	var units []org.Unit
	if err := tx.Where("estate_id = ? AND id IN ? AND removed_at IS NULL", estate, ids).Find(&units).Error; err != nil {
		return nil, err
	}
	units = slices.DeleteFunc(units, func(u org.Unit) bool { return payerOf(&u, false) != "owner" })
	own := []int64{0}
	for _, u := range units {
		own = append(own, u.ID)
	}
	var rows []SubAccount
	if err := tx.Where("estate_id = ? AND unit_id IN ?", estate, own).Find(&rows).Error; err != nil {
		return nil, err
	}
	if renewal {
		return s.low(tx, estate, rows)
	}
	rates, err := s.firstRates(tx, buildingsOf(units))
	if err != nil {
		return nil, err
	}
	subs, owing := map[int64]SubAccount{}, map[int64]bool{}
	for _, x := range rows {
		subs[x.UnitID] = x
	}
	for i := range units {
		u := &units[i]
		due, unknown, err := rates.due(u.BuildingID, u.AreaMilli)
		if err != nil {
			return nil, err
		}
		owing[u.ID] = unknown == "" && subs[u.ID].FirstFen < due
	}
	return owing, nil
}

// low says which of some sub-accounts have to be renewed today.
func (s *Service) low(tx *store.Tx, estate int64, rows []SubAccount) (map[int64]bool, error) {
	set, err := s.fundRules(tx)
	if err != nil {
		return nil, err
	}
	rate, err := set.Int("fund.renewal_rate")
	if err != nil {
		return nil, err
	}
	balances, err := standing(tx, estate, unitsOf(rows), today(tx))
	if err != nil {
		return nil, err
	}
	owing := map[int64]bool{}
	for _, x := range rows {
		owing[x.UnitID] = x.ClosedAt == nil && x.FirstFen > 0 && below(balances[x.UnitID].Owners, x.FirstFen, rate)
	}
	return owing, nil
}
