package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

func openAt(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{DSN: dsn, Now: modelstest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func migrate(t testing.TB, db *store.DB) {
	t.Helper()
	if _, err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// migrations counts the files of a dialect.
func migrations(t testing.TB, d store.Dialect) int {
	t.Helper()
	files, err := fs.Glob(os.DirFS("migrations"), string(d)+"/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return len(files)
}

func TestMigratingAgainDoesNothing(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	n, err := db.Migrate(t.Context())
	if err != nil || n != migrations(t, db.Dialect) {
		t.Errorf("first: %d, %v", n, err)
	}
	series(t, db, "kept")
	if n, err := db.Migrate(t.Context()); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	if count(t, db, "numberings") != 1 {
		t.Error("migrating again lost a row")
	}
}

// Several processes that start at once bring one schema between them.
func TestMigratingAtOnce(t *testing.T) {
	t.Parallel()
	dsn := modelstest.DSN(t)
	var ran atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		db := openAt(t, dsn)
		wg.Go(func() {
			n, err := db.Migrate(context.Background())
			if err != nil {
				t.Error(err)
			}
			ran.Add(int64(n))
		})
	}
	wg.Wait()
	db := openAt(t, dsn)
	if want := int64(migrations(t, db.Dialect)); ran.Load() != want {
		t.Errorf("%d migrations ran, want %d", ran.Load(), want)
	}
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}

// SQLite has no lock for migrating: whoever comes second to one must fail, also where its statements would succeed again. A database that
// noted one twice before this was so is put right.
func TestSQLiteNotesAMigrationOnce(t *testing.T) {
	t.Parallel()
	db := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "linli.db")) // a database server has a lock
	migrate(t, db)
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	const again = "INSERT INTO schema_version (version_id, is_applied) VALUES (89, 1)"
	if _, err := pool.ExecContext(t.Context(), again); err == nil {
		t.Error("a migration is noted twice")
	}
	if _, err := pool.ExecContext(t.Context(), "DROP INDEX schema_version_once; "+again); err != nil {
		t.Fatal(err)
	}
	migrate(t, db)
	if _, err := pool.ExecContext(t.Context(), again); err == nil || count(t, db, "schema_version") != int64(migrations(t, db.Dialect)+1) {
		t.Errorf("%d are noted, %v", count(t, db, "schema_version"), err)
	}
}

func TestAnotherSchemaIsRefusedWithTheCommandToRun(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string, want error, says string) {
		t.Helper()
		if err := db.CheckSchema(t.Context()); !errors.Is(err, want) || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("an empty database", store.ErrOldSchema, "`server migrate`")
	migrate(t, db)
	check("a migrated one", nil, "")
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	check("one that a newer program changed", store.ErrNewSchema, "run the newer version")
	if _, err := pool.ExecContext(t.Context(), "DELETE FROM schema_version WHERE version_id > 1"); err != nil {
		t.Fatal(err)
	}
	check("one that misses the last migrations", store.ErrOldSchema, "`server migrate`")
}

func TestAPasswordIsNotInTheErrors(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"linli:geheim@tcp(127.0.0.1:1)/linli", "linli:geheim@tcp(127.0.0.1:1", "linli:geheim@nowhere(x)/linli", "geheim"} {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err == nil {
			_ = db.Close()
			t.Errorf("%s opens", dsn)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
