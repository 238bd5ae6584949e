package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// undecided takes back the values that the demo sets, so that a test decides what is in force.
func (e *engine) undecided() {
	e.t.Helper()
	if err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Where("demo = ?", true).Delete(&org.LocalValue{}).Error }); err != nil {
		e.t.Fatal(err)
	}
}

// rule enters a local value the way the bureau does: one enters, another confirms.
func (e *engine) rule(key, value string) {
	e.t.Helper()
	v := e.must(201, "bureau", "POST", "/office/v1/rules/values", m{"key": key, "value": value, "article": "某通知第三条", "effective_on": e.db.Now().AddDate(-1, 0, 0).Format(time.DateOnly)})
	e.must(204, "bureau_second", "POST", fmt.Sprintf("/office/v1/rules/values/%d/decision", v.int("id")), m{"accept": true})
}

// opened is which file somebody's link opens.
func (e *engine) opened(actor string, id int64) int64 {
	e.t.Helper()
	surface := "/miniapp/v1"
	if e.town.actors[actor].Surface == "office" {
		surface = "/office/v1"
	}
	link := e.must(200, actor, "GET", fmt.Sprintf("%s/files/%d/link", surface, id), nil).json["url"].(string)
	var opens int64
	if _, err := fmt.Sscanf(link[strings.LastIndex(link, "/")+1:], "%d.", &opens); err != nil {
		e.t.Fatal(link, err)
	}
	return opens
}

// TestRedactionThroughTheAPI: the text, the place, an office's words and its picture are kept from others, and every one of those
// entitled keeps the original; the office that wrote it is refused.
func TestRedactionThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "隔壁张三每天半夜砸墙", "place": "2幢1单元302门口", "visibility": "public", "client_ref": "redact"})
	id := filed.int("id")
	e.must(200, "co_owner", "POST", fmt.Sprintf("/miniapp/v1/complaints/%d/join", id), m{"client_ref": "redact-join"})
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", id, what) }
	e.must(200, "community", "POST", at("accept"), m{})
	picture := e.upload("community", "photo", "redact-after")
	e.must(200, "community", "POST", at("answer"), m{"report": report("已上门劝阻张三"), "file_ids": []int64{picture}})
	var seq int64
	for _, s := range e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d", id), nil).json["steps"].([]any) {
		if s.(m)["kind"] == "answer" {
			seq = int64(s.(m)["seq"].(float64))
		}
	}
	own := e.must(403, "community", "POST", at("redaction"), m{"seq": seq, "text": "已上门劝阻", "reason": "有姓名"})
	if !strings.Contains(own.body, "请上级处理") {
		t.Errorf("the refusal says %s", own.body)
	}
	e.must(204, "community", "POST", at("redaction"), m{"text": "有住户每天半夜砸墙", "reason": "有姓名"})
	e.must(204, "community", "POST", at("redaction"), m{"what": "place", "text": "2幢1单元", "reason": "有门牌"})
	e.must(204, "township", "POST", at("redaction"), m{"seq": seq, "text": "已上门劝阻该住户", "reason": "有姓名"})
	masked := e.upload("township", "photo", "redact-masked")
	e.must(403, "community", "POST", at("photo-redaction"), m{"file_id": picture, "redacted_id": masked, "reason": "有人脸"})
	e.must(204, "township", "POST", at("photo-redaction"), m{"file_id": picture, "redacted_id": masked, "reason": "有人脸"})

	for who, secret := range map[string]string{"co_owner": "张三", "family": "张三"} {
		list := e.must(200, who, "GET", fmt.Sprintf("/miniapp/v1/estates/%d/complaints", estate), nil).body
		if strings.Contains(list, secret) || strings.Contains(list, "302") || !strings.Contains(list, "有住户每天半夜砸墙") {
			t.Errorf("%s reads %s", who, list)
		}
	}
	joined := e.must(200, "co_owner", "GET", fmt.Sprintf("/miniapp/v1/complaints/%d", id), nil).body
	if strings.Contains(joined, "张三") || !strings.Contains(joined, "已上门劝阻该住户") {
		t.Errorf("who joined reads %s", joined)
	}
	mine := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/complaints/%d", id), nil).body
	for _, want := range []string{"隔壁张三每天半夜砸墙", "2幢1单元302门口", "已上门劝阻张三", "提交人看到的仍是原文", "提交人看到的仍是原照片"} {
		if !strings.Contains(mine, want) {
			t.Errorf("whoever filed it does not read %q: %s", want, mine)
		}
	}
	for who, want := range map[string]int64{"owner": picture, "community": picture, "township": picture, "co_owner": masked} {
		if got := e.opened(who, picture); got != want {
			t.Errorf("%s opens %d, want %d", who, got, want)
		}
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", picture), nil)
	e.must(404, "co_owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", masked), nil)
}

// TestRestrictionAndAppealThroughTheAPI: restricted with the reason, still free in danger, heard by another office above; the same
// for somebody who has only a receipt and a phone, as JSON and on the page.
func TestRestrictionAndAppealThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.undecided()
	estate := e.town.actors["owner"].Estate
	file := func(want int, ref, matter string) answer {
		return e.must(want, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼道的灯又坏了没人修", "matter": matter, "client_ref": ref})
	}
	filed := file(201, "r1", "")
	restrict := m{"receipt": filed.json["number"], "reason": "一天投诉三十次同一内容", "days": 7}
	at := fmt.Sprintf("/office/v1/complaints/%d/restriction", filed.int("id"))
	e.must(409, "township", "POST", at, restrict)
	e.rule("complaint.restrict_days", "30")
	first := e.must(201, "township", "POST", at, restrict)
	if again := e.must(201, "township", "POST", at, restrict); again.int("id") != first.int("id") {
		t.Error("a double tap restricted twice")
	}
	if a := file(403, "r2", ""); !strings.Contains(a.body, "申诉") {
		t.Errorf("refused with %s", a.body)
	}
	file(201, "r3", "fire-lane")
	own := e.must(200, "owner", "GET", "/miniapp/v1/restrictions", nil)
	if !strings.Contains(own.body, "一天投诉三十次同一内容") || !strings.Contains(own.body, `"may_appeal":true`) {
		t.Errorf("the resident reads %s", own.body)
	}
	e.must(404, "co_owner", "POST", fmt.Sprintf("/miniapp/v1/restrictions/%d/appeal", first.int("id")), m{"text": "不是我"})
	e.must(204, "owner", "POST", fmt.Sprintf("/miniapp/v1/restrictions/%d/appeal", first.int("id")), m{"text": "每次都是不同的灯"})
	if a := e.must(200, "bureau", "GET", "/office/v1/restrictions?state=appealed", nil); !strings.Contains(a.body, "每次都是不同的灯") || strings.Contains(a.body, "person") {
		t.Errorf("the bureau reads %s", a.body)
	}
	decide := fmt.Sprintf("/office/v1/restrictions/%d/decision", first.int("id"))
	e.must(403, "township", "POST", decide, m{"lift": false, "text": "维持"})
	e.must(403, "community", "POST", decide, m{"lift": true, "text": "解除"})
	e.must(204, "bureau", "POST", decide, m{"lift": true, "text": "内容确有不同"})
	file(201, "r4", "")

	// Somebody without an account, restricted by the bureau: only the leading group is above.
	mine := e.proof("13900007777")
	slip := func(ref string) (int, m) {
		return e.with(mine, "POST", fmt.Sprintf("/public/v1/estates/%d/complaints", estate), m{"name": "杨阿姨", "text": "楼道的灯又坏了没人修", "client_ref": ref})
	}
	_, got := slip("s1")
	receipt := got["receipt"].(string)
	held := e.must(201, "bureau", "POST", fmt.Sprintf("/office/v1/complaints/%d/restriction", e.caseID(receipt)), m{"receipt": receipt, "reason": "反复辱骂工作人员", "days": 7})
	if status, a := slip("s2"); status != 403 {
		t.Errorf("by slip: %d %v", status, a)
	}
	status, shown := e.with(mine, "GET", "/public/v1/receipts/"+receipt, nil)
	if list, ok := shown["restrictions"].([]any); status != 200 || !ok || len(list) != 1 || list[0].(m)["reason"] != "反复辱骂工作人员" {
		t.Fatalf("by the receipt: %d %v", status, shown)
	}
	appeal := m{"id": held.int("id"), "text": "我没有骂人"}
	if status, a := e.with(e.proof("13900008888"), "POST", "/public/v1/receipts/"+receipt+"/appeal", appeal); status != 404 {
		t.Errorf("another phone appeals: %d %v", status, a)
	}
	page := e.form("/h5/receipts", url.Values{"receipt": {receipt}, "ticket": {mine["X-Linli-Phone"]}}, 200)
	if !strings.Contains(page, "反复辱骂工作人员") || !strings.Contains(page, "限制中") || !strings.Contains(page, `value="appeal"`) {
		t.Errorf("the page shows %s", page)
	}
	ticket := regexp.MustCompile(`name="ticket" value="(lp_[^"]+)"`).FindStringSubmatch(page)[1]
	page = e.form("/h5/receipts", url.Values{"receipt": {receipt}, "ticket": {ticket}, "action": {"appeal"}, "restriction": {fmt.Sprint(held.int("id"))}, "text": {"我没有骂人"}}, 200)
	if !strings.Contains(page, "申诉已收到") || !strings.Contains(page, "我没有骂人") || strings.Contains(page, `value="appeal"`) {
		t.Errorf("after the appeal the page shows %s", page)
	}
	e.keep("restricted.html", page)
	if status, a := e.with(mine, "POST", "/public/v1/receipts/"+receipt+"/appeal", appeal); status != 200 {
		t.Errorf("the same appeal again: %d %v", status, a)
	}
	decide = fmt.Sprintf("/office/v1/restrictions/%d/decision", held.int("id"))
	for _, who := range []string{"township", "leading_group_office"} {
		e.must(403, who, "POST", decide, m{"lift": true, "text": "解除"})
	}
	e.must(204, "leading_group", "POST", decide, m{"lift": true, "text": "没有证据"})
	if status, a := slip("s3"); status != 201 {
		t.Errorf("after the appeal: %d %v", status, a)
	}
}

// form sends a form as a browser without scripts does.
func (e *engine) form(path string, f url.Values, want int) string {
	e.t.Helper()
	res, err := http.PostForm(e.url+path, f) //nolint:noctx // a test
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		e.t.Fatalf("%s: %d, want %d: %s %v", path, res.StatusCode, want, body, err)
	}
	return string(body)
}

// TestMandatesThroughTheAPI: a revision is tried, entered, looked at, and put in force by a second person; then it routes.
func TestMandatesThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	file := func(ref string) answer {
		return e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼下烧烤店油烟很大", "matter": "cooking-fumes", "client_ref": ref})
	}
	before := file("m1")
	var matter m
	now := e.must(200, "bureau", "GET", "/office/v1/mandates", nil)
	for _, x := range now.json["matters"].([]any) {
		if x.(m)["code"] == "cooking-fumes" {
			matter = x.(m)
		}
	}
	matter["lead"], matter["joint"], matter["clauses"] = "fire", []string{}, []string{"五(十七)1"}
	change := m{"matters": []m{matter}, "duties": []m{{"clause": "五(十七)1", "units": []string{"fire"}, "text": "查处餐饮油烟管道的火灾隐患"}}}
	if tried := e.must(200, "bureau", "POST", "/office/v1/mandates/preview", change); tried.int("cases") != 1 || !strings.Contains(tried.body, before.json["number"].(string)) {
		t.Errorf("tried: %s", tried.body)
	}
	change["reason"], change["article"] = "按三定方案调整", "都府办发〔2026〕1号"
	entered := e.must(201, "bureau", "POST", "/office/v1/mandates/versions", change)
	version := fmt.Sprintf("/office/v1/mandates/versions/%d", entered.int("id"))
	if looked := e.must(200, "bureau_second", "GET", version+"/preview", nil); looked.int("cases") != 1 {
		t.Errorf("the second person previews %s", looked.body)
	}
	e.must(403, "bureau", "POST", version+"/decision", m{"accept": true})
	e.must(403, "township", "POST", version+"/decision", m{"accept": true})
	done := e.must(200, "bureau_second", "POST", version+"/decision", m{"accept": true})
	if done.json["state"] != "confirmed" || done.int("number") != 2 {
		t.Errorf("confirmed: %s", done.body)
	}
	e.must(409, "bureau_second", "POST", version+"/decision", m{"accept": true})
	if after := e.must(200, "bureau", "GET", "/office/v1/mandates", nil); after.json["version"] == now.json["version"] {
		t.Error("the list in force has the old version")
	}
	fire, err := e.town.code("fire")
	if err != nil {
		t.Fatal(err)
	}
	lead := func(a answer) string {
		return e.must(200, "bureau", "GET", fmt.Sprintf("/office/v1/complaints/%d", a.int("id")), nil).json["lead"].(string)
	}
	if got := lead(file("m2")); got != fire.Name {
		t.Errorf("what comes in now goes to %s", got)
	}
	if got := lead(before); got == fire.Name {
		t.Error("the open case moved")
	}
	if list := e.must(200, "bureau", "GET", "/office/v1/mandates/versions", nil); !strings.Contains(list.body, "按三定方案调整") {
		t.Errorf("versions %s", list.body)
	}
}

// TestErasedCasesAreForgottenEverywhere: once the city's period is over, no message, delivery or inbox says whose case it was; what
// offices were told stays, and the whole still verifies.
func TestErasedCasesAreForgottenEverywhere(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.undecided()
	e.rule("complaint.identity_months", "1")
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼道的灯坏了没人修", "client_ref": "forget"})
	kept := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "另一盏灯也坏了没人修", "client_ref": "kept"})
	photo := e.upload("owner", "photo", "forget")
	at := func(a string) string { return fmt.Sprintf("/miniapp/v1/complaints/%d/%s", filed.int("id"), a) }
	e.must(200, "owner", "POST", at("supply"), m{"text": "补充一张照片", "file_ids": []int64{photo}})
	e.must(200, "owner", "POST", at("withdraw"), m{})
	e.drain()
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		ended := tx.Now.AddDate(0, -2, 0)
		if err := tx.Model(&complaint.Case{}).Where("id = ?", filed.int("id")).Update("closed_at", ended).Error; err != nil {
			return err
		}
		return tx.Model(&complaint.Party{}).Where("case_id = ?", filed.int("id")).Update("closed_at", ended).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	person := fmt.Sprint(e.actor("owner").PersonID)
	count := func(id int64) (bodies, deliveries, items, offices int64) {
		t.Helper()
		err := e.db.View(t.Context(), func(tx *store.Tx) error {
			var rows []outbox.Message
			if err := tx.Where("case_id = ?", id).Find(&rows).Error; err != nil {
				return err
			}
			var ids []int64
			for _, r := range rows {
				ids = append(ids, r.ID)
				if strings.Contains(r.Body, `"person_ids":[`+person+`]`) {
					bodies++
				}
			}
			if err := tx.Model(&notify.Delivery{}).Where("message_id IN ? AND recipient_kind = 'person'", ids).Count(&deliveries).Error; err != nil {
				return err
			}
			if err := tx.Model(&inbox.Item{}).Where("message_id IN ? AND recipient_kind = 'person'", ids).Count(&items).Error; err != nil {
				return err
			}
			return tx.Model(&inbox.Item{}).Where("message_id IN ? AND recipient_kind = 'post'", ids).Count(&offices).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return bodies, deliveries, items, offices
	}
	_, _, _, told := count(filed.int("id"))
	if bodies, deliveries, items, _ := count(filed.int("id")); bodies == 0 || deliveries == 0 || items == 0 || told == 0 {
		t.Fatalf("before: %d messages, %d deliveries, %d items, %d to offices", bodies, deliveries, items, told)
	}
	if n, err := e.complaints.EraseClosed(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if bodies, deliveries, items, offices := count(filed.int("id")); bodies+deliveries+items != 0 || offices != told {
		t.Errorf("after: %d messages, %d deliveries, %d items, %d of %d to offices", bodies, deliveries, items, offices, told)
	}
	if bodies, deliveries, items, _ := count(kept.int("id")); bodies == 0 || deliveries == 0 || items == 0 {
		t.Errorf("another case lost its own: %d, %d, %d", bodies, deliveries, items)
	}
	if f, err := e.files.Find(t.Context(), photo); err != nil || f.PersonID != 0 {
		t.Errorf("the picture still is somebody's: %+v, %v", f, err)
	}
	if err := e.verify(t.Context(), io.Discard, ""); err != nil {
		t.Errorf("verify: %v", err)
	}
}
