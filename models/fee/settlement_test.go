package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
)

func (w *world) settle(x fee.Settlement) error {
	w.t.Helper()
	x.EstateID, x.Reason = w.Estate.ID, "三月一日的结算款"
	if x.SettledOn.IsZero() {
		x.SettledOn = day("2026-03-02")
	}
	return w.agreed(w.ProposeSettlement(w.t.Context(), w.cashier, x))
}

// TestMoneyComesToTheBank: WeChat's payout less what it keeps, and cash that was paid in, stand on the bank's account once two people have
// said so, each number once, never more than there is.
func TestMoneyComesToTheBank(t *testing.T) {
	w := billed(t)
	w.online("4200001", "88.50", w.bills(0)[0].ID)
	w.pay(w.paying(1, "100"))
	payout := fee.Settlement{Way: fee.WeChat, Amount: yuan("88.50"), Cost: yuan("0.53"), Serial: "B1"}
	id, err := w.ProposeSettlement(t.Context(), w.head, fee.Settlement{EstateID: w.Estate.ID, Way: payout.Way, Amount: payout.Amount, Cost: payout.Cost, Serial: "B1", SettledOn: day("2026-03-02"), Reason: "三月一日的结算款"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Decide(t.Context(), w.head, id, true, "")
	w.wants(err, fee.ErrSamePerson)
	w.wants(w.settle(payout), fee.ErrSerial)
	if got := w.sums(ledger.FeeBank); got != "0.00" {
		t.Errorf("%s is booked by one person", got)
	}
	if _, err := w.Decide(t.Context(), w.Officer(w.Company, "head"), id, false, "金额不对"); err != nil {
		t.Fatal(err)
	}
	for what, x := range map[string]fee.Settlement{
		"more than there is": {Way: fee.WeChat, Amount: yuan("88.51"), Serial: "B1"}, "more cash than there is": {Way: fee.Cash, Amount: yuan("100.01"), Serial: "B1"},
		"a transfer": {Way: fee.Bank, Amount: 1, Serial: "B1"}, "no number": {Way: fee.Cash, Amount: 1}, "a cost of cash": {Way: fee.Cash, Amount: yuan("10"), Cost: 1, Serial: "B1"},
		"nothing left": {Way: fee.WeChat, Amount: 10, Cost: 10, Serial: "B1"}, "tomorrow": {Way: fee.Cash, Amount: 1, Serial: "B1", SettledOn: day("2026-03-03")},
	} {
		if err := w.settle(x); err == nil {
			t.Error(what)
		}
	}
	for _, x := range []fee.Settlement{payout, {Way: fee.Cash, Amount: yuan("60"), Serial: "B2"}} {
		if err := w.settle(x); err != nil {
			t.Fatal(err)
		}
	}
	w.wants(w.settle(fee.Settlement{Way: fee.Cash, Amount: 1, Serial: "B1"}), fee.ErrSerial)
	for code, want := range map[ledger.Code]string{ledger.FeeBank: "147.97", ledger.FeeCost: "0.53", ledger.FeeWeChat: "0.00", ledger.FeeCash: "40.00"} {
		if got := w.sums(code); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
	p := w.paying(0, "1")
	p.Way, p.Serial = fee.Bank, "B1"
	_, err = w.Pay(t.Context(), w.cashier, p)
	w.wants(err, fee.ErrSerial)
	w.sound()
}

// TestAPayoutIsNoIncome: a bank's list has what WeChat pays out and cash that was paid in; neither is booked as somebody's payment, and what
// was is settled only after it was taken back.
func TestAPayoutIsNoIncome(t *testing.T) {
	w := billed(t)
	w.online("4200001", "88.50", w.bills(0)[0].ID)
	if err := w.settle(fee.Settlement{Way: fee.WeChat, Amount: yuan("50.30"), Cost: yuan("0.30"), Serial: "B1"}); err != nil {
		t.Fatal(err)
	}
	lines := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号,付款人\n2026-03-02,50,B1,财付通支付科技有限公司\n2026-03-02,38.20,B2,财付通支付科技有限公司\n2026-03-02,500,B3,财付通支付科技有限公司\n2026-03-02,38.20,B4,某公司\n"))
	got := ""
	for _, x := range lines {
		got += x.State + " "
	}
	if got != "known payout suspense suspense " {
		t.Errorf("%s", got)
	}
	if x := w.lines(w.load(2, fee.OfPayments, "日期,金额,流水号\n2026-03-02,51,B1\n"))[0]; x.State != "conflict" {
		t.Errorf("%+v", x)
	}
	taken := fee.Settlement{Way: fee.WeChat, Amount: yuan("38.20"), Serial: "B4"}
	w.wants(w.settle(taken), fee.ErrSerial)
	if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: lines[3].PaymentID, Reason: "是微信的结算款"}); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(taken); err != nil {
		t.Error(err)
	}
	if got := w.sums(ledger.FeeWeChat); got != "0.00" {
		t.Errorf("WeChat still holds %s", got)
	}
	w.sound()
}
