package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// feeRoutes are what an estate charges for, and who may see the sums.
func feeRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "物业费", web.Staff)
	web.Handle(g, web.Op{ID: "officeListFeeRules", Method: http.MethodGet, Path: "/estates/{id}/fee-rules", Summary: "小区收哪些费：价格、依据、服务标准、投诉电话", Action: org.ReadFeeRules}, listFeeRules(d))
	web.Handle(g, web.Op{ID: "officeShowFeeRule", Method: http.MethodGet, Path: "/fee-rules/{id}", Summary: "一项收费和历次价格", Action: org.ReadFeeRules}, showFeeRule(d))
	web.Handle(g, web.Op{ID: "officeAddFeeRule", Method: http.MethodPost, Path: "/estates/{id}/fee-rules", Summary: "新增收费项目", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, addFeeRule))
	web.Handle(g, web.Op{ID: "officeReviseFeeRule", Method: http.MethodPost, Path: "/fee-rules/{id}/versions", Summary: "新价格或新标准：从某月1日起的新一版，原来的不改", Action: org.RunFees, Rate: workRate}, feeDo(d, reviseFeeRule))
	web.Handle(g, web.Op{ID: "officeEndFeeRule", Method: http.MethodPost, Path: "/fee-rules/{id}/end", Summary: "停止收费：最后一天", Action: org.RunFees, Rate: workRate}, feeDo(d, endFeeRule))
	web.Handle(g, web.Op{ID: "officeFeeTotals", Method: http.MethodGet, Path: "/estates/{id}/fee-totals", Summary: "应收、减免、实收的合计，按幢、按项目；不显示是哪一户，不足5户的并在一起", Action: org.ReadFeeTotals}, feeTotals(d))
	feeReadingRoutes(g, d)
	feeRunRoutes(g, d)
	feePaymentRoutes(g, d)
	feeImportRoutes(g, d)
	feeArrearsRoutes(g, d)
	feeDunningRoutes(g, d)
	feePauseRoutes(g, d)
	collectionRoutes(g, d)
}

// feeDo handles one verb of the fees, once for each reference.
func feeDo[B comBody](d Deps, do func(context.Context, *fee.Service, org.Actor, int64, B) (int64, error)) func(context.Context, org.Actor, *comInput[B]) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *comInput[B]) (*comDone, error) {
		id, err := do(ctx, d.Fees.Once(in.Body.Sent(), web.InputHash(in.ID, in.Body)), a, in.ID, in.Body)
		if err != nil {
			return nil, err
		}
		out := &comDone{}
		out.Body.ID = id
		return out, nil
	}
}

// yuan reads an amount that a body names; nothing is nothing.
func yuan(s, field string) (money.Fen, error) {
	if s == "" {
		return 0, nil
	}
	f, err := money.Parse(s)
	if err != nil {
		return 0, fault.ErrInvalid.With(fault.Field{Path: field, Reason: err.Error()})
	}
	return f, nil
}

// dayOf reads a day that a body names; the zero time for none.
func dayOf(s, field string) (time.Time, error) {
	d, err := web.Day(s, field)
	if err != nil || d == nil {
		return time.Time{}, err
	}
	return *d, nil
}

// FeeTermsBody are a version of a rule.
type FeeTermsBody struct {
	StartsOn  string   `json:"starts_on" format:"date" doc:"从哪个月的1日开始"`
	Price     string   `json:"price,omitempty" maxLength:"12" doc:"元，最多四位小数：每平方米每月、每户每月或每吨（度）；公摊项目不填"`
	Measure   string   `json:"measure,omitempty" maxLength:"16" doc:"按表计量的单位：吨、度"`
	BasisKind string   `json:"basis_kind" enum:"contract,guidance,resolution"`
	Basis     string   `json:"basis" minLength:"2" maxLength:"300" doc:"合同名称和条款、文号或决定编号"`
	Standard  string   `json:"standard" minLength:"2" maxLength:"1000" doc:"服务内容和标准"`
	Hotline   string   `json:"hotline" minLength:"5" maxLength:"40" doc:"投诉电话"`
	UseKinds  []string `json:"use_kinds" minItems:"1" maxItems:"5" enum:"residential,commercial,parking,storage,other"`
	Buildings []int64  `json:"building_ids,omitempty" maxItems:"100" doc:"只收这些幢；不填为全小区"`
	FileIDs   []int64  `json:"file_ids,omitempty" maxItems:"10" doc:"依据的文件（purpose=document）"`
}

func (b FeeTermsBody) terms() (t fee.Terms, err error) {
	t = fee.Terms{Measure: b.Measure, BasisKind: b.BasisKind, Basis: b.Basis, Standard: b.Standard, Hotline: b.Hotline, UseKinds: b.UseKinds, Buildings: b.Buildings, FileIDs: b.FileIDs}
	if t.StartsOn, err = dayOf(b.StartsOn, "starts_on"); err != nil || b.Price == "" {
		return t, err
	}
	if t.Price, err = fee.ParsePrice(b.Price); err != nil {
		err = fault.ErrInvalid.With(fault.Field{Path: "price", Reason: err.Error()})
	}
	return t, err
}

// FeeRuleBody is a rule with its first version.
type FeeRuleBody struct {
	Tapped
	Name string   `json:"name" minLength:"2" maxLength:"30"`
	Kind fee.Kind `json:"kind" enum:"per_area,fixed,meter,shared_pool"`
	FeeTermsBody
}

func addFeeRule(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeRuleBody) (int64, error) {
	t, err := b.terms()
	if err != nil {
		return 0, err
	}
	return s.AddRule(ctx, a, id, b.Name, b.Kind, t)
}

// FeeVersionBody is a rule's next version.
type FeeVersionBody struct {
	Tapped
	FeeTermsBody
}

func reviseFeeRule(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeVersionBody) (int64, error) {
	t, err := b.terms()
	if err != nil {
		return 0, err
	}
	return s.Revise(ctx, a, id, t)
}

// FeeEndBody is a rule's last day.
type FeeEndBody struct {
	Tapped
	EndsOn string `json:"ends_on" format:"date" doc:"某个月的最后一天"`
}

func endFeeRule(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeEndBody) (int64, error) {
	on, err := dayOf(b.EndsOn, "ends_on")
	if err != nil {
		return 0, err
	}
	return s.EndRule(ctx, a, id, on)
}

// ReadingsBody are a period's readings.
type ReadingsBody struct {
	Tapped
	Period   string `json:"period" format:"date" doc:"期间的第一天"`
	Readings []struct {
		UnitID   int64  `json:"unit_id" minimum:"1"`
		Previous *int64 `json:"previous,omitempty" minimum:"0" doc:"上次读数的一千倍；不填则接着上一期"`
		Current  int64  `json:"current" minimum:"0" doc:"本次读数的一千倍：112.5吨写112500"`
		Reason   string `json:"reason,omitempty" maxLength:"200" doc:"上次读数和上一期不同时写明，例如换表"`
	} `json:"readings" minItems:"1" maxItems:"500"`
}

func enterReadings(ctx context.Context, s *fee.Service, a org.Actor, id int64, b ReadingsBody) (int64, error) {
	period, err := dayOf(b.Period, "period")
	if err != nil {
		return 0, err
	}
	list := make([]fee.Read, len(b.Readings))
	for i, r := range b.Readings {
		list[i] = fee.Read{UnitID: r.UnitID, Previous: r.Previous, Current: r.Current, Reason: r.Reason}
	}
	return s.EnterReadings(ctx, a, id, period, list)
}

func listFeeRules(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[hall.FeeRule], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[hall.FeeRule], error) {
		rows, err := d.Fees.ListRules(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, hall.ViewFeeRule), nil
	}
}

type feeRuleOutput struct{ Body hall.FeeRule }

func showFeeRule(d Deps) func(context.Context, org.Actor, *IDPath) (*feeRuleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeRuleOutput, error) {
		v, err := d.Fees.FindRule(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeRuleOutput{Body: hall.ViewFeeRule(*v)}, nil
	}
}
