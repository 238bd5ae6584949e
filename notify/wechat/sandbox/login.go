package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"time"
)

// code is a login or phone code: one use, five minutes.
type code struct {
	app     string
	tag     string
	phone   string // set for phone codes
	expires time.Time
	used    bool
}

const (
	codeLife = 5 * time.Minute
	// mostCodes bounds the codes that are remembered; used and expired ones make room first.
	mostCodes = 200_000
)

// Login is a person opening the mini-program: the code of wx.login.
func (s *Sandbox) Login(who string) (string, error) { return s.LoginAt(s.defaultApp(), who) }

// LoginAt is Login in a given mini-program.
func (s *Sandbox) LoginAt(appID, who string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return "", err
	}
	if err := s.active(tag, p); err != nil {
		return "", err
	}
	return s.newCode(code{app: appID, tag: tag})
}

func (s *Sandbox) active(tag string, p *person) error {
	now := s.now()
	if err := s.book.write(line{Kind: kindLogin, At: now, Tag: tag, Name: p.name}); err != nil {
		return err
	}
	p.active = now
	return nil
}

func (s *Sandbox) defaultApp() string {
	if len(s.o.MiniApps) == 0 {
		return ""
	}
	return s.o.MiniApps[0].ID
}

func (s *Sandbox) newCode(c code) (string, error) {
	now := s.now()
	if len(s.codes) >= mostCodes {
		for k, c := range s.codes {
			if c.used || !now.Before(c.expires) {
				delete(s.codes, k)
			}
		}
		if len(s.codes) >= mostCodes {
			return "", ErrFull
		}
	}
	c.expires = now.Add(codeLife)
	text := "0SBX" + rand.Text() + "00"
	s.codes[text] = &c
	return text, nil
}

func (s *Sandbox) jscode2session(r *http.Request) reply {
	q := r.URL.Query()
	if q.Get("grant_type") != "authorization_code" {
		return refuse(40002, "invalid grant_type")
	}
	if bad := s.secretOf(q.Get("appid"), q.Get("secret"), s.o.MiniApps); bad != nil {
		return bad
	}
	if q.Get("js_code") == "" {
		return refuse(41008, "missing code")
	}
	c := s.codes[q.Get("js_code")]
	switch {
	case c == nil, c.phone != "", c.app != q.Get("appid"), !s.now().Before(c.expires):
		return refuse(40029, "invalid code")
	case c.used:
		return refuse(40163, "code been used")
	case s.refusing(r.URL.Path):
		return refuse(40226, "code blocked")
	case s.over("login "+c.tag, time.Minute, s.o.Limits.LoginsPerMinute):
		return refuse(45011, "api minute-quota reach limit, must slower, retry next minute")
	}
	c.used = true
	p := s.people[c.tag]
	p.key = make([]byte, 16)
	_, _ = rand.Read(p.key)
	return reply{"openid": miniMark + c.tag, "unionid": s.union(c.tag), "session_key": base64.StdEncoding.EncodeToString(p.key)}
}
