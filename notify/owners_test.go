package notify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// owns makes an owner set of a unit with one owner: of an account, or without one.
func (w *world) owns(u org.Unit, person int64, kind string) int64 {
	w.t.Helper()
	var o org.Owner
	w.change(func(tx *store.Tx) error {
		set := org.OwnerSet{EstateID: u.EstateID, Kind: kind, Fingerprint: fmt.Sprint("f", u.ID), CreatedAt: tx.Now}
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		o = org.Owner{EstateID: u.EstateID, OwnerSetID: set.ID, Position: 1, NameSealed: w.Vault.Seal("王", "owners.name"), PersonID: person, CreatedAt: tx.Now}
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
		return tx.Create(&org.Ownership{EstateID: u.EstateID, UnitID: u.ID, OwnerSetID: set.ID, Since: tx.Now, CurrentUnit: &u.ID, Cause: "roster"}).Error
	})
	return o.ID
}

// second gives the estate another building with n units.
func (w *world) second(n int) (org.Building, []org.Unit) {
	w.t.Helper()
	b := org.Building{EstateID: w.Estate.ID, Name: "2", CreatedAt: w.clock.Now()}
	units := make([]org.Unit, n)
	w.change(func(tx *store.Tx) error {
		if err := tx.Create(&b).Error; err != nil {
			return err
		}
		for i := range units {
			units[i] = org.Unit{EstateID: w.Estate.ID, BuildingID: b.ID, Entrance: "1", Number: fmt.Sprint(i), UseKind: "residential", Sold: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		}
		return tx.CreateInBatches(&units, 200).Error
	})
	return b, units
}

func (w *world) scopedNotice(n int64, s event.Scope) event.Event {
	e := w.notice(n).(event.NoticePublished)
	e.Scoped, e.Scope = !s.Whole(), s
	return e
}

// titles gives what stands in a resident's inbox.
func (w *world) titles(a org.Actor) (list []string) {
	w.t.Helper()
	rows, err := inbox.New(w.DB).List(w.t.Context(), a, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		list = append(list, r.Body)
	}
	return list
}

func (w *world) letters(a org.Actor) []notify.LetterView {
	w.t.Helper()
	rows, err := notify.ListLetters(w.t.Context(), w.DB, a, 0, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// TestOwnersOfAScope: whoever owns in the building is told, living there or not, and once; who lives there hears of it in other
// words, the next building hears nothing. Owners whom no phone reaches stand on the list of letters, a door once.
func TestOwnersOfAScope(t *testing.T) {
	w := newWorld(t)
	b, units := w.second(5)
	away, lives, tenant, next := w.Person(), w.Resident(0, org.RoleOwner), w.Resident(0, org.RoleTenant), w.Resident(1, org.RoleOwner)
	w.change(func(tx *store.Tx) error {
		for person, u := range map[int64]org.Unit{lives.PersonID: units[1], tenant.PersonID: units[1]} {
			if err := tx.Model(&org.Residence{}).Where("person_id = ?", person).Update("unit_id", u.ID).Error; err != nil {
				return err
			}
		}
		// He has gone from the app: no phone reaches him.
		return tx.Where("person_id = ?", lives.PersonID).Delete(&org.Identity{}).Error
	})
	w.owns(units[0], away.PersonID, "natural")
	w.owns(units[1], lives.PersonID, "natural")
	stranger := w.owns(units[2], 0, "natural")
	w.change(func(tx *store.Tx) error { // and his wife
		var o org.Owner
		if err := tx.Where("id = ?", stranger).Take(&o).Error; err != nil {
			return err
		}
		o.ID, o.Position = 0, 2
		return tx.Create(&o).Error
	})
	w.owns(units[3], 0, "developer")
	w.owns(w.Units[2], 0, "natural") // of the other building
	w.tell(w.scopedNotice(7, event.Scope{Buildings: []int64{b.ID}}))
	d := w.dispatcher()
	w.drain(d)
	for name, c := range map[string]struct {
		who  org.Actor
		says string
	}{"who owns and lives elsewhere": {away, "与您家房屋有关"}, "who owns and lives there": {lives, "与您家房屋有关"}, "a tenant": {tenant, "与您住的地方有关"}} {
		if got := w.titles(c.who); len(got) != 1 || !strings.Contains(got[0], c.says) {
			t.Errorf("%s is told %q", name, got)
		}
	}
	if got := w.titles(next); len(got) != 0 {
		t.Errorf("the next building is told %q", got)
	}
	office := w.Officer(w.Community, org.Clerk)
	list := w.letters(office)
	if len(list) != 2 || list[0].UnitID != units[1].ID || list[1].UnitID != units[2].ID || list[0].Building != "2幢" {
		t.Fatalf("letters %+v", list)
	}
	// Told again, nobody is twice on the list.
	w.tell(w.scopedNotice(8, event.Scope{Units: []int64{units[2].ID}}))
	w.drain(d)
	if got := w.letters(office); len(got) != 3 {
		t.Errorf("%d letters after the next notice", len(got))
	}
}

// TestLettersAreMarked: posted and handed over they leave the list, of nobody at home they stay; another area's office has no hand in
// it, and one stranger among them changes nothing.
func TestLettersAreMarked(t *testing.T) {
	w := newWorld(t)
	b, units := w.second(3)
	for _, u := range units {
		w.owns(u, 0, "natural")
	}
	w.tell(w.scopedNotice(7, event.Scope{Buildings: []int64{b.ID}}))
	w.drain(w.dispatcher())
	office := w.Officer(w.Community, org.Clerk)
	list := w.letters(office)
	if len(list) != 3 {
		t.Fatalf("%d letters", len(list))
	}
	mark := func(a org.Actor, r notify.LetterResult, ids ...int64) error {
		_, err := notify.MarkLetters(t.Context(), w.DB, a, ids, r)
		return err
	}
	foreign := w.Officer(org.Organisation{ID: w.Code("fire").ID, Kind: org.Community}, org.Clerk)
	if err := mark(foreign, notify.LetterPosted, list[0].ID); !errors.Is(err, notify.ErrLetters) {
		t.Errorf("another area's office: %v", err)
	}
	if err := mark(office, notify.LetterPosted, list[0].ID, 999_999); !errors.Is(err, notify.ErrLetters) || len(w.letters(office)) != 3 {
		t.Errorf("one that is not there: %v", err)
	}
	if err := mark(office, "lost", list[0].ID); err == nil {
		t.Error("an invented result is taken")
	}
	if err := errors.Join(mark(office, notify.LetterPosted, list[0].ID), mark(office, notify.LetterRefused, list[1].ID), mark(office, notify.LetterNotHome, list[2].ID)); err != nil {
		t.Fatal(err)
	}
	if left := w.letters(office); len(left) != 1 || left[0].ID != list[2].ID || left[0].Result != notify.LetterNotHome {
		t.Errorf("left %+v", left)
	}
	if rows, err := notify.ListLetters(t.Context(), w.DB, w.Resident(0, org.RoleOwner), 0, 0, 10); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a resident reads %v, %v", rows, err)
	}
}

// TestLettersAreOnesOwn: a company neither sees nor closes the letters of the committee's notice, nor the committee the company's;
// what was said of a letter stands, and the trail names each.
func TestLettersAreOnesOwn(t *testing.T) {
	w := newWorld(t)
	b, units := w.second(2)
	for _, u := range units {
		w.owns(u, 0, "natural")
	}
	e := w.scopedNotice(7, event.Scope{Buildings: []int64{b.ID}}).(event.NoticePublished)
	e.OrganisationID = w.Committee.ID
	w.tell(e)
	w.drain(w.dispatcher())
	chair, manager, clerk := w.Officer(w.Committee, org.Chair), w.Officer(w.Company, org.Head), w.Officer(w.Community, org.Clerk)
	list := w.letters(chair)
	if len(list) != 2 || len(w.letters(clerk)) != 2 {
		t.Fatalf("the committee has %d letters, the community %d", len(list), len(w.letters(clerk)))
	}
	if got := w.letters(manager); len(got) != 0 {
		t.Errorf("the company sees %+v", got)
	}
	ids := []int64{list[0].ID, list[1].ID}
	if _, err := notify.MarkLetters(t.Context(), w.DB, manager, ids, notify.LetterPosted); !errors.Is(err, notify.ErrLetters) {
		t.Errorf("the company marks them: %v", err)
	}
	if n, err := notify.MarkLetters(t.Context(), w.DB, chair, ids, notify.LetterRefused); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if _, err := notify.MarkLetters(t.Context(), w.DB, clerk, ids[:1], notify.LetterHanded); !errors.Is(err, notify.ErrLetterMarked) {
		t.Errorf("a refusal becomes a service: %v", err)
	}
	w.change(func(tx *store.Tx) error {
		var kept notify.Letter
		var entry audit.Entry
		if err := errors.Join(tx.Where("id = ?", ids[0]).Take(&kept).Error, tx.Where("verb = ?", "letter.refused").Take(&entry).Error); err != nil {
			return err
		}
		if kept.Result != notify.LetterRefused || kept.PersonID != chair.PersonID {
			t.Errorf("kept %+v", kept)
		}
		if !strings.Contains(fmt.Sprintf("%+v", entry), fmt.Sprintf("[%d,%d]", ids[0], ids[1])) {
			t.Errorf("the trail has %+v", entry)
		}
		return nil
	})
}

// TestManyOwners: an audience of several batches is told once each.
func TestManyOwners(t *testing.T) {
	w := newWorld(t)
	const n = 1100 // more than a batch, of each kind
	b, units := w.second(2 * n)
	w.change(func(tx *store.Tx) error {
		sets, owners, held := make([]org.OwnerSet, 2*n), make([]org.Owner, 2*n), make([]org.Ownership, 2*n)
		persons := make([]org.Person, n)
		for i := range persons {
			persons[i] = org.Person{CreatedAt: tx.Now}
		}
		for i := range sets {
			sets[i] = org.OwnerSet{EstateID: w.Estate.ID, Kind: "natural", Fingerprint: fmt.Sprint("many", i), CreatedAt: tx.Now}
		}
		if err := errors.Join(tx.CreateInBatches(&persons, 200).Error, tx.CreateInBatches(&sets, 200).Error); err != nil {
			return err
		}
		for i := range sets {
			owners[i] = org.Owner{EstateID: w.Estate.ID, OwnerSetID: sets[i].ID, Position: 1, NameSealed: "x", CreatedAt: tx.Now}
			if i < n {
				owners[i].PersonID = persons[i].ID
			}
			held[i] = org.Ownership{EstateID: w.Estate.ID, UnitID: units[i].ID, OwnerSetID: sets[i].ID, Since: tx.Now, CurrentUnit: &units[i].ID, Cause: "roster"}
		}
		return errors.Join(tx.CreateInBatches(&owners, 200).Error, tx.CreateInBatches(&held, 200).Error)
	})
	w.tell(w.scopedNotice(7, event.Scope{Buildings: []int64{b.ID}}))
	w.drain(w.dispatcher())
	var items, letters int64
	w.change(func(tx *store.Tx) error {
		return errors.Join(tx.Model(&inbox.Item{}).Count(&items).Error, tx.Model(&notify.Letter{}).Count(&letters).Error)
	})
	if items != n || letters != 2*n { // nobody has a phone
		t.Errorf("%d inboxes, %d letters", items, letters)
	}
}

// TestForeseeingOwners: beforehand an office sees how many owners a notice about a building would reach by which way, and why.
func TestForeseeingOwners(t *testing.T) {
	w := newWorld(t)
	b, units := w.second(3)
	account := w.Person()
	w.owns(units[0], account.PersonID, "natural")
	w.owns(units[1], 0, "natural")
	w.owns(units[2], 0, "natural")
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	list, err := w.dispatcher().Foresee(t.Context(), bureau, notify.Suppose{Kind: "disclosure.published", EstateID: w.Estate.ID, Where: event.Scope{Buildings: []int64{b.ID}}})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	f := list[0]
	if f.To != plan.Owners || f.People != 1 || f.Papers != 2 || f.Ways[plan.Mini] != 1 || f.Ways[plan.Letter] != 2 || !strings.Contains(f.Message.Why, "五(十四)5") {
		t.Errorf("%+v", f)
	}
	if r := list[1]; r.To != plan.Residents || r.People != 0 {
		t.Errorf("%+v", r)
	}
}

// TestNeighboursHear: a public case about the common parts of a building is news to its owners when it ends, in the aggregate.
func TestNeighboursHear(t *testing.T) {
	w := newWorld(t)
	owner, other := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleTenant)
	c := event.Case{CaseID: 5, Number: "T20260302-0417", EstateID: w.Estate.ID, EstateName: "测试小区", Matter: "电梯故障", LeadID: w.Community.ID, LeadName: "社区", BuildingID: w.Building.ID, At: w.clock.Now()}
	w.tell(event.CaseConfirmed{Case: c})
	c.CaseID, c.BuildingID = 6, 0
	w.tell(event.CaseConfirmed{Case: c})
	w.drain(w.dispatcher())
	if got := w.titles(owner); len(got) != 1 || strings.Contains(got[0], "0417") || !strings.Contains(got[0], "电梯故障") {
		t.Errorf("the owner is told %q", got)
	}
	if got := w.titles(other); len(got) != 0 {
		t.Errorf("a tenant is told %q", got)
	}
}
