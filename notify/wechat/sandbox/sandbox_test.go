package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/wechat/sandbox"
)

const notice = "tpl-notice"

var (
	mini    = sandbox.App{ID: "wxmini", Secret: "mini-secret"}
	service = sandbox.App{ID: "wxservice", Secret: "service-secret"}
)

// phoneWorld is a sandbox with a clock that the test moves.
type phoneWorld struct {
	*sandbox.Sandbox
	t   *testing.T
	now time.Time
}

func open(t *testing.T, o sandbox.Options) *phoneWorld {
	t.Helper()
	w := &phoneWorld{t: t, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	o.MiniApps, o.ServiceApp = []sandbox.App{mini, {ID: "wxother", Secret: "other-secret"}}, service
	o.Clock = func() time.Time { return w.now }
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.Sandbox = s
	return w
}

// ask calls the sandbox as an HTTP client would and returns the answer.
func (w *phoneWorld) ask(method, target string, body any) map[string]any {
	w.t.Helper()
	raw := w.raw(method, target, "application/json", body)
	out := map[string]any{}
	if err := json.Unmarshal(raw.Body.Bytes(), &out); err != nil {
		w.t.Fatalf("%s %s: %v in %s", method, target, err, raw.Body)
	}
	return out
}

func (w *phoneWorld) raw(method, target, kind string, body any) *httptest.ResponseRecorder {
	w.t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		text = string(b)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, target, strings.NewReader(text))
	r.Header.Set("Content-Type", kind)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func (w *phoneWorld) token(a sandbox.App) string {
	w.t.Helper()
	got := w.ask("POST", "/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": a.ID, "secret": a.Secret})
	token, _ := got["access_token"].(string)
	if token == "" || got["expires_in"].(float64) < 300 {
		w.t.Fatalf("no usable token: %v", got)
	}
	return token
}

func (w *phoneWorld) send(token, openID, template string, data map[string]string) int {
	w.t.Helper()
	values := map[string]any{}
	for k, v := range data {
		values[k] = map[string]string{"value": v}
	}
	got := w.ask("POST", "/cgi-bin/message/subscribe/send?access_token="+token, map[string]any{"touser": openID, "template_id": template, "data": values})
	return int(got["errcode"].(float64))
}

func (w *phoneWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestConsentIsGoodForOneMessage(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	w.must(w.Consent("甲", notice, 2))
	token, to, data := w.token(mini), sandbox.OpenID("甲"), map[string]string{"thing1": "停水"}
	for i, want := range []int{0, 0, 43101} {
		if got := w.send(token, to, notice, data); got != want {
			t.Fatalf("message %d: errcode %d, want %d", i+1, got, want)
		}
	}
	items, next, err := w.Messages(to, 0, 10)
	if err != nil || next != 0 || len(items) != 2 || items[1].Data["thing1"] != "停水" {
		t.Fatalf("the phone shows %v (next %d, %v), want both messages: a repeat is not dropped", items, next, err)
	}
}

func TestKilledAndRestarted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "book.jsonl")
	w := open(t, sandbox.Options{BookPath: path})
	_, err := w.Login("甲")
	w.must(err)
	w.must(w.Consent("甲", notice, 3))
	w.must(w.Follow("乙"))
	w.must(w.Consent("丙", notice, 3))
	w.must(w.Block("丙", notice))
	if code := w.send(w.token(mini), sandbox.OpenID("甲"), notice, map[string]string{"thing1": "一"}); code != 0 {
		t.Fatal(code)
	}
	// No Close: the process is gone. What it was writing stays half-written.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	w.must(err)
	_, err = f.WriteString(`{"kind":"message","message":{"data":"` + strings.Repeat("x", 5000))
	w.must(err)
	w.must(f.Close())

	again := open(t, sandbox.Options{BookPath: path})
	if left := again.Consents("甲", notice); left != 2 {
		t.Errorf("%d consents left, want 2", left)
	}
	if left := again.Consents("丙", notice); left != 0 {
		t.Errorf("%d consents of somebody who switched them off", left)
	}
	if code := again.send(again.token(mini), sandbox.OpenID("甲"), notice, map[string]string{"thing1": "二"}); code != 0 {
		t.Errorf("errcode %d after the restart", code)
	}
	items, _, err := again.Messages("", 0, 10)
	if err != nil || len(items) != 2 || items[0].ID != 1 || items[1].ID != 2 || items[0].MsgID == items[1].MsgID {
		t.Errorf("book after the restart: %+v, %v", items, err)
	}
	if third := open(t, sandbox.Options{BookPath: path}); third.Consents("甲", notice) != 1 {
		t.Errorf("%d consents left at the third start, want 1", third.Consents("甲", notice))
	}
	info := again.ask("GET", "/cgi-bin/user/info?openid="+sandbox.ServiceOpenID("乙")+"&access_token="+again.token(service), nil)
	if info["subscribe"].(float64) != 1 || info["unionid"] != sandbox.UnionID("乙") {
		t.Errorf("follower forgotten: %v", info)
	}
	check := again.ask("POST", "/wxa/msg_sec_check?access_token="+again.token(mini), map[string]any{"openid": sandbox.OpenID("甲"), "scene": 2, "version": 2, "content": "你好"})
	if check["errcode"].(float64) != 0 {
		t.Errorf("last visit forgotten: %v", check)
	}
}

func TestDamagedBookIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "book.jsonl")
	if err := os.WriteFile(path, []byte("not a book\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Options{BookPath: path}); err == nil {
		t.Fatal("opened a file that is no book; it would be appended to")
	}
}

func TestPagesOverManyMessages(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	const all = 700
	w.must(w.Consent("甲", notice, all))
	w.must(w.Consent("乙", notice, all))
	token := w.token(mini)
	for i := range all {
		who := "甲"
		if i%7 == 0 {
			who = "乙"
		}
		if code := w.send(token, sandbox.OpenID(who), notice, map[string]string{"number1": fmt.Sprint(i)}); code != 0 {
			t.Fatal(code)
		}
	}
	for _, who := range []string{"", sandbox.OpenID("甲"), sandbox.OpenID("乙")} {
		want := map[string]int{"": all, sandbox.OpenID("甲"): 600, sandbox.OpenID("乙"): 100}[who]
		seen, after := 0, int64(0)
		for {
			got := w.ask("GET", fmt.Sprintf("/sandbox/messages?openid=%s&after=%d&limit=90", who, after), nil)
			for _, i := range got["items"].([]any) {
				id := int64(i.(map[string]any)["id"].(float64))
				if id <= after {
					t.Fatalf("id %d after %d", id, after)
				}
				seen, after = seen+1, id
			}
			if next := int64(got["next"].(float64)); next == 0 {
				break
			} else if next != after {
				t.Fatalf("next is %d, the last id was %d", next, after)
			}
		}
		if seen != want {
			t.Errorf("pages of %q hold %d, want %d", who, seen, want)
		}
	}
	page := w.raw("GET", "/sandbox", "", nil).Body.String()
	if n := strings.Count(page, "<article"); n != 200 || !strings.Contains(page, `id="m700"`) || strings.Contains(page, `id="m500"`) {
		t.Errorf("the page shows %d cards, want the last 200", n)
	}
	if page := w.raw("GET", "/sandbox?openid="+sandbox.OpenID("乙"), "", nil).Body.String(); strings.Count(page, "<article") != 100 {
		t.Error("the page of one person must show all of their 100 messages")
	}
}

func TestTemplateRules(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{Templates: map[string][]string{notice: {"thing1", "phrase2", "time3", "character_string4"}}})
	w.must(w.Consent("甲", notice, 100))
	token := w.token(mini)
	good := func() map[string]string {
		return map[string]string{"thing1": strings.Repeat("水", 20), "phrase2": "待受理", "time3": "2026-03-02 09:00", "character_string4": "LL-2026-0001"}
	}
	if code := w.send(token, sandbox.OpenID("甲"), notice, good()); code != 0 {
		t.Fatalf("good data: errcode %d", code)
	}
	for key, bad := range map[string][]string{
		"thing1":            {"", strings.Repeat("水", 21)},
		"phrase2":           {"六个汉字太长", "ok", "待受…"},
		"time3":             {"明天", "2026-03-02"},
		"character_string4": {"编号一", strings.Repeat("1", 33)},
		"thing9":            {"模板里没有"},
		"nonsense":          {"没有这种"},
	} {
		for _, v := range bad {
			data := good()
			data[key] = v
			if code := w.send(token, sandbox.OpenID("甲"), notice, data); code != 47003 {
				t.Errorf("%s = %q: errcode %d, want 47003", key, v, code)
			}
		}
	}
	short := good()
	delete(short, "phrase2")
	if code := w.send(token, sandbox.OpenID("甲"), notice, short); code != 47003 {
		t.Errorf("missing key: errcode %d, want 47003", code)
	}
	if code := w.send(token, sandbox.OpenID("甲"), "tpl-unknown", good()); code != 40037 {
		t.Errorf("unknown template: errcode %d, want 40037", code)
	}
	if left := w.Consents("甲", notice); left != 99 {
		t.Errorf("%d consents left: a refused message must not use one up", left)
	}
}

func TestErrorCodes(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	code, err := w.Login("甲")
	w.must(err)
	other, err := w.LoginAt("wxother", "甲")
	w.must(err)
	session := func(app, secret, code string) string {
		return "/sns/jscode2session?grant_type=authorization_code&" + url.Values{"appid": {app}, "secret": {secret}, "js_code": {code}}.Encode()
	}
	send := "/cgi-bin/message/subscribe/send?access_token="
	for _, c := range []struct {
		name, method, target string
		body                 any
		want                 int
	}{
		{"wrong appid", "GET", session("wxnobody", "x", code), nil, 40013},
		{"wrong secret", "GET", session(mini.ID, "x", code), nil, 40125},
		{"wrong code", "GET", session(mini.ID, mini.Secret, "x"), nil, 40029},
		{"code of another app", "GET", session(mini.ID, mini.Secret, other), nil, 40029},
		{"token with wrong secret", "GET", "/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret=x", nil, 40125},
		{"token of unknown app", "POST", "/cgi-bin/stable_token", map[string]string{"grant_type": "client_credential", "appid": "wxnobody", "secret": "x"}, 40013},
		{"no token", "POST", "/wxa/msg_sec_check", "{}", 41001},
		{"wrong token", "POST", send + "x", "{}", 40001},
		{"token of the other account", "POST", send + w.token(service), "{}", 48001},
		{"no JSON", "POST", send + w.token(mini), "touser=x", 47001},
		{"unknown person", "POST", send + w.token(mini), map[string]string{"touser": "oNobody"}, 40003},
		{"unknown address", "POST", "/cgi-bin/nothing", "{}", 40066},
	} {
		if got := w.ask(c.method, c.target, c.body); int(got["errcode"].(float64)) != c.want {
			t.Errorf("%s: %v, want %d", c.name, got, c.want)
		}
	}
	if got := w.ask("GET", session(mini.ID, mini.Secret, code), nil); got["openid"] != sandbox.OpenID("甲") || got["unionid"] != sandbox.UnionID("甲") {
		t.Errorf("after all those refusals the code must still work: %v", got)
	}
	if got := w.ask("GET", session(mini.ID, mini.Secret, code), nil); got["errcode"].(float64) != 40163 {
		t.Errorf("used code: %v, want 40163", got)
	}
}

func TestTimePasses(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{Limits: sandbox.Limits{SendsPerMinute: 1}})
	code, err := w.Login("甲")
	w.must(err)
	w.must(w.Consent("甲", notice, 10))
	token, data := w.token(mini), map[string]string{"thing1": "停水"}
	check := func() int {
		got := w.ask("POST", "/wxa/msg_sec_check?access_token="+token, map[string]any{"openid": sandbox.OpenID("甲"), "scene": 2, "version": 2, "content": "你好"})
		return int(got["errcode"].(float64))
	}
	for i, want := range []int{0, 45009} {
		if got := w.send(token, sandbox.OpenID("甲"), notice, data); got != want {
			t.Errorf("send %d in a minute: %d, want %d", i+1, got, want)
		}
	}
	w.now = w.now.Add(6 * time.Minute)
	if got := w.send(token, sandbox.OpenID("甲"), notice, data); got != 0 {
		t.Errorf("next minute: %d", got)
	}
	if got := w.ask("GET", "/sns/jscode2session?grant_type=authorization_code&appid=wxmini&secret=mini-secret&js_code="+code, nil); got["errcode"].(float64) != 40029 {
		t.Errorf("a code of six minutes: %v, want 40029", got)
	}
	w.now = w.now.Add(110 * time.Minute)
	if got := check(); got != 0 {
		t.Errorf("visited within two hours: %d", got)
	}
	w.now = w.now.Add(10 * time.Minute)
	if got := check(); got != 42001 {
		t.Errorf("token of over two hours: %d, want 42001", got)
	}
	token = w.token(mini)
	if got := check(); got != 61010 {
		t.Errorf("not visited within two hours: %d, want 61010", got)
	}
}

func TestFaultsEnd(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	w.must(w.Consent("甲", notice, 10))
	token, data := w.token(mini), map[string]string{"thing1": "停水"}
	try := func() int { return w.send(token, sandbox.OpenID("甲"), notice, data) }
	w.ask("POST", "/sandbox/faults", map[string]any{"mode": "busy", "count": 2, "path": "subscribe"})
	if w.token(service) == "" {
		t.Error("a fault of one path touched another")
	}
	for i, want := range []int{-1, -1, 0} {
		if got := try(); got != want {
			t.Errorf("call %d: %d, want %d", i+1, got, want)
		}
	}
	w.ask("POST", "/sandbox/faults", map[string]any{"mode": "refuse", "seconds": 60})
	if got := try(); got != 43101 {
		t.Errorf("refusing: %d", got)
	}
	w.now = w.now.Add(time.Minute)
	if got := try(); got != 0 {
		t.Errorf("after the minute: %d", got)
	}
	if rec := w.raw("POST", "/sandbox/faults", "application/json", `{"mode":"explode"}`); rec.Code != http.StatusBadRequest {
		t.Errorf("unknown mode: status %d", rec.Code)
	}
}

func TestControlsByForm(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	form := func(path, body string) *httptest.ResponseRecorder {
		return w.raw("POST", "/sandbox/"+path, "application/x-www-form-urlencoded", body)
	}
	rec := form("login", url.Values{"person": {"甲"}}.Encode())
	if to := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || !strings.Contains(to, "code") {
		t.Errorf("login by form: %d %q", rec.Code, to)
	}
	form("consent", url.Values{"person": {"甲"}, "template_id": {notice}, "count": {"3"}}.Encode())
	if got := w.Consents(sandbox.OpenID("甲"), notice); got != 3 {
		t.Errorf("%d consents after the form", got)
	}
	form("consent", url.Values{"person": {"甲"}, "template_id": {notice + ",tpl-b"}}.Encode())
	form("refuse", url.Values{"person": {"甲"}, "template_id": {notice}, "count": {"1"}}.Encode())
	if a, b := w.Consents("甲", notice), w.Consents("甲", "tpl-b"); a != 4 || b != 1 {
		t.Errorf("%d and %d consents after two templates at once and a refusal", a, b)
	}
	form("block", url.Values{"person": {"甲"}, "template_id": {notice}}.Encode())
	if a, b := w.Consents("甲", notice), w.Consents("甲", "tpl-b"); a != 0 || b != 1 {
		t.Errorf("%d and %d consents after one was switched off", a, b)
	}
	if to := form("block", "person=x&template_id=a,").Header().Get("Location"); !strings.Contains(to, "template") {
		t.Errorf("no template went through: %q", to)
	}
	if to := form("consent", "person=x&template_id=y&count=many").Header().Get("Location"); !strings.Contains(to, "number") {
		t.Errorf("a wrong number went through: %q", to)
	}
	page := w.raw("GET", "/sandbox?said="+url.QueryEscape("<script>"), "", nil).Body.String()
	if !strings.Contains(page, "沙箱微信：不是真的微信") || strings.Contains(page, "<script>") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Error("the page must say what it is, escape, and load nothing from elsewhere")
	}
}

func TestOtherPagesCannotPressTheButtons(t *testing.T) {
	t.Parallel()
	w := open(t, sandbox.Options{})
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/sandbox/faults", strings.NewReader("mode=down"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	if rec.Code != http.StatusForbidden || w.Fault().Mode != sandbox.OK {
		t.Errorf("status %d, fault %q", rec.Code, w.Fault().Mode)
	}
}
