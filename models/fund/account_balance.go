package fund

import (
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// today is the day in Shanghai.
func today(tx *store.Tx) calendar.Date { return calendar.DateOf(tx.Now) }

// subCodes are the two sub-accounts that a unit may have.
var subCodes = []ledger.Code{ledger.FundUnit, ledger.FundSeller}

// Standing is what stands on a unit's sub-accounts.
type Standing struct{ Owners, Seller money.Fen }

// standing reads what stands on units' sub-accounts at the end of a day; theirs is what the books owe them.
func standing(tx *store.Tx, estate int64, units []int64, on calendar.Date) (map[int64]Standing, error) {
	all := make(map[int64]Standing, len(units))
	for part := range slices.Chunk(units, 900) {
		rows, err := ledger.Balances(tx, estate, ledger.Fund, subCodes, part, on)
		if err != nil {
			return nil, err
		}
		for k, fen := range rows {
			b := all[k.UnitID]
			if k.Code == ledger.FundSeller {
				b.Seller = -fen
			} else {
				b.Owners = -fen
			}
			all[k.UnitID] = b
		}
	}
	return all, nil
}
