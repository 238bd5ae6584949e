package fund

import (
	"context"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Blank is a unit without a sub-account, as a line of the list that the bank shall fill in.
type Blank struct {
	Building string
	Entrance string
	Number   string
	Area     area.Milli
}

// ListTitles and StatementTitles are the headings that are read, by column.
func ListTitles() []string { return firsts(listTitles) }

// StatementTitles are those of a bank's statement.
func StatementTitles() []string { return firsts(bankTitles) }

func firsts(titles [][]string) []string {
	list := make([]string, len(titles))
	for i, names := range titles {
		list[i] = names[0]
	}
	return list
}

// ListBlanks gives the estate's units that have no sub-account yet, by building and unit, for the template of the bank's list: at most
// 200,000.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper.
func (s *Service) ListBlanks(ctx context.Context, actor org.Actor, estate int64) (list []Blank, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := keeperOf(tx, tx.DB, actor, estate); err != nil {
			return err
		}
		var buildings []org.Building
		if err := tx.Where("estate_id = ?", estate).Limit(1000).Find(&buildings).Error; err != nil {
			return err
		}
		names := make(map[int64]string, len(buildings))
		for _, b := range buildings {
			names[b.ID] = b.Name
		}
		for after := int64(0); len(list) < maxListRows; {
			units, subs, err := unitsAfter(tx, estate, after)
			if err != nil || len(units) == 0 {
				return err
			}
			after = units[len(units)-1].ID
			for _, u := range units {
				if _, has := subs[u.ID]; !has {
					list = append(list, Blank{Building: names[u.BuildingID], Entrance: u.Entrance, Number: u.Number, Area: u.AreaMilli})
				}
			}
		}
		return nil
	})
	return list, err
}
