package office

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type feeRatesInput struct {
	IDPath
	From string `query:"from" format:"date" required:"true" doc:"从哪个月起，填1日：按账单期间的第一天算"`
	To   string `query:"to" format:"date" required:"true" doc:"到哪个月（含），填1日"`
	On   string `query:"on" format:"date" doc:"截至哪一天的收款；不填为今天"`
}

type feeRateView struct {
	Name     string `json:"name,omitempty"`
	Bills    int64  `json:"bills"`
	Billed   string `json:"billed" doc:"元，应收：这些账单的金额，加减已批准的减免、更正、核销"`
	Received string `json:"received" doc:"元，实收：到截止日收到这些账单上的钱"`
	Rate     string `json:"rate,omitempty" doc:"百分比，例如 87.35；没有应收的没有"`
}

func viewFeeRate(r fee.Rate) feeRateView {
	v := feeRateView{Name: r.Name, Bills: r.Bills, Billed: r.Billed.String(), Received: r.Received.String()}
	if p, ok := r.Points(); ok {
		v.Rate = fmt.Sprintf("%d.%02d", p/100, p%100)
	}
	return v
}

type feeRatesOutput struct {
	Body struct {
		On         string        `json:"on" format:"date"`
		Hidden     bool          `json:"hidden" doc:"户数太少，合计会让人看出是哪一户，不显示"`
		Total      *feeRateView  `json:"total,omitempty"`
		ByBuilding []feeRateView `json:"by_building"`
		ByMonth    []feeRateView `json:"by_month"`
		ByRule     []feeRateView `json:"by_rule"`
	}
}

func feeRates(d Deps) func(context.Context, org.Actor, *feeRatesInput) (*feeRatesOutput, error) {
	return func(ctx context.Context, a org.Actor, in *feeRatesInput) (*feeRatesOutput, error) {
		var days [3]time.Time
		for i, x := range []struct{ text, field string }{{in.From, "from"}, {in.To, "to"}, {in.On, "on"}} {
			var err error
			if days[i], err = dayOf(x.text, x.field); err != nil {
				return nil, err
			}
		}
		r, err := d.Fees.FindRates(ctx, a, in.ID, days[0], days[1], days[2])
		if err != nil {
			return nil, err
		}
		out := &feeRatesOutput{}
		b := &out.Body
		b.On, b.Hidden = r.On.Format(time.DateOnly), r.Hidden
		if !r.Hidden {
			total := viewFeeRate(r.Total)
			b.Total = &total
		}
		b.ByBuilding, b.ByMonth, b.ByRule = web.Whole(r.ByBuilding, viewFeeRate).Body.Items, web.Whole(r.ByMonth, viewFeeRate).Body.Items, web.Whole(r.ByRule, viewFeeRate).Body.Items
		return out, nil
	}
}
