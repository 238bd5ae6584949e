package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// danger files something urgent about the company and has it told.
func (e *engine) danger(ref string) int64 {
	e.t.Helper()
	estate, company := e.town.actors["owner"].Estate, ""
	for _, x := range e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/bodies", estate), nil).json["items"].([]any) {
		if x.(m)["name"] == e.actor("company").Post.OrgName {
			company = x.(m)["code"].(string)
		}
	}
	if company == "" {
		e.t.Fatal("the company is not among those that may be complained about")
	}
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": "fire-lane", "about": company, "text": "物业把消防通道租出去停车了", "client_ref": ref})
	e.drain()
	return filed.int("id")
}

// overdue makes what offices have to read due now, and passes on what they did not.
func (e *engine) overdue() {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&notify.Ack{}).Where("state = ?", notify.AckOpen).Update("due_at", tx.Now).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := e.dispatcher.Chase(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
	e.drain()
}

// says gives how the messages of a case stand with an office.
func (e *engine) says(actor string, id, office int64) []string {
	e.t.Helper()
	var name string
	if err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Table("organisations").Where("id = ?", office).Pluck("name", &name).Error
	}); err != nil {
		e.t.Fatal(err)
	}
	var list []string
	for _, x := range e.must(200, actor, "GET", fmt.Sprintf("/office/v1/complaints/%d/notifications?limit=100", id), nil).json["items"].([]any) {
		if x.(m)["organisation"] == name {
			list = append(list, x.(m)["says"].(string))
		}
	}
	return list
}

// TestACaseShowsWhoWasTold: who has read, who was asked instead, to everybody who works on it; to the body complained about nothing,
// and to nobody who complained.
func TestACaseShowsWhoWasTold(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.danger("told")
	fire, community := e.actor("department_fire").OrganisationID(), e.actor("community").OrganisationID()
	path := fmt.Sprintf("/office/v1/complaints/%d/notifications", id)
	if a := e.call("company", "GET", path, nil); a.status != http.StatusNotFound {
		t.Errorf("the company complained about: %d %s", a.status, a.body)
	}
	if a := e.call("department_ecology", "GET", path, nil); a.status != http.StatusNotFound {
		t.Errorf("an office that has nothing to do with it: %d", a.status)
	}
	if got := strings.Join(e.says("community", id, fire), "; "); !strings.Contains(got, "已送达") {
		t.Errorf("the fire brigade: %q", got)
	}
	body := e.must(200, "community", "GET", path, nil).body
	for _, secret := range []string{"投诉人", "演示业主", "收到您的投诉"} {
		if strings.Contains(body, secret) {
			t.Errorf("%s is shown: %s", secret, body)
		}
	}
	newest := e.must(200, "department_fire", "GET", "/office/v1/inbox?unread=true", nil).json["items"].([]any)[0].(m)
	e.must(200, "department_fire", "POST", "/office/v1/inbox/read", m{"up_to": newest["id"]})
	e.must(400, "department_fire", "POST", "/office/v1/inbox/read", m{})
	for _, want := range []string{"15分钟未读，已再次提醒", "30分钟未读已转报"} { // first by a short message, then to the level above
		e.overdue()
		if got := e.says("township", id, fire); len(got) != 1 || got[0] != "已读" {
			t.Errorf("the fire brigade, who read it: %v", got)
		}
		if got := e.says("bureau", id, community); len(got) != 1 || got[0] != want {
			t.Errorf("the community, who did not: %v, want %s", got, want)
		}
	}
	if n := e.must(200, "department_fire", "GET", "/office/v1/inbox/unread", nil).int("count"); n != 0 {
		t.Errorf("%d unread after all were read", n)
	}
}

// TestWhoActsNeedNotRead: an office that accepts a case is not chased for the message about it.
func TestWhoActsNeedNotRead(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.danger("acts")
	fire := e.actor("department_fire").OrganisationID()
	e.must(200, "department_fire", "POST", fmt.Sprintf("/office/v1/complaints/%d/accept", id), m{})
	e.overdue()
	if got := e.says("township", id, fire); len(got) != 1 || got[0] != "已送达，单位已办理" {
		t.Errorf("%v", got)
	}
}

// TestAnOpenPageHears: through the whole engine, over HTTP, from the event to the page.
func TestAnOpenPageHears(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { e.live.Run(ctx) })
	defer wg.Wait()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/office/v1/inbox/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+e.town.actors["department_fire"].Token)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	next := func() (n inbox.News) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &n); err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatal("the stream ended: ", lines.Err())
		return n
	}
	before := next() // how things stand
	e.danger("heard")
	after := next()
	if after.ID <= before.ID || after.Unread != before.Unread+1 {
		t.Errorf("from %+v to %+v", before, after)
	}
}

// TestOpenPagesAreBounded: the fourth page of a session is told plainly why it hears nothing, and closing one makes room.
func TestOpenPagesAreBounded(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	open := func() *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+"/miniapp/v1/inbox/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+e.town.actors["owner"].Token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		return res
	}
	first := open()
	for range 2 {
		if res := open(); res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
	}
	refused := open()
	said := bufio.NewScanner(refused.Body)
	said.Scan()
	if refused.StatusCode != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" || !strings.Contains(said.Text(), "请先关掉一个") {
		t.Errorf("%s %s", refused.Status, said.Text())
	}
	_ = first.Body.Close()
	for tries := 0; open().StatusCode != http.StatusOK; tries++ { // the server hears of it a little later
		if tries == 40 {
			t.Fatal("closing a page makes no room")
		}
		<-time.After(50 * time.Millisecond)
	}
	e.live.Close()
	if res := open(); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a process that stops: %s", res.Status)
	}
}

// TestPreferencesOverTheAPI: what may be chosen is listed with its name, what may not with the clause.
func TestPreferencesOverTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for actor, c := range map[string]struct{ path, free, fixed string }{
		"owner":     {"/miniapp/v1/preferences", "notice", "answer"},
		"community": {"/office/v1/preferences", "follow", "danger"},
	} {
		list := e.must(200, actor, "GET", c.path, nil)
		if list.int("digest_hour") != 18 || !strings.Contains(list.body, `"kind":"`+c.fixed+`"`) {
			t.Errorf("%s: %s", actor, list.body)
		}
		a := e.must(200, actor, "PUT", c.path, m{"digest_hour": 20, "kinds": m{c.free: "digest"}})
		if a.int("digest_hour") != 20 || !strings.Contains(a.body, `"mode":"digest"`) {
			t.Errorf("%s: %s", actor, a.body)
		}
		if actor == "owner" {
			if x := e.must(200, actor, "GET", "/miniapp/v1/me/export", nil); !strings.Contains(x.body, `{"kind":"notice","mode":"digest"}`) || x.int("digest_hour") != 20 {
				t.Errorf("what somebody chose is not in their export: %s", x.body)
			}
		}
		if a := e.must(400, actor, "PUT", c.path, m{"kinds": m{c.fixed: "off"}}); !strings.Contains(a.body, "不能关闭") || !strings.Contains(a.body, "五(二)3") {
			t.Errorf("%s: %s", actor, a.body)
		}
	}
}

// TestAbsencesOverTheAPI: a holder says when they are away; a post that does not fit is refused.
func TestAbsencesOverTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	from, to := time.Now().AddDate(0, 0, 2).Format(time.DateOnly), time.Now().AddDate(0, 0, 5).Format(time.DateOnly)
	colleague := e.actor("committee_member").Post.PostID
	e.must(409, "committee_chair", "POST", "/office/v1/absences", m{"from": from, "to": to})
	e.must(404, "community", "POST", "/office/v1/absences", m{"from": from, "to": to, "stand_in_id": colleague})
	e.must(400, "committee_chair", "POST", "/office/v1/absences", m{"from": to, "to": from, "stand_in_id": colleague})
	made := e.must(200, "committee_chair", "POST", "/office/v1/absences", m{"from": from, "to": to, "stand_in_id": colleague})
	if again := e.must(200, "committee_chair", "POST", "/office/v1/absences", m{"from": from, "to": to, "stand_in_id": colleague}); again.int("id") != made.int("id") {
		t.Errorf("sent twice, made twice: %s, %s", made.body, again.body)
	}
	if list := e.must(200, "committee_chair", "GET", "/office/v1/absences", nil); !strings.Contains(list.body, from) {
		t.Errorf("%s", list.body)
	}
	path := fmt.Sprintf("/office/v1/absences/%d", made.int("id"))
	e.must(404, "committee_member", "DELETE", path, nil)
	e.must(204, "committee_chair", "DELETE", path, nil)
	e.must(404, "committee_chair", "DELETE", path, nil)
}
