package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func campaignRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "消息", web.Residents)
	web.Handle(g, web.Op{ID: "showCampaign", Method: http.MethodGet, Path: "/campaigns/{id}", Summary: "发给我的一份通知", Detail: "打开以后请用“标为已读”标这一条消息：单独标的算打开，能证明送达；几条一起标的不算。", Action: org.UseInbox}, showCampaign(d))
	web.Handle(g, web.Op{ID: "acknowledgeCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/acknowledgement", Summary: "已知悉：只表示知道了，不表示同意", Action: org.UseInbox, Rate: fileRate}, acknowledgeCampaign(d))
}

type campaignOutput struct {
	Body struct {
		ID             int64      `json:"id"`
		Estate         string     `json:"estate"`
		Office         string     `json:"office" doc:"发送单位"`
		Title          string     `json:"title"`
		Body           string     `json:"body"`
		SubjectKind    string     `json:"subject_kind,omitempty" doc:"关联的事项，可以从这里去办"`
		SubjectID      int64      `json:"subject_id,omitempty"`
		At             *time.Time `json:"at,omitempty"`
		AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty" doc:"这一户已经知悉的时间"`
	}
}

func showCampaign(d Deps) func(context.Context, org.Actor, *IDPath) (*campaignOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*campaignOutput, error) {
		t, err := d.Campaigns.Show(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &campaignOutput{}
		b := &out.Body
		b.ID, b.Estate, b.Office, b.Title, b.Body, b.SubjectKind, b.SubjectID = t.ID, t.Estate, t.Office, t.Title, t.Body, t.SubjectKind, t.SubjectID
		b.At, b.AcknowledgedAt = web.TimeOr(t.StartedAt), web.TimeOr(t.Acknowledged)
		return out, nil
	}
}

func acknowledgeCampaign(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Campaigns.Acknowledge(ctx, a, in.ID)
	}
}
