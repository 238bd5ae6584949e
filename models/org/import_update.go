package org

import "strings"

// update brings one existing unit up to date.
func (a *application) update(e entry, k *known) error {
	attributes, people := e.attributes(k), e.peopleDiffer(k)
	if len(attributes) == 0 && !people && !e.renames(k) {
		return nil
	}
	a.changed++
	if len(attributes) > 0 {
		err := a.tx.Model(&Unit{}).Where("id = ?", k.id).Updates(map[string]any{"area_milli": e.Area, "area_source": e.AreaSource, "use_kind": e.Use,
			"sold": e.Sold, "delivered": e.Delivered, "removed_at": nil, "updated_at": a.tx.Now}).Error
		if err != nil {
			return err
		}
	}
	set := k.setID
	if people {
		var err error
		if set, err = a.updatePeople(e, k); err != nil {
			return err
		}
	}
	if e.representative < 0 {
		return nil
	}
	return a.s.nameRepresentative(a.tx, set, e.people[e.representative].Name)
}

// updatePeople corrects the unit's owners or gives it to others, and returns the set that holds it now.
func (a *application) updatePeople(e entry, k *known) (int64, error) {
	set, same := a.find(canonicalPapers(e.people))
	if e.corrects(k, same && set == k.setID) && (!same || set == k.setID) {
		return k.setID, a.correct(e, k)
	}
	sets, err := a.setsFor([]entry{e})
	if err != nil {
		return 0, err
	}
	return sets[0], a.s.changeHands(a.tx, a.actor, Ownership{EstateID: a.estate, UnitID: k.id, OwnerSetID: sets[0], Cause: "roster", Source: a.source, Shares: e.shares})
}

// correct keeps the owner set and writes the people's details anew, so that nobody loses rights over a typing error.
func (a *application) correct(e entry, k *known) error {
	var rows []Owner
	if err := a.tx.Where("owner_set_id = ?", k.setID).Order("position").Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		in := match(e.people, rows[i], i, a.s)
		if in == nil {
			continue
		}
		before := rows[i].PhoneIndex
		a.s.sealOwner(&rows[i], *in)
		if err := a.doubtAccount(rows[i], before); err != nil {
			return err
		}
		err := a.tx.Model(&Owner{}).Where("id = ?", rows[i].ID).Updates(map[string]any{"name_sealed": rows[i].NameSealed, "phone_sealed": rows[i].PhoneSealed,
			"phone_index": rows[i].PhoneIndex, "paper_sealed": rows[i].PaperSealed, "paper_index": rows[i].PaperIndex}).Error
		if err != nil {
			return err
		}
	}
	set := a.s.newSet(a.estate, e.people, canonicalPapers(e.people))
	if err := a.tx.Model(&OwnerSet{}).Where("id = ?", k.setID).Updates(map[string]any{"fingerprint": set.Fingerprint, "review": set.Review}).Error; err != nil {
		return err
	}
	if set.Fingerprint != "" {
		a.sets[set.Fingerprint] = k.setID
	}
	return a.tx.Model(&Ownership{}).Where("current_unit = ?", k.id).Update("shares", e.shares).Error
}

// doubtAccount has a person look where the roster now names another phone than that of the account which the former
// one opened: the owner may have a new number, or the former number was somebody else's.
func (a *application) doubtAccount(o Owner, before string) error {
	if o.PersonID == 0 || o.PhoneIndex == before || o.PhoneIndex == "" {
		return nil
	}
	same, err := a.s.hasPhone(a.tx, o.PersonID, o)
	if err != nil || same {
		return err
	}
	return a.tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ''", o.OwnerSetID).Update("phone_review", PhoneChanged).Error
}

// match finds the roster's version of an owner: by paper, else by place in the row.
func match(people []OwnerInput, o Owner, position int, s *Service) *OwnerInput {
	for i := range people {
		for _, print := range s.vault.Indexes("paper", strings.ToUpper(people[i].Paper)) {
			if print == o.PaperIndex && o.PaperIndex != "" {
				return &people[i]
			}
		}
	}
	if position < len(people) && o.PaperIndex == "" {
		return &people[position]
	}
	return nil
}
