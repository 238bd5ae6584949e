package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type homeView struct {
	ID         int64          `json:"id"`
	EstateID   int64          `json:"estate_id"`
	Estate     string         `json:"estate"`
	UnitID     int64          `json:"unit_id"`
	Unit       string         `json:"unit"`
	Role       org.Role       `json:"role"`
	Area       string         `json:"area" doc:"平方米"`
	AreaSource org.AreaSource `json:"area_source"`
	LeaseEnds  string         `json:"lease_ends,omitempty"`
}

func listHomes(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[homeView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[homeView], error) {
		rows, err := d.Org.MyHomes(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(h org.HomeView) homeView {
			return homeView{ID: h.ID, EstateID: h.EstateID, Estate: h.EstateName, UnitID: h.UnitID, Unit: h.UnitName, Role: h.Role,
				Area: area.Milli(h.AreaMilli).String(), AreaSource: h.AreaSource, LeaseEnds: web.DayOr(h.LeaseEnds)}
		}), nil
	}
}

func leaveHome(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Org.Leave(ctx, a, in.ID)
	}
}

type searchInput struct {
	Text string `query:"text" required:"true" minLength:"1" maxLength:"40"`
}

type EstateLine struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

func viewEstateLine(e org.Estate) EstateLine {
	return EstateLine{ID: e.ID, Name: e.Name, Address: e.Address}
}

func searchEstates(d Deps) func(context.Context, org.Actor, *searchInput) (*web.All[EstateLine], error) {
	return func(ctx context.Context, a org.Actor, in *searchInput) (*web.All[EstateLine], error) {
		rows, err := d.Org.SearchEstates(ctx, a, in.Text, 20)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewEstateLine), nil
	}
}

type functionView struct {
	Function     org.Function `json:"function"`
	Organisation string       `json:"organisation"`
	Phone        string       `json:"phone,omitempty"`
	StandIn      bool         `json:"stand_in" doc:"是否代为履行"`
	Reason       string       `json:"reason,omitempty"`
}

type buildingView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type estateOutput struct {
	Body struct {
		EstateLine
		Form      org.Form       `json:"form"`
		Functions []functionView `json:"functions" doc:"各项职责由谁负责；没有时由谁代为履行"`
		Buildings []buildingView `json:"buildings"`
	}
}

func showEstate(d Deps) func(context.Context, org.Actor, *IDPath) (*estateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*estateOutput, error) {
		e, names, err := d.Org.FindEstate(ctx, a, org.ReadBoard, in.ID)
		if err != nil {
			return nil, err
		}
		buildings, err := d.Org.ListBuildings(ctx, a, org.ReadBoard, in.ID)
		if err != nil {
			return nil, err
		}
		out := &estateOutput{}
		out.Body.EstateLine, out.Body.Form = viewEstateLine(*e), e.Form
		out.Body.Functions, out.Body.Buildings = []functionView{}, []buildingView{}
		for _, f := range e.Functions() {
			o := names[f.OrganisationID]
			out.Body.Functions = append(out.Body.Functions, functionView{Function: f.Function, Organisation: o.Name, Phone: o.Phone, StandIn: f.StandIn, Reason: f.Reason})
		}
		for _, b := range buildings {
			out.Body.Buildings = append(out.Body.Buildings, buildingView{ID: b.ID, Name: b.Name})
		}
		return out, nil
	}
}

type locateInput struct {
	IDPath
	Building string `query:"building" required:"true" minLength:"1" maxLength:"40" doc:"幢"`
	Entrance string `query:"entrance" maxLength:"20" doc:"单元，没有就不填"`
	Number   string `query:"number" required:"true" minLength:"1" maxLength:"40" doc:"房号"`
}

type unitOutput struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func locateUnit(d Deps) func(context.Context, org.Actor, *locateInput) (*unitOutput, error) {
	return func(ctx context.Context, a org.Actor, in *locateInput) (*unitOutput, error) {
		u, err := d.Org.LocateUnit(ctx, a, in.ID, in.Building, in.Entrance, in.Number)
		if err != nil {
			return nil, err
		}
		out := &unitOutput{}
		out.Body.ID = u.ID
		return out, nil
	}
}

type householdInvite struct {
	IDPath
	Body struct {
		Role      org.Role `json:"role" enum:"family,tenant"`
		LeaseEnds string   `json:"lease_ends,omitempty" format:"date" doc:"邀请租客时填租约到期日，最长二十年"`
	}
}

type invitedOutput struct {
	Body struct {
		Token     string    `json:"token" doc:"只显示这一次，请转给对方"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func inviteHousehold(d Deps) func(context.Context, org.Actor, *householdInvite) (*invitedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *householdInvite) (*invitedOutput, error) {
		ends, err := web.Day(in.Body.LeaseEnds, "lease_ends")
		if err != nil {
			return nil, err
		}
		inv, err := d.Org.InviteHousehold(ctx, a, in.ID, in.Body.Role, ends)
		if err != nil {
			return nil, err
		}
		out := &invitedOutput{}
		out.Body.Token, out.Body.ExpiresAt = inv.Token, web.Time(inv.ExpiresAt)
		return out, nil
	}
}

type memberView struct {
	ID    int64     `json:"id"`
	Name  string    `json:"name" doc:"已打码"`
	Role  org.Role  `json:"role"`
	Since time.Time `json:"since"`
}

func listHousehold(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[memberView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[memberView], error) {
		rows, err := d.Org.ListHousehold(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(h org.Household) memberView {
			return memberView{ID: h.ID, Name: h.Name, Role: h.Role, Since: web.Time(h.Since)}
		}), nil
	}
}

func endHousehold(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Org.EndHousehold(ctx, a, in.ID)
	}
}
