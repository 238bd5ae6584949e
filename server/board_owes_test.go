package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fund"
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
