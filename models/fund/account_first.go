package fund

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Building says whether a building has a lift: the rate of the first deposit may depend on it.
type Building struct {
	BuildingID int64 `gorm:"primaryKey;autoIncrement:false"`
	EstateID   int64
	Lift       bool
	UpdatedBy  int64
	UpdatedAt  time.Time
}

// TableName names the table.
func (Building) TableName() string { return "fund_buildings" }

// SetLift says whether a building has a lift.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrNoEntry.
func (s *Service) SetLift(ctx context.Context, actor org.Actor, building int64, lift bool) (int64, error) {
	return s.fundAct(ctx, actor, org.KeepFund, "set lift", func(tx *store.Tx) (int64, error) {
		b, _, err := ofKeeper(tx, actor, building, func(b *org.Building) int64 { return b.EstateID })
		if err != nil {
			return 0, err
		}
		row := Building{BuildingID: b.ID, EstateID: b.EstateID, Lift: lift, UpdatedBy: actor.PersonID, UpdatedAt: tx.Now}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return 0, err
		}
		return b.ID, jot(tx, actor, "lift", "building", b.ID, b.EstateID, map[string]any{"lift": lift})
	})
}

// firstRates are the rates of the first deposit in fen per m², -1 where nobody has supplied one (Order 165 art. 7).
type firstRates struct {
	plain, lift int64
	lifts       map[int64]bool // by building; absent where nobody has said
}

func (s *Service) firstRates(tx *store.Tx, buildings []int64) (*firstRates, error) {
	set, err := s.fundRules(tx)
	if err != nil {
		return nil, err
	}
	r := &firstRates{plain: -1, lift: -1, lifts: map[int64]bool{}}
	for key, to := range map[string]*int64{"fund.first_deposit": &r.plain, "fund.first_deposit_lift": &r.lift} {
		n, err := set.Int(key)
		if errors.Is(err, rulepack.ErrUnset) {
			continue
		}
		if err != nil {
			return nil, err
		}
		*to = n
	}
	var rows []Building
	err = tx.Where("building_id IN ?", append([]int64{0}, buildings...)).Find(&rows).Error
	for _, b := range rows {
		r.lifts[b.BuildingID] = b.Lift
	}
	return r, err
}

// due is the first deposit of a unit, or why nobody can say.
func (r *firstRates) due(building int64, milli area.Milli) (due money.Fen, unknown string, err error) {
	lift, said := r.lifts[building]
	rate := r.plain
	if lift {
		rate = r.lift
	}
	switch {
	case milli <= 0:
		return 0, "这户没有登记面积", nil
	case !said:
		return 0, "还没有登记这幢楼有没有电梯", nil
	case rate < 0:
		return 0, "本地规则未配置首期交存标准", nil
	}
	due, err = money.Share(money.Fen(rate), int64(milli), 1000)
	return due, "", err
}

// Unpaid is a unit whose first deposit is not, or not all, there.
type Unpaid struct {
	UnitID  int64
	Unit    string
	Area    area.Milli
	Payer   string    // owner or developer
	Due     money.Fen // 0 with Unknown
	Unknown string    // why the sum cannot be said
	Paid    money.Fen
}

// unpaid says what a unit owes of its first deposit, and whether it does.
func (r *firstRates) unpaid(u *org.Unit, paid money.Fen) (x Unpaid, owes bool, err error) {
	x = Unpaid{UnitID: u.ID, Area: u.AreaMilli, Payer: payerOf(u, false), Paid: paid}
	x.Due, x.Unknown, err = r.due(u.BuildingID, u.AreaMilli)
	return x, paid <= 0 || x.Unknown == "" && paid < x.Due, err
}

// scanned is how many units one page of a list looks at.
const scanned = 2000

// ListUnpaid pages through the units that owe their first deposit, by unit; the second answer is where the next page begins, 0 at the end.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnitsHidden.
func (s *Service) ListUnpaid(ctx context.Context, actor org.Actor, estate, after int64, limit int) (list []Unpaid, next int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := debtsOf(tx, actor, org.ReadFundDebts, estate); err != nil {
			return err
		}
		units, subs, err := unitsAfter(tx, estate, after)
		if err != nil {
			return err
		}
		rates, err := s.firstRates(tx, buildingsOf(units))
		if err != nil {
			return err
		}
		for _, u := range units {
			x, owes, err := rates.unpaid(&u, subs[u.ID].FirstFen)
			if err != nil {
				return err
			}
			if next = u.ID; !owes {
				continue
			}
			if list = append(list, x); len(list) == limit {
				break
			}
		}
		if len(list) < limit && len(units) < scanned {
			next = 0
		}
		return nameUnits(tx, list, func(x *Unpaid) (int64, *string) { return x.UnitID, &x.Unit })
	})
	return list, next, err
}

// unitsAfter reads the next units in use of an estate with their sub-accounts.
func unitsAfter(tx *store.Tx, estate, after int64) ([]org.Unit, map[int64]SubAccount, error) {
	var units []org.Unit
	if err := tx.Where("estate_id = ? AND id > ? AND removed_at IS NULL", estate, after).Order("id").Limit(scanned).Find(&units).Error; err != nil || len(units) == 0 {
		return nil, nil, err
	}
	var rows []SubAccount
	err := tx.Where("estate_id = ? AND unit_id > ? AND unit_id <= ?", estate, after, units[len(units)-1].ID).Find(&rows).Error
	subs := make(map[int64]SubAccount, len(rows))
	for _, r := range rows {
		subs[r.UnitID] = r
	}
	return units, subs, err
}

func buildingsOf(units []org.Unit) []int64 {
	seen, ids := map[int64]bool{}, []int64{}
	for _, u := range units {
		if !seen[u.BuildingID] {
			seen[u.BuildingID] = true
			ids = append(ids, u.BuildingID)
		}
	}
	return ids
}

// payerOf says who owes a deposit: the public-housing seller its own, the developer for what is not sold (Order 165 art. 21), else the owner.
func payerOf(u *org.Unit, seller bool) string {
	switch {
	case seller:
		return "seller"
	case !u.Sold:
		return "developer"
	}
	return "owner"
}

// nameUnits writes the names of the units of a list.
func nameUnits[T any](tx *store.Tx, list []T, of func(*T) (unit int64, name *string)) error {
	for len(list) > 0 {
		part := list[:min(len(list), 900)]
		list = list[len(part):]
		ids := make([]int64, len(part))
		for i := range part {
			ids[i], _ = of(&part[i])
		}
		names, err := org.UnitNames(tx, ids)
		if err != nil {
			return err
		}
		for i := range part {
			id, name := of(&part[i])
			*name = names[id]
		}
	}
	return nil
}
