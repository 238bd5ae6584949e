package modelstest

import (
	"context"
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Pack is the mandate list that tests route by.
func Pack(t testing.TB) *rulepack.Pack {
	t.Helper()
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Town is a township with a community, and below it an estate with its company, committee, one building and units. The
// policy's organisations are shared by all towns of a database.
type Town struct {
	t         testing.TB
	DB        *store.DB
	Vault     *vault.Vault
	Estate    org.Estate
	Building  org.Building
	Units     []org.Unit
	Township  org.Organisation
	Community org.Organisation
	Company   org.Organisation
	Committee org.Organisation
}

// NewTown makes a town with three units.
func NewTown(t testing.TB, db *store.DB, v *vault.Vault) *Town {
	t.Helper()
	w := &Town{t: t, DB: db, Vault: v}
	var list []org.PackOrganisation
	for _, o := range Pack(t).Organisations {
		list = append(list, org.PackOrganisation{Kind: org.Kind(o.Kind), Code: o.Code, Name: o.Name, Parent: o.Parent})
	}
	if _, err := org.New(db, v, nil, nil).InstallOrganisations(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	w.Township = w.organisation(org.Township, w.Code("housing-bureau").ID)
	w.Community = w.organisation(org.Community, w.Township.ID)
	w.Company = w.organisation(org.Company, w.Township.ID)
	w.Committee = w.organisation(org.Committee, w.Community.ID)
	w.tx(func(tx *store.Tx) error {
		w.Estate = org.Estate{Code: unique("estate"), Name: "测试小区", Form: org.Compound, TownshipID: w.Township.ID, CommunityID: w.Community.ID,
			CompanyID: w.Company.ID, CommitteeID: w.Committee.ID, CreatedAt: tx.Now}
		if err := tx.Create(&w.Estate).Error; err != nil {
			return err
		}
		if err := tx.Create(&org.Register{EstateID: w.Estate.ID}).Error; err != nil {
			return err
		}
		w.Building = org.Building{EstateID: w.Estate.ID, Name: "1", CreatedAt: tx.Now}
		if err := tx.Create(&w.Building).Error; err != nil {
			return err
		}
		for n := range 3 {
			w.Units = append(w.Units, org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "1", Number: fmt.Sprintf("%d01", n+1), AreaMilli: 88_500,
				AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now})
		}
		return tx.Create(&w.Units).Error
	})
	return w
}

var counter = make(chan int, 1)

func init() { counter <- 0 }

// unique makes a code that no other test of the process uses.
func unique(kind string) string {
	n := <-counter
	counter <- n + 1
	return fmt.Sprintf("%s-%d", kind, n)
}

func (w *Town) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *Town) organisation(kind org.Kind, parent int64) org.Organisation {
	var o org.Organisation
	w.tx(func(tx *store.Tx) error {
		code := unique(string(kind))
		o = org.Organisation{Kind: kind, Code: code, Name: "测试" + code, ParentID: parent, CreatedAt: tx.Now}
		return tx.Create(&o).Error
	})
	return o
}

// NextCompany is another company, which manages the estate from now on.
func (w *Town) NextCompany() org.Organisation {
	o := w.organisation(org.Company, w.Township.ID)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", o.ID).Error
	})
	return o
}

// Code finds one of the policy's organisations.
func (w *Town) Code(code string) org.Organisation {
	var o *org.Organisation
	w.tx(func(tx *store.Tx) (err error) {
		o, err = org.OrganisationByCode(tx, code)
		return err
	})
	return *o
}

// Person makes somebody who has signed in and agreed to the privacy notice.
func (w *Town) Person() org.Actor {
	var p org.Person
	w.tx(func(tx *store.Tx) error {
		p = org.Person{CreatedAt: tx.Now, NameSealed: w.Vault.Seal("测试人", "persons.name")}
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		return tx.Create(&org.Identity{PersonID: p.ID, Provider: org.MiniProgram, OpenID: unique("openid"), Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}).Error
	})
	return org.Actor{PersonID: p.ID, Surface: "miniapp", Consented: true, OpenID: fmt.Sprintf("openid-%d", p.ID)}
}

// Resident makes somebody with a home in a unit.
func (w *Town) Resident(unit int, role org.Role) org.Actor {
	a := w.Person()
	u := w.Units[unit]
	w.tx(func(tx *store.Tx) error {
		living := fmt.Sprintf("%d/%d/%s", u.ID, a.PersonID, role)
		r := org.Residence{EstateID: u.EstateID, UnitID: u.ID, PersonID: a.PersonID, Role: role, Basis: "roster", Since: tx.Now, Living: &living}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		a.Homes = []org.Home{{ResidenceID: r.ID, EstateID: u.EstateID, UnitID: u.ID, Role: role}}
		return nil
	})
	return a
}

// Officer makes somebody who holds a post in an organisation.
func (w *Town) Officer(o org.Organisation, kind org.PostKind) org.Actor {
	a := w.Person()
	a.Surface = "office"
	w.tx(func(tx *store.Tx) error {
		p := org.Post{OrganisationID: o.ID, Kind: kind, Title: "测试岗位", CreatedAt: tx.Now}
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		holding := fmt.Sprintf("%d/holder", p.ID)
		if err := tx.Create(&org.PostHolder{PostID: p.ID, PersonID: a.PersonID, Role: org.Holder, Since: tx.Now, Holding: &holding}).Error; err != nil {
			return err
		}
		a.Post = &org.Acting{PostID: p.ID, Kind: kind, Title: p.Title, OrganisationID: o.ID, OrgKind: o.Kind, OrgName: o.Name}
		return nil
	})
	return a
}
