package fund_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Owners see in which year their building's money does not last, what is missing then, and what was reckoned with.
func TestTheForecastSaysWhenItIsShort(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	ctx := t.Context()
	second := org.Building{EstateID: w.Estate.ID, Name: "2", CreatedAt: w.clock.Now()}
	w.ok(w.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Create(&second).Error; err != nil {
			return err
		}
		return tx.Create(&org.Unit{EstateID: w.Estate.ID, BuildingID: second.ID, Number: "101", AreaMilli: 88_500, AreaSource: org.FromRegister, UseKind: "residential", CreatedAt: tx.Now, UpdatedAt: tx.Now}).Error
	}))
	w.pays("S1", "2026-01-01", fund.FirstDeposit, 40_000, 40_000, 40_000) // 1200.00 in the first building, nothing in the second
	plan := func(building int64, part, cost string, first, every int) int64 {
		id, err := w.PlanReplacement(ctx, w.clerk, fund.NewReplacement{EstateID: w.Estate.ID, BuildingID: building, Part: part, Basis: "2026年检测报告", Cost: fenOf(t, cost), FirstYear: first, EveryYears: every})
		w.ok(err)
		return id
	}
	plan(w.Building.ID, "屋面防水", "500", 2028, 10)
	road := plan(0, "小区道路", "400.01", 2030, 0) // three quarters of the area stand in the first building
	owner := w.Resident(0, org.RoleOwner)
	find := func() *fund.Forecast {
		v, err := w.FindForecast(ctx, owner, org.FollowFund, w.Estate.ID)
		w.ok(err)
		return v
	}
	v := find()
	one, two := v.Buildings[0], v.Buildings[1]
	if v.From != 2026 || v.To != 2055 || one.Balance != 120_000 || one.ShortIn != 2038 || one.Missing != 10_001 || len(one.Years) != 4 {
		t.Errorf("the first building: %+v", one)
	}
	if y := one.Years[1]; y.Year != 2030 || y.Cost != 30_001 || y.Left != 39_999 || y.Parts[0] != "小区道路" {
		t.Errorf("the road: %+v", y)
	}
	if two.ShortIn != 2030 || two.Missing != 10_000 || one.Years[1].Cost+two.Years[0].Cost != 40_001 {
		t.Errorf("the second building: %+v", two)
	}
	if _, err := w.EndReplacement(ctx, w.clerk, road, "已用财政资金修好"); err != nil {
		t.Fatal(err)
	}
	if v := find(); v.Buildings[0].ShortIn != 2048 || v.Buildings[1].ShortIn != 0 || len(v.Plan) != 1 {
		t.Errorf("without the road: %+v", v)
	}
	_, err := w.EndReplacement(ctx, w.clerk, road, "再来一次")
	w.refused("ended twice", err, fund.ErrNoReplacement)
	if _, err := w.PlanReplacement(ctx, w.Officer(w.Committee, org.Chair), fund.NewReplacement{EstateID: w.Estate.ID, Part: "电梯", Basis: "厂家寿命15年", Cost: 1, FirstYear: 2030}); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the committee plans where the bureau keeps: %v", err)
	}
	if _, err := w.PlanReplacement(ctx, w.clerk, fund.NewReplacement{EstateID: w.Estate.ID, Part: "电梯", Cost: 1, FirstYear: 2020}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("without a basis, in the past: %v", err)
	}
}

func fenOf(t *testing.T, yuan string) money.Fen {
	t.Helper()
	f, err := money.Parse(yuan)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
