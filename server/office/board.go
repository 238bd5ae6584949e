package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type noticeView struct {
	ID             int64              `json:"id"`
	Number         string             `json:"number"`
	EstateID       int64              `json:"estate_id"`
	OrganisationID int64              `json:"organisation_id"`
	Publisher      string             `json:"publisher"`
	Kind           string             `json:"kind"`
	KindName       string             `json:"kind_name"`
	Form           string             `json:"form"`
	FormName       string             `json:"form_name"`
	Audience       string             `json:"audience"`
	Title          string             `json:"title"`
	Body           string             `json:"body"`
	SHA256         string             `json:"sha256"`
	Version        int                `json:"version"`
	PublishedAt    time.Time          `json:"published_at"`
	WithdrawnAt    *time.Time         `json:"withdrawn_at,omitempty"`
	WithdrawReason string             `json:"withdraw_reason,omitempty"`
	WithdrawAsked  string             `json:"withdraw_asked,omitempty" doc:"有人提出撤回的原因，等另一个人确认；确认以前公示照常"`
	Versions       []versionView      `json:"versions,omitempty"`
	FileIDs        []int64            `json:"file_ids,omitempty"`
	Buildings      []int64            `json:"building_ids,omitempty" doc:"只涉及这些幢"`
	Units          []int64            `json:"unit_ids,omitempty" doc:"只涉及这些户"`
	Period         *hall.NoticePeriod `json:"period,omitempty" doc:"公示期；公告和通知没有"`
	Spoken         string             `json:"spoken,omitempty" doc:"金额的大白话，可朗读"`
	Chart          string             `json:"chart,omitempty" doc:"收入、支出、结余图（SVG），带文字说明"`
}

type versionView struct {
	Version int                 `json:"version"`
	Title   string              `json:"title"`
	Body    string              `json:"body"`
	Reason  string              `json:"reason,omitempty"`
	At      time.Time           `json:"at"`
	SHA256  string              `json:"sha256" doc:"这一版全部内容的校验值；内容见 /content"`
	Checked bool                `json:"checked" doc:"由另一个人核对后发布"`
	FileIDs []int64             `json:"file_ids,omitempty"`
	Figures []hall.NoticeFigure `json:"figures,omitempty" doc:"从账簿、维修项目或账单取的数"`
	Rates   []hall.NoticeRate   `json:"rates,omitempty" doc:"由应收和实收算出的收缴率"`
	Changes []hall.NoticeChange `json:"changes,omitempty" doc:"和上一版的差别"`
}

type noticeOutput struct{ Body noticeView }

func viewNotice(v disclosure.View) noticeView {
	n := noticeView{ID: v.ID, Number: v.Number, EstateID: v.EstateID, OrganisationID: v.OrganisationID, Publisher: v.Publisher, Kind: string(v.Kind), KindName: disclosure.SortNames[v.Kind], Form: string(v.Form), FormName: disclosure.FormNames[v.Form],
		Audience: string(v.Audience), Title: v.Title, Body: v.Body, SHA256: v.SHA256, Version: v.CurrentVersion, PublishedAt: web.Time(v.PublishedAt),
		WithdrawnAt: web.TimeOr(v.WithdrawnAt), WithdrawReason: v.WithdrawReason, WithdrawAsked: v.WithdrawAskedFor, FileIDs: v.FileIDs}
	n.Buildings, n.Units = v.Concerns.Buildings, v.Concerns.Units
	for _, x := range v.Versions {
		n.Versions = append(n.Versions, versionView{Version: x.Version.Version, Title: x.Title, Body: x.Body, Reason: x.Reason, At: web.Time(x.At), SHA256: x.SHA256, Checked: x.ConfirmedBy != 0,
			FileIDs: hall.FilesOf(&x.Version), Figures: hall.OfFigures(x.Figures), Rates: hall.OfRates(x.Figures), Changes: hall.OfChanges(x.Changes)})
	}
	n.Period, n.Spoken, n.Chart = hall.OfPeriod(v.Period), v.Spoken(), v.Chart()
	return n
}

type publishInput struct {
	Body struct {
		EstateID  int64               `json:"estate_id" minimum:"1"`
		Kind      disclosure.Sort     `json:"kind" enum:"posting,announcement,meeting" doc:"公示（可提异议）、公告（最终）、会议通知"`
		Audience  disclosure.Audience `json:"audience" enum:"public,residents" doc:"公开，或仅本小区可见"`
		Form      disclosure.Form     `json:"form,omitempty" enum:"text,services,report" doc:"一般内容、物业服务事项、业委会工作报告；不填为一般内容。涉及钱的、里面有金额的要走草稿，由另一个人核对后发布"`
		Title     string              `json:"title" minLength:"1" maxLength:"60"`
		Body      string              `json:"body" minLength:"1" maxLength:"10000"`
		FileIDs   []int64             `json:"file_ids,omitempty" maxItems:"20"`
		Buildings []int64             `json:"building_ids,omitempty" maxItems:"200" doc:"只涉及这些幢的，通知这些幢的业主（没有微信的列入信件清单）和住户；都不填为整个小区"`
		Units     []int64             `json:"unit_ids,omitempty" maxItems:"200" doc:"只涉及这些户"`
		Duties    []int64             `json:"duty_ids,omitempty" maxItems:"20" doc:"用来公开哪些应公开事项"`
		Contents  []string            `json:"contents,omitempty" maxItems:"100" doc:"这些事项要写明的内容里，逐项确认写明了的，照清单里的 contents；正文里用“某项：……”写了的不用填，物业服务事项都要写在正文里"`
		ClientRef string              `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func publishNotice(d Deps) func(context.Context, org.Actor, *publishInput) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *publishInput) (*noticeOutput, error) {
		b := in.Body
		n, err := d.Board.Publish(ctx, a, disclosure.Draft{EstateID: b.EstateID, Kind: b.Kind, Audience: b.Audience, Form: b.Form, Title: b.Title, Body: b.Body, FileIDs: b.FileIDs, Scope: event.Scope{Buildings: b.Buildings, Units: b.Units}, Duties: b.Duties, Contents: b.Contents,
			ClientRef: b.ClientRef, InputHash: web.InputHash(b.EstateID, b.Kind, b.Audience, b.Form, b.Title, b.Body, b.FileIDs, b.Buildings, b.Units, b.Duties, b.Contents)})
		if err != nil {
			return nil, err
		}
		return shownNotice(ctx, d, a, n.ID)
	}
}

func shownNotice(ctx context.Context, d Deps, a org.Actor, id int64) (*noticeOutput, error) {
	v, err := d.Board.Find(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &noticeOutput{Body: viewNotice(*v)}, nil
}

func listNotices(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[noticeView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[noticeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.List(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v disclosure.View) int64 { return v.ID }, viewNotice), nil
	}
}

func showNotice(d Deps) func(context.Context, org.Actor, *IDPath) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*noticeOutput, error) {
		return shownNotice(ctx, d, a, in.ID)
	}
}

type reviseInput struct {
	IDPath
	Body struct {
		On      int     `json:"on,omitempty" minimum:"0" doc:"看过的是第几版；有别人先改了就拒绝。不填为现在的版本"`
		Title   string  `json:"title" minLength:"1" maxLength:"60"`
		Body    string  `json:"body" minLength:"1" maxLength:"10000"`
		Reason  string  `json:"reason" minLength:"1" maxLength:"200" doc:"修改原因，居民可见"`
		FileIDs []int64 `json:"file_ids,omitempty" maxItems:"20" doc:"新增的附件"`
		Without []int64 `json:"without_file_ids,omitempty" maxItems:"20" doc:"新版本不再带的附件；旧版本里仍看得到"`
	}
}

func reviseNotice(d Deps) func(context.Context, org.Actor, *reviseInput) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviseInput) (*noticeOutput, error) {
		b := in.Body
		if err := d.Board.Revise(ctx, a, in.ID, disclosure.Revision{On: b.On, Title: b.Title, Body: b.Body, Reason: b.Reason, FileIDs: b.FileIDs, Without: b.Without}); err != nil {
			return nil, err
		}
		return shownNotice(ctx, d, a, in.ID)
	}
}

type withdrawInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"撤回原因，居民可见"`
	}
}

func withdrawNotice(d Deps) func(context.Context, org.Actor, *withdrawInput) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *withdrawInput) (*noticeOutput, error) {
		if err := d.Board.Withdraw(ctx, a, in.ID, in.Body.Reason); err != nil {
			return nil, err
		}
		return shownNotice(ctx, d, a, in.ID)
	}
}

type confirmWithdrawalInput struct {
	IDPath
	Body struct {
		Confirm bool `json:"confirm" doc:"true 同意撤回；false 不同意，公示照常"`
	}
}

func confirmWithdrawal(d Deps) func(context.Context, org.Actor, *confirmWithdrawalInput) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *confirmWithdrawalInput) (*noticeOutput, error) {
		if err := d.Board.ConfirmWithdrawal(ctx, a, in.ID, in.Body.Confirm); err != nil {
			return nil, err
		}
		return shownNotice(ctx, d, a, in.ID)
	}
}
