package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func deskRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officeBulkWork", Method: http.MethodPost, Path: "/complaints-bulk", Summary: "对多件投诉做同一个操作，逐件答复结果", Action: org.WorkComplaints, Rate: bulkRate, Timeout: 2 * time.Minute}, bulkWork(d))
	web.Handle(g, web.Op{ID: "officeExportComplaints", Method: http.MethodGet, Path: "/complaints.xlsx", Summary: "把当前筛选的投诉导出为 XLSX，最多20000件", Action: org.ReadComplaints, Rate: importRate, Timeout: 2 * time.Minute}, exportComplaints(d))
	web.Handle(g, web.Op{ID: "officeListViews", Method: http.MethodGet, Path: "/saved-views", Summary: "本岗位的常用筛选", Action: org.ReadComplaints}, listViews(d))
	web.Handle(g, web.Op{ID: "officeSaveView", Method: http.MethodPost, Path: "/saved-views", Summary: "保存常用筛选；同名的会更新", Action: org.ReadComplaints, Rate: workRate}, saveView(d))
	web.Handle(g, web.Op{ID: "officeDropView", Method: http.MethodDelete, Path: "/saved-views/{id}", Summary: "删除常用筛选", Action: org.ReadComplaints}, dropView(d))
	web.Handle(g, web.Op{ID: "officeListTemplates", Method: http.MethodGet, Path: "/templates", Summary: "本单位的答复模板", Action: org.WorkComplaints}, listTemplates(d))
	web.Handle(g, web.Op{ID: "officeWriteTemplate", Method: http.MethodPost, Path: "/templates", Summary: "保存答复模板；同名的会更新", Action: org.WorkComplaints, Rate: workRate}, writeTemplate(d))
	web.Handle(g, web.Op{ID: "officeDropTemplate", Method: http.MethodDelete, Path: "/templates/{id}", Summary: "删除答复模板", Action: org.WorkComplaints}, dropTemplate(d))
}

type bulkInput struct {
	Body struct {
		WorkBody
		IDs    []int64          `json:"ids" minItems:"1" maxItems:"100"`
		Action complaint.Action `json:"action" enum:"accept,transfer,refuse,redirect,plan,hold,resume,ask,note,assign,answer,force_close,reopen" doc:"要做的操作"`
	}
}

type outcomeView struct {
	ID        int64         `json:"id"`
	Done      bool          `json:"done"`
	StateName string        `json:"state_name,omitempty"`
	Code      string        `json:"code,omitempty" doc:"没有做成时的原因代码"`
	Detail    string        `json:"detail,omitempty" doc:"没有做成时的原因"`
	Errors    []fault.Field `json:"errors,omitempty"`
}

func bulkWork(d Deps) func(context.Context, org.Actor, *bulkInput) (*web.All[outcomeView], error) {
	return func(ctx context.Context, a org.Actor, in *bulkInput) (*web.All[outcomeView], error) {
		input, err := in.Body.input(in.Body.Action)
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ActAll(ctx, a, in.Body.IDs, in.Body.Action, input)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(o complaint.Outcome) outcomeView {
			v := outcomeView{ID: o.ID, Done: o.Err == nil}
			if o.Err != nil {
				f := fault.Of(o.Err)
				v.Code, v.Detail, v.Errors = f.Code, f.Message, f.Fields
			} else {
				v.StateName = complaint.StateNames[o.Case.State]
			}
			return v
		}), nil
	}
}

type savedView struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query" doc:"投诉列表的查询参数，例如 list=area&overdue=true"`
}

func listViews(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[savedView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[savedView], error) {
		rows, err := d.Complaints.ListSavedViews(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(v complaint.SavedView) savedView { return savedView{v.ID, v.Name, v.Query} }), nil
	}
}

type saveViewInput struct {
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"40"`
		Query string `json:"query" maxLength:"1000" doc:"投诉列表的查询参数"`
	}
}

type savedViewOutput struct{ Body savedView }

func saveView(d Deps) func(context.Context, org.Actor, *saveViewInput) (*savedViewOutput, error) {
	return func(ctx context.Context, a org.Actor, in *saveViewInput) (*savedViewOutput, error) {
		v, err := d.Complaints.SaveView(ctx, a, in.Body.Name, in.Body.Query)
		if err != nil {
			return nil, err
		}
		return &savedViewOutput{Body: savedView{v.ID, v.Name, v.Query}}, nil
	}
}

func dropView(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Complaints.DropView(ctx, a, in.ID)
	}
}

type templateView struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Action string `json:"action,omitempty" doc:"用于哪个操作；空为都可以"`
	Matter string `json:"matter,omitempty" doc:"用于哪个事项；空为都可以"`
	Text   string `json:"text"`
}

func viewTemplate(t complaint.Template) templateView {
	return templateView{t.ID, t.Name, string(t.Action), t.Matter, t.Text}
}

type templatesInput struct {
	Action complaint.Action `query:"action" maxLength:"16" doc:"只看能用于这个操作的"`
	Matter string           `query:"matter" maxLength:"64" doc:"只看能用于这个事项的"`
}

func listTemplates(d Deps) func(context.Context, org.Actor, *templatesInput) (*web.All[templateView], error) {
	return func(ctx context.Context, a org.Actor, in *templatesInput) (*web.All[templateView], error) {
		rows, err := d.Complaints.ListTemplates(ctx, a, in.Action, in.Matter)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewTemplate), nil
	}
}

type writeTemplateInput struct {
	Body struct {
		Name   string           `json:"name" minLength:"1" maxLength:"40"`
		Action complaint.Action `json:"action,omitempty" maxLength:"16"`
		Matter string           `json:"matter,omitempty" maxLength:"64"`
		Text   string           `json:"text" minLength:"2" maxLength:"2000"`
	}
}

type replyTemplateOutput struct{ Body templateView }

func writeTemplate(d Deps) func(context.Context, org.Actor, *writeTemplateInput) (*replyTemplateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *writeTemplateInput) (*replyTemplateOutput, error) {
		b := in.Body
		t, err := d.Complaints.WriteTemplate(ctx, a, complaint.Template{Name: b.Name, Action: b.Action, Matter: b.Matter, Text: b.Text})
		if err != nil {
			return nil, err
		}
		return &replyTemplateOutput{Body: viewTemplate(*t)}, nil
	}
}

func dropTemplate(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Complaints.DropTemplate(ctx, a, in.ID)
	}
}

func exportComplaints(d Deps) func(context.Context, org.Actor, *complaintsInput) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *complaintsInput) (*web.SheetOutput, error) {
		in.Cursor = ""
		f, err := in.filter()
		if err != nil {
			return nil, err
		}
		sheet, err := web.NewSheet("投诉", []string{"编号", "来源", "小区", "地点", "事项", "依据条款", "类别", "内容", "状态", "主办单位", "收到时间", "办理时限", "是否超期", "投诉人数", "退办次数", "退回次数", "升级次数", "办结时间", "办结方式"},
			[]float64{18, 10, 18, 20, 18, 12, 12, 60, 10, 24, 17, 17, 8, 8, 8, 8, 8, 17, 10})
		if err != nil {
			return nil, err
		}
		err = d.Complaints.ExportList(ctx, a, in.Text, f, func(v complaint.View) error {
			c := viewCase(v)
			late := ""
			if c.Overdue {
				late = "是"
			}
			return sheet.Add(c.Number, c.SourceName, c.Estate, c.Part+c.Place, c.Matter, c.Clause, c.ClassName, c.Text, c.StateName, c.Lead, c.CreatedAt, c.DueAt, late, c.People, c.Refusals,
				c.Returns, c.Escalations, v.ClosedAt, complaint.EndingNames[v.Ending])
		})
		if err != nil {
			return nil, err
		}
		return sheet.Output("complaints")
	}
}
