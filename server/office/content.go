package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func contentRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officeRedactComplaint", Method: http.MethodPost, Path: "/complaints/{id}/redaction", Summary: "处理对他人显示的文字（原文保留，办理单位和本人可见）", Action: org.ReviewContent, Rate: workRate}, redactComplaint(d))
	web.Handle(g, web.Op{ID: "officeRedactPhoto", Method: http.MethodPost, Path: "/complaints/{id}/photo-redaction", Summary: "用打码后的照片代替对他人显示的照片（原照片保留）", Action: org.ReviewContent, Rate: workRate}, redactPhoto(d))
	web.Handle(g, web.Op{ID: "officeRestrictFiler", Method: http.MethodPost, Path: "/complaints/{id}/restriction", Summary: "限制滥用投诉的人一段时间：理由、天数；不会看到是谁，一个人同时只有一项", Action: org.RestrictFiler, Rate: revealRate, Status: http.StatusCreated}, restrictFiler(d))
	web.Handle(g, web.Op{ID: "officeListRestrictions", Method: http.MethodGet, Path: "/restrictions", Summary: "限制和申诉", Action: org.JudgeAppeal}, listRestrictions(d))
	web.Handle(g, web.Op{ID: "officeDecideAppeal", Method: http.MethodPost, Path: "/restrictions/{id}/decision", Summary: "决定申诉：不能是作出限制的单位、和它合署的单位或它的下级", Action: org.JudgeAppeal, Rate: workRate}, decideAppeal(d))
}

type redactInput struct {
	IDPath
	Body struct {
		Seq    int64  `json:"seq,omitempty" minimum:"0" doc:"第几步；0 为投诉内容；自己单位写的不能处理"`
		What   string `json:"what,omitempty" enum:"text,place" default:"text" doc:"投诉内容的哪一项：text 文字；place 地点"`
		Text   string `json:"text,omitempty" maxLength:"4000" doc:"对他人显示成什么；不填为恢复原文"`
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func redactComplaint(d Deps) func(context.Context, org.Actor, *redactInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *redactInput) (*web.Empty, error) {
		return nil, d.Complaints.Redact(ctx, a, in.ID, complaint.Redaction{Seq: in.Body.Seq, Place: in.Body.What == "place", Text: in.Body.Text, Reason: in.Body.Reason})
	}
}

type redactPhotoInput struct {
	IDPath
	Body struct {
		FileID     int64  `json:"file_id" minimum:"1" doc:"哪一张"`
		RedactedID int64  `json:"redacted_id" minimum:"1" doc:"打码后上传的照片"`
		Reason     string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func redactPhoto(d Deps) func(context.Context, org.Actor, *redactPhotoInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *redactPhotoInput) (*web.Empty, error) {
		return nil, d.Complaints.RedactPhoto(ctx, a, in.ID, in.Body.FileID, in.Body.RedactedID, in.Body.Reason)
	}
}

type restrictionView struct {
	ID         int64      `json:"id"`
	CaseID     int64      `json:"case_id"`
	Receipt    string     `json:"receipt"`
	Reason     string     `json:"reason"`
	EndsAt     time.Time  `json:"ends_at"`
	State      string     `json:"state" doc:"active 限制中；appealed 已申诉；upheld 维持；lifted 解除"`
	Appeal     string     `json:"appeal,omitempty"`
	AppealedAt *time.Time `json:"appealed_at,omitempty"`
	Decision   string     `json:"decision,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
}

func viewRestriction(r complaint.Restriction) restrictionView {
	return restrictionView{ID: r.ID, CaseID: r.CaseID, Receipt: r.Receipt, Reason: r.Reason, EndsAt: web.Time(r.EndsAt), State: r.State, Appeal: r.Appeal, AppealedAt: web.TimeOr(r.AppealedAt),
		Decision: r.Decision, DecidedAt: web.TimeOr(r.DecidedAt), CreatedAt: web.Time(r.CreatedAt)}
}

type restrictInput struct {
	IDPath
	Body struct {
		Receipt string `json:"receipt" minLength:"1" maxLength:"32" doc:"哪个受理编号的投诉人"`
		Reason  string `json:"reason" minLength:"5" maxLength:"500" doc:"对方会看到"`
		Days    int    `json:"days" minimum:"1" maximum:"90"`
	}
}

type restrictionOutput struct{ Body restrictionView }

func restrictFiler(d Deps) func(context.Context, org.Actor, *restrictInput) (*restrictionOutput, error) {
	return func(ctx context.Context, a org.Actor, in *restrictInput) (*restrictionOutput, error) {
		r, err := d.Complaints.Restrict(ctx, a, in.ID, in.Body.Receipt, in.Body.Reason, in.Body.Days)
		if err != nil {
			return nil, err
		}
		return &restrictionOutput{Body: viewRestriction(*r)}, nil
	}
}

type restrictionsInput struct {
	State string `query:"state" enum:"active,appealed,upheld,lifted" doc:"状态；不填为全部"`
	web.Page
}

func listRestrictions(d Deps) func(context.Context, org.Actor, *restrictionsInput) (*web.List[restrictionView], error) {
	return func(ctx context.Context, a org.Actor, in *restrictionsInput) (*web.List[restrictionView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Complaints.ListRestrictions(ctx, a, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r complaint.Restriction) int64 { return r.ID }, viewRestriction), nil
	}
}

type decideAppealInput struct {
	IDPath
	Body struct {
		Lift bool   `json:"lift" doc:"解除限制"`
		Text string `json:"text" minLength:"2" maxLength:"500"`
	}
}

func decideAppeal(d Deps) func(context.Context, org.Actor, *decideAppealInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideAppealInput) (*web.Empty, error) {
		return nil, d.Complaints.DecideAppeal(ctx, a, in.ID, in.Body.Lift, in.Body.Text)
	}
}
