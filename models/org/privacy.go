package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// PrivacyVersion is the version of the notice that people agree to; a new text needs a new version and new consent.
const PrivacyVersion = "2026-11-2"

// answerDays is how many days an office has to answer a request about personal data (15, as GB/T 35273-2020 8.7 a
// allows at most thirty; linli asks for half of it).
const answerDays = 15

// Faults of privacy.
var (
	ErrConsentVersion  = fault.New(fault.Conflict, "privacy.version", "告知书已更新，请阅读最新版本后再同意")
	ErrRequestNotFound = fault.New(fault.NotFound, "privacy.request_not_found", "没有找到这份个人信息申请")
	ErrStillHolding    = fault.New(fault.Conflict, "privacy.still_in_use", "您仍在担任岗位，请先办理离任，再申请删除")
)

// GiveConsent records that the person agrees to the current notice (PIPL art. 14). Repeating it changes nothing.
func (s *Service) GiveConsent(ctx context.Context, actor Actor, version string) error {
	if err := actor.Must(ManageSelf); err != nil {
		return err
	}
	if version != PrivacyVersion {
		return ErrConsentVersion
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Consent{}).Where("person_id = ? AND version = ?", actor.PersonID, version).
			Where("withdrawn_at IS NOT NULL").Updates(map[string]any{"given_at": tx.Now, "withdrawn_at": nil})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			var n int64
			if err := tx.Model(&Consent{}).Where("person_id = ? AND version = ?", actor.PersonID, version).Count(&n).Error; err != nil || n > 0 {
				return err
			}
			if err := tx.Create(&Consent{PersonID: actor.PersonID, Version: version, GivenAt: tx.Now}).Error; err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "privacy.consent", audit.Subject{Kind: "person", ID: actor.PersonID}, map[string]any{"version": version})
	})
	if err != nil {
		return fmt.Errorf("give consent: %w", err)
	}
	return nil
}

// WithdrawConsent takes it back (PIPL art. 15); what needs personal data is refused from then on.
func (s *Service) WithdrawConsent(ctx context.Context, actor Actor) error {
	if err := actor.Must(ManageSelf); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		err := tx.Model(&Consent{}).Where("person_id = ? AND withdrawn_at IS NULL", actor.PersonID).Update("withdrawn_at", tx.Now).Error
		if err != nil {
			return err
		}
		return audit.Append(tx, actor, "privacy.withdraw", audit.Subject{Kind: "person", ID: actor.PersonID}, nil)
	})
}

// Profile is a person as they see themselves.
type Profile struct {
	PersonID  int64
	Name      string // masked
	Phone     string // masked
	Consented bool
}

// FindProfile shows the person to themselves, masked; Export gives the clear text.
func (s *Service) FindProfile(ctx context.Context, actor Actor) (*Profile, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return nil, err
	}
	var p *Profile
	err := s.db.View(ctx, func(tx *store.Tx) error {
		row, name, phone, err := s.openPerson(tx, actor.PersonID)
		if err != nil {
			return err
		}
		p = &Profile{PersonID: row.ID, Name: vault.MaskName(name), Phone: vault.MaskPhone(phone), Consented: actor.Consented}
		return nil
	})
	return p, err
}

func (s *Service) openPerson(tx *store.Tx, id int64) (row Person, name, phone string, err error) {
	if err = tx.Where("id = ?", id).Take(&row).Error; err != nil {
		return row, "", "", store.NotFound(err, ErrPersonNotFound)
	}
	if name, err = s.vault.Open(row.NameSealed, "persons.name"); err != nil {
		return row, "", "", err
	}
	phone, err = s.vault.Open(row.PhoneSealed, "persons.phone")
	return row, name, phone, err
}

func (s *Service) maskedName(tx *store.Tx, person int64) (string, error) {
	_, name, _, err := s.openPerson(tx, person)
	return vault.MaskName(name), err
}

// SetName records how the person is called.
func (s *Service) SetName(ctx context.Context, actor Actor, name string) error {
	if err := actor.Must(ManageSelf); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n < 1 || n > 30 {
		return fault.ErrInvalid.With(fault.Field{Path: "name", Reason: "请填写姓名，不超过30个字"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Model(&Person{}).Where("id = ?", actor.PersonID).Update("name_sealed", s.vault.Seal(name, "persons.name")).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "person.rename", audit.Subject{Kind: "person", ID: actor.PersonID}, nil)
	})
}

// Contact gives a person's name and phone in clear text. The caller has recorded why.
func (s *Service) Contact(ctx context.Context, person int64) (name, phone string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		_, name, phone, err = s.openPerson(tx, person)
		return err
	})
	return name, phone, err
}
