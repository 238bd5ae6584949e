package miniapp

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type mySeatsOutput struct {
	Body struct {
		Items []hall.Paper `json:"items" doc:"可以投票的表决权；没有的话请联系召集人核对"`
	}
}

func showMySeats(d Deps) func(context.Context, org.Actor, *MeetingPath) (*mySeatsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*mySeatsOutput, error) {
		papers, _, err := d.Assemblies.OwnSeats(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &mySeatsOutput{}
		out.Body.Items = []hall.Paper{}
		for _, p := range papers {
			out.Body.Items = append(out.Body.Items, hall.OfPaper(p))
		}
		return out, nil
	}
}

type castInput struct {
	MeetingPath
	Body hall.Choices
}

type receiptOutput struct{ Body hall.Receipt }

func castBallot(d Deps) func(context.Context, org.Actor, *castInput) (*receiptOutput, error) {
	return func(ctx context.Context, a org.Actor, in *castInput) (*receiptOutput, error) {
		c := in.Body.Cast()
		c.Actor, c.MeetingID, c.Way = a, in.ID, assembly.ByApp
		r, err := d.Assemblies.Cast(ctx, c)
		if err != nil {
			return nil, err
		}
		return &receiptOutput{Body: hall.OfReceipt(r, d.PublicURL)}, nil
	}
}

type askPaperInput struct {
	MeetingPath
	Seat int `path:"seat" minimum:"1"`
	Body struct {
		Want bool `json:"want" doc:"true 改用纸质票；false 撤回"`
	}
}

func askPaper(d Deps) func(context.Context, org.Actor, *askPaperInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *askPaperInput) (*web.Empty, error) {
		return nil, d.Assemblies.AskPaper(ctx, a, in.ID, in.Seat, in.Body.Want)
	}
}

type turnoutOutput struct{ Body hall.Turnout }

func showTurnout(d Deps) func(context.Context, org.Actor, *MeetingPath) (*turnoutOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*turnoutOutput, error) {
		t, err := d.Assemblies.Turnout(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &turnoutOutput{Body: hall.OfTurnout(t)}, nil
	}
}

type protestInput struct {
	MeetingPath
	Body struct {
		Position  int      `json:"position,omitempty" minimum:"0" maximum:"20" doc:"针对第几个议题；0 为整次会议"`
		Receipt   string   `json:"receipt,omitempty" maxLength:"32" doc:"对以本户名义投的这张票有异议（共有人不同意，或者不是本人投的），填它的回执号"`
		Form      string   `json:"form,omitempty" maxLength:"64" doc:"票箱里以本户名义投的纸质票不是本人投的，填票号"`
		Grounds   string   `json:"grounds" maxLength:"1000" doc:"理由"`
		Disputed  []string `json:"disputed,omitempty" maxItems:"100" doc:"认为不应计入的票的回执号"`
		FileIDs   []int64  `json:"file_ids,omitempty" maxItems:"10" doc:"证据"`
		ClientRef string   `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type objectionOutput struct{ Body hall.Objection }

func protest(d Deps) func(context.Context, org.Actor, *protestInput) (*objectionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *protestInput) (*objectionOutput, error) {
		b := in.Body
		o, err := d.Assemblies.Protest(ctx, a, in.ID, assembly.Protest{Position: b.Position, Receipt: b.Receipt, Form: b.Form, Grounds: b.Grounds, Disputed: b.Disputed, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)})
		if err != nil {
			return nil, err
		}
		return &objectionOutput{Body: hall.OfObjection(*o)}, nil
	}
}

func listObjections(d Deps) func(context.Context, org.Actor, *idPage) (*web.List[hall.Objection], error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*web.List[hall.Objection], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListObjections(ctx, a, in.ID, "", after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(o assembly.Entry) int64 { return o.ID }, hall.OfEntry), nil
	}
}

// ObjectionPath is the input of operations on one objection.
type ObjectionPath struct {
	MeetingPath
	Objection int64 `path:"objection" minimum:"1"`
}

func withdrawObjection(d Deps) func(context.Context, org.Actor, *ObjectionPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *ObjectionPath) (*web.Empty, error) {
		return nil, d.Assemblies.WithdrawObjection(ctx, a, in.ID, in.Objection)
	}
}

func meetingBundle(d Deps) func(context.Context, org.Actor, *MeetingPath) (*huma.StreamResponse, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*huma.StreamResponse, error) {
		return web.Download(ctx, "application/zip", func(w io.Writer) (string, error) {
			m, err := d.Assemblies.OwnersBundle(ctx, a, in.ID, w)
			return hall.BundleName(m, "owners"), err
		})
	}
}

type drawingsOutput struct {
	Body struct {
		Items []hall.Drawing `json:"items"`
	}
}

func listDrawings(d Deps) func(context.Context, org.Actor, *MeetingPath) (*drawingsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*drawingsOutput, error) {
		list, err := d.Assemblies.ListDrawings(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &drawingsOutput{}
		out.Body.Items = hall.OfDrawings(list)
		return out, nil
	}
}
