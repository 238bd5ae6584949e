package office

import (
	"context"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type doubtsInput struct {
	IDPage
	Kind string `query:"kind" enum:"overlap,no_area,disputed,no_owner,no_developer,paper_missing" doc:"只看这一类"`
}

type doubtsOutput struct {
	Body struct {
		Items []assembly.Doubt `json:"items"`
		Next  string           `json:"next,omitempty"`
		Kinds map[string]int   `json:"kinds" doc:"各类各有几处"`
	}
}

func listDoubts(d Deps) func(context.Context, org.Actor, *doubtsInput) (*doubtsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *doubtsInput) (*doubtsOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, kinds, err := d.Assemblies.ListDoubts(ctx, a, in.ID, in.Kind, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		page := web.Paged(in.Page, rows, func(q assembly.Doubt) int64 { return int64(q.No) }, func(q assembly.Doubt) assembly.Doubt { return q })
		out := &doubtsOutput{}
		out.Body.Items, out.Body.Next, out.Body.Kinds = page.Body.Items, page.Body.Next, kinds
		return out, nil
	}
}
