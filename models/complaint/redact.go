package complaint

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Redaction is what others read instead of what somebody wrote.
type Redaction struct {
	Seq    int64  // the step; 0 for the complaint itself
	Text   string // empty takes an earlier redaction back
	Reason string
}

// Redact puts a text in the place of the complaint's or of a step's for everybody but the offices of the case and whoever
// wrote it: neighbours, other complainants, the open interface. The original stays.
// Faults: ErrForbidden, ErrNotFound, fault.ErrInvalid.
func (s *Service) Redact(ctx context.Context, actor org.Actor, id int64, r Redaction) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	r.Text, r.Reason = strings.TrimSpace(r.Text), strings.TrimSpace(r.Reason)
	var c fault.Checks
	c.Check(len([]rune(r.Text)) <= maxOpenText, "text", "不超过4000个字")
	n := len([]rune(r.Reason))
	c.Check(n >= 2 && n <= 200, "reason", "请写明为什么处理（2至200个字），投诉人会看到")
	if err := c.Err(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := s.reviewed(tx, actor, id)
		if err != nil {
			return err
		}
		if r.Seq == 0 {
			c.Redacted = r.Text
		} else {
			res := tx.Model(&Step{}).Where("case_id = ? AND seq = ?", id, r.Seq).Update("redacted", r.Text)
			if err := store.MustAffect(res, ErrNotFound); err != nil {
				return err
			}
		}
		t := &turn{Service: s, tx: tx, actor: actor, c: c, from: c.State, step: &Step{CaseID: c.ID, Kind: Screen, Text: "对他人显示的内容已作处理：" + r.Reason, Public: true}}
		return t.store(Screen)
	})
	if err != nil {
		return fmt.Errorf("redact complaint %d: %w", id, err)
	}
	return nil
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
// for everybody but the offices of the case and whoever took it. The original stays.
// Faults: ErrForbidden, ErrNotFound, fault.ErrInvalid, the file's.
func (s *Service) RedactPhoto(ctx context.Context, actor org.Actor, id, photo, redacted int64, reason string) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么处理（2至200个字），投诉人会看到"})
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
		t := &turn{Service: s, tx: tx, actor: actor, c: c, from: c.State, step: &Step{CaseID: c.ID, Kind: Screen, Text: "对他人显示的照片已作处理：" + reason, Public: true}}
		return t.store(Screen)
	})
	if err != nil {
		return fmt.Errorf("redact photo of complaint %d: %w", id, err)
	}
	return nil
}
