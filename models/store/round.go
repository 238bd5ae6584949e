package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Bounds of rounds.
const (
	maxRounds    = 4       // connections of a process that take several statements in a message
	maxPutOff    = 1 << 20 // bytes of statements that wait for the commit; more are sent before
	rollbackTime = 5 * time.Second
)

// InRound is InTx for the work of many callers at once, who all wait while messages go to and fro: on a database server the transaction
// begins in the message of its first statement, and what Later puts off is sent in that of the commit.
func (db *DB) InRound(ctx context.Context, f func(*Tx) error) error {
	if db.rounds == nil {
		return db.InTx(ctx, f)
	}
	return db.again(ctx, func(tx *Tx) error {
		conn, err := db.rounds.Conn(ctx)
		if err != nil {
			return err
		}
		r := &round{conn: conn}
		defer r.close(ctx)
		tx.DB = db.write.Session(&gorm.Session{NewDB: true, Context: ctx})
		tx.Statement.ConnPool = r
		tx.round = r
		if err := f(tx); err != nil {
			return err
		}
		return Raced(tx.send("COMMIT"))
	})
}

// Query is one of several that are asked together. Read takes each row.
type Query struct {
	SQL  string // as for Raw
	Args []any
	Read func(*sql.Rows) error
}

// Ask runs queries one after the other; in a round they are one message.
func (tx *Tx) Ask(list ...Query) error {
	if tx.round == nil {
		for _, q := range list {
			if err := q.ask(tx); err != nil {
				return err
			}
		}
		return nil
	}
	var text []string
	var args []any
	for _, q := range list {
		s := tx.Raw(q.SQL, q.Args...).Statement
		text, args = append(text, s.SQL.String()), append(args, s.Vars...)
	}
	return tx.traced(strings.Join(text, "; "), func(query string) (err error) {
		rows, err := tx.round.QueryContext(tx.Statement.Context, query, args...)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for i, q := range list {
			if i > 0 && !rows.NextResultSet() {
				return errors.Join(errors.New("store: a query has no answer"), rows.Err())
			}
			if err := q.each(rows); err != nil {
				return err
			}
		}
		return nil
	})
}

func (q *Query) ask(tx *Tx) error {
	rows, err := tx.Raw(q.SQL, q.Args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	return q.each(rows)
}

func (q *Query) each(rows *sql.Rows) error {
	for rows.Next() {
		if err := q.Read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// traced runs statements that gorm does not see, and logs them as it would.
func (tx *Tx) traced(query string, run func(string) error) error {
	began := time.Now()
	err := run(query)
	tx.Logger.Trace(tx.Statement.Context, began, func() (string, int64) { return query, -1 }, err)
	return tx.translated(err)
}

// Locking ends a query in SQL whose rows it locks, as ForUpdate does.
func (tx *Tx) Locking() string {
	if tx.Dialect == SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// Later is a write of which nothing is read before the commit, with which it is sent, after those put off before. Outside a round it is done
// at once. The rows' ids stay unknown.
func (tx *Tx) Later(write func(*gorm.DB) *gorm.DB) error {
	if tx.round == nil {
		return write(tx.DB).Error
	}
	dry := write(tx.Session(&gorm.Session{DryRun: true}))
	if dry.Error != nil {
		return dry.Error
	}
	r := tx.round
	r.later.WriteString(dry.Statement.SQL.String())
	r.later.WriteString("; ")
	r.args = append(r.args, dry.Statement.Vars...)
	if r.later.Len() < maxPutOff {
		return nil
	}
	return tx.Flush()
}

// Flush sends what was put off, so that it can be read.
func (tx *Tx) Flush() error {
	if tx.round == nil {
		return nil
	}
	return tx.send("")
}

// send sends what was put off, and the end of the transaction behind it.
func (tx *Tx) send(end string) error {
	r := tx.round
	query, args := strings.TrimSuffix(r.later.String()+end, "; "), r.args
	r.later.Reset()
	r.args = nil
	if query == "" || query == end && !r.begun { // nothing was done
		return nil
	}
	err := tx.traced(query, func(query string) error {
		_, err := r.ExecContext(tx.Statement.Context, query, args...)
		return err
	})
	r.ended = err == nil && end != ""
	return err
}

// translated is what gorm makes of an error of the driver.
func (tx *Tx) translated(err error) error {
	if t, ok := tx.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		return t.Translate(err)
	}
	return err
}

// Inserted gives the ids of the first and the last of n rows that the statement before has inserted at once, for the next statement.
func (tx *Tx) Inserted(n int) (first, last any) {
	if tx.Dialect == SQLite {
		return gorm.Expr("last_insert_rowid() - ?", n-1), gorm.Expr("last_insert_rowid()")
	}
	return gorm.Expr("LAST_INSERT_ID()"), gorm.Expr("LAST_INSERT_ID() + ?", n-1)
}

// round is the connection of a transaction that begins with its first statement.
type round struct {
	conn  *sql.Conn
	begun bool
	ended bool
	later strings.Builder
	args  []any
}

// begin puts the beginning before the first statement.
func (r *round) begin(query string) string {
	if r.begun {
		return query
	}
	r.begun = true
	return "START TRANSACTION; " + query
}

// PrepareContext is not needed: statements are not prepared.
func (r *round) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, errors.New("store: a round prepares no statements")
}

// ExecContext runs a statement.
func (r *round) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.conn.ExecContext(ctx, r.begin(query), args...)
}

// QueryContext runs a query.
func (r *round) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.conn.QueryContext(ctx, r.begin(query), args...)
}

// QueryRowContext runs a query for one row.
func (r *round) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return r.conn.QueryRowContext(ctx, r.begin(query), args...)
}

// close gives the connection back. One of which it is not known what it still holds is thrown away.
func (r *round) close(ctx context.Context) {
	if r.begun && !r.ended {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTime)
		defer cancel()
		if _, err := r.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			_ = r.conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}
	_ = r.conn.Close()
}
