package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func committeeRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业委会", web.Residents)
	web.Handle(g, web.Op{ID: "showCommittee", Method: http.MethodGet, Path: "/estates/{id}/committee", Summary: "小区的业委会：委员、任期、审计、工作报告，还有哪些事逾期", Action: org.FollowCommittee}, showCommittee(d))
	web.Handle(g, web.Op{ID: "listDecisions", Method: http.MethodGet, Path: "/estates/{id}/committee/decisions", Summary: "业委会的决定和每位委员的表决，新的在前", Action: org.FollowCommittee}, listDecisions(d))
	web.Handle(g, web.Op{ID: "proposeToCommittee", Method: http.MethodPost, Path: "/estates/{id}/committee/proposals", Summary: "业主给业委会提建议（投诉请走投诉）", Action: org.ProposeToCommittee, Rate: fileRate, Status: http.StatusCreated}, proposeToCommittee(d))
	web.Handle(g, web.Op{ID: "listMyProposals", Method: http.MethodGet, Path: "/committee-proposals", Summary: "我给业委会的建议", Action: org.ManageSelf}, listMyProposals(d))
	web.Handle(g, web.Op{ID: "showMyProposal", Method: http.MethodGet, Path: "/committee-proposals/{id}", Summary: "一条建议和答复", Action: org.ManageSelf}, showMyProposal(d))
	web.Handle(g, web.Op{ID: "listCommitteeVotes", Method: http.MethodGet, Path: "/committee-votes", Summary: "我是委员：等我表决的会议", Action: org.VoteCommittee}, listCommitteeVotes(d))
	web.Handle(g, web.Op{ID: "voteCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/votes", Summary: "委员本人表决，不能委托，不能更改", Action: org.VoteCommittee, Rate: fileRate}, voteCommittee(d))
	web.Handle(g, web.Op{ID: "showHandover", Method: http.MethodGet, Path: "/committee-handovers/{id}", Summary: "我是新旧委员：移交清单", Action: org.HandCommittee}, showHandover(d))
	web.Handle(g, web.Op{ID: "tickHanded", Method: http.MethodPost, Path: "/committee-handovers/{id}/ticks", Summary: "上一届确认移交一项，新一届确认接收或写明缺少", Action: org.HandCommittee, Rate: fileRate}, tickHanded(d))
}

type comMemberView struct {
	Name   string     `json:"name"`
	Role   string     `json:"role_name"`
	Paused *time.Time `json:"suspended_at,omitempty" doc:"选举被法院撤销，暂停履职"`
	LeftAt *time.Time `json:"left_at,omitempty"`
	Cause  string     `json:"cause,omitempty" doc:"离任的原因"`
}

type comLateView struct {
	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"`
	DueAt    time.Time `json:"due_at"`
	LateDays int64     `json:"late_days"`
}

type comPaperView struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	State    string    `json:"state_name"`
	NoticeID int64     `json:"notice_id,omitempty" doc:"公示栏里的编号"`
	DueAt    time.Time `json:"due_at,omitzero"`
	LateDays int64     `json:"late_days,omitempty"`
}

type committeeView struct {
	Estate     string           `json:"estate"`
	Ordinal    int64            `json:"ordinal,omitempty" doc:"第几届；没有在任的业委会就不填"`
	StartsOn   string           `json:"starts_on,omitempty"`
	Revoked    string           `json:"revoked_for,omitempty" doc:"选举被法院撤销：哪份判决"`
	EndsOn     string           `json:"ends_on,omitempty"`
	Over       bool             `json:"over,omitempty" doc:"任期已满"`
	Short      bool             `json:"short,omitempty" doc:"在任委员太少，应当补选或改选"`
	Members    []comMemberView  `json:"members"`
	Late       []comLateView    `json:"late" doc:"到期没有办的事"`
	Audits     []comPaperView   `json:"audits"`
	Frozen     string           `json:"frozen_by,omitempty" doc:"正在进行的离任、换届审计的编号"`
	Unsaid     string           `json:"frozen_unset,omitempty" doc:"审计期间为什么一件事也不能决定：本地还没有规定哪些事项不能决定，由谁提供"`
	Findings   []hall.Finding   `json:"findings" doc:"公示过的审计发现的问题和整改，新的在前"`
	Allowances []hall.Allowance `json:"allowances" doc:"委员的酬金和津贴，新的在前"`
	Reports    []comPaperView   `json:"reports"`
}

type committeeOutput struct{ Body committeeView }

func showCommittee(d Deps) func(context.Context, org.Actor, *IDPath) (*committeeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*committeeOutput, error) {
		v, err := d.Committee.Follow(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &committeeOutput{Body: viewCommittee(v, d.Committee.Now())}, nil
	}
}

func viewCommittee(v *committee.Overview, now time.Time) committeeView {
	out := committeeView{Estate: v.Estate, Over: v.Over, Short: v.Short, Members: []comMemberView{}, Late: []comLateView{}, Audits: []comPaperView{}, Reports: []comPaperView{}}
	if t := v.Term; t != nil {
		out.Ordinal, out.StartsOn, out.EndsOn, out.Revoked = t.Ordinal, web.DayOr(&t.StartsOn), web.DayOr(&t.EndsOn), t.RevokedFor
	}
	if v.Frozen != nil {
		out.Frozen, out.Unsaid = v.Frozen.Number, v.Unsaid
	}
	out.Findings, out.Allowances = hall.OfFindings(v.Findings, v.Rounds, v.Files["committee_finding"], now), hall.OfAllowances(v.Allowances, v.Names)
	for _, m := range v.Members {
		out.Members = append(out.Members, comMemberView{Name: m.Name, Role: committee.RoleNames[m.Role], Paused: web.TimeOr(m.SuspendedAt), LeftAt: web.TimeOr(m.LeftAt), Cause: committee.CauseNames[m.Cause]})
	}
	for _, x := range v.Duties {
		if n := committee.Late(x.DueAt, now); n > 0 && x.Kind != committee.OweAnswer { // a neighbour's proposal is not everybody's
			out.Late = append(out.Late, comLateView{Name: committee.DutyNames[x.Kind], Title: x.Title, DueAt: web.Time(x.DueAt), LateDays: n})
		}
	}
	for _, a := range v.Audits {
		out.Audits = append(out.Audits, comPaperView{ID: a.ID, Name: committee.AuditCauses[a.Cause], State: committee.AuditStates[a.State], NoticeID: a.NoticeID})
	}
	for _, r := range v.Reports {
		end, state := now, "还没有提交"
		if r.SubmittedAt != nil {
			end, state = *r.SubmittedAt, "已公布"
		}
		out.Reports = append(out.Reports, comPaperView{ID: r.ID, Name: r.Title, State: state, NoticeID: r.NoticeID, DueAt: web.Time(r.DueAt), LateDays: committee.Late(r.DueAt, end)})
	}
	return out
}

type comVoteView struct {
	Name     string `json:"name,omitempty"`
	Choice   string `json:"choice_name"`
	Reason   string `json:"reason,omitempty"`
	Interest string `json:"interest,omitempty" doc:"申报的利害关系"`
}

type decisionView struct {
	ID         int64         `json:"id"`
	Resolution string        `json:"resolution" doc:"决定编号"`
	Title      string        `json:"title"`
	Text       string        `json:"text"`
	Clause     string        `json:"clause"`
	Seats      int64         `json:"seats" doc:"全体委员"`
	Attended   int64         `json:"attended" doc:"到会委员"`
	Yes        int64         `json:"yes"`
	No         int64         `json:"no"`
	Abstain    int64         `json:"abstain"`
	Votes      []comVoteView `json:"votes"`
	DecidedAt  *time.Time    `json:"decided_at"`
	NoticeID   int64         `json:"notice_id,omitempty"`
	LateDays   int64         `json:"late_days,omitempty" doc:"公布晚了几天，没有公布的算到今天"`
}

func listDecisions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[decisionView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[decisionView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListDecisions(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x committee.Decision) int64 { return x.ID }, viewDecision), nil
	}
}

func viewDecision(x committee.Decision) decisionView {
	out := decisionView{ID: x.ID, Title: x.Title, Text: x.Text, Clause: x.Clause, Seats: x.Tally.Seats, Attended: x.Tally.Attended, Yes: x.Tally.Yes, No: x.Tally.No, Abstain: x.Tally.Abstain,
		Votes: []comVoteView{}, DecidedAt: web.TimeOr(x.DecidedAt), NoticeID: x.NoticeID, LateDays: x.LateDays}
	if x.Resolution != nil {
		out.Resolution = *x.Resolution
	}
	for _, v := range x.Votes {
		out.Votes = append(out.Votes, comVoteView{Name: v.Name, Choice: committee.ChoiceNames[v.Choice], Reason: v.Reason, Interest: v.Interest})
	}
	return out
}
