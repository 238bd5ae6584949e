package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/wechat/sandbox"
	"github.com/linli-city/linli/server/session"
)

// TestAnErasedPersonIsGone: what somebody may read of their own beforehand, and what is left of them afterwards.
func TestAnErasedPersonIsGone(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, unit := e.town.actors["owner"].Estate, e.town.actors["owner"].Unit
	proof := e.upload("owner", "document", "erase-proof")
	e.must(201, "owner", "POST", "/miniapp/v1/area-claims", m{"unit_id": unit, "area": "99.5", "source": "register", "note": "我是演示业主", "file_ids": []int64{proof}, "client_ref": "erase"})
	loose := e.upload("owner", "document", "erase-loose")
	photo := e.upload("owner", "photo", "erase-photo")
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼道灯坏了，请联系我", "visibility": "public", "photo_ids": []int64{photo}, "client_ref": "erase"})
	e.drain()
	community := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d", filed.int("id")), nil)
	if community.json["text"] == "" {
		t.Fatal("the community does not read the complaint")
	}
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/complaints/%d/reveal", filed.int("id")), m{"reason": "上门核实需要"})
	export := e.must(200, "owner", "GET", "/miniapp/v1/me/export", nil).body
	for _, want := range []string{"请联系我", "上门核实需要", "我是演示业主", fmt.Sprintf(`"file_ids":[%d]`, proof)} {
		if !strings.Contains(export, want) {
			t.Errorf("the export lacks %s: %s", want, export)
		}
	}
	shown := func() bool {
		return strings.Contains(e.must(200, "co_owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/complaints", estate), nil).body, "请联系我")
	}
	if !shown() {
		t.Fatal("a public complaint is not shown")
	}
	served := e.must(201, "committee_member", "POST", "/office/v1/campaigns", m{"estate_id": estate, "title": "关于召开业主大会会议的通知", "body": "请准时参加", "kind": "assembly", "audience": "owners", "channels": []string{"wechat_mini", "letter", "visit"}, "needs_proof": true, "client_ref": "erase"}).int("id")
	at := func(what string) string { return fmt.Sprintf("/office/v1/campaigns/%d/%s", served, what) }
	e.must(200, "committee_member", "POST", at("submission"), nil)
	e.must(200, "committee_chair", "POST", at("approval"), m{"version": 1})
	e.campaign(t)
	e.must(204, "owner", "POST", fmt.Sprintf("/miniapp/v1/campaigns/%d/acknowledgement", served), nil)
	e.settle() // what WeChat says arrived is part of the record
	e.must(201, "committee_chair", "POST", at("records"), m{"client_ref": "erase"})
	record := e.must(200, "committee_chair", "GET", at("record.txt"), nil).body
	person := e.actor("owner").PersonID
	e.must(204, "owner", "PUT", "/miniapp/v1/me/name", m{"name": "欧阳擦除"})
	court := e.served(person, "欧阳擦除")
	export = e.must(200, "owner", "GET", "/miniapp/v1/me/export", nil).body
	for _, want := range []string{`"title":"业主大会通知"`, `"confirmed_how":"业主登录后打开"`, `"result":"家中无人"`, `"channel":"wechat_mini"`, "请参加投票"} {
		if !strings.Contains(export, want) {
			t.Errorf("the export lacks what was told, %s", want)
		}
	}
	if other := e.must(200, "co_owner", "GET", "/miniapp/v1/me/export", nil).body; strings.Contains(other, "欧阳擦除") {
		t.Error("a co-owner's export tells of somebody else")
	}
	request := e.must(201, "owner", "POST", "/miniapp/v1/privacy-requests", m{"kind": "delete", "client_ref": "erase"})
	e.must(204, "bureau", "POST", fmt.Sprintf("/office/v1/privacy-requests/%d/decision", request.int("id")), m{"grant": true, "answer": "已删除"})

	if a := e.call("owner", "GET", "/miniapp/v1/me", nil); a.status != 401 {
		t.Errorf("the token still works: %d", a.status)
	}
	if shown() {
		t.Error("neighbours still read the complaint")
	}
	if a := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d", filed.int("id")), nil); a.json["text"] != community.json["text"] {
		t.Error("the office lost the case that it handles")
	}
	if a := e.must(200, "committee_chair", "GET", at("record.txt"), nil); a.body != record || !strings.Contains(record, `"how":"acknowledged"`) {
		t.Error("the sealed record has changed")
	}
	if a := e.must(200, "committee_chair", "GET", at("sheets/evidence"), nil); !strings.Contains(a.body, "下面的记录与封存时一致") {
		t.Errorf("the record is not printed as it was: %s", cut(a.body, 3000))
	}
	for name, id := range map[string]int64{"a proof": proof, "a loose upload": loose} {
		if a := e.call("community", "GET", fmt.Sprintf("/office/v1/files/%d/link", id), nil); a.status != 404 {
			t.Errorf("%s can be opened: %d", name, a.status)
		}
	}
	type counts struct{ Accounts, Sessions, Messages, Deliveries, Absences, Keys, Consents int64 }
	var left counts
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		for _, q := range []struct {
			n     *int64
			model any
			where string
		}{
			{&left.Accounts, &complaint.Complainant{}, "person_id = ? AND open_id <> ''"},
			{&left.Sessions, &session.Session{}, "person_id = ?"},
			{&left.Deliveries, &notify.Delivery{}, "person_id = ?"},
			{&left.Absences, &org.Absence{}, "person_id = ?"},
			{&left.Messages, &inbox.Item{}, "recipient_kind = 'person' AND recipient_id = ?"},
			{&left.Consents, &consent.Subscription{}, "person_id = ?"},
			{&left.Keys, &file.File{}, "person_id = ? AND key_sealed <> '' AND subject_kind <> 'case'"},
		} {
			if err := tx.Model(q.model).Where(q.where, person).Count(q.n).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || left != (counts{}) {
		t.Errorf("left behind: %+v, %v", left, err)
	}
	e.nowhere("欧阳擦除", demoPhones("demo-estate")[0], sandbox.OpenID("owner"), sandbox.ServiceOpenID("owner"), sandbox.UnionID("owner"))
	sheet := e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/campaigns/%d/sheets/evidence?limit=500", court), nil)
	for _, want := range []string{"与封存时一致", "业主登录后打开", "无人"} {
		if !strings.Contains(sheet.body, want) {
			t.Errorf("what was served is no longer proven: no %s", want)
		}
	}
	for swept := 1; swept > 0; {
		if swept, err = e.files.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.files.Find(t.Context(), proof); err == nil {
		t.Error("the row of an erased file is still there")
	}
	for n := 1; n > 0; {
		if n, err = audit.SealPending(t.Context(), e.db); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.verify(t.Context(), io.Discard, ""); err != nil {
		t.Errorf("verify: %v", err)
	}
}

// served has a campaign reach somebody who opens it and is called on, and seals its record. They were away from a post once.
func (e *engine) served(person int64, name string) int64 {
	e.t.Helper()
	estate := e.town.actors["owner"].Estate
	e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "residents", "title": "停水公告", "body": "明天停水", "client_ref": "court"})
	id := e.must(201, "committee_member", "POST", "/office/v1/campaigns", m{"estate_id": estate, "title": "业主大会通知", "body": "请参加投票", "kind": "assembly", "audience": "owners", "channels": []string{"wechat_mini", "letter", "visit"}, "needs_proof": true, "client_ref": "court"}).int("id")
	at := fmt.Sprintf("/office/v1/campaigns/%d", id)
	e.must(200, "committee_member", "POST", at+"/submission", nil)
	e.must(200, "community", "POST", at+"/approval", m{"version": 1})
	e.campaign(e.t.(*testing.T))
	item := e.must(200, "owner", "GET", "/miniapp/v1/inbox", nil).json["items"].([]any)[0].(m)
	e.must(200, "owner", "POST", "/miniapp/v1/inbox/read", m{"ids": []int64{int64(item["id"].(float64))}})
	var reach campaign.Addressee
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(&org.Absence{PostID: e.town.actors["committee_member"].Post, PersonID: person, StartsOn: tx.Now.Truncate(24 * time.Hour), EndsOn: tx.Now.Truncate(24 * time.Hour), CreatedAt: tx.Now, EndedAt: &tx.Now}).Error; err != nil {
			return err
		}
		return tx.Where("campaign_id = ? AND person_id = ?", id, person).Take(&reach).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	e.must(201, "committee_member", "POST", fmt.Sprintf("/office/v1/reaches/%d/visits", reach.ReachID), m{"result": "absent", "place": name + "的单位", "note": name + "不在家，电话" + demoPhones("demo-estate")[0], "client_ref": "court"})
	e.settle() // what WeChat says arrived is part of the record
	e.must(201, "committee_chair", "POST", at+"/records", m{"client_ref": "court"})
	return id
}

// TestAMeetingOutlivesItsPeople: what somebody wrote, signed, handed in and cast around meetings is in their export; erased, what a decision
// rests on stays without them, the rest loses its words, and meeting and bundle still verify.
func TestAMeetingOutlivesItsPeople(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	h, err := e.town.meetings()
	if err != nil {
		t.Fatal(err)
	}
	estate, owner := e.town.actors["neighbour"].Estate, "neighbour"
	at := func(format string, args ...any) string { return "/miniapp/v1" + fmt.Sprintf(format, args...) }
	e.must(201, owner, "POST", at("/estates/%d/petitions", estate), m{"title": "更换小区大门", "text": "大门坏了很久，请开会讨论更换", "motions": []m{{"title": "更换大门", "body": "预算一万元"}}, "client_ref": "same"})
	signed := e.must(201, "co_owner", "POST", at("/estates/%d/petitions", estate), m{"title": "增加充电桩", "text": "充电不方便，请开会讨论增加", "motions": []m{{"title": "增加充电桩", "body": "在东门外"}}, "client_ref": "same"}).int("id")
	e.must(200, owner, "PUT", at("/petitions/%d/signature", signed), nil)
	draft := e.must(201, "committee_chair", "POST", "/office/v1/meetings", meetingOf(estate, "起草中的", "erase")).int("id")
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/posting", draft), m{"until": e.db.Now().AddDate(0, 0, 7)})
	for ref, text := range map[string]string{"one": "请写明施工时间", "two": "请先公布三家报价"} {
		id := e.must(201, owner, "POST", at("/meetings/%d/comments", draft), m{"text": text, "client_ref": ref}).int("id")
		e.must(204, "committee_chair", "POST", fmt.Sprintf("/office/v1/comments/%d/answer", id), m{"accept": ref == "one", "text": "已经核对"})
	}
	e.must(201, owner, "POST", at("/meetings/%d/candidates", draft), m{"unit_id": e.town.actors[owner].Unit, "profile": "退休工程师，愿意做事", "consent": true, "client_ref": "one"})
	paper := e.upload(owner, "document", "proxy")
	proxy := e.must(201, owner, "POST", at("/meetings/%d/proxies", h.Open), m{"seat_no": 2, "agent": "赵代理", "paper": demoPaper("demo-estate", 77), "phone": "13700000077", "powers": "代为表决，按我的意见", "from": e.db.Now(), "to": e.db.Now().AddDate(0, 0, 5), "file_ids": []int64{paper}, "client_ref": "one"}).int("id")
	motions := e.must(200, owner, "GET", at("/meetings/%d", h.Open), nil).json["motions"].([]any)
	choices := []m{}
	for _, x := range motions {
		choices = append(choices, m{"motion_id": x.(m)["id"], "choice": "no"})
	}
	code := e.must(201, owner, "POST", at("/meetings/%d/ballots", h.Open), m{"seat_no": 2, "client_ref": "one", "choices": choices}).json["code"].(string)
	e.publish()

	export := e.must(200, owner, "GET", at("/me/export"), nil).body
	for _, want := range []string{"更换小区大门", "增加充电桩", "请写明施工时间", "退休工程师", "代理人赵*：代为表决，按我的意见", fmt.Sprintf(`"file_ids":[%d]`, paper), "回执号" + strings.ReplaceAll(code, "-", ""), `"kind":"ballot"`, "第47条第2款"} {
		if !strings.Contains(export, want) {
			t.Errorf("the export lacks %s", want)
		}
	}
	if other := e.must(200, "co_owner", "GET", at("/me/export"), nil).body; strings.Contains(other, "退休工程师") || strings.Contains(other, "赵") || strings.Contains(other, "更换小区大门") {
		t.Error("another owner's export tells of it")
	}
	if notice := e.must(200, "", "GET", "/public/v1/privacy-notice", nil).body; !strings.Contains(notice, "第四十七条第二款") {
		t.Error("the notice does not say what is kept")
	}
	request := e.must(201, owner, "POST", at("/privacy-requests"), m{"kind": "delete", "client_ref": "erase"})
	e.must(204, "bureau", "POST", fmt.Sprintf("/office/v1/privacy-requests/%d/decision", request.int("id")), m{"grant": true, "answer": "已删除"})

	read := func(path string) string { return e.must(200, "community", "GET", "/office/v1"+path, nil).body }
	if p := read(fmt.Sprintf("/estates/%d/petitions", estate)); strings.Contains(p, "大门") || !strings.Contains(p, "增加充电桩") {
		t.Errorf("petitions: %s", p)
	}
	if p := e.must(200, "co_owner", "GET", at("/petitions/%d", signed), nil); !strings.Contains(p.body, `"signed":{"heads":2`) && !strings.Contains(p.body, `"heads":2`) {
		t.Errorf("the owner set's signature is gone: %s", p.body)
	}
	c := read(fmt.Sprintf("/meetings/%d/comments", draft))
	if !strings.Contains(c, "请写明施工时间") || strings.Contains(c, "三家报价") || !strings.Contains(c, "作者已删除") {
		t.Errorf("comments: %s", c)
	}
	if x := read(fmt.Sprintf("/meetings/%d/candidates", draft)); strings.Contains(x, "退休工程师") || !strings.Contains(x, `"withdrawn"`) {
		t.Errorf("candidates: %s", x)
	}
	if x := read(fmt.Sprintf("/meetings/%d/proxies", h.Open)); strings.Contains(x, "按我的意见") || !strings.Contains(x, `"revoked"`) {
		t.Errorf("proxy %d: %s", proxy, x)
	}
	var people int64
	err = e.db.View(t.Context(), func(tx *store.Tx) error {
		person := e.town.actors[owner].person
		return tx.Raw("SELECT (SELECT COUNT(*) FROM petitions WHERE person_id = ?) + (SELECT COUNT(*) FROM petition_signatures WHERE person_id = ?) + (SELECT COUNT(*) FROM meeting_comments WHERE person_id = ?) + (SELECT COUNT(*) FROM candidates WHERE person_id = ?) + (SELECT COUNT(*) FROM proxies WHERE entered_by = ? OR phone_index <> '')", person, person, person, person, person).Scan(&people).Error
	})
	if err != nil || people != 0 {
		t.Errorf("%d rows still name the person: %v", people, err)
	}
	// The ballot counts, the receipt is found, and everything verifies.
	if b := e.must(200, "", "GET", "/public/v1/ballots/"+code, nil).body; !strings.Contains(b, `"state":"counted"`) {
		t.Errorf("the ballot of an erased owner: %s", b)
	}
	e.mustHold("owners' meetings: 2; 140 seats")
}
