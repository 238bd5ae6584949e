package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func drawingRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListDrawings", Method: http.MethodGet, Path: "/meetings/{id}/drawings", Summary: "选举票数相同的抽签：公告和结果", Action: org.ReadMeetings}, listDrawings(d))
	web.Handle(g, web.Op{ID: "officeAnnounceDrawing", Method: http.MethodPost, Path: "/meetings/{id}/motions/{position}/drawing", Summary: "公告抽签的时间和地点，通知全体业主；再公告一次就改期，原来的一次写明没有举行", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, announceDrawing(d))
	web.Handle(g, web.Op{ID: "officeRecordDrawing", Method: http.MethodPost, Path: "/meetings/{id}/motions/{position}/drawing/record", Summary: "登记抽签结果、监票人和笔录，按结果重新公布初步结果", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, recordDrawing(d))
	web.Handle(g, web.Op{ID: "officeListOverdueMeetings", Method: http.MethodGet, Path: "/overdue-meetings", Summary: "截止以后没有按期办下一步的业主大会", Action: org.GuideMeetings}, listOverdue(d))
}

type drawingsOutput struct {
	Body struct {
		Items []hall.Drawing `json:"items"`
	}
}

func listDrawings(d Deps) func(context.Context, org.Actor, *IDPath) (*drawingsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*drawingsOutput, error) {
		list, err := d.Assemblies.ListDrawings(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &drawingsOutput{}
		out.Body.Items = hall.OfDrawings(list)
		return out, nil
	}
}

// MotionPath is the input of operations on one motion.
type MotionPath struct {
	IDPath
	Position int `path:"position" minimum:"1" maximum:"20"`
}

type announceDrawingInput struct {
	MotionPath
	Body struct {
		At    time.Time `json:"at" doc:"什么时候抽签；规则要求提前几天公告的，要满天数"`
		Place string    `json:"place" maxLength:"60"`
		Why   string    `json:"reason,omitempty" maxLength:"500" doc:"改期的原因；原定时间已到的必填，业主能看到"`
	}
}

type drawingOutput struct{ Body hall.Drawing }

func drawingOut(d *assembly.Drawing, order []string, err error) (*drawingOutput, error) {
	if err != nil {
		return nil, err
	}
	return &drawingOutput{Body: hall.OfDrawing(assembly.DrawingView{Drawing: *d, Order: order})}, nil
}

func announceDrawing(d Deps) func(context.Context, org.Actor, *announceDrawingInput) (*drawingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *announceDrawingInput) (*drawingOutput, error) {
		got, err := d.Assemblies.AnnounceDrawing(ctx, a, in.ID, in.Position, in.Body.At, in.Body.Place, in.Body.Why)
		return drawingOut(got, nil, err)
	}
}

type recordDrawingInput struct {
	MotionPath
	Body struct {
		Order     []string         `json:"order" minItems:"2" maxItems:"200" doc:"抽出的先后：每一位票数相同、名额未定的候选人，各一次"`
		Witnesses []scrutineerBody `json:"witnesses" minItems:"1" maxItems:"20"`
		Minutes   string           `json:"minutes" maxLength:"4000"`
		FileIDs   []int64          `json:"file_ids" minItems:"1" maxItems:"10" doc:"监票人签名的抽签笔录"`
	}
}

func recordDrawing(d Deps) func(context.Context, org.Actor, *recordDrawingInput) (*drawingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *recordDrawingInput) (*drawingOutput, error) {
		b := in.Body
		got, err := d.Assemblies.RecordDrawing(ctx, a, in.ID, in.Position, assembly.Drew{Order: b.Order, Witnesses: scrutineers(b.Witnesses), Minutes: b.Minutes, FileIDs: b.FileIDs})
		return drawingOut(got, b.Order, err)
	}
}

func listOverdue(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.Meeting], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.Meeting], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListOverdue(ctx, a, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(m assembly.Meeting) int64 { return m.ID }, func(m assembly.Meeting) hall.Meeting { return hall.OfMeeting(&m) }), nil
	}
}
