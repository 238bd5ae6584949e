package sandbox

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The modes of misbehaviour.
const (
	OK           = "ok"
	Down         = "down"          // the connection is cut
	Slow         = "slow"          // the answer comes after SlowFor; a caller that has left receives nothing
	Busy         = "busy"          // errcode -1
	Rate         = "rate"          // errcode 45009, at sign-in 45011
	Garbage      = "garbage"       // status 200 and a page of HTML
	TokenExpired = "token_expired" // 42001, and the token is dead from then on
	Lies         = "lies"          // the message is taken, and the answer is 40001
	Refuse       = "refuse"        // 43101 and 43004 for messages, 40226 at sign-in
)

// Modes are all of them.
var Modes = []string{OK, Down, Slow, Busy, Rate, Garbage, TokenExpired, Lies, Refuse}

// Fault makes WeChat misbehave: for Count calls, for Seconds, or, with neither, until told otherwise. Path limits it
// to calls whose path contains it.
type Fault struct {
	Mode    string `json:"mode"`
	Path    string `json:"path,omitempty"`
	Count   int    `json:"count,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
}

// SetFault sets the misbehaviour from now on.
func (s *Sandbox) SetFault(f Fault) error {
	if !slices.Contains(Modes, f.Mode) || f.Count < 0 || f.Seconds < 0 {
		return errors.New("sandbox: mode must be one of " + strings.Join(Modes, ", "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.until = f, time.Time{}
	if f.Seconds > 0 {
		s.until = s.now().Add(time.Duration(f.Seconds) * time.Second)
	}
	return nil
}

// Fault tells the present misbehaviour.
func (s *Sandbox) Fault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lapse()
	return s.fault
}

func (s *Sandbox) lapse() {
	if !s.until.IsZero() && !s.now().Before(s.until) {
		s.fault, s.until = Fault{Mode: OK}, time.Time{}
	}
}

// use takes one call of a mode for a path, if it is on.
func (s *Sandbox) use(path string, modes ...string) string {
	s.lapse()
	mode := s.fault.Mode
	if !slices.Contains(modes, mode) || !strings.Contains(path, s.fault.Path) {
		return OK
	}
	if s.fault.Count > 0 {
		if s.fault.Count--; s.fault.Count == 0 {
			s.fault = Fault{Mode: OK}
		}
	}
	return mode
}

// refusing is for handlers, which hold the lock.
func (s *Sandbox) refusing(path string) bool { return s.use(path, Refuse) == Refuse }

// misbehave answers in place of the real handler, if so told.
func (s *Sandbox) misbehave(w http.ResponseWriter, r *http.Request) bool {
	switch s.trouble(r) {
	case Down:
		cut(w)
	case Slow:
		wait := time.NewTimer(s.o.SlowFor)
		defer wait.Stop()
		select {
		case <-r.Context().Done():
			return true
		case <-wait.C:
			return false
		}
	case Busy:
		say(w, `{"errcode":-1,"errmsg":"system error"}`)
	case Rate:
		say(w, `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`)
	case rateLogin:
		say(w, `{"errcode":45011,"errmsg":"api minute-quota reach limit, must slower, retry next minute"}`)
	case Garbage:
		say(w, "<html><body>Bad Gateway</body></html>")
	case TokenExpired:
		say(w, `{"errcode":42001,"errmsg":"access_token expired"}`)
	default:
		return false
	}
	return true
}

const rateLogin = "rate at sign-in"

func (s *Sandbox) trouble(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token := r.URL.Query().Get("access_token"); token != "" && s.use(r.URL.Path, TokenExpired) == TokenExpired {
		s.expire(token)
		return TokenExpired
	}
	mode := s.use(r.URL.Path, Down, Slow, Busy, Rate, Garbage)
	if mode == Rate && strings.HasPrefix(r.URL.Path, "/sns/") {
		return rateLogin
	}
	return mode
}

func say(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) }

// cut closes the connection without an answer, or answers 503 where there is none to close.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_ = conn.Close()
}
