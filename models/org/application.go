package org

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// NewApplication asks to be recognised in a unit.
type NewApplication struct {
	UnitID    int64
	Role      Role
	Name      string
	Note      string
	LeaseEnds *time.Time // tenants only
	FileIDs   []int64    // proofs: certificate, contract, lease
	ClientRef string
	InputHash string
}

// Apply files an application. The same ref with the same input answers the first one.
// Faults: ErrForbidden, ErrUnitNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) Apply(ctx context.Context, actor Actor, in NewApplication) (*Application, error) {
	if err := actor.Must(ApplyResidency); err != nil {
		return nil, err
	}
	in.Name, in.Note = strings.TrimSpace(in.Name), strings.TrimSpace(in.Note)
	var c fault.Checks
	c.Check(in.Role == RoleOwner || in.Role == RoleFamily || in.Role == RoleTenant, "role", "请选择业主、家人或租客")
	c.Check(in.Name != "" && len([]rune(in.Name)) <= 30, "name", "请填写您的姓名")
	c.Check(len([]rune(in.Note)) <= 500, "note", "说明不超过500个字")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 9, "file_ids", "请上传1至9份证明材料，例如不动产权证、购房合同或租赁合同")
	c.Check(in.Role != RoleTenant || in.LeaseEnds != nil, "lease_ends", "请填写租约到期日")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	in.LeaseEnds = dateOf(in.LeaseEnds)
	if in.Role != RoleTenant {
		in.LeaseEnds = nil
	}
	var app *Application
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before Application
		err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Take(&before).Error
		if err == nil {
			if before.InputHash != in.InputHash {
				return ErrRefReused
			}
			app = &before
			return nil
		}
		if err := store.NotFound(err, nil); err != nil {
			return err
		}
		if in.LeaseEnds != nil && in.LeaseEnds.Before(tx.Now) {
			return fault.ErrInvalid.With(fault.Field{Path: "lease_ends", Reason: "租约到期日须晚于今天"})
		}
		var u Unit
		if err := tx.Where("id = ? AND removed_at IS NULL", in.UnitID).Take(&u).Error; err != nil {
			return store.NotFound(err, ErrUnitNotFound)
		}
		app = &Application{EstateID: u.EstateID, UnitID: u.ID, PersonID: actor.PersonID, Role: in.Role,
			NameSealed: s.vault.Seal(in.Name, "applications.name"), Note: in.Note, State: "open", LeaseEnds: in.LeaseEnds,
			ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
		if err := tx.Create(app).Error; err != nil {
			return store.Raced(err)
		}
		if err := s.files.Attach(tx, actor, in.FileIDs, "document", "application", app.ID, u.EstateID); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "residency.apply", audit.Subject{Kind: "application", ID: app.ID, Estate: u.EstateID},
			map[string]any{"unit": u.ID, "role": in.Role}); err != nil {
			return err
		}
		about, err := residency(tx, u.EstateID, u.ID, actor.PersonID)
		if err != nil {
			return err
		}
		about.ApplicationID = app.ID
		return outbox.Append(tx, event.ResidencyRequested{Residency: about})
	})
	if err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	return app, nil
}

// ApplicationView is an application as the deciding office sees it.
type ApplicationView struct {
	Application
	UnitName string
	Name     string // masked in lists; clear for the applicant and for the office that opens one
}

// ListApplications pages through the applications of the actor's estates, newest first; state "" means all.
func (s *Service) ListApplications(ctx context.Context, actor Actor, state string, before int64, limit int) ([]ApplicationView, error) {
	if err := actor.Must(DecideResidency); err != nil {
		return nil, err
	}
	var views []ApplicationView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(actor.Within(DecideResidency, "applications.estate_id"))
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Application
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = s.viewApplications(tx, rows)
		for i := range views {
			views[i].Name = vault.MaskName(views[i].Name)
		}
		return err
	})
	return views, err
}

// MyApplications lists what the person asked for, newest first, at most 50.
func (s *Service) MyApplications(ctx context.Context, actor Actor) ([]ApplicationView, error) {
	if err := actor.Must(ApplyResidency); err != nil {
		return nil, err
	}
	var views []ApplicationView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Application
		if err := tx.Where("person_id = ?", actor.PersonID).Order("id DESC").Limit(50).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = s.viewApplications(tx, rows)
		return err
	})
	return views, err
}

func (s *Service) viewApplications(tx *store.Tx, rows []Application) ([]ApplicationView, error) {
	views := make([]ApplicationView, len(rows))
	units := make([]int64, len(rows))
	for i, a := range rows {
		units[i] = a.UnitID
	}
	names, err := UnitNames(tx, units)
	if err != nil {
		return nil, err
	}
	for i, a := range rows {
		person, err := s.vault.Open(a.NameSealed, "applications.name")
		if err != nil {
			return nil, err
		}
		views[i] = ApplicationView{Application: a, UnitName: names[a.UnitID], Name: person}
	}
	return views, nil
}

// FindApplication returns an application that the actor decides or made. An office's look at the name is recorded, and
// the applicant sees it.
func (s *Service) FindApplication(ctx context.Context, actor Actor, id int64) (*ApplicationView, error) {
	var view *ApplicationView
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		a, err := applicationFor(tx, actor, id)
		if err != nil {
			return err
		}
		if actor.Post != nil {
			if err := audit.Append(tx, actor, "person.reveal", audit.Subject{Kind: "application", ID: a.ID, Estate: a.EstateID}, nil); err != nil {
				return err
			}
		}
		rows, err := s.viewApplications(tx, []Application{*a})
		if err == nil {
			view = &rows[0]
		}
		return err
	})
	return view, err
}

func applicationFor(tx *store.Tx, actor Actor, id int64) (*Application, error) {
	var a Application
	q := tx.Where("id = ?", id)
	if actor.Post != nil {
		if err := actor.Must(DecideResidency); err != nil {
			return nil, err
		}
		q = q.Scopes(actor.Within(DecideResidency, "applications.estate_id"))
	} else {
		q = q.Where("person_id = ?", actor.PersonID)
	}
	if err := q.Take(&a).Error; err != nil {
		return nil, store.NotFound(err, ErrApplicationNotFound)
	}
	return &a, nil
}

// Decide accepts or refuses an application, with a reason when refused. Nobody decides on themselves.
// Faults: ErrForbidden, ErrApplicationNotFound, ErrDecided, fault.ErrInvalid.
func (s *Service) Decide(ctx context.Context, actor Actor, id int64, accept bool, reason string) error {
	if err := actor.Must(DecideResidency); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); (!accept && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予通过时请写明原因（2至200个字），申请人会看到"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		a, err := applicationFor(tx, actor, id)
		if err != nil {
			return err
		}
		if a.PersonID == actor.PersonID {
			return ErrForbidden.Saying("不能办理自己的申请，请由同事办理")
		}
		state := "refused"
		if accept {
			state = "accepted"
		}
		res := tx.Model(&Application{}).Where("id = ? AND state = 'open'", id).Updates(map[string]any{
			"state": state, "reason": reason, "decided_by": actor.PersonID, "decided_at": tx.Now})
		if err := store.MustAffect(res, ErrDecided); err != nil {
			return err
		}
		if accept {
			if err := s.admit(tx, actor, a); err != nil {
				return err
			}
		}
		err = audit.Append(tx, actor, "residency.decide", audit.Subject{Kind: "application", ID: id, Estate: a.EstateID}, map[string]any{"state": state})
		if err != nil {
			return err
		}
		about, err := residency(tx, a.EstateID, a.UnitID, a.PersonID)
		if err != nil {
			return err
		}
		about.ApplicationID = a.ID
		return outbox.Append(tx, event.ResidencyDecided{Residency: about, Accepted: accept, Reason: reason})
	})
	if err != nil {
		return fmt.Errorf("decide application: %w", err)
	}
	return nil
}

// admit opens the home. An owner is tied to the roster's owner of the same name where there is exactly one that
// nobody else holds.
func (s *Service) admit(tx *store.Tx, actor Actor, a *Application) error {
	r := Residence{EstateID: a.EstateID, UnitID: a.UnitID, PersonID: a.PersonID, Role: a.Role, Basis: "application", LeaseEnds: a.LeaseEnds}
	// The lock makes a sale at the same moment come before or after, never beside.
	if err := tx.ForUpdate().Select("id").Where("current_unit = ?", a.UnitID).Limit(1).Find(&Ownership{}).Error; err != nil {
		return err
	}
	if a.Role == RoleOwner {
		o, err := s.namesake(tx, a)
		if err != nil {
			return err
		}
		if o != nil {
			r.OwnerID = o.ID
			if err := tx.Model(&Owner{}).Where("id = ? AND person_id IN (0, ?)", o.ID, a.PersonID).Update("person_id", a.PersonID).Error; err != nil {
				return err
			}
			if err := s.recognise(tx, o.ID, a.PersonID); err != nil {
				return err
			}
		}
	}
	_, err := openResidence(tx, actor, r)
	return err
}

func (s *Service) namesake(tx *store.Tx, a *Application) (*Owner, error) {
	name, err := s.vault.Open(a.NameSealed, "applications.name")
	if err != nil {
		return nil, err
	}
	held, _, owners, err := currentOwners(tx, []int64{a.UnitID})
	if err != nil {
		return nil, err
	}
	var found *Owner
	for _, o := range owners[held[a.UnitID].OwnerSetID] {
		n, err := s.vault.Open(o.NameSealed, "owners.name")
		if err != nil {
			return nil, err
		}
		if n != name || (o.PersonID != 0 && o.PersonID != a.PersonID) {
			continue
		}
		if found != nil {
			return nil, nil //nolint:nilnil // two of one name: the office has accepted the person, the tie is left open
		}
		found = &o
	}
	return found, nil
}
