package office

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func committeeMeetingRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeAskCommitteeMeeting", Method: http.MethodPost, Path: "/estates/{id}/committee/requests", Summary: "委员提议召开会议；够三分之一委员就应当召开", Action: org.ActCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, askMeeting))
	web.Handle(g, web.Op{ID: "officeJoinCommitteeRequest", Method: http.MethodPost, Path: "/committee-requests/{id}/support", Summary: "附议", Action: org.ActCommittee, Rate: workRate}, comDo(d, joinRequest))
	web.Handle(g, web.Op{ID: "officeCallCommittee", Method: http.MethodPost, Path: "/estates/{id}/committee/meetings", Summary: "拟定会议和议题：属于业主共同决定的事项不受理，请提交业主大会", Action: org.ActCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, callCommittee))
	web.Handle(g, web.Op{ID: "officeListCommitteeMeetings", Method: http.MethodGet, Path: "/estates/{id}/committee/meetings", Summary: "业委会的会议，新的在前", Action: org.ReadCommittee}, listCommitteeMeetings(d))
	web.Handle(g, web.Op{ID: "officeShowCommitteeMeeting", Method: http.MethodGet, Path: "/committee-meetings/{id}", Summary: "一次会议：议题、到会、表决（计票后显示）、社区意见、会议记录", Action: org.ReadCommittee}, showCommitteeMeeting(d))
	web.Handle(g, web.Op{ID: "officeCheckCommitteeItem", Method: http.MethodPost, Path: "/committee-items/{id}/check", Summary: "第二个人核对：是不是业主共同决定的事项；任何一项议题，有人表决以前都可以写明理由，提交业主大会", Action: org.CheckCommittee, Rate: workRate}, comDo(d, checkItem))
	web.Handle(g, web.Op{ID: "officeAnswerCommitteeItem", Method: http.MethodPost, Path: "/committee-items/{id}/answer", Summary: "答复提交业主大会的议题：为什么不写进业主大会的议题", Action: org.ConveneMeeting, Rate: workRate}, comDo(d, answerItem))
	web.Handle(g, web.Op{ID: "officeAnnounceCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/announcement", Summary: "公告议题，邀请社区参加", Action: org.ActCommittee, Rate: workRate}, comDo(d, announceMeeting))
	web.Handle(g, web.Op{ID: "officeCancelCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/cancellation", Summary: "取消会议：原因", Action: org.ActCommittee, Rate: workRate}, comDo(d, cancelMeeting))
	web.Handle(g, web.Op{ID: "officeOpenCommitteeVote", Method: http.MethodPost, Path: "/committee-meetings/{id}/opening", Summary: "会议开始，开放表决：此刻的在任委员是全体委员", Action: org.ActCommittee, Rate: workRate}, comDo(d, openVote))
	web.Handle(g, web.Op{ID: "officeAttendCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/attendance", Summary: "委员本人签到", Action: org.ActCommittee, Rate: workRate}, comDo(d, attendMeeting))
	web.Handle(g, web.Op{ID: "officeVoteCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/votes", Summary: "委员本人表决，不能委托，不能更改", Action: org.VoteCommittee, Rate: workRate}, comDo(d, castVotes))
	web.Handle(g, web.Op{ID: "officeMakeCommitteeLinks", Method: http.MethodPost, Path: "/committee-meetings/{id}/links", Summary: "给没有表决的委员生成表决链接：只显示这一次，原来的链接作废", Action: org.ActCommittee, Rate: workRate}, makeCommitteeLinks(d))
	web.Handle(g, web.Op{ID: "officeRevokeCommitteeLinks", Method: http.MethodPost, Path: "/committee-meetings/{id}/links/revocation", Summary: "作废一位委员的链接", Action: org.ActCommittee, Rate: workRate}, comDo(d, revokeLinks))
	web.Handle(g, web.Op{ID: "officeCountCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/count", Summary: "计票：全体委员都已表决，或时间已到（到时间会自动计票）", Action: org.ActCommittee, Rate: workRate}, comDo(d, countMeeting))
	web.Handle(g, web.Op{ID: "officeOpineCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/opinion", Summary: "社区是否到会和社区的意见", Action: org.WitnessCommittee, Rate: workRate}, comDo(d, opineMeeting))
	web.Handle(g, web.Op{ID: "officeMinuteCommittee", Method: http.MethodPost, Path: "/committee-meetings/{id}/minutes", Summary: "会议记录；改写后要重新确认", Action: org.ActCommittee, Rate: workRate}, comDo(d, minuteMeeting))
	web.Handle(g, web.Op{ID: "officeConfirmCommitteeMinutes", Method: http.MethodPost, Path: "/committee-meetings/{id}/confirmation", Summary: "到会委员确认会议记录，或写明不同意见", Action: org.ActCommittee, Rate: workRate}, comDo(d, confirmMinutes))
	web.Handle(g, web.Op{ID: "officePublishDecision", Method: http.MethodPost, Path: "/committee-items/{id}/publication", Summary: "公布一项决定", Action: org.ActCommittee, Rate: workRate}, comDo(d, publishDecision))
	web.Handle(g, web.Op{ID: "officeSetCommitteeRole", Method: http.MethodPost, Path: "/committee-items/{id}/roles", Summary: "按推选的决定登记主任、副主任", Action: org.ActCommittee, Rate: workRate}, comDo(d, setRole))
	web.Handle(g, web.Op{ID: "officeListDecisions", Method: http.MethodGet, Path: "/estates/{id}/committee/decisions", Summary: "业委会的决定和每位委员的表决，新的在前", Action: org.ReadCommittee}, listDecisions(d))
}

func askMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Ask(ctx, a, id, b.Text)
}

func joinRequest(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.Join(ctx, a, id)
}

type comItemBody struct {
	Matter    string `json:"matter" minLength:"1" maxLength:"32" doc:"事项代码，见 /committee-matters"`
	Title     string `json:"title" minLength:"2" maxLength:"40"`
	Text      string `json:"text" minLength:"2" maxLength:"2000" doc:"具体决定什么"`
	Authority string `json:"authority,omitempty" maxLength:"200" doc:"执行业主大会决定的，写明决定编号"`
}

// CallCommitteeBody is a meeting to be called.
type CallCommitteeBody struct {
	Tapped
	RequestID int64         `json:"request_id,omitempty" minimum:"0" doc:"应委员提议召开的，写明哪一次提议"`
	Title     string        `json:"title" minLength:"2" maxLength:"40"`
	Place     string        `json:"place" minLength:"2" maxLength:"200"`
	StartsAt  time.Time     `json:"starts_at"`
	Items     []comItemBody `json:"items" minItems:"1" maxItems:"30"`
	FileIDs   []int64       `json:"file_ids,omitempty" maxItems:"20" doc:"议题材料（purpose=notice）"`
}

func callCommittee(ctx context.Context, s *committee.Service, a org.Actor, id int64, b CallCommitteeBody) (int64, error) {
	in := committee.Calling{EstateID: id, RequestID: b.RequestID, Title: b.Title, Place: b.Place, StartsAt: b.StartsAt, FileIDs: b.FileIDs}
	for _, it := range b.Items {
		in.Items = append(in.Items, committee.NewItem(it))
	}
	return s.Call(ctx, a, in)
}

// CheckItemBody is the second person's finding.
type CheckItemBody struct {
	Tapped
	Ours bool   `json:"ours" doc:"true 业委会可以决定；false 属于业主共同决定，请提交业主大会"`
	Text string `json:"text" minLength:"2" maxLength:"500" doc:"理由"`
}

func checkItem(ctx context.Context, s *committee.Service, a org.Actor, id int64, b CheckItemBody) (int64, error) {
	return s.CheckItem(ctx, a, id, b.Ours, b.Text)
}

func answerItem(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.AnswerItem(ctx, a, id, b.Text)
}

func announceMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.Announce(ctx, a, id)
}

func cancelMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Cancel(ctx, a, id, b.Text)
}

// OpenVoteBody says until when members vote.
type OpenVoteBody struct {
	Tapped
	VoteEnds time.Time `json:"vote_ends" doc:"表决截止时间，今后15天以内"`
}

func openVote(ctx context.Context, s *committee.Service, a org.Actor, id int64, b OpenVoteBody) (int64, error) {
	return s.Begin(ctx, a, id, b.VoteEnds)
}

func attendMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.Attend(ctx, a, id)
}

type comVoteBody struct {
	ItemID   int64  `json:"item_id" minimum:"1"`
	Choice   string `json:"choice" enum:"yes,no,abstain" doc:"yes 同意；no 反对；abstain 弃权"`
	Reason   string `json:"reason,omitempty" maxLength:"500"`
	Interest string `json:"interest,omitempty" maxLength:"200" doc:"与议题有利害关系的，写明是什么"`
}

// VotesBody is a member's votes.
type VotesBody struct {
	Tapped
	Votes []comVoteBody `json:"votes" minItems:"1" maxItems:"30"`
}

func castVotes(ctx context.Context, s *committee.Service, a org.Actor, id int64, b VotesBody) (int64, error) {
	ballots := make([]committee.Ballot, len(b.Votes))
	for i, v := range b.Votes {
		ballots[i] = committee.Ballot(v)
	}
	return s.Cast(ctx, a, id, ballots)
}

type comLinkView struct {
	MemberID  int64     `json:"member_id"`
	Name      string    `json:"name"`
	URL       string    `json:"url" doc:"只显示这一次；打开后还要验证委员本人的手机号"`
	ExpiresAt time.Time `json:"expires_at"`
}

type comLinksInput struct {
	IDPath
	Body struct {
		Members []int64 `json:"members,omitempty" maxItems:"30" doc:"给哪几位委员；不填为所有没有表决的"`
	}
}

func makeCommitteeLinks(d Deps) func(context.Context, org.Actor, *comLinksInput) (*web.All[comLinkView], error) {
	return func(ctx context.Context, a org.Actor, in *comLinksInput) (*web.All[comLinkView], error) {
		rows, err := d.Committee.MakeLinks(ctx, a, in.ID, in.Body.Members)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(l committee.Linked) comLinkView {
			return comLinkView{MemberID: l.MemberID, Name: l.Name, URL: d.PublicURL + "/h5/committee/" + l.Token, ExpiresAt: web.Time(l.Expires)}
		}), nil
	}
}

// OneMember names a member.
type OneMember struct {
	Tapped
	MemberID int64 `json:"member_id" minimum:"1"`
}

func revokeLinks(ctx context.Context, s *committee.Service, a org.Actor, id int64, b OneMember) (int64, error) {
	return id, s.RevokeLinks(ctx, a, id, b.MemberID)
}

func countMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.Close(ctx, a, id)
}

// OpinionBody is what the community says.
type OpinionBody struct {
	Tapped
	Came    bool   `json:"came"`
	Names   string `json:"names,omitempty" maxLength:"200" doc:"谁来的"`
	Opinion string `json:"opinion,omitempty" maxLength:"2000"`
}

func opineMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, b OpinionBody) (int64, error) {
	return s.Opine(ctx, a, id, b.Came, b.Names, b.Opinion)
}

func minuteMeeting(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.Minute(ctx, a, id, b.Text)
}

// ConfirmMinutesBody is a signature under a version of the minutes.
type ConfirmMinutesBody struct {
	Tapped
	Version   int64  `json:"version" minimum:"1" doc:"看到的是第几稿"`
	Objection string `json:"objection,omitempty" maxLength:"500" doc:"不同意见，和会议记录一起保存"`
}

func confirmMinutes(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ConfirmMinutesBody) (int64, error) {
	return s.Confirm(ctx, a, id, b.Version, b.Objection)
}

func publishDecision(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.Publish(ctx, a, id)
}

// RoleBody is who becomes what.
type RoleBody struct {
	OneMember
	Role string `json:"role" enum:"chair,deputy,member"`
}

func setRole(ctx context.Context, s *committee.Service, a org.Actor, id int64, b RoleBody) (int64, error) {
	return s.SetRole(ctx, a, id, b.MemberID, committee.Role(b.Role))
}

// ordinal is how a term is called.
func ordinal(n int64) string { return fmt.Sprintf("第%d届", n) }
