package vault

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"time"
)

// Watch reloads the keyset whenever the file's content changes, until ctx ends. A bad file keeps the old keys and is
// logged at each look.
func (v *Vault) Watch(ctx context.Context, path string, every time.Duration, log *slog.Logger) {
	last, _ := os.ReadFile(path)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := os.ReadFile(path)
		if err == nil && bytes.Equal(now, last) {
			continue
		}
		if err == nil {
			err = v.Reload(now)
		}
		if err != nil {
			log.ErrorContext(ctx, "field keys not reloaded; the earlier ones stay in use", "error", err.Error())
			continue
		}
		last = now
		log.InfoContext(ctx, "field keys reloaded", "primary", v.PrimaryID())
	}
}
