package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feeDunningRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "disputeBill", Method: http.MethodPost, Path: "/fee-bills/{id}/disputes", Summary: "账单有误：开一件投诉核对这张账单，办完以前不会催交；答复里是投诉件的编号", Action: org.SeeBills, Rate: fileRate, Status: http.StatusCreated}, disputeBill(d))
	web.Handle(g, web.Op{ID: "askHardship", Method: http.MethodPost, Path: "/units/{id}/fee-pauses", Summary: "一时有困难，申请暂缓催交；由社区决定，原因对物业公司保密", Action: org.SeeBills, Rate: fileRate, Status: http.StatusCreated}, askHardship(d))
	web.Handle(g, web.Op{ID: "listMyPauses", Method: http.MethodGet, Path: "/units/{id}/fee-pauses", Summary: "我家的暂缓申请和结果", Action: org.SeeBills}, listMyPauses(d))
	web.Handle(g, web.Op{ID: "listMyFeeLetters", Method: http.MethodGet, Path: "/units/{id}/fee-letters", Summary: "我家收到的缴费提醒和书面催告，新的在前", Action: org.SeeBills}, listMyFeeLetters(d))
	web.Handle(g, web.Op{ID: "showMyFeeLetter", Method: http.MethodGet, Path: "/fee-letters/{id}", Summary: "一份提醒或催告：金额、怎么算的、怎么交、怎么提异议", Action: org.SeeBills}, showMyFeeLetter(d))
	web.Handle(g, web.Op{ID: "listMyCollections", Method: http.MethodGet, Path: "/units/{id}/committee-collections", Summary: "请业委会来我家说明缴费或维修资金的事：谁请的事由、办得怎样", Action: org.FollowHome}, listMyCollections(d))
}

type disputeInput struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"5" maxLength:"500" doc:"哪里不对，例如面积、月份或已经交过"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"60" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

type feeDone struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func feeDid(id int64, err error) (*feeDone, error) {
	if err != nil {
		return nil, err
	}
	out := &feeDone{}
	out.Body.ID = id
	return out, nil
}

func disputeBill(d Deps) func(context.Context, org.Actor, *disputeInput) (*feeDone, error) {
	return func(ctx context.Context, a org.Actor, in *disputeInput) (*feeDone, error) {
		return feeDid(d.Fees.Once(in.Body.ClientRef, web.InputHash(in.ID, in.Body)).DisputeBill(ctx, a, in.ID, in.Body.Text))
	}
}

type hardshipInput struct {
	IDPath
	Body struct {
		Reason    string `json:"reason" minLength:"4" maxLength:"300" doc:"只有决定的人能看"`
		Until     string `json:"until" format:"date" doc:"想暂缓到哪一天，最长一年"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func askHardship(d Deps) func(context.Context, org.Actor, *hardshipInput) (*feeDone, error) {
	return func(ctx context.Context, a org.Actor, in *hardshipInput) (*feeDone, error) {
		until, err := web.Day(in.Body.Until, "until")
		if err != nil {
			return nil, err
		}
		p := fee.Pausing{UnitID: in.ID, Reason: in.Body.Reason}
		if until != nil {
			p.Until = *until
		}
		return feeDid(d.Fees.Once(in.Body.ClientRef, web.InputHash(in.ID, in.Body)).AskHardship(ctx, a, p))
	}
}

func listMyPauses(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[hall.FeePause], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[hall.FeePause], error) {
		rows, err := d.Fees.ListMyPauses(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, hall.ViewFeePause(a.PersonID)), nil
	}
}

func listMyFeeLetters(d Deps) func(context.Context, org.Actor, *feePage) (*web.List[hall.FeeLetter], error) {
	return func(ctx context.Context, a org.Actor, in *feePage) (*web.List[hall.FeeLetter], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListMyLetters(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(l fee.Letter) int64 { return l.ID }, hall.ViewFeeLetter), nil
	}
}

type feeLetterOutput struct{ Body hall.FeeLetter }

func showMyFeeLetter(d Deps) func(context.Context, org.Actor, *IDPath) (*feeLetterOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeLetterOutput, error) {
		v, err := d.Fees.FindMyLetter(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeLetterOutput{Body: hall.ViewFeeLetterWhole(*v)}, nil
	}
}

func listMyCollections(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[hall.Collection], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[hall.Collection], error) {
		rows, err := d.Committee.ListMyCollections(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, hall.ViewCollection), nil
	}
}
