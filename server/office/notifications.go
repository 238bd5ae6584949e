package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/server/web"
)

type toldView struct {
	ID           int64           `json:"id"`
	Title        string          `json:"title"`
	Organisation string          `json:"organisation"`
	Post         string          `json:"post"`
	At           time.Time       `json:"at" doc:"送达时间"`
	ReadAt       *time.Time      `json:"read_at,omitempty"`
	State        notify.AckState `json:"state,omitempty" doc:"要在时限内看的：open 等着看，read 已看，acted 单位已办理，rerouted 没有按时看、已转报，exhausted 没有可以再转报的"`
	DueAt        *time.Time      `json:"due_at,omitempty" doc:"最迟什么时候看"`
	Says         string          `json:"says" doc:"例如：已送达、已读、15分钟未读已转报"`
}

func listNotifications(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[toldView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[toldView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Told.List(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(t notify.Told) int64 { return t.ID }, func(t notify.Told) toldView {
			return toldView{ID: t.ID, Title: t.Title, Organisation: t.Organisation, Post: t.Post, At: web.Time(t.At), ReadAt: web.TimeOr(t.ReadAt), State: t.State, DueAt: web.TimeOr(t.DueAt), Says: t.Says}
		}), nil
	}
}

func countUnread(d Deps) func(context.Context, org.Actor, *web.Empty) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*countOutput, error) {
		n, err := d.Inbox.Unread(ctx, a)
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}
