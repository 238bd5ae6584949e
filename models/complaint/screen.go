package complaint

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Verdict is what a content check says of a text.
type Verdict string

// The verdicts.
const (
	Pass  Verdict = "pass"
	Risky Verdict = "risky" // shown only after a person has looked
)

// Checker checks a text before it may be shown in public. The check of WeChat needs an account that was active within
// two hours.
type Checker interface {
	CheckText(ctx context.Context, openID, text string) (Verdict, error)
}

const (
	// checkPatience is how long a resident waits for the check while filing.
	checkPatience = 3 * time.Second
	// checkWindow is how long after filing WeChat still answers for the account; then a person looks.
	checkWindow = 2 * time.Hour
)

// inPublic is everything of a complaint that strangers may come to read: the words for the place are as free as the rest.
//
// What offices write passes no machine: the check asks for the account of whoever wrote, active within two hours, and an
// office's is not one. It is kept to what forAnybody leaves of it wherever somebody reads it who is neither of the case's offices
// nor its complainant, and a reviewer, never of the office that wrote it, may put other words in its place.
func inPublic(text, place string) string {
	if place == "" {
		return text
	}
	return text + "\n" + place
}

// screen asks the check once. It never fails: without an answer the display waits.
func (s *Service) screen(ctx context.Context, openID, text string) Display {
	if openID == "" {
		return Review
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	v, err := s.checker.CheckText(ctx, openID, text)
	switch {
	case err != nil:
		s.log.WarnContext(ctx, "content check did not answer; public display waits", "error", err.Error())
		return Unchecked
	case v == Pass:
		return Cleared
	}
	return Review
}

// Rescreen asks the check again for cases whose display waits, at most 50, and hands those older than two hours to a
// person. It returns how many it settled.
func (s *Service) Rescreen(ctx context.Context) (int, error) {
	var waiting []Case
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("display = ?", Unchecked).Order("id").Limit(50).Find(&waiting).Error
	})
	if err != nil {
		return 0, err
	}
	settled := 0
	for _, c := range waiting {
		to := Review
		if s.db.Now().Before(c.CreatedAt.Add(checkWindow)) {
			account, err := s.filedFrom(ctx, c.ID)
			if err != nil {
				return settled, err
			}
			if to = s.screen(ctx, account, inPublic(c.Text, c.Place)); to == Unchecked {
				continue
			}
		}
		if err := s.settle(ctx, c, to); err != nil {
			return settled, err
		}
		settled++
	}
	return settled, nil
}

// filedFrom is the WeChat account from which a case was filed; the check asks for one.
func (s *Service) filedFrom(ctx context.Context, caseID int64) (openID string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Complainant{}).Where("filed_id = ?", caseID).Order("id").Limit(1).Pluck("open_id", &openID).Error
	})
	return openID, err
}

func (s *Service) settle(ctx context.Context, c Case, to Display) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Case{}).Where("id = ? AND display = ?", c.ID, Unchecked).Updates(map[string]any{"display": to, "checked_at": tx.Now})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		if err := audit.Append(tx, audit.System{}, "complaint.screen", subject(&c), map[string]any{"display": to}); err != nil {
			return err
		}
		if to != Review || c.Visibility != Public {
			return nil
		}
		told, err := c.event(tx)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.CaseReview{Case: told})
	})
}

// ListReview pages through the cases whose text a person must look at, oldest first.
func (s *Service) ListReview(ctx context.Context, actor org.Actor, after int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReviewContent); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Case
		err := tx.Scopes(actor.Within(org.ReviewContent, "cases.estate_id")).Scopes(actor.NotAbout("cases.about_id")).
			Where("display = ? AND visibility = ? AND id > ?", Review, Public, after).Order("id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		views, err = viewCases(tx, rows)
		return err
	})
	return views, err
}

// Screen records a person's decision about public display. It changes nothing about the handling of the case.
// Faults: ErrForbidden, ErrNotFound, fault.ErrInvalid.
func (s *Service) Screen(ctx context.Context, actor org.Actor, id int64, show bool, reason string) error {
	if err := actor.Must(org.ReviewContent); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); (!show && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予公开时请写明原因（2至200个字），投诉人会看到"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Case
		from := []Display{Review, Hidden, Unchecked}
		if !show { // what the machine let pass may still be somebody's phone number
			from = append(from, Cleared)
		}
		err := tx.ForUpdate().Scopes(actor.Within(org.ReviewContent, "cases.estate_id")).Scopes(actor.NotAbout("cases.about_id")).
			Where("id = ? AND display IN ?", id, from).Take(&c).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		c.Display, c.CheckedAt = Hidden, &tx.Now
		if show {
			c.Display = Cleared
		}
		t := &turn{Service: s, tx: tx, actor: actor, c: &c, from: c.State, step: &Step{CaseID: c.ID, Kind: Screen, Text: reason, Public: true}}
		return t.store(Screen)
	})
	if err != nil {
		return fmt.Errorf("screen complaint: %w", err)
	}
	return nil
}
