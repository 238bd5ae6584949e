package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// tapRate is more than anybody taps.
var tapRate = &limit.Rule{Name: "tap", Rate: 60, Per: time.Minute, Burst: 30}

func subscriptionRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "订阅消息", web.Residents)
	web.Handle(g, web.Op{ID: "askSubscriptions", Method: http.MethodGet, Path: "/subscriptions/ask", Summary: "点按时值得请求订阅的模板，最多3个", Action: org.UseInbox, Rate: lookRate,
		Detail: "把 template_id 交给 wx.requestSubscribeMessage，再把结果报给 POST /subscriptions。没有模板时不要请求。一次性订阅和长期订阅不会同时给出。"}, askSubscriptions(d))
	web.Handle(g, web.Op{ID: "reportSubscriptions", Method: http.MethodPost, Path: "/subscriptions", Summary: "报告 wx.requestSubscribeMessage 的结果和微信里的设置", Action: org.UseInbox, Rate: tapRate}, reportSubscriptions(d))
	web.Handle(g, web.Op{ID: "listSubscriptions", Method: http.MethodGet, Path: "/subscriptions", Summary: "我还可以收到哪些微信消息", Action: org.UseInbox}, listSubscriptions(d))
}

type askInput struct {
	Moment consent.Moment `query:"moment" required:"true" enum:"complaint_filed,complaint_joined,inbox_opened,residency_applied,notice_read,before_vote,paid" doc:"complaint_filed 提交投诉后；complaint_joined 加入投诉后；inbox_opened 打开消息；residency_applied 申请住户认证后；notice_read 看公示；before_vote 表决前；paid 缴费后"`
}

type offerView struct {
	TemplateID string `json:"template_id"`
	Name       string `json:"name"`
	Silent     bool   `json:"silent" doc:"这个人选了“总是保持以上选择”：请求时不会弹窗，每请求一次仍然只多收一条"`
}

func askSubscriptions(d Deps) func(context.Context, org.Actor, *askInput) (*web.All[offerView], error) {
	return func(ctx context.Context, a org.Actor, in *askInput) (*web.All[offerView], error) {
		offers, err := d.Consents.Ask(ctx, a, in.Moment)
		if err != nil {
			return nil, err
		}
		return web.Whole(offers, func(o consent.Offer) offerView {
			return offerView{TemplateID: o.TemplateID, Name: o.Name, Silent: o.Silent}
		}), nil
	}
}

type choiceInput struct {
	TemplateID string `json:"template_id" minLength:"1" maxLength:"64"`
	Result     string `json:"result" enum:"accept,acceptWithAudio,acceptWithAlert,acceptWithForcePush,reject,ban,filter" doc:"微信返回的原样"`
}

func (c choiceInput) result() consent.Result {
	return consent.Result{TemplateID: c.TemplateID, Answer: c.Result}
}

type reportInput struct {
	Body struct {
		Results  []choiceInput `json:"results,omitempty" maxItems:"5" doc:"一次 wx.requestSubscribeMessage 的结果"`
		Settings *struct {
			MainSwitch bool          `json:"main_switch" doc:"mainSwitch：接收通知的总开关"`
			Always     []choiceInput `json:"always,omitempty" maxItems:"50" doc:"itemSettings：选了“总是保持以上选择”的模板"`
		} `json:"settings,omitempty" doc:"wx.getSetting（withSubscriptions）的 subscriptionsSetting，没有查就不填"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func (in *reportInput) report() consent.Report {
	r := consent.Report{ClientRef: in.Body.ClientRef}
	for _, c := range in.Body.Results {
		r.Results = append(r.Results, c.result())
	}
	if in.Body.Settings == nil {
		return r
	}
	r.Settings = &consent.Settings{MainSwitch: in.Body.Settings.MainSwitch}
	for _, c := range in.Body.Settings.Always {
		r.Settings.Always = append(r.Settings.Always, c.result())
	}
	return r
}

func reportSubscriptions(d Deps) func(context.Context, org.Actor, *reportInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *reportInput) (*web.Empty, error) {
		return nil, d.Consents.Report(ctx, a, in.report())
	}
}

type subscriptionView struct {
	Template string `json:"template" doc:"名称，如 case_progress"`
	Name     string `json:"name"`
	Says     string `json:"says" doc:"一句话，如：投诉进度通知：还可以收到3条"`
}

func listSubscriptions(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[subscriptionView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[subscriptionView], error) {
		rows, err := d.Consents.List(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(h consent.Held) subscriptionView {
			return subscriptionView{Template: h.Template, Name: h.Name, Says: h.Says}
		}), nil
	}
}
