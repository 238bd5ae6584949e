package fund

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Handed is one time that a unit came to other owners: what stood on its sub-account went with it (Order 165 art. 28). It is read from the
// register and the books, so that no record can say otherwise than they do.
type Handed struct {
	At      time.Time
	Cause   string // of the org.Ownership
	From    int64  // org.OwnerSet; 0 for the first that is known
	To      int64
	Balance money.Fen // the owners', at the end of the day
	Owed    money.Fen // what the owners had still to make up then, which goes with the unit too
}

// HandedCauses are the causes as people read them.
var HandedCauses = map[string]string{"roster": "名册登记", "sale": "买卖", "inheritance": "继承", "judgment": "判决", "correction": "更正"}

// handings reads to whom a unit and its balance went, newest first, at most 50 times.
func handings(tx *store.Tx, estate, unit int64) ([]Handed, error) {
	var rows []org.Ownership
	if err := tx.Where("unit_id = ? AND estate_id = ?", unit, estate).Order("since DESC, id DESC").Limit(51).Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]Handed, 0, len(rows))
	for i, o := range rows[:min(len(rows), 50)] {
		h := Handed{At: o.Since, Cause: o.Cause, To: o.OwnerSetID}
		if i+1 < len(rows) {
			h.From = rows[i+1].OwnerSetID
		}
		b, err := standing(tx, estate, []int64{unit}, calendar.DateOf(o.Since))
		if err != nil {
			return nil, err
		}
		owed, err := owing(tx, estate, []int64{unit}, calendar.DateOf(o.Since))
		if err != nil {
			return nil, err
		}
		h.Balance, h.Owed = b[unit].Owners, owed[unit].Owners
		list = append(list, h)
	}
	return list, nil
}

// ownersNow gives the owner set of each of some units; 0 for none.
func ownersNow(tx *store.Tx, units []int64) (map[int64]int64, error) {
	var rows []org.Ownership
	err := tx.Select("unit_id", "owner_set_id").Where("current_unit IN ?", append([]int64{0}, units...)).Find(&rows).Error
	sets := make(map[int64]int64, len(rows))
	for _, o := range rows {
		sets[o.UnitID] = o.OwnerSetID
	}
	return sets, err
}
