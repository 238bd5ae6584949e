package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/store"
)

// repair makes a draft of a use of the fund in an estate whose account the bureau keeps, and a payment that waits for a second person.
func (e *engine) repair(th things, suffix string) {
	e.holds(th["estates"])
	th["fund-projects"] = e.must(201, "company"+suffix, "POST", fmt.Sprintf("/office/v1/estates/%d/fund-projects", th["estates"]), repairOf(secretOf(suffix), "walk"+suffix)).int("id")
	pay := fund.ProjectPayment{ProjectID: th["fund-projects"], EstateID: th["estates"], Kind: fund.AdvancePayment, Amount: 1, State: "asked", AskedBy: 1, AskedAt: e.db.Now()}
	if err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Create(&pay).Error }); err != nil {
		e.t.Fatal(err)
	}
	th["fund-payments"] = pay.ID
	old := fund.Division{ProjectID: th["fund-projects"], EstateID: th["estates"], Total: 1, Reason: secretOf(suffix), ReplacedAt: e.db.Now()}
	gone := fund.Revocation{ProjectID: th["fund-projects"], EstateID: th["estates"], MeetingID: 1, Resolution: secretOf(suffix), Paid: 1, State: "open", OpenedAt: e.db.Now()}
	if err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error { return errors.Join(tx.Create(&old).Error, tx.Create(&gone).Error) }); err != nil {
		e.t.Fatal(err)
	}
	th["fund-divisions"], th["fund-revocations"] = old.ID, gone.ID
}

// holds registers the special account of an estate at the bureau.
func (e *engine) holds(estate int64) {
	e.t.Helper()
	id, err := e.fund.ProposeAccount(e.t.Context(), e.actor("bureau"), fund.AccountSetting{EstateID: estate, Holder: fund.HeldByBureau, Bank: "演示银行", Number: "6210000000001234", Reason: "依法代管"})
	if err == nil {
		_, err = e.fund.DecideProposal(e.t.Context(), e.actor("bureau_second"), id, true, "")
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

func innocent() m {
	all := m{}
	for code := range fund.Exclusions {
		all[string(code)] = false
	}
	return all
}

func repairOf(title, ref string) m {
	return m{"kind": "ordinary", "title": title + "屋面维修", "reason": title + "屋面渗漏", "declared": innocent(), "items": []m{{"name": "防水层", "measure": "㎡", "quantity": "12.5", "price": "64"}}, "client_ref": ref}
}

// projectBodies are the inputs of what is done to projects that pass the form check.
func projectBodies(things) map[string]any {
	text := m{"text": "写明缘由的一段文字"}
	paper := m{"text": "写明缘由的一段文字", "file_ids": []int64{999999}}
	items := []m{{"name": "防水层", "measure": "㎡", "quantity": "12.5", "price": "64"}}
	return map[string]any{
		"officeProposeProject": repairOf("一号楼", "w90"), "officeReviseProject": repairOf("一号楼", "w91"), "officeTakeUpProject": m{}, "officeAddQuote": m{"supplier": "甲公司", "amount": "700", "file_ids": []int64{999999}}, "officeChooseQuote": m{"quote_id": 1},
		"officePostProject": m{}, "officeResolveProject": m{"meeting_id": 1, "position": 1}, "officeOpineProject": m{"agree": true, "text": "情况属实"}, "officeFileProject": m{"accept": false, "reason": "缺少材料"}, "officeConfirmProject": text, "officeReviewProject": text,
		"officeContractProject": m{"number": "HT-1", "supplier": "甲公司", "amount": "700", "file_ids": []int64{999999}}, "officeWorkProject": paper, "officeSupplyProject": paper, "officeLookAtProject": m{"agree": true}, "officeAcceptProject": text,
		"officeSettleProject": m{"items": items, "invoices": "发票1号", "file_ids": []int64{999999}}, "officePostFinal": m{}, "officeAnswerProjectObjection": m{"objection_id": 1, "text": "已经核对过"}, "officeAskPayment": m{"kind": "final"}, "officeDecidePayment": m{"accept": false, "text": "材料不全"}, "officeCancelProject": text,
		"officeDecideCancel": m{"agree": true, "text": "情况属实"}, "officeWithdrawCancel": m{"client_ref": "wc"}, "officeRecordReturn": m{"amount": "1", "receipt": "R1"}, "officeDisposeRevocation": m{"back": false, "text": "写明缘由的一段文字"}, "officeReverseRevoked": m{"amount": "1", "receipt": "R1"},
		"proposeProject": m{"title": "屋面维修", "reason": "屋面渗漏", "client_ref": "w92"}, "objectProject": m{"phase": "proposal", "text": "报价偏高", "client_ref": "w93"}, "lookAtProject": m{"agree": true, "client_ref": "w94"},
	}
}

// TestRepairByAnOwner is what people see over the API: an owner proposes, the company takes it up and posts it, the owner objects and is answered,
// and every gate says what opens it.
func TestRepairByAnOwner(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.holds(estate)
	at := fmt.Sprintf("/estates/%d/fund-projects", estate)
	id := e.must(201, "owner", "POST", "/miniapp/v1"+at, m{"title": "屋面维修", "reason": "屋面渗漏到顶楼", "client_ref": "r1"}).int("id")
	if again := e.must(201, "owner", "POST", "/miniapp/v1"+at, m{"title": "屋面维修", "reason": "屋面渗漏到顶楼", "client_ref": "r1"}).int("id"); again != id {
		t.Errorf("the same tap made %d and %d", id, again)
	}
	path := fmt.Sprintf("/fund-projects/%d", id)
	office := "/office/v1" + path
	e.must(403, "family", "GET", "/miniapp/v1"+path, nil)
	e.must(200, "company", "POST", office+"/taking-up", m{})
	e.must(200, "company", "POST", office+"/revision", repairOf("一号楼", "r2"))
	bad := repairOf("一号楼", "r3")
	bad["declared"].(m)["warranty"] = true
	if a := e.must(409, "company", "POST", office+"/revision", bad); a.json["code"] != "project.excluded" {
		t.Errorf("%s", a.body)
	}
	for i, name := range []string{"甲公司", "乙公司", "丙公司"} {
		e.must(201, "company", "POST", office+"/quotes", m{"supplier": name, "amount": fmt.Sprint(700 + i), "file_ids": []int64{e.upload("company", "notice", "quote"+name)}})
	}
	quote := e.must(200, "company", "GET", office, nil).json["quotes"].([]any)[0].(m)
	e.must(200, "company", "POST", office+"/choice", m{"quote_id": quote["id"]})
	e.must(200, "company", "POST", office+"/posting", m{})
	shown := e.must(200, "owner", "GET", "/miniapp/v1"+path, nil).json
	if shown["proposal_notice"] == "" || shown["state"] != "posted" || shown["budget"] != "800.00" {
		t.Errorf("%v", shown)
	}
	e.offered(estate, id)
	e.rewritten(office)
	e.must(201, "owner", "POST", "/miniapp/v1"+path+"/objections", m{"phase": "proposal", "text": "报价偏高，请再比价", "client_ref": "r4"})
	objection := e.must(200, "company", "GET", office, nil).json["objections"].([]any)[0].(m)
	e.must(200, "company", "POST", office+"/answers", m{"objection_id": objection["id"], "text": "已附三家报价，选的是最低价"})
	e.must(200, "township", "POST", office+"/opinion", m{"agree": true, "text": "情况属实"})
	if a := e.must(409, "company", "POST", office+"/payments", m{"kind": "advance", "amount": "100"}); a.json["code"] != "project.gate_closed" {
		t.Errorf("%s", a.body)
	}
	for _, x := range e.must(200, "company", "GET", office+"/gates", nil).json["items"].([]any) {
		if g := x.(m); g["open"] == false && (g["why"] == nil || g["opens"] == nil) {
			t.Errorf("a closed gate that says nothing: %v", g)
		}
	}
	if n := len(e.must(200, "owner", "GET", "/miniapp/v1"+path+"/shares", nil).json["items"].([]any)); n != 0 {
		t.Errorf("%d shares before the final accounts", n)
	}
}

// rewritten holds the gate shut behind a posting that was written anew by hand, until the fund's own words go up again.
func (e *engine) rewritten(office string) {
	e.t.Helper()
	e.must(409, "company", "POST", office+"/posting", m{})
	number := e.must(200, "company", "GET", office, nil).json["proposal_notice"]
	var n disclosure.Notice
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error { return tx.Where("number = ?", number).Take(&n).Error })
	if err == nil {
		ctx, company := e.t.Context(), e.actor("company")
		if err := e.board.Revise(ctx, company, n.ID, disclosure.Revision{Title: "屋面小修", Body: "费用不大", Reason: "改几个字"}); !errors.Is(err, disclosure.ErrSecondPerson) {
			e.t.Errorf("one person rewrites a proposal: %v", err)
		}
		var p *disclosure.Prepared
		p, err = e.board.SaveDraft(ctx, company, disclosure.Draft{EstateID: n.EstateID, Title: "屋面小修", Body: "费用不大", ClientRef: "rewritten", InputHash: "h"}, n.ID, "改几个字")
		if err == nil {
			err = e.board.SubmitDraft(ctx, company, p.ID, p.Revision)
		}
		if err == nil {
			_, err = e.board.ConfirmDraft(ctx, e.actor("community"), p.ID, p.Revision)
		}
	}
	if err != nil {
		e.t.Fatal(err)
	}
	if a := e.must(200, "company", "GET", office+"/gates", nil).body; !strings.Contains(a, "内容被人改过") {
		e.t.Errorf("%s", a)
	}
	e.must(200, "company", "POST", office+"/posting", m{})
}

// offered: whoever drafts a motion to use the fund is given what it has to say, before the draft and beside it, until a motion says it.
func (e *engine) offered(estate, project int64) {
	e.t.Helper()
	at := fmt.Sprintf("/office/v1/estates/%d/motion-drafts", estate)
	e.must(403, "company", "GET", at, nil)
	e.must(404, "township_foreign", "GET", at, nil)
	list := e.must(200, "committee_chair", "GET", at, nil).json["items"].([]any)
	if len(list) != 1 || list[0].(m)["project_id"] != float64(project) || list[0].(m)["meeting_id"] != nil || list[0].(m)["proposal_stands"] != true {
		e.t.Fatalf("%v", list)
	}
	words := fmt.Sprint(list[0].(m)["motion_words"])
	if shown := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/fund-projects/%d", project), nil).json["motion_words"]; shown != words {
		e.t.Errorf("%v is not %s", shown, words)
	}
	body := meetingOf(estate, "屋面", "offered")
	body["scope"] = list[0].(m)["scope"]
	meeting := e.must(201, "committee_chair", "POST", "/office/v1/meetings", body)
	path := fmt.Sprintf("/office/v1/meetings/%d", meeting.int("id"))
	beside := func(who string) []any {
		v, _ := e.must(200, who, "GET", path, nil).json["fund_projects"].([]any)
		return v
	}
	if x := beside("committee_chair"); len(x) != 1 || x[0].(m)["motion_words"] != words || x[0].(m)["meeting_id"] != nil {
		e.t.Errorf("%v", x)
	}
	if x := beside("bureau"); x != nil {
		e.t.Errorf("who writes no motion is offered %v", x)
	}
	motion := body["motions"].([]m)[0]
	motion["body"] = "更换屋面防水层。" + words
	e.must(200, "committee_chair", "PUT", path+"/motions", m{"version": e.must(200, "committee_chair", "GET", path, nil).int("version"), "title": body["title"], "motions": []m{motion}})
	if x := beside("community"); len(x) != 1 || x[0].(m)["meeting_id"] != meeting.json["id"] || x[0].(m)["position"] != float64(1) {
		e.t.Errorf("%v", x)
	}
	motion["matter"] = "other"
	e.must(200, "committee_chair", "PUT", path+"/motions", m{"version": e.must(200, "committee_chair", "GET", path, nil).int("version"), "title": body["title"], "motions": []m{motion}})
	if x := beside("committee_chair"); x != nil {
		e.t.Errorf("a meeting that uses no fund is offered %v", x)
	}
	e.must(200, "committee_chair", "POST", path+"/cancellation", m{"text": "改期再开会议"})
}
