package assembly

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// changeCredential runs f on a locked document of the actor's estates, or of the actor.
func (s *Service) changeCredential(ctx context.Context, actor org.Actor, id int64, verb string, f func(*store.Tx, *Credential) error) (*Credential, error) {
	action := org.ReviewCredential
	if actor.Post == nil {
		action = org.AskCredential
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var a Credential
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Scopes(s.desk(tx, actor)).Where("id = ?", id).Take(&a).Error; err != nil {
			return store.NotFound(err, ErrNoCredential)
		}
		if err := f(tx, &a); err != nil {
			return err
		}
		err := tx.Model(&Credential{}).Where("id = ?", a.ID).Select("state", "reviewed_by", "reviewed_at", "reason", "ended_by", "ended_at").Updates(&a).Error
		if err != nil {
			return err
		}
		return record(tx, actor, "credential", a.ID, a.EstateID, verb, map[string]any{"state": a.State})
	})
	if err != nil {
		return nil, fmt.Errorf("%s credential: %w", verb, err)
	}
	return &a, nil
}

// ReviewCredential accepts a document or refuses it with the reason, by an officer who is neither who it is for nor who entered it.
// Faults: ErrForbidden, ErrNoCredential, ErrCredential, ErrSamePerson, fault.ErrInvalid.
func (s *Service) ReviewCredential(ctx context.Context, actor org.Actor, id int64, accept bool, reason string) (*Credential, error) {
	if err := actor.Must(org.ReviewCredential); err != nil {
		return nil, err
	}
	var c fault.Checks
	checkText(&c, "reason", &reason, 4, 500, "请写明核对了什么、结论是什么（4至500个字），本人会看到")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeCredential(ctx, actor, id, "review", func(tx *store.Tx, a *Credential) error {
		switch {
		case a.State != Submitted:
			return ErrCredential
		case a.EnteredBy == actor.PersonID, a.PersonID == actor.PersonID:
			return ErrSamePerson.Saying("录入的人和本人不能自己审核，请由另一个人审核")
		}
		a.State, a.ReviewedBy, a.ReviewedAt, a.Reason = Rejected, actor.PersonID, &tx.Now, reason
		if accept {
			a.State = Accredits
		}
		return a.tell(tx, "credential_"+string(a.State))
	})
}

// RevokeCredential ends a document: by an officer with the reason, or by whoever holds it. An owner of the set may end what they gave
// themselves: to an agent or a representative. What was voted by it stays.
// Faults: ErrForbidden, ErrNoCredential, ErrCredential, fault.ErrInvalid.
func (s *Service) RevokeCredential(ctx context.Context, actor org.Actor, id int64, reason string) (*Credential, error) {
	var c fault.Checks
	checkText(&c, "reason", &reason, 4, 500, "请写明原因（4至500个字），本人会看到")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeCredential(ctx, actor, id, "revoke", func(tx *store.Tx, a *Credential) error {
		own := actor.Post == nil && a.PersonID == actor.PersonID
		switch {
		case a.State != Accredits && (a.State != Submitted || !own):
			return ErrCredential
		case actor.Post == nil && !own && a.Kind != Agent && a.Kind != ForDeveloper && a.Kind != Representative:
			return ErrCredential.Saying("这份证明由社区或乡镇（办事处）审核后才能撤销，请向他们反映")
		}
		a.State, a.EndedBy, a.EndedAt, a.Reason = Revoked, actor.PersonID, &tx.Now, reason
		if own {
			a.State = TakenBack
			return nil
		}
		return a.tell(tx, "credential_revoked")
	})
}

// CredentialView is a document as the desk sees it.
type CredentialView struct {
	Credential
	Name    string // of whom it is for, masked
	Unit    string
	FileIDs []int64
	Valid   bool // gives a right to vote now
}

// ListCredentials pages through the documents of an estate for its officers, newest first; with estate 0 through the actor's own and those
// on their own homes.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListCredentials(ctx context.Context, actor org.Actor, estate int64, state CredentialState, before int64, limit int) ([]CredentialView, error) {
	action := org.ReviewCredential
	if actor.Post == nil {
		action = org.AskCredential
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var list []CredentialView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := newest(tx, before).Scopes(s.desk(tx, actor))
		if actor.Post != nil {
			e, err := org.EstateFor(tx, actor, org.ReviewCredential, estate)
			if err != nil {
				return err
			}
			q = q.Where("estate_id = ?", e.ID)
		}
		if state != "" {
			q = q.Where("state = ?", state)
		}
		var rows []Credential
		if err := q.Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		list, err = s.credentialViews(tx, rows)
		return err
	})
	return list, err
}

// FindCredential shows one document with its files. Faults: ErrForbidden, ErrNoCredential.
func (s *Service) FindCredential(ctx context.Context, actor org.Actor, id int64) (*CredentialView, error) {
	action := org.ReviewCredential
	if actor.Post == nil {
		action = org.AskCredential
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var list []CredentialView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var a Credential
		err := tx.Scopes(s.desk(tx, actor)).Where("id = ?", id).Take(&a).Error
		if err != nil {
			return store.NotFound(err, ErrNoCredential)
		}
		list, err = s.credentialViews(tx, []Credential{a})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func (s *Service) credentialViews(tx *store.Tx, rows []Credential) ([]CredentialView, error) {
	ids, people, units := []int64{0}, []int64{0}, []int64{0}
	for _, a := range rows {
		ids, people, units = append(ids, a.ID), append(people, a.PersonID), append(units, a.UnitID)
	}
	files, err := s.o.Files.IDsIn(tx, "credential", ids)
	if err != nil {
		return nil, err
	}
	var persons []org.Person
	if err := tx.Where("id IN ?", people).Find(&persons).Error; err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, p := range persons {
		name, err := s.o.Vault.Open(p.NameSealed, "persons.name")
		if err != nil && !errors.Is(err, vault.ErrSealed) {
			return nil, err
		}
		names[p.ID] = vault.MaskName(name)
	}
	doors, err := doorsOf(tx, units)
	if err != nil {
		return nil, err
	}
	list := make([]CredentialView, len(rows))
	for i, a := range rows {
		valid := a.State == Accredits && !a.ValidFrom.After(tx.Now) && (a.ValidUntil == nil || a.ValidUntil.After(tx.Now))
		list[i] = CredentialView{Credential: a, Name: names[a.PersonID], Unit: doors[a.UnitID], FileIDs: files[a.ID], Valid: valid}
	}
	return list, nil
}

// doorsOf names units as doors: 1幢1单元101.
func doorsOf(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var units []rollUnit
	err := tx.Table("units u").Select("u.*, b.name AS building").Joins("JOIN buildings b ON b.id = u.building_id").Where("u.id IN ?", ids).Scan(&units).Error
	doors := make(map[int64]string, len(units))
	for i := range units {
		doors[units[i].ID] = units[i].code()
	}
	return doors, err
}
