package public

import (
	"context"
	"errors"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func ballotRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "业主大会", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicShowMeeting", Method: http.MethodGet, Path: "/meetings/{id}", Summary: "一次业主大会：议题、依据、进程、参与情况和结果；没有名册，没有任何人的选择", Rate: readRate}, showMeeting(d))
	web.HandleOpen(g, web.Op{ID: "publicListCheckpoints", Method: http.MethodGet, Path: "/meetings/{id}/checkpoints", Summary: "签名公布的表决记录，旧的在前", Rate: readRate}, listCheckpoints(d))
	web.HandleOpen(g, web.Op{ID: "publicShowConsistency", Method: http.MethodGet, Path: "/meetings/{id}/consistency", Summary: "证明后来公布的表决记录以先前公布的开头：只增不改", Rate: readRate}, showConsistency(d))
	web.HandleOpen(g, web.Op{ID: "publicCheckBallot", Method: http.MethodGet, Path: "/ballots/{code}", Summary: "凭回执号核验：票在不在公布的记录里，计入没有；附证明，没有选择、门牌和姓名", Rate: readRate}, checkBallot(d))
}

type meetingOutput struct {
	Body struct {
		hall.Meeting
		Turnout    hall.Turnout     `json:"turnout"`
		Checkpoint *hall.Checkpoint `json:"checkpoint,omitempty" doc:"最近公布的表决记录"`
	}
}

func showMeeting(d Deps) func(context.Context, *MeetingPath) (*meetingOutput, error) {
	return func(ctx context.Context, in *MeetingPath) (*meetingOutput, error) {
		v, t, err := d.Assemblies.ShowPublic(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := &meetingOutput{}
		out.Body.Meeting, out.Body.Turnout = hall.OfView(v), hall.OfTurnout(t)
		last, err := d.Assemblies.LatestCheckpoint(ctx, in.ID)
		if errors.Is(err, assembly.ErrNoCheckpoint) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		c := hall.OfCheckpoint(*last)
		out.Body.Checkpoint = &c
		return out, nil
	}
}

type checkpointsInput struct {
	MeetingPath
	web.Page
}

func listCheckpoints(d Deps) func(context.Context, *checkpointsInput) (*web.List[hall.Checkpoint], error) {
	return func(ctx context.Context, in *checkpointsInput) (*web.List[hall.Checkpoint], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListCheckpoints(ctx, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(c assembly.Checkpoint) int64 { return c.ID }, hall.OfCheckpoint), nil
	}
}

type consistencyInput struct {
	MeetingPath
	From int64 `query:"from" required:"true" minimum:"0" doc:"先前公布的条数"`
	To   int64 `query:"to" minimum:"0" doc:"后来公布的条数；不填为最近一次"`
}

type consistencyOutput struct{ Body *log.Consistency }

func showConsistency(d Deps) func(context.Context, *consistencyInput) (*consistencyOutput, error) {
	return func(ctx context.Context, in *consistencyInput) (*consistencyOutput, error) {
		p, err := d.Assemblies.Consistency(ctx, in.ID, in.From, in.To)
		if err != nil {
			return nil, err
		}
		return &consistencyOutput{Body: p}, nil
	}
}

type ballotInput struct {
	Code string `path:"code" maxLength:"40" doc:"回执号，可以带短横"`
}

type ballotOutput struct{ Body hall.Inspected }

func checkBallot(d Deps) func(context.Context, *ballotInput) (*ballotOutput, error) {
	return func(ctx context.Context, in *ballotInput) (*ballotOutput, error) {
		c, err := d.Assemblies.Check(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		return &ballotOutput{Body: hall.OfInspected(c)}, nil
	}
}
