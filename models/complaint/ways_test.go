package complaint_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// allows finds what the table says of an action in a state for somebody who plays one of some parts.
func allows(a complaint.Action, s complaint.State, parts ...complaint.Who) *complaint.Move {
	for _, rule := range complaint.Rules {
		for _, m := range rule.Moves {
			if rule.Action == a && slices.Contains(m.From, s) && slices.Contains(parts, m.Who) {
				return &m
			}
		}
	}
	return nil
}

// judge compares what happened with the table: a refusal changes nothing, a move leads where the table says.
func (w *cast) judge(t *testing.T, at string, move *complaint.Move, id int64, before string, from complaint.State, err error) (moved bool) {
	t.Helper()
	if move == nil {
		if err == nil {
			t.Errorf("%s is done, want a refusal", at)
			return true
		}
		if k := fault.Of(err).Kind; k != fault.Conflict && k != fault.Forbidden && k != fault.NotFound && k != fault.Invalid {
			t.Errorf("%s: %v, want a refusal", at, err)
		}
		if after := w.snapshot(t, id); after != before {
			t.Errorf("%s was refused and changed the case from %s to %s", at, before, after)
		}
		return false
	}
	if err != nil {
		t.Errorf("%s: %v", at, err)
		return false
	}
	var c complaint.Case
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Where("id = ?", id).Take(&c).Error }); err != nil {
		t.Fatal(err)
	}
	want := []complaint.State{move.To, move.Or}
	if move.To == complaint.Same || move.Or == complaint.Same {
		want = append(want, from)
	}
	if move.To != complaint.Back && !slices.Contains(want, c.State) {
		t.Errorf("%s leads to %s, want %v", at, c.State, want)
	}
	return true
}

// stand brings a case of somebody else than the owner in the app to a state: lead works on it, and who complained acts
// in their own way.
func (w *cast) stand(t *testing.T, id int64, to complaint.State, lead org.Actor, own func(int64, complaint.Action) error) {
	t.Helper()
	office := func(a complaint.Action) { w.ok(t, lead, id, a, w.input(a, "")) }
	mine := func(a complaint.Action) {
		if err := own(id, a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
	switch to {
	case complaint.Dispatched:
		return
	case complaint.Withdrawn:
		mine(complaint.Withdraw)
		return
	case complaint.Arbitration:
		in := w.input(complaint.Refuse, "")
		office(complaint.Refuse)
		w.ok(t, w.fire, id, complaint.Refuse, in)
		return
	case complaint.Offered:
		office(complaint.Refuse)
		return
	}
	office(complaint.Accept)
	ways := map[complaint.State]complaint.Action{complaint.Planned: complaint.Plan, complaint.Awaiting: complaint.Ask, complaint.Held: complaint.Hold, complaint.Parted: complaint.Split,
		complaint.Answered: complaint.Answer, complaint.Returned: complaint.Answer, complaint.Closed: complaint.Answer}
	if a, ok := ways[to]; ok {
		office(a)
	}
	switch to {
	case complaint.Returned:
		mine(complaint.Return)
	case complaint.Closed:
		w.clock.Advance(10 * 24 * time.Hour)
		w.settle(t)
	}
}

// TestEveryOtherWayToDecide: what a complainant may do is the same for whoever found something on patrol, holds a receipt
// without an account, or is written down at a counter, in every state; see TestEveryMove for the app.
func TestEveryOtherWayToDecide(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of pairs, one after the other")
	}
	t.Parallel()
	w := newCast(t)
	const phone = "13900001234"
	slip := func(ref string) *complaint.Case {
		d := w.draft(w.matterLedBy(t, "urban-enforcement"))
		d.ClientRef = ref
		c, err := w.s.FileSlip(t.Context(), phone, "周婆婆", d)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	number := map[int64]string{}
	ways := map[string]struct {
		file    func(ref string) *complaint.Case
		own     func(id int64, a complaint.Action) error
		actions []complaint.Action // those that this way offers
	}{
		"patrol": {func(ref string) *complaint.Case {
			d := w.draft(w.matterLedBy(t, "urban-enforcement"))
			d.ClientRef = ref
			c, err := w.s.FilePatrol(t.Context(), w.community, d)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}, func(id int64, a complaint.Action) error {
			_, err := w.do(t, w.community, id, a, w.input(a, ""))
			return err
		}, []complaint.Action{complaint.Confirm, complaint.Return, complaint.Rate, complaint.Supply, complaint.Urge, complaint.Withdraw}},
		"receipt": {slip, func(id int64, a complaint.Action) error {
			_, err := w.s.ActByReceipt(t.Context(), phone, number[id], a, w.input(a, ""))
			return err
		}, []complaint.Action{complaint.Confirm, complaint.Return, complaint.Rate, complaint.Supply, complaint.Urge, complaint.Withdraw}},
		"call": {slip, func(id int64, a complaint.Action) error {
			_, err := w.s.ActFor(t.Context(), w.community, id, number[id], "call", a, w.input(a, ""))
			return err
		}, []complaint.Action{complaint.Confirm, complaint.Return, complaint.Rate, complaint.Supply, complaint.Urge, complaint.Withdraw}},
	}
	tried := 0
	for name, way := range ways {
		for _, state := range complaint.States {
			if state == complaint.Merged {
				continue // acts in the case that it was merged into, see TestMergeKeepsEveryRight
			}
			var c *complaint.Case
			for _, a := range way.actions {
				if c == nil {
					c = way.file(fmt.Sprint(name, state, a))
					number[c.ID] = c.Number
					w.stand(t, c.ID, state, w.enforcement, way.own)
				}
				tried++
				before := w.snapshot(t, c.ID)
				move := allows(a, state, complaint.ByComplainant)
				if w.judge(t, fmt.Sprintf("%s × %s × %s", state, a, name), move, c.ID, before, state, way.own(c.ID, a)) {
					c = nil
				}
			}
		}
	}
	t.Logf("%d pairs", tried)
}

// TestEveryMoveOfAPart: the office that has a part of a split case moves it as the table says, in every state of a part; who
// leads the whole, and who complained, move nothing in it.
func TestEveryMoveOfAPart(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of pairs, one after the other")
	}
	t.Parallel()
	w := newCast(t)
	whole := []complaint.Action{complaint.Split, complaint.Merge, complaint.Ask, complaint.Reopen}
	own := []complaint.Action{complaint.Join, complaint.Screen, complaint.Escalate, complaint.Lapse, complaint.Gather}
	part := func(ref string, to complaint.State) *complaint.Case {
		c := w.bring(t, complaint.Parted, ref)
		v := w.find(t, w.bureau, c.ID)
		var id int64
		for _, p := range v.Parts {
			if p.LeadID == w.fire.Post.OrganisationID {
				id = p.ID
			}
		}
		w.stand(t, id, to, w.fire, nil)
		return &w.find(t, w.bureau, id).Case
	}
	states := []complaint.State{complaint.Dispatched, complaint.Accepted, complaint.Planned, complaint.Held}
	for _, state := range append(states, complaint.Offered, complaint.Closed) {
		var c *complaint.Case
		for _, rule := range complaint.Rules {
			if slices.Contains(own, rule.Action) || rule.Action == complaint.Conclude {
				continue
			}
			for name, p := range map[string]struct {
				a     org.Actor
				parts []complaint.Who
			}{"part_lead": {w.fire, []complaint.Who{complaint.PartLead, complaint.Lead}}, "lead of the whole": {w.community, nil}, "owner": {w.owner, nil}, "stranger": {w.chair, nil}} {
				if c == nil {
					ref := fmt.Sprint("part", state, rule.Action, name)
					switch state {
					case complaint.Offered:
						c = part(ref, complaint.Accepted)
						in := w.input(complaint.Transfer, "")
						in.ToID = w.enforcement.Post.OrganisationID
						w.ok(t, w.fire, c.ID, complaint.Transfer, in)
					case complaint.Closed:
						c = part(ref, complaint.Accepted)
						w.ok(t, w.fire, c.ID, complaint.Answer, report("已清障"))
					default:
						c = part(ref, state)
					}
				}
				before := w.snapshot(t, c.ID)
				var move *complaint.Move
				if p.parts != nil && !slices.Contains(whole, rule.Action) {
					move = allows(rule.Action, state, p.parts...)
				}
				in := w.input(rule.Action, "")
				if rule.Action == complaint.Refuse || rule.Action == complaint.Transfer {
					in.ToID = w.enforcement.Post.OrganisationID
				}
				_, err := w.do(t, p.a, c.ID, rule.Action, in)
				if w.judge(t, fmt.Sprintf("part %s × %s × %s", state, rule.Action, name), move, c.ID, before, state, err) {
					c = nil
				}
			}
		}
	}
}

// TestWhatTheClockDoes in every state: it escalates where an office's clock runs, ends a pause, closes what nobody
// returned, and leaves alone what is over.
func TestWhatTheClockDoes(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	want := map[complaint.State]complaint.Action{complaint.Awaiting: complaint.Resume, complaint.Held: complaint.Resume, complaint.Answered: complaint.Lapse}
	for _, state := range complaint.States {
		action, special := want[state]
		if !special {
			action = complaint.Escalate
		}
		c := w.bring(t, state, "clock"+string(state))
		if state == complaint.Closed || state == complaint.Merged || state == complaint.Withdrawn {
			if c.WakeAt != nil {
				t.Errorf("the clock looks at what is %s", state)
			}
			continue
		}
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&complaint.Case{}).Where("id = ?", c.ID).Updates(map[string]any{"wake_at": tx.Now, "escalate_at": tx.Now, "held_until": tx.Now}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if allows(action, state, complaint.ByClock) == nil {
			t.Errorf("the table does not let the clock %s what is %s", action, state)
		}
		if _, err := w.s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		steps := w.find(t, w.bureau, c.ID).Steps
		if last := steps[len(steps)-1]; last.Kind != action {
			t.Errorf("the clock does %s to what is %s, want %s", last.Kind, state, action)
		}
	}
}

// TestNeighboursAndReviewers: in every state a neighbour joins where the table says and nobody else does; whoever looks
// after public texts may always decide about one, and moves nothing.
func TestNeighboursAndReviewers(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	for _, state := range complaint.States {
		c := w.bring(t, state, "join"+string(state))
		for name, a := range map[string]org.Actor{"stranger": w.stranger, "owner": w.owner, "lead": w.community, "chair": w.chair} {
			before := w.snapshot(t, c.ID)
			move := allows(complaint.Join, state, complaint.ByNeighbour)
			if name != "stranger" {
				move = nil
			}
			_, err := w.s.JoinCase(t.Context(), a, c.ID, complaint.Joining{ClientRef: "join" + string(state)})
			w.judge(t, fmt.Sprintf("%s × join × %s", state, name), move, c.ID, before, state, err)
		}
		for name, p := range map[string]struct {
			a   org.Actor
			may bool
		}{"community": {w.community, true}, "township": {w.township, true}, "bureau": {w.bureau, true}, "fire": {w.fire, false}, "chair": {w.chair, false}, "group": {w.group, false}, "owner": {w.owner, false}} {
			err := w.s.Screen(t.Context(), p.a, c.ID, false, "有门牌号")
			if (err == nil) != p.may {
				t.Errorf("%s × screen × %s: %v", state, name, err)
			}
			if got := w.find(t, w.bureau, c.ID).State; got != state {
				t.Errorf("%s × screen × %s leads to %s", state, name, got)
			}
			if p.may {
				if err := w.s.Screen(t.Context(), p.a, c.ID, true, ""); err != nil {
					t.Errorf("%s: shown again by %s: %v", state, name, err)
				}
			}
		}
	}
}

// TestAnOrderedRouteMovesOn: who has a leg of an ordered route concludes it in each state of work, and nowhere else.
func TestAnOrderedRouteMovesOn(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	resources := w.Officer(w.Code("natural-resources"), org.Head)
	for _, state := range []complaint.State{complaint.Dispatched, complaint.Accepted, complaint.Planned, complaint.Held, complaint.Offered, complaint.Returned, complaint.Answered} {
		d := w.draft("illegal-building")
		d.ClientRef = "leg" + string(state)
		c := w.file(t, w.owner, d)
		if c.LeadID != resources.Post.OrganisationID {
			t.Fatalf("illegal building is led by %d", c.LeadID)
		}
		if state == complaint.Returned || state == complaint.Answered {
			w.ok(t, resources, c.ID, complaint.Accept, complaint.Input{})
			in := report("不是违法建筑")
			in.Report.Skip = "不是违法建筑，不需要执法"
			w.ok(t, resources, c.ID, complaint.Answer, in)
			if state == complaint.Returned {
				w.ok(t, w.owner, c.ID, complaint.Return, complaint.Input{Text: "就是违建"})
			}
		} else {
			w.stand(t, c.ID, state, resources, nil)
		}
		before := w.snapshot(t, c.ID)
		_, err := w.do(t, resources, c.ID, complaint.Conclude, complaint.Input{Text: "认定为违法建筑"})
		if w.judge(t, "conclude in "+string(state), allows(complaint.Conclude, state, complaint.Lead), c.ID, before, state, err) {
			if v := w.find(t, w.bureau, c.ID); v.LeadID != w.enforcement.Post.OrganisationID {
				t.Errorf("concluded in %s: lead %d", state, v.LeadID)
			}
		}
	}
}
