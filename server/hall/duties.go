package hall

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/web"
)

// DutyItem is one thing that has to be published, as people read it.
type DutyItem struct {
	ID             int64  `json:"id"`
	EstateID       int64  `json:"estate_id"`
	Estate         string `json:"estate"`
	Code           string `json:"code"`
	Title          string `json:"title"`
	Period         string `json:"period,omitempty" doc:"哪一期；一件事引起的没有"`
	What           string `json:"what,omitempty" doc:"哪一件事，例如哪一份合同；由登记的单位写"`
	Sphere         string `json:"sphere" doc:"affairs 事务，finance 财务"`
	SphereName     string `json:"sphere_name"`
	OrganisationID int64  `json:"organisation_id,omitempty"`
	OwedBy         string `json:"owed_by,omitempty" doc:"谁来公开"`
	From           string `json:"from" doc:"这一期的第一天，或事情发生的那天"`
	Due            string `json:"due,omitempty" doc:"最晚哪天公开；期限未定的没有"`
	State          string `json:"state" doc:"late 应公开未公开，soon 快到期，open 未到期，unfixed 期限未定，nobody 目前没有单位承担，done 已公开"`
	StateName      string `json:"state_name"`
	DaysLate       int64  `json:"days_late,omitempty" doc:"逾期多少天：没有公开的算到今天，晚公开的算到公开那天"`
	EverLate       bool   `json:"ever_late,omitempty" doc:"曾经逾期；后来公开了也保留"`
	PublishedOn    string `json:"published_on,omitempty"`
	NoticeID       int64  `json:"notice_id,omitempty"`

	Contents []string `json:"contents,omitempty" doc:"公示里写明了、或者由发布人逐项确认了的内容；系统随办事自动公开的没有"`
}

// ViewDuty words one duty.
func ViewDuty(v disclosure.DutyView) DutyItem {
	return DutyItem{ID: v.ID, EstateID: v.EstateID, Estate: v.EstateName, Code: v.Code, Title: v.Title, Period: v.Period(), What: v.What, Sphere: v.Sphere, SphereName: disclosure.SphereNames[v.Sphere],
		OrganisationID: v.OrganisationID, OwedBy: v.OwedBy, From: v.FromOn.Format(time.DateOnly), Due: written(v.Due()), State: v.Stands, StateName: disclosure.DutyStates[v.Stands], DaysLate: v.Days, EverLate: v.LateAt != nil,
		PublishedOn: written(v.Published()), NoticeID: v.NoticeID, Contents: v.Said()}
}

func written(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// RegisterItem is one duty of an estate's register: what the law says, who owes it here, and how it stands.
type RegisterItem struct {
	Code       string     `json:"code"`
	Title      string     `json:"title"`
	Sphere     string     `json:"sphere"`
	SphereName string     `json:"sphere_name"`
	KindName   string     `json:"kind_name" doc:"公示、公告或通知"`
	By         string     `json:"by" doc:"按规定由谁公开"`
	OwedBy     string     `json:"owed_by,omitempty" doc:"本小区由谁公开；不适用的没有"`
	Why        string     `json:"why,omitempty" doc:"为什么不适用"`
	Contents   []string   `json:"contents" doc:"要写明什么"`
	Often      string     `json:"often" doc:"多久公开一次"`
	Until      string     `json:"until" doc:"最晚什么时候"`
	Posted     string     `json:"posted" doc:"张贴多久"`
	Places     []string   `json:"places" doc:"在哪里"`
	Clause     string     `json:"clause"`
	Source     string     `json:"source"`
	Checked    string     `json:"checked" doc:"text 已核对原文，secondary 据转引，memory 未核对到原文"`
	Note       string     `json:"note,omitempty"`
	Open       []DutyItem `json:"open" doc:"还没有公开的"`
	Last       *DutyItem  `json:"last,omitempty" doc:"最近一次公开"`
}

// RegisterView is an estate's register.
type RegisterView struct {
	EstateID int64          `json:"estate_id"`
	Estate   string         `json:"estate"`
	Today    string         `json:"today"`
	Charging string         `json:"charging,omitempty" doc:"包干制或酬金制；没有登记的没有"`
	Late     []DutyItem     `json:"late" doc:"应公开未公开，逾期最久的在前"`
	Items    []RegisterItem `json:"items"`
}

// RegisterOutput is the answer of the register's operations.
type RegisterOutput struct{ Body RegisterView }

// ViewRegister words a register.
func ViewRegister(r *disclosure.Register) *RegisterOutput {
	out := &RegisterOutput{Body: RegisterView{EstateID: r.EstateID, Estate: r.Estate, Today: r.Today.String(), Charging: r.Charging, Late: []DutyItem{}, Items: []RegisterItem{}}}
	for _, v := range r.Late {
		out.Body.Late = append(out.Body.Late, ViewDuty(v))
	}
	for _, row := range r.Rows {
		item := RegisterItem{Code: row.Code, Title: row.Title, Sphere: row.Sphere, SphereName: disclosure.SphereNames[row.Sphere], KindName: disclosure.SortNames[disclosure.Sort(row.Kind)], By: rulepack.DisclosureBy[row.By], OwedBy: row.OwedBy, Why: row.Why,
			Contents: row.Contents, Often: row.Terms.Often(), Until: row.Terms.By(), Posted: row.Terms.Hangs(), Clause: row.Clause, Source: row.Source, Checked: row.Checked, Note: row.Note, Open: []DutyItem{}}
		for _, at := range row.Places {
			item.Places = append(item.Places, rulepack.PlaceNames[at])
		}
		for _, v := range row.Open {
			item.Open = append(item.Open, ViewDuty(v))
		}
		if row.Last != nil {
			last := ViewDuty(*row.Last)
			item.Last = &last
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out
}

// QuestionItem is a question and its answer; never who asked.
type QuestionItem struct {
	ID         int64      `json:"id"`
	Number     string     `json:"number"`
	EstateID   int64      `json:"estate_id"`
	Estate     string     `json:"estate"`
	NoticeID   int64      `json:"notice_id,omitempty"`
	DutyID     int64      `json:"duty_id,omitempty"`
	About      string     `json:"about" doc:"问的是哪一份公示或哪一项"`
	Line       string     `json:"line,omitempty" doc:"哪一行"`
	Follows    *int64     `json:"follows,omitempty" doc:"追问的是哪一个提问"`
	Asker      string     `json:"asker,omitempty" doc:"业主、业主家人或租户，不写姓名"`
	Text       string     `json:"text"`
	Display    string     `json:"display" doc:"cleared 公开，review 待核对，hidden 不公开"`
	Hidden     string     `json:"hidden_reason,omitempty" doc:"为什么不公开，只有提问人和核对的单位看到"`
	AskedOf    string     `json:"asked_of" doc:"由谁答复"`
	Due        string     `json:"due,omitempty" doc:"最晚哪天答复"`
	Clock      string     `json:"clock" doc:"答复期限；本地没有规定的写“未规定期限”"`
	DaysLate   int64      `json:"days_late,omitempty"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Mine       bool       `json:"mine,omitempty" doc:"是我问的"`
	CreatedAt  time.Time  `json:"created_at"`
}

// ViewQuestion words one question.
func ViewQuestion(v disclosure.QuestionView) QuestionItem {
	q := QuestionItem{ID: v.ID, Number: v.Number, EstateID: v.EstateID, Estate: v.Estate, NoticeID: v.NoticeID, DutyID: v.DutyID, About: v.About, Line: v.Line, Follows: v.Follows, Asker: v.Asker, Text: v.Shown, Display: string(v.Display),
		AskedOf: v.AskedOf, Due: written(v.Due()), Clock: Clock(v), DaysLate: v.DaysLate, Answer: v.Answer, AnsweredAt: web.TimeOr(v.AnsweredAt), Mine: v.Mine, CreatedAt: web.Time(v.CreatedAt)}
	if v.Mine {
		q.Hidden = v.HiddenReason
	}
	return q
}

// Clock words the term of an answer.
func Clock(v disclosure.QuestionView) string {
	due := v.Due()
	switch {
	case v.Display == disclosure.Review:
		return "核对后开始计算期限"
	case v.Display == disclosure.Hidden:
		return ""
	case due.IsZero():
		return "未规定期限"
	}
	return "应在" + due.String() + "以前答复"
}
