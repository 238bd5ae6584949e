package org_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func TestLooksAtClearTextAreRecordedAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	unit := w.homes(t, owner)[0].UnitID
	if _, err := w.s.RevealOwners(ctx, w.clerk, unit, ""); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a look without a reason: %v", err)
	}
	shown, err := w.s.RevealOwners(ctx, w.clerk, unit, "核对漏水情况")
	if err != nil || len(shown) != 1 || shown[0].Phone != phoneA {
		t.Fatalf("%v, %v", shown, err)
	}
	if _, err := w.s.RevealOwners(ctx, w.Officer(w.Company, org.Head), unit, "催缴物业费"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company reads clear text: %v", err)
	}
	x, err := w.s.Export(ctx, owner)
	if err != nil || len(x.Looks) != 1 || !strings.Contains(x.Looks[0].Detail, "核对漏水情况") {
		t.Errorf("the owner sees the looks: %+v, %v", x, err)
	}
}

func TestErasureKeepsTheHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	sold := org.Owner{EstateID: w.Estate.ID, OwnerSetID: 999, Position: 1, NameSealed: w.Vault.Seal("甲", "owners.name"), PhoneSealed: w.Vault.Seal(phoneA, "owners.phone"), PhoneIndex: w.Vault.Index("phone", phoneA), CreatedAt: w.DB.Now()}
	if err := w.DB.InTx(ctx, func(tx *store.Tx) error { return tx.Create(&sold).Error }); err != nil {
		t.Fatal(err)
	}
	r, err := w.s.RequestPrivacy(ctx, owner, "delete", "", "r1")
	if err != nil {
		t.Fatal(err)
	}
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	if err := w.s.DecidePrivacy(ctx, bureau, r.ID, true, "已删除"); err != nil {
		t.Fatal(err)
	}
	var p org.Person
	err = w.DB.View(ctx, func(tx *store.Tx) error { return tx.Where("id = ?", owner.PersonID).Take(&p).Error })
	if err != nil || p.PhoneSealed != "" || p.PhoneIndex != "" || p.NameSealed != "" || p.ErasedAt == nil {
		t.Errorf("%+v, %v", p, err)
	}
	if len(w.homes(t, owner)) != 0 {
		t.Error("an erased person still has a home")
	}
	var roster []org.Owner
	err = w.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Where("id = ? OR phone_index <> ''", sold.ID).Order("id").Find(&roster).Error
	})
	if err != nil || len(roster) != 2 || roster[0].ID == sold.ID || roster[1].PhoneSealed != "" || roster[1].PhoneIndex != "" || roster[1].NameSealed == "" {
		t.Errorf("the roster names who owns and who owned, and the phone of who owns alone: %+v, %v", roster, err)
	}
	if err := w.s.DecidePrivacy(ctx, bureau, r.ID, true, "再删一次"); !errors.Is(err, org.ErrDecided) {
		t.Errorf("decided twice: %v", err)
	}
	holder := w.Officer(w.Committee, org.Chair)
	r, err = w.s.RequestPrivacy(ctx, holder, "delete", "", "r1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecidePrivacy(ctx, bureau, r.ID, true, "已删除"); !errors.Is(err, org.ErrStillHolding) {
		t.Errorf("somebody in office was erased: %v", err)
	}
}

func TestNobodyAnswersTheirOwnRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	r, err := w.s.RequestPrivacy(ctx, bureau, "correct", "姓名有误", "r1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecidePrivacy(ctx, bureau, r.ID, true, "已更正"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("decided on oneself: %v", err)
	}
}

// TestWhoLookedIsShownToWhomItWas: an owner sees who looked while they were the owner, an applicant who opened the
// application, and nobody sees the looks at others.
func TestWhoLookedIsShownToWhomItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	unit := w.homes(t, owner)[0].UnitID
	if _, err := w.s.RevealOwners(ctx, w.clerk, unit, "核对漏水情况"); err != nil {
		t.Fatal(err)
	}
	family := w.invited(t, owner, unit)
	looks := func(a org.Actor) []audit.Entry {
		t.Helper()
		x, err := w.s.Export(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		return x.Looks
	}
	if got := looks(owner); len(got) != 1 {
		t.Errorf("the owner sees %d looks", len(got))
	}
	if got := looks(family); len(got) != 0 {
		t.Errorf("a family member sees the looks at the owners: %+v", got)
	}
	applicant, ends := w.Person(), org.DayOf(w.DB.Now().AddDate(1, 0, 0))
	app, err := w.s.Apply(ctx, applicant, org.NewApplication{UnitID: unit, Role: org.RoleTenant, Name: "测试租客", LeaseEnds: &ends, FileIDs: []int64{1}, ClientRef: "a", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.s.ListApplications(ctx, w.clerk, "", 0, 10)
	if err != nil || len(list) != 1 || strings.Contains(list[0].Name, "租客") {
		t.Errorf("a list shows a clear name: %+v, %v", list, err)
	}
	if got := looks(applicant); len(got) != 0 {
		t.Errorf("looks before anybody looked: %+v", got)
	}
	if v, err := w.s.FindApplication(ctx, w.clerk, app.ID); err != nil || v.Name != "测试租客" {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := w.s.FindApplication(ctx, applicant, app.ID); err != nil {
		t.Fatal(err)
	}
	if got := looks(applicant); len(got) != 1 || got[0].OrganisationID != w.Community.ID || got[0].SubjectKind != "application" {
		t.Errorf("the applicant sees %+v", got)
	}
	x, err := w.s.Export(ctx, applicant)
	if err != nil || len(x.Applications) != 1 || x.Applications[0].Name != "测试租客" {
		t.Errorf("%+v, %v", x, err)
	}
}

// TestALeftHomeStaysLeft: signing in again does not bring back what its owner left; applying does.
func TestALeftHomeStaysLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, "")+line("102", "90", "甲", paper(1), phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	homes := w.homes(t, owner)
	if len(homes) != 2 {
		t.Fatalf("%d homes", len(homes))
	}
	if err := w.s.Leave(ctx, owner, homes[0].ID); err != nil {
		t.Fatal(err)
	}
	if r, err := w.s.Recognise(ctx, owner); err != nil || r.Homes != 0 || len(w.homes(t, owner)) != 1 {
		t.Errorf("signing in again: %+v, %v, %d homes", r, err, len(w.homes(t, owner)))
	}
	app, err := w.s.Apply(ctx, owner, org.NewApplication{UnitID: homes[0].UnitID, Role: org.RoleOwner, Name: "甲", FileIDs: []int64{1}, ClientRef: "a", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.Decide(ctx, w.clerk, app.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	for _, h := range w.homes(t, owner) {
		if h.OwnerID == 0 {
			t.Errorf("%s is not tied to its owner", h.UnitName)
		}
	}
	if n := len(w.homes(t, owner)); n != 2 {
		t.Errorf("after applying: %d homes", n)
	}
}
