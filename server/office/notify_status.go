package office

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

type statusOutput struct {
	Body struct {
		Behind    bool                `json:"behind" doc:"通知有没有落后"`
		Lag       []lagView           `json:"lag" doc:"已到时间、还没有办完的"`
		Since     *time.Time          `json:"since,omitempty" doc:"下面的统计从这个时间起（最近一万条）"`
		Tries     []triesView         `json:"tries"`
		Rates     []channelRateView   `json:"rates" doc:"各渠道最近一小时"`
		Campaigns []campaignCountView `json:"campaigns" doc:"没有结束的群发"`
		Stock     []stockView         `json:"stock" doc:"居民同意接收的微信消息还剩多少"`
	}
}

type stockView struct {
	Template string `json:"template"`
	Accounts int64  `json:"accounts" doc:"表示过同意的账号"`
	Stock    int64  `json:"stock" doc:"还可以发几条"`
	Closed   int64  `json:"closed" doc:"不再接收的账号"`
}

type channelRateView struct {
	Channel string  `json:"channel"`
	Sent    float64 `json:"sent_per_minute" doc:"平均每分钟发出几条"`
	Failed  float64 `json:"failed_per_minute" doc:"平均每分钟失败几次"`
}

type campaignCountView struct {
	State campaign.State `json:"state"`
	Name  string         `json:"state_name"`
	Count int64          `json:"count"`
	Seats int64          `json:"seats" doc:"一共发给多少户"`
}

type lagView struct {
	What     string `json:"what" doc:"messages 待分发的消息；其他为待发送的渠道"`
	Priority string `json:"priority" enum:"alarm,urgent,normal,bulk"`
	Waiting  int64  `json:"waiting"`
	Seconds  int64  `json:"oldest_seconds" doc:"最久的一条已经等了多少秒"`
	Behind   bool   `json:"behind"`
}

type triesView struct {
	Channel string `json:"channel"`
	State   string `json:"state"`
	Code    int    `json:"error_code,omitempty"`
	Count   int64  `json:"count"`
	Repeats int64  `json:"repeats,omitempty" doc:"其中因系统中断而重发过的次数"`
}

func showNotifyStatus(d Deps) func(context.Context, org.Actor, *web.Empty) (*statusOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*statusOutput, error) {
		s, err := d.Notifier.FindStatus(ctx, a)
		if err != nil {
			return nil, err
		}
		campaigns, err := d.Campaigns.Standings(ctx, a)
		if err != nil {
			return nil, err
		}
		out := viewStatus(s)
		for _, c := range campaigns {
			out.Body.Campaigns = append(out.Body.Campaigns, campaignCountView{State: c.State, Name: campaign.StateNames[c.State], Count: c.Count, Seats: c.Seats})
		}
		return out, nil
	}
}

func viewStatus(s *notify.Status) *statusOutput {
	out := &statusOutput{}
	if !s.Since.IsZero() {
		since := web.Time(s.Since)
		out.Body.Since = &since
	}
	for _, l := range s.Lag {
		out.Body.Behind = out.Body.Behind || l.Behind()
		out.Body.Lag = append(out.Body.Lag, lagView{What: cmp.Or(string(l.Channel), "messages"), Priority: l.Priority.String(), Waiting: l.Waiting, Seconds: int64(l.Oldest.Seconds()), Behind: l.Behind()})
	}
	for _, r := range s.Rates {
		out.Body.Rates = append(out.Body.Rates, channelRateView{Channel: string(r.Channel), Sent: notify.PerMinute(r.Sent), Failed: notify.PerMinute(r.Failed)})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Stock)) {
		l := s.Stock[name]
		out.Body.Stock = append(out.Body.Stock, stockView{Template: name, Accounts: l.Accounts, Stock: l.Stock, Closed: l.Closed})
	}
	for _, t := range s.Tries {
		out.Body.Tries = append(out.Body.Tries, triesView{Channel: string(t.Channel), State: string(t.State), Code: t.ErrorCode, Count: t.N, Repeats: t.Repeats})
	}
	return out
}
