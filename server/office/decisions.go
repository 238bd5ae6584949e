package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type applicationView struct {
	ID        int64     `json:"id"`
	EstateID  int64     `json:"estate_id"`
	Unit      string    `json:"unit"`
	Role      org.Role  `json:"role"`
	Name      string    `json:"name" doc:"申请人填写的姓名，供核对"`
	Note      string    `json:"note,omitempty"`
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	LeaseEnds string    `json:"lease_ends,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	FileIDs   []int64   `json:"file_ids,omitempty"`
}

func viewApplication(a org.ApplicationView) applicationView {
	return applicationView{ID: a.ID, EstateID: a.EstateID, Unit: a.UnitName, Role: a.Role, Name: a.Name, Note: a.Note, State: a.State, Reason: a.Reason,
		LeaseEnds: web.DayOr(a.LeaseEnds), CreatedAt: web.Time(a.CreatedAt)}
}

func listApplications(d Deps) func(context.Context, org.Actor, *statePage) (*web.List[applicationView], error) {
	return func(ctx context.Context, a org.Actor, in *statePage) (*web.List[applicationView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListApplications(ctx, a, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v org.ApplicationView) int64 { return v.ID }, viewApplication), nil
	}
}

type applicationOutput struct{ Body applicationView }

func showApplication(d Deps) func(context.Context, org.Actor, *IDPath) (*applicationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*applicationOutput, error) {
		v, err := d.Org.FindApplication(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &applicationOutput{Body: viewApplication(*v)}
		out.Body.FileIDs, err = d.Files.IDsFor(ctx, "application", v.ID)
		return out, err
	}
}

func decideApplication(d Deps) func(context.Context, org.Actor, *decideInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*web.Empty, error) {
		return nil, d.Org.Decide(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
	}
}

type areaView struct {
	ID       int64          `json:"id"`
	EstateID int64          `json:"estate_id"`
	Unit     string         `json:"unit"`
	Area     string         `json:"area" doc:"业主主张的面积"`
	Recorded string         `json:"recorded" doc:"登记的面积"`
	Source   org.AreaSource `json:"source"`
	Note     string         `json:"note,omitempty"`
	State    string         `json:"state"`
	Reason   string         `json:"reason,omitempty"`
	FileIDs  []int64        `json:"file_ids,omitempty"`
}

func viewAreaClaim(c org.AreaClaimView) areaView {
	return areaView{ID: c.ID, EstateID: c.EstateID, Unit: c.UnitName, Area: area.Milli(c.AreaMilli).String(), Recorded: area.Milli(c.RecordedMilli).String(),
		Source: c.AreaSource, Note: c.Note, State: c.State, Reason: c.Reason}
}

func listAreaClaims(d Deps) func(context.Context, org.Actor, *statePage) (*web.List[areaView], error) {
	return func(ctx context.Context, a org.Actor, in *statePage) (*web.List[areaView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListAreaClaims(ctx, a, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(c org.AreaClaimView) int64 { return c.ID }, viewAreaClaim), nil
	}
}

type areaOutput struct{ Body areaView }

func showAreaClaim(d Deps) func(context.Context, org.Actor, *IDPath) (*areaOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*areaOutput, error) {
		v, err := d.Org.FindAreaClaim(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &areaOutput{Body: viewAreaClaim(*v)}
		out.Body.FileIDs, err = d.Files.IDsFor(ctx, "area_claim", v.ID)
		return out, err
	}
}

func decideAreaClaim(d Deps) func(context.Context, org.Actor, *decideInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideInput) (*web.Empty, error) {
		return nil, d.Org.DecideArea(ctx, a, in.ID, in.Body.Accept, in.Body.Reason)
	}
}

type privacyView struct {
	ID       int64     `json:"id"`
	PersonID int64     `json:"person_id"`
	Kind     string    `json:"kind"`
	Body     string    `json:"body,omitempty"`
	State    string    `json:"state"`
	Answer   string    `json:"answer,omitempty"`
	DueAt    time.Time `json:"due_at"`
}

func listPrivacyRequests(d Deps) func(context.Context, org.Actor, *statePage) (*web.List[privacyView], error) {
	return func(ctx context.Context, a org.Actor, in *statePage) (*web.List[privacyView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListPrivacyRequests(ctx, a, in.State, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r org.PrivacyRequestView) int64 { return r.ID }, func(r org.PrivacyRequestView) privacyView {
			return privacyView{ID: r.ID, PersonID: r.PersonID, Kind: r.Kind, Body: r.Body, State: r.State, Answer: r.Answer, DueAt: web.Time(r.DueAt)}
		}), nil
	}
}

type privacyDecision struct {
	IDPath
	Body struct {
		Grant  bool   `json:"grant"`
		Answer string `json:"answer" minLength:"2" maxLength:"500"`
	}
}

func decidePrivacyRequest(d Deps) func(context.Context, org.Actor, *privacyDecision) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *privacyDecision) (*web.Empty, error) {
		return nil, d.Org.DecidePrivacy(ctx, a, in.ID, in.Body.Grant, in.Body.Answer)
	}
}

type auditView struct {
	ID             int64     `json:"id"`
	At             time.Time `json:"at"`
	PersonID       int64     `json:"person_id,omitempty" doc:"工作人员；住户不显示"`
	PostID         int64     `json:"post_id,omitempty"`
	OrganisationID int64     `json:"organisation_id,omitempty"`
	Surface        string    `json:"surface"`
	Verb           string    `json:"verb"`
	SubjectKind    string    `json:"subject_kind"`
	SubjectID      int64     `json:"subject_id"`
	EstateID       int64     `json:"estate_id,omitempty"`
	Detail         string    `json:"detail,omitempty"`
}

type auditInput struct {
	SubjectKind string `query:"subject_kind" maxLength:"32"`
	SubjectID   int64  `query:"subject_id" minimum:"0"`
	web.Page
}

func listAudit(d Deps) func(context.Context, org.Actor, *auditInput) (*web.List[auditView], error) {
	return func(ctx context.Context, a org.Actor, in *auditInput) (*web.List[auditView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := audit.List(ctx, d.DB, audit.Subject{Kind: in.SubjectKind, ID: in.SubjectID}, before, in.Want(), a.NotAbout("about_id"))
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(e audit.Entry) int64 { return e.ID }, func(e audit.Entry) auditView {
			return auditView{ID: e.ID, At: web.Time(e.At), PersonID: e.PersonID, PostID: e.PostID, OrganisationID: e.OrganisationID, Surface: e.Surface,
				Verb: e.Verb, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, EstateID: e.EstateID, Detail: e.Detail}
		}), nil
	}
}
