// Package store opens the relational database (SQLite or the MySQL protocol), owns transactions and their one clock,
// and turns the two answers a database is expected to give, "no such row" and "there is one already", into faults.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/libtnb/sqlite"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// Dialect names a SQL language that linli speaks.
type Dialect string

// The dialects. MySQL stands for MySQL 8, MariaDB 10.6+ and TiDB.
const (
	SQLite Dialect = "sqlite"
	MySQL  Dialect = "mysql"
)

// Options say how to open a database.
type Options struct {
	// DSN is "sqlite:<path>" or a go-sql-driver DSN such as "user:password@tcp(host:3306)/linli".
	DSN string
	// MaxOpen bounds the MySQL connections, beside the four of rounds; 0 means 32.
	MaxOpen int
	Logger  *slog.Logger
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// OnSQL, when set, is given every statement without its parameters. Tests feed them to TiDB's parser.
	OnSQL func(sql string)
}

// DB is an open database. Its methods may be called from many goroutines.
type DB struct {
	Dialect Dialect
	write   *gorm.DB
	read    *gorm.DB
	rounds  *sql.DB          // see InRound; nil for SQLite, where a statement costs no message
	patient driver.Connector // for Migrate; nil for SQLite, which nothing times out
	now     func() time.Time
	wake    func()
}

// OnWake sets what is called after a commit that appended messages, so that their carrier need not wait for its next
// look. A lost call costs time, never a message. The wiring calls it once, before serving.
func (db *DB) OnWake(f func()) { db.wake = f }

// Open connects and checks that the database answers. It changes no schema.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	db := &DB{now: func() time.Time { return o.Now().UTC().Truncate(time.Second) }}
	var err error
	if path, ok := strings.CutPrefix(o.DSN, "sqlite:"); ok {
		err = db.openSQLite(path, o)
	} else {
		err = db.openMySQL(o)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("database does not answer: %w", err)
	}
	return db, nil
}

// openSQLite opens one writer, because SQLite has one, and a pool of readers beside it. FULL sync: what was
// answered must survive a power cut.
func (db *DB) openSQLite(path string, o Options) error {
	db.Dialect = SQLite
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	base := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) +
		"?_timezone=UTC&_time_format=datetime&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	db.write, err = gorm.Open(sqlite.Open(base+"&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"), db.config(o))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if err := limit(db.write, 1); err != nil {
		return err
	}
	db.read, err = gorm.Open(sqlite.Open(base+"&_pragma=query_only(1)"), db.config(o))
	if err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	return limit(db.read, max(4, runtime.NumCPU()))
}

func (db *DB) openMySQL(o Options) error {
	db.Dialect = MySQL
	c, err := mysqldriver.ParseDSN(o.DSN)
	if err != nil {
		return fmt.Errorf("database DSN: %w", redact(err, o.DSN))
	}
	c.ParseTime = true
	c.Loc = time.UTC
	c.InterpolateParams = true // one round trip a statement; see the driver's own escaping, safe under utf8mb4
	c.Collation = "utf8mb4_bin"
	c.ClientFoundRows = true // an UPDATE that changes nothing still says that it found its row, as SQLite does
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	c.Params["time_zone"] = "'+00:00'"
	c.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = 2 * time.Minute
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 30 * time.Second
	}
	connector, err := mysqldriver.NewConnector(c)
	if err != nil {
		return fmt.Errorf("database DSN: %w", redact(err, o.DSN))
	}
	pool := sql.OpenDB(readCommitted{connector})
	several := c.Clone()
	several.MultiStatements = true
	if connector, err = mysqldriver.NewConnector(several); err != nil {
		return fmt.Errorf("database DSN: %w", redact(err, o.DSN))
	}
	db.rounds = sql.OpenDB(readCommitted{connector})
	bound(db.rounds, maxRounds)
	patient := c.Clone()
	patient.ReadTimeout = 0 // to change a large table takes longer than any request may
	if connector, err = mysqldriver.NewConnector(patient); err != nil {
		return fmt.Errorf("database DSN: %w", redact(err, o.DSN))
	}
	db.patient = readCommitted{connector}
	// DisableWithReturning: MariaDB would answer RETURNING, which MySQL and TiDB do not know.
	db.write, err = gorm.Open(mysql.New(mysql.Config{Conn: pool, DisableWithReturning: true, SkipInitializeWithVersion: true}), db.config(o))
	if err != nil {
		return fmt.Errorf("open database: %w", redact(err, o.DSN))
	}
	db.read = db.write
	n := o.MaxOpen
	if n == 0 {
		n = 32
	}
	return limit(db.write, n)
}

// readCommitted opens connections whose transactions are READ COMMITTED, by a statement when they open instead of one before each
// transaction. MariaDB and MySQL name the variable differently, so the DSN cannot say it.
type readCommitted struct{ driver.Connector }

// Connect opens one.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (db *DB) config(o Options) *gorm.Config {
	return &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true,
		NowFunc:                db.now,
		Logger:                 newLogger(o.Logger, o.OnSQL),
	}
}

func limit(g *gorm.DB, n int) error {
	pool, err := g.DB()
	if err != nil {
		return err
	}
	bound(pool, n)
	return nil
}

func bound(pool *sql.DB, n int) {
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
}

// redact removes the DSN, which holds a password, from an error's text.
func redact(err error, dsn string) error {
	return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), dsn, "<dsn>"))
}

// Ping asks the database whether it is there.
func (db *DB) Ping(ctx context.Context) error {
	pool, err := db.write.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// SQL gives the plain pool, for migrations and backups.
func (db *DB) SQL() (*sql.DB, error) { return db.write.DB() }

// Close ends all connections.
func (db *DB) Close() error {
	var first error
	if db.rounds != nil {
		first = db.rounds.Close()
	}
	for _, g := range []*gorm.DB{db.read, db.write} {
		if g == nil {
			continue
		}
		pool, err := g.DB()
		if err == nil {
			err = pool.Close()
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}
