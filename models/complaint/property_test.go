package complaint_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestNothingIsLost plays random actions by everybody on a handful of cases of one estate, lets time pass in between,
// and checks after each that no case, no complainant's right and no step is lost.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rounds := 12
	if testing.Short() {
		rounds = 2
	}
	for seed := range rounds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			play(t, rand.New(rand.NewPCG(7, uint64(seed))))
		})
	}
}

func play(t *testing.T, r *rand.Rand) {
	w := newCast(t)
	residents := []org.Actor{w.owner, w.neighbour, w.stranger}
	everybody := append([]org.Actor{w.community, w.township, w.bureau, w.office, w.group, w.fire, w.enforcement, w.chair}, residents...)
	var cases []*complaint.Case
	for i, by := range []org.Actor{w.owner, w.neighbour, w.owner} {
		d := w.draft([]string{"", w.matterLedBy(t, "urban-enforcement"), "illegal-building"}[i])
		d.ClientRef = fmt.Sprint("filed", i)
		cases = append(cases, w.file(t, by, d))
	}
	cases = append(cases, w.otherWays(t)...)
	var actions []complaint.Action
	for _, rule := range complaint.Rules {
		actions = append(actions, rule.Action)
	}
	longest := map[int64]int{} // steps that each receipt's owner has read; how many receipts there are under 0
	done := 0
	for n := range 120 {
		ids := w.ids(t)
		var id int64
		var who org.Actor
		a := actions[r.IntN(len(actions))]
		for range 1 + r.IntN(8) { // mostly what is possible, sometimes not
			id, who = ids[r.IntN(len(ids))], everybody[r.IntN(len(everybody))]
			if can := w.offered(t, who, id); len(can) > 0 {
				a = can[r.IntN(len(can))]
				break
			}
		}
		if (a == complaint.Withdraw || a == complaint.ForceClose) && r.IntN(5) > 0 {
			continue // would end most stories early
		}
		switch {
		case r.IntN(15) == 0:
			w.clock.Advance(time.Duration(r.IntN(96)) * time.Hour)
			w.settle(t)
		case r.IntN(6) == 0: // under a receipt, by its phone or as an office writes down
			if w.bySomebodyElse(t, r, a, cases[r.IntN(len(cases))].Number) {
				done++
			}
		case a == complaint.Join:
			if who.Post == nil {
				_, _ = w.s.JoinCase(t.Context(), who, id, complaint.Joining{ClientRef: fmt.Sprint("join", n)})
			}
		default:
			in := w.input(a, cases[r.IntN(len(cases))].Number)
			in.ToID = everybody[r.IntN(8)].Post.OrganisationID
			if _, err := w.do(t, who, id, a, in); err == nil {
				done++
			}
		}
		w.check(t, residents, longest)
	}
	t.Logf("%d of the actions were possible", done)
}

// slipPhone is the phone of everybody without an account.
const slipPhone = "13900001234"

// otherWays files what comes in without the app, or with less of a name.
func (w *cast) otherWays(t *testing.T) []*complaint.Case {
	t.Helper()
	draft := func(ref string, cover complaint.Cover) complaint.Draft {
		d := w.draft("")
		d.ClientRef, d.Cover = ref, cover
		return d
	}
	var cases []*complaint.Case
	for _, file := range []func() (*complaint.Case, error){
		func() (*complaint.Case, error) { return w.s.FilePatrol(t.Context(), w.township, draft("patrol", "")) },
		func() (*complaint.Case, error) {
			return w.s.FileSlip(t.Context(), slipPhone, "周婆婆", draft("slip", complaint.Sealed))
		},
		func() (*complaint.Case, error) {
			return w.s.FileFor(t.Context(), w.township, complaint.FromCounter, complaint.Contact{Name: "周婆婆", Phone: slipPhone}, draft("counter", ""))
		},
		func() (*complaint.Case, error) {
			return w.s.File(t.Context(), w.stranger, draft("anonymous", complaint.Anonymous))
		},
		func() (*complaint.Case, error) {
			return w.s.File(t.Context(), w.stranger, draft("sealed", complaint.Sealed))
		},
	} {
		c, err := file()
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// bySomebodyElse does an action under some receipt: its holder with a phone code, or an office that writes it down.
func (w *cast) bySomebodyElse(t *testing.T, r *rand.Rand, a complaint.Action, into string) bool {
	t.Helper()
	var people []complaint.Complainant
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Order("id").Find(&people).Error }); err != nil {
		t.Fatal(err)
	}
	p := people[r.IntN(len(people))]
	in := w.input(a, into)
	var err error
	if r.IntN(2) == 0 {
		_, err = w.s.ActByReceipt(t.Context(), slipPhone, p.Receipt, a, in)
	} else {
		_, err = w.s.ActFor(t.Context(), []org.Actor{w.community, w.township, w.bureau, w.office}[r.IntN(4)], p.CaseID, p.Receipt, []string{"call", "counter"}[r.IntN(2)], a, in)
	}
	return err == nil
}

// settle lets the clock do all that is due.
func (w *cast) settle(t *testing.T) {
	t.Helper()
	for range 50 {
		n, err := w.s.Tick(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("the clock does not come to rest")
}

func (w *cast) ids(t *testing.T) (ids []int64) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Model(&complaint.Case{}).Order("id").Pluck("id", &ids).Error })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// offered are the actions that the product offers somebody in a case.
func (w *cast) offered(t *testing.T, a org.Actor, id int64) []complaint.Action {
	t.Helper()
	var v *complaint.View
	var err error
	if a.Post == nil {
		v, err = w.s.FindOwn(t.Context(), a, id)
	} else {
		v, err = w.s.Find(t.Context(), a, id)
	}
	if err != nil {
		return nil
	}
	return v.Allowed
}

func (w *cast) check(t *testing.T, residents []org.Actor, longest map[int64]int) {
	t.Helper()
	var all []complaint.Case
	var people []complaint.Complainant
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		if err := tx.Order("id").Find(&all).Error; err != nil {
			return err
		}
		if err := tx.Order("id").Find(&people).Error; err != nil {
			return err
		}
		for _, c := range all {
			w.checkCase(t, tx, c, people)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(people) < longest[0] {
		t.Fatalf("%d receipts, there were %d", len(people), longest[0])
	}
	longest[0] = len(people)
	byID := map[int64]complaint.Case{}
	for _, c := range all {
		byID[c.ID] = c
	}
	for _, p := range people {
		in, ok := byID[p.CaseID]
		if !ok || in.State == complaint.Merged {
			t.Fatalf("receipt %s counts in a case that is %s", p.Receipt, in.State)
		}
		if p.State == complaint.Undecided && in.State == complaint.Closed {
			t.Fatalf("receipt %s waits in a closed case", p.Receipt)
		}
		if p.PhoneSealed != "" { // a receipt opens the case by its phone, whatever became of it
			v, err := w.s.FindByReceipt(t.Context(), slipPhone, p.Receipt)
			if err != nil {
				t.Fatalf("receipt %s by its phone: %v", p.Receipt, err)
			}
			if len(v.Steps) < longest[p.ID] {
				t.Fatalf("receipt %s: %d steps, there were %d", p.Receipt, len(v.Steps), longest[p.ID])
			}
			longest[p.ID] = len(v.Steps)
		}
		if p.Hidden == complaint.Anonymous && (p.PersonID != 0 || p.OpenID != "" || p.PhoneIndex != "") {
			t.Fatalf("receipt %s is anonymous and leads to somebody", p.Receipt)
		}
		for _, a := range residents {
			if a.PersonID != p.PersonID {
				continue
			}
			v, err := w.s.FindOwn(t.Context(), a, p.FiledID)
			if err != nil {
				t.Fatalf("receipt %s: %v", p.Receipt, err)
			}
			if v.Mine.ID != p.ID && p.State == complaint.Gone {
				continue // they took this one back and read the case under the other that they have in it
			}
			if len(v.Steps) < longest[p.ID] {
				t.Fatalf("receipt %s: %d steps, there were %d", p.Receipt, len(v.Steps), longest[p.ID])
			}
			longest[p.ID] = len(v.Steps)
		}
	}
}

// checkCase checks what holds for every case at every time.
func (w *cast) checkCase(t *testing.T, tx *store.Tx, c complaint.Case, people []complaint.Complainant) {
	t.Helper()
	var steps []complaint.Step
	if err := tx.Where("case_id = ?", c.ID).Order("seq").Find(&steps).Error; err != nil {
		t.Fatal(err)
	}
	if int64(len(steps)) != c.Version || steps[len(steps)-1].State != c.State {
		t.Fatalf("%s is %s at version %d; its %d steps end with %s", c.Number, c.State, c.Version, len(steps), steps[len(steps)-1].State)
	}
	living := 0
	for _, p := range people {
		if p.CaseID == c.ID && p.State != complaint.Gone {
			living++
		}
	}
	if c.State != complaint.Merged && c.ParentID == 0 && living != c.People {
		t.Fatalf("%s counts %d people, %d have a receipt", c.Number, c.People, living)
	}
	var parties []complaint.Party
	if err := tx.Where("case_id = ?", c.ID).Find(&parties).Error; err != nil {
		t.Fatal(err)
	}
	for _, p := range parties { // what lists narrow by is what the case has
		if p.State != c.State || p.Matter != c.Matter || p.Source != c.Source || p.LeadID != c.LeadID || p.EstateID != c.EstateID || p.AboutID != c.AboutID || p.Urgent != c.Urgent || p.Open != c.Open ||
			fmt.Sprint(p.DueAt) != fmt.Sprint(c.DueAt) || fmt.Sprint(p.StepDueAt) != fmt.Sprint(c.StepDueAt) {
			t.Fatalf("%s: the row of party %d says %+v, the case %s led by %d, due %v", c.Number, p.OrganisationID, p, c.State, c.LeadID, c.DueAt)
		}
	}
	over := c.State == complaint.Closed || c.State == complaint.Merged || c.State == complaint.Withdrawn
	if c.Open == over || over != (c.ClosedAt != nil) || over != (c.Ending != "") {
		t.Fatalf("%s is %s: open %v, closed at %v, ending %q", c.Number, c.State, c.Open, c.ClosedAt, c.Ending)
	}
	if over {
		return
	}
	var leads, waiting, parts int64
	for _, q := range []struct {
		n     *int64
		where string
	}{{&leads, "role = 'lead'"}, {&waiting, "waiting"}} {
		if err := tx.Model(&complaint.Party{}).Where("case_id = ? AND "+q.where, c.ID).Count(q.n).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Model(&complaint.Case{}).Where("parent_id = ? AND open = ?", c.ID, true).Count(&parts).Error; err != nil {
		t.Fatal(err)
	}
	if leads != 1 {
		t.Fatalf("%s (%s) has %d leads", c.Number, c.State, leads)
	}
	// Somebody must move it: an office whose turn it is, the clock, or the last of its parts.
	if waiting == 0 && c.WakeAt == nil && parts == 0 {
		t.Fatalf("%s is %s and waits for nobody", c.Number, c.State)
	}
	if c.State == complaint.Parted && parts == 0 {
		t.Fatalf("%s waits for parts that are done", c.Number)
	}
}
