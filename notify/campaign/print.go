package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

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
		if sheet.Papers, err = s.papers(tx, c, rows, letters); err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		verb := "visit_list"
		if letters {
			verb = "letters"
		}
		return c.note(tx, actor, verb, map[string]any{"seats": len(ids), "reaches": ids})
	})
	if err != nil {
		return nil, fmt.Errorf("print campaign: %w", err)
	}
	sheet.Lines = s.Lines(ctx, sheet.EstateID)
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

// Printed is how many letters were printed, and how many of them once more.
type Printed struct {
	Letters int64 `json:"letters"`
	Again   int64 `json:"again"`
}

// MarkPrinted records that the letters of some seats were printed, with which; those that were printed before count as printed
// again. Faults: org.ErrForbidden, ErrNotFound, ErrMove, ErrNotYours, ErrRefReused, fault.ErrInvalid.
func (s *Service) MarkPrinted(ctx context.Context, actor org.Actor, id int64, reaches []int64, once Once) (*Printed, error) {
	if err := once.valid(); err != nil {
		return nil, err
	}
	var p Printed
	_, err := s.moveOnce(ctx, actor, org.RunCampaigns, id, Print, &once, &p, func(tx *store.Tx, c *Campaign, _ Move) error {
		p = Printed{}
		var rows []Reach
		if err := tx.Select("id", "printed_at").Where("campaign_id = ? AND id IN ? AND unit_id <> 0", c.ID, reaches).Order("id").Limit(MostPrinted).Find(&rows).Error; err != nil {
			return err
		}
		ids := []int64{}
		for _, r := range rows {
			ids = append(ids, r.ID)
			if r.PrintedAt != nil {
				p.Again++
			}
		}
		p.Letters = int64(len(ids))
		of := func() *gorm.DB {
			return tx.Model(&Reach{}).Where("campaign_id = ? AND id IN ?", c.ID, append([]int64{0}, ids...))
		}
		if err := of().Where("printed_at IS NULL").Updates(map[string]any{"printed_at": tx.Now}).Error; err != nil {
			return err
		}
		if err := of().Updates(map[string]any{"printed_by": actor.PersonID, "prints": gorm.Expr("prints + 1")}).Error; err != nil {
			return err
		}
		if err := of().Where("state = ?", Open).Update("state", OnPaper).Error; err != nil {
			return err
		}
		return c.note(tx, actor, "printed", map[string]any{"letters": p.Letters, "again": p.Again, "reaches": ids})
	})
	if err != nil {
		return nil, err
	}
	return &p, nil
}
