// Package sandbox answers like WeChat's hosts, for demonstrations and tests, pushes events as they do, and shows what phones
// would have received. It touches one file, the book, and nothing of linli but the callback it is given.
package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// App is an account with its secret.
type App struct{ ID, Secret string }

// Limits are WeChat's quotas; 0 means none.
type Limits struct {
	SendsPerMinute  int // per account, 45009
	SendsPerDay     int // per account, 45009
	LoginsPerMinute int // per person, 45011
}

// Options configure a sandbox.
type Options struct {
	// BookPath is the JSON-lines file that keeps what phones received, and who agreed to what, over a restart.
	// Empty means a temporary file that is gone afterwards. One process at a time may use it.
	BookPath string
	// MiniApps are the mini-programs it knows; codes belong to the first unless said otherwise.
	MiniApps   []App
	ServiceApp App
	// Templates are the keys of each template by its id, of both accounts. Empty accepts any id and checks the keys
	// by their type alone.
	Templates map[string][]string
	// RiskyWords and ReviewWords are what the content check finds; empty means 违规测试词 and 待审测试词.
	RiskyWords, ReviewWords []string
	Limits                  Limits
	Clock                   func() time.Time // nil means time.Now
	SlowFor                 time.Duration    // how long mode "slow" waits; 0 means 30 s
	// PushToken signs pushes, and PushKey, an EncodingAESKey, encrypts them; empty sends them plain.
	PushToken, PushKey string
	PushAgain          time.Duration // how long after a push that was not answered it comes again; 0 means 5 s
}

// Sandbox is the pretended WeChat. It never drops a repeated message: whoever sends twice is seen to.
type Sandbox struct {
	o     Options
	book  *book
	api   http.Handler
	pages http.Handler

	mu       sync.Mutex
	people   map[string]*person // by tag
	consents map[string]int     // by openid and template
	codes    map[string]*code
	tokens   map[string]*grant
	current  map[string]string // token by app
	fault    Fault
	until    time.Time // end of the fault, if it has one
	counters map[string]*counter
	pusher   *pusher // nil while there is nobody to push to
	apart    bool    // the accounts are not bound to one open platform
}

// New opens the book and takes up where it ended.
func New(o Options) (*Sandbox, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.SlowFor == 0 {
		o.SlowFor = 30 * time.Second
	}
	if o.PushAgain == 0 {
		o.PushAgain = pushPatience
	}
	if len(o.RiskyWords) == 0 {
		o.RiskyWords = []string{"违规测试词"}
	}
	if len(o.ReviewWords) == 0 {
		o.ReviewWords = []string{"待审测试词"}
	}
	s := &Sandbox{
		o: o, fault: Fault{Mode: OK},
		people: map[string]*person{}, consents: map[string]int{}, codes: map[string]*code{},
		tokens: map[string]*grant{}, current: map[string]string{}, counters: map[string]*counter{},
	}
	b, err := openBook(o.BookPath, s.replay)
	if err != nil {
		return nil, err
	}
	s.book = b
	s.api, s.pages = s.apiRoutes(), s.pageRoutes()
	return s, nil
}

// Close ends the pushes and closes the book.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	p := s.pusher
	s.mu.Unlock()
	if p != nil {
		p.stop()
		<-p.ended
	}
	return s.book.close()
}

// API is what api.weixin.qq.com answers, from the root of that host.
func (s *Sandbox) API() http.Handler { return s.api }

// Pages is the phone screen and the controls, under /sandbox.
func (s *Sandbox) Pages() http.Handler { return s.pages }

// ServeHTTP serves both.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isPage(r.URL.Path) {
		s.pages.ServeHTTP(w, r)
		return
	}
	s.api.ServeHTTP(w, r)
}

func (s *Sandbox) now() time.Time { return s.o.Clock() }
