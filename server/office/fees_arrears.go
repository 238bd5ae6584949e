package office

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func feeArrearsRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListArrears", Method: http.MethodGet, Path: "/estates/{id}/fee-arrears", Summary: "欠费的户：按逾期长短、最早的缴费日、暂缓的原因；同一答复里有全小区合计", Action: org.RunFees}, listArrears(d))
	web.Handle(g, web.Op{ID: "officeArrearsSheet", Method: http.MethodGet, Path: "/estates/{id}/fee-arrears.xlsx", Summary: "欠费的户 XLSX，最后一行是合计；只供催收内部使用", Action: org.RunFees, Rate: importRate, Timeout: 2 * time.Minute}, exportArrears(d))
	web.Handle(g, web.Op{ID: "officeArrearsTotals", Method: http.MethodGet, Path: "/estates/{id}/fee-arrears-totals", Summary: "欠费合计，按幢和逾期长短；户数少的幢合并，不显示是哪一户", Action: org.ReadFeeTotals}, arrearsTotals(d))
	web.Handle(g, web.Op{ID: "officeFeeRates", Method: http.MethodGet, Path: "/estates/{id}/fee-rates", Summary: "收费率：一段月份的账单到某一天收了多少，按幢、按月、按项目；户数少的合并", Action: org.ReadFeeTotals}, feeRates(d))
}

type agedView struct {
	Bills  int64  `json:"bills"`
	Due    string `json:"due" doc:"元，还要交的合计"`
	NotYet string `json:"not_yet" doc:"元，未到期"`
	To30   string `json:"days_1_30" doc:"元，逾期1—30日"`
	To90   string `json:"days_31_90"`
	To365  string `json:"days_91_365"`
	Beyond string `json:"days_over_365"`
}

func viewAged(bills int64, a fee.Ageing) agedView {
	return agedView{bills, a.Sum().String(), a[fee.NotYet].String(), a[fee.To30].String(), a[fee.To90].String(), a[fee.To365].String(), a[fee.Beyond].String()}
}

type arrearView struct {
	UnitID    int64      `json:"unit_id"`
	Unit      string     `json:"unit"`
	Sums      agedView   `json:"sums"`
	OldestOn  string     `json:"oldest_due_on" format:"date" doc:"最早的缴费日"`
	Former    int64      `json:"former" doc:"其中几笔是原业主欠的，不向现在的业主催"`
	Developer int64      `json:"developer" doc:"其中几笔由建设单位交"`
	Paused    []string   `json:"paused,omitempty" doc:"暂缓催交的原因"`
	Reminded  *time.Time `json:"reminded_at,omitempty"`
	Demanded  *time.Time `json:"demanded_at,omitempty"`
}

func viewArrear(a fee.Arrear) arrearView {
	v := arrearView{UnitID: a.UnitID, Unit: a.Unit, Sums: viewAged(a.Bills, a.Due), OldestOn: a.OldestOn.Format(time.DateOnly), Former: a.Former, Developer: a.Developer, Reminded: web.TimeOr(a.Reminded), Demanded: web.TimeOr(a.Demanded)}
	for _, p := range a.Paused {
		v.Paused = append(v.Paused, p.Words())
	}
	return v
}

type arrearsTotalView struct {
	On    string   `json:"on" format:"date"`
	Units int64    `json:"units"`
	Sums  agedView `json:"sums"`
}

func viewArrears(a *fee.Arrears) arrearsTotalView {
	return arrearsTotalView{a.On.Format(time.DateOnly), a.Units, viewAged(a.Bills, a.Due)}
}

type arrearsOutput struct {
	Body struct {
		Total arrearsTotalView `json:"total" doc:"全小区的合计，不只是这一页"`
		Items []arrearView     `json:"items"`
		Next  string           `json:"next,omitempty" doc:"还有下一页时，作为 cursor 传回"`
	}
}

func listArrears(d Deps) func(context.Context, org.Actor, *IDPage) (*arrearsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*arrearsOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, all, err := d.Fees.ListArrears(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		page, out := web.Paged(in.Page, rows, func(r fee.Arrear) int64 { return r.UnitID }, viewArrear), &arrearsOutput{}
		out.Body.Total, out.Body.Items, out.Body.Next = viewArrears(all), page.Body.Items, page.Body.Next
		return out, nil
	}
}

func exportArrears(d Deps) func(context.Context, org.Actor, *IDPath) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.SheetOutput, error) {
		head := append([]string{"房屋", "账单笔数", "还要交（元）"}, fee.BucketNames[:]...)
		s, err := web.NewSheet("欠费", append(head, "最早的缴费日", "原业主欠的笔数", "建设单位交的笔数", "暂缓催交", "提醒时间", "催告时间"), []float64{26, 10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 40, 18, 18})
		if err != nil {
			return nil, err
		}
		all, err := d.Fees.EachArrear(ctx, a, in.ID, func(list []fee.Arrear) error {
			for _, r := range list {
				v := viewArrear(r)
				if err := s.Add(append(agedCells(v.Unit, r.Bills, r.Due), v.OldestOn, r.Former, r.Developer, strings.Join(v.Paused, "；"), r.Reminded, r.Demanded)...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if err := s.Add(agedCells("合计（截至"+all.On.Format(time.DateOnly)+"）", all.Bills, all.Due)...); err != nil {
			return nil, err
		}
		return s.Output("fee-arrears-" + all.On.Format(time.DateOnly))
	}
}

func agedCells(name string, bills int64, a fee.Ageing) []any {
	cells := []any{name, bills, a.Sum().String()}
	for _, f := range a {
		cells = append(cells, f.String())
	}
	return cells
}

type arrearsTotalsOutput struct {
	Body struct {
		Hidden    bool              `json:"hidden" doc:"小区户数太少，合计会让人看出是哪一户，不显示"`
		Total     *arrearsTotalView `json:"total,omitempty"`
		Buildings []houseArrears    `json:"buildings"`
	}
}

type houseArrears struct {
	Building string   `json:"building"`
	Sums     agedView `json:"sums"`
}

func arrearsTotals(d Deps) func(context.Context, org.Actor, *IDPath) (*arrearsTotalsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*arrearsTotalsOutput, error) {
		t, err := d.Fees.FindArrearsTotals(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &arrearsTotalsOutput{}
		out.Body.Hidden, out.Body.Buildings = t.Hidden, []houseArrears{}
		if t.Hidden {
			return out, nil
		}
		total := viewArrears(&t.Arrears)
		out.Body.Total = &total
		for _, b := range t.Buildings {
			out.Body.Buildings = append(out.Body.Buildings, houseArrears{b.Name, viewAged(b.Bills, b.Due)})
		}
		return out, nil
	}
}
