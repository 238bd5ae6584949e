package committee

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Leaving is why a member goes.
type Leaving struct {
	Cause   Cause
	Text    string  // the reason; of a removal the assembly's resolution
	FileIDs []int64 // the letter or proof
}

func (l *Leaving) check() error {
	l.Text = strings.TrimSpace(l.Text)
	var c fault.Checks
	c.Check(CauseNames[l.Cause] != "" && l.Cause != TermEnded && l.Cause != Revoked, "cause", "请选择离任的原因")
	c.Check(length(l.Text, 2, 500), "text", "请写明原因；业主大会罢免的写明决定编号（2至500个字）")
	return c.Err()
}

// Resign ends the actor's own seat.
// Faults: org.ErrForbidden, ErrNoTerm, ErrNotMember, fault.ErrInvalid.
func (s *Service) Resign(ctx context.Context, actor org.Actor, estate int64, text string) (int64, error) {
	l := Leaving{Cause: Resigned, Text: text}
	if err := l.check(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "resign", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.ActCommittee, estate)
		if err != nil {
			return 0, err
		}
		m, err := s.me(tx, actor, t.ID)
		if err != nil {
			return 0, err
		}
		return m.ID, s.leave(tx, actor, t, []Member{*m}, l)
	})
}

// Dismiss records that members go: one for whatever cause, or several who resign together. The township does it, with proof.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoTerm, ErrState, fault.ErrInvalid.
func (s *Service) Dismiss(ctx context.Context, actor org.Actor, estate int64, members []int64, l Leaving) (int64, error) {
	if err := l.check(); err != nil {
		return 0, err
	}
	if len(members) == 0 || len(members) > maxMembers || (len(members) > 1 && l.Cause != Resigned) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "members", Reason: "请选择离任的委员；只有集体辞职才能一次选几人"})
	}
	return s.act(ctx, actor, org.SeatCommittee, "dismiss", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.SeatCommittee, estate)
		if err != nil {
			return 0, err
		}
		var rows []Member
		if err := tx.Where("term_id = ? AND id IN ?", t.ID, members).Order("id").Limit(maxMembers).Find(&rows).Error; err != nil {
			return 0, err
		}
		if len(rows) != len(members) {
			return 0, ErrNotFound
		}
		for _, m := range rows {
			if m.LeftAt != nil {
				return 0, ErrState.Saying("名单里有人已经离任，请核对")
			}
		}
		if err := s.files.Attach(tx, actor, l.FileIDs, "notice", "committee_member", rows[0].ID, t.EstateID); err != nil {
			return 0, err
		}
		return t.ID, s.leave(tx, actor, t, rows, l)
	})
}

// leave ends seats: their posts are released, what they hold is to be given back, alternates move up, the chair's departure
// and a collective resignation start an audit, and what is on file is to be changed.
func (s *Service) leave(tx *store.Tx, actor audit.Actor, t *Term, gone []Member, l Leaving) error {
	set, err := s.rules(tx)
	if err != nil {
		return err
	}
	before, err := sitting(tx, t.ID)
	if err != nil {
		return err
	}
	days, err := set.Int("committee.return_days")
	if err != nil {
		return err
	}
	lost, sits := 0, len(before)
	for _, m := range gone {
		if err := s.endSeat(tx, actor, t, m, l); err != nil {
			return err
		}
		if m.Role == Alternate {
			continue
		}
		if lost++; m.SuspendedAt == nil {
			sits--
		}
		if err := owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweReturn, SubjectID: m.ID, OwedBy: "committee", DueAt: after(tx.Now, days)}); err != nil {
			return err
		}
		if m.Role == Chair {
			if err := s.openAudit(tx, actor, t, ChairLeft, m.ID); err != nil {
				return err
			}
		}
	}
	left, err := s.moveUp(tx, actor, t, sits, lost)
	if err != nil {
		return err
	}
	return s.afterLeaving(tx, actor, set, t, l, lost, left)
}

func (s *Service) endSeat(tx *store.Tx, actor audit.Actor, t *Term, m Member, l Leaving) error {
	res := tx.Model(&Member{}).Where("id = ? AND left_at IS NULL", m.ID).Updates(map[string]any{"left_at": tx.Now, "cause": l.Cause, "text": l.Text})
	if err := store.MustAffect(res, ErrState); err != nil {
		return err
	}
	if l.Cause != TermEnded { // whoever is elected again keeps the post, see releaseOld
		if err := s.posts.ReleaseFrom(tx, actor, t.CommitteeID, m.PersonID); err != nil {
			return err
		}
	}
	if err := tx.Model(&Link{}).Where("member_id = ? AND used_at IS NULL AND revoked_at IS NULL", m.ID).Update("revoked_at", tx.Now).Error; err != nil {
		return err
	}
	return note(tx, actor, "leave", "committee_member", m.ID, t.EstateID, map[string]any{"cause": l.Cause})
}

// moveUp gives free seats to alternates in the order of the election.
func (s *Service) moveUp(tx *store.Tx, actor audit.Actor, t *Term, sits, free int) (int, error) {
	var next []Member
	if err := tx.Where("term_id = ? AND left_at IS NULL AND suspended_at IS NULL AND role = ?", t.ID, Alternate).Order("place, id").Limit(maxMembers).Find(&next).Error; err != nil {
		return 0, err
	}
	for _, m := range next[:min(free, len(next))] {
		if err := tx.Model(&Member{}).Where("id = ?", m.ID).Updates(map[string]any{"role": Ordinary, "since": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := note(tx, actor, "move_up", "committee_member", m.ID, t.EstateID, nil); err != nil {
			return 0, err
		}
		sits++
	}
	return sits, nil
}

func (s *Service) afterLeaving(tx *store.Tx, actor audit.Actor, set *rulepack.Set, t *Term, l Leaving, lost, left int) error {
	if lost == 0 {
		return nil
	}
	share, err := set.Fraction("committee.reelection_share")
	if err != nil {
		return err
	}
	enough := share.Met(int64(left), t.Size)
	// Several who resign at once, or the resignation that leaves too few, is the policy's 集体辞职.
	if l.Cause == Resigned && (lost > 1 || !enough) {
		if err := s.openAudit(tx, actor, t, Collective, 0); err != nil {
			return err
		}
	}
	if err := s.openFiling(tx, actor, set, t, Change); err != nil {
		return err
	}
	e := event.Committee{SubjectKind: "committee_term", SubjectID: t.ID, EstateID: t.EstateID, What: "left", Number: t.Number, Title: CauseNames[l.Cause]}
	if err := tell(tx, e); err != nil || enough {
		return err
	}
	e.What = "below_half"
	return tell(tx, e)
}

// releaseOld takes the posts of those who sat in the old term and do not in the new one.
func (s *Service) releaseOld(tx *store.Tx, actor audit.Actor, from, to *Term) error {
	var people []int64
	stay := tx.Model(&Member{}).Select("person_id").Where("term_id = ?", to.ID)
	if err := tx.Model(&Member{}).Where("term_id = ? AND person_id <> 0 AND person_id NOT IN (?)", from.ID, stay).Distinct().Limit(maxMembers).Pluck("person_id", &people).Error; err != nil {
		return err
	}
	for _, person := range people {
		if err := s.posts.ReleaseFrom(tx, actor, from.CommitteeID, person); err != nil {
			return err
		}
	}
	return nil
}

// endTerm ends a term because another begins: everybody's seat ends, and the change of term starts an audit.
func (s *Service) endTerm(tx *store.Tx, actor audit.Actor, t *Term) error {
	var all []Member
	if err := tx.Where("term_id = ? AND left_at IS NULL", t.ID).Order("id").Limit(maxMembers).Find(&all).Error; err != nil {
		return err
	}
	for _, m := range all {
		if err := s.endSeat(tx, actor, t, m, Leaving{Cause: TermEnded, Text: "换届"}); err != nil {
			return err
		}
	}
	if err := tx.Model(&Term{}).Where("id = ?", t.ID).Updates(map[string]any{"running": nil, "ended_at": tx.Now, "version": t.Version + 1}).Error; err != nil {
		return err
	}
	if err := settle(tx, OweRenewal, t.ID); err != nil {
		return err
	}
	// Meetings that nobody can hold any more end without a decision.
	var open []Meeting
	if err := tx.ForUpdate().Where("term_id = ? AND state IN ?", t.ID, []MeetingState{Draft, Called, Open}).Order("id").Limit(200).Find(&open).Error; err != nil {
		return err
	}
	for i := range open {
		if err := s.cancel(tx, actor, &open[i], "本届业委会任期结束"); err != nil {
			return err
		}
	}
	return s.openAudit(tx, actor, t, Renewal, 0)
}
