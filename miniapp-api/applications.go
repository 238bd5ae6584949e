package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type applyInput struct {
	Body struct {
		UnitID    int64    `json:"unit_id" minimum:"1"`
		Role      org.Role `json:"role" enum:"owner,family,tenant"`
		Name      string   `json:"name" minLength:"1" maxLength:"30" doc:"真实姓名，仅供审核"`
		Note      string   `json:"note,omitempty" maxLength:"500"`
		LeaseEnds string   `json:"lease_ends,omitempty" format:"date"`
		FileIDs   []int64  `json:"file_ids" minItems:"1" maxItems:"9" doc:"证明材料，先用 POST /files 上传"`
		ClientRef string   `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type applicationView struct {
	ID        int64      `json:"id"`
	Unit      string     `json:"unit,omitempty"`
	Role      org.Role   `json:"role"`
	State     string     `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

type applicationOutput struct{ Body applicationView }

func applyResidency(d Deps) func(context.Context, org.Actor, *applyInput) (*applicationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *applyInput) (*applicationOutput, error) {
		b := in.Body
		ends, err := web.Day(b.LeaseEnds, "lease_ends")
		if err != nil {
			return nil, err
		}
		app, err := d.Org.Apply(ctx, a, org.NewApplication{UnitID: b.UnitID, Role: b.Role, Name: b.Name, Note: b.Note, LeaseEnds: ends, FileIDs: b.FileIDs,
			ClientRef: b.ClientRef, InputHash: web.InputHash(b.UnitID, b.Role, b.Name, b.Note, b.LeaseEnds, b.FileIDs)})
		if err != nil {
			return nil, err
		}
		return &applicationOutput{Body: viewApplication(org.ApplicationView{Application: *app})}, nil
	}
}

func viewApplication(a org.ApplicationView) applicationView {
	return applicationView{ID: a.ID, Unit: a.UnitName, Role: a.Role, State: a.State, Reason: a.Reason, CreatedAt: web.Time(a.CreatedAt), DecidedAt: web.TimeOr(a.DecidedAt)}
}

func listMyApplications(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[applicationView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[applicationView], error) {
		rows, err := d.Org.MyApplications(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewApplication), nil
	}
}

type areaInput struct {
	Body struct {
		UnitID    int64          `json:"unit_id" minimum:"1"`
		Area      string         `json:"area" minLength:"1" maxLength:"20" doc:"您认为正确的面积，平方米，最多三位小数"`
		Source    org.AreaSource `json:"source" enum:"register,survey,contract"`
		Note      string         `json:"note,omitempty" maxLength:"500"`
		FileIDs   []int64        `json:"file_ids" minItems:"1" maxItems:"9"`
		ClientRef string         `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type areaView struct {
	ID       int64          `json:"id"`
	Unit     string         `json:"unit,omitempty"`
	Area     string         `json:"area"`
	Recorded string         `json:"recorded"`
	Source   org.AreaSource `json:"source"`
	State    string         `json:"state"`
	Reason   string         `json:"reason,omitempty"`
}

type areaOutput struct{ Body areaView }

func contestArea(d Deps) func(context.Context, org.Actor, *areaInput) (*areaOutput, error) {
	return func(ctx context.Context, a org.Actor, in *areaInput) (*areaOutput, error) {
		b := in.Body
		m, err := area.Parse(b.Area)
		if err != nil {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "area", Reason: err.Error()})
		}
		c, err := d.Org.ContestArea(ctx, a, org.NewAreaClaim{UnitID: b.UnitID, Area: m, Source: b.Source, Note: b.Note, FileIDs: b.FileIDs,
			ClientRef: b.ClientRef, InputHash: web.InputHash(b.UnitID, m, b.Source, b.Note, b.FileIDs)})
		if err != nil {
			return nil, err
		}
		return &areaOutput{Body: viewArea(org.AreaClaimView{AreaClaim: *c})}, nil
	}
}

func viewArea(c org.AreaClaimView) areaView {
	return areaView{ID: c.ID, Unit: c.UnitName, Area: area.Milli(c.AreaMilli).String(), Recorded: area.Milli(c.RecordedMilli).String(), Source: c.AreaSource, State: c.State, Reason: c.Reason}
}

func listMyAreaClaims(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[areaView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[areaView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListAreaClaims(ctx, a, "", before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(c org.AreaClaimView) int64 { return c.ID }, viewArea), nil
	}
}
