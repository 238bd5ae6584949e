package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestTheCommitteeSpeaksWithWhoOwesTheFund: the bureau, which keeps the account, asks for units that owe their first deposit today; the committee
// reads which, never how much, and none that has paid since. Nobody asks for units that owe nothing, nor for an account that another keeps.
func TestTheCommitteeSpeaksWithWhoOwesTheFund(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	e.holds(owner.Estate)
	e.must(201, "township", "POST", fmt.Sprintf("/office/v1/estates/%d/committee/terms", owner.Estate), e.election("", years(0, -1), years(3, 0)))
	at := fmt.Sprintf("/office/v1/estates/%d/committee/collections", owner.Estate)
	ask := m{"kind": "fund_first", "unit_ids": []int64{owner.Unit}, "due": soon(20)}
	if a := e.must(409, "bureau", "POST", at, ask); !strings.Contains(a.body, "不用请业委会") {
		t.Errorf("before anybody can say how much: %s", a.body)
	}
	e.rule("fund.first_deposit", "4000")
	var building int64
	if err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id = ?", owner.Unit).Pluck("building_id", &building).Error
	}); err != nil {
		t.Fatal(err)
	}
	e.must(200, "bureau", "POST", fmt.Sprintf("/office/v1/buildings/%d/lift", building), m{"lift": false, "client_ref": "lift"})
	if a := e.call("company", "POST", at, ask); a.status < 400 {
		t.Errorf("the company asks for the fund: %s", a.body)
	}
	if n := e.must(201, "bureau", "POST", at, ask).int("id"); n != 1 {
		t.Errorf("%d units were given", n)
	}
	task := func() m {
		t.Helper()
		a := e.must(200, "committee_chair", "GET", at, nil)
		list := a.json["items"].([]any)
		if len(list) != 1 || strings.Contains(a.body, "amount") || list[0].(m)["kind"] != "fund_first" {
			t.Fatal(a.body)
		}
		return list[0].(m)
	}
	if x := task(); x["unit"] == nil || x["unit"] == "" {
		t.Errorf("%v", x)
	}
	due := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund", owner.Unit), nil).json["first_due"]
	e.must(201, "bureau", "POST", fmt.Sprintf("/office/v1/estates/%d/fund-slips", owner.Estate), m{"slip": "F1", "paid_on": calendar.DateOf(e.db.Now()).String(), "deposits": []m{{"unit_id": owner.Unit, "kind": "first", "amount": due}}, "client_ref": "f1"})
	x := task()
	if x["unit"] != nil && x["unit"] != "" {
		t.Errorf("who has paid is still named: %v", x)
	}
	if a := e.must(409, "committee_chair", "POST", fmt.Sprintf("/office/v1/committee-collections/%.0f/take", x["id"]), m{}); !strings.Contains(a.body, "不用去了") {
		t.Errorf("%s", a.body)
	}
	for _, kind := range []string{"fund_first", "fund_renewal"} {
		if a := e.must(409, "bureau", "POST", at, m{"kind": kind, "unit_ids": []int64{owner.Unit}, "due": soon(20)}); !strings.Contains(a.body, "不用请业委会") {
			t.Errorf("%s: %s", kind, a.body)
		}
	}
}
