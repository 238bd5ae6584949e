package fund_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tray takes every paper and holds uploaded sheets.
type tray struct{ sheets map[int64][]byte }

func (*tray) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (*tray) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error)              { return nil, nil }
func (d *tray) OpenSheet(_ context.Context, _ org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	raw := d.sheets[id]
	return bytes.NewReader(raw), int64(len(raw)), fmt.Sprint("sum", id), func() {}, nil
}

// keeping is a town whose fund the bureau keeps, by two of its clerks.
type keeping struct {
	*modelstest.Town
	*fund.Service
	t      *testing.T
	clock  *modelstest.Clock
	tray   *tray
	clerk  org.Actor
	second org.Actor
}

func newKeeping(t *testing.T) *keeping {
	t.Helper()
	w := newForged(t)
	modelstest.Holds(t, w.DB, map[string]func(*store.Tx) *gorm.DB{"sub-accounts": fund.MiscountedSubAccounts, "bank": fund.MiscountedBank})
	return w
}

// newForged is for tests that write rows or journals past the product.
func newForged(t *testing.T) *keeping {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	w := &keeping{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock, tray: &tray{sheets: map[int64][]byte{}}}
	w.Service = fund.New(db, fund.Options{Pack: "duyun-2020", Files: w.tray})
	bureau := w.Code("housing-bureau")
	w.clerk, w.second = w.Officer(bureau, org.Clerk), w.Officer(bureau, org.Clerk)
	w.registers()
	return w
}

// registers has the bureau keep the account.
func (w *keeping) registers() {
	w.t.Helper()
	w.sets(w.clerk, w.second, fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByBureau, Bank: "都匀农商银行", Number: "6210 0000 0000 1234", Reason: "按165号令代管"})
}

// sets has one person propose what the account shall be, and another agree.
func (w *keeping) sets(asks, agrees org.Actor, in fund.AccountSetting) {
	w.t.Helper()
	id, err := w.ProposeAccount(w.t.Context(), asks, in)
	w.ok(err)
	_, err = w.DecideProposal(w.t.Context(), agrees, id, true, "")
	w.ok(err)
}

// places moves a stray line to a unit, by two people.
func (w *keeping) places(line, unit int64) {
	w.t.Helper()
	id, err := w.ProposeStray(w.t.Context(), w.clerk, line, unit)
	w.ok(err)
	_, err = w.DecideProposal(w.t.Context(), w.second, id, true, "")
	w.ok(err)
}

func (w *keeping) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *keeping) refused(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// rule sets a local value in force.
func (w *keeping) rule(key, value string) {
	w.t.Helper()
	s := org.New(w.DB, w.Vault, nil, nil)
	v, err := s.EnterValue(w.t.Context(), w.clerk, "duyun-2020", org.NewLocalValue{Name: key, Value: value, Article: "试用规定第1条", EffectiveOn: w.DB.Now().AddDate(-1, 0, 0)})
	w.ok(err)
	w.ok(s.ConfirmValue(w.t.Context(), w.second, v.ID, true, ""))
}

// upload keeps a sheet and gives its id.
func (w *keeping) upload(text string) int64 {
	id := int64(len(w.tray.sheets) + 1)
	w.tray.sheets[id] = []byte(text)
	return id
}

// day is a day as people write it.
func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// stands is what stands on an account, as the books have it: debit positive.
func (w *keeping) stands(code ledger.Code, unit int64) money.Fen {
	w.t.Helper()
	var fen money.Fen
	w.ok(w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		var units []int64
		if unit != 0 {
			units = []int64{unit}
		}
		all, err := ledger.Balances(tx, w.Estate.ID, ledger.Fund, []ledger.Code{code}, units, calendar.DateOf(tx.Now))
		fen = all[ledger.Key{Code: code, UnitID: unit}]
		return err
	}))
	return fen
}

// pays records a slip of deposits, one kind, an amount for each unit from the first on.
func (w *keeping) pays(slip, on string, kind fund.DepositKind, fen ...money.Fen) int64 {
	w.t.Helper()
	id, err := w.RecordSlip(w.t.Context(), w.clerk, w.slipOf(slip, on, kind, fen...))
	w.ok(err)
	return id
}

func (w *keeping) slipOf(slip, on string, kind fund.DepositKind, fen ...money.Fen) fund.NewSlip {
	in := fund.NewSlip{EstateID: w.Estate.ID, Slip: slip, PaidOn: day(w.t, on)}
	for i, f := range fen {
		if f != 0 {
			in.Deposits = append(in.Deposits, fund.NewDeposit{UnitID: w.Units[i].ID, Kind: kind, Amount: f})
		}
	}
	return in
}

func (*tray) Hashes(*store.Tx, []int64) (map[int64]string, error) { return nil, nil }
