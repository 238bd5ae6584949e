package fee

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Bucket says how long a bill has been past its due day.
type Bucket int

// The buckets of ageing as accountants commonly cut them; no law names them, and nothing follows from them but how a list is read.
const (
	NotYet Bucket = iota // due today or later
	To30                 // 1 to 30 days past due
	To90
	To365
	Beyond
)

// BucketNames in Chinese, in their order.
var BucketNames = [5]string{"未到期", "逾期1—30日", "逾期31—90日", "逾期91—365日", "逾期365日以上"}

// lasts are the days past due with which the buckets end.
var lasts = [...]int{0, 30, 90, 365}

// Ageing is what is wanted, by how long it has been.
type Ageing [len(BucketNames)]money.Fen

// Sum is all of it.
func (a Ageing) Sum() (sum money.Fen) {
	for _, f := range a {
		sum += f
	}
	return sum
}

// Overdue is what should have been paid before today.
func (a Ageing) Overdue() money.Fen { return a.Sum() - a[NotYet] }

// Arrear is what a unit's open bills want together, whoever owes them.
type Arrear struct {
	UnitID     int64
	BuildingID int64
	Unit       string
	Bills      int64
	Due        Ageing
	OldestOn   time.Time
	Former     int64 // of the bills, those that an earlier owner owes
	Developer  int64 // those that the developer owes
	Paused     []Paused
	Reminded   *time.Time // the last reminder
	Demanded   *time.Time
}

// Arrears are the totals of an estate.
type Arrears struct {
	On    time.Time // as of which day
	Units int64
	Bills int64
	Due   Ageing
}

// aged is a row of sums.
type aged struct {
	UnitID, BuildingID, Bills, Units int64
	D0, D1, D2, D3, D4               money.Fen
}

func (a aged) ageing() Ageing { return Ageing{a.D0, a.D1, a.D2, a.D3, a.D4} }

// openDue are the open bills of an estate with what each still wants, of one company or, with 0, of all. It is read by
// fee_bills_ageing and, for each bill, by the indexes of its lines.
func openDue(tx *store.Tx, estate, company int64) *gorm.DB {
	q := tx.Model(&Bill{}).Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.state = ?", estate, Open)
	if company != 0 {
		q = q.Where("fee_bills.company_id = ?", company)
	}
	return q.Select(`fee_bills.unit_id, fee_bills.building_id, fee_bills.due_on, fee_bills.amount
		+ COALESCE((SELECT SUM(c.effect) FROM fee_changes c WHERE c.bill_id = fee_bills.id AND c.state = 'approved'), 0)
		- COALESCE((SELECT SUM(a.amount) FROM fee_allocations a WHERE a.bill_id = fee_bills.id), 0) AS due`)
}

// age sums bills into the buckets of a day; by are the columns that come first, and order.
func age(tx *store.Tx, bills *gorm.DB, today time.Time, by string) *gorm.DB {
	var cols strings.Builder
	args := []any{}
	upper := any(nil)
	for i := range BucketNames {
		cols.WriteString(", SUM(CASE WHEN ")
		switch {
		case i == 0:
			cols.WriteString("d.due_on >= ?")
			args = append(args, today)
		case i < len(lasts):
			cols.WriteString("d.due_on < ? AND d.due_on >= ?")
			args = append(args, upper, today.AddDate(0, 0, -lasts[i]))
		default:
			cols.WriteString("d.due_on < ?")
			args = append(args, upper)
		}
		upper = today
		if i > 0 && i < len(lasts) {
			upper = today.AddDate(0, 0, -lasts[i])
		}
		cols.WriteString(" THEN d.due ELSE 0 END) AS d" + string(rune('0'+i)))
	}
	if by != "" {
		by += ", "
	}
	return tx.Table("(?) AS d", bills).Select(by+"COUNT(*) AS bills, COUNT(DISTINCT d.unit_id) AS units"+cols.String(), args...)
}

// ListArrears pages through the units of an estate with open bills of the actor's company, by their ids, with the totals over all of
// them. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListArrears(ctx context.Context, actor org.Actor, estate, after int64, limit int) (list []Arrear, all *Arrears, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		if all, err = arrearsOf(tx, e.ID, actor.OrganisationID()); err != nil {
			return err
		}
		list, err = s.arrears(tx, e.ID, actor.OrganisationID(), after, limit)
		return err
	})
	return list, all, err
}

// EachArrear gives all units of the list in batches, as they stand at one moment, for a sheet.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, those of each.
func (s *Service) EachArrear(ctx context.Context, actor org.Actor, estate int64, each func([]Arrear) error) (all *Arrears, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		if all, err = arrearsOf(tx, e.ID, actor.OrganisationID()); err != nil {
			return err
		}
		for after := int64(0); ; {
			list, err := s.arrears(tx, e.ID, actor.OrganisationID(), after, 500)
			if err != nil || len(list) == 0 {
				return err
			}
			after = list[len(list)-1].UnitID
			if err := each(list); err != nil {
				return err
			}
		}
	})
	return all, err
}

// arrearsOf are the totals of a company's open bills.
func arrearsOf(tx *store.Tx, estate, company int64) (*Arrears, error) {
	a := &Arrears{On: org.DayOf(tx.Now)}
	var sum aged
	if err := age(tx, openDue(tx, estate, company), a.On, "").Scan(&sum).Error; err != nil {
		return nil, err
	}
	a.Units, a.Bills, a.Due = sum.Units, sum.Bills, sum.ageing()
	return a, nil
}

// arrears reads some units' sums, and what is known of their bills.
func (s *Service) arrears(tx *store.Tx, estate, company, after int64, limit int) ([]Arrear, error) {
	var rows []aged
	bills := openDue(tx, estate, company).Where("fee_bills.unit_id > ?", after)
	err := age(tx, bills, org.DayOf(tx.Now), "d.unit_id, MIN(d.building_id) AS building_id").Group("d.unit_id").Order("d.unit_id").Limit(limit).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list, place, ids := make([]Arrear, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, r := range rows {
		list[i] = Arrear{UnitID: r.UnitID, BuildingID: r.BuildingID, Bills: r.Bills, Due: r.ageing()}
		place[r.UnitID], ids[i] = i, r.UnitID
	}
	return list, s.describe(tx, estate, company, list, place, ids)
}

// describe adds to the units of a page what is not a sum.
func (s *Service) describe(tx *store.Tx, estate, company int64, list []Arrear, place map[int64]int, ids []int64) error {
	names, err := unitNames(tx, estate, ids)
	if err != nil {
		return err
	}
	f, err := s.factsOf(tx, estate, company, ids)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		if a.Unit = names[a.UnitID]; a.Unit == "" {
			a.Unit = "已注销的房屋"
		}
		for _, b := range f.bills[a.UnitID] {
			if a.OldestOn.IsZero() || b.DueOn.Before(a.OldestOn) {
				a.OldestOn = b.DueOn
			}
			switch {
			case b.Payer == ByDeveloper:
				a.Developer++
			case !slices.Contains(f.sets[a.UnitID], b.OwnerSetID):
				a.Former++
			}
		}
		a.Paused = f.paused(a.UnitID)
		a.Reminded, a.Demanded = f.last[a.UnitID][Reminder], f.last[a.UnitID][Demand]
	}
	return nil
}
