package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func figureRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "统计", web.Staff)
	web.Handle(g, web.Op{ID: "officeFigures", Method: http.MethodGet, Path: "/figures", Summary: "各单位的响应、解决、满意三率和办理情况，件和人分开计；可以并列另一天规则下的结果", Action: org.ReadFigures, Timeout: time.Minute}, listFigures(d))
	web.Handle(g, web.Op{ID: "officeFigureCases", Method: http.MethodGet, Path: "/figures/{organisation}/cases", Summary: "一个数字由哪些投诉组成", Action: org.ReadFigures}, listBehind(d))
	web.Handle(g, web.Op{ID: "officeCallBack", Method: http.MethodPost, Path: "/complaints/{id}/call-back", Summary: "回访或窗口：按投诉人说的记录评价、确认、退回等；主办单位不能自己回访", Action: org.CallBack, Rate: workRate}, callBack(d))
}

// PeriodInput is the input of everything that counts over a period.
type PeriodInput struct {
	From string `query:"from" required:"true" format:"date" doc:"从哪一天"`
	To   string `query:"to" required:"true" format:"date" doc:"到哪一天（含）"`
}

func (in *PeriodInput) period() (complaint.Period, error) {
	from, err := web.Day(in.From, "from")
	if err != nil {
		return complaint.Period{}, err
	}
	to, err := web.Day(in.To, "to")
	if err != nil || from == nil || to == nil {
		return complaint.Period{}, err
	}
	return complaint.Period{From: web.StartOf(*from), To: web.StartOf(to.AddDate(0, 0, 1))}, nil
}

// RateView is a rate with what it is made of.
type RateView struct {
	Of      int64    `json:"of" doc:"分子"`
	All     int64    `json:"all" doc:"分母"`
	Percent *float64 `json:"percent,omitempty" doc:"百分比，保留两位；分母为0时没有"`
}

func viewRate(r complaint.Share) RateView {
	v := RateView{Of: r.Of, All: r.All}
	if bp, known := r.BasisPoints(); known {
		p := float64(bp) / 100
		v.Percent = &p
	}
	return v
}

type figuresView struct {
	OrganisationID int64            `json:"organisation_id"`
	Name           string           `json:"name"`
	People         threeRates       `json:"people" doc:"按人：没有评价的不算满意"`
	Cases          threeRates       `json:"cases" doc:"按件：所有投诉人都说是才算"`
	Counts         map[string]int64 `json:"counts" doc:"各项数字，名称见 /figures/{organisation}/cases 的 figure"`
	InTime         RateView         `json:"in_time" doc:"按时：每次答复都没有超过当时的时限；分母是办结件数减去没有时限的"`
	Score          *float64         `json:"score,omitempty" doc:"综合得分；权重没有配置时没有"`
	Under          *underView       `json:"under,omitempty" doc:"同样的投诉按 rules 那一天的规则重算，只作比较，不改变原来的数字"`
}

type underView struct {
	Rules  string   `json:"rules" doc:"规则版本"`
	InTime RateView `json:"in_time" doc:"按那一天的时限、工作日重算；12345等外部时限和并案带来的较早时限不在其中"`
	NoDue  int64    `json:"no_due" doc:"按那一天的规则没有时限的"`
	Score  *float64 `json:"score,omitempty" doc:"按那一天的权重"`
}

type figuresInput struct {
	PeriodInput
	Rules string `query:"rules" format:"date" doc:"再按这一天的规则重算时限和得分，并列；不填不重算"`
}

type threeRates struct {
	Response  RateView `json:"response"`
	Solved    RateView `json:"solved"`
	Satisfied RateView `json:"satisfied"`
}

func listFigures(d Deps) func(context.Context, org.Actor, *figuresInput) (*web.All[figuresView], error) {
	return func(ctx context.Context, a org.Actor, in *figuresInput) (*web.All[figuresView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		day, err := web.Day(in.Rules, "rules")
		if err != nil {
			return nil, err
		}
		if day != nil {
			rows, under, err := d.Complaints.FiguresUnder(ctx, a, p, *day)
			if err != nil {
				return nil, err
			}
			return web.Whole(rows, func(u complaint.UnitFigures) figuresView {
				v := viewFigures(u)
				v.Under = viewUnder(under[u.OrganisationID])
				return v
			}), nil
		}
		rows, err := d.Complaints.Figures(ctx, a, p)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewFigures), nil
	}
}

func viewUnder(u complaint.Under) *underView {
	return &underView{Rules: u.Rules, InTime: viewRate(complaint.Share{Of: u.InTime, All: u.Closed - u.NoDue}), NoDue: u.NoDue, Score: viewScore(u.Score)}
}

// viewScore shows basis points with two decimals.
func viewScore(score *int64) *float64 {
	if score == nil {
		return nil
	}
	s := float64(*score) / 100
	return &s
}

func viewFigures(u complaint.UnitFigures) figuresView {
	v := figuresView{OrganisationID: u.OrganisationID, Name: u.Name, Counts: map[string]int64{}, InTime: viewRate(u.InTime()), Score: viewScore(u.Score),
		People: threeRates{viewRate(u.People(complaint.PeopleResponse)), viewRate(u.People(complaint.PeopleSolved)), viewRate(u.People(complaint.PeopleSatisfied))},
		Cases:  threeRates{viewRate(u.Cases(complaint.FigureResponse)), viewRate(u.Cases(complaint.FigureSolved)), viewRate(u.Cases(complaint.FigureSatisfied))}}
	for f := range complaint.FigureNames {
		v.Counts[string(f)] = u.Counts[f]
	}
	return v
}

type behindInput struct {
	PeriodInput
	Organisation int64            `path:"organisation" minimum:"1"`
	Figure       complaint.Figure `query:"figure" required:"true" enum:"closed,in_time,no_due,returned,refused,escalated,forced,response,solved,satisfied,asked,patrols,anonymous,people,people_respond,people_solved,people_satisfied,people_silent,open" doc:"哪个数字"`
	web.Page
}

func listBehind(d Deps) func(context.Context, org.Actor, *behindInput) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *behindInput) (*web.List[caseView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		before, err := in.Page.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.Behind(ctx, a, p, in.Organisation, in.Figure, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

type callBackInput struct {
	IDPath
	Body struct {
		Receipt   string           `json:"receipt" minLength:"1" maxLength:"32" doc:"哪一位投诉人的受理编号"`
		Via       string           `json:"via" enum:"call,counter" doc:"call 电话回访；counter 到窗口"`
		Action    complaint.Action `json:"action" enum:"rate,confirm,return,supply,urge,withdraw,reopen" doc:"投诉人要做什么"`
		Text      string           `json:"text,omitempty" maxLength:"2000"`
		Rating    *RatingBody      `json:"rating,omitempty"`
		FileIDs   []int64          `json:"file_ids,omitempty" maxItems:"9" doc:"本人签字的单子；主办单位的窗口代录时必须有"`
		ClientRef string           `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func callBack(d Deps) func(context.Context, org.Actor, *callBackInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *callBackInput) (*caseOutput, error) {
		b := in.Body
		input := complaint.Input{Text: b.Text, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(b)}
		if b.Rating != nil {
			input.Rating = new(complaint.Rating(*b.Rating))
		}
		if _, err := d.Complaints.ActFor(ctx, a, in.ID, b.Receipt, b.Via, b.Action, input); err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}
