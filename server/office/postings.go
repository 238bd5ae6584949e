package office

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func postingRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePrintNotice", Method: http.MethodGet, Path: "/notices/{id}/sheets/{size}", Summary: "打印公示（A4或A3网页）：带编号、校验值和通向网上原文的二维码", Action: org.ReadBoard}, printNotice(d))
	web.Handle(g, web.Op{ID: "officeShowNoticeContent", Method: http.MethodGet, Path: "/notices/{id}/versions/{version}/content", Summary: "一个版本用来算校验值的全文", Action: org.ReadBoard}, showContent(d))
	web.Handle(g, web.Op{ID: "officeListNoticePlaces", Method: http.MethodGet, Path: "/notices/{id}/places", Summary: "公示栏和各楼栋入口：哪里贴了，哪里还没有，公示期到哪天", Action: org.ReadBoard}, listPlaces(d))
	web.Handle(g, web.Op{ID: "officeHangNotice", Method: http.MethodPost, Path: "/notice-places/{id}/postings", Summary: "登记张贴：照片、时间、位置", Action: org.HangNotice, Status: http.StatusCreated}, hangNotice(d))
	web.Handle(g, web.Op{ID: "officeReportPosting", Method: http.MethodPost, Path: "/notice-postings/{id}/incidents", Summary: "报告公示被提前撕下、遮盖或损坏", Action: org.ReportPosting, Status: http.StatusCreated}, reportPosting(d))
	web.Handle(g, web.Op{ID: "officeListPostingIncidents", Method: http.MethodGet, Path: "/estates/{id}/posting-incidents", Summary: "公示被撕的报告", Action: org.HangNotice}, listIncidents(d))
	web.Handle(g, web.Op{ID: "officeShowPostingIncident", Method: http.MethodGet, Path: "/posting-incidents/{id}", Summary: "一条公示被撕的报告", Action: org.ReportPosting}, showIncident(d))
	web.Handle(g, web.Op{ID: "officeJudgePostingIncident", Method: http.MethodPost, Path: "/posting-incidents/{id}/decision", Summary: "核实公示被撕：属实的，这一处从那时起不再计天数，重新张贴后接着算", Action: org.JudgePosting}, judgeIncident(d))
}

func listPlaces(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.NoticePlaces, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.NoticePlaces, error) {
		return hall.OfPlaces(d.Board.Walls(ctx, a, in.ID))
	}
}

type hangInput struct {
	IDPath
	Body struct {
		At        time.Time `json:"at" doc:"手机上的张贴时间；24小时内登记"`
		Spot      string    `json:"spot" minLength:"2" maxLength:"100" doc:"贴在哪里，例如1单元门厅左侧"`
		FileID    int64     `json:"file_id" minimum:"1" doc:"照片（用途 photo），要看得清公示和位置"`
		Lat       *float64  `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		Lng       *float64  `json:"lng,omitempty" minimum:"-180" maximum:"180"`
		ClientRef string    `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type paperBody struct{ Body hall.NoticePaper }

func hangNotice(d Deps) func(context.Context, org.Actor, *hangInput) (*paperBody, error) {
	return func(ctx context.Context, a org.Actor, in *hangInput) (*paperBody, error) {
		b := in.Body
		p, err := d.Board.Hang(ctx, a, in.ID, disclosure.Proof{At: b.At, Spot: b.Spot, LatE6: millionths(b.Lat), LngE6: millionths(b.Lng), FileID: b.FileID, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)})
		if err != nil {
			return nil, err
		}
		return &paperBody{hall.OfHung(p)}, nil
	}
}

func millionths(degrees *float64) *int64 {
	if degrees == nil {
		return nil
	}
	n := int64(math.Round(*degrees * 1e6))
	return &n
}

type reportInput struct {
	IDPath
	Body hall.Sighting
}

type incidentOutput struct{ Body hall.NoticeIncident }

func reportPosting(d Deps) func(context.Context, org.Actor, *reportInput) (*incidentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reportInput) (*incidentOutput, error) {
		x, err := d.Board.Report(ctx, a, in.ID, in.Body.Read(in.ID))
		if err != nil {
			return nil, err
		}
		return shownIncident(ctx, d, a, x.ID)
	}
}

func shownIncident(ctx context.Context, d Deps, a org.Actor, id int64) (*incidentOutput, error) {
	v, err := d.Board.FindIncident(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &incidentOutput{hall.OfIncident(*v)}, nil
}

type incidentPage struct {
	IDPath
	State string `query:"state" enum:"open,confirmed,rejected" doc:"状态；不填为全部"`
	web.Page
}

func listIncidents(d Deps) func(context.Context, org.Actor, *incidentPage) (*web.List[hall.NoticeIncident], error) {
	return func(ctx context.Context, a org.Actor, in *incidentPage) (*web.List[hall.NoticeIncident], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListIncidents(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v disclosure.IncidentView) int64 { return v.ID }, hall.OfIncident), nil
	}
}

func showIncident(d Deps) func(context.Context, org.Actor, *IDPath) (*incidentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*incidentOutput, error) {
		return shownIncident(ctx, d, a, in.ID)
	}
}

type judgeInput struct {
	IDPath
	Body struct {
		Holds  bool       `json:"holds" doc:"属实"`
		DownAt *time.Time `json:"down_at,omitempty" doc:"从什么时候起不在了；不填为报告人看到的时间"`
		Answer string     `json:"answer,omitempty" maxLength:"200" doc:"核实的情况；不属实时必填，报告人会看到"`
	}
}

func judgeIncident(d Deps) func(context.Context, org.Actor, *judgeInput) (*incidentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *judgeInput) (*incidentOutput, error) {
		var down time.Time
		if in.Body.DownAt != nil {
			down = *in.Body.DownAt
		}
		if err := d.Board.Judge(ctx, a, in.ID, in.Body.Holds, down, in.Body.Answer); err != nil {
			return nil, err
		}
		return shownIncident(ctx, d, a, in.ID)
	}
}
