package store

import (
	"context"
	"time"
)

// ClockOffset is how far this machine's clock runs before the database's, 0 on SQLite, which has none of its own. Leases that
// several machines hold are only as good as it is small.
func (db *DB) ClockOffset(ctx context.Context) (time.Duration, error) {
	if db.Dialect == SQLite {
		return 0, nil
	}
	var theirs time.Time
	asked := time.Now()
	if err := db.read.WithContext(ctx).Raw("SELECT UTC_TIMESTAMP(3)").Row().Scan(&theirs); err != nil {
		return 0, err
	}
	middle := asked.Add(time.Since(asked) / 2)
	return middle.Sub(theirs), nil
}
