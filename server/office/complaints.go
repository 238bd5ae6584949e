package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func complaintRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officeListComplaints", Method: http.MethodGet, Path: "/complaints", Summary: "投诉件", Action: org.ReadComplaints}, listComplaints(d))
	web.Handle(g, web.Op{ID: "officeShowComplaint", Method: http.MethodGet, Path: "/complaints/{id}", Summary: "一件投诉和办理步骤", Action: org.ReadComplaints}, showComplaint(d))
	web.Handle(g, web.Op{ID: "officeAcceptComplaint", Method: http.MethodPost, Path: "/complaints/{id}/accept", Summary: "受理或签收", Action: org.WorkComplaints, Rate: workRate}, acceptComplaint(d))
	web.Handle(g, web.Op{ID: "officeTransferComplaint", Method: http.MethodPost, Path: "/complaints/{id}/transfer", Summary: "转请其他单位主办", Action: org.WorkComplaints, Rate: workRate}, transferComplaint(d))
	web.Handle(g, web.Op{ID: "officeNoteComplaint", Method: http.MethodPost, Path: "/complaints/{id}/note", Summary: "告知进展", Action: org.WorkComplaints, Rate: workRate}, noteComplaint(d))
	web.Handle(g, web.Op{ID: "officeAnswerComplaint", Method: http.MethodPost, Path: "/complaints/{id}/answer", Summary: "答复", Action: org.WorkComplaints, Rate: workRate}, answerComplaint(d))
	web.Handle(g, web.Op{ID: "officeRevealComplainant", Method: http.MethodPost, Path: "/complaints/{id}/reveal", Summary: "查看投诉人联系方式（留痕，投诉人可见）", Action: org.WorkComplaints, Rate: revealRate}, revealComplainant(d))
	web.Handle(g, web.Op{ID: "officeListReview", Method: http.MethodGet, Path: "/complaints-review", Summary: "待审核能否公开的投诉文字", Action: org.ReviewContent}, listReview(d))
	web.Handle(g, web.Op{ID: "officeScreenComplaint", Method: http.MethodPost, Path: "/complaints/{id}/screening", Summary: "决定能否公开", Action: org.ReviewContent, Rate: workRate}, screenComplaint(d))
}

// caseView is a complaint as an office sees it: without the complainant.
type caseView struct {
	ID           int64      `json:"id"`
	Number       string     `json:"number"`
	EstateID     int64      `json:"estate_id"`
	Estate       string     `json:"estate"`
	Unit         string     `json:"unit,omitempty"`
	Place        string     `json:"place,omitempty"`
	Matter       string     `json:"matter"`
	MatterCode   string     `json:"matter_code,omitempty"`
	Clause       string     `json:"clause"`
	ClauseText   string     `json:"clause_text,omitempty"`
	Class        string     `json:"class"`
	Text         string     `json:"text"`
	State        string     `json:"state"`
	StateName    string     `json:"state_name"`
	LeadID       int64      `json:"lead_id"`
	Lead         string     `json:"lead"`
	OfferedID    int64      `json:"offered_id,omitempty"`
	Offered      string     `json:"offered,omitempty" doc:"正转请哪个单位主办"`
	Joint        []string   `json:"joint,omitempty"`
	Why          string     `json:"why,omitempty"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	DueReference bool       `json:"due_reference,omitempty"`
	Overdue      bool       `json:"overdue"`
	Returns      int        `json:"returns"`
	Rules        string     `json:"rules" doc:"依据的规则版本"`
	CreatedAt    time.Time  `json:"created_at"`
	Actions      []string   `json:"actions,omitempty" doc:"您的单位现在可以做什么"`
	Steps        []stepView `json:"steps,omitempty"`
	FileIDs      []int64    `json:"file_ids,omitempty"`
}

type stepView struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	State  string    `json:"state"`
	By     string    `json:"by"`
	To     string    `json:"to,omitempty"`
	Clause string    `json:"clause,omitempty"`
	Text   string    `json:"text,omitempty"`
}

type caseOutput struct{ Body caseView }

func viewCase(v complaint.View) caseView {
	out := caseView{ID: v.ID, Number: v.Number, EstateID: v.EstateID, Estate: v.Estate, Place: v.Place, Matter: v.MatterName, MatterCode: v.Matter,
		Clause: v.Clause, ClauseText: v.ClauseText, Class: v.Class, Text: v.Text, State: string(v.State), StateName: complaint.StateNames[v.State], LeadID: v.LeadID, Lead: v.Lead,
		OfferedID: v.OfferedID, Offered: v.Offered, Joint: v.Joint, Why: v.RouteReason, DueAt: web.TimeOr(v.DueAt), DueReference: v.DueReference, Overdue: v.Overdue,
		Returns: v.Returns, Rules: v.MandateVersion, CreatedAt: web.Time(v.CreatedAt), FileIDs: v.FileIDs}
	// A unit names its household; a complaint about a body keeps it from everybody who works on the case by default.
	if v.AboutID == 0 {
		out.Unit = v.UnitName
	}
	for _, a := range v.Allowed {
		if a != complaint.Confirm && a != complaint.Return {
			out.Actions = append(out.Actions, string(a))
		}
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, stepView{Seq: s.Seq, At: web.Time(s.At), Kind: string(s.Kind), Name: complaint.ActionNames[s.Kind], State: string(s.State), By: s.By, To: s.To, Clause: s.Clause, Text: s.Text})
	}
	return out
}

type complaintsInput struct {
	EstateID int64           `query:"estate_id" minimum:"0"`
	State    complaint.State `query:"state" enum:"dispatched,accepted,offered,answered,returned,closed" doc:"状态；不填为全部"`
	Mine     bool            `query:"mine" doc:"只看等本单位办理的"`
	web.Page
}

func listComplaints(d Deps) func(context.Context, org.Actor, *complaintsInput) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *complaintsInput) (*web.List[caseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.List(ctx, a, complaint.Filter{EstateID: in.EstateID, State: in.State, Mine: in.Mine, Before: before, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

func showComplaint(d Deps) func(context.Context, org.Actor, *IDPath) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*caseOutput, error) { return seen(ctx, d, a, in.ID) }
}

func seen(ctx context.Context, d Deps, a org.Actor, id int64) (*caseOutput, error) {
	v, err := d.Complaints.Find(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &caseOutput{Body: viewCase(*v)}, nil
}

type actInput struct {
	IDPath
	Body struct {
		Text      string `json:"text,omitempty" maxLength:"2000"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"重复提交时答复第一次的结果" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func (in *actInput) input(action string) complaint.Input {
	return complaint.Input{Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(action, in.Body.Text)}
}

func acceptComplaint(d Deps) func(context.Context, org.Actor, *actInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *actInput) (*caseOutput, error) {
		if _, err := d.Complaints.Accept(ctx, a, in.ID, in.input("accept")); err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}

func noteComplaint(d Deps) func(context.Context, org.Actor, *actInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *actInput) (*caseOutput, error) {
		if _, err := d.Complaints.Tell(ctx, a, in.ID, in.input("note")); err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}

func answerComplaint(d Deps) func(context.Context, org.Actor, *actInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *actInput) (*caseOutput, error) {
		if _, err := d.Complaints.Reply(ctx, a, in.ID, in.input("answer")); err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}

type transferCaseInput struct {
	IDPath
	Body struct {
		To        int64  `json:"to" minimum:"1" doc:"转给哪个单位"`
		Clause    string `json:"clause" minLength:"1" maxLength:"64" doc:"依据职责清单的条款，例如 五(四)3"`
		Text      string `json:"text" minLength:"1" maxLength:"500" doc:"转办理由"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func transferComplaint(d Deps) func(context.Context, org.Actor, *transferCaseInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *transferCaseInput) (*caseOutput, error) {
		b := in.Body
		_, err := d.Complaints.OfferTransfer(ctx, a, in.ID, complaint.Input{ToID: b.To, Clause: b.Clause, Text: b.Text, ClientRef: b.ClientRef,
			InputHash: web.InputHash("transfer", b.To, b.Clause, b.Text)})
		if err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}

type contactOutput struct {
	Body struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}
}

func revealComplainant(d Deps) func(context.Context, org.Actor, *reasonInput) (*contactOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reasonInput) (*contactOutput, error) {
		person, err := d.Complaints.RevealComplainant(ctx, a, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		out := &contactOutput{}
		out.Body.Name, out.Body.Phone, err = d.Org.Contact(ctx, person)
		return out, err
	}
}

func listReview(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[caseView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListReview(ctx, a, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

type screenInput struct {
	IDPath
	Body struct {
		Show   bool   `json:"show" doc:"可以公开"`
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func screenComplaint(d Deps) func(context.Context, org.Actor, *screenInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *screenInput) (*web.Empty, error) {
		return nil, d.Complaints.Screen(ctx, a, in.ID, in.Body.Show, in.Body.Reason)
	}
}
