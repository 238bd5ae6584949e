package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func (t *demoTown) roster(e *org.Estate) error {
	ref := "demo-roster-" + e.Code
	f, err := t.files.Upload(t.ctx, t.bureau, file.Upload{Purpose: file.Roster, ClientRef: ref, Name: "roster.csv", Body: bytes.NewReader(demoRoster(e.Code))})
	if err != nil {
		return err
	}
	r, err := t.org.CheckRoster(t.ctx, t.bureau, org.RosterCheck{EstateID: e.ID, FileID: f.ID, ClientRef: ref, InputHash: web.InputHash(e.ID, f.ID)})
	if err != nil {
		return err
	}
	if r.FaultCount > 0 {
		return fmt.Errorf("demo roster of %s: %v", e.Code, r.Faults)
	}
	_, err = t.org.ApplyRoster(t.ctx, t.bureau, r.ID, false)
	return err
}

// residents signs in an owner, a co-owner, a tenant and a family member of one home.
func (t *demoTown) residents(suffix string, e *org.Estate) error {
	phones := demoPhones(e.Code)
	owner, err := t.resident("owner"+suffix, "演示业主", phones[0], e)
	if err != nil {
		return err
	}
	if _, err := t.resident("co_owner"+suffix, "演示共有人", phones[1], e); err != nil {
		return err
	}
	if err := t.guest("family"+suffix, "演示家人", owner, org.RoleFamily, e); err != nil {
		return err
	}
	return t.guest("tenant"+suffix, "演示租客", owner, org.RoleTenant, e)
}

func (t *demoTown) resident(key, name, phone string, e *org.Estate) (org.Actor, error) {
	a, d, err := t.person(key, name)
	if err != nil {
		return a, err
	}
	if _, err := t.org.BindPhone(t.ctx, a, phone); err != nil {
		return a, err
	}
	if err := t.agree(key, a); err != nil {
		return a, err
	}
	if a, err = t.sessions.Resident(t.ctx, d.Token); err != nil {
		return a, err
	}
	if len(a.Homes) == 0 {
		return a, fmt.Errorf("%s was not recognised", key)
	}
	d.Estate, d.Unit = e.ID, a.Homes[0].UnitID
	return a, nil
}

func (t *demoTown) guest(key, name string, owner org.Actor, role org.Role, e *org.Estate) error {
	a, d, err := t.person(key, name)
	if err != nil {
		return err
	}
	if err := t.agree(key, a); err != nil {
		return err
	}
	d.Estate, d.Unit = e.ID, owner.Homes[0].UnitID
	if len(a.Homes) > 0 {
		return nil
	}
	ends := t.db.Now().AddDate(1, 0, 0).Truncate(24 * time.Hour)
	inv, err := t.org.InviteHousehold(t.ctx, owner, d.Unit, role, &ends)
	if err != nil {
		return err
	}
	_, err = t.org.Accept(t.ctx, a, inv.Token)
	return err
}

// withoutBodies adds an estate that has neither committee nor company, and a single building.
func (t *demoTown) withoutBodies() error {
	community, err := t.code("demo-community")
	if err != nil {
		return err
	}
	if _, err := t.estate(t.bureau, "demo-bare", "演示老街小区（没有业委会和物业）", org.Compound, community.ID); err != nil {
		return err
	}
	_, err = t.estate(t.bureau, "demo-single", "演示独栋住宅", org.SingleBuilding, community.ID)
	return err
}
