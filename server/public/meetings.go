package public

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var bundleRate = &limit.Rule{Name: "bundle", Rate: 20, Per: time.Hour, Burst: 5}

func meetingRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "业主大会", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicMeetingBundle", Method: http.MethodGet, Path: "/meetings/{id}/bundle", Summary: "下载可以复核的数据包（公开版）：不含任何住户怎么投的", Rate: bundleRate, Timeout: 2 * time.Minute}, meetingBundle(d))
}

// MeetingPath names a meeting.
type MeetingPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func meetingBundle(d Deps) func(context.Context, *MeetingPath) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *MeetingPath) (*huma.StreamResponse, error) {
		return web.Download(ctx, "application/zip", func(w io.Writer) (string, error) {
			m, err := d.Assemblies.PublicBundle(ctx, in.ID, w)
			return hall.BundleName(m, "public"), err
		})
	}
}
