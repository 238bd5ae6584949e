package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWhatACommitteeRefersReachesTheAssembly: an item that is the owners' is offered to whoever drafts their meeting, until a motion takes it up, and
// the committee reads where it stands.
func TestWhatACommitteeRefersReachesTheAssembly(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	base, drafts := fmt.Sprintf("/office/v1/estates/%d/committee", estate), fmt.Sprintf("/office/v1/estates/%d/motion-drafts", estate)
	e.must(201, "township", "POST", base+"/terms", e.election("", years(0, -1), years(3, 0)))
	agenda := e.meeting("十二月")
	agenda["items"] = []m{{"matter": "manager", "title": "换一家物业", "text": "另请一家来管小区"}}
	if r := e.must(403, "committee_chair", "POST", base+"/meetings", agenda); !strings.Contains(r.body, "请提交业主大会，由召集人写成议题表决") {
		t.Error(r.body)
	}
	agenda["items"] = []m{{"matter": "supervise", "title": "换一家物业", "text": "换掉现在的物管，另请一家来管小区"}, {"matter": "supervise", "title": "修门禁", "text": "督促修复东门门禁"}}
	shown := fmt.Sprintf("/office/v1/committee-meetings/%d", e.must(201, "committee_chair", "POST", base+"/meetings", agenda).int("id"))
	items := func() []any { return e.must(200, "committee_chair", "GET", shown, nil).json["items"].([]any) }
	stands := func(i int) string {
		referral, _ := items()[i].(m)["referral"].(m)
		return fmt.Sprint(referral["says"])
	}
	check := func(i int) float64 {
		id := items()[i].(m)["id"].(float64)
		e.must(200, "community", "POST", fmt.Sprintf("/office/v1/committee-items/%.0f/check", id), m{"ours": false, "text": "解聘和选聘物业由业主共同决定"})
		return id
	}
	if may := items()[0].(m)["may_be"].([]any)[0].(m); may["matter"] != "manager" || !strings.Contains(fmt.Sprint(may["clause"]), "第278条") {
		t.Errorf("%v", may)
	}
	manager, gate := check(0), check(1)
	waits := func(query string, want ...float64) m {
		t.Helper()
		list := e.must(200, "committee_chair", "GET", drafts+query, nil).json
		var ids []float64
		for _, x := range list["committee_items"].([]any) {
			ids = append(ids, x.(m)["id"].(float64))
		}
		if fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Fatalf("%v waits, not %v", ids, want)
		}
		return list
	}
	first := waits("?limit=1", gate)
	second := waits("?limit=1&committee_cursor="+fmt.Sprint(first["committee_next"]), manager)["committee_items"].([]any)[0].(m)
	for _, key := range []string{"title", "text", "may_be", "referred_by", "referred_at", "why", "committee_meeting_number"} {
		if second[key] == nil || second[key] == "" {
			t.Errorf("without %s: %v", key, second)
		}
	}
	if len(first["items"].([]any)) != 0 || !strings.Contains(stands(0), "等召集人写进议题") {
		t.Errorf("%v %s", first, stands(0))
	}

	body := meetingOf(estate, "物业", "referred")
	body["motions"].([]m)[0]["matter"], body["motions"].([]m)[0]["committee_item_id"] = "manager", manager
	meeting := e.must(201, "committee_chair", "POST", "/office/v1/meetings", body).json
	waits("", gate)
	if says := stands(0); !strings.Contains(says, fmt.Sprint(meeting["number"])) || !strings.Contains(says, "第1个议题") || !strings.Contains(says, "起草中") {
		t.Error(says)
	}
	if got := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/meetings/%v", meeting["id"]), nil).json["motions"].([]any)[0].(m)["committee_item_id"]; got != manager {
		t.Errorf("the motion is of item %v", got)
	}
	body["client_ref"] = "again"
	e.must(409, "committee_chair", "POST", "/office/v1/meetings", body)
	answer := fmt.Sprintf("/office/v1/committee-items/%.0f/answer", gate)
	e.must(403, "company", "POST", answer, m{"text": "门禁只是维修"})
	e.must(200, "township", "POST", answer, m{"text": "门禁只是维修，仍由业委会督促"})
	waits("")
	if says := stands(1); !strings.Contains(says, "仍由业委会督促") {
		t.Error(says)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%v/cancellation", meeting["id"]), m{"text": "改期再开会议"})
	if at := waits("", manager)["committee_items"].([]any)[0].(m)["referred_at"]; !strings.HasPrefix(fmt.Sprint(at), time.Now().Format("2006")) {
		t.Errorf("sent at %v", at)
	}
}
