package committee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// RevokeElection records that a court revoked an election: what waits is not seated, the term that it began stands with that beside it, and those
// whom it seated do nothing for the committee until the township decides whether they go.
func (s *Service) RevokeElection(ctx context.Context, meeting, estate int64, number string, at time.Time, text string) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var terms []int64
		if err := tx.Model(&Term{}).Where("estate_id = ? AND basis = ?", estate, number).Limit(maxRows).Pluck("id", &terms).Error; err != nil {
			return err
		}
		if err := tx.Model(&Term{}).Where("id IN ? AND revoked_at IS NULL", terms).Updates(map[string]any{"revoked_at": at, "revoked_for": text}).Error; err != nil {
			return err
		}
		var e Elected
		if err := tx.ForUpdate().Where("meeting_id = ?", meeting).Limit(1).Find(&e).Error; err != nil || e.ID == 0 {
			return err
		}
		switch {
		case e.State == ElectedWaits && len(terms) > 0: // the township entered them by hand
			e.TermID = terms[0]
			if err := tx.Model(&Member{}).Where("term_id = ? AND seating_id = 0", e.TermID).Update("seating_id", e.ID).Error; err != nil {
				return err
			}
		case e.State == ElectedWaits, e.State == ElectedSeated && e.Reason == "":
		default:
			return nil // told again, or decided already
		}
		e.State = ElectedRevoked
		if err := tx.Model(&Elected{}).Where("id = ?", e.ID).Updates(map[string]any{"state": e.State, "term_id": e.TermID, "people_sealed": ""}).Error; err != nil || e.TermID == 0 {
			return err
		}
		return s.suspend(tx, &e)
	})
}

// suspend takes the posts and links of those whom an election seated, and asks the township about them.
func (s *Service) suspend(tx *store.Tx, e *Elected) error {
	all, err := seatedBy(tx, e.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	var t Term
	if err := tx.Where("id = ?", e.TermID).Take(&t).Error; err != nil {
		return err
	}
	ids := make([]int64, len(all))
	for i, m := range all {
		if ids[i] = m.ID; m.PersonID == 0 {
			continue
		}
		if err := s.posts.ReleaseFrom(tx, audit.System{}, t.CommitteeID, m.PersonID); err != nil {
			return err
		}
	}
	if err := tx.Model(&Member{}).Where("id IN ?", ids).Update("suspended_at", tx.Now).Error; err != nil {
		return err
	}
	if err := tx.Model(&Link{}).Where("member_id IN ? AND used_at IS NULL AND revoked_at IS NULL", ids).Update("revoked_at", tx.Now).Error; err != nil {
		return err
	}
	if err := tx.Model(&Elected{}).Where("id = ?", e.ID).Update("missing", `["法院撤销了这次选举，请决定委员离任还是继续履职"]`).Error; err != nil {
		return err
	}
	if err := note(tx, audit.System{}, "suspend", "committee_seating", e.ID, e.EstateID, map[string]any{"members": len(ids)}); err != nil {
		return err
	}
	return tell(tx, event.Committee{SubjectKind: "committee_seating", SubjectID: e.ID, EstateID: e.EstateID, What: "voided", Number: e.Number})
}

// seatedBy are those who are in the committee by an election, locked.
func seatedBy(tx *store.Tx, id int64) ([]Member, error) {
	var all []Member
	return all, tx.ForUpdate().Where("seating_id = ? AND left_at IS NULL", id).Order("id").Limit(maxMembers).Find(&all).Error
}

// EndElection is the township's decision on an election that cannot stay as it is: one that waits ends without anybody seated; those whom a revoked
// one seated go, or act again (keep), where another judgment says so. Their posts are then given to them anew.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrRefReused, fault.ErrInvalid.
func (s *Service) EndElection(ctx context.Context, actor org.Actor, id int64, keep bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 4, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明原因和依据（4至500个字）"})
	}
	return s.act(ctx, actor, org.SeatCommittee, "end election", func(tx *store.Tx) (int64, error) {
		e, err := within[Elected](tx, actor, org.SeatCommittee, id)
		if err != nil {
			return 0, err
		}
		says := "结束，没有登记委员"
		switch {
		case e.State == ElectedWaits && !keep:
			e.State = ElectedClosed
		case e.State == ElectedWaits:
			return 0, ErrState.Saying("这次选举还没有登记委员。要登记的，请补齐后确认；不登记的，请写明原因")
		case e.State == ElectedRevoked && e.TermID != 0 && keep:
			e.State, says, err = ElectedSeated, "委员继续履职，岗位请乡镇（办事处）重新登记", s.restore(tx, e)
		case e.State == ElectedRevoked && e.TermID != 0:
			e.State, says, err = ElectedClosed, "委员离任", s.vacate(tx, actor, e, text)
		default:
			return 0, ErrState.Saying("这次选举已经处理过")
		}
		if err != nil {
			return 0, err
		}
		change := map[string]any{"state": e.State, "reason": text, "missing": "[]", "people_sealed": "", "confirmed_by": actor.PersonID}
		if err := tx.Model(&Elected{}).Where("id = ?", e.ID).Updates(change).Error; err != nil {
			return 0, err
		}
		if err := note(tx, actor, "end_election", "committee_seating", e.ID, e.EstateID, map[string]any{"keep": keep}); err != nil {
			return 0, err
		}
		return id, tell(tx, event.Committee{SubjectKind: "committee_seating", SubjectID: e.ID, EstateID: e.EstateID, What: "settled", Number: e.Number, Title: says})
	})
}

// restore lets those whom an election seated act again, as far as nobody took their places.
func (s *Service) restore(tx *store.Tx, e *Elected) error {
	all, err := seatedBy(tx, e.ID)
	if err != nil {
		return err
	}
	var t Term
	if err := tx.ForUpdate().Where("id = ?", e.TermID).Take(&t).Error; err != nil {
		return err
	}
	sit, err := sitting(tx, t.ID)
	if err != nil {
		return err
	}
	back := len(sit)
	for _, m := range all {
		if m.Role != Alternate && m.SuspendedAt != nil {
			back++
		}
	}
	if int64(back) > t.Size {
		return ErrState.Saying("他们的名额已经由别人补上，不能继续履职，请选择离任")
	}
	return tx.Model(&Member{}).Where("seating_id = ? AND left_at IS NULL", e.ID).Update("suspended_at", nil).Error
}

// vacate ends the seats of those whom a revoked election seated.
func (s *Service) vacate(tx *store.Tx, actor org.Actor, e *Elected, text string) error {
	all, err := seatedBy(tx, e.ID)
	if err != nil || len(all) == 0 {
		return err // another term has begun meanwhile
	}
	var t Term
	if err := tx.ForUpdate().Where("id = ?", e.TermID).Take(&t).Error; err != nil {
		return err
	}
	return s.leave(tx, actor, &t, all, Leaving{Cause: Revoked, Text: text})
}
