package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
)

// The bureau opens the account for the assembly; one member of the committee checks the bank's list, another applies it; the owner reads
// their own unit, and nobody else's.
func TestOwnersFollowTheirSubAccount(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	at := func(path string) string { return fmt.Sprintf("/office/v1/estates/%d/%s", owner.Estate, path) }
	day := calendar.DateOf(e.db.Now()).Add(-10)
	e.must(409, "committee_chair", "POST", at("fund-slips"), m{"slip": "S1", "paid_on": day.String(), "deposits": []m{{"unit_id": owner.Unit, "kind": "later", "amount": "1"}}})
	set := m{"holder": "assembly", "bank": "都匀农商银行", "number": "6210 0000 0000 4321", "reason": "业主大会已经开户，划转", "client_ref": "a1"}
	e.must(403, "company", "POST", at("fund"), set)
	asked := e.must(201, "bureau", "POST", at("fund"), set).int("id")
	if again := e.must(201, "bureau", "POST", at("fund"), set).int("id"); again != asked {
		t.Errorf("a second tap proposed %d after %d", again, asked)
	}
	decide := fmt.Sprintf("/office/v1/fund-proposals/%d/decision", asked)
	e.must(409, "committee_chair", "GET", at("fund"), nil)
	e.must(403, "bureau", "POST", decide, m{"agree": true})
	e.must(403, "company", "POST", decide, m{"agree": true})
	e.must(200, "bureau_second", "POST", decide, m{"agree": true})
	if list := e.must(200, "township", "GET", at("fund-proposals?state=agreed"), nil); !strings.Contains(list.body, "账号末四位4321") || !strings.Contains(list.body, `"decided_by":`) {
		t.Errorf("%s", list.body)
	}

	for _, path := range []string{at("fund-imports/template"), "/office/v1/fund-statement-template"} {
		if got := e.must(200, "committee_chair", "GET", path, nil); !strings.HasPrefix(got.body, "PK") {
			t.Errorf("%s is no spreadsheet", path)
		}
	}
	e.must(403, "bureau", "GET", at("fund-imports/template"), nil)
	list := "幢号,单元,房号,余额,首期交存额\n1,1,101,1234.56,5000\n九九幢,,404,0.44,\n合计,,,1235.00,\n"
	file := e.must(201, "committee_chair", "POST", "/office/v1/files", multipartOf("bank", "list", "l.csv", []byte(list))).int("id")
	check := m{"file_id": file, "as_of": day.String(), "bank_balance": "1,235.00", "client_ref": "i1"}
	id := e.must(201, "committee_chair", "POST", at("fund-imports"), check).int("id")
	if again := e.must(201, "committee_chair", "POST", at("fund-imports"), check).int("id"); again != id {
		t.Errorf("a second tap checked %d after %d", again, id)
	}
	e.must(403, "committee_chair", "POST", fmt.Sprintf("/office/v1/fund-imports/%d/application", id), nil)
	done := e.must(200, "committee_member", "POST", fmt.Sprintf("/office/v1/fund-imports/%d/application", id), nil)
	if done.json["state"] != "applied" || !strings.Contains(done.body, `"unknown":1`) {
		t.Errorf("%s", done.body)
	}
	e.must(200, "township", "GET", fmt.Sprintf("/office/v1/files/%d/link", file), nil)
	e.must(404, "township_foreign", "GET", fmt.Sprintf("/office/v1/files/%d/link", file), nil)

	slip := m{"slip": "S2", "paid_on": day.String(), "deposits": []m{{"unit_id": owner.Unit, "kind": "later", "amount": "100"}}, "client_ref": "s2"}
	e.must(201, "committee_chair", "POST", at("fund-slips"), slip)
	e.must(403, "bureau", "POST", at("fund-slips"), slip)
	mine := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund?limit=1", owner.Unit), nil)
	for _, want := range []string{`"balance":"1334.56"`, `"last_four":"4321"`, `"first":"5000.00"`, `"renew":true`, `"what":"交存"`, `"next":"`} {
		if !strings.Contains(mine.body, want) {
			t.Errorf("the owner's page lacks %s: %s", want, mine.body)
		}
	}
	if strings.Contains(mine.body, "62100000") || strings.Contains(mine.body, "期初余额") {
		t.Errorf("the first page: %s", mine.body)
	}
	rest := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund?limit=1&cursor=%v", owner.Unit, mine.json["next"]), nil)
	if !strings.Contains(rest.body, "期初余额") || strings.Contains(rest.body, `"next"`) {
		t.Errorf("the second page: %s", rest.body)
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund", owner.Unit), nil)
	e.must(403, "tenant", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund", owner.Unit), nil)
	totals := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/fund", owner.Estate), nil)
	if !strings.Contains(totals.body, `"at_bank":"1335.00"`) || !strings.Contains(totals.body, `"suspense":"0.44"`) {
		t.Errorf("%s", totals.body)
	}
	e.must(409, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/fund-years/%d", owner.Estate, day.Year), nil)
	refused := e.call("owner", "POST", fmt.Sprintf("/miniapp/v1/units/%d/fund-rechecks", owner.Unit), m{"text": "我家余额不对", "client_ref": "r1"})
	if refused.status != 409 || !strings.Contains(refused.body, "答复业主复核请求的期限") {
		t.Errorf("%d %s", refused.status, refused.body)
	}
	clean := e.must(200, "bureau", "GET", at("fund-cleanup?kind=stray"), nil)
	if !strings.Contains(clean.body, "404") || !strings.Contains(clean.body, "先在名册里补录房屋") {
		t.Errorf("%s", clean.body)
	}
	e.mustHold("books: 1; 2 journals of 5 entries balance")
}
