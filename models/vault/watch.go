package vault

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"time"
)

// Watch reloads the keyset whenever the file holds another than the one in use, until ctx ends. A bad file keeps the
// old keys and is logged at each look.
func (v *Vault) Watch(ctx context.Context, path string, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := os.ReadFile(path)
		if err == nil && sha256.Sum256(now) == v.ring.Load().sum {
			continue
		}
		if err == nil {
			err = v.Reload(now)
		}
		if err != nil {
			log.ErrorContext(ctx, "field keys not reloaded; the earlier ones stay in use", "error", err.Error())
			continue
		}
		log.InfoContext(ctx, "field keys reloaded", "primary", v.PrimaryID())
	}
}
