// Package plan says who is told of an event, by which channels and in which words: one table, pure, no clock.
package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
)

// To is a kind of audience; the dispatcher resolves it to posts and people when it sends.
type To string

// The audiences.
const (
	Complainant To = "complainant" // the person of the event
	Lead        To = "lead"        // posts of the organisation that leads
	Joint       To = "joint"       // posts of the organisations that join
	Offered     To = "offered"     // posts of the organisation that is asked to take over
	Heads       To = "heads"       // head posts of the organisation that is asked
	Committee   To = "committee"   // posts of the estate's committee, or of who stands in
	Community   To = "community"   // posts of the estate's community
	Township    To = "township"    // posts of the township
	Bureau      To = "bureau"      // posts of the bureau
	Office      To = "office"      // posts of the leading group's office, or of the group where that is concerned
	Asker       To = "asker"       // posts of the community that asked for a whistle
	Called      To = "called"      // posts of the offices that a whistle calls
	Owing       To = "owing"       // posts of the office that owes a task
	Giver       To = "giver"       // posts of the office that gave it
	Parties     To = "parties"     // posts of the organisations that are parties of a mediation
	Above       To = "above"       // posts of the level above whoever does nothing
	Residents   To = "residents"   // everybody with a home in the estate
)

// Template is a WeChat message template with the fields that linli fills.
type Template struct {
	Name   string
	Title  string
	Staff  bool     // sent by the service account to staff; otherwise by the mini-program to residents
	Fields []string // WeChat field keys, in the order of Message.Values
}

// Templates are all templates; their ids come from configuration.
var Templates = []Template{
	{Name: "case_progress", Title: "投诉进度通知", Fields: []string{"character_string1", "thing2", "phrase3", "time4", "thing5"}},
	{Name: "residency", Title: "住户认证结果通知", Fields: []string{"thing1", "phrase2", "time3", "thing4"}},
	{Name: "notice", Title: "小区公示通知", Fields: []string{"thing1", "thing2", "thing3", "time4"}},
	{Name: "staff_case", Title: "投诉办理通知", Staff: true, Fields: []string{"character_string1", "thing2", "thing3", "time4", "thing5"}},
	{Name: "staff_task", Title: "待办事项通知", Staff: true, Fields: []string{"thing1", "thing2", "time3", "thing4"}},
}

// Message is what one audience is told. Title and Body go to the inbox; Values, in the template's order, to WeChat,
// unless there is no Template.
type Message struct {
	To          []To
	Title       string
	Body        string
	Template    string
	Values      []string
	SubjectKind string
	SubjectID   int64
	// Except is an organisation that is never told: the one complained about.
	Except int64
	// Priority is no more pressing than the event's own.
	Priority event.Priority
	// Channels after the inbox, in the order of trying; none where the inbox will do.
	Channels []Channel
	// Hold keeps what may have gone out already from going out twice.
	Hold bool
}

// Channel is a way to reach people.
type Channel string

// The channels besides the inbox, which has everything.
const (
	Mini    Channel = "wechat_mini"    // subscribe message of the mini-program, to residents
	Service Channel = "wechat_service" // template message of the service account, to staff
	SMS     Channel = "sms"
)

// ChannelList is the channels as they are stored.
func (m *Message) ChannelList() string {
	list := make([]string, len(m.Channels))
	for i, c := range m.Channels {
		list[i] = string(c)
	}
	return strings.Join(list, ",")
}

// Data gives the template's fields their values.
func (m *Message) Data() map[string]string {
	values := map[string]string{}
	for _, t := range Templates {
		if t.Name != m.Template {
			continue
		}
		for i, f := range t.Fields {
			if i < len(m.Values) {
				values[f] = m.Values[i]
			}
		}
	}
	return values
}

// For gives the messages of an event. An event that nobody is told of gives none.
func For(e event.Event) ([]Message, error) {
	list, err := messages(e)
	for i := range list {
		m := &list[i]
		m.Priority = event.PriorityOf(e)
		switch {
		case m.Template == "":
		case isStaff(m.Template):
			m.Channels = []Channel{Service}
		default:
			m.Channels = []Channel{Mini}
		}
	}
	return list, err
}

func isStaff(template string) bool {
	for _, t := range Templates {
		if t.Name == template {
			return t.Staff
		}
	}
	return false
}

func messages(e event.Event) ([]Message, error) {
	switch e := e.(type) {
	case *event.CaseFiled:
		return append([]Message{
			resident(e.Case, "已收到您的投诉", fmt.Sprintf("您的投诉（%s）已转给%s办理%s。可在“我的投诉”里查看进展。", e.Number, e.LeadName, by(e.Due)), "待受理", "请留意办理进展"),
			office(e.Case, []To{Lead}, "有新的投诉要办理", fmt.Sprintf("%s：%s（依据%s），请及时受理%s。", e.EstateName, e.Matter, e.Clause, by(e.Due)), "请尽快受理"),
		}, office(e.Case, []To{Joint, Committee, Community}, "小区有新的投诉", fmt.Sprintf("%s：%s，由%s主办。", e.EstateName, e.Matter, e.LeadName), "请知悉并协助")), nil
	case *event.CaseAccepted:
		return []Message{resident(e.Case, "您的投诉已受理", fmt.Sprintf("%s已受理您的投诉（%s）%s。", e.LeadName, e.Number, by(e.Due)), "办理中", "办理完会再通知您")}, nil
	case *event.CaseTransferred:
		return []Message{
			resident(e.Case, "您的投诉正在转办", fmt.Sprintf("%s建议由%s办理您的投诉（%s）；对方签收前仍由%s负责。", e.LeadName, e.ToName, e.Number, e.LeadName), "转办中", "请留意办理进展"),
			office(e.Case, []To{Offered}, "有转来的投诉请签收", fmt.Sprintf("%s：%s，%s请您单位主办，依据见办理记录。", e.EstateName, e.Matter, e.LeadName), "请签收"),
		}, nil
	case *event.CaseAnswered:
		return []Message{resident(e.Case, "您的投诉有答复了", fmt.Sprintf("%s已答复您的投诉（%s）。满意请点“确认办结”，没解决请点“退回重办”并说明原因。", e.LeadName, e.Number), "待确认", "请确认或退回")}, nil
	case *event.CaseConfirmed:
		return []Message{office(e.Case, []To{Lead}, "投诉人已确认办结", fmt.Sprintf("%s：%s（%s）已确认办结。", e.EstateName, e.Matter, e.Number), "已办结")}, nil
	case *event.CaseReturned:
		say := fmt.Sprintf("您的投诉（%s）已退回，由%s重新办理%s。", e.Number, e.LeadName, by(e.Due))
		if e.Raised {
			say = fmt.Sprintf("您的投诉（%s）第%d次退回，改由上一级%s办理%s。", e.Number, e.Returns, e.LeadName, by(e.Due))
		}
		// Whoever returned it knows: a push is spent only on the news that another office leads.
		told := resident(e.Case, "您的投诉退回重办", say, "退回重办", "请留意办理进展")
		if !e.Raised {
			told = inboxOnly(told)
		}
		return []Message{told, office(e.Case, []To{Lead, Community}, "投诉被退回重办", fmt.Sprintf("%s：%s（%s）被投诉人第%d次退回，由%s重新办理%s。", e.EstateName, e.Matter, e.Number, e.Returns, e.LeadName, by(e.Due)), "请重新办理")}, nil
	case *event.CaseRevealed:
		return []Message{inboxOnly(resident(e.Case, "您的联系方式被查看", fmt.Sprintf("%s为办理您的投诉（%s）查看了您的姓名和电话，原因见办理记录。觉得不应当看，请联系上级单位。", e.LeadName, e.Number), "", ""))}, nil
	case *event.CaseMoved:
		return movedMessages(e)
	case *event.Whistle:
		return whistleMessages(e)
	case *event.Task:
		return taskMessages(e)
	case *event.CalendarUnknown:
		return []Message{{To: []To{Bureau}, Title: "请录入节假日安排", Body: fmt.Sprintf("系统还没有%d年的节假日和调休安排，投诉的办理时限暂按周一至周五计算，标为参考时限。请在“规则”里录入 calendar.days，并由另一个人确认。", e.Year),
			Template: "staff_task", SubjectKind: "rule", Values: []string{thing("节假日安排"), thing("全市"), clock(e.At), thing("请录入并确认")}}}, nil
	case *event.Conference:
		return conferenceMessages(e)
	case *event.Mediation:
		return mediationMessages(e)
	case *event.CaseReview:
		return []Message{office(e.Case, []To{Community, Bureau}, "有投诉文字待人工审核", fmt.Sprintf("%s（%s）要公开显示，请先看内容是否合适。投诉照常办理，不受影响。", e.EstateName, e.Number), "请审核公开内容")}, nil
	case *event.NoticePublished:
		return []Message{{To: []To{Residents}, Title: e.Sort + "：" + cut(e.Title, 40), Body: fmt.Sprintf("%s在%s发布了%s《%s》，请点开查看。", e.PublisherName, e.EstateName, e.Sort, e.Title),
			Template: "notice", Values: []string{thing(e.EstateName), thing(e.Title), thing(e.PublisherName), clock(e.At)}, SubjectKind: "notice", SubjectID: e.NoticeID}}, nil
	case *event.ResidencyRequested:
		return []Message{task(e.Residency, "application", e.ApplicationID, "有住户认证申请", fmt.Sprintf("%s%s有人申请住户认证，请核对材料后办理。", e.EstateName, e.UnitName), "住户认证", "请核对材料")}, nil
	case *event.ResidencyDecided:
		title, state, next := "住户认证已通过", "已通过", "现在可以使用全部功能"
		body := fmt.Sprintf("您在%s%s的住户认证已通过。", e.EstateName, e.UnitName)
		if !e.Accepted {
			title, state, next = "住户认证没有通过", "未通过", "请按原因补充后再申请"
			body = fmt.Sprintf("您在%s%s的住户认证没有通过，原因：%s。补充材料后可以再次申请。", e.EstateName, e.UnitName, e.Reason)
		}
		return []Message{person(e.Residency, title, body, state, next)}, nil
	case *event.ResidencyEnded:
		return []Message{person(e.Residency, "您在一处房屋的权限已结束", fmt.Sprintf("您在%s%s的权限已结束，原因：%s。有疑问请联系社区。", e.EstateName, e.UnitName, e.Cause), "已结束", "有疑问请联系社区")}, nil
	case *event.AreaContested:
		return []Message{task(e.Residency, "area_claim", 0, "有业主对登记面积提出异议", fmt.Sprintf("%s%s的业主对登记面积提出异议，请核对材料后办理。", e.EstateName, e.UnitName), "面积异议", "请核对材料")}, nil
	case *event.AreaDecided:
		title, state := "面积异议已采纳", "已采纳"
		body := fmt.Sprintf("%s%s的登记面积已按您提供的材料更正。", e.EstateName, e.UnitName)
		if !e.Accepted {
			title, state = "面积异议没有采纳", "未采纳"
			body = fmt.Sprintf("%s%s的面积异议没有采纳，原因：%s。", e.EstateName, e.UnitName, e.Reason)
		}
		return []Message{person(e.Residency, title, body, state, "可在“我的房屋”查看")}, nil
	}
	return nil, fmt.Errorf("plan: no words for event %q", e.Kind())
}

func resident(c event.Case, title, body, state, next string) Message {
	return Message{To: []To{Complainant}, Title: title, Body: body, Template: "case_progress", SubjectKind: "case", SubjectID: c.CaseID,
		Values: []string{code(c.Number), thing(c.Matter), phrase(state), clock(c.At), thing(next)}}
}

// inboxOnly keeps a message off WeChat, where each costs the resident one of the few that they allowed.
func inboxOnly(m Message) Message {
	m.Template, m.Values = "", nil
	return m
}

func office(c event.Case, to []To, title, body, next string) Message {
	return Message{To: to, Title: title, Body: body, Template: "staff_case", SubjectKind: "case", SubjectID: c.CaseID, Except: c.AboutID,
		Values: []string{code(c.Number), thing(c.Matter), thing(c.EstateName), clock(c.At), thing(next)}}
}

func person(r event.Residency, title, body, state, next string) Message {
	return Message{To: []To{Complainant}, Title: title, Body: body, Template: "residency", SubjectKind: "residency", SubjectID: r.ApplicationID,
		Values: []string{thing(r.EstateName + r.UnitName), phrase(state), clock(r.At), thing(next)}}
}

func task(r event.Residency, kind string, id int64, title, body, what, next string) Message {
	return Message{To: []To{Committee, Community}, Title: title, Body: body, Template: "staff_task", SubjectKind: kind, SubjectID: id,
		Values: []string{thing(what), thing(r.EstateName), clock(r.At), thing(next)}}
}

var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

func clock(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }

func by(due time.Time) string {
	if due.IsZero() {
		return ""
	}
	at := due.In(zone)
	if at.Hour() == 23 && at.Minute() == 59 { // the end of a day
		return "，应于" + at.Format("1月2日") + "24时前办结"
	}
	return "，应于" + at.Format("1月2日15:04") + "前办结"
}

// thing, phrase and code keep WeChat's bounds: 20 characters, 5 Chinese characters, 32 ASCII characters.
func thing(s string) string  { return cut(s, 20) }
func phrase(s string) string { return cut(s, 5) }
func code(s string) string   { return cut(s, 32) }

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
