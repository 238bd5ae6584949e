package fee_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
)

// TestWhatNobodyServedGoesBack: months that were paid and not served become money ahead, which goes back by a second person, once.
func TestWhatNobodyServedGoesBack(t *testing.T) {
	w := newWorld(t)
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 12))
	w.pay(w.paying(0, "1062"))
	if err := w.change(fee.Proposal{Kind: fee.Unserved, BillID: w.bills(0)[0].ID, Months: 5, Reason: "7月31日退出服务"}); err != nil {
		t.Fatal(err)
	}
	if h := w.held(0); h.Prepaid != yuan("442.50") || h.Owed != 0 {
		t.Errorf("%+v", h)
	}
	back := fee.Proposal{Kind: fee.RefundAhead, EstateID: w.Estate.ID, UnitID: w.Units[0].ID, Amount: yuan("442.50"), Way: fee.Cash, Reason: "退未服务的五个月"}
	if err := w.change(back); err != nil {
		t.Fatal(err)
	}
	w.wants(w.change(back), fee.ErrAmount)
	if d, err := w.FindDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-02")); err != nil || d.Cash != yuan("1062")-yuan("442.50") || d.Movements != 2 {
		t.Errorf("%+v, %v", d, err)
	}
	w.sound()
}

// TestAPaymentIsTakenBack: its bills want their money again; not when what it paid ahead has been used.
func TestAPaymentIsTakenBack(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "300")
	p.Prepay = true
	first := w.pay(p)
	undo := fee.Proposal{Kind: fee.Undo, PaymentID: first, Reason: "收错了房号"}
	if err := w.change(undo); err != nil {
		t.Fatal(err)
	}
	if h := w.held(0); h.Owed != yuan("265.50") || h.Prepaid != 0 {
		t.Errorf("%+v", h)
	}
	w.wants(w.change(undo), fee.ErrState)
	second := w.pay(p)
	w.publish(w.billing(w.bills(0)[0].RuleID, "2026-04-01", 1))
	w.wants(w.change(fee.Proposal{Kind: fee.Undo, PaymentID: second, Reason: "收错了房号"}), fee.ErrSpent)
	w.sound()
}

// TestADepositGoesBackOnce, in parts, never more than was given.
func TestADepositGoesBackOnce(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "2000")
	p.Note = "装修押金"
	id, err := w.Deposit(t.Context(), w.cashier, p)
	if err != nil {
		t.Fatal(err)
	}
	out := func(amount string) error {
		return w.change(fee.Proposal{Kind: fee.DepositOut, PaymentID: id, Amount: yuan(amount), Way: fee.Cash, Reason: "装修验收合格"})
	}
	if err := out("1500"); err != nil {
		t.Fatal(err)
	}
	w.wants(out("500.01"), fee.ErrAmount)
	if err := out("500"); err != nil {
		t.Fatal(err)
	}
	if h := w.held(0); h.Deposit != 0 || h.Owed != yuan("265.50") {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// TestAClosedDayTakesNothing of that cashier; another's goes on, and the next day is open.
func TestAClosedDayTakesNothing(t *testing.T) {
	w := billed(t)
	w.pay(w.paying(0, "10"))
	p := w.paying(0, "20")
	p.Way, p.Serial = fee.POS, "POS-1"
	w.pay(p)
	today := day("2026-03-02")
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, today, yuan("9"), ""); err == nil {
		t.Error("a till that does not agree needs a word")
	}
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, today, -yuan("5"), "少了五元"); !errors.Is(err, fault.ErrInvalid) || !strings.Contains(fault.Of(err).Fields[0].Reason, "不能小于零") {
		t.Errorf("less than nothing was counted: %v", err)
	}
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, today, yuan("10"), ""); err != nil {
		t.Fatal(err)
	}
	_, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, today, yuan("10"), "")
	w.wants(err, fee.ErrDayClosed)
	_, err = w.Pay(t.Context(), w.cashier, w.paying(0, "10"))
	w.wants(err, fee.ErrClosed)
	if _, err := w.Pay(t.Context(), w.head, w.paying(0, "10")); err != nil {
		t.Error(err)
	}
	d, err := w.FindDay(t.Context(), w.cashier, w.Estate.ID, today)
	if err != nil || d.ID == 0 || d.Cash != yuan("10") || d.Pos != yuan("20") {
		t.Errorf("%+v, %v", d, err)
	}
	sheet, err := w.FindDaySheet(t.Context(), w.head, d.ID)
	if err != nil || len(sheet.Ways) != 3 || sheet.Ways[0] != (fee.DayWay{Way: fee.Cash, In: 1, Got: yuan("10"), First: sheet.Ways[0].First, Last: sheet.Ways[0].First}) || sheet.Ways[0].First == "" || sheet.Ways[1].In != 0 || sheet.Ways[2].Net() != yuan("20") || sheet.Over() != 0 {
		t.Errorf("%+v, %v", sheet, err)
	}
	w.clock.Advance(24 * 3600e9)
	w.pay(w.paying(0, "10"))
}

// TestInvoicesAreNeverMoreThanWasPaid.
func TestInvoicesAreNeverMoreThanWasPaid(t *testing.T) {
	w := billed(t)
	id := w.pay(w.paying(0, "88.50"))
	invoice := func(number string, amount money.Fen) error {
		_, err := w.RecordInvoice(t.Context(), w.cashier, id, fee.Invoice{Number: number, Kind: "ordinary", IssuedOn: day("2026-03-02"), Amount: amount})
		return err
	}
	if err := invoice("26522000000001", yuan("88.50")); err != nil {
		t.Fatal(err)
	}
	w.wants(invoice("26522000000002", 1), fee.ErrAmount)
	w.wants(invoice("26522000000003", -yuan("88.51")), fee.ErrAmount)
	if err := invoice("26522000000004", -yuan("88.50")); err != nil {
		t.Error(err)
	}
	w.wants(invoice("26522000000001", yuan("1")), fee.ErrInvoiced)
}

// TestNoCashThatIsNotThere: what was paid by transfer, or has been brought to the bank, does not go back in cash; by a transfer it does. A
// payment with the wrong number is taken back once the right one is entered.
func TestNoCashThatIsNotThere(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "300") // of which 34.50 are paid ahead
	p.Prepay, p.Way, p.Serial = true, fee.Bank, "B-1"
	w.pay(p)
	back := fee.Proposal{Kind: fee.RefundAhead, EstateID: w.Estate.ID, UnitID: w.Units[0].ID, Amount: yuan("34.50"), Way: fee.Cash, Reason: "业主要求退预交款"}
	err := w.change(back)
	if w.wants(err, fee.ErrTill); err != nil && (!strings.Contains(err.Error(), "现金只有0.00元") || !strings.Contains(err.Error(), "银行转账")) {
		t.Errorf("%v", err)
	}
	if h := w.held(0); h.Prepaid != yuan("34.50") {
		t.Errorf("%+v", h)
	}
	back.Way, back.Amount = fee.Bank, yuan("34.49") // another proposal than the one that is open
	if err := w.change(back); err != nil {
		t.Fatal(err)
	}
	cash := w.pay(w.paying(1, "265.50"))
	banked, err := w.ProposeSettlement(t.Context(), w.cashier, fee.Settlement{EstateID: w.Estate.ID, Way: fee.Cash, Amount: yuan("200"), Serial: "CK-1", SettledOn: day("2026-03-02"), Reason: "现金存入银行"})
	if err := w.agreed(banked, err); err != nil {
		t.Fatal(err)
	}
	id, err := w.Propose(t.Context(), w.cashier, fee.Proposal{EstateID: w.Estate.ID, Kind: fee.Undo, PaymentID: cash, Reason: "收错了房号"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.agreed(id, nil)
	if w.wants(err, fee.ErrTill); err != nil && !strings.Contains(err.Error(), "重新登记收款") {
		t.Errorf("%v", err)
	}
	w.pay(w.paying(2, "265.50")) // the right number
	if err := w.agreed(id, nil); err != nil {
		t.Fatal(err)
	}
	w.sound()
}
