package campaign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
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
	Visits    int64         `json:"visits"`    // without those that were corrected
	CoOwners  int64         `json:"co_owners"` // seats that confirmed while no message reached a co-owner
	Confirmed int64         `json:"confirmed"`
}

func (t *Totals) add(r *Row) {
	t.Seats++
	for _, v := range r.Calls {
		if v.VoidedAt == nil {
			t.Visits++
		}
	}
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

// Seal keeps what is proven now: line by line, with the totals; the hash of the lines goes into the trail, which nobody can change
// unseen. Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours, ErrRefReused, ErrSealing, fault.ErrInvalid.
func (s *Service) Seal(ctx context.Context, actor org.Actor, id int64, once Once) (*Record, error) {
	if err := once.valid(); err != nil {
		return nil, err
	}
	var record int64
	fresh := false
	c, err := s.moveOnce(ctx, actor, org.RunCampaigns, id, Seal, &once, &record, func(tx *store.Tx, c *Campaign, _ Move) error {
		rec := Record{CampaignID: c.ID, Totals: "{}", MadeBy: actor.PersonID, MadePost: actor.Post.PostID, MadeAt: tx.Now}
		if err := tx.Create(&rec).Error; err != nil {
			return err
		}
		record = rec.ID
		tx.Committed(func() { fresh = true })
		return nil
	})
	if err != nil {
		return nil, err
	}
	rec, err := s.claim(ctx, record, fresh)
	if err != nil || rec.Hash != "" {
		return rec, err
	}
	return rec, s.seal(ctx, actor, c, rec)
}

// sealWithin is how long the writing of a record takes at most; then its process is dead, and another begins anew.
const sealWithin = 5 * time.Minute

// claim gives a record, to be written where somebody died who wrote it. Fault: ErrSealing.
func (s *Service) claim(ctx context.Context, record int64, fresh bool) (*Record, error) {
	var rec Record
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ?", record).Take(&rec).Error; err != nil || fresh || rec.Hash != "" {
			return err
		}
		if rec.MadeAt.After(tx.Now.Add(-sealWithin)) {
			return ErrSealing
		}
		rec.MadeAt = tx.Now
		if err := tx.Model(&Record{}).Where("id = ?", rec.ID).Update("made_at", tx.Now).Error; err != nil {
			return err
		}
		return tx.Where("record_id = ?", rec.ID).Delete(&RecordLine{}).Error
	})
	return &rec, err
}

// seal writes the lines of a record, and last its totals and its hash.
func (s *Service) seal(ctx context.Context, actor org.Actor, c *Campaign, rec *Record) error {
	t := &Totals{Hows: map[How]int64{}}
	h := sha256.New()
	var lines []RecordLine
	position := int64(0)
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		err := s.db.InTx(ctx, func(tx *store.Tx) error { return tx.CreateInBatches(&lines, 100).Error })
		lines = nil
		return err
	}
	err := s.lines(ctx, actor, c, rec, func(line string, r *Row) error {
		if r != nil {
			t.add(r)
		}
		lines = append(lines, RecordLine{RecordID: rec.ID, Position: position, Line: line})
		position++
		if _, err := fmt.Fprintln(h, line); err != nil || len(lines) < rowBatch {
			return err
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fmt.Errorf("seal campaign: %w", err)
	}
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	rec.Seats, rec.Totals, rec.Hash = t.Seats, string(text), hex.EncodeToString(h.Sum(nil))
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Record{}).Where("id = ? AND hash = '' AND made_at = ?", rec.ID, rec.MadeAt).Updates(map[string]any{"seats": rec.Seats, "totals": rec.Totals, "hash": rec.Hash, "read_until": rec.ReadUntil})
		if err := store.MustAffect(res, ErrSealing); err != nil {
			return err
		}
		return c.note(tx, actor, "record", map[string]any{"record": rec.ID, "seats": rec.Seats, "proven": t.Proven, "sha256": rec.Hash})
	})
}

// lines gives the lines of a record as they would be now: the head, then the seats in the order of the doors, then the foot.
func (s *Service) lines(ctx context.Context, actor org.Actor, c *Campaign, rec *Record, give func(string, *Row) error) error {
	v := &View{Campaign: *c}
	var hung []Board
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if hung, err = boards(tx, c.ID); err != nil {
			return err
		}
		return name(tx, v)
	})
	if err != nil {
		return err
	}
	head, err := json.Marshal(Head{Format: "linli-record/1", Number: c.Number, Estate: v.Estate, Office: v.Office, Title: c.Title, Body: c.Body, StartedAt: utc(c.StartedAt), SealedAt: rec.MadeAt.UTC(), Postings: hung})
	if err != nil {
		return err
	}
	if err := give(string(head), nil); err != nil {
		return err
	}
	end := foot{}
	if err := s.EachRow(ctx, actor, c.ID, func(r Row) error { end.Seats++; return give(r.Line, &r) }); err != nil {
		return err
	}
	if rec.ReadUntil == nil {
		now := s.db.Now()
		rec.ReadUntil = &now
	}
	end.ReadUntil = rec.ReadUntil.UTC()
	last, err := json.Marshal(end)
	if err != nil {
		return err
	}
	return give(string(last), nil)
}

// Sealed is a record with its head and its totals. Checked: whether its own lines still make its hash, and whether the seats are
// still what they were.
type Sealed struct {
	Record
	Head    Head
	Sum     Totals
	Checked bool
	Whole   bool
	Same    bool
}

// FindRecord gives a record of a campaign, with 0 the latest; with check it makes its hash anew, from its own lines and from the seats
// as they are. Faults: org.ErrForbidden, ErrNotFound, ErrNoRecord.
func (s *Service) FindRecord(ctx context.Context, actor org.Actor, id, record int64, check bool) (*Sealed, error) {
	x := &Sealed{}
	var c *Campaign
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = get(tx, actor, org.ReadCampaigns, id); err != nil {
			return err
		}
		q := tx.Where("campaign_id = ? AND hash <> ''", c.ID)
		if record != 0 {
			q = q.Where("id = ?", record)
		}
		if err := q.Order("id DESC").Take(&x.Record).Error; err != nil {
			return store.NotFound(err, ErrNoRecord)
		}
		var head RecordLine
		if err := tx.Where("record_id = ? AND position = 0", x.ID).Take(&head).Error; err != nil {
			return err
		}
		return errors.Join(json.Unmarshal([]byte(head.Line), &x.Head), json.Unmarshal([]byte(x.Totals), &x.Sum))
	})
	if err != nil || !check {
		return x, err
	}
	own, now := sha256.New(), sha256.New()
	if err := s.eachLine(ctx, x.ID, 0, func(l RecordLine) error { _, err := fmt.Fprintln(own, l.Line); return err }); err != nil {
		return nil, err
	}
	err = s.lines(ctx, actor, c, &x.Record, func(line string, _ *Row) error { _, err := fmt.Fprintln(now, line); return err })
	x.Checked, x.Whole, x.Same = true, hex.EncodeToString(own.Sum(nil)) == x.Hash, hex.EncodeToString(now.Sum(nil)) == x.Hash
	return x, err
}

// eachLine reads the lines of a record from a position on, a batch in memory at a time.
func (s *Service) eachLine(ctx context.Context, record, from int64, do func(RecordLine) error) error {
	for {
		var lines []RecordLine
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Where("record_id = ? AND position >= ?", record, from).Order("position").Limit(rowBatch).Find(&lines).Error
		})
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := do(l); err != nil {
				return err
			}
		}
		if len(lines) < rowBatch {
			return nil
		}
		from = lines[len(lines)-1].Position + 1
	}
}

// RecordRows gives the seats of a record as they were sealed, after a position; next is where to go on, 0 at the end.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoRecord.
func (s *Service) RecordRows(ctx context.Context, actor org.Actor, id, record, after int64, limit int) (rows []Row, next int64, err error) {
	rec, err := s.FindRecord(ctx, actor, id, record, false)
	if err != nil {
		return nil, 0, err
	}
	var lines []RecordLine
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("record_id = ? AND position > ? AND position <= ?", rec.ID, after, rec.Seats).Order("position").Limit(limit + 1).Find(&lines).Error
	})
	if len(lines) > limit {
		lines, next = lines[:limit], lines[limit-1].Position
	}
	for _, l := range lines {
		r, e := rowOf(l.Line)
		err = errors.Join(err, e)
		rows = append(rows, r)
	}
	return rows, next, err
}

// RecordText gives the lines of a record as its hash is made of them, each with its end. Faults: org.ErrForbidden, ErrNotFound, ErrNoRecord.
func (s *Service) RecordText(ctx context.Context, actor org.Actor, id, record int64) ([]byte, error) {
	rec, err := s.FindRecord(ctx, actor, id, record, false)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = s.eachLine(ctx, rec.ID, 0, func(l RecordLine) error { text.WriteString(l.Line + "\n"); return nil })
	return text.Bytes(), err
}

// Verify makes the hash of every record anew from its own lines, and looks for it in the trail. It gives how many hold; the error
// names the first that does not.
func (s *Service) Verify(ctx context.Context) (int, error) {
	n := 0
	for after := int64(0); ; {
		var records []Record
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Where("id > ? AND hash <> ''", after).Order("id").Limit(100).Find(&records).Error
		})
		if err != nil || len(records) == 0 {
			return n, err
		}
		for _, r := range records {
			h := sha256.New()
			if err := s.eachLine(ctx, r.ID, 0, func(l RecordLine) error { _, err := fmt.Fprintln(h, l.Line); return err }); err != nil {
				return n, err
			}
			var sealed []string
			err := s.db.View(ctx, func(tx *store.Tx) error {
				return tx.Model(&audit.Entry{}).Where("subject_kind = 'campaign' AND subject_id = ? AND verb = 'campaign.record'", r.CampaignID).Pluck("detail", &sealed).Error
			})
			if err != nil {
				return n, err
			}
			known := slices.ContainsFunc(sealed, func(detail string) bool { return strings.Contains(detail, r.Hash) })
			if !known || hex.EncodeToString(h.Sum(nil)) != r.Hash {
				return n, fmt.Errorf("the record %d of campaign %d is not what was sealed", r.ID, r.CampaignID)
			}
			after, n = r.ID, n+1
		}
	}
}
