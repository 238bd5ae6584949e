package sandbox

import (
	_ "embed" // for the page
	"html/template"
	"net/http"
	"slices"
	"time"
)

// shown is how many messages the page shows.
const shown = 200

//go:embed page.html
var pageText string

var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.In(zone).Format("1月2日 15:04:05") },
}).Parse(pageText))

type card struct {
	Message
	Name string
}

// page is the phone screen: the last messages, newest first, of everybody or of ?openid=.
func (s *Sandbox) page(w http.ResponseWriter, r *http.Request) {
	openID := r.URL.Query().Get("openid")
	var last []Message
	err := s.book.scan(s.screenStart(openID), func(m Message) bool {
		if openID == "" || m.OpenID == openID {
			if len(last) >= 2*shown {
				last = slices.Delete(last, 0, shown)
			}
			last = append(last, m)
		}
		return true
	})
	if err != nil {
		http.Error(w, "sandbox: the book cannot be read", http.StatusInternalServerError)
		return
	}
	last = last[max(0, len(last)-shown):]
	slices.Reverse(last)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	_ = pageTemplate.Execute(w, map[string]any{
		"Cards": s.cards(last), "Fault": s.Fault(), "Modes": Modes, "Said": r.URL.Query().Get("said"), "OpenID": openID, "Shown": shown,
	})
}

// screenStart skips what cannot be among the last; one account's messages may lie anywhere.
func (s *Sandbox) screenStart(openID string) int64 {
	if openID != "" {
		return 0
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return max(0, s.book.count-shown)
}

func (s *Sandbox) cards(messages []Message) []card {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]card, len(messages))
	for i, m := range messages {
		out[i].Message = m
		if p := s.people[tagOf(m.OpenID)]; p != nil {
			out[i].Name = p.name
		}
	}
	return out
}
