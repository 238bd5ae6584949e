// Package public is the open API without sign-in: /public/v1, and Open311 GeoReport v2 at /open311/v2. It shows what anybody may know and nothing about people.
package public

import (
	"context"
	_ "embed"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

//go:embed privacy_notice.txt
var privacyNotice string

// Deps are the services behind the surface.
type Deps struct {
	Assemblies *assembly.Service
	Complaints *complaint.Service
	Board      *disclosure.Service
	Codes      *session.Codes
	PublicURL  string
	Production bool   // what is filed is acted upon
	Bureau     string // who gives keys of the open interface

	site *web.Site
}

var readRate = &limit.Rule{Name: "public", Rate: 300, Per: time.Minute, Burst: 100}

// Routes mounts the surface.
func Routes(site *web.Site, d Deps) {
	receiptRoutes(site, d)
	meetingRoutes(site, d)
	ballotRoutes(site, d)
	boardRoutes(site, d)
	dataRoutes(site, d)
	g := site.Group("/public/v1", "公开", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicPrivacyNotice", Method: http.MethodGet, Path: "/privacy-notice", Summary: "个人信息保护告知书", Rate: readRate}, showPrivacyNotice)
	web.HandleOpen(g, web.Op{ID: "publicListMandates", Method: http.MethodGet, Path: "/mandates", Summary: "职责清单：什么事由谁办、依据哪一条", Rate: readRate}, listMandates(d))
	web.HandleOpen(g, web.Op{ID: "publicListNotices", Method: http.MethodGet, Path: "/estates/{id}/notices", Summary: "小区公开的公示", Rate: readRate}, listNotices(d))
	web.HandleOpen(g, web.Op{ID: "publicListContacts", Method: http.MethodGet, Path: "/estates/{id}/contacts", Summary: "小区的投诉电话、投诉点和应急维修值班，近的在前", Rate: readRate}, listContacts(d))
	web.HandleOpen(g, web.Op{ID: "publicShowNotice", Method: http.MethodGet, Path: "/notices/{id}", Summary: "一份公开的公示", Rate: readRate}, showNotice(d))
	decideRoute(g)
	open311Routes(site, d)
}

type privacyOutput struct {
	Body struct {
		Version string `json:"version"`
		Text    string `json:"text"`
	}
}

func showPrivacyNotice(context.Context, *web.Empty) (*privacyOutput, error) {
	out := &privacyOutput{}
	out.Body.Version, out.Body.Text = org.PrivacyVersion, privacyNotice
	return out, nil
}

type mandateView struct {
	Matter string `json:"matter"`
	Name   string `json:"name"`
	Group  string `json:"group"`
	Unit   string `json:"unit"`
	Clause string `json:"clause"`
}

func listMandates(d Deps) func(context.Context, *web.Empty) (*web.All[mandateView], error) {
	return func(ctx context.Context, _ *web.Empty) (*web.All[mandateView], error) {
		matters, err := d.Complaints.Matters(ctx)
		if err != nil {
			return nil, err
		}
		return web.Whole(matters, func(m complaint.MatterView) mandateView {
			return mandateView{Matter: m.Code, Name: m.Name, Group: m.Group, Unit: m.Unit, Clause: m.Clause}
		}), nil
	}
}

type noticeView struct {
	ID          int64      `json:"id"`
	Number      string     `json:"number"`
	KindName    string     `json:"kind_name"`
	Publisher   string     `json:"publisher"`
	Title       string     `json:"title"`
	Body        string     `json:"body"`
	SHA256      string     `json:"sha256"`
	Version     int        `json:"version"`
	PublishedAt time.Time  `json:"published_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`

	WithdrawReason string              `json:"withdraw_reason,omitempty" doc:"为什么撤回；已撤回的不再作数"`
	Figures        []hall.NoticeFigure `json:"figures,omitempty" doc:"现在这一版从账簿取的数；列表里没有"`
}

func viewNotice(v disclosure.View) noticeView {
	return noticeView{ID: v.ID, Number: v.Number, KindName: disclosure.SortNames[v.Kind], Publisher: v.Publisher, Title: v.Title, Body: v.Body, SHA256: v.SHA256,
		Version: v.CurrentVersion, PublishedAt: web.Time(v.PublishedAt), WithdrawnAt: web.TimeOr(v.WithdrawnAt), WithdrawReason: v.WithdrawReason, Figures: figuresIn(v)}
}

// figuresIn are the sums of the version that stands; a list has none.
func figuresIn(v disclosure.View) []hall.NoticeFigure {
	if len(v.Versions) == 0 {
		return nil
	}
	return hall.OfFigures(v.Current().Figures)
}

type boardInput struct {
	ID int64 `path:"id" minimum:"1"`
	web.Page
}

func listNotices(d Deps) func(context.Context, *boardInput) (*web.List[noticeView], error) {
	return func(ctx context.Context, in *boardInput) (*web.List[noticeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListPublic(ctx, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v disclosure.View) int64 { return v.ID }, viewNotice), nil
	}
}

type noticeInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type noticeOutput struct{ Body noticeView }

func showNotice(d Deps) func(context.Context, *noticeInput) (*noticeOutput, error) {
	return func(ctx context.Context, in *noticeInput) (*noticeOutput, error) {
		v, err := d.Board.FindPublic(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &noticeOutput{Body: viewNotice(*v)}, nil
	}
}
