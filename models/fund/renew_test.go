package fund_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// decided makes a certified meeting whose first motion came to an outcome.
func (w *keeping) decided(matter string, outcome tally.Outcome, scope event.Scope) int64 {
	w.t.Helper()
	raw, err := json.Marshal(scope)
	w.ok(err)
	m := &assembly.Meeting{EstateID: w.Estate.ID, State: assembly.Certified, Scope: string(raw), Session: assembly.Extraordinary}
	body, err := json.Marshal(assembly.Statement{Tally: &assembly.Tallied{Motions: []assembly.Counted{{Position: 1, Title: "续交维修资金", Matter: matter, Result: tally.Result{Outcome: outcome}}}}})
	w.ok(err)
	w.ok(w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		var n int64
		if err := tx.Model(&assembly.Meeting{}).Count(&n).Error; err != nil {
			return err
		}
		m.ID, m.CreatedAt, m.CertifiedAt, m.Number, m.ClientRef = 0, tx.Now, &tx.Now, fmt.Sprintf("M%d-%d", w.Estate.ID, n), fmt.Sprint(n)
		if err := tx.Create(m).Error; err != nil {
			return err
		}
		if err := tx.Create(&assembly.Motion{MeetingID: m.ID, EstateID: m.EstateID, Position: 1, Title: "续交维修资金", Body: "按“2026年续交”方案交存", Matter: matter, Question: "{}"}).Error; err != nil {
			return err
		}
		return tx.Create(&assembly.Outcome{MeetingID: m.ID, EstateID: m.EstateID, Kind: "certificate", Body: string(body), At: tx.Now}).Error
	}))
	return m.ID
}

// TestRenewalWorklist: less than the rate is on it, exactly the rate is not (不足30%).
func TestRenewalWorklist(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("1", "2026-03-01", fund.FirstDeposit, 10_000, 10_000, 10_000)
	spend := func(unit int, fen money.Fen) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: fmt.Sprint("p", unit), Effective: day(t, "2026-03-01"), Source: ledger.Source{Kind: "fund_project", ID: 1, Text: "修屋面"},
				Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[unit].ID}, Amount: fen}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -fen}}})
			return err
		}))
	}
	spend(0, 7000)
	spend(1, 7001)
	list, rate, next, err := w.ListToRenew(t.Context(), w.clerk, w.Estate.ID, 0, 10)
	w.ok(err)
	if rate != 3000 || next != 0 || len(list) != 1 || list[0].UnitID != w.Units[1].ID || list[0].Balance != 2999 {
		t.Errorf("%d %+v", rate, list)
	}
}

// TestAPlanNeedsItsResolution: a plan stands on a certified resolution to raise the fund, for its scope alone; a second person confirms it,
// and what a unit pays goes to its earliest instalment and never above what it owes.
func TestAPlanNeedsItsResolution(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	in := fund.NewPlan{EstateID: w.Estate.ID, Title: "2026年续交", Position: 1, Basis: fund.ByArea, Rate: 1001, Dates: []calendar.Date{day(t, "2026-02-01"), day(t, "2026-06-01"), day(t, "2026-12-01")}}
	for name, meeting := range map[string]int64{
		"no meeting":       12345,
		"to use it":        w.decided("use_fund", tally.Pass, event.Scope{}),
		"a motion that is": w.decided("raise_fund", tally.Fail, event.Scope{}),
	} {
		in.MeetingID = meeting
		_, err := w.MakePlan(t.Context(), w.clerk, in)
		w.refused(name, err, fund.ErrNoResolution)
	}
	in.MeetingID = w.decided("raise_fund", tally.Pass, event.Scope{Units: []int64{w.Units[0].ID, w.Units[1].ID}})
	in.Title = "2027年续交"
	_, err := w.MakePlan(t.Context(), w.clerk, in)
	w.refused("another plan than the motion names", err, fund.ErrPlanNotNamed)
	in.Title = "2026年续交"
	id, err := w.MakePlan(t.Context(), w.clerk, in)
	w.ok(err)
	slip := w.slipOf("1", "2026-03-01", fund.Renewal, 30_000)
	slip.PlanID = id
	_, err = w.RecordSlip(t.Context(), w.clerk, slip)
	w.refused("before it is confirmed", err, fund.ErrStage)
	_, err = w.ConfirmPlan(t.Context(), w.clerk, id, true, "")
	w.refused("the same person", err, fund.ErrAnotherPerson)
	revoke := func(at any) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&assembly.Meeting{}).Where("id = ?", in.MeetingID).Update("revoked_at", at).Error
		}))
	}
	revoke(w.DB.Now())
	_, err = w.ConfirmPlan(t.Context(), w.second, id, true, "")
	w.refused("a court has revoked it", err, fund.ErrNoResolution)
	revoke(nil)
	_, err = w.ConfirmPlan(t.Context(), w.second, id, true, "")
	w.ok(err)
	_, err = w.RecordSlip(t.Context(), w.clerk, slip)
	w.ok(err)
	v, err := w.FindPlan(t.Context(), w.clerk, id, 0, 10)
	w.ok(err)
	const each = 88_589 // 88.5 m² at 10.01 yuan, half a fen up
	if o := v.List[0]; v.Units != 2 || v.Amount != 2*each || v.Paid != 30_000 || o.Amount != each || o.Instalments[0].Amount != 29_530 || o.Instalments[0].Paid != 29_530 || o.Instalments[1].Paid != 470 || o.Overdue != 0 || v.List[1].Overdue != 29_530 {
		t.Errorf("%+v", v)
	}
	slip.Slip, slip.Deposits[0].Amount = "2", each-30_000+1
	_, err = w.RecordSlip(t.Context(), w.clerk, slip)
	w.refused("more than it owes", err, fault.ErrInvalid)
	outside := w.slipOf("3", "2026-03-01", fund.Renewal, 0, 0, 1)
	outside.PlanID = id
	_, err = w.RecordSlip(t.Context(), w.clerk, outside)
	w.refused("a unit outside the scope", err, fault.ErrInvalid)
	st, err := w.FindMyStatement(t.Context(), w.Resident(1, org.RoleOwner), w.Units[1].ID, ledger.StatementPage{}, 10)
	w.ok(err)
	if len(st.Owes) != 1 || st.Owes[0].Amount != each || st.Owes[0].Overdue != 29_530 {
		t.Errorf("%+v", st.Owes)
	}
}
