package consent_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

const day = 24 * time.Hour

func TestAskWhatIsWorthAsking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, r, n := ids[progress].ID, ids[residency].ID, ids[notice].ID
	settings := func(a org.Actor, on bool, always ...consent.Result) {
		w.refs++
		w.tell(a, consent.Report{Settings: &consent.Settings{MainSwitch: on, Always: always}, ClientRef: "s" + a.OpenID})
	}
	for name, c := range map[string]struct {
		before func(org.Actor)
		moment consent.Moment
		want   []string
	}{
		"somebody new":         {func(org.Actor) {}, consent.InboxOpened, []string{p, r, n}},
		"after a complaint":    {func(org.Actor) {}, consent.ComplaintFiled, []string{p, n}},
		"reading a notice":     {func(org.Actor) {}, consent.NoticeRead, []string{n, p}},
		"nearly enough":        {func(a org.Actor) { w.earn(a, 2, progress) }, consent.InboxOpened, []string{p, r, n}},
		"enough":               {func(a org.Actor) { w.earn(a, 3, progress) }, consent.InboxOpened, []string{r, n}},
		"enough, then used":    {func(a org.Actor) { w.earn(a, 3, progress); w.reserve(progress, event.Normal, a) }, consent.InboxOpened, []string{p, r, n}},
		"refused today":        {func(a org.Actor) { w.push(w.popup(a, "reject", progress)) }, consent.InboxOpened, []string{r, n}},
		"refused, then needed": {func(a org.Actor) { w.push(w.popup(a, "reject", progress, notice)) }, consent.ComplaintFiled, []string{p}},
		"refused last week": {func(a org.Actor) {
			w.push(w.popup(a, "reject", progress))
			w.clock.Advance(7 * day)
		}, consent.InboxOpened, []string{p, r, n}},
		"refused, then accepted": {func(a org.Actor) { w.push(w.popup(a, "reject", progress)); w.earn(a, 1, progress) }, consent.InboxOpened, []string{p, r, n}},
		"WeChat knows of none":   {func(a org.Actor) { w.earn(a, 5, progress); w.refuse(progress, a) }, consent.InboxOpened, []string{p, r, n}},
		"blocked by WeChat":      {func(a org.Actor) { w.tell(a, w.report("ban", progress)) }, consent.ComplaintFiled, []string{n}},
		"blocked a month ago": {func(a org.Actor) {
			w.tell(a, w.report("ban", progress))
			w.clock.Advance(30 * day)
		}, consent.ComplaintFiled, []string{p, n}},
		"one title too many": {func(a org.Actor) { w.tell(a, w.report("filter", progress)) }, consent.ComplaintFiled, []string{p, n}},
		"always accepts":     {func(a org.Actor) { settings(a, true, consent.Result{TemplateID: p, Answer: "acceptWithAudio"}) }, consent.ComplaintFiled, []string{p + "!", n}},
		"always accepts, has enough": {func(a org.Actor) {
			settings(a, true, consent.Result{TemplateID: p, Answer: "accept"})
			w.earn(a, 3, progress)
		}, consent.ComplaintFiled, []string{n}},
		"always refuses":     {func(a org.Actor) { settings(a, true, consent.Result{TemplateID: p, Answer: "reject"}) }, consent.ComplaintFiled, []string{n}},
		"main switch is off": {func(a org.Actor) { settings(a, false) }, consent.ComplaintFiled, nil},
		"main switch is on again": {func(a org.Actor) {
			settings(a, false)
			settings(a, true)
		}, consent.ComplaintFiled, []string{p, n}},
	} {
		a := w.person()
		c.before(a)
		if got := w.ask(a, c.moment); !slices.Equal(got, c.want) {
			t.Errorf("%s: asked for %v, want %v", name, got, c.want)
		}
	}
	if _, err := w.s.Ask(context.Background(), w.person(), "sometime"); !errors.Is(err, consent.ErrMoment) {
		t.Errorf("a moment that nobody knows: %v", err)
	}
}

// TestAskForOneSortAtATime: WeChat refuses a request that mixes one-time and long-term templates, and templates without an
// id there cannot be asked for.
func TestAskForOneSortAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s = consent.New(w.db, map[string]consent.Provided{progress: {ID: "tpl-progress", Long: true}, notice: {ID: "tpl-notice"}}, nil)
	a := w.person()
	if got := w.ask(a, consent.InboxOpened); !slices.Equal(got, []string{"tpl-progress"}) {
		t.Errorf("first the long-term one: %v", got)
	}
	w.earn(a, 1, progress)
	if got := w.ask(a, consent.InboxOpened); !slices.Equal(got, []string{"tpl-notice"}) {
		t.Errorf("then the others: %v", got)
	}
}

// TestEveryMomentAsksForTemplatesOfThePlan, three at most, none of the staff's.
func TestEveryMomentAsksForTemplatesOfThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := map[string]consent.Provided{}
	for _, p := range plan.Templates {
		all[p.Name] = consent.Provided{ID: p.Name}
	}
	w.s = consent.New(w.db, all, nil)
	for _, m := range consent.Moments() {
		got := w.ask(w.person(), m)
		if want := consent.Wanted(m); len(got) == 0 || len(got) > 3 || !slices.Equal(got, want[:min(len(want), 3)]) {
			t.Errorf("%s asks for %v of %v", m, got, want)
		}
	}
}

// TestSettingsStopMessages: what WeChat would refuse is not reserved, and nothing of it is lost.
func TestSettingsStopMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 2, progress)
	for _, s := range []consent.Settings{{}, {MainSwitch: true, Always: []consent.Result{{TemplateID: ids[progress].ID, Answer: "reject"}}}} {
		w.tell(a, consent.Report{Settings: &s, ClientRef: "s"})
		if w.reserve(progress, event.Alarm, a)[a.PersonID] {
			t.Errorf("reserved although %+v", s)
		}
	}
	w.tell(a, consent.Report{Settings: &consent.Settings{MainSwitch: true}, ClientRef: "s"})
	if !w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("switched on again, and nothing can be sent")
	}
	w.stock(a, progress, 1)
	// An acceptance is newer than what the client saw in the settings; the other side's word for an older one is not.
	w.clock.Advance(6 * time.Minute)
	late := w.popup(a, "accept", progress)
	w.tell(a, w.report("accept", progress))
	w.tell(a, consent.Report{Settings: &consent.Settings{}, ClientRef: "s"})
	w.push(late)
	if w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("the second word for an old tap has switched messages on")
	}
	w.earn(a, 1, progress)
	if !w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("accepted, and nothing can be sent")
	}
	w.stock(a, progress, 2)
}

func TestWhatPeopleRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, before := range map[string]func(org.Actor){
		"投诉进度通知：还可以收到3条":    func(a org.Actor) { w.earn(a, 3, progress) },
		"投诉进度通知：现在不会发到微信":   func(org.Actor) {},
		"投诉进度通知：您在微信里设为不接收": func(a org.Actor) { e := w.popup(a, "reject", progress); e.Name = consent.Change; w.push(e) },
		"投诉进度通知：微信暂时停用":     func(a org.Actor) { w.tell(a, w.report("ban", progress)) },
		"投诉进度通知：您在微信里关闭了":   func(a org.Actor) { w.tell(a, consent.Report{Settings: &consent.Settings{}, ClientRef: "s"}) },
	} {
		a := w.person()
		before(a)
		list, err := w.s.List(context.Background(), a)
		w.must(err)
		if len(list) != 3 || list[0].Template != progress || !strings.HasPrefix(list[0].Says, want) {
			t.Errorf("want %s, got %+v", want, list)
		}
	}
	a := w.person()
	w.s = consent.New(w.db, map[string]consent.Provided{progress: {ID: "tpl-progress", Long: true}}, nil)
	w.earn(a, 1, progress)
	list, err := w.s.List(context.Background(), a)
	if err != nil || len(list) != 1 || list[0].Says != "投诉进度通知：一直可以收到" {
		t.Errorf("long-term: %+v, %v", list, err)
	}
}
