package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// AccessEntry is one call of somebody signed in. The Cybersecurity Law (art. 21) wants such logs kept for at least
// six months.
type AccessEntry struct {
	At        time.Time `json:"at"`
	RequestID string    `json:"request_id"`
	PersonID  int64     `json:"person_id,omitempty"` // none where the person must not be named
	PostID    int64     `json:"post_id,omitempty"`
	Operation string    `json:"operation"`
	Status    int       `json:"status"`
	Address   string    `json:"address,omitempty"`
}

// AccessPart is what the writer found waiting, in one row: the log is written all the time and hardly ever read, and then by time.
type AccessPart struct {
	ID          int64   `gorm:"primaryKey"`
	AccessEntry         // the call itself, in rows from when each had one; of the others the time alone: of the latest of Entries
	Entries     *string // a JSON array of AccessEntry
}

// TableName names the table.
func (AccessPart) TableName() string { return "access_log" }

// accessSpan is how far apart in time the entries of a part may be.
const accessSpan = time.Minute

// accessTries is how often a batch is tried, with growing pauses: for almost eight minutes.
const accessTries = 30

// accessBatch is how many entries are written at once at most.
const accessBatch = 500

// accessParts is how many parts are read at a time.
const accessParts = 20

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
	parts, err := pack(batch)
	if err != nil {
		a.log.Error("access log not written", "entries", len(batch), "error", err.Error())
		return
	}
	// Requests wait when the queue is full, so a database that is away for a moment costs no entry.
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		rows := slices.Clone(parts) // a failed try may have given them ids
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

// pack puts entries into as few parts as their times allow; callers come in any order, and a clock may be set.
func pack(batch []AccessEntry) ([]AccessPart, error) {
	var parts []AccessPart
	for len(batch) > 0 {
		first, last, n := batch[0].At, batch[0].At, 1
		for ; n < len(batch); n++ {
			at := batch[n].At
			if at.Sub(first) > accessSpan || last.Sub(at) > accessSpan {
				break
			}
			if at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
		text, err := json.Marshal(batch[:n])
		if err != nil {
			return nil, err
		}
		entries := string(text)
		parts, batch = append(parts, AccessPart{AccessEntry: AccessEntry{At: last}, Entries: &entries}), batch[n:]
	}
	return parts, nil
}

// ErrKeep is the refusal to delete access logs that the law wants kept.
var ErrKeep = errors.New("access logs are kept for at least six months (Cybersecurity Law art. 21)")

// PurgeAccessLog deletes parts all of whose entries are older than keep, 500 at most, and reports whether there were any.
func PurgeAccessLog(ctx context.Context, db *store.DB, keep time.Duration) (bool, error) {
	if keep < minKeep {
		return false, ErrKeep
	}
	var ids []int64
	err := db.InTx(ctx, func(tx *store.Tx) error {
		ids = nil // of a try before
		if err := tx.Model(&AccessPart{}).Where("at < ?", tx.Now.Add(-keep)).Limit(500).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		return tx.Where("id IN ?", ids).Delete(&AccessPart{}).Error
	})
	return len(ids) > 0, err
}

// AccessQuery is what is asked of the access log.
type AccessQuery struct {
	From, Before time.Time
	PersonID     int64 // 0 for everybody
}

// ReadAccessLog gives the entries that are asked for, part by part in the order in which parts ended, a few of them in memory at a time. That
// it was read is in the audit trail before the first is given. What still waits to be written is not in it.
func ReadAccessLog(ctx context.Context, db *store.DB, who audit.Actor, q AccessQuery, each func(AccessEntry) error) error {
	err := db.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, who, "access.read", audit.Subject{Kind: "access_log"}, map[string]any{"from": q.From.Unix(), "before": q.Before.Unix(), "person": q.PersonID})
	})
	var last AccessPart
	for err == nil {
		var parts []AccessPart
		err = db.View(ctx, func(tx *store.Tx) error {
			find := tx.Where("at >= ? AND at < ?", q.From, q.Before.Add(accessSpan))
			if last.ID != 0 {
				find = find.Where("at > ? OR at = ? AND id > ?", last.At, last.At, last.ID)
			}
			return find.Order("at, id").Limit(accessParts).Find(&parts).Error
		})
		for i := 0; i < len(parts) && err == nil; i++ {
			err = parts[i].give(q, each)
		}
		if len(parts) < accessParts {
			break
		}
		last = parts[len(parts)-1]
	}
	return err
}

func (p *AccessPart) give(q AccessQuery, each func(AccessEntry) error) error {
	list := []AccessEntry{p.AccessEntry}
	if p.Entries != nil {
		list = nil
		if err := json.Unmarshal([]byte(*p.Entries), &list); err != nil {
			return fmt.Errorf("part %d of the access log cannot be read: %w", p.ID, err)
		}
	}
	for _, e := range list {
		if e.At.Before(q.From) || !e.At.Before(q.Before) || q.PersonID != 0 && e.PersonID != q.PersonID {
			continue
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}
