package committee_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// phone gives one of the people a number in their account.
func (w *world) phone(person int, number string) {
	w.t.Helper()
	err := w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", w.people[person].PersonID).Update("phone_index", w.Vault.Index("phone", number)).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// links makes everybody's and gives them by person.
func (w *world) links(meeting int64) []committee.Linked {
	w.t.Helper()
	list, err := w.MakeLinks(w.t.Context(), w.people[0], meeting, nil)
	if err != nil || len(list) != 5 {
		w.t.Fatal(len(list), err)
	}
	return list
}

// TestALinkVotesOnce: by the member's own phone, on everything at once, once; a new link ends the one before.
func TestALinkVotesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	w.phone(1, "13900000001")
	w.phone(2, "13900000002")
	id, items := w.open(committee.NewItem{Matter: "supervise", Title: "督促修门禁", Text: "十日内修好"}, committee.NewItem{Matter: "own_affairs", Title: "值班安排", Text: "轮流值班"})
	old := w.links(id)
	list := w.links(id)
	if _, err := w.ByLink(t.Context(), old[1].Token); !errors.Is(err, committee.ErrLink) {
		t.Errorf("an old link opens: %v", err)
	}
	p, err := w.ByLink(t.Context(), list[1].Token)
	if err != nil || len(p.Items) != 2 || p.Name != "委员2" || p.Used {
		t.Fatalf("%+v, %v", p, err)
	}
	both := []committee.Ballot{{ItemID: items[0], Choice: "yes"}, {ItemID: items[1], Choice: "no", Reason: "应当按月"}}
	for name, c := range map[string]struct {
		token, phone string
		ballots      []committee.Ballot
		want         error
	}{
		"another's phone":   {list[1].Token, "13900000002", both, committee.ErrPhone},
		"no link":           {"wrong", "13900000001", both, committee.ErrLink},
		"half of the items": {list[1].Token, "13900000001", both[:1], fault.ErrInvalid},
	} {
		if _, err := w.CastByLink(t.Context(), c.token, c.phone, c.ballots); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	once := w.Once("form", "h")
	for range 2 { // the answer was lost: the same form again
		if _, err := once.CastByLink(t.Context(), list[1].Token, "13900000001", both); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Once("other form", "h").CastByLink(t.Context(), list[1].Token, "13900000001", both); !errors.Is(err, committee.ErrVoted) {
		t.Errorf("used twice: %v", err)
	}
	if _, err := w.Once("form", "other").CastByLink(t.Context(), list[1].Token, "13900000001", both); !errors.Is(err, committee.ErrRefReused) {
		t.Errorf("the reference with another vote: %v", err)
	}
	if p, err := w.ByLink(t.Context(), list[1].Token); err != nil || !p.Used || p.Mine[items[1]].Choice != "no" {
		t.Errorf("a used link does not show what was voted: %+v, %v", p, err)
	}
	if err := w.RevokeLinks(t.Context(), w.people[0], id, list[2].MemberID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CastByLink(t.Context(), list[2].Token, "13900000002", both); !errors.Is(err, committee.ErrLink) {
		t.Errorf("a revoked link votes: %v", err)
	}
	w.sound()
}

// TestTwentyLinksOfOneMember: many browsers with one link: one vote on each item.
func TestTwentyLinksOfOneMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	w.phone(1, "13900000001")
	w.phone(2, "13900000002")
	id, items := w.open()
	all := w.links(id)
	link := all[1]
	var wg sync.WaitGroup
	var first atomic.Int64
	for i := range 20 {
		wg.Go(func() {
			_, err := w.Once(string(rune('a'+i)), "h").CastByLink(t.Context(), link.Token, "13900000001", []committee.Ballot{{ItemID: items[0], Choice: "yes"}})
			if err == nil {
				first.Add(1)
			} else if !errors.Is(err, committee.ErrVoted) {
				t.Error(err)
			}
		})
		wg.Go(func() { // one form, sent again and again
			if _, err := w.Once("form", "h").CastByLink(t.Context(), all[2].Token, "13900000002", []committee.Ballot{{ItemID: items[0], Choice: "no"}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	v, err := w.FindMeeting(t.Context(), w.people[0], id)
	if err != nil || first.Load() != 1 || v.Items[0].Voted != 2 {
		t.Errorf("%d voted, %d acknowledged, %v", v.Items[0].Voted, first.Load(), err)
	}
}

// TestLinksEnd: with the vote, with the seat, and in the database nothing leads back to a token.
func TestLinksEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	w.phone(1, "13900000001")
	w.phone(2, "13900000002")
	id, items := w.open()
	list := w.links(id)
	yes := []committee.Ballot{{ItemID: items[0], Choice: "yes"}}
	if _, err := w.Resign(t.Context(), w.people[2], w.Estate.ID, "搬家了"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CastByLink(t.Context(), list[2].Token, "13900000002", yes); !errors.Is(err, committee.ErrLink) {
		t.Errorf("votes after leaving: %v", err)
	}
	w.clock.Advance(48*time.Hour + time.Second)
	if _, err := w.CastByLink(t.Context(), list[1].Token, "13900000001", yes); !errors.Is(err, committee.ErrLink) {
		t.Errorf("votes after the end: %v", err)
	}
	var n int64
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&committee.Link{}).Where("token_hash = ?", list[1].Token).Count(&n).Error
	})
	if err != nil || n != 0 {
		t.Errorf("a token is stored: %d, %v", n, err)
	}
}
