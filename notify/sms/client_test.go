package sms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/notify/sms/smstest"
)

const phone = "13900001234"

// service is the pretended provider behind a listener, on a clock of the test.
type service struct {
	*smstest.Provider
	url string
	mu  sync.Mutex
	at  time.Time
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{at: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	s.Provider = smstest.New(s.now)
	srv := httptest.NewServer(s.Provider)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *service) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *service) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func (s *service) client(change ...func(*sms.Config)) *sms.Client {
	cfg := sms.Config{KeyID: s.KeyID, Secret: s.Secret, Sign: "都匀邻里", Templates: s.Codes(), Endpoint: s.url, Timeout: 20 * time.Second, Now: s.now}
	for _, f := range change {
		f(&cfg)
	}
	return sms.New(cfg)
}

// clientOf is a client of any host.
func clientOf(endpoint string, change ...func(*sms.Config)) *sms.Client {
	cfg := sms.Config{KeyID: "LTAI-test-key", Secret: "secret-of-the-access-key", Sign: "邻里", Templates: map[string]string{sms.Code: "SMS_1", sms.Notice: "SMS_2"}, Endpoint: endpoint, Timeout: 20 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	return sms.New(cfg)
}

// TestTextArrives: the number, the signature, the template and its variables go as they were given, under a good signature.
func TestTextArrives(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.client()
	id, err := c.Send(t.Context(), sms.NewCode("linli-code-7", phone, "012345"))
	if err != nil {
		t.Fatal(err)
	}
	id2, err := c.Send(t.Context(), sms.NewNotice("linli-8", phone, `您的投诉有答复了 & "100%"+~*`, "凤凰树小区（三期）"))
	if err != nil {
		t.Fatal(err)
	}
	got := s.Texts()
	if len(got) != 2 || got[0].BizID != id || got[1].BizID != id2 || id == id2 {
		t.Fatalf("%q, %q: %+v", id, id2, got)
	}
	if m := got[0]; m.Phone != phone || m.Sign != "都匀邻里" || m.Template != "SMS_1" || m.OutID != "linli-code-7" || len(m.Params) != 1 || m.Params["code"] != "012345" {
		t.Errorf("%+v", m)
	}
	if m := got[1]; m.Template != "SMS_2" || m.Params["title"] != `您的投诉有答复了 & "100%"+~*` || m.Params["place"] != "凤凰树小区（三期）" {
		t.Errorf("%+v", m)
	}
}

// TestWrongKeysAreForWhoeverRunsIt: nothing is wrong with the text, somebody is called, and the key is not shown.
func TestWrongKeysAreForWhoeverRunsIt(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for code, change := range map[string]func(*sms.Config){
		"SignatureDoesNotMatch":       func(c *sms.Config) { c.Secret = "another-secret" },
		"InvalidAccessKeyId.NotFound": func(c *sms.Config) { c.KeyID = "LTAI-unknown" },
		"InvalidTimeStamp.Expired":    func(c *sms.Config) { c.Now = func() time.Time { return s.now().Add(-20 * time.Minute) } },
	} {
		var log bytes.Buffer
		c := s.client(change, func(c *sms.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		_, err := c.Send(t.Context(), sms.NewCode("k", phone, "123456"))
		var e *sms.Error
		if !errors.As(err, &e) || e.Code != code || sms.Permanent(err) || sms.Limited(err) || sms.Uncertain(err) {
			t.Errorf("%s: %v", code, err)
		}
		if text := log.String(); !strings.Contains(text, code) || !strings.Contains(text, smstest.RequestID) || strings.Contains(text, phone) || strings.Contains(text, "secret") || strings.Contains(text, "123456") {
			t.Errorf("%s: the log says %q", code, text)
		}
	}
	if len(s.Texts()) != 0 {
		t.Error("a text went out")
	}
}

// TestBadTextsAreNotAskedAbout: what the provider would refuse costs no request.
func TestBadTextsAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(srv.Close)
	c := clientOf(srv.URL)
	box := sms.NewSandbox(time.Now)
	notice := func(title, place string) sms.Message {
		return sms.Message{Key: "k", Phone: phone, Template: sms.Notice, Params: map[string]string{"title": title, "place": place}}
	}
	for code, bad := range map[string][]sms.Message{
		"isv.MOBILE_NUMBER_ILLEGAL":       {sms.NewCode("k", "", "123456"), sms.NewCode("k", "12900001234", "123456"), sms.NewCode("k", "13900001234,13900001235", "123456"), sms.NewCode("k", "085412345", "123456")},
		"isv.INVALID_PARAMETERS":          {sms.NewCode("", phone, "123456"), sms.NewCode(strings.Repeat("k", 65), phone, "123456"), sms.NewCode("k k", phone, "123456")},
		"isv.SMS_TEMPLATE_ILLEGAL":        {{Key: "k", Phone: phone, Template: "other"}},
		"isv.TEMPLATE_MISSING_PARAMETERS": {sms.NewCode("k", phone, ""), notice("", "小区"), {Key: "k", Phone: phone, Template: sms.Code}},
		"isv.PARAM_LENGTH_LIMIT":          {sms.NewCode("k", phone, "1234567"), notice(strings.Repeat("水", 21), "小区")},
		"isv.TEMPLATE_PARAMS_ILLEGAL":     {sms.NewCode("k", phone, "12345a"), {Key: "k", Phone: phone, Template: sms.Code, Params: map[string]string{"code": "123456", "more": "x"}}},
	} {
		for _, m := range bad {
			for name, s := range map[string]sms.Sender{"client": c, "sandbox": box} {
				_, err := s.Send(t.Context(), m)
				var e *sms.Error
				if !errors.As(err, &e) || e.Code != code || !sms.Permanent(err) || sms.Uncertain(err) || strings.Contains(err.Error(), phone) {
					t.Errorf("%s, %+v: %v", name, m, err)
				}
			}
		}
	}
	if calls.Load() != 0 || len(box.Messages()) != 0 {
		t.Error("somebody was asked")
	}
	_, err := clientOf(srv.URL, func(c *sms.Config) { c.Templates = nil }).Send(t.Context(), sms.NewCode("k", phone, "123456"))
	if !sms.Permanent(err) || calls.Load() != 0 {
		t.Errorf("a template without a code: %v", err)
	}
}

// TestNoticeFitsItsTemplate whatever the title and the place are.
func TestNoticeFitsItsTemplate(t *testing.T) {
	t.Parallel()
	box := sms.NewSandbox(time.Now)
	for _, c := range [][3]string{
		{"您的投诉有答复了", "凤凰树小区", "【邻里】您的投诉有答复了（凤凰树小区）。请打开小程序查看。"},
		{strings.Repeat("长", 30), strings.Repeat("远", 30), "【邻里】" + strings.Repeat("长", 19) + "…（" + strings.Repeat("远", 19) + "…）。请打开小程序查看。"},
		{" 停水\n通知【某某】 ", "", "【邻里】停水 通知某某（邻里）。请打开小程序查看。"},
	} {
		if _, err := box.Send(t.Context(), sms.NewNotice("k", phone, c[0], c[1])); err != nil {
			t.Fatal(err)
		}
		if got := box.Messages()[0].Text; got != c[2] {
			t.Errorf("%q, not %q", got, c[2])
		}
	}
}

// TestCodesOfTheProvider: each code's meaning, with the status that it comes with.
func TestCodesOfTheProvider(t *testing.T) {
	t.Parallel()
	type meaning struct{ permanent, limited, uncertain bool }
	permanent, limited, uncertain := meaning{permanent: true}, meaning{limited: true}, meaning{uncertain: true}
	for _, c := range []struct {
		code   string
		status int
		want   meaning
	}{
		{"isv.MOBILE_NUMBER_ILLEGAL", 200, permanent}, {"isv.SMS_TEMPLATE_ILLEGAL", 200, permanent}, {"isv.SMS_SIGNATURE_ILLEGAL", 200, permanent},
		{"isv.BLACK_KEY_CONTROL_LIMIT", 200, permanent}, {"isv.PARAM_LENGTH_LIMIT", 200, permanent},
		{"isv.BUSINESS_LIMIT_CONTROL", 200, limited}, {"isv.DAY_LIMIT_CONTROL", 200, limited}, {"isv.OUT_OF_SERVICE", 200, limited}, {"isv.AMOUNT_NOT_ENOUGH", 200, limited},
		{"Throttling", 429, limited}, {"Throttling.User", 400, limited}, {"Throttling.Api", 503, limited},
		{"isp.SYSTEM_ERROR", 200, uncertain}, {"InternalError", 500, uncertain}, {"ServiceUnavailable", 503, uncertain}, {"SomethingNew", 500, uncertain},
		{"isp.RAM_PERMISSION_DENY", 200, meaning{}}, {"isv.DENY_IP_RANGE", 200, meaning{}}, {"SomethingNew", 400, meaning{}}, {"isv.SOMETHING_NEW", 200, meaning{}}, {"ThrottlingOfTheKind", 400, meaning{}},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = fmt.Fprintf(w, `{"Code":%q,"Message":"no","RequestId":%q,"HostId":"dysmsapi.aliyuncs.com"}`, c.code, smstest.RequestID)
		}))
		_, err := clientOf(srv.URL).Send(t.Context(), sms.NewCode("k", phone, "123456"))
		srv.Close()
		var e *sms.Error
		if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(err.Error(), smstest.RequestID) {
			t.Errorf("%s: %v", c.code, err)
		}
		if sms.OnePhone(err) != (c.code == "isv.BUSINESS_LIMIT_CONTROL") {
			t.Errorf("%s: of one phone: %v", c.code, sms.OnePhone(err))
		}
		if got := (meaning{sms.Permanent(err), sms.Limited(err), sms.Uncertain(err)}); got != c.want {
			t.Errorf("%s with %d: %+v, not %+v", c.code, c.status, got, c.want)
		}
	}
	if sms.Permanent(nil) || sms.Limited(io.EOF) || sms.Uncertain(io.EOF) {
		t.Error("foreign errors mean nothing")
	}
}

// TestStrangeAnswers: nothing but an explicit OK is one, and an answer that refuses by its status is certain.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere.Add(1)
		_, _ = io.WriteString(w, `{"Code":"OK","BizId":"1^0"}`)
	}))
	t.Cleanup(other.Close)
	for name, c := range map[string]struct {
		h         http.HandlerFunc
		uncertain bool
	}{
		"a page":             {body(200, "<html>"), true},
		"nothing":            {body(200, ""), true},
		"null":               {body(200, "null"), true},
		"no code":            {body(200, `{"BizId":"1^0"}`), true},
		"a number for code":  {body(200, `{"Code":200}`), true},
		"a number as code":   {body(200, `{"Code":"13900001234"}`), true},
		"OK with a failure":  {body(500, `{"Code":"OK","BizId":"1^0"}`), true},
		"a strange BizId":    {body(200, `{"Code":"OK","BizId":7}`), true},
		"gateway":            {body(504, "<html>"), true},
		"refused by a proxy": {body(403, "<html>"), false},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 64<<10)); err != nil {
					return
				}
			}
		}, true},
		"half": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"Code":"OK"`)
			panic(http.ErrAbortHandler)
		}, true},
		"sent elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(c.h)
			t.Cleanup(srv.Close)
			id, err := clientOf(srv.URL).Send(t.Context(), sms.NewCode("k", phone, "123456"))
			if err == nil || id != "" || sms.Uncertain(err) != c.uncertain || sms.Permanent(err) || sms.Limited(err) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%q, %v, uncertain %v", id, err, sms.Uncertain(err))
			}
			if elsewhere.Load() != 0 {
				t.Error("the number went to another host")
			}
		})
	}
}

// TestErrorsHoldNothingPersonal lets a host repeat the request in everything that an answer has.
func TestErrorsHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	const code = "735911"
	var log bytes.Buffer
	for name, h := range map[string]func(http.ResponseWriter, *http.Request){
		"message": func(w http.ResponseWriter, r *http.Request) {
			answer(w, "isv.ACCOUNT_ABNORMAL", r.URL.String(), smstest.RequestID)
		},
		"code":       func(w http.ResponseWriter, r *http.Request) { answer(w, r.URL.RawQuery, "", "") },
		"just codes": func(w http.ResponseWriter, r *http.Request) { answer(w, phone+code, "", phone) },
		"request id": func(w http.ResponseWriter, r *http.Request) {
			answer(w, "isv.ACCOUNT_ABNORMAL", "", r.Header.Get("Authorization")+r.URL.RawQuery)
		},
		"no HTTP": func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "what is "+r.URL.String()+"\r\n\r\n")
			_ = conn.Close()
		},
		"location": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "://"+r.URL.RawQuery, http.StatusFound)
		},
	} {
		srv := httptest.NewServer(http.HandlerFunc(h))
		c := clientOf(srv.URL, func(c *sms.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		_, sent := c.Send(t.Context(), sms.NewCode("k", phone, code))
		_, _, _, found := c.Find(t.Context(), phone, "k", time.Now())
		srv.Close()
		for _, err := range []error{sent, found} {
			if err == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), log.String()} {
				for _, secret := range []string{phone, code, "secret-of-the-access-key", "LTAI-test-key"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s: %q shows %q", name, text, secret)
					}
				}
			}
		}
	}
	if _, err := clientOf("no host at all").Send(t.Context(), sms.NewCode("k", phone, code)); err == nil || sms.Uncertain(err) || strings.Contains(err.Error(), phone) {
		t.Errorf("no address: %v", err)
	}
}

func answer(w http.ResponseWriter, code, message, request string) {
	_, _ = fmt.Fprintf(w, `{"Code":%q,"Message":%q,"RequestId":%q}`, code, message, request)
}

func TestMask(t *testing.T) {
	t.Parallel()
	if got := sms.Mask("打13912341234或+8613900005678，PhoneNumbers=13700001111&x=12345678901"); got != "打139****1234或+86139****5678，PhoneNumbers=137****1111&x=12345678901" {
		t.Error(got)
	}
}

// TestNobodyListens: a refused connection is certain, and a host that does not exist as well.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	for _, host := range []string{"http://" + l.Addr().String(), "http://linli.invalid"} {
		if _, err := clientOf(host).Send(t.Context(), sms.NewCode("k", phone, "123456")); err == nil || sms.Uncertain(err) || sms.Permanent(err) || sms.Limited(err) {
			t.Errorf("%s: %v, uncertain %v", host, err, sms.Uncertain(err))
		}
	}
	// A host that never finishes the handshake has not been told anything.
	deaf, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = deaf.Close() })
	_, err = clientOf("https://"+deaf.Addr().String(), func(c *sms.Config) { c.Timeout = 200 * time.Millisecond }).Send(t.Context(), sms.NewCode("k", phone, "123456"))
	if !errors.Is(err, context.DeadlineExceeded) || sms.Uncertain(err) {
		t.Errorf("no handshake: %v, uncertain %v", err, sms.Uncertain(err))
	}
}

// TestConnectionsAreUsedAgain, also after refusals.
func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(s.Provider)
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	c := s.client(func(c *sms.Config) { c.Endpoint = srv.URL })
	for i := range 20 {
		if i == 10 {
			s.Refuse("isv.BUSINESS_LIMIT_CONTROL")
		}
		_, _ = c.Send(t.Context(), sms.NewCode(fmt.Sprint("k", i), phone, "123456"))
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
