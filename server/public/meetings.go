package public

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var bundleRate = &limit.Rule{Name: "bundle", Rate: 20, Per: time.Hour, Burst: 5}

func meetingRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "业主大会", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicListMeetings", Method: http.MethodGet, Path: "/estates/{id}/meetings", Summary: "小区的业主大会：从名册公示起，没有结束的在前，结束的一年内都列出；名册和表决记录的指纹，没有任何人怎么投的", Rate: readRate}, listMeetings(d))
	web.HandleOpen(g, web.Op{ID: "publicMeetingBundle", Method: http.MethodGet, Path: "/meetings/{id}/bundle", Summary: "下载可以复核的数据包（公开版）：不含任何住户怎么投的", Rate: bundleRate, Timeout: 2 * time.Minute}, meetingBundle(d))
}

// MeetingPath names a meeting.
type MeetingPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func listMeetings(d Deps) func(context.Context, *boardInput) (*web.List[hall.BoardMeeting], error) {
	return func(ctx context.Context, in *boardInput) (*web.List[hall.BoardMeeting], error) {
		order, before, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListOnBoard(ctx, in.ID, order, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(in.Page, rows, func(m assembly.OnBoard) (int64, int64) { return m.Place() }, func(m assembly.OnBoard) hall.BoardMeeting {
			return hall.ViewOnBoard(&m, d.PublicURL)
		}), nil
	}
}

func meetingBundle(d Deps) func(context.Context, *MeetingPath) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *MeetingPath) (*huma.StreamResponse, error) {
		return web.Download(ctx, "application/zip", func(w io.Writer) (string, error) {
			m, err := d.Assemblies.PublicBundle(ctx, in.ID, w)
			return hall.BundleName(m, "public"), err
		})
	}
}
