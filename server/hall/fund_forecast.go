package hall

import "github.com/linli-city/linli/models/fund"

// Forecast is for how long each building's fund lasts.
type Forecast struct {
	From      int               `json:"from"`
	To        int               `json:"to"`
	Note      string            `json:"note"`
	Plan      []ReplacementView `json:"plan" doc:"要更换或大修的，先到的在前"`
	Buildings []Outlook         `json:"buildings"`
}

// ReplacementView is something that will have to be replaced.
type ReplacementView struct {
	ID         int64  `json:"id"`
	BuildingID int64  `json:"building_id,omitempty" doc:"不填是整个小区，费用各幢按面积分"`
	Part       string `json:"part"`
	Cost       string `json:"cost" doc:"每次的费用，元"`
	FirstYear  int    `json:"first_year"`
	EveryYears int    `json:"every_years,omitempty" doc:"每几年一次；不填只一次"`
	Basis      string `json:"basis" doc:"凭什么这样估计"`
}

// Outlook is a building's.
type Outlook struct {
	BuildingID int64       `json:"building_id"`
	Building   string      `json:"building"`
	Balance    string      `json:"balance" doc:"今天的余额，元"`
	Years      []YearAhead `json:"years"`
	ShortIn    int         `json:"short_in,omitempty" doc:"哪一年不够用；没有就是到最后一年都够"`
	Missing    string      `json:"missing,omitempty" doc:"那一年差多少，元"`
	Says       string      `json:"says" doc:"一句话"`
}

// YearAhead is a year in which something is replaced.
type YearAhead struct {
	Year  int      `json:"year"`
	Parts []string `json:"parts"`
	Cost  string   `json:"cost" doc:"元"`
	Left  string   `json:"left" doc:"之后还剩，元"`
}

// OfForecast shows a forecast.
func OfForecast(f *fund.Forecast) Forecast {
	v := Forecast{From: f.From, To: f.To, Note: "只按今天的余额和登记的更换计划推算，不计利息、续交和涨价", Plan: []ReplacementView{}, Buildings: []Outlook{}}
	for _, r := range f.Plan {
		v.Plan = append(v.Plan, ReplacementView{ID: r.ID, BuildingID: r.BuildingID, Part: r.Part, Cost: r.Cost.String(), FirstYear: r.FirstYear, EveryYears: r.EveryYears, Basis: r.Basis})
	}
	for _, b := range f.Buildings {
		o := Outlook{BuildingID: b.BuildingID, Building: b.Building, Balance: b.Balance.String(), ShortIn: b.ShortIn, Says: b.Says(f.From, f.To), Years: []YearAhead{}}
		if b.ShortIn != 0 {
			o.Missing = b.Missing.String()
		}
		for _, y := range b.Years {
			o.Years = append(o.Years, YearAhead{Year: y.Year, Parts: y.Parts, Cost: y.Cost.String(), Left: y.Left.String()})
		}
		v.Buildings = append(v.Buildings, o)
	}
	return v
}
