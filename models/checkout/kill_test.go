package checkout_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/server/wechatpay"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// TestTwentyNoticesAndTheDesk: twenty processes hear the same payment, under one notice and under several, while the desk takes money for
// the same bill and phones ask. One receipt, and what is too much is paid ahead.
func TestTwentyNoticesAndTheDesk(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	w.must(w.box.Pay(o.Number))
	same, err := w.box.Notice(o.Number, time.Now())
	w.must(err)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			m := same
			if i%2 == 1 {
				var err error
				if m, err = w.box.Notice(o.Number, time.Now()); err != nil {
					t.Error(err)
					return
				}
			}
			if err := w.Take(t.Context(), m.Hook, m.Header, m.Body); err != nil {
				t.Error(err)
			}
		})
		if i%5 == 0 {
			wg.Go(func() {
				if _, err := w.FindMine(t.Context(), w.owner, o.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Go(func() {
		_, err := w.fees.Pay(t.Context(), w.cashier, fee.Paying{EstateID: w.Estate.ID, UnitID: w.Units[0].ID, Amount: yuan("30"), Way: fee.Cash, Prepay: true})
		if err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if got := w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.count("fee_payments", 2)
	w.count("pay_notices", 11)
	if got := w.balance(ledger.FeeWeChat); got != o.Amount {
		t.Errorf("the WeChat account holds %s of %s", got, o.Amount)
	}
	h, sum := w.held(), yuan("0")
	for _, b := range w.bills() {
		sum += b.Amount
	}
	if h.Owed-h.Prepaid != sum-o.Amount-yuan("30") {
		t.Errorf("%+v of %s", h, sum)
	}
	w.sound()
}

// TestTwentyTapsAreOneOrder: twenty taps with the same reference, and twenty more without, open one order.
func TestTwentyTapsAreOneOrder(t *testing.T) {
	w := newWorld(t).on()
	p := w.placing("r", 0, 1)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			q := p
			if q.BillIDs = append([]int64(nil), p.BillIDs...); i%2 == 1 {
				q.ClientRef = strings.Repeat("x", i)
			}
			if _, err := w.Place(t.Context(), w.owner, q); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.count("pay_orders", 1)
	w.count("pay_order_bills", 2)
}

// cutWorld is a world whose work ends at any statement, as a process that is killed does.
func cutWorld(t *testing.T) (w *world, cut func(at int64, f func(context.Context) error) error) {
	t.Helper()
	clock := modelstest.NewClock()
	var left atomic.Int64
	var stop atomic.Pointer[context.CancelFunc]
	db, err := store.Open(t.Context(), store.Options{DSN: modelstest.DSN(t), Now: clock.Now, MaxOpen: 16, OnSQL: func(string) {
		if f := stop.Load(); f != nil && left.Add(-1) == 0 {
			(*f)()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return worldOn(t, db, clock).on(), func(at int64, f func(context.Context) error) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		left.Store(at)
		stop.Store(&cancel)
		defer stop.Store(nil)
		return f(ctx)
	}
}

// TestANoticeThatIsCutAtEveryStatement: whatever was begun is undone, WeChat says it again, and in the end it is booked once.
func TestANoticeThatIsCutAtEveryStatement(t *testing.T) {
	w, cut := cutWorld(t)
	o := w.place("r1", 0, 1)
	w.must(w.box.Pay(o.Number))
	m, err := w.box.Notice(o.Number, time.Now())
	w.must(err)
	cuts := 0
	for at := int64(1); ; at++ {
		err := cut(at, func(ctx context.Context) error { return w.Take(ctx, m.Hook, m.Header, m.Body) })
		if err == nil {
			break
		}
		if cuts++; cuts > 200 {
			t.Fatal("it never ends")
		}
	}
	if cuts < 15 {
		t.Errorf("cut only %d times", cuts)
	}
	w.count("fee_payments", 1)
	w.count("pay_notices", 1)
	w.sound()
}

// TestAnOrderThatIsCutAtEveryStatement: the tap is repeated until it is answered; there is one order, here and at WeChat.
func TestAnOrderThatIsCutAtEveryStatement(t *testing.T) {
	w, cut := cutWorld(t)
	p := w.placing("r1", 0)
	var o *checkout.Placed
	for at := int64(1); o == nil || o.Pay == nil; at++ {
		_ = cut(at, func(ctx context.Context) (err error) {
			o, err = w.Place(ctx, w.owner, p)
			return err
		})
		if at > 200 {
			t.Fatal("it never ends")
		}
	}
	w.count("pay_orders", 1)
	if n := len(w.box.List()); n != 1 {
		t.Errorf("WeChat has %d orders", n)
	}
}

// mail is what a process that is killed was to hear.
type mail struct {
	Keys     []byte
	Merchant checkout.Merchant
	Messages []sandbox.Message
}

// TestHearInAProcess is no test of its own: it is the process that TestKilledProcessesBookOnce kills.
func TestHearInAProcess(t *testing.T) {
	dsn, path := os.Getenv("LINLI_TEST_HEAR"), os.Getenv("LINLI_TEST_MAIL")
	if dsn == "" {
		t.Skip("it is started by the test below")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m mail
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&m); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(m.Keys)
	if err != nil {
		t.Fatal(err)
	}
	s := checkout.New(checkout.Options{DB: db, Vault: v, Fees: fee.New(db, v, drawer{}), AppID: appID, Log: slog.New(slog.DiscardHandler),
		Open: func(checkout.Merchant) (checkout.Provider, error) {
			return wechatpay.Options{Timeout: time.Second}.Open(m.Merchant)
		}})
	for range 2 { // WeChat says everything twice
		for _, x := range m.Messages {
			if err := s.Take(context.Background(), x.Hook, x.Header, x.Body); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestKilledProcessesBookOnce: processes that hear of payments are killed, as kill -9 does, one after the other; in the end each payment
// is booked once and none is lost.
func TestKilledProcessesBookOnce(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	dsn, clock := modelstest.DSN(t), modelstest.NewClock()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: clock.Now, MaxOpen: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, db, clock)
	if w.vault, err = vault.Open(keys); err != nil {
		t.Fatal(err)
	}
	w.Service = checkoutOn(db, w.vault, w.fees, w.box, w.mid, slog.New(slog.DiscardHandler))
	w.box.PushTo(w.Take)
	w.on()
	m := mail{Keys: keys}
	if m.Merchant, err = w.box.Merchant(appID); err != nil {
		t.Fatal(err)
	}
	rule, err := w.fees.AddRule(t.Context(), w.head, w.Estate.ID, "停车费", fee.PerArea, terms())
	w.must(err)
	for month := range 40 {
		w.publish(rule, day("2025-01-01").AddDate(0, month, 0).Format(time.DateOnly))
	}
	paid := yuan("0")
	for i := range w.bills() {
		o := w.place(strings.Repeat("k", i+1), i)
		paid += o.Amount
		w.must(w.box.Pay(o.Number))
		x, err := w.box.Notice(o.Number, time.Now())
		w.must(err)
		m.Messages = append(m.Messages, *x)
	}
	var raw bytes.Buffer
	w.must(gob.NewEncoder(&raw).Encode(m))
	path := filepath.Join(t.TempDir(), "mail")
	w.must(os.WriteFile(path, raw.Bytes(), 0o600))
	killed := 0
	for tries := 0; !w.heard(dsn, path, len(m.Messages)); tries++ {
		if killed++; tries == 60 {
			t.Fatal("it never ends")
		}
	}
	if killed < 3 {
		t.Errorf("%d processes were killed on their way", killed)
	}
	w.count("fee_payments", int64(len(m.Messages)))
	w.count("pay_notices", int64(len(m.Messages)))
	if got := w.balance(ledger.FeeWeChat); got != paid {
		t.Errorf("the WeChat account holds %s of %s", got, paid)
	}
	if h := w.held(); h.Owed != 0 || h.Prepaid != 0 {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// heard starts a process that hears, and kills it when it has booked some more; it reports whether all was heard.
func (w *world) heard(dsn, path string, all int) bool {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), os.Args[0], "-test.run=^TestHearInAProcess$")
	cmd.Env = append(os.Environ(), "LINLI_TEST_HEAR="+dsn, "LINLI_TEST_MAIL="+path)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	before := w.payments()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				w.t.Fatalf("%v\n%s", err, out.String())
			}
			return w.payments() == int64(all)
		case <-time.After(time.Millisecond):
		}
		if w.payments() >= before+7 && w.payments() < int64(all) {
			_ = cmd.Process.Kill()
			<-ended
			return false
		}
	}
}

func (w *world) payments() (n int64) {
	w.t.Helper()
	w.must(w.DB.View(w.t.Context(), func(tx *store.Tx) error { return tx.Table("fee_payments").Count(&n).Error }))
	return n
}
