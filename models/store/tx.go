package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"modernc.org/sqlite"
)

// attempts bounds how often InTx runs a closure that lost a deadlock or a write conflict.
const attempts = 5

// Tx is one transaction, or one read, with the single time at which everything in it happens.
type Tx struct {
	*gorm.DB
	// Now is UTC to the second. Rules take their time from here and from nowhere else.
	Now     time.Time
	Dialect Dialect
	wake    func()
	after   []func()
	round   *round // nil outside one
}

// Wake tells whoever carries messages that there are some; see DB.OnWake.
func (tx *Tx) Wake() {
	if tx.wake != nil {
		tx.wake()
	}
}

// Committed registers f to run after the commit, in order. It is for wake-up calls whose loss costs only time:
// whatever must happen goes through the outbox.
func (tx *Tx) Committed(f func()) { tx.after = append(tx.after, f) }

// ForUpdate locks the rows that the next query reads. SQLite has one writer, so there the clause is left out.
func (tx *Tx) ForUpdate() *gorm.DB {
	if tx.Dialect == SQLite {
		return tx.DB
	}
	return tx.Clauses(clause.Locking{Strength: "UPDATE"})
}

// InTx runs f in a transaction. A deadlock, a lock wait time-out or a write conflict rolls back and runs f again, up
// to five times with a growing random pause, as does what Raced marks; so f must change nothing outside the database.
// Servers run it at READ COMMITTED: what f counts after it has got a lock is what others committed while it waited. At
// REPEATABLE READ the first plain read would fix an old picture, and on TiDB already the beginning does.
func (db *DB) InTx(ctx context.Context, f func(*Tx) error) error {
	return db.again(ctx, func(tx *Tx) error {
		return db.write.WithContext(ctx).Transaction(func(g *gorm.DB) error {
			tx.DB = g
			return f(tx)
		})
	})
}

// again runs a transaction until it is not asked for once more, at most attempts times.
func (db *DB) again(ctx context.Context, do func(*Tx) error) error {
	for n := 1; ; n++ {
		tx := &Tx{Now: db.now(), Dialect: db.Dialect, wake: db.wake}
		err := do(tx)
		if err == nil {
			for _, after := range tx.after {
				after()
			}
			return nil
		}
		if n == attempts || !Transient(err) && !errors.Is(err, errRaced) {
			return err
		}
		pause := time.Duration(1<<n)*5*time.Millisecond + rand.N(20*time.Millisecond)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// View runs f on the reading pool, outside a transaction: each query sees what was committed when it began.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return f(&Tx{DB: db.read.WithContext(ctx), Now: db.now(), Dialect: db.Dialect})
}

// Now is the database's clock, UTC to the second.
func (db *DB) Now() time.Time { return db.now() }

// Transient reports whether the database asks for the same transaction again: MySQL 1213 deadlock, 1205 lock wait,
// 3572 nowait, TiDB 8002, 8022, 8028 and 9007 conflicts, 1020 MariaDB snapshot conflict, SQLite BUSY.
func Transient(err error) bool {
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
		switch my.Number {
		case 1213, 1205, 3572, 1020, 8002, 8022, 8028, 9007:
			return true
		}
		return false
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == 5
	}
	return errors.Is(err, driver.ErrBadConn)
}

// NotFound turns the database's "no such row" into f and leaves any other error as it is.
func NotFound(err, f error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return f
	}
	return err
}

// Duplicate turns a violated unique key into f and leaves any other error as it is.
func Duplicate(err, f error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return f
	}
	return err
}

// errRaced marks a unique key that somebody else took between this transaction's look and its insert.
var errRaced = errors.New("store: another transaction was faster")

// Raced marks a violated unique key for another run of the transaction, whose look then finds the other's row. It is
// for rows with a client_ref: two taps at the same moment get the same answer.
func Raced(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fmt.Errorf("%w: %w", errRaced, err)
	}
	return err
}

// MustAffect turns an UPDATE that matched no row into f: somebody else was first.
func MustAffect(res *gorm.DB, f error) error {
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return f
	}
	return nil
}

// Like escapes a text for a LIKE pattern whose ESCAPE character is '!'.
func Like(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
