package miniapp

import (
	"context"
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type draftView struct {
	Draft  json.RawMessage `json:"draft" doc:"保存时的内容，原样"`
	KeptAt time.Time       `json:"kept_at"`
}

type keepDraftInput struct {
	Body struct {
		Draft json.RawMessage `json:"draft" doc:"表单内容，原样保存"`
	}
}

func keepDraft(d Deps) func(context.Context, org.Actor, *keepDraftInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *keepDraftInput) (*web.Empty, error) {
		return nil, d.Complaints.KeepDraft(ctx, a, in.Body.Draft)
	}
}

type draftOutput struct {
	Body struct {
		Kept *draftView `json:"kept,omitempty" doc:"没有就不出现"`
	}
}

func showDraft(d Deps) func(context.Context, org.Actor, *web.Empty) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*draftOutput, error) {
		kept, err := findDraft(ctx, d, a)
		out := &draftOutput{}
		out.Body.Kept = kept
		return out, err
	}
}

func findDraft(ctx context.Context, d Deps, a org.Actor) (*draftView, error) {
	body, at, err := d.Complaints.FindDraft(ctx, a)
	if err != nil || body == nil {
		return nil, err
	}
	return &draftView{Draft: body, KeptAt: web.Time(at)}, nil
}

func dropDraft(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.Empty, error) {
		return nil, d.Complaints.DropDraft(ctx, a)
	}
}
