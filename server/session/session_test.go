package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/session"
)

type world struct {
	*modelstest.Town
	clock *modelstest.Clock
	s     *session.Sessions
}

func newWorld(t *testing.T, r redis.UniversalClient) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	return &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), clock: clock, s: session.New(db, modelstest.Vault(t), r, 30*24*time.Hour)}
}

func (w *world) open(t *testing.T, person, post int64) string {
	t.Helper()
	token, err := w.s.Create(t.Context(), session.Start{PersonID: person, PostID: post, Device: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// stores are the ways in which Redis may be there.
func stores(t *testing.T, f func(*testing.T, redis.UniversalClient)) {
	t.Run("with Redis", func(t *testing.T) { f(t, modelstest.Redis(t)) })
	t.Run("without Redis", func(t *testing.T) { f(t, nil) })
	t.Run("with a dead Redis", func(t *testing.T) {
		f(t, redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialTimeout: 50 * time.Millisecond}))
	})
}

func TestASessionEndsAtOnce(t *testing.T) {
	stores(t, func(t *testing.T, r redis.UniversalClient) {
		w := newWorld(t, r)
		ctx := t.Context()
		owner := w.Resident(0, org.RoleOwner)
		token := w.open(t, owner.PersonID, 0)
		other := w.open(t, owner.PersonID, 0)
		a, err := w.s.Resident(ctx, token)
		if err != nil || a.PersonID != owner.PersonID || len(a.Homes) != 1 || a.Consented {
			t.Fatalf("%+v, %v", a, err)
		}
		if err := w.s.Revoke(ctx, owner.PersonID+1, a.SessionID); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("somebody else ended the session: %v", err)
		}
		if err := w.s.Revoke(ctx, owner.PersonID, a.SessionID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Resident(ctx, token); !errors.Is(err, org.ErrSignIn) {
			t.Errorf("a revoked token signs in: %v", err)
		}
		if _, err := w.s.Resident(ctx, other); err != nil {
			t.Errorf("the other device: %v", err)
		}
		if list, err := w.s.List(ctx, owner.PersonID); err != nil || len(list) != 1 {
			t.Errorf("%d sessions, %v", len(list), err)
		}
	})
}

func TestOnlyTheHashIsKept(t *testing.T) {
	w := newWorld(t, nil)
	token := w.open(t, w.Person().PersonID, 0)
	if len(token) < 43 || !strings.HasPrefix(token, "ll_") {
		t.Errorf("token %q", token)
	}
	var row session.Session
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Take(&row).Error }); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row.TokenHash, token) || row.TokenHash == "" {
		t.Error("the token itself is in the database")
	}
	for _, bad := range []string{"", "ll_", token + "x", strings.ToUpper(token), row.TokenHash} {
		if _, err := w.s.Resident(t.Context(), bad); !errors.Is(err, org.ErrSignIn) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestExpirySlides(t *testing.T) {
	w := newWorld(t, nil)
	token := w.open(t, w.Person().PersonID, 0)
	for range 3 {
		w.clock.Advance(29 * 24 * time.Hour)
		if _, err := w.s.Resident(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(31 * 24 * time.Hour)
	if _, err := w.s.Resident(t.Context(), token); !errors.Is(err, org.ErrSignIn) {
		t.Errorf("an expired session signs in: %v", err)
	}
	w.clock.Advance(31 * 24 * time.Hour)
	if n, err := w.s.Purge(t.Context()); err != nil || n != 1 {
		t.Errorf("purged %d, %v", n, err)
	}
}

// TestRightsAreReadFresh: a lease that is over, a post that is left and a term that has ended close at once.
func TestRightsAreReadFresh(t *testing.T) {
	w := newWorld(t, modelstest.Redis(t))
	ctx := t.Context()
	chair, stranger := w.Officer(w.Committee, org.Chair), w.Person()
	token, theirs := w.open(t, chair.PersonID, chair.Post.PostID), w.open(t, stranger.PersonID, 0)
	a, err := w.s.Staff(ctx, token, 0)
	if err != nil || a.Post == nil || a.Post.OrganisationID != w.Committee.ID || a.Post.OrgKind != org.Committee || a.Post.Kind != org.Chair {
		t.Fatalf("%+v, %v", a.Post, err)
	}
	if _, err := w.s.Staff(ctx, theirs, chair.Post.PostID); !errors.Is(err, org.ErrNotYourPost) {
		t.Errorf("a stranger acts in the post: %v", err)
	}
	ends := w.clock.Now().AddDate(0, 0, 3)
	if err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Post{}).Where("id = ?", chair.Post.PostID).Updates(map[string]any{"starts_on": org.DayOf(w.clock.Now()), "ends_on": org.DayOf(ends)}).Error
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Staff(ctx, token, 0); err != nil {
		t.Errorf("on the first day of the term: %v", err)
	}
	w.clock.Advance(3 * 24 * time.Hour)
	if _, err := w.s.Staff(ctx, token, 0); err != nil {
		t.Errorf("on the last day of the term: %v", err)
	}
	w.clock.Advance(24 * time.Hour)
	if _, err := w.s.Staff(ctx, token, 0); !errors.Is(err, org.ErrNotYourPost) {
		t.Errorf("after the term: %v", err)
	}
}

// TestHomesComeInTheOrderOfMovingIn: the first is the one that the mini-program opens with. A withdrawn agreement to the privacy notice
// is none, and an older version of it is none either.
func TestHomesComeInTheOrderOfMovingIn(t *testing.T) {
	w := newWorld(t, nil)
	r := w.Resident(2, org.RoleOwner)
	token := w.open(t, r.PersonID, 0)
	want := []int64{w.Units[2].ID}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		for _, unit := range []int{0, 1} {
			u, living := w.Units[unit], fmt.Sprintf("%d-%d", w.Units[unit].ID, r.PersonID)
			want = append(want, u.ID)
			if err := tx.Create(&org.Residence{EstateID: u.EstateID, UnitID: u.ID, PersonID: r.PersonID, Role: org.RoleFamily, Basis: "roster", Since: tx.Now, Living: &living}).Error; err != nil {
				return err
			}
		}
		return tx.Create(&[]org.Consent{{PersonID: r.PersonID, Version: "2020-01-1", GivenAt: tx.Now}, {PersonID: r.PersonID, Version: org.PrivacyVersion, GivenAt: tx.Now}}).Error
	}); err != nil {
		t.Fatal(err)
	}
	look := func() org.Actor {
		a, err := w.s.Resident(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := look()
	var got []int64
	for _, h := range a.Homes {
		got = append(got, h.UnitID)
	}
	if !slices.Equal(got, want) || !a.Consented {
		t.Errorf("homes %v in this order, want %v; agreed: %t", got, want, a.Consented)
	}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Consent{}).Where("person_id = ? AND version = ?", r.PersonID, org.PrivacyVersion).Update("withdrawn_at", tx.Now).Error
	}); err != nil {
		t.Fatal(err)
	}
	if look().Consented {
		t.Error("a withdrawn agreement stands")
	}
}

// TestALookForResidentsUsesItsKeysAndSortsNothing: every request of a resident makes one.
func TestALookForResidentsUsesItsKeysAndSortsNothing(t *testing.T) {
	w := newWorld(t, nil)
	token := w.open(t, w.Resident(0, org.RoleOwner).PersonID, 0)
	var seen []string
	var plan []map[string]any
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Row().After("gorm:row").Register("test:seen", func(g *gorm.DB) {
			seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Resident(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 {
		t.Fatalf("one look asks %d times: %v", len(seen), seen)
	}
	explain := "EXPLAIN QUERY PLAN "
	if modelstest.OnServer() {
		explain = "EXPLAIN "
	}
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Raw(explain + seen[0]).Scan(&plan).Error }); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s", plan)
	for _, key := range []string{"sessions_token", "consents_once", "residences_"} {
		if !strings.Contains(text, key) {
			t.Errorf("%s is not used: %s", key, text)
		}
	}
	for _, sort := range []string{"TEMP B-TREE", "temporary", "filesort"} {
		if strings.Contains(text, sort) {
			t.Errorf("%s: %s", sort, text)
		}
	}
}

func TestDeputyActsOnlyWhileThePostIsEmpty(t *testing.T) {
	w := newWorld(t, nil)
	ctx := t.Context()
	head, deputy := w.Officer(w.Community, org.Head), w.Officer(w.Community, org.Clerk)
	if err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Post{}).Where("id = ?", head.Post.PostID).Update("deputy_post_id", deputy.Post.PostID).Error
	}); err != nil {
		t.Fatal(err)
	}
	token := w.open(t, deputy.PersonID, 0)
	if _, err := w.s.Staff(ctx, token, head.Post.PostID); !errors.Is(err, org.ErrNotYourPost) {
		t.Errorf("the deputy acts beside the holder: %v", err)
	}
	if err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", head.Post.PostID).Updates(map[string]any{"ends_at": tx.Now, "holding": nil}).Error
	}); err != nil {
		t.Fatal(err)
	}
	if a, err := w.s.Staff(ctx, token, head.Post.PostID); err != nil || a.Post.PostID != head.Post.PostID {
		t.Errorf("the deputy of an empty post: %+v, %v", a.Post, err)
	}
}

func TestRevokeWhileInUse(t *testing.T) {
	w := newWorld(t, modelstest.Redis(t))
	person := w.Person().PersonID
	token := w.open(t, person, 0)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := w.s.Resident(context.Background(), token); err != nil && !errors.Is(err, org.ErrSignIn) {
					t.Error(err)
				}
			}
		})
	}
	if err := w.s.RevokeAll(t.Context(), person, 0); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if _, err := w.s.Resident(t.Context(), token); !errors.Is(err, org.ErrSignIn) {
		t.Errorf("after the revocation: %v", err)
	}
}
