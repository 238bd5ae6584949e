package fund

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// dueCodes are what stands beside the two sub-accounts: what a repair laid on a unit and its sub-account could not pay.
var dueCodes = []ledger.Code{ledger.FundReceivable, ledger.FundSellerReceivable}

// dueOf is the receivable beside a sub-account.
func dueOf(sub ledger.Code) ledger.Code {
	if sub == ledger.FundSeller {
		return ledger.FundSellerReceivable
	}
	return ledger.FundReceivable
}

// always is a day after every entry.
var always = calendar.Date{Year: 9999, Month: 12, Day: 31}

// owing reads what units and their public-housing sellers have still to make up at the end of a day.
func owing(tx *store.Tx, estate int64, units []int64, on calendar.Date) (map[int64]Standing, error) {
	all := make(map[int64]Standing, len(units))
	for part := range slices.Chunk(units, 900) {
		rows, err := ledger.Balances(tx, estate, ledger.Fund, dueCodes, part, on)
		if err != nil {
			return nil, err
		}
		for k, fen := range rows {
			d := all[k.UnitID]
			if k.Code == ledger.FundSellerReceivable {
				d.Seller = fen
			} else {
				d.Owners = fen
			}
			all[k.UnitID] = d
		}
	}
	return all, nil
}

// of gives the one of the two that a sub-account's code names.
func (x Standing) of(sub ledger.Code) money.Fen {
	if sub == ledger.FundSeller {
		return x.Seller
	}
	return x.Owners
}

// makeUp takes out of sub-accounts what money that came into them makes up of what is owed beside them. The money stands on the sub-account from
// the day on which it came; the debt is made up from today, so that nothing is made up before it was owed.
func makeUp(tx *store.Tx, actor audit.Actor, estate int64, ref string, came calendar.Date, source ledger.Source, in []ledger.Line) error {
	ids := make([]int64, 0, len(in))
	for _, l := range in {
		ids = append(ids, l.UnitID)
	}
	short, err := owing(tx, estate, slices.Compact(slices.Sorted(slices.Values(ids))), always)
	if err != nil {
		return err
	}
	var lines []ledger.Line
	for _, l := range in {
		if made := min(short[l.UnitID].of(l.Code), -l.Amount); made > 0 {
			lines = append(lines, ledger.Line{Key: l.Key, Amount: made, Memo: "补上维修时差的"}, ledger.Line{Key: ledger.Key{Code: dueOf(l.Code), UnitID: l.UnitID}, Amount: -made, Memo: "补上维修时差的"})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	on := today(tx)
	if on.Before(came) {
		on = came
	}
	source.Kind = madeUp
	_, err = ledger.Post(tx, actor, estate, ledger.Fund, ledger.Posting{Ref: ref + "-made-up", Effective: on, Source: source, Memo: "补上维修时差的", Lines: lines})
	return err
}

// madeUp is the kind of source of what makeUp books.
const madeUp = "fund_makeup"

// unmakeUp takes that back with the money that made it up, not before the day on which it was made up.
func unmakeUp(tx *store.Tx, actor audit.Actor, estate int64, ref, reason string, on calendar.Date) error {
	j, err := ledger.FindRef(tx, estate, ledger.Fund, ref+"-made-up")
	if err != nil || j == nil {
		return err
	}
	if day := dateOf(j.EffectiveOn); on.Before(day) {
		on = day
	}
	_, err = ledger.Reverse(tx, actor, j.ID, j.Ref+"-reversed", reason, on)
	return err
}

// Receivable is what a unit, and its public-housing seller, have still to make up.
type Receivable struct {
	UnitID int64
	Unit   string
	Owners money.Fen
	Seller money.Fen
}

// ListReceivables pages through the units that have something to make up, by unit, for those who collect it; the second answer is where the
// next page begins, 0 at the end. Units are named by their number; nobody's name is here.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnitsHidden.
func (s *Service) ListReceivables(ctx context.Context, actor org.Actor, estate, after int64, limit int) (list []Receivable, next int64, err error) {
	if err := actor.Must(org.CollectFund); err != nil {
		return nil, 0, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := debtsOf(tx, actor, org.CollectFund, estate); err != nil {
			return err
		}
		units, err := ledger.UnitsWith(tx, estate, ledger.Fund, dueCodes, after, scanned)
		if err != nil {
			return err
		}
		owed, err := owing(tx, estate, units, always)
		if err != nil {
			return err
		}
		for _, id := range units {
			next = id
			d := owed[id]
			if d.Owners <= 0 && d.Seller <= 0 {
				continue
			}
			if list = append(list, Receivable{UnitID: id, Owners: d.Owners, Seller: d.Seller}); len(list) == limit {
				break
			}
		}
		if len(list) < limit && len(units) < scanned {
			next = 0
		}
		return nameUnits(tx, list, func(x *Receivable) (int64, *string) { return x.UnitID, &x.Unit })
	})
	if err != nil {
		return nil, 0, fmt.Errorf("fund receivables: %w", err)
	}
	return list, next, nil
}

// owedWords says in one sentence what a unit has to make up and how it was made up; nothing where there never was any. No person is named, so
// that whoever buys the unit may read it.
func owedWords(tx *store.Tx, estate, unit int64, sub ledger.Code) (string, error) {
	lines, err := ledger.Statement(tx, estate, ledger.Fund, ledger.Key{Code: dueOf(sub), UnitID: unit}, ledger.StatementPage{}, 12)
	if err != nil || len(lines) == 0 {
		return "", err
	}
	var parts []string
	for _, l := range slices.Backward(lines) {
		day := fmt.Sprintf("%d年%d月%d日", l.EffectiveOn.Year(), l.EffectiveOn.Month(), l.EffectiveOn.Day())
		switch {
		case l.ReversesID != nil:
			parts = append(parts, fmt.Sprintf("%s冲销更正%s元", day, max(l.Amount, -l.Amount)))
		case l.Amount > 0:
			parts = append(parts, fmt.Sprintf("%s“%s”分摊时分户账差%s元", day, strings.TrimPrefix(l.Memo, PaymentKinds[FinalPayment]+"："), l.Amount))
		default:
			parts = append(parts, fmt.Sprintf("%s交存时补上%s元", day, -l.Amount))
		}
	}
	words := "；" + strings.Join(parts, "，") + "。"
	if owed := lines[0].Balance; owed > 0 {
		return "还要补交" + owed.String() + "元，以后交存的钱先补这一笔，欠款随房屋一起转移" + words, nil
	}
	return "维修时差的钱已经补齐" + words, nil
}
