package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type exportOutput struct{ Body exportView }

// exportView is everything the register keeps about a person, for that person (PIPL art. 45).
type exportView struct {
	Name         string          `json:"name"`
	Phone        string          `json:"phone"`
	Since        time.Time       `json:"since"`
	Accounts     []exportAccount `json:"wechat_accounts"`
	Consents     []exportConsent `json:"consents"`
	Homes        []exportHome    `json:"homes"`
	Posts        []exportPost    `json:"posts"`
	Roster       []exportOwner   `json:"roster" doc:"业主名册中关于您的记录"`
	Looks        []exportLook    `json:"looks" doc:"哪个单位在什么时候查看过您房屋业主的完整信息"`
	Applications int             `json:"applications"`
	AreaClaims   int             `json:"area_claims"`
}

type exportAccount struct {
	Provider string    `json:"provider"`
	OpenID   string    `json:"open_id"`
	Since    time.Time `json:"since"`
}

type exportConsent struct {
	Version   string     `json:"version"`
	Given     time.Time  `json:"given"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
}

type exportHome struct {
	UnitID int64      `json:"unit_id"`
	Role   org.Role   `json:"role"`
	Basis  string     `json:"basis"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"`
}

type exportPost struct {
	PostID int64      `json:"post_id"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"`
}

type exportOwner struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Paper string `json:"paper" doc:"证件号码"`
}

type exportLook struct {
	At             time.Time `json:"at"`
	OrganisationID int64     `json:"organisation_id"`
	Detail         string    `json:"detail"`
}

func exportMe(d Deps) func(context.Context, org.Actor, *web.Empty) (*exportOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*exportOutput, error) {
		x, err := d.Org.Export(ctx, a)
		if err != nil {
			return nil, err
		}
		return &exportOutput{Body: viewExport(x)}, nil
	}
}

func viewExport(x *org.Export) exportView {
	v := exportView{Name: x.Name, Phone: x.Phone, Since: web.Time(x.Since), Accounts: []exportAccount{}, Consents: []exportConsent{}, Homes: []exportHome{},
		Posts: []exportPost{}, Roster: []exportOwner{}, Looks: []exportLook{}, Applications: len(x.Applications), AreaClaims: len(x.AreaClaims)}
	for _, i := range x.Accounts {
		v.Accounts = append(v.Accounts, exportAccount{Provider: string(i.Provider), OpenID: i.OpenID, Since: web.Time(i.CreatedAt)})
	}
	for _, c := range x.Consents {
		v.Consents = append(v.Consents, exportConsent{Version: c.Version, Given: web.Time(c.GivenAt), Withdrawn: web.TimeOr(c.WithdrawnAt)})
	}
	for _, h := range x.Homes {
		v.Homes = append(v.Homes, exportHome{UnitID: h.UnitID, Role: h.Role, Basis: h.Basis, Since: web.Time(h.Since), Until: web.TimeOr(h.Until)})
	}
	for _, p := range x.Posts {
		v.Posts = append(v.Posts, exportPost{PostID: p.PostID, Since: web.Time(p.Since), Until: web.TimeOr(p.Until)})
	}
	for _, o := range x.OwnerOf {
		v.Roster = append(v.Roster, exportOwner{Name: o.Name, Phone: o.Phone, Paper: o.Paper})
	}
	for _, l := range x.Reveals {
		v.Looks = append(v.Looks, exportLook{At: web.Time(l.At), OrganisationID: l.OrganisationID, Detail: l.Detail})
	}
	return v
}
