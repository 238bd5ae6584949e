package fund

import (
	"maps"
	"slices"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// deposited is what the owner and the seller of public housing paid in for a home.
type deposited struct{ owned, seller money.Fen }

// publicHousing finds the homes with a public-housing seller, and what was deposited for each (Order 165 art. 20): what deposits and
// the bank's opening list brought into their two sub-accounts, or made up of what was owed beside them.
func publicHousing(tx *store.Tx, estate int64, doors []door) (map[int64]deposited, error) {
	all, named := map[int64]deposited{}, map[int64]bool{}
	ids := make([]int64, len(doors))
	for i := range doors {
		ids[i] = doors[i].ID
	}
	for part := range slices.Chunk(ids, 900) {
		var subs []SubAccount
		if err := tx.Select("id", "unit_id").Where("unit_id IN ? AND seller <> ''", part).Find(&subs).Error; err != nil {
			return nil, err
		}
		for _, x := range subs {
			all[x.UnitID], named[x.UnitID] = deposited{}, true
		}
		// Also where the bank's list brought a seller's money and did not name the seller.
		var paid []int64
		err := tx.Table("ledger_accounts a").Joins("JOIN ledger_books b ON b.id = a.book_id AND b.estate_id = ? AND b.kind = ?", estate, ledger.Fund).
			Where("a.code = ? AND a.unit_id IN ?", ledger.FundSeller, part).Pluck("a.unit_id", &paid).Error
		if err != nil {
			return nil, err
		}
		for _, id := range paid {
			all[id] = deposited{}
		}
	}
	var public []int64
	for id := range all {
		public = append(public, id)
	}
	for part := range slices.Chunk(public, 900) {
		var rows []struct {
			Code   ledger.Code
			UnitID int64
			Amount money.Fen
		}
		err := tx.Table("ledger_accounts a").Select("a.code, a.unit_id, SUM(e.amount) AS amount").
			Joins("JOIN ledger_books b ON b.id = a.book_id AND b.estate_id = ? AND b.kind = ?", estate, ledger.Fund).
			Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_journals j ON j.id = e.journal_id").
			Where("a.code IN ? AND a.unit_id IN ? AND j.source_kind IN ?", append(slices.Clone(subCodes), dueCodes...), part, []string{"fund_slip", "fund_import"}).
			Group("a.code, a.unit_id").Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			d := all[r.UnitID]
			if r.Code == ledger.FundSeller || r.Code == ledger.FundSellerReceivable {
				d.seller -= r.Amount
			} else {
				d.owned -= r.Amount
			}
			all[r.UnitID] = d
		}
	}
	for id, d := range all {
		all[id] = deposited{owned: max(d.owned, 0), seller: max(d.seller, 0)}
	}
	maps.DeleteFunc(all, func(id int64, d deposited) bool { return !named[id] && d.seller == 0 })
	return all, nil
}
