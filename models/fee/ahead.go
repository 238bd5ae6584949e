package fee

import (
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ahead is what units have paid ahead to one company and is still held, at most 900 of them. The books of an estate go on when another
// company comes, but what was paid to the one is not the other's to use or to give back.
func ahead(tx *store.Tx, company, estate int64, units []int64) (map[int64]money.Fen, error) {
	// Whatever was posted counts, also for a later day.
	list, err := ledger.Balances(tx, estate, ledger.Fee, []ledger.Code{ledger.FeePrepaid}, append([]int64{-1}, units...), calendar.DateOf(org.DayOf(tx.Now).AddDate(1, 0, 0)))
	if err != nil {
		return nil, err
	}
	some := []int64{}
	for k, amount := range list {
		if amount < 0 {
			some = append(some, k.UnitID)
		}
	}
	held := make(map[int64]money.Fen, len(some))
	if len(some) == 0 {
		return held, nil
	}
	type sum struct {
		UnitID int64
		Amount money.Fen
	}
	var in, used []sum
	err = tx.Model(&Payment{}).Select("unit_id, SUM(prepaid + CASE WHEN kind = 'refund' AND refunds_id = 0 THEN amount ELSE 0 END) AS amount").
		Where("unit_id IN ? AND company_id = ? AND state = 'posted'", some, company).Group("unit_id").Scan(&in).Error
	if err != nil {
		return nil, err
	}
	// What was used on bills, and what came back from them.
	err = tx.Table("fee_allocations a").Select("a.unit_id, SUM(a.amount) AS amount").Joins("JOIN fee_bills b ON b.id = a.bill_id AND b.company_id = ?", company).
		Where("a.unit_id IN ? AND a.payment_id = 0", some).Group("a.unit_id").Scan(&used).Error
	for _, x := range in {
		held[x.UnitID] = x.Amount
	}
	for _, x := range used {
		held[x.UnitID] -= x.Amount
	}
	if err != nil {
		return nil, err
	}
	kept, err := reserved(tx, company, estate, some)
	for unit, amount := range held {
		held[unit] = max(0, min(amount, -list[ledger.Key{Code: ledger.FeePrepaid, UnitID: unit}])-kept[unit])
	}
	return held, err
}
