package main

import (
	"context"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
)

// reactions lists every "when X happened, then Y" across domains. Otherwise complaints, the board and the register each tell people
// through the plan alone.
func (a *app) reactions() []notify.Consequence { return a.deeds() }

// deeds end the reminders of campaigns for whoever has done what they ask for. An event by which something is done says so with
// one method (event.Doing), and is listened to here.
func (a *app) deeds() []notify.Consequence {
	var list []notify.Consequence
	for _, kind := range event.Kinds() {
		if e, err := event.Decode(kind, []byte("{}")); err == nil {
			if _, does := e.(event.Doing); does {
				list = append(list, notify.Consequence{Name: "end-reminders", Kind: kind, Do: a.endReminders})
			}
		}
	}
	return list
}

func (a *app) endReminders(ctx context.Context, e event.Event, _ int64) error {
	d := e.(event.Doing).Deed() //nolint:errcheck // only such kinds are listened to
	about := campaign.Subject{Kind: d.SubjectKind, ID: d.SubjectID}
	return a.db.InTx(ctx, func(tx *store.Tx) error {
		if d.PersonID != 0 {
			if err := a.campaigns.Act(tx, about, d.PersonID); err != nil {
				return err
			}
		}
		return a.campaigns.ActSeats(tx, about, d.OwnerSetIDs)
	})
}

// resultBoard puts what a meeting decided on the board.
type resultBoard struct{ board *disclosure.Service }

// PublishFor publishes an announcement of a meeting once.
func (b resultBoard) PublishFor(tx *store.Tx, n assembly.Announcement) (int64, error) {
	return b.board.PublishFor(tx, disclosure.Automatic{EstateID: n.EstateID, OrganisationID: n.OrganisationID, PersonID: n.PersonID, Source: n.Source, Scope: n.Scope, Title: n.Title, Body: n.Body})
}
