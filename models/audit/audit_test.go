package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
	"gorm.io/gorm"
)

// clerk acts for a post.
type clerk struct{ person int64 }

func (c clerk) AuditTrail() (person, post, organisation int64, surface string) {
	return c.person, 7, 8, "office"
}

// record appends n entries about one unit, each in a transaction of its own.
func record(t testing.TB, db *store.DB, n int) {
	t.Helper()
	for i := range n {
		err := db.InTx(context.Background(), func(tx *store.Tx) error {
			return audit.Append(tx, clerk{person: 1}, "unit.change", audit.Subject{Kind: "unit", ID: 5, Estate: 3}, map[string]int{"step": i})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func seal(t testing.TB, db *store.DB) {
	t.Helper()
	for {
		n, err := audit.SealPending(context.Background(), db)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func TestWithoutAnActorNothingIsChanged(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for name, actor := range map[string]audit.Actor{"nil": nil, "nobody signed in": clerk{}} {
		err := db.InTx(t.Context(), func(tx *store.Tx) error {
			if err := tx.Create(&store.Numbering{Series: "change"}).Error; err != nil {
				return err
			}
			return audit.Append(tx, actor, "unit.change", audit.Subject{Kind: "unit", ID: 5}, nil)
		})
		if !errors.Is(err, audit.ErrNoActor) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		var changes, entries int64
		if err := tx.Model(&store.Numbering{}).Count(&changes).Error; err != nil {
			return err
		}
		if err := tx.Model(&audit.Entry{}).Count(&entries).Error; err != nil {
			return err
		}
		if changes+entries != 0 {
			t.Errorf("%d changes and %d entries remain", changes, entries)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnEntrySaysWhoDidWhatToWhatAndWhen(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	record(t, db, 3)
	rows, err := audit.List(t.Context(), db, audit.Subject{Kind: "unit", ID: 5}, 0, 2, all)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d entries, %v", len(rows), err)
	}
	e := rows[0]
	if e.PersonID != 1 || e.PostID != 7 || e.OrganisationID != 8 || e.Surface != "office" || e.Verb != "unit.change" ||
		e.EstateID != 3 || !e.At.Equal(clock.Now()) || e.Detail != `{"step":2}` {
		t.Errorf("newest entry %+v", e)
	}
	older, err := audit.List(t.Context(), db, audit.Subject{Kind: "unit", ID: 5}, rows[1].ID, 2, all)
	if err != nil || len(older) != 1 || older[0].Detail != `{"step":0}` {
		t.Errorf("next page %+v, %v", older, err)
	}
	other, err := audit.List(t.Context(), db, audit.Subject{Kind: "case", ID: 5}, 0, 2, all)
	if err != nil || len(other) != 0 {
		t.Errorf("another subject's page %+v, %v", other, err)
	}
}

// Equal details do not show that they are equal: what was erased cannot be guessed by comparing digests.
func TestDigestsAreSalted(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		for range 2 {
			if err := audit.Append(tx, audit.System{}, "x", audit.Subject{Kind: "unit", ID: 1}, "同样"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := audit.List(t.Context(), db, audit.Subject{}, 0, 10, all)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d entries, %v", len(rows), err)
	}
	if rows[0].Digest == rows[1].Digest || rows[0].Salt == rows[1].Salt || strings.Contains(rows[0].Digest, "同样") {
		t.Errorf("digests %q and %q", rows[0].Digest, rows[1].Digest)
	}
}

// all is a reader who may see everything.
func all(q *gorm.DB) *gorm.DB { return q }

type resident int64

func (r resident) AuditTrail() (person, post, organisation int64, surface string) {
	return int64(r), 0, 0, "miniapp"
}

func TestATrailDoesNotTellWhoAResidentIs(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		for _, e := range []struct {
			actor audit.Actor
			kind  string
			id    int64
		}{{resident(41), "case", 5}, {clerk{person: 42}, "case", 5}, {resident(41), "person", 41}} {
			if err := audit.Append(tx, e.actor, "a.verb", audit.Subject{Kind: e.kind, ID: e.id, About: 9}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := audit.List(t.Context(), db, audit.Subject{}, 0, 10, all)
	if err != nil || len(rows) != 2 || rows[0].PersonID != 42 || rows[1].PersonID != 0 || rows[1].AboutID != 9 {
		t.Errorf("%+v, %v", rows, err)
	}
}
