package campaign

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// SetRate changes how many go out a minute, 0 for as many as the channels take, and spaces what still waits anew.
// Faults: ErrNotFound, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) SetRate(ctx context.Context, actor org.Actor, id int64, perMinute int) (*Campaign, error) {
	c, err := s.move(ctx, actor, org.RunCampaigns, id, Rate, func(tx *store.Tx, c *Campaign, _ Move) error {
		if perMinute < 0 || perMinute > mostPerMinute {
			return fault.ErrInvalid.With(fault.Field{Path: "per_minute", Reason: "每分钟条数在0至60000之间，0为不限"})
		}
		before := c.PerMinute
		c.PerMinute = perMinute
		if err := c.note(tx, actor, "paced", map[string]any{"from": before, "to": perMinute}); err != nil {
			return err
		}
		return c.to(tx, Same, map[string]any{"per_minute": perMinute})
	})
	if err != nil {
		return nil, err
	}
	return c, s.pace(ctx, c.ID)
}

// pace spaces at the campaign's rate what waits for its first try, batch by batch. What is paused is spaced when it goes on.
func (s *Service) pace(ctx context.Context, id int64) error {
	var runs []Run
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		runs, err = runsOf(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.MessageID == 0 {
			continue
		}
		for i, ch := range []Channel{plan.Mini, plan.SMS} {
			after := int64(0)
			for first := i == 0; ; first = false {
				if after, err = s.paceSome(ctx, id, r.ID, ch, after, first); err != nil {
					return fmt.Errorf("pace campaign: %w", err)
				}
				if after == 0 {
					break
				}
			}
		}
	}
	return nil
}

func (s *Service) paceSome(ctx context.Context, id, run int64, ch Channel, after int64, first bool) (next int64, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		next = 0
		var c Campaign
		if err := tx.ForUpdate().Select("id", "kind", "state", "per_minute").Where("id = ?", id).Take(&c).Error; err != nil || c.State != Running {
			return err
		}
		var r Run
		if err := tx.Where("id = ?", run).Take(&r).Error; err != nil {
			return err
		}
		if first {
			r.NextDue = &tx.Now
		}
		var ids []int64
		err := tx.Model(&notify.Delivery{}).Where("message_id = ? AND state = ? AND channel = ? AND attempts = 0 AND id > ?", r.MessageID, notify.Waiting, ch, after).Order("id").Limit(holdBatch).Pluck("id", &ids).Error
		if err != nil {
			return err
		}
		if len(ids) == holdBatch {
			next = ids[holdBatch-1]
		}
		tx.Committed(tx.Wake)
		return s.spread(tx, &r, &c, ids)
	})
	return next, err
}

// spread gives deliveries of a run their times at the campaign's rate.
func (s *Service) spread(tx *store.Tx, r *Run, c *Campaign, ids []int64) error {
	at := s.space(r, c, tx.Now, len(ids))
	if len(ids) > 0 {
		due := any(tx.Now)
		if c.PerMinute > 0 {
			due = times(ids, at)
		}
		if err := tx.Model(&notify.Delivery{}).Where("id IN ? AND state = ?", ids, notify.Waiting).Update("due_at", due).Error; err != nil {
			return err
		}
	}
	return tx.Model(&Run{}).Where("id = ?", r.ID).Update("next_due", r.NextDue).Error
}

// times are the times of deliveries by their ids, as an expression.
func times(ids []int64, at func(int) time.Time) any {
	var vars []any
	for i, d := range ids {
		vars = append(vars, d, at(i))
	}
	return gorm.Expr("CASE id"+strings.Repeat(" WHEN ? THEN ?", len(ids))+" ELSE due_at END", vars...)
}
