package office

import (
	"context"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type docketPage struct {
	IDPage
	State string `query:"state" enum:"open,upheld,rejected,withdrawn" doc:"只看处在这一状态的"`
}

func listObjections(d Deps) func(context.Context, org.Actor, *docketPage) (*web.List[hall.Objection], error) {
	return func(ctx context.Context, a org.Actor, in *docketPage) (*web.List[hall.Objection], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListObjections(ctx, a, in.ID, in.State, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(o assembly.Entry) int64 { return o.ID }, hall.OfEntry), nil
	}
}

// ObjectionPath is the input of operations on one objection.
type ObjectionPath struct {
	IDPath
	Objection int64 `path:"objection" minimum:"1"`
}

// FollowsBody says what follows from an objection to the result.
type FollowsBody struct {
	Follows string `json:"follows,omitempty" enum:"recount,none,cancel" doc:"对结果的异议成立的，必填（列了表决票的，默认 recount）：recount 重新计票、重新公示；none 不影响结果，理由写在 text 里；cancel 结果不予确认，会议作废。由另一个人复核后生效"`
}

type answerObjectionInput struct {
	ObjectionPath
	Body struct {
		Uphold bool   `json:"uphold" doc:"异议成立：由另一个人复核后，有异议的票不计入；业主对本户的票提的异议，“不成立”也要另一个人复核"`
		Text   string `json:"text" maxLength:"1000" doc:"依据和结果；对结果的异议，全体业主会看到"`
		FollowsBody
	}
}

type objectionOutput struct{ Body hall.Objection }

func objectionOut(o *assembly.Objection, err error) (*objectionOutput, error) {
	if err != nil {
		return nil, err
	}
	return &objectionOutput{Body: hall.OfObjection(*o)}, nil
}

func answerObjection(d Deps) func(context.Context, org.Actor, *answerObjectionInput) (*objectionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *answerObjectionInput) (*objectionOutput, error) {
		list, err := d.Assemblies.AnswerObjections(ctx, a, in.ID, assembly.Verdict{Objections: []int64{in.Objection}, Uphold: in.Body.Uphold, Text: in.Body.Text, Follows: assembly.Consequence(in.Body.Follows)})
		if err != nil {
			return nil, err
		}
		return objectionOut(&list[0], nil)
	}
}

func confirmObjection(d Deps) func(context.Context, org.Actor, *ObjectionPath) (*objectionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *ObjectionPath) (*objectionOutput, error) {
		return objectionOut(d.Assemblies.ConfirmObjection(ctx, a, in.ID, in.Objection))
	}
}

type answerObjectionsInput struct {
	IDPath
	Body struct {
		Objections []int64 `json:"objections" minItems:"1" maxItems:"50" doc:"同一个理由的几件异议；有一件不能处理，就都不处理"`
		Uphold     bool    `json:"uphold"`
		Text       string  `json:"text" maxLength:"1000"`
		FollowsBody
	}
}

type objectionsOutput struct {
	Body struct {
		Items []hall.Objection `json:"items"`
	}
}

func answerObjections(d Deps) func(context.Context, org.Actor, *answerObjectionsInput) (*objectionsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *answerObjectionsInput) (*objectionsOutput, error) {
		list, err := d.Assemblies.AnswerObjections(ctx, a, in.ID, assembly.Verdict{Objections: in.Body.Objections, Uphold: in.Body.Uphold, Text: in.Body.Text, Follows: assembly.Consequence(in.Body.Follows)})
		if err != nil {
			return nil, err
		}
		out := &objectionsOutput{}
		for _, o := range list {
			out.Body.Items = append(out.Body.Items, hall.OfObjection(o))
		}
		return out, nil
	}
}
