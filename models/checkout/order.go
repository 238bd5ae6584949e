package checkout

import (
	"time"

	"github.com/linli-city/linli/models/money"
)

// OrderState says how far an order is.
type OrderState string

// The states of an order. Created and Unknown were not confirmed by WeChat; Closing is to be closed there; in Doubt WeChat says something
// that the order does not, and a person looks; Explained is money that WeChat holds and that two people have not booked, for a reason.
const (
	Created OrderState = "created"
	Unknown OrderState = "unknown"
	Ready   OrderState = "prepay"
	Closing OrderState = "closing"
	Paid    OrderState = "paid"
	Closed  OrderState = "closed"
	Failed  OrderState = "failed"
	Doubt   OrderState = "doubt"

	Explained OrderState = "explained"
)

// OrderNames in Chinese.
var OrderNames = map[OrderState]string{Created: "正在下单", Unknown: "正在向微信核实", Ready: "等待付款", Closing: "正在取消", Paid: "已付款，已入账", Closed: "已取消，没有收款", Failed: "没有下成单，没有收款", Doubt: "款项有出入，正在核对", Explained: "微信收了款，核对后没有入账"}

// open are the states in which money may still come as ordered.
var open = []OrderState{Created, Unknown, Ready, Closing}

// Live reports whether an order may still be paid.
func (o *Order) Live() bool {
	return o.State == Created || o.State == Unknown || o.State == Ready || o.State == Closing
}

// Order is what a resident pays at once: whole bills of one unit. Number is what WeChat knows it by.
type Order struct {
	ID            int64 `gorm:"primaryKey"`
	Number        string
	AccountID     int64
	EstateID      int64
	CompanyID     int64
	UnitID        int64
	PersonID      int64
	ClientRef     string
	InputHash     string
	Amount        money.Fen
	State         OrderState
	PrepayID      string
	ExpiresAt     time.Time
	TransactionID *string
	PaidAt        *time.Time
	PaymentID     int64 // the receipt
	Tries         int
	AskedAt       *time.Time
	NextAt        *time.Time // when WeChat is asked again; empty when there is nothing to ask
	Failure       string
	CreatedAt     time.Time
	EndedAt       *time.Time
}

// TableName names the table.
func (Order) TableName() string { return "pay_orders" }

// OrderBill is a bill of an order. Live is the bill while the order may still be paid: a bill is in one such order at most.
type OrderBill struct {
	ID      int64 `gorm:"primaryKey"`
	OrderID int64
	BillID  int64
	Live    *int64
}

// TableName names the table.
func (OrderBill) TableName() string { return "pay_order_bills" }

// Placed is an order with what the phone needs to pay it.
type Placed struct {
	Order
	BillIDs []int64
	Pay     *Params // only while it can be paid
}
