package office

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func figureDayRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "统计", web.Staff)
	web.Handle(g, web.Op{ID: "officeBacklog", Method: http.MethodGet, Path: "/figures/backlog", Summary: "每天收到、重新办理、结束（含并案、撤回）和未结束的件数；以后发生的事不改变过去的日子", Action: org.ReadFigures}, listBacklog(d))
	web.Handle(g, web.Op{ID: "officeBacklogCases", Method: http.MethodGet, Path: "/figures/backlog/cases", Summary: "某一天的一个数字由哪些投诉组成", Action: org.ReadFigures}, backlogCases(d))
	web.Handle(g, web.Op{ID: "officeDwell", Method: http.MethodGet, Path: "/figures/dwell", Summary: "各单位在各个状态停留多久（小时，含节假日）", Action: org.ReadFigures, Timeout: time.Minute}, listDwell(d))
	web.Handle(g, web.Op{ID: "officeDwellStays", Method: http.MethodGet, Path: "/figures/dwell/stays", Summary: "某单位某状态的停留是哪些件，久的在前", Action: org.ReadFigures, Timeout: time.Minute}, listStays(d))
	web.Handle(g, web.Op{ID: "officeCheckInFigures", Method: http.MethodGet, Path: "/figures/check-ins", Summary: "各单位报到、逾期、未报到和评价（销哨时间在期间内的）", Action: org.ReadFigures}, listCheckIns(d))
	web.Handle(g, web.Op{ID: "officeCheckInWhistles", Method: http.MethodGet, Path: "/figures/check-ins/{organisation}/whistles", Summary: "报到的一个数字由哪些吹哨组成", Action: org.ReadFigures}, checkInWhistles(d))
}

// BacklogInput narrows a backlog.
type BacklogInput struct {
	LeadID   int64 `query:"lead_id" minimum:"0" doc:"只看一个主办单位；按当时由谁主办计"`
	EstateID int64 `query:"estate_id" minimum:"0" doc:"只看一个小区"`
}

type backlogInput struct {
	PeriodInput
	BacklogInput
}

type backlogDayView struct {
	Day      string `json:"day"`
	Opened   int64  `json:"opened" doc:"当天收到"`
	Reopened int64  `json:"reopened" doc:"当天重新办理（以前已结束）"`
	Taken    int64  `json:"taken" doc:"当天从别的单位接来；没有指定主办单位时为0"`
	Passed   int64  `json:"passed" doc:"当天转给别的单位；没有指定主办单位时为0"`
	Closed   int64  `json:"closed" doc:"当天结束（含并案、撤回）；同一天结束两次算两次"`
	Open     int64  `json:"open" doc:"当天结束时未结束"`
}

func listBacklog(d Deps) func(context.Context, org.Actor, *backlogInput) (*web.All[backlogDayView], error) {
	return func(ctx context.Context, a org.Actor, in *backlogInput) (*web.All[backlogDayView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListBacklog(ctx, a, p, complaint.Backlog(in.BacklogInput))
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(b complaint.BacklogDay) backlogDayView {
			return backlogDayView{Day: b.Day.String(), Opened: b.Opened, Reopened: b.Reopened, Taken: b.Taken, Passed: b.Passed, Closed: b.Closed, Open: b.Open}
		}), nil
	}
}

type backlogCasesInput struct {
	Day    string `query:"day" required:"true" format:"date"`
	Figure string `query:"figure" enum:"opened,reopened,taken,passed,closed,open" default:"open" doc:"哪个数字；taken、passed 要指定主办单位"`
	BacklogInput
	web.Page
}

func backlogCases(d Deps) func(context.Context, org.Actor, *backlogCasesInput) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *backlogCasesInput) (*web.List[caseView], error) {
		day, err := calendar.ParseDate(in.Day)
		if err != nil {
			return nil, complaint.ErrPeriod
		}
		before, err := in.Page.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.BacklogCases(ctx, a, day, complaint.BacklogFigure(in.Figure), complaint.Backlog(in.BacklogInput), before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

type dwellView struct {
	OrganisationID int64   `json:"organisation_id"`
	Name           string  `json:"name"`
	State          string  `json:"state"`
	StateName      string  `json:"state_name"`
	Ended          int64   `json:"ended" doc:"期间内结束的停留次数"`
	TotalHours     float64 `json:"total_hours"`
	MedianHours    float64 `json:"median_hours"`
	LongestHours   float64 `json:"longest_hours"`
	Waiting        int64   `json:"waiting" doc:"期末还停在这个状态的件数"`
	WaitingHours   float64 `json:"waiting_hours" doc:"其中停留最久的小时数"`
}

// hours shows a length with one decimal.
func hours(d time.Duration) float64 { return math.Round(d.Hours()*10) / 10 }

func listDwell(d Deps) func(context.Context, org.Actor, *PeriodInput) (*web.All[dwellView], error) {
	return func(ctx context.Context, a org.Actor, in *PeriodInput) (*web.All[dwellView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListDwell(ctx, a, p)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(w complaint.Dwell) dwellView {
			return dwellView{OrganisationID: w.OrganisationID, Name: w.Name, State: string(w.State), StateName: complaint.StateNames[w.State], Ended: w.Ended, TotalHours: hours(w.Total),
				MedianHours: hours(w.Median), LongestHours: hours(w.Longest), Waiting: w.Waiting, WaitingHours: hours(w.LongestWaiting)}
		}), nil
	}
}

type staysInput struct {
	PeriodInput
	Organisation int64           `query:"organisation_id" required:"true" minimum:"1"`
	State        complaint.State `query:"state" required:"true" enum:"dispatched,accepted,offered,arbitration,planned,awaiting,held,parted,answered,returned"`
	Waiting      bool            `query:"waiting" doc:"期末还停着的；不填为期间内结束的"`
}

type stayView struct {
	CaseID int64     `json:"case_id"`
	Number string    `json:"number"`
	From   time.Time `json:"from"`
	Hours  float64   `json:"hours"`
}

func listStays(d Deps) func(context.Context, org.Actor, *staysInput) (*web.All[stayView], error) {
	return func(ctx context.Context, a org.Actor, in *staysInput) (*web.All[stayView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListStays(ctx, a, p, in.Organisation, in.State, !in.Waiting)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(s complaint.Stay) stayView {
			return stayView{CaseID: s.CaseID, Number: s.Number, From: web.Time(s.From), Hours: hours(s.Length)}
		}), nil
	}
}

type checkInsView struct {
	OrganisationID int64            `json:"organisation_id"`
	Name           string           `json:"name"`
	Rate           RateView         `json:"rate" doc:"报到率：已报到/应报到"`
	Satisfied      RateView         `json:"satisfied" doc:"吹哨单位评价满意/被评价"`
	Counts         map[string]int64 `json:"counts" doc:"called 应报到；arrived 已报到；late 逾期；away 不在现场；absent 未报到；excused 不用到场；refused 拒绝过；rated、response、solved、satisfied 评价"`
}

func listCheckIns(d Deps) func(context.Context, org.Actor, *PeriodInput) (*web.All[checkInsView], error) {
	return func(ctx context.Context, a org.Actor, in *PeriodInput) (*web.All[checkInsView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		rows, err := d.Joint.ListCheckIns(ctx, a, p)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(c joint.CheckIns) checkInsView {
			n := c.Counts
			return checkInsView{OrganisationID: c.OrganisationID, Name: c.Name, Rate: viewRate(complaint.Share{Of: n["arrived"], All: n["called"]}),
				Satisfied: viewRate(complaint.Share{Of: n["satisfied"], All: n["rated"]}), Counts: n}
		}), nil
	}
}

type checkInWhistlesInput struct {
	PeriodInput
	Organisation int64  `path:"organisation" minimum:"1"`
	Figure       string `query:"figure" required:"true" enum:"called,arrived,late,away,absent,excused,refused,rated,response,solved,satisfied"`
	web.Page
}

func checkInWhistles(d Deps) func(context.Context, org.Actor, *checkInWhistlesInput) (*web.List[whistleView], error) {
	return func(ctx context.Context, a org.Actor, in *checkInWhistlesInput) (*web.List[whistleView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		before, err := in.Page.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Joint.ListCheckInWhistles(ctx, a, p, in.Organisation, in.Figure, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v joint.View) int64 { return v.ID }, viewWhistle), nil
	}
}
