package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type meOutput struct {
	Body struct {
		PersonID  int64  `json:"person_id"`
		Name      string `json:"name" doc:"已打码"`
		Phone     string `json:"phone" doc:"已打码"`
		Consented bool   `json:"consented"`
	}
}

func showMe(d Deps) func(context.Context, org.Actor, *web.Empty) (*meOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*meOutput, error) {
		p, err := d.Org.FindProfile(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &meOutput{}
		out.Body.PersonID, out.Body.Name, out.Body.Phone, out.Body.Consented = p.PersonID, p.Name, p.Phone, p.Consented
		return out, nil
	}
}

type nameInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"30"`
	}
}

func renameMe(d Deps) func(context.Context, org.Actor, *nameInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *nameInput) (*web.Empty, error) {
		return nil, d.Org.SetName(ctx, a, in.Body.Name)
	}
}

type consentInput struct {
	Body struct {
		Version string `json:"version" doc:"所同意的告知书版本，见 /public/v1/privacy-notice"`
	}
}

func giveConsent(d Deps) func(context.Context, org.Actor, *consentInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *consentInput) (*web.Empty, error) {
		return nil, d.Org.GiveConsent(ctx, a, in.Body.Version)
	}
}

func withdrawConsent(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.Empty, error) {
		return nil, d.Org.WithdrawConsent(ctx, a)
	}
}

type privacyInput struct {
	Body struct {
		Kind      string `json:"kind" enum:"correct,delete" doc:"更正或删除"`
		Body      string `json:"body,omitempty" maxLength:"500"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type privacyOutput struct {
	Body struct {
		ID    int64     `json:"id"`
		State string    `json:"state"`
		DueAt time.Time `json:"due_at" doc:"最迟答复时间"`
	}
}

func requestPrivacy(d Deps) func(context.Context, org.Actor, *privacyInput) (*privacyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *privacyInput) (*privacyOutput, error) {
		r, err := d.Org.RequestPrivacy(ctx, a, in.Body.Kind, in.Body.Body, in.Body.ClientRef)
		if err != nil {
			return nil, err
		}
		out := &privacyOutput{}
		out.Body.ID, out.Body.State, out.Body.DueAt = r.ID, r.State, web.Time(r.DueAt)
		return out, nil
	}
}
