package disclosure

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostCompared bounds how many estates of a city are compared.
const mostCompared = 20_000

// Compare works the comparisons of the last whole year out, once in each month. It says whether it did.
func (s *Service) Compare(ctx context.Context) (bool, error) {
	today := calendar.DateOf(s.db.Now())
	month := *column(calendar.Date{Year: today.Year, Month: today.Month, Day: 1})
	var done int64
	var values []ComparedValue
	err := s.db.View(ctx, func(tx *store.Tx) error { // outside the transaction: the whole city is read
		err := tx.Model(&ComparedMonth{}).Where("month_on = ?", month).Count(&done).Error
		if err == nil && done == 0 {
			values, err = s.compared(tx, today.Year-1)
		}
		return err
	})
	if err != nil || done > 0 {
		return false, err
	}
	return true, s.db.InTx(ctx, func(tx *store.Tx) error {
		for _, table := range []any{&ComparedMonth{}, &ComparedValue{}, &ComparedClass{}} {
			if err := tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(table).Error; err != nil {
				return err
			}
		}
		if err := tx.Create(&ComparedMonth{MonthOn: month, Year: today.Year - 1, DoneAt: tx.Now}).Error; err != nil {
			return store.Raced(err)
		}
		if len(values) == 0 {
			return nil
		}
		if err := tx.CreateInBatches(&values, 900).Error; err != nil {
			return err
		}
		classes := classesOf(values)
		if len(classes) == 0 {
			return nil
		}
		return tx.CreateInBatches(&classes, 900).Error
	})
}

// classesOf gives the quartiles of every class in which enough estates have published.
func classesOf(values []ComparedValue) []ComparedClass {
	type key struct {
		class   string
		measure Compared
	}
	of := map[key][]int64{}
	for _, v := range values {
		if v.Class != "" && v.Value != nil {
			k := key{v.Class, v.Measure}
			of[k] = append(of[k], *v.Value)
		}
	}
	var list []ComparedClass
	for _, c := range Comparisons {
		for k, known := range of {
			if k.measure != c.Compared || len(known) <= mostKnown {
				continue
			}
			x := ComparedClass{Class: k.class, Measure: k.measure, Estates: int64(len(known))}
			x.Lower, x.Middle, x.Upper = quartiles(known, c.step)
			list = append(list, x)
		}
	}
	return list
}

// standing is an estate with what decides about its kind and divides its sums.
type standing struct {
	EstateID int64
	Homes    int64
	Area     area.Milli
	charging string
	figures  map[string][]Figure
	due      int64
	late     int64
}

// compared reads what every estate of the city has published about a year.
func (s *Service) compared(tx *store.Tx, year int) ([]ComparedValue, error) {
	var all []standing
	err := tx.Model(&org.Unit{}).Select("estate_id, SUM(CASE WHEN use_kind = 'residential' THEN 1 ELSE 0 END) AS homes, SUM(area_milli) AS area").
		Where("removed_at IS NULL").Group("estate_id").Order("estate_id").Limit(mostCompared).Scan(&all).Error
	if err != nil {
		return nil, err
	}
	byID, ids := make(map[int64]*standing, len(all)), make([]int64, len(all))
	for i := range all {
		all[i].figures = map[string][]Figure{}
		byID[all[i].EstateID], ids[i] = &all[i], all[i].EstateID
	}
	first, last := *column(calendar.Date{Year: year, Month: 1, Day: 1}), *column(calendar.Date{Year: year, Month: 12, Day: 31})
	if err := chargedBy(tx, byID, last); err != nil {
		return nil, err
	}
	if err := openFigures(tx, 0, func(f *OpenFigure) error {
		if e := byID[f.EstateID]; e != nil && !f.ToOn.Before(first) && !f.ToOn.After(last) {
			k := kindOf(&f.Figure)
			e.figures[k] = append(e.figures[k], f.Figure)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := lateIn(tx, byID, first, last); err != nil {
		return nil, err
	}
	prices := map[int64]int64{}
	if s.o.Prices != nil {
		if prices, err = s.o.Prices(tx, ids, last); err != nil {
			return nil, err
		}
	}
	values := make([]ComparedValue, 0, len(all)*len(Comparisons))
	for i := range all {
		e := &all[i]
		own := e.values(year)
		if p, ok := prices[e.EstateID]; ok {
			own[PriceByArea] = &p
		}
		for _, c := range Comparisons {
			values = append(values, ComparedValue{EstateID: e.EstateID, Measure: c.Compared, Class: classOf(e.Homes, e.charging), Value: own[c.Compared]})
		}
	}
	return values, nil
}

// chargedBy tells how each estate is charged on a day, where the community has looked at it.
func chargedBy(tx *store.Tx, byID map[int64]*standing, on time.Time) error {
	var rows []Charging
	if err := tx.Select("estate_id", "model").Where("state = 'confirmed' AND from_on <= ?", on).Order("estate_id, from_on, id").Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		if e := byID[r.EstateID]; e != nil {
			e.charging = r.Model // the latest is read last
		}
	}
	return nil
}

// lateIn counts, for what was due in a year, the days that it was late until the year's end: later nothing of it moves.
func lateIn(tx *store.Tx, byID map[int64]*standing, first, last time.Time) error {
	var rows []Duty
	err := tx.Model(&Duty{}).Select("id", "estate_id", "due_on", "published_on").Where("due_on BETWEEN ? AND ? AND (organisation_id <> 0 OR late_organisation_id <> 0)", first, last).
		FindInBatches(&rows, 5000, func(*gorm.DB, int) error {
			for _, d := range rows {
				if e := byID[d.EstateID]; e != nil {
					until := dateIn(&last)
					if p := dateIn(d.PublishedOn); !p.IsZero() && p.Before(until) {
						until = p
					}
					e.due++
					e.late += duty.Late(dateIn(d.DueOn), until, until)
				}
			}
			return nil
		}).Error
	return err
}

// kindOf names the figures that are whole sums of one kind, so that those of several notices can be put together.
func kindOf(f *Figure) string {
	return f.Book + " " + f.Codes + " " + f.Sources + " " + string(f.Measure)
}

// values are what an estate's figures of a year come to.
func (e *standing) values(year int) map[Compared]*int64 {
	own := map[Compared]*int64{}
	from, to := calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31}
	if sum, ok := wholeOf(e.figures["income income.revenue  received"], from, to); ok && e.Homes > 0 {
		v := rounded(sum, e.Homes)
		own[IncomeByHome] = &v
	}
	for _, f := range e.figures["fund fund.bank  balance"] {
		if dateIn(&f.ToOn) == to && e.Area > 0 {
			v := rounded(int64(f.Fen)*1000, int64(e.Area))
			own[FundByArea] = &v
		}
	}
	billed, ok := wholeOf(e.figures["fee fee.receivable  received"], from, to)
	paid, paidToo := wholeOf(append(e.figures["fee fee.receivable fee_payment spent"], e.figures["fee fee.receivable fee_payment,fee_run spent"]...), from, to)
	if ok && paidToo && billed > 0 && paid >= 0 {
		v := rounded(paid*1000, billed)
		own[Collected] = &v
	}
	if e.due > 0 {
		v := rounded(e.late, e.due)
		own[DaysLate] = &v
	}
	return own
}

// wholeOf adds up figures whose periods cover the days without a gap and without a day twice; the longer of two, and the later published.
func wholeOf(list []Figure, from, to calendar.Date) (int64, bool) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Figure) int {
		if c := b.ToOn.Compare(a.ToOn); c != 0 {
			return c
		}
		return int(b.NoticeID - a.NoticeID)
	})
	sum := int64(0)
	for at := from; ; {
		i := slices.IndexFunc(list, func(f Figure) bool { return f.FromOn != nil && dateIn(f.FromOn) == at && !to.Before(dateIn(&f.ToOn)) })
		if i < 0 {
			return 0, false
		}
		sum += int64(list[i].Fen)
		if at = dateIn(&list[i].ToOn).Add(1); to.Before(at) {
			return sum, true
		}
	}
}
