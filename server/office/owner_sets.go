package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func ownerSetRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListOwnerReviews", Method: http.MethodGet, Path: "/estates/{id}/owner-reviews", Summary: "需要人工核对的业主", Action: org.RecordOwnership}, listOwnerReviews(d))
	web.Handle(g, web.Op{ID: "officeAnswerOwnerReview", Method: http.MethodPost, Path: "/owner-sets/{id}/review", Summary: "登记核对结果", Action: org.RecordOwnership}, answerOwnerReview(d))
	web.Handle(g, web.Op{ID: "officeNameRepresentative", Method: http.MethodPut, Path: "/owner-sets/{id}/representative", Summary: "登记业主代表", Action: org.RecordOwnership}, nameRepresentative(d))
}

type estatePage struct {
	IDPath
	web.Page
}

type ownerReviewView struct {
	OwnerSetID  int64       `json:"owner_set_id"`
	Paper       bool        `json:"paper" doc:"缺证件号码，不能判断是否与别的房屋为同一业主"`
	PhoneShared bool        `json:"phone_shared" doc:"手机号对应的业主太多，核对前不能用它认证"`
	Account     bool        `json:"account" doc:"名册换了手机号，与已认证账号的手机号不同，要核对账号是不是业主本人"`
	Units       []string    `json:"units" doc:"名下房屋，最多20套"`
	Owners      []ownerView `json:"owners"`
	Twins       []int64     `json:"twins" doc:"手机号相同的其他业主编号，可能是同一业主"`
}

func listOwnerReviews(d Deps) func(context.Context, org.Actor, *estatePage) (*web.List[ownerReviewView], error) {
	return func(ctx context.Context, a org.Actor, in *estatePage) (*web.List[ownerReviewView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListOwnerReviews(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r org.OwnerReview) int64 { return r.Set.ID }, func(r org.OwnerReview) ownerReviewView {
			v := ownerReviewView{OwnerSetID: r.Set.ID, Paper: r.Set.Review == org.PaperMissing, PhoneShared: r.Set.PhoneReview == org.PhoneShared, Account: r.Set.PhoneReview == org.PhoneChanged,
				Units: r.Units, Owners: []ownerView{}, Twins: append([]int64{}, r.Twins...)}
			for _, o := range r.Owners {
				v.Owners = append(v.Owners, viewOwner(o))
			}
			return v
		}), nil
	}
}

type ownerReviewInput struct {
	IDPath
	Body struct {
		Finding string `json:"finding" enum:"same,separate,phone_belongs,phone_wrong,account_belongs,account_wrong" doc:"same 与另一组是同一业主，合并；separate 不是；phone_belongs 手机号属实；phone_wrong 手机号有误，删去；account_belongs 已认证的账号是业主本人；account_wrong 不是，结束其权限"`
		Into    int64  `json:"into_owner_set_id,omitempty" minimum:"0" doc:"same 时填：合并到哪一组业主"`
		OwnerID int64  `json:"owner_id,omitempty" minimum:"0" doc:"phone_wrong、account_wrong 时填：哪一位业主"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"核对了什么，会留痕"`
	}
}

func answerOwnerReview(d Deps) func(context.Context, org.Actor, *ownerReviewInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *ownerReviewInput) (*web.Empty, error) {
		b := in.Body
		return nil, d.Org.AnswerOwnerReview(ctx, a, in.ID, org.ReviewAnswer{Finding: b.Finding, Into: b.Into, OwnerID: b.OwnerID, Reason: b.Reason})
	}
}

type representativeInput struct {
	IDPath
	Body struct {
		OwnerID int64 `json:"owner_id" minimum:"0" doc:"0 表示不再指定"`
	}
}

func nameRepresentative(d Deps) func(context.Context, org.Actor, *representativeInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *representativeInput) (*web.Empty, error) {
		return nil, d.Org.NameRepresentative(ctx, a, in.ID, in.Body.OwnerID)
	}
}
