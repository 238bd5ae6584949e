package dump

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/linli-city/linli/models/store"
)

// Write copies everything the database holds at one moment into w, row by row: writers go on meanwhile and are not
// seen. An error leaves w with a stream that Load refuses.
func Write(ctx context.Context, db *store.DB, w io.Writer) (Manifest, error) {
	var m Manifest
	err := snapshot(ctx, db, func(q querier) error {
		schema, err := version(ctx, q)
		if err != nil {
			return err
		}
		tables, err := discover(ctx, q, db.Dialect)
		if err != nil {
			return err
		}
		m = Manifest{Schema: schema, Dialect: string(db.Dialect), At: db.Now()}
		out := &writer{to: bufio.NewWriterSize(w, 1<<16), all: sha256.New()}
		if err := out.line(line{Head: &head{Format: format, Schema: m.Schema, Dialect: m.Dialect, At: m.At}}); err != nil {
			return err
		}
		for _, s := range tables {
			t, err := out.table(ctx, q, s)
			if err != nil {
				return fmt.Errorf("table %s: %w", s.Name, err)
			}
			m.Tables = append(m.Tables, t)
		}
		m.SHA256 = hex.EncodeToString(out.all.Sum(nil))
		if err := out.line(line{Foot: &foot{Tables: len(m.Tables), SHA256: m.SHA256}}); err != nil {
			return err
		}
		return out.to.Flush()
	})
	if err != nil {
		return Manifest{}, fmt.Errorf("back up: %w", err)
	}
	return m, nil
}

// snapshot runs f on one connection that sees the database as it is at the start.
func snapshot(ctx context.Context, db *store.DB, f func(querier) error) error {
	return db.View(ctx, func(tx *store.Tx) error {
		pool, err := tx.DB.DB()
		if err != nil {
			return err
		}
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		// A server may default to READ COMMITTED, under which the snapshot of MySQL would be none. SQLite's readers
		// keep the state of their first read until the transaction ends.
		begin := []string{"BEGIN"}
		if db.Dialect == store.MySQL {
			begin = []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT"}
		}
		for _, s := range begin {
			if _, err := conn.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			_, _ = conn.ExecContext(ctx, "ROLLBACK") // nothing was written; it ends the snapshot
		}()
		return f(conn)
	})
}

// writer writes lines and hashes them on the way.
type writer struct {
	to  *bufio.Writer
	all hash.Hash
	one hash.Hash // of the table being written
	buf bytes.Buffer
}

func (w *writer) line(l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return w.put(append(b, '\n'))
}

func (w *writer) put(b []byte) error {
	w.all.Write(b)
	if w.one != nil {
		w.one.Write(b)
	}
	_, err := w.to.Write(b)
	return err
}

func (w *writer) table(ctx context.Context, q querier, s shape) (Table, error) {
	t := Table{Name: s.Name}
	w.one = sha256.New()
	if err := w.line(line{Table: &opening{Name: s.Name, Columns: s.Columns}}); err != nil {
		return t, err
	}
	keys := make([]string, len(s.Key))
	for i, k := range s.Key {
		keys[i] = quote(k)
	}
	rows, err := q.QueryContext(ctx, "SELECT "+s.columnList()+" FROM "+quote(s.Name)+" ORDER BY "+strings.Join(keys, ", "))
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }()
	values := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		values[i] = c.Kind.into()
	}
	for rows.Next() {
		if err := w.row(rows, s, values); err != nil {
			return t, fmt.Errorf("row %d: %w", t.Rows+1, err)
		}
		t.Rows++
	}
	if err := rows.Err(); err != nil {
		return t, err
	}
	t.SHA256 = hex.EncodeToString(w.one.Sum(nil))
	w.one = nil
	return t, w.line(line{End: &t})
}

func (w *writer) row(rows *sql.Rows, s shape, values []any) error {
	if err := rows.Scan(values...); err != nil {
		return fmt.Errorf("%w: it does not fit the type of its column", errInexact) // the driver's words hold the value
	}
	w.buf.Reset()
	w.buf.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		if err := write(&w.buf, s.Columns[i].Kind, v); err != nil {
			return fmt.Errorf("column %s: %w", s.Columns[i].Name, err)
		}
	}
	w.buf.WriteString("]\n")
	return w.put(w.buf.Bytes())
}
