package office

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/web"
)

// caseView is a complaint as an office sees it: without the complainants.
type caseView struct {
	ID           int64      `json:"id"`
	Number       string     `json:"number"`
	Source       string     `json:"source" doc:"来源"`
	SourceName   string     `json:"source_name"`
	EstateID     int64      `json:"estate_id"`
	Estate       string     `json:"estate"`
	Unit         string     `json:"unit,omitempty"`
	Part         string     `json:"part,omitempty" doc:"公共部位"`
	Place        string     `json:"place,omitempty"`
	Lat          float64    `json:"lat,omitempty" doc:"定位（GCJ-02）"`
	Lng          float64    `json:"lng,omitempty"`
	Matter       string     `json:"matter"`
	MatterCode   string     `json:"matter_code,omitempty"`
	Clause       string     `json:"clause"`
	ClauseText   string     `json:"clause_text,omitempty"`
	Class        string     `json:"class"`
	ClassName    string     `json:"class_name"`
	Urgent       bool       `json:"urgent"`
	Text         string     `json:"text"`
	State        string     `json:"state"`
	StateName    string     `json:"state_name"`
	Ending       string     `json:"ending,omitempty" doc:"怎样办结：confirmed 确认；silent 到期未回复；forced 上级办结；withdrawn 撤回；merged 并案；part 分办件办完"`
	LeadID       int64      `json:"lead_id"`
	Lead         string     `json:"lead"`
	OfferedID    int64      `json:"offered_id,omitempty"`
	Offered      string     `json:"offered,omitempty" doc:"正转请哪个单位主办"`
	Supervisor   string     `json:"supervisor,omitempty" doc:"已升级到哪个单位督办"`
	Joint        []string   `json:"joint,omitempty"`
	Next         []legView  `json:"next,omitempty" doc:"后面还有哪些单位依次办理"`
	Parts        []partView `json:"parts,omitempty" doc:"分给各单位的部分"`
	ParentID     int64      `json:"parent_id,omitempty" doc:"这是哪一件的分办件"`
	MergedInto   string     `json:"merged_into,omitempty"`
	Why          string     `json:"why,omitempty"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	DueReference bool       `json:"due_reference,omitempty"`
	StepDueAt    *time.Time `json:"step_due_at,omitempty" doc:"本环节的时限"`
	Until        *time.Time `json:"until,omitempty" doc:"暂缓、等待补充或等待确认到什么时候"`
	Overdue      bool       `json:"overdue"`
	StepOverdue  bool       `json:"step_overdue,omitempty" doc:"本环节已超过时限"`
	People       int        `json:"people" doc:"投诉人数"`
	Refusals     int        `json:"refusals" doc:"退办次数"`
	Returns      int        `json:"returns"`
	Escalations  int        `json:"escalations"`
	Final        bool       `json:"final,omitempty" doc:"由谁主办已经裁定"`
	PostID       int64      `json:"post_id,omitempty" doc:"本单位经办的岗位"`
	Rules        string     `json:"rules" doc:"时限依据的规则版本"`
	Mandate      string     `json:"mandate" doc:"分派时的职责清单版本"`
	CreatedAt    time.Time  `json:"created_at"`
	Actions      []string   `json:"actions,omitempty" doc:"您的单位现在可以做什么"`
	Steps        []stepView `json:"steps,omitempty"`
	FileIDs      []int64    `json:"file_ids,omitempty"`
}

type legView struct {
	Unit   string `json:"unit"`
	Does   string `json:"does,omitempty"`
	Clause string `json:"clause,omitempty"`
}

type partView struct {
	ID        int64  `json:"id"`
	Number    string `json:"number"`
	Lead      string `json:"lead"`
	Task      string `json:"task"`
	Clause    string `json:"clause"`
	StateName string `json:"state_name"`
}

type stepView struct {
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	State  string          `json:"state"`
	By     string          `json:"by"`
	To     string          `json:"to,omitempty"`
	Clause string          `json:"clause,omitempty"`
	Text   string          `json:"text,omitempty"`
	On     *time.Time      `json:"on,omitempty" doc:"约定的日期"`
	Detail json.RawMessage `json:"detail,omitempty" doc:"答复的四个要素，或评价"`
	Files  []int64         `json:"file_ids,omitempty" doc:"这一步的照片"`
}

type caseOutput struct{ Body caseView }

func viewCase(v complaint.View) caseView {
	out := caseView{ID: v.ID, Number: v.Number, Source: string(v.Source), SourceName: complaint.SourceNames[v.Source], EstateID: v.EstateID, Estate: v.Estate,
		Part: complaint.PartName(v.Case.Part), Place: v.Place, Lat: web.Degrees(v.Lat), Lng: web.Degrees(v.Lng), Matter: v.MatterName, MatterCode: v.Matter,
		Clause: v.Clause, ClauseText: v.ClauseText, Class: v.Class, ClassName: rulepack.ClassNames[rulepack.Class(v.Class)], Urgent: v.Urgent, Text: v.Text,
		State: string(v.State), StateName: complaint.StateNames[v.State], Ending: string(v.Ending), LeadID: v.LeadID, Lead: v.Lead, OfferedID: v.OfferedID, Offered: v.Offered,
		Supervisor: v.Supervisor, Joint: v.Joint, ParentID: v.ParentID, MergedInto: v.Into, Why: v.RouteReason, DueAt: web.TimeOr(v.DueAt), DueReference: v.DueReference,
		StepDueAt: web.TimeOr(v.StepDueAt), Until: web.TimeOr(v.HeldUntil), Overdue: v.Overdue, StepOverdue: v.StepOverdue, People: v.People, Refusals: v.Refusals, Returns: v.Returns,
		Escalations: v.Escalations, Final: v.Final, PostID: v.Post, Rules: v.Rules, Mandate: v.MandateVersion, CreatedAt: web.Time(v.CreatedAt), FileIDs: v.FileIDs}
	// A unit names its household; a complaint about a body keeps it from everybody who works on the case by default.
	if v.AboutID == 0 {
		out.Unit = v.UnitName
	}
	for i, leg := range v.Next {
		out.Next = append(out.Next, legView{Unit: v.NextNames[i], Does: leg.Does, Clause: leg.Clause})
	}
	for i, p := range v.Parts {
		out.Parts = append(out.Parts, partView{ID: p.ID, Number: p.Number, Lead: v.PartLeads[i], Task: p.RouteReason, Clause: p.Clause, StateName: complaint.StateNames[p.State]})
	}
	for _, a := range v.Allowed {
		out.Actions = append(out.Actions, string(a))
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, stepView{Seq: s.Seq, At: web.Time(s.At), Kind: string(s.Kind), Name: complaint.ActionNames[s.Kind], State: string(s.State),
			By: s.By, To: s.To, Clause: s.Clause, Text: s.Text, On: web.TimeOr(s.OnAt), Detail: json.RawMessage(s.Detail), Files: s.Files})
	}
	return out
}
