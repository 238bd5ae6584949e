package office

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/web"
)

func mandateRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "职责清单", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowMandates", Method: http.MethodGet, Path: "/mandates", Summary: "现行职责清单：事项、单位、条款", Action: org.ReadRules}, showMandates(d))
	web.Handle(g, web.Op{ID: "officePreviewMandates", Method: http.MethodPost, Path: "/mandates/preview", Summary: "试算：哪些未办结的投诉会换单位", Action: org.EnterRules, Rate: workRate}, previewMandates(d))
	web.Handle(g, web.Op{ID: "officeListMandateVersions", Method: http.MethodGet, Path: "/mandates/versions", Summary: "历次修改", Action: org.ReadRules}, listMandateVersions(d))
	web.Handle(g, web.Op{ID: "officeReviseMandates", Method: http.MethodPost, Path: "/mandates/versions", Summary: "录入修改，由第二个人确认后执行", Action: org.EnterRules, Rate: workRate, Status: http.StatusCreated}, reviseMandates(d))
	web.Handle(g, web.Op{ID: "officePreviewMandateVersion", Method: http.MethodGet, Path: "/mandates/versions/{id}/preview", Summary: "录入的修改会让哪些未办结的投诉换单位", Action: org.EnterRules}, previewVersion(d))
	web.Handle(g, web.Op{ID: "officeDecideMandateVersion", Method: http.MethodPost, Path: "/mandates/versions/{id}/decision", Summary: "由第二个人确认", Action: org.EnterRules}, decideMandates(d))
}

type mandatesOutput struct {
	Body struct {
		Version string            `json:"version" doc:"职责清单的版本"`
		Matters []rulepack.Matter `json:"matters"`
		Duties  []rulepack.Duty   `json:"duties" doc:"条款原文"`
		Units   []mandateUnit     `json:"units" doc:"清单里可以写的单位"`
	}
}

type mandateUnit struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func showMandates(d Deps) func(context.Context, org.Actor, *web.Empty) (*mandatesOutput, error) {
	return func(ctx context.Context, _ org.Actor, _ *web.Empty) (*mandatesOutput, error) {
		p, err := d.Complaints.MandatesNow(ctx)
		if err != nil {
			return nil, err
		}
		out := &mandatesOutput{}
		out.Body.Version, out.Body.Matters, out.Body.Duties = p.Stamp(), p.Matters, p.Duties
		for _, ref := range p.Refs() {
			out.Body.Units = append(out.Body.Units, mandateUnit{Code: ref, Name: p.UnitName(ref)})
		}
		return out, nil
	}
}

type revisionInput struct {
	Body rulepack.Revision
}

type rerouteView struct {
	EstateID int64    `json:"estate_id"`
	Estate   string   `json:"estate"`
	Matter   string   `json:"matter"`
	Now      string   `json:"now" doc:"按现行清单"`
	Then     string   `json:"then" doc:"按修改后的清单"`
	Cases    int64    `json:"cases"`
	Numbers  []string `json:"numbers" doc:"其中几件的编号"`
}

type rerouteOutput struct {
	Body struct {
		Cases int64         `json:"cases" doc:"会换单位、顺序、条款或时限类别的未办结投诉；它们仍按原来的清单办理"`
		Items []rerouteView `json:"items" doc:"最多200组"`
	}
}

func viewReroutes(total int64, rows []complaint.Reroute) *rerouteOutput {
	out := &rerouteOutput{}
	out.Body.Cases, out.Body.Items = total, []rerouteView{}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, rerouteView{EstateID: r.EstateID, Estate: r.EstateName, Matter: r.MatterName, Now: r.Now, Then: r.Then, Cases: r.Cases, Numbers: r.Numbers})
	}
	return out
}

func previewMandates(d Deps) func(context.Context, org.Actor, *revisionInput) (*rerouteOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revisionInput) (*rerouteOutput, error) {
		total, rows, err := d.Complaints.Preview(ctx, a, in.Body)
		if err != nil {
			return nil, err
		}
		return viewReroutes(total, rows), nil
	}
}

func previewVersion(d Deps) func(context.Context, org.Actor, *IDPath) (*rerouteOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*rerouteOutput, error) {
		total, rows, err := d.Complaints.PreviewVersion(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return viewReroutes(total, rows), nil
	}
}

type mandateVersionView struct {
	ID          int64             `json:"id"`
	Number      int               `json:"number,omitempty" doc:"确认后的版本号"`
	Base        int               `json:"base" doc:"在哪个版本上修改"`
	Revision    rulepack.Revision `json:"revision"`
	Reason      string            `json:"reason"`
	Article     string            `json:"article"`
	State       string            `json:"state" enum:"proposed,confirmed,rejected"`
	EnteredBy   int64             `json:"entered_by"`
	EnteredAt   time.Time         `json:"entered_at"`
	ConfirmedBy int64             `json:"confirmed_by,omitempty"`
	ConfirmedAt *time.Time        `json:"confirmed_at,omitempty"`
	Decision    string            `json:"decision,omitempty"`
}

type mandateVersionOutput struct{ Body mandateVersionView }

func viewMandateVersion(v complaint.MandateVersion) mandateVersionView {
	out := mandateVersionView{ID: v.ID, Base: v.Base, Reason: v.Reason, Article: v.Article, State: v.State, EnteredBy: v.EnteredBy, EnteredAt: web.Time(v.EnteredAt),
		ConfirmedBy: v.ConfirmedBy, ConfirmedAt: web.TimeOr(v.ConfirmedAt), Decision: v.Decision}
	if v.Number != nil {
		out.Number = *v.Number
	}
	// What was stored is what was entered; a row that cannot be read shows an empty revision and keeps the rest.
	_ = json.Unmarshal([]byte(v.Revision), &out.Revision)
	return out
}

func listMandateVersions(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[mandateVersionView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[mandateVersionView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListMandateVersions(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v complaint.MandateVersion) int64 { return v.ID }, viewMandateVersion), nil
	}
}

type reviseMandatesInput struct {
	Body struct {
		rulepack.Revision
		Reason  string `json:"reason" minLength:"2" maxLength:"500" doc:"为什么修改"`
		Article string `json:"article" minLength:"2" maxLength:"300" doc:"依据的文件和条款"`
	}
}

func reviseMandates(d Deps) func(context.Context, org.Actor, *reviseMandatesInput) (*mandateVersionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviseMandatesInput) (*mandateVersionOutput, error) {
		v, err := d.Complaints.Revise(ctx, a, in.Body.Revision, in.Body.Reason, in.Body.Article)
		if err != nil {
			return nil, err
		}
		return &mandateVersionOutput{Body: viewMandateVersion(*v)}, nil
	}
}

func decideMandates(d Deps) func(context.Context, org.Actor, *decideInput) (*mandateVersionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*mandateVersionOutput, error) {
		v, err := d.Complaints.DecideRevision(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &mandateVersionOutput{Body: viewMandateVersion(*v)}, nil
	}
}
