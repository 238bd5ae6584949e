package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// feePauseRoutes are two lists that look alike: the company's policies, and hardship, which is the community's to read and decide.
func feePauseRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePauseByPolicy", Method: http.MethodPost, Path: "/estates/{id}/fee-pauses", Summary: "按政策暂缓催交一户或全小区，附文件；由另一人决定", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, pauseByPolicy))
	web.Handle(g, web.Op{ID: "officeListFeePauses", Method: http.MethodGet, Path: "/estates/{id}/fee-pauses", Summary: "按政策的暂缓，新的在前", Action: org.RunFees}, listFeePauses(d))
	web.Handle(g, web.Op{ID: "officeDecideFeePause", Method: http.MethodPost, Path: "/fee-pauses/{id}/decision", Summary: "决定按政策的暂缓：不能由提出的人决定", Action: org.RunFees, Rate: workRate}, feeDo(d, decidePause))
	web.Handle(g, web.Op{ID: "officeEndFeePause", Method: http.MethodPost, Path: "/fee-pauses/{id}/end", Summary: "提前结束按政策的暂缓", Action: org.RunFees, Rate: workRate}, feeDo(d, endPause))
	web.Handle(g, web.Op{ID: "officeMarkHardship", Method: http.MethodPost, Path: "/estates/{id}/fee-hardships", Summary: "社区登记一户有困难，暂缓催交；由另一人决定，原因对物业公司保密", Action: org.DecideHardship, Rate: workRate, Status: http.StatusCreated}, feeDo(d, markHardship))
	web.Handle(g, web.Op{ID: "officeListHardships", Method: http.MethodGet, Path: "/estates/{id}/fee-hardships", Summary: "困难暂缓的申请，新的在前；state=asked 是等决定的", Action: org.DecideHardship}, listFeePauses(d))
	web.Handle(g, web.Op{ID: "officeDecideHardship", Method: http.MethodPost, Path: "/fee-hardships/{id}/decision", Summary: "决定困难暂缓：不能由登记的人决定", Action: org.DecideHardship, Rate: workRate}, feeDo(d, decidePause))
	web.Handle(g, web.Op{ID: "officeEndHardship", Method: http.MethodPost, Path: "/fee-hardships/{id}/end", Summary: "提前结束困难暂缓", Action: org.DecideHardship, Rate: workRate}, feeDo(d, endPause))
}

// FeePauseBody is a pause to be.
type FeePauseBody struct {
	Tapped
	UnitID  int64   `json:"unit_id,omitempty" minimum:"0" doc:"不填为全小区，只有按政策的可以"`
	Reason  string  `json:"reason" minLength:"4" maxLength:"300"`
	From    string  `json:"from,omitempty" format:"date" doc:"不填为今天"`
	Until   string  `json:"until" format:"date" doc:"最后一天，最长一年"`
	FileIDs []int64 `json:"file_ids,omitempty" maxItems:"9" doc:"依据的文件（purpose=document），按政策的必填"`
}

func (b FeePauseBody) pausing(estate int64) (p fee.Pausing, err error) {
	p = fee.Pausing{EstateID: estate, UnitID: b.UnitID, Reason: b.Reason, FileIDs: b.FileIDs}
	if p.From, err = dayOf(b.From, "from"); err != nil {
		return p, err
	}
	p.Until, err = dayOf(b.Until, "until")
	return p, err
}

func pauseByPolicy(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeePauseBody) (int64, error) {
	p, err := b.pausing(id)
	if err != nil {
		return 0, err
	}
	return s.PauseByPolicy(ctx, a, p)
}

func markHardship(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeePauseBody) (int64, error) {
	p, err := b.pausing(id)
	if err != nil {
		return 0, err
	}
	return s.MarkHardship(ctx, a, p)
}

func decidePause(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeDecisionBody) (int64, error) {
	return s.DecidePause(ctx, a, id, b.Approve, b.Text)
}

func endPause(ctx context.Context, s *fee.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.EndPause(ctx, a, id)
}

func listFeePauses(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[hall.FeePause], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[hall.FeePause], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListPauses(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p fee.PauseView) int64 { return p.ID }, hall.ViewFeePause(a.PersonID)), nil
	}
}
