package office

import (
	"context"
	"strconv"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/web"
)

// inboxEvents tells a page that stays open what is new: the newest unread message and how many are unread.
func inboxEvents(d Deps) func(context.Context, org.Actor, *web.EventsInput) (*web.Feed[inbox.News], error) {
	return func(ctx context.Context, a org.Actor, in *web.EventsInput) (*web.Feed[inbox.News], error) {
		after := int64(-1)
		if in.LastEventID != "" {
			var err error
			if after, err = strconv.ParseInt(in.LastEventID, 10, 64); err != nil {
				return nil, fault.ErrInvalid.With(fault.Field{Path: "Last-Event-ID", Reason: "应为上一个事件的编号"})
			}
		}
		s, err := d.Live.Open(ctx, a, after)
		if err != nil {
			return nil, err
		}
		return &web.Feed[inbox.News]{C: s.News(), Close: s.Close, Event: func(n inbox.News) web.Event { return web.Event{ID: n.ID, Name: "inbox", Data: n} }}, nil
	}
}
