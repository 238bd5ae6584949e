package fee

import (
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ahead is what units have paid ahead to one company and is still held, at most 900 of them. When another company comes, it is not that
// one's to use or to give back.
func ahead(tx *store.Tx, company, estate int64, units []int64) (map[int64]money.Fen, error) {
	// Whatever was posted counts, also for a later day.
	list, err := ledger.Balances(tx, estate, ledger.FeesOf(company), []ledger.Code{ledger.FeePrepaid}, append([]int64{-1}, units...), calendar.DateOf(org.DayOf(tx.Now).AddDate(1, 0, 0)))
	if err != nil {
		return nil, err
	}
	kept, err := reserved(tx, company, estate, append([]int64{-1}, units...))
	held := make(map[int64]money.Fen, len(list))
	for k, amount := range list {
		held[k.UnitID] = max(0, -amount-kept[k.UnitID])
	}
	return held, err
}

// ErrLeft says that a company no longer manages an estate.
var ErrLeft = fault.New(fault.Conflict, "fee.left", "贵公司已经不再管理这个小区：以前的欠费可以收，该退的要退，不能再出新账单、登记欠费，也不能再收预交款和押金")

// serving refuses to a company that has left an estate what would begin something new there.
func serving(tx *store.Tx, company, estate int64) error {
	e, err := org.OpenEstate(tx, estate)
	if err == nil && e.CompanyID != company {
		err = ErrLeft
	}
	return err
}
