package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func joinRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officeListSimilar", Method: http.MethodPost, Path: "/estates/{id}/similar", Summary: "代录之前：小区里相近的、公开的、还没办结的投诉，来访的人可以直接加入", Action: org.FileForOthers, Rate: workRate}, listSimilar(d))
	web.Handle(g, web.Op{ID: "officeJoinComplaint", Method: http.MethodPost, Path: "/complaints/{id}/join", Summary: "替来访或来电的人加入一件公开的投诉：有自己的编号、确认和评价", Action: org.FileForOthers, Rate: workRate, Status: http.StatusCreated}, joinFor(d))
}

type similarInput struct {
	IDPath
	Body struct {
		Text       string `json:"text" minLength:"2" maxLength:"2000"`
		Matter     string `json:"matter,omitempty" maxLength:"64"`
		BuildingID int64  `json:"building_id,omitempty" minimum:"0"`
		Part       string `json:"part,omitempty" maxLength:"32"`
	}
}

type similarView struct {
	Likeness  int    `json:"likeness" doc:"相近程度，0到100"`
	ID        int64  `json:"id"`
	Number    string `json:"number"`
	Matter    string `json:"matter"`
	Part      string `json:"part,omitempty"`
	Place     string `json:"place,omitempty"`
	Text      string `json:"text"`
	StateName string `json:"state_name"`
	People    int    `json:"people" doc:"多少人投诉这件事"`
	Note      string `json:"note,omitempty" doc:"加入以前请念给来访的人听"`
}

func listSimilar(d Deps) func(context.Context, org.Actor, *similarInput) (*web.All[similarView], error) {
	return func(ctx context.Context, a org.Actor, in *similarInput) (*web.All[similarView], error) {
		b := in.Body
		rows, err := d.Complaints.ListSimilarFor(ctx, a, complaint.Draft{EstateID: in.ID, Text: b.Text, Matter: b.Matter, BuildingID: b.BuildingID, Part: b.Part})
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(s complaint.Similar) similarView {
			v := similarView{Likeness: s.Likeness, ID: s.ID, Number: s.Number, Matter: s.MatterName, Part: complaint.PartName(s.Case.Part), Place: s.Place, Text: s.Text, StateName: complaint.StateNames[s.State], People: s.People}
			if s.State == complaint.Answered {
				v.Note = complaint.JoinNote
			}
			return v
		}), nil
	}
}

type joinForInput struct {
	IDPath
	Body struct {
		Via       complaint.Source `json:"via" enum:"counter,phone" doc:"counter 窗口；phone 电话"`
		Name      string           `json:"name" minLength:"1" maxLength:"30" doc:"怎么称呼"`
		Phone     string           `json:"phone" maxLength:"11" doc:"手机号，用于查询进展和确认"`
		Text      string           `json:"text,omitempty" maxLength:"500" doc:"本人补充的话"`
		Cover     complaint.Cover  `json:"cover,omitempty" enum:"sealed" doc:"sealed 对物业和业委会保密"`
		ClientRef string           `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type joinedOutput struct {
	Body struct {
		Receipt   string     `json:"receipt" doc:"来访的人自己的受理编号"`
		ID        int64      `json:"id"`
		Number    string     `json:"number" doc:"加入的那一件"`
		StateName string     `json:"state_name"`
		Note      string     `json:"note,omitempty" doc:"请念给来访的人听"`
		Call      []ringView `json:"call,omitempty" doc:"紧急危险时先打这些电话"`
	}
}

func joinFor(d Deps) func(context.Context, org.Actor, *joinForInput) (*joinedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *joinForInput) (*joinedOutput, error) {
		b := in.Body
		c, receipt, err := d.Complaints.JoinFor(ctx, a, in.ID, b.Via, complaint.Contact{Name: b.Name, Phone: b.Phone},
			complaint.Joining{Text: b.Text, Cover: b.Cover, ClientRef: b.ClientRef, InputHash: web.InputHash("join", in.ID, b)})
		if err != nil {
			return nil, err
		}
		out := &joinedOutput{}
		out.Body.Receipt, out.Body.ID, out.Body.Number, out.Body.StateName, out.Body.Call = receipt, c.ID, c.Number, complaint.StateNames[c.State], calls(ctx, d, c)
		if c.State == complaint.Answered {
			out.Body.Note = complaint.JoinNote
		}
		return out, nil
	}
}

type ringView struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	When  string `json:"when,omitempty" doc:"什么情况、什么时间打"`
}

// calls are the numbers to ring when a case is dangerous. They are an addition: the case is shown without those of the
// register when it cannot be read.
func calls(ctx context.Context, d Deps, c *complaint.Case) []ringView {
	lines, _ := d.Complaints.Calls(ctx, c)
	var list []ringView
	for _, l := range lines {
		list = append(list, ringView{l.Name, l.Phone, l.Hours})
	}
	return list
}
