package office

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

func forecastRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeForecastCampaign", Method: http.MethodGet, Path: "/campaigns/{id}/forecast", Summary: "发送之前：多少户收得到微信、短信，多少户要寄信、上门，多少户送不到、为什么", Action: org.ReadCampaigns, Rate: bulkRate, Timeout: walkTime}, forecastCampaign(d))
	web.Handle(g, web.Op{ID: "officeForecastSeats", Method: http.MethodGet, Path: "/campaigns/{id}/forecast/seats", Summary: "发送之前：逐户看怎样送到；一页按房屋数算，可能少于每页条数", Action: org.ReadCampaigns}, listForecast(d))
	web.Handle(g, web.Op{ID: "officeRecordWish", Method: http.MethodPut, Path: "/owner-sets/{id}/wish", Summary: "登记业主要求寄信或上门", Action: org.RunCampaigns, Rate: workRate}, recordWish(d))
}

type countView struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Seats int64  `json:"seats"`
}

type forecastView struct {
	Version     int         `json:"version" doc:"是第几版草稿的"`
	Seats       int64       `json:"seats"`
	Channels    []countView `json:"channels" doc:"每户首先走哪个渠道"`
	Whys        []countView `json:"whys" doc:"送不到的原因"`
	CoOwners    int64       `json:"co_owners" doc:"有共有人收不到的户数：一位收到，这一户就算送到，但会写明谁没有收到"`
	NeedVisit   int64       `json:"need_visit" doc:"要证明送达的，还要靠信件回执或上门的户数"`
	SwitchedOff int64       `json:"switched_off" doc:"有人关闭了这类消息手机提醒的户数：只在站内看到；要证明送达的和安全类的不能关闭"`
	SMS         bool        `json:"sms" doc:"是否开通了短信"`
	Stock       bool        `json:"stock" doc:"是否按微信订阅次数计算；否则有小程序账号就算微信能到"`
}

type forecastOutput struct{ Body forecastView }

func viewForecast(f *campaign.Forecast) forecastView {
	return forecastView{Version: f.Version, Seats: f.Seats, Channels: counted(f.Channels, campaign.ChannelNames), Whys: counted(f.Whys, campaign.WhyNames), CoOwners: f.CoOwners, NeedVisit: f.NeedVisit, SwitchedOff: f.SwitchedOff,
		SMS: f.SMS, Stock: f.Stock}
}

func forecastCampaign(d Deps) func(context.Context, org.Actor, *IDPath) (*forecastOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*forecastOutput, error) {
		f, err := d.Campaigns.Forecast(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &forecastOutput{viewForecast(f)}, nil
	}
}

// counted lists counts with their names, the largest first.
func counted[K ~string](counts map[K]int64, names map[K]string) []countView {
	list := []countView{}
	for code, n := range counts {
		list = append(list, countView{string(code), names[code], n})
	}
	slices.SortFunc(list, func(a, b countView) int { return cmp.Or(cmp.Compare(b.Seats, a.Seats), cmp.Compare(a.Code, b.Code)) })
	return list
}

type forecastSeatsInput struct {
	IDPath
	Channel string `query:"channel" enum:"wechat_mini,sms,inbox,letter,visit,nobody" doc:"只看一个渠道的"`
	web.Page
}

type namedView struct {
	Name    string `json:"name"`
	Reached bool   `json:"reached"`
}

func viewNamed(list []campaign.Named) []namedView {
	out := make([]namedView, len(list))
	for i, n := range list {
		out[i] = namedView(n)
	}
	return out
}

type seenView struct {
	OwnerSetID int64       `json:"owner_set_id,omitempty"`
	UnitID     int64       `json:"unit_id,omitempty"`
	Door       string      `json:"door,omitempty"`
	Units      int         `json:"units" doc:"范围内的房屋数"`
	Channel    string      `json:"channel"`
	Name       string      `json:"channel_name"`
	Why        string      `json:"why,omitempty"`
	Owners     []namedView `json:"owners" doc:"业主（隐去名字）和本人能否收到"`
}

func listForecast(d Deps) func(context.Context, org.Actor, *forecastSeatsInput) (*web.List[seenView], error) {
	return func(ctx context.Context, a org.Actor, in *forecastSeatsInput) (*web.List[seenView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, next, err := d.Campaigns.ListForecast(ctx, a, in.ID, campaign.Channel(in.Channel), after, in.Limit)
		if err != nil {
			return nil, err
		}
		return web.PagedAt(rows, next, func(s campaign.Seen) seenView {
			return seenView{OwnerSetID: s.OwnerSetID, UnitID: s.UnitID, Door: s.Door, Units: s.Units, Channel: string(s.Channel), Name: campaign.ChannelNames[s.Channel], Why: campaign.WhyNames[s.Why], Owners: viewNamed(s.Owners)}
		}), nil
	}
}

type wishInput struct {
	IDPath
	Body struct {
		Way string `json:"way" enum:"letter,visit,none" doc:"letter 寄信；visit 上门；none 取消"`
	}
}

func recordWish(d Deps) func(context.Context, org.Actor, *wishInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *wishInput) (*web.Empty, error) {
		return nil, d.Campaigns.RecordWish(ctx, a, in.ID, campaign.Channel(in.Body.Way))
	}
}
