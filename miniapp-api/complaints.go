package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type matterView struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Group  string `json:"group"`
	Unit   string `json:"unit" doc:"负责单位"`
	Clause string `json:"clause"`
	Class  string `json:"class"`
}

func listMatters(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[matterView], error) {
	return func(context.Context, org.Actor, *web.Empty) (*web.All[matterView], error) {
		return web.Whole(d.Complaints.Matters(), func(m complaint.MatterView) matterView {
			return matterView{Code: m.Code, Name: m.Name, Group: m.Group, Unit: m.Unit, Clause: m.Clause, Class: m.Class}
		}), nil
	}
}

type aboutView struct {
	Code string `json:"code" doc:"提交投诉时填在 about 里"`
	Name string `json:"name"`
}

func listAbout(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[aboutView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[aboutView], error) {
		rows, err := d.Complaints.ListAbout(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(v complaint.AboutView) aboutView { return aboutView(v) }), nil
	}
}

type textInput struct {
	Body struct {
		Text string `json:"text" minLength:"2" maxLength:"2000"`
	}
}

func suggestMatters(d Deps) func(context.Context, org.Actor, *textInput) (*web.All[Suggestion], error) {
	return func(_ context.Context, _ org.Actor, in *textInput) (*web.All[Suggestion], error) {
		return web.Whole(d.Suggester.Suggest(in.Body.Text), func(s Suggestion) Suggestion { return s }), nil
	}
}

type fileInput struct {
	Body struct {
		EstateID   int64                `json:"estate_id" minimum:"1"`
		BuildingID int64                `json:"building_id,omitempty" minimum:"0"`
		UnitID     int64                `json:"unit_id,omitempty" minimum:"0" doc:"您自己的房屋；公共部位不填"`
		Place      string               `json:"place,omitempty" maxLength:"100" doc:"具体地点"`
		Matter     string               `json:"matter,omitempty" maxLength:"64" doc:"事项代码；不清楚就不填，由社区先受理"`
		About      string               `json:"about,omitempty" maxLength:"64" doc:"投诉的是哪个单位本身（代码见“可以投诉的单位”）；被投诉的单位看不到您是谁，也不办理这件投诉"`
		Text       string               `json:"text" minLength:"5" maxLength:"2000"`
		Visibility complaint.Visibility `json:"visibility,omitempty" enum:"public,private" doc:"是否让邻居看到内容和进展；任何时候都不显示您的姓名"`
		PhotoIDs   []int64              `json:"photo_ids,omitempty" maxItems:"9"`
		ClientRef  string               `json:"client_ref" minLength:"1" maxLength:"64" doc:"每次填写生成一个，重复提交不会重复立案" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

// caseView is a complaint as its complainant or a neighbour sees it.
type caseView struct {
	ID           int64      `json:"id"`
	Number       string     `json:"number"`
	Estate       string     `json:"estate"`
	Unit         string     `json:"unit,omitempty"`
	Place        string     `json:"place,omitempty"`
	Matter       string     `json:"matter"`
	Clause       string     `json:"clause" doc:"依据的条款"`
	ClauseText   string     `json:"clause_text,omitempty"`
	Text         string     `json:"text"`
	State        string     `json:"state"`
	StateName    string     `json:"state_name"`
	Lead         string     `json:"lead" doc:"主办单位"`
	Joint        []string   `json:"joint,omitempty" doc:"协办单位"`
	Why          string     `json:"why,omitempty" doc:"为什么由这个单位办理"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	DueReference bool       `json:"due_reference,omitempty" doc:"时限为参考时限，本地规则未配置"`
	Overdue      bool       `json:"overdue"`
	Returns      int        `json:"returns"`
	Visibility   string     `json:"visibility"`
	Display      string     `json:"display,omitempty" doc:"公开显示的审核状态"`
	CreatedAt    time.Time  `json:"created_at"`
	Actions      []string   `json:"actions,omitempty" doc:"现在可以做什么"`
	Steps        []stepView `json:"steps,omitempty"`
	FileIDs      []int64    `json:"file_ids,omitempty"`
}

type stepView struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	By     string    `json:"by"`
	To     string    `json:"to,omitempty"`
	Clause string    `json:"clause,omitempty"`
	Text   string    `json:"text,omitempty"`
}

type caseOutput struct{ Body caseView }

func viewCase(v complaint.View) caseView {
	out := caseView{ID: v.ID, Number: v.Number, Estate: v.Estate, Unit: v.UnitName, Place: v.Place, Matter: v.MatterName, Clause: v.Clause, ClauseText: v.ClauseText,
		Text: v.Text, State: string(v.State), StateName: complaint.StateNames[v.State], Lead: v.Lead, Joint: v.Joint, Why: v.RouteReason, DueAt: web.TimeOr(v.DueAt),
		DueReference: v.DueReference, Overdue: v.Overdue, Returns: v.Returns, Visibility: string(v.Visibility), Display: string(v.Display), CreatedAt: web.Time(v.CreatedAt), FileIDs: v.FileIDs}
	for _, a := range v.Allowed {
		if a == complaint.Confirm || a == complaint.Return {
			out.Actions = append(out.Actions, string(a))
		}
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, stepView{At: web.Time(s.At), Kind: string(s.Kind), Name: complaint.ActionNames[s.Kind], By: s.By, To: s.To, Clause: s.Clause, Text: s.Text})
	}
	return out
}

func fileComplaint(d Deps) func(context.Context, org.Actor, *fileInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *fileInput) (*caseOutput, error) {
		b := in.Body
		c, err := d.Complaints.File(ctx, a, complaint.Draft{EstateID: b.EstateID, BuildingID: b.BuildingID, UnitID: b.UnitID, Place: b.Place, Matter: b.Matter,
			About: b.About, Text: b.Text, Visibility: b.Visibility, PhotoIDs: b.PhotoIDs, ClientRef: b.ClientRef,
			InputHash: web.InputHash(b.EstateID, b.BuildingID, b.UnitID, b.Place, b.Matter, b.About, b.Text, b.Visibility, b.PhotoIDs)})
		if err != nil {
			return nil, err
		}
		return ownCase(ctx, d, a, c.ID)
	}
}

func ownCase(ctx context.Context, d Deps, a org.Actor, id int64) (*caseOutput, error) {
	v, err := d.Complaints.FindOwn(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &caseOutput{Body: viewCase(*v)}, nil
}

func listMyComplaints(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[caseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListOwn(ctx, a, complaint.Filter{Before: before, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

func showMyComplaint(d Deps) func(context.Context, org.Actor, *IDPath) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*caseOutput, error) {
		return ownCase(ctx, d, a, in.ID)
	}
}

type confirmInput struct {
	IDPath
	Body struct {
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func confirmComplaint(d Deps) func(context.Context, org.Actor, *confirmInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *confirmInput) (*caseOutput, error) {
		c, err := d.Complaints.Confirm(ctx, a, in.ID, complaint.Input{ClientRef: in.Body.ClientRef, InputHash: web.InputHash("confirm")})
		if err != nil {
			return nil, err
		}
		return ownCase(ctx, d, a, c.ID)
	}
}

type returnInput struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"2" maxLength:"500" doc:"哪里没有解决"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func returnComplaint(d Deps) func(context.Context, org.Actor, *returnInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *returnInput) (*caseOutput, error) {
		c, err := d.Complaints.GiveBack(ctx, a, in.ID, complaint.Input{Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash("return", in.Body.Text)})
		if err != nil {
			return nil, err
		}
		return ownCase(ctx, d, a, c.ID)
	}
}

func listNeighbourComplaints(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[caseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListNeighbours(ctx, a, in.ID, complaint.Filter{Before: before, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}
