package inbox

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// hintsWaiting is how many hints wait to be sent; more are dropped, and found at the next look.
	hintsWaiting = 256
	// hintPatience is how long one may take.
	hintPatience = 500 * time.Millisecond
)

// hints carry between processes that inboxes have changed, by plain publish: the nodes of a cluster pass it on among themselves.
// Nothing depends on them.
type hints struct {
	redis    redis.UniversalClient
	channels []string
	waiting  chan []box
}

func newHints(r redis.UniversalClient, shards int) *hints {
	h := &hints{redis: r, waiting: make(chan []box, hintsWaiting)}
	for n := range max(1, shards) {
		h.channels = append(h.channels, "inbox:{"+strconv.Itoa(n)+"}")
	}
	return h
}

// hinted is a hint on its way.
type hinted struct {
	Posts   []int64 `json:"p,omitempty"`
	Persons []int64 `json:"r,omitempty"`
}

func (h *hints) offer(boxes []box) {
	select {
	case h.waiting <- boxes:
	default:
	}
}

// send publishes until ctx ends, an inbox always on the same channel.
func (h *hints) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case boxes := <-h.waiting:
			h.publish(ctx, boxes)
		}
	}
}

func (h *hints) publish(ctx context.Context, boxes []box) {
	shares := make([]hinted, len(h.channels))
	for _, b := range boxes {
		s := &shares[b.id%int64(len(shares))]
		if b.kind == "post" {
			s.Posts = append(s.Posts, b.id)
			continue
		}
		s.Persons = append(s.Persons, b.id)
	}
	ctx, cancel := context.WithTimeout(ctx, hintPatience)
	defer cancel()
	for n, s := range shares {
		if len(s.Posts)+len(s.Persons) == 0 {
			continue
		}
		raw, _ := json.Marshal(s) // plain numbers
		_ = h.redis.Publish(ctx, h.channels[n], raw).Err()
	}
}

// listen gives out what others hint at, until ctx ends. The client connects again by itself after trouble.
func (h *hints) listen(ctx context.Context, hear func([]box)) {
	sub := h.redis.Subscribe(ctx, h.channels...)
	defer func() { _ = sub.Close() }()
	messages := sub.Channel()
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			var s hinted
			if json.Unmarshal([]byte(m.Payload), &s) != nil {
				continue // not ours
			}
			boxes := make([]box, 0, len(s.Posts)+len(s.Persons))
			for _, id := range s.Posts {
				boxes = append(boxes, box{"post", id})
			}
			for _, id := range s.Persons {
				boxes = append(boxes, box{"person", id})
			}
			hear(boxes)
		}
	}
}
