package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func collectionRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeGiveCollections", Method: http.MethodPost, Path: "/estates/{id}/committee/collections", Summary: "请业委会帮忙提醒一些户缴费或交维修资金：只给户号和事由，不给金额；答复是给了几户", Action: org.HandCollection, Rate: workRate, Status: http.StatusCreated}, comDo(d, giveCollections))
	web.Handle(g, web.Op{ID: "officeListGivenCollections", Method: http.MethodGet, Path: "/estates/{id}/committee/collections/given", Summary: "我单位请业委会办的收缴任务，新的在前", Action: org.HandCollection}, listGivenCollections(d))
	web.Handle(g, web.Op{ID: "officeListCollections", Method: http.MethodGet, Path: "/estates/{id}/committee/collections", Summary: "业委会的收缴任务，新的在前；已经交了、暂缓或换了业主的不显示户号", Action: org.ActCommittee}, listCollections(d))
	web.Handle(g, web.Op{ID: "officeTakeCollection", Method: http.MethodPost, Path: "/committee-collections/{id}/take", Summary: "委员认领一户", Action: org.ActCommittee, Rate: workRate}, comDo(d, takeCollection))
	web.Handle(g, web.Op{ID: "officeRecordCollection", Method: http.MethodPost, Path: "/committee-collections/{id}/record", Summary: "登记做了什么：上门、电话、商定、没有找到人、有异议", Action: org.ActCommittee, Rate: workRate}, comDo(d, recordCollection))
}

// CollectionsBody are units that the committee is asked to speak with.
type CollectionsBody struct {
	Tapped
	Kind    committee.DebtKind `json:"kind" enum:"fee,fund_first,fund_renewal"`
	UnitIDs []int64            `json:"unit_ids" minItems:"1" maxItems:"100"`
	Due     string             `json:"due" format:"date" doc:"办到哪一天，90日以内"`
}

func giveCollections(ctx context.Context, s *committee.Service, a org.Actor, id int64, b CollectionsBody) (int64, error) {
	due, err := dayOf(b.Due, "due")
	if err != nil {
		return 0, err
	}
	return s.GiveCollections(ctx, a, id, b.Kind, b.UnitIDs, due)
}

func takeCollection(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.TakeCollection(ctx, a, id)
}

// CollectionRecordBody is what a member did.
type CollectionRecordBody struct {
	Tapped
	How  string `json:"how" enum:"visited,called,agreed,absent,refused,objects"`
	Text string `json:"text" minLength:"2" maxLength:"300" doc:"这一户会看到；不写金额和私事"`
}

func recordCollection(ctx context.Context, s *committee.Service, a org.Actor, id int64, b CollectionRecordBody) (int64, error) {
	return s.RecordCollection(ctx, a, id, b.How, b.Text)
}

func listCollections(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[hall.Collection], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[hall.Collection], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListCollections(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x committee.CollectionView) int64 { return x.ID }, hall.ViewCollection), nil
	}
}

func listGivenCollections(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Collection], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Collection], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListGivenCollections(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x committee.CollectionView) int64 { return x.ID }, hall.ViewCollection), nil
	}
}
