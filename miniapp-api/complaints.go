package miniapp

import (
	"context"

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
	Named  bool   `json:"named" doc:"不能匿名投诉"`
}

func listMatters(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[matterView], error) {
	return func(ctx context.Context, _ org.Actor, _ *web.Empty) (*web.All[matterView], error) {
		matters, err := d.Complaints.Matters(ctx)
		if err != nil {
			return nil, err
		}
		return web.Whole(matters, func(m complaint.MatterView) matterView {
			return matterView{Code: m.Code, Name: m.Name, Group: m.Group, Unit: m.Unit, Clause: m.Clause, Class: m.Class, Named: m.Named}
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
	return func(ctx context.Context, _ org.Actor, in *textInput) (*web.All[Suggestion], error) {
		found, err := d.Suggester.Suggest(ctx, in.Body.Text)
		if err != nil {
			return nil, err
		}
		return web.Whole(found, func(s Suggestion) Suggestion { return s }), nil
	}
}

type fileInput struct {
	Body struct {
		EstateID   int64                `json:"estate_id" minimum:"1"`
		BuildingID int64                `json:"building_id,omitempty" minimum:"0"`
		UnitID     int64                `json:"unit_id,omitempty" minimum:"0" doc:"您自己的房屋；公共部位不填"`
		Part       string               `json:"part,omitempty" maxLength:"32" doc:"公共部位代码，见“公共部位”"`
		Place      string               `json:"place,omitempty" maxLength:"100" doc:"具体地点"`
		Lat        float64              `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"定位（GCJ-02），可不填"`
		Lng        float64              `json:"lng,omitempty" minimum:"-180" maximum:"180"`
		Matter     string               `json:"matter,omitempty" maxLength:"64" doc:"事项代码；不清楚就不填，由社区先受理"`
		About      string               `json:"about,omitempty" maxLength:"64" doc:"投诉的是哪个单位本身（代码见“可以投诉的单位”）；被投诉的单位看不到您是谁，也不办理这件投诉"`
		Text       string               `json:"text" minLength:"5" maxLength:"2000"`
		Visibility complaint.Visibility `json:"visibility,omitempty" enum:"public,private" doc:"是否公开内容和进展（邻居和开放接口可以看到）；任何时候都不显示您的姓名、电话和门牌号"`
		Cover      complaint.Cover      `json:"cover,omitempty" enum:"sealed,anonymous" doc:"sealed 物业和业委会不能查看您是谁；anonymous 匿名：不留下您的任何信息，也不能查进展和确认；不填为实名，主办单位写明理由才能查看"`
		PhotoIDs   []int64              `json:"photo_ids,omitempty" maxItems:"9"`
		ClientRef  string               `json:"client_ref" minLength:"1" maxLength:"64" doc:"每次填写生成一个，重复提交不会重复立案" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func fileComplaint(d Deps) func(context.Context, org.Actor, *fileInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *fileInput) (*caseOutput, error) {
		b := in.Body
		if b.Cover == complaint.Anonymous {
			web.Unnamed(ctx)
		}
		c, err := d.Complaints.File(ctx, a, complaint.Draft{EstateID: b.EstateID, BuildingID: b.BuildingID, UnitID: b.UnitID, Part: b.Part, Place: b.Place,
			Lat: web.Micro(b.Lat), Lng: web.Micro(b.Lng), Matter: b.Matter, About: b.About, Text: b.Text, Visibility: b.Visibility, Cover: b.Cover, PhotoIDs: b.PhotoIDs,
			ClientRef: b.ClientRef, InputHash: web.InputHash(b)})
		if err != nil {
			return nil, err
		}
		if b.Cover == complaint.Anonymous { // nobody can look it up again, so the receipt is all there is
			return &caseOutput{Body: caseView{Number: c.Number, Matter: c.MatterName, Clause: c.Clause, Text: c.Text, State: string(c.State), StateName: complaint.StateNames[c.State],
				DueAt: web.TimeOr(c.DueAt), DueReference: c.DueReference, Urgent: c.Urgent, Call: urgentCalls(ctx, d, c), CreatedAt: web.Time(c.CreatedAt)}}, nil
		}
		return ownCase(ctx, d, a, c.ID)
	}
}

// urgentCalls are the numbers to ring when a case is dangerous. They are an addition: the case is shown without those of
// the register when it cannot be read.
func urgentCalls(ctx context.Context, d Deps, c *complaint.Case) []callView {
	lines, _ := d.Complaints.Calls(ctx, c)
	var calls []callView
	for _, l := range lines {
		calls = append(calls, callView{l.Name, l.Phone, l.Hours})
	}
	return calls
}

func ownCase(ctx context.Context, d Deps, a org.Actor, id int64) (*caseOutput, error) {
	v, err := d.Complaints.FindOwn(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := &caseOutput{Body: viewCase(*v)}
	out.Body.Call = urgentCalls(ctx, d, &v.Case)
	return out, nil
}

func listMyComplaints(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[caseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListOwn(ctx, a, complaint.Filter{After: before, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v complaint.View) int64 { return v.Mine.ID }, viewCase), nil
	}
}

func showMyComplaint(d Deps) func(context.Context, org.Actor, *IDPath) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*caseOutput, error) {
		return ownCase(ctx, d, a, in.ID)
	}
}

func listNeighbourComplaints(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[caseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListNeighbours(ctx, a, in.ID, complaint.Filter{After: before, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}
