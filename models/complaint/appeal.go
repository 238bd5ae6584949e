package complaint

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Faults of whoever may not judge an appeal.
var (
	ErrOtherPerson  = fault.New(fault.Forbidden, "restriction.same_office", "作出限制的单位不能自己处理申诉，合署的单位也一样")
	ErrBelowImposer = fault.New(fault.Forbidden, "restriction.below", "这项限制由上级单位作出，申诉要由更上一级处理")
)

// OwnRestriction is a restriction as the one whom it restricts reads it.
type OwnRestriction struct {
	Restriction
	Holds bool // now
}

// MayAppeal reports whether they may still object.
func (r OwnRestriction) MayAppeal() bool { return r.Holds && r.State == "active" }

// maxRestrictions bounds what one person reads of the restrictions that reach them.
const maxRestrictions = 50

// ListOwnRestrictions lists what restricts the actor, under their account or the phone that is bound to it, newest first.
func (s *Service) ListOwnRestrictions(ctx context.Context, actor org.Actor) ([]OwnRestriction, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	var rows []OwnRestriction
	err := s.db.View(ctx, func(tx *store.Tx) error {
		who, err := s.account(tx, actor.PersonID)
		if err != nil {
			return err
		}
		rows, err = who.restrictions(tx)
		return err
	})
	return rows, err
}

// restrictions are what reaches somebody, as they read it.
func (w whom) restrictions(tx *store.Tx) ([]OwnRestriction, error) {
	var rows []Restriction
	err := tx.Scopes(w.theirs).Order("id DESC").Limit(maxRestrictions).Find(&rows).Error
	own := make([]OwnRestriction, len(rows))
	for i, r := range rows {
		own[i] = OwnRestriction{Restriction: r, Holds: r.holds(tx.Now)}
	}
	return own, err
}

// ListRestrictionsByReceipt lists what restricts whoever holds a receipt's number and its phone, newest first.
// Fault: ErrNoSuchReceipt.
func (s *Service) ListRestrictionsByReceipt(ctx context.Context, phone, receipt string) ([]OwnRestriction, error) {
	var rows []OwnRestriction
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := s.underReceipt(tx, phone, receipt); err != nil {
			return err
		}
		who, err := s.behindPhone(tx, phone)
		if err != nil {
			return err
		}
		rows, err = who.restrictions(tx)
		return err
	})
	return rows, err
}

// Appeal is the restricted person's objection; another office decides. The same words again change nothing.
// Faults: ErrForbidden, ErrRestriction, ErrAppealed, fault.ErrInvalid.
func (s *Service) Appeal(ctx context.Context, actor org.Actor, id int64, text string) error {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return err
	}
	return s.appeal(ctx, actor, id, text, func(tx *store.Tx) (whom, error) { return s.account(tx, actor.PersonID) })
}

// AppealByReceipt is the objection of whoever holds a receipt's number and its phone.
// Faults: ErrNoSuchReceipt, ErrRestriction, ErrAppealed, fault.ErrInvalid.
func (s *Service) AppealByReceipt(ctx context.Context, phone, receipt string, id int64, text string) error {
	return s.appeal(ctx, slip, id, text, func(tx *store.Tx) (whom, error) {
		if _, err := s.underReceipt(tx, phone, receipt); err != nil {
			return whom{}, err
		}
		return s.behindPhone(tx, phone)
	})
}

func (s *Service) appeal(ctx context.Context, by audit.Actor, id int64, text string, as func(*store.Tx) (whom, error)) error {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么不同意（2至500个字）"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		who, err := as(tx)
		if err != nil {
			return err
		}
		var r Restriction
		if err := tx.ForUpdate().Scopes(who.theirs).Where("id = ?", id).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrRestriction)
		}
		if r.State == "appealed" && r.Appeal == text {
			return nil // the same tap
		}
		res := tx.Model(&Restriction{}).Where("id = ? AND state = 'active' AND ends_at > ?", id, tx.Now).Updates(map[string]any{"state": "appealed", "appeal": text, "appealed_at": tx.Now})
		if err := store.MustAffect(res, ErrAppealed); err != nil {
			return err
		}
		if err := audit.Append(tx, by, "complaint.appeal", audit.Subject{Kind: "restriction", ID: id, Estate: r.EstateID, About: r.AboutID}, nil); err != nil {
			return err
		}
		return r.tellJudges(tx)
	})
}

// tellJudges tells the nearest offices whose head may decide that somebody appealed: those of the city about a township's
// restriction, the leading group about the bureau's. Nobody is named.
func (r *Restriction) tellJudges(tx *store.Tx) error {
	var c Case
	if err := tx.Where("id = ?", r.CaseID).Take(&c).Error; err != nil {
		return err
	}
	about, err := org.OneBody(tx, r.AboutID)
	if err != nil {
		return err
	}
	for _, tier := range [][]org.Kind{{org.Township}, {org.Bureau, org.Office}, {org.LeadingGroup}} {
		var offices []org.Organisation
		q := tx.Where("kind IN ? AND closed_at IS NULL", tier)
		if tier[0] == org.Township {
			q = q.Where("id = ?", c.TownshipID)
		}
		if err := q.Order("id").Limit(20).Find(&offices).Error; err != nil {
			return err
		}
		told := false
		for _, o := range offices {
			err := r.mayJudge(tx, o.ID)
			switch {
			case slices.Contains(about, o.ID), errors.Is(err, ErrOtherPerson), errors.Is(err, ErrBelowImposer):
				continue
			case err != nil:
				return err
			}
			e, err := c.event(tx)
			if err != nil {
				return err
			}
			e.PersonIDs = nil // the offices' matter
			if err := outbox.Append(tx, event.CaseMoved{Case: e, What: "appealed", ToID: o.ID, ToName: o.Name, On: r.EndsAt}); err != nil {
				return err
			}
			told = true
		}
		if told {
			return nil
		}
	}
	return nil
}

// ListRestrictions pages through the restrictions of the actor's area, newest first, those in one state where it is named.
func (s *Service) ListRestrictions(ctx context.Context, actor org.Actor, state string, before int64, limit int) ([]Restriction, error) {
	if err := actor.Must(org.JudgeAppeal); err != nil {
		return nil, err
	}
	var rows []Restriction
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Restriction{}).Scopes(actor.Within(org.JudgeAppeal, "restrictions.estate_id"), actor.NotAbout("restrictions.about_id"))
		if state != "" {
			q = q.Where("restrictions.state = ?", state)
		}
		if before > 0 {
			q = q.Where("restrictions.id < ?", before)
		}
		return q.Order("restrictions.id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// DecideAppeal is the last word on an appeal, by another human of an office that is neither the one that imposed it, nor one
// body with it, nor below it. What is lifted is lifted for every restriction of the receipt.
// Faults: ErrForbidden, ErrRestriction, ErrAppealed, ErrOtherPerson, ErrBelowImposer, fault.ErrInvalid.
func (s *Service) DecideAppeal(ctx context.Context, actor org.Actor, id int64, lift bool, text string) error {
	if err := actor.Must(org.JudgeAppeal); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明理由（2至500个字）"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Restriction
		err := tx.ForUpdate().Scopes(actor.Within(org.JudgeAppeal, "restrictions.estate_id"), actor.NotAbout("restrictions.about_id")).Where("restrictions.id = ?", id).Take(&r).Error
		if err != nil {
			return store.NotFound(err, ErrRestriction)
		}
		if r.ImposedBy == actor.PersonID {
			return ErrOtherPerson
		}
		if err := r.mayJudge(tx, actor.OrganisationID()); err != nil {
			return err
		}
		state := "upheld"
		change := map[string]any{"state": state, "decision": text, "decided_by": actor.PersonID, "decided_at": tx.Now}
		if lift {
			state = "lifted"
			change["state"], change["live"] = state, nil
		}
		res := tx.Model(&Restriction{}).Where("id = ? AND state = 'appealed'", id).Updates(change)
		if err := store.MustAffect(res, ErrAppealed); err != nil {
			return err
		}
		if lift { // an older program let several stand on one receipt
			if err := tx.Model(&Restriction{}).Where("receipt = ? AND state IN ? AND ends_at > ?", r.Receipt, restricting, tx.Now).Updates(change).Error; err != nil {
				return err
			}
		}
		var c Case
		if err := tx.Where("id = ?", r.CaseID).Take(&c).Error; err != nil {
			return err
		}
		who, err := s.reached(tx, &r)
		if err != nil {
			return err
		}
		return s.tellRestriction(tx, actor, &r, &c, who, "appeal_"+state)
	})
}

// mayJudge refuses the office that imposed the restriction, its body, and those below it.
func (r *Restriction) mayJudge(tx *store.Tx, office int64) error {
	same, err := org.OneBody(tx, r.ImposedOrg)
	if err != nil {
		return err
	}
	if slices.Contains(same, office) {
		return ErrOtherPerson
	}
	below, err := org.IsBelow(tx, office, r.ImposedOrg)
	if err == nil && below {
		err = ErrBelowImposer
	}
	return err
}

// reached is whom a restriction reaches, as far as it still names anybody.
func (s *Service) reached(tx *store.Tx, r *Restriction) (whom, error) {
	if r.PersonID != 0 {
		return whom{persons: []int64{r.PersonID}}, nil
	}
	var who whom
	if r.PhoneIndex == "" {
		return who, nil
	}
	err := tx.Model(&org.Person{}).Where("phone_index = ?", r.PhoneIndex).Order("id").Limit(maxAccounts).Pluck("id", &who.persons).Error
	return who, err
}
