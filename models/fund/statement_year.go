package fund

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrYearOpen says that a year's figures do not stand yet.
var ErrYearOpen = fault.New(fault.Conflict, "fund.year_open", "这一年还没有和银行对完账、结完账，数字还会变，不能公布；请先逐月对账结账")

// Figures are what Order 165 art. 30 wants published of some sub-accounts for a year: opening + imported + deposits + income − use −
// refunded = balance.
type Figures struct {
	Opening  money.Fen
	Imported money.Fen // opening balances that were taken over from the bank within the year
	Deposits money.Fen
	Income   money.Fen
	Use      money.Fen
	Refunded money.Fen
	Balance  money.Fen
}

// add counts what a kind of source brought, credit positive.
func (f *Figures) add(source string, fen money.Fen) {
	switch source {
	case "fund_import":
		f.Imported += fen
	case "fund_slip":
		f.Deposits += fen
	case "fund_income":
		f.Income += fen
	case "fund_refund":
		f.Refunded -= fen
	default:
		f.Use -= fen
	}
}

func (f *Figures) close() {
	f.Balance = f.Opening + f.Imported + f.Deposits + f.Income - f.Use - f.Refunded
}

// Year is a closed year of an estate's fund, each figure a query over entries that no longer change.
type Year struct {
	EstateID  int64
	Year      int
	Through   calendar.Date // the day up to which the books are closed and held against the bank
	Owners    Figures
	Seller    Figures
	Uses      []Use
	Buildings []BuildingTotal // at the end of the year
	Waiting   money.Fen
	Suspense  money.Fen
	AtBank    money.Fen
	OwedFirst Standing  // what units and sellers had to make up at its beginning, all together
	Owed      Standing  // the same at its end
	Advance   money.Fen // paid ahead at the end of the year
	OwedBack  money.Fen // by contractors then
	MadeUp    Standing  // what they made up within the year, out of what came into their sub-accounts
}

// Cost is what a use took from sub-accounts and laid on units to make up; negative where more came back than went out.
func (u *Use) Cost() money.Fen { return u.Owners + u.Seller + u.Owed.Owners + u.Owed.Seller }

// Use is what one project, or whatever else paid from sub-accounts, cost in the year.
type Use struct {
	SourceKind string
	SourceID   int64
	Text       string
	Owners     money.Fen
	Seller     money.Fen
	Owed       Standing // what of it sub-accounts could not pay, and units have to make up
}

// YearIn works out a closed year in the caller's transaction: whoever publishes it cites these figures, and whoever checks it asks again
// and gets the same. Fault: ErrYearOpen.
func (s *Service) YearIn(tx *store.Tx, estate int64, year int) (*Year, error) {
	y := &Year{EstateID: estate, Year: year}
	from, to := span(year)
	if err := stood(tx, estate, year); err != nil {
		return nil, err
	}
	y.Through = to
	rows, err := ledger.Trial(tx, estate, ledger.Fund, from, to)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		switch r.Code {
		case ledger.FundUnit:
			y.Owners.Opening = -r.Opening
		case ledger.FundSeller:
			y.Seller.Opening = -r.Opening
		case ledger.FundReceivable:
			y.OwedFirst.Owners, y.Owed.Owners = r.Opening, r.Ending
		case ledger.FundSellerReceivable:
			y.OwedFirst.Seller, y.Owed.Seller = r.Opening, r.Ending
		case ledger.FundAdvance:
			y.Advance = r.Ending
		case ledger.FundOwedBack:
			y.OwedBack = r.Ending
		case ledger.FundInterest:
			y.Waiting = -r.Ending
		case ledger.FundSuspense:
			y.Suspense = -r.Ending
		case ledger.FundBank:
			y.AtBank = r.Ending
		}
	}
	if err := y.sources(tx, from, to); err != nil {
		return nil, err
	}
	y.Owners.close()
	y.Seller.close()
	return y, y.buildings(tx, to)
}

func span(year int) (from, to calendar.Date) {
	return calendar.Date{Year: year, Month: time.January, Day: 1}, calendar.Date{Year: year, Month: time.December, Day: 31}
}

// sources adds up what each source brought, and lists what each use cost.
func (y *Year) sources(tx *store.Tx, from, to calendar.Date) error {
	sums, err := ledger.Sums(tx, y.EstateID, ledger.Fund, append(slices.Clone(subCodes), dueCodes...), from, to)
	if err != nil {
		return err
	}
	type source struct {
		kind string
		id   int64
	}
	at := map[source]int{}
	ids := map[string][]int64{}
	for _, x := range sums {
		y.count(&x)
		if known[x.SourceKind] {
			continue
		}
		k := source{x.SourceKind, x.SourceID}
		i, ok := at[k]
		if !ok {
			i = len(y.Uses)
			at[k] = i
			y.Uses = append(y.Uses, Use{SourceKind: x.SourceKind, SourceID: x.SourceID})
			ids[x.SourceKind] = append(ids[x.SourceKind], x.SourceID)
		}
		switch u := &y.Uses[i]; x.Code {
		case ledger.FundSeller:
			u.Seller += x.Amount
		case ledger.FundUnit:
			u.Owners += x.Amount
		case ledger.FundReceivable:
			u.Owed.Owners += x.Amount
		case ledger.FundSellerReceivable:
			u.Owed.Seller += x.Amount
		}
	}
	y.Uses = slices.DeleteFunc(y.Uses, func(u Use) bool { return u.Owners == 0 && u.Seller == 0 && u.Owed == (Standing{}) }) // paid and reversed
	for kind, list := range ids {
		texts, err := ledger.SourceTexts(tx, y.EstateID, ledger.Fund, kind, list)
		if err != nil {
			return err
		}
		for i := range y.Uses {
			if u := &y.Uses[i]; u.SourceKind == kind {
				u.Text = texts[u.SourceID]
			}
		}
	}
	return nil
}

// count adds a sum to the figures of its sub-accounts, or to what was made up.
func (y *Year) count(x *ledger.Sum) {
	switch {
	case x.Code == ledger.FundSeller:
		y.Seller.add(x.SourceKind, -x.Amount)
	case x.Code == ledger.FundUnit:
		y.Owners.add(x.SourceKind, -x.Amount)
	case known[x.SourceKind] && x.Code == ledger.FundSellerReceivable:
		y.MadeUp.Seller -= x.Amount
	case known[x.SourceKind]:
		y.MadeUp.Owners -= x.Amount
	}
}

// known are the sources that are no use of their own: what makes up a debt is part of what the repair cost its unit.
var known = map[string]bool{"fund_import": true, "fund_slip": true, "fund_income": true, "fund_refund": true, madeUp: true}

func (y *Year) buildings(tx *store.Tx, to calendar.Date) error {
	owners, err := ledger.ByBuilding(tx, y.EstateID, ledger.Fund, ledger.FundUnit, to)
	if err != nil {
		return err
	}
	seller, err := ledger.ByBuilding(tx, y.EstateID, ledger.Fund, ledger.FundSeller, to)
	if err != nil {
		return err
	}
	var rows []org.Building
	err = tx.Where("estate_id = ?", y.EstateID).Order("id").Limit(1000).Find(&rows).Error
	for _, b := range rows {
		y.Buildings = append(y.Buildings, BuildingTotal{BuildingID: b.ID, Name: b.Name, Owners: -owners[b.ID], Seller: -seller[b.ID]})
	}
	return err
}

// FindYear shows a closed year to an office, or to the estate's owners. action is org.ReadFund or org.FollowFund.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrYearOpen.
func (s *Service) FindYear(ctx context.Context, actor org.Actor, action org.Action, estate int64, year int) (*Year, error) {
	var y *Year
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, action, estate)
		if err != nil {
			return err
		}
		y, err = s.YearIn(tx, e.ID, year)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fund year %d: %w", year, err)
	}
	return y, nil
}

// UnitYear is a sub-account's year.
type UnitYear struct {
	UnitID int64
	Unit   string
	Owners Figures
	Seller Figures
}

// ListYearUnits pages through the sub-accounts of a closed year, by unit. Units are named by their number; nobody's name is here.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrYearOpen.
func (s *Service) ListYearUnits(ctx context.Context, actor org.Actor, estate int64, year int, after int64, limit int) (list []UnitYear, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		list, err = s.UnitsIn(tx, e.ID, year, after, limit)
		return err
	})
	return list, err
}

// UnitsIn is ListYearUnits in the caller's transaction, at most 900 units. Fault: ErrYearOpen.
func (s *Service) UnitsIn(tx *store.Tx, estate int64, year int, after int64, limit int) ([]UnitYear, error) {
	from, to := span(year)
	if err := stood(tx, estate, year); err != nil {
		return nil, err
	}
	var units []int64
	err := tx.Model(&SubAccount{}).Where("estate_id = ? AND unit_id > ?", estate, after).Order("unit_id").Limit(limit).Pluck("unit_id", &units).Error
	if err != nil {
		return nil, err
	}
	opening, err := standing(tx, estate, units, from.Add(-1))
	if err != nil {
		return nil, err
	}
	sums, err := ledger.UnitSums(tx, estate, ledger.Fund, subCodes, units, from, to)
	if err != nil {
		return nil, err
	}
	list, at := make([]UnitYear, len(units)), make(map[int64]*UnitYear, len(units))
	for i, id := range units {
		list[i] = UnitYear{UnitID: id, Owners: Figures{Opening: opening[id].Owners}, Seller: Figures{Opening: opening[id].Seller}}
		at[id] = &list[i]
	}
	for _, x := range sums {
		if x.Code == ledger.FundSeller {
			at[x.UnitID].Seller.add(x.SourceKind, -x.Amount)
		} else {
			at[x.UnitID].Owners.add(x.SourceKind, -x.Amount)
		}
	}
	for i := range list {
		list[i].Owners.close()
		list[i].Seller.close()
	}
	return list, nameUnits(tx, list, func(x *UnitYear) (int64, *string) { return x.UnitID, &x.Unit })
}
