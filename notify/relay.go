package notify

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// stream names a stream: one a shard and priority.
type stream struct {
	shard    int
	priority event.Priority
}

// key is the name in Redis; the braces keep one shard in one slot of a cluster.
func (s stream) key() string { return "ntf:{" + strconv.Itoa(s.shard) + "}:" + s.priority.String() }

func (d *Dispatcher) streamOf(m outbox.Message) stream {
	return stream{int(m.EstateID % int64(d.o.Shards)), min(max(m.Priority, event.Alarm), event.Bulk)}
}

// keepInStream bounds a stream; what falls out comes back from the database.
const keepInStream = 100_000

// carried is how long a message is left to Redis, or to a process that writes its deliveries, before another has it.
func carried(p event.Priority) time.Duration {
	if p <= event.Urgent {
		return 5 * time.Second
	}
	return 25 * time.Second
}

// deafFor is how long a Redis that failed is not asked again.
const deafFor = 5 * time.Second

// relay claims due messages and hands them to Redis. A message that Redis did not bring home in time is due again, so
// that a wiped Redis loses nothing. While Redis is away this process carries them itself.
func (d *Dispatcher) relay(ctx context.Context) (bool, error) {
	claimed, err := d.claimMessages(ctx)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	if time.Now().After(d.deaf) {
		if err = d.publish(ctx, claimed); err == nil {
			return len(claimed) == relayBatch, nil
		}
		d.deaf = time.Now().Add(deafFor)
		err = fmt.Errorf("redis does not take messages (this process carries them): %w", err)
	}
	for _, m := range claimed {
		select {
		case d.direct[m.Priority <= event.Urgent] <- m.ID:
		default: // due again when the time to carry it is over
		}
	}
	return false, err
}

// carry writes the deliveries of a message, or counts a failed try.
func (d *Dispatcher) carry(ctx context.Context, id int64) {
	if err := d.Expand(ctx, id); err != nil && ctx.Err() == nil {
		d.failed(ctx, id, err)
	}
	poke(d.send)
}

// relayOrCarry is relay for Drain, which has nobody else to carry what Redis does not take.
func (d *Dispatcher) relayOrCarry(ctx context.Context) (bool, error) {
	more, err := d.relay(ctx)
	for _, ids := range d.direct {
		for len(ids) > 0 {
			d.carry(ctx, <-ids)
			more, err = true, nil
		}
	}
	return more, err
}

func (d *Dispatcher) publish(ctx context.Context, claimed []outbox.Message) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	pipe := d.o.Redis.Pipeline()
	for _, m := range claimed {
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: d.streamOf(m).key(), MaxLen: keepInStream, Approx: true, Values: []any{"id", m.ID}})
	}
	_, err := pipe.Exec(ctx)
	return err
}

// relayTag begins the owner of a message that nobody writes the deliveries of.
const relayTag = "relay/"

// claimMessages marks due messages as carried by this relay, by conditional update: with several relays each message
// goes to one.
func (d *Dispatcher) claimMessages(ctx context.Context) ([]outbox.Message, error) {
	var claimed []outbox.Message
	open := []outbox.State{outbox.Pending, outbox.Published}
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		err := tx.Model(&outbox.Message{}).Where("state IN ? AND due_at <= ?", open, tx.Now).Order("priority, due_at, id").Limit(relayBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		tag := relayTag + d.owner + "/" + strconv.FormatInt(time.Now().UnixNano(), 36)
		for _, pressing := range []bool{true, false} {
			priority, lease := "priority > ?", carried(event.Bulk)
			if pressing {
				priority, lease = "priority <= ?", carried(event.Alarm)
			}
			err = tx.Model(&outbox.Message{}).Where("id IN ? AND state IN ? AND due_at <= ?", ids, open, tx.Now).Where(priority, event.Urgent).
				Updates(map[string]any{"state": outbox.Published, "owner": tag, "due_at": tx.Now.Add(lease)}).Error
			if err != nil {
				return err
			}
		}
		return tx.Select("id", "estate_id", "priority").Where("id IN ? AND owner = ?", ids, tag).Order("priority, id").Find(&claimed).Error
	})
	return claimed, err
}
