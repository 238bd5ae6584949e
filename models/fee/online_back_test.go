package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// online has WeChat take a payment of bills of the first unit, in a house that sends refunds.
func (w *world) online(serial, amount string, bills ...int64) *fee.Payment {
	w.t.Helper()
	w.OnSend(func(*store.Tx, audit.Actor, *fee.Change) error { return nil })
	var x *fee.Payment
	w.tx(func(tx *store.Tx) (err error) {
		x, err = w.Collect(tx, fee.Online{EstateID: w.Estate.ID, CompanyID: w.Company.ID, UnitID: w.Units[0].ID, BillIDs: bills, Amount: yuan(amount), PaidAt: tx.Now, Serial: serial, PersonID: w.owner.PersonID})
		return err
	})
	return x
}

// sums are what the books have on a code, over all units.
func (w *world) sums(code ledger.Code) string {
	w.t.Helper()
	var sum int64
	w.tx(func(tx *store.Tx) error {
		return tx.Table("ledger_entries e").Select("COALESCE(SUM(e.amount), 0)").Joins("JOIN ledger_accounts a ON a.id = e.account_id").Where("a.code = ?", code).Scan(&sum).Error
	})
	return money.Fen(sum).String()
}

// TestARunStaysWhileItsMoneyGoesBack: while WeChat gives a payment back, the run of its bills cannot be taken back, and a run that is being
// taken back sends none of its payments.
func TestARunStaysWhileItsMoneyGoesBack(t *testing.T) {
	w := billed(t)
	b := w.bills(0)[0]
	x := w.online("4200001", "88.50", b.ID)
	undo := fee.Proposal{EstateID: w.Estate.ID, Kind: fee.Undo, PaymentID: x.ID, Reason: "重复交了一次"}
	if err := w.change(undo); err != nil {
		t.Fatal(err)
	}
	w.wants(w.cancel(b.RunID, true), fee.ErrState)
	sending := w.changed("sending")
	w.tx(func(tx *store.Tx) error { _, err := w.Returned(tx, sending.ID, true, ""); return err })
	if err := w.cancel(b.RunID, false); err != nil {
		t.Fatal(err)
	}
	w.tick()

	second := w.bills(0)[1]
	undo.PaymentID = w.online("4200002", "88.50", second.ID).ID
	if err := w.cancel(second.RunID, true); err != nil {
		t.Fatal(err)
	}
	w.wants(w.change(undo), fee.ErrState)
	w.tick()
	w.wants(w.agreed(w.pending()[0].ID, nil), fee.ErrState) // it is paid ahead now
	if h := w.held(0); h.Prepaid != yuan("88.50") || w.sums(ledger.FeeWeChat) != "88.50" {
		t.Errorf("%+v, WeChat holds %s", h, w.sums(ledger.FeeWeChat))
	}
	w.sound()

	// It has left WeChat without us: it comes from what it had become.
	w.tx(func(tx *store.Tx) error {
		_, err := w.TakeOut(tx, w.head, undo.PaymentID, yuan("88.50"), w.cashier.PersonID, "商户平台上退了款")
		return err
	})
	if h := w.held(0); h.Prepaid != 0 || w.sums(ledger.FeeWeChat) != "0.00" {
		t.Errorf("%+v, WeChat holds %s", h, w.sums(ledger.FeeWeChat))
	}
	w.sound()
}

// TestANumberOfWeChatIsNoTransfer: the same payment is not entered at the desk under another way, nor told by WeChat after that, nor
// taken from a bank's list.
func TestANumberOfWeChatIsNoTransfer(t *testing.T) {
	w := billed(t)
	w.online("4200001", "88.50", w.bills(0)[0].ID)
	p := w.paying(0, "88.50")
	p.Way, p.Serial = fee.Bank, "4200001"
	_, err := w.Pay(t.Context(), w.cashier, p)
	w.wants(err, fee.ErrSerial)
	p.Serial = "4200002"
	w.pay(p)
	err = w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := w.Collect(tx, fee.Online{EstateID: w.Estate.ID, CompanyID: w.Company.ID, Amount: yuan("88.50"), PaidAt: tx.Now, Serial: "4200002"})
		return err
	})
	w.wants(err, fee.ErrSerial)
	if x := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号,房号\n2026-03-02,88.50,4200001,1-1-101\n"))[0]; x.State != "known" {
		t.Errorf("%+v", x)
	}
}

// TestInvoicesStayCovered: what a unit paid ahead goes back, whatever the way, only as far as no invoice stands on it.
func TestInvoicesStayCovered(t *testing.T) {
	w := newWorld(t)
	x := w.online("4200001", "100", 0)
	p := w.paying(0, "50")
	p.Prepay = true
	w.pay(p)
	if _, err := w.RecordInvoice(t.Context(), w.cashier, x.ID, fee.Invoice{Number: "26522000000001", Kind: "ordinary", Amount: yuan("100"), IssuedOn: day("2026-03-02")}); err != nil {
		t.Fatal(err)
	}
	back := fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, PaymentID: x.ID, Amount: yuan("1"), Way: fee.WeChat, Reason: "退预交的钱"}
	w.wants(w.change(back), fee.ErrState)
	back.Way, back.PaymentID, back.Amount = fee.Cash, 0, yuan("50.01")
	w.wants(w.change(back), fee.ErrState)
	back.Amount = yuan("50")
	if err := w.change(back); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RecordInvoice(t.Context(), w.cashier, x.ID, fee.Invoice{Number: "26522000000002", Kind: "ordinary", Amount: -yuan("60"), IssuedOn: day("2026-03-02")}); err != nil {
		t.Fatal(err)
	}
	back.Way, back.PaymentID, back.Amount = fee.WeChat, x.ID, yuan("60")
	if err := w.change(back); err != nil {
		t.Error(err)
	}
	back.Amount = yuan("0.01")
	w.wants(w.change(back), fee.ErrState) // the 60 are on their way
}

// changed is the newest change of a state.
func (w *world) changed(state string) fee.ChangeView {
	w.t.Helper()
	list, err := w.ListChanges(w.t.Context(), w.cashier, w.Estate.ID, state, 0, 10)
	if err != nil || len(list) == 0 {
		w.t.Fatal(err, list)
	}
	return list[0]
}

// TestASellersWeChatGetsNothingOfTheBuyers: of a payment from before the sale goes back what is left of its owners' money, and of the
// buyer's only the buyer's.
func TestASellersWeChatGetsNothingOfTheBuyers(t *testing.T) {
	w := newWorld(t)
	sellers := w.online("4200001", "100", 0)
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)) // takes 88.50
	w.clock.Advance(24 * 3600e9)
	w.sold(0)
	w.clock.Advance(24 * 3600e9)
	buyers := w.online("4200002", "60", 0)
	back := func(x *fee.Payment, amount string) error {
		return w.change(fee.Proposal{Kind: fee.RefundAhead, PaymentID: x.ID, Way: fee.WeChat, Amount: yuan(amount), Reason: "房屋已经过户"})
	}
	w.wants(back(sellers, "11.51"), fee.ErrAmount)
	w.wants(w.change(fee.Proposal{Kind: fee.Undo, PaymentID: sellers.ID, Reason: "房屋已经过户"}), fee.ErrSpent)
	if err := back(sellers, "11.50"); err != nil {
		t.Fatal(err)
	}
	w.wants(back(sellers, "0.01"), fee.ErrAmount)
	if list, err := w.ListToReturn(t.Context(), w.cashier, w.Estate.ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	sending := w.changed("sending")
	w.tx(func(tx *store.Tx) error { _, err := w.Returned(tx, sending.ID, true, ""); return err })
	w.wants(back(sellers, "0.01"), fee.ErrAmount)
	if err := back(buyers, "60"); err != nil {
		t.Error(err)
	}
	if a, err := w.MyAccount(t.Context(), w.owner, w.Units[0].ID); err != nil || a.Prepaid != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	w.sound()
}
