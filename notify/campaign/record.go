package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Totals are what a record sums up.
type Totals struct {
	Seats     int64         `json:"seats"`
	Hows      map[How]int64 `json:"hows"` // confirmed, by the way
	Proven    int64         `json:"proven"`
	Posted    int64         `json:"posted"` // not confirmed, on the board
	Open      int64         `json:"open"`   // neither confirmed nor posted
	Sends     int64         `json:"sends"`  // messages a provider took
	Printed   int64         `json:"printed"`
	Visits    int64         `json:"visits"`
	CoOwners  int64         `json:"co_owners"` // seats that confirmed while no message reached a co-owner
	Confirmed int64         `json:"confirmed"`
}

func (t *Totals) add(r *Row) {
	t.Seats++
	t.Visits += int64(len(r.Calls))
	if r.PrintedAt != nil {
		t.Printed++
	}
	left := false
	for _, o := range r.Owners {
		left = left || !o.Reached
	}
	if left && len(r.Owners) > 1 && r.State == Confirmed {
		t.CoOwners++
	}
	for _, x := range r.Sends {
		if x.State == "sent" {
			t.Sends++
		}
	}
	switch {
	case r.State == Confirmed:
		t.Confirmed++
		t.Hows[r.ConfirmedHow]++
		if r.ConfirmedHow.Proves() {
			t.Proven++
		}
	case r.PostedAt != nil:
		t.Posted++
	default:
		t.Open++
	}
}

// sum reads all seats of a campaign and gives the hash of their lines, in the order of the doors.
func (s *Service) sum(ctx context.Context, actor org.Actor, id int64) (*Totals, string, error) {
	t := &Totals{Hows: map[How]int64{}}
	h := sha256.New()
	err := s.EachRow(ctx, actor, id, func(r Row) error {
		t.add(&r)
		_, err := fmt.Fprintln(h, r.Line)
		return err
	})
	return t, hex.EncodeToString(h.Sum(nil)), err
}

// Seal keeps what is proven now: the totals and the hash of the rows go into the trail, which nobody can change unseen.
// Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours.
func (s *Service) Seal(ctx context.Context, actor org.Actor, id int64) (*Record, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	totals, hash, err := s.sum(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	var rec Record
	_, err = s.move(ctx, actor, org.RunCampaigns, id, Seal, func(tx *store.Tx, c *Campaign, _ Move) error {
		text, err := json.Marshal(totals)
		if err != nil {
			return err
		}
		rec = Record{CampaignID: c.ID, Seats: totals.Seats, Totals: string(text), Hash: hash, MadeBy: actor.PersonID, MadePost: actor.Post.PostID, MadeAt: tx.Now}
		if err := tx.Create(&rec).Error; err != nil {
			return err
		}
		return c.note(tx, actor, "record", map[string]any{"record": rec.ID, "seats": rec.Seats, "proven": totals.Proven, "sha256": hash})
	})
	if err != nil {
		return nil, err
	}
	return &rec, nil
}

// Sealed is a record with its totals, and whether the rows are still what they were.
type Sealed struct {
	Record
	Sum     Totals
	Same    bool
	Checked bool
}

// FindRecord gives the latest record of a campaign; with check it reads all rows again and compares.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoRecord.
func (s *Service) FindRecord(ctx context.Context, actor org.Actor, id int64, check bool) (*Sealed, error) {
	x := &Sealed{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.ReadCampaigns, id)
		if err != nil {
			return err
		}
		if err := tx.Where("campaign_id = ?", c.ID).Order("id DESC").Take(&x.Record).Error; err != nil {
			return store.NotFound(err, ErrNoRecord)
		}
		return json.Unmarshal([]byte(x.Totals), &x.Sum)
	})
	if err != nil || !check {
		return x, err
	}
	_, hash, err := s.sum(ctx, actor, id)
	x.Checked, x.Same = true, hash == x.Hash
	return x, err
}
