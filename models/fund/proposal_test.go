package fund_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// stray imports one line that no unit fits, and gives its id.
func (w *keeping) stray() int64 {
	w.t.Helper()
	v := w.checks(heading+"9幢,101,,50,20,,某某厂\n", "70")
	_, err := w.ApplyImport(w.t.Context(), w.second, v.ID)
	w.ok(err)
	list, _, err := w.ListToClean(w.t.Context(), w.clerk, w.Estate.ID, fund.CleanStray, 0, 1)
	w.ok(err)
	return list[0].ID
}

// TestNoMoneyFindsItsOwnerByOnePerson: nothing is booked before another person agreed, whoever asked cannot agree, and both are on record.
func TestNoMoneyFindsItsOwnerByOnePerson(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	line := w.stray()
	ctx := fund.Once(t.Context(), "tap", "same")
	id, err := w.ProposeStray(ctx, w.clerk, line, w.Units[0].ID)
	w.ok(err)
	again, err := w.ProposeStray(ctx, w.clerk, line, w.Units[0].ID)
	w.ok(err)
	if again != id {
		t.Errorf("a second tap proposed %d after %d", again, id)
	}
	_, err = w.ProposeStray(t.Context(), w.second, line, w.Units[1].ID)
	w.refused("while one waits", err, fund.ErrProposed)
	_, err = w.DecideProposal(t.Context(), w.clerk, id, true, "")
	w.refused("whoever asked", err, fund.ErrAnotherPerson)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	_, err = w.DecideProposal(t.Context(), other.Officer(other.Committee, org.Chair), id, true, "")
	w.refused("another estate's committee", err, fund.ErrNoEntry)
	_, err = w.DecideProposal(t.Context(), w.Officer(w.Committee, org.Chair), id, true, "")
	w.refused("who does not keep it", err, fund.ErrNotKeeper)
	if a, b := w.stands(ledger.FundUnit, w.Units[0].ID), w.stands(ledger.FundSuspense, 0); a != 0 || b != -7000 {
		t.Fatalf("before anybody agreed the unit has %s, %s wait", a, b)
	}
	_, err = w.DecideProposal(t.Context(), w.second, id, false, "")
	w.refused("refused without a reason", err, fault.ErrInvalid)
	_, err = w.DecideProposal(t.Context(), w.second, id, false, "这笔是九幢的")
	w.ok(err)
	_, err = w.DecideProposal(t.Context(), w.second, id, true, "")
	w.refused("after it was refused", err, fund.ErrStage)
	w.places(line, w.Units[0].ID)
	if a, b := w.stands(ledger.FundUnit, w.Units[0].ID), w.stands(ledger.FundSuspense, 0); a != -5000 || b != 0 {
		t.Errorf("the unit has %s, %s wait", a, b)
	}
	for state, want := range map[string]int{"asked": 0, "refused": 1, "agreed": 2} { // the account itself was agreed to
		list, err := w.ListProposals(t.Context(), w.Officer(w.Township, org.Head), w.Estate.ID, state, 0, 10)
		w.ok(err)
		if len(list) != want || want > 0 && (list[0].AskedBy != w.clerk.PersonID || list[0].DecidedBy != w.second.PersonID || list[0].Summary == "") {
			t.Errorf("%s: %+v", state, list)
		}
	}
}

// TestTwentyAgreeAtOnce: what two people decide is done once, whatever the number of them.
func TestTwentyAgreeAtOnce(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	line := w.stray()
	id, err := w.ProposeStray(t.Context(), w.clerk, line, w.Units[0].ID)
	w.ok(err)
	third := w.Officer(w.Code("housing-bureau"), org.Clerk)
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			ctx, who := t.Context(), w.second
			if i%2 == 0 {
				who = third
			} else if i%4 == 1 {
				ctx = fund.Once(ctx, "tap", "same")
			}
			_, errs[i] = w.DecideProposal(ctx, who, id, true, "")
		})
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, fund.ErrStage) {
			t.Error(err)
		}
	}
	if got := w.stands(ledger.FundUnit, w.Units[0].ID); got != -5000 || done == 0 || done > 5 { // the second's taps are one deed
		t.Errorf("%s after %d", got, done)
	}
}

// TestTheAccountIsChangedByTwo: until another person agrees the account stays what it is, and a change rests on what its proposer saw.
func TestTheAccountIsChangedByTwo(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	in := fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByBureau, Bank: "贵阳银行", Number: "6222000011119999"}
	id, err := w.ProposeAccount(t.Context(), w.clerk, in)
	w.ok(err)
	number := func(want string) *fund.AccountView {
		t.Helper()
		v, err := w.FindAccount(t.Context(), w.clerk, w.Estate.ID)
		w.ok(err)
		if v.LastFour != want {
			t.Fatalf("the account is %+v, want %s", v.Account, want)
		}
		return v
	}
	number("1234")
	_, err = w.DecideProposal(t.Context(), w.clerk, id, true, "")
	w.refused("whoever asked", err, fund.ErrAnotherPerson)
	_, err = w.DecideProposal(t.Context(), w.Officer(w.Committee, org.Chair), id, true, "")
	w.refused("another office", err, fund.ErrNotKeeper)
	_, err = w.DecideProposal(t.Context(), w.clerk, id, false, "账号填错了")
	w.ok(err)
	number("1234")
	id, err = w.ProposeAccount(t.Context(), w.clerk, in)
	w.ok(err)
	becomes := func(bank string) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&fund.Account{}).Where("estate_id = ?", w.Estate.ID).Update("bank", bank).Error
		}))
	}
	becomes("别的银行")
	_, err = w.DecideProposal(t.Context(), w.second, id, true, "")
	w.refused("of an account that is another by now", err, fund.ErrOutdated)
	becomes("都匀农商银行")
	_, err = w.DecideProposal(t.Context(), w.second, id, true, "")
	w.ok(err)
	if v := number("9999"); v.Holdings[0].RecordedBy != w.clerk.PersonID || v.Holdings[0].ConfirmedBy != w.second.PersonID {
		t.Errorf("%+v", v.Holdings[0])
	}
}

// TestTwoRegisterAnAccountAtOnce: of two proposals for an estate without an account one waits, and twenty who agree register it once.
func TestTwoRegisterAnAccountAtOnce(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	estate := modelstest.NewTown(t, w.DB, w.Vault).Estate.ID
	in := fund.AccountSetting{EstateID: estate, Holder: fund.HeldByBureau, Bank: "贵阳银行", Number: "6222000011119999", Reason: "按165号令代管"}
	var wg sync.WaitGroup
	ids, errs := make([]int64, 20), make([]error, 20)
	for i := range ids {
		wg.Go(func() { ids[i], errs[i] = w.ProposeAccount(t.Context(), w.clerk, in) })
	}
	wg.Wait()
	var id int64
	for i := range ids {
		if errs[i] == nil && id != 0 {
			t.Error("two proposals wait")
		}
		id = max(id, ids[i])
	}
	for i := range errs {
		wg.Go(func() { _, errs[i] = w.DecideProposal(t.Context(), w.second, id, true, "") })
	}
	wg.Wait()
	v, err := w.FindAccount(t.Context(), w.clerk, estate)
	w.ok(err)
	if len(v.Holdings) != 1 {
		t.Errorf("%+v", v.Holdings)
	}
}

// TestAStuckImportIsBrokenOff: nobody places a stray line while a list is taken over; where something came between all the same, two people break
// the import off, what it booked is reversed, and the list may be taken over anew. Then a placed stray makes up what its unit owes.
func TestAStuckImportIsBrokenOff(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	v := w.checks(heading+"9幢,101,,50,20,,某某厂\n1幢,101,,30,,,\n", "100")
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&fund.ImportLine{}).Where("import_id = ? AND unit_id <> 0", v.ID).Update("part", 2).Error; err != nil {
			return err
		}
		return tx.Model(&fund.Import{}).Where("id = ?", v.ID).Updates(map[string]any{"state": "applying", "parts": 2, "applied_by": w.second.PersonID}).Error
	}))
	_, err := w.Tick(t.Context())
	w.ok(err)
	list, _, err := w.ListToClean(t.Context(), w.clerk, w.Estate.ID, fund.CleanStray, 0, 1)
	w.ok(err)
	stray, err := w.ProposeStray(t.Context(), w.clerk, list[0].ID, w.Units[0].ID)
	w.ok(err)
	_, err = w.DecideProposal(t.Context(), w.second, stray, true, "")
	w.refused("while it is taken over", err, fund.ErrImporting)
	_, err = w.DecideProposal(t.Context(), w.clerk, stray, false, "先不办")
	w.ok(err)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { // past the product
		return tx.Create(&fund.SubAccount{EstateID: w.Estate.ID, BuildingID: w.Units[0].BuildingID, UnitID: w.Units[0].ID, CreatedAt: tx.Now}).Error
	}))
	_, err = w.ApplyImport(t.Context(), w.second, v.ID)
	w.refused("over a sub-account that is open", err, fund.ErrStaleList)
	id, err := w.ProposeBreakOff(t.Context(), w.clerk, v.ID, "有一户已经开户，办不下去")
	w.ok(err)
	_, err = w.DecideProposal(t.Context(), w.clerk, id, true, "")
	w.refused("whoever asked", err, fund.ErrAnotherPerson)
	_, err = w.DecideProposal(t.Context(), w.second, id, true, "")
	w.ok(err)
	for more := true; more; {
		more, err = w.Tick(t.Context())
		w.ok(err)
	}
	got, err := w.FindImport(t.Context(), w.clerk, v.ID)
	w.ok(err)
	if got.State != "broken" || got.Done != 0 || w.stands(ledger.FundBank, 0) != 0 || w.stands(ledger.FundSuspense, 0) != 0 {
		t.Errorf("%s, %d parts, %s at the bank", got.State, got.Done, w.stands(ledger.FundBank, 0))
	}
	_, err = w.ApplyImport(t.Context(), w.second, v.ID)
	w.refused("a list that was broken off", err, fund.ErrStage)
	line := w.stray() // the account is free again
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "short", Effective: calendar.DateOf(tx.Now), Source: ledger.Source{Kind: "project", ID: 1, Text: "维修"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundReceivable, UnitID: w.Units[0].ID}, Amount: 1500}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -1500}}})
		return err
	}))
	w.places(line, w.Units[0].ID)
	if a, b := w.stands(ledger.FundUnit, w.Units[0].ID), w.stands(ledger.FundReceivable, w.Units[0].ID); a != -3500 || b != 0 {
		t.Errorf("%s on the sub-account, %s owed", a, b)
	}
}
