package main

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
)

// reactions lists every "when X happened, then Y" across domains: a certified election seats the committee, a court's judgment is shown there,
// and deeds end reminders. Otherwise complaints, the board and the register each tell people through the plan alone.
func (a *app) reactions() []notify.Consequence {
	return append(a.deeds(),
		notify.Consequence{Name: "seat-committee", Kind: "meeting.certified", Do: a.seatElected},
		notify.Consequence{Name: "revoke-committee", Kind: "meeting.revoked", Do: a.revokeElected},
		notify.Consequence{Name: "revoke-fund", Kind: "meeting.revoked", Do: a.revokeFund})
}

// seatElected hands a certified election of the committee over to whoever seats it.
func (a *app) seatElected(ctx context.Context, e event.Event, _ int64) error {
	c, err := a.assemblies.ChosenBy(ctx, e.(interface{ Meeting() event.Assembly }).Meeting().MeetingID)
	if err != nil || c == nil {
		return err
	}
	in := committee.ElectionResult{MeetingID: c.MeetingID, EstateID: c.EstateID, Number: c.Number, CertifiedAt: c.CertifiedAt, Size: c.Size, Sitting: c.Sitting, TermYears: c.TermYears, TermStart: c.TermStart}
	for _, x := range c.People {
		role := committee.Ordinary
		if x.Alternate {
			role = committee.Alternate
		}
		in.Members = append(in.Members, committee.NewMember{PersonID: x.PersonID, Name: x.Name, Phone: x.Phone, Role: role})
	}
	return a.committee.TakeElection(ctx, in)
}

// revokeElected shows a court's judgment on the committee that the election began.
func (a *app) revokeElected(ctx context.Context, e event.Event, _ int64) error {
	m := e.(interface{ Meeting() event.Assembly }).Meeting()
	at, text, err := a.assemblies.RevokedFor(ctx, m.MeetingID)
	if err != nil || at == nil {
		return err
	}
	return a.committee.RevokeElection(ctx, m.MeetingID, m.EstateID, m.Number, *at, text)
}

// revokeFund opens the township's work where the fund paid on a decision that a court took away.
func (a *app) revokeFund(ctx context.Context, e event.Event, _ int64) error {
	return a.fund.DecisionRevoked(ctx, e.(interface{ Meeting() event.Assembly }).Meeting().MeetingID)
}

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
	id, err := b.board.PublishFor(tx, disclosure.Automatic{EstateID: n.EstateID, OrganisationID: n.OrganisationID, PersonID: n.PersonID, Source: n.Source, Scope: n.Scope, Title: n.Title, Body: n.Body, Named: n.Named})
	if err == nil && strings.HasSuffix(n.Source, ":certificate") {
		err = disclosedAtOnce(b.board, tx, n.EstateID, "resolution", n.Source, id)
	}
	return id, err
}
