package fee

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Rate is how much of what was billed has been received (收费率).
//
// Billed is, in fen, what the bills of a period come to as of a day: their amounts with the adjustments, discounts and write-offs that were
// approved by the end of that day, in Shanghai. A bill belongs to the month in which its period begins; one of several months, to the first.
// Bills that were published later, and bills that have been withdrawn, count for nothing. What was owed before the books began is a period
// like others.
//
// Received is what of payments, and of what was paid ahead, went to these very bills by the end of that day, less what was taken back from
// them. Money counts from the day on which it was put to a bill, which is not always the bank's: money of this year for last year's bills raises last year's rate.
type Rate struct {
	Key      int64 // building, rule, or year × 100 + month; 0 for several that were put together
	Name     string
	Bills    int64
	Units    int64
	Billed   money.Fen
	Received money.Fen
}

// Points is the rate in basis points, rounded down; none where nothing was billed.
func (r Rate) Points() (points int64, ok bool) {
	if r.Billed <= 0 {
		return 0, false
	}
	p, err := money.Share(10_000, int64(max(r.Received, 0)), int64(r.Billed))
	if err == nil && int64(p) == 10_000 && r.Received < r.Billed {
		p-- // never whole before it is
	}
	return int64(p), err == nil
}

// Rates are an estate's.
type Rates struct {
	From, To   time.Time // months, both included
	On         time.Time // as of the end of which day
	Total      Rate
	ByBuilding []Rate
	ByMonth    []Rate
	ByRule     []Rate
	Hidden     bool // too few homes for any sum
}

// maxRateMonths bounds the period.
const maxRateMonths = 60

// FindRates computes how much of what was billed has been received. Anybody but the company sees no sum of fewer than fewest homes.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) FindRates(ctx context.Context, actor org.Actor, estate int64, from, to, on time.Time) (*Rates, error) {
	if on.IsZero() {
		on = org.DayOf(s.db.Now())
	}
	var c fault.Checks
	c.Check(from.Day() == 1 && to.Day() == 1 && !to.Before(from) && to.Before(from.AddDate(0, maxRateMonths, 0)), "from", "起止月份从1日起，最多五年")
	c.Check(!on.After(org.DayOf(s.db.Now())), "on", "截止日不能晚于今天")
	if err := c.Err(); err != nil {
		return nil, err
	}
	r := &Rates{From: from, To: to, On: on}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFeeTotals, estate)
		if err != nil {
			return err
		}
		if actor.Must(org.RunFees) == nil {
			return r.read(tx, e.ID, actor.OrganisationID(), false)
		}
		return r.read(tx, e.ID, 0, true)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// read fills in the sums; veiled puts together what is of too few homes.
func (r *Rates) read(tx *store.Tx, estate, company int64, veiled bool) error {
	end := r.On.AddDate(0, 0, 1).Add(-8 * time.Hour) // midnight in Shanghai
	bills := func() *gorm.DB {
		q := tx.Model(&Bill{}).Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.state IN ? AND fee_bills.period_on BETWEEN ? AND ? AND fee_bills.created_at < ?", estate, []BillState{Open, Settled}, r.From, r.To, end)
		if company != 0 {
			q = q.Where("fee_bills.company_id = ?", company)
		}
		return q
	}
	total, err := rates(bills, "fee_bills.estate_id", end)
	if err != nil {
		return err
	}
	if len(total) > 0 {
		r.Total = total[0].Rate
	}
	if r.Hidden = veiled && r.Total.Units < fewest; r.Hidden {
		r.Total = Rate{}
		return nil
	}
	houses, err := groupsOf(tx, estate)
	if err != nil {
		return err
	}
	var rules []Rule
	if err := tx.Where("estate_id = ?", estate).Limit(1000).Find(&rules).Error; err != nil {
		return err
	}
	names := map[int64]string{0: "启用本系统以前的欠费"}
	for _, x := range rules {
		names[x.ID] = x.Name
	}
	for _, d := range []struct {
		column string
		to     *[]Rate
		name   func(x rated) (int64, string)
	}{
		{"fee_bills.building_id", &r.ByBuilding, func(x rated) (int64, string) { return x.BuildingID, houses.names[x.BuildingID] }},
		{"fee_bills.period_on", &r.ByMonth, func(x rated) (int64, string) {
			return int64(x.PeriodOn.Year()*100) + int64(x.PeriodOn.Month()), x.PeriodOn.Format("2006年1月")
		}},
		{"fee_bills.rule_id", &r.ByRule, func(x rated) (int64, string) { return x.RuleID, names[x.RuleID] }},
	} {
		rows, err := rates(bills, d.column, end)
		if err != nil {
			return err
		}
		for _, x := range rows {
			x.Key, x.Name = d.name(x)
			*d.to = append(*d.to, x.Rate)
		}
		if veiled {
			*d.to = veil(*d.to)
		}
	}
	return nil
}

// rated is a row of sums.
type rated struct {
	Rate
	EstateID, BuildingID, RuleID int64
	PeriodOn                     time.Time
}

// rates sums bills by a column as of a moment.
func rates(bills func() *gorm.DB, by string, end time.Time) ([]rated, error) {
	var list, changed, paid []rated
	if err := bills().Select(by + ", COUNT(*) AS bills, COUNT(DISTINCT fee_bills.unit_id) AS units, SUM(fee_bills.amount) AS billed").Group(by).Order(by).Limit(2000).Scan(&list).Error; err != nil {
		return nil, err
	}
	if err := bills().Select(by+", SUM(c.effect) AS billed").Joins("JOIN fee_changes c ON c.bill_id = fee_bills.id AND c.state = 'approved' AND c.decided_at < ?", end).Group(by).Scan(&changed).Error; err != nil {
		return nil, err
	}
	if err := bills().Select(by+", SUM(a.amount) AS received").Joins("JOIN fee_allocations a ON a.bill_id = fee_bills.id AND a.at < ?", end).Group(by).Scan(&paid).Error; err != nil {
		return nil, err
	}
	key := func(x rated) [4]int64 { return [4]int64{x.EstateID, x.BuildingID, x.RuleID, x.PeriodOn.Unix()} }
	place := map[[4]int64]int{}
	for i, x := range list {
		place[key(x)] = i
	}
	for _, x := range append(changed, paid...) {
		if i, ok := place[key(x)]; ok {
			list[i].Billed += x.Billed
			list[i].Received += x.Received
		}
	}
	return list, nil
}

// veil puts rows of fewer than fewest homes together with the next smallest, so that no row, and no difference of rows, is a household's.
// The same home may be in several rows: those together count as many as the largest.
func veil(rows []Rate) []Rate {
	order := slices.Clone(rows)
	slices.SortStableFunc(order, func(a, b Rate) int { return cmp.Compare(a.Units, b.Units) })
	some, hidden := Rate{Name: "户数少的（合并）"}, map[int64]bool{}
	for _, x := range order {
		if x.Units >= fewest && (len(hidden) == 0 || some.Units >= fewest) {
			break
		}
		hidden[x.Key] = true
		some.Bills, some.Billed, some.Received, some.Units = some.Bills+x.Bills, some.Billed+x.Billed, some.Received+x.Received, max(some.Units, x.Units)
	}
	if len(hidden) == 0 {
		return rows
	}
	rows = slices.DeleteFunc(rows, func(x Rate) bool { return hidden[x.Key] })
	return append(rows, some)
}
