package hall

import (
	"time"

	"github.com/linli-city/linli/models/checkout"
)

// PayOrder is an order as people see it. Pay is what wx.requestPayment takes, while it can be paid.
type PayOrder struct {
	ID        int64      `json:"id"`
	Number    string     `json:"number" doc:"订单号，微信账单里也是这个号"`
	UnitID    int64      `json:"unit_id"`
	Amount    string     `json:"amount" doc:"元；由账单算出，不由手机填"`
	State     string     `json:"state" enum:"created,unknown,prepay,closing,paid,closed,failed,doubt,explained"`
	StateName string     `json:"state_name"`
	ExpiresAt time.Time  `json:"expires_at"`
	PaidAt    *time.Time `json:"paid_at,omitempty"`
	ReceiptID int64      `json:"receipt_id,omitempty"`
	Note      string     `json:"note,omitempty"`
}

// ViewPayOrder shows an order.
func ViewPayOrder(o checkout.Order) PayOrder {
	v := PayOrder{ID: o.ID, Number: o.Number, UnitID: o.UnitID, Amount: o.Amount.String(), State: string(o.State), StateName: checkout.OrderNames[o.State], ExpiresAt: o.ExpiresAt, PaidAt: o.PaidAt, ReceiptID: o.PaymentID}
	switch o.State {
	case checkout.Ready:
		v.Note = "请在15分钟内付款；付款期间在别处交清的，多付的会记为预交款，可以抵下期或退还"
	case checkout.Created, checkout.Unknown, checkout.Closing:
		v.Note = "微信还没有答复，请过一会儿刷新；不会重复收款"
	case checkout.Doubt:
		v.Note = "微信记录的金额或收款方和订单不一致，物业正在核对；请保留微信付款记录。急着交的可到物业服务中心柜台交"
	case checkout.Explained:
		v.Note = "微信收了这笔款，物业两人核对后没有记到您的账单上。不清楚的，请带上微信付款记录到物业服务中心，可以要求入账或退款"
	case checkout.Failed:
		v.Note = "微信没有接受这张订单，没有扣款，请重新选择账单再付"
	case checkout.Paid, checkout.Closed:
	}
	return v
}

// PayAccount is a setting without its keys.
type PayAccount struct {
	ID         int64      `json:"id"`
	State      string     `json:"state" enum:"proposed,on,off,refused"`
	StateName  string     `json:"state_name"`
	Provider   string     `json:"provider" enum:"wechat,sandbox"`
	MchID      string     `json:"mch_id"`
	Serial     string     `json:"serial"`
	PlatformID string     `json:"platform_id,omitempty"`
	ProposedAt time.Time  `json:"proposed_at"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	Decision   string     `json:"decision,omitempty"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	RenewAt    *time.Time `json:"renew_proposed_at,omitempty" doc:"有新密钥在等另一人确认"`
	NewSerial  string     `json:"renew_serial,omitempty" doc:"新的商户API证书序列号"`
	Payer      *PayPayer  `json:"payer,omitempty" doc:"结算款在银行清单里的付款方"`
	NewPayer   *PayPayer  `json:"new_payer,omitempty" doc:"新的付款方，在等另一人确认；空的是取消"`
}

// PayPayer is by whom WeChat pays out.
type PayPayer struct {
	Name    string     `json:"name"`
	Account string     `json:"account"`
	At      *time.Time `json:"proposed_at,omitempty"`
}

// ViewPayAccount shows a setting.
func ViewPayAccount(a checkout.Account) PayAccount {
	v := PayAccount{ID: a.ID, State: a.State, StateName: checkout.AccountStates[a.State], Provider: a.Provider, MchID: a.MchID, Serial: a.Serial, PlatformID: a.PlatformID, ProposedAt: a.ProposedAt, DecidedAt: a.DecidedAt, Decision: a.Decision, EndedAt: a.EndedAt}
	if a.Renewal != "" {
		v.RenewAt, v.NewSerial = a.RenewedAt, a.RenewSerial
	}
	if a.PayerName != "" || a.PayerAccount != "" {
		v.Payer = &PayPayer{Name: a.PayerName, Account: a.PayerAccount}
	}
	if a.PayerAt != nil {
		v.NewPayer = &PayPayer{Name: a.NewPayerName, Account: a.NewPayerAccount, At: a.PayerAt}
	}
	return v
}

// PayRefund is a refund on its way.
type PayRefund struct {
	ID         int64      `json:"id"`
	Number     string     `json:"number"`
	ChangeID   int64      `json:"change_id" doc:"在“退款”里的编号"`
	OrderID    int64      `json:"order_id,omitempty"`
	Amount     string     `json:"amount"`
	State      string     `json:"state" enum:"requested,sent,unknown,withdrawn,unbooked,done,failed"`
	StateName  string     `json:"state_name"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	ReceiptID  int64      `json:"receipt_id,omitempty"`
	Failure    string     `json:"failure,omitempty"`
}

// ViewPayRefund shows a refund.
func ViewPayRefund(r checkout.Refund) PayRefund {
	return PayRefund{ID: r.ID, Number: r.Number, ChangeID: r.ChangeID, OrderID: r.OrderID, Amount: r.Amount.String(), State: string(r.State), StateName: checkout.RefundNames[r.State], AcceptedAt: r.AcceptedAt, ReceiptID: r.PaymentID, Failure: r.Failure}
}

// PayDay is a day's bill against the books.
type PayDay struct {
	ID        int64      `json:"id"`
	AccountID int64      `json:"account_id"`
	Day       string     `json:"day"`
	State     string     `json:"state" enum:"waiting,open,closed"`
	StateName string     `json:"state_name"`
	Rows      int        `json:"rows" doc:"微信账单有几行"`
	Hash      string     `json:"hash,omitempty" doc:"微信账单的SHA-1"`
	Paid      string     `json:"paid" doc:"微信账单收款，元"`
	OursPaid  string     `json:"ours_paid" doc:"我们入账，元"`
	Refunded  string     `json:"refunded" doc:"微信账单退款，元"`
	OursBack  string     `json:"ours_refunded" doc:"我们退款，元"`
	Fee       string     `json:"fee" doc:"微信扣的手续费，元；结算到账的是收款减退款减手续费"`
	Failure   string     `json:"failure,omitempty"`
	FetchedAt *time.Time `json:"fetched_at,omitempty"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
}

// ViewPayDay shows a day.
func ViewPayDay(d checkout.Day) PayDay {
	return PayDay{ID: d.ID, AccountID: d.AccountID, Day: d.DayOn.Format(time.DateOnly), State: d.State, StateName: checkout.DayStates[d.State], Rows: d.RowsRead, Hash: d.Hash, Paid: d.Paid.String(), OursPaid: d.OursPaid.String(),
		Refunded: d.Refunded.String(), OursBack: d.OursBack.String(), Fee: d.Fee.String(), Failure: d.Failure, FetchedAt: d.FetchedAt, ClosedAt: d.ClosedAt}
}

// PayDifference is something on which WeChat and the books do not agree.
type PayDifference struct {
	ID            int64  `json:"id"`
	Day           string `json:"day"`
	Kind          string `json:"kind" enum:"only_ours,only_theirs,amount,state,refund"`
	KindName      string `json:"kind_name"`
	Number        string `json:"number" doc:"订单号或退款单号"`
	TransactionID string `json:"transaction_id,omitempty" doc:"微信支付单号"`
	OrderID       int64  `json:"order_id,omitempty"`
	Ours          string `json:"ours"`
	Theirs        string `json:"theirs"`
	Note          string `json:"note"`
	State         string `json:"state" enum:"open,proposed,resolved"`
	StateName     string `json:"state_name"`
	Action        string `json:"action,omitempty"`
	Reason        string `json:"reason,omitempty"`
	ReceiptID     int64  `json:"receipt_id,omitempty"`
	LinkedID      int64  `json:"linked_id,omitempty" doc:"相抵的几项同一个编号，是其中那笔付款的"`
}

// ViewPayDifference shows a difference.
func ViewPayDifference(d checkout.Difference) PayDifference {
	return PayDifference{ID: d.ID, Day: d.DayOn.Format(time.DateOnly), Kind: string(d.Kind), KindName: checkout.DifferenceNames[d.Kind], Number: d.Number, TransactionID: d.TransactionID, OrderID: d.OrderID,
		Ours: d.Ours.String(), Theirs: d.Theirs.String(), Note: d.Note, State: d.State, StateName: checkout.DifferenceStates[d.State], Action: d.Action, Reason: d.Reason, ReceiptID: d.PaymentID, LinkedID: d.LinkedID}
}
