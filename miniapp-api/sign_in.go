package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

type signInInput struct {
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"200" doc:"wx.login 得到的 code"`
		Device string `json:"device,omitempty" maxLength:"100" doc:"设备名称，在“我的登录设备”里显示"`
	}
}

type signInOutput struct {
	Body struct {
		Token          string `json:"token" doc:"之后的请求放在 Authorization: Bearer 里"`
		Consented      bool   `json:"consented" doc:"是否已同意现行的告知书；未同意时多数功能不可用"`
		PrivacyVersion string `json:"privacy_version"`
		Homes          int    `json:"homes" doc:"已认证的房屋数"`
		Posts          int    `json:"posts" doc:"担任的岗位数；大于0时可使用工作端"`
	}
}

func signIn(d Deps) func(context.Context, *signInInput) (*signInOutput, error) {
	return func(ctx context.Context, in *signInInput) (*signInOutput, error) {
		openID, unionID, key, err := d.WeChat.Exchange(ctx, in.Body.Code)
		if err != nil {
			return nil, err
		}
		person, err := d.Org.SignIn(ctx, org.MiniProgram, openID, unionID)
		if err != nil {
			return nil, err
		}
		token, err := d.Sessions.Create(ctx, session.Start{PersonID: person, OpenID: openID, KeySealed: d.Vault.Seal(key, "sessions.key"), Device: in.Body.Device})
		if err != nil {
			return nil, err
		}
		return welcome(ctx, d, token)
	}
}

// welcome tells a fresh session what it opens. The roster may have come after the last sign-in, so it is asked again.
func welcome(ctx context.Context, d Deps, token string) (*signInOutput, error) {
	actor, err := d.Sessions.Resident(ctx, token)
	if err != nil {
		return nil, err
	}
	if _, err := d.Org.Recognise(ctx, actor); err != nil {
		return nil, err
	}
	posts, err := d.Org.MyPosts(ctx, actor.PersonID)
	if err != nil {
		return nil, err
	}
	homes, err := d.Org.MyHomes(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &signInOutput{}
	out.Body.Token, out.Body.Consented, out.Body.PrivacyVersion = token, actor.Consented, org.PrivacyVersion
	out.Body.Homes, out.Body.Posts = len(homes), len(posts)
	return out, nil
}

func signOut(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.Empty, error) {
		return nil, d.Sessions.Revoke(ctx, a.PersonID, a.SessionID)
	}
}

type sessionView struct {
	ID      int64     `json:"id"`
	Device  string    `json:"device"`
	Since   time.Time `json:"since"`
	SeenAt  time.Time `json:"seen_at"`
	Current bool      `json:"current" doc:"就是这台设备"`
}

func listSessions(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[sessionView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[sessionView], error) {
		rows, err := d.Sessions.List(ctx, a.PersonID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(s session.Session) sessionView {
			return sessionView{ID: s.ID, Device: s.Device, Since: web.Time(s.CreatedAt), SeenAt: web.Time(s.SeenAt), Current: s.ID == a.SessionID}
		}), nil
	}
}

func revokeSession(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Sessions.Revoke(ctx, a.PersonID, in.ID)
	}
}

type phoneInput struct {
	Body struct {
		Code          string `json:"code,omitempty" maxLength:"200" doc:"getPhoneNumber 得到的 code"`
		EncryptedData string `json:"encrypted_data,omitempty" maxLength:"4000" doc:"旧版客户端：encryptedData"`
		IV            string `json:"iv,omitempty" maxLength:"100" doc:"旧版客户端：iv"`
	}
}

type phoneOutput struct {
	Body struct {
		Homes  int  `json:"homes" doc:"这次新认证的房屋数"`
		Review bool `json:"review" doc:"这个手机号登记了较多房屋，需要社区核对"`
	}
}

func bindPhone(d Deps) func(context.Context, org.Actor, *phoneInput) (*phoneOutput, error) {
	return func(ctx context.Context, a org.Actor, in *phoneInput) (*phoneOutput, error) {
		phone, err := phoneOf(ctx, d, a, in)
		if err != nil {
			return nil, err
		}
		r, err := d.Org.BindPhone(ctx, a, phone)
		if err != nil {
			return nil, err
		}
		out := &phoneOutput{}
		out.Body.Homes, out.Body.Review = r.Homes, r.Review
		return out, nil
	}
}

func phoneOf(ctx context.Context, d Deps, a org.Actor, in *phoneInput) (string, error) {
	if in.Body.Code != "" {
		return d.WeChat.Phone(ctx, in.Body.Code)
	}
	if in.Body.EncryptedData == "" || in.Body.IV == "" {
		return "", fault.ErrInvalid.With(fault.Field{Path: "code", Reason: "请用微信的“获取手机号”按钮授权"})
	}
	sealed, _, err := d.Sessions.SessionKey(ctx, a.SessionID)
	if err != nil {
		return "", err
	}
	key, err := d.Vault.Open(sealed, "sessions.key")
	if err != nil {
		return "", err
	}
	return d.WeChat.DecryptPhone(key, in.Body.EncryptedData, in.Body.IV)
}
