package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
)

// WebLogin is a person opening a page inside WeChat: the code with which WeChat sends them back to it.
func (s *Sandbox) WebLogin(who string) (string, error) { return s.LoginAt(s.o.ServiceApp.ID, who) }

// webToken is sns/oauth2/access_token.
func (s *Sandbox) webToken(r *http.Request) reply {
	q := r.URL.Query()
	if q.Get("grant_type") != "authorization_code" {
		return refuse(40002, "invalid grant_type")
	}
	if bad := s.secretOf(q.Get("appid"), q.Get("secret"), []App{s.o.ServiceApp}); bad != nil {
		return bad
	}
	c := s.codes[q.Get("code")]
	switch {
	case c == nil, c.phone != "", c.app != s.o.ServiceApp.ID, !s.now().Before(c.expires):
		return refuse(40029, "invalid code")
	case c.used:
		return refuse(40163, "code been used")
	}
	c.used = true
	return reply{"access_token": "sandbox-web", "expires_in": 7200, "refresh_token": "sandbox-web", "openid": serviceMark + c.tag, "scope": "snsapi_base", "unionid": s.union(c.tag)}
}

// WebSignIn is where the sandbox plays open.weixin.qq.com.
func WebSignIn(base, back, state string) string {
	return base + "/sandbox/authorize?" + url.Values{"redirect_uri": {back}, "state": {state}}.Encode()
}

var whoPage = template.Must(template.New("").Parse(`<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>沙箱微信</title>
<form method="get"><p>沙箱微信：以谁的微信打开这个页面？</p><input type="hidden" name="redirect_uri" value="{{.Back}}"><input type="hidden" name="state" value="{{.State}}"><input name="person" required> <button>打开</button></form></html>`))

// authorize sends somebody back to the page with a code, once it knows whose WeChat it is.
func (s *Sandbox) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host != r.Host {
		http.Error(w, "redirect_uri 参数错误", http.StatusBadRequest)
		return
	}
	if q.Get("person") == "" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = whoPage.Execute(w, map[string]string{"Back": back.String(), "State": q.Get("state")})
		return
	}
	code, err := s.WebLogin(q.Get("person"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}
