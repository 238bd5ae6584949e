package campaign_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

func textsAndLetters(x *campaign.Words) {
	x.Channels = []campaign.Channel{plan.Mini, plan.SMS, campaign.Letter}
}

// TestAnOwnerWithoutAccountConfirmsByTheLink: the short message carries the address of the letter's page, and its token confirms the seat;
// a message to an account carries none.
func TestAnOwnerWithoutAccountConfirmsByTheLink(t *testing.T) {
	w := newWorld(t)
	w.build(3)
	set := w.own([]owner{{phone: "13900000001"}}, 0)
	paper := w.own([]owner{{}}, 1)
	w.mini.fail = func(string) error { return &notify.Failure{Code: 43101, Refused: true} }
	c := w.launch(textsAndLetters)
	token := func(r campaign.Row) string {
		s, err := w.Vault.Open(r.SlipSealed, "reaches.slip")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := token(w.seat(c, set))
	w.drain()
	if w.sms.letters["13900000001"] != before || len(before) != 26 {
		t.Fatalf("sent %v", w.sms.letters)
	}
	if err := w.svc.ConfirmSlip(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ConfirmedHow != campaign.BySlip || r.ConfirmedHow.Proves() {
		t.Errorf("after the link: %+v", r.Reach)
	}
	if r := w.seat(c, paper); r.SlipSealed != "" {
		t.Error("who gets paper has a token before it is printed")
	}
	// With an account the message leads into the app.
	w.own([]owner{{person: w.Person(), phone: "13900000002"}}, 2)
	w.launch(textsAndLetters)
	w.drain()
	if w.sms.to("13900000002") != 1 || w.sms.letters["13900000002"] != "" {
		t.Errorf("to an account: %v", w.sms.letters)
	}
}

// TestAnOwnerWhoSignsInLater finds the campaign in the inbox, and what they read there proves their seat's service; a reminder reaches
// them as a person, once.
func TestAnOwnerWhoSignsInLater(t *testing.T) {
	w := newWorld(t)
	set := w.own([]owner{{phone: "13900000001"}}, 0)
	end := w.clock.Now().AddDate(0, 0, 20)
	c := w.launch(textsAndLetters, proven, func(x *campaign.Words) { x.RemindEvery, x.EndsAt = 2, &end })
	w.drain()
	if w.sms.to("13900000001") != 1 {
		t.Fatalf("texts %v", w.sms.got)
	}
	register := org.New(w.DB, w.Vault, nil, nil)
	register.OnRecognise(w.svc.Recognised)
	who := w.Person()
	for range 2 { // at each sign-in again
		if _, err := register.BindPhone(t.Context(), who, "13900000001"); err != nil {
			t.Fatal(err)
		}
	}
	if told, err := w.svc.Show(t.Context(), who, c.ID); err != nil || told.Title != c.Title {
		t.Errorf("shown: %+v, %v", told, err)
	}
	if r := w.seat(c, set); r.People != 1 || len(r.Sends) != 2 || r.Sends[0].Person != 1 || r.Sends[1].Person != 1 {
		t.Errorf("the owner and the account are one: %+v", r)
	}
	w.clock.Advance(49 * time.Hour)
	w.tick()
	w.drain()
	if w.mini.to(w.openID(who)) != 1 || w.sms.to("13900000001") != 1 {
		t.Errorf("reminded: %v, %v", w.mini.got, w.sms.got)
	}
	items, err := w.inbox.List(t.Context(), org.Actor{PersonID: who.PersonID}, 0, 10)
	if err != nil || len(items) != 2 { // the first notice, and the reminder
		t.Fatalf("%d items, %v", len(items), err)
	}
	if _, err := w.inbox.MarkRead(t.Context(), org.Actor{PersonID: who.PersonID}, []int64{items[1].ID}); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByReading {
		t.Errorf("after reading: %+v", r.Reach)
	}
	stranger := w.Person()
	if _, err := w.svc.Show(t.Context(), stranger, c.ID); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("a stranger reads it: %v", err)
	}
}

// TestTheRostersPhone is used within its own estate, and not while somebody has to say whose it is.
func TestTheRostersPhone(t *testing.T) {
	w := newWorld(t)
	w.build(4)
	clear, shared, elsewhere := w.Person(), w.Person(), w.Person()
	w.own([]owner{{person: clear, phone: "13900000001"}}, 0)
	doubtful := w.own([]owner{{person: shared, phone: "13900000002"}, {phone: "13900000003"}}, 1)
	here := w.own([]owner{{person: elsewhere}}, 2)
	w.tx(func(tx *store.Tx) error {
		if err := tx.Model(&org.OwnerSet{}).Where("id = ?", doubtful.ID).Update("phone_review", org.PhoneShared).Error; err != nil {
			return err
		}
		// Another estate's roster has a phone of theirs.
		other := org.OwnerSet{EstateID: w.Estate.ID + 1, Kind: "natural", Fingerprint: "elsewhere", CreatedAt: tx.Now}
		if err := tx.Create(&other).Error; err != nil {
			return err
		}
		return tx.Create(&org.Owner{EstateID: other.EstateID, OwnerSetID: other.ID, Position: 1, NameSealed: w.Vault.Seal("王", "owners.name"), PhoneSealed: w.Vault.Seal("13900000004", "owners.phone"), PhoneIndex: w.Vault.Index("phone", "13900000004"), PersonID: elsewhere.PersonID, CreatedAt: tx.Now}).Error
	})
	texts := func(x *campaign.Words) { x.Channels = []campaign.Channel{plan.SMS} }
	f, err := w.svc.Forecast(t.Context(), w.chair, w.write(texts).ID)
	if err != nil || f.Channels[plan.SMS] != 1 {
		t.Errorf("forecast %+v, %v", f, err)
	}
	c := w.launch(texts)
	w.drain()
	if len(w.sms.got) != 1 || w.sms.to("13900000001") != 1 {
		t.Errorf("texts to %v", w.sms.got)
	}
	if r := w.seat(c, here); r.Planned != campaign.Inbox {
		t.Errorf("planned %s", r.Planned)
	}
}

// TestARecordOutlivesAnErasure: what was sealed is printed again as it was, and makes its hash, after its owner is erased; it never
// held more than a masked name.
func TestARecordOutlivesAnErasure(t *testing.T) {
	w := newWorld(t)
	a := w.Person()
	set := w.own([]owner{{person: a, phone: "13900000001"}}, 0)
	c := w.launch(proven)
	w.drain()
	w.read(a)
	ctx := t.Context()
	if _, err := w.svc.RecordVisit(ctx, w.member, w.seat(c, set).ID, campaign.Visited{Result: campaign.Delivered, FileID: 7, Note: "王小明本人签收", ClientRef: "v", InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	rec, err := w.svc.Seal(ctx, w.chair, c.ID, w.once())
	if err != nil {
		t.Fatal(err)
	}
	before, err := w.svc.RecordText(ctx, w.chair, c.ID, rec.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"王小明", "13900000001", w.openID(a), "本人签收", fmt.Sprintf(`:%d,`, a.PersonID+1_000_000)} {
		if strings.Contains(string(before), secret) {
			t.Errorf("the record holds %q: %s", secret, before)
		}
	}
	if !strings.Contains(string(before), "王*") || !strings.Contains(string(before), fmt.Sprintf(`"sha256":"%064d"`, 7)) {
		t.Errorf("the record: %s", before)
	}
	w.tx(func(tx *store.Tx) error {
		if err := w.svc.Erase(tx, a.PersonID); err != nil {
			return err
		}
		return tx.Model(&org.Owner{}).Where("person_id = ?", a.PersonID).Updates(map[string]any{"person_id": 0, "name_sealed": w.Vault.Seal("", "owners.name")}).Error
	})
	after, err := w.svc.RecordText(ctx, w.chair, c.ID, rec.ID)
	if err != nil || string(after) != string(before) {
		t.Errorf("the record has changed: %v\n%s\n%s", err, before, after)
	}
	x, err := w.svc.FindRecord(ctx, w.clerk, c.ID, 0, true)
	if err != nil || !x.Whole || x.Same {
		t.Errorf("after the erasure: %+v, %v", x, err)
	}
	rows, next, err := w.svc.RecordRows(ctx, w.chair, c.ID, 0, 0, 500)
	if err != nil || next != 0 || len(rows) != 3 || rows[0].Owners[0].Name != "王*" || rows[0].ConfirmedHow != campaign.ByReading || len(rows[0].Calls) != 1 || rows[0].Calls[0].FileSum == "" {
		t.Errorf("printed again: %+v, %v", rows, err)
	}
	if n, err := w.svc.Verify(ctx); err != nil || n != 1 {
		t.Errorf("%d records hold, %v", n, err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&campaign.RecordLine{}).Where("record_id = ? AND position = 1", rec.ID).Update("line", "{}").Error
	})
	if _, err := w.svc.Verify(ctx); err == nil {
		t.Error("a changed line is not found")
	}
	if x, err := w.svc.FindRecord(ctx, w.clerk, c.ID, 0, true); err != nil || x.Whole {
		t.Errorf("a changed line goes unseen: %+v, %v", x, err)
	}
}
