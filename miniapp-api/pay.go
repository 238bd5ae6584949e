package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func payRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "缴费", web.Residents)
	web.Handle(g, web.Op{ID: "placeOrder", Method: http.MethodPost, Path: "/units/{id}/fee-orders", Summary: "用微信付选定的账单：整张付，金额由账单算出；同一个 client_ref 得到同一张订单和新的付款参数", Action: org.SeeBills, Rate: lookRate, Status: http.StatusCreated}, placeOrder(d))
	web.Handle(g, web.Op{ID: "showOrder", Method: http.MethodGet, Path: "/fee-orders/{id}", Summary: "订单付了没有：付完款后问这里，以这里为准", Action: org.SeeBills, Rate: lookRate}, orderDo(d, (*checkout.Service).FindMine))
	web.Handle(g, web.Op{ID: "cancelOrder", Method: http.MethodPost, Path: "/fee-orders/{id}/cancel", Summary: "取消还没有付的订单", Action: org.SeeBills, Rate: lookRate}, orderDo(d, (*checkout.Service).Cancel))
}

// PlaceOrderInput is what to pay.
type PlaceOrderInput struct {
	IDPath
	Body struct {
		BillIDs   []int64 `json:"bill_ids" minItems:"1" maxItems:"60"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

// OrderView is an order with what the phone needs to pay it.
type OrderView struct {
	hall.PayOrder
	BillIDs []int64  `json:"bill_ids"`
	Pay     *PayView `json:"pay,omitempty" doc:"原样交给 wx.requestPayment；没有就是现在不能付"`
}

// PayView are the signed parameters.
type PayView struct {
	TimeStamp string `json:"timeStamp"`
	NonceStr  string `json:"nonceStr"`
	Package   string `json:"package"`
	SignType  string `json:"signType"`
	PaySign   string `json:"paySign"`
}

type orderOutput struct{ Body OrderView }

func viewOrder(o *checkout.Placed, err error) (*orderOutput, error) {
	if err != nil {
		return nil, err
	}
	v := OrderView{PayOrder: hall.ViewPayOrder(o.Order), BillIDs: o.BillIDs}
	if p := o.Pay; p != nil {
		v.Pay = &PayView{TimeStamp: p.TimeStamp, NonceStr: p.NonceStr, Package: p.Package, SignType: p.SignType, PaySign: p.PaySign}
	}
	return &orderOutput{Body: v}, nil
}

func placeOrder(d Deps) func(context.Context, org.Actor, *PlaceOrderInput) (*orderOutput, error) {
	return func(ctx context.Context, a org.Actor, in *PlaceOrderInput) (*orderOutput, error) {
		return viewOrder(d.Checkout.Place(ctx, a, checkout.Placing{UnitID: in.ID, BillIDs: in.Body.BillIDs, ClientRef: in.Body.ClientRef}))
	}
}

func orderDo(d Deps, do func(*checkout.Service, context.Context, org.Actor, int64) (*checkout.Placed, error)) func(context.Context, org.Actor, *IDPath) (*orderOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*orderOutput, error) {
		return viewOrder(do(d.Checkout, ctx, a, in.ID))
	}
}
