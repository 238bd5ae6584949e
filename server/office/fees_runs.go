package office

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feeRunRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePreviewFeeRun", Method: http.MethodPost, Path: "/fee-rules/{id}/run-preview", Summary: "预览出账：户数、总额、样例、哪些户不出账和原因；什么都不写", Action: org.RunFees, Rate: bulkRate, Timeout: time.Minute}, previewRun(d))
	web.Handle(g, web.Op{ID: "officePublishFeeRun", Method: http.MethodPost, Path: "/fee-rules/{id}/runs", Summary: "发布预览过的出账", Detail: "带上预览里的户数和总额，不一致就不发布。账单在后台分批生成，全部完成后住户才看到；同一项目、同一期间、同一户只出一次。", Action: org.RunFees, Rate: bulkRate, Timeout: time.Minute, Status: http.StatusCreated}, feeDo(d, publishRun))
	web.Handle(g, web.Op{ID: "officeListFeeRuns", Method: http.MethodGet, Path: "/estates/{id}/fee-runs", Summary: "历次出账，新的在前", Action: org.RunFees}, listRuns(d))
	web.Handle(g, web.Op{ID: "officeShowFeeRun", Method: http.MethodGet, Path: "/fee-runs/{id}", Summary: "一次出账和进度", Action: org.RunFees}, showRun(d))
	web.Handle(g, web.Op{ID: "officeCancelFeeRun", Method: http.MethodPost, Path: "/fee-runs/{id}/cancellation", Summary: "提出撤销出账，写明原因；另一人审批后撤销。已交的先退款，或转为预交款", Action: org.RunFees, Rate: workRate}, feeDo(d, cancelRun))
	web.Handle(g, web.Op{ID: "officeListFeeBills", Method: http.MethodGet, Path: "/estates/{id}/fee-bills", Summary: "账单，新的在前；可按户、出账、状态、账单号查", Action: org.RunFees}, listBills(d))
	web.Handle(g, web.Op{ID: "officeShowFeeBill", Method: http.MethodGet, Path: "/fee-bills/{id}", Summary: "一张账单：怎么算的、减了什么、还欠多少", Action: org.RunFees}, showBill(d))
	web.Handle(g, web.Op{ID: "officeFeeAccount", Method: http.MethodGet, Path: "/units/{id}/fee-account", Summary: "一户欠多少、预交多少、押金多少", Action: org.RunFees}, showHeld(d))
}

// RunBody is a run to be.
type RunBody struct {
	Period   string `json:"period" format:"date" doc:"期间的第一天：某月1日"`
	Months   int64  `json:"months" minimum:"1" maximum:"12"`
	DueOn    string `json:"due_on" format:"date" doc:"缴费的最后一天"`
	Pool     string `json:"pool,omitempty" maxLength:"16" doc:"元，公摊项目本期的总额"`
	PoolText string `json:"pool_text,omitempty" maxLength:"200" doc:"公摊的是什么、凭哪张账单"`
}

func (b RunBody) billing(rule int64) (in fee.Billing, err error) {
	in = fee.Billing{RuleID: rule, Months: b.Months, PoolText: b.PoolText}
	if in.PeriodOn, err = dayOf(b.Period, "period"); err != nil {
		return in, err
	}
	if in.DueOn, err = dayOf(b.DueOn, "due_on"); err != nil {
		return in, err
	}
	in.Pool, err = yuan(b.Pool, "pool")
	return in, err
}

// PublishRunBody is a run as its preview showed it.
type PublishRunBody struct {
	Tapped
	RunBody
	Units int    `json:"units" minimum:"1" doc:"预览里的户数"`
	Total string `json:"total" maxLength:"16" doc:"预览里的总额，元"`
}

func publishRun(ctx context.Context, s *fee.Service, a org.Actor, id int64, b PublishRunBody) (int64, error) {
	in, err := b.billing(id)
	if err != nil {
		return 0, err
	}
	total, err := yuan(b.Total, "total")
	if err != nil {
		return 0, err
	}
	return s.Publish(ctx, a, in, b.Units, total)
}

// CancelRunBody is why a run is taken back.
type CancelRunBody struct {
	Tapped
	Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"业主会看到"`
	Carry  bool   `json:"carry,omitempty" doc:"已交的转为预交款，出新账单时自动抵扣"`
}

func cancelRun(ctx context.Context, s *fee.Service, a org.Actor, id int64, b CancelRunBody) (int64, error) {
	return s.Cancel(ctx, a, id, b.Reason, b.Carry)
}

type previewRunInput struct {
	IDPath
	Body RunBody
}

type skippedView struct {
	UnitID int64  `json:"unit_id"`
	Unit   string `json:"unit"`
	Why    string `json:"why"`
}

type runSample struct {
	UnitID    int64  `json:"unit_id"`
	Unit      string `json:"unit"`
	Amount    string `json:"amount" doc:"元"`
	Why       string `json:"why" doc:"怎么算的"`
	Developer bool   `json:"developer,omitempty" doc:"未售或未交付，由建设单位交"`
}

type previewRunOutput struct {
	Body struct {
		Units     int            `json:"units"`
		Total     string         `json:"total" doc:"元"`
		Area      string         `json:"area" doc:"平方米"`
		Parts     int            `json:"parts" doc:"分几批生成"`
		Sample    []runSample    `json:"sample" doc:"前20户"`
		Skipped   map[string]int `json:"skipped" doc:"不出账的原因和户数"`
		Left      []skippedView  `json:"skipped_sample" doc:"不出账的前20户"`
		Developer int            `json:"developer" doc:"由建设单位交的户数"`
		Unknown   int            `json:"developer_unknown" doc:"其中名册里没有建设单位的户数，请先完善名册"`
	}
}

func previewRun(d Deps) func(context.Context, org.Actor, *previewRunInput) (*previewRunOutput, error) {
	return func(ctx context.Context, a org.Actor, in *previewRunInput) (*previewRunOutput, error) {
		billing, err := in.Body.billing(in.ID)
		if err != nil {
			return nil, err
		}
		v, err := d.Fees.Preview(ctx, a, billing)
		if err != nil {
			return nil, err
		}
		out := &previewRunOutput{}
		b := &out.Body
		b.Units, b.Total, b.Area, b.Parts, b.Developer, b.Unknown, b.Skipped = v.Run.Units, v.Run.Total.String(), v.Run.AreaMilli.String(), v.Run.Parts, v.Developer, v.Unknown, skipNames(v.Counts)
		for _, x := range v.Sample {
			b.Sample = append(b.Sample, runSample{x.UnitID, x.Unit, x.Amount.String(), x.Words, x.Developer})
		}
		for _, x := range v.Skipped {
			b.Left = append(b.Left, skippedView{x.UnitID, x.Unit, fee.SkipNames[x.Why]})
		}
		return out, nil
	}
}

func skipNames(n map[fee.Skip]int) map[string]int {
	named := map[string]int{}
	for why, units := range n {
		named[fee.SkipNames[why]] = units
	}
	return named
}

type feeRunView struct {
	ID          int64          `json:"id"`
	RuleID      int64          `json:"rule_id"`
	Rule        string         `json:"rule,omitempty"`
	State       fee.RunState   `json:"state"`
	StateName   string         `json:"state_name"`
	From        string         `json:"from" format:"date"`
	To          string         `json:"to" format:"date"`
	DueOn       string         `json:"due_on" format:"date"`
	Units       int            `json:"units"`
	Total       string         `json:"total" doc:"元"`
	Pool        string         `json:"pool,omitempty"`
	PoolText    string         `json:"pool_text,omitempty"`
	Skipped     map[string]int `json:"skipped,omitempty"`
	Parts       int            `json:"parts"`
	Done        int            `json:"parts_done,omitempty" doc:"已经生成的批数"`
	Reversed    int            `json:"parts_reversed,omitempty" doc:"已经撤销的批数"`
	Paid        int64          `json:"paid_bills,omitempty" doc:"已经收了钱的账单"`
	Reason      string         `json:"reason,omitempty" doc:"撤销的原因"`
	PublishedAt time.Time      `json:"published_at"`
	DoneAt      *time.Time     `json:"done_at,omitempty"`
}

func viewFeeRun(r fee.Run) feeRunView {
	v := feeRunView{ID: r.ID, RuleID: r.RuleID, State: r.State, StateName: fee.RunNames[r.State], From: r.PeriodOn.Format(time.DateOnly), To: r.EndsOn.Format(time.DateOnly), DueOn: r.DueOn.Format(time.DateOnly), Units: r.Units, Total: r.Total.String(),
		PoolText: r.PoolText, Parts: r.Parts, Reason: r.CancelReason, PublishedAt: web.Time(r.PublishedAt), DoneAt: web.TimeOr(r.DoneAt)}
	if r.Pool != 0 {
		v.Pool = r.Pool.String()
	}
	var n map[fee.Skip]int
	if json.Unmarshal([]byte(r.Skipped), &n) == nil {
		v.Skipped = skipNames(n)
	}
	return v
}

func listRuns(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[feeRunView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[feeRunView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListRuns(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r fee.Run) int64 { return r.ID }, viewFeeRun), nil
	}
}

type feeRunOutput struct{ Body feeRunView }

func showRun(d Deps) func(context.Context, org.Actor, *IDPath) (*feeRunOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeRunOutput, error) {
		v, err := d.Fees.FindRun(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &feeRunOutput{Body: viewFeeRun(v.Run)}
		out.Body.Rule, out.Body.Done, out.Body.Reversed, out.Body.Paid = v.Rule.Name, v.DoneBy["done"], v.DoneBy["reversed"], v.Paid
		return out, nil
	}
}

type billsInput struct {
	IDPath
	UnitID int64         `query:"unit_id" minimum:"0"`
	RunID  int64         `query:"run_id" minimum:"0"`
	State  fee.BillState `query:"state" enum:"open,settled,cancelled" doc:"不填为全部"`
	Number string        `query:"number" maxLength:"32"`
	web.Page
}

func listBills(d Deps) func(context.Context, org.Actor, *billsInput) (*web.List[hall.FeeBill], error) {
	return func(ctx context.Context, a org.Actor, in *billsInput) (*web.List[hall.FeeBill], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListBills(ctx, a, in.ID, fee.BillFilter{UnitID: in.UnitID, RunID: in.RunID, State: in.State, Number: in.Number}, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(b fee.Owed) int64 { return b.ID }, func(b fee.Owed) hall.FeeBill { return hall.ViewFeeBill(fee.MyBill{Owed: b}) }), nil
	}
}

type feeBillOutput struct{ Body hall.FeeBill }

func showBill(d Deps) func(context.Context, org.Actor, *IDPath) (*feeBillOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeBillOutput, error) {
		v, err := d.Fees.FindBill(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeBillOutput{Body: hall.ViewFeeBill(*v)}, nil
	}
}

func showHeld(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.FeeAccount, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.FeeAccount, error) {
		return hall.ViewFeeAccount(d.Fees.FindHeld(ctx, a, in.ID))
	}
}
