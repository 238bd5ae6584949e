package modelstest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/store"
)

// template is a migrated database as statements (on a server) or as a file (SQLite), made once a process: copying it takes a quarter of
// the time that the migrations take.
type template struct {
	once   sync.Once
	err    error
	file   []byte
	tables []string
	rows   []inserted
}

type inserted struct {
	statement string
	values    []any
}

var migrated template

// Migrated gives an empty database, named by its DSN, the newest schema. One that is not empty stays as it is.
func Migrated(t testing.TB, dsn string) {
	t.Helper()
	migrated.once.Do(func() { migrated.err = migrated.make(t) })
	err := migrated.err
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); err == nil && ok {
		if _, missing := os.Stat(path); missing != nil {
			err = os.WriteFile(path, migrated.file, 0o600)
		}
	} else if err == nil {
		err = migrated.copyTo(t.Context(), dsn)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (p *template) make(t testing.TB) error {
	dsn := DSN(t)
	db, err := store.Open(context.Background(), store.Options{DSN: dsn, OnSQL: Record(), MaxOpen: 16})
	if err != nil {
		return err
	}
	_, err = db.Migrate(context.Background())
	if closed := db.Close(); err == nil {
		err = closed // SQLite folds its log into the file
	}
	if err != nil {
		return err
	}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		p.file, err = os.ReadFile(path)
		return err
	}
	return p.read(context.Background(), dsn)
}

func (p *template) read(ctx context.Context, dsn string) error {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	names, err := column(ctx, db, "SHOW TABLES")
	if err != nil {
		return err
	}
	for _, name := range names {
		var table, create string
		if err := db.QueryRowContext(ctx, "SHOW CREATE TABLE `"+name+"`").Scan(&table, &create); err != nil {
			return err
		}
		p.tables = append(p.tables, create)
		if err := p.readRows(ctx, db, name); err != nil {
			return err
		}
	}
	return nil
}

func (p *template) readRows(ctx context.Context, db *sql.DB, name string) error {
	rows, err := db.QueryContext(ctx, "SELECT * FROM `"+name+"`")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	statement := "INSERT INTO `" + name + "` VALUES (?" + strings.Repeat(",?", len(columns)-1) + ")"
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		p.rows = append(p.rows, inserted{statement, values})
	}
	return rows.Err()
}

func (p *template) copyTo(ctx context.Context, dsn string) error {
	db, err := sql.Open("mysql", dsn+"?multiStatements=true&interpolateParams=true")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if names, err := column(ctx, db, "SHOW TABLES"); err != nil || len(names) > 0 {
		return err
	}
	if _, err := db.ExecContext(ctx, strings.Join(p.tables, ";\n")); err != nil {
		return fmt.Errorf("copy the migrated tables: %w", err)
	}
	for _, r := range p.rows {
		if _, err := db.ExecContext(ctx, r.statement, r.values...); err != nil {
			return fmt.Errorf("copy the migrated rows: %w", err)
		}
	}
	return nil
}

func column(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
