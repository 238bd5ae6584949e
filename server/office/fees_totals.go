package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

type feeTotalsInput struct {
	IDPath
	From string `query:"from" format:"date" doc:"期间从哪天起；不填为全部"`
	To   string `query:"to" format:"date"`
}

type feeTotalView struct {
	Building string `json:"building,omitempty"`
	Title    string `json:"title,omitempty"`
	Merged   bool   `json:"merged,omitempty" doc:"户数少于5户的并在一起，免得看出是哪一户"`
	Bills    int64  `json:"bills"`
	Charged  string `json:"charged" doc:"元，应收"`
	Changed  string `json:"changed" doc:"元，减免、更正、核销"`
	Paid     string `json:"paid" doc:"元，实收"`
	Due      string `json:"due" doc:"元，未收"`
}

type feeTotalsOutput struct {
	Body struct {
		ByBuilding []feeTotalView `json:"by_building"`
		ByRule     []feeTotalView `json:"by_rule"`
	}
}

func feeTotals(d Deps) func(context.Context, org.Actor, *feeTotalsInput) (*feeTotalsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *feeTotalsInput) (*feeTotalsOutput, error) {
		from, err := dayOf(in.From, "from")
		if err != nil {
			return nil, err
		}
		to, err := dayOf(in.To, "to")
		if err != nil {
			return nil, err
		}
		if from.IsZero() {
			from = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		if to.IsZero() {
			to = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		t, err := d.Fees.FindTotals(ctx, a, in.ID, from, to)
		if err != nil {
			return nil, err
		}
		out := &feeTotalsOutput{}
		out.Body.ByBuilding, out.Body.ByRule = viewTotals(t, t.ByBuilding), viewTotals(t, t.ByRule)
		return out, nil
	}
}

func viewTotals(t *fee.Totals, rows []fee.Total) []feeTotalView {
	list := make([]feeTotalView, len(rows))
	for i, x := range rows {
		list[i] = feeTotalView{Building: t.Names[x.BuildingID], Title: x.Title, Merged: x.BuildingID == 0 && x.RuleID == 0 && x.Title == "", Bills: x.Bills, Charged: x.Charged.String(), Changed: x.Changed.String(), Paid: x.Paid.String(), Due: x.Due().String()}
	}
	return list
}
