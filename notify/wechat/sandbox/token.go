package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"
)

// grant is an issued access token; it stays known for a day after it expired, to answer 42001 and not 40001.
type grant struct {
	app     string
	expires time.Time
}

const (
	tokenLife = 2 * time.Hour
	// overlap is how long a replaced token still works, and how early the stable token is renewed.
	overlap = 5 * time.Minute
	// mostTokens bounds the tokens that are remembered.
	mostTokens = 1000
)

func (s *Sandbox) plainToken(r *http.Request) reply {
	q := r.URL.Query()
	if bad := s.credentials(q.Get("grant_type"), q.Get("appid"), q.Get("secret")); bad != nil {
		return bad
	}
	return s.granted(s.issue(q.Get("appid"), overlap))
}

func (s *Sandbox) stableToken(r *http.Request) reply {
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return badJSON
	}
	if bad := s.credentials(in.GrantType, in.AppID, in.Secret); bad != nil {
		return bad
	}
	token := s.current[in.AppID]
	g := s.tokens[token]
	switch {
	case in.Force:
		token = s.issue(in.AppID, 0)
	case g == nil || g.expires.Sub(s.now()) <= overlap:
		token = s.issue(in.AppID, overlap)
	}
	return s.granted(token)
}

func (s *Sandbox) credentials(grantType, id, secret string) reply {
	if grantType != "client_credential" {
		return refuse(40002, "invalid grant_type")
	}
	return s.secretOf(id, secret, append([]App{s.o.ServiceApp}, s.o.MiniApps...))
}

func (s *Sandbox) secretOf(id, secret string, apps []App) reply {
	if id == "" {
		return refuse(41002, "appid missing")
	}
	if secret == "" {
		return refuse(41004, "appsecret missing")
	}
	for _, a := range apps {
		if a.ID == id {
			if a.Secret != secret {
				return refuse(40125, "invalid appsecret")
			}
			return nil
		}
	}
	return refuse(40013, "invalid appid")
}

// issue makes a token the current one; the one before works for a while yet.
func (s *Sandbox) issue(app string, old time.Duration) string {
	now := s.now()
	if len(s.tokens) >= mostTokens {
		for t, g := range s.tokens {
			if !now.Before(g.expires) {
				delete(s.tokens, t)
			}
		}
	}
	if g := s.tokens[s.current[app]]; g != nil && g.expires.After(now.Add(old)) {
		g.expires = now.Add(old)
	}
	token := "SBX_" + rand.Text() + rand.Text()
	s.tokens[token] = &grant{app: app, expires: now.Add(tokenLife)}
	s.current[app] = token
	return token
}

// granted answers with a token; a success carries no errcode.
func (s *Sandbox) granted(token string) reply {
	return reply{"access_token": token, "expires_in": int(s.tokens[token].expires.Sub(s.now()) / time.Second)}
}

// expire makes a token expired at once.
func (s *Sandbox) expire(token string) {
	if g := s.tokens[token]; g != nil {
		g.expires = s.now()
	}
}
