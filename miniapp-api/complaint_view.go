package miniapp

import (
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/server/web"
)

// caseView is a complaint as one of its complainants or a neighbour sees it.
type caseView struct {
	ID           int64       `json:"id"`
	Number       string      `json:"number" doc:"您的受理编号；邻居的投诉为件号"`
	Estate       string      `json:"estate"`
	Unit         string      `json:"unit,omitempty"`
	Part         string      `json:"part,omitempty" doc:"公共部位"`
	Place        string      `json:"place,omitempty"`
	Lat          float64     `json:"lat,omitempty"`
	Lng          float64     `json:"lng,omitempty"`
	Matter       string      `json:"matter"`
	Clause       string      `json:"clause" doc:"依据的条款"`
	ClauseText   string      `json:"clause_text,omitempty"`
	Urgent       bool        `json:"urgent,omitempty" doc:"紧急危险：请同时拨打 call 里的电话"`
	Call         []callView  `json:"call,omitempty" doc:"紧急危险时先打这些电话"`
	Text         string      `json:"text"`
	State        string      `json:"state"`
	StateName    string      `json:"state_name"`
	Ending       string      `json:"ending,omitempty"`
	Lead         string      `json:"lead" doc:"主办单位"`
	Supervisor   string      `json:"supervisor,omitempty" doc:"已升级到哪个单位督办"`
	Joint        []string    `json:"joint,omitempty" doc:"协办单位"`
	Next         []string    `json:"next,omitempty" doc:"后面依次办理的单位"`
	MergedInto   string      `json:"merged_into,omitempty" doc:"与哪一件一起办理"`
	Why          string      `json:"why,omitempty" doc:"为什么由这个单位办理"`
	DueAt        *time.Time  `json:"due_at,omitempty"`
	DueReference bool        `json:"due_reference,omitempty" doc:"时限为参考时限，本地规则未配置"`
	Until        *time.Time  `json:"until,omitempty" doc:"暂缓、等您补充或等您确认到什么时候"`
	Overdue      bool        `json:"overdue"`
	People       int         `json:"people" doc:"多少人投诉这件事"`
	Returns      int         `json:"returns"`
	Visibility   string      `json:"visibility"`
	Display      string      `json:"display,omitempty" doc:"公开显示的审核状态"`
	Cover        string      `json:"cover,omitempty" doc:"sealed 物业和业委会不能查看您是谁"`
	Standing     string      `json:"standing,omitempty" doc:"您的答复：open 还没有；confirmed 确认；returned 退回；silent 到期未回复；withdrawn 撤回；next 加入时已经答复，可以评价，下一次答复时再确认或退回"`
	Note         string      `json:"note,omitempty" doc:"请念给居民看的说明"`
	Rating       *ratingView `json:"rating,omitempty"`
	CreatedAt    time.Time   `json:"created_at"`
	Actions      []string    `json:"actions,omitempty" doc:"现在可以做什么"`
	Steps        []stepView  `json:"steps,omitempty"`
	FileIDs      []int64     `json:"file_ids,omitempty"`
}

type callView struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	When  string `json:"when,omitempty" doc:"什么情况、什么时间打"`
}

type ratingView struct {
	Response  string `json:"response"`
	Solved    string `json:"solved"`
	Satisfied string `json:"satisfied"`
	Comment   string `json:"comment,omitempty"`
}

type stepView struct {
	At     time.Time  `json:"at"`
	Kind   string     `json:"kind"`
	Name   string     `json:"name"`
	By     string     `json:"by"`
	To     string     `json:"to,omitempty"`
	Clause string     `json:"clause,omitempty"`
	Text   string     `json:"text,omitempty"`
	On     *time.Time `json:"on,omitempty" doc:"约定的日期"`
	Files  []int64    `json:"file_ids,omitempty" doc:"这一步的照片"`
}

type caseOutput struct{ Body caseView }

func viewCase(v complaint.View) caseView {
	out := caseView{ID: v.ID, Number: v.Number, Estate: v.Estate, Unit: v.UnitName, Part: complaint.PartName(v.Case.Part), Place: v.Place, Lat: web.Degrees(v.Lat), Lng: web.Degrees(v.Lng),
		Matter: v.MatterName, Clause: v.Clause, ClauseText: v.ClauseText, Urgent: v.Urgent, Text: v.Text, State: string(v.State), StateName: complaint.StateNames[v.State],
		Ending: string(v.Ending), Lead: v.Lead, Supervisor: v.Supervisor, Joint: v.Joint, Next: v.NextNames, MergedInto: v.Into, Why: v.RouteReason,
		DueAt: web.TimeOr(v.DueAt), DueReference: v.DueReference, Until: web.TimeOr(v.HeldUntil), Overdue: v.Overdue, People: v.People, Returns: v.Returns,
		Visibility: string(v.Visibility), Display: string(v.Display), CreatedAt: web.Time(v.CreatedAt), FileIDs: v.FileIDs}
	if m := v.Mine; m != nil {
		out.ID = m.FiledID // under which this receipt acts, also after a merger
		out.Number, out.Cover, out.Standing, out.CreatedAt = m.Receipt, string(m.Hidden), string(m.State), web.Time(m.CreatedAt)
		out.Note = v.JoinNote()
		if m.RatedAt != nil {
			out.Rating = &ratingView{Response: string(m.Response), Solved: string(m.Solved), Satisfied: string(m.Satisfied), Comment: m.Comment}
		}
	}
	for _, a := range v.Allowed {
		out.Actions = append(out.Actions, string(a))
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, stepView{At: web.Time(s.At), Kind: string(s.Kind), Name: complaint.ActionNames[s.Kind], By: s.By, To: s.To, Clause: s.Clause, Text: s.Text, On: web.TimeOr(s.OnAt), Files: s.Files})
	}
	return out
}
