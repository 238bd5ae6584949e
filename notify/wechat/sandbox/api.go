package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// reply is an answer of WeChat: always status 200, and an errcode when it refuses.
type reply map[string]any

func refuse(code int, text string) reply { return reply{"errcode": code, "errmsg": text} }

func accept(more reply) reply {
	if more == nil {
		more = reply{}
	}
	more["errcode"], more["errmsg"] = 0, "ok"
	return more
}

// largestCall bounds what is read of a request.
const largestCall = 256 << 10

func (s *Sandbox) apiRoutes() http.Handler {
	mux := http.NewServeMux()
	route := func(pattern string, h func(*http.Request) reply) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			// Read before anything else: a slow sender must not hold the lock, and the server notices that a caller
			// has left only once its body is read.
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestCall))
			if err != nil || s.misbehave(w, r) {
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.mu.Lock()
			answer := h(r)
			s.mu.Unlock()
			w.Header().Set("Content-Type", "application/json; encoding=utf-8")
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	route("GET /sns/jscode2session", s.jscode2session)
	route("GET /sns/oauth2/access_token", s.webToken)
	route("GET /cgi-bin/token", s.plainToken)
	route("POST /cgi-bin/stable_token", s.stableToken)
	route("POST /wxa/business/getuserphonenumber", s.mini(s.phoneNumber))
	route("POST /wxa/msg_sec_check", s.mini(s.contentCheck))
	route("POST /cgi-bin/message/subscribe/send", s.mini(s.subscribeSend))
	route("POST /cgi-bin/message/template/send", s.service(s.templateSend))
	route("POST /cgi-bin/qrcode/create", s.service(s.sceneCode))
	route("GET /cgi-bin/user/info", s.service(s.userInfo))
	route("/", func(*http.Request) reply { return refuse(40066, "invalid url") })
	return mux
}

// call is a request with a valid access token.
type call struct {
	*http.Request
	app string
}

// body reads the posted JSON; false means that it is none.
func (c call) body(into any) bool {
	return json.NewDecoder(c.Body).Decode(into) == nil
}

var badJSON = refuse(47001, "data format error")

func (s *Sandbox) mini(h func(call) reply) func(*http.Request) reply {
	return s.authorised(h, func(app string) bool { return app != s.o.ServiceApp.ID })
}

func (s *Sandbox) service(h func(call) reply) func(*http.Request) reply {
	return s.authorised(h, func(app string) bool { return app == s.o.ServiceApp.ID })
}

func (s *Sandbox) authorised(h func(call) reply, may func(app string) bool) func(*http.Request) reply {
	return func(r *http.Request) reply {
		token := r.URL.Query().Get("access_token")
		if token == "" {
			return refuse(41001, "access_token missing")
		}
		g, known := s.tokens[token]
		switch {
		case !known:
			return refuse(40001, "invalid credential, access_token is invalid or not latest")
		case !s.now().Before(g.expires):
			return refuse(42001, "access_token expired")
		case !may(g.app):
			return refuse(48001, "api unauthorized")
		}
		return h(call{Request: r, app: g.app})
	}
}
