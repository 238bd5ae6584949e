package campaign

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MostPrinted is how many seats one sheet holds.
const MostPrinted = 500

// Paper is a letter, or a line of a visit list.
type Paper struct {
	Reach
	Door     string
	Building string
	Opens    bool // the first of its building
	Owners   []Named
	Token    string // of the letter's slip
}

// Sheet is what goes to the printer.
type Sheet struct {
	View
	Papers []Paper
	Next   int64 // where the next sheet begins; 0 for none
	Lines  []Line
}

// Letters gives the next letters in the order of building and door, each with the token of its slip. With fresh, only those that
// were not printed before. Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours.
func (s *Service) Letters(ctx context.Context, actor org.Actor, id int64, p Pick, fresh bool, after int64, limit int) (*Sheet, error) {
	return s.sheet(ctx, actor, id, p, fresh, after, limit, true)
}

// VisitList gives the next doors at which somebody has to call, as they are walked.
// Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours.
func (s *Service) VisitList(ctx context.Context, actor org.Actor, id int64, after int64, limit int) (*Sheet, error) {
	return s.sheet(ctx, actor, id, VisitSeats, false, after, limit, false)
}

func (s *Service) sheet(ctx context.Context, actor org.Actor, id int64, p Pick, fresh bool, after int64, limit int, letters bool) (*Sheet, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	limit = min(limit, MostPrinted)
	var sheet *Sheet
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.RunCampaigns, id)
		if err != nil {
			return err
		}
		who, err := c.roles(tx, actor)
		if err != nil {
			return err
		}
		if _, err := find(c.State, Print, who); err != nil {
			return err
		}
		sheet = &Sheet{View: View{Campaign: *c}}
		if err := name(tx, &sheet.View); err != nil {
			return err
		}
		rows, err := c.toPrint(tx, p, fresh, after, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows, sheet.Next = rows[:limit], rows[limit-1].ID
		}
		sheet.Papers, err = s.papers(tx, c, rows, letters)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("print campaign: %w", err)
	}
	if s.o.Lines != nil {
		sheet.Lines, _ = s.o.Lines(ctx, sheet.EstateID) // an addition: the letter stands without the register
	}
	return sheet, nil
}

func (c *Campaign) toPrint(tx *store.Tx, p Pick, fresh bool, after int64, limit int) ([]Reach, error) {
	var rows []Reach
	for {
		next, err := c.page(tx, p, after, limit)
		if err != nil {
			return nil, err
		}
		for _, r := range next {
			if r.UnitID != 0 && (!fresh || r.PrintedAt == nil) && len(rows) < limit {
				rows = append(rows, r)
			}
			after = r.ID
		}
		if len(rows) == limit || len(next) < limit {
			return rows, nil
		}
	}
}

func (s *Service) papers(tx *store.Tx, c *Campaign, rows []Reach, letters bool) ([]Paper, error) {
	units, sets := []int64{0}, []int64{0}
	for _, r := range rows {
		units, sets = append(units, r.UnitID), append(sets, r.OwnerSetID)
	}
	doors, err := org.UnitNames(tx, units)
	if err != nil {
		return nil, err
	}
	var owners []org.Owner
	if !letters && c.Audience == Owners {
		if err := tx.Where("owner_set_id IN ?", sets).Order("owner_set_id, position").Find(&owners).Error; err != nil {
			return nil, err
		}
	}
	in, err := buildings(tx, units)
	if err != nil {
		return nil, err
	}
	papers := make([]Paper, len(rows))
	for i, r := range rows {
		papers[i] = Paper{Reach: r, Door: doors[r.UnitID], Building: in[r.UnitID]}
		papers[i].Opens = i == 0 || papers[i-1].Building != papers[i].Building
		if letters {
			if papers[i].Token, err = s.slip(tx, &papers[i].Reach); err != nil {
				return nil, err
			}
			continue
		}
		var mine []org.Owner
		for _, o := range owners {
			if o.OwnerSetID == r.OwnerSetID {
				mine = append(mine, o)
			}
		}
		if papers[i].Owners, err = s.mask(mine, nil); err != nil {
			return nil, err
		}
	}
	return papers, nil
}

// buildings gives the names of the buildings of units, as people say them.
func buildings(tx *store.Tx, units []int64) (map[int64]string, error) {
	var rows []struct {
		ID   int64
		Name string
	}
	err := tx.Table("units").Select("units.id, buildings.name").Joins("JOIN buildings ON buildings.id = units.building_id").Where("units.id IN ?", units).Scan(&rows).Error
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = org.PrintUnit(r.Name, "", "")
	}
	return names, err
}

// MarkPrinted records that the letters of some seats were printed; it gives how many that were seats of the campaign.
// Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours.
func (s *Service) MarkPrinted(ctx context.Context, actor org.Actor, id int64, reaches []int64) (int64, error) {
	var n int64
	_, err := s.move(ctx, actor, org.RunCampaigns, id, Print, func(tx *store.Tx, c *Campaign, _ Move) error {
		res := tx.Model(&Reach{}).Where("campaign_id = ? AND id IN ?", c.ID, reaches).Updates(map[string]any{"printed_at": tx.Now, "printed_by": actor.PersonID})
		if n = res.RowsAffected; res.Error != nil {
			return res.Error
		}
		if err := tx.Model(&Reach{}).Where("campaign_id = ? AND id IN ? AND state = ?", c.ID, reaches, Open).Update("state", Printed).Error; err != nil {
			return err
		}
		return c.note(tx, actor, "printed", map[string]any{"letters": n})
	})
	return n, err
}
