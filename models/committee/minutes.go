package committee

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of minutes.
var (
	ErrAbsent    = fault.New(fault.Forbidden, "committee.absent", "会议记录由到会的委员确认，您没有到会")
	ErrNoMinutes = fault.New(fault.Conflict, "committee.no_minutes", "还没有会议记录")
	ErrPublished = fault.New(fault.Conflict, "committee.published", "这项决定已经公布")
)

// Opine records whether the community came and what it thinks, in its own words.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Opine(ctx context.Context, actor org.Actor, id int64, came bool, names, opinion string) (int64, error) {
	names, opinion = strings.TrimSpace(names), strings.TrimSpace(opinion)
	var c fault.Checks
	c.Check(length(names, 0, 200) && (!came || names != ""), "names", "到会的请写明谁来的（不超过200个字）")
	c.Check(length(opinion, 0, 2000), "opinion", "意见不超过2000个字")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.WitnessCommittee, "opine", func(tx *store.Tx) (int64, error) {
		m, err := within[Meeting](tx, actor, org.WitnessCommittee, id)
		if err != nil {
			return 0, err
		}
		if m.State == Draft || m.State == Cancelled || m.MinutesAt != nil {
			return 0, ErrState.Saying("公告议题以后、会议记录写好以前，可以填写社区的意见")
		}
		m.Community, m.CommunityNames, m.Opinion, m.OpinionAt = "absent", names, opinion, &tx.Now
		if came {
			m.Community = "came"
		}
		if err := m.store(tx); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "opine", "committee_meeting", m.ID, m.EstateID, map[string]any{"came": came})
	})
}

// Minute writes the minutes. Written anew, they are confirmed anew.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) Minute(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 10, 5000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写会议记录（10至5000个字）"})
	}
	return s.act(ctx, actor, org.ActCommittee, "minute", func(tx *store.Tx) (int64, error) {
		m, _, _, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if m.State != Closed {
			return 0, ErrState.Saying("计票以后再写会议记录")
		}
		m.Minutes, m.MinutesAt = text, &tx.Now
		m.MinutesVersion++
		if err := m.store(tx); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "minute", "committee_meeting", m.ID, m.EstateID, map[string]any{"version": m.MinutesVersion})
	})
}

// Confirm is an attending member's signature under the minutes as they stand, or what is wrong with them.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrAbsent, ErrNoMinutes, ErrState, fault.ErrInvalid.
func (s *Service) Confirm(ctx context.Context, actor org.Actor, id, version int64, objection string) (int64, error) {
	objection = strings.TrimSpace(objection)
	if !length(objection, 0, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "objection", Reason: "不同意见不超过500个字"})
	}
	return s.act(ctx, actor, org.ActCommittee, "confirm", func(tx *store.Tx) (int64, error) {
		m, _, me, err := s.lockMeeting(tx, actor, id)
		if err != nil {
			return 0, err
		}
		switch {
		case m.MinutesAt == nil:
			return 0, ErrNoMinutes
		case m.MinutesVersion != version:
			return 0, ErrState.Saying("会议记录已经修改，请看过新的再确认")
		}
		var a []Attendance
		if err := tx.Where("meeting_id = ? AND member_id = ? AND came = ?", m.ID, me.ID, true).Find(&a).Error; err != nil {
			return 0, err
		}
		if len(a) == 0 {
			return 0, ErrAbsent
		}
		err = tx.Model(&Attendance{}).Where("meeting_id = ? AND member_id = ?", m.ID, me.ID).Updates(map[string]any{"confirmed": version, "confirmed_at": tx.Now, "objection": objection}).Error
		if err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "confirm", "committee_meeting", m.ID, m.EstateID, map[string]any{"member": me.ID, "version": version, "objects": objection != ""})
	})
}

// Publish puts a decision onto the board.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, ErrPublished.
func (s *Service) Publish(ctx context.Context, actor org.Actor, item int64) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "publish", func(tx *store.Tx) (int64, error) {
		it, _, _, err := seat(s, tx, actor, item, func(i *Item) int64 { return i.EstateID })
		if err != nil {
			return 0, err
		}
		switch {
		case it.NoticeID != 0:
			return 0, ErrPublished
		case it.State != Passed:
			return 0, ErrState.Saying("只有通过的决定才公布")
		}
		var m Meeting
		if err := tx.Where("id = ?", it.MeetingID).Take(&m).Error; err != nil {
			return 0, err
		}
		sum, err := tally(tx, &m, it.ID)
		if err != nil {
			return 0, err
		}
		notice, err := s.board.Post(tx, actor, announcement(&m, it, sum))
		if err != nil {
			return 0, err
		}
		if err := tx.Model(&Item{}).Where("id = ?", it.ID).Updates(map[string]any{"notice_id": notice, "published_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := settle(tx, OweDisclose, it.ID); err != nil {
			return 0, err
		}
		return it.ID, note(tx, actor, "publish", "committee_item", it.ID, it.EstateID, map[string]any{"notice": notice})
	})
}

// announcement words a decision: what was decided, under which article, and by how many of all members.
func announcement(m *Meeting, it *Item, sum Tally) Posted {
	number := ""
	if it.Resolution != nil {
		number = *it.Resolution
	}
	var b strings.Builder
	fmt.Fprintf(&b, "决定编号：%s\n会议：%s（%s）\n依据：%s\n", number, m.Title, m.Number, it.Clause)
	if it.Authority != "" {
		fmt.Fprintf(&b, "业主大会的决定：%s\n", it.Authority)
	}
	fmt.Fprintf(&b, "\n%s\n\n全体委员%d人，到会%d人；同意%d人，反对%d人，弃权%d人。须全体委员%d人以上同意。", it.Text, sum.Seats, sum.Attended, sum.Yes, sum.No, sum.Abstain, sum.Need)
	if sum.Interested > 0 {
		fmt.Fprintf(&b, "\n同意的委员中%d人申报了利害关系。", sum.Interested)
	}
	if m.AfterTerm {
		b.WriteString("\n作出决定时本届任期已满。")
	}
	b.WriteString("\n\n业主认为决定侵害合法权益或违反程序的，可以请求人民法院撤销（民法典第280条）。")
	return Posted{EstateID: it.EstateID, Sort: "announcement", Title: clip("业委会决定："+it.Title, 60), Body: clip(b.String(), 9900), Ref: decisionRef + number}
}

// decisionRef begins the refs of decisions on the board.
const decisionRef = "committee-decision-"
