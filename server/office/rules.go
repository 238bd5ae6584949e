package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/web"
)

func ruleRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "规则", web.Staff)
	web.Handle(g, web.Op{ID: "officeListRules", Method: http.MethodGet, Path: "/rules", Summary: "现行规则和依据", Action: org.ReadRules}, listRules(d, (*rulepack.Set).Values))
	web.Handle(g, web.Op{ID: "officeListUnsetRules", Method: http.MethodGet, Path: "/rules/unset", Summary: "本地规则未配置：影响什么、由谁提供", Action: org.ReadRules}, listRules(d, (*rulepack.Set).Unset))
	web.Handle(g, web.Op{ID: "officeListLocalValues", Method: http.MethodGet, Path: "/rules/values", Summary: "录入的本地规则", Action: org.ReadRules}, listLocalValues(d))
	web.Handle(g, web.Op{ID: "officeEnterLocalValue", Method: http.MethodPost, Path: "/rules/values", Summary: "录入本地规则", Action: org.EnterRules, Status: http.StatusCreated}, enterLocalValue(d))
	web.Handle(g, web.Op{ID: "officeConfirmLocalValue", Method: http.MethodPost, Path: "/rules/values/{id}/decision", Summary: "由第二个人确认", Action: org.EnterRules}, confirmLocalValue(d))
}

type ruleView struct {
	Key        string `json:"key"`
	Title      string `json:"title"`
	Kind       string `json:"kind"`
	Value      string `json:"value,omitempty"`
	Unset      bool   `json:"unset" doc:"本地规则未配置"`
	Reference  bool   `json:"reference" doc:"参考值，待住建局确认"`
	Demo       bool   `json:"demo" doc:"演示值"`
	Local      bool   `json:"local" doc:"可由本地规则规定"`
	Article    string `json:"article,omitempty"`
	Source     string `json:"source,omitempty"`
	Blocks     string `json:"blocks,omitempty" doc:"未配置时不能做什么"`
	SuppliedBy string `json:"supplied_by,omitempty"`
}

type rulesOutput struct {
	Body struct {
		Version string     `json:"version" doc:"规则包和本地规则的版本"`
		Items   []ruleView `json:"items"`
	}
}

func listRules(d Deps, pick func(*rulepack.Set) []rulepack.Value) func(context.Context, org.Actor, *web.Empty) (*rulesOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*rulesOutput, error) {
		set, err := d.Org.RulesToday(ctx, a, d.Pack)
		if err != nil {
			return nil, err
		}
		out := &rulesOutput{}
		out.Body.Version, out.Body.Items = set.Stamp(), []ruleView{}
		for _, v := range pick(set) {
			out.Body.Items = append(out.Body.Items, ruleView{Key: v.Key, Title: v.Title, Kind: string(v.Kind), Value: v.Raw, Unset: v.Unset, Reference: v.Reference, Demo: v.Demo,
				Local: v.Local, Article: v.Article, Source: v.Source, Blocks: v.Blocks, SuppliedBy: rulepack.SupplierNames[v.SuppliedBy]})
		}
		return out, nil
	}
}

type valueView struct {
	ID          int64      `json:"id"`
	Key         string     `json:"key"`
	Value       string     `json:"value"`
	Article     string     `json:"article"`
	EffectiveOn string     `json:"effective_on"`
	Demo        bool       `json:"demo"`
	State       string     `json:"state"`
	EnteredBy   int64      `json:"entered_by"`
	ConfirmedBy int64      `json:"confirmed_by,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	Reason      string     `json:"reason,omitempty"`
}

type valueOutput struct{ Body valueView }

func viewValue(v org.LocalValue) valueView {
	return valueView{ID: v.ID, Key: v.Name, Value: v.Value, Article: v.Article, EffectiveOn: web.DayOr(&v.EffectiveOn), Demo: v.Demo, State: v.State,
		EnteredBy: v.EnteredBy, ConfirmedBy: v.ConfirmedBy, ConfirmedAt: web.TimeOr(v.ConfirmedAt), Reason: v.Reason}
}

func listLocalValues(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[valueView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[valueView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListValues(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v org.LocalValue) int64 { return v.ID }, viewValue), nil
	}
}

type enterInput struct {
	Body struct {
		Key         string `json:"key" minLength:"1" maxLength:"64" doc:"规则名称，见 GET /rules"`
		Value       string `json:"value" minLength:"1" maxLength:"2000"`
		Article     string `json:"article" minLength:"1" maxLength:"300" doc:"依据的文件和条款"`
		EffectiveOn string `json:"effective_on" format:"date" doc:"从哪一天起执行"`
	}
}

func enterLocalValue(d Deps) func(context.Context, org.Actor, *enterInput) (*valueOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterInput) (*valueOutput, error) {
		from, err := web.Day(in.Body.EffectiveOn, "effective_on")
		if err != nil {
			return nil, err
		}
		v, err := d.Org.EnterValue(ctx, a, d.Pack, org.NewLocalValue{Name: in.Body.Key, Value: in.Body.Value, Article: in.Body.Article, EffectiveOn: *from})
		if err != nil {
			return nil, err
		}
		return &valueOutput{Body: viewValue(*v)}, nil
	}
}

func confirmLocalValue(d Deps) func(context.Context, org.Actor, *decideInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*web.Empty, error) {
		return nil, d.Org.ConfirmValue(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
	}
}
