package org

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/org/roster"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// snapshotPage is how many units one query of a snapshot loads.
const snapshotPage = 2000

// known is what the register holds of one unit, small enough to keep hundreds of thousands in memory. People are kept
// as a hash and as masked names.
type known struct {
	id        int64
	setID     int64
	area      area.Milli
	source    AreaSource
	use       string
	sold      bool
	delivered bool
	removed   bool
	seen      bool
	people    [16]byte
	names     [16]byte
	papers    bool // every owner has an ID paper
	masked    string
	// representative is the name of the owner who speaks for the set; empty when nobody is named.
	representative string
}

// snapshot is an estate's register by where its units are.
type snapshot map[string]*known

func unitKey(building, entrance, number string) string {
	return building + "\x00" + entrance + "\x00" + number
}

// snapshot loads an estate's register page by page.
func (s *Service) snapshot(tx *store.Tx, estateID int64) (snapshot, error) {
	var buildings []Building
	if err := tx.Where("estate_id = ?", estateID).Find(&buildings).Error; err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(buildings))
	for _, b := range buildings {
		names[b.ID] = b.Name
	}
	all, after := snapshot{}, int64(0)
	for {
		var units []Unit
		if err := tx.Where("estate_id = ? AND id > ?", estateID, after).Order("id").Limit(snapshotPage).Find(&units).Error; err != nil {
			return nil, err
		}
		if len(units) == 0 {
			return all, nil
		}
		after = units[len(units)-1].ID
		ids := make([]int64, len(units))
		for i, u := range units {
			ids[i] = u.ID
		}
		held, sets, owners, err := currentOwners(tx, ids)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			k := &known{id: u.ID, setID: held[u.ID].OwnerSetID, area: u.AreaMilli, source: u.AreaSource, use: u.UseKind, sold: u.Sold, delivered: u.Delivered, removed: u.RemovedAt != nil}
			people, err := s.openOwners(owners[k.setID])
			if err != nil {
				return nil, fmt.Errorf("unit %d: %w", u.ID, err)
			}
			k.setPeople(people, held[u.ID].Shares)
			for i, o := range owners[k.setID] {
				if o.ID == sets[k.setID].RepresentativeID {
					k.representative = people[i].Name
				}
			}
			all[unitKey(names[u.BuildingID], u.Entrance, u.Number)] = k
		}
	}
}

func (s *Service) openOwners(rows []Owner) ([]OwnerInput, error) {
	list := make([]OwnerInput, len(rows))
	for i, o := range rows {
		r, err := s.reveal(o)
		if err != nil {
			return nil, err
		}
		list[i] = OwnerInput{Name: r.Name, Phone: r.Phone, Paper: r.Paper}
	}
	return list, nil
}

func (k *known) setPeople(people []OwnerInput, shares string) {
	k.people, k.names = hashPeople(people, shares), hashNames(people)
	k.papers, k.masked = canonicalPapers(people) != "", maskPeople(people)
}

func hashPeople(people []OwnerInput, shares string) (h [16]byte) {
	var b strings.Builder
	for _, p := range people {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x01", p.Name, p.Phone, p.Paper)
	}
	b.WriteString(shares)
	sum := sha256.Sum256([]byte(b.String()))
	copy(h[:], sum[:])
	return h
}

func hashNames(people []OwnerInput) (h [16]byte) {
	var b strings.Builder
	for _, p := range people {
		b.WriteString(p.Name + "\x00")
	}
	sum := sha256.Sum256([]byte(b.String()))
	copy(h[:], sum[:])
	return h
}

func maskPeople(people []OwnerInput) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = vault.MaskName(p.Name)
	}
	return strings.Join(names, "、")
}

// entry is a roster row in the register's terms.
type entry struct {
	roster.Row
	people []OwnerInput
	shares string
	// representative is where the owner who speaks for the others stands among people; -1 when the roster names nobody.
	representative int
}

func newEntry(r roster.Row) (entry, error) {
	e := entry{Row: r, people: make([]OwnerInput, len(r.Owners)), representative: -1}
	for i, o := range r.Owners {
		if o.Representative {
			e.representative = i
		}
		e.people[i] = OwnerInput{Name: o.Name, Phone: o.Phone, Paper: strings.ToUpper(o.IDNumber), ShareNum: o.ShareNum, ShareDen: o.ShareDen}
	}
	var err error
	e.shares, err = printShares(e.people)
	return e, err
}

func (e *entry) key() string { return unitKey(e.Building, e.Entrance, e.Number) }

// attributes lists what differs from the register apart from people.
func (e *entry) attributes(k *known) []string {
	var diffs []string
	add := func(differs bool, what, before, after string) {
		if differs {
			diffs = append(diffs, what+"："+before+" → "+after)
		}
	}
	add(e.Area != k.area, "面积", k.area.String(), e.Area.String())
	add(AreaSource(e.AreaSource) != k.source, "面积来源", string(k.source), e.AreaSource)
	add(e.Use != k.use, "用途", k.use, e.Use)
	add(e.Sold != k.sold, "已售", yesNo(k.sold), yesNo(e.Sold))
	add(e.Delivered != k.delivered, "交付", yesNo(k.delivered), yesNo(e.Delivered))
	add(k.removed, "状态", "已停用", "恢复")
	return diffs
}

// renames reports whether the roster names another representative than the register. A roster that names nobody leaves
// the one who is.
func (e *entry) renames(k *known) bool {
	return e.representative >= 0 && e.people[e.representative].Name != k.representative
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// peopleDiffer reports whether the owners differ; an unsold unit without owners is the developer's.
func (e *entry) peopleDiffer(k *known) bool {
	return hashPeople(e.people, e.shares) != k.people
}

// corrects reports whether the row only completes or corrects the same people: the same papers, or the same names
// where the register had none. Anything else is a change of hands.
func (e *entry) corrects(k *known, sameSet bool) bool {
	return sameSet || (!k.papers && len(e.people) > 0 && hashNames(e.people) == k.names)
}
