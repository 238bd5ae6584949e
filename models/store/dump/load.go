package dump

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"github.com/linli-city/linli/models/store"
)

const (
	batchRows   = 500
	batchValues = 8000    // SQLite takes 32766 in a statement
	batchBytes  = 1 << 20 // far below what a server takes in a packet
)

// Load fills an empty, migrated database with an archive. Everything is committed at once, after the archive's last
// hash was checked, so an error leaves the database empty. TiDB bounds its transactions: there batches are committed
// one by one, and an error after the first is ErrHalf.
// Errors: ErrDamaged, ErrNotEmpty, ErrOlder, ErrNewer, ErrHalf.
func Load(ctx context.Context, db *store.DB, r io.Reader) (Manifest, error) {
	pool, err := db.SQL()
	if err != nil {
		return Manifest{}, err
	}
	var server string
	if db.Dialect == store.MySQL {
		if err := pool.QueryRowContext(ctx, "SELECT VERSION()").Scan(&server); err != nil {
			return Manifest{}, fmt.Errorf("restore: %w", err)
		}
	}
	return load(ctx, db, r, strings.Contains(server, "TiDB"))
}

func load(ctx context.Context, db *store.DB, r io.Reader, piecemeal bool) (m Manifest, err error) {
	pool, err := db.SQL()
	if err != nil {
		return m, err
	}
	l := &loader{db: db, pool: pool, piecemeal: piecemeal, in: newReader(r)}
	if l.tx, err = pool.BeginTx(ctx, nil); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if m, err = l.run(ctx); err == nil {
		err = l.tx.Commit()
	} else if l.tx != nil {
		_ = l.tx.Rollback()
	}
	switch {
	case err == nil:
		return m, nil
	case l.committed:
		return Manifest{}, fmt.Errorf("restore: %w: %w", ErrHalf, err)
	default:
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
}

type loader struct {
	db        *store.DB
	pool      *sql.DB
	tx        *sql.Tx
	in        *reader
	piecemeal bool
	committed bool
}

func (l *loader) run(ctx context.Context) (Manifest, error) {
	_, first, _, err := l.in.next()
	if err != nil {
		return Manifest{}, err
	}
	if first.Head == nil || first.Head.Format != format {
		return Manifest{}, l.in.damaged("it is no backup that this program knows")
	}
	m := Manifest{Schema: first.Head.Schema, Dialect: first.Head.Dialect, At: first.Head.At}
	tables, err := l.target(ctx, m.Schema)
	if err != nil {
		return m, err
	}
	for _, s := range tables {
		t, err := l.table(ctx, s)
		if err != nil {
			return m, err
		}
		m.Tables = append(m.Tables, t)
	}
	_, last, sum, err := l.in.next()
	if err != nil {
		return m, err
	}
	if last.Foot == nil || last.Foot.Tables != len(tables) || last.Foot.SHA256 != sum {
		return m, l.in.damaged("the whole does not have its hash")
	}
	m.SHA256 = sum
	return m, l.in.atEnd()
}

// target lists the tables of a database that may be loaded: of the archive's schema and without a row.
func (l *loader) target(ctx context.Context, schema int64) ([]shape, error) {
	have, err := version(ctx, l.tx)
	if err != nil {
		return nil, err
	}
	if schema != have {
		cause := ErrOlder
		if schema > have {
			cause = ErrNewer
		}
		return nil, fmt.Errorf("%w (backup at %d, database at %d)", cause, schema, have)
	}
	tables, err := discover(ctx, l.tx, l.db.Dialect)
	if err != nil {
		return nil, err
	}
	return tables, empty(ctx, l.tx, tables)
}

// CheckEmpty returns ErrNotEmpty when a database holds anything but its schema, so that a restore can refuse before
// it has written anywhere.
func CheckEmpty(ctx context.Context, db *store.DB) error {
	pool, err := db.SQL()
	if err != nil {
		return err
	}
	tables, err := discover(ctx, pool, db.Dialect)
	if err != nil {
		return err
	}
	return empty(ctx, pool, tables)
}

func empty(ctx context.Context, q querier, tables []shape) error {
	for _, s := range tables {
		var one int
		err := q.QueryRowContext(ctx, "SELECT 1 FROM "+quote(s.Name)+" LIMIT 1").Scan(&one)
		if err == nil {
			return fmt.Errorf("%w (table %s)", ErrNotEmpty, s.Name)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return nil
}

// table reads one table of the archive into the database's table of the same name, which must have the same columns.
func (l *loader) table(ctx context.Context, s shape) (Table, error) {
	t := Table{Name: s.Name}
	_, open, _, err := l.in.next()
	if err != nil {
		return t, err
	}
	if open.Table == nil || open.Table.Name != s.Name || !slices.Equal(open.Table.Columns, s.Columns) {
		return t, l.in.damaged("table " + s.Name + " with this schema's columns should begin here")
	}
	b := batch{shape: s}
	var refused error // by the database; the table is read to its end first, because a damaged row may be the cause
	for {
		row, next, _, err := l.in.next()
		if err != nil {
			return t, err
		}
		if row == nil {
			if next.End == nil || next.End.Name != t.Name || next.End.Rows != t.Rows {
				return t, l.in.damaged("table " + s.Name + " does not have its number of rows")
			}
			t.SHA256 = next.End.SHA256
			if refused != nil {
				return t, refused
			}
			return t, l.flush(ctx, &b)
		}
		t.Rows++
		if refused != nil {
			continue
		}
		if err := b.add(row); err != nil {
			return t, l.in.damaged(err.Error())
		}
		if b.full() {
			refused = l.flush(ctx, &b)
		}
	}
}

// batch collects rows for one INSERT.
type batch struct {
	shape  shape
	values []any
	rows   int
	bytes  int
}

func (b *batch) add(row []json.RawMessage) error {
	if len(row) != len(b.shape.Columns) {
		return errors.New("a row has another number of columns")
	}
	for i, raw := range row {
		v, err := b.shape.Columns[i].Kind.read(raw)
		if err != nil {
			return fmt.Errorf("column %s is not readable", b.shape.Columns[i].Name)
		}
		b.values, b.bytes = append(b.values, v), b.bytes+len(raw)
	}
	b.rows++
	return nil
}

func (b *batch) full() bool {
	return b.rows >= batchRows || len(b.values)+len(b.shape.Columns) > batchValues || b.bytes >= batchBytes
}

func (l *loader) flush(ctx context.Context, b *batch) error {
	if b.rows == 0 {
		return nil
	}
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(b.shape.Columns)), ", ") + ")"
	stmt := "INSERT INTO " + quote(b.shape.Name) + " (" + b.shape.columnList() + ") VALUES " + marks + strings.Repeat(", "+marks, b.rows-1)
	limited, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if _, err := l.tx.ExecContext(limited, stmt, b.values...); err != nil {
		return fmt.Errorf("table %s, rows up to line %d: %w", b.shape.Name, l.in.n, unspoken(err))
	}
	b.values, b.rows, b.bytes = b.values[:0], 0, 0
	if !l.piecemeal {
		return nil
	}
	if err := l.tx.Commit(); err != nil {
		return err
	}
	l.committed = true
	var err error
	l.tx, err = l.pool.BeginTx(ctx, nil)
	return err
}

// unspoken keeps the values, which MySQL quotes in its messages, out of the error.
func unspoken(err error) error {
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
		return fmt.Errorf("the database refuses it (MySQL error %d)", my.Number)
	}
	return err
}
