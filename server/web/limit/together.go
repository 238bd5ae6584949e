package limit

import (
	"context"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/store"
)

// Bounds of asking Redis together.
const (
	maxTogether = 256
	maxWaiting  = 8192
)

// together sends the calls that come at the same moment to Redis in one round trip: a busy process makes one for every request
// otherwise. Each call is still counted by itself.
type together struct {
	redis.UniversalClient
	calls store.Gather[*redis.Cmd]
}

func newTogether(r redis.UniversalClient) *together {
	t := &together{UniversalClient: r}
	t.calls.Do, t.calls.Most, t.calls.Waiting, t.calls.Timeout = t.send, maxTogether, maxWaiting, patience
	return t
}

// EvalSha runs a script that Redis knows; redis_rate calls it and falls back to Eval.
func (t *together) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	all := append(make([]any, 0, 3+len(keys)+len(args)), "evalsha", sha, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	cmd := redis.NewCmd(ctx, append(all, args...)...)
	answered := make(chan error, 1)
	go func() { answered <- t.calls.Put(ctx, cmd) }() // it ends with its round, at most patience after those before it
	select {
	case err := <-answered:
		if err != nil {
			cmd.SetErr(err)
		}
		return cmd
	case <-ctx.Done(): // Redis hangs: the caller counts for itself, and what comes of this one nobody reads
		late := redis.NewCmd(ctx)
		late.SetErr(ctx.Err())
		return late
	}
}

func (t *together) send(ctx context.Context, list []*redis.Cmd) {
	pipe := t.Pipeline()
	for _, cmd := range list {
		_ = pipe.Process(ctx, cmd)
	}
	_, _ = pipe.Exec(ctx) // each carries its own error
}
