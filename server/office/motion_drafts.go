package office

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func motionDraftRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListMotionDrafts", Method: http.MethodGet, Path: "/estates/{id}/motion-drafts", Summary: "起草议题：等业主表决的维修项目（议题里要写的一句话和表决范围，照抄即可），和业委会提交业主大会的议题；新的在前", Action: org.ConveneMeeting}, listMotionDrafts(d))
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

// referredItem is what the committee has sent to the assembly, as a motion takes it over.
type referredItem struct {
	ID        int64        `json:"id" doc:"写成议题时，填进议题的 committee_item_id"`
	Title     string       `json:"title"`
	Text      string       `json:"text"`
	MayBe     []comMayView `json:"may_be,omitempty" doc:"从词语看可能属于哪些事项，只供参考；事项由起草的人选、第二个人确认"`
	Words     string       `json:"words,omitempty" doc:"是哪些词语"`
	By        string       `json:"referred_by" doc:"谁提交的"`
	At        *time.Time   `json:"referred_at,omitempty"`
	Why       string       `json:"why" doc:"提交的理由"`
	MeetingID int64        `json:"committee_meeting_id"`
	Meeting   string       `json:"committee_meeting_number"`
	Place     int64        `json:"place" doc:"那次业委会会议的第几项"`
}

func viewReferred(w committee.Waiting) referredItem {
	return referredItem{ID: w.ID, Title: w.Title, Text: w.Text, MayBe: viewMayBe(w.May), Words: w.Words, By: w.By, At: web.TimeOr(w.At), Why: w.CheckText, MeetingID: w.MeetingID, Meeting: w.Meeting, Place: w.Place}
}

type motionDraftsInput struct {
	IDPage
	ItemsCursor string `query:"committee_cursor" maxLength:"64" doc:"上一页答复中的 committee_next；第一页不填"`
}

// motionDrafts are two lists, each with its own next page.
type motionDrafts struct {
	Body struct {
		Items    []motionDraft  `json:"items"`
		Next     string         `json:"next,omitempty" doc:"还有下一页时，作为 cursor 传回"`
		Referred []referredItem `json:"committee_items" doc:"业委会提交业主大会、还没有写进议题也没有答复的议题，新的在前"`
		More     string         `json:"committee_next,omitempty" doc:"还有下一页时，作为 committee_cursor 传回"`
	}
}

func listMotionDrafts(d Deps) func(context.Context, org.Actor, *motionDraftsInput) (*motionDrafts, error) {
	return func(ctx context.Context, a org.Actor, in *motionDraftsInput) (*motionDrafts, error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListAwaiting(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		projects := web.Paged(in.Page, rows, func(x fund.Awaiting) int64 { return x.ID }, viewMotionDraft)
		referred, err := referredItems(ctx, d, a, in)
		if err != nil {
			return nil, err
		}
		out := &motionDrafts{}
		out.Body.Items, out.Body.Next, out.Body.Referred, out.Body.More = projects.Body.Items, projects.Body.Next, referred.Body.Items, referred.Body.Next
		return out, nil
	}
}

func referredItems(ctx context.Context, d Deps, a org.Actor, in *motionDraftsInput) (*web.List[referredItem], error) {
	page := web.Page{Cursor: in.ItemsCursor, Limit: in.Limit}
	at, id, err := page.FromPair()
	if err != nil {
		return nil, err
	}
	rows, err := d.Committee.ListReferred(ctx, a, in.ID, at, id, page.Want())
	if err != nil {
		return nil, err
	}
	return web.PagedPair(page, rows, func(w committee.Waiting) (int64, int64) { return w.Sent(), w.ID }, viewReferred), nil
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
