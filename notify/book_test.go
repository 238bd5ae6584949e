package notify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// TestACityChangesThePlan: what one person of the bureau enters and another confirms is what people are told from then on.
func TestACityChangesThePlan(t *testing.T) {
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	first, second := w.Officer(w.Code("housing-bureau"), org.Clerk), w.Officer(w.Code("housing-bureau"), org.Head)
	book := notify.NewBook(w.DB, quiet)
	d := w.with(&reader{}, func(o *notify.Options) { o.Book = book })
	change := []plan.Override{{Event: "complaint.accepted", To: plan.Complainant, Title: "您反映的事已经有人接手"}}
	titles := func() []string {
		w.drain(d)
		rows, err := inbox.New(w.DB).List(t.Context(), owner, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, r := range rows {
			list = append(list, r.Title)
		}
		return list
	}
	base := w.filed(w.Community, 0, owner.PersonID).(event.CaseFiled).Case
	if _, err := book.EnterChange(t.Context(), w.Officer(w.Community, org.Clerk), change, "说得亲切些", "a", "h"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community changes the city's plan: %v", err)
	}
	for _, bad := range [][]plan.Override{{{Event: "complaint.accepted", To: plan.Complainant, Title: "{password}"}}, {{Event: "complaint.answered", To: plan.Complainant, Off: true, Why: "太多"}}} {
		var f *fault.Fault
		if _, err := book.EnterChange(t.Context(), first, bad, "试试", "bad", "h"); !errors.As(err, &f) || f.Kind != fault.Invalid {
			t.Errorf("%+v is taken: %v", bad, err)
		}
	}
	c, err := book.EnterChange(t.Context(), first, change, "说得亲切些", "a", "h")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := book.EnterChange(t.Context(), first, change, "说得亲切些", "a", "h"); err != nil || again.ID != c.ID {
		t.Errorf("a second tap: %+v, %v", again, err)
	}
	w.tell(event.CaseAccepted{Case: base})
	if got := titles(); got[0] != "您的投诉已受理" {
		t.Errorf("what nobody confirmed is told: %q", got)
	}
	if err := book.DecideChange(t.Context(), first, c.ID, true, ""); !errors.Is(err, notify.ErrSamePerson) {
		t.Errorf("who entered it confirms it: %v", err)
	}
	if err := book.DecideChange(t.Context(), second, c.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := book.DecideChange(t.Context(), second, c.ID, false, "不用了"); !errors.Is(err, notify.ErrChangeDecided) {
		t.Errorf("decided twice: %v", err)
	}
	w.tell(event.CaseAccepted{Case: base})
	if got := titles(); got[0] != "您反映的事已经有人接手" {
		t.Errorf("after the confirmation: %q", got)
	}
}

// TestTheLastToBeConfirmedHolds, in whatever order the changes were entered.
func TestTheLastToBeConfirmedHolds(t *testing.T) {
	w := newWorld(t)
	first, second := w.Officer(w.Code("housing-bureau"), org.Clerk), w.Officer(w.Code("housing-bureau"), org.Head)
	book := notify.NewBook(w.DB, quiet)
	back, err := book.EnterChange(t.Context(), first, []plan.Override{}, "恢复原样", "a", "h")
	if err != nil {
		t.Fatal(err)
	}
	c, err := book.EnterChange(t.Context(), first, []plan.Override{{Event: "complaint.accepted", To: plan.Complainant, Title: "您反映的事已经有人接手"}}, "说得亲切些", "b", "h")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{c.ID, back.ID} {
		if err := book.DecideChange(t.Context(), second, id, true, ""); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		if _, version, err := notify.NewBook(w.DB, quiet).Current(t.Context()); err != nil || version != id {
			t.Errorf("%d holds after %d was confirmed, %v", version, id, err)
		}
	}
}

// TestWhoWouldGetWhat: the preview names the posts that would be told, tells which are empty, and writes nothing.
func TestWhoWouldGetWhat(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	lead, clerk := w.Officer(w.Code("fire"), org.Head), w.Officer(w.Community, org.Clerk)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	d := w.with(&reader{}, nil)
	list, err := d.Foresee(t.Context(), bureau, notify.Suppose{Kind: "complaint.filed", EstateID: w.Estate.ID, LeadID: lead.Post.OrganisationID, Urgent: true})
	if err != nil {
		t.Fatal(err)
	}
	posts := map[int64]notify.Foreseen{}
	for _, f := range list {
		for _, p := range f.Posts {
			posts[p.PostID] = f
		}
	}
	if f := posts[lead.Post.PostID]; f.To != plan.Lead || f.Message.Priority != event.Alarm || f.Message.Ack == nil || f.Message.Ack.After != 15*time.Minute {
		t.Errorf("the lead would get %+v", f)
	}
	if posts[clerk.Post.PostID].To != plan.Community {
		t.Errorf("the community would get %+v", posts[clerk.Post.PostID])
	}
	if list, err = d.Foresee(t.Context(), bureau, notify.Suppose{Kind: "disclosure.published", EstateID: w.Estate.ID}); err != nil || len(list) != 1 || list[0].People != 1 {
		t.Errorf("a notice would reach %+v, %v", list, err)
	}
	if _, err := d.Foresee(t.Context(), bureau, notify.Suppose{Kind: "no.such", EstateID: w.Estate.ID}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("an event that there is not: %v", err)
	}
	if _, err := d.Foresee(t.Context(), bureau, notify.Suppose{Kind: "complaint.filed", EstateID: 999_999}); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("an estate that there is not: %v", err)
	}
	err = w.DB.View(t.Context(), func(tx *store.Tx) error {
		var n int64
		if err := tx.Model(&inbox.Item{}).Count(&n).Error; err != nil || n != 0 {
			t.Errorf("the preview told %d, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
