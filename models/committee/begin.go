package committee

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// mostVoting bounds how long members may vote.
const mostVoting = 15 * 24 * time.Hour

// need is the smallest part of a whole that meets a share.
func need(share rulepack.Share, whole int64) int64 {
	for n := int64(0); n <= whole; n++ {
		if share.Met(n, whole) {
			return n
		}
	}
	return whole + 1 // nothing is enough
}

// Begin opens the vote: from now on the members of this moment are all members, and nobody stands for another.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrPresides, ErrState, ErrEarly, ErrTermOver, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Begin(ctx context.Context, actor org.Actor, id int64, ends time.Time) (int64, error) {
	now := s.db.Now()
	if !ends.After(now) || ends.After(now.Add(mostVoting)) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "vote_ends", Reason: "请选择表决什么时候截止：今后15天以内"})
	}
	return s.act(ctx, actor, org.ActCommittee, "begin", func(tx *store.Tx) (int64, error) {
		m, t, me, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if err := bind(tx, t.ID); err != nil {
			return 0, err
		}
		all, err := sitting(tx, t.ID)
		if err != nil {
			return 0, err
		}
		switch {
		case m.State != Called:
			return 0, ErrState
		case m.CalledBy != me.ID && !presides(all, me):
			return 0, ErrPresides
		case tx.Now.Before(m.StartsAt):
			return 0, ErrEarly
		}
		if err := s.freeze(tx, m, t, all); err != nil {
			return 0, err
		}
		if err := s.dropFrozen(tx, actor, m); err != nil {
			return 0, err
		}
		var left int64
		if err := tx.Model(&Item{}).Where("meeting_id = ? AND state = ?", m.ID, Listed).Count(&left).Error; err != nil {
			return 0, err
		}
		if left == 0 {
			return 0, ErrState.Saying("没有可以由业委会表决的议题了，请取消这次会议")
		}
		ends := ends.UTC().Truncate(time.Second)
		m.State, m.VoteEnds = Open, &ends
		if err := m.store(tx); err != nil {
			return 0, err
		}
		if err := tx.Model(&Item{}).Where("meeting_id = ? AND state = ?", m.ID, Listed).Update("state", Voting).Error; err != nil {
			return 0, err
		}
		if err := met(tx, m); err != nil {
			return 0, err
		}
		if err := note(tx, actor, "begin", "committee_meeting", m.ID, m.EstateID, map[string]any{"seats": m.Seats, "quorum": m.Quorum, "need": m.Need}); err != nil {
			return 0, err
		}
		e := m.event("vote")
		e.Due = ends
		for _, x := range all {
			if x.PersonID != 0 {
				e.PersonIDs = append(e.PersonIDs, x.PersonID)
			}
		}
		return m.ID, tell(tx, e)
	})
}

// freeze fixes who votes and how many are enough, by the rules of this day.
func (s *Service) freeze(tx *store.Tx, m *Meeting, t *Term, all []Member) error {
	set, err := s.rules(tx)
	if err != nil {
		return err
	}
	if m.AfterTerm, err = afterTerm(set, t, tx.Now); err != nil {
		return err
	}
	quorum, err := set.Fraction("committee.quorum")
	if err != nil {
		return err
	}
	consent, err := set.Fraction("committee.consent")
	if err != nil {
		return err
	}
	m.Seats, m.Rules = int64(len(all)), set.Stamp()
	m.Quorum, m.Need = need(quorum, m.Seats), need(consent, m.Seats)
	for _, x := range all {
		if err := tx.Create(&Attendance{MeetingID: m.ID, MemberID: x.ID}).Error; err != nil {
			return err
		}
	}
	return nil
}

// met settles what was owed until the meeting was held.
func met(tx *store.Tx, m *Meeting) error {
	if err := settle(tx, OweFirst, m.TermID); err != nil || m.RequestID == 0 {
		return err
	}
	if err := tx.Model(&Request{}).Where("id = ?", m.RequestID).Updates(map[string]any{"state": "met", "meeting_id": m.ID}).Error; err != nil {
		return err
	}
	return settle(tx, OweMeeting, m.RequestID)
}

// Attend records that the actor is there.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState.
func (s *Service) Attend(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "attend", func(tx *store.Tx) (int64, error) {
		m, _, me, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if m.State != Open {
			return 0, ErrState
		}
		res := tx.Model(&Attendance{}).Where("meeting_id = ? AND member_id = ?", m.ID, me.ID).Update("came", true)
		if err := store.MustAffect(res, ErrNotMember); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "attend", "committee_meeting", m.ID, m.EstateID, map[string]any{"member": me.ID})
	})
}
