package disclosure

import (
	"context"
	"errors"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// answerDue is the last day to answer what is asked on a day; the zero Date while nobody has fixed it.
func answerDue(set *rulepack.Set, day calendar.Date) (calendar.Date, error) {
	n, err := set.Int("disclosure.answer_days")
	if errors.Is(err, rulepack.ErrUnset) {
		return calendar.Date{}, nil
	}
	if err != nil {
		return calendar.Date{}, err
	}
	days, err := workingDays(set)
	return days.AddWorkingDays(day.Add(int(n)), 0), err
}

// Answer answers a question in public, once, by the organisation that published the notice or owes the duty. Late is better than never.
// Faults: org.ErrForbidden, ErrQuestionNotFound, ErrAnswered, fault.ErrInvalid.
func (s *Service) Answer(ctx context.Context, actor org.Actor, id int64, text string) error {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 4 || n > 1000 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明答复（4至1000个字），居民都会看到"})
	}
	if err := actor.Must(org.AnswerQuestion); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var q Question
		err := tx.ForUpdate().Scopes(actor.Within(org.AnswerQuestion, "estate_id")).Where("id = ? AND organisation_id = ? AND display = ?", id, actor.OrganisationID(), Cleared).Take(&q).Error
		if err != nil {
			return store.NotFound(err, ErrQuestionNotFound)
		}
		if q.AnsweredAt != nil {
			if q.Answer == text && q.AnsweredBy == actor.PersonID {
				return nil // sent twice
			}
			return ErrAnswered
		}
		q.Answer, q.AnsweredBy, q.AnsweredAt, q.WatchAt = text, actor.PersonID, &tx.Now, nil
		if due := dateIn(q.DueOn); !due.IsZero() && due.Before(calendar.DateOf(tx.Now)) && q.LateAt == nil {
			q.LateAt = &tx.Now
		}
		if err := tx.Model(&Question{}).Where("id = ?", q.ID).Select("answer", "answered_by", "answered_at", "watch_at", "late_at").Updates(&q).Error; err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "question.answer", audit.Subject{Kind: "question", ID: q.ID, Estate: q.EstateID}, nil); err != nil {
			return err
		}
		return s.tellQuestion(tx, &q, "answered")
	})
}

// Screen decides whether others read a question that the check did not clear: never the organisation that is asked.
// Faults: org.ErrForbidden, ErrQuestionNotFound, ErrScreened, ErrOwnQuestion, fault.ErrInvalid.
func (s *Service) Screen(ctx context.Context, actor org.Actor, id int64, show bool, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n > 100 || (!show && n < 2) {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不显示的，请写明原因（2至100个字），提问人会看到"})
	}
	if err := actor.Must(org.ScreenQuestion); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var q Question
		if err := tx.ForUpdate().Scopes(actor.Within(org.ScreenQuestion, "estate_id")).Where("id = ?", id).Take(&q).Error; err != nil {
			return store.NotFound(err, ErrQuestionNotFound)
		}
		switch {
		case q.Display != Review:
			return ErrScreened
		case q.OrganisationID == actor.OrganisationID():
			return ErrOwnQuestion
		}
		q.Display = Hidden
		if show {
			if err := s.clear(tx, &q); err != nil {
				return err
			}
		}
		q.DecidedBy, q.HiddenReason = actor.PersonID, reason
		if err := tx.Model(&Question{}).Where("id = ?", q.ID).Select("display", "decided_by", "hidden_reason", "due_on", "watch_at").Updates(&q).Error; err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "question.screen", audit.Subject{Kind: "question", ID: q.ID, Estate: q.EstateID}, map[string]any{"display": q.Display}); err != nil || !show {
			return err
		}
		return s.tellQuestion(tx, &q, "asked")
	})
}

// watchQuestion says that a question is late, once.
func (s *Service) watchQuestion(tx *store.Tx, id int64) error {
	var q Question
	if err := tx.ForUpdate().Where("id = ?", id).Take(&q).Error; err != nil {
		return err
	}
	if q.WatchAt == nil || q.WatchAt.After(tx.Now) {
		return nil // answered, or somebody else was first
	}
	if err := tx.Model(&Question{}).Where("id = ?", q.ID).Updates(map[string]any{"watch_at": nil, "late_at": tx.Now}).Error; err != nil {
		return err
	}
	return s.tellQuestion(tx, &q, "answer_late")
}

// Erase takes out of a person's questions whose they were; what others have read and was answered stays.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Model(&Question{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": 0, "client_ref": nil, "role": ""}).Error
}
