package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// fundProposalRoutes are what one person asks for and another has to agree to.
func fundProposalRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListFundProposals", Method: http.MethodGet, Path: "/estates/{id}/fund-proposals", Summary: "要另一个人确认的事：专户变更、待查款项转入、中止导入；谁提出、谁确认", Action: org.ReadFund}, listFundProposals(d))
	web.Handle(g, web.Op{ID: "officeDecideFundProposal", Method: http.MethodPost, Path: "/fund-proposals/{id}/decision", Summary: "另一个人确认或不同意；提出的人可以撤回", Action: org.KeepFund, Rate: workRate}, fundDo(d, decideFundProposal))
}

func decideFundProposal(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundAgreeBody) (int64, error) {
	return s.DecideProposal(ctx, a, id, b.Agree, b.Reason)
}

type fundProposalInput struct {
	IDPath
	State string `query:"state" enum:"asked,agreed,refused,withdrawn" default:"asked"`
	web.Page
}

type fundProposalView struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind" doc:"account 专户；stray 待查款项；break_off 中止导入"`
	KindName  string     `json:"kind_name"`
	Summary   string     `json:"summary"`
	State     string     `json:"state"`
	StateName string     `json:"state_name"`
	AskedBy   int64      `json:"asked_by" doc:"提出的人"`
	AskedAt   time.Time  `json:"asked_at"`
	DecidedBy int64      `json:"decided_by,omitempty" doc:"确认的人"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Answer    string     `json:"answer,omitempty"`
}

func viewFundProposal(p fund.Proposal) fundProposalView {
	return fundProposalView{ID: p.ID, Kind: string(p.Kind), KindName: fund.ProposalNames[p.Kind], Summary: p.Summary, State: p.State, StateName: fund.ProposalStates[p.State], AskedBy: p.AskedBy, AskedAt: web.Time(p.CreatedAt),
		DecidedBy: p.DecidedBy, DecidedAt: web.TimeOr(p.DecidedAt), Answer: p.Answer}
}

func listFundProposals(d Deps) func(context.Context, org.Actor, *fundProposalInput) (*web.List[fundProposalView], error) {
	return func(ctx context.Context, a org.Actor, in *fundProposalInput) (*web.List[fundProposalView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListProposals(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p fund.Proposal) int64 { return p.ID }, viewFundProposal), nil
	}
}
