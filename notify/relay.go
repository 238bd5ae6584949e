package notify

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// stream names the stream of a shard; the braces keep one shard in one slot of a Redis Cluster.
func stream(shard int) string { return "ntf:{" + strconv.Itoa(shard) + "}" }

// keepInStream bounds a stream; what falls out comes back from the database.
const keepInStream = 100_000

// relay claims due messages and hands them to Redis. A message that Redis did not bring home in time is due again, so
// that a wiped or dead Redis loses nothing.
func (d *Dispatcher) relay(ctx context.Context) (bool, error) {
	claimed, err := d.claimMessages(ctx)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	pipe := d.o.Redis.Pipeline()
	for _, m := range claimed {
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: stream(int(m.EstateID % int64(d.o.Shards))), MaxLen: keepInStream, Approx: true, Values: []any{"id", m.ID}})
	}
	ctx2, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := pipe.Exec(ctx2); err != nil {
		return false, fmt.Errorf("redis does not take messages (they stay in the database): %w", d.giveBack(ctx, claimed, err))
	}
	return len(claimed) == relayBatch, nil
}

// claimMessages marks due messages as carried by this relay, by conditional update: with several relays each message
// goes to one.
func (d *Dispatcher) claimMessages(ctx context.Context) ([]outbox.Message, error) {
	var claimed []outbox.Message
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		err := tx.Model(&outbox.Message{}).Where("state IN ? AND due_at <= ?", []outbox.State{outbox.Pending, outbox.Published}, tx.Now).
			Order("due_at").Limit(relayBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		tag := d.owner + "/" + strconv.FormatInt(time.Now().UnixNano(), 36)
		err = tx.Model(&outbox.Message{}).Where("id IN ? AND state IN ? AND due_at <= ?", ids, []outbox.State{outbox.Pending, outbox.Published}, tx.Now).
			Updates(map[string]any{"state": outbox.Published, "owner": tag, "due_at": tx.Now.Add(carried)}).Error
		if err != nil {
			return err
		}
		return tx.Select("id", "estate_id").Where("id IN ? AND owner = ?", ids, tag).Find(&claimed).Error
	})
	return claimed, err
}

// giveBack makes messages due again soon after Redis refused them.
func (d *Dispatcher) giveBack(ctx context.Context, claimed []outbox.Message, cause error) error {
	ids := make([]int64, len(claimed))
	for i, m := range claimed {
		ids[i] = m.ID
	}
	err := d.o.DB.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id IN ? AND state = ?", ids, outbox.Published).
			Updates(map[string]any{"state": outbox.Pending, "due_at": tx.Now.Add(2 * time.Second)}).Error
	})
	if err != nil {
		return err
	}
	return cause
}
