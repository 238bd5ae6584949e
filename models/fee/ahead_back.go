package fee

import (
	"context"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// spendable is what of a unit's prepaid money may go back: of a payment only what the owners of its time have, for it goes to them.
func spendable(tx *store.Tx, c *Change, of *Payment) (money.Fen, error) {
	have, err := prepaid(tx, c.CompanyID, c.EstateID, c.UnitID)
	if err != nil || of == nil {
		return have, err
	}
	theirs, err := earlier(tx, c.CompanyID, []int64{c.UnitID}, nil)
	if err != nil {
		return 0, err
	}
	all, err := tenures(tx, []int64{c.UnitID})
	if err != nil {
		return 0, err
	}
	if t := all[c.UnitID]; t != nil && t.after && of.At.Before(t.since) {
		return min(have, theirs[c.UnitID]), nil
	}
	return max(0, have-theirs[c.UnitID]), nil
}

// ToReturn is what owners before those of today had paid ahead for a unit: it pays no bill any more and goes back to them.
type ToReturn struct {
	UnitID int64
	Unit   string
	Amount money.Fen
}

// ListToReturn pages through the units of an estate for which the actor's company holds money of earlier owners, by unit.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListToReturn(ctx context.Context, actor org.Actor, estate, after int64, limit int) ([]ToReturn, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var list []ToReturn
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := at(actor, estate)(tx); err != nil {
			return err
		}
		for len(list) < limit {
			units, err := sold(tx, actor.OrganisationID(), estate, after)
			if err != nil || len(units) == 0 {
				return err
			}
			found, err := toReturn(tx, actor.OrganisationID(), estate, units)
			if err != nil {
				return err
			}
			list, after = append(list, found...), units[len(units)-1]
		}
		list = list[:limit]
		return nil
	})
	return list, err
}

// sold are units that changed hands and for which a company has had money ahead.
func sold(tx *store.Tx, company, estate, after int64) (units []int64, err error) {
	err = tx.Table("ledger_accounts a").Distinct("a.unit_id").Joins("JOIN ledger_books k ON k.id = a.book_id AND k.estate_id = ? AND k.kind = ? AND k.holder_id = ?", estate, ledger.Fee, company).
		Joins("JOIN ownerships o ON o.unit_id = a.unit_id AND (o.current_unit IS NULL OR o.cause NOT IN ('roster', 'correction'))").Where("a.code = ? AND a.unit_id > ?", ledger.FeePrepaid, after).Order("a.unit_id").Limit(800).Pluck("a.unit_id", &units).Error
	return units, err
}

func toReturn(tx *store.Tx, company, estate int64, units []int64) (list []ToReturn, err error) {
	have, err := ahead(tx, company, estate, units)
	if err != nil {
		return nil, err
	}
	theirs, err := earlier(tx, company, units, nil)
	if err != nil {
		return nil, err
	}
	names, err := unitNames(tx, estate, units)
	for _, u := range units {
		if n := min(have[u], theirs[u]); n > 0 {
			list = append(list, ToReturn{UnitID: u, Unit: names[u], Amount: n})
		}
	}
	return list, err
}
