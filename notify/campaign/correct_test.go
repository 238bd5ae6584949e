package campaign_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/campaign"
)

// TestTheNeighboursCodeWasScanned: a visit that was recorded at the wrong seat is corrected with a reason. It stays in the evidence and
// in the trail, and the seat is proven only by what else there is.
func TestTheNeighboursCodeWasScanned(t *testing.T) {
	w := newWorld(t)
	w.build(3)
	ctx := t.Context()
	reader := w.Person()
	sets := []org.OwnerSet{w.own([]owner{{}}, 0), w.own([]owner{{person: reader}}, 1), w.own([]owner{{}}, 2)}
	c := w.launch(proven)
	w.drain()
	visit := func(i int, result campaign.Result, file int64) int64 {
		t.Helper()
		w.clock.Advance(time.Minute)
		call, err := w.svc.RecordVisit(ctx, w.member, w.seat(c, sets[i]).ID, campaign.Visited{Result: result, FileID: file, Note: "说了一句", Place: "门口", ClientRef: fmt.Sprint(i, result, file), InputHash: "h"})
		if err != nil {
			t.Fatal(err)
		}
		return call.ID
	}
	amend := func(actor org.Actor, i int, id int64, reason string) error {
		_, err := w.svc.Amend(ctx, actor, w.seat(c, sets[i]).ID, id, reason)
		return err
	}
	first := visit(0, campaign.NotHome, 0)
	wrong := visit(0, campaign.Delivered, 5)
	for name, x := range map[string]struct{ err, want error }{
		"without a reason":             {amend(w.member, 0, wrong, " "), fault.ErrInvalid},
		"by the company":               {amend(w.manager, 0, wrong, "扫错了码"), campaign.ErrReach},
		"under the code of another":    {amend(w.member, 2, wrong, "扫错了码"), campaign.ErrVisit},
		"what nobody recorded":         {amend(w.member, 0, 999_999, "扫错了码"), campaign.ErrVisit},
		"by whoever has no post there": {amend(reader, 0, wrong, "扫错了码"), org.ErrForbidden},
	} {
		if !errors.Is(x.err, x.want) {
			t.Errorf("%s: %v", name, x.err)
		}
	}
	if r := w.seat(c, sets[0]); r.ConfirmedHow != campaign.ByVisit {
		t.Fatalf("before: %+v", r.Reach)
	}
	for range 2 { // a double tap
		if err := amend(w.member, 0, wrong, "扫错了码，是隔壁103"); err != nil {
			t.Fatal(err)
		}
	}
	r := w.seat(c, sets[0])
	if r.ConfirmedAt != nil || r.ConfirmedHow != "" || r.State != campaign.Absent || r.VisitResult != campaign.NotHome || r.FileID != 0 || len(r.Calls) != 2 || r.Calls[1].VoidedAt == nil || r.Calls[1].VoidReason == "" || !strings.Contains(r.Line, `"voided_at"`) {
		t.Errorf("after: %+v", r)
	}
	if got := w.details("campaign.correct"); len(got) != 1 || !strings.Contains(got[0], `"was":"signed"`) || len(w.details("campaign.visit")) != 2 {
		t.Errorf("the trail: %v", got)
	}
	// What hangs at the wrong door, and on the board since.
	left := visit(2, campaign.Left, 6)
	w.clock.Advance(time.Minute)
	if n, err := w.svc.Post(ctx, w.chair, c.ID, campaign.Hung{FileID: 9, Place: "东门"}, w.once()); err != nil || n != 2 {
		t.Fatalf("posted for %d, %v", n, err)
	}
	board := w.clock.Now()
	if err := amend(w.clerk, 2, left, "贴错了门"); err != nil { // the level above sees to it too
		t.Fatal(err)
	}
	if r := w.seat(c, sets[2]); r.State != campaign.Posted || !r.PostedAt.Equal(board) || r.FileID != 9 || r.VisitedAt != nil {
		t.Errorf("it hangs on the board alone: %+v", r.Reach)
	}
	// Who has read it keeps that.
	door := visit(1, campaign.Refusal, 7)
	w.read(reader)
	read := w.clock.Now()
	if err := amend(w.member, 1, door, "不是这一户"); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, sets[1]); r.ConfirmedHow != campaign.ByReading || r.ConfirmedBy != reader.PersonID || !r.ConfirmedAt.Equal(read) || r.State != campaign.Confirmed {
		t.Errorf("read as well: %+v", r.Reach)
	}
	own, err := w.svc.ListOwn(ctx, reader)
	if err != nil || len(own) != 1 || len(own[0].Calls) != 1 || own[0].Calls[0].Note+own[0].Calls[0].Place != "" {
		t.Errorf("an export tells what was written of a neighbour: %+v, %v", own, err)
	}
	rec, err := w.svc.Seal(ctx, w.chair, c.ID, w.once())
	if err != nil {
		t.Fatal(err)
	}
	if x, err := w.svc.FindRecord(ctx, w.chair, c.ID, rec.ID, true); err != nil || x.Sum.Visits != 1 || x.Sum.Proven != 1 || !x.Same || !x.Whole {
		t.Errorf("sealed: %+v, %v", x, err)
	}
	// Its record can be sealed when it is cancelled, so it can be put right as well.
	if _, err := w.svc.Cancel(ctx, w.chair, c.ID, "不用了"); err != nil {
		t.Fatal(err)
	}
	if err := amend(w.member, 0, first, "没有去过"); err != nil {
		t.Errorf("cancelled: %v", err)
	}
}

// TestAScannedLetterComesBack where a visit that had taken its place is corrected.
func TestAScannedLetterComesBack(t *testing.T) {
	w := newWorld(t)
	set := w.own([]owner{{}}, 0)
	c := w.launch(proven)
	reach := w.seat(c, set).ID
	for _, p := range w.letters(c, campaign.AllSeats) {
		if p.ID == reach {
			w.printed(c, reach)
			if err := w.svc.ConfirmSlip(t.Context(), p.Token); err != nil {
				t.Fatal(err)
			}
		}
	}
	scanned := w.clock.Now()
	w.clock.Advance(time.Hour)
	call, err := w.svc.RecordVisit(t.Context(), w.member, reach, campaign.Visited{Result: campaign.Returned, FileID: 4, ClientRef: "v", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Amend(t.Context(), w.member, reach, call.ID, "是别家的回执"); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ConfirmedHow != campaign.BySlip || !r.ConfirmedAt.Equal(scanned) {
		t.Errorf("after the correction: %+v", r.Reach)
	}
}

// TestTwoBoards: each board has its place, its time and its photo in the head of what is sealed, with the hash; a seat hangs since the first.
func TestTwoBoards(t *testing.T) {
	w := newWorld(t)
	set := w.own([]owner{{}}, 0)
	c := w.launch(proven)
	w.clock.Advance(48 * time.Hour)
	ctx, now := t.Context(), w.clock.Now()
	early, before, later := now.Add(-24*time.Hour), now.Add(-72*time.Hour), now.Add(time.Hour)
	post := func(h campaign.Hung) (int64, error) { return w.svc.Post(ctx, w.chair, c.ID, h, w.once()) }
	for name, at := range map[string]*time.Time{"before it began": &before, "in the future": &later} {
		if _, err := post(campaign.Hung{FileID: 7, Place: "东门", At: at}); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("hung up %s: %v", name, err)
		}
	}
	if n, err := post(campaign.Hung{FileID: 7, Place: "东门公告栏", At: &early}); err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := post(campaign.Hung{FileID: 8, Place: "西门公告栏"}); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if r := w.seat(c, set); !r.PostedAt.Equal(early) || r.FileID != 7 {
		t.Errorf("the seat: %+v", r.Reach)
	}
	rec, err := w.svc.Seal(ctx, w.chair, c.ID, w.once())
	if err != nil {
		t.Fatal(err)
	}
	x, err := w.svc.FindRecord(ctx, w.chair, c.ID, rec.ID, true)
	if err != nil || !x.Same || len(x.Head.Postings) != 2 {
		t.Fatalf("sealed: %+v, %v", x, err)
	}
	for i, want := range []campaign.Board{{At: early, RecordedAt: now, Place: "东门公告栏", FileID: 7}, {At: now, RecordedAt: now, Place: "西门公告栏", FileID: 8}} {
		got := x.Head.Postings[i]
		if !got.At.Equal(want.At) || !got.RecordedAt.Equal(want.RecordedAt) || got.Place != want.Place || got.FileID != want.FileID || got.FileSum != fmt.Sprintf("%064d", want.FileID) || got.By == "" {
			t.Errorf("board %d: %+v", i, got)
		}
	}
	w.clock.Advance(time.Hour)
	if _, err := post(campaign.Hung{FileID: 9, Place: "北门公告栏"}); err != nil {
		t.Fatal(err)
	}
	if x, err := w.svc.FindRecord(ctx, w.chair, c.ID, rec.ID, true); err != nil || x.Same || !x.Whole || len(x.Head.Postings) != 2 {
		t.Errorf("a third board goes unseen: %+v, %v", x, err)
	}
}

// TestTheFootOfARecord says until when its seats were read, and is none of them.
func TestTheFootOfARecord(t *testing.T) {
	w := newWorld(t)
	w.crowd(4)
	c := w.launch(proven)
	rec, err := w.svc.Seal(t.Context(), w.chair, c.ID, w.once())
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	text, err := w.svc.RecordText(t.Context(), w.chair, c.ID, rec.ID)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if want := fmt.Sprintf(`{"seats":4,"read_until":"%s"}`, rec.MadeAt.UTC().Format(time.RFC3339)); err != nil || len(lines) != 6 || lines[5] != want {
		t.Errorf("the foot is %s, want %s, %v", lines[len(lines)-1], want, err)
	}
	rows, next, err := w.svc.RecordRows(t.Context(), w.chair, c.ID, rec.ID, 0, 4)
	if err != nil || len(rows) != 4 || next != 0 {
		t.Errorf("%d rows, then %d, %v", len(rows), next, err)
	}
	if x, err := w.svc.FindRecord(t.Context(), w.chair, c.ID, rec.ID, true); err != nil || !x.Same || x.ReadUntil == nil {
		t.Errorf("an hour later: %+v, %v", x, err)
	}
}

// TestWhatWasMarkedWasNotOpened: the time of opening is that of opening.
func TestWhatWasMarkedWasNotOpened(t *testing.T) {
	w := newWorld(t)
	a := w.Person()
	set := w.own([]owner{{person: a}}, 0)
	c := w.launch(proven)
	w.launch()
	w.drain()
	w.read(a) // two at once
	if r := w.seat(c, set); r.ReadAt != nil || r.ConfirmedHow != campaign.ByMarking {
		t.Errorf("marked: %+v", r)
	}
	w.clock.Advance(time.Hour)
	if err := w.svc.Acknowledge(t.Context(), a, c.ID); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ReadAt == nil || !r.ReadAt.Equal(w.clock.Now()) {
		t.Errorf("opened: %+v", r)
	}
}

// TestNothingGoesOutAfterItsTerm: it is not submitted, not approved, and not begun by the clock; it says why.
func TestNothingGoesOutAfterItsTerm(t *testing.T) {
	w := newWorld(t)
	w.crowd(3)
	ctx, end := t.Context(), w.clock.Now().Add(time.Hour)
	term := func(x *campaign.Words) { x.EndsAt = &end }
	draft, submitted, approved := w.write(term), w.write(term), w.write(term, func(x *campaign.Words) { start := end.Add(-time.Minute); x.NotBefore = &start })
	for _, c := range []*campaign.Campaign{submitted, approved} {
		if _, err := w.svc.Submit(ctx, w.member, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.svc.Approve(ctx, w.chair, approved.ID, 1); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	if _, err := w.svc.Submit(ctx, w.member, draft.ID); !errors.Is(err, campaign.ErrOver) {
		t.Errorf("submitted: %v", err)
	}
	if _, err := w.svc.Approve(ctx, w.chair, submitted.ID, 1); !errors.Is(err, campaign.ErrOver) {
		t.Errorf("approved: %v", err)
	}
	w.tick()
	w.drain()
	if c := w.again(approved); c.State != campaign.Cancelled || c.StartedAt != nil || c.DoneAt == nil || !strings.Contains(c.Reason, "截止时间") || w.mini.total() != 0 {
		t.Errorf("begun: %+v, %v", c, w.mini.got)
	}
	if got := w.details("campaign.expired"); len(got) != 1 {
		t.Errorf("the trail: %v", got)
	}
	next := end.Add(24 * time.Hour)
	if _, err := w.svc.Revise(ctx, w.member, draft.ID, w.words(func(x *campaign.Words) { x.EndsAt = &next })); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Submit(ctx, w.member, draft.ID); err != nil {
		t.Errorf("with another date: %v", err)
	}
}

// TestAnExportKeepsToItself: what was noted at a door where somebody else lives too is not told to one of them.
func TestAnExportKeepsToItself(t *testing.T) {
	w := newWorld(t)
	w.build(2)
	alone, tenant, other := w.Person(), w.Person(), w.Person()
	w.own([]owner{{person: alone}}, 0)
	w.tx(func(tx *store.Tx) error {
		for i, a := range []org.Actor{alone, tenant, other} {
			u, living := w.Units[min(i, 1)].ID, fmt.Sprint("here", i)
			if err := tx.Create(&org.Residence{EstateID: w.Estate.ID, UnitID: u, PersonID: a.PersonID, Role: org.RoleFamily, Basis: "application", Since: tx.Now, Living: &living}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	c := w.launch(func(x *campaign.Words) { x.Audience = campaign.Residents })
	for i, r := range w.rows(c, campaign.AllSeats) {
		if r.People == 0 {
			continue
		}
		if _, err := w.svc.RecordVisit(t.Context(), w.member, r.ID, campaign.Visited{Result: campaign.NotHome, Place: "门口", Note: "邻居说去住院了", ClientRef: fmt.Sprint("v", i), InputHash: "h"}); err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		who  org.Actor
		told bool
	}{"alone": {alone, true}, "who shares the home": {tenant, false}, "the other": {other, false}} {
		own, err := w.svc.ListOwn(t.Context(), x.who)
		if err != nil || len(own) != 1 || len(own[0].Calls) != 1 || (own[0].Calls[0].Note+own[0].Calls[0].Place != "") != x.told {
			t.Errorf("%s: %+v, %v", name, own, err)
		}
	}
}
