package checkout

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/money"
)

// Provider is WeChat Pay for one merchant. An error that is none of the named ones says nothing about what happened: it has to be asked.
type Provider interface {
	// Prepay opens an order, the same one when it is called again with the same input.
	Prepay(ctx context.Context, p Prepay) (prepayID string, err error)
	// Params sign an open order for the phone.
	Params(prepayID string, now time.Time) (*Params, error)
	// Query asks what became of an order. Faults: ErrNoSuch.
	Query(ctx context.Context, number string) (*Transaction, error)
	// Close makes an order that was not paid unpayable. Faults: ErrNoSuch, ErrPaid.
	Close(ctx context.Context, number string) error
	// Refund gives money back, once for its number. Faults: Refused.
	Refund(ctx context.Context, r Refunding) (*Refunded, error)
	// QueryRefund asks what became of a refund. Faults: ErrNoSuch.
	QueryRefund(ctx context.Context, number string) (*Refunded, error)
	// Notice checks and opens what WeChat says by itself. Faults: ErrForged.
	Notice(ctx context.Context, header http.Header, body []byte) (*Notice, error)
	// TradeBill reads a day's bill whole and checked. Faults: ErrNoBill.
	TradeBill(ctx context.Context, day time.Time) (*TradeBill, error)
}

// What a provider can say for certain.
var (
	ErrNoSuch = errors.New("checkout: WeChat knows no such thing")
	ErrPaid   = errors.New("checkout: the order is paid")
	ErrForged = errors.New("checkout: the notice is not WeChat's, or too old")
	ErrNoBill = errors.New("checkout: the bill is not made yet")
)

// Refused is WeChat's clear no, by its own code.
type Refused struct{ Code string }

// Error names the code alone: WeChat's words may hold more than a log should.
func (r *Refused) Error() string { return "checkout: WeChat refused: " + r.Code }

// Merchant is an account with its keys in the clear. It is never printed.
type Merchant struct {
	Provider    string // wechat, sandbox
	AppID       string
	MchID       string
	Serial      string // of the merchant's certificate
	PrivateKey  string // PEM
	APIv3Key    string
	PlatformID  string // of WeChat Pay's public key; empty for certificates
	PlatformPEM string
}

// String and GoString keep the keys out of every log.
func (m Merchant) String() string   { return "merchant " + m.MchID }
func (m Merchant) GoString() string { return m.String() }

// Prepay is an order to be opened.
type Prepay struct {
	Number      string
	Amount      money.Fen
	Description string
	OpenID      string
	Expires     time.Time
	NotifyURL   string
}

// Params are what wx.requestPayment takes.
type Params struct {
	TimeStamp string
	NonceStr  string
	Package   string
	SignType  string
	PaySign   string
}

// TradeState is what WeChat says of an order.
type TradeState string

// The states that matter; a payment that went back was paid before.
const (
	TradePaid   TradeState = "paid"
	TradeUnpaid TradeState = "unpaid"
	TradeClosed TradeState = "closed"
)

// Transaction is an order as WeChat has it.
type Transaction struct {
	Number        string
	State         TradeState
	TransactionID string
	AppID         string
	MchID         string
	Amount        money.Fen
	Currency      string
	PaidAt        time.Time
}

// Refunding is a refund to be made.
type Refunding struct {
	Number        string
	TransactionID string
	Amount, Total money.Fen
	NotifyURL     string
}

// RefundState is what WeChat says of a refund.
type RefundState string

// The states; abnormal means that the bank took nothing, and somebody has to act at WeChat's merchant pages.
const (
	RefundDone     RefundState = "done"
	RefundWaits    RefundState = "waits"
	RefundClosed   RefundState = "closed"
	RefundAbnormal RefundState = "abnormal"
)

// Refunded is a refund as WeChat has it.
type Refunded struct {
	Number        string
	RefundID      string
	TransactionID string
	MchID         string // in notices
	State         RefundState
	Amount        money.Fen
	AcceptedAt    time.Time
}

// Notice is something that WeChat said by itself: one of the two is set.
type Notice struct {
	EventID     string
	Kind        string
	Digest      string // SHA-256 of what was signed
	Transaction *Transaction
	Refund      *Refunded
}

// TradeBill is a day's bill.
type TradeBill struct {
	Hash string
	Rows []BillRow
}

// BillRow is a payment or a refund on a day's bill.
type BillRow struct {
	At            time.Time
	AppID, MchID  string
	TransactionID string
	Number        string
	Paid          bool // a payment; else a refund
	Amount        money.Fen
	RefundID      string
	RefundNumber  string
	RefundState   RefundState
	Odd           string // a state of which nothing is known: the row is neither
	Fee           int64  // what WeChat keeps of it, in thousandths of a fen; less than 0 where it gives it back
}
