package joint

import (
	"context"
	"errors"
	"strings"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Arrival is how an office checks in: where, when is now, and a picture. Outside the radius it says why.
type Arrival struct {
	Lat, Lng int64 // micro-degrees; both 0 where the phone gave none
	Reason   string
	FileID   int64
}

// CheckIn records that a called office came. A second check-in of the same office answers the first.
// Faults: ErrForbidden, ErrWhistle, ErrSummoned, ErrState, ErrTooFar, ErrNoPlace, fault.ErrInvalid, the file's.
func (s *Service) CheckIn(ctx context.Context, actor org.Actor, id int64, in Arrival) (*Whistle, error) {
	if err := actor.Must(org.AnswerWhistle); err != nil {
		return nil, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var c fault.Checks
	c.Check(len([]rune(in.Reason)) <= 200, "reason", "不超过200个字")
	c.Check(in.FileID != 0, "file_id", "请拍一张现场照片")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.answer(ctx, actor, id, func(tx *store.Tx, w *Whistle, sm *Summons) error {
		if sm.State == Arrived {
			return nil
		}
		if sm.State != Called {
			return ErrState.Saying("您单位现在是“" + AnswerNames[sm.State] + "”，不能报到")
		}
		far, err := s.measure(tx, w, sm, in)
		if err != nil {
			return err
		}
		unplaced := in.Lat == 0 && in.Lng == 0
		if unplaced && len([]rune(in.Reason)) < 2 {
			return ErrNoPlace.With(fault.Field{Path: "reason", Reason: "请写明没有定位的原因（2至200个字）"})
		}
		if far && len([]rune(in.Reason)) < 2 {
			return ErrTooFar.With(fault.Field{Path: "reason", Reason: "请写明不能到现场的原因（2至200个字）"})
		}
		if err := s.files.Attach(tx, actor, []int64{in.FileID}, "photo", "whistle", w.ID, w.EstateID); err != nil {
			return err
		}
		sm.State, sm.ArrivedAt, sm.ArrivedBy, sm.ArrivedPost = Arrived, &tx.Now, actor.PersonID, actor.Post.PostID
		sm.Away, sm.AwayReason, sm.FileID = far, in.Reason, in.FileID
		text := actor.Post.OrgName + "已报到"
		switch {
		case unplaced:
			text += "（没有定位：" + in.Reason + "）"
		case far:
			text += "（不在现场：" + in.Reason + "）"
		}
		return s.note(tx, actor, w, "arrived", sm.OrganisationID, text)
	})
}

// measure keeps where the office checked in, and says whether that is away from the place: beyond the radius that is in
// force, or without a position while one is. Without a radius the distance is kept and nobody is away.
func (s *Service) measure(tx *store.Tx, w *Whistle, sm *Summons, in Arrival) (away bool, err error) {
	sm.Lat, sm.Lng, sm.Metres = in.Lat, in.Lng, -1
	if w.Lat == 0 && w.Lng == 0 {
		return false, nil // nothing to measure from
	}
	unplaced := in.Lat == 0 && in.Lng == 0
	if !unplaced {
		sm.Metres = org.Position{LatE6: w.Lat, LngE6: w.Lng}.Metres(org.Position{LatE6: in.Lat, LngE6: in.Lng})
	}
	set, err := org.Rules(tx, tx.Now, s.pack.Code)
	if err != nil {
		return false, err
	}
	radius, err := set.Int("complaint.whistle.radius")
	if errors.Is(err, rulepack.ErrUnset) {
		return false, nil
	}
	return unplaced || sm.Metres > radius, err
}

// Refuse says that the whistle does not concern the office, by a clause; the leading group's office decides.
// Faults: ErrForbidden, ErrWhistle, ErrSummoned, ErrState, fault.ErrInvalid.
func (s *Service) Refuse(ctx context.Context, actor org.Actor, id int64, clause, text string) (*Whistle, error) {
	if err := actor.Must(org.AnswerWhistle); err != nil {
		return nil, err
	}
	clause, text = strings.TrimSpace(clause), strings.TrimSpace(text)
	var c fault.Checks
	n := len([]rune(text))
	c.Check(n >= 2 && n <= 500, "text", "请写明理由（2至500个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.answer(ctx, actor, id, func(tx *store.Tx, w *Whistle, sm *Summons) error {
		_, known, err := s.cases.Duty(tx, clause)
		if err != nil {
			return err
		}
		switch {
		case !known:
			return fault.ErrInvalid.With(fault.Field{Path: "clause", Reason: "拒绝要引用职责清单的条款，请写成“五(六)2”这样的条款号"})
		case w.DueAt != nil && tx.Now.After(*w.DueAt):
			return ErrState.Saying("已过报到时限，不能再拒绝；请到现场报到")
		case sm.Final:
			return ErrState.Saying("领导小组办公室已经裁定您单位要到场，不能再拒绝")
		case sm.State != Called:
			return ErrState.Saying("您单位现在是“" + AnswerNames[sm.State] + "”，不能拒绝")
		}
		sm.State, sm.RefusedClause, sm.RefusedText = Refused, clause, text
		return s.note(tx, actor, w, "refused", sm.OrganisationID, actor.Post.OrgName+"认为不属于本单位职责（"+clause+"），报领导小组办公室裁定")
	})
}

// answer changes the summons of the actor's own office.
func (s *Service) answer(ctx context.Context, actor org.Actor, id int64, f func(*store.Tx, *Whistle, *Summons) error) (*Whistle, error) {
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		var sm Summons
		if err := tx.ForUpdate().Where("whistle_id = ? AND organisation_id = ?", w.ID, actor.OrganisationID()).Take(&sm).Error; err != nil {
			return store.NotFound(err, ErrSummoned)
		}
		if w.State != Blown {
			return ErrState.Saying("这次吹哨现在是“" + StateNames[w.State] + "”")
		}
		if err := f(tx, w, &sm); err != nil {
			return err
		}
		return tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, sm.OrganisationID).Select("*").Omit("whistle_id", "organisation_id").Updates(&sm).Error
	})
}

// DecideRefusal is the last word of the leading group's office: excuse the office, or it must come, for which it gets a term
// of its own from now. Once the whistle is closed nobody can be made to come; excused they may still be.
// Faults: ErrForbidden, ErrWhistle, ErrSummoned, ErrState, fault.ErrInvalid.
func (s *Service) DecideRefusal(ctx context.Context, actor org.Actor, id, organisation int64, excuse bool, text string) (*Whistle, error) {
	if err := actor.Must(org.DecideWhistle); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明裁定理由（2至500个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		var sm Summons
		if err := tx.ForUpdate().Where("whistle_id = ? AND organisation_id = ?", w.ID, organisation).Take(&sm).Error; err != nil {
			return store.NotFound(err, ErrSummoned)
		}
		o, err := org.FindOrganisation(tx, organisation)
		if err != nil {
			return err
		}
		switch {
		case sm.State != Refused:
			return ErrState.Saying("这个单位没有待裁定的拒绝")
		case w.State != Blown && !excuse:
			return ErrState.Saying("这次吹哨" + StateNames[w.State] + "，不能再要求到场；理由成立的可以裁定不用到场")
		case o.Kind == org.Bureau && actor.Post.OrgKind != org.LeadingGroup:
			// The office sits in the bureau and cannot judge it.
			return ErrState.Saying("住建局的拒绝由领导小组裁定")
		}
		what, next, say := "must_come", Called, o.Name+"要到场："+text
		if excuse {
			what, next, say = "excused", Excused, o.Name+"不用到场："+text
		}
		change := map[string]any{"state": next, "final": true, "decided_text": text}
		if !excuse {
			due, _, err := s.clock(tx, "complaint.whistle."+string(w.Sort))
			if err != nil {
				return err
			}
			if due != nil && (w.DueAt == nil || due.After(*w.DueAt)) {
				change["due_at"] = *due
			}
		}
		err = tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, organisation).Updates(change).Error
		if err != nil {
			return err
		}
		return s.note(tx, actor, w, what, organisation, say)
	})
}

// Rate is what whoever blew the whistle thinks of an office that was called; it may be given once the whistle is closed,
// and a later one takes the place of an earlier one.
// Faults: ErrForbidden, ErrWhistle, ErrNotBlower, ErrState, ErrSummoned, fault.ErrInvalid.
func (s *Service) Rate(ctx context.Context, actor org.Actor, id, organisation int64, r complaint.Rating, comment string) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	comment = strings.TrimSpace(comment)
	var c fault.Checks
	r.Check(&c)
	c.Check(len([]rune(comment)) <= 500, "comment", "不超过500个字")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if err := w.blower(actor); err != nil {
			return err
		}
		if w.State != Closed {
			return ErrState.Saying("销哨以后再评价")
		}
		res := tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ? AND state IN ?", w.ID, organisation, []Answer{Arrived, Absent}).
			Updates(map[string]any{"response": r.Response, "solved": r.Solved, "satisfied": r.Satisfied, "comment": comment, "rated_at": tx.Now})
		if err := store.MustAffect(res, ErrSummoned.Saying("这个单位不用到场，不能评价")); err != nil {
			return err
		}
		return s.note(tx, actor, w, "rated", organisation, "")
	})
}
