package campaign

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// confirm marks reaches as confirmed. The first stays, but what proves service takes the place of what does not.
func confirm(tx *store.Tx, reaches []int64, how How, person int64, at time.Time) (int64, error) {
	if len(reaches) == 0 {
		return 0, nil
	}
	q := tx.Model(&Reach{}).Where("id IN ?", reaches)
	if how.Proves() {
		q = q.Where("confirmed_at IS NULL OR confirmed_how IN ?", weak)
	} else {
		q = q.Where("confirmed_at IS NULL")
	}
	res := q.Updates(map[string]any{"state": Confirmed, "confirmed_at": at, "confirmed_how": how, "confirmed_by": person})
	return res.RowsAffected, res.Error
}

// mine are the reaches of a person in some campaigns that something has gone out of.
func mine(tx *store.Tx, campaigns []int64, person int64) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Addressee{}).Joins("JOIN campaigns c ON c.id = reach_people.campaign_id AND c.state IN ?", out).
		Where("reach_people.campaign_id IN ? AND reach_people.person_id = ?", campaigns, person).Limit(1000).Pluck("reach_people.reach_id", &ids).Error
	return ids, err
}

// Read confirms what a person has opened in the app; the inbox calls it in the transaction that marks the items as read. What
// was not opened but marked, alone or with others, is no proof.
func (s *Service) Read(tx *store.Tx, person int64, items []int64, opened bool) error {
	var campaigns []int64
	err := tx.Model(&Run{}).Joins("JOIN inbox_items i ON i.message_id = campaign_runs.message_id AND i.recipient_kind = 'person'").
		Where("i.id IN ? AND i.recipient_id = ?", items, person).Distinct().Pluck("campaign_runs.campaign_id", &campaigns).Error
	if err != nil || len(campaigns) == 0 {
		return err
	}
	reaches, err := mine(tx, campaigns, person)
	if err != nil {
		return err
	}
	how := ByMarking
	if opened {
		how = ByReading
	}
	_, err = confirm(tx, reaches, how, person, tx.Now)
	return err
}

// Told is a campaign as one of its people reads it.
type Told struct {
	Campaign
	Estate       string
	Office       string
	Acknowledged *time.Time
}

// Show shows a campaign to somebody of one of its seats. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) Show(ctx context.Context, actor org.Actor, id int64) (*Told, error) {
	if err := actor.Must(org.UseInbox); err != nil {
		return nil, err
	}
	var told *Told
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, reaches, err := addressed(tx, actor, id)
		if err != nil {
			return err
		}
		v := &View{Campaign: *c}
		if err := name(tx, v); err != nil {
			return err
		}
		told = &Told{Campaign: *c, Estate: v.Estate, Office: v.Office}
		for _, r := range reaches {
			if r.ConfirmedAt != nil && r.ConfirmedHow.Proves() {
				told.Acknowledged = r.ConfirmedAt
			}
		}
		return nil
	})
	return told, err
}

// addressed finds a campaign by one of its people, with their seats.
func addressed(tx *store.Tx, actor org.Actor, id int64) (*Campaign, []Reach, error) {
	var reaches []Reach
	err := tx.Joins("JOIN reach_people p ON p.reach_id = reaches.id AND p.person_id = ?", actor.PersonID).Where("reaches.campaign_id = ?", id).Order("reaches.id").Limit(1000).Find(&reaches).Error
	if err != nil {
		return nil, nil, err
	}
	if len(reaches) == 0 {
		return nil, nil, ErrNotFound
	}
	var c Campaign
	return &c, reaches, tx.Where("id = ?", id).Take(&c).Error
}

// Acknowledge confirms by one tap that the person knows; again is the same. Faults: org.ErrForbidden, ErrNotFound, ErrEnded.
func (s *Service) Acknowledge(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.UseInbox); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, reaches, err := addressed(tx, actor, id)
		if err != nil {
			return err
		}
		if !slices.Contains(out, c.State) {
			return ErrEnded
		}
		ids := make([]int64, len(reaches))
		for i, r := range reaches {
			ids[i] = r.ID
		}
		if err := read(tx, c, actor.PersonID); err != nil { // a co-owner's as well, should the first turn out to be nobody's
			return err
		}
		n, err := confirm(tx, ids, ByTap, actor.PersonID, tx.Now)
		if err != nil || n == 0 {
			return err
		}
		return c.note(tx, actor, "acknowledge", nil)
	})
	if err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// read marks a campaign's items as opened for somebody who has said that they know.
func read(tx *store.Tx, c *Campaign, person int64) error {
	messages, err := messagesOf(tx, c.ID)
	if err != nil {
		return err
	}
	for _, column := range []string{"read_at", "opened_at"} {
		err := tx.Model(&inbox.Item{}).Where("message_id IN ? AND recipient_kind = 'person' AND recipient_id = ? AND "+column+" IS NULL", messages, person).Update(column, tx.Now).Error
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	slipBound = "reaches.slip"
	slipKind  = "campaign_slip"
)

// tokenFor makes a token for a reach that has none.
func (s *Service) tokenFor(r *Reach) string {
	token := strings.ToLower(rand.Text())
	r.SlipSealed, r.SlipIndex = s.o.Vault.Seal(token, slipBound), s.o.Vault.Index(slipKind, token)
	return token
}

// slip gives a reach the token of its letter, once: a letter that is printed again carries the same.
func (s *Service) slip(tx *store.Tx, r *Reach) (string, error) {
	if r.SlipSealed != "" {
		return s.o.Vault.Open(r.SlipSealed, slipBound)
	}
	token := s.tokenFor(r)
	res := tx.Model(&Reach{}).Where("id = ? AND slip_sealed = ''", r.ID).Updates(map[string]any{"slip_sealed": r.SlipSealed, "slip_index": r.SlipIndex})
	if res.Error != nil || res.RowsAffected == 1 {
		return token, res.Error
	}
	var now Reach // somebody else printed it at the same time
	if err := tx.Select("id", "slip_sealed").Where("id = ?", r.ID).Take(&now).Error; err != nil {
		return "", err
	}
	return s.o.Vault.Open(now.SlipSealed, slipBound)
}

// Slip is a letter as whoever scans its code sees it.
type Slip struct {
	Title, Body, Estate, Office, Door string
	SubjectKind                       string
	SubjectID, OwnerSetID             int64
	ConfirmedAt                       *time.Time
	Open                              bool
	Gone                              bool // it is on its way: printed, or sent to a phone of the seat
}

// Votes reports whether a letter is about a meeting of owners that is still on.
func (s *Slip) Votes() bool {
	return s.Open && s.SubjectKind == event.AssemblySubject && s.OwnerSetID != 0
}

// gone reports whether a seat's letter has left the office: as paper that is marked as printed, or as a short message.
func (r *Reach) gone(tx *store.Tx) (bool, error) {
	if r.PrintedAt != nil {
		return true, nil
	}
	var ids []int64
	err := tx.Model(&Reach{}).Where("id = ? AND EXISTS ("+sentTo+" AND p.person_id < 0 AND d.channel = ? AND d.state NOT IN ?)", r.ID, plan.SMS, append([]notify.State{notify.Cancelled, notify.Paused}, failures...)).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

func (s *Service) bySlip(tx *store.Tx, token string) (*Reach, *Campaign, error) {
	token = strings.ToLower(strings.TrimSpace(token))
	if len(token) < 20 || len(token) > 64 {
		return nil, nil, ErrSlip
	}
	var r Reach
	if err := tx.Where("slip_index IN ?", s.o.Vault.Indexes(slipKind, token)).Take(&r).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrSlip)
	}
	var c Campaign
	return &r, &c, tx.Where("id = ?", r.CampaignID).Take(&c).Error
}

// ShowSlip shows what a letter says, by its token. Looking confirms nothing: phones look ahead at links. Fault: ErrSlip.
func (s *Service) ShowSlip(ctx context.Context, token string) (*Slip, error) {
	var slip *Slip
	err := s.db.View(ctx, func(tx *store.Tx) error {
		r, c, err := s.bySlip(tx, token)
		if err != nil {
			return err
		}
		v := &View{Campaign: *c}
		if err := name(tx, v); err != nil {
			return err
		}
		doors, err := org.UnitNames(tx, []int64{r.UnitID})
		if err != nil {
			return err
		}
		slip = &Slip{SubjectKind: c.SubjectKind, SubjectID: c.SubjectID, OwnerSetID: r.OwnerSetID, Title: c.Title, Body: c.Body, Estate: v.Estate, Office: v.Office, Door: doors[r.UnitID], ConfirmedAt: r.ConfirmedAt, Open: slices.Contains(out, c.State)}
		slip.Gone, err = r.gone(tx)
		return err
	})
	return slip, err
}

// ConfirmSlip confirms a letter by its token, once; later it changes nothing. It is no proof of service: nobody signed in, and
// nothing at all before the letter has left the office. Faults: ErrSlip, ErrEnded, ErrUnprinted.
func (s *Service) ConfirmSlip(ctx context.Context, token string) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		r, c, err := s.bySlip(tx, token)
		if err != nil {
			return err
		}
		if !slices.Contains(out, c.State) {
			return ErrEnded
		}
		gone, err := r.gone(tx)
		if err != nil {
			return err
		}
		if !gone {
			return ErrUnprinted
		}
		if err := tx.Model(&Reach{}).Where("id = ? AND slipped_at IS NULL", r.ID).Update("slipped_at", tx.Now).Error; err != nil {
			return err
		}
		n, err := confirm(tx, []int64{r.ID}, BySlip, 0, tx.Now)
		if err != nil || n == 0 {
			return err
		}
		return audit.Append(tx, audit.Unnamed{Surface: "h5"}, "campaign.slip", audit.Subject{Kind: "reach", ID: r.ID, Estate: c.EstateID}, nil)
	})
	if err != nil {
		return fmt.Errorf("confirm slip: %w", err)
	}
	return nil
}
