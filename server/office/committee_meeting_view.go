package office

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type comTallyView struct {
	Seats      int64 `json:"seats" doc:"全体委员"`
	Attended   int64 `json:"attended" doc:"到会委员"`
	Quorum     int64 `json:"quorum" doc:"至少要到会几人"`
	Need       int64 `json:"need" doc:"至少要几人同意"`
	Yes        int64 `json:"yes"`
	No         int64 `json:"no"`
	Abstain    int64 `json:"abstain"`
	Interested int64 `json:"interested,omitempty" doc:"同意的人里有几人申报了利害关系"`
	Turns      bool  `json:"turns_on_interest,omitempty" doc:"没有这几人就不能通过"`
}

type comVoteView struct {
	Name     string    `json:"name"`
	Choice   string    `json:"choice"`
	Says     string    `json:"choice_name"`
	Reason   string    `json:"reason,omitempty"`
	Interest string    `json:"interest,omitempty"`
	At       time.Time `json:"at"`
}

// comMayView is a matter of the assembly.
type comMayView struct {
	Matter string `json:"matter" doc:"民法典第278条的事项代码"`
	Name   string `json:"matter_name"`
	Clause string `json:"clause"`
}

func viewMayBe(list []committee.Matter) []comMayView {
	var out []comMayView
	for _, m := range list {
		out = append(out, comMayView{Matter: m.Code, Name: m.Title, Clause: m.Clause})
	}
	return out
}

// comReferralView is where an item stands that was sent to the assembly.
type comReferralView struct {
	By        string     `json:"by" doc:"谁提交的"`
	At        *time.Time `json:"at,omitempty"`
	Says      string     `json:"says" doc:"现在到了哪一步"`
	MeetingID int64      `json:"meeting_id,omitempty" doc:"已经写进哪次业主大会"`
	Meeting   string     `json:"meeting_number,omitempty"`
	Position  int        `json:"position,omitempty" doc:"第几个议题"`
	Answer    string     `json:"answer,omitempty" doc:"召集人为什么不写进议题"`
}

func viewReferral(it committee.ItemView) *comReferralView {
	r := it.Referral
	if r == nil {
		return nil
	}
	out := &comReferralView{By: r.By, At: web.TimeOr(r.At), Says: "已提交业主大会，等召集人写进议题", Answer: it.Answer}
	switch {
	case r.Taken != nil:
		out.MeetingID, out.Meeting, out.Position = r.Taken.MeetingID, r.Taken.Number, r.Taken.Position
		out.Says = fmt.Sprintf("已写进业主大会%s的第%d个议题（会议%s）", out.Meeting, out.Position, r.Taken.State)
	case it.AnsweredAt != nil:
		out.Says = "召集人已答复：" + it.Answer
	}
	return out
}

type comItemView struct {
	ID         int64            `json:"id"`
	Matter     string           `json:"matter"`
	Clause     string           `json:"clause"`
	Title      string           `json:"title"`
	Text       string           `json:"text"`
	Authority  string           `json:"authority,omitempty"`
	Words      string           `json:"words,omitempty" doc:"可能属于业主共同决定事项的词语，要另一个人核对"`
	MayBe      []comMayView     `json:"may_be,omitempty" doc:"这些词语可能属于业主共同决定的哪些事项；只供核对的人参考"`
	Checked    bool             `json:"checked,omitempty"`
	CheckText  string           `json:"check_text,omitempty"`
	State      string           `json:"state"`
	StateName  string           `json:"state_name"`
	Referral   *comReferralView `json:"referral,omitempty" doc:"提交了业主大会的：到了哪一步"`
	Resolution string           `json:"resolution,omitempty" doc:"决定编号"`
	Voted      int64            `json:"voted" doc:"几人已表决；表决的内容计票后显示"`
	Tally      *comTallyView    `json:"tally,omitempty"`
	Votes      []comVoteView    `json:"votes,omitempty"`
	NoticeID   int64            `json:"notice_id,omitempty"`
	LateDays   int64            `json:"late_days,omitempty" doc:"公布晚了几天，没有公布的算到今天"`
}

type comAttendeeView struct {
	MemberID  int64  `json:"member_id"`
	Name      string `json:"name"`
	Role      string `json:"role_name"`
	Came      bool   `json:"came"`
	Voted     bool   `json:"voted"`
	Link      string `json:"link" doc:"none 没有链接；sent 已生成；used 已用；revoked 已作废"`
	Confirmed int64  `json:"confirmed,omitempty" doc:"确认了第几稿会议记录"`
	Objection string `json:"objection,omitempty"`
}

type comMeetingView struct {
	ID             int64             `json:"id"`
	Number         string            `json:"number"`
	Estate         string            `json:"estate,omitempty"`
	Title          string            `json:"title"`
	Place          string            `json:"place"`
	StartsAt       time.Time         `json:"starts_at"`
	VoteEnds       *time.Time        `json:"vote_ends,omitempty"`
	State          string            `json:"state"`
	StateName      string            `json:"state_name"`
	Caller         string            `json:"caller,omitempty"`
	Community      string            `json:"community,omitempty" doc:"invited 已邀请；came 到会；absent 未到会"`
	CommunityNames string            `json:"community_names,omitempty"`
	Opinion        string            `json:"opinion,omitempty" doc:"社区的意见"`
	Minutes        string            `json:"minutes,omitempty"`
	MinutesVersion int64             `json:"minutes_version,omitempty"`
	AfterTerm      bool              `json:"after_term,omitempty"`
	Outcome        string            `json:"outcome,omitempty"`
	Items          []comItemView     `json:"items,omitempty"`
	Members        []comAttendeeView `json:"members,omitempty"`
	FileIDs        []int64           `json:"file_ids,omitempty" doc:"会议通知的材料"`
}

type comMeetingOutput struct{ Body comMeetingView }

func viewMeeting(m committee.Meeting) comMeetingView {
	return comMeetingView{ID: m.ID, Number: m.Number, Title: m.Title, Place: m.Place, StartsAt: web.Time(m.StartsAt), VoteEnds: web.TimeOr(m.VoteEnds), State: string(m.State), StateName: committee.MeetingStates[m.State],
		Community: m.Community, CommunityNames: m.CommunityNames, Opinion: m.Opinion, Minutes: m.Minutes, MinutesVersion: m.MinutesVersion, AfterTerm: m.AfterTerm, Outcome: m.Outcome}
}

func viewItem(it committee.ItemView) comItemView {
	out := comItemView{ID: it.ID, Matter: it.Matter, Clause: it.Clause, Title: it.Title, Text: it.Text, Authority: it.Authority, Words: it.Words, MayBe: viewMayBe(it.May), Checked: it.CheckedBy != 0, CheckText: it.CheckText, State: string(it.State),
		StateName: committee.ItemStates[it.State], Referral: viewReferral(it), Voted: it.Voted, NoticeID: it.NoticeID}
	if it.Resolution != nil {
		out.Resolution = *it.Resolution
	}
	if t := it.Tally; it.DecidedAt != nil {
		out.Tally = &comTallyView{Seats: t.Seats, Attended: t.Attended, Quorum: t.Quorum, Need: t.Need, Yes: t.Yes, No: t.No, Abstain: t.Abstain, Interested: t.Interested, Turns: t.TurnsOnInterest()}
	}
	for _, v := range it.Votes {
		out.Votes = append(out.Votes, comVoteView{Name: v.Name, Choice: v.Choice, Says: committee.ChoiceNames[v.Choice], Reason: v.Reason, Interest: v.Interest, At: web.Time(v.At)})
	}
	return out
}

func showCommitteeMeeting(d Deps) func(context.Context, org.Actor, *IDPath) (*comMeetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*comMeetingOutput, error) {
		v, err := d.Committee.FindMeeting(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := viewMeeting(v.Meeting)
		out.Estate, out.Caller, out.FileIDs = v.Estate, v.Caller, v.FileIDs
		for _, it := range v.Items {
			out.Items = append(out.Items, viewItem(it))
		}
		for _, x := range v.Members {
			out.Members = append(out.Members, comAttendeeView{MemberID: x.MemberID, Name: x.Name, Role: committee.RoleNames[x.Role], Came: x.Came, Voted: x.Voted, Link: x.Link, Confirmed: x.Confirmed, Objection: x.Objection})
		}
		return &comMeetingOutput{Body: out}, nil
	}
}

func listCommitteeMeetings(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[comMeetingView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[comMeetingView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListMeetings(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(m committee.MeetingLine) int64 { return m.ID }, func(m committee.MeetingLine) comMeetingView {
			v := viewMeeting(m.Meeting)
			v.FileIDs = m.FileIDs
			return v
		}), nil
	}
}

func listDecisions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[comItemView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[comItemView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListDecisions(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x committee.Decision) int64 { return x.ID }, func(x committee.Decision) comItemView {
			v := viewItem(x.ItemView)
			v.LateDays = x.LateDays
			return v
		}), nil
	}
}
