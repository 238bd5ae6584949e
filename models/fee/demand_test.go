package fee_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func (w *duns) prepare(unit int) (int64, error) {
	return w.PrepareDemand(w.t.Context(), w.cashier, w.Estate.ID, w.Units[unit].ID, howToPay)
}

// prepared reminds all, waits, and prepares a demand to the first unit.
func (w *duns) prepared() int64 {
	w.t.Helper()
	w.send()
	w.days(7)
	id, err := w.prepare(0)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// TestADemandFollowsAReminder whose days are over, is issued by another person, once, with its number and hash.
func TestADemandFollowsAReminder(t *testing.T) {
	w := newDuns(t).parameters()
	_, err := w.prepare(0)
	w.wants(err, fee.ErrEarly)
	w.send()
	w.days(6)
	_, err = w.prepare(0)
	w.wants(err, fee.ErrEarly)
	w.days(1)
	id, err := w.prepare(0)
	w.wants(err, nil)
	_, err = w.prepare(0)
	w.wants(err, fee.ErrEarly)
	_, err = w.FindMyLetter(t.Context(), w.owner, id)
	w.wants(err, fee.ErrNotFound)
	_, err = w.IssueDemand(t.Context(), w.cashier, id)
	w.wants(err, fee.ErrSamePerson)
	var ok atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.IssueDemand(t.Context(), w.head, id); err == nil {
				ok.Add(1)
			}
		})
	}
	wg.Wait()
	l, err := w.FindMyLetter(t.Context(), w.owner, id)
	if err != nil || ok.Load() != 1 || l.Number == nil || l.Sha256 == "" || len(l.Named) != 3 || l.RespondOn.Format(time.DateOnly) != "2026-03-24" {
		t.Fatalf("%d issued, %+v, %v", ok.Load(), l, err)
	}
	for _, word := range []string{"15日内", "第九百四十四条", "起诉讼", "账单有误", "申请暂缓", "265.50元"} {
		if !contains(l.Text, word) {
			t.Errorf("%s does not say %s", l.Text, word)
		}
	}
	if len(w.told("fee.demanded")) != 1 {
		t.Error("not told once")
	}
	_, err = w.WithdrawDemand(t.Context(), w.head, id)
	w.wants(err, fee.ErrState)
}

// TestWhatHappensWhileADemandIsPrepared keeps it from going out: paid in part or in full, disputed, sold.
func TestWhatHappensWhileADemandIsPrepared(t *testing.T) {
	for name, f := range map[string]func(w *duns){
		"paid in part": func(w *duns) { w.pay(w.paying(0, "1")) },
		"paid":         func(w *duns) { w.pay(w.paying(0, "265.50")) },
		"disputed": func(w *duns) {
			_, err := w.dispute(w.bills(0)[1].ID)
			w.wants(err, nil)
		},
		"sold": func(w *duns) { w.sell(0) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newDuns(t).parameters()
			id := w.prepared()
			f(w)
			if _, err := w.IssueDemand(t.Context(), w.head, id); err == nil || !contains(err.Error(), "不能") {
				t.Errorf("issued: %v", err)
			}
			if _, err := w.WithdrawDemand(t.Context(), w.head, id); err != nil {
				t.Error(err)
			}
			if len(w.told("fee.demanded")) != 0 {
				t.Error("somebody was told")
			}
		})
	}
}

// sell gives a unit another owner.
func (w *duns) sell(unit int) org.Actor {
	w.t.Helper()
	err := org.New(w.DB, w.Vault, nil, nil).RecordTransfer(w.t.Context(), w.Officer(w.Community, org.Head), org.Transfer{UnitID: w.Units[unit].ID, Cause: "sale", Source: "不动产权证第9号", Owners: []org.OwnerInput{{Name: "买家"}}, ClientRef: "sale", InputHash: "h"})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.Resident(unit, org.RoleOwner)
}

// TestABuyerIsAskedForNothingOfTheSellers, and reads none of it.
func TestABuyerIsAskedForNothingOfTheSellers(t *testing.T) {
	w := newDuns(t).parameters()
	w.send()
	letter := w.letters(0)[0].ID
	buyer := w.sell(0)
	_, err := w.FindMyLetter(t.Context(), buyer, letter)
	w.wants(err, fee.ErrNotFound)
	if list, err := w.ListMyLetters(t.Context(), buyer, w.Units[0].ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("the buyer reads %+v, %v", list, err)
	}
	w.days(8)
	w.send()
	if l := w.letters(0)[1]; l.State != fee.LeftOut || !contains(l.Why, "原业主") {
		t.Errorf("%+v", l)
	}
	if told := w.told("fee.reminded"); len(told) != 1 {
		t.Errorf("told %d times", len(told))
	}
	_, err = w.prepare(0)
	w.wants(err, fee.ErrPaused)
	rows, _, err := w.ListArrears(t.Context(), w.cashier, w.Estate.ID, 0, 10)
	if err != nil || rows[0].Former != 3 {
		t.Errorf("%+v, %v", rows, err)
	}
}

// TestAPaperCountsFromItsDelivery: where nobody has an account, a reminder and a demand run from when they were taken there, with a picture.
func TestAPaperCountsFromItsDelivery(t *testing.T) {
	w := newDuns(t).parameters()
	w.send()
	letter := w.letters(1)[0]
	if letter.Reached != 0 {
		t.Fatalf("%+v", letter)
	}
	w.days(10)
	_, err := w.prepare(1)
	w.wants(err, fee.ErrEarly)
	d := fee.Delivery{Way: "hand", At: w.clock.Now()}
	_, err = w.RecordDelivery(t.Context(), w.cashier, letter.ID, d, nil)
	if f := w.faults(err); len(f) != 1 || f[0].Path != "file_ids" {
		t.Errorf("%v", err)
	}
	_, err = w.RecordDelivery(t.Context(), w.cashier, letter.ID, fee.Delivery{Way: "door", At: w.clock.Now()}, []int64{1})
	if f := w.faults(err); len(f) != 1 || f[0].Path != "way" {
		t.Errorf("a paper on the door: %v", err)
	}
	_, err = w.RecordDelivery(t.Context(), w.cashier, letter.ID, d, []int64{1})
	w.wants(err, nil)
	w.days(7)
	id, err := w.prepare(1)
	w.wants(err, nil)
	_, err = w.IssueDemand(t.Context(), w.head, id)
	w.wants(err, nil)
	v, err := w.FindLetter(t.Context(), w.cashier, id)
	if err != nil || v.RespondOn != nil {
		t.Fatalf("%+v, %v", v, err)
	}
	w.days(1)
	_, err = w.RecordDelivery(t.Context(), w.cashier, id, fee.Delivery{Way: "post", At: w.clock.Now()}, []int64{2})
	w.wants(err, nil)
	if v, err = w.FindLetter(t.Context(), w.cashier, id); err != nil || v.RespondOn == nil || v.RespondOn.Format(time.DateOnly) != "2026-04-04" || len(v.Deliveries) != 1 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestAHomeOpensTheProofOfItsDelivery: whoever the letter was written to may see how it is said to have come. A neighbour, a tenant, and after
// a sale both who sold and who bought may not.
func TestAHomeOpensTheProofOfItsDelivery(t *testing.T) {
	w := newDuns(t).parameters()
	id := w.prepared()
	if _, err := w.IssueDemand(t.Context(), w.head, id); err != nil {
		t.Fatal(err)
	}
	delivery, err := w.RecordDelivery(t.Context(), w.cashier, id, fee.Delivery{Way: "hand", At: w.DB.Now()}, []int64{1})
	if err != nil {
		t.Fatal(err)
	}
	w.wants(w.MayOpenMyFiles(t.Context(), w.owner, delivery), nil)
	w.wants(w.MayOpenMyFiles(t.Context(), w.owner, delivery+1), fee.ErrNotFound)
	w.wants(w.MayOpenFiles(t.Context(), w.cashier, fee.DeliveryFiles, delivery), nil)
	for name, who := range map[string]org.Actor{"neighbour": w.Resident(1, org.RoleOwner), "tenant": w.Resident(0, org.RoleTenant), "committee": w.Officer(w.Committee, org.Chair), "company": w.cashier} {
		if err := w.MayOpenMyFiles(t.Context(), who, delivery); !errors.Is(err, fee.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	buyer := w.sell(0)
	w.wants(w.MayOpenMyFiles(t.Context(), buyer, delivery), fee.ErrNotFound)
	seller := w.owner // as the app knew the home before the sale ended it
	w.wants(w.MayOpenMyFiles(t.Context(), seller, delivery), fee.ErrNotFound)
}
