package fee_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

// TestNothingMovesByOnePersonAlone: unclaimed money, a run that is taken back and opening arrears wait for a head of the company who did not
// propose them; until then, and when they are refused, money and bills stand as they were.
func TestNothingMovesByOnePersonAlone(t *testing.T) {
	w := billed(t)
	payment := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,88.50,S1\n"))[0].PaymentID
	bill := w.bills(0)[0]
	w.drawer.lists[2] = "房号,费用名称,起始月份,金额\n1-1-101,物业费,2025-01,5\n"
	for what, propose := range map[string]func(org.Actor) error{
		"money": func(a org.Actor) error {
			_, err := w.Assign(t.Context(), a, payment, fee.Paying{BillIDs: []int64{bill.ID}}, "看过付款回单")
			return err
		},
		"a run": func(a org.Actor) error {
			_, err := w.Cancel(t.Context(), a, bill.RunID, "面积用错了", false)
			return err
		},
		"arrears": func(a org.Actor) error { _, err := w.Import(t.Context(), a, w.Estate.ID, fee.OfArrears, 2); return err },
	} {
		t.Run(what, func(t *testing.T) {
			if err := propose(w.head); err != nil {
				t.Fatal(err)
			}
			if what != "arrears" { // which answers that it is there
				w.wants(propose(w.cashier), fee.ErrPending)
			}
			w.tick()
			id := w.pending()[0].ID
			_, err := w.Decide(t.Context(), w.head, id, true, "")
			w.wants(err, fee.ErrSamePerson)
			_, err = w.Decide(t.Context(), w.cashier, id, true, "")
			w.wants(err, org.ErrForbidden)
			if _, err := w.Decide(t.Context(), w.Officer(w.Company, org.Head), id, false, "没有依据"); err != nil {
				t.Fatal(err)
			}
			w.tick()
			if h := w.held(0); h.Owed != yuan("265.50") || len(w.bills(0)) != 3 {
				t.Errorf("it moved: %+v", h)
			}
		})
	}
	w.sound()
	if _, err := w.Import(t.Context(), w.cashier, w.Estate.ID, fee.OfArrears, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.agreed(w.pending()[0].ID, nil); err != nil {
		t.Fatal(err)
	}
	w.tick()
	if h := w.held(0); h.Owed != yuan("270.50") {
		t.Errorf("a list that was refused is not entered when it is proposed again: %+v", h)
	}
	w.sound()
}

// TestUnclaimedMoneyIsAssignedOnce, by twenty heads at once, and not after it has gone back.
func TestUnclaimedMoneyIsAssignedOnce(t *testing.T) {
	w := billed(t)
	payment := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,100,S1\n"))[0].PaymentID
	id, err := w.Assign(t.Context(), w.cashier, payment, fee.Paying{UnitID: w.Units[1].ID, Prepay: true}, "看过付款回单")
	if err != nil {
		t.Fatal(err)
	}
	back, err := w.Propose(t.Context(), w.cashier, fee.Proposal{Kind: fee.Undo, EstateID: w.Estate.ID, PaymentID: payment, Reason: "打错了账户"})
	if err != nil {
		t.Fatal(err)
	}
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch _, err := w.Decide(t.Context(), w.head, id, true, ""); {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, fee.ErrState):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if h := w.held(1); done.Load() != 1 || h.Owed != yuan("165.50") {
		t.Errorf("%d times, %+v", done.Load(), h)
	}
	if err := w.agreed(back, nil); err != nil {
		t.Fatal(err)
	}
	if h := w.held(1); h.Owed != yuan("265.50") {
		t.Errorf("after it went back %+v", h)
	}
	w.wants(w.assign(payment, fee.Paying{UnitID: w.Units[0].ID}), fee.ErrState)
	w.sound()
}

// TestATransferIsEnteredOnce: at the desk it needs the bank's number, which counts once for the company and the way, whatever desk enters
// it, and however often.
func TestATransferIsEnteredOnce(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "10")
	for _, way := range []string{fee.Bank, fee.POS} {
		p.Way = way
		if _, err := w.Pay(t.Context(), w.cashier, p); !errors.Is(err, fault.ErrInvalid) || w.faults(err)[0].Path != "serial" {
			t.Errorf("%s without a number: %v", way, err)
		}
	}
	p.Way, p.Serial = fee.Bank, "BK-1"
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch _, err := w.Pay(t.Context(), w.cashier, p); {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, fee.ErrSerial):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 {
		t.Errorf("entered %d times", done.Load())
	}
	d := w.paying(1, "10")
	d.Way, d.Serial, d.Note = fee.Bank, "BK-1", "装修押金"
	_, err := w.Deposit(t.Context(), w.head, d)
	w.wants(err, fee.ErrSerial)
	p.Way = fee.POS
	w.pay(p)
	if x := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-02,10,BK-1\n"))[0]; x.State != "known" {
		t.Errorf("the bank's list has it again: %s", x.State)
	}
	w.sound()
}
