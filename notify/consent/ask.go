package consent

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const (
	// mostAsked is how many templates one dialog of WeChat may show.
	mostAsked = 3
	// enough is the stock from which nobody is asked for more.
	enough = 3
	// respite is how long somebody who refused is left alone.
	respite = 7 * 24 * time.Hour
	// banned is how long a template that WeChat has blocked is not tried.
	banned = 30 * 24 * time.Hour
)

// Offer is a template worth asking about now.
type Offer struct {
	TemplateID string
	Name       string // the title, in Chinese
	// Silent is set where the person chose to always accept: asking shows no dialog, and gives one consent all the same.
	Silent bool
}

// Ask gives the templates to ask about at a moment, at most three, the most useful first. WeChat takes one-time and
// long-term templates only in requests of their own, so all are of the first one's sort. Faults: ErrMoment, ErrNoAccount.
func (s *Service) Ask(ctx context.Context, actor org.Actor, m Moment) ([]Offer, error) {
	if err := actor.Must(org.UseInbox); err != nil {
		return nil, err
	}
	o, ok := moments[m]
	if !ok {
		return nil, ErrMoment
	}
	rows, now, err := s.rows(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("ask for consents: %w", err)
	}
	var offers []Offer
	var first *template
	for i, name := range o.templates {
		t := s.named(name)
		if t == nil || (first != nil && t.Long != first.Long) {
			continue
		}
		r := rows[name]
		if !worthAsking(r, t, now, o.needs && i == 0) {
			continue
		}
		first = cmp.Or(first, t)
		offers = append(offers, Offer{TemplateID: t.ID, Name: t.title, Silent: r.Keeps == KeepsAccept})
	}
	return offers[:min(len(offers), mostAsked)], nil
}

// rows gives what the ledger has of the session's account, by template.
func (s *Service) rows(ctx context.Context, actor org.Actor) (map[string]Subscription, time.Time, error) {
	if actor.OpenID == "" {
		return nil, time.Time{}, ErrNoAccount
	}
	var list []Subscription
	var now time.Time
	err := s.db.View(ctx, func(tx *store.Tx) error {
		now = tx.Now
		return tx.Where("open_id = ?", actor.OpenID).Find(&list).Error
	})
	rows := make(map[string]Subscription, len(list))
	for _, r := range list {
		rows[r.Template] = r
	}
	return rows, now, err
}

// worthAsking says whether a dialog can and should be shown.
func worthAsking(r Subscription, t *template, now time.Time, needs bool) bool {
	since := func(at *time.Time) time.Duration { return now.Sub(*at) }
	switch {
	case r.Keeps == KeepsReject, r.Keeps == KeepsNothing:
		return false // WeChat would refuse without a dialog
	case r.ClosedAt != nil && r.ClosedWhy == ByBan:
		return since(r.ClosedAt) >= banned
	case r.RefusedAt != nil && since(r.RefusedAt) < respite && !needs:
		return false
	case r.ClosedAt != nil:
		return true
	case t.Long:
		return !r.LongTerm
	}
	return r.Stock < enough
}
