package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// count gives how many rows a table has as others see it.
func count(t testing.TB, db *store.DB, table string) int64 {
	t.Helper()
	var n int64
	if err := db.View(context.Background(), func(tx *store.Tx) error { return tx.Table(table).Count(&n).Error }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	broken := errors.New("broken")
	hooks := 0
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		tx.Committed(func() { hooks++ })
		if err := tx.Create(&store.Numbering{Series: "a"}).Error; err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("the cause is lost: %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		_ = db.InTx(t.Context(), func(tx *store.Tx) error {
			tx.Committed(func() { hooks++ })
			_ = tx.Create(&store.Numbering{Series: "b"}).Error
			panic("bug")
		})
	}()
	gone, cancel := context.WithCancel(t.Context())
	err = db.InTx(gone, func(tx *store.Tx) error {
		tx.Committed(func() { hooks++ })
		err := tx.Create(&store.Numbering{Series: "c"}).Error
		cancel()
		return err
	})
	if err == nil {
		t.Error("a transaction was committed for a caller who had left")
	}
	if n := count(t, db, "numberings"); n != 0 || hooks != 0 {
		t.Errorf("%d rows and %d hooks after three rollbacks", n, hooks)
	}
	// A leaked connection would stop SQLite's only writer.
	ctx, done := context.WithTimeout(t.Context(), 5*time.Second)
	defer done()
	if err := db.InTx(ctx, func(tx *store.Tx) error { return tx.Create(&store.Numbering{Series: "d"}).Error }); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

func TestHooksRunInOrderAfterTheCommit(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	var ran []string
	tries := 0
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		tries++
		tx.Committed(func() { ran = append(ran, fmt.Sprintf("first sees %d", count(t, db, "numberings"))) })
		tx.Committed(func() { ran = append(ran, "second") })
		if err := tx.Create(&store.Numbering{Series: "a"}).Error; err != nil {
			return err
		}
		if tries == 1 {
			return &mysqldriver.MySQLError{Number: 1213}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"first sees 1", "second"}; !slices.Equal(ran, want) {
		t.Errorf("hooks %q, want %q: those of the lost try must not run", ran, want)
	}
}

func TestALostConflictIsTriedAgainWithinBounds(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	lost := &mysqldriver.MySQLError{Number: 1213, Message: "deadlock"}
	tries := 0
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		tries++
		if err := tx.Create(&store.Numbering{Series: "a"}).Error; err != nil {
			return err
		}
		if tries < 5 {
			return fmt.Errorf("vote: %w", lost)
		}
		return nil
	})
	if err != nil || tries != 5 || count(t, db, "numberings") != 1 {
		t.Errorf("after four lost conflicts: %v in %d tries", err, tries)
	}
	tries = 0
	err = db.InTx(t.Context(), func(*store.Tx) error { tries++; return lost })
	if !errors.Is(err, lost) || tries != 5 {
		t.Errorf("a conflict that never ends: %v in %d tries", err, tries)
	}
	tries = 0
	refused := fault.New(fault.Conflict, "x.taken", "已有")
	err = db.InTx(t.Context(), func(*store.Tx) error { tries++; return refused })
	if !errors.Is(err, refused) || tries != 1 {
		t.Errorf("a refusal: %v in %d tries", err, tries)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tries = 0
	err = db.InTx(ctx, func(*store.Tx) error { tries++; cancel(); return lost })
	if err == nil || tries != 1 {
		t.Errorf("for a caller who had left: %v in %d tries", err, tries)
	}
}

func TestTransient(t *testing.T) {
	t.Parallel()
	for _, n := range []uint16{1213, 1205, 3572, 1020, 8002, 8022, 8028, 9007} {
		if err := fmt.Errorf("wrapped: %w", &mysqldriver.MySQLError{Number: n}); !store.Transient(err) {
			t.Errorf("%v is not tried again", err)
		}
	}
	for _, err := range []error{nil, errors.New("x"), context.Canceled, context.DeadlineExceeded, sql.ErrNoRows, mysqldriver.ErrInvalidConn, &mysqldriver.MySQLError{Number: 1062}, &mysqldriver.MySQLError{Number: 1406}} {
		if store.Transient(err) {
			t.Errorf("%v is tried again", err)
		}
	}
	if !store.Transient(driver.ErrBadConn) {
		t.Error("a connection that died before it was used is not tried again")
	}
}

// Another program that writes to the same file makes SQLite say BUSY.
func TestABusyFileIsTransient(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "linli.db")
	db := openAt(t, "sqlite:"+path)
	migrate(t, db)
	impatient, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(0)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = impatient.Close() }()
	err = db.InTx(t.Context(), func(*store.Tx) error {
		tx, err := impatient.BeginTx(t.Context(), nil)
		if err == nil {
			_ = tx.Rollback()
			t.Error("two writers at once")
		} else if !store.Transient(err) {
			t.Errorf("%v is not tried again", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Two transactions that take the same two rows in opposite order: the database breaks one, and it runs again.
func TestADeadlockIsSurvived(t *testing.T) {
	t.Parallel()
	if !modelstest.OnServer() {
		t.Skip("SQLite has one writer and no deadlocks")
	}
	db := modelstest.Open(t)
	series(t, db, "left", "right")
	var met, done sync.WaitGroup
	met.Add(2)
	tries := make(chan int, 2)
	both := func(order ...string) {
		n := 0
		err := db.InTx(context.Background(), func(tx *store.Tx) error {
			n++
			for i, s := range order {
				if err := increment(tx, s); err != nil {
					return err
				}
				if n == 1 && i == 0 {
					met.Done()
					met.Wait() // both hold one row now
				}
			}
			return nil
		})
		if err != nil {
			t.Errorf("%v: %v", order, err)
		}
		tries <- n
	}
	done.Go(func() { both("left", "right") })
	done.Go(func() { both("right", "left") })
	done.Wait()
	if n := <-tries + <-tries; n < 3 {
		t.Errorf("%d tries: there was no deadlock to survive", n)
	}
	for _, s := range []string{"left", "right"} {
		if got := last(t, db, s); got != 2 {
			t.Errorf("%s is %d, want 2", s, got)
		}
	}
}

func TestNoUpdateIsLost(t *testing.T) {
	t.Parallel()
	dsn := modelstest.DSN(t)
	one, two := openAt(t, dsn), openAt(t, dsn) // as two processes do
	migrate(t, one)
	series(t, one, "hot")
	var wg sync.WaitGroup
	for n := range 20 {
		db := []*store.DB{one, two}[n%2]
		wg.Go(func() {
			if err := db.InTx(context.Background(), func(tx *store.Tx) error { return increment(tx, "hot") }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := last(t, one, "hot"); got != 20 {
		t.Errorf("twenty increments make %d", got)
	}
}

func series(t testing.TB, db *store.DB, names ...string) {
	t.Helper()
	for _, s := range names {
		if err := db.InTx(context.Background(), func(tx *store.Tx) error { return tx.Create(&store.Numbering{Series: s}).Error }); err != nil {
			t.Fatal(err)
		}
	}
}

func increment(tx *store.Tx, name string) error {
	var n store.Numbering
	if err := tx.ForUpdate().Where("series = ?", name).Take(&n).Error; err != nil {
		return err
	}
	return tx.Model(&store.Numbering{}).Where("series = ?", name).Update("last", n.Last+1).Error
}

func last(t testing.TB, db *store.DB, name string) int64 {
	t.Helper()
	var n store.Numbering
	if err := db.View(context.Background(), func(tx *store.Tx) error { return tx.Where("series = ?", name).Take(&n).Error }); err != nil {
		t.Fatal(err)
	}
	return n.Last
}

func TestTheTwoExpectedAnswersBecomeFaults(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	series(t, db, "a")
	missing, taken := fault.New(fault.NotFound, "x.missing", "没有"), fault.New(fault.Conflict, "x.taken", "已有")
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		var n store.Numbering
		if err := store.NotFound(tx.Where("series = ?", "b").Take(&n).Error, missing); !errors.Is(err, missing) {
			t.Errorf("no such row: %v", err)
		}
		if err := store.NotFound(tx.Where("nonsense = 1").Take(&n).Error, missing); err == nil || errors.Is(err, missing) {
			t.Errorf("a broken statement: %v", err)
		}
		res := tx.Model(&store.Numbering{}).Where("series = ?", "b").Update("last", 1)
		if err := store.MustAffect(res, missing); !errors.Is(err, missing) {
			t.Errorf("an update of nothing: %v", err)
		}
		res = tx.Model(&store.Numbering{}).Where("series = ?", "a").Update("last", 0)
		if err := store.MustAffect(res, missing); err != nil {
			t.Errorf("an update that finds its row as it should be: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	again := db.InTx(t.Context(), func(tx *store.Tx) error {
		return store.Duplicate(tx.Create(&store.Numbering{Series: "a"}).Error, taken)
	})
	if !errors.Is(again, taken) {
		t.Errorf("a row that is there already: %v", again)
	}
	if err := store.Duplicate(nil, taken); err != nil {
		t.Errorf("no error became %v", err)
	}
}

func TestStatementsCarryNoValues(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	db, err := store.Open(t.Context(), store.Options{DSN: modelstest.DSN(t), OnSQL: func(s string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, s)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	migrate(t, db)
	err = db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(&store.Numbering{Series: "王小明"}).Error; err != nil {
			return err
		}
		return tx.Where("series = ?", "王小明").Take(new(store.Numbering)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(seen, "\n")
	if !strings.Contains(all, "INSERT") || !strings.Contains(all, "SELECT") || strings.Contains(all, "王小明") {
		t.Errorf("statements as they would be logged:\n%s", all)
	}
}
