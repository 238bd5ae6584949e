package disclosure

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Withdraw takes a notice off the board: it no longer counts as published, and stays readable as withdrawn, with its number, versions and
// the reason. The duties that it fulfilled are owed again. What is about money, or follows from an act elsewhere, stays up until another
// person has confirmed it.
// Faults: ErrForbidden, ErrNotFound, ErrWithdrawn, fault.ErrInvalid.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明撤回原因（2至200个字），居民会看到"})
	}
	return s.change(ctx, actor, id, "board.withdraw", func(tx *store.Tx, n *Notice) error {
		sums, err := sumsIn(tx, n)
		if err != nil {
			return err
		}
		if sums || n.guarded() {
			return tx.Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{"withdraw_asked_by": actor.PersonID, "withdraw_asked_for": reason}).Error
		}
		return s.takeDown(tx, n, reason)
	})
}

// takeDown withdraws a locked notice, and tells whoever acted on it.
func (s *Service) takeDown(tx *store.Tx, n *Notice, reason string) error {
	if err := tx.Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{"withdrawn_at": tx.Now, "withdraw_reason": reason, "withdraw_asked_by": 0, "withdraw_asked_for": ""}).Error; err != nil {
		return err
	}
	if err := noteEnd(tx, n, reason); err != nil {
		return err
	}
	if err := s.Reopen(tx, n.ID); err != nil || s.o.Withdrawn == nil {
		return err
	}
	return s.o.Withdrawn(tx, n.EstateID, n.ID)
}

// ConfirmWithdrawal takes a notice off the board that another person wants off, or leaves it there.
// Faults: org.ErrForbidden, ErrNotFound, ErrWithdrawn, ErrNoWithdrawal, ErrSamePerson.
func (s *Service) ConfirmWithdrawal(ctx context.Context, actor org.Actor, id int64, confirm bool) error {
	if err := actor.Must(org.ConfirmNotice); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		q := tx.ForUpdate().Scopes(actor.Within(org.ConfirmNotice, "notices.estate_id")).Where("id = ?", id)
		if actor.Post != nil && actor.Post.OrgKind == org.Company {
			q = q.Where("organisation_id = ?", actor.OrganisationID())
		}
		var n Notice
		if err := q.Take(&n).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		switch {
		case n.WithdrawnAt != nil:
			return ErrWithdrawn
		case n.WithdrawAskedBy == 0:
			return ErrNoWithdrawal
		case n.WithdrawAskedBy == actor.PersonID:
			return ErrSamePerson.Saying("提出撤回的人不能自己确认，请由另一个人确认")
		}
		act := s.takeDown
		if !confirm {
			act = func(tx *store.Tx, n *Notice, _ string) error {
				return tx.Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{"withdraw_asked_by": 0, "withdraw_asked_for": ""}).Error
			}
		}
		if err := act(tx, &n, n.WithdrawAskedFor); err != nil {
			return err
		}
		return audit.Append(tx, actor, "board.confirm_withdrawal", audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, map[string]any{"confirm": confirm, "asked_by": n.WithdrawAskedBy})
	})
}

// change runs f on a notice of the actor's own organisation that still stands.
func (s *Service) change(ctx context.Context, actor org.Actor, id int64, verb string, f func(*store.Tx, *Notice) error) error {
	if err := actor.Must(org.PublishNotice); err != nil {
		return err
	}
	estate, err := s.estateOf(ctx, &Notice{}, id)
	if err != nil {
		return err
	}
	write := s.db.InTx
	if verb == "board.revise" {
		write = func(ctx context.Context, f func(*store.Tx) error) error { return s.writing(ctx, actor, estate, f) }
	}
	err = write(ctx, func(tx *store.Tx) error {
		n, err := own(tx, actor, id)
		if err != nil {
			return err
		}
		if err := f(tx, n); err != nil {
			return err
		}
		return audit.Append(tx, actor, verb, audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, nil)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// own finds a notice of the actor's own organisation that still stands, and locks it.
func own(tx *store.Tx, actor org.Actor, id int64) (*Notice, error) {
	var n Notice
	err := tx.ForUpdate().Scopes(actor.Within(org.PublishNotice, "notices.estate_id")).
		Where("id = ? AND organisation_id = ?", id, actor.OrganisationID()).Take(&n).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	if n.WithdrawnAt != nil {
		return nil, ErrWithdrawn
	}
	return &n, nil
}
