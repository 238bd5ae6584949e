package office

import (
	"context"
	"net/http"
	"slices"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func motionDraftRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListMotionDrafts", Method: http.MethodGet, Path: "/estates/{id}/motion-drafts", Summary: "起草使用维修资金的议题：等业主表决的维修项目，议题里要写的一句话和表决范围，照抄即可；新的在前", Action: org.ConveneMeeting}, listMotionDrafts(d))
}

// motionDraft is what a motion takes over from a project that waits for it.
type motionDraft struct {
	ProjectID int64       `json:"project_id"`
	Number    string      `json:"number"`
	Title     string      `json:"title"`
	Budget    string      `json:"budget" doc:"元"`
	Words     string      `json:"motion_words" doc:"抄进议题：一个议题只写一个项目的编号，没有写或写了两个的，表决后不能用于这个项目"`
	Scope     event.Scope `json:"scope" doc:"抄进会议的表决范围：和项目的列支范围必须一样"`
	Where     string      `json:"where" doc:"这个范围是哪些楼幢和房屋"`
	Notice    string      `json:"proposal_notice" doc:"使用方案的公示编号"`
	Stands    bool        `json:"proposal_stands" doc:"使用方案的公示还在；不在的要先重新公示，公示后才能开始表决"`
	Revoked   bool        `json:"revoked,omitempty" doc:"原来的决定被法院撤销，要重新表决"`
	MeetingID int64       `json:"meeting_id,omitempty" doc:"已经写进哪次还没有结果的会议，不要再起草一次"`
	Meeting   string      `json:"meeting_number,omitempty"`
	Position  int         `json:"position,omitempty" doc:"那次会议的第几个议题"`
}

func viewMotionDraft(a fund.Awaiting) motionDraft {
	return motionDraft{ProjectID: a.ID, Number: a.Number, Title: a.Title, Budget: a.Budget.String(), Words: a.MotionWords(), Scope: a.Scope, Where: a.Where, Notice: a.ProposalNumber, Stands: a.Stands, Revoked: a.Revoked, MeetingID: a.MeetingID, Meeting: a.Meeting, Position: a.Position}
}

func listMotionDrafts(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[motionDraft], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[motionDraft], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListAwaiting(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.Awaiting) int64 { return x.ID }, viewMotionDraft), nil
	}
}

// meetingWithDrafts is a meeting with what its motions may still take over.
type meetingWithDrafts struct {
	Body struct {
		hall.Meeting
		Drafts []motionDraft `json:"fund_projects,omitempty" doc:"通知之前，有使用维修资金的议题的：等业主表决的维修项目，议题要写的一句话和表决范围；最多20个，全部的看 motion-drafts"`
	}
}

// draftsFor reads the projects that a meeting may decide on while its motions can still be written, for those who write them.
func draftsFor(ctx context.Context, d Deps, a org.Actor, m *assembly.View) ([]motionDraft, error) {
	open := m.State == assembly.Draft || m.State == assembly.Posted || m.State == assembly.Frozen
	if !open || a.Must(org.ConveneMeeting) != nil || !slices.ContainsFunc(m.Motions, func(q assembly.Asked) bool { return q.Matter == "use_fund" }) {
		return nil, nil
	}
	rows, err := d.Fund.ListAwaiting(ctx, a, m.EstateID, 0, 20)
	if err != nil {
		return nil, err
	}
	out := make([]motionDraft, len(rows))
	for i, x := range rows {
		out[i] = viewMotionDraft(x)
	}
	return out, nil
}
