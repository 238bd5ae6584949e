package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// reviewUnits is how many units of an owner set a review names.
const reviewUnits = 20

// OwnerReview is an owner set about which a person must answer a question, owners masked.
type OwnerReview struct {
	Set    OwnerSet
	Units  []string // the first of them
	Owners []OwnerView
	// Twins are other current owner sets of the estate that share a phone with this one: perhaps the same people.
	Twins []int64
}

// ReviewAnswer is what a person found out about an owner set.
type ReviewAnswer struct {
	// Finding is same (the people of Into), separate (a head of its own), phone_belongs or phone_wrong (of OwnerID),
	// account_belongs or account_wrong (of OwnerID).
	Finding string
	Into    int64
	OwnerID int64
	Reason  string // what was looked at: papers, a call, a visit
}

// ListOwnerReviews pages through an estate's current owner sets with an open question, by id.
func (s *Service) ListOwnerReviews(ctx context.Context, actor Actor, estateID, after int64, limit int) ([]OwnerReview, error) {
	var list []OwnerReview
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := EstateFor(tx, actor, RecordOwnership, estateID)
		if err != nil {
			return err
		}
		var sets []OwnerSet
		err = tx.Where("estate_id = ? AND id > ? AND (review = ? OR phone_review IN ?)", e.ID, after, PaperMissing, []Review{PhoneShared, PhoneChanged}).
			Where("EXISTS (SELECT 1 FROM ownerships o WHERE o.owner_set_id = owner_sets.id AND o.current_unit IS NOT NULL)").
			Order("id").Limit(limit).Find(&sets).Error
		if err != nil {
			return err
		}
		list, err = s.viewReviews(tx, sets)
		return err
	})
	return list, err
}

func (s *Service) viewReviews(tx *store.Tx, sets []OwnerSet) ([]OwnerReview, error) {
	list := make([]OwnerReview, len(sets))
	for i, set := range sets {
		list[i].Set = set
		var held []Ownership
		if err := tx.Where("owner_set_id = ? AND current_unit IS NOT NULL", set.ID).Order("unit_id").Limit(reviewUnits).Find(&held).Error; err != nil {
			return nil, err
		}
		units := make([]int64, len(held))
		for j, h := range held {
			units[j] = h.UnitID
		}
		names, err := UnitNames(tx, units)
		if err != nil {
			return nil, err
		}
		for _, id := range units {
			list[i].Units = append(list[i].Units, names[id])
		}
		var owners []Owner
		if err := tx.Where("owner_set_id = ?", set.ID).Order("position").Find(&owners).Error; err != nil {
			return nil, err
		}
		phones := []string{}
		for _, o := range owners {
			v, err := s.maskOwner(o)
			if err != nil {
				return nil, err
			}
			list[i].Owners = append(list[i].Owners, v)
			if o.PhoneIndex != "" {
				phones = append(phones, o.PhoneIndex)
			}
		}
		if len(phones) == 0 {
			continue
		}
		err = tx.Model(&Owner{}).Distinct("owner_set_id").Where("phone_index IN ? AND estate_id = ? AND owner_set_id <> ?", phones, set.EstateID, set.ID).
			Where("EXISTS (SELECT 1 FROM ownerships o WHERE o.owner_set_id = owners.owner_set_id AND o.current_unit IS NOT NULL)").
			Order("owner_set_id").Limit(reviewUnits).Pluck("owner_set_id", &list[i].Twins).Error
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// AnswerOwnerReview records what a person found out. Equal names never merge owner sets by themselves: here somebody
// answers for it, with the reason kept.
// Faults: ErrForbidden, ErrOwnerSetNotFound, ErrOwnersDiffer, ErrDecided, fault.ErrInvalid.
func (s *Service) AnswerOwnerReview(ctx context.Context, actor Actor, setID int64, in ReviewAnswer) error {
	in.Reason = strings.TrimSpace(in.Reason)
	if n := len([]rune(in.Reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明核对了什么（2至200个字），例如看过房产证、电话核实"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		set, err := setFor(tx, actor, setID)
		if err != nil {
			return err
		}
		if err := bumpRegister(tx, set.EstateID); err != nil { // also makes answers of one estate follow each other
			return err
		}
		switch in.Finding {
		case "separate":
			res := tx.Model(&OwnerSet{}).Where("id = ? AND review = ?", set.ID, PaperMissing).Update("review", PaperSeparate)
			err = store.MustAffect(res, ErrDecided)
		case "same":
			err = s.mergeInto(tx, actor, set, in.Into, in.Reason)
		case "phone_belongs":
			res := tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ?", set.ID, PhoneShared).Update("phone_review", PhoneBelongs)
			err = store.MustAffect(res, ErrDecided)
		case "phone_wrong":
			err = s.forgetPhone(tx, actor, set, in.OwnerID)
		case "account_belongs":
			res := tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ?", set.ID, PhoneChanged).Update("phone_review", "")
			err = store.MustAffect(res, ErrDecided)
		case "account_wrong":
			err = s.partAccount(tx, actor, set, in.OwnerID)
		default:
			err = fault.ErrInvalid.With(fault.Field{Path: "finding", Reason: "请选择核对结果"})
		}
		if err != nil {
			return err
		}
		return audit.Append(tx, actor, "owner_set.review", audit.Subject{Kind: "owner_set", ID: set.ID, Estate: set.EstateID},
			map[string]any{"finding": in.Finding, "into": in.Into, "owner": in.OwnerID, "reason": in.Reason})
	})
	if err != nil {
		return fmt.Errorf("answer owner review: %w", err)
	}
	return nil
}

// setFor finds an owner set in an estate whose ownership the actor records.
func setFor(tx *store.Tx, actor Actor, id int64) (*OwnerSet, error) {
	if err := actor.Must(RecordOwnership); err != nil {
		return nil, err
	}
	var set OwnerSet
	err := tx.Scopes(actor.Within(RecordOwnership, "owner_sets.estate_id")).Where("id = ?", id).Take(&set).Error
	if err != nil {
		return nil, store.NotFound(err, ErrOwnerSetNotFound)
	}
	return &set, nil
}

// forgetPhone takes a wrong phone from an owner, so that nobody signs in as them with it, and their homes from whoever
// has.
func (s *Service) forgetPhone(tx *store.Tx, actor Actor, set *OwnerSet, ownerID int64) error {
	var o Owner
	if err := tx.Where("id = ? AND owner_set_id = ? AND phone_index <> ''", ownerID, set.ID).Take(&o).Error; err != nil {
		return store.NotFound(err, fault.ErrInvalid.With(fault.Field{Path: "owner_id", Reason: "请选择这组业主里号码有误的那一位"}))
	}
	same, err := s.hasPhone(tx, o.PersonID, o)
	if err != nil {
		return err
	}
	if same {
		err = s.unbind(tx, actor, o, o.PersonID)
	} else {
		err = tx.Model(&Owner{}).Where("id = ?", o.ID).Updates(map[string]any{"phone_sealed": "", "phone_index": ""}).Error
	}
	if err != nil {
		return err
	}
	return tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ?", set.ID, PhoneShared).Update("phone_review", "").Error
}

// partAccount ends the homes of an account that was recognised as an owner by mistake.
func (s *Service) partAccount(tx *store.Tx, actor Actor, set *OwnerSet, ownerID int64) error {
	var o Owner
	if err := tx.Where("id = ? AND owner_set_id = ? AND person_id <> 0", ownerID, set.ID).Take(&o).Error; err != nil {
		return store.NotFound(err, fault.ErrInvalid.With(fault.Field{Path: "owner_id", Reason: "请选择这组业主里认证有误的那一位"}))
	}
	if err := s.unbind(tx, actor, o, o.PersonID); err != nil {
		return err
	}
	return tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ?", set.ID, PhoneChanged).Update("phone_review", "").Error
}

// mergeInto gives the current units of a set to another set of the same people. History stays with the old set, and
// nobody loses a home.
func (s *Service) mergeInto(tx *store.Tx, actor Actor, from *OwnerSet, intoID int64, reason string) error {
	into, err := setFor(tx, actor, intoID)
	if err != nil {
		return err
	}
	if into.ID == from.ID || into.EstateID != from.EstateID || into.Kind == "developer" || from.Kind == "developer" {
		return ErrOwnersDiffer
	}
	order, err := s.samePeople(tx, from, into)
	if err != nil {
		return err
	}
	var held []Ownership
	if err := tx.Where("owner_set_id = ? AND current_unit IS NOT NULL", from.ID).Find(&held).Error; err != nil {
		return err
	}
	if len(held) == 0 {
		return ErrDecided
	}
	for _, h := range held {
		if err := tx.Model(&Ownership{}).Where("id = ?", h.ID).Updates(map[string]any{"ends_at": tx.Now, "current_unit": nil}).Error; err != nil {
			return err
		}
		next := Ownership{EstateID: h.EstateID, UnitID: h.UnitID, OwnerSetID: into.ID, Since: tx.Now, CurrentUnit: &h.UnitID, Cause: "correction",
			Source: reason, Shares: reorder(h.Shares, order)}
		if err := tx.Create(&next).Error; err != nil {
			return err
		}
		if err := s.handOver(tx, actor, Handed{EstateID: h.EstateID, UnitID: h.UnitID, From: from.ID, To: into.ID, Cause: next.Cause, SamePeople: true}); err != nil {
			return err
		}
	}
	return tx.Model(&OwnerSet{}).Where("id = ? AND review = ?", from.ID, PaperMissing).Update("review", PaperSeparate).Error
}

// samePeople holds the owners of two sets against each other by name, and by paper where both have one. What only one
// of them knows goes to into's owners. It returns into's order: order[i] is where into's owner i stands in from.
func (s *Service) samePeople(tx *store.Tx, from, into *OwnerSet) ([]int, error) {
	var a, b []Owner
	if err := tx.Where("owner_set_id = ?", from.ID).Order("position").Find(&a).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("owner_set_id = ?", into.ID).Order("position").Find(&b).Error; err != nil {
		return nil, err
	}
	theirs, err := s.openOwners(a)
	if err != nil {
		return nil, err
	}
	ours, err := s.openOwners(b)
	if err != nil {
		return nil, err
	}
	if len(a) != len(b) {
		return nil, ErrOwnersDiffer
	}
	order := make([]int, len(b))
	for i, o := range ours {
		at := slices.IndexFunc(theirs, func(x OwnerInput) bool {
			return x.Name == o.Name && (x.Paper == "" || o.Paper == "" || x.Paper == o.Paper)
		})
		if at < 0 || slices.Contains(order[:i], at) {
			return nil, ErrOwnersDiffer
		}
		order[i] = at
		if err := s.inherit(tx, &b[i], &ours[i], a[at], theirs[at]); err != nil {
			return nil, err
		}
	}
	papers := canonicalPapers(ours)
	if papers == "" || into.Fingerprint != "" {
		return order, nil
	}
	return order, tx.Model(&OwnerSet{}).Where("id = ?", into.ID).
		Updates(map[string]any{"fingerprint": s.vault.Index("owner_set", papers), "review": ""}).Error
}

// inherit gives to what only from knows, and from's people with it.
func (s *Service) inherit(tx *store.Tx, to *Owner, known *OwnerInput, from Owner, other OwnerInput) error {
	if known.Paper == "" {
		known.Paper = other.Paper
	}
	if known.Phone == "" {
		known.Phone = other.Phone
	}
	s.sealOwner(to, *known)
	person := to.PersonID
	if person == 0 {
		person = from.PersonID
	}
	err := tx.Model(&Owner{}).Where("id = ?", to.ID).Updates(map[string]any{"phone_sealed": to.PhoneSealed, "phone_index": to.PhoneIndex,
		"paper_sealed": to.PaperSealed, "paper_index": to.PaperIndex, "person_id": person}).Error
	if err != nil {
		return err
	}
	return tx.Model(&Residence{}).Where("owner_id = ?", from.ID).Update("owner_id", to.ID).Error
}

// reorder writes shares in another order of the owners.
func reorder(shares string, order []int) string {
	parts := strings.Split(shares, ",")
	if len(parts) != len(order) {
		return shares
	}
	next := make([]string, len(parts))
	for i, at := range order {
		next[i] = parts[at]
	}
	return strings.Join(next, ",")
}

// NameRepresentative records which co-owner speaks for the set; 0 takes the name away.
// Faults: ErrForbidden, ErrOwnerSetNotFound, fault.ErrInvalid.
func (s *Service) NameRepresentative(ctx context.Context, actor Actor, setID, ownerID int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		set, err := setFor(tx, actor, setID)
		if err != nil {
			return err
		}
		if ownerID != 0 {
			var n int64
			if err := tx.Model(&Owner{}).Where("id = ? AND owner_set_id = ?", ownerID, set.ID).Count(&n).Error; err != nil {
				return err
			}
			if n == 0 {
				return fault.ErrInvalid.With(fault.Field{Path: "owner_id", Reason: "业主代表要从这组业主里选"})
			}
		}
		if err := tx.Model(&OwnerSet{}).Where("id = ?", set.ID).Update("representative_id", ownerID).Error; err != nil {
			return err
		}
		if err := bumpRegister(tx, set.EstateID); err != nil {
			return err
		}
		return audit.Append(tx, actor, "owner_set.representative", audit.Subject{Kind: "owner_set", ID: set.ID, Estate: set.EstateID}, map[string]any{"owner": ownerID})
	})
	if err != nil {
		return fmt.Errorf("name representative: %w", err)
	}
	return nil
}

// nameRepresentative makes the set's owner of this name its representative.
func (s *Service) nameRepresentative(tx *store.Tx, setID int64, name string) error {
	var rows []Owner
	if err := tx.Where("owner_set_id = ?", setID).Order("position").Find(&rows).Error; err != nil {
		return err
	}
	people, err := s.openOwners(rows)
	if err != nil {
		return err
	}
	for i, p := range people {
		if p.Name == name {
			return tx.Model(&OwnerSet{}).Where("id = ?", setID).Update("representative_id", rows[i].ID).Error
		}
	}
	return nil
}
