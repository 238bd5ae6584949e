package committee

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Tally is what the votes on an item say, counted from them each time.
type Tally struct {
	Seats, Attended, Quorum, Need int64
	Yes, No, Abstain              int64
	Interested                    int64 // of the yes votes, those who declared an interest
}

// Quorate reports whether enough members attended.
func (t Tally) Quorate() bool { return t.Attended >= t.Quorum }

// Passed reports whether more than the needed share of all members agreed.
func (t Tally) Passed() bool { return t.Quorate() && t.Yes >= t.Need }

// TurnsOnInterest reports whether it would not have passed without those who declared an interest.
func (t Tally) TurnsOnInterest() bool { return t.Passed() && t.Yes-t.Interested < t.Need }

// tally counts an item's votes.
func tally(tx *store.Tx, m *Meeting, item int64) (Tally, error) {
	out := Tally{Seats: m.Seats, Quorum: m.Quorum, Need: m.Need}
	var votes []Vote
	if err := tx.Where("item_id = ?", item).Limit(maxMembers).Find(&votes).Error; err != nil {
		return out, err
	}
	for _, v := range votes {
		switch v.Choice {
		case "yes":
			out.Yes++
			if v.Interest != "" {
				out.Interested++
			}
		case "no":
			out.No++
		default:
			out.Abstain++
		}
	}
	return out, tx.Model(&Attendance{}).Where("meeting_id = ? AND came = ?", m.ID, true).Count(&out.Attended).Error
}

// Close counts the votes when everybody has voted or the time is over. The clock does it by itself then.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, ErrStillOpen, rulepack.ErrUnset.
func (s *Service) Close(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "close", func(tx *store.Tx) (int64, error) {
		m, _, _, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if m.State != Open {
			return 0, ErrState
		}
		if !m.VoteEnds.Before(tx.Now) {
			var open, votes int64
			if err := tx.Model(&Item{}).Where("meeting_id = ? AND state = ?", m.ID, Voting).Count(&open).Error; err != nil {
				return 0, err
			}
			if err := tx.Model(&Vote{}).Where("meeting_id = ?", m.ID).Count(&votes).Error; err != nil {
				return 0, err
			}
			if votes < open*m.Seats {
				return 0, ErrStillOpen
			}
		}
		return m.ID, s.count(tx, actor, m, "")
	})
}

// count decides every item of a locked meeting from its votes.
func (s *Service) count(tx *store.Tx, actor audit.Actor, m *Meeting, outcome string) error {
	set, err := s.rules(tx)
	if err != nil {
		return err
	}
	days, err := set.Int("committee.disclose_days")
	if err != nil {
		return err
	}
	if err := s.dropFrozen(tx, actor, m); err != nil {
		return err
	}
	items, err := itemsOf(tx, m.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.State == Voting {
			if err := s.decide(tx, actor, m, it, after(tx.Now, days)); err != nil {
				return err
			}
		}
	}
	m.State, m.ClosedAt, m.Outcome = Closed, &tx.Now, outcome
	if err := m.store(tx); err != nil {
		return err
	}
	if err := tx.Model(&Link{}).Where("meeting_id = ? AND used_at IS NULL AND revoked_at IS NULL", m.ID).Update("revoked_at", tx.Now).Error; err != nil {
		return err
	}
	if err := note(tx, actor, "count", "committee_meeting", m.ID, m.EstateID, nil); err != nil {
		return err
	}
	return tell(tx, m.event("decided"))
}

// decide settles one item; a decision gets its number and has to be disclosed by a day.
func (s *Service) decide(tx *store.Tx, actor audit.Actor, m *Meeting, it Item, disclose time.Time) error {
	sum, err := tally(tx, m, it.ID)
	if err != nil {
		return err
	}
	change := map[string]any{"state": Failed, "decided_at": tx.Now}
	switch {
	case !sum.Quorate():
		change["state"] = NoQuorum
	case sum.Passed():
		number, err := store.NextNumber(tx, "YD")
		if err != nil {
			return err
		}
		change["state"], change["resolution"] = Passed, number
		if err := owe(tx, Duty{EstateID: m.EstateID, TermID: m.TermID, Kind: OweDisclose, SubjectID: it.ID, OwedBy: "committee", Title: it.Title, DueAt: disclose}); err != nil {
			return err
		}
		if err := s.board.OweDecision(tx, m.EstateID, decisionRef+number); err != nil {
			return err
		}
	}
	if err := tx.Model(&Item{}).Where("id = ? AND state = ?", it.ID, Voting).Updates(change).Error; err != nil {
		return err
	}
	return note(tx, actor, "decide", "committee_item", it.ID, m.EstateID, map[string]any{"state": change["state"], "yes": sum.Yes, "no": sum.No, "abstain": sum.Abstain, "attended": sum.Attended, "seats": sum.Seats})
}

// Miscounted finds decided items whose votes say otherwise, or whose meeting was never counted; it has to find none.
func Miscounted(tx *store.Tx) *gorm.DB {
	const yes = "(SELECT COUNT(*) FROM committee_votes v WHERE v.item_id = committee_items.id AND v.choice = 'yes') >= m.need"
	const quorate = "(SELECT COUNT(*) FROM committee_attendances a WHERE a.meeting_id = m.id AND a.came = ?) >= m.quorum"
	return tx.Model(&Item{}).Select("committee_items.id").Joins("JOIN committee_meetings m ON m.id = committee_items.meeting_id").
		Where("(committee_items.state = ? AND NOT ("+yes+" AND "+quorate+")) OR (committee_items.state = ? AND ("+yes+" OR NOT "+quorate+")) OR (committee_items.state = ? AND "+quorate+") OR (committee_items.state IN ? AND m.state <> ?)",
			Passed, true, Failed, true, NoQuorum, true, []ItemState{Passed, Failed, NoQuorum}, Closed)
}

// Strangers finds votes of somebody who was no member when the vote began, or did not attend; it has to find none.
func Strangers(tx *store.Tx) *gorm.DB {
	return tx.Model(&Vote{}).Select("committee_votes.id").
		Where("NOT EXISTS (SELECT 1 FROM committee_attendances a WHERE a.meeting_id = committee_votes.meeting_id AND a.member_id = committee_votes.member_id AND a.came = ?)", true)
}

// Misseated finds meetings that began with another number of members than they say; it has to find none.
func Misseated(tx *store.Tx) *gorm.DB {
	return tx.Model(&Meeting{}).Select("committee_meetings.id").
		Where("committee_meetings.seats <> (SELECT COUNT(*) FROM committee_attendances a WHERE a.meeting_id = committee_meetings.id)")
}
