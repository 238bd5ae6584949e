package assembly

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Checker checks a text before neighbours read it. The check of WeChat needs an account that was active within two hours.
type Checker interface {
	Clean(ctx context.Context, openID, text string) (bool, error)
}

// Text is something that an owner wrote and the check did not clear: the offices and its author read it as it is, neighbours once a person
// has looked. It holds up nothing: a petition counts, an objection is answered.
type Text struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	Kind      string // petition, comment, candidate, objection
	SubjectID int64
	State     string // review, cleared, hidden
	Reason    string
	DecidedBy int64
	DecidedAt *time.Time
	At        time.Time
}

// TableName names the table.
func (Text) TableName() string { return "meeting_texts" }

// What neighbours read in place of a text.
const (
	beingChecked = "（这段文字正在由社区核对，核对后显示）"
	notShown     = "（这段文字经核对不向其他业主显示）"
)

// checkPatience is how long an owner waits for the check.
const checkPatience = 3 * time.Second

// clean asks the check once; without an answer a person looks. What offices write is theirs to answer for.
func (s *Service) clean(ctx context.Context, actor org.Actor, texts ...string) bool {
	if s.o.Check == nil || actor.Post != nil {
		return true
	}
	if actor.OpenID == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	ok, err := s.o.Check.Clean(ctx, actor.OpenID, strings.Join(texts, "\n"))
	if err != nil {
		s.o.Log.WarnContext(ctx, "content check did not answer; a person looks", "error", err.Error())
	}
	return ok && err == nil
}

// hold keeps a text from neighbours until somebody has looked, and tells the community.
func hold(tx *store.Tx, clean bool, kind string, subject, estate int64) error {
	if clean {
		return nil
	}
	if err := tx.Create(&Text{EstateID: estate, Kind: kind, SubjectID: subject, State: "review", At: tx.Now}).Error; err != nil {
		return err
	}
	return announce(tx, event.Preparing{What: "text_held", SubjectID: subject, EstateID: estate})
}

// held gives what neighbours read instead of the texts that are not cleared. Offices read everything.
func held(tx *store.Tx, actor org.Actor, kind string, subjects ...int64) (map[int64]string, error) {
	if actor.Post != nil || len(subjects) == 0 {
		return nil, nil
	}
	var rows []Text
	if err := tx.Where("kind = ? AND subject_id IN ? AND state <> 'cleared'", kind, subjects).Find(&rows).Error; err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, r := range rows {
		out[r.SubjectID] = beingChecked
		if r.State == "hidden" {
			out[r.SubjectID] = notShown
		}
	}
	return out, nil
}

// HeldText is a text with its words, for whoever decides.
type HeldText struct {
	Text
	Words string
}

// ListTexts pages through the texts that wait for a person, oldest first.
// Fault: ErrForbidden.
func (s *Service) ListTexts(ctx context.Context, actor org.Actor, after int64, limit int) ([]HeldText, error) {
	if err := actor.Must(org.ReviewContent); err != nil {
		return nil, err
	}
	var list []HeldText
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Text
		if err := tx.Scopes(actor.Within(org.ReviewContent, "meeting_texts.estate_id")).Where("state = 'review' AND id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			words, err := r.words(tx)
			if err != nil {
				return err
			}
			list = append(list, HeldText{r, words})
		}
		return nil
	})
	return list, err
}

// words reads what was written.
func (t *Text) words(tx *store.Tx) (string, error) {
	if t.Kind == "petition" {
		var p Petition
		err := tx.Where("id = ?", t.SubjectID).Take(&p).Error
		return p.Title + "\n" + p.Text + "\n" + p.Wanted, err
	}
	table := map[string]string{"comment": "meeting_comments", "candidate": "candidates", "objection": "meeting_objections"}[t.Kind]
	column := map[string]string{"comment": "text", "candidate": "profile", "objection": "grounds"}[t.Kind]
	var words []string
	err := tx.Table(table).Where("id = ?", t.SubjectID).Limit(1).Pluck(column, &words).Error
	return strings.Join(words, ""), err
}

// DecideText records whether neighbours read a text; what was shown may be hidden later, with a reason.
// Faults: ErrForbidden, ErrNotFound, fault.ErrInvalid.
func (s *Service) DecideText(ctx context.Context, actor org.Actor, id int64, show bool, reason string) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); (!show && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不显示时请写明原因（2至200个字）"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var t Text
		if err := tx.ForUpdate().Scopes(actor.Within(org.ReviewContent, "meeting_texts.estate_id")).Where("id = ?", id).Take(&t).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		state := "hidden"
		if show {
			state = "cleared"
		}
		if err := tx.Model(&Text{}).Where("id = ?", t.ID).Updates(map[string]any{"state": state, "reason": reason, "decided_by": actor.PersonID, "decided_at": tx.Now}).Error; err != nil {
			return err
		}
		return record(tx, actor, "meeting_text", t.ID, t.EstateID, "decide", map[string]any{"state": state, "kind": t.Kind})
	})
	if err != nil {
		return fmt.Errorf("decide text: %w", err)
	}
	return nil
}
