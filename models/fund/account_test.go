package fund_test

import (
	"sync"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestWhoKeepsTheAccount: the bureau gives it away with a reason, the committee takes it only by a resolution, and whoever does not keep it
// moves no money.
func TestWhoKeepsTheAccount(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	chair := w.Officer(w.Committee, org.Chair)
	in := fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByAssembly, Bank: "贵阳银行", Number: "6222000011119999"}
	_, err := w.ProposeAccount(t.Context(), chair, in)
	w.refused("the committee without a resolution", err, fund.ErrNoResolution)
	in.MeetingID, in.Position = 999, 1
	_, err = w.ProposeAccount(t.Context(), chair, in)
	w.refused("a meeting that there is not", err, fund.ErrNoResolution)
	_, err = w.ProposeAccount(t.Context(), w.clerk, in)
	w.refused("the bureau without a reason", err, fault.ErrInvalid)
	_, err = w.RecordSlip(t.Context(), chair, w.slipOf("1", "2026-03-01", fund.FirstDeposit, 100))
	w.refused("a committee that does not keep it", err, fund.ErrNotKeeper)
	in.Reason = "业主大会已经开立账户，划转"
	w.sets(w.clerk, w.second, in)
	_, err = w.RecordSlip(t.Context(), w.clerk, w.slipOf("1", "2026-03-01", fund.FirstDeposit, 100))
	w.refused("the bureau after it gave it away", err, fund.ErrNotKeeper)
	_, err = w.RecordSlip(t.Context(), chair, w.slipOf("1", "2026-03-01", fund.FirstDeposit, 100))
	w.ok(err)
	v, err := w.FindAccount(t.Context(), w.Officer(w.Township, org.Head), w.Estate.ID)
	w.ok(err)
	if v.LastFour != "9999" || len(v.Holdings) != 2 || v.Holdings[0].Reason != in.Reason {
		t.Errorf("%+v", v)
	}
	_, err = w.FindAccount(t.Context(), w.Officer(w.Company, org.Head), w.Estate.ID)
	w.refused("the company", err, org.ErrForbidden)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	_, err = w.RecordSlip(t.Context(), other.Officer(other.Committee, org.Chair), w.slipOf("2", "2026-03-01", fund.FirstDeposit, 100))
	w.refused("another estate's committee", err, org.ErrEstateNotFound)
}

// TestFirstDeposits are held to the rate once it is supplied, stand on the owner's and the seller's own sub-account, and unsold units are the
// developer's.
func TestFirstDeposits(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[2].ID).Updates(map[string]any{"sold": false, "delivered": false}).Error
	}))
	unpaid := func() []fund.Unpaid {
		list, next, err := w.ListUnpaid(t.Context(), w.clerk, w.Estate.ID, 0, 20)
		w.ok(err)
		if next != 0 {
			t.Errorf("a next page of %d units", len(list))
		}
		return list
	}
	if list := unpaid(); len(list) != 3 || list[0].Unknown == "" || list[2].Payer != "developer" {
		t.Fatalf("%+v", list)
	}
	w.rule("fund.first_deposit", "4000")
	w.rule("fund.first_deposit_lift", "6000")
	_, err := w.SetLift(t.Context(), w.clerk, w.Building.ID, true)
	w.ok(err)
	if list := unpaid(); list[0].Due != 88_500*6000/1000 { // 88.5 m² at 60 yuan
		t.Fatalf("%+v", list)
	}
	due := unpaid()[0].Due
	_, err = w.RecordSlip(t.Context(), w.clerk, w.slipOf("a", "2026-03-01", fund.FirstDeposit, due+1))
	w.refused("more than the rate", err, fault.ErrInvalid)
	in := w.slipOf("a", "2026-03-01", fund.FirstDeposit, due, due-5, due)
	in.Deposits = append(in.Deposits, fund.NewDeposit{UnitID: w.Units[0].ID, Kind: fund.FirstDeposit, Seller: true, SellerName: "都匀市某某厂", Amount: 700})
	_, err = w.RecordSlip(t.Context(), w.clerk, in)
	w.ok(err)
	if list := unpaid(); len(list) != 1 || list[0].Due-list[0].Paid != 5 {
		t.Errorf("%+v", list)
	}
	if got := -w.stands(ledger.FundUnit, w.Units[0].ID); got != due {
		t.Errorf("the owner's is %s", got)
	}
	if got := -w.stands(ledger.FundSeller, w.Units[0].ID); got != 700 {
		t.Errorf("the seller's is %s", got)
	}
	if got := w.stands(ledger.FundBank, 0); got != 3*due-5+700 {
		t.Errorf("at the bank %s", got)
	}
}

// TestASlipIsEnteredOnce by twenty at once, and anew only after another person has reversed it.
func TestASlipIsEnteredOnce(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	var wg sync.WaitGroup
	ids, errs := make([]int64, 20), make([]error, 20)
	for i := range 20 {
		wg.Go(func() {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = fund.Once(ctx, "tap", "same")
			}
			ids[i], errs[i] = w.RecordSlip(ctx, w.clerk, w.slipOf("9", "2026-03-01", fund.FirstDeposit, 100, 200))
		})
	}
	wg.Wait()
	done := 0
	for i, err := range errs {
		if err == nil {
			done++
		} else if i%2 == 0 && done > 0 {
			w.refused("the same tap", err, fund.ErrSlipKnown)
		}
	}
	if got := w.stands(ledger.FundBank, 0); got != 300 || done == 0 {
		t.Errorf("%s at the bank after %d", got, done)
	}
	var id int64
	for i := range ids {
		id = max(id, ids[i])
	}
	_, err := w.ReverseSlip(t.Context(), w.clerk, id, day(t, "2026-03-02"), "户号填错")
	w.refused("the same person", err, fund.ErrAnotherPerson)
	_, err = w.ReverseSlip(t.Context(), w.second, id, day(t, "2026-03-02"), "户号填错")
	w.ok(err)
	_, err = w.ReverseSlip(t.Context(), w.second, id, day(t, "2026-03-02"), "户号填错")
	w.refused("twice", err, fund.ErrStage)
	w.pays("9", "2026-03-02", fund.FirstDeposit, 300)
	if a, b := w.stands(ledger.FundUnit, w.Units[0].ID), w.stands(ledger.FundUnit, w.Units[1].ID); a != -300 || b != 0 {
		t.Errorf("%s and %s", a, b)
	}
	list, _, err := w.ListUnpaid(t.Context(), w.clerk, w.Estate.ID, 0, 20)
	w.ok(err)
	if len(list) != 2 || list[0].UnitID != w.Units[1].ID { // what was paid for it came back; without a rate nobody can say that 3 yuan are not all
		t.Errorf("%+v", list)
	}
}
