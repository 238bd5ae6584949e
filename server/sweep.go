package main

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// sweepLease keeps sweeping and backing up apart: a file of a snapshot must not go before it is copied.
const sweepLease = "files.sweep"

// sweepFiles deletes a batch of abandoned uploads, unless a backup runs.
func (a *app) sweepFiles(ctx context.Context) (more bool, err error) {
	owner := rand.Text()
	held, err := a.db.Claim(ctx, sweepLease, owner, 10*time.Minute)
	if err != nil || !held {
		return false, err
	}
	n, err := a.files.Sweep(ctx)
	return n > 0, errors.Join(err, a.db.Release(context.WithoutCancel(ctx), sweepLease, owner))
}

var errSweeping = errors.New("backup: abandoned uploads are being deleted; try again in a few minutes")

// holdSweeps keeps abandoned uploads from being deleted until free is called. It waits up to a minute for a deletion
// that runs.
func (a *app) holdSweeps(ctx context.Context) (free func(), err error) {
	owner := "backup-" + rand.Text()
	deadline := time.Now().Add(time.Minute)
	for {
		held, err := a.db.Claim(ctx, sweepLease, owner, 10*time.Minute)
		if err != nil {
			return nil, err
		}
		if held {
			break
		}
		if time.Now().After(deadline) {
			return nil, errSweeping
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	renewing, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-renewing.Done():
				return
			case <-tick.C:
				if _, err := a.db.Claim(renewing, sweepLease, owner, 10*time.Minute); err != nil && renewing.Err() == nil {
					a.log.WarnContext(ctx, "the hold on file sweeps was not renewed", "error", err.Error())
				}
			}
		}
	})
	return func() {
		stop()
		wg.Wait()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := a.db.Release(ctx, sweepLease, owner); err != nil {
			a.log.WarnContext(ctx, "file sweeps wait until the hold runs out", "error", err.Error())
		}
	}, nil
}
