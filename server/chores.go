package main

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/server/web"
)

// chore is background work that one process does at a time, under a lease.
type chore struct {
	name  string
	every time.Duration
	do    func(context.Context) (more bool, err error)
}

// keepAccess is how long access logs are kept: a year, twice what the law asks.
const keepAccess = 365 * 24 * time.Hour

func (a *app) chores(ctx context.Context) {
	list := []chore{
		{"seal-audit", time.Second, func(ctx context.Context) (bool, error) {
			n, err := audit.SealPending(ctx, a.db)
			return n > 0, err
		}},
		{"seal-ledger", time.Second, func(ctx context.Context) (bool, error) {
			n, err := ledger.SealPending(ctx, a.db)
			return n > 0, err
		}},
		{"content-check", 30 * time.Second, func(ctx context.Context) (bool, error) {
			_, err := a.complaints.Rescreen(ctx)
			return false, err
		}},
		{"complaint-clock", 30 * time.Second, func(ctx context.Context) (bool, error) {
			n, err := a.complaints.Tick(ctx)
			return n > 0, err
		}},
		{"chase-unread", 10 * time.Second, func(ctx context.Context) (bool, error) {
			n, err := a.dispatcher.Chase(ctx)
			return n > 0, err
		}},
		{"send-digests", 30 * time.Second, func(ctx context.Context) (bool, error) {
			n, err := a.dispatcher.SendDigests(ctx)
			return n > 0, err
		}},
		{"ask-receipts", 30 * time.Second, a.dispatcher.AskReceipts},
		{"complaint-index", 2 * time.Second, func(ctx context.Context) (bool, error) {
			n, err := a.complaints.IndexTexts(ctx, 500)
			return n > 0, err
		}},
		{"joint-clock", time.Minute, func(ctx context.Context) (bool, error) {
			n, err := a.joint.Tick(ctx)
			return n > 0, err
		}},
		{"committee-clock", time.Minute, func(ctx context.Context) (bool, error) {
			n, err := a.committee.Tick(ctx)
			return n > 0, err
		}},
		{"duty-rounds", 10 * time.Minute, func(ctx context.Context) (bool, error) {
			_, err := a.board.Generate(ctx)
			return false, err
		}},
		{"duty-clock", time.Minute, func(ctx context.Context) (bool, error) {
			n, err := a.board.Tick(ctx)
			return n > 0, err
		}},
		{"compare-estates", time.Hour, func(ctx context.Context) (bool, error) {
			_, err := a.board.Compare(ctx)
			return false, err
		}},
		{"erase-identities", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.complaints.EraseClosed(ctx)
			return n > 0, err
		}},
		{"erase-hotline", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.hotline.Sweep(ctx)
			return n > 0, err
		}},
		{"calendar-warning", time.Hour, a.warnOfYears},
		{"notify-watch", time.Minute, a.watchNotifier},
		{"mediation-clock", time.Minute, func(ctx context.Context) (bool, error) {
			n, err := a.mediation.Tick(ctx)
			return n > 0, err
		}},
		{"meeting-clock", 10 * time.Second, a.assemblies.Tick},
		{"preparation-clock", time.Minute, a.assemblies.TickPreparation},
		{"ballot-log", time.Second, a.assemblies.Sequence},
		{"ballot-checkpoints", time.Minute, a.assemblies.SignCheckpoints},
		{"campaign-clock", 2 * time.Second, a.campaigns.Tick},
		{"fee-runs", time.Second, a.fees.Tick},
		{"fee-reminders", time.Second, a.fees.TickReminders},
		{"fund-parts", 5 * time.Second, a.fund.Tick},
		{"fund-rechecks", time.Minute, a.fund.WatchRechecks},
		{"fund-years", 10 * time.Minute, a.fundYears},
		{"wechat-pay", 5 * time.Second, a.checkout.Tick},
		{"wechat-bills", 10 * time.Minute, a.checkout.OpenDays},
		{"vacant-queues", 10 * time.Minute, func(ctx context.Context) (bool, error) {
			return false, a.complaints.WakeVacant(ctx)
		}},
		{"end-leases", 10 * time.Minute, func(ctx context.Context) (bool, error) {
			n, err := a.org.EndLeases(ctx)
			return n > 0, err
		}},
		{"sweep-files", 10 * time.Minute, a.sweepFiles},
		{"purge-sessions", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.sessions.Purge(ctx)
			return n > 0, err
		}},
		{"purge-phone-codes", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.codes.Purge(ctx)
			return n > 0, err
		}},
		{"purge-link-visits", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.assemblies.PurgeVisits(ctx)
			return n > 0, err
		}},
		{"purge-usages", time.Hour, func(ctx context.Context) (bool, error) {
			return false, notify.PurgeUsages(ctx, a.db)
		}},
		{"purge-pushes", time.Hour, func(ctx context.Context) (bool, error) {
			n, err := a.consents.Purge(ctx)
			return n > 0, err
		}},
		{"purge-access-log", time.Hour, func(ctx context.Context) (bool, error) {
			return web.PurgeAccessLog(ctx, a.db, keepAccess)
		}},
	}
	owner := rand.Text()
	var wg sync.WaitGroup
	for _, c := range list {
		wg.Go(func() { a.repeat(ctx, owner, c) })
	}
	wg.Wait()
}

// warnOfYears logs every hour, and tells the bureau once in thirty days, that due dates fall into years whose holidays
// nobody has entered.
func (a *app) warnOfYears(ctx context.Context) (more bool, err error) {
	years, err := a.complaints.UnknownYears(ctx)
	if err != nil || len(years) == 0 {
		return false, err
	}
	a.log.WarnContext(ctx, "holidays are not known: due dates in these years count Monday to Friday; enter calendar.days", "years", years)
	// The lease is not given back: it is what keeps the message from coming every hour.
	held, err := a.db.Claim(ctx, "calendar.warned", rand.Text(), 30*24*time.Hour)
	if err != nil || !held {
		return false, err
	}
	_, err = a.complaints.WarnOfYears(ctx)
	return false, err
}

// watchNotifier tells the bureau once an hour while notifications are late.
func (a *app) watchNotifier(ctx context.Context) (more bool, err error) {
	behind, err := a.dispatcher.Watch(ctx, false)
	if err != nil || !behind {
		return false, err
	}
	// As above: the lease is what keeps the message from coming every minute.
	held, err := a.db.Claim(ctx, "notify.behind", rand.Text(), time.Hour)
	if err != nil || !held {
		return false, err
	}
	_, err = a.dispatcher.Watch(ctx, true)
	return false, err
}

// repeat does a chore again and again while it holds its lease, and gives the lease back at the end. Trouble is logged
// and tried again at the next turn.
func (a *app) repeat(ctx context.Context, owner string, c chore) {
	lease := "chore." + c.name
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := a.db.Release(ctx, lease, owner); err != nil {
			a.log.WarnContext(ctx, "a chore waits until its lease runs out", "chore", c.name, "error", err.Error())
		}
	}()
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		held, err := a.db.Claim(ctx, lease, owner, max(3*c.every, 15*time.Second))
		for more := held; more && err == nil; {
			more, err = c.do(ctx)
		}
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "chore failed; it is tried again", "chore", c.name, "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
