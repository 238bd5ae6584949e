package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// preparationRoutes are what comes before a meeting of owners.
func preparationRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会筹备", web.Staff)
	web.Handle(g, web.Op{ID: "officeListPetitions", Method: http.MethodGet, Path: "/estates/{id}/petitions", Summary: "业主联名提议", Action: org.ReadMeetings}, listPetitions(d))
	web.Handle(g, web.Op{ID: "officeShowPetition", Method: http.MethodGet, Path: "/petitions/{id}", Summary: "一件联名提议：议题，按人数和面积签了多少、还差多少；看不到谁签的", Action: org.ReadMeetings}, showPetition(d))
	web.Handle(g, web.Op{ID: "officeCountPetition", Method: http.MethodPost, Path: "/petitions/{id}/count", Summary: "名册或规定有变化后，重新核对是否够数", Action: org.ReadMeetings, Rate: workRate}, countPetition(d))
	web.Handle(g, web.Op{ID: "officeOrderMeeting", Method: http.MethodPost, Path: "/estates/{id}/meeting-orders", Summary: "乡镇（办事处）责令业委会限期召集会议", Action: org.GuideMeetings, Rate: workRate, Status: http.StatusCreated}, orderMeeting(d))
	web.Handle(g, web.Op{ID: "officeListOrders", Method: http.MethodGet, Path: "/estates/{id}/meeting-orders", Summary: "责令召集会议的通知", Action: org.ReadMeetings}, listOrders(d))
	web.Handle(g, web.Op{ID: "officeRequestGroup", Method: http.MethodPost, Path: "/estates/{id}/groups", Summary: "登记组建筹备组或换届小组的书面要求，开始计算组建期限", Action: org.FormGroup, Rate: workRate, Status: http.StatusCreated}, requestGroup(d))
	web.Handle(g, web.Op{ID: "officeListGroups", Method: http.MethodGet, Path: "/estates/{id}/groups", Summary: "筹备组和换届小组", Action: org.ReadMeetings}, listGroups(d))
	web.Handle(g, web.Op{ID: "officeShowGroup", Method: http.MethodGet, Path: "/groups/{id}", Summary: "筹备组或换届小组：成员、期限、还缺什么", Action: org.ReadMeetings}, showGroup(d))
	web.Handle(g, web.Op{ID: "officeListMembers", Method: http.MethodPut, Path: "/groups/{id}/members", Summary: "公示成员名单，听取异议", Action: org.FormGroup, Rate: workRate}, listMembers(d))
	web.Handle(g, web.Op{ID: "officeConfirmDelivery", Method: http.MethodPost, Path: "/groups/{id}/delivery", Summary: "住建局凭证明材料确认交付面积", Action: org.ConfirmDelivery, Rate: workRate}, confirmDelivery(d))
	web.Handle(g, web.Op{ID: "officeFormGroup", Method: http.MethodPost, Path: "/groups/{id}/formation", Summary: "成立；不符合的条件逐项指出", Action: org.FormGroup, Rate: workRate}, formGroup(d))
	web.Handle(g, web.Op{ID: "officeEndGroup", Method: http.MethodPost, Path: "/groups/{id}/ending", Summary: "结束：原因", Action: org.FormGroup, Rate: workRate}, endGroup(d))
	estateRuleRoutes(g, d)
	candidateRoutes(g, d)
	credentialRoutes(g, d)
}

type petitionOutput struct{ Body hall.Petition }

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

func countPetition(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Assemblies.Oblige(ctx, a, in.ID)
	}
}

type orderMeetingInput struct {
	IDPath
	Body struct {
		Cause      assembly.Cause `json:"cause" enum:"petition,regular,term" doc:"petition 联名提议够数没有召集；regular 没有按议事规则开定期会议；term 任期届满没有换届"`
		PetitionID int64          `json:"petition_id,omitempty" minimum:"0"`
		Reason     string         `json:"reason" minLength:"4" maxLength:"1000" doc:"事实和依据"`
		FileIDs    []int64        `json:"file_ids,omitempty" maxItems:"10"`
		ClientRef  string         `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type orderOutput struct{ Body hall.Order }

func orderMeeting(d Deps) func(context.Context, org.Actor, *orderMeetingInput) (*orderOutput, error) {
	return func(ctx context.Context, a org.Actor, in *orderMeetingInput) (*orderOutput, error) {
		b := in.Body
		o, err := d.Assemblies.Order(ctx, a, assembly.NewOrder{EstateID: in.ID, Cause: b.Cause, PetitionID: b.PetitionID, Reason: b.Reason, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("order", in.ID, b)})
		if err != nil {
			return nil, err
		}
		return &orderOutput{Body: hall.OfOrder(*o)}, nil
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
		Kind      assembly.GroupKind `json:"kind" enum:"first,renewal" doc:"first 首次业主大会筹备组；renewal 换届小组"`
		Text      string             `json:"text" minLength:"4" maxLength:"1000" doc:"谁要求、理由"`
		FileIDs   []int64            `json:"file_ids,omitempty" maxItems:"10"`
		ClientRef string             `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type groupOutput struct{ Body hall.Group }

func groupOut(g *assembly.Group, err error) (*groupOutput, error) {
	if err != nil {
		return nil, err
	}
	return &groupOutput{Body: hall.OfGroup(*g)}, nil
}

func requestGroup(d Deps) func(context.Context, org.Actor, *requestGroupInput) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *requestGroupInput) (*groupOutput, error) {
		b := in.Body
		return groupOut(d.Assemblies.RequestGroup(ctx, a, assembly.GroupRequest{EstateID: in.ID, Kind: b.Kind, Text: b.Text, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("group", in.ID, b)}))
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

type memberBody struct {
	Part        assembly.Part `json:"part" enum:"owner,developer,township,community,committee"`
	Head        bool          `json:"head,omitempty" doc:"组长"`
	Name        string        `json:"name" minLength:"2" maxLength:"20" doc:"公示和保存时只留姓"`
	UnitID      int64         `json:"unit_id,omitempty" minimum:"0" doc:"业主代表的房屋"`
	Recommended string        `json:"recommended,omitempty" maxLength:"100" doc:"由谁推荐"`
}

type listMembersInput struct {
	IDPath
	Body struct {
		Members []memberBody `json:"members" minItems:"1" maxItems:"31"`
		Until   time.Time    `json:"until" doc:"异议截止的时间"`
	}
}

func listMembers(d Deps) func(context.Context, org.Actor, *listMembersInput) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *listMembersInput) (*groupOutput, error) {
		members := make([]assembly.NewMember, len(in.Body.Members))
		for i, m := range in.Body.Members {
			members[i] = assembly.NewMember(m)
		}
		return groupOut(d.Assemblies.ListMembers(ctx, a, in.ID, members, in.Body.Until))
	}
}

type deliveryInput struct {
	IDPath
	Body struct {
		Text    string  `json:"text" minLength:"4" maxLength:"500" doc:"依据的文件和结论"`
		FileIDs []int64 `json:"file_ids" minItems:"1" maxItems:"10"`
	}
}

func confirmDelivery(d Deps) func(context.Context, org.Actor, *deliveryInput) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *deliveryInput) (*groupOutput, error) {
		return groupOut(d.Assemblies.ConfirmDelivery(ctx, a, in.ID, in.Body.Text, in.Body.FileIDs))
	}
}

func formGroup(d Deps) func(context.Context, org.Actor, *IDPath) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*groupOutput, error) {
		return groupOut(d.Assemblies.Form(ctx, a, in.ID))
	}
}

type endGroupInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"业主会看到"`
	}
}

func endGroup(d Deps) func(context.Context, org.Actor, *endGroupInput) (*groupOutput, error) {
	return func(ctx context.Context, a org.Actor, in *endGroupInput) (*groupOutput, error) {
		return groupOut(d.Assemblies.EndGroup(ctx, a, in.ID, in.Body.Reason))
	}
}
