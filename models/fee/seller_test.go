package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// TestWhatASellerOwedIsNotTheBuyersToSee, neither on a receipt of its own nor on one with the buyer's.
func TestWhatASellerOwedIsNotTheBuyersToSee(t *testing.T) {
	w := billed(t)
	old, own := w.bills(0)[0].ID, w.bills(0)[1].ID
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&fee.Bill{}).Where("id = ?", old).Update("owner_set_id", 1_000_000).Error
	})
	p := w.paying(0, "40")
	p.BillIDs = []int64{old}
	w.pay(p)
	p = w.paying(0, "147")
	p.BillIDs, p.Prepay, p.Note, p.Serial = []int64{old, own}, true, "王小明和买家一起交", "S1"
	both := w.pay(p)
	mine, err := w.ListMyReceipts(t.Context(), w.owner, w.Units[0].ID, 0, 10)
	if err != nil || len(mine) != 1 || mine[0].ID != both {
		t.Fatalf("%+v, %v", mine, err)
	}
	if r := mine[0]; len(r.Parts) != 1 || r.Parts[0].BillID != own || r.Amount != yuan("98.50") || r.Prepaid != yuan("10") || r.Note != "" || r.Serial != nil {
		t.Errorf("%+v", r)
	}
}
