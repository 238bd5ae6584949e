package web

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/linli-city/linli/models/store"
)

// AccessEntry is one call of somebody signed in. The Cybersecurity Law (art. 21) wants such logs kept for at least
// six months.
type AccessEntry struct {
	ID        int64 `gorm:"primaryKey"`
	At        time.Time
	RequestID string
	PersonID  int64
	PostID    int64
	Operation string
	Status    int
	Address   string
}

// TableName names the table.
func (AccessEntry) TableName() string { return "access_log" }

// accessTries is how often a batch is tried, with growing pauses: for almost eight minutes.
const accessTries = 30

// accessBatch is how many entries are written at once at most.
const accessBatch = 500

// minKeep is six months, rounded up.
const minKeep = 184 * 24 * time.Hour

// AccessLog writes entries behind the requests, in batches. Close writes what is left.
type AccessLog struct {
	db      *store.DB
	log     *slog.Logger
	queue   chan AccessEntry
	enough  chan struct{} // receives when a batch is full: to be woken for every entry would cost more than to write it
	closing chan struct{}
	done    sync.WaitGroup
	once    sync.Once
}

// NewAccessLog starts the writer.
func NewAccessLog(db *store.DB, log *slog.Logger) *AccessLog {
	a := &AccessLog{db: db, log: log, queue: make(chan AccessEntry, 4096), enough: make(chan struct{}, 1), closing: make(chan struct{})}
	a.done.Go(a.run)
	return a
}

// Add hands an entry over. When the writer is behind, the caller waits: the law wants the log.
func (a *AccessLog) Add(e AccessEntry) {
	e.At = a.db.Now()
	a.queue <- e
	if len(a.queue) >= accessBatch {
		select {
		case a.enough <- struct{}{}:
		default:
		}
	}
}

// Close writes what is left; Add must not be called any more.
func (a *AccessLog) Close() {
	a.once.Do(func() {
		close(a.queue)
		close(a.closing)
	})
	a.done.Wait()
}

func (a *AccessLog) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		all := true
		select {
		case <-a.enough:
			all = false
		case <-tick.C:
		case <-a.closing:
		}
		for all || len(a.queue) >= accessBatch {
			batch, open := a.take()
			a.write(batch)
			if !open {
				return
			}
			if len(batch) < accessBatch {
				break
			}
		}
	}
}

// take gives what has come, a batch at most, and whether more may come.
func (a *AccessLog) take() (batch []AccessEntry, open bool) {
	for len(batch) < accessBatch {
		select {
		case e, ok := <-a.queue:
			if !ok {
				return batch, false
			}
			batch = append(batch, e)
		default:
			return batch, true
		}
	}
	return batch, true
}

func (a *AccessLog) write(batch []AccessEntry) {
	if len(batch) == 0 {
		return
	}
	// Requests wait when the queue is full, so a database that is away for a moment costs no entry.
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		rows := slices.Clone(batch) // a failed try may have given them ids
		err := a.db.InTx(ctx, func(tx *store.Tx) error { return tx.Create(&rows).Error })
		cancel()
		if err == nil {
			return
		}
		if try == accessTries {
			a.log.Error("access log not written", "entries", len(batch), "error", err.Error())
			return
		}
		select {
		case <-a.closing:
			try = accessTries - 1 // one last time
		case <-time.After(time.Duration(try) * time.Second):
		}
	}
}

// ErrKeep is the refusal to delete access logs that the law wants kept.
var ErrKeep = errors.New("access logs are kept for at least six months (Cybersecurity Law art. 21)")

// PurgeAccessLog deletes up to 5000 entries that are older than keep.
func PurgeAccessLog(ctx context.Context, db *store.DB, keep time.Duration) (int64, error) {
	if keep < minKeep {
		return 0, ErrKeep
	}
	var n int64
	err := db.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		if err := tx.Model(&AccessEntry{}).Where("at < ?", tx.Now.Add(-keep)).Limit(5000).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		res := tx.Where("id IN ?", ids).Delete(&AccessEntry{})
		n = res.RowsAffected
		return res.Error
	})
	return n, err
}
