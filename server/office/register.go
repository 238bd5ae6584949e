package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func registerRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "单位和岗位", web.Staff)
	web.Handle(g, web.Op{ID: "officeListOrganisations", Method: http.MethodGet, Path: "/organisations", Summary: "单位", Action: org.ReadOrganisations}, listOrganisations(d))
	web.Handle(g, web.Op{ID: "officeCreateOrganisation", Method: http.MethodPost, Path: "/organisations", Summary: "新建单位", Action: org.ManageOrganisations, Status: http.StatusCreated}, createOrganisation(d))
	web.Handle(g, web.Op{ID: "officeListPosts", Method: http.MethodGet, Path: "/organisations/{id}/posts", Summary: "单位的岗位", Action: org.ReadOrganisations}, listPosts(d))
	web.Handle(g, web.Op{ID: "officeMyPosts", Method: http.MethodGet, Path: "/posts", Summary: "我的岗位", Action: org.ManageSelf}, myPosts(d))
	web.Handle(g, web.Op{ID: "officeCreatePost", Method: http.MethodPost, Path: "/posts", Summary: "新建岗位", Action: org.InvitePost, Status: http.StatusCreated}, createPost(d))
	web.Handle(g, web.Op{ID: "officeClosePost", Method: http.MethodDelete, Path: "/posts/{id}", Summary: "撤销岗位", Action: org.InvitePost}, closePost(d))
	web.Handle(g, web.Op{ID: "officeInvitePost", Method: http.MethodPost, Path: "/posts/{id}/invitations", Summary: "邀请任职（一次性二维码）", Action: org.InvitePost, Status: http.StatusCreated}, invitePost(d))
	web.Handle(g, web.Op{ID: "officeListInvitations", Method: http.MethodGet, Path: "/posts/{id}/invitations", Summary: "还能使用的邀请", Action: org.InvitePost}, listInvitations(d))
	web.Handle(g, web.Op{ID: "officeRevokeInvitation", Method: http.MethodDelete, Path: "/posts/{id}/invitations/{invitation}", Summary: "作废邀请", Action: org.InvitePost}, revokeInvitation(d))
	web.Handle(g, web.Op{ID: "officeReleaseHolder", Method: http.MethodDelete, Path: "/posts/{id}/holders/{person}", Summary: "办理离任", Action: org.InvitePost}, releaseHolder(d))

	e := site.Group(prefix, "小区名册", web.Staff)
	web.Handle(e, web.Op{ID: "officeListEstates", Method: http.MethodGet, Path: "/estates", Summary: "小区", Action: org.ReadRegister}, listEstates(d))
	web.Handle(e, web.Op{ID: "officeCreateEstate", Method: http.MethodPost, Path: "/estates", Summary: "建档小区", Action: org.ManageEstates, Status: http.StatusCreated}, createEstate(d))
	web.Handle(e, web.Op{ID: "officeShowEstate", Method: http.MethodGet, Path: "/estates/{id}", Summary: "小区和各项职责", Action: org.ReadRegister}, showEstate(d))
	web.Handle(e, web.Op{ID: "officeLocateEstate", Method: http.MethodPut, Path: "/estates/{id}/position", Summary: "登记小区或一幢楼的位置：张贴照片离得远的会提示", Action: org.ManageEstates}, locate(d))
	web.Handle(e, web.Op{ID: "officeAppoint", Method: http.MethodPut, Path: "/estates/{id}/functions/{function}", Summary: "指定业委会、物业企业或社区", Action: org.ManageEstates}, appoint(d))
	web.Handle(e, web.Op{ID: "officeListBuildings", Method: http.MethodGet, Path: "/estates/{id}/buildings", Summary: "幢", Action: org.ReadRegister}, listBuildings(d))
	web.Handle(e, web.Op{ID: "officeListUnits", Method: http.MethodGet, Path: "/estates/{id}/units", Summary: "房屋和业主（打码）", Action: org.ReadRegister}, listUnits(d))
	web.Handle(e, web.Op{ID: "officeShowUnit", Method: http.MethodGet, Path: "/units/{id}", Summary: "一套房屋", Action: org.ReadRegister}, showUnit(d))
	web.Handle(e, web.Op{ID: "officeRevealOwners", Method: http.MethodPost, Path: "/units/{id}/reveal", Summary: "查看业主完整信息（留痕）", Action: org.RevealPerson, Rate: revealRate}, revealOwners(d))
	web.Handle(e, web.Op{ID: "officeTransferUnit", Method: http.MethodPost, Path: "/units/{id}/transfers", Summary: "登记权属变更", Action: org.RecordOwnership}, transferUnit(d))
	ownerSetRoutes(e, d)
	residenceRoutes(e, d)
	rosterRoutes(e, d)

	a := site.Group(prefix, "认证和异议", web.Staff)
	web.Handle(a, web.Op{ID: "officeListApplications", Method: http.MethodGet, Path: "/applications", Summary: "住户认证申请（打码）", Action: org.DecideResidency}, listApplications(d))
	web.Handle(a, web.Op{ID: "officeShowApplication", Method: http.MethodGet, Path: "/applications/{id}", Summary: "一份认证申请（留痕）", Action: org.DecideResidency}, showApplication(d))
	web.Handle(a, web.Op{ID: "officeDecideApplication", Method: http.MethodPost, Path: "/applications/{id}/decision", Summary: "办理认证申请", Action: org.DecideResidency}, decideApplication(d))
	web.Handle(a, web.Op{ID: "officeListAreaClaims", Method: http.MethodGet, Path: "/area-claims", Summary: "面积异议", Action: org.DecideArea}, listAreaClaims(d))
	web.Handle(a, web.Op{ID: "officeShowAreaClaim", Method: http.MethodGet, Path: "/area-claims/{id}", Summary: "一份面积异议", Action: org.DecideArea}, showAreaClaim(d))
	web.Handle(a, web.Op{ID: "officeDecideAreaClaim", Method: http.MethodPost, Path: "/area-claims/{id}/decision", Summary: "办理面积异议", Action: org.DecideArea}, decideAreaClaim(d))
	web.Handle(a, web.Op{ID: "officeListPrivacyRequests", Method: http.MethodGet, Path: "/privacy-requests", Summary: "个人信息更正和删除申请", Action: org.DecideErasure}, listPrivacyRequests(d))
	web.Handle(a, web.Op{ID: "officeDecidePrivacyRequest", Method: http.MethodPost, Path: "/privacy-requests/{id}/decision", Summary: "办理个人信息申请", Action: org.DecideErasure}, decidePrivacyRequest(d))
	web.Handle(a, web.Op{ID: "officeListAudit", Method: http.MethodGet, Path: "/audit", Summary: "操作留痕", Action: org.ReadAudit}, listAudit(d))
}

type organisationView struct {
	ID       int64    `json:"id"`
	Kind     org.Kind `json:"kind"`
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	ParentID int64    `json:"parent_id"`
	CityWide bool     `json:"city_wide"`
	Phone    string   `json:"phone,omitempty"`
}

func viewOrganisation(o org.Organisation) organisationView {
	return organisationView{ID: o.ID, Kind: o.Kind, Code: o.Code, Name: o.Name, ParentID: o.ParentID, CityWide: o.CityWide, Phone: o.Phone}
}

type organisationsInput struct {
	Kind   org.Kind `query:"kind" doc:"类别；不填为全部"`
	Parent int64    `query:"parent_id" minimum:"0"`
	Text   string   `query:"text" maxLength:"40"`
	web.Page
}

func listOrganisations(d Deps) func(context.Context, org.Actor, *organisationsInput) (*web.List[organisationView], error) {
	return func(ctx context.Context, a org.Actor, in *organisationsInput) (*web.List[organisationView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListOrganisations(ctx, a, org.OrganisationFilter{Kind: in.Kind, ParentID: in.Parent, Text: in.Text, After: after, Limit: in.Want()})
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(o org.Organisation) int64 { return o.ID }, viewOrganisation), nil
	}
}

type newOrganisationInput struct {
	Body struct {
		Kind     org.Kind `json:"kind" enum:"township,community,department,utility,company,committee"`
		Code     string   `json:"code,omitempty" maxLength:"64"`
		Name     string   `json:"name" minLength:"1" maxLength:"60"`
		ParentID int64    `json:"parent_id" minimum:"1" doc:"上级单位"`
		Phone    string   `json:"phone,omitempty" maxLength:"40" doc:"对外公布的电话"`
	}
}

type organisationOutput struct{ Body organisationView }

func createOrganisation(d Deps) func(context.Context, org.Actor, *newOrganisationInput) (*organisationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *newOrganisationInput) (*organisationOutput, error) {
		b := in.Body
		o, err := d.Org.CreateOrganisation(ctx, a, org.NewOrganisation{Kind: b.Kind, Code: b.Code, Name: b.Name, ParentID: b.ParentID, Phone: b.Phone})
		if err != nil {
			return nil, err
		}
		return &organisationOutput{Body: viewOrganisation(*o)}, nil
	}
}
