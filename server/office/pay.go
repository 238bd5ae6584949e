package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// payRoutes are WeChat Pay as a company runs it at an estate.
func payRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "微信支付", web.Staff)
	web.Handle(g, web.Op{ID: "officeProposePayAccount", Method: http.MethodPost, Path: "/estates/{id}/pay-accounts", Summary: "申请开通微信缴费：填商户号和密钥，由另一人确认后生效；密钥加密保存，不再显示", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, proposePayAccount(d))
	web.Handle(g, web.Op{ID: "officeListPayAccounts", Method: http.MethodGet, Path: "/estates/{id}/pay-accounts", Summary: "微信缴费的设置和历次变更", Action: org.RunFees}, listPayAccounts(d))
	web.Handle(g, web.Op{ID: "officeDecidePayAccount", Method: http.MethodPost, Path: "/pay-accounts/{id}/decision", Summary: "确认开通：不能由申请的人确认", Action: org.ApproveFees, Rate: workRate}, payDo(d, decidePayAccount))
	web.Handle(g, web.Op{ID: "officeEndPayAccount", Method: http.MethodPost, Path: "/pay-accounts/{id}/end", Summary: "停用：不再收新的订单，已下的订单和退款照常办完", Action: org.RunFees, Rate: workRate}, payDo(d, endPayAccount))
	web.Handle(g, web.Op{ID: "officeRenewPayKeys", Method: http.MethodPost, Path: "/pay-accounts/{id}/keys", Summary: "换密钥：同一商户号的新证书、新密钥，由另一人确认后生效；停用后还有退款的也能换", Action: org.RunFees, Rate: workRate}, payDo(d, renewPayKeys))
	web.Handle(g, web.Op{ID: "officeDecidePayKeys", Method: http.MethodPost, Path: "/pay-accounts/{id}/keys/decision", Summary: "确认新密钥：不能由提交的人确认", Action: org.ApproveFees, Rate: workRate}, payDo(d, decidePayKeys))
	web.Handle(g, web.Op{ID: "officeStatePayer", Method: http.MethodPost, Path: "/pay-accounts/{id}/payer", Summary: "微信的结算款在银行清单里是谁付的：户名和账号，由另一人确认后，导入清单时认得出；停用后还有结算款的也能填，都不填就是取消", Action: org.RunFees, Rate: workRate}, payDo(d, statePayer))
	web.Handle(g, web.Op{ID: "officeDecidePayer", Method: http.MethodPost, Path: "/pay-accounts/{id}/payer/decision", Summary: "确认结算款的付款方：不能由填写的人确认", Action: org.ApproveFees, Rate: workRate}, payDo(d, decidePayer))
	web.Handle(g, web.Op{ID: "officeListPayOrders", Method: http.MethodGet, Path: "/estates/{id}/pay-orders", Summary: "微信订单，新的在前", Action: org.RunFees}, listPayOrders(d))
	web.Handle(g, web.Op{ID: "officeListPayRefunds", Method: http.MethodGet, Path: "/estates/{id}/pay-refunds", Summary: "微信退款到了哪一步，新的在前；退款在“退款”里提出和审批", Action: org.RunFees}, listPayRefunds(d))
	web.Handle(g, web.Op{ID: "officeWithdrawPayRefund", Method: http.MethodPost, Path: "/pay-refunds/{id}/withdrawal", Summary: "撤回微信还没有收下的退款（如商户号余额不够）：不再提交，等微信两次确认没有退出，就不再占用这笔钱", Action: org.RunFees, Rate: workRate}, payDo(d, withdrawPayRefund))
	web.Handle(g, web.Op{ID: "officeReconcilePay", Method: http.MethodPost, Path: "/pay-accounts/{id}/days", Summary: "对某一天的账（平时每天上午10点后自动对）", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, payDo(d, reconcilePay))
	web.Handle(g, web.Op{ID: "officeListPayDays", Method: http.MethodGet, Path: "/estates/{id}/pay-days", Summary: "每天的对账：微信多少、账上多少，新的在前", Action: org.RunFees}, listPayDays(d))
	web.Handle(g, web.Op{ID: "officeClosePayDay", Method: http.MethodPost, Path: "/pay-days/{id}/close", Summary: "结这一天：没有未处理的差异才能结", Action: org.RunFees, Rate: workRate}, payDo(d, closePayDay))
	web.Handle(g, web.Op{ID: "officeListPayDifferences", Method: http.MethodGet, Path: "/estates/{id}/pay-differences", Summary: "和微信对不上的，新的在前；state=open 是没处理的", Action: org.RunFees}, listPayDifferences(d))
	web.Handle(g, web.Op{ID: "officeResolvePayDifference", Method: http.MethodPost, Path: "/pay-differences/{id}/resolution", Summary: "写明原因：只作说明，入账，或把在微信商户平台退的款和没有入账的那笔付款相抵（后两种向微信核实）；都要另一人确认，账上已和微信一致的除外", Action: org.RunFees, Rate: workRate}, payDo(d, resolvePay))
	web.Handle(g, web.Op{ID: "officeConfirmPayDifference", Method: http.MethodPost, Path: "/pay-differences/{id}/confirmation", Summary: "确认入账、说明、相抵或退回（相抵的几项一起）：不能由提出的人确认", Action: org.ApproveFees, Rate: workRate}, payDo(d, confirmPay))
	web.Handle(g, web.Op{ID: "officeReopenPayDifference", Method: http.MethodPost, Path: "/pay-differences/{id}/reopening", Summary: "重新核对一项已作说明的差异，或相抵的几项", Action: org.RunFees, Rate: workRate}, payDo(d, reopenPay))
}

type payInput[B any] struct {
	IDPath
	Body B
}

// payDo handles one verb on one thing.
func payDo[B any](d Deps, do func(context.Context, *checkout.Service, org.Actor, int64, B) error) func(context.Context, org.Actor, *payInput[B]) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *payInput[B]) (*comDone, error) {
		if err := do(ctx, d.Checkout, a, in.ID, in.Body); err != nil {
			return nil, err
		}
		out := &comDone{}
		out.Body.ID = in.ID
		return out, nil
	}
}

// PayAccountBody is a merchant account. The keys go in and never come out.
type PayAccountBody struct {
	Provider    string `json:"provider" enum:"wechat,sandbox" doc:"sandbox 只在演示环境，其余各项不填"`
	MchID       string `json:"mch_id,omitempty" maxLength:"32" doc:"商户号"`
	Serial      string `json:"serial,omitempty" maxLength:"64" doc:"商户API证书序列号"`
	PrivateKey  string `json:"private_key,omitempty" maxLength:"8000" doc:"商户API私钥，PEM（apiclient_key.pem 全文）"`
	APIv3Key    string `json:"api_v3_key,omitempty" maxLength:"32" doc:"APIv3密钥"`
	PlatformID  string `json:"platform_id,omitempty" maxLength:"64" doc:"微信支付公钥ID；用平台证书的不填"`
	PlatformPEM string `json:"platform_pem,omitempty" maxLength:"20000" doc:"微信支付公钥，或一张到几张平台证书，PEM"`
}

func (b PayAccountBody) merchant() checkout.Merchant {
	return checkout.Merchant{Provider: b.Provider, MchID: b.MchID, Serial: b.Serial, PrivateKey: b.PrivateKey, APIv3Key: b.APIv3Key, PlatformID: b.PlatformID, PlatformPEM: b.PlatformPEM}
}

func renewPayKeys(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayAccountBody) error {
	return s.ProposeKeys(ctx, a, id, b.merchant())
}

func decidePayKeys(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayDecisionBody) error {
	return s.DecideKeys(ctx, a, id, b.Approve, b.Text)
}

// PayPayerBody is by whom WeChat pays out.
type PayPayerBody struct {
	Name    string `json:"name,omitempty" maxLength:"60" doc:"银行清单里的付款户名，如 财付通支付科技有限公司"`
	Account string `json:"account,omitempty" maxLength:"60" doc:"银行清单里的付款账号；清单里没有的不填"`
}

func statePayer(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayPayerBody) error {
	return s.ProposePayer(ctx, a, id, checkout.Payer{Name: b.Name, Account: b.Account})
}

func decidePayer(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayDecisionBody) error {
	return s.DecidePayer(ctx, a, id, b.Approve, b.Text)
}

func withdrawPayRefund(ctx context.Context, s *checkout.Service, a org.Actor, id int64, _ struct{}) error {
	return s.Withdraw(ctx, a, id)
}

// PayReasonBody is a reason.
type PayReasonBody struct {
	Reason string `json:"reason" minLength:"4" maxLength:"300"`
}

func reopenPay(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayReasonBody) error {
	return s.Reopen(ctx, a, id, b.Reason)
}

func proposePayAccount(d Deps) func(context.Context, org.Actor, *payInput[PayAccountBody]) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *payInput[PayAccountBody]) (*comDone, error) {
		x, err := d.Checkout.ProposeAccount(ctx, a, in.ID, in.Body.merchant())
		if err != nil {
			return nil, err
		}
		out := &comDone{}
		out.Body.ID = x.ID
		return out, nil
	}
}

// PayDecisionBody is a second person's word.
type PayDecisionBody struct {
	Approve bool   `json:"approve"`
	Text    string `json:"text,omitempty" maxLength:"300" doc:"不同意的写明原因"`
}

func decidePayAccount(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayDecisionBody) error {
	return s.DecideAccount(ctx, a, id, b.Approve, b.Text)
}

func endPayAccount(ctx context.Context, s *checkout.Service, a org.Actor, id int64, _ struct{}) error {
	return s.EndAccount(ctx, a, id)
}

// PayDayBody is a day to compare.
type PayDayBody struct {
	Day string `json:"day" format:"date"`
}

func reconcilePay(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayDayBody) error {
	on, err := dayOf(b.Day, "day")
	if err != nil {
		return err
	}
	if on.IsZero() {
		return fault.ErrInvalid.With(fault.Field{Path: "day", Reason: "请选择日期"})
	}
	_, err = s.Reconcile(ctx, a, id, on)
	return err
}

func closePayDay(ctx context.Context, s *checkout.Service, a org.Actor, id int64, _ struct{}) error {
	return s.CloseDay(ctx, a, id)
}

// PayResolutionBody says what a difference is.
type PayResolutionBody struct {
	Action string `json:"action" enum:"explain,book,link" doc:"explain 只作说明，不动账；book 入账，我们没有的退款冲在已入账的那笔付款上；link 相抵：我们没有的退款整笔退了没有入账的付款，不动账，几项一起了结；都要另一人确认"`
	Reason string `json:"reason" minLength:"4" maxLength:"300" doc:"查到的原因"`
}

func resolvePay(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayResolutionBody) error {
	return s.Resolve(ctx, a, id, b.Action, b.Reason)
}

func confirmPay(ctx context.Context, s *checkout.Service, a org.Actor, id int64, b PayDecisionBody) error {
	return s.Confirm(ctx, a, id, b.Approve)
}

func listPayAccounts(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.PayAccount], error) {
	return payPage(d, func(s *checkout.Service, ctx context.Context, a org.Actor, estate int64, _ string, before int64, limit int) ([]checkout.Account, error) {
		return s.ListAccounts(ctx, a, estate, before, limit)
	}, func(x checkout.Account) int64 { return x.ID }, hall.ViewPayAccount)
}

func listPayRefunds(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.PayRefund], error) {
	return payPage(d, func(s *checkout.Service, ctx context.Context, a org.Actor, estate int64, _ string, before int64, limit int) ([]checkout.Refund, error) {
		return s.ListRefunds(ctx, a, estate, before, limit)
	}, func(x checkout.Refund) int64 { return x.ID }, hall.ViewPayRefund)
}

func listPayDays(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.PayDay], error) {
	return payPage(d, func(s *checkout.Service, ctx context.Context, a org.Actor, estate int64, _ string, before int64, limit int) ([]checkout.Day, error) {
		return s.ListDays(ctx, a, estate, before, limit)
	}, func(x checkout.Day) int64 { return x.ID }, hall.ViewPayDay)
}

func listPayOrders(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[hall.PayOrder], error) {
	return payStates(d, (*checkout.Service).ListOrders, func(x checkout.Order) int64 { return x.ID }, hall.ViewPayOrder)
}

func listPayDifferences(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[hall.PayDifference], error) {
	return payStates(d, (*checkout.Service).ListDifferences, func(x checkout.Difference) int64 { return x.ID }, hall.ViewPayDifference)
}

type payLister[T any] func(s *checkout.Service, ctx context.Context, a org.Actor, estate int64, state string, before int64, limit int) ([]T, error)

func payPage[T, V any](d Deps, list payLister[T], id func(T) int64, view func(T) V) func(context.Context, org.Actor, *IDPage) (*web.List[V], error) {
	states := payStates(d, list, id, view)
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[V], error) {
		return states(ctx, a, &feeStatePage{IDPath: in.IDPath, Page: in.Page})
	}
}

func payStates[T, V any](d Deps, list payLister[T], id func(T) int64, view func(T) V) func(context.Context, org.Actor, *feeStatePage) (*web.List[V], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[V], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := list(d.Checkout, ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, id, view), nil
	}
}
