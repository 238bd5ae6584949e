package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// ErrOldSchema says that the database misses migrations; the message names the command that brings them.
var ErrOldSchema = errors.New("the database schema is older than this program: run `server migrate` with the same configuration")

// ErrNewSchema says that a newer program has already changed the database.
var ErrNewSchema = errors.New("the database schema is newer than this program: run the newer version of linli")

func (db *DB) provider(pool *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/"+string(db.Dialect))
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithLogger(goose.NopLogger())}
	if db.Dialect == MySQL {
		dialect = goose.DialectMySQL
		locker, err := lock.NewMySQLTableLocker(lock.WithTableName("schema_lock"))
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithLocker(locker))
	}
	return goose.NewProvider(dialect, pool, dir, append(opts, goose.WithTableName("schema_version"))...)
}

// Migrate applies every migration that is missing, in order, and returns how many ran. Several processes may call it
// at once: one works, the others wait.
func (db *DB) Migrate(ctx context.Context) (int, error) {
	pool, err := db.SQL()
	if err != nil {
		return 0, err
	}
	if db.patient != nil {
		pool = sql.OpenDB(db.patient)
		defer func() { _ = pool.Close() }()
	}
	p, err := db.provider(pool)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	ran := 0
	for lost := 0; ; lost++ {
		err := db.onceEach(ctx, p)
		var done []*goose.MigrationResult
		if err == nil {
			done, err = p.Up(ctx)
		}
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			done = partial.Applied
		}
		ran += len(done)
		if err == nil {
			return ran, nil
		}
		// There is no lock for SQLite: a process that came second to a migration fails at noting it, and looks what is left.
		if db.Dialect != SQLite || lost > len(p.ListSources()) {
			return ran, fmt.Errorf("migrate: %w", err)
		}
	}
}

// onceEach has SQLite refuse to note a migration twice, so that the second of two processes takes back what it did: one that only changes
// rows would succeed again.
func (db *DB) onceEach(ctx context.Context, p *goose.Provider) error {
	if db.Dialect != SQLite {
		return nil
	}
	if _, err := p.GetDBVersion(ctx); err != nil { // which makes the table
		return err
	}
	pool, err := db.SQL()
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, `DELETE FROM schema_version WHERE id NOT IN (SELECT MIN(id) FROM schema_version GROUP BY version_id);
		CREATE UNIQUE INDEX IF NOT EXISTS schema_version_once ON schema_version (version_id)`)
	return err
}

// CheckSchema returns ErrOldSchema or ErrNewSchema unless the schema is the one this program was built for.
func (db *DB) CheckSchema(ctx context.Context) error {
	pool, err := db.SQL()
	if err != nil {
		return err
	}
	p, err := db.provider(pool)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read schema version: %w", err)
	case current < target:
		return fmt.Errorf("%w (at %d, needs %d)", ErrOldSchema, current, target)
	case current > target:
		return fmt.Errorf("%w (at %d, knows %d)", ErrNewSchema, current, target)
	}
	return nil
}
