package complaint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Redaction is what others read instead of what somebody wrote.
type Redaction struct {
	Seq    int64  // the step; 0 for the complaint itself
	Place  bool   // of the complaint itself: the place, not the text
	Text   string // empty takes an earlier redaction back
	Reason string
}

// ErrOwnWords is the refusal of an office that would change what others read of its own words.
var ErrOwnWords = fault.New(fault.Forbidden, "complaint.own_words", "您单位自己写的内容和照片不能由您单位处理，请上级处理；写错了可以再写一条进展更正")

func (r *Redaction) check() error {
	r.Text, r.Reason = strings.TrimSpace(r.Text), strings.TrimSpace(r.Reason)
	longest := maxOpenText
	if r.Place {
		longest = maxPlace
	}
	var c fault.Checks
	c.Check(len([]rune(r.Text)) <= longest, "text", fmt.Sprintf("不超过%d个字", longest))
	c.Check(!r.Place || r.Seq == 0, "seq", "地点是投诉内容的，不填第几步")
	n := len([]rune(r.Reason))
	c.Check(n >= 2 && n <= 200, "reason", "请写明为什么处理（2至200个字），投诉人会看到")
	return c.Err()
}

// says is what the timeline holds of a redaction. Everybody reads it, so that nobody takes what they read for what was written.
func (r *Redaction) says() string {
	what := "投诉内容"
	switch {
	case r.Place:
		what = "投诉的地点"
	case r.Seq != 0:
		what = fmt.Sprintf("办理记录第%d步", r.Seq)
	}
	if r.Text == "" {
		return what + "恢复对他人显示原文：" + r.Reason
	}
	return what + "对他人显示的文字已作处理，原文保留，提交人看到的仍是原文：" + r.Reason
}

// Redact puts a text in the place of the complaint's, of its place or of a step's for everybody but the offices of the case and
// whoever filed it: neighbours, other complainants, the open interface. The original stays. No office does it with its own words.
// Faults: ErrForbidden, ErrNotFound, ErrOwnWords, fault.ErrInvalid.
func (s *Service) Redact(ctx context.Context, actor org.Actor, id int64, r Redaction) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := s.reviewed(tx, actor, id)
		if err != nil {
			return err
		}
		switch {
		case r.Place:
			c.RedactedPlace = r.Text
		case r.Seq == 0:
			c.Redacted = r.Text
		default:
			if err := redactStep(tx, actor, id, r); err != nil {
				return err
			}
		}
		t := &turn{Service: s, tx: tx, actor: actor, c: c, from: c.State, step: &Step{CaseID: c.ID, Kind: Screen, Text: r.says(), Public: true}}
		return t.store(Screen)
	})
	if err != nil {
		return fmt.Errorf("redact complaint %d: %w", id, err)
	}
	return nil
}

func redactStep(tx *store.Tx, actor org.Actor, id int64, r Redaction) error {
	own, err := org.OneBody(tx, actor.OrganisationID())
	if err != nil {
		return err
	}
	var st Step
	if err := tx.Where("case_id = ? AND seq = ?", id, r.Seq).Take(&st).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	if st.ComplainantID == 0 && slices.Contains(own, st.OrganisationID) {
		return ErrOwnWords
	}
	return tx.Model(&Step{}).Where("id = ?", st.ID).Update("redacted", r.Text).Error
}

// KeepsOriginals reports whether somebody filed the case that a step belongs to: they see its pictures as they were taken.
func (s *Service) KeepsOriginals(ctx context.Context, actor org.Actor, stepID int64) (bool, error) {
	var n int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Table("case_complainants m").Joins("JOIN case_steps s ON s.case_id = m.filed_id").Joins("JOIN cases ON cases.id = m.filed_id AND cases.number = m.receipt").
			Where("s.id = ? AND m.person_id = ? AND m.person_id <> 0", stepID, actor.PersonID).Count(&n).Error
	})
	return n > 0, err
}

// reviewed locks a case whose public contents the actor looks after; never one about the actor's own office.
func (s *Service) reviewed(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	var c Case
	err := tx.ForUpdate().Scopes(actor.Within(org.ReviewContent, "cases.estate_id")).Scopes(actor.NotAbout("cases.about_id")).Where("id = ?", id).Take(&c).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &c, nil
}

// RedactPhoto puts a picture, in which what is nobody's business was made unrecognisable, in the place of a step's picture
// for everybody but the offices of the case, whoever filed it and whoever took it. The original stays. No office does it with its
// own pictures.
// Faults: ErrForbidden, ErrNotFound, ErrOwnWords, fault.ErrInvalid, the file's.
func (s *Service) RedactPhoto(ctx context.Context, actor org.Actor, id, photo, redacted int64, reason string) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么处理（2至200个字），投诉人会看到"})
	}
	if err := s.notOwnPicture(ctx, actor, id, photo); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := s.reviewed(tx, actor, id)
		if err != nil {
			return err
		}
		var steps []int64
		if err := tx.Model(&Step{}).Where("case_id = ?", id).Order("id DESC").Limit(1000).Pluck("id", &steps).Error; err != nil {
			return err
		}
		if err := s.files.Redact(tx, actor, photo, redacted, stepFiles, steps, c.EstateID); err != nil {
			return err
		}
		t := &turn{Service: s, tx: tx, actor: actor, c: c, from: c.State, step: &Step{CaseID: c.ID, Kind: Screen, Text: "对他人显示的照片已作处理，原照片保留，提交人看到的仍是原照片：" + reason, Public: true}}
		return t.store(Screen)
	})
	if err != nil {
		return fmt.Errorf("redact photo of complaint %d: %w", id, err)
	}
	return nil
}

// notOwnPicture refuses a picture that the actor's office put up itself.
func (s *Service) notOwnPicture(ctx context.Context, actor org.Actor, id, photo int64) error {
	var steps []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		own, err := org.OneBody(tx, actor.OrganisationID())
		if err != nil {
			return err
		}
		return tx.Model(&Step{}).Where("case_id = ? AND organisation_id IN ? AND complainant_id = 0", id, own).Order("id DESC").Limit(1000).Pluck("id", &steps).Error
	})
	if err != nil {
		return err
	}
	files, err := s.files.IDsForAll(ctx, stepFiles, steps)
	for _, ids := range files {
		if slices.Contains(ids, photo) {
			return ErrOwnWords
		}
	}
	return err
}
