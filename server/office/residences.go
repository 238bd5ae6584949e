package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func residenceRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListResidences", Method: http.MethodGet, Path: "/units/{id}/residences", Summary: "这套房屋里谁有权限", Action: org.RecordOwnership}, listResidences(d))
	web.Handle(g, web.Op{ID: "officeEndResidence", Method: http.MethodPost, Path: "/residences/{id}/end", Summary: "认证有误：结束权限", Action: org.RecordOwnership}, endResidence(d))
}

type residenceView struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name" doc:"已打码"`
	Role      org.Role   `json:"role"`
	Basis     string     `json:"basis" doc:"roster 名册手机号，application 申请，invitation 业主邀请"`
	LeaseEnds *time.Time `json:"lease_ends,omitempty"`
	Since     time.Time  `json:"since"`
}

func listResidences(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[residenceView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[residenceView], error) {
		rows, err := d.Org.ListResidences(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(h org.Household) residenceView {
			return residenceView{ID: h.ID, Name: h.Name, Role: h.Role, Basis: h.Basis, LeaseEnds: h.LeaseEnds, Since: web.Time(h.Since)}
		}), nil
	}
}

type endResidenceInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"核对了什么，会留痕"`
	}
}

func endResidence(d Deps) func(context.Context, org.Actor, *endResidenceInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *endResidenceInput) (*web.Empty, error) {
		return nil, d.Org.EndWrongResidence(ctx, a, in.ID, in.Body.Reason)
	}
}
