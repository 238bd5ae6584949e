package org

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// Export is everything that the register keeps about a person, in clear text for that person (PIPL art. 45).
type Export struct {
	Name         string
	Phone        string
	Since        time.Time
	Accounts     []Identity
	Consents     []Consent
	Homes        []Residence
	Applications []ApplicationView
	AreaClaims   []AreaClaimView
	Requests     []PrivacyRequestView
	Posts        []PostHolder
	Absences     []Absence
	OwnerOf      []Revealed
	Units        map[int64]string // names of the units above
	Looks        []audit.Entry    // who looked at the clear text: as owner, as applicant, in a request
}

// maxExport bounds each list of an export.
const maxExport = 1000

// Export collects the person's own data; the look is recorded.
func (s *Service) Export(ctx context.Context, actor Actor) (*Export, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return nil, err
	}
	var x *Export
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		row, name, phone, err := s.openPerson(tx, actor.PersonID)
		if err != nil {
			return err
		}
		x = &Export{Name: name, Phone: phone, Since: row.CreatedAt}
		var applications []Application
		var claims []AreaClaim
		var requests []PrivacyRequest
		var owners []Owner
		for _, list := range []any{&x.Accounts, &x.Consents, &x.Homes, &x.Posts, &x.Absences, &applications, &claims, &requests, &owners} {
			if err := tx.Where("person_id = ?", actor.PersonID).Order("id DESC").Limit(maxExport).Find(list).Error; err != nil {
				return err
			}
		}
		if x.Applications, err = s.viewApplications(tx, applications); err != nil {
			return err
		}
		if x.AreaClaims, err = viewAreaClaims(tx, claims); err != nil {
			return err
		}
		if x.Requests, err = s.viewPrivacyRequests(requests); err != nil {
			return err
		}
		units := []int64{0}
		for _, h := range x.Homes {
			units = append(units, h.UnitID)
		}
		if x.Units, err = UnitNames(tx, units); err != nil {
			return err
		}
		for _, o := range owners {
			r, err := s.reveal(o)
			if err != nil {
				return err
			}
			x.OwnerOf = append(x.OwnerOf, r)
		}
		if x.Looks, err = looks(tx, x); err != nil {
			return err
		}
		return audit.Append(tx, actor, "privacy.export", audit.Subject{Kind: "person", ID: actor.PersonID}, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return x, nil
}

// looks lists who looked at the person's clear text, newest first: at the owners of a unit while the person was one of
// them, and at what the person applied for or asked.
func looks(tx *store.Tx, x *Export) ([]audit.Entry, error) {
	owned := map[int64][]Ownership{}
	ids := []int64{0}
	for _, h := range x.Homes {
		if h.Role == RoleOwner && h.OwnerID != 0 {
			ids = append(ids, h.OwnerID)
		}
	}
	var held []Ownership
	err := tx.Where("owner_set_id IN (?)", tx.Model(&Owner{}).Select("owner_set_id").Where("id IN ?", ids)).Limit(maxExport).Find(&held).Error
	if err != nil {
		return nil, err
	}
	subjects := map[string][]int64{"unit": {0}, "application": {0}, "privacy_request": {0}}
	for _, o := range held {
		owned[o.UnitID] = append(owned[o.UnitID], o)
		subjects["unit"] = append(subjects["unit"], o.UnitID)
	}
	for _, a := range x.Applications {
		subjects["application"] = append(subjects["application"], a.ID)
	}
	for _, r := range x.Requests {
		subjects["privacy_request"] = append(subjects["privacy_request"], r.ID)
	}
	var all []audit.Entry
	for kind, ids := range subjects {
		var rows []audit.Entry
		err := tx.Where("subject_kind = ? AND subject_id IN ? AND verb = 'person.reveal'", kind, ids).Order("id DESC").Limit(maxExport).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	all = slices.DeleteFunc(all, func(e audit.Entry) bool {
		return e.SubjectKind == "unit" && !slices.ContainsFunc(owned[e.SubjectID], func(o Ownership) bool {
			return !e.At.Before(o.Since) && (o.Until == nil || e.At.Before(*o.Until))
		})
	})
	slices.SortFunc(all, func(a, b audit.Entry) int { return int(b.ID - a.ID) })
	return all[:min(len(all), maxExport)], nil
}
