package org

import (
	"context"
	"fmt"
	"io"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org/roster"
	"github.com/linli-city/linli/models/store"
)

// applyBatch is how many new units go into the database at once.
const applyBatch = 500

// ApplyRoster puts a checked roster into the register, all of it or nothing. Units that the roster does not list stay
// unless removeMissing says otherwise. Applying twice is refused; a register that has changed since the check, too.
// Faults: ErrForbidden, ErrImportNotFound, ErrImportApplied, ErrImportStale.
func (s *Service) ApplyRoster(ctx context.Context, actor Actor, id int64, removeMissing bool) (*RosterReport, error) {
	if err := actor.Must(ImportRoster); err != nil {
		return nil, err
	}
	var imp *RosterImport
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		imp, err = importFor(tx, actor, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if imp.State != "checked" {
		return nil, ErrImportApplied
	}
	src, size, name, done, err := s.files.OpenForImport(ctx, actor, imp.FileID)
	if err != nil {
		return nil, err
	}
	defer done()
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		return s.applyRoster(tx, actor, imp, removeMissing, func(yield func(roster.Row) error) error {
			return readAll(ctx, src, size, name, yield)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("apply roster: %w", err)
	}
	return s.FindRosterImport(ctx, actor, id)
}

func readAll(ctx context.Context, src io.ReaderAt, size int64, name string, yield func(roster.Row) error) error {
	_, faults, err := roster.Read(ctx, src, size, name, yield)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return errUnfit
	}
	return nil
}

func (s *Service) applyRoster(tx *store.Tx, actor Actor, imp *RosterImport, removeMissing bool, read func(func(roster.Row) error) error) error {
	res := tx.Model(&RosterImport{}).Where("id = ? AND state = 'checked'", imp.ID).
		Updates(map[string]any{"state": "applied", "applied_by": actor.PersonID, "applied_at": tx.Now})
	if err := store.MustAffect(res, ErrImportApplied); err != nil {
		return err
	}
	res = tx.Model(&Register{}).Where("estate_id = ? AND version = ?", imp.EstateID, imp.RegisterVersion).Update("version", imp.RegisterVersion+1)
	if err := store.MustAffect(res, ErrImportStale); err != nil {
		return err
	}
	have, err := s.snapshot(tx, imp.EstateID)
	if err != nil {
		return err
	}
	a := &application{s: s, tx: tx, actor: actor, estate: imp.EstateID, source: fmt.Sprintf("名册导入%d", imp.ID), have: have, buildings: map[string]int64{}, speakers: map[int64]int64{}}
	if err := a.load(); err != nil {
		return err
	}
	if err := read(a.row); err != nil {
		return err
	}
	if err := a.flush(); err != nil {
		return err
	}
	if removeMissing {
		if err := a.removeMissing(); err != nil {
			return err
		}
	}
	return audit.Append(tx, actor, "register.import", audit.Subject{Kind: "roster_import", ID: imp.ID, Estate: imp.EstateID},
		map[string]any{"new": a.inserted, "changed": a.changed, "removed": a.removed})
}

// application carries the state of one ApplyRoster through its rows.
type application struct {
	s         *Service
	tx        *store.Tx
	actor     Actor
	estate    int64
	source    string
	have      snapshot
	buildings map[string]int64
	sets      map[string]int64 // by fingerprint
	developer int64
	speakers  map[int64]int64 // representative by new set
	pending   []entry
	inserted  int
	changed   int
	removed   int
}

func (a *application) load() error {
	var buildings []Building
	if err := a.tx.Where("estate_id = ?", a.estate).Find(&buildings).Error; err != nil {
		return err
	}
	for _, b := range buildings {
		a.buildings[b.Name] = b.ID
	}
	var sets []OwnerSet
	a.sets = map[string]int64{}
	err := a.tx.Select("id", "kind", "fingerprint").Where("estate_id = ?", a.estate).
		FindInBatches(&sets, 5000, func(*gorm.DB, int) error {
			for _, x := range sets {
				if x.Fingerprint != "" {
					a.sets[x.Fingerprint] = x.ID
				}
				if x.Kind == "developer" {
					a.developer = x.ID
				}
			}
			return nil
		}).Error
	return err
}

func (a *application) row(r roster.Row) error {
	e, err := newEntry(r)
	if err != nil {
		return err
	}
	if k, ok := a.have[e.key()]; ok {
		k.seen = true
		return a.update(e, k)
	}
	if a.pending = append(a.pending, e); len(a.pending) < applyBatch {
		return nil
	}
	return a.flush()
}

// flush inserts the waiting new units with their owner sets.
func (a *application) flush() error {
	if len(a.pending) == 0 {
		return nil
	}
	units := make([]Unit, len(a.pending))
	for i, e := range a.pending {
		building, err := a.building(e.Building)
		if err != nil {
			return err
		}
		units[i] = Unit{EstateID: a.estate, BuildingID: building, Entrance: e.Entrance, Number: e.Number, AreaMilli: e.Area, AreaSource: AreaSource(e.AreaSource),
			UseKind: e.Use, Sold: e.Sold, Delivered: e.Delivered, CreatedAt: a.tx.Now, UpdatedAt: a.tx.Now}
	}
	if err := a.tx.Create(&units).Error; err != nil {
		return store.Duplicate(err, ErrImportStale)
	}
	sets, err := a.setsFor(a.pending)
	if err != nil {
		return err
	}
	held := make([]Ownership, len(units))
	for i := range units {
		held[i] = Ownership{EstateID: a.estate, UnitID: units[i].ID, OwnerSetID: sets[i], Since: a.tx.Now, CurrentUnit: &units[i].ID,
			Cause: "roster", Shares: a.pending[i].shares, Source: a.source}
	}
	a.inserted += len(units)
	a.pending = a.pending[:0]
	return a.tx.Create(&held).Error
}

func (a *application) building(name string) (int64, error) {
	if id, ok := a.buildings[name]; ok {
		return id, nil
	}
	b := Building{EstateID: a.estate, Name: name, CreatedAt: a.tx.Now}
	if err := a.tx.Create(&b).Error; err != nil {
		return 0, store.Duplicate(err, ErrImportStale)
	}
	a.buildings[name] = b.ID
	return b.ID, nil
}

// find returns the set of these people by their papers, under whichever key it was indexed.
func (a *application) find(papers string) (int64, bool) {
	if papers == "" {
		return 0, false
	}
	for _, print := range a.s.vault.Indexes("owner_set", papers) {
		if id, ok := a.sets[print]; ok {
			return id, true
		}
	}
	return 0, false
}

// setsFor gives the owner set of each entry, making those that are missing in two inserts.
func (a *application) setsFor(entries []entry) ([]int64, error) {
	ids := make([]int64, len(entries))
	var fresh []OwnerSet
	var people []entry
	where := map[int]int{}       // entry → fresh
	byPapers := map[string]int{} // papers → fresh
	for i, e := range entries {
		if len(e.people) == 0 {
			id, err := a.developerSet()
			if err != nil {
				return nil, err
			}
			ids[i] = id
			continue
		}
		papers := canonicalPapers(e.people)
		if id, ok := a.find(papers); ok {
			ids[i] = id
			continue
		}
		if n, ok := byPapers[papers]; ok && papers != "" {
			where[i] = n
			continue
		}
		where[i], byPapers[papers] = len(fresh), len(fresh)
		set := a.s.newSet(a.estate, e.people, papers)
		set.CreatedAt = a.tx.Now
		fresh, people = append(fresh, set), append(people, e)
	}
	if len(fresh) > 0 {
		if err := a.insertSets(fresh, people); err != nil {
			return nil, err
		}
	}
	for i, n := range where {
		ids[i] = fresh[n].ID
	}
	return ids, nil
}

func (a *application) insertSets(fresh []OwnerSet, of []entry) error {
	if err := a.tx.Create(&fresh).Error; err != nil {
		return err
	}
	var owners []Owner
	for n := range fresh {
		if fresh[n].Fingerprint != "" {
			a.sets[fresh[n].Fingerprint] = fresh[n].ID
		}
		owners = append(owners, a.s.sealOwners(&fresh[n], of[n].people, a.tx)...)
	}
	if err := a.tx.CreateInBatches(&owners, applyBatch).Error; err != nil {
		return err
	}
	first := 0
	for n, e := range of {
		if e.representative >= 0 {
			a.speakers[fresh[n].ID] = owners[first+e.representative].ID
		}
		first += len(e.people)
	}
	return a.nameSpeakers()
}

// nameSpeakers records the representatives of new sets in one statement.
func (a *application) nameSpeakers() error {
	if len(a.speakers) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("UPDATE owner_sets SET representative_id = CASE id")
	ids := make([]int64, 0, len(a.speakers))
	for set, owner := range a.speakers {
		fmt.Fprintf(&b, " WHEN %d THEN %d", set, owner)
		ids = append(ids, set)
	}
	b.WriteString(" END WHERE id IN ?")
	clear(a.speakers)
	return a.tx.Exec(b.String(), ids).Error
}

// developerSet is the one owner set of everything unsold (SPC interpretation art. 9).
func (a *application) developerSet() (int64, error) {
	if a.developer != 0 {
		return a.developer, nil
	}
	set := OwnerSet{EstateID: a.estate, Kind: "developer", CreatedAt: a.tx.Now}
	if err := a.tx.Create(&set).Error; err != nil {
		return 0, err
	}
	a.developer = set.ID
	return set.ID, nil
}

// removeMissing retires the units that the roster does not list and ends what people may do there.
func (a *application) removeMissing() error {
	for _, k := range a.have {
		if k.seen || k.removed {
			continue
		}
		a.removed++
		if err := a.tx.Model(&Unit{}).Where("id = ?", k.id).Updates(map[string]any{"removed_at": a.tx.Now, "updated_at": a.tx.Now}).Error; err != nil {
			return err
		}
		if err := a.tx.Model(&Ownership{}).Where("current_unit = ?", k.id).Updates(map[string]any{"ends_at": a.tx.Now, "current_unit": nil}).Error; err != nil {
			return err
		}
		if _, err := endResidences(a.tx, a.actor, "roster", "unit_id = ?", k.id); err != nil {
			return err
		}
	}
	return nil
}
