package complaint

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Similar is an open case that may be about the same thing.
type Similar struct {
	View
	Likeness int  // per cent
	Own      bool // one's own, public or not
}

// What is compared, and what is offered.
const (
	compared = 300
	offered  = 5
	alike    = 15
)

// ListSimilar offers, before somebody files, the open cases of the estate that look like the draft: public ones, and
// the person's own in their own words.
func (s *Service) ListSimilar(ctx context.Context, actor org.Actor, d Draft) ([]Similar, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	var list []Similar
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.FileComplaint, d.EstateID); err != nil {
			return err
		}
		open := tx.Model(&Case{}).Select("id").Where("estate_id = ? AND open = ? AND parent_id = 0", d.EstateID, true)
		var mine []Complainant
		err := tx.Where("person_id = ? AND state <> ? AND case_id IN (?)", actor.PersonID, Gone, open).Order("id DESC").Limit(compared).Find(&mine).Error
		if err != nil {
			return err
		}
		own, err := viewOwn(tx, mine)
		if err != nil {
			return err
		}
		ids := []int64{0}
		for _, m := range mine {
			ids = append(ids, m.CaseID)
		}
		others, err := publicLike(tx, d.EstateID, ids)
		if err != nil {
			return err
		}
		list = nearest(d, own, others)
		return nil
	})
	return list, err
}

// ListSimilarFor offers a helper at a counter or on the phone the public open cases that look like what somebody tells.
// Never one about the helper's own office.
func (s *Service) ListSimilarFor(ctx context.Context, actor org.Actor, d Draft) ([]Similar, error) {
	if err := actor.Must(org.FileForOthers); err != nil {
		return nil, err
	}
	var list []Similar
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.FileForOthers, d.EstateID); err != nil {
			return err
		}
		others, err := publicLike(tx, d.EstateID, []int64{0}, actor.NotAbout("cases.about_id"))
		list = nearest(d, nil, others)
		return err
	})
	return list, err
}

// ListSimilarOpen offers the same to somebody without an account, as anybody in the world may read it.
func (s *Service) ListSimilarOpen(ctx context.Context, d Draft) ([]Similar, error) {
	var list []Similar
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.OpenEstate(tx, d.EstateID); err != nil {
			return err
		}
		others, err := publicLike(tx, d.EstateID, []int64{0})
		for i := range others {
			others[i].forStranger()
		}
		list = nearest(d, nil, others)
		return err
	})
	return list, err
}

// publicLike loads the newest open cases that neighbours may read, as they read them.
func publicLike(tx *store.Tx, estate int64, not []int64, scopes ...func(*gorm.DB) *gorm.DB) ([]View, error) {
	var rows []Case
	err := tx.Scopes(scopes...).Scopes(shown).Where("estate_id = ? AND open = ? AND parent_id = 0 AND id NOT IN ?", estate, true, not).Order("id DESC").Limit(compared).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	views, err := viewCases(tx, rows)
	for i := range views {
		views[i].hideHome()
	}
	return views, err
}

// forStranger leaves of a neighbour's case what the open interface shows.
func (v *View) forStranger() {
	v.hideHome()
	v.Text, v.Place = forAnybody(v.Text), ""
}

// nearest are the cases most like a draft, one's own first. Likeness is the overlap of the texts' pairs of characters
// (Dice), raised by the same matter, the same building and the same common part. Only what the reader sees is compared:
// otherwise one could guess at what was taken out.
func nearest(d Draft, own, others []View) []Similar {
	var list []Similar
	want := pairs(d.Text)
	for i, v := range slices.Concat(own, others) {
		like := likeness(want, pairs(v.Text))
		for _, same := range []bool{d.Matter != "" && d.Matter == v.Matter, d.BuildingID != 0 && d.BuildingID == v.BuildingID, d.Part != "" && d.Part == v.Part} {
			if same {
				like += 10
			}
		}
		if like >= alike {
			list = append(list, Similar{View: v, Likeness: min(like, 100), Own: i < len(own)})
		}
	}
	slices.SortStableFunc(list, func(a, b Similar) int { return cmp.Compare(b.Likeness, a.Likeness) })
	return list[:min(len(list), offered)]
}

// likeness is twice what two texts share over what they have, in per cent.
func likeness(a, b map[string]bool) int {
	if len(a)+len(b) == 0 {
		return 0
	}
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return 200 * both / (len(a) + len(b))
}
