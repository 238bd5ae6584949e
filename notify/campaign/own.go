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
		var calls []Call
		if err := tx.Where("reach_id IN ?", ids).Order("id").Limit(mostOwn).Find(&calls).Error; err != nil {
			return err
		}
		for _, c := range calls {
			row := &rows[at[c.ReachID]]
			if row.Owners > 1 {
				c.Place, c.Note = "", "" // it may tell of a co-owner
			}
			row.Calls = append(row.Calls, c)
		}
		return nil
	})
	return rows, err
}
