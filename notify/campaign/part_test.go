package campaign_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
)

// register is the estate's register as the services are wired.
func (w *world) register() *org.Service {
	r := org.New(w.DB, w.Vault, nil, nil)
	r.OnRecognise(w.svc.Recognised)
	r.OnPart(w.svc.Parted)
	return r
}

// homeOf is the home of a person that is lived in.
func (w *world) homeOf(a org.Actor) int64 {
	w.t.Helper()
	var r org.Residence
	w.tx(func(tx *store.Tx) error {
		return tx.Where("person_id = ? AND living IS NOT NULL", a.PersonID).Take(&r).Error
	})
	return r.ID
}

// TestAStrangerWithARecycledNumber proves nothing once the community has ended the recognition, sees nothing more, and the owner is told
// again as soon as they are known.
func TestAStrangerWithARecycledNumber(t *testing.T) {
	w := newWorld(t)
	set := w.own([]owner{{phone: "13900000001"}}, 0)
	end := w.clock.Now().AddDate(0, 0, 20)
	c := w.launch(textsAndLetters, proven, func(x *campaign.Words) { x.RemindEvery, x.EndsAt = 3, &end })
	w.drain()
	register, stranger, ctx := w.register(), w.Person(), t.Context()
	if _, err := register.BindPhone(ctx, stranger, "13900000001"); err != nil {
		t.Fatal(err)
	}
	w.read(stranger)
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByReading {
		t.Fatalf("read by whoever has the phone: %+v", r.Reach)
	}
	w.clock.Advance(time.Hour)
	if err := register.EndWrongResidence(ctx, w.clerk, w.homeOf(stranger), "号码已换人"); err != nil {
		t.Fatal(err)
	}
	r := w.seat(c, set)
	if r.ConfirmedAt != nil || r.ConfirmedHow != "" || r.ConfirmedBy != 0 || r.State != campaign.Open || r.Planned != campaign.Letter || r.Owners[0].Reached {
		t.Errorf("after the recognition was ended: %+v", r)
	}
	if _, err := w.svc.Show(ctx, stranger, c.ID); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("the stranger still reads it: %v", err)
	}
	if err := w.svc.Acknowledge(ctx, stranger, c.ID); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("the stranger still taps: %v", err)
	}
	if own, err := w.svc.ListOwn(ctx, stranger); err != nil || len(own) != 0 {
		t.Errorf("the stranger's export: %+v, %v", own, err)
	}
	w.read(stranger)
	if r := w.seat(c, set); r.ConfirmedAt != nil {
		t.Errorf("the stranger still proves it: %+v", r.Reach)
	}
	if got := w.details("campaign.parted"); len(got) != 1 || !strings.Contains(got[0], `"was":"read"`) {
		t.Errorf("the trail: %v", got)
	}
	// The owner gives the office the number that is right, and signs in.
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Owner{}).Where("owner_set_id = ?", set.ID).Updates(map[string]any{"phone_sealed": w.Vault.Seal("13900000002", "owners.phone"), "phone_index": w.Vault.Index("phone", "13900000002")}).Error
	})
	w.clock.Advance(time.Hour)
	if got, err := w.svc.Resend(ctx, w.chair, c.ID, w.once()); err != nil || got.Seats != 1 {
		t.Fatalf("a resend leaves the owner out: %+v, %v", got, err)
	}
	w.tick()
	w.drain()
	if w.sms.to("13900000002") != 1 || w.sms.to("13900000001") != 1 || w.mini.to(w.openID(stranger)) != 0 {
		t.Errorf("told again: %v %v", w.sms.got, w.mini.got)
	}
	if got, err := w.svc.Resend(ctx, w.chair, c.ID, w.once()); !errors.Is(err, campaign.ErrNoFailures) {
		t.Errorf("a third time: %+v, %v", got, err)
	}
	owner := w.Person()
	if _, err := register.BindPhone(ctx, owner, "13900000002"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(72 * time.Hour)
	w.tick()
	w.drain()
	if w.mini.to(w.openID(owner)) != 1 {
		t.Errorf("the owner is not reminded: %v", w.mini.got)
	}
	if err := w.svc.Acknowledge(ctx, owner, c.ID); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByTap || r.ConfirmedBy != owner.PersonID {
		t.Errorf("the owner's tap: %+v", r.Reach)
	}
}

// TestWhatTheOthersSaidStays: a co-owner's proof stands where a wrong account is taken from the seat, and takes the place of theirs
// where it came later.
func TestWhatTheOthersSaidStays(t *testing.T) {
	w := newWorld(t)
	w.build(4)
	register, ctx := w.register(), t.Context()
	co, taps := w.Person(), w.Person()
	sets := []org.OwnerSet{w.own([]owner{{person: co}, {phone: "13900000001"}}, 0), w.own([]owner{{person: taps}, {phone: "13900000002"}}, 1), w.own([]owner{{phone: "13900000003"}}, 2)}
	strangers := []org.Actor{w.Person(), w.Person(), w.Person()}
	for i, phone := range []string{"13900000001", "13900000002", "13900000003"} {
		if _, err := register.BindPhone(ctx, strangers[i], phone); err != nil {
			t.Fatal(err)
		}
	}
	c := w.launch(proven)
	w.drain()
	for i, first := range []org.Actor{strangers[0], taps, strangers[2]} {
		w.clock.Advance(time.Minute)
		w.read(first)
		if i == 2 { // somebody was at the door as well
			if _, err := w.svc.RecordVisit(ctx, w.member, w.seat(c, sets[2]).ID, campaign.Visited{Result: campaign.Delivered, FileID: 3, ClientRef: "door", InputHash: "h"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.clock.Advance(time.Minute)
	late := w.clock.Now()
	if err := w.svc.Acknowledge(ctx, co, c.ID); err != nil {
		t.Fatal(err)
	}
	tapped := w.seat(c, sets[1]).ConfirmedAt
	for _, x := range strangers {
		if err := register.EndWrongResidence(ctx, w.clerk, w.homeOf(x), "不是本人"); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.seat(c, sets[0]); r.ConfirmedHow != campaign.ByReading || r.ConfirmedBy != co.PersonID || !r.ConfirmedAt.Equal(late) {
		t.Errorf("the co-owner said so later: %+v", r.Reach)
	}
	if r := w.seat(c, sets[1]); r.ConfirmedHow != campaign.ByReading || r.ConfirmedBy != taps.PersonID || !r.ConfirmedAt.Equal(*tapped) {
		t.Errorf("the co-owner said so first: %+v", r.Reach)
	}
	if r := w.seat(c, sets[2]); r.ConfirmedHow != campaign.ByVisit || r.State != campaign.Confirmed {
		t.Errorf("it was handed over as well: %+v", r.Reach)
	}
}

// TestWhatIsStillToBeSentToAStranger: what was still to be sent to a wrong account is given up.
func TestWhatIsStillToBeSentToAStranger(t *testing.T) {
	w := newWorld(t)
	register, stranger, ctx := w.register(), w.Person(), t.Context()
	w.own([]owner{{phone: "13900000001"}}, 0)
	if _, err := register.BindPhone(ctx, stranger, "13900000001"); err != nil {
		t.Fatal(err)
	}
	c := w.launch(proven)
	if err := w.d.Expand(ctx, w.message(c)); err != nil {
		t.Fatal(err)
	}
	if err := register.EndWrongResidence(ctx, w.clerk, w.homeOf(stranger), "不是本人"); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.total() != 0 || w.states()[notify.Cancelled] != 1 {
		t.Errorf("sent %v, %v", w.mini.got, w.states())
	}
}
