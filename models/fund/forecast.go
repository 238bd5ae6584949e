package fund

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Replacement is something of the common parts that will have to be replaced: when, how often, for how much, and who says so.
type Replacement struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	BuildingID int64 // 0 for the whole estate, whose cost the buildings share by area
	Part       string
	Cost       money.Fen
	FirstYear  int
	EveryYears int // 0 for once
	Basis      string
	EnteredBy  int64
	EndedAt    *time.Time
	EndReason  string
	CreatedAt  time.Time
}

// TableName names the table.
func (Replacement) TableName() string { return "fund_replacements" }

const (
	horizon         = 30 // years of a forecast
	maxReplacements = 200
)

// NewReplacement is one to be entered.
type NewReplacement struct {
	EstateID, BuildingID  int64
	Part, Basis           string
	Cost                  money.Fen
	FirstYear, EveryYears int
}

// PlanReplacement enters one.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, fault.ErrInvalid.
func (s *Service) PlanReplacement(ctx context.Context, actor org.Actor, in NewReplacement) (int64, error) {
	in.Part, in.Basis = strings.TrimSpace(in.Part), strings.TrimSpace(in.Basis)
	year := calendar.DateOf(s.db.Now()).Year
	var c fault.Checks
	c.Check(runes(in.Part, 2, 60), "part", "请写要更换或大修的是什么（2至60个字），例如“电梯”“屋面防水”")
	c.Check(in.Cost > 0 && in.Cost <= money.Max, "cost", "请填每次的费用，单位是元")
	c.Check(in.FirstYear >= year && in.FirstYear <= year+100, "first_year", "请填第一次在哪一年，从今年起")
	c.Check(in.EveryYears >= 0 && in.EveryYears <= 100, "every_years", "每几年一次（1至100）；只一次的填0")
	c.Check(runes(in.Basis, 4, 200), "basis", "请写明凭什么这样估计（4至200个字），例如检测报告、厂家寿命、报价")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "plan replacement", func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, org.KeepFund, in.EstateID)
		if err != nil {
			return 0, err
		}
		a, err := lockAccount(tx, e.ID)
		if err != nil {
			return 0, err
		}
		if !keeps(actor, a) {
			return 0, org.ErrForbidden
		}
		var n int64
		if err := tx.Model(&org.Building{}).Where("id = ? AND estate_id = ?", in.BuildingID, e.ID).Count(&n).Error; err != nil {
			return 0, err
		}
		if in.BuildingID != 0 && n == 0 {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "building_id", Reason: "这个小区没有这一幢"})
		}
		if err := tx.Model(&Replacement{}).Where("estate_id = ? AND ended_at IS NULL", e.ID).Count(&n).Error; err != nil {
			return 0, err
		}
		if n >= maxReplacements {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "part", Reason: fmt.Sprintf("一个小区最多登记%d项，请合并小项", maxReplacements)})
		}
		r := &Replacement{EstateID: e.ID, BuildingID: in.BuildingID, Part: in.Part, Cost: in.Cost, FirstYear: in.FirstYear, EveryYears: in.EveryYears, Basis: in.Basis, EnteredBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return 0, err
		}
		return r.ID, audit.Append(tx, actor, "fund.replacement", audit.Subject{Kind: "fund_replacement", ID: r.ID, Estate: e.ID}, map[string]any{"cost": r.Cost, "year": r.FirstYear})
	})
}

// EndReplacement takes one out of the forecast, with the reason: it was done, or estimated wrongly.
// Faults: org.ErrForbidden, ErrNoReplacement, fault.ErrInvalid.
func (s *Service) EndReplacement(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 2, 200) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明原因（2至200个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "end replacement", func(tx *store.Tx) (int64, error) {
		var r Replacement
		if err := tx.Scopes(actor.Within(org.KeepFund, "estate_id")).Where("id = ?", id).Take(&r).Error; err != nil {
			return 0, store.NotFound(err, ErrNoReplacement)
		}
		a, err := lockAccount(tx, r.EstateID)
		if err != nil {
			return 0, err
		}
		if !keeps(actor, a) {
			return 0, org.ErrForbidden
		}
		res := tx.Model(&Replacement{}).Where("id = ? AND ended_at IS NULL", id).Updates(map[string]any{"ended_at": tx.Now, "end_reason": reason})
		if err := store.MustAffect(res, ErrNoReplacement); err != nil {
			return 0, err
		}
		return id, audit.Append(tx, actor, "fund.end_replacement", audit.Subject{Kind: "fund_replacement", ID: id, Estate: r.EstateID}, nil)
	})
}

// ErrNoReplacement says that there is none.
var ErrNoReplacement = fault.New(fault.NotFound, "fund.replacement_not_found", "没有找到这一项，可能已经结束")

// Outlook is what a building's fund can bear under its plan, with nothing coming in.
type Outlook struct {
	BuildingID int64
	Building   string
	Balance    money.Fen
	Years      []YearAhead // those in which something is to be replaced, within the horizon
	ShortIn    int         // the first year in which the money does not last; 0 where it lasts for the whole horizon
	Missing    money.Fen   // in that year
}

// Says is the outlook in a sentence.
func (o *Outlook) Says(from, to int) string {
	switch {
	case len(o.Years) == 0:
		return "还没有登记要更换或大修的，无法推算"
	case o.ShortIn == 0:
		return fmt.Sprintf("到%d年都够用", to)
	case o.ShortIn == from:
		return fmt.Sprintf("今年就不够用，还差%s元", o.Missing)
	}
	return fmt.Sprintf("还能用%d年，%d年要更换时还差%s元", o.ShortIn-from, o.ShortIn, o.Missing)
}

// YearAhead is what a year costs a building, and what is left after it.
type YearAhead struct {
	Year  int
	Parts []string
	Cost  money.Fen
	Left  money.Fen
}

// Forecast is the outlook of each building and the plan behind it.
type Forecast struct {
	From, To  int
	Plan      []Replacement
	Buildings []Outlook
}

// FindForecast shows for how long each building's fund lasts under the plan of replacements. Interest, further deposits and rising prices are
// not in it: it says what is sure today.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) FindForecast(ctx context.Context, actor org.Actor, action org.Action, estate int64) (*Forecast, error) {
	v := &Forecast{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, action, estate)
		if err != nil {
			return err
		}
		v.From = today(tx).Year
		v.To = v.From + horizon - 1
		if err := tx.Where("estate_id = ? AND ended_at IS NULL", e.ID).Order("first_year, id").Limit(maxReplacements).Find(&v.Plan).Error; err != nil {
			return err
		}
		houses, areas, err := buildingAreas(tx, e.ID)
		if err != nil {
			return err
		}
		owners, err := ledger.ByBuilding(tx, e.ID, ledger.Fund, ledger.FundUnit, today(tx))
		if err != nil {
			return err
		}
		seller, err := ledger.ByBuilding(tx, e.ID, ledger.Fund, ledger.FundSeller, today(tx))
		if err != nil {
			return err
		}
		for i, b := range houses {
			o := Outlook{BuildingID: b.ID, Building: b.Name, Balance: -owners[b.ID] - seller[b.ID]}
			o.ahead(v, i, areas)
			v.Buildings = append(v.Buildings, o)
		}
		return nil
	})
	return v, err
}

// buildingAreas reads an estate's buildings in their order and the area of the units in each.
func buildingAreas(tx *store.Tx, estate int64) ([]org.Building, []int64, error) {
	var houses []org.Building
	if err := tx.Where("estate_id = ?", estate).Order("id").Limit(1000).Find(&houses).Error; err != nil {
		return nil, nil, err
	}
	var sums []struct{ BuildingID, Area int64 }
	err := tx.Model(&org.Unit{}).Select("building_id, SUM(area_milli) AS area").Where("estate_id = ? AND removed_at IS NULL", estate).Group("building_id").Scan(&sums).Error
	byID := make(map[int64]int64, len(sums))
	for _, x := range sums {
		byID[x.BuildingID] = x.Area
	}
	areas := make([]int64, len(houses))
	for i, b := range houses {
		areas[i] = byID[b.ID]
	}
	return houses, areas, err
}

// ahead goes through the years for the building at a place among all.
func (o *Outlook) ahead(f *Forecast, at int, areas []int64) {
	left := o.Balance
	for year := f.From; year <= f.To; year++ {
		y := YearAhead{Year: year}
		for i := range f.Plan {
			if cost := f.Plan[i].share(year, o.BuildingID, at, areas); cost > 0 {
				y.Parts, y.Cost = append(y.Parts, f.Plan[i].Part), y.Cost+cost
			}
		}
		if y.Cost == 0 {
			continue
		}
		left -= y.Cost
		if y.Left = left; left < 0 && o.ShortIn == 0 {
			o.ShortIn, o.Missing = year, -left
		}
		o.Years = append(o.Years, y)
	}
}

// share is what a replacement costs a building in a year.
func (r *Replacement) share(year int, building int64, at int, areas []int64) money.Fen {
	if year < r.FirstYear || r.EveryYears == 0 && year != r.FirstYear || r.EveryYears > 0 && (year-r.FirstYear)%r.EveryYears != 0 {
		return 0
	}
	if r.BuildingID != 0 {
		if r.BuildingID == building {
			return r.Cost
		}
		return 0
	}
	parts, err := money.Split(r.Cost, areas)
	if err != nil { // no unit has an area yet, for which the register asks: nothing can be divided
		return 0
	}
	return parts[at]
}
