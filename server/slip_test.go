package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// texted is the last code that a phone received.
func (e *engine) texted(phone string) string {
	e.t.Helper()
	for _, m := range e.app.texts.Messages() {
		if m.Phone == phone {
			return regexp.MustCompile(`\d{6}`).FindString(m.Text)
		}
	}
	e.t.Fatalf("nothing was sent to %s", phone)
	return ""
}

// proof is the ticket that a phone's holder earns.
func (e *engine) proof(phone string) map[string]string {
	e.t.Helper()
	e.must(204, "", "POST", "/public/v1/phone-codes", m{"phone": phone})
	a := e.must(200, "", "POST", "/public/v1/phone-codes/check", m{"phone": phone, "code": e.texted(phone)})
	return map[string]string{"X-Linli-Phone": a.json["ticket"].(string)}
}

// phoneOf is the phone that an actor's account is bound to.
func (e *engine) phoneOf(actor string) string {
	e.t.Helper()
	var p org.Person
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error { return tx.Where("id = ?", e.actor(actor).PersonID).Take(&p).Error })
	if err != nil {
		e.t.Fatal(err)
	}
	phone, err := e.vault.Open(p.PhoneSealed, "persons.phone")
	if err != nil {
		e.t.Fatal(err)
	}
	return phone
}

// with sends a request with headers.
func (e *engine) with(headers map[string]string, method, path string, body any) (int, m) {
	e.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, strings.NewReader(string(raw)))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out m
	_ = json.NewDecoder(res.Body).Decode(&out)
	return res.StatusCode, out
}

// TestWithoutAnAccount: somebody who has no account files by a slip, reads the progress, returns the answer and rates it,
// each time by the receipt's number and the phone; nobody else can.
func TestWithoutAnAccount(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	mine := e.proof("13900007777")
	body := m{"name": "杨阿姨", "text": "楼道的灯坏了三天没人修", "place": "2幢1单元", "cover": "sealed", "client_ref": "slip-1"}
	path := fmt.Sprintf("/public/v1/estates/%d/complaints", estate)
	status, filed := e.with(mine, "POST", path, body)
	if status != 201 || filed["receipt"] == "" {
		t.Fatalf("%d %v", status, filed)
	}
	if status, again := e.with(mine, "POST", path, body); status != 201 || again["receipt"] != filed["receipt"] {
		t.Errorf("a double tap made another case: %d %v", status, again)
	}
	receipt := "/public/v1/receipts/" + filed["receipt"].(string)
	other := e.proof("13900008888")
	for _, deny := range []map[string]string{other, {"X-Linli-Phone": "lp_wrong"}} {
		if status, a := e.with(deny, "GET", receipt, nil); status != 404 && status != 401 {
			t.Errorf("another phone reads the receipt: %d %v", status, a)
		}
		if status, a := e.with(deny, "POST", receipt+"/withdraw", m{}); status != 404 && status != 401 {
			t.Errorf("another phone withdraws: %d %v", status, a)
		}
	}
	id := e.caseID(filed["receipt"].(string))
	lead := "community"
	e.must(200, lead, "POST", fmt.Sprintf("/office/v1/complaints/%d/accept", id), m{})
	e.must(200, lead, "POST", fmt.Sprintf("/office/v1/complaints/%d/answer", id), m{"report": report("换了灯泡")})
	if status, a := e.with(mine, "POST", receipt+"/return", m{"text": "晚上还是不亮", "client_ref": "r1"}); status != 200 || a["state_name"] != "退回重办" {
		t.Errorf("return: %d %v", status, a)
	}
	if status, a := e.with(mine, "POST", receipt+"/return", m{"text": "晚上还是不亮", "client_ref": "r1"}); status != 200 {
		t.Errorf("the same return again: %d %v", status, a)
	}
	e.must(200, lead, "POST", fmt.Sprintf("/office/v1/complaints/%d/answer", id), m{"report": report("换了线路")})
	if status, a := e.with(mine, "POST", receipt+"/rating", m{"rating": m{"response": "yes", "solved": "yes", "satisfied": "partly"}}); status != 200 {
		t.Errorf("rating: %d %v", status, a)
	}
	if status, a := e.with(mine, "POST", receipt+"/confirm", m{}); status != 200 || a["state_name"] != "已办结" {
		t.Errorf("confirm: %d %v", status, a)
	}
	// The account with the same phone reads its own receipt this way too, and an anonymous one nobody reads.
	own := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "小区大门坏了没人修", "client_ref": "acc"})
	phone := e.proof(e.phoneOf("owner"))
	if status, a := e.with(phone, "GET", "/public/v1/receipts/"+own.json["number"].(string), nil); status != 200 {
		t.Errorf("the account's phone: %d %v", status, a)
	}
	hidden := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "小区大门坏了没人修", "cover": "anonymous", "client_ref": "anon"})
	if status, _ := e.with(phone, "GET", "/public/v1/receipts/"+hidden.json["number"].(string), nil); status != 404 {
		t.Errorf("an anonymous receipt was read: %d", status)
	}
}

// TestCodesCannotBeGuessed: a phone gets one code a minute, a code dies after five wrong tries, and works once.
func TestCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.must(204, "", "POST", "/public/v1/phone-codes", m{"phone": "13900001234"})
	e.must(429, "", "POST", "/public/v1/phone-codes", m{"phone": "13900001234"})
	code := e.texted("13900001234")
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range 5 {
		e.must(400, "", "POST", "/public/v1/phone-codes/check", m{"phone": "13900001234", "code": wrong})
	}
	e.must(400, "", "POST", "/public/v1/phone-codes/check", m{"phone": "13900001234", "code": code})
	e.must(204, "", "POST", "/public/v1/phone-codes", m{"phone": "13900005678"})
	once := m{"phone": "13900005678", "code": e.texted("13900005678")}
	e.must(200, "", "POST", "/public/v1/phone-codes/check", once)
	e.must(400, "", "POST", "/public/v1/phone-codes/check", once)
}

// TestTheSlipsPages plays the forms as a browser without scripts sends them: a mistake keeps what was typed, the code
// goes to the phone, the receipt's page takes the answer.
func TestTheSlipsPages(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	post := func(path string, form url.Values, want int) string {
		t.Helper()
		res, err := http.PostForm(e.url+path, form) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != want {
			t.Fatalf("%s: %d, want %d: %s %v", path, res.StatusCode, want, body, err)
		}
		return string(body)
	}
	path := fmt.Sprintf("/h5/estates/%d/complain", estate)
	form := url.Values{"step": {"code"}, "ref": {"page-1"}, "name": {"杨阿姨"}, "phone": {"13900004321"}, "text": {"灯"}}
	if page := post(path, form, 422); !strings.Contains(page, "至少5个字") || !strings.Contains(page, "杨阿姨") {
		t.Errorf("the mistake is not shown beside what was typed: %s", page)
	}
	form.Set("text", "楼道的灯坏了<script>三天没人修")
	post(path, form, 200)
	form.Set("step", "file")
	form.Set("code", e.texted("13900004321"))
	page := post(path, form, 200)
	number := regexp.MustCompile(`T\d{8}\d+|T[\d-]+`).FindString(page)
	if number == "" || strings.Contains(page, "<script>") || !strings.Contains(page, "请记下受理编号") {
		t.Fatalf("no receipt: %s", page)
	}
	ticket := regexp.MustCompile(`name="ticket" value="(lp_[^"]+)"`).FindStringSubmatch(page)[1]
	page = post("/h5/receipts", url.Values{"receipt": {number}, "ticket": {ticket}, "ref": {"page-2"}, "action": {"supply"}, "text": {"补充：二楼也不亮"}}, 200)
	if !strings.Contains(page, "二楼也不亮") {
		t.Errorf("what was added is not shown: %s", page)
	}
}

// TestADraftIsKept: what was typed is there on another day, for its writer alone, and goes when it is filed.
func TestADraftIsKept(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.must(204, "owner", "PUT", "/miniapp/v1/complaint-draft", m{"draft": m{"text": "写了一半"}})
	if a := e.must(200, "owner", "GET", "/miniapp/v1/complaint-draft", nil); !strings.Contains(a.body, "写了一半") {
		t.Error(a.body)
	}
	if a := e.must(200, "owner", "GET", "/miniapp/v1/me/export", nil); !strings.Contains(a.body, "写了一半") {
		t.Error("the export leaves the draft out")
	}
	if a := e.must(200, "tenant", "GET", "/miniapp/v1/complaint-draft", nil); strings.Contains(a.body, "写了一半") {
		t.Error(a.body)
	}
	e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "写完了，楼道灯坏了", "client_ref": "done"})
	if a := e.must(200, "owner", "GET", "/miniapp/v1/complaint-draft", nil); strings.Contains(a.body, "写了一半") {
		t.Error("the draft outlived the filing")
	}
}
