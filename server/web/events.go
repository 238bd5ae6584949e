package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/linli-city/linli/models/org"
)

const (
	// usualBeat is how often an idle stream says that it is alive, for the proxies on the way.
	usualBeat = 20 * time.Second
	// lasts is for how long a stream goes on. Its page comes back, to this process or another one.
	lasts = 5 * time.Minute
	// writePatience is how long a page may take to read what it is sent.
	writePatience = 10 * time.Second
	eventStream   = "text/event-stream; charset=utf-8"
	// retry is when a page comes back, in milliseconds.
	retry = 3000
)

// Event is one server-sent event.
type Event struct {
	ID   int64
	Name string
	Data any
}

// Feed is where the events of one stream come from. It ends when C is closed.
type Feed[T any] struct {
	C     <-chan T
	Event func(T) Event
	Close func()
}

// EventsInput is the input of every stream.
type EventsInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"20" pattern:"^[0-9]*$" patternDescription:"上一个事件的编号" doc:"重新连接时由浏览器带上：只告诉这之后的"`
	Seconds     int    `query:"seconds" minimum:"0" maximum:"300" default:"300" doc:"最长保持多少秒，到时断开，请重新连接；0 表示有消息就告诉，马上结束"`
}

// HandleEvents adds an operation that answers with server-sent events for as long as the page is open, at most five minutes.
func HandleEvents[T any](g *Group, op Op, open func(context.Context, org.Actor, *EventsInput) (*Feed[T], error)) {
	op.Method, op.Timeout, op.content = http.MethodGet, lasts+time.Minute, "text/event-stream"
	Handle(g, op, func(ctx context.Context, a org.Actor, in *EventsInput) (*huma.StreamResponse, error) {
		feed, err := open(ctx, a, in)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			defer feed.Close()
			w := begin(hc)
			still := func() bool { _, err := g.site.signIn(hc, g.who, false); return err == nil }
			if in.Seconds == 0 {
				once(w, feed, still)
				return
			}
			ctx, cancel := context.WithTimeout(hc.Context(), time.Duration(in.Seconds)*time.Second)
			defer cancel()
			follow(ctx, w, feed, g.site.beat, still)
		}}, nil
	})
}

// eventWriter writes the lines of a stream.
type eventWriter struct {
	out  io.Writer
	ctrl *http.ResponseController
}

func begin(hc huma.Context) *eventWriter {
	c := humagin.Unwrap(hc)
	h := c.Writer.Header()
	h.Set("Content-Type", eventStream)
	h.Set("X-Accel-Buffering", "no") // nginx would wait until there is a page full of events
	c.Status(http.StatusOK)
	w := &eventWriter{out: c.Writer, ctrl: http.NewResponseController(c.Writer)}
	w.write("retry: %d\n\n", retry)
	return w
}

// write reports whether the page still reads.
func (w *eventWriter) write(format string, args ...any) bool {
	_ = w.ctrl.SetWriteDeadline(time.Now().Add(writePatience)) // a test's writer has none
	_, err := fmt.Fprintf(w.out, format, args...)
	return err == nil && w.ctrl.Flush() == nil
}

func (w *eventWriter) event(e Event) bool {
	data, err := json.Marshal(e.Data)
	return err == nil && w.write("id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Name, data)
}

// once writes what there is to tell now.
func once[T any](w *eventWriter, feed *Feed[T], still func() bool) {
	select {
	case n, ok := <-feed.C:
		if ok && still() {
			w.event(feed.Event(n))
		}
	default:
	}
}

// follow writes what comes until the page goes, the time is up or the feed ends. Before each event it makes sure that whoever
// reads is still signed in, and still at the post.
func follow[T any](ctx context.Context, w *eventWriter, feed *Feed[T], beat time.Duration, still func() bool) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !w.write(": beat\n\n") {
				return
			}
		case n, ok := <-feed.C:
			if !ok || !still() || !w.event(feed.Event(n)) {
				return
			}
		}
	}
}
