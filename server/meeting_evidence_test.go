package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// filesOf are the ids that a view lists.
func filesOf(view any) (ids []int64) {
	if list, ok := view.(m)["file_ids"].([]any); ok {
		for _, id := range list {
			ids = append(ids, int64(id.(float64)))
		}
	}
	return ids
}

// opens asks for a file's link.
func (e *engine) opens(actor string, file int64) int {
	surface := map[bool]string{true: "office", false: "miniapp"}[e.town.actors[actor].Surface == "office"]
	return e.call(actor, "GET", fmt.Sprintf("/%s/v1/files/%d/link", surface, file), nil).status
}

// TestWhatAnAssistedOwnerSaid stays between the helper and the second person until the window is closed: the organisers would hear the choice.
func TestWhatAnAssistedOwnerSaid(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("assisted", nil)
	at := fmt.Sprintf("/office/v1/meetings/%d", id)
	form := e.must(200, "committee_chair", "POST", at+"/forms", m{"seats": []int{1}}).json["items"].([]any)[0].(m)["number"]
	photo := e.upload("committee_member", "photo", "visit")
	e.must(201, "committee_member", "POST", at+"/assisted-votes", m{"number": form, "mode": "visit", "statement": "老人眼睛不好，我念给他听，他说同意，我照着填的", "spoke_at": e.db.Now(), "file_ids": []int64{photo}, "client_ref": "visit"})
	assisted := func(actor string) m {
		return e.must(200, actor, "GET", at+"/forms", nil).json["items"].([]any)[0].(m)["assisted"].(m)
	}
	if v := assisted("committee_member"); v["statement"] == nil || !slices.Equal(filesOf(v), []int64{photo}) || e.opens("committee_member", photo) != 200 {
		t.Errorf("the helper sees %v", v)
	}
	for _, actor := range []string{"committee_chair", "community", "township"} {
		if v := assisted(actor); v["statement"] != nil || v["file_ids"] != nil || v["attested"] != false {
			t.Errorf("%s sees %v while people vote", actor, v)
		}
		if status := e.opens(actor, photo); status != 404 {
			t.Errorf("%s opens the photo while people vote: %d", actor, status)
		}
	}
	e.must(200, "community", "POST", at+"/assisted-votes/attestation", m{"number": form})
	if v := assisted("community"); v["statement"] == nil || v["attested"] != true || e.opens("community", photo) != 200 {
		t.Errorf("the second person sees %v", v)
	}
	e.shut(id)
	if v := assisted("committee_chair"); v["statement"] == nil || e.opens("committee_chair", photo) != 200 {
		t.Errorf("after the close the chair sees %v", v)
	}
	if status := e.opens("community_foreign", photo); status != 404 {
		t.Errorf("a foreign community opens the photo: %d", status)
	}
}

// TestTheEvidenceOfAnObjection is with it for whoever answers, and for nobody else's eyes.
func TestTheEvidenceOfAnObjection(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("evidence", nil)
	at, mine := fmt.Sprintf("/office/v1/meetings/%d", id), fmt.Sprintf("/miniapp/v1/meetings/%d/objections", id)
	e.shut(id)
	e.must(200, "committee_chair", "POST", at+"/result", nil)
	photo := e.upload("owner", "photo", "evidence")
	e.must(201, "owner", "POST", mine, m{"grounds": "公示的名册上没有我家的房屋", "file_ids": []int64{photo}, "client_ref": "one"})
	for actor, path := range map[string]string{"owner": mine, "committee_chair": at + "/objections", "community": at + "/objections", "township": at + "/objections"} {
		if got := filesOf(e.must(200, actor, "GET", path, nil).json["items"].([]any)[0]); !slices.Equal(got, []int64{photo}) || e.opens(actor, photo) != 200 {
			t.Errorf("%s sees %v", actor, got)
		}
	}
	if got := filesOf(e.must(200, "co_owner", "GET", mine, nil).json["items"].([]any)[0]); got != nil || e.opens("co_owner", photo) != 404 {
		t.Errorf("another owner sees %v", got)
	}
}

// TestTheArchiveOfAMeeting names everything that was printed and taken in, for those who keep it; scans come with the close.
func TestTheArchiveOfAMeeting(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("archive", nil)
	at := fmt.Sprintf("/office/v1/meetings/%d", id)
	form := e.must(200, "committee_chair", "POST", at+"/forms", m{"seats": []int{1}}).json["items"].([]any)[0].(m)["number"]
	photo := e.upload("committee_member", "photo", "visit")
	e.must(201, "committee_member", "POST", at+"/assisted-votes", m{"number": form, "mode": "visit", "statement": "老人眼睛不好，我念给他听，他说同意，我照着填的", "spoke_at": e.db.Now(), "file_ids": []int64{photo}, "client_ref": "visit"})
	change := e.upload("committee_chair", "document", "sale")
	e.must(201, "committee_chair", "POST", at+"/roll-changes", m{"kind": "sale", "seat_no": 1, "text": "1号房屋已经过户，登记备查", "file_ids": []int64{change}, "client_ref": "sale"})
	kinds := func(limit int) (list []string) {
		for next := ""; ; {
			a := e.must(200, "community", "GET", fmt.Sprintf("%s/archive?limit=%d&cursor=%s", at, limit, next), nil).json
			for _, x := range a["items"].([]any) {
				list = append(list, x.(m)["kind"].(string))
				if x.(m)["kind_name"] == "" || e.opens("community", int64(x.(m)["file_id"].(float64))) != 200 {
					t.Errorf("%v is named and does not open", x)
				}
			}
			if next, _ = a["next"].(string); next == "" {
				return list
			}
		}
	}
	if got := kinds(20); !slices.Equal(got, []string{"roll_note"}) {
		t.Errorf("while people vote: %v", got)
	}
	e.shut(id)
	if got := kinds(1); !slices.Equal(got, []string{"assisted_vote", "roll_note"}) {
		t.Errorf("after the close: %v", got)
	}
	a := e.must(200, "township", "GET", at+"/archive", nil)
	for _, want := range []string{"sheets/notice", "sheets/roll", "sheets/reconciliation", `"keep_years":"5"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the archive lacks %s: %s", want, a.body)
		}
	}
	if strings.Contains(a.body, "sheets/result") || strings.Contains(a.body, "keep_until") {
		t.Errorf("before the result: %s", a.body)
	}
	e.must(403, "company", "GET", at+"/archive", nil)
	e.must(404, "community_foreign", "GET", at+"/archive", nil)
}
