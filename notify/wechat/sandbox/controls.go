package sandbox

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func isPage(path string) bool { return path == "/sandbox" || strings.HasPrefix(path, "/sandbox/") }

// command is what any control may be given, as JSON or as a form.
type command struct {
	Person     string `json:"person"`
	OpenID     string `json:"openid"`
	AppID      string `json:"appid"`
	Phone      string `json:"phone"`
	TemplateID string `json:"template_id"`
	Mode       string `json:"mode"`
	Path       string `json:"path"`
	Count      int    `json:"count"`
	Seconds    int    `json:"seconds"`
	form       bool
}

// who is the person meant, by name or id.
func (c command) who() string {
	if c.OpenID != "" {
		return c.OpenID
	}
	return c.Person
}

// templates are those meant, one or several with commas between.
func (c command) templates() []string { return strings.Split(c.TemplateID, ",") }

func (s *Sandbox) pageRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox", s.page)
	mux.HandleFunc("GET /sandbox/messages", s.list)
	mux.HandleFunc("GET /sandbox/authorize", s.authorize)
	control(mux, "login", s.doLogin)
	control(mux, "phone", s.doPhone)
	control(mux, "consent", s.doConsent)
	control(mux, "refuse", func(c command) (reply, error) { return s.doRefuse(c, s.Refuse) })
	control(mux, "block", func(c command) (reply, error) { return s.doRefuse(c, s.Block) })
	control(mux, "follow", func(c command) (reply, error) { return s.doFollow(c, s.Follow) })
	control(mux, "unfollow", func(c command) (reply, error) { return s.doFollow(c, s.Unfollow) })
	control(mux, "faults", s.doFault)
	// A page elsewhere must not be able to press these buttons.
	return http.NewCrossOriginProtection().Handler(mux)
}

// control mounts one: JSON is answered in JSON, a form by going back to the page with the answer on it.
func control(mux *http.ServeMux, name string, do func(command) (reply, error)) {
	mux.HandleFunc("POST /sandbox/"+name, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		c, err := read(r)
		var out reply
		if err == nil {
			out, err = do(c)
		}
		if c.form {
			said := "好了"
			if err != nil {
				said = err.Error()
			} else if out["code"] != nil {
				said = "code：" + out["code"].(string)
			}
			http.Redirect(w, r, "/sandbox?"+url.Values{"said": {said}}.Encode(), http.StatusSeeOther)
			return
		}
		if err != nil {
			write(w, http.StatusBadRequest, reply{"error": err.Error()})
			return
		}
		write(w, http.StatusOK, out)
	})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func read(r *http.Request) (c command, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		return c, d.Decode(&c)
	}
	c.form = true
	if err := r.ParseForm(); err != nil {
		return c, err
	}
	v := r.PostForm
	c.Person, c.OpenID, c.AppID, c.Phone = v.Get("person"), v.Get("openid"), v.Get("appid"), v.Get("phone")
	c.TemplateID, c.Mode, c.Path = v.Get("template_id"), v.Get("mode"), v.Get("path")
	for name, into := range map[string]*int{"count": &c.Count, "seconds": &c.Seconds} {
		if v.Get(name) == "" {
			continue
		}
		if *into, err = strconv.Atoi(v.Get(name)); err != nil {
			return c, errors.New("sandbox: " + name + " must be a number")
		}
	}
	return c, nil
}

func (s *Sandbox) doLogin(c command) (reply, error) {
	app := c.AppID
	if app == "" {
		app = s.defaultApp()
	}
	code, err := s.LoginAt(app, c.who())
	return reply{"code": code, "openid": OpenID(c.who()), "service_openid": ServiceOpenID(c.who())}, err
}

func (s *Sandbox) doPhone(c command) (reply, error) {
	code, err := s.PhoneCode(c.who(), c.Phone)
	if err != nil {
		return nil, err
	}
	data, iv, err := s.EncryptPhone(c.who(), c.Phone)
	return reply{"code": code, "encrypted_data": data, "iv": iv}, err
}

func (s *Sandbox) doConsent(c command) (reply, error) {
	if c.Count == 0 {
		c.Count = 1
	}
	if err := s.ConsentTo(c.who(), c.Count, c.templates()...); err != nil {
		return nil, err
	}
	return reply{"openid": OpenID(c.who()), "left": s.Consents(c.who(), c.templates()[0])}, nil
}

func (s *Sandbox) doRefuse(c command, do func(string, ...string) error) (reply, error) {
	return reply{"openid": OpenID(c.who())}, do(c.who(), c.templates()...)
}

func (s *Sandbox) doFollow(c command, do func(string) error) (reply, error) {
	return reply{"service_openid": ServiceOpenID(c.who()), "unionid": UnionID(c.who())}, do(c.who())
}

func (s *Sandbox) doFault(c command) (reply, error) {
	err := s.SetFault(Fault{Mode: c.Mode, Path: c.Path, Count: c.Count, Seconds: c.Seconds})
	return reply{"mode": c.Mode}, err
}

// list is GET /sandbox/messages?openid=&after=&limit=.
func (s *Sandbox) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	limit, _ := strconv.Atoi(q.Get("limit"))
	items, next, err := s.Messages(q.Get("openid"), after, limit)
	if err != nil {
		write(w, http.StatusInternalServerError, reply{"error": err.Error()})
		return
	}
	write(w, http.StatusOK, reply{"items": items, "next": next})
}
