package notify

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/event"
)

const group = "notify"

// errGroupMade asks to read again: the stream's group was made just now.
var errGroupMade = errors.New("notify: consumer group made")

// consume reads one stream until ctx ends. A read blocks for at most a second, because go-redis does not
// interrupt it.
func (d *Dispatcher) consume(ctx context.Context, st stream) {
	quiet := newQuieter(d.o.Log, "consume")
	for ctx.Err() == nil {
		_, err := d.read(ctx, st, time.Second)
		quiet.report(ctx, err)
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(look):
			}
		}
	}
}

// consumeOnce reads every stream without waiting.
func (d *Dispatcher) consumeOnce(ctx context.Context) (bool, error) {
	moved := false
	for shard := range d.o.Shards {
		for _, p := range event.Priorities {
			n, err := d.read(ctx, stream{shard, p}, -1)
			if err != nil {
				return moved, err
			}
			moved = moved || n > 0
		}
	}
	return moved, nil
}

// read takes new entries and those that a dead consumer left, expands them and acknowledges. An entry whose message
// could not be expanded is acknowledged too: the database makes it due again.
func (d *Dispatcher) read(ctx context.Context, st stream, block time.Duration) (int, error) {
	entries, err := d.take(ctx, st, block)
	if errors.Is(err, errGroupMade) {
		entries, err = d.take(ctx, st, block)
	}
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	acks := make([]string, 0, len(entries))
	for _, e := range entries {
		acks = append(acks, e.ID)
		text, _ := e.Values["id"].(string)
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			d.o.Log.ErrorContext(ctx, "stream entry without a message id", "stream", st.key(), "entry", e.ID)
			continue
		}
		d.carry(ctx, id)
		if ctx.Err() != nil {
			return len(acks), ctx.Err() // not acknowledged: another consumer or the relay brings it back
		}
	}
	return len(entries), d.o.Redis.XAck(context.WithoutCancel(ctx), st.key(), group, acks...).Err()
}

func (d *Dispatcher) take(ctx context.Context, st stream, block time.Duration) ([]redis.XMessage, error) {
	key := st.key()
	stale, _, err := d.o.Redis.XAutoClaim(ctx, &redis.XAutoClaimArgs{Stream: key, Group: group, Consumer: d.owner, MinIdle: carried(st.priority), Start: "0", Count: 50}).Result()
	if err == nil && len(stale) > 0 {
		return stale, nil
	}
	if err == nil {
		var res []redis.XStream
		res, err = d.o.Redis.XReadGroup(ctx, &redis.XReadGroupArgs{Group: group, Consumer: d.owner, Streams: []string{key, ">"}, Count: 50, Block: block}).Result()
		if err == nil {
			return res[0].Messages, nil
		}
	}
	switch {
	case errors.Is(err, redis.Nil), errors.Is(err, context.Canceled):
		return nil, nil
	case strings.HasPrefix(err.Error(), "NOGROUP"), strings.Contains(err.Error(), "no such key"):
		// A new or wiped Redis: begin at the start of the stream, the database sorts out what is done already.
		err := d.o.Redis.XGroupCreateMkStream(ctx, key, group, "0").Err()
		if err != nil && !strings.HasPrefix(err.Error(), "BUSYGROUP") {
			return nil, err
		}
		return nil, errGroupMade
	}
	return nil, err
}
