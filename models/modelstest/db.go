// Package modelstest gives tests a real database, a clock they can turn, a Redis, and a town with estates and people.
// Each test works in its own estate, so that one database serves a whole package.
package modelstest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Clock is a clock that stands until a test turns it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at ten in the morning of Monday, 2 March 2026, in Shanghai.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)} }

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance turns the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open gives a migrated database with a standing clock: SQLite in a folder of the test, or a database of its own on
// the server that LINLI_TEST_DSN names (a go-sql-driver DSN without a database).
func Open(t testing.TB) *store.DB { return OpenAt(t, NewClock()) }

// OpenAt is Open with a clock that the test turns.
func OpenAt(t testing.TB, c *Clock) *store.DB {
	t.Helper()
	o := store.Options{DSN: DSN(t), Now: c.Now, OnSQL: Record(), MaxOpen: 16}
	Migrated(t, o.DSN)
	db, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open %T: %v", db, err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// DSN makes an empty database and gives its DSN; it is dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	server := os.Getenv("LINLI_TEST_DSN")
	if server == "" {
		return "sqlite:" + filepath.Join(t.TempDir(), "linli.db")
	}
	name := fmt.Sprintf("linli_%d_%08x", os.Getpid(), rand.Uint32())
	admin, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+name)
		_ = admin.Close()
	})
	return strings.TrimSuffix(server, "/") + "/" + name
}

// OnServer reports whether the tests run on a database server.
func OnServer() bool { return os.Getenv("LINLI_TEST_DSN") != "" }

// Vault gives fresh keys.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	recordOnce sync.Once
	recorder   func(string)
)

// Record writes each distinct statement that reaches a database server into LINLI_TEST_SQL_DIR, one file a process,
// for the check with TiDB's parser.
func Record() func(string) {
	recordOnce.Do(func() {
		dir := os.Getenv("LINLI_TEST_SQL_DIR")
		if dir == "" || !OnServer() {
			return
		}
		f, err := os.CreateTemp(dir, "statements-*.sql")
		if err != nil {
			return
		}
		var mu sync.Mutex
		seen := map[string]bool{}
		recorder = func(s string) {
			mu.Lock()
			defer mu.Unlock()
			if !seen[s] {
				seen[s] = true
				_, _ = f.WriteString(s + "\x00")
			}
		}
	})
	return recorder
}
