package main

import (
	"fmt"
	"strings"
	"time"
)

// memberPhone is a phone of somebody on a committee without an account.
func memberPhone(suffix string, n int) string {
	if suffix == "" {
		return fmt.Sprintf("1350000000%d", n)
	}
	return fmt.Sprintf("1360000000%d", n)
}

// election is the result of an election in an estate of the demo: chair and member at their posts, three without accounts.
func (e *engine) election(suffix, from, to string) m {
	at := func(who, name, role string) m {
		return m{"post_id": e.town.actors[who+suffix].Post, "name": name, "role": role}
	}
	members := []m{at("committee_chair", secretOf(suffix)+"主任", "chair"), at("committee_member", "王委员", "member")}
	for n, name := range []string{"李委员", "赵委员", "钱委员"} {
		members = append(members, m{"name": name, "phone": memberPhone(suffix, n), "role": "member"})
	}
	return m{"size": 5, "starts_on": from, "ends_on": to, "basis": "业主大会决定2026-1号", "members": members, "client_ref": "seat" + from}
}

// years is a day some years and days from now.
func years(y, d int) string { return time.Now().AddDate(y, 0, d).Format(time.DateOnly) }

// govern makes a committee of the estate's with one of everything: two terms, and what a change of term starts.
func (e *engine) govern(th things, suffix string) {
	chair, estate := "committee_chair"+suffix, fmt.Sprintf("/office/v1/estates/%d/committee", th["estates"])
	post := func(status int, who, path string, body any) int64 {
		return e.must(status, who, "POST", "/office/v1"+strings.TrimPrefix(path, "/office/v1"), body).int("id")
	}
	post(201, "township"+suffix, estate+"/terms", e.election(suffix, years(-2, 0), years(2, 0)))
	th["committee-terms"] = post(201, "township"+suffix, estate+"/terms", e.election(suffix, years(0, -1), years(3, 0)))
	v := e.must(200, chair, "GET", estate, nil).json
	first := func(list string) int64 { return int64(v[list].([]any)[0].(m)["id"].(float64)) }
	th["committee-filings"], th["committee-audits"], th["committee-handovers"], th["committee-reports"], th["committee-members"] = first("filings"), first("audits"), first("handovers"), first("reports"), first("members")
	th["committee-requests"] = post(201, chair, estate+"/requests", m{"text": secretOf(suffix) + "提议开会"})
	th["committee-meetings"] = post(201, chair, estate+"/meetings", e.meeting(secretOf(suffix)))
	meeting := e.must(200, chair, "GET", fmt.Sprintf("/office/v1/committee-meetings/%d", th["committee-meetings"]), nil).json
	th["committee-items"] = int64(meeting["items"].([]any)[0].(m)["id"].(float64))
	th["committee-proposals"] = e.must(201, "owner"+suffix, "POST", fmt.Sprintf("/miniapp/v1/estates/%d/committee/proposals", th["estates"]), m{"title": secretOf(suffix), "text": secretOf(suffix) + "希望装充电桩", "client_ref": "propose"}).int("id")
	th["committee-seals"] = post(201, chair, estate+"/seals", m{"kind": "committee", "name": secretOf(suffix) + "业主委员会", "keeper_id": th["committee-members"]})
	th["committee-seal-uses"] = post(201, chair, fmt.Sprintf("/committee-seals/%d/uses", th["committee-seals"]), m{"resolution": "业主大会1号", "purpose": "签合同", "paper": "服务合同", "copies": 2})
}

// meeting is a meeting in eight days with one item.
func (e *engine) meeting(title string) m {
	return m{"title": title + "例会", "place": "社区会议室", "starts_at": time.Now().Add(8 * 24 * time.Hour).Format(time.RFC3339),
		"items": []m{{"matter": "supervise", "title": "督促修复东门门禁", "text": "要求物业在十日内修好东门门禁，并把结果告诉业主"}, {"matter": "own_affairs", "title": "值班安排", "text": "每周二、四晚由委员轮流在社区值班"}}}
}

// committeeBodies are the inputs of the committee's operations that pass the form check.
func committeeBodies(th things) map[string]any {
	day, at := time.Now().AddDate(0, 1, 0).Format(time.DateOnly), time.Now().Add(48*time.Hour).Format(time.RFC3339)
	text := m{"text": "写明缘由的一段文字"}
	return map[string]any{
		"proposeToCommittee": m{"title": "装充电桩", "text": "希望装充电桩", "client_ref": "w40"}, "voteCommittee": m{"votes": []m{{"item_id": th["committee-items"], "choice": "yes"}}, "client_ref": "w41"}, "tickHanded": m{"item_id": 1},
		"officeSeatCommittee":  m{"size": 5, "starts_on": years(1, 0), "ends_on": years(3, 0), "basis": "业主大会决定2号", "members": []m{{"name": "张", "phone": "13800000001", "role": "member"}, {"name": "王", "phone": "13800000002", "role": "member"}, {"name": "李", "phone": "13800000003", "role": "member"}}},
		"officeDismissMembers": m{"members": []int64{th["committee-members"]}, "cause": "resigned", "text": "身体原因"}, "officeResignCommittee": text,
		"officeOrderCommitteeAudit": m{"auditor": "某会计师事务所", "text": "任期内收支", "due": day}, "officeReportCommitteeAudit": m{"text": "收支清楚，没有发现问题，建议完善票据", "file_ids": []int64{999999}}, "officePublishCommitteeAudit": m{},
		"officeAskCommitteeMeeting": text, "officeJoinCommitteeRequest": m{}, "officeCallCommittee": m{"title": "例会", "place": "社区会议室", "starts_at": time.Now().Add(8 * 24 * time.Hour).Format(time.RFC3339), "items": []m{{"matter": "supervise", "title": "修门禁", "text": "修好门禁"}}},
		"officeCheckCommitteeItem": m{"ours": true, "text": "只是督促"}, "officeAnswerCommitteeItem": text, "officeAnnounceCommittee": m{}, "officeCancelCommittee": text, "officeOpenCommitteeVote": m{"vote_ends": at}, "officeAttendCommittee": m{},
		"officeVoteCommittee": m{"votes": []m{{"item_id": th["committee-items"], "choice": "yes"}}}, "officeMakeCommitteeLinks": m{}, "officeRevokeCommitteeLinks": m{"member_id": th["committee-members"]}, "officeCountCommittee": m{},
		"officeOpineCommittee": m{"came": true, "names": "张干事", "opinion": "同意"}, "officeMinuteCommittee": m{"text": "到会三人，讨论了门禁维修，表决通过"}, "officeConfirmCommitteeMinutes": m{"version": 1}, "officePublishDecision": m{},
		"officeSetCommitteeRole": m{"member_id": th["committee-members"], "role": "chair"}, "officeSubmitFiling": m{"file_ids": []int64{999999}}, "officeReviewFiling": m{"accept": false, "reason": "缺材料"},
		"officePassProposal": m{"due": day}, "officeAnswerProposal": text, "officeReplyProposal": m{"taken": false, "text": "暂时不具备条件"}, "officeRegisterSeal": m{"kind": "committee", "name": "业主委员会", "keeper_id": th["committee-members"]},
		"officeKeepSeal": m{"state": "kept", "keeper_id": th["committee-members"], "text": "换人保管"}, "officeAskSeal": m{"resolution": "业主大会1号", "purpose": "签合同", "paper": "合同", "copies": 1}, "officeApproveSeal": m{"agree": false, "text": "不同意"},
		"officeUseSeal": m{"file_ids": []int64{999999}}, "officeAddHanded": m{"kind": "asset", "name": "打印机"}, "officeTickHanded": m{"item_id": 1}, "officeWitnessHandover": m{}, "officeSubmitReport": m{"text": "半年来召开会议两次，督促物业修复门禁，公布了公共收益账目"},
	}
}
