package campaign

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Amend says that a visit was recorded by mistake, and why. It stays where it is, counts no more, and what it proved is proven only
// by what else there is. Again is the same. Faults: org.ErrForbidden, ErrReach, ErrVisit, ErrMove, ErrNotYours, fault.ErrInvalid.
func (s *Service) Amend(ctx context.Context, actor org.Actor, reach, visit int64, reason string) (*Call, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	reason, wrong := reasoned(reason)
	var call Call
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		r, c, err := s.reachFor(tx, actor, org.RunCampaigns, reach)
		if err != nil {
			return err
		}
		who, err := c.roles(tx, actor)
		if err != nil {
			return err
		}
		if _, err := find(c.State, Correct, who); err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		if err := tx.ForUpdate().Where("id = ?", r.ID).Take(r).Error; err != nil { // whoever confirms it comes before or after
			return err
		}
		call = Call{}
		if err := tx.Where("id = ? AND reach_id = ?", visit, r.ID).Take(&call).Error; err != nil {
			return store.NotFound(err, ErrVisit)
		}
		if call.VoidedAt != nil {
			return nil
		}
		call.VoidedAt, call.VoidedBy, call.VoidedPost, call.VoidReason = &tx.Now, actor.PersonID, actor.Post.PostID, reason
		err = tx.Model(&Call{}).Where("id = ?", call.ID).Updates(map[string]any{"voided_at": call.VoidedAt, "voided_by": call.VoidedBy, "voided_post": call.VoidedPost, "void_reason": call.VoidReason}).Error
		if err != nil {
			return err
		}
		was := r.ConfirmedHow
		if err := c.weigh(tx, r, was != "" && was == hows[call.Result]); err != nil {
			return err
		}
		return c.note(tx, actor, string(Correct), map[string]any{"reach": r.ID, "visit": call.ID, "result": call.Result, "was": was, "now": r.ConfirmedHow})
	})
	if err != nil {
		return nil, fmt.Errorf("correct visit: %w", err)
	}
	return &call, nil
}
