package main

import (
	"fmt"
	"testing"
	"time"
)

// inboxed counts the messages in somebody's inbox with a title.
func (e *engine) inboxed(who, title string) int {
	e.t.Helper()
	surface := "miniapp"
	if e.town.actors[who].Surface == "office" {
		surface = "office"
	}
	n := 0
	for _, x := range e.must(200, who, "GET", "/"+surface+"/v1/inbox?limit=100", nil).json["items"].([]any) {
		if x.(m)["title"] == title {
			n++
		}
	}
	return n
}

// TestAConferenceThroughTheAPI: called about a case, attended, decided with a task, minuted, ended, the task done; the body
// that a point is about reads nothing of it.
func TestAConferenceThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	fire, enforcement := e.actor("department_fire").OrganisationID(), e.actor("department_urban_enforcement").OrganisationID()
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": "fire-lane", "text": "东门消防通道被人搭了棚子", "client_ref": "plain"})
	about := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "about": "urban-enforcement", "text": "执法局一直不来处理违建", "client_ref": "about"})
	starts := time.Now().Add(2 * time.Second)
	call := m{"estate_id": estate, "title": "消防通道整治联席会议", "place": "办事处会议室", "starts_at": starts.Format(time.RFC3339), "offices": []int64{fire, enforcement}, "client_ref": "call",
		"items": []m{{"case_id": filed.int("id"), "text": "消防通道违建怎么拆"}, {"case_id": about.int("id"), "text": "为什么一直没有处理"}}}
	called := e.must(201, "community", "POST", "/office/v1/conferences", call)
	if again := e.must(201, "community", "POST", "/office/v1/conferences", call); again.int("id") != called.int("id") {
		t.Error("a double tap called twice")
	}
	at := func(what string) string { return fmt.Sprintf("/office/v1/conferences/%d%s", called.int("id"), what) }
	item := func(n int, what string) string {
		return at(fmt.Sprintf("/items/%d/%s", int64(called.json["items"].([]any)[n].(m)["id"].(float64)), what))
	}
	e.must(200, "community", "POST", at(fmt.Sprintf("/attendance/%d", fire)), m{"present": true, "names": "张队长"})
	point := m{"text": "宣传怎么做", "client_ref": "point"}
	e.must(200, "community", "POST", at("/items"), point)
	if twice := e.must(200, "community", "POST", at("/items"), point); len(twice.json["items"].([]any)) != 3 {
		t.Errorf("points %s", twice.body)
	} else {
		called = twice
	}
	due := time.Now().AddDate(0, 0, 10).Format("2006-01-02")
	e.must(400, "community", "POST", item(0, "decision"), m{"text": "同意拆除"})
	e.must(403, "department_fire", "POST", item(0, "decision"), m{"text": "同意拆除", "no_task": true})
	e.must(409, "community", "POST", item(1, "decision"), m{"text": "督办", "tasks": []m{{"to": enforcement, "text": "自查", "due": due, "client_ref": "self"}}})
	decide := m{"text": "同意拆除", "tasks": []m{{"to": fire, "text": "牵头拆除", "due": due, "client_ref": "task"}}}
	for range 2 {
		e.must(200, "community", "POST", item(0, "decision"), decide)
	}
	e.must(200, "community", "POST", item(0, "tasks"), m{"to": fire, "text": "拆后复查", "due": due, "client_ref": "more"})
	e.must(409, "community", "POST", at("/closing"), m{"text": "按结论办"})
	e.must(200, "community", "POST", item(1, "decision"), m{"text": "报领导小组督办", "no_task": true})
	e.must(200, "community", "POST", item(2, "decision"), m{"text": "张贴告示", "no_task": true})
	e.must(200, "community", "POST", at("/minutes"), m{"text": "会议纪要全文", "client_ref": "minutes"})
	e.must(200, "community", "POST", at("/minutes"), m{"text": "第一项的纪要", "item_id": called.json["items"].([]any)[0].(m)["id"], "client_ref": "first"})
	time.Sleep(time.Until(starts.Add(time.Second)))
	for range 2 {
		e.must(200, "community", "POST", at("/closing"), m{"text": "按结论办", "client_ref": "end"})
	}
	for who, want := range map[string][3]int{"department_fire": {3, 2, 2}, "department_urban_enforcement": {2, 1, 2}} {
		v := e.must(200, who, "GET", at(""), nil)
		if got := [3]int{len(v.json["items"].([]any)), len(v.json["minutes"].([]any)), len(v.json["tasks"].([]any))}; got != want || v.json["state"] != "closed" {
			t.Errorf("%s reads %v: %s", who, got, v.body)
		}
	}
	owed := e.must(200, "department_fire", "GET", "/office/v1/tasks?state=open", nil).json["items"].([]any)
	if len(owed) != 2 || owed[0].(m)["of"] != "conference" {
		t.Fatalf("owed %v", owed)
	}
	task := fmt.Sprintf("/office/v1/tasks/%d/result", int64(owed[0].(m)["id"].(float64)))
	e.must(404, "community", "POST", task, m{"text": "拆完了"})
	for range 2 {
		if done := e.must(200, "department_fire", "POST", task, m{"text": "拆完了", "client_ref": "done"}); done.json["state"] != "done" {
			t.Errorf("done %s", done.body)
		}
	}
	e.must(409, "department_fire", "POST", task, m{"text": "又拆了一次"})
	if given := e.must(200, "community", "GET", "/office/v1/tasks?given=true&state=done", nil).json["items"].([]any); len(given) != 1 || given[0].(m)["result"] != "拆完了" {
		t.Errorf("given %v", given)
	}
	e.drain()
	if e.inboxed("community", "任务已完成") != 1 || e.inboxed("department_fire", "请参加联席会议") != 1 {
		t.Error("the offices were not told once")
	}
	cancelled := e.must(201, "township", "POST", "/office/v1/conferences", m{"title": "联席会议", "place": "办事处会议室", "starts_at": time.Now().Add(time.Hour).Format(time.RFC3339), "offices": []int64{fire},
		"items": []m{{"text": "议一议"}}, "client_ref": "cancel"})
	end := fmt.Sprintf("/office/v1/conferences/%d/closing", cancelled.int("id"))
	if c := e.must(200, "township", "POST", end, m{"cancel": true, "text": "改期"}); c.json["state"] != "cancelled" {
		t.Errorf("cancelled %s", c.body)
	}
}

// TestARefusedWhistleThroughTheAPI: two departments refuse; one is excused, one must come and has a term of its own. Every
// step is sent twice and happens once.
func TestARefusedWhistleThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	fire, planning := "department_fire", "department_natural_resources"
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "东门消防通道被人搭了棚子", "client_ref": "case"})
	asked := e.must(201, "community", "POST", "/office/v1/whistles", m{"case_id": filed.int("id"), "reason": "认定违建、清障分属两个部门，社区无权处理", "sort": "simple", "place": "东门消防通道", "client_ref": "ask",
		"calls": []m{{"to": e.actor(fire).OrganisationID(), "clause": "五(六)2", "text": "清障"}, {"to": e.actor(planning).OrganisationID(), "clause": "五(三)4", "text": "认定"}}})
	at := func(what string) string { return fmt.Sprintf("/office/v1/whistles/%d/%s", asked.int("id"), what) }
	decision := func(who string) string {
		return fmt.Sprintf("%s/%d/decision", at("refusals"), e.actor(who).OrganisationID())
	}
	twice := func(who, path string, body m) answer {
		t.Helper()
		e.must(200, who, "POST", path, body)
		return e.must(200, who, "POST", path, body)
	}
	twice("township", at("signature"), m{"blow": true, "client_ref": "sign"})
	twice(fire, at("refusal"), m{"clause": "五(三)4", "text": "要先认定", "client_ref": "refuse"})
	twice(planning, at("refusal"), m{"clause": "五(六)2", "text": "占用通道由消防查处", "client_ref": "refuse"})
	e.must(409, "community", "POST", at("closing"), m{"text": "现场已经处理完毕，通道恢复"})
	e.must(403, "township", "POST", decision(fire), m{"excuse": true, "text": "不用到场"})
	twice("leading_group_office", decision(planning), m{"excuse": true, "text": "不用认定", "client_ref": "excuse"})
	decided := twice("leading_group_office", decision(fire), m{"excuse": false, "text": "要到场清障", "client_ref": "come"})
	e.must(409, "leading_group_office", "POST", decision(fire), m{"excuse": true, "text": "改变主意"})
	e.must(409, fire, "POST", at("refusal"), m{"clause": "五(三)4", "text": "还是不来"})
	for _, c := range decided.json["calls"].([]any) {
		if c := c.(m); c["organisation_id"] == float64(e.actor(fire).OrganisationID()) && (c["state"] != "called" || c["decided_text"] != "要到场清障") {
			t.Errorf("%v", c)
		}
	}
	photo := e.upload(fire, "photo", "arrived")
	if a := e.must(400, fire, "POST", at("check-in"), m{"file_id": photo}); a.json["code"] != "whistle.no_position" {
		t.Errorf("without a position: %s", a.body)
	}
	e.must(200, fire, "POST", at("check-in"), m{"file_id": photo, "reason": "地下车库没有信号"})
	e.must(200, "community", "POST", at("tasks"), m{"to": e.actor(fire).OrganisationID(), "text": "三天后复查", "due": time.Now().AddDate(0, 0, 3).Format("2006-01-02"), "client_ref": "task"})
	closed := twice("community", at("closing"), m{"text": "违建已拆除，通道恢复畅通", "client_ref": "close"})
	if closed.json["state"] != "closed" || len(closed.json["tasks"].([]any)) != 1 {
		t.Errorf("closed %s", closed.body)
	}
	rate := m{"response": "yes", "solved": "yes", "satisfied": "yes", "client_ref": "rate"}
	twice("community", fmt.Sprintf("%s/%d", at("ratings"), e.actor(fire).OrganisationID()), rate)
	rate["client_ref"] = "other"
	e.must(404, "community", "POST", fmt.Sprintf("%s/%d", at("ratings"), e.actor(planning).OrganisationID()), rate)
	e.drain()
	for who, title := range map[string]string{fire: "裁定要到场", planning: "裁定不用到场", "leading_group_office": "有吹哨拒绝待裁定"} {
		want := 1
		if who == "leading_group_office" {
			want = 2 // one of each department
		}
		if n := e.inboxed(who, title); n != want {
			t.Errorf("%s was told %q %d times", who, title, n)
		}
	}
	declined := e.must(201, "community", "POST", "/office/v1/whistles", m{"estate_id": estate, "reason": "社区没有执法权，需要部门到场", "sort": "simple", "place": "西门", "client_ref": "second",
		"calls": []m{{"to": e.actor(fire).OrganisationID(), "clause": "五(六)2", "text": "清障"}}})
	if d := e.must(200, "community", "POST", fmt.Sprintf("/office/v1/whistles/%d/recall", declined.int("id")), m{"text": "已经解决", "client_ref": "recall"}); d.json["state"] != "declined" {
		t.Errorf("recalled %s", d.body)
	}
}
