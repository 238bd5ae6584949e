package plan

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/event"
)

// whistles says who is told of what happens to a whistle, and in which words.
var whistles = map[string][]said{
	"requested": {{[]To{Township}, "有吹哨申请待签批", "{estate}申请吹哨（{number}），请负责人签批。", "", "请签批"}},
	"recalled":  {{[]To{Township}, "吹哨申请已撤回", "{estate}的吹哨申请（{number}）已由申请单位撤回。", "", "不用再签批"}},
	"declined":  {{[]To{Asker}, "吹哨申请没有同意", "{estate}的吹哨申请（{number}）没有同意，理由见记录。", "", "请查看理由"}},
	"blown": {
		{[]To{Called}, "请到现场报到", "{estate}吹哨（{number}），请到{place}报到{due}。认为不属于本单位职责的，引用条款报领导小组办公室裁定。", "", "请到现场报到"},
		{[]To{Asker}, "已吹哨", "{estate}的吹哨（{number}）已签批，有关单位会到{place}报到。", "", "请到现场"}},
	"arrived":   {{[]To{Asker, Township}, "有单位报到", "{to}已为{estate}的吹哨（{number}）报到。", "", "请知悉"}},
	"refused":   {{[]To{Office}, "有吹哨拒绝待裁定", "{to}认为{estate}的吹哨（{number}）不属于本单位职责，请裁定。", "", "请裁定"}, {[]To{Asker, Township}, "有单位拒绝报到", "{to}拒绝为{estate}的吹哨（{number}）报到，已报领导小组办公室裁定。", "", "等待裁定"}},
	"excused":   {{[]To{Offered, Asker, Township}, "裁定不用到场", "{estate}的吹哨（{number}）：裁定{to}不用到场。", "", "请知悉"}},
	"must_come": {{[]To{Offered, Asker, Township}, "裁定要到场", "{estate}的吹哨（{number}）：裁定{to}要到{place}报到{due}，不能再拒绝。", "", "请到现场报到"}},
	"closed":    {{[]To{Called, Asker, Township}, "已销哨", "{estate}的吹哨（{number}）已销哨，结果见记录。", "", "请查看结果"}},
	"unsigned": {{[]To{Township}, "吹哨申请还没有签批", "{estate}的吹哨申请（{number}）一直没有签批，请负责人尽快签批；负责人岗位空缺的，请先补上。", "", "请签批"},
		{[]To{Above}, "吹哨申请没有人签批", "{estate}的吹哨申请（{number}），办事处一直没有签批，请督促；负责人岗位空缺的，请安排人员。", "", "请督促签批"},
		{[]To{Asker}, "吹哨申请还没有签批", "{estate}的吹哨申请（{number}）还没有签批，已报上一级督促。", "", "请知悉"}},
	"soon":  {{[]To{Called}, "请尽快到现场报到", "{estate}的吹哨（{number}）快到时限{due}，请到{place}报到。", "", "请到现场报到"}, {[]To{Asker, Township}, "吹哨快到时限", "{estate}的吹哨（{number}）快到时限{due}。", "", "请跟进"}},
	"rated": {{[]To{Offered}, "吹哨单位作了评价", "{estate}的吹哨（{number}）：吹哨单位评价了您单位，请查看。", "", "请查看"}},
	"late":  {{[]To{Called, Asker, Township, Bureau}, "吹哨已超期", "{estate}的吹哨（{number}）超过时限还没有销哨。", "", "请尽快办理"}},
}

// tasks says who is told of what happens to a task.
var tasks = map[string][]said{
	"given": {{[]To{Owing}, "有新的任务", "{giver}交给您单位一项任务（{estate}）{due}，内容见任务清单。", "", "请按时完成"}},
	"done":  {{[]To{Giver}, "任务已完成", "{office}完成了一项任务（{estate}），结果见任务清单。", "", "请查看结果"}},
	"soon":  {{[]To{Owing}, "任务快到期了", "{giver}交给您单位的一项任务（{estate}）快到期{due}，内容见任务清单。", "", "请按时完成"}},
	"late":  {{[]To{Owing, Giver}, "任务已超期", "{office}的一项任务（{estate}）已超期。", "", "请尽快完成"}},
}

func whistleMessages(e *event.Whistle) ([]Message, error) {
	fill := strings.NewReplacer("{number}", e.Number, "{estate}", e.EstateName, "{place}", e.Place, "{to}", e.ToName, "{due}", by(e.Due))
	list, ok := whistles[e.What]
	if !ok {
		return nil, fmt.Errorf("plan: no words for the whistle's %q", e.What)
	}
	var messages []Message
	for _, s := range list {
		messages = append(messages, Message{To: s.to, Title: s.title, Body: fill.Replace(s.body), Template: "staff_task", SubjectKind: "whistle", SubjectID: e.WhistleID, Except: e.AboutID,
			Values: []string{thing("吹哨报到"), thing(e.EstateName), clock(e.At), thing(s.next)}})
	}
	return messages, nil
}

func taskMessages(e *event.Task) ([]Message, error) {
	estate := e.EstateName
	if estate == "" {
		estate = "全市"
	}
	fill := strings.NewReplacer("{estate}", estate, "{office}", e.OfficeName, "{giver}", e.GivenByName, "{due}", by(e.Due))
	list, ok := tasks[e.What]
	if !ok {
		return nil, fmt.Errorf("plan: no words for the task's %q", e.What)
	}
	var messages []Message
	for _, s := range list {
		messages = append(messages, Message{To: s.to, Title: s.title, Body: fill.Replace(s.body), Template: "staff_task", SubjectKind: "task", SubjectID: e.TaskID, Except: e.AboutID,
			Values: []string{thing("任务"), thing(estate), clock(e.At), thing(s.next)}})
	}
	return messages, nil
}

// conferences says what the called offices are told.
var conferences = map[string]said{
	"called":    {nil, "请参加联席会议", "{holder}召集联席会议（{number}）{on}，地点：{place}。", "", "请按时参加"},
	"closed":    {nil, "联席会议已结束", "{holder}召集的联席会议（{number}）已结束，结论和任务见会议记录。", "", "请查看结论"},
	"cancelled": {nil, "联席会议已取消", "{holder}召集的联席会议（{number}）已取消。", "", "不用参加"},
}

func conferenceMessages(e *event.Conference) ([]Message, error) {
	s, ok := conferences[e.What]
	if !ok {
		return nil, fmt.Errorf("plan: no words for the conference's %q", e.What)
	}
	fill := strings.NewReplacer("{number}", e.Number, "{holder}", e.HolderName, "{place}", e.Place, "{on}", clockOf("，时间：", e.On))
	return []Message{{To: []To{Called}, Title: s.title, Body: fill.Replace(s.body), Template: "staff_task", SubjectKind: "conference", SubjectID: e.ConferenceID,
		Values: []string{thing("联席会议"), thing(e.HolderName), clock(e.At), thing(s.next)}}}, nil
}
