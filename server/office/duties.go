package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func dutyRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "应公开事项", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowDuties", Method: http.MethodGet, Path: "/estates/{id}/duties", Summary: "小区的应公开事项清单：谁、依据哪一条、多久、最晚哪天，公开了没有", Action: org.ReadBoard}, showDuties(d))
	web.Handle(g, web.Op{ID: "officeOpenDuty", Method: http.MethodPost, Path: "/estates/{id}/duties", Summary: "登记一件发生了、应当公开的事，例如签了合同", Action: org.OpenDuty, Status: http.StatusCreated, Rate: workRate}, openDuty(d))
	web.Handle(g, web.Op{ID: "officeListMyDuties", Method: http.MethodGet, Path: "/duties", Summary: "我单位要公开的事项", Action: org.PublishNotice}, listMyDuties(d))
	web.Handle(g, web.Op{ID: "officeListLateDuties", Method: http.MethodGet, Path: "/late-duties", Summary: "我监督的小区里应公开未公开的事项，逾期最久的在前", Action: org.WatchDuties}, listLateDuties(d))
	web.Handle(g, web.Op{ID: "officeDutyFigures", Method: http.MethodGet, Path: "/duty-figures", Summary: "一年里逾期公开的次数，按单位或按小区", Action: org.WatchDuties}, dutyFigures(d))
	web.Handle(g, web.Op{ID: "officeFulfilDuty", Method: http.MethodPost, Path: "/disclosure-duties/{id}/fulfilment", Summary: "用我单位已发布的一份公示公开这一项", Action: org.PublishNotice, Rate: workRate}, fulfilDuty(d))
	web.Handle(g, web.Op{ID: "officeStateCharging", Method: http.MethodPost, Path: "/estates/{id}/charging", Summary: "物业服务企业登记收费方式（包干制或酬金制），附合同，由社区核对", Action: org.StateCharging, Status: http.StatusCreated, Rate: workRate}, stateCharging(d))
	web.Handle(g, web.Op{ID: "officeListCharging", Method: http.MethodGet, Path: "/estates/{id}/charging", Summary: "小区收费方式的登记，新的在前", Action: org.ReadCharging}, listCharging(d))
	web.Handle(g, web.Op{ID: "officeDecideCharging", Method: http.MethodPost, Path: "/charging/{id}/decision", Summary: "社区对照合同核对收费方式", Action: org.CheckCharging, Rate: workRate}, decideCharging(d))
}

func showDuties(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.RegisterOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.RegisterOutput, error) {
		r, err := d.Board.Register(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.ViewRegister(r), nil
	}
}

type openDutyInput struct {
	IDPath
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" doc:"清单里的哪一项，见 GET 的 code"`
		What string `json:"what" minLength:"2" maxLength:"20" doc:"哪一件事，例如“2026年物业服务合同”，所有人看得到；同一件事再登记一次，找到的是第一次"`
		On   string `json:"on" format:"date" doc:"事情发生的日期"`
	}
}

func openDuty(d Deps) func(context.Context, org.Actor, *openDutyInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *openDutyInput) (*comDone, error) {
		on, err := dutyDay(in.Body.On, "on")
		if err != nil {
			return nil, err
		}
		id, err := d.Board.Open(ctx, a, in.ID, in.Body.Code, in.Body.What, on)
		return dutyDone(id, err)
	}
}

func dutyDone(id int64, err error) (*comDone, error) {
	if err != nil {
		return nil, err
	}
	out := &comDone{}
	out.Body.ID = id
	return out, nil
}

func dutyDay(s, field string) (calendar.Date, error) {
	day, err := calendar.ParseDate(s)
	if err != nil {
		return day, fault.ErrInvalid.With(fault.Field{Path: field, Reason: "日期格式应为 2026-11-23"})
	}
	return day, nil
}

type dutyStateInput struct {
	State string `query:"state" enum:"todo,soon,late,unfixed,done" default:"todo" doc:"todo 有期限还没有公开的，soon 七天内到期，late 已逾期，unfixed 期限未定，done 已公开"`
	web.Page
}

func listMyDuties(d Deps) func(context.Context, org.Actor, *dutyStateInput) (*web.List[hall.DutyItem], error) {
	return func(ctx context.Context, a org.Actor, in *dutyStateInput) (*web.List[hall.DutyItem], error) {
		day, id, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListMine(ctx, a, in.State, day, id, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(in.Page, rows, dutyPlace, hall.ViewDuty), nil
	}
}

func dutyPlace(v disclosure.DutyView) (order, id int64) { return v.DayNumber(), v.ID }

func listLateDuties(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.DutyItem], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.DutyItem], error) {
		day, id, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListLate(ctx, a, day, id, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(*in, rows, dutyPlace, hall.ViewDuty), nil
	}
}

type dutyFiguresInput struct {
	Year int    `query:"year" required:"true" minimum:"2020" maximum:"2100" doc:"到期日在哪一年"`
	By   string `query:"by" enum:"organisation,estate" default:"organisation" doc:"按单位，或按小区"`
}

type lateFigureView struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Due      int64  `json:"due" doc:"这一年到期的和已经公开的"`
	Late     int64  `json:"late" doc:"其中逾期的：晚公开的和还没有公开的"`
	Missing  int64  `json:"missing" doc:"其中到现在还没有公开的"`
	DaysLate int64  `json:"days_late" doc:"晚公开的一共晚了多少天"`
}

type dutyFiguresOutput struct {
	Body struct {
		Total int64            `json:"total" doc:"一共有多少；列出逾期最多的500个"`
		Items []lateFigureView `json:"items"`
	}
}

func dutyFigures(d Deps) func(context.Context, org.Actor, *dutyFiguresInput) (*dutyFiguresOutput, error) {
	return func(ctx context.Context, a org.Actor, in *dutyFiguresInput) (*dutyFiguresOutput, error) {
		rows, total, err := d.Board.LateFigures(ctx, a, in.Year, in.By)
		if err != nil {
			return nil, err
		}
		out := &dutyFiguresOutput{}
		out.Body.Total, out.Body.Items = total, []lateFigureView{}
		for _, f := range rows {
			out.Body.Items = append(out.Body.Items, lateFigureView(f))
		}
		return out, nil
	}
}

type fulfilInput struct {
	IDPath
	Body struct {
		NoticeID int64    `json:"notice_id" minimum:"1" doc:"我单位在这个小区发布的公示"`
		Contents []string `json:"contents,omitempty" maxItems:"20" doc:"逐项确认写明了的内容，照清单里的 contents；正文里用“某项：……”写了的不用填，物业服务事项都要写在正文里"`
	}
}

func fulfilDuty(d Deps) func(context.Context, org.Actor, *fulfilInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *fulfilInput) (*comDone, error) {
		return dutyDone(in.ID, d.Board.FulfilBy(ctx, a, in.ID, in.Body.NoticeID, in.Body.Contents...))
	}
}

type chargingInput struct {
	IDPath
	Body struct {
		Model         string  `json:"model" enum:"lump,commission" doc:"lump 包干制，commission 酬金制"`
		Contract      string  `json:"contract" minLength:"2" maxLength:"100" doc:"哪一份合同、哪一条"`
		ServiceMonths int64   `json:"service_months,omitempty" minimum:"0" maximum:"12" doc:"合同约定服务事项多少个月公开一次；没有约定的不填"`
		FinanceMonths int64   `json:"finance_months,omitempty" minimum:"0" maximum:"12" doc:"合同约定收支多少个月公开一次；没有约定的不填"`
		From          string  `json:"from" format:"date" doc:"从哪天起执行"`
		FileIDs       []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"合同，隐去个人信息；上传时的用途为 notice"`
		ClientRef     string  `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func stateCharging(d Deps) func(context.Context, org.Actor, *chargingInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *chargingInput) (*comDone, error) {
		b := in.Body
		from, err := dutyDay(b.From, "from")
		if err != nil {
			return nil, err
		}
		return dutyDone(d.Board.StateCharging(ctx, a, disclosure.StatedCharging{EstateID: in.ID, Model: b.Model, Contract: b.Contract, ServiceMonths: b.ServiceMonths, FinanceMonths: b.FinanceMonths, From: from, FileIDs: b.FileIDs,
			ClientRef: b.ClientRef, InputHash: web.InputHash("charging", in.ID, b)}))
	}
}

type chargingView struct {
	ID            int64      `json:"id"`
	Model         string     `json:"model"`
	ModelName     string     `json:"model_name"`
	Contract      string     `json:"contract"`
	ServiceMonths int64      `json:"service_months,omitempty"`
	FinanceMonths int64      `json:"finance_months,omitempty"`
	From          string     `json:"from"`
	State         string     `json:"state"`
	StateName     string     `json:"state_name"`
	Reason        string     `json:"reason,omitempty"`
	StatedAt      time.Time  `json:"stated_at"`
	DecidedAt     *time.Time `json:"decided_at,omitempty"`
	FileIDs       []int64    `json:"file_ids"`
}

func listCharging(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[chargingView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[chargingView], error) {
		rows, err := d.Board.ListCharging(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(c disclosure.ChargingView) chargingView {
			return chargingView{ID: c.ID, Model: c.Model, ModelName: c.ModelName, Contract: c.Contract, ServiceMonths: c.ServiceMonths, FinanceMonths: c.FinanceMonths, From: c.FromOn.Format(time.DateOnly),
				State: c.State, StateName: disclosure.ChargingStates[c.State], Reason: c.Reason, StatedAt: web.Time(c.StatedAt), DecidedAt: web.TimeOr(c.DecidedAt), FileIDs: c.FileIDs}
		}), nil
	}
}

func decideCharging(d Deps) func(context.Context, org.Actor, *decideInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*comDone, error) {
		return dutyDone(in.ID, d.Board.DecideCharging(ctx, a, in.ID, in.Body.Accept, in.Body.Reason))
	}
}
