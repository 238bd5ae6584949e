package fee

import (
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// TestSumsOfWhatCameMeanwhile: what is paid on a bill that the first look did not see belongs to none of the rows that it did.
func TestSumsOfWhatCameMeanwhile(t *testing.T) {
	db := modelstest.Open(t)
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		bills := []Bill{{Number: "F1-1", EstateID: 1, BuildingID: 1, PeriodOn: tx.Now, DueOn: tx.Now, Amount: 100, State: Open}, {Number: "F1-2", EstateID: 1, BuildingID: 2, PeriodOn: tx.Now, DueOn: tx.Now, Amount: 100, State: Open}}
		if err := tx.Create(&bills).Error; err != nil {
			return err
		}
		if err := tx.Create(&Allocation{EstateID: 1, BillID: bills[1].ID, Source: "payment", Amount: 70, At: tx.Now}).Error; err != nil {
			return err
		}
		looks := 0
		list, err := sums(func() *gorm.DB {
			if looks++; looks == 1 {
				return tx.Model(&Bill{}).Where("number = 'F1-1'")
			}
			return tx.Model(&Bill{})
		}, "fee_bills.building_id")
		if len(list) != 1 || list[0].Paid != 0 {
			t.Errorf("%+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
