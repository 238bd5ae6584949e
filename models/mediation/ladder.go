package mediation

import (
	"errors"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// place is a level with the organisation that mediates there.
type place struct {
	level Level
	host  org.Organisation
}

// ladder lists who may mediate between some organisations and people about an estate, the lowest first: a level that the
// estate lacks, whose own body is concerned, that stands below such a body, or where nobody but the parties themselves is
// at a post, is left out. The city is never left out for want of people: there is nobody to pass it on to.
func ladder(tx *store.Tx, e *org.Estate, bodies []org.Organisation, people []int64) ([]place, error) {
	chain := []struct {
		level Level
		id    int64
		code  string
	}{{ByCommittee, e.CommitteeID, ""}, {ByCommunity, e.CommunityID, ""}, {ByTownship, e.TownshipID, ""}, {ByCity, 0, "housing-bureau"}, {ByCity, 0, "leading-group"}}
	var list, vacant []place
	for _, r := range chain {
		var o *org.Organisation
		var err error
		switch {
		case r.code != "":
			o, err = org.OrganisationByCode(tx, r.code)
		case r.id != 0:
			o, err = org.FindOrganisation(tx, r.id)
		default:
			continue
		}
		if errors.Is(err, org.ErrOrganisationNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.level == ByCity && len(list) > 0 && list[len(list)-1].level == ByCity {
			continue // the group steps in only where the bureau is concerned, or has nobody
		}
		if slices.ContainsFunc(bodies, func(p org.Organisation) bool { return complaint.Concerned(o, &p) }) {
			continue
		}
		staffed, err := isStaffed(tx, o.ID, people)
		switch {
		case err != nil:
			return nil, err
		case staffed:
			list = append(list, place{r.level, *o})
		case r.level == ByCity:
			vacant = append(vacant, place{r.level, *o})
		}
	}
	if len(vacant) > 0 && (len(list) == 0 || list[len(list)-1].level != ByCity) {
		list = append(list, vacant[0])
	}
	return list, nil
}

// isStaffed reports whether somebody other than the people in dispute may act for an organisation.
func isStaffed(tx *store.Tx, organisation int64, people []int64) (bool, error) {
	var n int64
	err := org.Staffed(tx).Where("posts.organisation_id = ? AND h.person_id NOT IN ?", organisation, append([]int64{0}, people...)).Count(&n).Error
	return n > 0, err
}

// about is the body that the complaint behind a mediation is about; it is concerned, whether or not it is a party.
func about(tx *store.Tx, caseID int64) (int64, error) {
	if caseID == 0 {
		return 0, nil
	}
	var ids []int64
	err := tx.Model(&complaint.Case{}).Where("id = ?", caseID).Pluck("about_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// rungs are the levels that may mediate between parties, about a case or none.
func rungs(tx *store.Tx, e *org.Estate, caseID int64, parties []Party) ([]place, error) {
	body, err := about(tx, caseID)
	if err != nil {
		return nil, err
	}
	ids, people := []int64{body}, []int64{}
	for _, p := range parties {
		ids = append(ids, p.OrganisationID)
		if p.PersonID != 0 {
			people = append(people, p.PersonID)
		}
	}
	byID, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	return ladder(tx, e, slices.Collect(maps.Values(byID)), people)
}
