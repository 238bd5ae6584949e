package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func rosterRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeRosterTemplate", Method: http.MethodGet, Path: "/roster-template", Summary: "下载业主名册模板（XLSX）", Action: org.ImportRoster}, rosterTemplate(d))
	web.Handle(g, web.Op{ID: "officeCheckRoster", Method: http.MethodPost, Path: "/estates/{id}/roster-imports", Summary: "核对上传的业主名册", Detail: "先用 POST /files（purpose=roster）上传。答复列出每个有误的单元格，或与现有名册的差异；确认后再调用应用。",
		Action: org.ImportRoster, Status: http.StatusCreated, Timeout: 3 * time.Minute, Rate: importRate}, checkRoster(d))
	web.Handle(g, web.Op{ID: "officeShowRosterImport", Method: http.MethodGet, Path: "/roster-imports/{id}", Summary: "一次名册导入", Action: org.ImportRoster}, showRosterImport(d))
	web.Handle(g, web.Op{ID: "officeApplyRoster", Method: http.MethodPost, Path: "/roster-imports/{id}/application", Summary: "应用核对过的名册", Action: org.ImportRoster, Timeout: 5 * time.Minute, Rate: importRate}, applyRoster(d))
}

type templateOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func rosterTemplate(d Deps) func(context.Context, org.Actor, *web.Empty) (*templateOutput, error) {
	return func(context.Context, org.Actor, *web.Empty) (*templateOutput, error) {
		body, err := d.Org.RosterTemplate()
		return download("roster-template", body), err
	}
}

type checkInput struct {
	IDPath
	Body struct {
		FileID    int64  `json:"file_id" minimum:"1"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type importOutput struct{ Body org.RosterReport }

func checkRoster(d Deps) func(context.Context, org.Actor, *checkInput) (*importOutput, error) {
	return func(ctx context.Context, a org.Actor, in *checkInput) (*importOutput, error) {
		r, err := d.Org.CheckRoster(ctx, a, org.RosterCheck{EstateID: in.ID, FileID: in.Body.FileID, ClientRef: in.Body.ClientRef,
			InputHash: web.InputHash(in.ID, in.Body.FileID)})
		if err != nil {
			return nil, err
		}
		return &importOutput{Body: *r}, nil
	}
}

func showRosterImport(d Deps) func(context.Context, org.Actor, *IDPath) (*importOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*importOutput, error) {
		r, err := d.Org.FindRosterImport(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &importOutput{Body: *r}, nil
	}
}

type applyInput struct {
	IDPath
	Body struct {
		RemoveMissing bool `json:"remove_missing,omitempty" doc:"名册里没有的房屋是否停用；默认保留不动"`
	}
}

func applyRoster(d Deps) func(context.Context, org.Actor, *applyInput) (*importOutput, error) {
	return func(ctx context.Context, a org.Actor, in *applyInput) (*importOutput, error) {
		r, err := d.Org.ApplyRoster(ctx, a, in.ID, in.Body.RemoveMissing)
		if err != nil {
			return nil, err
		}
		return &importOutput{Body: *r}, nil
	}
}
