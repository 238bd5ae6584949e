package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/session"
)

// TestAnErasedPersonIsGone: what somebody may read of their own beforehand, and what is left of them afterwards.
func TestAnErasedPersonIsGone(t *testing.T) {
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
	e.must(201, "committee_chair", "POST", at("records"), m{"client_ref": "erase"})
	record := e.must(200, "committee_chair", "GET", at("record.txt"), nil).body
	person := e.actor("owner").PersonID
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
	if a := e.must(200, "committee_chair", "GET", at("sheets/evidence"), nil); !strings.Contains(a.body, "下面的记录与封存时一致；封存以后又有新的情况") {
		t.Errorf("the record is not printed as it was: %s", cut(a.body, 3000))
	}
	for name, id := range map[string]int64{"a proof": proof, "a loose upload": loose} {
		if a := e.call("community", "GET", fmt.Sprintf("/office/v1/files/%d/link", id), nil); a.status != 404 {
			t.Errorf("%s can be opened: %d", name, a.status)
		}
	}
	var left struct{ Accounts, Sessions, Messages, Keys, Consents int64 }
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		for _, q := range []struct {
			n     *int64
			model any
			where string
		}{
			{&left.Accounts, &complaint.Complainant{}, "person_id = ? AND open_id <> ''"},
			{&left.Sessions, &session.Session{}, "person_id = ?"},
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
	if err != nil || left.Accounts+left.Sessions+left.Messages+left.Keys+left.Consents != 0 {
		t.Errorf("left behind: %+v, %v", left, err)
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
