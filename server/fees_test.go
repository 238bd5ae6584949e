package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
)

// thisMonth is the first day of the running month.
func thisMonth() string { return time.Now().In(org.Shanghai).Format("2006-01") + "-01" }

func feeRule(name, price string) m {
	return m{"name": name, "kind": "per_area", "starts_on": "2020-01-01", "price": price, "basis_kind": "contract", "basis": "物业服务合同第八条", "standard": "保洁、保安、绿化", "hotline": "0854-8222222", "use_kinds": []string{"residential", "commercial"}}
}

// charge makes one of everything of an estate's fees.
func (e *engine) charge(th things, suffix string) {
	company, estate := "company"+suffix, fmt.Sprintf("/office/v1/estates/%d", th["estates"])
	th["fee-rules"] = e.must(201, company, "POST", estate+"/fee-rules", feeRule(secretOf(suffix)+"物业费", "1.35")).int("id")
	th["fee-runs"] = e.bill(company, th["fee-rules"])
	bills := e.must(200, company, "GET", fmt.Sprintf("%s/fee-bills?unit_id=%d", estate, th["units"]), nil).json["items"].([]any)
	th["fee-bills"] = int64(bills[0].(m)["id"].(float64))
	th["fee-payments"] = e.must(201, company, "POST", estate+"/fee-payments", m{"unit_id": th["units"], "amount": "10", "way": "cash", "payer": secretOf(suffix), "client_ref": "pay" + suffix}).int("id")
	th["fee-changes"] = e.must(201, company, "POST", estate+"/fee-changes", m{"kind": "discount", "bill_id": th["fee-bills"], "amount": "1", "reason": secretOf(suffix) + "停电"}).int("id")
	list := e.must(201, company, "POST", "/office/v1/files", multipartOf("fees", "fees"+suffix, "f.csv", []byte("日期,金额,方式,付款人\n"+thisMonth()+",5,现金,"+secretOf(suffix)+"\n")))
	th["fee-imports"] = e.must(201, company, "POST", estate+"/fee-imports", m{"kind": "payments", "file_id": list.int("id")}).int("id")
	e.bills() // a day is closed after its imports
	th["fee-days"] = e.must(201, company, "POST", estate+"/fee-days", m{"day": soon(-1), "counted": "0"}).int("id")
	e.dun(th, suffix)
}

// bill previews, publishes and carries out a run of the running month.
func (e *engine) bill(company string, rule int64) int64 {
	in := m{"period": thisMonth(), "months": 1, "due_on": soon(30)}
	v := e.must(200, company, "POST", fmt.Sprintf("/office/v1/fee-rules/%d/run-preview", rule), in)
	in["units"], in["total"] = v.json["units"], v.json["total"]
	id := e.must(201, company, "POST", fmt.Sprintf("/office/v1/fee-rules/%d/runs", rule), in).int("id")
	e.bills()
	return id
}

// bills carries out what waits in the background.
func (e *engine) bills() {
	for more := true; more; {
		var err error
		if more, err = e.fees.Tick(e.t.Context()); err != nil {
			e.t.Fatal(err)
		}
	}
}

// feeBodies are the inputs of the fees' operations that pass the form check.
func feeBodies(th things) map[string]any {
	run := m{"period": thisMonth(), "months": 1, "due_on": soon(30)}
	publish := m{"period": thisMonth(), "months": 1, "due_on": soon(30), "units": 1, "total": "1"}
	version := feeRule("", "1.50")
	delete(version, "name")
	delete(version, "kind")
	version["starts_on"] = "2099-01-01"
	take := m{"client_ref": "take", "unit_id": th["units"], "amount": "1", "way": "cash", "note": "装修押金"}
	all := dunningBodies(th)
	maps.Copy(all, map[string]any{
		"officeAddFeeRule": feeRule("停车费", "2"), "officeReviseFeeRule": version, "officeEndFeeRule": m{"ends_on": "2099-12-31"}, "officeEnterReadings": m{"period": thisMonth(), "readings": []m{{"unit_id": th["units"], "current": 1}}},
		"officeCheckReadings": m{"period": thisMonth(), "file_id": 999999}, "officeApplyReadings": m{"period": thisMonth(), "file_id": 999999, "good": 1},
		"officePreviewFeeRun": run, "officePublishFeeRun": publish, "officeCancelFeeRun": m{"reason": "面积用错了"}, "officeTakeFee": take, "officeTakeDeposit": take, "officeAssignFeePayment": m{"unit_id": th["units"], "reason": "看过付款回单"},
		"officeProposeFeeSettlement": m{"way": "cash", "amount": "1", "serial": "B1", "settled_on": soon(-1), "reason": "存入银行的现金"},
		"officeReverseFeeSettlement": m{"reason": "登记错了金额"}, "officeSettleFeeLine": m{"row": 2},
		"officeRecordInvoice": m{"number": "26522000000001", "kind": "ordinary", "issued_on": "2026-01-01", "amount": "1"}, "officeProposeFeeChange": m{"kind": "discount", "bill_id": th["fee-bills"], "amount": "1", "reason": "停水三天"},
		"officeDecideFeeChange": m{"approve": false, "text": "不同意"}, "officeCloseFeeDay": m{"day": soon(-3), "counted": "0"}, "officeImportFees": m{"kind": "payments", "file_id": 999999},
	})
	return all
}

// TestFeesOverTheSurfaces: a company charges and takes a fee; the owner sees what it is for and the receipt; a tenant, the committee and
// the township see none of it, but the sums.
func TestFeesOverTheSurfaces(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	th := things{"estates": e.town.actors["owner"].Estate, "units": e.town.actors["owner"].Unit}
	e.charge(th, "")
	home := fmt.Sprintf("/miniapp/v1/units/%d", th["units"])
	bill := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/fee-bills/%d", th["fee-bills"]), nil).json
	terms := bill["terms"].(m)
	if !strings.Contains(bill["why"].(string), "× 每平方米每月1.35元 ×") || terms["price"] != "1.35" || terms["basis_text"] == "" || terms["hotline"] != "0854-8222222" || bill["paid"] != "10.00" {
		t.Errorf("%v", bill)
	}
	receipts := e.must(200, "owner", "GET", home+"/fee-receipts", nil)
	if receipts.json["items"].([]any)[0].(m)["amount"] != "10.00" || strings.Contains(receipts.body, "payer") {
		t.Error(receipts.body)
	}
	e.must(200, "family", "GET", home+"/fee-bills", nil)
	e.must(200, "tenant", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/fee-rules", th["estates"]), nil)
	e.must(403, "tenant", "GET", home+"/fee-bills", nil)
	sheet := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/fee-payments/%d/sheet", th["fee-payments"]), nil)
	if !strings.Contains(sheet.body, "物业费收据") || !strings.Contains(sheet.body, "SJ") {
		t.Error(sheet.body)
	}
	day := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/fee-days/%d/sheet", th["fee-days"]), nil)
	if !strings.Contains(day.body, "收费员结账单") || !strings.Contains(day.body, "账款相符") || !strings.Contains(day.body, "复核") {
		t.Error(day.body)
	}
	for _, who := range []string{"committee_chair", "community", "township", "bureau"} {
		totals := e.must(200, who, "GET", fmt.Sprintf("/office/v1/estates/%d/fee-totals", th["estates"]), nil)
		if totals.json["by_rule"].([]any)[0].(m)["paid"] != "10.00" || strings.Contains(totals.body, "unit") {
			t.Errorf("%s: %s", who, totals.body)
		}
		e.must(403, who, "GET", fmt.Sprintf("/office/v1/fee-bills/%d", th["fee-bills"]), nil)
	}
	waiting := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/estates/%d/fee-payments?state=suspense", th["estates"]), nil)
	if waiting.json["items"].([]any)[0].(m)["payer"] != secretOf("") {
		t.Error(waiting.body)
	}
	twice := e.must(400, "company", "POST", fmt.Sprintf("/office/v1/estates/%d/fee-payments", th["estates"]), m{"unit_id": th["units"], "amount": "10", "way": "cash"})
	if !strings.Contains(twice.body, "client_ref") {
		t.Error(twice.body)
	}
	e.must(403, "company", "POST", fmt.Sprintf("/office/v1/fee-changes/%d/decision", th["fee-changes"]), m{"approve": true})
}

// TestASettlementOverTheAPI: a settlement is agreed to, taken back by two, and says so; who pays out is shown once it is stated.
func TestASettlementOverTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	th := things{"estates": e.town.actors["owner"].Estate, "units": e.town.actors["owner"].Unit}
	e.charge(th, "")
	estate := fmt.Sprintf("/office/v1/estates/%d", th["estates"])
	second := e.actor("company")
	second.PersonID += 100_000
	agree := func(id int64) {
		t.Helper()
		if _, err := e.fees.Decide(t.Context(), second, id, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	id := e.must(201, "company", "POST", estate+"/fee-settlements", m{"way": "cash", "amount": "8", "serial": "B1", "settled_on": soon(-1), "reason": "存入银行的现金"}).int("id")
	agree(id)
	e.must(409, "company", "POST", fmt.Sprintf("/office/v1/fee-changes/%d/reversal", th["fee-changes"]), m{"reason": "登记错了金额"})
	e.must(400, "company", "POST", fmt.Sprintf("/office/v1/fee-changes/%d/reversal", id), m{"reason": "错"})
	back := e.must(201, "company", "POST", fmt.Sprintf("/office/v1/fee-changes/%d/reversal", id), m{"reason": "登记错了金额"}).int("id")
	e.must(409, "company", "POST", fmt.Sprintf("/office/v1/fee-changes/%d/reversal", id), m{"reason": "登记错了金额"})
	agree(back)
	shown := e.must(200, "company", "GET", estate+"/fee-changes?state=reversed", nil).json["items"].([]any)
	reversal, _ := shown[0].(m)["reversal"].(m)
	if len(shown) != 1 || reversal["reason"] != "登记错了金额" || reversal["id"] != float64(back) || reversal["decided_by"] != float64(second.PersonID) || reversal["voucher"].(float64) <= shown[0].(m)["voucher"].(float64) || reversal["at"] == "" || shown[0].(m)["state_name"] != "已冲销" {
		t.Errorf("%v", shown)
	}
	e.must(409, "company", "POST", fmt.Sprintf("/office/v1/fee-imports/%d/settlement", th["fee-imports"]), m{"row": 2})
	account := e.payOn("", th["estates"])
	e.must(200, "company", "POST", fmt.Sprintf("/office/v1/pay-accounts/%d/payer", account), m{"name": "财付通支付科技有限公司"})
	e.must(403, "company", "POST", fmt.Sprintf("/office/v1/pay-accounts/%d/payer/decision", account), m{"approve": true})
	if err := e.checkout.DecidePayer(t.Context(), second, account, true, ""); err != nil {
		t.Fatal(err)
	}
	if got := e.must(200, "company", "GET", estate+"/pay-accounts", nil); !strings.Contains(got.body, "\"payer\":{\"name\":\"财付通支付科技有限公司\"") || strings.Contains(got.body, "new_payer") {
		t.Error(got.body)
	}
}
