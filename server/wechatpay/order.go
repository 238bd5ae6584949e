package wechatpay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/jsapi"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/money"
)

// Prepay opens an order.
func (c *Client) Prepay(ctx context.Context, p checkout.Prepay) (string, error) {
	api := jsapi.JsapiApiService{Client: c.api}
	p.Expires = p.Expires.In(calendar.Shanghai) // WeChat's examples have its own zone
	got, _, err := api.Prepay(ctx, jsapi.PrepayRequest{Appid: &c.merchant.AppID, Mchid: &c.merchant.MchID, Description: &p.Description, OutTradeNo: &p.Number, TimeExpire: &p.Expires, NotifyUrl: &p.NotifyURL,
		Amount: &jsapi.Amount{Total: core.Int64(int64(p.Amount)), Currency: core.String("CNY")}, Payer: &jsapi.Payer{Openid: &p.OpenID}})
	if err != nil {
		return "", c.plain("prepay", err)
	}
	if got.PrepayId == nil || *got.PrepayId == "" || len(*got.PrepayId) > 64 {
		return "", fmt.Errorf("wechatpay prepay: no prepay_id")
	}
	return *got.PrepayId, nil
}

// Params sign an open order for wx.requestPayment.
func (c *Client) Params(prepayID string, now time.Time) (*checkout.Params, error) {
	nonce, err := utils.GenerateNonce()
	if err != nil {
		return nil, err
	}
	p := &checkout.Params{TimeStamp: strconv.FormatInt(now.Unix(), 10), NonceStr: nonce, Package: "prepay_id=" + prepayID, SignType: "RSA"}
	signed, err := c.api.Sign(context.Background(), fmt.Sprintf("%s\n%s\n%s\n%s\n", c.merchant.AppID, p.TimeStamp, p.NonceStr, p.Package))
	if err != nil {
		return nil, fmt.Errorf("wechatpay params: not signed")
	}
	p.PaySign = signed.Signature
	return p, nil
}

// Query asks what became of an order.
func (c *Client) Query(ctx context.Context, number string) (*checkout.Transaction, error) {
	api := jsapi.JsapiApiService{Client: c.api}
	t, _, err := api.QueryOrderByOutTradeNo(ctx, jsapi.QueryOrderByOutTradeNoRequest{OutTradeNo: &number, Mchid: &c.merchant.MchID})
	if err != nil {
		return nil, c.plain("query", err)
	}
	return transaction(t)
}

// transaction reads WeChat's words. A payment that went back was paid before; one that failed may be tried again by the payer.
func transaction(t *payments.Transaction) (*checkout.Transaction, error) {
	out := &checkout.Transaction{Number: text(t.OutTradeNo), TransactionID: text(t.TransactionId), AppID: text(t.Appid), MchID: text(t.Mchid)}
	switch text(t.TradeState) {
	case "SUCCESS", "REFUND":
		out.State = checkout.TradePaid
	case "NOTPAY", "USERPAYING", "PAYERROR", "ACCEPT":
		out.State = checkout.TradeUnpaid
	case "CLOSED", "REVOKED":
		out.State = checkout.TradeClosed
	default:
		return nil, fmt.Errorf("wechatpay: an unknown trade state")
	}
	if out.State != checkout.TradePaid {
		return out, nil
	}
	if t.Amount == nil || t.Amount.Total == nil || *t.Amount.Total <= 0 || *t.Amount.Total > int64(money.Max) {
		return nil, fmt.Errorf("wechatpay: a payment without an amount")
	}
	out.Amount, out.Currency = money.Fen(*t.Amount.Total), text(t.Amount.Currency)
	at, err := time.Parse(time.RFC3339, text(t.SuccessTime))
	if err != nil {
		return nil, fmt.Errorf("wechatpay: a payment without a time")
	}
	out.PaidAt = at.UTC()
	return out, nil
}

// Close makes an order unpayable.
func (c *Client) Close(ctx context.Context, number string) error {
	api := jsapi.JsapiApiService{Client: c.api}
	_, err := api.CloseOrder(ctx, jsapi.CloseOrderRequest{OutTradeNo: &number, Mchid: &c.merchant.MchID})
	return c.plain("close", err)
}

// Refund gives money back the way it came.
func (c *Client) Refund(ctx context.Context, r checkout.Refunding) (*checkout.Refunded, error) {
	api := refunddomestic.RefundsApiService{Client: c.api}
	got, _, err := api.Create(ctx, refunddomestic.CreateRequest{TransactionId: &r.TransactionID, OutRefundNo: &r.Number, Reason: core.String("物业费退款"), NotifyUrl: &r.NotifyURL,
		Amount: &refunddomestic.AmountReq{Refund: core.Int64(int64(r.Amount)), Total: core.Int64(int64(r.Total)), Currency: core.String("CNY")}})
	if err = c.plain("refund", err); errors.Is(err, checkout.ErrNoSuch) { // the payment, not the refund
		err = &checkout.Refused{Code: "RESOURCE_NOT_EXISTS"}
	}
	if err != nil {
		return nil, err
	}
	return refund(got)
}

// QueryRefund asks what became of a refund.
func (c *Client) QueryRefund(ctx context.Context, number string) (*checkout.Refunded, error) {
	api := refunddomestic.RefundsApiService{Client: c.api}
	got, _, err := api.QueryByOutRefundNo(ctx, refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: &number})
	if err != nil {
		return nil, c.plain("query refund", err)
	}
	return refund(got)
}

func refund(r *refunddomestic.Refund) (*checkout.Refunded, error) {
	if r.Status == nil || r.Amount == nil || r.Amount.Refund == nil {
		return nil, fmt.Errorf("wechatpay: a refund without state or amount")
	}
	out := &checkout.Refunded{Number: text(r.OutRefundNo), RefundID: text(r.RefundId), TransactionID: text(r.TransactionId), Amount: money.Fen(*r.Amount.Refund)}
	if r.CreateTime != nil {
		out.AcceptedAt = r.CreateTime.UTC()
	}
	var err error
	out.State, err = refundState(string(*r.Status))
	return out, err
}

func refundState(s string) (checkout.RefundState, error) {
	switch s {
	case "SUCCESS":
		return checkout.RefundDone, nil
	case "PROCESSING":
		return checkout.RefundWaits, nil
	case "CLOSED":
		return checkout.RefundClosed, nil
	case "ABNORMAL", "CHANGE":
		return checkout.RefundAbnormal, nil
	}
	return "", fmt.Errorf("wechatpay: an unknown refund state")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
