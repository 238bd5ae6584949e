package complaint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Restriction keeps somebody who filed what is abuse from filing in the app for a time. Danger and emergency repair may
// always be filed, and so may anything at a counter or on the phone. Whoever imposes it does not learn who it is.
type Restriction struct {
	ID         int64 `gorm:"primaryKey"`
	CaseID     int64
	Receipt    string
	EstateID   int64
	AboutID    int64
	PersonID   int64
	PhoneIndex string
	Reason     string
	EndsAt     time.Time
	State      string // active, appealed, upheld, lifted
	ImposedBy  int64
	ImposedOrg int64
	Appeal     string
	AppealedAt *time.Time
	Decision   string
	DecidedBy  int64
	DecidedAt  *time.Time
	CreatedAt  time.Time
}

// Faults of restrictions.
var (
	ErrRestricted  = fault.New(fault.Forbidden, "complaint.restricted", "您在小程序里的投诉暂时受限；紧急危险和紧急维修不受影响，也可以打电话或到社区窗口投诉；不同意可以申诉")
	ErrRestriction = fault.New(fault.NotFound, "restriction.not_found", "没有找到这项限制")
	ErrAppealed    = fault.New(fault.Conflict, "restriction.decided", "已经申诉过，或者限制已经结束")
	ErrOtherPerson = fault.New(fault.Forbidden, "restriction.same_office", "作出限制的单位不能自己处理申诉")
)

// Restrict keeps whoever holds a receipt from filing for some days, with the reason, which they read. How long is at most
// what the city has decided; without that value nobody is restricted.
// Faults: ErrForbidden, ErrNotFound, ErrReceipt, ErrAnonymous, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Restrict(ctx context.Context, actor org.Actor, id int64, receipt, reason string, days int) (*Restriction, error) {
	if err := actor.Must(org.RestrictFiler); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	var checks fault.Checks
	n := len([]rune(reason))
	checks.Check(n >= 5 && n <= 500, "reason", "请写明为什么是滥用（5至500个字），对方会看到")
	checks.Check(days >= 1, "days", "请写限制多少天")
	if err := checks.Err(); err != nil {
		return nil, err
	}
	var r *Restriction
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Case
		err := tx.ForUpdate().Scopes(actor.Within(org.RestrictFiler, "cases.estate_id"), actor.NotAbout("cases.about_id")).Where("id = ?", id).Take(&c).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var m Complainant
		if err := tx.Where("(case_id = ? OR filed_id = ?) AND receipt = ?", id, id, receipt).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrReceipt)
		}
		if m.PersonID == 0 && m.PhoneIndex == "" {
			return ErrAnonymous
		}
		set, err := org.Rules(tx, tx.Now, s.pack.Code)
		if err != nil {
			return err
		}
		longest, err := set.Int("complaint.restrict_days")
		if err != nil {
			return err
		}
		if int64(days) > longest {
			return fault.ErrInvalid.With(fault.Field{Path: "days", Reason: fmt.Sprintf("最多限制%d天", longest)})
		}
		r = &Restriction{CaseID: c.ID, Receipt: m.Receipt, EstateID: c.EstateID, AboutID: c.AboutID, PersonID: m.PersonID, PhoneIndex: m.PhoneIndex, Reason: reason, EndsAt: tx.Now.AddDate(0, 0, days),
			State: "active", ImposedBy: actor.PersonID, ImposedOrg: actor.OrganisationID(), CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		return s.tellRestriction(tx, actor, r, &c, "restricted")
	})
	if err != nil {
		return nil, fmt.Errorf("restrict: %w", err)
	}
	return r, nil
}

func (s *Service) tellRestriction(tx *store.Tx, actor org.Actor, r *Restriction, c *Case, what string) error {
	if err := audit.Append(tx, actor, "complaint."+what, audit.Subject{Kind: "restriction", ID: r.ID, Estate: r.EstateID, About: r.AboutID}, map[string]any{"case": r.CaseID}); err != nil {
		return err
	}
	e, err := c.event(tx)
	if err != nil {
		return err
	}
	e.PersonIDs = nil
	if r.PersonID != 0 {
		e.PersonIDs = []int64{r.PersonID}
	}
	return outbox.Append(tx, event.CaseMoved{Case: e, What: what, ToID: r.ImposedOrg, ToName: actor.Post.OrgName, On: r.EndsAt})
}

// unrestricted refuses whoever is restricted, unless the matter cannot wait.
func (s *Service) unrestricted(tx *store.Tx, person int64, phoneIndexes []string, class string) error {
	if class == string(rulepack.Danger) || class == string(rulepack.Repair) || (person == 0 && len(phoneIndexes) == 0) {
		return nil
	}
	var n int64
	q := tx.Model(&Restriction{}).Where("state IN ? AND ends_at > ?", []string{"active", "appealed", "upheld"}, tx.Now)
	if person != 0 {
		q = q.Where("person_id = ?", person)
	} else {
		q = q.Where("phone_index IN ?", phoneIndexes)
	}
	if err := q.Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return ErrRestricted
	}
	return nil
}

// ListOwnRestrictions lists what restricts the actor, newest first.
func (s *Service) ListOwnRestrictions(ctx context.Context, actor org.Actor) ([]Restriction, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	var rows []Restriction
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ?", actor.PersonID).Order("id DESC").Limit(50).Find(&rows).Error
	})
	return rows, err
}

// Appeal is the restricted person's objection; another office decides.
// Faults: ErrForbidden, ErrRestriction, ErrAppealed, fault.ErrInvalid.
func (s *Service) Appeal(ctx context.Context, actor org.Actor, id int64, text string) error {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么不同意（2至500个字）"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Restriction
		if err := tx.ForUpdate().Where("id = ? AND person_id = ?", id, actor.PersonID).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrRestriction)
		}
		res := tx.Model(&Restriction{}).Where("id = ? AND state = 'active' AND ends_at > ?", id, tx.Now).Updates(map[string]any{"state": "appealed", "appeal": text, "appealed_at": tx.Now})
		if err := store.MustAffect(res, ErrAppealed); err != nil {
			return err
		}
		return audit.Append(tx, actor, "complaint.appeal", audit.Subject{Kind: "restriction", ID: id, Estate: r.EstateID, About: r.AboutID}, nil)
	})
}

// ListRestrictions pages through the restrictions that the actor's office imposed or may judge, newest first; appealed
// ones first where asked.
func (s *Service) ListRestrictions(ctx context.Context, actor org.Actor, state string, before int64, limit int) ([]Restriction, error) {
	if err := actor.Must(org.RestrictFiler); err != nil {
		return nil, err
	}
	var rows []Restriction
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Restriction{}).Scopes(actor.Within(org.RestrictFiler, "restrictions.estate_id"), actor.NotAbout("restrictions.about_id"))
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

// DecideAppeal is the last word on an appeal, by another office and another human than imposed it.
// Faults: ErrForbidden, ErrRestriction, ErrAppealed, ErrOtherPerson, fault.ErrInvalid.
func (s *Service) DecideAppeal(ctx context.Context, actor org.Actor, id int64, lift bool, text string) error {
	if err := actor.Must(org.RestrictFiler); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明理由（2至500个字）"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Restriction
		err := tx.ForUpdate().Scopes(actor.Within(org.RestrictFiler, "restrictions.estate_id"), actor.NotAbout("restrictions.about_id")).Where("restrictions.id = ?", id).Take(&r).Error
		if err != nil {
			return store.NotFound(err, ErrRestriction)
		}
		if r.ImposedOrg == actor.OrganisationID() || r.ImposedBy == actor.PersonID {
			return ErrOtherPerson
		}
		state := "upheld"
		if lift {
			state = "lifted"
		}
		res := tx.Model(&Restriction{}).Where("id = ? AND state = 'appealed'", id).Updates(map[string]any{"state": state, "decision": text, "decided_by": actor.PersonID, "decided_at": tx.Now})
		if err := store.MustAffect(res, ErrAppealed); err != nil {
			return err
		}
		var c Case
		if err := tx.Where("id = ?", r.CaseID).Take(&c).Error; err != nil {
			return err
		}
		return s.tellRestriction(tx, actor, &r, &c, "appeal_"+state)
	})
}

// eraseBatch bounds one round of erasing.
const eraseBatch = 200

// EraseClosed erases who complained in cases that closed longer ago than the city keeps identities: account, name, phone,
// flat. The case stays with its story and its figures. Without a value in force nothing is erased. It returns how many.
func (s *Service) EraseClosed(ctx context.Context) (int, error) {
	n := 0
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		set, err := org.Rules(tx, tx.Now, s.pack.Code)
		if err != nil {
			return err
		}
		months, err := set.Int("complaint.identity_months")
		if errors.Is(err, rulepack.ErrUnset) {
			return nil
		}
		if err != nil {
			return err
		}
		var ids []int64
		err = tx.Model(&Case{}).Where("erased_at IS NULL AND closed_at < ? AND open = ?", tx.Now.AddDate(0, -int(months), 0), false).Order("closed_at, id").Limit(eraseBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		n = len(ids)
		// A receipt goes when the case in which it counts goes; the ref must stay unique for nobody.
		err = tx.Exec("UPDATE case_complainants SET person_id = 0, filed_by = 0, open_id = '', name_sealed = '', phone_sealed = '', phone_index = '', input_hash = '', client_ref = CONCAT('erased:', id) WHERE case_id IN ?", ids).Error
		if err != nil {
			return err
		}
		if err := tx.Model(&Step{}).Where("case_id IN ? AND complainant_id <> 0", ids).Updates(map[string]any{"person_id": 0, "client_ref": nil}).Error; err != nil {
			return err
		}
		if err := s.files.Unname(tx, "case", ids); err != nil {
			return err
		}
		if err := tx.Model(&Case{}).Where("id IN ? AND unit_id <> 0", ids).Updates(map[string]any{"unit_id": 0, "lat": 0, "lng": 0}).Error; err != nil {
			return err
		}
		if err := tx.Model(&Case{}).Where("id IN ?", ids).Update("erased_at", tx.Now).Error; err != nil {
			return err
		}
		return audit.Append(tx, audit.System{}, "complaint.erase_identities", audit.Subject{Kind: "case", ID: ids[0]}, map[string]any{"cases": ids, "months": months})
	})
	return n, err
}
