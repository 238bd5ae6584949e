package fee

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Total is what was charged and paid, summed: never whose.
type Total struct {
	BuildingID int64
	RuleID     int64
	Title      string
	Bills      int64
	Units      int64 // that were charged
	Charged    money.Fen
	Changed    money.Fen // adjustments, discounts, write-offs
	Paid       money.Fen
}

// Due is what is still wanted.
func (t Total) Due() money.Fen { return t.Charged + t.Changed - t.Paid }

// Totals are an estate's sums by building and by what was charged for, of bills whose period begins within two months (both included).
type Totals struct {
	ByBuilding []Total
	ByRule     []Total
	Names      map[int64]string // of buildings
}

// fewest is how many units a sum that is shown has at least: of fewer, neighbours could tell who owes.
const fewest = 5

// merged puts sums of too few units together, and with them the next smallest until they are enough; what is still too few for the whole
// estate is not shown. To take the rows from the estate's sum then tells nobody's. apart says that no unit stands in two of them; else they
// may all be of the same few.
func merged(list []Total, apart bool) []Total {
	slices.SortStableFunc(list, func(a, b Total) int { return cmp.Compare(b.Units, a.Units) })
	small := Total{}
	for len(list) > 0 && (list[len(list)-1].Units < fewest || small.Units > 0 && small.Units < fewest) {
		t := list[len(list)-1]
		list = list[:len(list)-1]
		units := max(small.Units, t.Units)
		if apart {
			units = small.Units + t.Units
		}
		small.Bills, small.Units, small.Charged, small.Changed, small.Paid = small.Bills+t.Bills, units, small.Charged+t.Charged, small.Changed+t.Changed, small.Paid+t.Paid
	}
	slices.SortFunc(list, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.BuildingID, b.BuildingID), cmp.Compare(a.RuleID, b.RuleID), cmp.Compare(a.Title, b.Title))
	})
	if small.Units >= fewest {
		list = append(list, small)
	}
	return list
}

// FindTotals sums an estate's bills; sums of fewer than five units are put together. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) FindTotals(ctx context.Context, actor org.Actor, estate int64, from, to time.Time) (*Totals, error) {
	t := &Totals{Names: map[int64]string{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFeeTotals, estate)
		if err != nil {
			return err
		}
		bills := func() *gorm.DB {
			return tx.Model(&Bill{}).Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.state IN ? AND fee_bills.period_on BETWEEN ? AND ?", e.ID, []BillState{Open, Settled}, from, to)
		}
		if t.ByBuilding, err = sums(bills, "fee_bills.building_id"); err != nil {
			return err
		}
		if t.ByRule, err = sums(bills, "fee_bills.rule_id, fee_bills.title"); err != nil {
			return err
		}
		t.ByBuilding, t.ByRule = merged(t.ByBuilding, true), merged(t.ByRule, false)
		var houses []org.Building
		err = tx.Where("estate_id = ?", e.ID).Limit(2000).Find(&houses).Error
		for _, b := range houses {
			t.Names[b.ID] = b.Name
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// sums adds up bills by some columns, which also order them.
func sums(bills func() *gorm.DB, by string) ([]Total, error) {
	var charged, changed, paid []Total
	if err := bills().Select(by + ", COUNT(*) AS bills, COUNT(DISTINCT fee_bills.unit_id) AS units, SUM(fee_bills.amount) AS charged").Group(by).Order(by).Limit(2000).Scan(&charged).Error; err != nil {
		return nil, err
	}
	if err := bills().Select(by + ", SUM(c.effect) AS changed").Joins("JOIN fee_changes c ON c.bill_id = fee_bills.id AND c.state = 'approved'").Group(by).Scan(&changed).Error; err != nil {
		return nil, err
	}
	if err := bills().Select(by + ", SUM(a.amount) AS paid").Joins("JOIN fee_allocations a ON a.bill_id = fee_bills.id").Group(by).Scan(&paid).Error; err != nil {
		return nil, err
	}
	type key struct {
		building, rule int64
		title          string
	}
	place := map[key]int{}
	for i, t := range charged {
		place[key{t.BuildingID, t.RuleID, t.Title}] = i
	}
	// What is beyond the limit, or was billed since the first look, belongs to none of these.
	for _, t := range changed {
		if i, ok := place[key{t.BuildingID, t.RuleID, t.Title}]; ok {
			charged[i].Changed = t.Changed
		}
	}
	for _, t := range paid {
		if i, ok := place[key{t.BuildingID, t.RuleID, t.Title}]; ok {
			charged[i].Paid = t.Paid
		}
	}
	return charged, nil
}
