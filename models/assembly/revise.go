package assembly

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Revise writes the motions anew until the notice is out. Every matter then has to be confirmed again. What hangs on a motion that goes on in
// other words stays with it: its documents, what owners said to it, and the list of candidates.
// Faults: ErrForbidden, ErrNotFound, ErrNoMotion, ErrState, ErrStale, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, id, version int64, title string, list []Proposal) (*Meeting, error) {
	title = strings.TrimSpace(title)
	var c fault.Checks
	n := len([]rune(title))
	c.Check(n >= 4 && n <= 60, "title", "请填写会议名称（4至60个字）")
	checkMotions(&c, list)
	if err := c.Err(); err != nil {
		return nil, err
	}
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Draft, Posted, Frozen}, func(tx *store.Tx, m *Meeting) error {
		if m.Version != version {
			return ErrStale
		}
		m.Title = title
		if err := keepsAsked(tx, m, list); err != nil {
			return err
		}
		if err := s.reviseMotions(tx, actor, m, list); err != nil {
			return err
		}
		return note(tx, actor, m, "revise", map[string]any{"version": m.Version + 1, "motions": len(list)})
	})
	if err != nil {
		return nil, fmt.Errorf("revise meeting: %w", err)
	}
	return m, nil
}

// ConfirmMatter says that a motion's matter is the right one of art. 278. The threshold follows from it, so another human than the
// writer says so, who has read this version.
// Faults: ErrForbidden, ErrNotFound, ErrNoMotion, ErrState, ErrStale, ErrSamePerson.
func (s *Service) ConfirmMatter(ctx context.Context, actor org.Actor, id int64, position int, version int64) (*Meeting, error) {
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Draft, Posted, Frozen}, func(tx *store.Tx, m *Meeting) error {
		if m.Version != version {
			return ErrStale
		}
		var row Motion
		if err := tx.Where("meeting_id = ? AND position = ?", m.ID, position).Take(&row).Error; err != nil {
			return store.NotFound(err, ErrNoMotion)
		}
		if row.WrittenBy == actor.PersonID {
			return ErrSamePerson
		}
		m.Version-- // a confirmation changes no text: who reads along need not read again
		if err := tx.Model(&Motion{}).Where("id = ?", row.ID).Updates(map[string]any{"confirmed_by": actor.PersonID, "confirmed_at": tx.Now}).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "confirm_matter", map[string]any{"position": position, "matter": row.Matter})
	})
	if err != nil {
		return nil, fmt.Errorf("confirm matter: %w", err)
	}
	return m, nil
}

// Cancel ends a meeting before it closes, with the reason that everybody reads.
// Faults: ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, id int64, reason string) (*Meeting, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明取消的原因（4至200个字），业主会看到"})
	}
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Draft, Posted, Frozen, Noticed}, func(tx *store.Tx, m *Meeting) error {
		if m.OpensAt != nil && !tx.Now.Before(*m.OpensAt) {
			return ErrState.Saying("表决已经开始，不能再取消；业主投的票要计完、公布")
		}
		told := m.NoticedAt != nil
		m.State, m.Reason = Cancelled, reason
		if err := note(tx, actor, m, "cancel", map[string]any{"reason": reason}); err != nil || !told {
			return err
		}
		return s.tell(tx, m, "cancelled")
	})
	if err != nil {
		return nil, fmt.Errorf("cancel meeting: %w", err)
	}
	return m, nil
}

// Opine minutes what the community says about a meeting (regulation art. 20).
// Faults: ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Opine(ctx context.Context, actor org.Actor, id int64, text string) (*Meeting, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 1000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明社区的意见（2至1000个字），没有意见请写“无意见”"})
	}
	m, err := s.change(ctx, actor, org.OpineMeeting, id, []State{Draft, Posted, Frozen, Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Opinion, m.OpinionBy = text, actor.PersonID
		m.Version-- // an opinion changes no text of the meeting
		return note(tx, actor, m, "opine", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("opine on meeting: %w", err)
	}
	return m, nil
}
