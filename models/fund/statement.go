package fund

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// UnitStatement is the sub-account of a unit as its owners and the offices see it.
type UnitStatement struct {
	UnitID   int64
	EstateID int64
	Unit     string
	Area     area.Milli
	Holder   Holder
	Bank     string
	LastFour string
	Opened   bool
	Closed   bool
	Balance  Standing
	Owed     Standing  // what is still to be made up
	OwedSays string    // that, and how it was made up, in one sentence
	First    money.Fen // the first deposit
	FirstDue money.Fen // by the local rate; 0 where nobody can say
	Unknown  string    // why
	Seller   string
	Hidden   bool // what the unit owes, and its first deposit, are left out
	Renew    bool // less than the legal rate of the first deposit is left
	Owes     []PlanOwed
	Handed   []Handed
	Lines    []ledger.StatementLine // of the owners' sub-account, newest first, credit positive
}

// SourceNames are what a line on a statement follows from, as people read it.
var SourceNames = map[string]string{"fund_import": "期初余额", "fund_slip": "交存", "fund_income": "收益分配", "fund_refund": "退还", "fund_makeup": "补上维修时差的", "fund_project": "维修支出", "project": "维修支出"}

// FindUnitStatement shows a unit's sub-account to an office; seller asks for the lines of the seller's. What the unit owes is for those who
// collect it.
// Faults: org.ErrForbidden, org.ErrUnitNotFound.
func (s *Service) FindUnitStatement(ctx context.Context, actor org.Actor, unit int64, seller bool, after ledger.StatementPage, limit int) (*UnitStatement, error) {
	if err := actor.Must(org.ReadFund); err != nil {
		return nil, err
	}
	shown := false
	v, err := s.statement(ctx, unit, seller, after, limit, func(tx *store.Tx, u *org.Unit) error {
		_, err := org.EstateFor(tx, actor, org.ReadFund, u.EstateID)
		if err == nil {
			shown, err = seesDebts(tx, actor, org.ReadFundDebts, u.EstateID)
		}
		return err
	})
	if v != nil && !shown {
		v.hide()
	}
	return v, err
}

// hide takes out of a statement whatever says what the unit owes or owed. With the first deposit the balance would say whether it has to be
// renewed. What made up a debt stays as a sum, or the balances would not follow from one another.
func (v *UnitStatement) hide() {
	v.Hidden, v.Renew, v.Owes, v.Owed, v.OwedSays, v.First = true, false, nil, Standing{}, "", 0
	for i := range v.Handed {
		v.Handed[i].Owed = 0
	}
	for i := range v.Lines {
		if l := &v.Lines[i]; l.SourceKind == madeUp {
			l.SourceKind, l.SourceID, l.SourceText, l.Memo = "", 0, "", ""
		}
	}
}

// DebtVeil keeps what units have to make up, or made up, out of the fund's vouchers for whoever may not see it.
var DebtVeil = ledger.Veil{Kind: ledger.Fund, Debts: dueCodes, Beside: subCodes, Told: []string{"project"}, Lifted: func(tx *store.Tx, actor org.Actor, estate int64) (bool, error) {
	return seesDebts(tx, actor, org.ReadFundDebts, estate)
}}

// FindMyStatement shows owners their own unit's sub-account.
// Faults: org.ErrForbidden, org.ErrUnitNotFound.
func (s *Service) FindMyStatement(ctx context.Context, actor org.Actor, unit int64, after ledger.StatementPage, limit int) (*UnitStatement, error) {
	if err := actor.Must(org.FollowFund); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(org.FollowFund, unit); !ok {
		return nil, org.ErrUnitNotFound
	}
	return s.statement(ctx, unit, false, after, limit, func(*store.Tx, *org.Unit) error { return nil })
}

func (s *Service) statement(ctx context.Context, unit int64, seller bool, after ledger.StatementPage, limit int, may func(*store.Tx, *org.Unit) error) (*UnitStatement, error) {
	var v *UnitStatement
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var u org.Unit
		if err := tx.Where("id = ?", unit).Take(&u).Error; err != nil {
			return store.NotFound(err, org.ErrUnitNotFound)
		}
		if err := may(tx, &u); err != nil {
			if errors.Is(err, org.ErrEstateNotFound) {
				err = org.ErrUnitNotFound
			}
			return err
		}
		v = &UnitStatement{UnitID: u.ID, EstateID: u.EstateID, Area: u.AreaMilli}
		if err := s.fill(tx, v, &u); err != nil {
			return err
		}
		code := ledger.FundUnit
		if seller {
			code = ledger.FundSeller
		}
		lines, err := ledger.Statement(tx, u.EstateID, ledger.Fund, ledger.Key{Code: code, UnitID: u.ID}, after, limit)
		for i := range lines { // the books owe it to the owners: what came in is positive for them
			lines[i].Amount, lines[i].Balance = -lines[i].Amount, -lines[i].Balance
		}
		v.Lines = lines
		if err != nil {
			return err
		}
		v.OwedSays, err = owedWords(tx, u.EstateID, u.ID, code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fund statement of unit %d: %w", unit, err)
	}
	return v, nil
}

// fill reads all of a statement but its lines.
func (s *Service) fill(tx *store.Tx, v *UnitStatement, u *org.Unit) error {
	names, err := org.UnitNames(tx, []int64{u.ID})
	if err != nil {
		return err
	}
	v.Unit = names[u.ID]
	var accounts []Account
	if err := tx.Where("estate_id = ?", u.EstateID).Limit(1).Find(&accounts).Error; err != nil {
		return err
	}
	for _, a := range accounts {
		v.Holder, v.Bank, v.LastFour = a.Holder, a.Bank, a.LastFour
	}
	var subs []SubAccount
	if err := tx.Where("unit_id = ?", u.ID).Find(&subs).Error; err != nil {
		return err
	}
	rates, err := s.firstRates(tx, []int64{u.BuildingID})
	if err != nil {
		return err
	}
	if v.FirstDue, v.Unknown, err = rates.due(u.BuildingID, u.AreaMilli); err != nil {
		return err
	}
	balances, err := standing(tx, u.EstateID, []int64{u.ID}, today(tx))
	if err != nil {
		return err
	}
	v.Balance = balances[u.ID]
	owed, err := owing(tx, u.EstateID, []int64{u.ID}, always)
	if err != nil {
		return err
	}
	v.Owed = owed[u.ID]
	for _, x := range subs {
		v.Opened, v.Closed, v.First, v.Seller = true, x.ClosedAt != nil, x.FirstFen, x.Seller
		set, err := s.fundRules(tx)
		if err != nil {
			return err
		}
		if rate, err := set.Int("fund.renewal_rate"); err == nil {
			v.Renew = x.ClosedAt == nil && x.FirstFen > 0 && below(v.Balance.Owners, x.FirstFen, rate)
		}
	}
	if v.Owes, err = unitOwes(tx, u.ID); err != nil {
		return err
	}
	v.Handed, err = handings(tx, u.EstateID, u.ID)
	return err
}

// Totals are the fund of an estate and of its buildings as every owner may see them.
type Totals struct {
	Rechecks     int64 // not answered yet
	LateRechecks int64 // of these

	Holder    Holder
	Bank      string
	LastFour  string
	Owners    money.Fen // of all sub-accounts
	Seller    money.Fen
	Waiting   money.Fen // income that is not allocated yet
	Suspense  money.Fen // money that is not explained yet
	AtBank    money.Fen
	Buildings []BuildingTotal
}

// BuildingTotal is a building's sub-accounts together.
type BuildingTotal struct {
	BuildingID int64
	Name       string
	Owners     money.Fen
	Seller     money.Fen
}

// FindTotals shows the estate's totals to its owners and the offices. action is org.FollowFund or org.ReadFund.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount.
func (s *Service) FindTotals(ctx context.Context, actor org.Actor, action org.Action, estate int64) (*Totals, error) {
	var v Totals
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, action, estate)
		if err != nil {
			return err
		}
		var a Account
		if err := tx.Where("estate_id = ?", e.ID).Take(&a).Error; err != nil {
			return store.NotFound(err, ErrNoAccount)
		}
		v = Totals{Holder: a.Holder, Bank: a.Bank, LastFour: a.LastFour}
		if v.Rechecks, v.LateRechecks, err = openRechecks(tx, e.ID); err != nil {
			return err
		}
		owners, err := ledger.ByBuilding(tx, e.ID, ledger.Fund, ledger.FundUnit, today(tx))
		if err != nil {
			return err
		}
		seller, err := ledger.ByBuilding(tx, e.ID, ledger.Fund, ledger.FundSeller, today(tx))
		if err != nil {
			return err
		}
		var buildings []org.Building
		if err := tx.Where("estate_id = ?", e.ID).Order("id").Limit(1000).Find(&buildings).Error; err != nil {
			return err
		}
		for _, b := range buildings {
			v.Buildings = append(v.Buildings, BuildingTotal{BuildingID: b.ID, Name: b.Name, Owners: -owners[b.ID], Seller: -seller[b.ID]})
			v.Owners, v.Seller = v.Owners-owners[b.ID], v.Seller-seller[b.ID]
		}
		own, err := ledger.Balances(tx, e.ID, ledger.Fund, []ledger.Code{ledger.FundBank, ledger.FundInterest, ledger.FundSuspense}, nil, today(tx))
		v.AtBank, v.Waiting, v.Suspense = own[ledger.Key{Code: ledger.FundBank}], -own[ledger.Key{Code: ledger.FundInterest}], -own[ledger.Key{Code: ledger.FundSuspense}]
		return err
	})
	return &v, err
}
