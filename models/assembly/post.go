package assembly

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrChallenged says that an owner's challenge waits for its answer.
var ErrChallenged = fault.New(fault.Conflict, "roll.challenged", "还有业主的异议没有答复，请先逐件答复")

// Post posts roster and drafts to the owners, who may challenge their own rows and comment until a day. The roster is kept as it is posted. It
// stands for the days that the rules ask for (meeting.roster_days) or longer: no law gives their number, so a value that nobody has supplied
// stops the posting. Posting again, while the roll is not frozen, makes a new version beside the earlier ones and begins the days anew.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrSamePosting, ErrTooLarge, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Post(ctx context.Context, actor org.Actor, id int64, until time.Time) (*Meeting, error) {
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Draft, Posted}, func(tx *store.Tx, m *Meeting) error {
		if !until.After(tx.Now) || until.After(tx.Now.AddDate(0, 3, 0)) {
			return fault.ErrInvalid.With(fault.Field{Path: "until", Reason: "请选择今后三个月内的截止时间"})
		}
		p, err := s.keepPosting(tx, actor, m, until.UTC().Truncate(time.Second))
		if err != nil {
			return err
		}
		m.State, m.PostedAt, m.ChallengeUntil = Posted, &tx.Now, &p.EndsAt
		if err := note(tx, actor, m, "post", map[string]any{"until": p.EndsAt, "version": p.Version, "sha256": p.Hash}); err != nil {
			return err
		}
		return s.tell(tx, m, "posted")
	})
	if err != nil {
		return nil, fmt.Errorf("post roster: %w", err)
	}
	return m, nil
}

// Challenge is what an owner says against the posted roster.
type Challenge struct {
	UnitID    int64
	Text      string
	ClientRef string
	InputHash string
}

// Contest says that the posted roster is wrong about the actor's unit, or about one that is missing.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrRefReused, fault.ErrInvalid.
func (s *Service) Contest(ctx context.Context, actor org.Actor, id int64, in Challenge) (*RollNote, error) {
	in.Text = strings.TrimSpace(in.Text)
	var c fault.Checks
	n := len([]rune(in.Text))
	c.Check(n >= 4 && n <= 500, "text", "请写明哪里不对（4至500个字）")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var row *RollNote
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		var had []RollNote
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if row = &had[0]; row.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		if m.State != Posted || tx.Now.After(*m.ChallengeUntil) {
			return ErrState.Saying("名册现在不在公示期，不能再提异议；锁定后的变化由召集人按买卖、继承等如实登记")
		}
		if _, ok := actor.HomeIn(org.JoinMeeting, in.UnitID); !ok {
			return fault.ErrInvalid.With(fault.Field{Path: "unit_id", Reason: "请选择您自己的房屋"})
		}
		row = &RollNote{MeetingID: m.ID, EstateID: m.EstateID, UnitID: in.UnitID, Kind: "challenge", Text: in.Text, State: "open", PersonID: actor.PersonID, ClientRef: &in.ClientRef, InputHash: in.InputHash, At: tx.Now}
		if err := tx.Create(row).Error; err != nil {
			return store.Raced(err)
		}
		return note(tx, actor, m, "contest_roll", map[string]any{"note": row.ID, "unit": in.UnitID})
	})
	if err != nil {
		return nil, fmt.Errorf("contest roster: %w", err)
	}
	return row, nil
}

// AnswerChallenge answers an owner. What is accepted is put right in the register itself, by whoever keeps it; the answer says so.
// Faults: ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AnswerChallenge(ctx context.Context, actor org.Actor, id, noteID int64, accept bool, text string) error {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 4 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明答复（4至500个字），业主会看到"})
	}
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Posted}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		state := "refused"
		if accept {
			state = "accepted"
		}
		res := tx.Model(&RollNote{}).Where("id = ? AND meeting_id = ? AND kind = 'challenge' AND state = 'open' AND person_id <> ?", noteID, m.ID, actor.PersonID).
			Updates(map[string]any{"state": state, "answer": text, "answered_by": actor.PersonID, "answered_at": tx.Now})
		if err := store.MustAffect(res, ErrState.Saying("没有找到这件待答复的异议；自己提的异议由别人答复")); err != nil {
			return err
		}
		return note(tx, actor, m, "answer_challenge", map[string]any{"note": noteID, "state": state})
	})
	if err != nil {
		return fmt.Errorf("answer challenge: %w", err)
	}
	return nil
}

// RollNoteView is a note as those who may read it see it; the documents of a change are for the offices.
type RollNoteView struct {
	RollNote
	FileIDs []int64
}

// ListRollNotes pages through challenges and what happened to the roll. Owners see the words of their own challenges in full, and of
// the others the unit and the answer; what changed after the freeze is for all of them to see.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListRollNotes(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]RollNoteView, error) {
	var list []RollNoteView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		var rows []RollNote
		if err := tx.Where("meeting_id = ? AND id > ?", m.ID, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			if actor.Post != nil || rows[i].PersonID == actor.PersonID {
				continue
			}
			rows[i].PersonID = 0
			if ChangeKinds[rows[i].Kind] == "" {
				rows[i].Text = ""
			}
		}
		for _, n := range rows {
			list = append(list, RollNoteView{RollNote: n})
		}
		if actor.Post == nil {
			return nil
		}
		return attached(s, tx, "roll_note", list, func(n *RollNoteView) (int64, *[]int64) { return n.ID, &n.FileIDs })
	})
	return list, err
}
