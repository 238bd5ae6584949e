package main

import (
	"fmt"
	"testing"
	"time"
)

// TestEvidenceOfACommitteeIsFound: whatever is attached to the committee's business stands in the offices' lists by its id, and whoever
// reads the list opens it; another estate's offices do not.
func TestEvidenceOfACommitteeIsFound(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	base := fmt.Sprintf("/office/v1/estates/%d/committee", estate)
	papers := map[string]int64{}
	paper := func(who, purpose, name string) []int64 {
		papers[name] = e.must(201, who, "POST", "/office/v1/files", multipartOf(purpose, name, "p.png", onePixel())).int("id")
		return []int64{papers[name]}
	}
	post := func(status int, who, path string, body m) int64 {
		return e.must(status, who, "POST", path, body).int("id")
	}
	at := func(kind string, id int64, what string) string {
		return fmt.Sprintf("/office/v1/committee-%s/%d%s", kind, id, what)
	}

	seated := e.election("", years(0, -1), years(3, 0))
	seated["file_ids"] = paper("township", "notice", "term")
	post(201, "township", base+"/terms", seated)
	called := e.meeting("十二月")
	called["file_ids"] = paper("committee_chair", "notice", "meeting")
	post(201, "committee_chair", base+"/meetings", called)

	v := e.must(200, "committee_chair", "GET", base, nil).json
	idOf := func(list string, i int) int64 { return int64(v[list].([]any)[i].(m)["id"].(float64)) }
	gone := []int64{idOf("members", 2), idOf("members", 3)}
	seal := post(201, "committee_chair", base+"/seals", m{"kind": "committee", "name": "测试业主委员会", "keeper_id": idOf("members", 0), "file_ids": paper("committee_chair", "photo", "seal")})
	use := post(201, "committee_chair", at("seals", seal, "/uses"), m{"resolution": "业主大会1号", "purpose": "签合同", "paper": "服务合同", "copies": 2})
	post(200, "committee_member", at("seal-uses", use, "/approval"), m{"agree": true})
	post(200, "committee_chair", at("seal-uses", use, "/use"), m{"file_ids": paper("committee_chair", "photo", "use")})
	report := idOf("reports", 0)
	e.exec("UPDATE committee_reports SET due_at = ? WHERE id = ?", time.Now().UTC().Add(24*time.Hour).Truncate(time.Second), report)
	post(200, "committee_chair", at("reports", report, "/submission"), m{"text": "半年来召开会议两次，督促物业修复门禁，公布了公共收益账目", "file_ids": paper("committee_chair", "notice", "report")})

	post(200, "township", base+"/departures", m{"members": gone, "cause": "resigned", "text": "身体原因", "file_ids": paper("township", "notice", "departure")})
	v = e.must(200, "township", "GET", base, nil).json
	audit := idOf("audits", 0)
	post(200, "township", at("audits", audit, "/order"), m{"auditor": "某会计师事务所", "text": "任期内的收支", "due": years(0, 30)})
	post(200, "township", at("audits", audit, "/report"), m{"text": "收支清楚，建议完善票据管理", "file_ids": paper("township", "notice", "audit")})
	finding := post(201, "township", at("audits", audit, "/findings"), m{"text": "两张发票没有附明细", "owed_by": "committee", "due": years(0, 30)})
	post(200, "committee_chair", at("findings", finding, "/answer"), m{"text": "已经向商家补要明细", "file_ids": paper("committee_chair", "notice", "finding")})

	for _, who := range []string{"committee_member", "community", "township", "bureau"} {
		v = e.must(200, who, "GET", base, nil).json
		row := func(list string, id int64) m {
			for _, x := range v[list].([]any) {
				if x := x.(m); int64(x["id"].(float64)) == id {
					return x
				}
			}
			t.Fatalf("no %d among %s", id, list)
			return nil
		}
		first := func(path string) m { return e.must(200, who, "GET", base+path, nil).json["items"].([]any)[0].(m) }
		for name, x := range map[string][]m{"term": {v}, "departure": {row("members", gone[0]), row("members", gone[1])}, "seal": {row("seals", seal)}, "report": {row("reports", report)}, "audit": {row("audits", audit)},
			"finding": {row("findings", finding)}, "use": {first("/seal-uses")}, "meeting": {first("/meetings")}} {
			for _, x := range x {
				if ids := fmt.Sprint(x["file_ids"]); ids != fmt.Sprintf("[%d]", papers[name]) {
					t.Errorf("%s finds %s of the %s, want %d", who, ids, name, papers[name])
				}
			}
		}
		if ids := row("members", int64(v["members"].([]any)[0].(m)["id"].(float64)))["file_ids"]; ids != nil {
			t.Errorf("who sits has the proof %v of a departure", ids)
		}
		for _, id := range papers {
			e.must(200, who, "GET", fmt.Sprintf("/office/v1/files/%d/link", id), nil)
		}
	}
	for _, who := range []string{"committee_chair_foreign", "community_foreign", "township_foreign", "company"} {
		for _, id := range papers {
			e.must(404, who, "GET", fmt.Sprintf("/office/v1/files/%d/link", id), nil)
		}
	}

	mine := fmt.Sprintf("/miniapp/v1/estates/%d/committee", estate)
	answer := fmt.Sprintf("/miniapp/v1/files/%d/link", papers["finding"])
	e.must(404, "owner", "GET", answer, nil)
	if list := e.must(200, "owner", "GET", mine, nil).json["findings"].([]any); len(list) != 0 {
		t.Errorf("owners read of an audit that was not published: %v", list)
	}
	post(200, "township", at("audits", audit, "/publication"), m{})
	if list := e.must(200, "owner", "GET", mine, nil).json["findings"].([]any); len(list) != 1 || fmt.Sprint(list[0].(m)["file_ids"]) != fmt.Sprintf("[%d]", papers["finding"]) {
		t.Errorf("owners read %v", list)
	}
	e.must(200, "owner", "GET", answer, nil)
	e.must(404, "owner_foreign", "GET", answer, nil)
	e.must(404, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", papers["seal"]), nil)
}
