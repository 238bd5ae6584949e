package campaign_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

// TestWhatWasReadIsApproved: who read one version does not approve another, and nobody approves what they wrote a part of, however
// many have revised it since.
func TestWhatWasReadIsApproved(t *testing.T) {
	w := newWorld(t)
	w.crowd(3)
	ctx := t.Context()
	c := w.write()
	if c.Version != 1 {
		t.Fatalf("a new draft is version %d", c.Version)
	}
	if _, err := w.svc.Revise(ctx, w.chair, c.ID, w.words(func(x *campaign.Words) { x.Body = "后天上午停水，请提前储水。" })); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Revise(ctx, w.member, c.ID, w.words()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Submit(ctx, w.member, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Approve(ctx, w.chair, c.ID, 3); !errors.Is(err, campaign.ErrSamePerson) {
		t.Errorf("the chair wrote a part of it, and approves: %v", err)
	}
	if _, err := w.svc.Return(ctx, w.member, c.ID, "改一个字"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Revise(ctx, w.member, c.ID, w.words(func(x *campaign.Words) { x.Channels = []campaign.Channel{plan.SMS} })); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Submit(ctx, w.member, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Approve(ctx, w.clerk, c.ID, 3); !errors.Is(err, campaign.ErrChanged) || fault.Of(err).Kind != fault.Conflict {
		t.Errorf("the clerk read version 3, and approves version 4: %v", err)
	}
	if _, err := w.svc.Approve(ctx, w.clerk, c.ID, 4); err != nil {
		t.Errorf("the clerk has read it again: %v", err)
	}
}

// TestTheForecastIsOfWhatIsSubmitted: a draft that is changed while its forecast is made is not submitted with the old numbers.
func TestTheForecastIsOfWhatIsSubmitted(t *testing.T) {
	w := newWorld(t)
	w.crowd(3)
	ctx := t.Context()
	c := w.write()
	once := false
	w.meanwhile = func() { // the forecast asks for the consents; a colleague is quicker
		if once {
			return
		}
		once = true
		if _, err := w.svc.Revise(ctx, w.chair, c.ID, w.words(func(x *campaign.Words) { x.Scope.Units = []int64{w.Units[0].ID} })); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.svc.Submit(ctx, w.member, c.ID); !errors.Is(err, campaign.ErrChanged) {
		t.Errorf("submitted with the numbers of another draft: %v", err)
	}
	if _, err := w.svc.Submit(ctx, w.member, c.ID); err != nil {
		t.Fatal(err)
	}
	if v, err := w.svc.Find(ctx, w.clerk, c.ID); err != nil || v.Forecast == nil || v.Forecast.Seats != 1 || v.Forecast.Channels[plan.Mini] != 1 {
		t.Errorf("whoever approves sees %+v, %v", v, err)
	}
	if now := w.again(c); now.Seats != 1 || !strings.Contains(now.Forecast, `"version":2`) || !strings.Contains(now.Forecast, `"seats":1`) {
		t.Errorf("%d seats, forecast %s", now.Seats, now.Forecast)
	}
}

// TestWhatLeadsToAPersonIsRefused in words that go to many; an office's registered phone, amounts and dates are not.
func TestWhatLeadsToAPersonIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, wrong := range []string{"请找 13912345678", "3幢2单元502的业主欠费", "车牌贵J12345请挪车", "加微信 duyun_wy88", "2幢502户拖欠物业费三年", "请打13885412345人工接听", "请转13885412345元"} {
		_, err := w.svc.Write(t.Context(), w.member, w.words(func(x *campaign.Words) { x.Body = "通知：" + wrong }))
		if f := fault.Of(err); !errors.Is(err, fault.ErrInvalid) || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Path == "body" && strings.Contains(x.Reason, "请删去") }) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for _, fine := range []string{"有疑问请打社区电话0854-8221234", "本次使用维修资金1250000.50元", "3幢1单元11月28日9:00停水", "编号F20261126-0001的通知更正如下", "共1205户，建筑面积120000平方米"} {
		if _, err := w.svc.Write(t.Context(), w.member, w.words(func(x *campaign.Words) { x.Body = "通知：" + fine })); err != nil {
			t.Errorf("%q: %v %+v", fine, err, fault.Of(err).Fields)
		}
	}
	c := w.write()
	if _, err := w.svc.Revise(t.Context(), w.member, c.ID, w.words(func(x *campaign.Words) { x.Body = "请找 13912345678" })); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("revised: %v", err)
	}
}

// TestWhoSwitchedItOff is counted as told in the app alone; what has to be served, and what is about safety, they are told all the same.
func TestWhoSwitchedItOff(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(3)
	w.tx(func(tx *store.Tx) error {
		return tx.Exec("INSERT INTO preferences (person_id, post_id, kind, mode, updated_at) VALUES (?, 0, 'notice', 'off', ?)", people[0].PersonID, tx.Now).Error
	})
	wechat := func(x *campaign.Words) { x.Channels = []campaign.Channel{plan.Mini} }
	for name, x := range map[string]struct {
		change                 func(*campaign.Words)
		mini, inbox, off, sent int64
	}{
		"a notice": {func(x *campaign.Words) { wechat(x) }, 2, 1, 1, 2},
		"what has to be served": {func(x *campaign.Words) {
			wechat(x)
			x.NeedsProof = true
			x.Channels = append(x.Channels, campaign.Letter)
		}, 3, 0, 0, 3},
		"what is about safety": {func(x *campaign.Words) { wechat(x); x.Kind = campaign.Safety }, 3, 0, 0, 3},
	} {
		c := w.write(x.change)
		f, err := w.svc.Forecast(t.Context(), w.chair, c.ID)
		if err != nil || f.Channels[plan.Mini] != x.mini || f.Channels[campaign.Inbox] != x.inbox || f.SwitchedOff != x.off {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
		before := w.mini.total()
		w.launch(x.change)
		w.drain()
		if n := int64(w.mini.total() - before); n != x.sent {
			t.Errorf("%s: %d sent, want %d", name, n, x.sent)
		}
	}
}

// TestSafetyPassesTheQuietHours, and says so to whoever approves it; a notice waits for the morning.
func TestSafetyPassesTheQuietHours(t *testing.T) {
	w := newWorld(t)
	a := w.crowd(1)[0]
	w.quiet = plan.Default().Quiet()
	w.d = w.dispatcher()
	w.clock.Advance(13 * time.Hour) // 23:00 in Duyun
	w.launch(onlyWeChat)
	w.drain()
	if w.mini.total() != 0 || w.read(a) != 1 {
		t.Errorf("a notice at night: %d sent", w.mini.total())
	}
	c := w.launch(onlyWeChat, func(x *campaign.Words) { x.Kind = campaign.Safety })
	w.drain()
	if w.mini.to(w.openID(a)) != 1 {
		t.Errorf("safety at night: %v", w.mini.got)
	}
	if v, err := w.svc.Find(t.Context(), w.clerk, c.ID); err != nil || !strings.Contains(v.Urgent, "夜间") || !strings.Contains(v.Urgent, "安全类") {
		t.Errorf("whoever approves reads %+v, %v", v, err)
	}
	if got := w.details("campaign.approved"); len(got) != 2 || !strings.Contains(got[1], `"topic":"urgent"`) || !strings.Contains(got[1], `"version":1`) {
		t.Errorf("the trail: %v", got)
	}
	w.clock.Advance(9 * time.Hour)
	w.drain()
	if w.mini.to(w.openID(a)) != 2 {
		t.Errorf("in the morning: %v", w.mini.got)
	}
}

// TestThePreview: what each reads by each channel, and whether phones ring at night, by which rule.
func TestThePreview(t *testing.T) {
	w := newWorld(t)
	w.crowd(1)
	c := w.write()
	p, err := w.svc.Preview(t.Context(), w.clerk, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != c.Title || !strings.HasPrefix(p.Body, c.Body) || p.Template != "小区公示通知" || len(p.Fields) != 4 || p.Fields[1].Value != c.Title || p.SMS != c.Title+"/"+w.Estate.Name+"/" || p.SMSLetter == p.SMS || !strings.Contains(p.Quiet, "时段结束后再发") || !strings.Contains(p.Choice, "可以关闭") {
		t.Errorf("a notice: %+v", p)
	}
	for name, x := range map[string]struct {
		change func(*campaign.Words)
		says   []string
	}{
		"safety": {func(x *campaign.Words) { x.Kind = campaign.Safety }, []string{"夜间安静时段（22:00至07:00）手机也会响", "群发（安全类）", "五(二)3", "不能关闭"}},
		"served": {proven, []string{"时段结束后再发", "不能关闭：《物业管理条例》第十四条"}},
	} {
		p, err := w.svc.Preview(t.Context(), w.chair, w.write(x.change).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range x.says {
			if !strings.Contains(p.Quiet+p.Choice, want) {
				t.Errorf("%s does not say %q: %+v", name, want, p)
			}
		}
	}
	if _, err := w.svc.Preview(t.Context(), w.manager, c.ID); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("the company reads the committee's draft: %v", err)
	}
	var none org.Actor
	if _, err := w.svc.Preview(t.Context(), none, c.ID); err == nil {
		t.Error("nobody reads a draft")
	}
}
