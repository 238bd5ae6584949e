package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// mediate gives the paths of a mediation on both surfaces.
func mediate(id int64) (office, mine func(string) string) {
	at := func(surface string) func(string) string {
		return func(what string) string {
			path := fmt.Sprintf("/%s/v1/mediations/%d", surface, id)
			if what != "" {
				path += "/" + what
			}
			return path
		}
	}
	return at("office"), at("miniapp")
}

// party finds a party by name, or the reader's own under "".
func party(a answer, name string) int64 {
	for _, x := range a.json["parties"].([]any) {
		if p := x.(m); (name == "" && p["mine"] == true) || (name != "" && p["name"] == name) {
			return int64(p["id"].(float64))
		}
	}
	return 0
}

// TestAMediationThroughTheAPI: an owner against the company, with a lawyer of the pool and a neighbour who signs on paper:
// asked, taken on, parties, session, agreement, confirmed by all, performed.
func TestAMediationThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, company := e.town.actors["owner"].Estate, e.actor("company").OrganisationID()
	justice, host := "department_justice", "committee_chair"
	body := m{"name": "王律师", "firm": "某某律师事务所", "licence": "15227202010000001", "phone": "0854-8000000", "fields": "物业"}
	e.must(403, "department_fire", "POST", "/office/v1/lawyers", body)
	lawyer := e.must(201, justice, "POST", "/office/v1/lawyers", body).int("id")

	ask := m{"estate_id": estate, "subject": "物业多收停车费，一直不退", "wish": "退还多收的三百元", "respondents": []int64{company}, "named": true, "client_ref": "ask"}
	asked := e.must(201, "owner", "POST", "/miniapp/v1/mediations", ask)
	if again := e.must(201, "owner", "POST", "/miniapp/v1/mediations", ask); again.int("id") != asked.int("id") {
		t.Error("a double tap asked twice")
	}
	if asked.json["level"] != "committee" || asked.json["accept_due"] == nil || asked.json["accept_due_reference"] != true {
		t.Errorf("asked %s", asked.body)
	}
	at, mine := mediate(asked.int("id"))
	e.must(404, "community", "GET", at(""), nil)
	e.must(403, "company", "POST", at("acceptance"), m{"mediator": "李主任"})
	e.must(200, host, "POST", at("acceptance"), m{"mediator": "李主任", "lawyer_id": lawyer, "client_ref": "accept"})
	add := m{"side": "respondent", "name": "赵某", "phone": "13800009999", "client_ref": "add"}
	e.must(200, host, "POST", at("parties"), add)
	e.must(200, host, "POST", at("parties"), add)
	wrong := e.must(200, host, "POST", at("parties"), m{"side": "respondent", "name": "钱某", "phone": "13800009998"})
	e.must(200, host, "POST", at(fmt.Sprintf("parties/%d/removal", party(wrong, "钱某"))), m{"text": "手机号写错了", "client_ref": "remove"})
	e.must(200, "company", "POST", at("answer"), m{"willing": true})
	paper := m{"party_id": party(wrong, "赵某"), "what": "willing", "file_id": e.upload(host, "photo", "willing")}
	e.must(200, host, "POST", at("papers"), paper)
	e.must(200, host, "POST", at("sessions"), m{"at": time.Now().Add(time.Hour).Format(time.RFC3339), "place": "业委会办公室"})
	minute := m{"text": "双方核对了缴费记录", "client_ref": "minute"}
	e.must(200, host, "POST", at("minutes"), minute)
	seen := e.must(200, host, "POST", at("minutes"), minute)
	draft := m{"text": "物业十日内退还三百元，赵某不再占用车位", "client_ref": "draft",
		"terms": []m{{"party_id": party(e.must(200, "company", "GET", at(""), nil), ""), "text": "退还三百元", "due": time.Now().AddDate(0, 0, 10).Format("2006-01-02")}}}
	drafted := e.must(200, host, "POST", at("agreement"), draft)
	if again := e.must(200, host, "POST", at("agreement"), draft); again.int("agreement_id") != drafted.int("agreement_id") {
		t.Error("a double tap drafted twice")
	}
	draft["text"] = "同一个编号，另一份内容的协议"
	e.must(409, host, "POST", at("agreement"), draft)
	agreement := m{"agreement_id": drafted.int("agreement_id")}
	e.must(200, "owner", "POST", mine("objection"), m{"text": "要写明退到哪个账户"})
	draft["text"], draft["client_ref"] = "物业十日内退还三百元到原账户，赵某不再占用车位", "redraft"
	agreement["agreement_id"] = e.must(200, host, "POST", at("agreement"), draft).int("agreement_id")
	e.must(200, "owner", "POST", mine("confirm"), agreement)
	e.must(200, "company", "POST", at("confirm"), agreement)
	paper["what"], paper["file_id"] = "confirm", e.upload(host, "photo", "signed")
	agreed := e.must(200, host, "POST", at("papers"), paper)
	if agreed.json["state"] != "agreed" || agreed.json["court_until"] == nil || agreed.json["lawyer"] != "王律师" {
		t.Fatalf("agreed %s", agreed.body)
	}
	done := m{"term_id": agreed.json["terms"].([]any)[0].(m)["id"], "text": "收到了"}
	e.must(403, "company", "POST", at("performance"), done)
	for range 2 {
		if p := e.must(200, "owner", "POST", mine("performance"), done); p.json["state"] != "performed" || len(p.json["parties"].([]any)) != 3 {
			t.Errorf("performed %s", p.body)
		}
	}
	for _, s := range seen.json["steps"].([]any) {
		if s := s.(m); s["kind"] == "remove" && (s["of"] != "钱某" || s["text"] != "手机号写错了") {
			t.Errorf("%v", s)
		}
	}
	pool := e.must(200, "community", "GET", "/office/v1/lawyers", nil).json["items"].([]any)
	if l := pool[0].(m); len(pool) != 1 || l["all"] != 1.0 || l["open"] != 0.0 {
		t.Errorf("%v", pool)
	}
	e.must(204, justice, "POST", fmt.Sprintf("/office/v1/lawyers/%d/closing", lawyer), m{"text": "退休了"})
	if pool := e.must(200, "community", "GET", "/office/v1/lawyers", nil).json["items"].([]any); len(pool) != 0 {
		t.Errorf("%v", pool)
	}
	e.drain()
	if e.inboxed("owner", "调解协议已履行") == 0 || e.inboxed("company", "调解协议请您确认") == 0 {
		t.Error("the parties were not told")
	}
}

// TestAMediationThatFailsThroughTheAPI: an office asks for an owner by the receipt; the committee declines, the community
// fails, the township fails, and the way to court is shown.
func TestAMediationThatFailsThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, company := e.town.actors["owner"].Estate, e.actor("company").OrganisationID()
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "物业多收停车费，一直不退", "client_ref": "case"})
	asked := e.must(201, "community", "POST", "/office/v1/mediations", m{"estate_id": estate, "case_id": filed.int("id"), "subject": "业主和物业为停车费有纠纷", "wish": "退还多收的费用",
		"respondents": []int64{company}, "parties": []m{{"side": "applicant", "receipt": filed.json["number"]}}, "client_ref": "ask"})
	at, mine := mediate(asked.int("id"))
	if asked.json["level"] != "committee" || party(asked, "当事人") == 0 || len(asked.json["parties"].([]any)) != 2 {
		t.Fatalf("asked %s", asked.body)
	}
	e.must(400, "owner", "POST", mine("answer"), m{"willing": true})
	e.must(200, "owner", "POST", mine("answer"), m{"willing": true, "named": true})
	e.must(200, "committee_chair", "POST", at("decline"), m{"text": "委员都在外地", "client_ref": "decline"})
	e.must(200, "committee_chair", "POST", at("decline"), m{"text": "委员都在外地", "client_ref": "decline"})
	e.must(403, "company", "POST", at("raise"), m{"text": "换一级"})
	raised := e.must(200, "owner", "POST", mine("raise"), m{"text": "请社区调解"})
	if raised.json["level"] != "community" || raised.json["state"] != "requested" {
		t.Fatalf("raised %s", raised.body)
	}
	e.must(409, "owner", "POST", mine("raise"), m{"text": "太慢了"}) // within the term
	e.must(200, "community", "POST", at("acceptance"), m{"mediator": "张书记"})
	refused := e.must(200, "company", "POST", at("answer"), m{"willing": false, "text": "不接受调解"})
	if refused.json["state"] != "failed" {
		t.Fatalf("refused %s", refused.body)
	}
	e.must(200, "community", "POST", at("raise"), m{"text": "请办事处调解"})
	e.must(200, "township", "POST", at("acceptance"), m{"mediator": "王主任"})
	e.must(200, "company", "POST", at("answer"), m{"willing": true})
	failed := e.must(200, "township", "POST", at("failure"), m{"text": "差距太大"})
	if next := failed.json["next"].([]any); len(next) != 1 {
		t.Errorf("above the township: %v", next)
	}
	court := e.must(200, "owner", "POST", mine("court"), m{"text": "准备起诉"})
	if court.json["state"] != "court" || court.json["closed_at"] == nil {
		t.Errorf("court %s", court.body)
	}
	var kinds []any
	for _, s := range court.json["steps"].([]any) {
		kinds = append(kinds, s.(m)["kind"])
	}
	for _, k := range []string{"decline", "raise", "fail", "court"} {
		if !slices.Contains(kinds, any(k)) {
			t.Errorf("no step %s in %v", k, kinds)
		}
	}
	again := e.must(201, "owner", "POST", "/miniapp/v1/mediations", m{"estate_id": estate, "subject": "物业多收停车费，一直不退", "wish": "退还", "named": true, "client_ref": "second"})
	_, mine = mediate(again.int("id"))
	if w := e.must(200, "owner", "POST", mine("withdrawal"), m{"text": "和解了"}); w.json["state"] != "withdrawn" {
		t.Errorf("withdrawn %s", w.body)
	}
	if list := e.must(200, "owner", "GET", "/miniapp/v1/mediations?state=court", nil).json["items"].([]any); len(list) != 1 {
		t.Errorf("%d in court", len(list))
	}
}
