package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func rosterRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "showRoster", Method: http.MethodGet, Path: "/meetings/{id}/roster", Summary: "最近公示的名册，锁定后是锁定的名册：只有门牌和面积", Action: org.ReadMeetings}, showRoster(d))
	web.Handle(g, web.Op{ID: "listPostings", Method: http.MethodGet, Path: "/meetings/{id}/postings", Summary: "名册的历次公示，最近的在前", Action: org.ReadMeetings}, listPostings(d))
	web.Handle(g, web.Op{ID: "showPosting", Method: http.MethodGet, Path: "/meetings/{id}/postings/{version}", Summary: "某一次公示的名册：只有门牌和面积", Action: org.ReadMeetings}, showPosting(d))
	web.Handle(g, web.Op{ID: "listRollDifferences", Method: http.MethodGet, Path: "/meetings/{id}/roll-differences", Summary: "锁定的名册和最近公示的名册有哪些不同，为什么", Action: org.ReadMeetings}, listRollDifferences(d))
}

func showRoster(d Deps) func(context.Context, org.Actor, *idPage) (*hall.Roster, error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*hall.Roster, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		r, err := d.Assemblies.ShowRoster(ctx, a, in.ID, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		return hall.OfRoster(in.Page, r, false), nil
	}
}

func listPostings(d Deps) func(context.Context, org.Actor, *MeetingPath) (*hall.Postings, error) {
	return func(ctx context.Context, a org.Actor, in *MeetingPath) (*hall.Postings, error) {
		return hall.OfPostings(d.Assemblies.ListPostings(ctx, a, in.ID))
	}
}

type postingInput struct {
	MeetingPath
	web.Page
	Version int `path:"version" minimum:"1" maximum:"1000"`
}

func showPosting(d Deps) func(context.Context, org.Actor, *postingInput) (*hall.Roster, error) {
	return func(ctx context.Context, a org.Actor, in *postingInput) (*hall.Roster, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		r, err := d.Assemblies.ShowPosting(ctx, a, in.ID, in.Version, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		return hall.OfRoster(in.Page, r, false), nil
	}
}

func listRollDifferences(d Deps) func(context.Context, org.Actor, *idPage) (*web.List[hall.Discrepancy], error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*web.List[hall.Discrepancy], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListDiscrepancies(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x assembly.Discrepancy) int64 { return x.ID }, hall.OfDiscrepancy), nil
	}
}
