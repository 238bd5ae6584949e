package checkout_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/server/wechatpay"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// drawer takes every paper, and opens lists by their number.
type drawer struct{ lists map[int64]string }

func (drawer) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (drawer) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error)              { return nil, nil }
func (d drawer) OpenFees(_ context.Context, _ org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	text := d.lists[id]
	return strings.NewReader(text), int64(len(text)), fmt.Sprintf("%064d", id), func() {}, nil
}

const appID = "wxsandboxmini"

// mid counts bills, and does something while WeChat is spoken to: after an order was opened there, before one is closed.
type mid struct {
	prepaid, closing func(number string)
	bills            int
}

type watched struct {
	checkout.Provider
	*mid
}

func (p watched) Prepay(ctx context.Context, in checkout.Prepay) (string, error) {
	id, err := p.Provider.Prepay(ctx, in)
	if f := p.prepaid; f != nil {
		f(in.Number)
	}
	return id, err
}

func (p watched) TradeBill(ctx context.Context, day time.Time) (*checkout.TradeBill, error) {
	p.bills++
	return p.Provider.TradeBill(ctx, day)
}

func (p watched) Close(ctx context.Context, number string) error {
	if f := p.closing; f != nil {
		f(number)
	}
	return p.Provider.Close(ctx, number)
}

// world is a town whose company charges a fee and takes it by the sandbox of WeChat Pay, through the real client.
type world struct {
	*modelstest.Town
	*checkout.Service
	t       *testing.T
	clock   *modelstest.Clock
	vault   *vault.Vault
	fees    *fee.Service
	box     *sandbox.Box
	logged  *bytes.Buffer
	cashier org.Actor
	head    org.Actor
	owner   org.Actor
	account *checkout.Account
	mid     *mid
	rule    int64
	lists   map[int64]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	return worldOn(t, modelstest.OpenAt(t, clock), clock)
}

func worldOn(t *testing.T, db *store.DB, clock *modelstest.Clock) *world {
	t.Helper()
	box, err := sandbox.New(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock, vault: modelstest.Vault(t), box: box, logged: &bytes.Buffer{}, mid: &mid{}, lists: map[int64]string{}}
	w.Town = modelstest.NewTown(t, db, w.vault)
	w.fees = fee.New(db, w.vault, drawer{w.lists})
	w.Service = checkoutOn(db, w.vault, w.fees, box, w.mid, slog.New(slog.NewTextHandler(w.logged, nil)))
	box.PushTo(w.Take)
	w.cashier, w.head, w.owner = w.Officer(w.Company, org.Clerk), w.Officer(w.Company, org.Head), w.Resident(0, org.RoleOwner)
	w.owner.OpenID = "oWX-owner-0001"
	rule, err := w.fees.AddRule(t.Context(), w.head, w.Estate.ID, "物业费", fee.PerArea, terms())
	if err != nil {
		t.Fatal(err)
	}
	w.rule = rule
	w.publish(rule, "2026-01-01")
	w.publish(rule, "2026-02-01")
	return w
}

func checkoutOn(db *store.DB, v *vault.Vault, fees *fee.Service, box *sandbox.Box, during *mid, log *slog.Logger) *checkout.Service {
	return checkout.New(checkout.Options{DB: db, Vault: v, Fees: fees, AppID: appID, Sandbox: sandbox.MchID, HookURL: "https://linli.example/callback/wechatpay/", Log: log,
		Open: func(m checkout.Merchant) (checkout.Provider, error) {
			m, err := box.Merchant(m.AppID)
			if err != nil {
				return nil, err
			}
			c, err := wechatpay.Options{Timeout: 300 * time.Millisecond, Transport: box}.Open(m)
			return watched{c, during}, err
		}})
}

func terms() fee.Terms {
	p, err := fee.ParsePrice("1.00")
	if err != nil {
		panic(err)
	}
	return fee.Terms{StartsOn: day("2025-01-01"), Price: p, BasisKind: "contract", Basis: "物业服务合同第八条", Standard: "保洁、保安、绿化按合同附件二", Hotline: "0854-8222222", UseKinds: []string{"residential"}}
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func yuan(s string) money.Fen {
	f, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return f
}

func (w *world) publish(rule int64, period string) {
	w.t.Helper()
	in := fee.Billing{RuleID: rule, PeriodOn: day(period), Months: 1, DueOn: day("2026-12-31")}
	v, err := w.fees.Preview(w.t.Context(), w.cashier, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.fees.Publish(w.t.Context(), w.cashier, in, v.Run.Units, v.Run.Total); err != nil {
		w.t.Fatal(err)
	}
	for more := true; more; {
		if more, err = w.fees.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// on switches the estate on: the cashier proposes, the head agrees.
func (w *world) on() *world {
	w.t.Helper()
	a, err := w.ProposeAccount(w.t.Context(), w.cashier, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
	if err == nil {
		err = w.DecideAccount(w.t.Context(), w.head, a.ID, true, "")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.account = a
	return w
}

// bills are the first unit's, the oldest first.
func (w *world) bills() []fee.Owed {
	w.t.Helper()
	list, err := w.fees.ListBills(w.t.Context(), w.cashier, w.Estate.ID, fee.BillFilter{UnitID: w.Units[0].ID}, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func (w *world) placing(ref string, bills ...int) checkout.Placing {
	p := checkout.Placing{UnitID: w.Units[0].ID, ClientRef: ref}
	list := w.bills()
	for _, i := range bills {
		p.BillIDs = append(p.BillIDs, list[i].ID)
	}
	return p
}

func (w *world) place(ref string, bills ...int) *checkout.Placed {
	w.t.Helper()
	o, err := w.Place(w.t.Context(), w.owner, w.placing(ref, bills...))
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) find(id int64) *checkout.Placed {
	w.t.Helper()
	o, err := w.FindMine(w.t.Context(), w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// paid places an order, pays it and has WeChat tell.
func (w *world) paid(ref string, bills ...int) *checkout.Placed {
	w.t.Helper()
	o := w.place(ref, bills...)
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(w.t.Context(), o.Number, 1))
	return w.find(o.ID)
}

func (w *world) desk(bill int, amount string) {
	w.t.Helper()
	_, err := w.fees.Pay(w.t.Context(), w.cashier, fee.Paying{EstateID: w.Estate.ID, BillIDs: []int64{w.bills()[bill].ID}, Amount: yuan(amount), Way: fee.Cash})
	w.must(err)
}

func (w *world) held() fee.Held {
	w.t.Helper()
	h, err := w.fees.FindHeld(w.t.Context(), w.cashier, w.Units[0].ID)
	w.must(err)
	return *h
}

// balance reads what the fee books have on an account of the estate.
func (w *world) balance(code ledger.Code) money.Fen {
	w.t.Helper()
	var sum money.Fen
	w.tx(func(tx *store.Tx) error {
		return tx.Table("ledger_entries e").Select("COALESCE(SUM(e.amount), 0)").Joins("JOIN ledger_accounts a ON a.id = e.account_id").Where("a.code = ?", code).Scan(&sum).Error
	})
	return sum
}

func (w *world) count(table string, want int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var n int64
		err := tx.Table(table).Count(&n).Error
		if n != want {
			w.t.Errorf("%s has %d rows, want %d", table, n, want)
		}
		return err
	})
}

// sound holds the bills against the books.
func (w *world) sound() {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var bad, strange []int64
		if err := fee.Misstated(tx).Scan(&bad).Error; err != nil {
			return err
		}
		err := fee.Unbooked(tx).Scan(&strange).Error
		if len(bad)+len(strange) > 0 {
			w.t.Errorf("bills misstated: %v, units unbooked: %v", bad, strange)
		}
		return err
	})
}

func (w *world) tx(f func(tx *store.Tx) error) {
	w.t.Helper()
	w.must(w.DB.InTx(w.t.Context(), f))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wants(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%v, want %v", err, want)
	}
}

func (w *world) tick() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.Tick(w.t.Context()); err != nil {
			w.t.Log(err)
		}
	}
}
