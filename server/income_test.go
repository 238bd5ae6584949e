package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
)

// An owner reads who rents the common parts, each receipt of it, and what is not explained; the company cannot approve what it proposed.
func TestOwnersFollowThePublicIncome(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	office, mine := fmt.Sprintf("/office/v1/estates/%d/income", estate), fmt.Sprintf("/miniapp/v1/estates/%d/income", estate)
	day := calendar.DateOf(e.db.Now()).Add(-10)
	contract := e.must(201, "company", "POST", office+"/contracts", m{"kind": "advertising", "title": "电梯广告", "party": "某广告公司", "basis": "2026年第1次业主大会第3号决定", "starts_on": day.String(), "ends_on": day.Add(300).String(), "amount": "1,000.00", "period_months": 12, "client_ref": "c1"}).int("id")
	slip := e.upload("company", "document", "slip")
	line := m{"contract_id": contract, "sort": "receipt", "amount": "1000", "on": day.String(), "party": "某广告公司", "text": "第一年广告费", "file_ids": []int64{slip}, "client_ref": "l1"}
	id := e.must(201, "company", "POST", office+"/lines", line).int("id")
	if again := e.must(201, "company", "POST", office+"/lines", line).int("id"); again != id {
		t.Errorf("a second tap booked %d after %d", again, id)
	}
	e.must(400, "company", "POST", office+"/lines", m{"sort": "cost", "amount": "12.345", "on": day.String(), "party": "某公司", "text": "维护费", "client_ref": "l2"})
	e.must(201, "company", "POST", office+"/lines", m{"sort": "cost", "amount": "12.34", "on": day.String(), "party": "某公司", "text": "维护费", "client_ref": "l2"})

	body := e.must(200, "owner", "GET", mine, nil).body
	for _, want := range []string{`"bank":"987.66"`, `"received":"1000.00"`, `"due":"1000.00"`, `"code":"cost_without_receipt"`, "请补上发票或收据"} {
		if !strings.Contains(body, want) {
			t.Errorf("the owner's page lacks %s: %s", want, body)
		}
	}
	if strings.Contains(body, "contract_short") || strings.Contains(body, "receipt_without_contract") {
		t.Errorf("what is explained is named: %s", body)
	}
	lines := e.must(200, "owner", "GET", mine+"/lines?limit=1", nil)
	if !strings.Contains(lines.body, "维护费") || strings.Contains(lines.body, "第一年广告费") {
		t.Errorf("the first page: %s", lines.body)
	}
	e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", slip), nil)
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", slip), nil)
	e.must(404, "owner_foreign", "GET", mine, nil)

	// Without a rate in the estate's rules nothing is settled, and the answer says who has to say it.
	refused := e.call("company", "POST", office+"/settlements", m{"from": day.String(), "to": day.Add(5).String()})
	if refused.status != 409 || !strings.Contains(refused.body, "公共收益转入维修资金的比例") {
		t.Errorf("settled without a rate: %d %s", refused.status, refused.body)
	}
	e.must(403, "company", "POST", "/office/v1/income-settlements/1/decision", m{"approve": true})
	e.mustHold("books: 1; 2 journals of 4 entries balance")
}
