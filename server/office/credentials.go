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

func credentialRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeEnterCredential", Method: http.MethodPost, Path: "/credentials", Summary: "录入投票权证明（继承、判决、监护、单位代表、建设单位代表、共有人代表），由另一个人审核", Action: org.ReviewCredential, Rate: workRate, Status: http.StatusCreated}, enterCredential(d))
	web.Handle(g, web.Op{ID: "officeListCredentials", Method: http.MethodGet, Path: "/estates/{id}/credentials", Summary: "小区的投票权证明", Action: org.ReviewCredential}, listCredentials(d))
	web.Handle(g, web.Op{ID: "officeShowCredential", Method: http.MethodGet, Path: "/credentials/{id}", Summary: "一份投票权证明和材料", Action: org.ReviewCredential}, showCredential(d))
	web.Handle(g, web.Op{ID: "officeReviewCredential", Method: http.MethodPost, Path: "/credentials/{id}/review", Summary: "审核：通过或不通过", Action: org.ReviewCredential, Rate: workRate}, reviewCredential(d))
	web.Handle(g, web.Op{ID: "officeRevokeCredential", Method: http.MethodPost, Path: "/credentials/{id}/revocation", Summary: "撤销：原因；已投的票不受影响", Action: org.ReviewCredential, Rate: workRate}, revokeCredential(d))
}

type enterCredentialInput struct {
	Body struct {
		UnitID    int64                   `json:"unit_id" minimum:"1"`
		Kind      assembly.CredentialKind `json:"kind" enum:"heir,judgment,guardian,agent,developer,representative" doc:"heir 继承人；judgment 判决确定的业主；guardian 监护人；agent 单位代表；developer 建设单位代表，为建设单位全部未售、未交付的房屋投票；representative 共有人代表"`
		Words     string                  `json:"words" minLength:"4" maxLength:"500" doc:"什么文件、谁出的、编号和日期"`
		From      time.Time               `json:"from"`
		Until     *time.Time              `json:"until,omitempty" doc:"继承、判决可以不填"`
		Phone     string                  `json:"phone" minLength:"5" maxLength:"20" doc:"本人登录小程序的手机号"`
		FileIDs   []int64                 `json:"file_ids" minItems:"1" maxItems:"20"`
		ClientRef string                  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type credentialOutput struct{ Body hall.Credential }

func credentialOut(ctx context.Context, d Deps, a org.Actor, c *assembly.Credential, err error) (*credentialOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Assemblies.FindCredential(ctx, a, c.ID)
	if err != nil {
		return nil, err
	}
	return &credentialOutput{Body: hall.OfCredential(*v)}, nil
}

func enterCredential(d Deps) func(context.Context, org.Actor, *enterCredentialInput) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterCredentialInput) (*credentialOutput, error) {
		b := in.Body
		c := assembly.NewCredential{UnitID: b.UnitID, Kind: b.Kind, Words: b.Words, From: b.From, Phone: b.Phone, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("credential", b)}
		if b.Until != nil {
			c.Until = *b.Until
		}
		got, err := d.Assemblies.AskCredential(ctx, a, c)
		return credentialOut(ctx, d, a, got, err)
	}
}

type credentialsInput struct {
	IDPage
	State assembly.CredentialState `query:"state" enum:",asked,accepted,refused,revoked,withdrawn" doc:"不填为全部"`
}

func listCredentials(d Deps) func(context.Context, org.Actor, *credentialsInput) (*web.List[hall.Credential], error) {
	return func(ctx context.Context, a org.Actor, in *credentialsInput) (*web.List[hall.Credential], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListCredentials(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(c assembly.CredentialView) int64 { return c.ID }, hall.OfCredential), nil
	}
}

func showCredential(d Deps) func(context.Context, org.Actor, *IDPath) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*credentialOutput, error) {
		return credentialOut(ctx, d, a, &assembly.Credential{ID: in.ID}, nil)
	}
}

type reviewCredentialInput struct {
	IDPath
	Body struct {
		Accept bool   `json:"accept"`
		Reason string `json:"reason" minLength:"4" maxLength:"500" doc:"核对了什么、结论是什么；本人会看到"`
	}
}

func reviewCredential(d Deps) func(context.Context, org.Actor, *reviewCredentialInput) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviewCredentialInput) (*credentialOutput, error) {
		c, err := d.Assemblies.ReviewCredential(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
		return credentialOut(ctx, d, a, c, err)
	}
}

type revokeCredentialInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"500" doc:"本人会看到"`
	}
}

func revokeCredential(d Deps) func(context.Context, org.Actor, *revokeCredentialInput) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revokeCredentialInput) (*credentialOutput, error) {
		c, err := d.Assemblies.RevokeCredential(ctx, a, in.ID, in.Body.Reason)
		return credentialOut(ctx, d, a, c, err)
	}
}
