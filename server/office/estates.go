package office

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type EstateView struct {
	ID          int64    `json:"id"`
	Code        string   `json:"code"`
	Name        string   `json:"name"`
	Address     string   `json:"address"`
	Form        org.Form `json:"form"`
	TownshipID  int64    `json:"township_id"`
	CommunityID int64    `json:"community_id"`
	CompanyID   int64    `json:"company_id,omitempty"`
	CommitteeID int64    `json:"committee_id,omitempty"`
	Lat         *float64 `json:"lat,omitempty" doc:"小区的位置；没有登记的不填"`
	Lng         *float64 `json:"lng,omitempty"`
}

func viewEstate(e org.Estate) EstateView {
	return EstateView{ID: e.ID, Code: e.Code, Name: e.Name, Address: e.Address, Form: e.Form, TownshipID: e.TownshipID, CommunityID: e.CommunityID, CompanyID: e.CompanyID, CommitteeID: e.CommitteeID, Lat: hall.Degrees(e.LatE6), Lng: hall.Degrees(e.LngE6)}
}

type estatesInput struct {
	Text string `query:"text" maxLength:"40"`
	web.Page
}

func listEstates(d Deps) func(context.Context, org.Actor, *estatesInput) (*web.List[EstateView], error) {
	return func(ctx context.Context, a org.Actor, in *estatesInput) (*web.List[EstateView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListEstates(ctx, a, org.ReadRegister, in.Text, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(e org.Estate) int64 { return e.ID }, viewEstate), nil
	}
}

type newEstateInput struct {
	Body struct {
		Code        string   `json:"code,omitempty" maxLength:"64"`
		Name        string   `json:"name" minLength:"1" maxLength:"60"`
		Address     string   `json:"address,omitempty" maxLength:"200"`
		Form        org.Form `json:"form,omitempty" enum:"compound,single_building" doc:"小区或独立单栋"`
		CommunityID int64    `json:"community_id" minimum:"1"`
	}
}

type estateOutput struct{ Body EstateView }

func createEstate(d Deps) func(context.Context, org.Actor, *newEstateInput) (*estateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *newEstateInput) (*estateOutput, error) {
		b := in.Body
		e, err := d.Org.CreateEstate(ctx, a, org.NewEstate{Code: b.Code, Name: b.Name, Address: b.Address, Form: b.Form, CommunityID: b.CommunityID})
		if err != nil {
			return nil, err
		}
		return &estateOutput{Body: viewEstate(*e)}, nil
	}
}

type functionView struct {
	Function       org.Function `json:"function"`
	OrganisationID int64        `json:"organisation_id"`
	Organisation   string       `json:"organisation"`
	StandIn        bool         `json:"stand_in" doc:"是否代为履行"`
	Reason         string       `json:"reason,omitempty"`
}

type estateDetail struct {
	Body struct {
		EstateView
		Functions []functionView `json:"functions"`
	}
}

func showEstate(d Deps) func(context.Context, org.Actor, *IDPath) (*estateDetail, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*estateDetail, error) {
		e, names, err := d.Org.FindEstate(ctx, a, org.ReadRegister, in.ID)
		if err != nil {
			return nil, err
		}
		out := &estateDetail{}
		out.Body.EstateView = viewEstate(*e)
		for _, f := range e.Functions() {
			out.Body.Functions = append(out.Body.Functions, functionView{Function: f.Function, OrganisationID: f.OrganisationID,
				Organisation: names[f.OrganisationID].Name, StandIn: f.StandIn, Reason: f.Reason})
		}
		return out, nil
	}
}

type appointInput struct {
	IDPath
	Function org.Function `path:"function" enum:"committee,company,community"`
	Body     struct {
		OrganisationID int64  `json:"organisation_id" minimum:"0" doc:"0表示目前没有"`
		Reason         string `json:"reason" minLength:"1" maxLength:"200" doc:"依据，例如合同编号、备案编号"`
	}
}

func appoint(d Deps) func(context.Context, org.Actor, *appointInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *appointInput) (*web.Empty, error) {
		return nil, d.Org.Appoint(ctx, a, in.ID, in.Function, in.Body.OrganisationID, in.Body.Reason)
	}
}

type buildingView struct {
	ID   int64    `json:"id"`
	Name string   `json:"name"`
	Lat  *float64 `json:"lat,omitempty" doc:"这一幢的位置；没有登记的按小区的位置"`
	Lng  *float64 `json:"lng,omitempty"`
}

func listBuildings(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[buildingView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[buildingView], error) {
		rows, err := d.Org.ListBuildings(ctx, a, org.ReadRegister, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(b org.Building) buildingView {
			return buildingView{ID: b.ID, Name: b.Name, Lat: hall.Degrees(b.LatE6), Lng: hall.Degrees(b.LngE6)}
		}), nil
	}
}

type positionInput struct {
	IDPath
	Body struct {
		BuildingID int64   `json:"building_id,omitempty" minimum:"0" doc:"哪一幢；不填为整个小区"`
		Lat        float64 `json:"lat" minimum:"-90" maximum:"90"`
		Lng        float64 `json:"lng" minimum:"-180" maximum:"180"`
	}
}

func locate(d Deps) func(context.Context, org.Actor, *positionInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *positionInput) (*web.Empty, error) {
		b := in.Body
		return nil, d.Org.Locate(ctx, a, in.ID, b.BuildingID, org.Position{LatE6: *millionths(&b.Lat), LngE6: *millionths(&b.Lng)})
	}
}
