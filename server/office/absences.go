package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func absenceRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "岗位", web.Staff)
	web.Handle(g, web.Op{ID: "officeStateAbsence", Method: http.MethodPost, Path: "/absences", Summary: "登记外出：这段时间由代理岗位或本单位另一个岗位接收消息", Action: org.StateAbsences, Rate: workRate}, stateAbsence(d))
	web.Handle(g, web.Op{ID: "officeListAbsences", Method: http.MethodGet, Path: "/absences", Summary: "我登记的外出", Action: org.StateAbsences}, listAbsences(d))
	web.Handle(g, web.Op{ID: "officeEndAbsence", Method: http.MethodDelete, Path: "/absences/{id}", Summary: "取消外出，或提前回来", Action: org.StateAbsences}, endAbsence(d))
}

type absenceView struct {
	ID        int64  `json:"id"`
	From      string `json:"from"`
	To        string `json:"to" doc:"最后一天"`
	StandInID int64  `json:"stand_in_id,omitempty" doc:"由哪个岗位接收；没有就是代理岗位"`
}

func viewAbsence(a org.Absence) absenceView {
	return absenceView{ID: a.ID, From: a.StartsOn.Format(time.DateOnly), To: a.EndsOn.Format(time.DateOnly), StandInID: a.StandInID}
}

type absenceInput struct {
	Body struct {
		From      string `json:"from" format:"date"`
		To        string `json:"to" format:"date" doc:"最后一天"`
		StandInID int64  `json:"stand_in_id,omitempty" minimum:"0" doc:"本单位的哪个岗位替您接收；不填由代理岗位接收"`
	}
}

type absenceOutput struct{ Body absenceView }

func stateAbsence(d Deps) func(context.Context, org.Actor, *absenceInput) (*absenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *absenceInput) (*absenceOutput, error) {
		from, err := web.Day(in.Body.From, "from")
		if err != nil {
			return nil, err
		}
		to, err := web.Day(in.Body.To, "to")
		if err != nil {
			return nil, err
		}
		made, err := d.Org.StateAbsence(ctx, a, org.NewAbsence{StartsOn: *from, EndsOn: *to, StandInID: in.Body.StandInID})
		if err != nil {
			return nil, err
		}
		return &absenceOutput{Body: viewAbsence(*made)}, nil
	}
}

func listAbsences(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[absenceView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[absenceView], error) {
		rows, err := d.Org.ListAbsences(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewAbsence), nil
	}
}

func endAbsence(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Org.EndAbsence(ctx, a, in.ID)
	}
}
