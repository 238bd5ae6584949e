package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/web"
)

type itemView struct {
	ID          int64      `json:"id"`
	Title       string     `json:"title"`
	Body        string     `json:"body"`
	SubjectKind string     `json:"subject_kind"`
	SubjectID   int64      `json:"subject_id"`
	At          time.Time  `json:"at"`
	ReadAt      *time.Time `json:"read_at,omitempty"`
}

type inboxInput struct {
	Unread bool `query:"unread" doc:"只看未读的"`
	web.Page
}

func listInbox(d Deps) func(context.Context, org.Actor, *inboxInput) (*web.List[itemView], error) {
	return func(ctx context.Context, a org.Actor, in *inboxInput) (*web.List[itemView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		list := d.Inbox.List
		if in.Unread {
			list = d.Inbox.ListUnread
		}
		rows, err := list(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(i inbox.Entry) int64 { return i.ID }, func(i inbox.Entry) itemView {
			return itemView{ID: i.ID, Title: i.Title, Body: i.Body, SubjectKind: i.SubjectKind, SubjectID: i.SubjectID, At: web.Time(i.CreatedAt), ReadAt: web.TimeOr(i.ReadAt)}
		}), nil
	}
}

type readInput struct {
	Body struct {
		IDs  []int64 `json:"ids,omitempty" minItems:"1" maxItems:"100" doc:"这几条"`
		UpTo int64   `json:"up_to,omitempty" minimum:"1" doc:"或这一条和它之前的全部；两样填一样"`
	}
}

type countOutput struct {
	Body struct {
		Count int64 `json:"count"`
	}
}

func markRead(d Deps) func(context.Context, org.Actor, *readInput) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, in *readInput) (*countOutput, error) {
		n, err := d.Inbox.Mark(ctx, a, in.Body.IDs, in.Body.UpTo)
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}

type undeliveredView struct {
	ID        int64     `json:"id"`
	MessageID int64     `json:"message_id"`
	EstateID  int64     `json:"estate_id"`
	Recipient string    `json:"recipient" doc:"post 岗位或 person 个人"`
	ToID      int64     `json:"recipient_id,omitempty" doc:"岗位编号；个人不显示"`
	Channel   string    `json:"channel"`
	Title     string    `json:"title" doc:"消息标题"`
	Template  string    `json:"template"`
	State     string    `json:"state" doc:"dead 多次失败，held 可能已经送到、没有重发，refused 对方未订阅，unreachable 没有可用的账号，pending 一直失败、还在重试"`
	Why       string    `json:"why" doc:"为什么没有送到，可以怎么办"`
	Code      int       `json:"error_code,omitempty"`
	Error     string    `json:"error,omitempty" doc:"微信的原话"`
	Attempts  int       `json:"attempts"`
	At        time.Time `json:"at"`
}

// wechatReasons says in plain words what WeChat's commonest codes mean.
var wechatReasons = map[int]string{
	40003: "对方的微信账号已失效，请联系本人重新登录小程序",
	40037: "消息模板编号不对，请管理员核对模板设置",
	45009: "今天的发送次数已用完，明天可以重发",
	47003: "消息内容不符合微信模板的要求，请管理员核对模板设置",
}

// whyUndelivered says why a delivery did not arrive and what to do about it.
func whyUndelivered(d notify.Delivery) string {
	switch d.State {
	case notify.Refused:
		return "对方没有订阅这类消息，站内消息里有一份"
	case notify.Waiting:
		return "还没有送到，系统在自动重试；一直失败请联系管理员"
	case notify.Held:
		return "发送时系统中断，可能已经送到，所以没有再发；确认没有收到的，可以重发"
	case notify.Unreachable:
		return "对方没有绑定微信，或这类消息还没有配置模板，站内消息里有一份"
	}
	if why, ok := wechatReasons[d.ErrorCode]; ok {
		return why
	}
	return "微信多次没有回应，可以重发；一直失败请联系管理员"
}

func listUndelivered(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[undeliveredView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[undeliveredView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := notify.ListUndelivered(ctx, d.DB, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(x notify.Undelivered) int64 { return x.ID }, func(x notify.Undelivered) undeliveredView {
			return undeliveredView{ID: x.ID, MessageID: x.MessageID, EstateID: x.EstateID, Recipient: x.RecipientKind, ToID: x.RecipientID, Channel: string(x.Channel),
				Title: x.Title, Template: x.Template, State: string(x.State), Why: whyUndelivered(x.Delivery), Code: x.ErrorCode, Error: x.LastError, Attempts: x.Attempts, At: web.Time(x.CreatedAt)}
		}), nil
	}
}

func replayDelivery(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Notifier.Replay(ctx, a, in.ID)
	}
}

type replayAllInput struct {
	Body struct {
		Since time.Time `json:"since" doc:"从这个时间以来的"`
	}
}

func replayAll(d Deps) func(context.Context, org.Actor, *replayAllInput) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, in *replayAllInput) (*countOutput, error) {
		n, err := d.Notifier.ReplayAll(ctx, a, in.Body.Since.UTC())
		out := &countOutput{}
		out.Body.Count = int64(n)
		return out, err
	}
}

func replayMessage(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, notify.ReplayMessage(ctx, d.DB, a, in.ID)
	}
}

type stuckView struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	EstateID int64     `json:"estate_id"`
	Attempts int       `json:"attempts"`
	Error    string    `json:"error"`
	At       time.Time `json:"at"`
}

func listStuck(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[stuckView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[stuckView], error) {
		rows, err := notify.ListStuck(ctx, d.DB, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(m outbox.Message) stuckView {
			return stuckView{ID: m.ID, Kind: m.Kind, EstateID: m.EstateID, Attempts: m.Attempts, Error: m.LastError, At: web.Time(m.CreatedAt)}
		}), nil
	}
}
