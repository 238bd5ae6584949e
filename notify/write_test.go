package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// crowd makes so many people with a home in the estate.
func (w *world) crowd(n int) (ids []int64) {
	w.t.Helper()
	w.change(func(tx *store.Tx) error {
		ids = nil
		for i := range n {
			p := org.Person{CreatedAt: tx.Now}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			living := fmt.Sprint("crowd", i)
			if err := tx.Create(&org.Residence{EstateID: w.Estate.ID, UnitID: w.Units[0].ID, PersonID: p.ID, Role: org.RoleOwner, Basis: "roster", Since: tx.Now, Living: &living}).Error; err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return nil
	})
	return ids
}

func (w *world) items() (n int64) {
	w.t.Helper()
	w.change(func(tx *store.Tx) error {
		return tx.Model(&inbox.Item{}).Where("recipient_kind = 'person'").Count(&n).Error
	})
	return n
}

// TestAFullBatchWithoutConsents: a thousand people who cannot be sent a subscribe message are all told by the next channel.
func TestAFullBatchWithoutConsents(t *testing.T) {
	w := newWorld(t)
	w.crowd(1100)
	w.tell(w.notice(1))
	m := news()
	m.Channels = []plan.Channel{plan.Mini, plan.SMS}
	d := w.with(w.phones, func(o *notify.Options) {
		o.Ways[plan.Mini].Consents = consent.New(w.DB, map[string]consent.Provided{"notice": {ID: "notice"}}, nil)
		o.Ways[plan.SMS] = &notify.Way{Channel: w.phones, Addresses: func(_ *store.Tx, people []int64) (map[int64]string, error) {
			phones := map[int64]string{}
			for _, p := range people {
				phones[p] = itoa(p)
			}
			return phones, nil
		}}
		o.Plan = func(event.Event) ([]plan.Message, error) { return []plan.Message{m}, nil }
	})
	w.drain(d)
	w.once(1100)
	if n := len(w.deliveries(notify.Unreachable)); n != 1100 {
		t.Errorf("of %d it stands that they had no consent, want 1100", n)
	}
}

// TestACaseOfThousands: all who complained together are told, however many.
func TestACaseOfThousands(t *testing.T) {
	w := newWorld(t)
	c := w.filed(w.Community, 0, 1).(event.CaseFiled).Case
	c.PersonIDs = w.crowd(2300)
	w.tell(event.CaseAccepted{Case: c})
	w.drain(w.with(w.phones, func(o *notify.Options) {
		o.Ways[plan.Mini].Consents = consent.New(w.DB, map[string]consent.Provided{"case_progress": {ID: "x"}}, nil)
	}))
	if n := w.items(); n != 2300 {
		t.Errorf("%d were told, want 2300", n)
	}
}

// TestTheMessagesOfACaseWaitInLine: with the first in another process's hands, those after it are put off without looking at each
// other again and again.
func TestTheMessagesOfACaseWaitInLine(t *testing.T) {
	w := newWorld(t)
	c := w.filed(w.Community, 0, w.Resident(0, org.RoleOwner).PersonID).(event.CaseFiled).Case
	const all = 40
	for range all {
		w.tell(event.CaseAccepted{Case: c})
	}
	var ids []int64
	w.change(func(tx *store.Tx) error {
		if err := tx.Model(&outbox.Message{}).Order("id").Pluck("id", &ids).Error; err != nil {
			return err
		}
		return tx.Model(&outbox.Message{}).Where("id = ?", ids[0]).Updates(map[string]any{"state": outbox.Published, "owner": "expand/other/1", "due_at": tx.Now.Add(25 * time.Second)}).Error
	})
	d := w.with(w.phones, nil)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := d.Expand(ctx, ids[all-1]); err != nil {
		t.Fatal(err)
	}
	var put int64
	w.change(func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id = ? AND state = ?", ids[all-1], outbox.Pending).Count(&put).Error
	})
	if put != 1 {
		t.Error("the last was not put off")
	}
}

// TestThePlanChangesInTheMiddle: a message that was begun by a plan with other rows is finished by the new one; nobody is told twice
// and nobody is left out.
func TestThePlanChangesInTheMiddle(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	w.Resident(1, org.RoleOwner)
	w.follow(w.Officer(w.Community, org.Clerk))
	w.tell(w.notice(1))
	one, other := news(), news()
	other.To = []plan.To{plan.Community}
	broken := errors.New("not yet")
	by := func(rows ...plan.Message) *notify.Dispatcher {
		return w.with(w.phones, func(o *notify.Options) {
			o.Plan = func(event.Event) ([]plan.Message, error) { return rows, nil }
			o.Consequences = []notify.Consequence{{Name: "x", Kind: "disclosure.published", Do: func(context.Context, event.Event, int64) error { return broken }}}
		})
	}
	if err := by(one).Expand(t.Context(), 1); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	broken = nil
	w.clock.Advance(time.Hour)
	if err := by(other, one).Expand(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	w.drain(by(other, one))
	w.once(3)
	if n := w.items(); n != 2 {
		t.Errorf("%d residents have it in their inbox, want 2", n)
	}
	var theirs int64
	w.change(func(tx *store.Tx) error {
		return tx.Model(&inbox.Item{}).Joins("JOIN message_texts t ON t.id = inbox_items.text_id").Where("inbox_items.recipient_kind = 'post' AND t.audience = ?", plan.Community).Count(&theirs).Error
	})
	if theirs != 1 {
		t.Error("the community does not read the words that are for it")
	}
}

// TestOneThatIsPutOffIsNotLate: a paused campaign's message waits as long as it must, and nobody is alarmed.
func TestOneThatIsPutOffIsNotLate(t *testing.T) {
	w := newWorld(t)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	d := w.with(w.phones, func(o *notify.Options) {
		o.Admit = func(*store.Tx, event.Event, []notify.Delivery) error { return notify.ErrNotNow }
	})
	w.tell(w.notice(1))
	if err := d.Expand(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(48 * time.Hour)
	s, err := d.FindStatus(t.Context(), bureau)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Lag) != 0 {
		t.Errorf("%+v is late", s.Lag)
	}
}
