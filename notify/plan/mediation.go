package plan

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/event"
)

// mediations says who is told of what happens to a mediation. The dispute itself stays in the file.
var mediations = map[string][]said{
	"request": {{[]To{Offered}, "有调解申请", "{estate}有调解申请（{number}），请看是否受理。", "", "请受理"}, {[]To{Complainant, Parties}, "有一件调解请您参加", "{estate}有一件调解（{number}）由{host}主持，请看是否同意调解。", "待受理", "请看是否同意"}},
	"open":    {{[]To{Complainant, Parties}, "调解已受理", "{host}已受理调解（{number}），请等待通知。", "调解中", "请等通知"}},
	"decline": {{[]To{Complainant, Parties}, "调解没有受理", "{host}没有受理调解（{number}），理由见记录；{way}。", "不予受理", "请看理由"}},
	"party":   {{[]To{Complainant, Parties}, "调解增加了当事人", "调解（{number}）增加了当事人，请看是否同意调解。", "调解中", "请看是否同意"}},
	"remove":  {{[]To{Complainant, Parties}, "调解的当事人有变动", "{host}从调解（{number}）里移出了一位写错的当事人。", "当事人变动", "请查看"}},
	"unaccepted": {{[]To{Complainant, Parties}, "调解还没有受理", "{host}一直没有答复是否受理调解（{number}），{way}。", "待受理", "请选择下一步"},
		{[]To{Offered}, "调解受理时限已过", "{estate}的调解（{number}）已过答复时限，请尽快答复是否受理。", "", "请答复是否受理"},
		{[]To{Above}, "下级没有及时受理调解", "{estate}的调解（{number}），{host}没有在时限内答复是否受理，请督促。", "", "请督促"}},
	"soon":      {{[]To{Complainant, Parties, Offered}, "有约定快到期了", "调解（{number}）的协议有一项快到期{on}，请按约定履行。", "履行中", "请按时履行"}},
	"willing":   {{[]To{Offered}, "当事人同意调解", "调解（{number}）有一方同意调解。", "", "请查看"}},
	"unwilling": {{[]To{Offered}, "当事人不同意调解", "调解（{number}）有一方不同意调解。", "", "请查看"}},
	"session":   {{[]To{Complainant, Parties}, "请参加调解", "{host}安排调解（{number}）{on}，地点见通知内容。", "调解中", "请按时参加"}},
	"minute":    {{[]To{Parties, Complainant}, "调解有新的记录", "{host}为调解（{number}）写了记录，请查看。", "调解中", "请查看"}},
	"draft":     {{[]To{Complainant, Parties}, "调解协议请您确认", "调解（{number}）的协议已经拟好，请看内容，同意就确认，不同意请写明理由。", "待确认", "请确认协议"}},
	"confirm":   {{[]To{Offered}, "有一方确认协议", "调解（{number}）有一方确认了协议。", "", "请查看"}},
	"object":    {{[]To{Offered}, "有一方不同意协议", "调解（{number}）有一方不同意协议，理由见记录。", "", "请继续调解"}},
	"agree":     {{[]To{Complainant, Parties, Offered}, "调解协议生效", "调解（{number}）的协议各方都已确认，请按约定履行；需要的可以在期限内共同向法院申请司法确认。", "履行中", "请按约定履行"}},
	"fail":      {{[]To{Complainant, Parties}, "调解不成", "调解（{number}）不成，{way}。", "调解不成", "请选择下一步"}},
	"raise":     {{[]To{Offered}, "有调解转到您单位", "{estate}的调解（{number}）转由您单位主持，请受理。", "", "请受理"}, {[]To{Complainant, Parties}, "调解转上一级", "调解（{number}）转由{host}主持，请看是否同意调解。", "待受理", "请看是否同意"}},
	"court":     {{[]To{Complainant, Parties}, "调解结束", "调解（{number}）结束，可以向法院起诉，有仲裁约定的可以申请仲裁。", "走司法程序", "可以起诉"}},
	"done":      {{[]To{Complainant, Parties}, "有一项约定已履行", "调解（{number}）的协议有一项已履行。", "履行中", "请查看"}},
	"late":      {{[]To{Complainant, Parties, Offered}, "有约定到期没有履行", "调解（{number}）的协议有一项到期没有履行，请尽快履行；不履行的，对方可以就协议起诉。", "逾期", "请尽快履行"}},
	"performed": {{[]To{Complainant, Parties}, "调解协议已履行", "调解（{number}）的协议都已履行。", "已履行", "已结束"}},
	"breach":    {{[]To{Complainant, Parties, Offered}, "调解协议没有履行", "调解（{number}）的协议没有履行，当事人可以就协议向法院起诉。", "未履行", "可以起诉"}},
	"withdraw":  {{[]To{Offered, Parties, Complainant}, "调解已撤回", "调解（{number}）已由申请人撤回。", "已撤回", "已结束"}},
}

func mediationMessages(e *event.Mediation) ([]Message, error) {
	list, ok := mediations[e.What]
	if !ok {
		return nil, fmt.Errorf("plan: no words for the mediation's %q", e.What)
	}
	way := "可以走司法程序"
	if e.NextID != 0 {
		way = "可以转上一级调解，或走司法程序"
	}
	fill := strings.NewReplacer("{way}", way, "{number}", e.Number, "{estate}", e.EstateName, "{host}", e.HostName, "{on}", clockOf("，时间：", e.On))
	var messages []Message
	for _, s := range list {
		body := fill.Replace(s.body)
		var offices []To
		for _, to := range s.to {
			if to == Complainant {
				messages = append(messages, Message{To: []To{Complainant}, Title: s.title, Body: body, Template: "case_progress", SubjectKind: "mediation", SubjectID: e.MediationID,
					Values: []string{code(e.Number), thing("调解"), phrase(s.state), clock(e.At), thing(s.next)}})
				continue
			}
			offices = append(offices, to)
		}
		if len(offices) > 0 {
			messages = append(messages, Message{To: offices, Title: s.title, Body: body, Template: "staff_task", SubjectKind: "mediation", SubjectID: e.MediationID,
				Values: []string{thing("调解"), thing(e.EstateName), clock(e.At), thing(s.next)}})
		}
	}
	return messages, nil
}
