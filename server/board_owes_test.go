package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// owed gives the duties of an estate that follow from a source.
func (e *engine) owed(estate int64, code string) (list []disclosure.Duty) {
	e.t.Helper()
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Where("estate_id = ? AND code = ?", estate, code).Order("id").Find(&list).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return list
}

// TestWhatHappensIsOwedByItself: decisions of committee and assembly, stages of a project and contracts are on the register without anybody
// naming them, once, and what publishes them takes them off.
func TestWhatHappensIsOwedByItself(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, chair := e.town.actors["owner"].Estate, e.actor("committee_chair")
	do := func(f func(tx *store.Tx) error) {
		t.Helper()
		if err := e.db.InTx(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	state := func(code string, want ...bool) {
		t.Helper()
		list := e.owed(estate, code)
		done := make([]bool, len(list))
		for i, d := range list {
			done[i] = d.DoneAt != nil && d.NoticeID != 0
		}
		if fmt.Sprint(done) != fmt.Sprint(want) {
			t.Errorf("%s: published %v, want %v", code, done, want)
		}
	}
	offices, project := committeeBoard{e.board}, fundBoard{e.board}

	do(func(tx *store.Tx) error { return offices.OweDecision(tx, estate, "committee-decision-YD1") })
	do(func(tx *store.Tx) error { return offices.OweDecision(tx, estate, "committee-decision-YD1") })
	state("committee-decision", false)
	do(func(tx *store.Tx) error {
		_, err := offices.Post(tx, chair, committee.Posted{EstateID: estate, Sort: "announcement", Title: "业委会决定", Body: "更换门禁", Ref: "committee-decision-YD1"})
		return err
	})
	state("committee-decision", true)

	for range 2 {
		do(func(tx *store.Tx) error {
			_, err := resultBoard{e.board}.PublishFor(tx, assembly.Announcement{EstateID: estate, OrganisationID: chair.OrganisationID(), PersonID: chair.PersonID, Source: "meeting:M1:certificate", Title: "业主大会决定", Body: "同意"})
			return err
		})
	}
	state("resolution", true)

	post := func(ref string) {
		t.Helper()
		do(func(tx *store.Tx) error {
			_, _, err := project.Post(tx, chair, fund.Posted{EstateID: estate, Title: "公示", Body: "正文", Ref: ref, Days: "fund.final_days"})
			return err
		})
	}
	post("project:7:proposal:1")
	state("fund-proposal", true)
	do(func(tx *store.Tx) error { return project.Owe(tx, estate, 7, "emergency") })
	do(func(tx *store.Tx) error { return project.Owe(tx, estate, 7, "final") })
	state("fund-final", false)
	state("fund-emergency", false)
	post("project:7:final:1")
	state("fund-final", true)
	state("fund-emergency", true)
	do(func(tx *store.Tx) error {
		return project.TakeDown(tx, e.owed(estate, "fund-final")[0].NoticeID, "重新决算")
	})
	state("fund-final", false)
	state("fund-emergency", false)
	post("project:7:cancelled:1")
	state("fund-final", true)
	state("fund-emergency", true)

	e.must(201, "committee_chair", "POST", fmt.Sprintf("/office/v1/estates/%d/income/contracts", estate), m{"kind": "parking", "title": "临时停车", "party": "某公司", "starts_on": "2026-01-01", "ends_on": "2027-12-31", "amount": "100", "period_months": 1, "client_ref": "own"})
	state("income-contract", false)
	if d := e.owed(estate, "income-contract")[0]; calendar.DateOf(d.FromOn.Add(12*time.Hour)) != disclosure.Since(calendar.Date{Year: 2026, Month: 1, Day: 1}, calendar.DateOf(e.db.Now())) {
		t.Errorf("a contract is owed from %s, not from its first day", d.FromOn)
	}
	stated := e.must(201, "company", "POST", fmt.Sprintf("/office/v1/estates/%d/charging", estate), m{"model": "lump", "contract": "2026年物业服务合同第八条", "from": "2026-01-01", "file_ids": []int64{e.upload("company", "notice", "contract")}, "client_ref": "own"}).int("id")
	state("contract")
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/charging/%d/decision", stated), m{"accept": true})
	state("contract", false)
}

// TestPayStandsInTheReport: what members were paid is a figure of the work report's notice, out of books that no longer move; until they are
// closed the notice says so.
func TestPayStandsInTheReport(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, chair := e.town.actors["owner"].Estate, e.actor("committee_chair")
	yesterday := calendar.DateOf(e.db.Now()).Add(-1)
	var before, after int64
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) (err error) {
		report := func(ref string) committee.Posted {
			return committee.Posted{EstateID: estate, Sort: "announcement", Title: "业委会工作报告", Body: "这一期更换了门禁，修好了路灯。", Ref: ref, From: yesterday, To: yesterday.Add(5)}
		}
		board := committeeBoard{e.board}
		if _, err = (committeeMoney{e.income}).Spend(tx, chair, committee.Spending{EstateID: estate, Amount: 300_00, On: yesterday, Party: "个人", Text: "业委会委员津贴", Ref: "allowance-1"}); err != nil {
			return err
		}
		if before, err = board.Post(tx, chair, report("committee-report-901")); err != nil {
			return err
		}
		if err = ledger.Close(tx, chair, estate, ledger.Income, yesterday); err != nil {
			return err
		}
		after, err = board.Post(tx, chair, report("committee-report-902"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var v disclosure.Version
	var figures []disclosure.Figure
	if err := e.db.View(t.Context(), func(tx *store.Tx) error {
		if err := tx.Where("notice_id = ?", before).Take(&v).Error; err != nil {
			return err
		}
		return tx.Where("notice_id IN ?", []int64{before, after}).Find(&figures).Error
	}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(v.Body, "还没有结到这一期") {
		t.Error(v.Body)
	}
	if len(figures) != 1 || figures[0].NoticeID != after || figures[0].Fen != 300_00 || figures[0].Period() == "" {
		t.Errorf("%+v", figures)
	}
	if _, err := e.board.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
