package committee

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Announce posts the agenda and invites the community, as many days before as the rules say. Nothing is added afterwards.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, ErrUnchecked, ErrAgenda.
func (s *Service) Announce(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "announce", func(tx *store.Tx) (int64, error) {
		m, _, _, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if m.State != Draft {
			return 0, ErrState
		}
		set, err := s.rules(tx)
		if err != nil {
			return 0, err
		}
		days, err := set.Int("committee.agenda_days")
		if err != nil {
			return 0, err
		}
		if first := calendar.DateOf(tx.Now).Add(int(days)); calendar.DateOf(m.StartsAt).Before(first) {
			return 0, ErrAgenda.Saying(fmt.Sprintf("议题要提前%d天公告；今天公告的，会议最早可以定在%s", days, first))
		}
		items, err := itemsOf(tx, m.ID)
		if err != nil {
			return 0, err
		}
		left := 0
		for _, it := range items {
			if it.State != Listed {
				continue
			}
			left++
			if it.Words != "" && it.CheckedBy == 0 {
				return 0, ErrUnchecked.Saying("议题“" + it.Title + "”里有“" + it.Words + "”，请另一个人核对是不是业主共同决定的事项")
			}
		}
		if left == 0 {
			return 0, ErrState.Saying("没有可以由业委会决定的议题了，请取消这次会议，把议题提交业主大会")
		}
		if m.AgendaNotice, err = s.board.Post(tx, actor, agenda(m, items)); err != nil {
			return 0, err
		}
		m.State, m.AnnouncedAt, m.Community = Called, &tx.Now, "invited"
		if err := m.store(tx); err != nil {
			return 0, err
		}
		if err := note(tx, actor, "announce", "committee_meeting", m.ID, m.EstateID, map[string]any{"notice": m.AgendaNotice}); err != nil {
			return 0, err
		}
		return m.ID, tell(tx, m.event("called"))
	})
}

// agenda is what the board says beforehand.
func agenda(m *Meeting, items []Item) Posted {
	var b strings.Builder
	fmt.Fprintf(&b, "会议编号：%s\n时间：%s\n地点：%s\n\n议题：\n", m.Number, m.StartsAt.In(calendar.Shanghai).Format("2006年1月2日 15:04"), m.Place)
	n := 0
	for _, it := range items {
		if it.State == Listed {
			n++
			fmt.Fprintf(&b, "%d. %s（依据%s）\n%s\n", n, it.Title, it.Clause, clip(it.Text, 200))
		}
	}
	b.WriteString("\n业主对议题有意见的，请在会议前告诉业委会或社区。")
	return Posted{EstateID: m.EstateID, Sort: "meeting", Title: clip("业委会会议议题公告："+m.Title, 60), Body: clip(b.String(), 9900), Ref: "committee-agenda-" + m.Number}
}

func (m *Meeting) event(what string) event.Committee {
	return event.Committee{SubjectKind: "committee_meeting", SubjectID: m.ID, EstateID: m.EstateID, What: what, Number: m.Number, Title: m.Title, On: m.StartsAt}
}

// Cancel takes a meeting back with a reason.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrPresides, ErrState, fault.ErrInvalid.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明取消的原因（2至500个字）"})
	}
	return s.act(ctx, actor, org.ActCommittee, "cancel", func(tx *store.Tx) (int64, error) {
		m, t, me, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		all, err := sitting(tx, t.ID)
		if err != nil {
			return 0, err
		}
		if m.CalledBy != me.ID && !presides(all, me) {
			return 0, ErrPresides
		}
		if m.State != Draft && m.State != Called {
			return 0, ErrState.Saying("表决已经开始，不能取消；没有到时间或人数不够的，计票时会写明")
		}
		return m.ID, s.cancel(tx, actor, m, text)
	})
}

func (s *Service) cancel(tx *store.Tx, actor audit.Actor, m *Meeting, text string) error {
	posted := m.State != Draft
	if err := tx.Model(&Item{}).Where("meeting_id = ? AND state IN ?", m.ID, []ItemState{Listed, Voting}).Update("state", Dropped).Error; err != nil {
		return err
	}
	m.State, m.Outcome, m.ClosedAt = Cancelled, text, &tx.Now
	if err := m.store(tx); err != nil {
		return err
	}
	if err := note(tx, actor, "cancel", "committee_meeting", m.ID, m.EstateID, nil); err != nil || !posted {
		return err
	}
	return tell(tx, m.event("cancelled"))
}
