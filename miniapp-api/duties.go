package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func dutyRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "应公开事项", web.Residents)
	web.Handle(g, web.Op{ID: "showDuties", Method: http.MethodGet, Path: "/estates/{id}/duties", Summary: "小区的应公开事项清单：谁、依据哪一条、多久、最晚哪天，公开了没有", Action: org.ReadBoard}, showDuties(d))
	questionRoutes(g, d)
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
