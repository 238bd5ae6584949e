package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// ApprovalRule is up to how many seats a campaign may go out on its writer's word alone. While nobody has set it, each needs a
// second person.
const ApprovalRule = "notify.campaign.approval"

// Submit asks for approval; a campaign that is as small as the local rule allows is approved by it. The forecast that it keeps is
// of the words that are submitted. Faults: ErrNotFound, ErrMove, ErrNotYours, ErrChanged, ErrOver, ErrNobody.
func (s *Service) Submit(ctx context.Context, actor org.Actor, id int64) (*Campaign, error) {
	f, err := s.Forecast(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return s.move(ctx, actor, org.RunCampaigns, id, Submit, func(tx *store.Tx, c *Campaign, m Move) error {
		if c.Version != f.Version {
			return ErrChanged
		}
		if c.over(tx) {
			return ErrOver
		}
		if f.Seats == 0 {
			return ErrNobody
		}
		writers, err := c.withWriter(actor.PersonID)
		if err != nil {
			return err
		}
		change := map[string]any{"submitted_by": actor.PersonID, "submitted_at": tx.Now, "seats": f.Seats, "forecast": string(text), "writers": writers, "approved_by": 0, "approved_post": 0, "approved_at": nil, "approval": "", "reason": ""}
		most, err := s.alone(tx)
		if err != nil {
			return err
		}
		to := m.To
		if f.Seats <= most && (!c.grave() || actor.Post.OrgKind != org.Company) {
			to = m.Or
			change["approval"], change["approved_at"] = "rule", tx.Now
		}
		return c.to(tx, to, change)
	})
}

// over reports whether the campaign's own term has passed.
func (c *Campaign) over(tx *store.Tx) bool { return c.EndsAt != nil && !c.EndsAt.After(tx.Now) }

// alone is up to how many seats need no second person; 0 while nobody has said.
func (s *Service) alone(tx *store.Tx) (int64, error) {
	set, err := org.Rules(tx, tx.Now, s.o.Pack)
	if err != nil {
		return 0, err
	}
	n, err := set.Int(ApprovalRule)
	if errors.Is(err, rulepack.ErrUnset) {
		return 0, nil
	}
	return n, err
}

// Approve lets a campaign go out in the version that the approver has read: by the head or chair of its office or the level above,
// and another person than wrote any part of it or submitted it. Faults: ErrNotFound, ErrMove, ErrNotYours, ErrSamePerson, ErrChanged, ErrOver.
func (s *Service) Approve(ctx context.Context, actor org.Actor, id int64, version int) (*Campaign, error) {
	return s.move(ctx, actor, org.ApproveCampaigns, id, Approve, func(tx *store.Tx, c *Campaign, m Move) error {
		if c.Version != version {
			return ErrChanged
		}
		if c.over(tx) {
			return ErrOver
		}
		if err := c.note(tx, actor, "approved", map[string]any{"version": version, "topic": c.topic(FirstRun)}); err != nil {
			return err
		}
		return c.to(tx, m.To, map[string]any{"approved_by": actor.PersonID, "approved_post": actor.Post.PostID, "approved_at": tx.Now, "approval": "person"})
	})
}

// reasoned reads why somebody stops something.
func reasoned(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return "", fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明原因（2至200个字）"})
	}
	return reason, nil
}

// Return gives a campaign back to be changed, or takes it back. Faults: ErrNotFound, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) Return(ctx context.Context, actor org.Actor, id int64, reason string) (*Campaign, error) {
	reason, wrong := reasoned(reason)
	return s.move(ctx, actor, org.ReadCampaigns, id, Return, func(tx *store.Tx, c *Campaign, m Move) error {
		if wrong != nil {
			return wrong
		}
		return c.to(tx, m.To, map[string]any{"reason": reason, "approved_by": 0, "approved_post": 0, "approved_at": nil, "approval": ""})
	})
}

// Pause stops what has not been sent. What is in the air arrives, and is known as sent.
// Faults: ErrNotFound, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) Pause(ctx context.Context, actor org.Actor, id int64, reason string) (*Campaign, error) {
	reason, wrong := reasoned(reason)
	c, err := s.move(ctx, actor, org.RunCampaigns, id, Pause, func(tx *store.Tx, c *Campaign, m Move) error {
		if wrong != nil {
			return wrong
		}
		return c.to(tx, m.To, map[string]any{"reason": reason, "paused_by": actor.OrganisationID()})
	})
	if err != nil {
		return nil, err
	}
	return c, s.hold(ctx, c.ID)
}

// Resume lets it go on: by the office that paused it, or the level above. Faults: ErrNotFound, ErrMove, ErrNotYours.
func (s *Service) Resume(ctx context.Context, actor org.Actor, id int64) (*Campaign, error) {
	c, err := s.move(ctx, actor, org.RunCampaigns, id, Resume, func(tx *store.Tx, c *Campaign, m Move) error {
		return c.to(tx, m.To, map[string]any{"paused_by": 0})
	})
	if err != nil {
		return nil, err
	}
	return c, s.release(ctx, c.ID)
}

// Cancel ends a campaign; what was sent stays, nothing more goes out.
// Faults: ErrNotFound, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, id int64, reason string) (*Campaign, error) {
	reason, wrong := reasoned(reason)
	c, err := s.move(ctx, actor, org.RunCampaigns, id, Cancel, func(tx *store.Tx, c *Campaign, m Move) error {
		if wrong != nil {
			return wrong
		}
		if err := tx.Model(&Run{}).Where("campaign_id = ? AND state = ?", c.ID, choosing).Update("state", dropped).Error; err != nil {
			return err
		}
		return c.to(tx, m.To, map[string]any{"reason": reason, "done_at": tx.Now, "remind_at": nil})
	})
	if err != nil {
		return nil, err
	}
	return c, s.drop(ctx, c.ID, Cancelled)
}

// quiet refuses another run while the last one is being made up, or after too many.
func (c *Campaign) quiet(tx *store.Tx) error {
	runs, err := runsOf(tx, c.ID)
	if err != nil {
		return err
	}
	if len(runs) >= mostRuns {
		return ErrTooOften
	}
	if len(runs) == 0 {
		return nil
	}
	last := runs[len(runs)-1]
	var open int64
	err = tx.Model(&outbox.Message{}).Where("id = ? AND state IN ?", last.MessageID, []outbox.State{outbox.Pending, outbox.Published}).Count(&open).Error
	if err == nil && (open > 0 || last.State == choosing) {
		return ErrBusy
	}
	return err
}

// begin makes the next run; its seats are chosen by the clock.
func (c *Campaign) begin(tx *store.Tx, kind RunKind, by int64) error {
	c.Run++
	return tx.Create(&Run{CampaignID: c.ID, Number: c.Run, Kind: kind, State: choosing, MadeBy: by, MadeAt: tx.Now}).Error
}

// messagesOf are the messages of a campaign's runs.
func messagesOf(tx *store.Tx, id int64) ([]int64, error) {
	messages := []int64{0}
	var ids []int64
	err := tx.Model(&Run{}).Where("campaign_id = ? AND message_id <> 0", id).Order("number").Limit(mostRuns+1).Pluck("message_id", &ids).Error
	return append(messages, ids...), err
}
