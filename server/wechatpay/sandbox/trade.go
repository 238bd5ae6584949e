package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/money"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func (b *Box) next() int64 { b.seq++; return b.seq }

func (b *Box) prepay(body []byte) (int, any) {
	var in struct {
		AppID     string    `json:"appid"`
		MchID     string    `json:"mchid"`
		Number    string    `json:"out_trade_no"`
		NotifyURL string    `json:"notify_url"`
		Expires   time.Time `json:"time_expire"`
		Amount    struct {
			Total int64 `json:"total"`
		} `json:"amount"`
		Payer struct {
			OpenID string `json:"openid"`
		} `json:"payer"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.MchID != MchID || in.Number == "" || in.Amount.Total <= 0 || in.Payer.OpenID == "" {
		return http.StatusBadRequest, refusal{"PARAM_ERROR", "参数错误"}
	}
	o := b.orders[in.Number]
	switch {
	case o == nil && !in.Expires.After(b.now()):
		return http.StatusBadRequest, refusal{"PARAM_ERROR", "已过期"}
	case o == nil:
		o = &order{Number: in.Number, AppID: in.AppID, MchID: in.MchID, NotifyURL: in.NotifyURL, OpenID: in.Payer.OpenID, Total: in.Amount.Total, State: "NOTPAY", Expires: in.Expires, PrepayID: fmt.Sprintf("wx%d", b.next())}
		b.orders[in.Number] = o
	case o.State == "SUCCESS":
		return http.StatusBadRequest, refusal{"ORDERPAID", "已支付"}
	case o.State == "CLOSED" || o.Total != in.Amount.Total:
		return http.StatusBadRequest, refusal{"INVALID_REQUEST", "订单号重复"}
	}
	return http.StatusOK, map[string]string{"prepay_id": o.PrepayID}
}

func (b *Box) close(number string) (int, any) {
	o := b.orders[number]
	switch {
	case o == nil:
		return http.StatusNotFound, refusal{"ORDER_NOT_EXIST", "订单不存在"}
	case o.State == "SUCCESS" || o.State == "REFUND":
		return http.StatusBadRequest, refusal{"ORDERPAID", "已支付"}
	}
	o.State = "CLOSED"
	return http.StatusNoContent, nil
}

func (b *Box) query(number string) (int, any) {
	o := b.orders[number]
	if o == nil {
		return http.StatusNotFound, refusal{"ORDER_NOT_EXIST", "订单不存在"}
	}
	return http.StatusOK, o.view()
}

func (o *order) view() map[string]any {
	v := map[string]any{"appid": o.AppID, "mchid": o.MchID, "out_trade_no": o.Number, "trade_state": o.State, "payer": map[string]string{"openid": o.OpenID}}
	if o.TransactionID != "" {
		v["transaction_id"], v["success_time"], v["trade_type"] = o.TransactionID, o.PaidAt.In(shanghai).Format(time.RFC3339), "JSAPI"
		v["amount"] = map[string]any{"total": o.Total, "payer_total": o.Total, "currency": "CNY", "payer_currency": "CNY"}
	}
	return v
}

func (b *Box) takeRefund(body []byte) (int, any) {
	var in struct {
		TransactionID string `json:"transaction_id"`
		Number        string `json:"out_refund_no"`
		NotifyURL     string `json:"notify_url"`
		Amount        struct {
			Refund, Total int64
		} `json:"amount"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return http.StatusBadRequest, refusal{"PARAM_ERROR", "参数错误"}
	}
	if r := b.refunds[in.Number]; r != nil {
		return http.StatusOK, r.view(b)
	}
	o := b.paidAs(in.TransactionID)
	if o == nil || o.Total != in.Amount.Total {
		return http.StatusNotFound, refusal{"RESOURCE_NOT_EXISTS", "订单不存在"}
	}
	sum := in.Amount.Refund
	for _, r := range b.refunds {
		if r.TransactionID == in.TransactionID && r.Status != "CLOSED" {
			sum += r.Refund
		}
	}
	if in.Amount.Refund <= 0 || sum > o.Total {
		return http.StatusBadRequest, refusal{"INVALID_REQUEST", "退款金额大于支付金额"}
	}
	r := &refund{Number: in.Number, ID: fmt.Sprintf("5030%014d", b.next()), TransactionID: in.TransactionID, NotifyURL: in.NotifyURL, Status: "PROCESSING", Refund: in.Amount.Refund, Total: o.Total, At: b.now()}
	b.refunds[in.Number], o.State = r, "REFUND"
	return http.StatusOK, r.view(b)
}

func (b *Box) paidAs(transaction string) *order {
	for _, o := range b.orders {
		if transaction != "" && o.TransactionID == transaction {
			return o
		}
	}
	return nil
}

func (r *refund) view(b *Box) map[string]any {
	o := b.paidAs(r.TransactionID)
	return map[string]any{"refund_id": r.ID, "out_refund_no": r.Number, "transaction_id": r.TransactionID, "out_trade_no": o.Number, "channel": "ORIGINAL", "user_received_account": "零钱",
		"create_time": r.At.In(shanghai).Format(time.RFC3339), "status": r.Status, "amount": map[string]any{"total": r.Total, "refund": r.Refund, "payer_total": r.Total, "payer_refund": r.Refund, "currency": "CNY"}}
}

const heading = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"

// kept is what WeChat keeps of a payment, and gives back with a refund: six in a thousand.
func kept(total int64) int64 { return (total*6 + 500) / 1000 }

// word is a payment's state on a bill: one that went back was paid.
func word(state string) string {
	if state == "REVOKED" {
		return state
	}
	return "SUCCESS"
}

// bill is what WeChat's bill of a day looks like; nil for a day on which nothing happened.
func (b *Box) bill(day string) []byte {
	var lines []string
	of := func(t time.Time) bool { return t.In(shanghai).Format(time.DateOnly) == day }
	for _, o := range b.orders {
		if o.TransactionID != "" && of(o.PaidAt) {
			lines = append(lines, fmt.Sprintf("`%s,`%s,`%s,`0,`,`%s,`%s,`%s,`JSAPI,`%s,`OTHERS,`CNY,`%s,`0.00,`0,`0,`0.00,`0.00,`,`,`物业费,`,`%s000,`0.60%%,`%s,`0.00,`",
				o.PaidAt.In(shanghai).Format(time.DateTime), o.AppID, o.MchID, o.TransactionID, o.Number, o.OpenID, word(o.State), money.Fen(o.Total), money.Fen(kept(o.Total)), money.Fen(o.Total)))
		}
	}
	for _, r := range b.refunds {
		if o := b.paidAs(r.TransactionID); of(r.At) {
			lines = append(lines, fmt.Sprintf("`%s,`%s,`%s,`0,`,`%s,`%s,`%s,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`%s,`%s,`%s,`0.00,`ORIGINAL,`%s,`物业费,`,`-%s000,`0.60%%,`0.00,`%s,`",
				r.At.In(shanghai).Format(time.DateTime), o.AppID, o.MchID, r.TransactionID, o.Number, o.OpenID, r.ID, r.Number, money.Fen(r.Refund), r.Status, money.Fen(kept(r.Refund)), money.Fen(r.Refund)))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	slices.Sort(lines)
	var out bytes.Buffer
	out.WriteString("\ufeff" + heading + strings.Join(lines, "\r\n") + "\r\n总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n")
	fmt.Fprintf(&out, "`%d,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\r\n", len(lines))
	return out.Bytes()
}
