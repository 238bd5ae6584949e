package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestRosterOnTheSurface: owners read the roster as it was posted, with its hash, while the register moves; after the freeze they read where
// the roll differs and why, on paper too, and the public reads how much of it, without a door.
func TestRosterOnTheSurface(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	for key, value := range electronic {
		e.rule(key, value)
	}
	id := e.must(201, "committee_chair", "POST", "/office/v1/meetings", meetingOf(estate, "临时会议", "roster")).int("id")
	office, phone := fmt.Sprintf("/office/v1/meetings/%d", id), fmt.Sprintf("/miniapp/v1/meetings/%d", id)
	e.must(409, "owner", "GET", phone+"/roster", nil)
	posted := e.must(200, "committee_chair", "POST", office+"/posting", m{"until": e.db.Now().Add(time.Hour)})
	if until, err := time.Parse(time.RFC3339, posted.json["challenge_until"].(string)); err != nil || until.Sub(e.db.Now()) < 7*24*time.Hour {
		t.Errorf("posted until %s: %v", until, err)
	}
	before := e.must(200, "owner", "GET", phone+"/roster?limit=2", nil)
	hash := before.json["posting"].(m)["sha256"].(string)
	if len(hash) != 64 || before.json["doubts"] != nil || before.json["next"] == nil {
		t.Errorf("%s", before.body)
	}
	var unit org.Unit
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Where("estate_id = ? AND removed_at IS NULL AND area_milli > 0 AND use_kind = 'residential'", estate).Order("id").Take(&unit).Error; err != nil {
			return err
		}
		return tx.Model(&org.Unit{}).Where("id = ?", unit.ID).Updates(map[string]any{"area_milli": unit.AreaMilli + 1_000, "updated_at": tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := e.must(200, "owner", "GET", phone+"/roster?limit=2", nil); now.body != before.body {
		t.Errorf("the posted roster moved:\n%s\n%s", before.body, now.body)
	}
	sheet := e.must(200, "committee_chair", "GET", office+"/sheets/roll?limit=10", nil)
	if !strings.Contains(sheet.body, hash) || !strings.Contains(sheet.body, "第 1 次公示") {
		t.Errorf("the posted sheet has no hash: %s", sheet.body)
	}
	e.backdate(id, map[string]any{"challenge_until": e.db.Now().Add(-time.Hour)})
	reviewed := m{}
	if doubts, ok := e.must(200, "committee_chair", "GET", office+"/roster", nil).json["doubts"].([]any); ok {
		for _, d := range doubts {
			reviewed[d.(m)["key"].(string)] = "已核对"
		}
	}
	version := e.must(200, "committee_chair", "POST", office+"/freeze", m{"reviewed": reviewed}).int("version")
	list := e.must(200, "owner", "GET", phone+"/roll-differences", nil).json["items"].([]any)
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	x := list[0].(m)
	if x["kind"] != "area" || x["before"] != unit.AreaMilli.String() || x["after"] != (unit.AreaMilli+1_000).String() || x["cause"] != "register" || x["text"] == "" {
		t.Errorf("%v", x)
	}
	door := x["unit"].(string)
	e.must(404, "owner_foreign", "GET", phone+"/roll-differences", nil)
	e.must(404, "owner_foreign", "GET", phone+"/postings/1", nil)
	e.must(404, "owner", "GET", phone+"/postings/2", nil)
	if old := e.must(200, "owner", "GET", phone+"/postings/1?limit=2", nil); old.json["posting"].(m)["sha256"] != hash {
		t.Errorf("%s", old.body)
	}
	if all := e.must(200, "community", "GET", office+"/postings", nil).json["items"].([]any); len(all) != 1 {
		t.Errorf("%v", all)
	}
	sheet = e.must(200, "committee_chair", "GET", office+"/sheets/roll?limit=10", nil)
	for _, word := range []string{"不同的地方", "面积更正：" + door, "登记有变化"} {
		if !strings.Contains(sheet.body, word) {
			t.Errorf("the frozen sheet lacks %q: %s", word, sheet.body)
		}
	}
	e.must(200, "committee_member", "POST", office+"/motions/1/confirmation", m{"version": version})
	opens := e.db.Now().AddDate(0, 0, 17)
	e.must(200, "committee_chair", "POST", office+"/notice", m{"version": version, "opens_at": opens, "closes_at": opens.AddDate(0, 0, 10)})
	open := e.must(200, "", "GET", fmt.Sprintf("/public/v1/meetings/%d", id), nil)
	if open.json["posting"].(m)["sha256"] != hash || strings.Contains(open.body, door) || !strings.Contains(open.body, "面积更正") {
		t.Errorf("%s", open.body)
	}
	if page := e.must(200, "", "GET", fmt.Sprintf("/h5/meetings/%d", id), nil); !strings.Contains(page.body, hash) || !strings.Contains(page.body, "面积更正 1 处") || strings.Contains(page.body, door) {
		t.Errorf("%s", page.body)
	}
}

// TestRevisedMeetingKeepsItsDocuments: a correction in the words of a motion leaves its documents where owners open them; a list that leaves
// one out takes it off.
func TestRevisedMeetingKeepsItsDocuments(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for key, value := range electronic {
		e.rule(key, value)
	}
	files := []int64{e.upload("committee_chair", "notice", "quote"), e.upload("committee_chair", "notice", "plan")}
	body := meetingOf(e.town.actors["owner"].Estate, "临时会议", "revised")
	motion := body["motions"].([]m)[0]
	motion["file_ids"] = files
	made := e.must(201, "committee_chair", "POST", "/office/v1/meetings", body)
	id := made.int("id")
	office, phone := fmt.Sprintf("/office/v1/meetings/%d", id), fmt.Sprintf("/miniapp/v1/meetings/%d", id)
	version := e.must(200, "committee_chair", "POST", office+"/posting", m{"until": e.db.Now().Add(time.Hour)}).int("version")
	documents := func() string {
		return fmt.Sprint(e.must(200, "owner", "GET", phone, nil).json["motions"].([]any)[0].(m)["file_ids"])
	}
	delete(motion, "file_ids")
	motion["title"], motion["id"] = "改过的议题名称", e.must(200, "owner", "GET", phone, nil).json["motions"].([]any)[0].(m)["id"] // another name goes by the number
	version = e.must(200, "committee_chair", "PUT", office+"/motions", m{"version": version, "title": "临时会议（改）", "motions": []m{motion}}).int("version")
	if got := documents(); got != fmt.Sprint(files) {
		t.Fatalf("documents %s, want %v", got, files)
	}
	for _, f := range files {
		e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", f), nil)
	}
	motion["file_ids"] = files[1:]
	e.must(200, "committee_chair", "PUT", office+"/motions", m{"version": version, "title": "临时会议（改）", "motions": []m{motion}})
	if got := documents(); got != fmt.Sprint(files[1:]) {
		t.Errorf("documents %s, want %v", got, files[1:])
	}
	e.must(404, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", files[0]), nil)
}
