package store

import (
	"context"
	"log/slog"
	"strings"
	"time"

	gormlogger "gorm.io/gorm/logger"
)

// longest is how many bytes of a slow statement are logged: one that writes many rows repeats itself.
const longest = 2000

// slow is how long a statement may take before it is logged.
const slow = 500 * time.Millisecond

// logger writes slow statements to slog, without parameters: they hold personal data. Errors are not logged here
// but once, at the edge.
type logger struct {
	log   *slog.Logger
	onSQL func(string)
}

func newLogger(l *slog.Logger, onSQL func(string)) gormlogger.Interface {
	if l == nil {
		l = slog.New(slog.DiscardHandler)
	}
	return &logger{log: l, onSQL: onSQL}
}

func (l *logger) LogMode(gormlogger.LogLevel) gormlogger.Interface { return l }
func (l *logger) Info(context.Context, string, ...any)             {}
func (l *logger) Warn(context.Context, string, ...any)             {}
func (l *logger) Error(context.Context, string, ...any)            {}

// ParamsFilter keeps the parameters out of every statement that Trace is given.
func (l *logger) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func (l *logger) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), _ error) {
	took := time.Since(begin)
	if l.onSQL == nil && took < slow {
		return
	}
	sql, rows := fc()
	if l.onSQL != nil {
		l.onSQL(sql)
	}
	if took >= slow {
		if len(sql) > longest {
			sql = strings.ToValidUTF8(sql[:longest], "") + "…"
		}
		l.log.WarnContext(ctx, "slow statement", "sql", sql, "rows", rows, "took", took)
	}
}
