package campaign_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

// TestWhoMayDoWhatWhen walks the whole table: every state, every action, every part, against what it says.
func TestWhoMayDoWhatWhen(t *testing.T) {
	w := newWorld(t)
	w.crowd(3)
	head := w.Officer(w.Township, org.Head)
	actors := map[string]org.Actor{"author": w.member, "chair": w.chair, "community": w.clerk, "township": head, "company": w.manager}
	ctx := t.Context()
	deeds := map[campaign.Action]func(org.Actor, int64) error{
		campaign.Revise:  func(a org.Actor, id int64) error { _, err := w.svc.Revise(ctx, a, id, w.words()); return err },
		campaign.Submit:  func(a org.Actor, id int64) error { _, err := w.svc.Submit(ctx, a, id); return err },
		campaign.Approve: func(a org.Actor, id int64) error { _, err := w.svc.Approve(ctx, a, id, 1); return err },
		campaign.Return:  func(a org.Actor, id int64) error { _, err := w.svc.Return(ctx, a, id, "再想想"); return err },
		campaign.Pause:   func(a org.Actor, id int64) error { _, err := w.svc.Pause(ctx, a, id, "有误"); return err },
		campaign.Resume:  func(a org.Actor, id int64) error { _, err := w.svc.Resume(ctx, a, id); return err },
		campaign.Cancel:  func(a org.Actor, id int64) error { _, err := w.svc.Cancel(ctx, a, id, "有误"); return err },
		campaign.Resend:  func(a org.Actor, id int64) error { _, err := w.svc.Resend(ctx, a, id, w.once()); return err },
		campaign.Print: func(a org.Actor, id int64) error {
			_, err := w.svc.Letters(ctx, a, id, campaign.AllSeats, false, 0, 10)
			return err
		},
		campaign.Seal: func(a org.Actor, id int64) error { _, err := w.svc.Seal(ctx, a, id, w.once()); return err },
	}
	// Who may, by state and action. Nobody may anything else.
	own, second, above := []string{"author", "chair"}, []string{"chair", "community", "township"}, []string{"community", "township"}
	all := append(slices.Clone(own), above...)
	may := map[campaign.State]map[campaign.Action][]string{
		campaign.Draft:     {campaign.Revise: own, campaign.Submit: own, campaign.Cancel: own},
		campaign.Submitted: {campaign.Approve: second, campaign.Return: all, campaign.Cancel: all},
		campaign.Approved:  {campaign.Return: second, campaign.Cancel: all},
		campaign.Running:   {campaign.Pause: all, campaign.Cancel: all, campaign.Resend: own, campaign.Print: own, campaign.Seal: all},
		campaign.Paused:    {campaign.Resume: all, campaign.Cancel: all, campaign.Print: own, campaign.Seal: all},
		campaign.Done:      {campaign.Resend: own, campaign.Print: own, campaign.Seal: all},
		campaign.Cancelled: {campaign.Seal: all},
	}
	for state := range campaign.StateNames {
		for action, do := range deeds {
			for name, actor := range actors {
				c := w.write()
				w.tx(func(tx *store.Tx) error {
					return tx.Model(&campaign.Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"state": state, "submitted_by": w.member.PersonID, "paused_by": w.Committee.ID}).Error
				})
				err := do(actor, c.ID)
				allowed := slices.Contains(may[state][action], name)
				switch {
				case name == "company":
					if !errors.Is(err, campaign.ErrNotFound) {
						t.Errorf("%s, %s: the company finds the committee's campaign: %v", state, action, err)
					}
				case allowed && err != nil && !errors.Is(err, campaign.ErrNoFailures):
					t.Errorf("%s may not %s what is %s: %v", name, action, state, err)
				case !allowed && err == nil:
					t.Errorf("%s may %s what is %s", name, action, state)
				case !allowed && fault.Of(err).Kind != fault.Conflict && fault.Of(err).Kind != fault.Forbidden:
					t.Errorf("%s, %s, %s: %v", name, action, state, err)
				}
				w.tx(func(tx *store.Tx) error {
					return tx.Model(&campaign.Campaign{}).Where("id = ?", c.ID).Update("state", "cancelled").Error
				})
			}
		}
	}
}

// TestASecondPersonApproves: not who wrote, revised or submitted it, whatever post they act in; unset means always.
func TestASecondPersonApproves(t *testing.T) {
	w := newWorld(t)
	w.crowd(3)
	ctx := t.Context()
	c, err := w.svc.Write(ctx, w.chair, w.words())
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := w.svc.Submit(ctx, w.chair, c.ID)
	if err != nil || submitted.State != campaign.Submitted {
		t.Fatalf("three seats, no local rule: %v, %v", submitted, err)
	}
	if _, err := w.svc.Approve(ctx, w.chair, c.ID, 1); !errors.Is(err, campaign.ErrSamePerson) {
		t.Errorf("the chair approves their own: %v", err)
	}
	// The same human in a post of the level above is no second person.
	twice := w.clerk
	twice.PersonID = w.chair.PersonID
	if _, err := w.svc.Approve(ctx, twice, c.ID, 1); !errors.Is(err, campaign.ErrSamePerson) {
		t.Errorf("the chair approves as the community: %v", err)
	}
	if _, err := w.svc.Approve(ctx, w.member, c.ID, 1); !errors.Is(err, campaign.ErrNotYours) {
		t.Errorf("a member who signs for nobody approves: %v", err)
	}
	if _, err := w.svc.Approve(ctx, w.clerk, c.ID, 1); err != nil {
		t.Errorf("the community: %v", err)
	}
	w.tick()
	if w.again(c).State != campaign.Running {
		t.Errorf("approved, and %s", w.again(c).State)
	}
	// With a local rule for small ones, no second person is needed up to its number.
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	other := w.Officer(w.Code("housing-bureau"), org.Clerk)
	v, err := org.New(w.DB, w.Vault, nil, nil).EnterValue(ctx, bureau, "duyun-2020", org.NewLocalValue{Name: campaign.ApprovalRule, Value: "3", Article: "本地规定", EffectiveOn: w.clock.Now().AddDate(0, 0, -1)})
	if err == nil {
		err = org.New(w.DB, w.Vault, nil, nil).ConfirmValue(ctx, other, v.ID, true, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	small := w.write()
	if got, err := w.svc.Submit(ctx, w.member, small.ID); err != nil || got.State != campaign.Approved || w.again(small).Approval != "rule" {
		t.Errorf("three seats, and the rule says three: %v, %v", got, err)
	}
	w.build(4)
	w.own([]owner{{person: w.Person()}}, 3)
	large := w.write()
	if got, err := w.svc.Submit(ctx, w.member, large.ID); err != nil || got.State != campaign.Submitted {
		t.Errorf("four seats, and the rule says three: %v, %v", got, err)
	}
}

// TestTheForecastIsWhatHappens: what the forecast says of each seat is by which channel it is reached first, and a seat of two
// owners is reached when one is, with the name of the other.
func TestTheForecastIsWhatHappens(t *testing.T) {
	w := newWorld(t)
	w.build(12)
	account, stocked, both := w.Person(), w.Person(), w.Person()
	w.stock = map[int64]bool{stocked.PersonID: true, both.PersonID: true}
	sets := map[string]org.OwnerSet{
		"wechat":     w.own([]owner{{person: stocked}}, 0),
		"two owners": w.own([]owner{{person: both}, {}}, 1, 2), // two units, one seat; the other owner has nothing
		"no consent": w.own([]owner{{person: account, phone: "13900000001"}}, 3),
		"roster":     w.own([]owner{{phone: "13900000002"}}, 4),
		"letter":     w.own([]owner{{}}, 5),
		"wish":       w.own([]owner{{person: w.Person(), phone: "13900000003"}}, 6),
	}
	w.tx(func(tx *store.Tx) error {
		for _, u := range w.Units[8:] { // what the developer has not sold is one head
			if err := tx.Model(&org.Unit{}).Where("id = ?", u.ID).Update("sold", false).Error; err != nil {
				return err
			}
		}
		return nil
	}) // unit 7 is sold, and the roster names nobody
	if err := w.svc.RecordWish(t.Context(), w.member, sets["wish"].ID, campaign.Visit); err != nil {
		t.Fatal(err)
	}
	w.mini.fail = func(to string) error { // what the stock says is what WeChat does
		if to == w.openID(stocked) || to == w.openID(both) {
			return nil
		}
		return &notify.Failure{Code: 43101, Refused: true}
	}
	draft := w.write()
	f, err := w.svc.Forecast(t.Context(), w.chair, draft.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := map[campaign.Channel]int64{plan.Mini: 2, plan.SMS: 2, campaign.Letter: 2, campaign.Visit: 1, campaign.Nobody: 1}
	for ch, n := range want {
		if f.Channels[ch] != n {
			t.Errorf("%d seats by %s, want %d: %v", f.Channels[ch], ch, n, f)
		}
	}
	if f.Seats != 8 || f.Whys["unsold"] != 1 || f.CoOwners != 1 {
		t.Errorf("forecast %+v", f)
	}
	list, next, err := w.svc.ListForecast(t.Context(), w.chair, draft.ID, "", 0, 100)
	if err != nil || next != 0 || len(list) != 8 {
		t.Fatalf("%d seats listed, next %d, %v", len(list), next, err)
	}
	seen := map[int64]campaign.Channel{}
	for _, s := range list {
		seen[s.OwnerSetID] = s.Channel
		if s.OwnerSetID == sets["two owners"].ID && (s.Units != 2 || len(s.Owners) != 2 || !s.Owners[0].Reached || s.Owners[1].Reached || s.Owners[0].Name != "王*") {
			t.Errorf("the seat of two owners: %+v", s)
		}
	}
	c := w.launch()
	w.drain()
	for name, set := range sets {
		r := w.seat(c, set)
		if r.Planned != seen[set.ID] {
			t.Errorf("%s: planned by %s, forecast %s", name, r.Planned, seen[set.ID])
		}
		first := campaign.Channel("")
		for _, x := range r.Sends {
			if x.State == notify.Sent && first == "" {
				first = x.Channel
			}
		}
		if r.Planned == plan.Mini || r.Planned == plan.SMS {
			if first != r.Planned {
				t.Errorf("%s: reached by %q, forecast %s: %+v", name, first, r.Planned, r.Sends)
			}
		} else if first != "" && name != "wish" {
			t.Errorf("%s: reached by %s, forecast %s", name, first, r.Planned)
		}
	}
	if two := w.seat(c, sets["two owners"]); len(two.Owners) != 2 || !two.Owners[0].Reached || two.Owners[1].Reached {
		t.Errorf("the seat of two owners: %+v", two.Owners)
	}
	if w.sms.to("13900000001") != 1 || w.sms.to("13900000002") != 1 {
		t.Errorf("short messages: %v", w.sms.got)
	}
	if n := w.read(stocked); n != 1 {
		t.Errorf("%d items in the inbox", n)
	}
}

// TestAPauseLosesAndDoublesNothing: a campaign is paused in the middle of its sends, nothing more goes out, and when it goes on
// everybody has it once.
func TestAPauseLosesAndDoublesNothing(t *testing.T) {
	w := newWorld(t)
	const n = 60
	w.crowd(n)
	var c *campaign.Campaign
	half := 0
	w.mini.wait = func() {
		w.mini.mu.Lock()
		half++
		now := half
		w.mini.mu.Unlock()
		if now == 20 { // from within a send: it and those beside it are in the air
			if _, err := w.svc.Pause(t.Context(), w.chair, c.ID, "发现错字"); err != nil {
				t.Error(err)
			}
		}
	}
	c = w.launch()
	w.drain()
	first := w.mini.total()
	if first >= n || first < 20 {
		t.Fatalf("%d of %d were sent before the pause held", first, n)
	}
	if by := w.states(); by[notify.Paused] != n-first || by[notify.Sent] != first || by[notify.Waiting] != 0 {
		t.Errorf("paused: %v after %d sends", by, first)
	}
	w.tick()
	w.drain()
	if got := w.mini.total(); got != first {
		t.Errorf("%d sent while it was paused", got-first)
	}
	w.mini.wait = nil
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if len(w.mini.got) != n || w.mini.total() != n {
		t.Errorf("%d people got %d messages", len(w.mini.got), w.mini.total())
	}
	w.tick()
	if got := w.again(c); got.State != campaign.Done {
		t.Errorf("everything is sent, and it is %s", got.State)
	}
}

// TestAPauseHoldsTheWriting: paused before its message is carried, nobody finds anything in the inbox either; cancelled, nobody ever does.
func TestAPauseHoldsTheWriting(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(3)
	c := w.launch()
	if _, err := w.svc.Pause(t.Context(), w.clerk, c.ID, "先不要发"); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.total() != 0 || w.read(people[0]) != 0 {
		t.Error("something went out of a paused campaign")
	}
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); !errors.Is(err, campaign.ErrNotYours) {
		t.Errorf("the committee goes on with what the community stopped: %v", err)
	}
	if _, err := w.svc.Cancel(t.Context(), w.chair, c.ID, "不发了"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.drain()
	w.tick()
	if w.mini.total() != 0 || w.read(people[0]) != 0 {
		t.Error("something went out of a cancelled campaign")
	}
}

// TestAPauseInTheMiddleOfTheWriting loses nobody: paused before the message is carried, or while it is, everybody is told once when it
// goes on, in the app as well.
func TestAPauseInTheMiddleOfTheWriting(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(5)
	c := w.launch()
	ctx := t.Context()
	if _, err := w.svc.Pause(ctx, w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	if err := w.d.Expand(ctx, w.message(c)); err != nil {
		t.Fatal(err)
	}
	if by := w.states(); len(by) != 0 {
		t.Errorf("written while paused: %v", by)
	}
	w.tick()
	if w.again(c).State != campaign.Paused {
		t.Errorf("it is %s", w.again(c).State)
	}
	if _, err := w.svc.Resume(ctx, w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.drain()
	for _, a := range people {
		if w.mini.to(w.openID(a)) != 1 || w.read(a) != 1 {
			t.Errorf("told %d times", w.mini.to(w.openID(a)))
		}
	}
}

// TestAPauseBetweenReadingAndWriting: who was chosen just before the pause is not told just after it.
func TestAPauseBetweenReadingAndWriting(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(4)
	c := w.launch()
	once := sync.Once{}
	w.d = w.dispatcherWith(func(ctx context.Context, tx *store.Tx, run, after int64, limit int) ([]int64, int64, error) {
		list, next, err := w.svc.Addressees(ctx, tx, run, after, limit)
		once.Do(func() {
			if _, err := w.svc.Pause(ctx, w.chair, c.ID, "等一下"); err != nil {
				t.Error(err)
			}
		})
		return list, next, err
	})
	w.drain()
	if by := w.states(); len(by) != 0 || w.read(people[0]) != 0 {
		t.Errorf("written after the pause: %v", by)
	}
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.drain()
	if len(w.mini.got) != 4 || w.mini.total() != 4 {
		t.Errorf("%d people got %d messages", len(w.mini.got), w.mini.total())
	}
}

// TestAPauseUnderFourDispatchers: several processes send while a campaign is paused and resumed three times; everybody has it once.
func TestAPauseUnderFourDispatchers(t *testing.T) {
	w := newWorld(t)
	const n = 120
	w.crowd(n)
	c := w.launch()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var four [4]*notify.Dispatcher
	for i := range four {
		four[i] = w.dispatcher()
	}
	for _, d := range four {
		wg.Go(func() { d.Run(ctx) })
	}
	wait := func(least int) {
		for deadline := time.Now().Add(2 * time.Minute); w.mini.total() < least && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
			w.clock.Advance(50 * time.Millisecond)
		}
	}
	for i := range 3 {
		wait(20 * (i + 1))
		if _, err := w.svc.Pause(ctx, w.chair, c.ID, "等一下"); err != nil {
			t.Fatal(err)
		}
		w.tick()
		if _, err := w.svc.Resume(ctx, w.chair, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	wait(n)
	stop()
	wg.Wait()
	if len(w.mini.got) != n || w.mini.total() != n {
		t.Errorf("%d people got %d messages: %v", len(w.mini.got), w.mini.total(), w.states())
	}
}

// TestACancellationStopsTheNextChannel: what was refused while the campaign was being cancelled does not go on by another channel.
func TestACancellationStopsTheNextChannel(t *testing.T) {
	w := newWorld(t)
	w.own([]owner{{person: w.Person(), phone: "13900000001"}}, 0)
	var c *campaign.Campaign
	w.mini.fail = func(string) error {
		if _, err := w.svc.Cancel(t.Context(), w.chair, c.ID, "不发了"); err != nil {
			t.Error(err)
		}
		w.clock.Advance(time.Second)
		return &notify.Failure{Refused: true}
	}
	w.sms.wait = func() { t.Error("a short message of a cancelled campaign") }
	c = w.launch()
	ctx := t.Context()
	if err := w.d.Expand(ctx, w.message(c)); err != nil {
		t.Fatal(err)
	}
	w.drain()
}

// TestTheRateIsKept: with two a minute, the sends are half a minute apart, and so are those that were held.
func TestTheRateIsKept(t *testing.T) {
	w := newWorld(t)
	w.crowd(6)
	c := w.launch(func(x *campaign.Words) { x.PerMinute = 2 })
	if err := w.d.Expand(t.Context(), w.message(c)); err != nil {
		t.Fatal(err)
	}
	gaps := func() (list []time.Duration) {
		var rows []notify.Delivery
		w.tx(func(tx *store.Tx) error { return tx.Order("due_at, id").Find(&rows).Error })
		for i := range rows[1:] {
			list = append(list, rows[i+1].DueAt.Sub(rows[i].DueAt))
		}
		return list
	}
	even := []time.Duration{30 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second}
	if !slices.Equal(gaps(), even) {
		t.Errorf("due %v apart", gaps())
	}
	if _, err := w.svc.Pause(t.Context(), w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(gaps(), even) {
		t.Errorf("after the pause, due %v apart", gaps())
	}
	w.mini.wait = nil
}
