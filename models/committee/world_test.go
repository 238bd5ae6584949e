package committee_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// board keeps what was posted.
type board struct {
	posted []committee.Posted
	owed   []string
}

func (b *board) Post(_ *store.Tx, _ org.Actor, p committee.Posted) (int64, error) {
	b.posted = append(b.posted, p)
	return int64(len(b.posted)), nil
}

// OweAudit notes what is owed.
func (b *board) OweAudit(_ *store.Tx, _ int64, _ bool, ref string) error {
	b.owed = append(b.owed, ref)
	return nil
}

// OweDecision notes what is owed.
func (b *board) OweDecision(_ *store.Tx, _ int64, ref string) error {
	b.owed = append(b.owed, ref)
	return nil
}

// drawer takes every paper.
type drawer struct{}

func (drawer) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (drawer) IDsFor(context.Context, string, int64) ([]int64, error)                   { return nil, nil }
func (drawer) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error)              { return nil, nil }

// purse keeps what was spent and how often the books were frozen.
type purse struct {
	spent  []committee.Spending
	frozen int
}

func (p *purse) Freeze(*store.Tx, audit.Actor, int64) error { p.frozen++; return nil }

func (p *purse) Spend(_ *store.Tx, _ org.Actor, s committee.Spending) (int64, error) {
	p.spent = append(p.spent, s)
	return int64(len(p.spent)), nil
}

// world is a town with a committee of five, each with a post and an account.
type world struct {
	*modelstest.Town
	*committee.Service
	t         *testing.T
	clock     *modelstest.Clock
	board     *board
	purse     *purse
	org       *org.Service
	township  org.Actor
	community org.Actor
	company   org.Actor
	bureau    org.Actor
	owner     org.Actor
	people    []org.Actor // the chair first
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	v := modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), t: t, clock: clock, board: &board{}, purse: &purse{}, org: org.New(db, v, nil, nil)}
	w.Service = committee.New(db, v, "duyun-2020", drawer{}, w.board, w.org, w.purse)
	w.township, w.community, w.company = w.Officer(w.Township, org.Head), w.Officer(w.Community, org.Clerk), w.Officer(w.Company, org.Head)
	w.bureau, w.owner = w.Officer(w.Code("housing-bureau"), org.Clerk), w.Resident(0, org.RoleOwner)
	w.people = w.five()
	return w
}

// five makes people with posts at the committee.
func (w *world) five() []org.Actor {
	list := []org.Actor{w.Officer(w.Committee, org.Chair)}
	for range 4 {
		list = append(list, w.Officer(w.Committee, org.Member))
	}
	return list
}

// seating is an election of the people, with two alternates.
func (w *world) seating(people []org.Actor, from string) committee.Seating {
	start, err := time.Parse(time.DateOnly, from)
	if err != nil {
		w.t.Fatal(err)
	}
	in := committee.Seating{EstateID: w.Estate.ID, Size: 5, StartsOn: start, EndsOn: start.AddDate(5, 0, -1), Basis: "业主大会决定1号"}
	for i, p := range people {
		role := committee.Ordinary
		if i == 0 {
			role = committee.Chair
		}
		in.Members = append(in.Members, committee.NewMember{PostID: p.Post.PostID, Name: fmt.Sprintf("委员%d", i+1), Role: role})
	}
	for i := range 2 {
		in.Members = append(in.Members, committee.NewMember{Name: fmt.Sprintf("候补%d", i+1), Phone: fmt.Sprintf("1380000000%d", i+1), Role: committee.Alternate})
	}
	return in
}

func (w *world) seat() int64 {
	w.t.Helper()
	id, err := w.Seat(w.t.Context(), w.township, w.seating(w.people, "2026-03-02"))
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// agenda is a meeting in eight days.
func (w *world) agenda(items ...committee.NewItem) committee.Calling {
	if len(items) == 0 {
		items = []committee.NewItem{{Matter: "supervise", Title: "督促修复门禁", Text: "要求物业在十日内修好东门门禁"}}
	}
	return committee.Calling{EstateID: w.Estate.ID, Title: "三月例会", Place: "社区会议室", StartsAt: w.DB.Now().Add(8 * 24 * time.Hour), Items: items}
}

// open calls, announces and begins a meeting.
func (w *world) open(items ...committee.NewItem) (id int64, list []int64) {
	w.t.Helper()
	id = w.called(items...)
	w.clock.Advance(8 * 24 * time.Hour)
	if _, err := w.Begin(w.t.Context(), w.people[0], id, w.DB.Now().Add(48*time.Hour)); err != nil {
		w.t.Fatal(err)
	}
	return id, w.items(id)
}

func (w *world) called(items ...committee.NewItem) int64 {
	w.t.Helper()
	id, err := w.Call(w.t.Context(), w.people[0], w.agenda(items...))
	if err == nil {
		_, err = w.Announce(w.t.Context(), w.people[0], id)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) items(meeting int64) []int64 {
	w.t.Helper()
	v, err := w.FindMeeting(w.t.Context(), w.people[0], meeting)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []int64
	for _, it := range v.Items {
		ids = append(ids, it.ID)
	}
	return ids
}

// vote has some of the people choose on an item.
func (w *world) vote(meeting, item int64, choices ...string) {
	w.t.Helper()
	for i, c := range choices {
		if c == "" {
			continue
		}
		if _, err := w.Cast(w.t.Context(), w.people[i], meeting, []committee.Ballot{{ItemID: item, Choice: c}}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) overview() *committee.Overview {
	w.t.Helper()
	v, err := w.Overview(w.t.Context(), w.township, w.Estate.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// duty finds what is owed of a kind.
func (w *world) duty(kind committee.DutyKind) *committee.Duty {
	for _, d := range w.overview().Duties {
		if d.Kind == kind {
			return &d
		}
	}
	return nil
}

// told counts the events of a kind in the outbox.
func (w *world) told(kind string) int64 {
	w.t.Helper()
	var n int64
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Table("outbox_messages").Where("kind = ? AND estate_id = ?", "committee."+kind, w.Estate.ID).Count(&n).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// sound runs what `server verify` recounts.
func (w *world) sound() {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		var bad []int64
		for name, ids := range map[string]func() error{
			"miscounted": func() error { return committee.Miscounted(tx).Scan(&bad).Error },
			"strangers":  func() error { return committee.Strangers(tx).Scan(&bad).Error },
			"misseated":  func() error { return committee.Misseated(tx).Scan(&bad).Error },
		} {
			if err := ids(); err != nil {
				return err
			}
			if len(bad) > 0 {
				w.t.Errorf("%s: %v", name, bad)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tick() {
	w.t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}
