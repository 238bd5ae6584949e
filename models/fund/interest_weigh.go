package fund

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// move is by how much a sub-account grew on a day.
type move struct {
	on     calendar.Date
	amount money.Fen
}

// weigh sums the balances at the end of each day of a period, both days included. A day with nothing, or with less than nothing, weighs
// nothing. The order of the moves does not matter.
func weigh(opening money.Fen, moves []move, from, to calendar.Date) int64 {
	slices.SortFunc(moves, func(a, b move) int { return a.on.Start().Compare(b.on.Start()) })
	weight, balance, since := int64(0), opening, from
	for _, m := range moves {
		if m.on.Before(from) || to.Before(m.on) {
			continue
		}
		weight += int64(max(balance, 0)) * daysBetween(since, m.on)
		balance, since = balance+m.amount, m.on
	}
	return weight + int64(max(balance, 0))*daysBetween(since, to.Add(1))
}

// daysBetween counts the days from a day up to another, without it.
func daysBetween(a, b calendar.Date) int64 {
	return int64(b.Start().Sub(a.Start()).Hours() / 24) // Shanghai has no summer time
}

// weighed is how many sub-accounts are weighed at once.
const weighed = 400

// weigh reads what each sub-account of an estate weighs in the period of an income, in the order of units.
func (in *Income) weigh(tx *store.Tx) ([]Share, error) {
	from, to := dateOf(in.FromOn), dateOf(in.ToOn)
	var shares []Share
	for after := int64(0); ; {
		var units []int64
		if err := tx.Model(&SubAccount{}).Where("estate_id = ? AND unit_id > ?", in.EstateID, after).Order("unit_id").Limit(weighed).Pluck("unit_id", &units).Error; err != nil {
			return nil, err
		}
		if len(units) == 0 {
			return shares, byDoor(tx, in.EstateID, shares)
		}
		after = units[len(units)-1]
		opening, err := ledger.Balances(tx, in.EstateID, ledger.Fund, subCodes, units, from.Add(-1))
		if err != nil {
			return nil, err
		}
		days, err := ledger.Moves(tx, in.EstateID, ledger.Fund, subCodes, units, from, to)
		if err != nil {
			return nil, err
		}
		moves := map[ledger.Key][]move{}
		for _, d := range days {
			moves[d.Key] = append(moves[d.Key], move{d.On, -d.Amount})
		}
		for _, unit := range units {
			for _, code := range subCodes {
				key := ledger.Key{Code: code, UnitID: unit}
				if w := weigh(-opening[key], moves[key], from, to); w > 0 {
					shares = append(shares, Share{IncomeID: in.ID, UnitID: unit, Code: code, Weight: w})
				}
			}
		}
	}
}

// byDoor gives shares the places of their doors in the order of numbers.
func byDoor(tx *store.Tx, estate int64, shares []Share) error {
	var doors []door
	if err := registered(tx, estate).Scan(&doors).Error; err != nil {
		return err
	}
	slices.SortFunc(doors, inOrder)
	place := make(map[int64]int, len(doors))
	for i, d := range doors {
		place[d.ID] = i
	}
	for i := range shares {
		shares[i].place = place[shares[i].UnitID]
	}
	return nil
}

// allocate divides the income by the weights, the fen that are left by the largest remainders, among equal ones by the order of doors, of a door
// the owners before the seller. It puts the shares into that order, whatever the one in which they come.
func (in *Income) allocate(shares []Share) error {
	slices.SortFunc(shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.UnitID, b.UnitID), cmp.Compare(slices.Index(subCodes, a.Code), slices.Index(subCodes, b.Code)))
	})
	parts, err := money.Split(in.Amount, weightsOf(shares))
	if err != nil {
		return fmt.Errorf("allocate income %d: %w", in.ID, err)
	}
	booked := 0
	for i := range shares {
		if shares[i].Amount = parts[i]; parts[i] != 0 {
			shares[i].Part = booked/partSize + 1
			booked++
		}
	}
	in.Shares, in.Parts = len(shares), (booked+partSize-1)/partSize
	return nil
}

func weightsOf(shares []Share) []int64 {
	weights := make([]int64, len(shares))
	for i, x := range shares {
		weights[i] = x.Weight
	}
	return weights
}
