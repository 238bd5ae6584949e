package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestPaperElsewhereOnPages: the result of a vote on paper that was counted elsewhere goes in by the office's routes with its evidence; page, sheets and
// announcement then say what it came to and who counted, no number that nobody published is zero, and whoever asks for the bundle is told why there is none.
func TestPaperElsewhereOnPages(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.assembly(voteMotions()[:1])
	e.backdate(id, map[string]any{"channel": "paper"})
	e.open(id)
	e.backdate(id, map[string]any{"closes_at": e.db.Now()})
	if _, err := e.assemblies.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := func(path string) string { return fmt.Sprintf("/office/v1/meetings/%d%s", id, path) }
	if a := e.must(409, "committee_chair", "POST", at("/result"), nil); !strings.Contains(a.body, "请先登记计票结果和证据") {
		t.Errorf("what to do: %s", a.body)
	}
	meeting := e.must(200, "committee_chair", "GET", at(""), nil)
	whole := m{"heads": meeting.int("seats"), "area": meeting.json["area"]}
	in := m{"platform": "社区居委会在社区会议室", "client_ref": "record", "file_ids": []int64{e.upload("committee_chair", "document", "record"), e.upload("committee_chair", "document", "picture")},
		"motions": []m{{"position": 1, "returned": whole, "items": []m{{"yes": whole}}}}}
	row := e.must(201, "committee_chair", "POST", at("/official-results"), in)
	e.must(200, "committee_member", "POST", at(fmt.Sprintf("/official-results/%d/confirmation", row.int("id"))), m{"sha256": row.json["sha256"]})
	e.must(200, "committee_chair", "POST", at("/result"), nil)

	page := e.must(200, "", "GET", fmt.Sprintf("/h5/meetings/%d", id), nil).body
	for _, want := range []string{"通过", "不在本系统计票（社区居委会在社区会议室）", "100.00%"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	if strings.Contains(page, "有多少人投了票") || strings.Contains(page, "核验我的票") {
		t.Error("the page counts ballots that are not here")
	}
	for _, sheet := range []string{"result", "minutes"} {
		got := e.must(200, "committee_chair", "GET", at("/sheets/"+sheet), nil).body
		if !strings.Contains(got, "不在本系统计票（社区居委会在社区会议室）") || strings.Contains(got, "反对 0 人") || strings.Contains(got, "<no value>") {
			t.Errorf("sheet %s: %s", sheet, got)
		}
	}
	for who, path := range map[string]string{"": "/public/v1/meetings/%d/bundle", "owner": "/miniapp/v1/meetings/%d/bundle", "committee_chair": "/office/v1/meetings/%d/bundle"} {
		if a := e.must(409, who, "GET", fmt.Sprintf(path, id), nil); !strings.Contains(a.body, "bundle.elsewhere") || !strings.Contains(a.body, "不在本系统计票") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if got := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/meetings/%d/seats", id), nil).body; strings.Contains(got, "可以下载核对文件") {
		t.Error("an owner is told of a file that there is not")
	}
}
