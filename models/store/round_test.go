package store_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// numbered reads what numberings hold, in their order.
func numbered(t *testing.T, db *store.DB) (list []store.Numbering) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Order("series").Find(&list).Error })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestRound: what was put off is there after the commit and in its order, can be read earlier where it is asked for, and is gone with
// everything else when the round fails.
func TestRound(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	put := func(name string, last int64) func(*gorm.DB) *gorm.DB {
		return func(g *gorm.DB) *gorm.DB { return g.Create(&store.Numbering{Series: name, Last: last}) }
	}
	raise := func(g *gorm.DB) *gorm.DB {
		return g.Model(&store.Numbering{}).Where("series = ?", "a?").Update("last", gorm.Expr("last + ?", 1))
	}
	runs := 0
	err := db.InRound(t.Context(), func(tx *store.Tx) error {
		runs++
		for _, write := range []func(*gorm.DB) *gorm.DB{put("a?", 1), put("b; --\\'", 2), raise} {
			if err := tx.Later(write); err != nil {
				return err
			}
		}
		if err := tx.Flush(); err != nil {
			return err
		}
		var seen []int64
		read := func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			seen = append(seen, n)
			return err
		}
		err := tx.Ask(store.Query{SQL: "SELECT last FROM numberings WHERE series IN ? ORDER BY series" + tx.Locking(), Args: []any{[]string{"a?", "b; --\\'"}}, Read: read},
			store.Query{SQL: "SELECT last FROM numberings WHERE series = ?", Args: []any{"none"}, Read: read},
			store.Query{SQL: "SELECT COUNT(*) FROM numberings", Read: read})
		if err != nil || !slices.Equal(seen, []int64{2, 2, 2}) {
			t.Errorf("asked in the round: %v, %v", seen, err)
		}
		return tx.Later(put("c", 3))
	})
	if got := numbered(t, db); err != nil || runs != 1 || len(got) != 3 || got[0].Last != 2 || got[1].Series != "b; --\\'" || got[2].Last != 3 {
		t.Fatalf("after %d runs: %+v, %v", runs, got, err)
	}
	for name, f := range map[string]func(*store.Tx) error{
		"an error":       func(tx *store.Tx) error { return errors.Join(tx.Later(put("d", 4)), tx.Flush(), errors.New("no")) },
		"a key is taken": func(tx *store.Tx) error { return errors.Join(tx.Later(put("d", 4)), tx.Later(put("a?", 9))) },
		"a bad query": func(tx *store.Tx) error {
			return errors.Join(tx.Create(&store.Numbering{Series: "d"}).Error, tx.Ask(store.Query{SQL: "SELECT nothing FROM nowhere"}))
		},
	} {
		err := db.InRound(t.Context(), f)
		if got := numbered(t, db); err == nil || len(got) != 3 || got[0].Last != 2 {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
		if name == "a key is taken" && !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := db.InRound(t.Context(), func(*store.Tx) error { return nil }); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
}

// TestRoundsAreLeft: a round that panics or whose time is over holds no lock and costs no connection, however often that happens.
func TestRoundsAreLeft(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for range 6 {
		func() {
			defer func() { _ = recover() }()
			_ = db.InRound(t.Context(), func(tx *store.Tx) error {
				if err := tx.Create(&store.Numbering{Series: "x"}).Error; err != nil {
					t.Error(err)
				}
				panic("broken")
			})
		}()
		ctx, end := context.WithCancel(t.Context())
		err := db.InRound(ctx, func(tx *store.Tx) error {
			err := tx.Create(&store.Numbering{Series: "x"}).Error
			end()
			return errors.Join(err, tx.Later(func(g *gorm.DB) *gorm.DB { return g.Create(&store.Numbering{Series: "y"}) }))
		})
		if err == nil {
			t.Error("committed after its time")
		}
	}
	if got := numbered(t, db); len(got) != 0 {
		t.Errorf("left behind: %+v", got)
	}
	err := db.InRound(t.Context(), func(tx *store.Tx) error { return tx.Create(&store.Numbering{Series: "x"}).Error })
	if err != nil {
		t.Error(err)
	}
}

// TestIDs: processes take ids at once, each id is given once, and the first is behind the rows that are there.
func TestIDs(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO log_marks (id, meeting_id, leaf, ballot_id, state, reason) VALUES (41, 1, 0, 1, '', '')"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	given := map[int64]bool{}
	give := func(first int64, n int, err error) {
		mu.Lock()
		defer mu.Unlock()
		for id := first; id < first+int64(n); id++ {
			if err != nil || id <= 41 || given[id] {
				t.Errorf("%d: %v", id, err)
			}
			given[id] = true
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		process := &store.IDs{Table: "log_marks"}
		for range 3 {
			wg.Go(func() {
				for _, n := range []int{1, 256, 1, 700, 3, 1200} {
					first, err := process.Take(t.Context(), db, n)
					give(first, n, err)
				}
				_ = db.InTx(t.Context(), func(tx *store.Tx) error {
					first, err := process.In(tx, 2)
					if err == nil {
						give(first, 2, err)
					}
					return err
				})
			})
		}
	}
	wg.Wait()
}

// TestIDsBehindRows: rows that got their ids from the database meanwhile are never met.
func TestIDsBehindRows(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	process := &store.IDs{Table: "log_marks"}
	for _, id := range []int64{0, 5000, 70, 90_000} {
		if id > 0 {
			if err := db.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.Exec("INSERT INTO log_marks (id, meeting_id, leaf, ballot_id, state, reason) VALUES (?, 1, ?, 1, '', '')", id, id).Error
			}); err != nil {
				t.Fatal(err)
			}
		}
		first, err := process.Take(t.Context(), db, 1200)
		if err != nil || first <= id {
			t.Errorf("behind %d: %d, %v", id, first, err)
		}
	}
}

// TestIDsInTime: whoever waits for another's block waits no longer than they have.
func TestIDsInTime(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	process := &store.IDs{Table: "log_marks"}
	inside, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	if err := db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Query().Before("gorm:query").Register("test:hold", func(g *gorm.DB) {
			once.Do(func() { close(inside); <-leave })
		})
	}); err != nil {
		t.Fatal(err)
	}
	taken := make(chan error, 1)
	go func() {
		_, err := process.Take(t.Context(), db, 1)
		taken <- err
	}()
	<-inside
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := process.Take(ctx, db, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("behind another's block: %v", err)
	}
	close(leave)
	if err := <-taken; err != nil {
		t.Error(err)
	}
}
