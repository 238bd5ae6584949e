package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type noticeView struct {
	ID          int64              `json:"id"`
	Number      string             `json:"number"`
	Kind        string             `json:"kind"`
	KindName    string             `json:"kind_name"`
	FormName    string             `json:"form_name"`
	Publisher   string             `json:"publisher"`
	Title       string             `json:"title"`
	Body        string             `json:"body"`
	SHA256      string             `json:"sha256" doc:"这一版全部内容的校验值"`
	Version     int                `json:"version"`
	PublishedAt time.Time          `json:"published_at"`
	WithdrawnAt *time.Time         `json:"withdrawn_at,omitempty"`
	Reason      string             `json:"withdraw_reason,omitempty"`
	Versions    []versionView      `json:"versions,omitempty"`
	FileIDs     []int64            `json:"file_ids,omitempty"`
	Period      *hall.NoticePeriod `json:"period,omitempty" doc:"公示期；公告和通知没有"`
	Spoken      string             `json:"spoken,omitempty" doc:"金额的大白话，可朗读"`
	Chart       string             `json:"chart,omitempty" doc:"收入、支出、结余图（SVG），带文字说明"`
}

type versionView struct {
	Version int                 `json:"version"`
	Title   string              `json:"title"`
	Body    string              `json:"body"`
	Reason  string              `json:"reason,omitempty" doc:"修改原因"`
	At      time.Time           `json:"at"`
	SHA256  string              `json:"sha256"`
	Checked bool                `json:"checked" doc:"由另一个人核对后发布"`
	FileIDs []int64             `json:"file_ids,omitempty"`
	Figures []hall.NoticeFigure `json:"figures,omitempty" doc:"从账簿、维修项目或账单取的数"`
	Rates   []hall.NoticeRate   `json:"rates,omitempty" doc:"由应收和实收算出的收缴率"`
	Changes []hall.NoticeChange `json:"changes,omitempty" doc:"和上一版的差别"`
}

func viewNotice(v disclosure.View) noticeView {
	n := noticeView{ID: v.ID, Number: v.Number, Kind: string(v.Kind), KindName: disclosure.SortNames[v.Kind], FormName: disclosure.FormNames[v.Form], Publisher: v.Publisher, Title: v.Title, Body: v.Body,
		SHA256: v.SHA256, Version: v.CurrentVersion, PublishedAt: web.Time(v.PublishedAt), WithdrawnAt: web.TimeOr(v.WithdrawnAt), Reason: v.WithdrawReason, FileIDs: v.FileIDs}
	for _, x := range v.Versions {
		n.Versions = append(n.Versions, versionView{Version: x.Version.Version, Title: x.Title, Body: x.Body, Reason: x.Reason, At: web.Time(x.At), SHA256: x.SHA256, Checked: x.ConfirmedBy != 0,
			FileIDs: hall.FilesOf(&x.Version), Figures: hall.OfFigures(x.Figures), Rates: hall.OfRates(x.Figures), Changes: hall.OfChanges(x.Changes)})
	}
	n.Period, n.Spoken, n.Chart = hall.OfPeriod(v.Period), v.Spoken(), v.Chart()
	return n
}

func listBoard(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[noticeView], error) {
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

type noticeOutput struct{ Body noticeView }

func showNotice(d Deps) func(context.Context, org.Actor, *IDPath) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*noticeOutput, error) {
		v, err := d.Board.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &noticeOutput{Body: viewNotice(*v)}, nil
	}
}

type itemView struct {
	ID          int64      `json:"id"`
	Title       string     `json:"title"`
	Body        string     `json:"body"`
	SubjectKind string     `json:"subject_kind"`
	SubjectID   int64      `json:"subject_id"`
	At          time.Time  `json:"at"`
	ReadAt      *time.Time `json:"read_at,omitempty"`
}

func viewItem(i inbox.Entry) itemView {
	return itemView{ID: i.ID, Title: i.Title, Body: i.Body, SubjectKind: i.SubjectKind, SubjectID: i.SubjectID, At: web.Time(i.CreatedAt), ReadAt: web.TimeOr(i.ReadAt)}
}

type inboxInput struct {
	Unread bool `query:"unread" doc:"只看未读的"`
	web.Page
}

func listInbox(d Deps) func(context.Context, org.Actor, *inboxInput) (*web.List[itemView], error) {
	return func(ctx context.Context, a org.Actor, in *inboxInput) (*web.List[itemView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		list := d.Inbox.List
		if in.Unread {
			list = d.Inbox.ListUnread
		}
		rows, err := list(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(i inbox.Entry) int64 { return i.ID }, viewItem), nil
	}
}

type countOutput struct {
	Body struct {
		Count int64 `json:"count"`
	}
}

func countUnread(d Deps) func(context.Context, org.Actor, *web.Empty) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*countOutput, error) {
		n, err := d.Inbox.Unread(ctx, a)
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}

type readInput struct {
	Body struct {
		IDs  []int64 `json:"ids,omitempty" minItems:"1" maxItems:"100" doc:"这几条"`
		UpTo int64   `json:"up_to,omitempty" minimum:"1" doc:"或这一条和它之前的全部；两样填一样"`
	}
}

func markRead(d Deps) func(context.Context, org.Actor, *readInput) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, in *readInput) (*countOutput, error) {
		n, err := d.Inbox.Mark(ctx, a, in.Body.IDs, in.Body.UpTo)
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}
