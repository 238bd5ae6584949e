package fee_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// provider is a checkout of known days.
type provider struct {
	payers []fee.Payer
	days   []fee.BilledDay
}

func (p *provider) Payers(*store.Tx, int64, int64) ([]fee.Payer, error) { return p.payers, nil }
func (p *provider) BilledDays(_ *store.Tx, _, _ int64, from, to time.Time) (list []fee.BilledDay, err error) {
	for _, d := range p.days {
		if !d.DayOn.Before(from) && !d.DayOn.After(to) {
			list = append(list, d)
		}
	}
	return list, nil
}

func billedDay(on, net, cost string) fee.BilledDay {
	return fee.BilledDay{MchID: "1900000001", DayOn: day(on), Net: yuan(net), Ours: yuan(net), Cost: yuan(cost), Known: true}
}

// payoutWorld has 265.50 with WeChat, of three days whose bills are read.
func payoutWorld(t *testing.T) (*world, *provider) {
	w := billed(t)
	p := &provider{days: []fee.BilledDay{billedDay("2026-02-26", "88.50", "0.53"), billedDay("2026-02-27", "100", "0.60"), billedDay("2026-02-28", "0", "0"), billedDay("2026-03-01", "77", "0.46")}}
	w.OnPayouts(p)
	for i, b := range w.bills(0) {
		w.online("420000"+string(rune('1'+i)), "88.50", b.ID)
	}
	return w, p
}

const payoutHead = "日期,金额,流水号,付款人,对方账号\n"

// TestAPayoutSaysItsDays: a line that one day's bill or one run of days comes to is shown as that, and the clerk proposes it with one
// request; nothing is booked before another agrees, and then the days are nobody else's until it is taken back.
func TestAPayoutSaysItsDays(t *testing.T) {
	w, _ := payoutWorld(t)
	list := w.load(1, fee.OfPayments, payoutHead+"2026-03-02,87.97,B1,财付通支付科技有限公司,\n2026-03-02,175.94,B2,财付通支付科技有限公司,\n2026-03-02,12,B3,财付通支付科技有限公司,\n")
	x := w.lines(list)
	if p := x[0].Payout; p == nil || !p.FromOn.Equal(day("2026-02-26")) || !p.ToOn.Equal(p.FromOn) || p.Amount != yuan("88.50") || p.Cost != yuan("0.53") || !strings.Contains(p.Text(), "像是2026年2月26日的结算款，共88.50元，手续费0.53元") {
		t.Errorf("%+v", p)
	}
	if p := x[1].Payout; p == nil || !p.FromOn.Equal(day("2026-02-27")) || !p.ToOn.Equal(day("2026-03-01")) || p.Amount != yuan("177") || p.Cost != yuan("1.06") {
		t.Errorf("%+v", p)
	}
	if x[2].State != "payout" || x[2].Payout != nil {
		t.Errorf("%+v", x[2])
	}
	_, err := w.SettleLine(t.Context(), w.cashier, list, x[2].Line.Line, "")
	w.wants(err, fee.ErrState)
	_, err = w.SettleLine(t.Context(), w.cashier, list, 99, "")
	w.wants(err, fee.ErrNotFound)
	if got := w.stands(); got != "0.00 0.00 265.50 0.00" {
		t.Fatalf("booked by itself: %s", got)
	}
	id, err := w.SettleLine(t.Context(), w.head, list, x[0].Line.Line, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Decide(t.Context(), w.head, id, true, "")
	w.wants(err, fee.ErrSamePerson)
	_, err = w.SettleLine(t.Context(), w.cashier, list, x[0].Line.Line, "")
	w.wants(err, fee.ErrSerial)
	if x := w.lines(list)[0]; x.Payout != nil || x.Asked != id || w.stands() != "0.00 0.00 265.50 0.00" {
		t.Errorf("%+v, %s", x, w.stands())
	}
	if _, err := w.Decide(t.Context(), w.Officer(w.Company, "head"), id, true, ""); err != nil {
		t.Fatal(err)
	}
	if x := w.lines(list)[0]; x.State != "known" || x.ChangeID != id || w.stands() != "87.97 0.53 177.00 0.00" {
		t.Errorf("%+v, %s", x, w.stands())
	}
	days := fee.Settlement{Way: fee.WeChat, Amount: yuan("88.50"), Cost: yuan("0.53"), Serial: "B7", FromOn: day("2026-02-25"), ToOn: day("2026-02-26")}
	w.wants(w.settle(days), fee.ErrDays)
	if x := w.lines(w.load(2, fee.OfPayments, payoutHead+"2026-03-02,87.97,B8,财付通支付科技有限公司,\n"))[0]; x.State != "payout" || x.Payout != nil {
		t.Errorf("a day that is settled is proposed again: %+v", x)
	}
	if err := w.agreed(w.ProposeUnsettling(t.Context(), w.cashier, id, "登记错了金额")); err != nil {
		t.Fatal(err)
	}
	if x := w.lines(list)[0]; x.State != "unsettled" || x.Payout == nil || x.Asked != 0 {
		t.Errorf("%+v", x)
	}
	if err := w.settle(days); err != nil {
		t.Error(err)
	}
	w.sound()
}

// TestWhatFitsTwiceIsNotProposed, nor days that the books do not agree with, that are not read yet, that come later, or more than WeChat holds.
func TestWhatFitsTwiceIsNotProposed(t *testing.T) {
	w, p := payoutWorld(t)
	n := int64(0)
	for what, days := range map[string][]fee.BilledDay{
		"two days of the same": {billedDay("2026-02-20", "88.50", "0.53"), billedDay("2026-02-26", "88.50", "0.53")},
		"other books":          {{MchID: "1", DayOn: day("2026-02-26"), Net: yuan("88.50"), Ours: yuan("76.50"), Cost: yuan("0.53"), Known: true}},
		"not read":             {{MchID: "1", DayOn: day("2026-02-26"), Net: yuan("88.50"), Ours: yuan("88.50"), Cost: yuan("0.53")}},
		"the same day":         {billedDay("2026-03-02", "88.50", "0.53")},
		"long ago":             {billedDay("2026-01-02", "88.50", "0.53")},
		"a day is missing":     {billedDay("2026-02-20", "50", "0.50"), billedDay("2026-02-22", "38.50", "0.03")},
		"two merchants":        {billedDay("2026-02-20", "50", "0.50"), {MchID: "2", DayOn: day("2026-02-21"), Net: yuan("38.50"), Ours: yuan("38.50"), Cost: yuan("0.03"), Known: true}},
	} {
		p.days = days
		n++
		list := w.load(n, fee.OfPayments, payoutHead+"2026-03-02,87.97,"+strings.ReplaceAll(what, " ", "")+",财付通支付科技有限公司,\n")
		if x := w.lines(list)[0]; x.State != "payout" || x.Payout != nil {
			t.Errorf("%s: %+v %+v", what, x, x.Payout)
		}
	}
	// All that WeChat still holds, less what its bills say that it keeps.
	p.days = []fee.BilledDay{billedDay("2026-02-26", "88.50", "0.53"), billedDay("2026-02-28", "88.50", "0.53")}
	list := w.load(90, fee.OfPayments, payoutHead+"2026-03-02,264.44,B90,财付通支付科技有限公司,\n")
	if got := w.lines(list)[0].Payout; got == nil || got.Amount != yuan("265.50") || got.Cost != yuan("1.06") || !got.FromOn.Equal(day("2026-02-26")) || !got.ToOn.Equal(day("2026-02-28")) {
		t.Errorf("%+v", got)
	}
	w.sound()
}

// TestWhoPaysOut: a payer whom two people have stated is no resident, by account or by name; an amount that a day's bill less what WeChat
// keeps comes to is not taken for an unknown payer's fee, while a resident's stays a resident's.
func TestWhoPaysOut(t *testing.T) {
	w, p := payoutWorld(t)
	p.payers = []fee.Payer{{Name: "某支付有限公司", Account: "6222020000001"}, {Name: "某清算中心"}}
	w.pay(w.paying(1, "1"))
	who := w.paying(1, "1")
	who.Payer = "李二"
	w.pay(who)
	got := ""
	for _, x := range w.lines(w.load(1, fee.OfPayments, payoutHead+
		"2026-03-02,900,A1,某某公司,6222 0200 0000 1\n"+ // by account, whatever it is called and however much
		"2026-03-02,900,A2,某支付有限公司,\n"+ // by name
		"2026-03-02,900,A3,某支付有限公司,999\n"+ // of that name, from another account
		"2026-03-02,900,A4,某清算中心,999\n"+
		"2026-03-02,99.40,A5,某公司,\n"+ // the bill of the 27th
		"2026-03-02,99.40,A6,李二,\n"+ // who has paid before
		"2026-03-02,100,A7,某公司,\n"+
		"2026-03-02,99.40,A8,,\n")) {
		got += x.State + " "
	}
	if got != "payout payout suspense payout payout suspense suspense payout " {
		t.Error(got)
	}
	p.days = []fee.BilledDay{billedDay("2026-02-26", "88.50", "0")} // a merchant that pays no fee: the amount is every home's
	list := w.load(2, fee.OfPayments, "日期,金额,流水号,房号,付款人\n2026-03-02,88.50,C1,,张三\n2026-03-02,88.50,C2,1-1-301,某清算中心\n")
	if x := w.lines(list); x[0].State != "suspense" || x[1].State != "paid" {
		t.Errorf("%+v", x)
	}
	if w.sums(ledger.FeeWeChat) != "265.50" {
		t.Error("something was settled by itself")
	}
	w.sound()
}
