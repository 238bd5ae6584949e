package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func meetingRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会", web.Residents)
	debtorRoutes(g, d)
	web.Handle(g, web.Op{ID: "listMeetings", Method: http.MethodGet, Path: "/estates/{id}/meetings", Summary: "小区的业主大会", Action: org.ReadMeetings}, listMeetings(d))
	web.Handle(g, web.Op{ID: "showMeeting", Method: http.MethodGet, Path: "/meetings/{id}", Summary: "一次业主大会：议题、依据、规则和结果", Action: org.ReadMeetings}, showMeeting(d))
	rosterRoutes(g, d)
	web.Handle(g, web.Op{ID: "contestRoster", Method: http.MethodPost, Path: "/meetings/{id}/roll-notes", Summary: "公示期内对名册提出异议", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, contestRoster(d))
	web.Handle(g, web.Op{ID: "listRollNotes", Method: http.MethodGet, Path: "/meetings/{id}/roll-notes", Summary: "对名册的异议、答复和锁定后的变化", Action: org.ReadMeetings}, listRollNotes(d))
	web.Handle(g, web.Op{ID: "showMySeats", Method: http.MethodGet, Path: "/meetings/{id}/seats", Summary: "我的表决权、要表决的议题和已经投的票", Action: org.JoinMeeting}, showMySeats(d))
	web.Handle(g, web.Op{ID: "castBallot", Method: http.MethodPost, Path: "/meetings/{id}/ballots", Summary: "投票：一次提交全部议题，答复就是回执", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: voteRate, Claims: true}, castBallot(d))
	web.Handle(g, web.Op{ID: "askPaper", Method: http.MethodPut, Path: "/meetings/{id}/seats/{seat}/paper", Summary: "改用纸质表决票，不用说明原因；还没交票前可以撤回", Action: org.JoinMeeting, Rate: fileRate}, askPaper(d))
	web.Handle(g, web.Op{ID: "showTurnout", Method: http.MethodGet, Path: "/meetings/{id}/turnout", Summary: "各幢参与的人数和面积，还差多少", Action: org.ReadMeetings}, showTurnout(d))
	web.Handle(g, web.Op{ID: "protest", Method: http.MethodPost, Path: "/meetings/{id}/objections", Summary: "对初步结果提出异议，或对以本户名义投的票提出异议：共有人不同意，或者不是本人投的", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, protest(d))
	web.Handle(g, web.Op{ID: "listObjections", Method: http.MethodGet, Path: "/meetings/{id}/objections", Summary: "异议和处理结果", Action: org.ReadMeetings}, listObjections(d))
	web.Handle(g, web.Op{ID: "meetingBundle", Method: http.MethodGet, Path: "/meetings/{id}/bundle", Summary: "下载可以逐票复核的数据包（业主版）：有各户房号和计票的选择，没有姓名，请勿转发；下载会被记录", Action: org.JoinMeeting, Rate: uploadRate, Timeout: 2 * time.Minute}, meetingBundle(d))
	web.Handle(g, web.Op{ID: "listDrawings", Method: http.MethodGet, Path: "/meetings/{id}/drawings", Summary: "选举票数相同的抽签：时间、地点和结果", Action: org.ReadMeetings}, listDrawings(d))
	web.Handle(g, web.Op{ID: "withdrawObjection", Method: http.MethodDelete, Path: "/meetings/{id}/objections/{objection}", Summary: "撤回我的异议", Action: org.JoinMeeting, Rate: fileRate}, withdrawObjection(d))
}

type idPage struct {
	ID int64 `path:"id" minimum:"1"`
	web.Page
}

// MeetingPath is the input of operations on one meeting.
type MeetingPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func listMeetings(d Deps) func(context.Context, org.Actor, *idPage) (*web.List[hall.Meeting], error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*web.List[hall.Meeting], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.List(ctx, a, in.ID, before, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(m assembly.Meeting) int64 { return m.ID }, func(m assembly.Meeting) hall.Meeting { return hall.OfMeeting(&m) }), nil
	}
}

type meetingOutput struct{ Body hall.Meeting }

func showMeeting(d Deps) func(context.Context, org.Actor, *MeetingPath) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*meetingOutput, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &meetingOutput{Body: hall.OfView(v)}, nil
	}
}

type contestRosterInput struct {
	MeetingPath
	Body struct {
		UnitID    int64  `json:"unit_id" minimum:"1" doc:"您自己的房屋"`
		Text      string `json:"text" maxLength:"500" doc:"哪里不对"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type rollNoteOutput struct{ Body hall.Note }

func contestRoster(d Deps) func(context.Context, org.Actor, *contestRosterInput) (*rollNoteOutput, error) {
	return func(ctx context.Context, a org.Actor, in *contestRosterInput) (*rollNoteOutput, error) {
		n, err := d.Assemblies.Contest(ctx, a, in.ID, assembly.Challenge{UnitID: in.Body.UnitID, Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID, in.Body)})
		if err != nil {
			return nil, err
		}
		return &rollNoteOutput{Body: hall.OfNote(*n)}, nil
	}
}

func listRollNotes(d Deps) func(context.Context, org.Actor, *idPage) (*web.List[hall.Note], error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*web.List[hall.Note], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListRollNotes(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(n assembly.RollNoteView) int64 { return n.ID }, hall.OfNoteView), nil
	}
}
