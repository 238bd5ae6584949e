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

func meetingRosterRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePostRoster", Method: http.MethodPost, Path: "/meetings/{id}/posting", Summary: "公示名册和议题草案，听取异议；名册按公示的样子留存，锁定前可以重新公示", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, postRoster(d))
	web.Handle(g, web.Op{ID: "officeListPostings", Method: http.MethodGet, Path: "/meetings/{id}/postings", Summary: "名册的历次公示，最近的在前", Action: org.ReadMeetings}, listPostings(d))
	web.Handle(g, web.Op{ID: "officeShowPosting", Method: http.MethodGet, Path: "/meetings/{id}/postings/{version}", Summary: "某一次公示的名册：门牌和面积", Action: org.ReadMeetings}, showPosting(d))
	web.Handle(g, web.Op{ID: "officeShowRoster", Method: http.MethodGet, Path: "/meetings/{id}/roster", Summary: "最近公示的名册，锁定后是锁定的名册：门牌和面积；锁定前附需要人工核对的地方", Action: org.ReadMeetings, Timeout: 2 * time.Minute}, showRoster(d))
	web.Handle(g, web.Op{ID: "officeListRollDifferences", Method: http.MethodGet, Path: "/meetings/{id}/roll-differences", Summary: "锁定的名册和最近公示的名册有哪些不同，为什么", Action: org.ReadMeetings}, listRollDifferences(d))
}

type postRosterInput struct {
	IDPath
	Body struct {
		Until time.Time `json:"until" doc:"异议截止的时间；早于规则要求的最少公示天数的，按最少天数"`
	}
}

func postRoster(d Deps) func(context.Context, org.Actor, *postRosterInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *postRosterInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Post(ctx, a, in.ID, in.Body.Until))
	}
}

func listPostings(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.Postings, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.Postings, error) {
		return hall.OfPostings(d.Assemblies.ListPostings(ctx, a, in.ID))
	}
}

type rosterPostingInput struct {
	IDPage
	Version int `path:"version" minimum:"1" maximum:"1000"`
}

func showPosting(d Deps) func(context.Context, org.Actor, *rosterPostingInput) (*hall.Roster, error) {
	return func(ctx context.Context, a org.Actor, in *rosterPostingInput) (*hall.Roster, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		r, err := d.Assemblies.ShowPosting(ctx, a, in.ID, in.Version, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		return hall.OfRoster(in.Page, r, true), nil
	}
}

func showRoster(d Deps) func(context.Context, org.Actor, *IDPage) (*hall.Roster, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*hall.Roster, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		r, err := d.Assemblies.ShowRoster(ctx, a, in.ID, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		return hall.OfRoster(in.Page, r, true), nil
	}
}

func listRollDifferences(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Discrepancy], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Discrepancy], error) {
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
