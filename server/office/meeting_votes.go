package office

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type turnoutOutput struct{ Body hall.Turnout }

func showTurnout(d Deps) func(context.Context, org.Actor, *IDPath) (*turnoutOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*turnoutOutput, error) {
		t, err := d.Assemblies.Turnout(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &turnoutOutput{Body: hall.OfTurnout(t)}, nil
	}
}

type makeLinksInput struct {
	IDPath
	Body struct {
		Seats []int `json:"seats" minItems:"1" maxItems:"500"`
	}
}

type votingLink struct {
	SeatNo    int       `json:"seat_no"`
	URL       string    `json:"url" doc:"只显示这一次"`
	ExpiresAt time.Time `json:"expires_at"`
}

type withoutLink struct {
	SeatNo int    `json:"seat_no"`
	Reason string `json:"reason"`
}

type linksOutput struct {
	Body struct {
		Items   []votingLink  `json:"items"`
		Without []withoutLink `json:"without,omitempty" doc:"没有生成链接的表决权和原因；号码不存在的，整个请求不受理"`
	}
}

func makeLinks(d Deps) func(context.Context, org.Actor, *makeLinksInput) (*linksOutput, error) {
	return func(ctx context.Context, a org.Actor, in *makeLinksInput) (*linksOutput, error) {
		list, without, err := d.Assemblies.MakeLinks(ctx, a, in.ID, in.Body.Seats)
		if err != nil {
			return nil, err
		}
		out := &linksOutput{}
		for _, l := range list {
			out.Body.Items = append(out.Body.Items, votingLink{SeatNo: l.SeatNo, URL: d.PublicURL + "/v/" + l.Token, ExpiresAt: web.Time(l.ExpiresAt)})
		}
		for _, x := range without {
			out.Body.Without = append(out.Body.Without, withoutLink{SeatNo: x.SeatNo, Reason: x.Why})
		}
		return out, nil
	}
}

type seatLinkInput struct {
	IDPath
	Seat int `path:"seat" minimum:"1"`
}

func revokeVotingLinks(d Deps) func(context.Context, org.Actor, *seatLinkInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *seatLinkInput) (*web.Empty, error) {
		return nil, d.Assemblies.RevokeLinks(ctx, a, in.ID, in.Seat)
	}
}

type outcomeOutput struct {
	Body struct {
		Kind      string    `json:"kind" doc:"provisional 初步结果；certificate 确认的结果"`
		SHA256    string    `json:"sha256"`
		LogSize   int64     `json:"log_size"`
		LogRoot   string    `json:"log_root"`
		Signature string    `json:"signature"`
		At        time.Time `json:"at"`
	}
}

func outcomeOut(o *assembly.Outcome, err error) (*outcomeOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &outcomeOutput{}
	out.Body.Kind, out.Body.SHA256, out.Body.LogSize, out.Body.LogRoot, out.Body.Signature, out.Body.At = o.Kind, o.SHA256, o.LogSize, o.LogRoot, o.Signature, web.Time(o.At)
	return out, nil
}

func publishResult(d Deps) func(context.Context, org.Actor, *IDPath) (*outcomeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*outcomeOutput, error) {
		return outcomeOut(d.Assemblies.Publish(ctx, a, in.ID))
	}
}

func certifyMeeting(d Deps) func(context.Context, org.Actor, *IDPath) (*outcomeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*outcomeOutput, error) {
		return outcomeOut(d.Assemblies.Certify(ctx, a, in.ID))
	}
}

type revokeMeetingInput struct {
	IDPath
	Body struct {
		Text    string  `json:"text" maxLength:"1000" doc:"法院、判决号、撤销了什么"`
		FileIDs []int64 `json:"file_ids,omitempty" maxItems:"10"`
	}
}

func revokeMeeting(d Deps) func(context.Context, org.Actor, *revokeMeetingInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revokeMeetingInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Revoke(ctx, a, in.ID, in.Body.Text, in.Body.FileIDs))
	}
}

func meetingBundle(d Deps) func(context.Context, org.Actor, *IDPath) (*huma.StreamResponse, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*huma.StreamResponse, error) {
		return web.Download(ctx, "application/zip", func(w io.Writer) (string, error) {
			m, err := d.Assemblies.OwnersBundle(ctx, a, in.ID, w)
			return hall.BundleName(m, "owners"), err
		})
	}
}
