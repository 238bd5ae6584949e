package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
)

// said is what one audience is told of a move. The words in braces are filled from the event.
type said struct {
	to          []To
	title, body string
	state, next string // of the message to the complainants; next alone to offices
}

// moves says who is told of which move of a complaint, and in which words.
var moves = map[string][]said{
	"refuse": {
		{[]To{Complainant}, "您的投诉正在确定由谁办理", "{lead}认为您的投诉（{number}）应由其他单位办理，理由和条款见办理记录；确定之前仍由{lead}负责。", "待确定", "请留意办理进展"},
		{[]To{Offered, Lead}, "有退办的投诉", "{estate}：{matter}（{number}）被退办，理由和条款见办理记录。", "", "请尽快处理"}},
	"refuse_asked": {
		{[]To{Complainant}, "您的投诉仍由原单位办理", "被请办理您的投诉（{number}）的单位认为不该由它办，理由和条款见办理记录；仍由{lead}负责。", "办理中", "请留意办理进展"},
		{[]To{Lead}, "被请主办的单位退办", "{estate}：{matter}（{number}）被请主办的单位退办，理由和条款见办理记录，仍由您单位主办。", "", "请继续办理"}},
	"arbitrate_asked": {
		{[]To{Complainant}, "您的投诉将裁定由谁办理", "几个单位对谁来办您的投诉（{number}）意见不同，已报{to}裁定；裁定之前仍由{lead}负责。", "待裁定", "请留意办理进展"},
		{[]To{Offered}, "有投诉等您裁定", "{estate}：{matter}（{number}）已被退办，请裁定由谁主办。", "", "请裁定"}},
	"arbitrate": {
		{[]To{Complainant}, "您的投诉已确定由谁办理", "您的投诉（{number}）已裁定由{lead}办理，不再变动{due}。", "待受理", "请留意办理进展"},
		{[]To{Lead}, "裁定由您单位主办", "{estate}：{matter}（{number}）已裁定由您单位主办，不能再退办或转办{due}。", "", "请尽快受理"}},
	"redirect": {
		{[]To{Complainant}, "您的投诉换了办理单位", "您的投诉（{number}）已改由{lead}办理，理由见办理记录{due}。", "待受理", "请留意办理进展"},
		{[]To{Lead}, "有改派的投诉要办理", "{estate}：{matter}（{number}）改派给您单位，理由见办理记录{due}。", "", "请尽快受理"}},
	"split":  {{[]To{Complainant}, "您的投诉由几个单位分头办理", "您的投诉（{number}）由{lead}牵头，几个单位分头办理，全部办完后一并答复。", "分办中", "请留意办理进展"}},
	"part":   {{[]To{Lead}, "有分办的投诉要办理", "{estate}：{matter}（{number}）有一部分分给您单位，要求见办理记录{due}。", "", "请尽快受理"}},
	"gather": {{[]To{Lead}, "分办的部分已全部办完", "{estate}：{matter}（{number}）各单位都已办完，请汇总后答复投诉人{due}。", "", "请汇总答复"}},
	"merge":  {{[]To{Complainant}, "您的投诉与同类投诉一起办理", "您的投诉已与{number}一起办理。您的受理编号、确认和评价的权利都不变。", "办理中", "可用原编号查询"}},
	"ask":    {{[]To{Complainant}, "请补充情况", "{lead}办理您的投诉（{number}）需要您补充，请在“我的投诉”里查看并回复{until}。", "待补充", "请补充"}},
	"supply": {{[]To{Lead}, "投诉人补充了情况", "{estate}：{matter}（{number}）的投诉人补充了情况，请查看。", "", "请查看"}},
	"plan":   {{[]To{Complainant}, "您的投诉已安排办理", "{lead}已安排办理您的投诉（{number}）{on}，内容见办理记录。", "已安排", "请留意办理进展"}},
	"hold":   {{[]To{Complainant}, "您的投诉暂缓办理", "{lead}暂缓办理您的投诉（{number}）{until}，原因见办理记录。觉得不合理可以催办。", "暂缓", "到期自动恢复"}},
	"resume": {{[]To{Complainant, Lead}, "投诉继续办理", "{estate}：{matter}（{number}）继续办理{due}。", "办理中", "请留意办理进展"}},
	"conclude": {
		{[]To{Complainant}, "您的投诉进入下一个环节", "您的投诉（{number}）上一个环节已办完，现在由{lead}办理{due}。", "待受理", "请留意办理进展"},
		{[]To{Lead}, "投诉转到您单位的环节", "{estate}：{matter}（{number}）上一个环节已办完，结果见办理记录，请接着办理{due}。", "", "请尽快受理"}},
	"found_answered": {{[]To{Offered}, "巡查发现的问题有答复了", "{estate}：{matter}（{number}）{lead}已答复，请到现场核实后确认或退回。", "", "请确认或退回"}},
	"call_back":      {{[]To{Offered}, "请回访投诉人", "{estate}：{matter}（{number}）{lead}已答复。投诉人没有小程序账号，请电话回访，按投诉人的话记录确认、退回和评价。", "", "请回访"}},
	"restricted":     {{[]To{Complainant}, "您的投诉暂时受限", "{to}认为有投诉属于滥用，限制您在小程序和扫码页面投诉{until}；紧急危险和紧急维修不受影响，也可以打电话或到窗口。理由见“我的投诉”，不同意可以申诉。", "已限制", "不同意可申诉"}},
	"appealed":       {{[]To{Heads}, "有申诉等您决定", "{estate}：因投诉（{number}）被限制{until}的人提出申诉，请在“限制和申诉”里决定维持还是解除。", "", "请决定申诉"}},
	"appeal_upheld":  {{[]To{Complainant}, "您的申诉没有通过", "{to}看了您的申诉，维持限制{until}，理由见“我的投诉”。", "维持限制", "可到窗口投诉"}},
	"appeal_lifted":  {{[]To{Complainant}, "对您的限制已解除", "{to}看了您的申诉，已解除限制，现在可以正常投诉。", "已解除", "可以投诉"}},
	"recorded":       {{[]To{Complainant}, "有单位替您记录了意见", "{to}按您的电话或到窗口说的，为您的投诉（{number}）作了记录，内容见办理记录。与您说的不一样，请联系上级单位。", "已记录", "请核对"}},
	"confirm":        {{[]To{Lead}, "有一位投诉人已确认", "{estate}：{matter}（{number}）有一位投诉人确认办结，还有其他投诉人没有答复。", "", "等其他人确认"}},
	"lapse": {
		{[]To{Complainant}, "您的投诉已自动办结", "您的投诉（{number}）答复后没有收到退回，已自动办结。没有解决的，仍可在期限内要求重新办理；也请您评价。", "已办结", "可以评价"},
		{[]To{Lead}, "投诉到期办结", "{estate}：{matter}（{number}）投诉人没有回复，到期办结，不计为满意。", "", "已办结"}},
	"reopen": {
		{[]To{Complainant}, "您的投诉重新办理", "您的投诉（{number}）已重新办理{due}。", "重新办理", "请留意办理进展"},
		{[]To{Lead}, "投诉要重新办理", "{estate}：{matter}（{number}）要重新办理，原因见办理记录{due}。", "", "请重新办理"}},
	"withdraw": {{[]To{Lead}, "投诉已撤回", "{estate}：{matter}（{number}）的投诉人已撤回。", "", "不用再办"}},
	"force_close": {
		{[]To{Complainant}, "您的投诉已由上级办结", "您的投诉（{number}）已由上级单位办结，理由见办理记录。不同意的，可在期限内要求重新办理。", "已办结", "不同意可重新办理"},
		{[]To{Lead}, "投诉已由上级办结", "{estate}：{matter}（{number}）已由上级单位办结，理由见办理记录。", "", "已办结"}},
	"urge": {{[]To{Lead}, "投诉人催办", "{estate}：{matter}（{number}）的投诉人催办，请尽快办理并告知进展{due}。", "", "请尽快办理"}},
	"escalate": {
		{[]To{Complainant}, "您的投诉已升级督办", "您的投诉（{number}）没有按时办理，已由{to}督办。", "督办中", "请留意办理进展"},
		{[]To{Offered, Lead}, "投诉升级督办", "{estate}：{matter}（{number}）由{lead}主办，没有按时办理，现由{to}督办。", "", "请督办"}},
	"remind": {{[]To{Lead, Offered}, "投诉快到期了", "{estate}：{matter}（{number}）快到期了{due}。", "", "请按时办结"}},
	"join":   {{[]To{Lead}, "又有居民反映同一件事", "{estate}：{matter}（{number}）又有一位居民加入。", "", "请一并答复"}},
}

func movedMessages(e *event.CaseMoved) ([]Message, error) {
	list, ok := moves[e.What]
	if !ok {
		return nil, fmt.Errorf("plan: no words for the move %q", e.What)
	}
	fill := strings.NewReplacer("{number}", e.Number, "{lead}", e.LeadName, "{to}", e.ToName, "{estate}", e.EstateName, "{matter}", e.Matter, "{due}", by(e.Due),
		"{on}", day("，时间：", e.On, ""), "{until}", day("，到", e.On, "为止"))
	var messages []Message
	for _, s := range list {
		title, body := s.title, fill.Replace(s.body)
		var offices []To
		for _, to := range s.to {
			if to == Complainant {
				messages = append(messages, resident(e.Case, title, body, s.state, s.next))
				continue
			}
			offices = append(offices, to)
		}
		if len(offices) > 0 {
			messages = append(messages, office(e.Case, offices, title, body, s.next))
		}
	}
	return messages, nil
}

// day words a date that a move names; nothing for none.
func day(before string, t time.Time, after string) string {
	if t.IsZero() {
		return ""
	}
	return before + t.In(zone).Format("1月2日") + after
}

// clockOf words the hour of a meeting; nothing for none.
func clockOf(before string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return before + t.In(zone).Format("1月2日15:04")
}
