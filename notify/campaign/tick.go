package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// tickBatch bounds what one turn of the clock looks at; a city has fewer campaigns at a time.
const tickBatch = 900

// Tick does what is due: it starts approved campaigns, chooses the seats of runs, holds what a pause has missed, reminds,
// finishes and counts. It tells whether there is more to do at once, and is harmless to repeat.
func (s *Service) Tick(ctx context.Context) (more bool, err error) {
	for _, step := range []func(context.Context) (bool, error){s.start, s.chooseAll, s.keepHeld, s.remind, s.finish, s.recount} {
		again, e := step(ctx)
		more, err = more || again, errors.Join(err, e)
		if ctx.Err() != nil {
			return false, err
		}
	}
	if err != nil {
		return false, fmt.Errorf("campaign clock: %w", err)
	}
	return more, nil
}

// due finds campaigns by a condition.
func (s *Service) due(ctx context.Context, where string, args ...any) (rows []Campaign, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Select("id", "state", "ends_at", "needs_proof").Where(where, args...).Order("id").Limit(tickBatch).Find(&rows).Error
	})
	return rows, err
}

// clock does an action of the table for the clock, unless somebody was faster.
func (s *Service) clock(ctx context.Context, id int64, a Action, do func(*store.Tx, *Campaign, Move) error) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Campaign
		if err := tx.ForUpdate().Where("id = ?", id).Take(&c).Error; err != nil {
			return err
		}
		m, err := find(c.State, a, []Who{ByClock})
		if err != nil {
			return err
		}
		if err := do(tx, &c, m); err != nil {
			return err
		}
		return c.note(tx, audit.System{}, string(a), map[string]any{"state": c.State, "run": c.Run})
	})
	if errors.Is(err, ErrMove) || errors.Is(err, ErrNotYours) || errors.Is(err, errLater) {
		return nil
	}
	return err
}

// errLater says that it is not time yet.
var errLater = errors.New("campaign: not yet")

// expired is why nobody was told what was approved too late.
const expired = "到开始发送时已经过了截止时间，没有发出；还要发的，请改好截止时间另发一次"

func (s *Service) start(ctx context.Context) (bool, error) {
	rows, err := s.due(ctx, "state = ? AND (not_before IS NULL OR not_before <= ?)", Approved, s.db.Now())
	for _, c := range rows {
		err = errors.Join(err, s.clock(ctx, c.ID, Start, func(tx *store.Tx, c *Campaign, m Move) error {
			if c.over(tx) {
				if err := c.note(tx, audit.System{}, "expired", map[string]any{"ends_at": stamp(c.EndsAt)}); err != nil {
					return err
				}
				return c.to(tx, m.Or, map[string]any{"reason": expired, "done_at": tx.Now})
			}
			if err := c.begin(tx, FirstRun, 0); err != nil {
				return err
			}
			change := map[string]any{"started_at": tx.Now, "run": c.Run}
			if c.RemindEvery > 0 {
				change["remind_at"] = tx.Now.AddDate(0, 0, c.RemindEvery)
			}
			return c.to(tx, m.To, change)
		}))
	}
	return len(rows) == tickBatch, err
}

// chooseAll goes on with every run that is being made up, some steps each so that a small one does not wait for a large one.
func (s *Service) chooseAll(ctx context.Context) (bool, error) {
	var runs []Run
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("state = ?", choosing).Order("id").Limit(tickBatch).Find(&runs).Error
	})
	more := false
	for _, r := range runs {
		again, e := s.chooseSome(ctx, r.ID)
		more, err = more || again, errors.Join(err, e)
	}
	return more, err
}

// steps is how many batches of a run one turn chooses.
const steps = 20

func (s *Service) chooseSome(ctx context.Context, id int64) (more bool, err error) {
	for range steps {
		err = s.db.InTx(ctx, func(tx *store.Tx) (err error) {
			more = false
			var r Run
			if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
				return err
			}
			// The campaign's row is the gate: a pause or a cancellation comes before or after a batch, never within.
			var c Campaign
			if err := tx.ForUpdate().Where("id = ?", r.CampaignID).Take(&c).Error; err != nil {
				return err
			}
			if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
				return err
			}
			if r.State != choosing || c.State != Running {
				return nil
			}
			more, err = s.choose(tx, &c, &r)
			return err
		})
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// keepHeld holds what went over to its next channel while a campaign was being paused or cancelled, and lets go what a process
// that died while it resumed has left behind.
func (s *Service) keepHeld(ctx context.Context) (bool, error) {
	rows, err := s.due(ctx, "state = ? OR (state = ? AND done_at >= ?)", Paused, Cancelled, s.db.Now().Add(-24*time.Hour))
	for _, c := range rows {
		if c.State == Paused {
			err = errors.Join(err, s.hold(ctx, c.ID))
			continue
		}
		err = errors.Join(err, s.drop(ctx, c.ID, Cancelled))
	}
	running, e := s.due(ctx, "state = ?", Running)
	err = errors.Join(err, e)
	for _, c := range running {
		err = errors.Join(err, s.release(ctx, c.ID))
	}
	return false, err
}

func (s *Service) remind(ctx context.Context) (bool, error) {
	now := s.db.Now()
	rows, err := s.due(ctx, "state = ? AND remind_at <= ?", Running, now)
	more := false
	for _, c := range rows {
		err = errors.Join(err, s.clock(ctx, c.ID, Remind, func(tx *store.Tx, c *Campaign, _ Move) error {
			if c.RemindAt == nil || c.RemindAt.After(tx.Now) {
				return errLater
			}
			if c.Reminders >= mostReminders || c.EndsAt == nil || !c.EndsAt.After(tx.Now) {
				return c.to(tx, Same, map[string]any{"remind_at": nil})
			}
			if err := c.quiet(tx); errors.Is(err, ErrTooOften) {
				return c.to(tx, Same, map[string]any{"remind_at": nil})
			} else if errors.Is(err, ErrBusy) {
				return errLater
			} else if err != nil {
				return err
			}
			if err := c.begin(tx, ReminderRun, 0); err != nil {
				return err
			}
			tx.Committed(func() { more = true }) // its seats are chosen at once
			change := map[string]any{"run": c.Run, "reminders": c.Reminders + 1, "remind_at": tx.Now.AddDate(0, 0, c.RemindEvery)}
			if c.Reminders+1 == mostReminders {
				change["remind_at"] = nil
			}
			return c.to(tx, Same, change)
		}))
	}
	return more, err
}

// finish ends campaigns of which everything is sent: those with an end at their end, the others as soon as nothing is left to
// send. What has not gone out by the end does not go out after it, unless its service has to be proven. Visits, letters and
// confirmations go on.
func (s *Service) finish(ctx context.Context) (bool, error) {
	rows, err := s.due(ctx, "state = ? AND (ends_at IS NULL OR ends_at <= ?)", Running, s.db.Now())
	for _, c := range rows {
		if c.EndsAt != nil && !c.NeedsProof {
			err = errors.Join(err, s.drop(ctx, c.ID, Running))
		}
		err = errors.Join(err, s.clock(ctx, c.ID, Finish, func(tx *store.Tx, c *Campaign, m Move) error {
			busy, err := c.busy(tx)
			if err != nil || busy {
				if err == nil {
					err = errLater
				}
				return err
			}
			return c.to(tx, m.To, map[string]any{"done_at": tx.Now, "remind_at": nil})
		}))
	}
	return false, err
}

// busy reports whether something of a campaign is still to be sent.
func (c *Campaign) busy(tx *store.Tx) (bool, error) {
	var n int64
	if err := tx.Model(&Run{}).Where("campaign_id = ? AND state = ?", c.ID, choosing).Count(&n).Error; err != nil || n > 0 {
		return true, err
	}
	messages, err := messagesOf(tx, c.ID)
	if err != nil {
		return true, err
	}
	if err := tx.Model(&outbox.Message{}).Where("id IN ? AND state IN ?", messages, []outbox.State{outbox.Pending, outbox.Published}).Count(&n).Error; err != nil || n > 0 {
		return true, err
	}
	var ids []int64
	err = tx.Model(&notify.Delivery{}).Where("message_id IN ? AND state IN ?", messages, unsent).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}
