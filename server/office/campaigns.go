package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

func campaignRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "群发和送达", web.Staff)
	web.Handle(g, web.Op{ID: "officeWriteCampaign", Method: http.MethodPost, Path: "/campaigns", Summary: "起草一次群发：范围、渠道、是否要逐户证明送达", Action: org.RunCampaigns, Rate: workRate, Status: http.StatusCreated}, writeCampaign(d))
	web.Handle(g, web.Op{ID: "officeListCampaigns", Method: http.MethodGet, Path: "/campaigns", Summary: "群发列表和进度", Action: org.ReadCampaigns}, listCampaigns(d))
	web.Handle(g, web.Op{ID: "officeShowCampaign", Method: http.MethodGet, Path: "/campaigns/{id}", Summary: "一次群发：内容、每次发送、各渠道的进度、您能做什么", Action: org.ReadCampaigns}, showCampaign(d))
	web.Handle(g, web.Op{ID: "officeReviseCampaign", Method: http.MethodPut, Path: "/campaigns/{id}", Summary: "修改草稿", Action: org.RunCampaigns, Rate: workRate}, reviseCampaign(d))
	web.Handle(g, web.Op{ID: "officeSubmitCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/submission", Summary: "提交，请另一个人批准", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, campaignStep((*campaign.Service).Submit, d))
	web.Handle(g, web.Op{ID: "officeApproveCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/approval", Summary: "批准看过的那一版：本单位负责人或上级单位，不能是写过、改过或提交过的人", Action: org.ApproveCampaigns, Rate: workRate}, approveCampaign(d))
	web.Handle(g, web.Op{ID: "officeReturnCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/return", Summary: "退回修改，或收回来修改：原因", Action: org.ReadCampaigns, Rate: workRate}, campaignStop((*campaign.Service).Return, d))
	web.Handle(g, web.Op{ID: "officePauseCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/pause", Summary: "暂停：还没有发出的都停下", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, campaignStop((*campaign.Service).Pause, d))
	web.Handle(g, web.Op{ID: "officeResumeCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/resumption", Summary: "继续发送", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, campaignStep((*campaign.Service).Resume, d))
	web.Handle(g, web.Op{ID: "officeCancelCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/cancellation", Summary: "取消：已发出的保留，其余不再发送", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, campaignStop((*campaign.Service).Cancel, d))
	web.Handle(g, web.Op{ID: "officeResendCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/resend", Summary: "补发：只发给发送全部失败、没有打开、也没有确认的户；答复补发多少户、哪些户不发和原因", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, resendCampaign(d))
	web.Handle(g, web.Op{ID: "officeRateCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/rate", Summary: "调整发送速度：对还没有发的马上生效", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, rateCampaign(d))
	web.Handle(g, web.Op{ID: "officePreviewCampaign", Method: http.MethodGet, Path: "/campaigns/{id}/preview", Summary: "预览：收件人在站内、微信、短信和信件上各看到什么，夜间发不发、能不能关闭", Action: org.ReadCampaigns}, previewCampaign(d))
	forecastRoutes(g, d)
	evidenceRoutes(g, d)
	campaignSheetRoutes(g, d)
}

// walkTime is how long an operation may take that reads every seat of a large estate.
const walkTime = 2 * time.Minute

// CampaignWords are what an office writes of a campaign.
type CampaignWords struct {
	Title       string     `json:"title" minLength:"2" maxLength:"40"`
	Body        string     `json:"body" minLength:"2" maxLength:"500" doc:"公开的内容，不能有个人信息"`
	Kind        string     `json:"kind" enum:"notice,assembly,fee,safety,other" doc:"notice 通知；assembly 业主大会；fee 费用；safety 安全；other 其他"`
	SubjectKind string     `json:"subject_kind,omitempty" maxLength:"32" doc:"关联事项的类别；办过这件事的人不再提醒。recognition 住户认证、area_check 核对面积，编号都填小区编号"`
	SubjectID   int64      `json:"subject_id,omitempty" minimum:"0"`
	Audience    string     `json:"audience" enum:"owners,residents" doc:"owners 按票权（同一业主的多套房算一户）；residents 按房屋"`
	Buildings   []int64    `json:"buildings,omitempty" maxItems:"500" doc:"只发给这些幢；都不填为整个小区"`
	Units       []int64    `json:"units,omitempty" maxItems:"1000"`
	OwnerSets   []int64    `json:"owner_sets,omitempty" maxItems:"1000"`
	Channels    []string   `json:"channels" maxItems:"4" enum:"wechat_mini,sms,letter,visit" doc:"按先后；站内消息总是有"`
	NeedsProof  bool       `json:"needs_proof,omitempty" doc:"要逐户证明送达，例如业主大会通知"`
	PerMinute   int        `json:"per_minute,omitempty" minimum:"0" maximum:"60000" doc:"每分钟条数，0为按渠道的上限"`
	NotBefore   *time.Time `json:"not_before,omitempty" doc:"最早什么时候发"`
	RemindEvery int        `json:"remind_every,omitempty" minimum:"0" maximum:"30" doc:"每几天提醒一次，最多3次；0为不提醒"`
	EndsAt      *time.Time `json:"ends_at,omitempty" doc:"截止时间，之后不再提醒"`
}

func (w CampaignWords) words(estate int64, ref string) campaign.Words {
	out := campaign.Words{EstateID: estate, Title: w.Title, Body: w.Body, Kind: campaign.Kind(w.Kind), SubjectKind: w.SubjectKind, SubjectID: w.SubjectID, Audience: campaign.Audience(w.Audience),
		Scope: campaign.Scope{Buildings: w.Buildings, Units: w.Units, Seats: w.OwnerSets}, NeedsProof: w.NeedsProof, PerMinute: w.PerMinute, NotBefore: utc(w.NotBefore), RemindEvery: w.RemindEvery, EndsAt: utc(w.EndsAt),
		ClientRef: ref, InputHash: web.InputHash(estate, w)}
	for _, c := range w.Channels {
		out.Channels = append(out.Channels, campaign.Channel(c))
	}
	return out
}

// utc reads an optional time to the second.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC().Truncate(time.Second)
	return &at
}

type writeCampaignInput struct {
	Body struct {
		EstateID  int64  `json:"estate_id" minimum:"1"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
		CampaignWords
	}
}

type channelView struct {
	Channel     string `json:"channel"`
	Name        string `json:"name"`
	Seats       int64  `json:"seats" doc:"首先走这个渠道的户数"`
	Sent        int64  `json:"sent" doc:"已发出条数；信件为已打印，上门为已去过的户数"`
	Failed      int64  `json:"failed"`
	Waiting     int64  `json:"waiting"`
	Cancelled   int64  `json:"cancelled"`
	Confirmed   int64  `json:"confirmed" doc:"这些户里已确认的"`
	Unconfirmed int64  `json:"unconfirmed"`
}

type progressView struct {
	Seats     int64         `json:"seats"`
	Confirmed int64         `json:"confirmed" doc:"以任何方式确认"`
	Proven    int64         `json:"proven" doc:"能证明送达：业主登录后打开或点已知悉、上门签收、拒收且有照片"`
	Posted    int64         `json:"posted" doc:"没有确认、已张贴公告"`
	Unreached int64         `json:"unreached" doc:"没有渠道送得到"`
	Acted     int64         `json:"acted" doc:"已经办过这件事"`
	Channels  []channelView `json:"channels"`
}

type runView struct {
	Number int        `json:"number"`
	Kind   string     `json:"kind"`
	Name   string     `json:"name"`
	State  string     `json:"state" doc:"choosing 正在整理名单；sent 已交发送；empty 没有要发的；dropped 已取消"`
	Seats  int64      `json:"seats"`
	At     time.Time  `json:"at"`
	SentAt *time.Time `json:"sent_at,omitempty"`
}

type campaignView struct {
	ID             int64         `json:"id"`
	Number         string        `json:"number"`
	EstateID       int64         `json:"estate_id"`
	Estate         string        `json:"estate"`
	OrganisationID int64         `json:"organisation_id"`
	Office         string        `json:"office" doc:"发送单位"`
	Title          string        `json:"title"`
	Body           string        `json:"body"`
	Kind           string        `json:"kind"`
	SubjectKind    string        `json:"subject_kind,omitempty"`
	SubjectID      int64         `json:"subject_id,omitempty"`
	Audience       string        `json:"audience"`
	Channels       []string      `json:"channels"`
	NeedsProof     bool          `json:"needs_proof"`
	PerMinute      int           `json:"per_minute"`
	NotBefore      *time.Time    `json:"not_before,omitempty"`
	RemindEvery    int           `json:"remind_every"`
	Reminders      int           `json:"reminders" doc:"已提醒次数"`
	EndsAt         *time.Time    `json:"ends_at,omitempty"`
	Version        int           `json:"version" doc:"第几版；批准时要填看过的是第几版"`
	State          string        `json:"state"`
	StateName      string        `json:"state_name"`
	Approval       string        `json:"approval,omitempty" doc:"person 另一个人批准；rule 按本地规则户数少，不用第二人"`
	ApprovedAt     *time.Time    `json:"approved_at,omitempty"`
	Reason         string        `json:"reason,omitempty" doc:"最近一次退回、暂停或取消的原因"`
	CreatedAt      time.Time     `json:"created_at"`
	StartedAt      *time.Time    `json:"started_at,omitempty"`
	DoneAt         *time.Time    `json:"done_at,omitempty"`
	Seats          int64         `json:"seats"`
	Forecast       *forecastView `json:"forecast,omitempty" doc:"提交时的送达预测"`
	Urgent         string        `json:"urgent,omitempty" doc:"为什么夜间也发；一般的没有这一项"`
	Progress       *progressView `json:"progress,omitempty"`
	CountedAt      *time.Time    `json:"counted_at,omitempty" doc:"进度是什么时候统计的"`
	Runs           []runView     `json:"runs,omitempty"`
	Actions        []string      `json:"actions,omitempty" doc:"您现在可以做什么"`
}

type campaignOutput struct{ Body campaignView }

func viewCampaign(c campaign.Campaign) campaignView {
	v := campaignView{ID: c.ID, Number: c.Number, EstateID: c.EstateID, OrganisationID: c.OrganisationID, Title: c.Title, Body: c.Body, Kind: string(c.Kind), SubjectKind: c.SubjectKind, SubjectID: c.SubjectID,
		Audience: string(c.Audience), Channels: []string{}, NeedsProof: c.NeedsProof, PerMinute: c.PerMinute, NotBefore: web.TimeOr(c.NotBefore), RemindEvery: c.RemindEvery, Reminders: c.Reminders, EndsAt: web.TimeOr(c.EndsAt),
		Version: c.Version, State: string(c.State), StateName: campaign.StateNames[c.State], Approval: c.Approval, ApprovedAt: web.TimeOr(c.ApprovedAt), Reason: c.Reason, CreatedAt: web.Time(c.CreatedAt), StartedAt: web.TimeOr(c.StartedAt),
		DoneAt: web.TimeOr(c.DoneAt), Seats: c.Seats, CountedAt: web.TimeOr(c.CountedAt)}
	for _, ch := range c.ChannelList() {
		v.Channels = append(v.Channels, string(ch))
	}
	return v
}

func viewCampaignWhole(c *campaign.View) campaignView {
	v := viewCampaign(c.Campaign)
	v.Estate, v.Office, v.Urgent = c.Estate, c.Office, c.Urgent
	if c.Forecast != nil {
		f := viewForecast(c.Forecast)
		v.Forecast = &f
	}
	for _, a := range c.Allowed {
		v.Actions = append(v.Actions, string(a))
	}
	for _, r := range c.Runs {
		v.Runs = append(v.Runs, runView{Number: r.Number, Kind: string(r.Kind), Name: campaign.RunNames[r.Kind], State: r.State, Seats: r.Seats, At: web.Time(r.MadeAt), SentAt: web.TimeOr(r.SentAt)})
	}
	if p := c.Progress; p != nil {
		v.Progress = &progressView{Seats: p.Seats, Confirmed: p.Confirmed, Proven: p.Proven, Posted: p.Posted, Unreached: p.Unreached, Acted: p.Acted, Channels: []channelView{}}
		for _, x := range p.Channels {
			v.Progress.Channels = append(v.Progress.Channels, channelView{Channel: string(x.Channel), Name: campaign.ChannelNames[x.Channel], Seats: x.Seats, Sent: x.Sent, Failed: x.Failed, Waiting: x.Waiting, Cancelled: x.Cancelled,
				Confirmed: x.Confirmed, Unconfirmed: x.Unconfirmed})
		}
	}
	return v
}

func writeCampaign(d Deps) func(context.Context, org.Actor, *writeCampaignInput) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *writeCampaignInput) (*campaignOutput, error) {
		c, err := d.Campaigns.Write(ctx, a, in.Body.words(in.Body.EstateID, in.Body.ClientRef))
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}

type reviseCampaignInput struct {
	IDPath
	Body CampaignWords
}

func reviseCampaign(d Deps) func(context.Context, org.Actor, *reviseCampaignInput) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviseCampaignInput) (*campaignOutput, error) {
		c, err := d.Campaigns.Revise(ctx, a, in.ID, in.Body.words(0, ""))
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}

type listCampaignsInput struct {
	EstateID int64  `query:"estate_id" minimum:"0" doc:"只看一个小区；不填为全部"`
	State    string `query:"state" enum:"draft,submitted,approved,running,paused,done,cancelled" doc:"状态；不填为全部"`
	web.Page
}

func listCampaigns(d Deps) func(context.Context, org.Actor, *listCampaignsInput) (*web.List[campaignView], error) {
	return func(ctx context.Context, a org.Actor, in *listCampaignsInput) (*web.List[campaignView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Campaigns.List(ctx, a, in.EstateID, campaign.State(in.State), before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v *campaign.View) int64 { return v.ID }, viewCampaignWhole), nil
	}
}

func showCampaign(d Deps) func(context.Context, org.Actor, *IDPath) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*campaignOutput, error) {
		v, err := d.Campaigns.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaignWhole(v)}, nil
	}
}

// campaignStep is an operation that needs no words.
func campaignStep(do func(*campaign.Service, context.Context, org.Actor, int64) (*campaign.Campaign, error), d Deps) func(context.Context, org.Actor, *IDPath) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*campaignOutput, error) {
		c, err := do(d.Campaigns, ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}

type campaignReasonInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

// campaignStop is an operation that needs a reason.
func campaignStop(do func(*campaign.Service, context.Context, org.Actor, int64, string) (*campaign.Campaign, error), d Deps) func(context.Context, org.Actor, *campaignReasonInput) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *campaignReasonInput) (*campaignOutput, error) {
		c, err := do(d.Campaigns, ctx, a, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}

type approvalInput struct {
	IDPath
	Body struct {
		Version int `json:"version" minimum:"1" doc:"看过的是第几版；以后又改过的，要重新看"`
	}
}

func approveCampaign(d Deps) func(context.Context, org.Actor, *approvalInput) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *approvalInput) (*campaignOutput, error) {
		c, err := d.Campaigns.Approve(ctx, a, in.ID, in.Body.Version)
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}

// OnceInput is the input of what may be sent twice and needs no words.
type OnceInput struct {
	IDPath
	Body struct {
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type resendOutput struct {
	Body struct {
		Run      int         `json:"run"`
		Seats    int64       `json:"seats" doc:"补发多少户"`
		Channels []countView `json:"channels" doc:"这些户原来首先走哪个渠道"`
		LeftOut  []countView `json:"left_out" doc:"不补发的户和原因"`
	}
}

func resendCampaign(d Deps) func(context.Context, org.Actor, *OnceInput) (*resendOutput, error) {
	return func(ctx context.Context, a org.Actor, in *OnceInput) (*resendOutput, error) {
		r, err := d.Campaigns.Resend(ctx, a, in.ID, campaign.Once{ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID)})
		if err != nil {
			return nil, err
		}
		out := &resendOutput{}
		out.Body.Run, out.Body.Seats = r.Run, r.Seats
		out.Body.Channels, out.Body.LeftOut = counted(r.Channels, campaign.ChannelNames), counted(r.LeftOut, campaign.LeftNames)
		return out, nil
	}
}

type rateInput struct {
	IDPath
	Body struct {
		PerMinute int `json:"per_minute" minimum:"0" maximum:"60000" doc:"每分钟条数，0为按渠道的上限"`
	}
}

func rateCampaign(d Deps) func(context.Context, org.Actor, *rateInput) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *rateInput) (*campaignOutput, error) {
		c, err := d.Campaigns.SetRate(ctx, a, in.ID, in.Body.PerMinute)
		if err != nil {
			return nil, err
		}
		return &campaignOutput{viewCampaign(*c)}, nil
	}
}
