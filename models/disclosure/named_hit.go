package disclosure

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// NameHit is that somebody was told that a name in their text is a resident's. The name is not kept.
type NameHit struct {
	ID       int64 `gorm:"primaryKey"`
	PersonID int64
	EstateID int64
	At       time.Time
}

// TableName names the table.
func (NameHit) TableName() string { return "notice_name_hits" }

// mostHits is how many names somebody may be told of in a day: who writes notices meets a few, who looks for names meets many.
const mostHits = 20

// ErrHits keeps the refusals from telling who lives in an estate.
var ErrHits = fault.New(fault.Limited, "notice.named_often", "您写的内容里今天已经多次出现住户姓名，暂时不能再保存或发布；请明天再试，急的请同事来写")

// writing does what somebody writes, with the estate's names at hand before the transaction begins, and puts on record when they were told that
// a name is a resident's. Faults: ErrHits.
func (s *Service) writing(ctx context.Context, actor org.Actor, estate int64, write func(*store.Tx) error) error {
	if s.o.Named == nil {
		return s.db.InTx(ctx, write)
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.PublishNotice, estate); err != nil {
			return nil // write says so in its own words
		}
		var hits int64
		if err := tx.Model(&NameHit{}).Where("person_id = ? AND at > ?", actor.PersonID, tx.Now.Add(-24*time.Hour)).Count(&hits).Error; err != nil {
			return err
		}
		if hits >= mostHits {
			return ErrHits
		}
		_, err := s.o.Named(tx, estate, "")
		return err
	})
	if err != nil {
		return err
	}
	if err = s.db.InTx(ctx, write); !errors.As(err, &namedError{}) {
		return err
	}
	hit := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Create(&NameHit{PersonID: actor.PersonID, EstateID: estate, At: tx.Now}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "board.named", audit.Subject{Kind: "estate", ID: estate, Estate: estate}, nil)
	})
	return cmp.Or(hit, err)
}

// estateOf is the estate of a draft or a notice; 0 where there is none.
func (s *Service) estateOf(ctx context.Context, row any, id int64) (estate int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(row).Select("estate_id").Where("id = ?", id).Limit(1).Scan(&estate).Error
	})
	return estate, err
}

// words tidies what a writer says is nobody's name.
func words(list []string) []string {
	var kept []string
	for _, w := range list {
		if w = strings.TrimSpace(w); w != "" {
			kept = append(kept, w)
		}
	}
	return kept
}
