package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/server/web"
)

func planRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "通知计划", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowPlan", Method: http.MethodGet, Path: "/notify/plan", Summary: "谁收到什么通知、走什么渠道、依据什么", Action: org.ReadRules}, showPlan(d))
	web.Handle(g, web.Op{ID: "officeForeseePlan", Method: http.MethodPost, Path: "/notify/plan/preview", Summary: "如果发生这件事，谁会收到什么", Action: org.ReadRules}, foreseePlan(d))
	web.Handle(g, web.Op{ID: "officeListPlanChanges", Method: http.MethodGet, Path: "/notify/plan/changes", Summary: "本市对通知计划的修改", Action: org.ReadRules}, listPlanChanges(d))
	web.Handle(g, web.Op{ID: "officeEnterPlanChange", Method: http.MethodPost, Path: "/notify/plan/changes", Summary: "录入对通知计划的修改（每次写全本市的所有修改）", Action: org.EnterRules, Status: http.StatusCreated}, enterPlanChange(d))
	web.Handle(g, web.Op{ID: "officeDecidePlanChange", Method: http.MethodPost, Path: "/notify/plan/changes/{id}/decision", Summary: "由第二个人确认", Action: org.EnterRules}, decidePlanChange(d))
}

type planOutput struct {
	Body struct {
		Version int64       `json:"version" doc:"0 为自带的计划，其他为生效的修改的编号"`
		Quiet   plan.Quiet  `json:"quiet" doc:"夜间只进站内消息的时段"`
		Kinds   []plan.Kind `json:"kinds"`
		Rows    []plan.Row  `json:"rows"`
	}
}

func showPlan(d Deps) func(context.Context, org.Actor, *web.Empty) (*planOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*planOutput, error) {
		t, version, err := d.Plan.Show(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &planOutput{}
		out.Body.Version, out.Body.Quiet, out.Body.Kinds, out.Body.Rows = version, t.Quiet(), t.Kinds(), t.Rows()
		return out, nil
	}
}

type foreseeInput struct {
	Body struct {
		Event    string          `json:"event" minLength:"1" maxLength:"64" doc:"事件，见 GET /notify/plan"`
		EstateID int64           `json:"estate_id" minimum:"1"`
		LeadID   int64           `json:"lead_id,omitempty" doc:"主办、被请或被吹哨的单位，不填为社区"`
		Urgent   bool            `json:"urgent,omitempty" doc:"有危险"`
		Accepted bool            `json:"accepted,omitempty"`
		Raised   bool            `json:"raised,omitempty" doc:"退回后升到上一级"`
		Topic    string          `json:"topic,omitempty" enum:"vote,deadline,payment,other" doc:"群发是关于什么的：表决、表决快截止、缴费、其他"`
		Parts    []int64         `json:"building_ids,omitempty" maxItems:"200" doc:"只涉及这些幢"`
		Units    []int64         `json:"unit_ids,omitempty" maxItems:"200" doc:"只涉及这些户"`
		Changes  []plan.Override `json:"changes,omitempty" maxItems:"500" doc:"先试这些修改；不填按现行计划"`
	}
}

type foreseenView struct {
	To       string             `json:"to"`
	People   int                `json:"people,omitempty" doc:"居民人数；当事人要等事情发生才知道"`
	Papers   int                `json:"owners_without_account,omitempty" doc:"没有账号的业主"`
	Ways     map[string]int     `json:"reached_first_by,omitempty" doc:"按现在的情况，各渠道先送到多少人；inbox 为只有站内消息，nobody 为送不到"`
	More     bool               `json:"more,omitempty" doc:"不止这些人"`
	Posts    []foreseenPostView `json:"posts,omitempty"`
	Title    string             `json:"title"`
	Body     string             `json:"body"`
	Channels []plan.Channel     `json:"channels" doc:"站内消息之后依次试的渠道"`
	Priority string             `json:"priority"`
	Sight    string             `json:"sight"`
	Kind     string             `json:"kind"`
	Unread   string             `json:"unread_after,omitempty" doc:"多久没有看就转下一步"`
	Then     []plan.Step        `json:"then,omitempty"`
	Why      string             `json:"why"`
}

type foreseenPostView struct {
	PostID       int64  `json:"post_id"`
	Organisation string `json:"organisation"`
	Title        string `json:"title"`
	Held         bool   `json:"held" doc:"有人在岗或代班；没有人的，消息留给下一任，并告诉上一级"`
}

func foreseePlan(d Deps) func(context.Context, org.Actor, *foreseeInput) (*web.All[foreseenView], error) {
	return func(ctx context.Context, a org.Actor, in *foreseeInput) (*web.All[foreseenView], error) {
		b := in.Body
		list, err := d.Notifier.Foresee(ctx, a, notify.Suppose{Kind: b.Event, EstateID: b.EstateID, LeadID: b.LeadID, Urgent: b.Urgent, Accepted: b.Accepted, Raised: b.Raised, Topic: b.Topic, Where: event.Scope{Buildings: b.Parts, Units: b.Units}, Changes: b.Changes})
		if err != nil {
			return nil, err
		}
		return web.Whole(list, viewForeseen), nil
	}
}

func viewForeseen(f notify.Foreseen) foreseenView {
	m := f.Message
	v := foreseenView{To: string(f.To), People: f.People, Papers: f.Papers, More: f.More, Title: m.Title, Body: m.Body, Channels: m.Channels, Priority: m.Priority.String(), Sight: string(m.Sight), Kind: m.Kind, Why: m.Why}
	if m.Ack != nil {
		v.Unread, v.Then = m.Ack.After.String(), m.Ack.Then
	}
	for c, n := range f.Ways {
		if v.Ways == nil {
			v.Ways = map[string]int{}
		}
		v.Ways[string(c)] = n
	}
	for _, p := range f.Posts {
		v.Posts = append(v.Posts, foreseenPostView{PostID: p.PostID, Organisation: p.Organisation, Title: p.Title, Held: p.Held})
	}
	return v
}

type planChangeInput struct {
	Body struct {
		Changes   []plan.Override `json:"changes" maxItems:"500" doc:"本市的所有修改；空的表示恢复自带的计划"`
		Reason    string          `json:"reason" minLength:"2" maxLength:"200"`
		ClientRef string          `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type planChangeView struct {
	ID        int64           `json:"id"`
	State     string          `json:"state" enum:"proposed,confirmed,rejected"`
	Reason    string          `json:"reason"`
	Remark    string          `json:"remark,omitempty"`
	Changes   []plan.Override `json:"changes"`
	EnteredAt time.Time       `json:"entered_at"`
	DecidedAt *time.Time      `json:"decided_at,omitempty"`
}

type planChangeOutput struct{ Body planChangeView }

func viewPlanChange(c notify.PlanChange) planChangeView {
	list, err := c.Overrides()
	if err != nil {
		list = nil
	}
	return planChangeView{ID: c.ID, State: c.State, Reason: c.Reason, Remark: c.Remark, Changes: list, EnteredAt: web.Time(c.EnteredAt), DecidedAt: web.TimeOr(c.DecidedAt)}
}

func listPlanChanges(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[planChangeView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[planChangeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Plan.ListChanges(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(c notify.PlanChange) int64 { return c.ID }, viewPlanChange), nil
	}
}

func enterPlanChange(d Deps) func(context.Context, org.Actor, *planChangeInput) (*planChangeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *planChangeInput) (*planChangeOutput, error) {
		c, err := d.Plan.EnterChange(ctx, a, in.Body.Changes, in.Body.Reason, in.Body.ClientRef, web.InputHash(in.Body.Changes, in.Body.Reason))
		if err != nil {
			return nil, err
		}
		return &planChangeOutput{Body: viewPlanChange(*c)}, nil
	}
}

func decidePlanChange(d Deps) func(context.Context, org.Actor, *decideInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*web.Empty, error) {
		return nil, d.Plan.DecideChange(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
	}
}
