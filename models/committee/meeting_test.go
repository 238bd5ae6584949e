package committee_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

// TestWhatTheOwnersDecideIsRefused: every matter of article 278 is refused with its clause and sent to the assembly.
func TestWhatTheOwnersDecideIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	for _, matter := range []string{"rules", "covenant", "committee", "manager", "use_fund", "raise_fund", "rebuild", "common_parts", "other"} {
		_, err := w.Call(t.Context(), w.people[0], w.agenda(committee.NewItem{Matter: matter, Title: "一项决定", Text: "决定一件事"}))
		f := fault.Of(err)
		if !errors.Is(err, committee.ErrAssembly) || !strings.Contains(f.Message, "第278条第1款") || !strings.Contains(f.Message, "请提交业主大会") {
			t.Errorf("%s: %v", matter, err)
		}
	}
	for name, c := range map[string]struct {
		item committee.NewItem
		want error
	}{
		"an invented matter":                {committee.NewItem{Matter: "anything", Title: "一项决定", Text: "决定一件事"}, committee.ErrMatter},
		"a contract without the assembly's": {committee.NewItem{Matter: "sign_contract", Title: "签合同", Text: "签订服务合同"}, committee.ErrAuthority},
		"no words":                          {committee.NewItem{Matter: "supervise", Title: "x", Text: ""}, fault.ErrInvalid},
	} {
		if _, err := w.Call(t.Context(), w.people[0], w.agenda(c.item)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestASecondPersonLooks: words that may mean a matter of the owners stop the agenda until somebody else has looked; what is
// the owners' is not voted.
func TestASecondPersonLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, err := w.Call(t.Context(), w.people[0], w.agenda(
		committee.NewItem{Matter: "supervise", Title: "督促公布停车费账目", Text: "要求物业公布停车费调整前后的收支"},
		committee.NewItem{Matter: "own_affairs", Title: "印章保管", Text: "由李委员保管"},
		committee.NewItem{Matter: "supervise", Title: "引进广告", Text: "在电梯里出租广告位"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Announce(t.Context(), w.people[0], id); !errors.Is(err, committee.ErrUnchecked) || !strings.Contains(fault.Of(err).Message, "停车费") {
		t.Errorf("unchecked: %v", err)
	}
	items := w.items(id)
	if _, err := w.CheckItem(t.Context(), w.people[0], items[0], true, "只是公布账目"); !errors.Is(err, committee.ErrSamePerson) {
		t.Errorf("whoever drafted it looks: %v", err)
	}
	if _, err := w.CheckItem(t.Context(), w.company, items[0], true, "只是公布账目"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company looks: %v", err)
	}
	if _, err := w.CheckItem(t.Context(), w.people[1], items[0], true, "只是公布账目，不改收费"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CheckItem(t.Context(), w.community, items[2], false, "利用共有部分经营"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Announce(t.Context(), w.people[0], id); err != nil {
		t.Fatal(err)
	}
	if body := w.board.posted[0].Body; strings.Contains(body, "引进广告") || !strings.Contains(body, "印章保管") {
		t.Errorf("the agenda says %s", body)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	if _, err := w.Begin(t.Context(), w.people[0], id, w.DB.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Cast(t.Context(), w.people[0], id, []committee.Ballot{{ItemID: items[2], Choice: "yes"}}); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("what was referred is voted: %v", err)
	}
}

// TestAnyItemMayBeSentToTheAssembly: also one whose words say nothing, after it was posted and until somebody has voted on it; then it is not voted.
func TestAnyItemMayBeSentToTheAssembly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	item := func(title string) committee.NewItem {
		return committee.NewItem{Matter: "supervise", Title: title, Text: "照方案办理"}
	}
	id, items := w.open(item("第一件"), item("第二件"), item("第三件"))
	vote := func(who org.Actor, item int64) error {
		_, err := w.Cast(t.Context(), who, id, []committee.Ballot{{ItemID: item, Choice: "yes"}})
		return err
	}
	send := func(who org.Actor, item int64) error {
		_, err := w.CheckItem(t.Context(), who, item, false, "方案里动了共有部分，应由业主共同决定")
		return err
	}
	if err := send(w.people[0], items[0]); !errors.Is(err, committee.ErrSamePerson) {
		t.Errorf("by whoever drafted it: %v", err)
	}
	if err := send(w.company, items[0]); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("by the company: %v", err)
	}
	if err := send(w.community, items[0]); err != nil {
		t.Fatal(err)
	}
	if err := send(w.people[2], items[1]); err != nil {
		t.Fatal(err)
	}
	for _, at := range items[:2] {
		if err := vote(w.people[1], at); !errors.Is(err, committee.ErrNotFound) {
			t.Errorf("what was sent on is voted: %v", err)
		}
	}
	if err := vote(w.people[1], items[2]); err != nil {
		t.Fatal(err)
	}
	if err := send(w.community, items[2]); !errors.Is(err, committee.ErrState) {
		t.Errorf("sent on after a vote: %v", err)
	}
	v, err := w.FindMeeting(t.Context(), w.people[0], id)
	if err != nil || v.Items[0].State != committee.Referred || v.Items[0].CheckText == "" || v.Items[2].State != committee.Voting {
		t.Errorf("%+v %v", v.Items, err)
	}
	alone := w.called(item("只有一件"))
	if err := send(w.people[3], w.items(alone)[0]); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	if _, err := w.Begin(t.Context(), w.people[0], alone, w.DB.Now().Add(time.Hour)); !errors.Is(err, committee.ErrState) {
		t.Errorf("a meeting without an item begins: %v", err)
	}
}

// TestAnAgendaIsPostedInTime: seven days before, and never after.
func TestAnAgendaIsPostedInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	in := w.agenda()
	in.StartsAt = w.DB.Now().Add(6*24*time.Hour + 13*time.Hour) // the sixth day after, shortly before midnight
	id, err := w.Call(t.Context(), w.people[0], in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Announce(t.Context(), w.people[0], id); !errors.Is(err, committee.ErrAgenda) {
		t.Errorf("six days before: %v", err)
	}
	in.StartsAt = in.StartsAt.Add(2 * time.Hour)
	if id, err = w.Call(t.Context(), w.people[0], in); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Announce(t.Context(), w.people[0], id); err != nil {
		t.Errorf("on the seventh day: %v", err)
	}
	if _, err := w.Announce(t.Context(), w.people[0], id); !errors.Is(err, committee.ErrState) {
		t.Errorf("announced twice: %v", err)
	}
	if _, err := w.Begin(t.Context(), w.people[0], id, w.DB.Now().Add(time.Hour)); !errors.Is(err, committee.ErrEarly) {
		t.Errorf("begun before its time: %v", err)
	}
	if _, err := w.Call(t.Context(), w.people[1], w.agenda()); !errors.Is(err, committee.ErrPresides) {
		t.Errorf("an ordinary member calls: %v", err)
	}
}

// TestAThirdOfTheMembersObliges: two of five oblige, one does not; whoever asked may call it then.
func TestAThirdOfTheMembersObliges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, err := w.Ask(t.Context(), w.people[1], w.Estate.ID, "讨论门禁维修")
	if err != nil {
		t.Fatal(err)
	}
	if w.duty(committee.OweMeeting) != nil {
		t.Error("one of five obliges")
	}
	in := w.agenda()
	in.RequestID = id
	if _, err := w.Call(t.Context(), w.people[1], in); !errors.Is(err, committee.ErrPresides) {
		t.Errorf("calls too early: %v", err)
	}
	if _, err := w.Join(t.Context(), w.people[1], id); !errors.Is(err, committee.ErrSupported) {
		t.Errorf("asks twice: %v", err)
	}
	if _, err := w.Join(t.Context(), w.people[2], id); err != nil {
		t.Fatal(err)
	}
	d := w.duty(committee.OweMeeting)
	if d == nil || d.DueAt.In(org.Shanghai).Format(time.DateOnly) != "2026-03-09" || w.told("requested") != 1 {
		t.Fatalf("obliged %+v", d)
	}
	if _, err := w.Call(t.Context(), w.people[3], in); !errors.Is(err, committee.ErrPresides) {
		t.Errorf("somebody who did not ask calls: %v", err)
	}
	in.StartsAt = d.DueAt.Add(-time.Hour)
	meeting, err := w.Call(t.Context(), w.people[1], in)
	if err == nil {
		_, err = w.Announce(t.Context(), w.people[1], meeting)
	}
	w.clock.Advance(7*24*time.Hour + 13*time.Hour)
	if err == nil {
		_, err = w.Begin(t.Context(), w.people[1], meeting, w.DB.Now().Add(time.Hour))
	}
	if err != nil || w.duty(committee.OweMeeting) != nil || w.duty(committee.OweFirst) != nil {
		t.Errorf("held: %v", err)
	}
}

// TestMoreThanHalfOfAll: three of five decide, whoever is absent; two do not, and two who attend are no meeting.
func TestMoreThanHalfOfAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		choices []string
		want    committee.ItemState
	}{
		"three of five agree":         {[]string{"yes", "yes", "yes"}, committee.Passed},
		"all agree":                   {[]string{"yes", "yes", "yes", "yes", "yes"}, committee.Passed},
		"two agree, one abstains":     {[]string{"yes", "yes", "abstain"}, committee.Failed},
		"two agree, nobody objects":   {[]string{"yes", "yes", "abstain", "abstain", "abstain"}, committee.Failed},
		"two agree and are all":       {[]string{"yes", "yes"}, committee.NoQuorum},
		"two agree, three are there":  {[]string{"yes", "yes", "no"}, committee.Failed},
		"nobody comes":                {nil, committee.NoQuorum},
		"three against, two for":      {[]string{"no", "no", "no", "yes", "yes"}, committee.Failed},
		"three for, two against them": {[]string{"no", "no", "yes", "yes", "yes"}, committee.Passed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.seat()
			id, items := w.open()
			w.vote(id, items[0], c.choices...)
			if len(c.choices) < 5 {
				if _, err := w.Close(t.Context(), w.people[0], id); !errors.Is(err, committee.ErrStillOpen) {
					t.Errorf("counted before the end: %v", err)
				}
				w.clock.Advance(48*time.Hour + time.Second)
			}
			if _, err := w.Close(t.Context(), w.people[0], id); err != nil {
				t.Fatal(err)
			}
			v, err := w.FindMeeting(t.Context(), w.people[0], id)
			if err != nil || v.Items[0].State != c.want || (v.Items[0].Resolution != nil) != (c.want == committee.Passed) {
				t.Errorf("%+v, %v", v.Items[0], err)
			}
			if (w.duty(committee.OweDisclose) != nil) != (c.want == committee.Passed) {
				t.Error("the duty to disclose does not follow the decision")
			}
			w.sound()
		})
	}
}

// TestNobodyVotesForAnother: who is no member, left, came later, or is an alternate has no vote; nobody votes twice.
func TestNobodyVotesForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, items := w.open()
	yes := []committee.Ballot{{ItemID: items[0], Choice: "yes"}}
	for name, a := range map[string]org.Actor{"an owner": w.owner, "the community": w.community, "the company": w.company, "the bureau": w.bureau, "a stranger": w.Person()} {
		if _, err := w.Cast(t.Context(), a, id, yes); !errors.Is(err, committee.ErrMeeting) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.vote(id, items[0], "", "no")
	if _, err := w.Cast(t.Context(), w.people[1], id, yes); !errors.Is(err, committee.ErrVoted) {
		t.Errorf("votes twice: %v", err)
	}
	if _, err := w.Cast(t.Context(), w.people[2], id, []committee.Ballot{{ItemID: items[0], Choice: "maybe"}}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("an invented choice: %v", err)
	}
	if _, err := w.Resign(t.Context(), w.people[2], w.Estate.ID, "搬家了"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Cast(t.Context(), w.people[2], id, yes); !errors.Is(err, committee.ErrMeeting) {
		t.Errorf("votes after leaving: %v", err)
	}
	w.clock.Advance(49 * time.Hour)
	if _, err := w.Cast(t.Context(), w.people[3], id, yes); !errors.Is(err, committee.ErrVoteOver) {
		t.Errorf("votes after the end: %v", err)
	}
	w.tick()
	if v, err := w.FindMeeting(t.Context(), w.people[0], id); err != nil || v.State != committee.Closed || v.Seats != 5 {
		t.Errorf("the clock did not count: %+v, %v", v.Meeting, err)
	}
	w.sound()
}

// TestTwentyTaps: one member, one item, twenty goroutines, by one reference or by many: one vote.
func TestTwentyTaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, items := w.open()
	cast := func(person int, ref string, choice string) error {
		_, err := w.Once(ref, choice).Cast(t.Context(), w.people[person], id, []committee.Ballot{{ItemID: items[0], Choice: choice}})
		return err
	}
	var wg sync.WaitGroup
	var first, refused atomic.Int64
	for i := range 20 {
		wg.Go(func() {
			if err := cast(0, "tap", "yes"); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			switch err := cast(1, "tap"+string(rune('a'+i)), "yes"); {
			case err == nil:
				first.Add(1)
			case errors.Is(err, committee.ErrVoted):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := cast(0, "tap", "no"); !errors.Is(err, committee.ErrRefReused) {
		t.Errorf("the reference with another choice: %v", err)
	}
	v, err := w.FindMeeting(t.Context(), w.people[0], id)
	if err != nil || v.Items[0].Voted != 2 || first.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d voted, %d and %d, %v", v.Items[0].Voted, first.Load(), refused.Load(), err)
	}
	if len(v.Items[0].Votes) != 0 {
		t.Error("votes are shown while the vote runs")
	}
	w.sound()
}

// TestCountAgainstCasts: votes in flight while the meeting is counted are in it or refused, never beside it.
func TestCountAgainstCasts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, items := w.open()
	w.vote(id, items[0], "yes", "yes")
	w.clock.Advance(48 * time.Hour) // the last second
	var wg sync.WaitGroup
	var in atomic.Int64
	for i := 2; i < 5; i++ {
		wg.Go(func() {
			if _, err := w.Cast(t.Context(), w.people[i], id, []committee.Ballot{{ItemID: items[0], Choice: "yes"}}); err == nil {
				in.Add(1)
			} else if !errors.Is(err, committee.ErrVoteOver) {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		w.clock.Advance(time.Second)
		w.tick()
	})
	wg.Wait()
	w.tick()
	v, err := w.FindMeeting(t.Context(), w.people[0], id)
	if err != nil || v.Items[0].Tally.Yes != 2+in.Load() {
		t.Errorf("counted %d, acknowledged %d, %v", v.Items[0].Tally.Yes, 2+in.Load(), err)
	}
	w.sound()
}
