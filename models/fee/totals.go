package fee

import (
	"context"
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

// FindTotals sums an estate's bills. Faults: org.ErrForbidden, org.ErrEstateNotFound.
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
		g, err := groupsOf(tx, e.ID)
		if err != nil {
			return err
		}
		if t.Names = g.names; actor.Must(org.RunFees) != nil {
			t.ByBuilding = g.sums(t.ByBuilding)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// sums puts the sums of buildings together that may not be shown alone.
func (g *groups) sums(rows []Total) []Total {
	var list []Total
	place := map[int64]int{}
	for _, r := range rows {
		id := g.of[r.BuildingID]
		at, ok := place[id]
		if !ok {
			at, place[id] = len(list), len(list)
			list = append(list, Total{BuildingID: id})
		}
		x := &list[at]
		x.Bills, x.Charged, x.Changed, x.Paid = x.Bills+r.Bills, x.Charged+r.Charged, x.Changed+r.Changed, x.Paid+r.Paid
	}
	return list
}

// sums adds up bills by some columns, which also order them.
func sums(bills func() *gorm.DB, by string) ([]Total, error) {
	var charged, changed, paid []Total
	if err := bills().Select(by + ", COUNT(*) AS bills, SUM(fee_bills.amount) AS charged").Group(by).Order(by).Limit(2000).Scan(&charged).Error; err != nil {
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
