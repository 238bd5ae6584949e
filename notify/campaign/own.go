package campaign

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostOwn bounds what somebody is told of the campaigns that went to them.
const mostOwn = 1000

// Served is a campaign that went to somebody, with what is kept of it at their seat.
type Served struct {
	Reach
	Title string
	Calls []Call `gorm:"-"`
}

// ListOwn lists the campaigns that went to a person, the newest 1000 seats, with the calls at their door. Fault: org.ErrForbidden.
func (s *Service) ListOwn(ctx context.Context, actor org.Actor) ([]Served, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	var rows []Served
	err := s.db.View(ctx, func(tx *store.Tx) error {
		err := tx.Table("reaches").Select("reaches.*, c.title").Joins("JOIN reach_people p ON p.reach_id = reaches.id AND p.person_id = ?", actor.PersonID).
			Joins("JOIN campaigns c ON c.id = reaches.campaign_id").Where("c.state IN ?", out).Order("reaches.id DESC").Limit(mostOwn).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids, at := make([]int64, len(rows)), map[int64]int{}
		for i, r := range rows {
			ids[i], at[r.ID] = r.ID, i
		}
		shared, err := shares(tx, ids, actor.PersonID)
		if err != nil {
			return err
		}
		var calls []Call
		if err := tx.Where("reach_id IN ?", ids).Order("id").Limit(mostOwn).Find(&calls).Error; err != nil {
			return err
		}
		for _, c := range calls {
			row := &rows[at[c.ReachID]]
			if row.Owners > 1 || shared[c.ReachID] || c.VoidedAt != nil {
				c.Place, c.Note = "", "" // it may tell of a co-owner, of who lives there as well, or of a neighbour
			}
			row.Calls = append(row.Calls, c)
		}
		return nil
	})
	return rows, err
}

// shares tells which seats have other people than somebody and the owner of the roster that they are.
func shares(tx *store.Tx, reaches []int64, person int64) (map[int64]bool, error) {
	var people []Addressee
	if err := tx.Select("reach_id", "person_id", "owner_id").Where("reach_id IN ?", reaches).Find(&people).Error; err != nil {
		return nil, err
	}
	owner := map[int64]int64{}
	for _, p := range people {
		if p.PersonID == person {
			owner[p.ReachID] = p.OwnerID
		}
	}
	shared := map[int64]bool{}
	for _, p := range people {
		if p.PersonID != person && (p.PersonID > 0 || -p.PersonID != owner[p.ReachID]) {
			shared[p.ReachID] = true
		}
	}
	return shared, nil
}
