package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Protest is what somebody says against a result, or a co-owner against the ballot of their seat.
type Protest struct {
	Position  int      // the motion; 0 for the whole meeting
	Receipt   string   // of the ballot that a co-owner objects to; empty against a result
	Grounds   string   //
	Disputed  []string // receipts of ballots that should not count
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// Protest enters an objection: against a provisional result while objections are heard, or by a co-owner against the ballot of
// their own seat before the close.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoSeat, ErrRefReused, fault.ErrInvalid.
func (s *Service) Protest(ctx context.Context, actor org.Actor, id int64, p Protest) (*Objection, error) {
	p.Grounds = strings.TrimSpace(p.Grounds)
	var c fault.Checks
	n := len([]rune(p.Grounds))
	c.Check(n >= 4 && n <= 1000, "grounds", "请写明异议的理由（4至1000个字）")
	c.Check(len(p.Disputed) <= 100, "disputed", "一次最多列100张表决票")
	c.Check(p.Receipt == "" || len(p.Disputed) == 0, "disputed", "对本户的票提出异议时，不能同时列别人的票")
	c.Check(len(p.FileIDs) <= 10, "file_ids", "证据不超过10份")
	c.Check(p.ClientRef != "" && len(p.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	clean := s.clean(ctx, actor, p.Grounds)
	var o *Objection
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		var had []Objection
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, p.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if o = first(had); o != nil {
			if o.InputHash != p.InputHash {
				return ErrRefReused
			}
			return nil
		}
		if err := mayProtest(tx, actor, m); err != nil {
			return err
		}
		if o, err = s.protest(tx, actor, m, p); err != nil {
			return err
		}
		if err := hold(tx, clean, "objection", o.ID, m.EstateID); err != nil {
			return err
		}
		if err := note(tx, actor, m, "protest", map[string]any{"objection": o.Number}); err != nil {
			return err
		}
		estate, err := estateName(tx, m)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.ResultContested{Assembly: m.eventOf(estate, tx.Now)})
	})
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	return o, nil
}

// maxProtests bounds the open objections of one person to a meeting: each has to be answered before it ends.
const maxProtests = 10

// mayProtest asks for a seat at the meeting, and bounds what one person leaves open.
func mayProtest(tx *store.Tx, actor org.Actor, m *Meeting) error {
	if err := inScope(tx, actor, m); err != nil {
		return err
	}
	var open int64
	if err := tx.Model(&Objection{}).Where("meeting_id = ? AND person_id = ? AND state = 'open'", m.ID, actor.PersonID).Count(&open).Error; err != nil {
		return err
	}
	if open >= maxProtests {
		return ErrState.Saying("您还有10件异议没有处理完；同样的理由请写在一件里")
	}
	return nil
}

func (s *Service) protest(tx *store.Tx, actor org.Actor, m *Meeting, p Protest) (*Objection, error) {
	o := &Objection{MeetingID: m.ID, EstateID: m.EstateID, Kind: "result", Grounds: p.Grounds, State: "open", PersonID: actor.PersonID, ClientRef: p.ClientRef, InputHash: p.InputHash, At: tx.Now}
	if p.Receipt != "" {
		e, err := envelopeBy(tx, m.ID, p.Receipt)
		if err != nil {
			return nil, err
		}
		if err := ownShared(tx, actor, e); err != nil {
			return nil, err
		}
		if m.State != Noticed || !tx.Now.Before(*m.ClosesAt) {
			return nil, ErrState.Saying("截止前才能对共有业主投的票提出异议；截止后请在结果公示期提出")
		}
		o.Kind, o.EnvelopeID = "ballot", e.ID
	} else if m.State != Provisional || tx.Now.After(*m.ObjectionsUntil) {
		return nil, ErrState.Saying("现在不在结果公示期，不能提出异议")
	}
	if p.Position != 0 {
		var row Motion
		if err := tx.Where("meeting_id = ? AND position = ?", m.ID, p.Position).Take(&row).Error; err != nil {
			return nil, store.NotFound(err, ErrNoMotion)
		}
		o.MotionID = row.ID
	}
	codes := []string{}
	for _, code := range p.Disputed {
		e, err := envelopeBy(tx, m.ID, code)
		if err != nil {
			return nil, err
		}
		codes = append(codes, e.Code)
	}
	text, err := json.Marshal(codes)
	if err != nil {
		return nil, err
	}
	o.Disputed = string(text)
	if o.Number, err = store.NextNumber(tx, "Y"); err != nil {
		return nil, err
	}
	if err := tx.Create(o).Error; err != nil {
		return nil, store.Raced(err)
	}
	return o, s.o.Files.Attach(tx, actor, p.FileIDs, "photo", "objection", o.ID, m.EstateID)
}

// ErrNoReceipt says that no ballot has such a receipt.
var ErrNoReceipt = fault.New(fault.NotFound, "receipt.not_found", "没有找到这个回执号对应的表决票，请核对")

func envelopeBy(tx *store.Tx, meeting int64, typed string) (*Envelope, error) {
	code, ok := log.ParseCode(typed)
	if !ok {
		return nil, ErrNoReceipt
	}
	var e Envelope
	err := tx.Where("code = ? AND meeting_id = ?", code, meeting).Take(&e).Error
	return &e, store.NotFound(err, ErrNoReceipt)
}

// ownShared reports with ErrNoSeat whether the actor is another owner of the envelope's seat, or its owner where somebody voted by a
// document.
func ownShared(tx *store.Tx, actor org.Actor, e *Envelope) error {
	var seat Seat
	if err := tx.Where("id = ?", e.SeatID).Take(&seat).Error; err != nil {
		return err
	}
	all, err := holdings(tx, []int64{seat.HolderSetID})
	if err != nil {
		return err
	}
	if h := all[seat.HolderSetID]; !h.may(actor.PersonID, 0) || e.PersonID == actor.PersonID || (!h.shared() && (e.PersonID == 0 || h.may(e.PersonID, 0))) {
		return ErrNoSeat.Saying("只有同一套房屋的其他共有业主可以对这张票提出异议")
	}
	return nil
}

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

// setAside takes all ballots of the seat out about which its owners do not agree: the seat takes no part, whichever of its ballots was
// objected to.
func (o *Objection) setAside(tx *store.Tx, m *Meeting, text string) error {
	var ids []int64
	if err := o.seat(tx).Where("void = ''").Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := void(tx, m, id, "objection", text, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// restore puts back what this objection alone has set aside. What another objection of the seat's owners holds stays aside.
func (o *Objection) restore(tx *store.Tx, m *Meeting) error {
	var others []int64
	err := tx.Table("meeting_objections x").Joins("JOIN envelopes e ON e.id = x.envelope_id JOIN envelopes mine ON mine.seat_id = e.seat_id AND mine.id = ?", o.EnvelopeID).
		Where("x.kind = 'ballot' AND x.state IN ('open', 'upheld') AND x.id <> ?", o.ID).Order("x.id").Limit(1).Pluck("x.id", &others).Error
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return o.seat(tx).Where("void_by = ?", o.ID).Update("void_by", others[0]).Error
	}
	var ids []int64
	if err := o.seat(tx).Where("void_by = ?", o.ID).Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := void(tx, m, id, "", "", 0); err != nil {
			return err
		}
	}
	return nil
}

// seat are the envelopes of the seat whose ballot is objected to.
func (o *Objection) seat(tx *store.Tx) *gorm.DB {
	of := tx.Session(&gorm.Session{NewDB: true}).Table("envelopes x").Select("x.seat_id").Where("x.id = ?", o.EnvelopeID)
	if tx.Dialect != store.SQLite { // MySQL does not update a table that it reads in the same statement, unless through another
		of = tx.Session(&gorm.Session{NewDB: true}).Table("(?) y", of).Select("y.seat_id")
	}
	return tx.Model(&Envelope{}).Where("seat_id = (?)", of)
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

// WithdrawObjection takes an objection back, by whoever made it.
// Faults: ErrForbidden, ErrNotFound, ErrState.
func (s *Service) WithdrawObjection(ctx context.Context, actor org.Actor, id, objection int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		res := tx.Model(&Objection{}).Where("id = ? AND meeting_id = ? AND person_id = ? AND state = 'open'", objection, m.ID, actor.PersonID).Update("state", "withdrawn")
		if err := store.MustAffect(res, ErrState.Saying("没有找到您提出的、还没有处理的这件异议")); err != nil {
			return err
		}
		var o Objection
		if err := tx.Where("id = ?", objection).Take(&o).Error; err != nil {
			return err
		}
		if o.Kind == "ballot" {
			if err := o.restore(tx, m); err != nil {
				return err
			}
			if m.State == Provisional {
				if _, err := s.keepCount(tx, actor, m, "provisional"); err != nil {
					return err
				}
			}
		}
		return note(tx, actor, m, "withdraw_objection", map[string]any{"objection": o.Number})
	})
	if err != nil {
		return fmt.Errorf("withdraw objection: %w", err)
	}
	return nil
}
