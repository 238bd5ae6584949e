package complaint_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// cast are people who play every part towards one case that the community leads.
type cast struct {
	*world
	owner, neighbour, stranger          org.Actor
	community, township, bureau, office org.Actor
	group, fire, enforcement, chair     org.Actor
}

func newCast(t *testing.T) *cast {
	t.Helper()
	w := newWorld(t)
	return &cast{world: w, owner: w.Resident(0, org.RoleOwner), neighbour: w.Resident(1, org.RoleOwner), stranger: w.Resident(2, org.RoleOwner),
		community: w.Officer(w.Community, org.Clerk), township: w.Officer(w.Township, org.Head), bureau: w.Officer(w.Code("housing-bureau"), org.Head),
		office: w.Officer(w.Code("leading-group-office"), org.Head), group: w.Officer(w.Code("leading-group"), org.Head), fire: w.Officer(w.Code("fire"), org.Head),
		enforcement: w.Officer(w.Code("urban-enforcement"), org.Head), chair: w.Officer(w.Committee, org.Chair)}
}

// ok does an office's or a complainant's action that must succeed.
func (w *cast) ok(t *testing.T, a org.Actor, id int64, action complaint.Action, in complaint.Input) *complaint.Case {
	t.Helper()
	c, err := w.do(t, a, id, action, in)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return c
}

func (w *cast) do(t *testing.T, a org.Actor, id int64, action complaint.Action, in complaint.Input) (*complaint.Case, error) {
	t.Helper()
	if a.Post == nil {
		return w.s.ActOwn(t.Context(), a, id, action, in)
	}
	return w.s.Act(t.Context(), a, id, action, in)
}

// input is a complete input for an action.
func (w *cast) input(action complaint.Action, into string) complaint.Input {
	on := w.clock.Now().Add(48 * time.Hour)
	to := w.fire.Post.OrganisationID
	if action == complaint.Redirect || action == complaint.Arbitrate {
		to = w.enforcement.Post.OrganisationID
	}
	in := complaint.Input{Text: "情况如办理记录", Clause: "五(六)2", ToID: to, Into: into, On: &on,
		Pieces: []complaint.Piece{{OrganisationID: w.fire.Post.OrganisationID, Clause: "五(六)2", Text: "清障"}, {OrganisationID: w.enforcement.Post.OrganisationID, Clause: "五(四)3", Text: "处罚"}},
		Rating: &complaint.Rating{Response: complaint.Yes, Solved: complaint.Partly, Satisfied: complaint.No}, Report: report("已经处理").Report}
	if action == complaint.Refuse {
		in.ToID = w.fire.Post.OrganisationID
	}
	return in
}

// bring files a case that the community leads and brings it to a state.
func (w *cast) bring(t *testing.T, to complaint.State, ref string) *complaint.Case {
	t.Helper()
	d := w.draft("")
	d.ClientRef = ref
	c := w.file(t, w.owner, d)
	in := func(a complaint.Action) complaint.Input { return w.input(a, "") }
	step := func(who org.Actor, a complaint.Action) { c = w.ok(t, who, c.ID, a, in(a)) }
	if to == complaint.Dispatched {
		return c
	}
	if to == complaint.Arbitration {
		step(w.community, complaint.Refuse)
		step(w.fire, complaint.Refuse)
		return c
	}
	if to == complaint.Withdrawn {
		step(w.owner, complaint.Withdraw)
		return c
	}
	step(w.community, complaint.Accept)
	ways := map[complaint.State]complaint.Action{complaint.Offered: complaint.Transfer, complaint.Planned: complaint.Plan, complaint.Awaiting: complaint.Ask,
		complaint.Held: complaint.Hold, complaint.Parted: complaint.Split, complaint.Answered: complaint.Answer, complaint.Returned: complaint.Answer, complaint.Closed: complaint.Answer}
	if to == complaint.Merged {
		d.ClientRef = ref + "-into"
		other := w.file(t, w.neighbour, d)
		c = w.ok(t, w.community, c.ID, complaint.Merge, w.input(complaint.Merge, other.Number))
	} else if a, ok := ways[to]; ok {
		step(w.community, a)
	}
	switch to {
	case complaint.Returned:
		step(w.owner, complaint.Return)
	case complaint.Closed:
		w.clock.Advance(10 * 24 * time.Hour)
		w.settle(t)
	}
	v, err := w.s.Find(t.Context(), w.bureau, c.ID)
	if err != nil || v.State != to {
		t.Fatalf("brought to %s, want %s, %v", v.State, to, err)
	}
	return &v.Case
}

// TestEveryMove tries every action in every state as everybody, and compares what happens with the table: who plays the
// part moves the case to the state that the table names; everybody else changes nothing and is told what they may do.
func TestEveryMove(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of pairs, one after the other")
	}
	t.Parallel()
	w := newCast(t)
	who := map[string]struct {
		a     org.Actor
		parts func(complaint.State) []complaint.Who
	}{
		"lead":      {w.community, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.Lead} }},
		"township":  {w.township, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.Above} }},
		"bureau":    {w.bureau, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.Above} }},
		"group":     {w.group, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.Above} }},
		"office":    {w.office, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.Arbiter} }},
		"committee": {w.chair, func(complaint.State) []complaint.Who { return nil }},
		"asked": {w.fire, func(s complaint.State) []complaint.Who {
			if s == complaint.Offered {
				return []complaint.Who{complaint.Asked}
			}
			return nil
		}},
		"owner":     {w.owner, func(complaint.State) []complaint.Who { return []complaint.Who{complaint.ByComplainant} }},
		"neighbour": {w.stranger, func(complaint.State) []complaint.Who { return nil }},
	}
	own := []complaint.Action{complaint.Join, complaint.Screen, complaint.Escalate, complaint.Lapse, complaint.Gather}
	tried := 0
	target := w.bring(t, complaint.Accepted, "target")
	for _, state := range complaint.States {
		var c *complaint.Case // a refusal changes nothing, so the case serves until a move succeeds
		for _, rule := range complaint.Rules {
			if slices.Contains(own, rule.Action) { // have methods of their own, or are the clock's
				continue
			}
			for name, p := range who {
				if state == complaint.Merged && name == "owner" {
					continue // acts in the case that it was merged into, see TestMergeKeepsEveryRight
				}
				tried++
				if c == nil {
					c = w.bring(t, state, fmt.Sprint(state, rule.Action, name))
				}
				before := w.snapshot(t, c.ID)
				var move *complaint.Move
				for _, m := range rule.Moves {
					if slices.Contains(m.From, state) && slices.Contains(p.parts(state), m.Who) {
						move = &m
						break
					}
				}
				got, err := w.do(t, p.a, c.ID, rule.Action, w.input(rule.Action, target.Number))
				at := fmt.Sprintf("%s × %s × %s", state, rule.Action, name)
				if move == nil || rule.Action == complaint.Conclude { // the case has no ordered route
					if err == nil {
						t.Errorf("%s is done, want a refusal", at)
						c = nil
						continue
					}
					if k := fault.Of(err).Kind; k != fault.Conflict && k != fault.Forbidden && k != fault.NotFound {
						t.Errorf("%s: %v, want a refusal", at, err)
					}
					told(t, at, err, state, p.parts(state))
					if after := w.snapshot(t, c.ID); after != before {
						t.Errorf("%s was refused and changed the case from %s to %s", at, before, after)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", at, err)
					continue
				}
				c = nil
				want := []complaint.State{move.To, move.Or}
				switch move.To {
				case complaint.Same:
					want[0] = state
				case complaint.Back:
					want[0] = complaint.Accepted
					if state == complaint.Arbitration {
						want[0] = complaint.Dispatched
					}
				}
				if !slices.Contains(want, got.State) {
					t.Errorf("%s leads to %s, want %v", at, got.State, want)
				}
			}
		}
	}
	t.Logf("%d state × action × actor pairs", tried)
}

// told checks that a refusal of the state machine names each thing that may be done instead.
func told(t *testing.T, at string, err error, state complaint.State, parts []complaint.Who) {
	t.Helper()
	if !errors.Is(err, complaint.ErrMove) && !errors.Is(err, complaint.ErrNotLead) || len(parts) == 0 {
		return
	}
	message := fault.Of(err).Message
	for _, rule := range complaint.Rules {
		for _, m := range rule.Moves {
			if slices.Contains(m.From, state) && slices.Contains(parts, m.Who) && !strings.Contains(message, complaint.ActionNames[rule.Action]) {
				t.Errorf("%s: told %q, which leaves out %s", at, message, complaint.ActionNames[rule.Action])
			}
		}
	}
}

// snapshot is everything that an action may change.
func (w *cast) snapshot(t *testing.T, id int64) string {
	t.Helper()
	var c complaint.Case
	var people []complaint.Complainant
	var parties []complaint.Party
	var steps int64
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.Where("id = ?", id).Take(&c).Error, tx.Where("case_id = ? OR filed_id = ?", id, id).Order("id").Find(&people).Error,
			tx.Where("case_id = ?", id).Order("organisation_id").Find(&parties).Error, tx.Model(&complaint.Step{}).Where("case_id = ?", id).Count(&steps).Error)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := fmt.Sprint(c.State, c.Version, c.LeadID, c.OfferedID, c.Refusals, c.Returns, c.People, steps)
	for _, p := range people {
		s += fmt.Sprint(" ", p.ID, p.CaseID, p.State, p.Returns)
	}
	for _, p := range parties {
		s += fmt.Sprint(" ", p.OrganisationID, p.Role, p.Waiting)
	}
	return s
}

// TestEveryActionSaysWhatItNeeds: an action without its fields is refused with a line for each, before anything is
// looked at.
func TestEveryActionSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "needs")
	for _, r := range complaint.Rules {
		if len(r.Needs) == 0 || slices.Contains([]complaint.Action{complaint.Assign}, r.Action) {
			continue
		}
		actor := w.community
		for _, m := range r.Moves {
			if m.Who == complaint.ByComplainant {
				actor = w.owner
			}
		}
		_, err := w.do(t, actor, c.ID, r.Action, complaint.Input{})
		f := fault.Of(err)
		if f.Kind != fault.Invalid || len(f.Fields) < len(r.Needs) {
			t.Errorf("%s without anything: %v %v, want a line for each of %v", r.Action, err, f.Fields, r.Needs)
		}
	}
}
