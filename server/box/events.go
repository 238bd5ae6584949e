// Package box is what both surfaces show of somebody's own inbox in the same words.
package box

import (
	"context"
	"strconv"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/web"
)

// Events tells a page that stays open what is new: the newest unread message and how many are unread.
func Events(live *inbox.Live) func(context.Context, org.Actor, *web.EventsInput) (*web.Feed[inbox.News], error) {
	return func(ctx context.Context, a org.Actor, in *web.EventsInput) (*web.Feed[inbox.News], error) {
		after := int64(-1)
		if in.LastEventID != "" {
			var err error
			if after, err = strconv.ParseInt(in.LastEventID, 10, 64); err != nil {
				return nil, fault.ErrInvalid.With(fault.Field{Path: "Last-Event-ID", Reason: "应为上一个事件的编号"})
			}
		}
		s, err := live.Open(ctx, a, after)
		if err != nil {
			return nil, err
		}
		return &web.Feed[inbox.News]{C: s.News(), Close: s.Close, Event: func(n inbox.News) web.Event { return web.Event{ID: n.ID, Name: "inbox", Data: n} }}, nil
	}
}
