package campaign

import (
	"context"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Resent is whom a campaign goes to once more, and whom not and why.
type Resent struct {
	Run      int               `json:"run"`
	Seats    int64             `json:"seats"`
	Channels map[Channel]int64 `json:"channels"` // by which each was to be reached first
	LeftOut  map[string]int64  `json:"left_out"`
}

// LeftNames say why a seat is left out of a resend.
var LeftNames = map[string]string{"confirmed": "已经确认", "acted": "已经办过", "arrived": "已发出，或正在发送", "paper": "走信件或上门", "inbox": "只收站内消息", "nobody": "没有渠道送得到"}

// Resend sends once more to the seats whose every delivery failed and that are not served, and tells whom that leaves out.
// Faults: ErrNotFound, ErrMove, ErrNotYours, ErrBusy, ErrTooOften, ErrNoFailures, ErrRefReused, fault.ErrInvalid.
func (s *Service) Resend(ctx context.Context, actor org.Actor, id int64, once Once) (*Resent, error) {
	if err := once.valid(); err != nil {
		return nil, err
	}
	var r Resent
	_, err := s.moveOnce(ctx, actor, org.RunCampaigns, id, Resend, &once, &r, func(tx *store.Tx, c *Campaign, m Move) error {
		if err := c.quiet(tx); err != nil {
			return err
		}
		var err error
		if r, err = c.sortOut(tx); err != nil {
			return err
		}
		if r.Seats == 0 {
			return ErrNoFailures
		}
		if err := c.begin(tx, ResendRun, actor.PersonID); err != nil {
			return err
		}
		r.Run = c.Run
		if err := c.note(tx, actor, "resent", r); err != nil {
			return err
		}
		return c.to(tx, m.To, map[string]any{"run": c.Run, "done_at": nil})
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// valid checks the reference alone.
func (o Once) valid() error {
	var c fault.Checks
	o.check(&c)
	return c.Err()
}

// sortBatch is how many seats are sorted out at a time.
const sortBatch = 5000

// sortOut counts to whom a campaign would go once more, and to whom not.
func (c *Campaign) sortOut(tx *store.Tx) (Resent, error) {
	r := Resent{Channels: map[Channel]int64{}, LeftOut: map[string]int64{}}
	for after, more := int64(0), true; more; {
		var rows []struct {
			ID      int64
			Why     string
			Planned Channel
		}
		err := tx.Model(&Reach{}).Select("id, planned, CASE WHEN NOT "+unserved+" THEN 'confirmed' WHEN acted_at IS NOT NULL THEN 'acted' WHEN NOT EXISTS ("+sentTo+") AND NOT EXISTS ("+parted+") THEN 'unsent' WHEN EXISTS ("+sentTo+" AND d.state NOT IN ?) THEN 'arrived' ELSE '' END AS why", c.notServed(), failures).
			Where("campaign_id = ? AND id > ?", c.ID, after).Order("id").Limit(sortBatch).Scan(&rows).Error
		if err != nil {
			return r, err
		}
		for _, x := range rows {
			after = x.ID
			r.put(x.Why, x.Planned)
		}
		more = len(rows) == sortBatch
	}
	return r, nil
}

func (r *Resent) put(why string, planned Channel) {
	if why == "" {
		r.Seats++
		r.Channels[planned]++
		return
	}
	if why == "unsent" {
		switch planned {
		case Letter, Visit:
			why = "paper"
		case Nobody:
			why = "nobody"
		default:
			why = "inbox"
		}
	}
	r.LeftOut[why]++
}
