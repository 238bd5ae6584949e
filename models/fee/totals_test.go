package fee

import (
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
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

// TestSumsShowNoHousehold: of fewer than five units no sum is shown, and none can be got by taking the others from the whole.
func TestSumsShowNoHousehold(t *testing.T) {
	for _, c := range []struct {
		what  string
		units []int64
		apart bool
		want  []int64 // units of the rows, the merged one last
	}{
		{"all large", []int64{40, 5, 12}, true, []int64{40, 5, 12}},
		{"one small, with the next smallest", []int64{40, 4, 12}, true, []int64{40, 16}},
		{"three small are enough", []int64{40, 2, 2, 2}, true, []int64{40, 6}},
		{"a small estate", []int64{3, 1}, true, nil},
		{"a small estate of one", []int64{4}, true, nil},
		{"one small of two", []int64{40, 1}, true, []int64{41}},
		{"the same few in two rules", []int64{40, 3, 3}, false, []int64{40}},
		{"the same few, and others", []int64{40, 3, 3, 30}, false, []int64{40, 30}},
	} {
		var list []Total
		for i, n := range c.units {
			list = append(list, Total{BuildingID: int64(i + 1), Units: n, Charged: 100})
		}
		got, sum := merged(list, c.apart), money.Fen(0)
		var units []int64
		for _, x := range got {
			units, sum = append(units, x.Units), sum+x.Charged
		}
		if !slices.Equal(units, c.want) || len(c.want) > 0 && sum != money.Fen(100*len(c.units)) {
			t.Errorf("%s: %v, %s, want %v", c.what, units, sum, c.want)
		}
	}
}
