package dump_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/store/dump"
)

// lite opens an empty, migrated SQLite database whatever the tests run on.
func lite(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: "sqlite:" + filepath.Join(t.TempDir(), "linli.db"), Now: modelstest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// filled puts in what is hard to carry: the ends of int64, NULL beside zero, dates, both booleans, Chinese beyond the
// basic plane, quotes, line ends, an empty text, a long text, a key of two columns and more rows than a batch.
func filled(t *testing.T, db *store.DB, entries int) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		day := time.Date(2030, 2, 28, 0, 0, 0, 0, time.UTC)
		closed := tx.Now.Add(time.Hour)
		rows := []any{
			&org.Organisation{ID: 1, Code: "a", Name: "𠮷祥社区🏠 <&> \"引号\" 'x' \\ \u2028", CityWide: true, CreatedAt: tx.Now},
			&org.Organisation{ID: 1<<63 - 1, Code: "b", Name: "一\n二\t三", ParentID: -1 << 63, ClosedAt: &closed, CreatedAt: tx.Now},
			&org.Post{OrganisationID: 1, Kind: "head", StartsOn: &day, CreatedAt: tx.Now},
			&org.Post{OrganisationID: 1, Kind: "head", EndsOn: &day, CreatedAt: tx.Now},
			&outbox.Message{Kind: "x", Body: strings.Repeat("长", 20_000), CreatedAt: tx.Now, DueAt: tx.Now},
			&store.Lease{Name: "租", Owner: "", Until: time.Date(1999, 12, 31, 23, 59, 59, 0, time.FixedZone("", 8*3600))},
		}
		for _, r := range rows {
			if err := tx.Create(r).Error; err != nil {
				return err
			}
		}
		for n := range entries {
			if err := audit.Append(tx, audit.System{}, "unit.change", audit.Subject{Kind: "unit", ID: int64(n)}, map[string]int{"n": n}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.SealPending(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

func written(t *testing.T, db *store.DB) ([]byte, dump.Manifest) {
	t.Helper()
	var b bytes.Buffer
	m, err := dump.Write(t.Context(), db, &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m
}

func sameFacts(t *testing.T, a, b dump.Manifest) {
	t.Helper()
	if a.Schema != b.Schema || len(a.Tables) == 0 || !reflect.DeepEqual(a.Tables, b.Tables) {
		t.Errorf("manifests differ:\n%+v\n%+v", a, b)
	}
}

func TestARestoredDatabaseHoldsTheSameFacts(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) *store.DB { return modelstest.Open(t) }
	for name, pair := range map[string][2]func(*testing.T) *store.DB{
		"file to file": {lite, lite}, "file to test database": {lite, open}, "test database to file": {open, lite}, "test database to test database": {open, open},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := pair[0](t), pair[1](t)
			filled(t, from, 1203)
			archive, wrote := written(t, from)
			loaded, err := dump.Load(t.Context(), to, bytes.NewReader(archive))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(wrote, loaded) {
				t.Errorf("written %+v\nloaded %+v", wrote, loaded)
			}
			again, back := written(t, to)
			sameFacts(t, wrote, back)
			if from.Dialect == to.Dialect && !bytes.Equal(archive, again) {
				t.Error("a backup of the restored database differs from the backup it was restored from")
			}
			works(t, to)
		})
	}
}

// works reads the hard values back through the entities, continues the chain and checks that keys go on.
func works(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	r, err := audit.Verify(ctx, db, "")
	if err != nil || r.Sealed != 500 || r.Waiting != 703 {
		t.Errorf("the chain after a restore: %+v, %v", r, err)
	}
	err = db.InTx(ctx, func(tx *store.Tx) error {
		var o org.Organisation
		if err := tx.Where("code = ?", "a").Take(&o).Error; err != nil {
			return err
		}
		if want := "𠮷祥社区🏠 <&> \"引号\" 'x' \\ \u2028"; o.Name != want || !o.CityWide || o.ClosedAt != nil {
			t.Errorf("restored %+v", o)
		}
		var p org.Post
		day := time.Date(2030, 2, 28, 0, 0, 0, 0, time.UTC)
		if err := tx.Where("ends_on >= ? AND ends_on < ?", day, day.AddDate(0, 0, 1)).Take(&p).Error; err != nil {
			return fmt.Errorf("a post by its last day: %w", err)
		}
		if !p.EndsOn.Equal(day) || p.StartsOn != nil {
			t.Errorf("restored %+v", p)
		}
		var l store.Lease
		if err := tx.Where("ends_at < ?", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).Take(&l).Error; err != nil {
			return fmt.Errorf("a lease by its time: %w", err)
		}
		if want := time.Date(1999, 12, 31, 15, 59, 59, 0, time.UTC); !l.Until.Equal(want) {
			t.Errorf("restored %v, want %v", l.Until, want)
		}
		return audit.Append(tx, audit.System{}, "unit.change", audit.Subject{Kind: "unit", ID: 1}, nil)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestABackupIsOneMoment(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	filled(t, db, 1203)
	_, before := written(t, db)
	// The writer of the archive changes a later table as soon as the first bytes arrive.
	w := &meddler{do: func() {
		err := db.InTx(context.Background(), func(tx *store.Tx) error {
			return tx.Create(&store.Numbering{Series: "late", Last: 1}).Error
		})
		if err != nil {
			t.Error(err)
		}
	}}
	during, err := dump.Write(t.Context(), db, w)
	if err != nil {
		t.Fatal(err)
	}
	if !w.done {
		t.Fatal("nothing was changed meanwhile")
	}
	sameFacts(t, before, during)
	if _, after := written(t, db); reflect.DeepEqual(before.Tables, after.Tables) {
		t.Error("the change is not in the next backup")
	}
}

type meddler struct {
	do   func()
	done bool
}

func (m *meddler) Write(p []byte) (int, error) {
	if !m.done {
		m.done = true
		m.do()
	}
	return len(p), nil
}

func TestADamagedArchiveLeavesTheDatabaseEmpty(t *testing.T) {
	t.Parallel()
	from, to := lite(t), modelstest.Open(t)
	filled(t, from, 3)
	archive, _ := written(t, from)
	_, empty := written(t, to)
	refuse := func(what string, b []byte) {
		t.Helper()
		if bytes.Equal(b, archive) {
			t.Errorf("%s: nothing is damaged", what)
			return
		}
		if _, err := dump.Load(t.Context(), to, bytes.NewReader(b)); !errors.Is(err, dump.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n := 0; n < len(archive); n += len(archive)/20 + 1 {
		refuse(fmt.Sprintf("cut at %d", n), archive[:n])
		b := bytes.Clone(archive)
		b[n] ^= 1
		refuse(fmt.Sprintf("byte %d changed from %q", n, archive[n]), b)
	}
	refuse("without its line end", archive[:len(archive)-1])
	for n := len(archive) - 60; n < len(archive); n += 7 {
		b := bytes.Clone(archive)
		b[n] ^= 4
		refuse(fmt.Sprintf("foot changed at %d", n), b)
	}
	refuse("followed by more", append(bytes.Clone(archive), "[]\n"...))
	lines := bytes.SplitAfter(archive, []byte("\n"))
	row := 0
	for i, l := range lines {
		if l[0] == '[' {
			row = i
			break
		}
	}
	refuse("a row less", bytes.Join(append(lines[:row:row], lines[row+1:]...), nil))
	refuse("a row twice", bytes.Join(append(lines[:row+1:row+1], lines[row:]...), nil))
	refuse("another content in a row", bytes.Replace(archive, []byte(`{\"n\":1}`), []byte(`{\"n\":0}`), 1))
	_, still := written(t, to)
	sameFacts(t, empty, still)
	if _, err := dump.Load(t.Context(), to, bytes.NewReader(archive)); err != nil {
		t.Errorf("the sound archive afterwards: %v", err)
	}
}

func TestARestoreNeedsAnEmptyDatabaseOfTheSameSchema(t *testing.T) {
	t.Parallel()
	from := lite(t)
	filled(t, from, 3)
	archive, _ := written(t, from)

	full := modelstest.Open(t)
	filled(t, full, 3)
	_, before := written(t, full)
	_, err := dump.Load(t.Context(), full, bytes.NewReader(archive))
	if !errors.Is(err, dump.ErrNotEmpty) || !strings.Contains(err.Error(), "server migrate") {
		t.Errorf("into a database with data: %v", err)
	}
	_, after := written(t, full)
	sameFacts(t, before, after)

	for version, want := range map[int64]error{9_999: dump.ErrOlder, -1: dump.ErrNewer} {
		other := modelstest.Open(t)
		pool := sqlOf(t, other)
		stmt := fmt.Sprintf("INSERT INTO schema_version (version_id, is_applied) VALUES (%d, 1)", version)
		if version < 0 {
			stmt = "DELETE FROM schema_version WHERE version_id > 1"
		}
		if _, err := pool.ExecContext(t.Context(), stmt); err != nil {
			t.Fatal(err)
		}
		_, err := dump.Load(t.Context(), other, bytes.NewReader(archive))
		if !errors.Is(err, want) || !strings.Contains(err.Error(), "`server migrate`") {
			t.Errorf("into another schema: %v, want %v", err, want)
		}
	}
}

func TestAValueWithoutAnExactFormIsNotBackedUp(t *testing.T) {
	t.Parallel()
	for name, stmt := range map[string]string{
		"no UTF-8":           "INSERT INTO numberings (series, last) VALUES (CAST(x'ff41' AS TEXT), 1)",
		"no number":          "INSERT INTO numberings (series, last) VALUES ('a', 'geheim')",
		"finer than seconds": "INSERT INTO leases (name, owner, ends_at) VALUES ('a', '', '2026-03-02 02:00:00.5')",
		"no time":            "INSERT INTO leases (name, owner, ends_at) VALUES ('a', '', 'geheim')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := lite(t)
			if _, err := sqlOf(t, db).ExecContext(t.Context(), stmt); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			_, err := dump.Write(t.Context(), db, &b)
			if err == nil || !strings.Contains(err.Error(), "table ") || strings.Contains(err.Error(), "geheim") {
				t.Errorf("backup says %v", err)
			}
			if _, err := dump.Load(t.Context(), lite(t), &b); !errors.Is(err, dump.ErrDamaged) {
				t.Errorf("what was written of it loads: %v", err)
			}
		})
	}
}

func sqlOf(t *testing.T, db *store.DB) *sql.DB {
	t.Helper()
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	return pool
}
