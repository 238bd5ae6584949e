package miniapp

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
)

func listPlaces(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.NoticePlaces, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.NoticePlaces, error) {
		return hall.OfPlaces(d.Board.Walls(ctx, a, in.ID))
	}
}

type reportPostingInput struct {
	IDPath
	Body hall.Sighting
}

type incidentOutput struct{ Body hall.NoticeIncident }

func reportPosting(d Deps) func(context.Context, org.Actor, *reportPostingInput) (*incidentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reportPostingInput) (*incidentOutput, error) {
		x, err := d.Board.Report(ctx, a, in.ID, in.Body.Read(in.ID))
		if err != nil {
			return nil, err
		}
		return shownIncident(ctx, d, a, x.ID)
	}
}

func showIncident(d Deps) func(context.Context, org.Actor, *IDPath) (*incidentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*incidentOutput, error) {
		return shownIncident(ctx, d, a, in.ID)
	}
}

func shownIncident(ctx context.Context, d Deps, a org.Actor, id int64) (*incidentOutput, error) {
	v, err := d.Board.FindIncident(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &incidentOutput{hall.OfIncident(*v)}, nil
}
