package campaign_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

func proven(x *campaign.Words) { x.NeedsProof = true }

func (w *world) letters(c *campaign.Campaign, p campaign.Pick) []campaign.Paper {
	w.t.Helper()
	s, err := w.svc.Letters(w.t.Context(), w.chair, c.ID, p, false, 0, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	return s.Papers
}

// printed marks letters as printed.
func (w *world) printed(c *campaign.Campaign, reaches ...int64) {
	w.t.Helper()
	if _, err := w.svc.MarkPrinted(w.t.Context(), w.chair, c.ID, reaches, w.once()); err != nil {
		w.t.Fatal(err)
	}
}

// TestSlipsOpenOneSeat: a letter's code confirms its own seat, once, and no other; what is guessed, cut or changed opens nothing; a
// letter printed again has the same code; the database alone does not give the codes away.
func TestSlipsOpenOneSeat(t *testing.T) {
	w := newWorld(t)
	w.build(3)
	for i := range 3 {
		w.own([]owner{{}}, i)
	}
	c := w.launch()
	papers := w.letters(c, campaign.LetterSeats)
	if len(papers) != 3 {
		t.Fatalf("%d letters", len(papers))
	}
	again := w.letters(c, campaign.LetterSeats)
	seen := map[string]bool{}
	for i, p := range papers {
		if p.Token != again[i].Token || seen[p.Token] || len(p.Token) < 26 {
			t.Errorf("token %q, printed again %q", p.Token, again[i].Token)
		}
		seen[p.Token] = true
	}
	ctx := t.Context()
	mine := papers[1]
	for _, wrong := range []string{"", "1", mine.Token[:25], mine.Token + "a", strings.Repeat("a", 26), fmt.Sprint(mine.ID), mine.Token[:25] + "%", "' OR 1=1 -- aaaaaaaaaaaaaaaa"} {
		if err := w.svc.ConfirmSlip(ctx, wrong); !errors.Is(err, campaign.ErrSlip) {
			t.Errorf("%q opens something: %v", wrong, err)
		}
	}
	if _, err := w.svc.ShowSlip(ctx, mine.Token); err != nil {
		t.Fatal(err)
	}
	if n := len(w.rows(c, campaign.Unconfirmed)); n != 3 {
		t.Errorf("looking confirms: %d left", n)
	}
	if err := w.svc.ConfirmSlip(ctx, mine.Token); !errors.Is(err, campaign.ErrUnprinted) {
		t.Errorf("a letter that nobody printed is confirmed: %v", err)
	}
	w.printed(c, mine.ID)
	if err := w.svc.ConfirmSlip(ctx, strings.ToUpper(mine.Token)); err != nil {
		t.Fatal(err)
	}
	at := w.clock.Now()
	w.clock.Advance(time.Hour)
	if err := w.svc.ConfirmSlip(ctx, mine.Token); err != nil {
		t.Errorf("a second scan: %v", err)
	}
	for _, r := range w.rows(c, campaign.AllSeats) {
		if confirmed := r.ConfirmedAt != nil; confirmed != (r.ID == mine.ID) || (confirmed && (!r.ConfirmedAt.Equal(at) || r.ConfirmedHow != campaign.BySlip || r.ConfirmedHow.Proves())) {
			t.Errorf("seat %d: %+v", r.ID, r.Reach)
		}
	}
	w.tx(func(tx *store.Tx) error {
		var rows []campaign.Reach
		err := tx.Find(&rows).Error
		for _, r := range rows {
			for token := range seen {
				if strings.Contains(r.SlipSealed+r.SlipIndex, token) {
					t.Error("a token stands in the clear")
				}
			}
		}
		return err
	})
	if _, err := w.svc.Cancel(ctx, w.chair, w.launch().ID, "试一试"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.ShowSlip(ctx, papers[2].Token); err != nil {
		t.Errorf("another campaign's end closes this letter: %v", err)
	}
}

// TestWhatProves: an accepted push, a scan and a posting are attempts; reading, a tap, a signature and a refusal before a photo are
// proof, and take the place of an attempt.
func TestWhatProves(t *testing.T) {
	w := newWorld(t)
	w.build(7)
	ctx := t.Context()
	reader, tapper, pushed := w.Person(), w.Person(), w.Person()
	sets := []org.OwnerSet{w.own([]owner{{person: reader}}, 0), w.own([]owner{{person: tapper}}, 1), w.own([]owner{{person: pushed}}, 2), w.own([]owner{{}}, 3), w.own([]owner{{}}, 4), w.own([]owner{{}}, 5), w.own([]owner{{}}, 6)}
	c := w.launch(proven)
	w.drain()
	w.read(reader)
	if err := w.svc.Acknowledge(ctx, tapper, c.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.svc.Acknowledge(ctx, w.Person(), c.ID); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("a stranger acknowledges: %v", err)
	}
	visit := func(set org.OwnerSet, result campaign.Result, file int64) error {
		_, err := w.svc.RecordVisit(ctx, w.member, w.seat(c, set).ID, campaign.Visited{Result: result, FileID: file, ClientRef: fmt.Sprint(set.ID, result), InputHash: "h"})
		return err
	}
	if err := visit(sets[3], campaign.Delivered, 0); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("handed over without a photo: %v", err)
	}
	if err := visit(sets[4], campaign.Refusal, 0); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("refused without a photo: %v", err)
	}
	for i, result := range map[int]campaign.Result{3: campaign.Delivered, 4: campaign.Refusal, 5: campaign.NotHome} {
		if err := visit(sets[i], result, int64(i)); err != nil {
			t.Fatal(err)
		}
		if err := visit(sets[i], result, int64(i)); err != nil { // a double tap
			t.Errorf("sent again: %v", err)
		}
	}
	if _, err := w.svc.RecordVisit(ctx, w.manager, w.seat(c, sets[6]).ID, campaign.Visited{Result: campaign.NotHome, ClientRef: "x", InputHash: "h"}); !errors.Is(err, campaign.ErrReach) {
		t.Errorf("the company records a visit for the committee: %v", err)
	}
	// The last seat: a slip first, then a visit that proves it.
	for _, p := range w.letters(c, campaign.AllSeats) {
		if p.OwnerSetID == sets[6].ID {
			w.printed(c, p.ID)
			if err := w.svc.ConfirmSlip(ctx, p.Token); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := []struct {
		how    campaign.How
		proves bool
	}{{campaign.ByReading, true}, {campaign.ByTap, true}, {"", false}, {campaign.ByVisit, true}, {campaign.ByRefusal, true}, {"", false}, {campaign.BySlip, false}}
	for i, x := range want {
		if r := w.seat(c, sets[i]); r.ConfirmedHow != x.how || r.ConfirmedHow.Proves() != x.proves {
			t.Errorf("seat %d is confirmed by %q", i, r.ConfirmedHow)
		}
	}
	if n := len(w.rows(c, campaign.Unconfirmed)); n != 3 {
		t.Errorf("%d seats without proof, want 3", n)
	}
	// What hangs on the board is no proof; whose code was only scanned is told by it as well.
	n, err := w.svc.Post(ctx, w.chair, c.ID, campaign.Hung{FileID: 9, Place: "小区东门公告栏"}, w.once())
	if err != nil || n != 3 {
		t.Errorf("posted for %d seats, %v", n, err)
	}
	if err := visit(sets[6], campaign.Delivered, 6); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, sets[6]); r.ConfirmedHow != campaign.ByVisit {
		t.Errorf("a signature does not replace a scan: %s", r.ConfirmedHow)
	}
	v, err := w.svc.Find(ctx, w.chair, c.ID)
	if err != nil || v.Progress.Seats != 7 || v.Progress.Proven != 5 || v.Progress.Posted != 2 || v.Progress.Confirmed != 5 {
		t.Errorf("progress %+v, %v", v.Progress, err)
	}
	list, err := w.svc.VisitList(ctx, w.chair, c.ID, 0, 500)
	if err != nil || len(list.Papers) != 2 {
		t.Errorf("%d doors left to call at, %v", len(list.Papers), err)
	}
}

// TestAReceiptIsNoProof: what the provider says arrived is shown as such, and an owner who opens it takes its place.
func TestAReceiptIsNoProof(t *testing.T) {
	w := newWorld(t)
	a := w.Person()
	set := w.own([]owner{{person: a}}, 0)
	c := w.launch(proven)
	w.drain()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&notify.Delivery{}).Where("1 = 1").Update("confirmed_at", tx.Now).Error
	})
	arrived := w.clock.Now()
	w.clock.Advance(time.Hour)
	w.tick()
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByProvider || r.ConfirmedHow.Proves() || r.Sends[0].ConfirmedAt == nil || !r.ConfirmedAt.Equal(arrived) {
		t.Errorf("a receipt: %+v", r)
	}
	if n := len(w.rows(c, campaign.Unconfirmed)); n != 3 { // two units have no owner
		t.Error("a receipt counts as proof")
	}
	list, err := w.svc.List(t.Context(), w.chair, 0, "", 0, 10)
	if err != nil || len(list) != 1 || list[0].Progress.Confirmed != 1 || list[0].Progress.Proven != 0 {
		t.Errorf("list: %+v, %v", list, err)
	}
	w.read(a)
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByReading {
		t.Errorf("opened: %s", r.ConfirmedHow)
	}
}

// TestMarkingAllAsReadIsNoProof: who marks several messages in one go has perhaps opened none; a tap on one is.
func TestMarkingAllAsReadIsNoProof(t *testing.T) {
	w := newWorld(t)
	a := w.Person()
	set := w.own([]owner{{person: a}}, 0)
	one, two := w.launch(proven), w.launch(proven)
	w.drain()
	if n := w.read(a); n != 2 {
		t.Fatalf("%d in the inbox", n)
	}
	for _, c := range []*campaign.Campaign{one, two} {
		if r := w.seat(c, set); r.ConfirmedHow != campaign.ByMarking || r.ConfirmedHow.Proves() {
			t.Errorf("marked with another: %s", r.ConfirmedHow)
		}
	}
	if err := w.svc.Acknowledge(t.Context(), a, two.ID); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(two, set); r.ConfirmedHow != campaign.ByTap {
		t.Errorf("after the tap: %s", r.ConfirmedHow)
	}
}

// TestTheRecordHolds: the record's hash can be computed from the rows by anybody, stands in the trail, and shows any later change.
func TestTheRecordHolds(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(12)
	c := w.launch(proven)
	w.drain()
	w.read(people[0])
	ctx := t.Context()
	if _, err := w.svc.FindRecord(ctx, w.chair, c.ID, 0, true); !errors.Is(err, campaign.ErrNoRecord) {
		t.Errorf("a record before there is one: %v", err)
	}
	rec, err := w.svc.Seal(ctx, w.chair, c.ID, w.once())
	if err != nil {
		t.Fatal(err)
	}
	text, err := w.svc.RecordText(ctx, w.chair, c.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	var doors []string
	for after, more := int64(0), true; more; { // page by page, as an export reads them
		_, rows, err := w.svc.Evidence(ctx, w.chair, c.ID, campaign.AllSeats, after, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.Line != lines[len(doors)] {
				t.Errorf("sealed %s, now %s", lines[len(doors)], r.Line)
			}
			doors = append(doors, r.Door)
			after = r.ID
		}
		more = len(rows) == 5
	}
	if got := hex.EncodeToString(sum[:]); got != rec.Hash || rec.Seats != 12 {
		t.Errorf("hash %s, recomputed %s over %d rows", rec.Hash, got, len(doors))
	}
	if i, j := slices.Index(doors, "1幢2单元4"), slices.Index(doors, "1幢2单元12"); i < 0 || j != i+8 {
		t.Errorf("doors in the order %v", doors)
	}
	w.tx(func(tx *store.Tx) error {
		var e audit.Entry
		err := tx.Where("verb = 'campaign.record' AND subject_id = ?", c.ID).Take(&e).Error
		if err == nil && !strings.Contains(e.Detail, rec.Hash) {
			t.Errorf("the trail says %s", e.Detail)
		}
		return err
	})
	if x, err := w.svc.FindRecord(ctx, w.clerk, c.ID, 0, true); err != nil || !x.Same || !x.Whole || x.Sum.Proven != 1 {
		t.Errorf("unchanged: %+v, %v", x, err)
	}
	w.read(people[1])
	if x, err := w.svc.FindRecord(ctx, w.chair, c.ID, 0, true); err != nil || x.Same || !x.Whole || x.Sum.Proven != 1 {
		t.Errorf("somebody has read it since: %+v, %v", x, err)
	}
	if _, err := w.svc.FindRecord(ctx, w.manager, c.ID, 0, false); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("the company reads the committee's record: %v", err)
	}
}

// TestLettersComeInBatches: each seat is printed once, in the order of the doors, and what is marked is not printed again.
func TestLettersComeInBatches(t *testing.T) {
	w := newWorld(t)
	w.build(7)
	for i := range 7 {
		w.own([]owner{{}}, i)
	}
	c := w.launch()
	ctx := t.Context()
	var ids []int64
	for after, n := int64(0), 0; n < 10; n++ {
		s, err := w.svc.Letters(ctx, w.chair, c.ID, campaign.LetterSeats, false, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Papers {
			ids = append(ids, p.ID)
		}
		if after = s.Next; after == 0 {
			break
		}
	}
	if len(ids) != 7 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 7 {
		t.Fatalf("letters %v", ids)
	}
	if n, err := w.svc.MarkPrinted(ctx, w.chair, c.ID, append(ids[:3:3], 999_999), w.once()); err != nil || n.Letters != 3 || n.Again != 0 {
		t.Errorf("%d marked, %v", n, err)
	}
	s, err := w.svc.Letters(ctx, w.chair, c.ID, campaign.LetterSeats, true, 0, 500)
	if err != nil || len(s.Papers) != 4 || s.Papers[0].ID != ids[3] {
		t.Errorf("%d left to print, %v", len(s.Papers), err)
	}
	if _, err := w.svc.Letters(ctx, w.clerk, c.ID, campaign.LetterSeats, true, 0, 500); !errors.Is(err, campaign.ErrNotYours) {
		t.Errorf("the community prints the committee's letters: %v", err)
	}
}

// TestBadWordsAreRefused with the field and what to do.
func TestBadWordsAreRefused(t *testing.T) {
	w := newWorld(t)
	soon := w.clock.Now().Add(-time.Hour)
	for name, change := range map[string]func(*campaign.Words){
		"title":        func(x *campaign.Words) { x.Title = " " },
		"body":         func(x *campaign.Words) { x.Body = "请业主 522701199001011234 来办理" },
		"channels":     func(x *campaign.Words) { x.Channels = []campaign.Channel{campaign.Letter, plan.SMS} },
		"needs_proof":  func(x *campaign.Words) { x.Audience, x.NeedsProof = campaign.Residents, true },
		"scope":        func(x *campaign.Words) { x.Scope.Buildings = []int64{999_999} },
		"ends_at":      func(x *campaign.Words) { x.EndsAt = &soon },
		"remind_every": func(x *campaign.Words) { x.RemindEvery = 31 },
		"subject_id":   func(x *campaign.Words) { x.SubjectKind = "motion" },
	} {
		_, err := w.svc.Write(t.Context(), w.member, w.words(change))
		if f := fault.Of(err); !errors.Is(err, fault.ErrInvalid) || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Path == name }) {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
	one := w.words()
	a, err := w.svc.Write(t.Context(), w.member, one)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := w.svc.Write(t.Context(), w.member, one); err != nil || a.ID != b.ID {
		t.Errorf("sent twice: %v, %v", b, err)
	}
	one.InputHash = "other"
	if _, err := w.svc.Write(t.Context(), w.member, one); !errors.Is(err, campaign.ErrRefReused) {
		t.Errorf("the same reference for other words: %v", err)
	}
}
