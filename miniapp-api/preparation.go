package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// preparationRoutes are what owners do before a meeting.
func preparationRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会筹备", web.Residents)
	web.Handle(g, web.Op{ID: "openPetition", Method: http.MethodPost, Path: "/estates/{id}/petitions", Summary: "发起联名提议，要求召开临时会议；发起人同时签名", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, openPetition(d))
	web.Handle(g, web.Op{ID: "listPetitions", Method: http.MethodGet, Path: "/estates/{id}/petitions", Summary: "小区的联名提议", Action: org.ReadMeetings}, listPetitions(d))
	web.Handle(g, web.Op{ID: "showPetition", Method: http.MethodGet, Path: "/petitions/{id}", Summary: "一件联名提议：按人数和面积签了多少、还差多少；看不到谁签的", Action: org.ReadMeetings}, showPetition(d))
	web.Handle(g, web.Op{ID: "signPetition", Method: http.MethodPut, Path: "/petitions/{id}/signature", Summary: "签名：同一组业主只算一次；再签不会重复", Action: org.JoinMeeting, Rate: fileRate}, signPetition(d, false))
	web.Handle(g, web.Op{ID: "unsignPetition", Method: http.MethodDelete, Path: "/petitions/{id}/signature", Summary: "够数之前撤回自己的签名", Action: org.JoinMeeting, Rate: fileRate}, signPetition(d, true))
	web.Handle(g, web.Op{ID: "withdrawPetition", Method: http.MethodDelete, Path: "/petitions/{id}", Summary: "够数之前，发起人撤回提议", Action: org.JoinMeeting, Rate: fileRate}, withdrawPetition(d))
	web.Handle(g, web.Op{ID: "listOrders", Method: http.MethodGet, Path: "/estates/{id}/meeting-orders", Summary: "乡镇（办事处）责令召集会议的通知", Action: org.ReadMeetings}, listOrders(d))
	web.Handle(g, web.Op{ID: "requestGroup", Method: http.MethodPost, Path: "/estates/{id}/groups", Summary: "要求筹备首次业主大会", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, requestGroup(d))
	web.Handle(g, web.Op{ID: "listGroups", Method: http.MethodGet, Path: "/estates/{id}/groups", Summary: "筹备组和换届小组", Action: org.ReadMeetings}, listGroups(d))
	web.Handle(g, web.Op{ID: "showGroup", Method: http.MethodGet, Path: "/groups/{id}", Summary: "筹备组或换届小组：成员、期限、还缺什么", Action: org.ReadMeetings}, showGroup(d))
	web.Handle(g, web.Op{ID: "listRulebooks", Method: http.MethodGet, Path: "/estates/{id}/rulebooks", Summary: "议事规则、管理规约的历次版本和每次改了什么", Action: org.ReadMeetings}, listRulebooks(d))
	web.Handle(g, web.Op{ID: "listModels", Method: http.MethodGet, Path: "/estates/{id}/model-texts", Summary: "议事规则、管理规约、选举办法的示范文本", Action: org.ReadMeetings}, listModels(d))
	candidateRoutes(g, d)
	credentialRoutes(g, d)
}

type openPetitionInput struct {
	IDPath
	Body struct {
		Title   string `json:"title" minLength:"4" maxLength:"60"`
		Text    string `json:"text" minLength:"10" maxLength:"2000" doc:"为什么要开会；请不要写个人的电话和姓名"`
		Motions []struct {
			Title string `json:"title" minLength:"4" maxLength:"60"`
			Body  string `json:"body" minLength:"4" maxLength:"2000"`
		} `json:"motions" minItems:"1" maxItems:"10" doc:"要求表决的议题"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type petitionOutput struct{ Body hall.Petition }

func openPetition(d Deps) func(context.Context, org.Actor, *openPetitionInput) (*petitionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *openPetitionInput) (*petitionOutput, error) {
		b := in.Body
		p := assembly.NewPetition{EstateID: in.ID, Title: b.Title, Text: b.Text, ClientRef: b.ClientRef, InputHash: web.InputHash("petition", in.ID, b)}
		for _, m := range b.Motions {
			p.Wanted = append(p.Wanted, assembly.Wanted(m))
		}
		got, err := d.Assemblies.Petition(ctx, a, p)
		if err != nil {
			return nil, err
		}
		return &petitionOutput{Body: hall.OfPetition(*got)}, nil
	}
}

func listPetitions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Petition], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Petition], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListPetitions(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p assembly.Petition) int64 { return p.ID }, hall.OfPetition), nil
	}
}

func showPetition(d Deps) func(context.Context, org.Actor, *IDPath) (*petitionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*petitionOutput, error) {
		v, err := d.Assemblies.FindPetition(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &petitionOutput{Body: hall.OfPetitionView(v)}, nil
	}
}

func signPetition(d Deps, drop bool) func(context.Context, org.Actor, *IDPath) (*petitionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*petitionOutput, error) {
		if err := d.Assemblies.Sign(ctx, a, in.ID, drop); err != nil {
			return nil, err
		}
		return showPetition(d)(ctx, a, in)
	}
}

func withdrawPetition(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Assemblies.Withdraw(ctx, a, in.ID)
	}
}

func listOrders(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Order], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Order], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListOrders(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(o assembly.OrderView) int64 { return o.ID }, hall.OfOrderView), nil
	}
}

type requestGroupInput struct {
	IDPath
	Body struct {
		Text      string  `json:"text" minLength:"4" maxLength:"1000" doc:"要求和理由"`
		FileIDs   []int64 `json:"file_ids,omitempty" maxItems:"10"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type groupOutput struct{ Body hall.Group }

func requestGroup(d Deps) func(context.Context, org.Actor, *requestGroupInput) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *requestGroupInput) (*groupOutput, error) {
		b := in.Body
		g, err := d.Assemblies.RequestGroup(ctx, a, assembly.GroupRequest{EstateID: in.ID, Kind: assembly.FirstGroup, Text: b.Text, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("group", in.ID, b)})
		if err != nil {
			return nil, err
		}
		return &groupOutput{Body: hall.OfGroup(*g)}, nil
	}
}

func listGroups(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Group], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Group], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListGroups(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(g assembly.Group) int64 { return g.ID }, hall.OfGroup), nil
	}
}

func showGroup(d Deps) func(context.Context, org.Actor, *IDPath) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*groupOutput, error) {
		v, err := d.Assemblies.FindGroup(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &groupOutput{Body: hall.OfGroupView(v)}, nil
	}
}

type rulebooksInput struct {
	IDPath
	Kind assembly.RulebookKind `query:"kind" enum:"rules,covenant,voting" default:"rules"`
}

func listRulebooks(d Deps) func(context.Context, org.Actor, *rulebooksInput) (*hall.Rulebooks, error) {
	return func(ctx context.Context, a org.Actor, in *rulebooksInput) (*hall.Rulebooks, error) {
		list, err := d.Assemblies.ListRulebooks(ctx, a, in.ID, in.Kind)
		if err != nil {
			return nil, err
		}
		return hall.OfRulebooks(list), nil
	}
}

func listModels(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.Models, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.Models, error) {
		list, err := d.Assemblies.Models(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.OfModels(list), nil
	}
}
