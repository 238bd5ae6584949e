package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestACallBackThroughTheAPI: the office that hears of an answer asks somebody without an account, and writes down what
// they say under their receipt. The lead's own counter does so for whoever came and signed, and for nobody else.
func TestACallBackThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	filed := e.must(201, "community", "POST", "/office/v1/complaints", m{"estate_id": estate, "text": "楼道里堆满杂物，走不过去", "via": "counter", "name": "周婆婆", "phone": "13900001234", "client_ref": "c1"})
	number := filed.json["number"].(string)
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", filed.int("id"), what) }
	e.must(200, "community", "POST", at("accept"), m{})
	e.must(200, "community", "POST", at("answer"), m{"report": report("已清走")})
	if a := e.must(200, "township", "GET", "/office/v1/complaints?list=waiting", nil); !strings.Contains(a.body, number) {
		t.Errorf("nobody above is asked to call: %s", a.body)
	}
	rating := m{"response": "yes", "solved": "no", "satisfied": "no"}
	a := e.must(403, "community", "POST", at("call-back"), m{"receipt": number, "via": "call", "action": "rate", "rating": rating})
	if !strings.Contains(a.body, "签字") {
		t.Errorf("nobody is told what can be done: %s", a.body)
	}
	e.must(403, "community", "POST", at("call-back"), m{"receipt": number, "via": "counter", "action": "rate", "rating": rating})
	e.must(403, "community", "POST", at("call-back"), m{"receipt": number, "via": "counter", "action": "confirm", "file_ids": []int64{e.upload("community", "photo", "signed0")}})
	// A picture of one pixel would be a good mark.
	e.must(403, "community", "POST", at("call-back"), m{"receipt": number, "via": "counter", "action": "rate", "rating": rating, "file_ids": []int64{e.upload("community", "photo", "signed1")}})
	back := e.must(200, "community", "POST", at("call-back"), m{"receipt": number, "via": "counter", "action": "return", "text": "又堆起来了", "file_ids": []int64{e.upload("community", "photo", "signed2")}, "client_ref": "r"})
	if back.json["state"] != "returned" {
		t.Errorf("returned: %s", back.body)
	}
	e.must(200, "community", "POST", at("answer"), m{"report": report("再次清走并张贴通知")})
	e.must(200, "township", "POST", at("call-back"), m{"receipt": number, "via": "call", "action": "rate", "rating": m{"response": "yes", "solved": "yes", "satisfied": "yes"}})
	if a := e.must(200, "township", "POST", at("call-back"), m{"receipt": number, "via": "call", "action": "confirm"}); a.json["state"] != "closed" {
		t.Errorf("confirmed: %s", a.body)
	}
	e.must(403, "company", "POST", at("call-back"), m{"receipt": number, "via": "call", "action": "confirm"})
}

// TestTheDutyRosterThroughTheAPI: who is on duty is planned once, its gaps are named, residents read who answers now, and a
// cancelled shift is gone.
func TestTheDutyRosterThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	now := e.db.Now()
	shift := m{"name": "维修值班室", "phone": "0854-8220000", "starts_at": now.Add(-time.Hour).Format(time.RFC3339), "ends_at": now.Add(11 * time.Hour).Format(time.RFC3339)}
	first := e.must(201, "company", "POST", "/office/v1/duty", shift)
	if again := e.must(201, "company", "POST", "/office/v1/duty", shift); again.int("id") != first.int("id") {
		t.Error("a double click planned two")
	}
	shift["name"] = "另一个人"
	e.must(409, "company", "POST", "/office/v1/duty", shift)
	e.must(400, "company", "POST", "/office/v1/duty", m{"name": "甲乙", "phone": "call me", "starts_at": now.Format(time.RFC3339), "ends_at": now.Add(time.Hour).Format(time.RFC3339)})
	roster := e.must(200, "company", "GET", "/office/v1/duty", nil)
	if !strings.Contains(roster.body, "维修值班室") || !strings.Contains(roster.body, "gaps") {
		t.Errorf("roster %s", roster.body)
	}
	for _, path := range []string{fmt.Sprintf("/public/v1/estates/%d/contacts", estate)} {
		if a := e.must(200, "", "GET", path, nil); !strings.Contains(a.body, "维修值班室") || !strings.Contains(a.body, `"on_duty":true`) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	urgent := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": "emergency-repair", "text": "水管爆了一直在喷水", "client_ref": "burst"})
	if !strings.Contains(urgent.body, "0854-8220000") {
		t.Errorf("who files is not told who is on duty: %s", urgent.body)
	}
	e.must(404, "community_foreign", "DELETE", fmt.Sprintf("/office/v1/duty/%d", first.int("id")), nil)
	e.must(204, "company", "DELETE", fmt.Sprintf("/office/v1/duty/%d", first.int("id")), nil)
	if a := e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/contacts", estate), nil); strings.Contains(a.body, "维修值班室") {
		t.Errorf("a cancelled shift answers: %s", a.body)
	}
}
