package sandbox

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"
)

// activeFor is how long after a visit an account may be checked.
const activeFor = 2 * time.Hour

func (s *Sandbox) contentCheck(c call) reply {
	var in struct {
		OpenID  string `json:"openid"`
		Scene   int    `json:"scene"`
		Version int    `json:"version"`
		Content string `json:"content"`
	}
	if !c.body(&in) {
		return badJSON
	}
	p := s.known(in.OpenID, miniMark)
	switch {
	case in.Version != 2, in.Scene < 1, in.Scene > 4, in.Content == "":
		return refuse(40097, "invalid args")
	case utf8.RuneCountInString(in.Content) > 2500:
		return refuse(45002, "content size out of limit")
	case p == nil:
		return refuse(40003, "invalid openid")
	case p.active.IsZero() || s.now().Sub(p.active) > activeFor:
		return refuse(61010, "code is expired")
	}
	suggest, label, word := "pass", 100, ""
	if w := found(in.Content, s.o.ReviewWords); w != "" {
		suggest, label, word = "review", 21000, w
	}
	if w := found(in.Content, s.o.RiskyWords); w != "" {
		suggest, label, word = "risky", 20006, w
	}
	return accept(reply{
		"trace_id": "sbx-" + rand.Text(),
		"result":   reply{"suggest": suggest, "label": label},
		"detail":   []reply{{"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "prob": 90, "keyword": word}},
	})
}

func found(text string, words []string) string {
	for _, w := range words {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}
