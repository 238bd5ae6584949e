package campaign

import (
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// seat is who is told together, with all that says how they can be reached.
type seat struct {
	key    int64 // Reach.Seat
	set    org.OwnerSet
	door   door
	units  int
	homely bool // its door has a letter-box: a home, a shop, not a parking space alone
	unsold bool
	owners []org.Owner
	people []Addressee
	ready  map[int64]ways // by Addressee.PersonID
	wish   Channel
}

// ways are the ways in which one of a seat's people can be reached.
//
// off says that they want no phone to ring for this kind of message; the inbox has it.
type ways struct{ account, stock, phone, off bool }

// door is a unit in use.
type door struct {
	ID         int64
	BuildingID int64
	Building   string
	Entrance   string
	Number     string
	UseKind    string
	Sold       bool
	OwnerSetID int64
}

// cars are the uses of a unit that has no letter-box.
var cars = []string{"parking", "storage"}

// walk is how far the units of a scope have been read.
type walk struct {
	c     *Campaign
	scope Scope
}

func (c *Campaign) walk() (*walk, error) {
	scope, err := c.scope()
	return &walk{c, scope}, err
}

// units selects the scope's units in use with whom they belong to.
func (w *walk) units(tx *store.Tx) *gorm.DB {
	q := tx.Table("units").Joins("LEFT JOIN ownerships o ON o.current_unit = units.id").Where("units.estate_id = ? AND units.removed_at IS NULL", w.c.EstateID)
	if w.scope.Whole() {
		return q
	}
	some := tx.Session(&gorm.Session{NewDB: true}).Where("1 = 0")
	if len(w.scope.Buildings) > 0 {
		some = some.Or("units.building_id IN ?", w.scope.Buildings)
	}
	if len(w.scope.Units) > 0 {
		some = some.Or("units.id IN ?", w.scope.Units)
	}
	if len(w.scope.Seats) > 0 {
		some = some.Or("o.owner_set_id IN ?", w.scope.Seats)
	}
	return q.Where(some)
}

// next reads the seats of the next units, each seat at its first unit, and how far it is; 0 at the end.
func (w *walk) next(tx *store.Tx, s *Service, after int64, limit int) (seats []*seat, next int64, err error) {
	var doors []door
	err = w.units(tx).Select("units.id, units.building_id, units.entrance, units.number, units.use_kind, units.sold, COALESCE(o.owner_set_id, 0) AS owner_set_id").
		Where("units.id > ?", after).Order("units.id").Limit(limit).Scan(&doors).Error
	if err != nil {
		return nil, 0, err
	}
	if len(doors) == limit {
		next = doors[limit-1].ID
	}
	if w.c.Audience == Residents {
		for _, d := range doors {
			seats = append(seats, &seat{key: -d.ID, set: org.OwnerSet{ID: d.OwnerSetID}, door: d, units: 1, homely: !slices.Contains(cars, d.UseKind)})
		}
	} else if seats, err = w.gather(tx, doors); err != nil {
		return nil, 0, err
	}
	if after == 0 && len(w.scope.Seats) > 0 {
		lost, err := w.lost(tx)
		if err != nil {
			return nil, 0, err
		}
		seats = append(lost, seats...)
	}
	return seats, next, s.meet(tx, w.c, seats)
}

// gather makes seats of the units that are the first of their owners'.
func (w *walk) gather(tx *store.Tx, doors []door) ([]*seat, error) {
	sets := []int64{0}
	unowned := false
	for _, d := range doors {
		if d.OwnerSetID != 0 {
			sets = append(sets, d.OwnerSetID)
		}
		unowned = unowned || d.OwnerSetID == 0 && !d.Sold
	}
	type held struct {
		OwnerSetID, First, Home int64
		N                       int
	}
	const picks = "MIN(units.id) AS first, COUNT(*) AS n, COALESCE(MIN(CASE WHEN units.use_kind IN ('parking', 'storage') THEN NULL ELSE units.id END), 0) AS home"
	var list []held
	if err := w.units(tx).Select("o.owner_set_id, "+picks).Where("o.owner_set_id IN ?", sets).Group("o.owner_set_id").Scan(&list).Error; err != nil {
		return nil, err
	}
	by := map[int64]held{}
	for _, h := range list {
		by[h.OwnerSetID] = h
	}
	if unowned { // all that the developer has not sold is one head
		var h held
		if err := w.units(tx).Select(picks).Where("o.owner_set_id IS NULL AND units.sold = ?", false).Scan(&h).Error; err != nil {
			return nil, err
		}
		by[0] = h
	}
	var seats []*seat
	var homes []int64
	for _, d := range doors {
		if d.OwnerSetID == 0 && d.Sold {
			seats = append(seats, &seat{key: -d.ID, door: d, units: 1, homely: !slices.Contains(cars, d.UseKind)})
			continue
		}
		h := by[d.OwnerSetID]
		if h.First != d.ID {
			continue
		}
		x := &seat{key: d.OwnerSetID, set: org.OwnerSet{ID: d.OwnerSetID}, door: d, units: h.N, homely: h.Home != 0, unsold: d.OwnerSetID == 0}
		if h.Home != 0 && h.Home != d.ID {
			homes = append(homes, h.Home)
			x.door = door{ID: h.Home}
		}
		seats = append(seats, x)
	}
	return seats, fetch(tx, seats, homes)
}

// fetch reads the doors of seats whose letter-box is at another unit than their first.
func fetch(tx *store.Tx, seats []*seat, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	var doors []door
	if err := tx.Table("units").Select("id, building_id, entrance, number, use_kind, sold").Where("id IN ?", ids).Scan(&doors).Error; err != nil {
		return err
	}
	for _, x := range seats {
		if i := slices.IndexFunc(doors, func(d door) bool { return d.ID == x.door.ID }); i >= 0 {
			x.door = doors[i]
		}
	}
	return nil
}

// lost are the owner sets of the scope that have no unit in use any more.
func (w *walk) lost(tx *store.Tx) ([]*seat, error) {
	var ids []int64
	err := tx.Model(&org.OwnerSet{}).Where("estate_id = ? AND id IN ?", w.c.EstateID, w.scope.Seats).
		Where("NOT EXISTS (SELECT 1 FROM ownerships o JOIN units u ON u.id = o.current_unit AND u.removed_at IS NULL WHERE o.owner_set_id = owner_sets.id)").Order("id").Pluck("id", &ids).Error
	seats := make([]*seat, len(ids))
	for i, id := range ids {
		seats[i] = &seat{key: id, set: org.OwnerSet{ID: id}}
	}
	return seats, err
}

// meet finds out who the people of some seats are and how each can be reached.
func (s *Service) meet(tx *store.Tx, c *Campaign, seats []*seat) error {
	sets, units, buildings := []int64{0}, []int64{0}, []int64{0}
	bySet, byUnit := map[int64][]*seat{}, map[int64]*seat{}
	for _, x := range seats {
		x.ready = map[int64]ways{}
		units, buildings, byUnit[x.door.ID] = append(units, x.door.ID), append(buildings, x.door.BuildingID), x
		if x.set.ID != 0 {
			sets = append(sets, x.set.ID)
			bySet[x.set.ID] = append(bySet[x.set.ID], x)
		}
	}
	var named []org.Building
	if err := tx.Select("id", "name").Where("id IN ?", buildings).Find(&named).Error; err != nil {
		return err
	}
	for _, x := range seats {
		if i := slices.IndexFunc(named, func(b org.Building) bool { return b.ID == x.door.BuildingID }); i >= 0 {
			x.door.Building = named[i].Name
		}
	}
	if err := known(tx, sets, bySet); err != nil {
		return err
	}
	if c.Audience == Residents {
		if err := living(tx, units, byUnit); err != nil {
			return err
		}
	} else if err := owning(tx, sets, bySet, s.o.SMS && c.may("sms")); err != nil {
		return err
	}
	return s.equip(tx, c, seats)
}

// known reads the owner sets with their owners and wishes.
func known(tx *store.Tx, sets []int64, bySet map[int64][]*seat) error {
	var rows []org.OwnerSet
	if err := tx.Where("id IN ?", sets).Find(&rows).Error; err != nil {
		return err
	}
	for _, set := range rows {
		for _, x := range bySet[set.ID] {
			x.set, x.unsold = set, x.unsold || set.Kind == "developer" // a letter to an empty flat reaches nobody
		}
	}
	var owners []org.Owner
	if err := tx.Where("owner_set_id IN ?", sets).Order("owner_set_id, position").Find(&owners).Error; err != nil {
		return err
	}
	for _, o := range owners {
		for _, x := range bySet[o.OwnerSetID] {
			x.owners = append(x.owners, o)
		}
	}
	var wishes []Wish
	if err := tx.Where("owner_set_id IN ?", sets).Find(&wishes).Error; err != nil {
		return err
	}
	for _, w := range wishes {
		for _, x := range bySet[w.OwnerSetID] {
			x.wish = w.Way
		}
	}
	return nil
}

// living finds everybody with a right in the units.
func living(tx *store.Tx, units []int64, byUnit map[int64]*seat) error {
	var rows []org.Residence
	today := org.DayOf(tx.Now)
	err := tx.Select("unit_id", "person_id", "owner_id").Where("unit_id IN ? AND living IS NOT NULL AND (lease_ends IS NULL OR lease_ends >= ?)", units, today).Order("unit_id, person_id").Find(&rows).Error
	for _, r := range rows {
		byUnit[r.UnitID].add(r.PersonID, r.OwnerID)
	}
	return err
}

// owning finds the owners of sets: those the roster names, with their accounts, and those an office has recognised in a unit
// of theirs. Who has no account is told by phone alone, unless an officer still has to say whose phone it is.
func owning(tx *store.Tx, sets []int64, bySet map[int64][]*seat, phone bool) error {
	var rows []struct{ OwnerSetID, PersonID, OwnerID int64 }
	err := tx.Table("ownerships").Select("DISTINCT ownerships.owner_set_id, r.person_id, r.owner_id").Joins("JOIN residences r ON r.unit_id = ownerships.current_unit AND r.living IS NOT NULL AND r.role = ?", org.RoleOwner).
		Where("ownerships.owner_set_id IN ? AND ownerships.current_unit IS NOT NULL", sets).Order("r.person_id").Scan(&rows).Error
	if err != nil {
		return err
	}
	for id, list := range bySet {
		for _, x := range list {
			for _, o := range x.owners {
				switch {
				case o.PersonID != 0:
					x.add(o.PersonID, o.ID)
				case phone && o.PhoneIndex != "" && sure(x.set):
					x.add(-o.ID, o.ID)
				}
			}
			for _, r := range rows {
				if r.OwnerSetID == id {
					x.add(r.PersonID, r.OwnerID)
				}
			}
		}
	}
	return nil
}

// sure reports whether it is clear whose phone the roster has.
func sure(set org.OwnerSet) bool {
	return set.PhoneReview != org.PhoneShared && set.PhoneReview != org.PhoneChanged
}

func (x *seat) add(person, owner int64) {
	if x == nil || slices.ContainsFunc(x.people, func(a Addressee) bool { return a.PersonID == person }) {
		return
	}
	x.people = append(x.people, Addressee{PersonID: person, OwnerID: owner})
}

// equip finds the accounts, the consents and the phones.
func (s *Service) equip(tx *store.Tx, c *Campaign, seats []*seat) error {
	persons := []int64{0}
	for _, x := range seats {
		for _, p := range x.people {
			if p.PersonID > 0 {
				persons = append(persons, p.PersonID)
			}
		}
	}
	slices.Sort(persons)
	persons = slices.Compact(persons)
	accounts, err := org.OpenIDs(tx, org.MiniProgram, persons)
	if err != nil {
		return err
	}
	var stock map[int64]bool
	if s.o.Stock != nil {
		if stock, err = s.o.Stock(tx, plan.CampaignTemplate(c.topic(FirstRun)), event.PriorityOf(event.CampaignSent{Topic: c.topic(FirstRun)}), persons); err != nil {
			return err
		}
	}
	phones, err := phoned(tx, c, persons)
	if err != nil {
		return err
	}
	off, err := switchedOff(tx, c, persons)
	if err != nil {
		return err
	}
	for _, x := range seats {
		for _, p := range x.people {
			_, account := accounts[p.PersonID]
			rings := !off[p.PersonID]
			x.ready[p.PersonID] = ways{account: account, stock: rings && account && (s.o.Stock == nil || stock[p.PersonID]), phone: rings && s.o.SMS && (p.PersonID < 0 || phones[p.PersonID]), off: !rings}
		}
	}
	return nil
}

// switchedOff tells who wants no phone to ring for what the campaign is, as far as that is theirs to choose.
func switchedOff(tx *store.Tx, c *Campaign, persons []int64) (map[int64]bool, error) {
	said, err := plan.For(&event.CampaignSent{Topic: c.topic(FirstRun)})
	if err != nil || len(said) == 0 {
		return nil, err
	}
	fixed := slices.ContainsFunc(plan.Default().Kinds(), func(k plan.Kind) bool { return k.Code == said[0].Kind && k.IsFixed() })
	off := map[int64]bool{}
	if fixed {
		return off, nil
	}
	var ids []int64
	err = tx.Model(&notify.Preference{}).Where("person_id IN ? AND post_id = 0 AND kind = ? AND mode = ?", persons, said[0].Kind, notify.Off).Pluck("person_id", &ids).Error
	for _, id := range ids {
		off[id] = true
	}
	return off, err
}

// phoned tells which persons have a phone, of their account or in the estate's roster.
func phoned(tx *store.Tx, c *Campaign, persons []int64) (map[int64]bool, error) {
	has := map[int64]bool{}
	var ids []int64
	if err := tx.Model(&org.Person{}).Where("id IN ? AND phone_index <> ''", persons).Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	var more []int64
	if err := inRoster(tx, c.EstateID).Where("owners.person_id IN ?", slices.DeleteFunc(slices.Clone(persons), func(id int64) bool { return id == 0 })).Pluck("owners.person_id", &more).Error; err != nil {
		return nil, err
	}
	for _, id := range append(ids, more...) {
		has[id] = true
	}
	return has, nil
}

// inRoster are the owners of an estate's roster whose phone is known to be theirs.
func inRoster(tx *store.Tx, estate int64) *gorm.DB {
	return tx.Table("owners").Joins("JOIN owner_sets s ON s.id = owners.owner_set_id AND s.phone_review NOT IN ?", inDoubt).
		Where("owners.estate_id = ? AND owners.phone_index <> ''", estate)
}

var numerals = regexp.MustCompile(`[0-9]+`)

// doorKey orders doors as people walk: the second floor before the tenth.
func doorKey(d door) string {
	key := []rune(numerals.ReplaceAllStringFunc(d.Building+"/"+d.Entrance+"/"+d.Number, func(n string) string { return strings.Repeat("0", max(0, 8-len(n))) + n }))
	return string(key[:min(len(key), 160)])
}
