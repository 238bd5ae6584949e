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

// Resend sends once more to the seats whose every delivery failed and that nobody confirmed, and tells whom that leaves out.
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

// sortOut counts to whom a campaign would go once more, and to whom not.
func (c *Campaign) sortOut(tx *store.Tx) (Resent, error) {
	r := Resent{Channels: map[Channel]int64{}, LeftOut: map[string]int64{}}
	var rows []struct {
		Why     string
		Planned Channel
		N       int64
	}
	err := tx.Raw("SELECT why, planned, COUNT(*) AS n FROM (SELECT planned, CASE WHEN confirmed_at IS NOT NULL THEN 'confirmed' WHEN acted_at IS NOT NULL THEN 'acted' WHEN NOT EXISTS ("+sentTo+") THEN 'unsent' WHEN EXISTS ("+sentTo+
		" AND d.state NOT IN ?) THEN 'arrived' ELSE '' END AS why FROM reaches WHERE campaign_id = ?) x GROUP BY why, planned", failures, c.ID).Scan(&rows).Error
	for _, x := range rows {
		switch {
		case x.Why == "":
			r.Seats += x.N
			r.Channels[x.Planned] += x.N
		case x.Why != "unsent":
			r.LeftOut[x.Why] += x.N
		case x.Planned == Letter || x.Planned == Visit:
			r.LeftOut["paper"] += x.N
		case x.Planned == Nobody:
			r.LeftOut["nobody"] += x.N
		default:
			r.LeftOut["inbox"] += x.N
		}
	}
	return r, err
}
