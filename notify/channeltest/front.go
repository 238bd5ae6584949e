package channeltest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Front stands on loopback before a provider and misbehaves in its place.
type Front struct {
	URL     string
	waiting chan struct{}
	srv     *httptest.Server
	o       FrontOptions
	closed  chan struct{}

	mu      sync.Mutex
	trouble Trouble
}

// FrontOptions say what stands behind a front.
type FrontOptions struct {
	Provider http.Handler
	// Spare are requests that are no sends, such as the fetch of a token; only death concerns them. nil spares none.
	Spare func(*http.Request) bool
	// Quote is an answer in the provider's form that refuses with a text.
	Quote func(text string) string
	// Seen is shown every request; nil looks away.
	Seen func(*http.Request)
}

// NewFront listens until the test ends.
func NewFront(t *testing.T, o FrontOptions) *Front {
	t.Helper()
	f := &Front{o: o, waiting: make(chan struct{}, crowd), closed: make(chan struct{})}
	f.srv = httptest.NewServer(f)
	f.URL = f.srv.URL
	t.Cleanup(func() {
		close(f.closed)
		f.srv.Close()
	})
	return f
}

// Waiting gives one value for each request that is held.
func (f *Front) Waiting() <-chan struct{} { return f.waiting }

// Play misbehaves from now on, and reports whether a front can in this way. There is no way back from death.
func (f *Front) Play(k Trouble) bool {
	switch k {
	case Limited:
		return false
	case Dead:
		f.srv.CloseClientConnections()
		_ = f.srv.Listener.Close()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trouble = k
	return true
}

func (f *Front) now(r *http.Request) Trouble {
	if f.o.Spare != nil && f.o.Spare(r) {
		return None
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.trouble
}

// ServeHTTP passes a request on, or does not.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.o.Seen != nil {
		f.o.Seen(r)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch f.now(r) {
	case Silent:
		f.waiting <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-f.closed:
		}
	case Garbage:
		_, _ = io.WriteString(w, "<html><body>welcome to the hotel's network, "+r.URL.String()+"</body></html>")
	case Broken:
		http.Error(w, "no upstream for "+r.URL.String()+" "+string(body), http.StatusBadGateway)
	case Cut:
		panic(http.ErrAbortHandler)
	case Lost:
		f.o.Provider.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case Quoting:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, f.o.Quote(fmt.Sprint(string(body), r.URL, r.URL.Query(), r.Header)))
	default:
		f.o.Provider.ServeHTTP(w, r)
	}
}
