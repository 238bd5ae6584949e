package miniapp

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
	web.Handle(g, web.Op{ID: "askCredential", Method: http.MethodPost, Path: "/credentials", Summary: "提交投票权证明（继承、判决、监护、单位代表、建设单位代表、共有人代表），社区审核后可以投票", Action: org.AskCredential, Status: http.StatusCreated, Rate: fileRate}, askCredential(d))
	web.Handle(g, web.Op{ID: "listCredentials", Method: http.MethodGet, Path: "/credentials", Summary: "我提交的和关于我房屋的投票权证明", Action: org.AskCredential}, listCredentials(d))
	web.Handle(g, web.Op{ID: "showCredential", Method: http.MethodGet, Path: "/credentials/{id}", Summary: "一份投票权证明", Action: org.AskCredential}, showCredential(d))
	web.Handle(g, web.Op{ID: "revokeCredential", Method: http.MethodPost, Path: "/credentials/{id}/revocation", Summary: "撤回自己的，或撤销本户给单位代表、建设单位代表、共有人代表的；已投的票不受影响", Action: org.AskCredential, Rate: fileRate}, revokeCredential(d))
}

type askCredentialInput struct {
	Body struct {
		UnitID    int64                   `json:"unit_id" minimum:"1"`
		Kind      assembly.CredentialKind `json:"kind" enum:"heir,judgment,guardian,agent,developer,representative" doc:"heir 继承人；judgment 判决确定的业主；guardian 监护人；agent 单位代表；developer 建设单位代表，为建设单位全部未售、未交付的房屋投票；representative 共有人代表"`
		Words     string                  `json:"words" minLength:"4" maxLength:"500" doc:"什么文件、谁出的、编号和日期"`
		From      time.Time               `json:"from"`
		Until     *time.Time              `json:"until,omitempty" doc:"继承、判决可以不填"`
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

func askCredential(d Deps) func(context.Context, org.Actor, *askCredentialInput) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *askCredentialInput) (*credentialOutput, error) {
		b := in.Body
		c := assembly.NewCredential{UnitID: b.UnitID, Kind: b.Kind, Words: b.Words, From: b.From, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("credential", b)}
		if b.Until != nil {
			c.Until = *b.Until
		}
		got, err := d.Assemblies.AskCredential(ctx, a, c)
		return credentialOut(ctx, d, a, got, err)
	}
}

func listCredentials(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.Credential], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.Credential], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListCredentials(ctx, a, 0, "", before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(c assembly.CredentialView) int64 { return c.ID }, hall.OfCredential), nil
	}
}

func showCredential(d Deps) func(context.Context, org.Actor, *IDPath) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*credentialOutput, error) {
		return credentialOut(ctx, d, a, &assembly.Credential{ID: in.ID}, nil)
	}
}

type revokeCredentialInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"500"`
	}
}

func revokeCredential(d Deps) func(context.Context, org.Actor, *revokeCredentialInput) (*credentialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revokeCredentialInput) (*credentialOutput, error) {
		c, err := d.Assemblies.RevokeCredential(ctx, a, in.ID, in.Body.Reason)
		return credentialOut(ctx, d, a, c, err)
	}
}
