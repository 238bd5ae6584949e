package fund

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Instalment is one part of what a unit owes under a plan.
type Instalment struct {
	DueOn  calendar.Date
	Amount money.Fen
	Paid   money.Fen
}

// Owed is what a unit owes and has paid under a plan.
type Owed struct {
	ID          int64 // of the due, for the next page
	UnitID      int64
	Unit        string
	Amount      money.Fen
	MakeUp      money.Fen // of it, what a repair left to make up: whatever is paid goes there first
	Paid        money.Fen
	Overdue     money.Fen // of instalments whose day is past
	Instalments []Instalment
}

// dates reads the days of the instalments.
func (p *Plan) dates() ([]calendar.Date, error) {
	var texts []string
	if err := json.Unmarshal([]byte(p.Dates), &texts); err != nil {
		return nil, fmt.Errorf("plan %d: %w", p.ID, err)
	}
	days := make([]calendar.Date, len(texts))
	for i, t := range texts {
		var err error
		if days[i], err = calendar.ParseDate(t); err != nil {
			return nil, fmt.Errorf("plan %d: %w", p.ID, err)
		}
	}
	return days, nil
}

// owed spreads what a unit has paid over its instalments, the earliest first.
func (p *Plan) owed(d PlanDue, paid money.Fen, today calendar.Date) (Owed, error) {
	o := Owed{ID: d.ID, UnitID: d.UnitID, Amount: d.Amount, MakeUp: d.Owed, Paid: paid}
	days, err := p.dates()
	if err != nil {
		return o, err
	}
	even := make([]int64, len(days))
	for i := range even {
		even[i] = 1
	}
	parts, err := money.Split(d.Amount, even)
	if err != nil {
		return o, err
	}
	for i, day := range days {
		x := Instalment{DueOn: day, Amount: parts[i], Paid: min(paid, parts[i])}
		paid -= x.Paid
		if day.Before(today) {
			o.Overdue += x.Amount - x.Paid
		}
		o.Instalments = append(o.Instalments, x)
	}
	return o, nil
}

// paidUnder sums what units have paid under a plan.
func paidUnder(tx *store.Tx, plan int64, units []int64) (map[int64]money.Fen, error) {
	var rows []struct {
		UnitID int64
		Fen    money.Fen
	}
	err := tx.Model(&Deposit{}).Select("unit_id, SUM(amount) AS fen").Where("plan_id = ? AND unit_id IN ? AND dropped = ?", plan, append([]int64{0}, units...), false).Group("unit_id").Scan(&rows).Error
	paid := make(map[int64]money.Fen, len(rows))
	for _, r := range rows {
		paid[r.UnitID] = r.Fen
	}
	return paid, err
}

// owed reads what is still to be paid by units under the slip's plan; nothing where it has none.
func (slip *Slip) owed(tx *store.Tx, units map[int64]org.Unit) (map[int64]money.Fen, error) {
	if slip.PlanID == 0 {
		return nil, nil
	}
	if err := tx.Where("id = ? AND estate_id = ? AND state = 'running'", slip.PlanID, slip.EstateID).Take(&Plan{}).Error; err != nil {
		return nil, store.NotFound(err, ErrStage.Saying("没有找到本小区正在执行的这个续交方案，请刷新后再选"))
	}
	ids := make([]int64, 0, len(units))
	for id := range units {
		ids = append(ids, id)
	}
	var dues []PlanDue
	if err := tx.Where("plan_id = ? AND unit_id IN ?", slip.PlanID, append([]int64{0}, ids...)).Find(&dues).Error; err != nil {
		return nil, err
	}
	paid, err := paidUnder(tx, slip.PlanID, ids)
	owed := make(map[int64]money.Fen, len(dues))
	for _, d := range dues {
		owed[d.UnitID] = d.Amount - paid[d.UnitID]
	}
	return owed, err
}

// PlanView is a plan with some of its units.
type PlanView struct {
	Plan
	Paid money.Fen
	List []Owed
}

// FindPlan shows a plan: what each unit owes and has paid, after a due, at most limit of them.
// Faults: org.ErrForbidden, ErrNoEntry, ErrUnitsHidden.
func (s *Service) FindPlan(ctx context.Context, actor org.Actor, id, after int64, limit int) (*PlanView, error) {
	var v PlanView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := ofReader(tx, actor, id, func(x *Plan) int64 { return x.EstateID })
		if err != nil {
			return err
		}
		if err := debtsOf(tx, actor, org.ReadFundDebts, p.EstateID); err != nil {
			return err
		}
		v = PlanView{Plan: *p}
		if err := tx.Model(&Deposit{}).Select("COALESCE(SUM(amount), 0)").Where("plan_id = ? AND dropped = ?", p.ID, false).Scan(&v.Paid).Error; err != nil {
			return err
		}
		var dues []PlanDue
		if err := tx.Where("plan_id = ? AND id > ?", p.ID, after).Order("id").Limit(limit).Find(&dues).Error; err != nil {
			return err
		}
		units := make([]int64, len(dues))
		for i, d := range dues {
			units[i] = d.UnitID
		}
		paid, err := paidUnder(tx, p.ID, units)
		if err != nil {
			return err
		}
		for _, d := range dues {
			o, err := p.owed(d, paid[d.UnitID], today(tx))
			if err != nil {
				return err
			}
			v.List = append(v.List, o)
		}
		return nameUnits(tx, v.List, func(x *Owed) (int64, *string) { return x.UnitID, &x.Unit })
	})
	return &v, err
}

// ListPlans pages through the plans of an estate, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListPlans(ctx context.Context, actor org.Actor, estate, before int64, limit int) (rows []Plan, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = newestOf[Plan](tx, actor, estate, before, limit)
		return err
	})
	return rows, err
}

// PlanOwed is what a unit owes under one of the estate's plans.
type PlanOwed struct {
	Title string
	Owed
}

// unitOwes reads what a unit owes under the plans that run, at most 20 of them, newest first.
func unitOwes(tx *store.Tx, unit int64) ([]PlanOwed, error) {
	var dues []PlanDue
	if err := tx.Where("unit_id = ?", unit).Order("plan_id DESC").Limit(20).Find(&dues).Error; err != nil {
		return nil, err
	}
	var list []PlanOwed
	for _, d := range dues {
		var plans []Plan
		if err := tx.Where("id = ? AND state = 'running'", d.PlanID).Find(&plans).Error; err != nil {
			return nil, err
		}
		for _, p := range plans {
			paid, err := paidUnder(tx, p.ID, []int64{unit})
			if err != nil {
				return nil, err
			}
			o, err := p.owed(d, paid[unit], today(tx))
			if err != nil {
				return nil, err
			}
			list = append(list, PlanOwed{Title: p.Title, Owed: o})
		}
	}
	return list, nil
}
