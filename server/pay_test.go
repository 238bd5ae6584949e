package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// payOn switches WeChat Pay on at an estate: the company proposes, and another of its people agrees.
func (e *engine) payOn(suffix string, estate int64) int64 {
	id := e.must(201, "company"+suffix, "POST", fmt.Sprintf("/office/v1/estates/%d/pay-accounts", estate), m{"provider": "sandbox"}).int("id")
	second := e.actor("company" + suffix)
	second.PersonID += 100_000
	if err := e.checkout.DecideAccount(e.t.Context(), second, id, true, ""); err != nil {
		e.t.Fatal(err)
	}
	return id
}

// takePay makes one of everything of an estate's WeChat Pay.
func (e *engine) takePay(th things, suffix string) {
	th["pay-accounts"] = e.payOn(suffix, th["estates"])
	th["fee-orders"] = e.must(201, "owner"+suffix, "POST", fmt.Sprintf("/miniapp/v1/units/%d/fee-orders", th["units"]), m{"bill_ids": []int64{th["fee-bills"]}, "client_ref": "walk" + suffix}).int("id")
	company := e.actor("company" + suffix).OrganisationID()
	d := checkout.Day{AccountID: th["pay-accounts"], EstateID: th["estates"], CompanyID: company, DayOn: org.DayOf(e.db.Now()), State: "open", Failure: secretOf(suffix)}
	x := checkout.Difference{AccountID: d.AccountID, EstateID: d.EstateID, CompanyID: company, DayOn: d.DayOn, Kind: checkout.OnlyTheirs, Number: secretOf(suffix), Note: secretOf(suffix), State: "open", CreatedAt: e.db.Now()}
	r := checkout.Refund{Number: "R" + secretOf(suffix), AccountID: d.AccountID, EstateID: d.EstateID, CompanyID: company, State: checkout.Requested, Failure: secretOf(suffix), CreatedAt: e.db.Now()}
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(&d).Error; err != nil {
			return err
		}
		if err := tx.Create(&x).Error; err != nil {
			return err
		}
		r.ChangeID = -x.ID
		return tx.Create(&r).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	th["pay-days"], th["pay-differences"], th["pay-refunds"] = d.ID, x.ID, r.ID
}

// payBodies are the inputs of WeChat Pay's operations that pass the form check.
func payBodies(th things) map[string]any {
	return map[string]any{
		"placeOrder": m{"bill_ids": []int64{th["fee-bills"]}, "client_ref": "walking"}, "officeProposePayAccount": m{"provider": "sandbox"}, "officeDecidePayAccount": m{"approve": false, "text": "不同意"}, "officeEndPayAccount": m{},
		"officeReconcilePay": m{"day": soon(-3)}, "officeClosePayDay": m{}, "officeResolvePayDifference": m{"action": "book", "reason": "查过商户平台"}, "officeConfirmPayDifference": m{"approve": false},
		"officeRenewPayKeys": m{"provider": "sandbox"}, "officeDecidePayKeys": m{"approve": false, "text": "不同意"}, "officeWithdrawPayRefund": m{}, "officeStatePayer": m{"name": "财付通支付科技有限公司"}, "officeDecidePayer": m{"approve": false, "text": "不同意"}, "officeReopenPayDifference": m{"reason": "重新核对一次"},
	}
}

// TestPayingThroughTheAPI: off, a resident is told where to pay; on, the phone gets what it needs, WeChat tells at the address outside of
// sign-in, and the receipt is the resident's and the cashier's. What is not WeChat's is refused there, and no key ever comes out.
func TestPayingThroughTheAPI(t *testing.T) {
	e := newEngine(t)
	th := things{"estates": e.town.actors["owner"].Estate, "units": e.town.actors["owner"].Unit}
	e.charge(th, "")
	at := fmt.Sprintf("/miniapp/v1/units/%d/fee-orders", th["units"])
	order := m{"bill_ids": []int64{th["fee-bills"]}, "client_ref": "phone"}
	if off := e.must(409, "owner", "POST", at, order); !strings.Contains(off.body, "没有开通") {
		t.Error(off.body)
	}
	e.payOn("", th["estates"])
	o := e.must(201, "owner", "POST", at, order)
	pay, _ := o.json["pay"].(m)
	if pay["signType"] != "RSA" || pay["paySign"] == "" || o.json["state"] != "prepay" {
		t.Fatal(o.body)
	}
	if shown := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/estates/%d/pay-accounts", th["estates"]), nil); strings.Contains(shown.body, "KEY") || strings.Contains(shown.body, "secret") {
		t.Error(shown.body)
	}
	number := o.json["number"].(string)
	if err := e.payBox.Pay(number); err != nil {
		t.Fatal(err)
	}
	n, err := e.payBox.Notice(number, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	tell := func(hook string, body []byte) int {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/callback/wechatpay/"+hook, bytes.NewReader(body))
		req.Header = n.Header
		w := httptest.NewRecorder()
		e.site.Engine.ServeHTTP(w, req)
		return w.Code
	}
	if got := tell(n.Hook, append([]byte(" "), n.Body...)); got != http.StatusUnauthorized {
		t.Errorf("a changed notice: %d", got)
	}
	if got := tell("nobody", n.Body); got != http.StatusNotFound {
		t.Errorf("nobody's address: %d", got)
	}
	for range 2 {
		if got := tell(n.Hook, n.Body); got != http.StatusNoContent {
			t.Errorf("a notice: %d", got)
		}
	}
	done := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/fee-orders/%d", o.int("id")), nil)
	if done.json["state"] != "paid" || done.json["receipt_id"] == nil {
		t.Error(done.body)
	}
	receipt := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/fee-payments/%d", done.int("receipt_id")), nil)
	if !strings.Contains(receipt.body, "微信支付") || !strings.Contains(receipt.body, number) {
		t.Error(receipt.body)
	}
	if list := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/estates/%d/pay-orders?state=paid", th["estates"]), nil); !strings.Contains(list.body, number) {
		t.Error(list.body)
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/fee-orders/%d", o.int("id")), nil)
	e.must(403, "tenant", "POST", at, order)
}
