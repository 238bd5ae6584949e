package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// Progress is how far a campaign is.
type Progress struct {
	Seats     int64       `json:"seats"`
	Confirmed int64       `json:"confirmed"` // in any way
	Proven    int64       `json:"proven"`    // in a way that proves service
	Posted    int64       `json:"posted"`    // not confirmed, and on the notice board
	Unreached int64       `json:"unreached"` // no channel reaches them, and nobody confirmed
	Acted     int64       `json:"acted"`
	Channels  []ByChannel `json:"channels"`
}

// ByChannel is how far one channel is. Sent, Failed and Waiting count sends: of letters those printed, of visits those made.
type ByChannel struct {
	Channel     Channel `json:"channel"`
	Seats       int64   `json:"seats"` // planned by this channel first
	Sent        int64   `json:"sent"`
	Failed      int64   `json:"failed"`
	Waiting     int64   `json:"waiting"`
	Cancelled   int64   `json:"cancelled"`
	Confirmed   int64   `json:"confirmed"`   // of the seats planned
	Unconfirmed int64   `json:"unconfirmed"` // of the seats planned
}

// counted is the progress as it was counted last.
func (c *Campaign) counted() (*Progress, error) {
	var p Progress
	return &p, json.Unmarshal([]byte(c.Progress), &p)
}

var channelOrder = []Channel{plan.Mini, plan.SMS, Inbox, Letter, Visit, Nobody}

// count counts a campaign's progress from its reaches and deliveries, in the server.
func count(tx *store.Tx, c *Campaign, runs []Run) (*Progress, error) {
	by := map[Channel]*ByChannel{}
	of := func(ch Channel) *ByChannel {
		if by[ch] == nil {
			by[ch] = &ByChannel{Channel: ch}
		}
		return by[ch]
	}
	p := &Progress{Channels: []ByChannel{}}
	var rows []struct {
		Planned      Channel
		State        ReachState
		ConfirmedHow How
		N            int64
		Printed      int64
		Visited      int64
		Acted        int64
	}
	err := tx.Model(&Reach{}).Select("planned, state, confirmed_how, COUNT(*) AS n, COUNT(printed_at) AS printed, COUNT(visited_at) AS visited, COUNT(acted_at) AS acted").
		Where("campaign_id = ?", c.ID).Group("planned, state, confirmed_how").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		x := of(r.Planned)
		x.Seats += r.N
		p.Seats += r.N
		p.Acted += r.Acted
		if r.Printed > 0 {
			of(Letter).Sent += r.Printed
		}
		if r.Visited > 0 {
			of(Visit).Sent += r.Visited
		}
		switch {
		case r.State == Confirmed:
			x.Confirmed += r.N
			p.Confirmed += r.N
			if r.ConfirmedHow.Proves() {
				p.Proven += r.N
			}
			continue
		case r.State == Posted:
			p.Posted += r.N
		case r.Planned == Nobody:
			p.Unreached += r.N
		}
		x.Unconfirmed += r.N
	}
	if err := sends(tx, runs, of); err != nil {
		return nil, err
	}
	for _, ch := range channelOrder {
		if by[ch] != nil {
			p.Channels = append(p.Channels, *by[ch])
		}
	}
	return p, nil
}

func sends(tx *store.Tx, runs []Run, of func(Channel) *ByChannel) error {
	messages := []int64{0}
	for _, r := range runs {
		messages = append(messages, r.MessageID)
	}
	var rows []struct {
		Channel Channel
		State   notify.State
		N       int64
	}
	err := tx.Model(&notify.Delivery{}).Select("channel, state, COUNT(*) AS n").Where("message_id IN ? AND message_id <> 0", messages).Group("channel, state").Scan(&rows).Error
	for _, r := range rows {
		x := of(r.Channel)
		switch {
		case r.State == notify.Sent:
			x.Sent += r.N
		case slices.Contains(failures, r.State):
			x.Failed += r.N
		case r.State == notify.Cancelled:
			x.Cancelled += r.N
		default:
			x.Waiting += r.N
		}
	}
	return err
}

const (
	// countEvery and countLater are how old a count may be while a campaign runs and after.
	countEvery, countLater = 20 * time.Second, 10 * time.Minute
	countBatch             = 20
	// countFor is how long a campaign that has ended is still counted: letters come back, visits are made.
	countFor = 120 * 24 * time.Hour
)

// recount counts campaigns whose list entry is old, the oldest first.
func (s *Service) recount(ctx context.Context) (bool, error) {
	now := s.db.Now()
	var rows []Campaign
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("(state IN ? AND (counted_at IS NULL OR counted_at < ?)) OR (state IN ? AND done_at > ? AND (counted_at IS NULL OR counted_at < ?))",
			[]State{Running, Paused}, now.Add(-countEvery), []State{Done, Cancelled}, now.Add(-countFor), now.Add(-countLater)).Order("counted_at, id").Limit(countBatch).Find(&rows).Error
	})
	for _, c := range rows {
		err = errors.Join(err, s.receipts(ctx, &c), s.keepCount(ctx, &c))
	}
	return false, err
}

// keepCount counts one campaign outside of a transaction, so that nobody waits for it.
func (s *Service) keepCount(ctx context.Context, c *Campaign) error {
	var text []byte
	err := s.db.View(ctx, func(tx *store.Tx) error {
		runs, err := runsOf(tx, c.ID)
		if err != nil {
			return err
		}
		p, err := count(tx, c, runs)
		if err != nil {
			return err
		}
		text, err = json.Marshal(p)
		return err
	})
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"progress": string(text), "counted_at": tx.Now}).Error
	})
}

// receiptBatch is how many seats one transaction confirms from receipts.
const receiptBatch = 500

// receipts brings what providers say arrived to the seats. It is an attempt that is known to have arrived, no proof.
func (s *Service) receipts(ctx context.Context, c *Campaign) error {
	for {
		var rows []struct {
			ID          int64
			ConfirmedAt time.Time
		}
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Table("campaign_runs").Select("r.id, d.confirmed_at").Joins("JOIN deliveries d ON d.message_id = campaign_runs.message_id AND d.state = ? AND d.confirmed_at IS NOT NULL", notify.Sent).
				Joins("JOIN reach_people p ON p.campaign_id = campaign_runs.campaign_id AND p.person_id = d.person_id AND (p.since IS NULL OR d.created_at > p.since)").Joins("JOIN reaches r ON r.id = p.reach_id AND r.confirmed_at IS NULL").
				Where("campaign_runs.campaign_id = ? AND campaign_runs.message_id <> 0", c.ID).Order("r.id, d.confirmed_at").Limit(receiptBatch).Scan(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		err = s.db.InTx(ctx, func(tx *store.Tx) error {
			for i, r := range rows {
				if i > 0 && rows[i-1].ID == r.ID {
					continue // the first receipt of a seat counts
				}
				if _, err := confirm(tx, []int64{r.ID}, ByProvider, 0, r.ConfirmedAt); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) < receiptBatch {
			return err
		}
	}
}
