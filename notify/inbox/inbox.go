// Package inbox shows people the messages that were delivered in the app: to themselves, and to the post they act in.
package inbox

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Item is a message in the app. Being written it is delivered.
type Item struct {
	ID            int64 `gorm:"primaryKey"`
	MessageID     int64
	TextID        int64
	RecipientKind string
	RecipientID   int64
	EstateID      int64
	CreatedAt     time.Time
	ReadAt        *time.Time
	OpenedAt      *time.Time // when it was read by itself, not marked together with others
}

// Entry is an item with its words.
type Entry struct {
	Item
	SubjectKind string
	SubjectID   int64
	Title       string
	Body        string
}

// TableName names the table.
func (Item) TableName() string { return "inbox_items" }

// Service reads and marks the inbox.
type Service struct {
	db   *store.DB
	read func(tx *store.Tx, person int64, items []int64, opened bool) error
}

// New wires the inbox.
func New(db *store.DB) *Service {
	return &Service{db: db, read: func(*store.Tx, int64, []int64, bool) error { return nil }}
}

// OnRead sets what follows when people read their own items, in the transaction that marks them: opened one, or marked many in one
// go. It is called once, while the services are wired.
func (s *Service) OnRead(f func(tx *store.Tx, person int64, items []int64, opened bool) error) {
	s.read = f
}

// mine narrows to what the actor may read: staff read their post's, residents their own.
func mine(a org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		if a.Post != nil {
			return q.Where("recipient_kind = 'post' AND recipient_id = ?", a.Post.PostID)
		}
		return q.Where("recipient_kind = 'person' AND recipient_id = ?", a.PersonID)
	}
}

// List pages through the actor's inbox, newest first.
func (s *Service) List(ctx context.Context, a org.Actor, before int64, limit int) ([]Entry, error) {
	return s.list(ctx, a, false, before, limit)
}

// ListUnread is List of what nobody has read.
func (s *Service) ListUnread(ctx context.Context, a org.Actor, before int64, limit int) ([]Entry, error) {
	return s.list(ctx, a, true, before, limit)
}

func (s *Service) list(ctx context.Context, a org.Actor, unread bool, before int64, limit int) ([]Entry, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return nil, err
	}
	var rows []Entry
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Table("inbox_items").Select("inbox_items.*, t.subject_kind, t.subject_id, t.title, t.body").Joins("JOIN message_texts t ON t.id = inbox_items.text_id").Scopes(mine(a))
		if unread {
			q = q.Where("inbox_items.read_at IS NULL")
		}
		if before > 0 {
			q = q.Where("inbox_items.id < ?", before)
		}
		return q.Order("inbox_items.id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// maxUnread is how far unread items are counted: nobody counts on.
const maxUnread = 100

// Unread counts what the actor has not read, up to 100.
func (s *Service) Unread(ctx context.Context, a org.Actor) (int64, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return 0, err
	}
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Item{}).Scopes(mine(a)).Where("read_at IS NULL").Limit(maxUnread).Pluck("id", &ids).Error
	})
	return int64(len(ids)), err
}

// MarkRead marks items as read; those of others are left alone. It returns how many it marked. Who opens one that was marked
// before has opened it all the same.
func (s *Service) MarkRead(ctx context.Context, a org.Actor, ids []int64) (int64, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return 0, err
	}
	var n int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Item{}).Scopes(mine(a)).Where("id IN ? AND read_at IS NULL", append([]int64{0}, ids...)).Update("read_at", tx.Now)
		if n = res.RowsAffected; res.Error != nil {
			return res.Error
		}
		opened := len(ids) == 1
		if opened {
			if err := tx.Model(&Item{}).Scopes(mine(a)).Where("id = ? AND opened_at IS NULL", ids[0]).Update("opened_at", tx.Now).Error; err != nil {
				return err
			}
		}
		if a.Post != nil {
			return nil
		}
		return s.read(tx, a.PersonID, ids, opened)
	})
	return n, err
}

// ErrMark is the fault of a request that says neither or both of what to mark.
var ErrMark = fault.New(fault.Invalid, "inbox.mark", "请说明把哪几条标为已读，或者标到哪一条为止")

// Mark marks some items as read, or everything up to one. Faults: ErrMark, org.ErrForbidden.
func (s *Service) Mark(ctx context.Context, a org.Actor, ids []int64, upTo int64) (int64, error) {
	switch {
	case (len(ids) > 0) == (upTo > 0):
		return 0, ErrMark
	case upTo > 0:
		return s.MarkReadUpTo(ctx, a, upTo)
	}
	return s.MarkRead(ctx, a, ids)
}

// readBatch is how many items one transaction marks.
const readBatch = 900

// MarkReadUpTo marks as read everything up to an item, oldest first, and returns how many it marked. What came while somebody
// was looking at the list stays unread.
func (s *Service) MarkReadUpTo(ctx context.Context, a org.Actor, last int64) (int64, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return 0, err
	}
	var all int64
	for {
		var n int64
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			n = 0
			var ids []int64
			err := tx.Model(&Item{}).Scopes(mine(a)).Where("read_at IS NULL AND id <= ?", last).Order("id").Limit(readBatch).Pluck("id", &ids).Error
			if err != nil || len(ids) == 0 {
				return err
			}
			res := tx.Model(&Item{}).Where("id IN ? AND read_at IS NULL", ids).Update("read_at", tx.Now)
			if n = res.RowsAffected; res.Error != nil || a.Post != nil {
				return res.Error
			}
			return s.read(tx, a.PersonID, ids, false)
		})
		all += n
		if err != nil || n == 0 {
			return all, err
		}
	}
}

// Erase deletes what a person was told.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Where("recipient_kind = 'person' AND recipient_id = ?", person).Delete(&Item{}).Error
}
