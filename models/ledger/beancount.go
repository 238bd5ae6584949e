package ledger

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Beancount writes the books of some days as text that Beancount reads (version 2): what stood before as one transaction, each journal
// with its number, ref and source, and at the end what the database says stands on every account, for that program to agree with. Under a
// veil the accounts of units are one: what stands on each would say what was covered.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrTooLong, fault.ErrInvalid.
func (s *Service) Beancount(ctx context.Context, actor org.Actor, estate int64, kind Kind, in Range) ([]byte, error) {
	var body, out bytes.Buffer
	used := map[string]bool{}
	var veil *Veil
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		veil, err = s.veil(tx, actor, estate, kind)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.Walk(ctx, actor, estate, kind, in, func(v *View, _ map[int64]string) error {
		if veil != nil {
			v.Lines = together(v.Lines, func(l *Line) { l.Key = veil.account(l.Key) })
		}
		writeJournal(&body, v)
		for _, l := range v.Lines {
			used[account(l.Key)] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var before, after []balance
	err = s.db.View(ctx, func(tx *store.Tx) error {
		books, err := meant(tx, actor, Vouchers[kind], estate, kind, 0)
		if err != nil {
			return err
		}
		if before, err = allBalances(tx, estate, books, in.From.Add(-1)); err == nil {
			after, err = allBalances(tx, estate, books, in.To)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	before, after = veil.balances(before), veil.balances(after)
	fmt.Fprintf(&out, "option \"title\" \"%s\"\noption \"operating_currency\" \"CNY\"\n\n", KindNames[kind])
	ends := make(map[string]money.Fen, len(after))
	for _, b := range before {
		used[account(b.Key)] = true
	}
	for _, b := range after {
		used[account(b.Key)], ends[account(b.Key)] = true, b.Amount
	}
	names := slices.Sorted(maps.Keys(used))
	for _, name := range names {
		fmt.Fprintf(&out, "%s open %s CNY\n", in.From.Add(-1), name)
	}
	if len(before) > 0 {
		fmt.Fprintf(&out, "\n%s * \"期初余额\"\n", in.From.Add(-1))
		for _, b := range before {
			fmt.Fprintf(&out, "  %s  %s CNY\n", account(b.Key), b.Amount)
		}
	}
	out.Write(body.Bytes())
	out.WriteByte('\n')
	for _, name := range names {
		fmt.Fprintf(&out, "%s balance %s  %s CNY\n", in.To.Add(1), name, ends[name])
	}
	return out.Bytes(), nil
}

func writeJournal(out *bytes.Buffer, v *View) {
	fmt.Fprintf(out, "\n%s * %s\n  no: %d\n  ref: %s\n  source: %s\n", dateOf(v.EffectiveOn), quoted(v.Memo), v.No, quoted(v.Ref), quoted(v.SourceText))
	if v.ReversesID != nil {
		fmt.Fprintf(out, "  reverses: %d\n", *v.ReversesID)
	}
	for _, l := range v.Lines {
		fmt.Fprintf(out, "  %s  %s CNY\n", account(l.Key), l.Amount)
	}
}

// quoted is a text as Beancount reads it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}

var roots = map[Class]string{Asset: "Assets", Liability: "Liabilities", Revenue: "Income", Expense: "Expenses", Equity: "Equity"}

// account is an account's name: "Assets:Fee:Receivable:Unit17".
func account(k Key) string {
	_, place, _ := strings.Cut(string(k.Code), ".")
	var name strings.Builder
	for word := range strings.SplitSeq(place, "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	kind := string(Chart[k.Code].Kind)
	path := roots[Chart[k.Code].Class] + ":" + strings.ToUpper(kind[:1]) + kind[1:] + ":" + name.String()
	switch {
	case k.UnitID != 0:
		return path + ":Unit" + strconv.FormatInt(k.UnitID, 10)
	case k.BuildingID != 0:
		return path + ":Building" + strconv.FormatInt(k.BuildingID, 10)
	}
	return path
}

type balance struct {
	Key
	Amount money.Fen
}

// allBalances reads every account of the books that does not stand at zero.
func allBalances(tx *store.Tx, estate int64, books Books, on calendar.Date) ([]balance, error) {
	var list []balance
	err := of(tx, estate, books).Select("a.code, a.building_id, a.unit_id, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Where("e.effective_on <= ?", day(on)).Group("a.id, a.code, a.building_id, a.unit_id").Having("SUM(e.amount) <> 0").Order("a.id").Limit(maxExport + 1).Scan(&list).Error
	if err == nil && len(list) > maxExport {
		err = ErrTooLong
	}
	for i := range list {
		list[i].Key = list[i].Key.own()
	}
	return list, err
}

// balances adds up those of the accounts that a veil makes one.
func (v *Veil) balances(list []balance) []balance {
	if v == nil {
		return list
	}
	var out []balance
	at := map[Key]int{}
	for _, b := range list {
		b.Key = v.account(b.Key)
		if i, known := at[b.Key]; known {
			out[i].Amount += b.Amount
			continue
		}
		at[b.Key] = len(out)
		out = append(out, b)
	}
	return out
}
