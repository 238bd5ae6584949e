package campaign

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// holdBatch is how many deliveries one statement holds or lets go.
const holdBatch = 500

// hold keeps back what has not been sent, and what waits for somebody's digest.
func (s *Service) hold(ctx context.Context, id int64) error {
	return s.turn(ctx, id, Paused, []notify.State{notify.Waiting, notify.Digest}, func(tx *store.Tx, _ *Run, ids []int64) error {
		return s.carrier.Hold(tx, ids)
	})
}

// drop gives up what has not been sent, as long as the campaign is in a state.
func (s *Service) drop(ctx context.Context, id int64, while State) error {
	return s.turn(ctx, id, while, unsent, func(tx *store.Tx, _ *Run, ids []int64) error { return s.carrier.GiveUp(tx, ids) })
}

// unsent are the states of what may be given up.
var unsent = []notify.State{notify.Waiting, notify.Digest, notify.Paused, notify.Unknown}

// release lets go what was held, at the campaign's rate.
func (s *Service) release(ctx context.Context, id int64) error {
	return s.turn(ctx, id, Running, []notify.State{notify.Paused}, func(tx *store.Tx, r *Run, ids []int64) error {
		var c Campaign
		if err := tx.Select("id", "kind", "per_minute").Where("id = ?", id).Take(&c).Error; err != nil {
			return err
		}
		if err := s.carrier.Release(tx, ids, s.space(r, &c, tx.Now, len(ids))); err != nil || c.PerMinute == 0 {
			return err
		}
		return tx.Model(&Run{}).Where("id = ?", r.ID).Update("next_due", r.NextDue).Error
	})
}

// turn changes the deliveries of a campaign that are in some states, batch by batch, as long as the campaign is in the state
// that asks for it.
func (s *Service) turn(ctx context.Context, id int64, while State, from []notify.State, change func(*store.Tx, *Run, []int64) error) error {
	var runs []Run
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("campaign_id = ? AND message_id <> 0", id).Order("number").Limit(mostRuns + 1).Find(&runs).Error
	})
	if err != nil {
		return err
	}
	for _, r := range runs {
		for more := true; more; {
			ids, err := s.some(ctx, r.MessageID, from)
			if err != nil {
				return err
			}
			if more = len(ids) == holdBatch; len(ids) == 0 {
				break
			}
			err = s.db.InTx(ctx, func(tx *store.Tx) error {
				var c Campaign
				if err := tx.ForUpdate().Select("id", "state").Where("id = ?", id).Take(&c).Error; err != nil || c.State != while {
					more = false
					return err
				}
				now := r
				if err := tx.Where("id = ?", r.ID).Take(&now).Error; err != nil {
					return err
				}
				tx.Committed(tx.Wake)
				return change(tx, &now, ids)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) some(ctx context.Context, message int64, in []notify.State) (ids []int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&notify.Delivery{}).Where("message_id = ? AND state IN ?", message, in).Limit(holdBatch).Pluck("id", &ids).Error
	})
	return ids, err
}

// space spreads the next n deliveries of a run at the campaign's rate, after those before them. The quiet hours do not count,
// but for what passes them: the rest would go out all at once at their end.
func (s *Service) space(r *Run, c *Campaign, now time.Time, n int) func(i int) time.Time {
	if c.PerMinute == 0 {
		return func(int) time.Time { return now }
	}
	next, apart := now, time.Minute/time.Duration(c.PerMinute)
	if r.NextDue != nil && r.NextDue.After(now) {
		next = *r.NextDue
	}
	at := make([]time.Time, n)
	for i := range at {
		if c.Kind != Safety {
			next = s.o.Quiet.After(next)
		}
		at[i] = next.Truncate(time.Second)
		next = next.Add(apart)
	}
	// Up to the second, so that the rate is kept over many small batches as well.
	next = next.Add(time.Second - 1).Truncate(time.Second)
	r.NextDue = &next
	return func(i int) time.Time { return at[i] }
}

// Addressees gives the people of a run in batches: persons, and minus the owner for owners without an account. next is where to
// go on, 0 at the end. While the campaign is paused it gives notify.ErrNotNow; of one that was cancelled nobody is left.
func (s *Service) Addressees(ctx context.Context, tx *store.Tx, run, after int64, limit int) (persons []int64, next int64, err error) {
	r, c, err := running(tx, run)
	if err != nil {
		return nil, 0, err
	}
	switch c.State {
	case Paused:
		return nil, 0, notify.ErrNotNow
	case Running, Done:
	default:
		return nil, 0, nil
	}
	var rows []struct{ ID, PersonID int64 }
	q := tx.WithContext(ctx).Table("reach_people").Select("reach_people.id, reach_people.person_id").Joins("JOIN reaches r ON r.id = reach_people.reach_id").
		Where("reach_people.campaign_id = ? AND reach_people.id > ? AND reach_people.person_id < ?", c.ID, after, notify.Erased)
	if r.Kind == FirstRun {
		q = q.Where("r.run >= ?", r.Number)
	} else {
		q = q.Where("r.run = ?", r.Number)
	}
	if r.Kind != FirstRun || !c.NeedsProof {
		q = q.Where("r.acted_at IS NULL") // the first notice is served on everybody where its service has to be proven
	}
	// Who has made an account since is told as a person.
	// With a limit each is one look at the key; EXISTS would be turned into a walk over all campaigns.
	q = q.Where("(reach_people.person_id > 0 OR (SELECT b.id FROM reach_people b WHERE b.reach_id = reach_people.reach_id AND b.owner_id = reach_people.owner_id AND b.person_id > 0 LIMIT 1) IS NULL)")
	if err := q.Order("reach_people.id").Limit(limit).Scan(&rows).Error; err != nil {
		return nil, 0, err
	}
	for _, p := range rows {
		persons = append(persons, p.PersonID)
	}
	if len(rows) == limit {
		next = rows[limit-1].ID
	}
	return persons, next, nil
}

func running(tx *store.Tx, run int64) (*Run, *Campaign, error) {
	var r Run
	if err := tx.Where("id = ?", run).Take(&r).Error; err != nil {
		return nil, nil, err
	}
	var c Campaign
	return &r, &c, tx.Where("id = ?", r.CampaignID).Take(&c).Error
}

// Admit spaces the deliveries of a campaign before they are written, in the commit that writes them. A campaign that is being
// paused or cancelled waits for that commit and then finds them.
func (s *Service) Admit(tx *store.Tx, e event.Event, list []notify.Delivery) error {
	sent, ok := e.(*event.CampaignSent)
	if !ok || len(list) == 0 {
		return nil
	}
	var c Campaign
	if err := tx.ForUpdate().Select("id", "kind", "state", "per_minute").Where("id = ?", sent.CampaignID).Take(&c).Error; err != nil {
		return err
	}
	if c.State != Running && c.State != Done {
		return notify.ErrNotNow
	}
	if c.PerMinute == 0 {
		return nil
	}
	var r Run
	if err := tx.Where("id = ?", sent.RunID).Take(&r).Error; err != nil {
		return err
	}
	var waiting []*notify.Delivery // a digest goes out when its person wants it
	for i := range list {
		if list[i].State == notify.Waiting {
			waiting = append(waiting, &list[i])
		}
	}
	at := s.space(&r, &c, tx.Now, len(waiting))
	for i, d := range waiting {
		d.DueAt = at(i)
	}
	return tx.Model(&Run{}).Where("id = ?", r.ID).Update("next_due", r.NextDue).Error
}

// split reads a list of people: persons, and owners without an account.
func split(people []int64) (persons, owners []int64) {
	persons, owners = []int64{0}, []int64{0}
	for _, p := range people {
		if p > 0 {
			persons = append(persons, p)
		} else {
			owners = append(owners, -p)
		}
	}
	return persons, owners
}
