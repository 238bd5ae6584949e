package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Effect is what disputed ballots change.
type Effect struct {
	With    *Tallied `json:"with"`
	Without *Tallied `json:"without"`
	Turns   bool     `json:"turns"` // whether an outcome depends on them
}

// AnswerObjection answers an entry of the docket; upheld, the disputed ballots count no more. Either way the count with and without
// them is kept with the answer. Nobody answers their own.
// Faults: ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AnswerObjection(ctx context.Context, actor org.Actor, id, objection int64, uphold bool, text string) (*Objection, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 4 || n > 1000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明处理的依据和结果（4至1000个字）"})
	}
	var o Objection
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		if err := tx.Where("id = ? AND meeting_id = ? AND state = 'open'", objection, m.ID).Take(&o).Error; err != nil {
			return store.NotFound(err, ErrState.Saying("没有找到这件待处理的异议"))
		}
		if o.PersonID == actor.PersonID {
			return ErrSamePerson.Saying("自己提出的异议不能自己处理，请由别人处理")
		}
		if err := s.settle(tx, m, &o, uphold); err != nil {
			return err
		}
		o.State, o.Answer, o.AnsweredBy, o.AnsweredAt = "rejected", text, actor.PersonID, &tx.Now
		if uphold {
			o.State = "upheld"
		}
		if err := tx.Model(&Objection{}).Where("id = ?", o.ID).Select("state", "answer", "effect", "answered_by", "answered_at").Updates(&o).Error; err != nil {
			return err
		}
		if m.State == Provisional && (uphold || o.Kind == "ballot") { // what counts has changed, or may have
			if _, err := s.keepCount(tx, actor, m, "provisional"); err != nil {
				return err
			}
		}
		if err := s.tellPeople(tx, m, []int64{o.PersonID}, "answered"); err != nil {
			return err
		}
		return note(tx, actor, m, "answer_objection", map[string]any{"objection": o.Number, "state": o.State})
	})
	if err != nil {
		return nil, fmt.Errorf("answer objection: %w", err)
	}
	return &o, nil
}

// settle finds what the disputed ballots change, and takes them out where the objection holds. A co-owner's objection that does not
// hold puts the ballot back.
func (s *Service) settle(tx *store.Tx, m *Meeting, o *Objection, uphold bool) error {
	disputed, err := o.envelopes(tx)
	if err != nil {
		return err
	}
	if m.State != Noticed && m.Channel != OnOfficial && len(disputed) > 0 { // before the close nobody counts
		if err := s.weigh(tx, m, o, disputed); err != nil {
			return err
		}
	}
	switch {
	case o.Kind == "ballot" && uphold:
		return o.setAside(tx, m, "共有业主的异议成立："+o.Number)
	case o.Kind == "ballot":
		return o.restore(tx, m)
	case !uphold:
		return nil
	}
	for id := range disputed {
		var e Envelope
		if err := tx.Where("id = ?", id).Take(&e).Error; err != nil {
			return err
		}
		if e.Void != "" {
			continue // it counts for nothing already, for a reason of its own
		}
		if err := void(tx, m, id, "objection", "异议成立："+o.Number, o.ID); err != nil {
			return err
		}
		var seat Seat
		if err := tx.Where("id = ?", e.SeatID).Take(&seat).Error; err != nil {
			return err
		}
		if err := s.tellSeat(tx, m, seat.HolderSetID, "aside"); err != nil {
			return err
		}
	}
	return nil
}

func (o *Objection) envelopes(tx *store.Tx) (map[int64]bool, error) {
	ids := map[int64]bool{}
	if o.EnvelopeID != 0 {
		var own []int64
		if err := o.seat(tx).Pluck("id", &own).Error; err != nil {
			return nil, err
		}
		for _, id := range own {
			ids[id] = true
		}
	}
	var codes []string
	if err := json.Unmarshal([]byte(o.Disputed), &codes); err != nil {
		return nil, err
	}
	for _, code := range codes {
		e, err := envelopeBy(tx, o.MeetingID, code)
		if err != nil {
			return nil, err
		}
		ids[e.ID] = true
	}
	return ids, nil
}

func (s *Service) weigh(tx *store.Tx, m *Meeting, o *Objection, disputed map[int64]bool) error {
	with, err := s.count(tx, m, nil)
	if err != nil {
		return err
	}
	without, err := s.count(tx, m, disputed)
	if err != nil {
		return err
	}
	e := Effect{With: with, Without: without}
	for i := range with.Motions {
		e.Turns = e.Turns || with.Motions[i].Result.Outcome != without.Motions[i].Result.Outcome
	}
	text, err := json.Marshal(e)
	o.Effect = string(text)
	return err
}

// ListObjections pages through the docket. An owner sees the grounds of others without who they are.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListObjections(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]Objection, error) {
	var rows []Objection
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		q := tx.Where("meeting_id = ? AND id > ?", m.ID, after)
		if actor.Post == nil {
			q = q.Where("kind = 'result' OR person_id = ?", actor.PersonID)
		}
		if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			if actor.Post == nil && rows[i].PersonID != actor.PersonID {
				rows[i].PersonID, rows[i].Disputed = 0, "[]"
			}
		}
		return nil
	})
	return rows, err
}
