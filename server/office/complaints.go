package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func complaintRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officeListComplaints", Method: http.MethodGet, Path: "/complaints", Summary: "投诉件", Action: org.ReadComplaints}, listComplaints(d))
	web.Handle(g, web.Op{ID: "officeShowComplaint", Method: http.MethodGet, Path: "/complaints/{id}", Summary: "一件投诉和办理步骤", Action: org.ReadComplaints}, showComplaint(d))
	for _, w := range works {
		web.Handle(g, web.Op{ID: "office" + w.id, Method: http.MethodPost, Path: "/complaints/{id}/" + w.path, Summary: w.says, Action: org.WorkComplaints, Rate: workRate}, workOn(d, w.action))
	}
	web.Handle(g, web.Op{ID: "officeFileComplaint", Method: http.MethodPost, Path: "/complaints", Summary: "代录投诉：居民到窗口或打电话来", Action: org.FileForOthers, Rate: workRate, Status: http.StatusCreated}, fileFor(d))
	web.Handle(g, web.Op{ID: "officeFilePatrol", Method: http.MethodPost, Path: "/patrols", Summary: "巡查发现", Action: org.FileForOthers, Rate: workRate, Status: http.StatusCreated}, filePatrol(d))
	web.Handle(g, web.Op{ID: "officeRevealComplainant", Method: http.MethodPost, Path: "/complaints/{id}/reveal", Summary: "查看投诉人联系方式（留痕，投诉人可见）", Action: org.WorkComplaints, Rate: revealRate}, revealComplainant(d))
	web.Handle(g, web.Op{ID: "officeListReview", Method: http.MethodGet, Path: "/complaints-review", Summary: "待审核能否公开的投诉文字", Action: org.ReviewContent}, listReview(d))
	web.Handle(g, web.Op{ID: "officeScreenComplaint", Method: http.MethodPost, Path: "/complaints/{id}/screening", Summary: "决定能否公开", Action: org.ReviewContent, Rate: workRate}, screenComplaint(d))
}

type complaintsInput struct {
	List     complaint.WorkList `query:"list" enum:"all,waiting,mine,unit,area" default:"all" doc:"all 全部（新的在前）；waiting 等本单位办理；mine 本岗位经办；unit 本单位参与；area 辖区未办结。后四种紧急和快到期的在前"`
	EstateID int64              `query:"estate_id" minimum:"0"`
	State    complaint.State    `query:"state" enum:"dispatched,accepted,offered,arbitration,planned,awaiting,held,parted,answered,returned,closed,merged,withdrawn" doc:"状态；不填为全部"`
	Matter   string             `query:"matter" maxLength:"64" doc:"事项代码"`
	Source   complaint.Source   `query:"source" enum:"resident,counter,phone,slip,patrol,hotline,open311,split" doc:"来源；不填为全部"`
	LeadID   int64              `query:"lead_id" minimum:"0" doc:"主办单位"`
	Overdue  bool               `query:"overdue" doc:"只看超期的"`
	Urgent   bool               `query:"urgent" doc:"只看紧急的"`
	From     string             `query:"from" format:"date" doc:"从哪一天收到"`
	To       string             `query:"to" format:"date" doc:"到哪一天收到（含）"`
	Text     string             `query:"text" maxLength:"60" doc:"搜索内容、地点、事项、办理记录或受理编号；几个词用空格隔开，都要有。有搜索时新的在前"`
	web.Page
}

func (in *complaintsInput) filter() (complaint.Filter, error) {
	f := complaint.Filter{List: in.List, EstateID: in.EstateID, State: in.State, Matter: in.Matter, Source: in.Source, LeadID: in.LeadID, Overdue: in.Overdue, Urgent: in.Urgent, Limit: in.Want()}
	var err error
	if in.List == complaint.AllCases || in.Text != "" {
		f.After, err = in.Page.From()
	} else {
		f.AfterQueue, f.After, err = in.FromPair()
	}
	if err != nil {
		return f, err
	}
	from, err := web.Day(in.From, "from")
	if err != nil {
		return f, err
	}
	to, err := web.Day(in.To, "to")
	if err != nil {
		return f, err
	}
	if from != nil {
		f.From = web.StartOf(*from)
	}
	if to != nil {
		f.To = web.StartOf(to.AddDate(0, 0, 1))
	}
	return f, nil
}

func listComplaints(d Deps) func(context.Context, org.Actor, *complaintsInput) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *complaintsInput) (*web.List[caseView], error) {
		f, err := in.filter()
		if err != nil {
			return nil, err
		}
		if in.Text != "" {
			f.Limit = in.Page.Limit
			found, err := d.Complaints.Search(ctx, a, in.Text, f)
			if err != nil {
				return nil, err
			}
			return web.PagedAt(found.Views, found.Next, viewCase), nil
		}
		rows, err := d.Complaints.List(ctx, a, f)
		if err != nil {
			return nil, err
		}
		if in.List == complaint.AllCases {
			return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
		}
		return web.PagedPair(in.Page, rows, func(v complaint.View) (int64, int64) { return v.Queue, v.ID }, viewCase), nil
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

type contactOutput struct {
	Body struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}
}

type revealInput struct {
	IDPath
	Body struct {
		Reason  string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么要看，投诉人会看到"`
		Receipt string `json:"receipt,omitempty" maxLength:"32" doc:"哪一位投诉人的受理编号；不填为最早的一位"`
	}
}

func revealComplainant(d Deps) func(context.Context, org.Actor, *revealInput) (*contactOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revealInput) (*contactOutput, error) {
		who, err := d.Complaints.RevealComplainant(ctx, a, in.ID, in.Body.Receipt, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		out := &contactOutput{}
		out.Body.Name, out.Body.Phone = who.Name, who.Phone
		if who.PersonID != 0 {
			out.Body.Name, out.Body.Phone, err = d.Org.Contact(ctx, who.PersonID)
		}
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
