package office

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func leagueRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "统计", web.Staff)
	web.Handle(g, web.Op{ID: "officeHeat", Method: http.MethodGet, Path: "/figures/heat", Summary: "各小区收到的投诉：件数、每千户件数、紧急、未办结、主要事项", Action: org.ReadFigures}, listHeat(d))
	web.Handle(g, web.Op{ID: "officeHeatCases", Method: http.MethodGet, Path: "/figures/heat/cases", Summary: "一个小区的一个数字由哪些投诉组成", Action: org.ReadFigures}, heatCases(d))
	web.Handle(g, web.Op{ID: "officeLeague", Method: http.MethodGet, Path: "/figures/league", Summary: "月度排名：已公布的和按现在数据、规则重算的并列；可以指定两天的规则比较", Action: org.ReadFigures}, showLeague(d))
	web.Handle(g, web.Op{ID: "officeLeaguePage", Method: http.MethodGet, Path: "/figures/league/page", Summary: "月度排名（A4网页）", Action: org.ReadFigures}, printLeague(d))
	web.Handle(g, web.Op{ID: "officeLeagueSheet", Method: http.MethodGet, Path: "/figures/league.xlsx", Summary: "月度排名 XLSX", Action: org.ReadFigures, Rate: importRate}, exportLeague(d))
	web.Handle(g, web.Op{ID: "officePublishLeague", Method: http.MethodPost, Path: "/figures/league", Summary: "公布一个月的排名；再次公布要写原因，原来的不变", Action: org.PublishFigures, Rate: workRate, Status: http.StatusCreated}, publishLeague(d))
}

type heatView struct {
	EstateID    int64           `json:"estate_id"`
	Estate      string          `json:"estate"`
	Filed       int64           `json:"filed" doc:"期间内收到"`
	Urgent      int64           `json:"urgent" doc:"其中紧急的"`
	Open        int64           `json:"open" doc:"期末未结束"`
	Units       int64           `json:"units" doc:"户数"`
	PerThousand *float64        `json:"per_thousand,omitempty" doc:"每千户件数，保留两位；没有户数时没有"`
	Matters     []heatMatterRow `json:"matters" doc:"最多的五个事项"`
}

type heatMatterRow struct {
	Code string `json:"code"`
	Name string `json:"name"`
	N    int64  `json:"n"`
}

func listHeat(d Deps) func(context.Context, org.Actor, *PeriodInput) (*web.All[heatView], error) {
	return func(ctx context.Context, a org.Actor, in *PeriodInput) (*web.All[heatView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListHeat(ctx, a, p)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(h complaint.Heat) heatView {
			v := heatView{EstateID: h.EstateID, Estate: h.Estate, Filed: h.Filed, Urgent: h.Urgent, Open: h.Open, Units: h.Units, Matters: []heatMatterRow{}}
			if n, ok := h.PerThousand(); ok {
				f := float64(n) / 100
				v.PerThousand = &f
			}
			for _, m := range h.Matters {
				v.Matters = append(v.Matters, heatMatterRow(m))
			}
			return v
		}), nil
	}
}

type heatCasesInput struct {
	PeriodInput
	EstateID int64  `query:"estate_id" required:"true" minimum:"1"`
	Matter   string `query:"matter" maxLength:"64" doc:"事项代码；不填为全部"`
	Figure   string `query:"figure" enum:"filed,urgent,open" default:"filed" doc:"哪个数字：filed 收到；urgent 其中紧急的；open 期末未结束"`
	web.Page
}

func heatCases(d Deps) func(context.Context, org.Actor, *heatCasesInput) (*web.List[caseView], error) {
	return func(ctx context.Context, a org.Actor, in *heatCasesInput) (*web.List[caseView], error) {
		p, err := in.period()
		if err != nil {
			return nil, err
		}
		before, err := in.Page.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.HeatCases(ctx, a, p, in.EstateID, complaint.HeatFigure(in.Figure), in.Matter, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v complaint.View) int64 { return v.ID }, viewCase), nil
	}
}

// LeagueInput names a month's table.
type LeagueInput struct {
	Month   string   `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"例如 2026-03" patternDescription:"年-月"`
	Kind    org.Kind `query:"kind" required:"true" enum:"department,utility,township,community,company,committee,bureau" doc:"哪一类单位；只和同类比"`
	Version int      `query:"version" minimum:"0" doc:"第几次公布的；不填为最近一次"`
}

type leagueInput struct {
	LeagueInput
	RulesA string `query:"rules_a" format:"date" doc:"按这一天的规则计算"`
	RulesB string `query:"rules_b" format:"date" doc:"再按这一天的规则计算，两种并列"`
}

type leagueTableView struct {
	Rules string                `json:"rules" doc:"规则版本"`
	Rows  []complaint.LeagueRow `json:"rows" doc:"全市的数字和名次；三率按人：分子 response、solved、satisfied，分母 people；in_time 每次答复都没有超过当时的时限，no_due 没有时限，两样都不算；score 为万分数"`
}

type leagueOutput struct {
	Body struct {
		Month       string           `json:"month"`
		Kind        string           `json:"kind"`
		Version     int              `json:"version,omitempty" doc:"公布的版本；没有公布时没有"`
		PublishedAt *time.Time       `json:"published_at,omitempty"`
		Reason      string           `json:"reason,omitempty" doc:"再次公布的原因"`
		Published   *leagueTableView `json:"published,omitempty"`
		Now         *leagueTableView `json:"now,omitempty" doc:"按现在的数据和规则重算"`
		Changed     []string         `json:"changed,omitempty" doc:"公布以后变化了什么"`
		A           *leagueTableView `json:"a,omitempty"`
		B           *leagueTableView `json:"b,omitempty"`
	}
}

func tableOf(l *complaint.League) *leagueTableView {
	v := &leagueTableView{Rules: l.Rules, Rows: l.Rows}
	if v.Rows == nil {
		v.Rows = []complaint.LeagueRow{}
	}
	return v
}

func showLeague(d Deps) func(context.Context, org.Actor, *leagueInput) (*leagueOutput, error) {
	return func(ctx context.Context, a org.Actor, in *leagueInput) (*leagueOutput, error) {
		out := &leagueOutput{}
		out.Body.Month, out.Body.Kind = in.Month, string(in.Kind)
		p, now, err := leagueOf(ctx, d, a, in.LeagueInput)
		if err != nil {
			return nil, err
		}
		out.Body.Now = tableOf(now)
		if p != nil {
			out.Body.Version, out.Body.PublishedAt, out.Body.Reason, out.Body.Changed = p.Version, web.TimeOr(&p.PublishedAt), p.Reason, p.Changed
			out.Body.Published = tableOf(&complaint.League{Rules: p.Rules, Rows: p.Rows})
		}
		for _, side := range []struct {
			day string
			to  **leagueTableView
		}{{in.RulesA, &out.Body.A}, {in.RulesB, &out.Body.B}} {
			day, err := web.Day(side.day, "rules")
			if err != nil {
				return nil, err
			}
			if day == nil {
				continue
			}
			l, err := d.Complaints.FindLeague(ctx, a, in.Month, in.Kind, *day)
			if err != nil {
				return nil, err
			}
			*side.to = tableOf(l)
		}
		return out, nil
	}
}

// leagueOf gives what was published, nil for nothing, and the month as it is today.
func leagueOf(ctx context.Context, d Deps, a org.Actor, in LeagueInput) (*complaint.Published, *complaint.League, error) {
	p, err := d.Complaints.FindPublished(ctx, a, in.Month, in.Kind, in.Version)
	if err == nil {
		return p, &p.Today, nil
	}
	if fault.Of(err).Kind != fault.NotFound {
		return nil, nil, err
	}
	now, err := d.Complaints.FindLeague(ctx, a, in.Month, in.Kind, time.Time{})
	return nil, now, err
}

// leagueKinds are the kinds of organisations as people read them.
var leagueKinds = map[org.Kind]string{org.Department: "职能部门", org.Utility: "供水供电供气通信", org.Township: "乡镇（办事处）", org.Community: "社区", org.Company: "物业服务企业",
	org.Committee: "业主委员会", org.Bureau: "住建局"}

// rateText is a rate with its numerator and denominator: "66.67%（2/3）".
func rateText(of, all int64) string { return strings.Join(ratioText(of, all), "") }

// ratioText is the same in two lines.
func ratioText(of, all int64) []string {
	bp, known := complaint.Share{Of: of, All: all}.BasisPoints()
	if !known {
		return []string{"—", ""}
	}
	return []string{fmt.Sprintf("%d.%02d%%", bp/100, bp%100), fmt.Sprintf("（%d/%d）", of, all)}
}

func scoreText(score *int64) string {
	if score == nil {
		return "—"
	}
	return fmt.Sprintf("%d.%02d", *score/100, *score%100)
}

// shownLeague is the table that the page and the sheet show: the published one, else today's.
func shownLeague(ctx context.Context, d Deps, a org.Actor, in LeagueInput) (map[string]any, []complaint.LeagueRow, error) {
	p, now, err := leagueOf(ctx, d, a, in)
	if err != nil {
		return nil, nil, err
	}
	data := map[string]any{"Title": "办理情况月度排名", "Month": in.Month, "Kind": leagueKinds[in.Kind], "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now(), "Rules": now.Rules}
	rows := now.Rows
	if p != nil {
		rows = p.Rows
		data["Version"], data["PublishedAt"], data["Reason"], data["Changed"], data["Rules"] = p.Version, p.PublishedAt, p.Reason, p.Changed, p.Rules
	}
	data["Rows"] = rows
	data["Weighted"] = slices.ContainsFunc(rows, func(r complaint.LeagueRow) bool { return r.Score != nil })
	return data, rows, nil
}

func printLeague(d Deps) func(context.Context, org.Actor, *LeagueInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *LeagueInput) (*web.PageOutput, error) {
		data, _, err := shownLeague(ctx, d, a, *in)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, "league.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

func exportLeague(d Deps) func(context.Context, org.Actor, *LeagueInput) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *LeagueInput) (*web.SheetOutput, error) {
		data, rows, err := shownLeague(ctx, d, a, *in)
		if err != nil {
			return nil, err
		}
		sheet, err := web.NewSheet("月度排名", []string{"名次", "单位", "办结", "按时", "没有时限", "退回", "退办", "未办结", "可评价人数", "响应", "解决", "满意", "响应率", "解决率", "满意率", "综合得分", "规则版本"},
			[]float64{8, 30, 8, 8, 10, 8, 8, 8, 10, 8, 8, 8, 18, 18, 18, 10, 40})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			err := sheet.Add(r.Rank, r.Name, r.Closed, r.InTime, r.NoDue, r.Returned, r.Refused, r.Open, r.People, r.Response, r.Solved, r.Satisfied, rateText(r.Response, r.People), rateText(r.Solved, r.People),
				rateText(r.Satisfied, r.People), scoreText(r.Score), data["Rules"])
			if err != nil {
				return nil, err
			}
		}
		return sheet.Output("league-" + in.Month + "-" + string(in.Kind))
	}
}

type publishLeagueInput struct {
	Body struct {
		Month  string   `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"年-月"`
		Kind   org.Kind `json:"kind" enum:"department,utility,township,community,company,committee,bureau"`
		Reason string   `json:"reason,omitempty" maxLength:"200" doc:"再次公布时必填"`
		Ref    string   `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func publishLeague(d Deps) func(context.Context, org.Actor, *publishLeagueInput) (*leagueOutput, error) {
	show := showLeague(d)
	return func(ctx context.Context, a org.Actor, in *publishLeagueInput) (*leagueOutput, error) {
		b := in.Body
		t, err := d.Complaints.PublishLeague(ctx, a, complaint.Publication{Month: b.Month, Kind: b.Kind, Reason: b.Reason, ClientRef: b.Ref, InputHash: web.InputHash(b)})
		if err != nil {
			return nil, err
		}
		return show(ctx, a, &leagueInput{LeagueInput: LeagueInput{Month: t.Month, Kind: t.Kind, Version: t.Version}})
	}
}
