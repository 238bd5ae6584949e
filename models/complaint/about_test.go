package complaint_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// TestTheBureauAndItsOfficeAreOneBody: the office of the leading group sits in the bureau and may not have a case
// about it.
func TestTheBureauAndItsOfficeAreOneBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	group, office, bureau := w.Officer(w.Code("leading-group"), org.Head), w.Officer(w.Code("leading-group-office"), org.Head), w.Officer(w.Code("housing-bureau"), org.Head)
	owner := w.Resident(0, org.RoleOwner)
	for i, about := range []string{"bureau", "leading-group-office"} {
		d := w.draft("")
		d.About, d.ClientRef = about, fmt.Sprint("about-", i)
		c := w.file(t, owner, d)
		if c.LeadID != group.Post.OrganisationID {
			t.Fatalf("about %s: led by %d", about, c.LeadID)
		}
		for _, a := range []org.Actor{office, bureau} {
			if _, err := w.s.Find(ctx, a, c.ID); !errors.Is(err, complaint.ErrNotFound) {
				t.Errorf("about %s: %s finds it: %v", about, a.Post.OrgName, err)
			}
			if rows, err := w.s.List(ctx, a, complaint.Filter{Limit: 10}); err != nil || len(rows) != 0 {
				t.Errorf("about %s: %s lists %d, %v", about, a.Post.OrgName, len(rows), err)
			}
			in := complaint.Input{ToID: a.Post.OrganisationID, Clause: "五(一)9", Text: "请办理"}
			if _, err := w.s.Act(ctx, group, c.ID, complaint.Accept, complaint.Input{}); err != nil && !errors.Is(err, complaint.ErrMove) {
				t.Fatal(err)
			}
			if _, err := w.s.Act(ctx, group, c.ID, complaint.Transfer, in); !errors.Is(err, complaint.ErrAboutParty) {
				t.Errorf("about %s: transfer to %s: %v", about, a.Post.OrgName, err)
			}
		}
	}
}

func TestNobodyBelowJudges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft("")
	d.About = "township"
	c := w.file(t, w.Resident(0, org.RoleOwner), d)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	if c.LeadID != bureau.Post.OrganisationID {
		t.Fatalf("led by %d", c.LeadID)
	}
	if _, err := w.s.Act(t.Context(), bureau, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	in := complaint.Input{ToID: w.Community.ID, Clause: "五(二)3", Text: "请办理"}
	if _, err := w.s.Act(t.Context(), bureau, c.ID, complaint.Transfer, in); !errors.Is(err, complaint.ErrAboutParty) {
		t.Errorf("transfer to the community of the township complained about: %v", err)
	}
}

func TestACaseAboutADepartmentGoesElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	enforcement := w.Code("urban-enforcement")
	owner := w.Resident(0, org.RoleOwner)
	d := w.draft(w.matterLedBy(t, "urban-enforcement"))
	d.About = "urban-enforcement"
	if c := w.file(t, owner, d); c.AboutID != enforcement.ID || c.LeadID == enforcement.ID {
		t.Errorf("about %d, led by %d", c.AboutID, c.LeadID)
	}
	d.About, d.ClientRef = "no-such-office", "ref-2"
	if _, err := w.s.File(t.Context(), owner, d); !errors.Is(err, complaint.ErrAbout) {
		t.Errorf("about an office that does not exist: %v", err)
	}
}

func (w *world) told(t *testing.T) []string {
	t.Helper()
	var kinds []string
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("estate_id = ?", w.Estate.ID).Order("id").Pluck("kind", &kinds).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// TestSomebodyIsAskedToLook: whoever reviews is told of a risky public text at once, and never of a private one.
func TestSomebodyIsAskedToLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	w.check.verdict = complaint.Risky
	if c := w.file(t, owner, w.draft("")); c.Display != complaint.Review || !slices.Contains(w.told(t), "complaint.review") {
		t.Errorf("display %s, told %v", c.Display, w.told(t))
	}
	before := len(w.told(t))
	private := w.draft("")
	private.Visibility, private.ClientRef = complaint.Private, "ref-2"
	w.file(t, owner, private)
	w.check.err = errors.New("down")
	private.ClientRef = "ref-3"
	w.file(t, owner, private)
	w.clock.Advance(3 * time.Hour)
	if n, err := w.s.Rescreen(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if told := w.told(t)[before:]; slices.Contains(told, "complaint.review") {
		t.Errorf("told of a private text: %v", told)
	}
}

// TestAllowedIsWhatIsDone: what an office is offered to do is what it may do.
func TestAllowedIsWhatIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	owner := w.Resident(0, org.RoleOwner)
	clerk, fire, chair := w.Officer(w.Community, org.Clerk), w.Officer(w.Code("fire"), org.Head), w.Officer(w.Committee, org.Chair)
	c := w.file(t, owner, w.draft(""))
	want := func(a org.Actor, want string) {
		t.Helper()
		v, err := w.s.Find(ctx, a, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(v.Allowed) != want {
			t.Errorf("%s: %v, want %s", a.Post.OrgName, v.Allowed, want)
		}
	}
	want(clerk, "[accept refuse transfer merge note assign reveal]")
	want(chair, "[]")
	if _, err := w.s.Act(ctx, clerk, c.ID, complaint.Transfer, complaint.Input{ToID: fire.Post.OrganisationID, Clause: "五(六)2", Text: "消防通道被占"}); err != nil {
		t.Fatal(err)
	}
	want(fire, "[accept refuse assign]")
	want(clerk, "[transfer answer note assign reveal]")
}

// TestANewClockIsMarkedAnew: a returned case gets the due date, the mark and the stamp of the rules now in force.
func TestANewClockIsMarkedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	owner, clerk := w.Resident(0, org.RoleOwner), w.Officer(w.Community, org.Clerk)
	c := w.file(t, owner, w.draft(""))
	if !c.DueReference {
		t.Fatal("no local value is confirmed, yet the date is not 参考时限")
	}
	err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: "complaint.clock." + c.Class, Value: "9wd", Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := report("今天受理并联系了店主，已要求整改")
	if _, err := w.s.Act(ctx, clerk, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Act(ctx, clerk, c.ID, complaint.Answer, answer); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ActOwn(ctx, owner, c.ID, complaint.Return, complaint.Input{Text: "夜里还是一样吵"}); err != nil {
		t.Fatal(err)
	}
	v, err := w.s.FindOwn(ctx, owner, c.ID)
	if err != nil || v.DueReference || v.Rules == c.Rules || v.MandateVersion != c.MandateVersion {
		t.Errorf("reference %v, rules %s (before: %s), %v", v.DueReference, v.Rules, c.Rules, err)
	}
}

// TestTheAreaSeesItsCases: committee, community and township see what others lead in their area, and nothing else.
func TestTheAreaSeesItsCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(w.matterLedBy(t, "urban-enforcement")))
	for name, who := range map[string]struct {
		a    org.Actor
		want int
	}{
		"committee": {w.Officer(w.Committee, org.Chair), 1}, "community": {w.Officer(w.Community, org.Clerk), 1}, "township": {w.Officer(w.Township, org.Head), 1},
		"another committee": {other.Officer(other.Committee, org.Chair), 0}, "another township": {other.Officer(other.Township, org.Head), 0},
		"an office that is no party": {w.Officer(w.Code("fire"), org.Head), 0},
	} {
		rows, err := w.s.List(t.Context(), who.a, complaint.Filter{Limit: 10})
		if err != nil || len(rows) != who.want || (who.want == 1 && rows[0].ID != c.ID) {
			t.Errorf("%s lists %d, want %d, %v", name, len(rows), who.want, err)
		}
	}
}

// TestTheSameHumanInAnotherPost: whoever also serves the body complained about is kept out in every post.
func TestTheSameHumanInAnotherPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	d := w.draft("")
	d.About = "bureau"
	c := w.file(t, w.Resident(0, org.RoleOwner), d)
	group, bureau := w.Officer(w.Code("leading-group"), org.Head), w.Officer(w.Code("housing-bureau"), org.Head)
	both := bureau
	both.Post = group.Post
	if _, err := w.s.Find(ctx, group, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Find(ctx, both, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("the bureau's head reads in the leading group's post: %v", err)
	}
	if _, err := w.s.Act(ctx, both, c.ID, complaint.Accept, complaint.Input{}); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("and accepts: %v", err)
	}
	if _, err := w.s.RevealComplainant(ctx, both, c.ID, "", "核实情况需要"); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("and sees who complained: %v", err)
	}
}

// TestWhatNeighboursMayHearOf: only what is public and about the common parts of a building is for its owners; nothing of a home, nothing
// that the complainant wants kept.
func TestWhatNeighboursMayHearOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	for name, c := range map[string]struct {
		change func(*complaint.Draft)
		want   int64
	}{
		"the lift": {func(d *complaint.Draft) { d.Part, d.BuildingID = complaint.CommonParts[0].Code, w.Building.ID }, w.Building.ID},
		"the lift, private": {func(d *complaint.Draft) {
			d.Part, d.BuildingID, d.Visibility = complaint.CommonParts[0].Code, w.Building.ID, complaint.Private
		}, 0},
		"the building":       {func(d *complaint.Draft) { d.BuildingID = w.Building.ID }, 0},
		"one's own home":     {func(d *complaint.Draft) { d.UnitID = w.Units[0].ID }, 0},
		"the whole estate's": {func(d *complaint.Draft) { d.Part = complaint.CommonParts[0].Code }, 0},
	} {
		d := w.draft("")
		d.ClientRef = name
		c.change(&d)
		w.file(t, owner, d)
		bodies := w.messages(t, "complaint.filed")
		var e event.CaseFiled
		if err := json.Unmarshal([]byte(bodies[len(bodies)-1]), &e); err != nil {
			t.Fatal(err)
		}
		if e.BuildingID != c.want {
			t.Errorf("%s: for the owners of building %d", name, e.BuildingID)
		}
	}
}
