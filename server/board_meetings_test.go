package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// onBoard is the estate's list of meetings as JSON.
func (e *engine) onBoard(query string) []m {
	e.t.Helper()
	var list []m
	for _, x := range e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/meetings%s", e.town.actors["owner"].Estate, query), nil).json["items"].([]any) {
		list = append(list, x.(m))
	}
	return list
}

// TestMeetingsAreOnTheBoard: whoever stands before the board finds a meeting from the posting of its roster on, its roll, the last signed
// state of its log and the key, and nobody's choice or home.
func TestMeetingsAreOnTheBoard(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	board, text := fmt.Sprintf("/h5/estates/%d/board", estate), fmt.Sprintf("/h5/estates/%d/board.txt", estate)
	draft := e.must(201, "committee_chair", "POST", "/office/v1/meetings", m{"estate_id": estate, "session": "extraordinary", "title": "还在起草的会议", "convener": "committee", "basis": "own", "channel": "system", "client_ref": "draft", "motions": voteMotions()[:1]}).int("id")
	if list := e.onBoard(""); len(list) != 0 {
		t.Errorf("a draft is on the board: %v", list)
	}
	for _, path := range []string{board, text} {
		if page := e.must(200, "", "GET", path, nil).body; strings.Contains(page, "还在起草") || !strings.Contains(page, "现在没有业主大会") {
			t.Errorf("%s:\n%s", path, page)
		}
	}
	id := e.open(e.assembly(voteMotions()[:1]))
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/posting", draft), m{"until": e.db.Now().AddDate(0, 0, 7)})
	posted := e.onBoard("")[1]
	if posted["state_name"] != "名册和议题公示中" || posted["running"] != true || posted["seats"] == nil || len(posted["roster_hash"].(string)) != 64 || posted["roll_root"] != nil || posted["page"] != nil || posted["challenge_until"] == nil {
		t.Errorf("posted: %v", posted)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/cancellation", draft), m{"text": "名册有误，重新召集"})

	e.cast(id, 2, 4)
	e.publish()
	running := e.onBoard("")[0]
	point, _ := running["checkpoint"].(m)
	open := e.must(200, "", "GET", fmt.Sprintf("/public/v1/meetings/%d", id), nil).json
	if running["state_name"] != "正在投票" || running["roll_root"] != open["roll_root"] || point["size"] != 3.0 || point["root"] != open["checkpoint"].(m)["root"] || running["fingerprint"] != open["checkpoint"].(m)["fingerprint"] || !strings.HasSuffix(running["page"].(string), fmt.Sprintf("/h5/meetings/%d", id)) {
		t.Errorf("running: %v\n%v", running, open["checkpoint"])
	}
	for path, wants := range map[string][]string{
		board: {"正在投票", "2026年第一次业主大会临时会议", fmt.Sprintf(`href="/h5/meetings/%d"`, id), running["roll_root"].(string), running["roll_root"].(string)[:12] + "…", point["root"].(string)[:12], running["fingerprint"].(string), "3 条", "已取消"},
		text:  {"第1次：2026年第一次业主大会临时会议，正在投票。", "份表决权", "有3条", "指纹太长，这里不读，写在公示栏页面的“业主大会”一栏里"},
	} {
		page := strings.ReplaceAll(e.must(200, "", "GET", path, nil).body, "&#43;", "+")
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %s:\n%s", path, want, page)
			}
		}
		for _, not := range []string{"1单元", "演示业主", "同意", "反对"} {
			if strings.Contains(page, not) {
				t.Errorf("%s holds %s", path, not)
			}
		}
		if path == text && (strings.Contains(page, running["roll_root"].(string)[:12]) || strings.Contains(page, running["fingerprint"].(string)[:9])) {
			t.Errorf("a fingerprint is read aloud:\n%s", page)
		}
	}
	e.finish(id)
	done := e.onBoard("")
	if len(done) != 2 || done[0]["state_name"] != "结果已确认" || done[0]["running"] != false || done[0]["checkpoint"].(m)["purpose"] != "final" || done[1]["state_name"] != "已取消" {
		t.Errorf("ended: %v", done)
	}
	if a := e.call("", "GET", "/public/v1/estates/999999/meetings", nil); a.status != http.StatusNotFound {
		t.Errorf("no such estate: %d %s", a.status, a.body)
	}
}

// TestTheBoardsListOfMeetings: what is not over comes first however old it is, page by page and each once; what ended more than a year ago,
// and what belongs to another estate, is not listed.
func TestTheBoardsListOfMeetings(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	now := e.db.Now()
	var want []string
	put := func(title string, values map[string]any) {
		id := e.must(201, "committee_chair", "POST", "/office/v1/meetings", m{"estate_id": e.town.actors["owner"].Estate, "session": "extraordinary", "title": title, "convener": "committee", "basis": "own", "channel": "system", "client_ref": title, "motions": voteMotions()[:1]}).int("id")
		e.backdate(id, values)
	}
	put("旧的还没有结束", map[string]any{"state": "provisional", "posted_at": now.AddDate(-2, 0, 0)})
	put("一年多以前结束", map[string]any{"state": "certified", "posted_at": now.AddDate(-2, 0, 0), "certified_at": now.AddDate(-1, 0, -1)})
	put("今年结束", map[string]any{"state": "certified", "posted_at": now.AddDate(-1, 0, -1), "certified_at": now.AddDate(0, -1, 0)})
	put("今年取消", map[string]any{"state": "cancelled", "posted_at": now.AddDate(0, -1, 0)})
	put("没有公示就取消", map[string]any{"state": "cancelled"})
	put("别的小区的会议", map[string]any{"state": "posted", "posted_at": now, "estate_id": e.town.actors["owner"].Estate + 1})
	put("新的还没有结束", map[string]any{"state": "frozen", "posted_at": now, "frozen_at": now})
	want = []string{"新的还没有结束", "旧的还没有结束", "今年取消", "今年结束"}
	var got []string
	for cursor := ""; ; {
		page := e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/meetings?limit=1&cursor=%s", e.town.actors["owner"].Estate, cursor), nil)
		for _, x := range page.json["items"].([]any) {
			got = append(got, x.(m)["title"].(string))
		}
		cursor, _ = page.json["next"].(string)
		if cursor == "" || len(got) > 9 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the board lists %v, want %v", got, want)
	}
}

// TestMeetingsOnAPhone: the board with a running meeting fits a phone, small type and large, with its fingerprints open.
func TestMeetingsOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	e.cast(id, 2, 4)
	e.publish()
	for name, path := range map[string]string{"board-meetings": "", "board-meetings-large": "?large=1"} {
		err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(fmt.Sprintf("%s/h5/estates/%d/board%s", e.url, e.town.actors["owner"].Estate, path)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](`(document.querySelectorAll("details").forEach(d => d.open = true), document.getElementById("meetings").scrollIntoView(), true)`))
		if err != nil {
			t.Fatal(err)
		}
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"业主大会", "正在投票", "看议题和投票进度", "公钥指纹", "锁定的名册"} {
			if !strings.Contains(page.Text, want) {
				t.Errorf("%s does not show %q:\n%s", name, want, page.Text)
			}
		}
		if page.Width > 390 {
			t.Errorf("%s is %d wide on a phone", name, page.Width)
		}
		e.shoot(ctx, name)
	}
}
