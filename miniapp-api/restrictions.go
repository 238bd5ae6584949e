package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type restrictionView struct {
	ID       int64     `json:"id"`
	Receipt  string    `json:"receipt" doc:"因为哪一件投诉"`
	Reason   string    `json:"reason"`
	EndsAt   time.Time `json:"ends_at"`
	State    string    `json:"state" doc:"active 限制中；appealed 已申诉；upheld 维持；lifted 解除"`
	Appeal   string    `json:"appeal,omitempty"`
	Decision string    `json:"decision,omitempty"`
	Holds    bool      `json:"holds" doc:"现在还限制着"`
	Appeals  bool      `json:"may_appeal" doc:"现在可以申诉"`
}

func listMyRestrictions(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[restrictionView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[restrictionView], error) {
		rows, err := d.Complaints.ListOwnRestrictions(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(r complaint.OwnRestriction) restrictionView {
			return restrictionView{ID: r.ID, Receipt: r.Receipt, Reason: r.Reason, EndsAt: web.Time(r.EndsAt), State: r.State, Appeal: r.Appeal, Decision: r.Decision, Holds: r.Holds, Appeals: r.MayAppeal()}
		}), nil
	}
}

type appealInput struct {
	IDPath
	Body struct {
		Text string `json:"text" minLength:"2" maxLength:"500" doc:"为什么不同意"`
	}
}

func appealRestriction(d Deps) func(context.Context, org.Actor, *appealInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *appealInput) (*web.Empty, error) {
		return nil, d.Complaints.Appeal(ctx, a, in.ID, in.Body.Text)
	}
}
