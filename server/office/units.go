package office

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type ownerView struct {
	ID         int64  `json:"id"`
	Name       string `json:"name" doc:"已打码"`
	Phone      string `json:"phone,omitempty" doc:"已打码"`
	Recognised bool   `json:"recognised" doc:"是否已在小程序认证"`
	Speaks     bool   `json:"representative,omitempty" doc:"业主代表"`
}

func viewOwner(o org.OwnerView) ownerView { return ownerView(o) }

type unitView struct {
	ID         int64          `json:"id"`
	BuildingID int64          `json:"building_id"`
	Unit       string         `json:"unit"`
	Area       string         `json:"area" doc:"平方米"`
	AreaSource org.AreaSource `json:"area_source"`
	Use        string         `json:"use"`
	Sold       bool           `json:"sold"`
	Delivered  bool           `json:"delivered"`
	OwnerSetID int64          `json:"owner_set_id,omitempty" doc:"同一组业主的编号；表决时算一人"`
	Review     []org.Review   `json:"review,omitempty" doc:"需要人工核对的原因：paper_missing 缺证件号码，shared 手机号对应的业主太多，changed 名册的手机号与已认证账号不同"`
	Shares     string         `json:"shares,omitempty"`
	Owners     []ownerView    `json:"owners"`
}

func viewUnit(u org.UnitView) unitView {
	v := unitView{ID: u.ID, BuildingID: u.BuildingID, Unit: org.PrintUnit(u.Building, u.Entrance, u.Number), Area: u.AreaMilli.String(), AreaSource: u.AreaSource,
		Use: u.UseKind, Sold: u.Sold, Delivered: u.Delivered, Shares: u.Shares, Owners: []ownerView{}}
	if u.OwnerSet != nil {
		v.OwnerSetID = u.OwnerSet.ID
		if u.OwnerSet.Review == org.PaperMissing {
			v.Review = append(v.Review, org.PaperMissing)
		}
		if u.OwnerSet.PhoneReview == org.PhoneShared || u.OwnerSet.PhoneReview == org.PhoneChanged {
			v.Review = append(v.Review, u.OwnerSet.PhoneReview)
		}
	}
	for _, o := range u.Owners {
		v.Owners = append(v.Owners, viewOwner(o))
	}
	return v
}

type unitsInput struct {
	IDPath
	BuildingID int64 `query:"building_id" minimum:"0"`
	web.Page
}

func listUnits(d Deps) func(context.Context, org.Actor, *unitsInput) (*web.List[unitView], error) {
	return func(ctx context.Context, a org.Actor, in *unitsInput) (*web.List[unitView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Org.ListUnits(ctx, a, in.ID, in.BuildingID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(u org.UnitView) int64 { return u.ID }, viewUnit), nil
	}
}

type unitOutput struct{ Body unitView }

func showUnit(d Deps) func(context.Context, org.Actor, *IDPath) (*unitOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*unitOutput, error) {
		u, err := d.Org.FindUnit(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &unitOutput{Body: viewUnit(*u)}, nil
	}
}

type reasonInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"查看原因，会留痕，当事人可见"`
	}
}

type revealedView struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Paper string `json:"paper" doc:"证件号码"`
}

func revealOwners(d Deps) func(context.Context, org.Actor, *reasonInput) (*web.All[revealedView], error) {
	return func(ctx context.Context, a org.Actor, in *reasonInput) (*web.All[revealedView], error) {
		rows, err := d.Org.RevealOwners(ctx, a, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(r org.Revealed) revealedView { return revealedView(r) }), nil
	}
}

type transferInput struct {
	IDPath
	Body struct {
		Cause     string `json:"cause" enum:"sale,inheritance,judgment,correction"`
		Source    string `json:"source" minLength:"1" maxLength:"200" doc:"依据，例如不动产权证号"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" doc:"每次填写生成一个，重复提交不会重复登记" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
		Owners    []struct {
			Name     string `json:"name" minLength:"1" maxLength:"60"`
			Phone    string `json:"phone,omitempty" maxLength:"20"`
			Paper    string `json:"paper,omitempty" maxLength:"40" doc:"证件号码；没有时不能与其他房屋合并计算"`
			ShareNum int64  `json:"share_num,omitempty" minimum:"0"`
			ShareDen int64  `json:"share_den,omitempty" minimum:"0"`
		} `json:"owners" minItems:"1" maxItems:"100"`
	}
}

func transferUnit(d Deps) func(context.Context, org.Actor, *transferInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *transferInput) (*web.Empty, error) {
		t := org.Transfer{UnitID: in.ID, Cause: in.Body.Cause, Source: in.Body.Source, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID, in.Body.Cause, in.Body.Source, in.Body.Owners)}
		for _, o := range in.Body.Owners {
			t.Owners = append(t.Owners, org.OwnerInput{Name: o.Name, Phone: o.Phone, Paper: o.Paper, ShareNum: o.ShareNum, ShareDen: o.ShareDen})
		}
		return nil, d.Org.RecordTransfer(ctx, a, t)
	}
}
