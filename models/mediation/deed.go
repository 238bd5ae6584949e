package mediation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// deed is one action on one mediation while it is being done.
type deed struct {
	*Service
	tx      *store.Tx
	actor   org.Actor
	by      audit.Actor // the actor, or the clock
	m       *Mediation
	parties []Party
	me      *Party // of a party who acts
	of      *Party // whom a host writes something down for
	marked  bool   // the client's reference stands on a step
}

// change locks a mediation that the actor reads, lets f change it, and stores it.
func (s *Service) change(ctx context.Context, actor org.Actor, id int64, f func(*deed) error) (*Mediation, error) {
	var m *Mediation
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m = &Mediation{}
		if err := tx.ForUpdate().Scopes(readable(actor)).Where("mediations.id = ?", id).Take(m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		d := &deed{Service: s, tx: tx, actor: actor, by: actor, m: m}
		if done, err := d.repeated(); done || err != nil {
			return err
		}
		var err error
		if d.parties, err = partiesOf(tx, id); err != nil {
			return err
		}
		for i, p := range d.parties {
			own := p.PersonID == actor.PersonID && p.PersonID != 0
			if own && actor.Post != nil {
				return ErrPersonal // nobody judges, or speaks for another side, in their own dispute
			}
			if own || (actor.Post != nil && p.OrganisationID == actor.OrganisationID()) {
				d.me = &d.parties[i]
			}
		}
		if err := f(d); err != nil {
			return err
		}
		return d.store()
	})
	if err != nil {
		return nil, fmt.Errorf("mediation %d: %w", id, err)
	}
	return m, nil
}

func (d *deed) store() error {
	m := d.m
	m.Version++
	res := d.tx.Model(&Mediation{}).Where("id = ? AND version = ?", m.ID, m.Version-1).
		Select("level", "host_id", "mediator", "lawyer_id", "state", "outcome", "agreement", "agreed_at", "court_until", "version", "closed_at", "accept_due", "accept_reference", "told_at").Updates(m)
	return store.MustAffect(res, ErrState)
}

// repeated reports whether an earlier request with the same reference was done.
func (d *deed) repeated() (bool, error) {
	if d.ref == "" {
		return false, nil
	}
	var hashes []string
	err := d.tx.Model(&Step{}).Where("mediation_id = ? AND person_id = ? AND client_ref = ?", d.m.ID, d.actor.PersonID, d.ref).Limit(1).Pluck("input_hash", &hashes).Error
	if err == nil && len(hashes) == 1 && hashes[0] != d.hash {
		err = ErrRefReused
	}
	return len(hashes) == 1, err
}

// hosts reports whether the actor acts for the organisation that mediates.
func (d *deed) hosts() bool { return d.actor.Post != nil && d.m.HostID == d.actor.OrganisationID() }

// asks reports whether the actor is on the side that asked: an applicant, or the office that asked for others.
func (d *deed) asks() bool {
	return (d.me != nil && d.me.Side == Applicant) || (d.actor.Post != nil && d.m.AskedOrg == d.actor.OrganisationID())
}

// host refuses everybody but the organisation that mediates, and every state but those.
func (d *deed) host(states ...State) error {
	if !d.hosts() {
		return ErrNotHost
	}
	return d.in(states...)
}

func (d *deed) in(states ...State) error {
	if len(states) > 0 && !slices.Contains(states, d.m.State) {
		return ErrState.Saying("这件调解现在是“" + StateNames[d.m.State] + "”，不能这样操作")
	}
	return nil
}

// repeatable are the steps that could come without end; the file has room for so many of them, and always for its end.
var repeatable = []string{"minute", "session", "draft", "object", "party", "remove", "open"}

// step records what happened, for the file, the trail and those who are told. What was said stays in the file.
func (d *deed) step(kind, text string, on *time.Time) error {
	var n int64
	if err := d.tx.Model(&Step{}).Where("mediation_id = ?", d.m.ID).Count(&n).Error; err != nil {
		return err
	}
	if n >= maxSteps && slices.Contains(repeatable, kind) {
		return ErrMany
	}
	st := Step{MediationID: d.m.ID, Kind: kind, State: d.m.State, Level: d.m.Level, Text: text, OnAt: on, At: d.tx.Now}
	switch {
	case d.of != nil:
		st.PartyID = d.of.ID
	case d.me != nil && !d.hosts():
		st.PartyID = d.me.ID
	}
	st.PersonID, st.PostID, st.OrganisationID, _ = d.by.AuditTrail()
	if d.ref != "" && !d.marked {
		st.ClientRef, st.InputHash, d.marked = &d.ref, d.hash, true
	}
	if err := d.tx.Create(&st).Error; err != nil {
		return store.Raced(err)
	}
	return d.tell(kind, on)
}

// tell audits and tells the parties and the host; where the next step is somebody above's, them too.
func (d *deed) tell(kind string, on *time.Time) error {
	tx, m := d.tx, d.m
	err := audit.Append(tx, d.by, "mediation."+kind, audit.Subject{Kind: "mediation", ID: m.ID, Estate: m.EstateID}, map[string]any{"state": m.State, "level": m.Level})
	if err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	if err != nil {
		return err
	}
	hosts, err := org.Organisations(tx, []int64{m.HostID})
	if err != nil {
		return err
	}
	e := event.Mediation{MediationID: m.ID, Number: m.Number, EstateID: m.EstateID, EstateName: names[m.EstateID], What: kind, HostID: m.HostID, HostName: hosts[m.HostID].Name, At: tx.Now}
	if slices.Contains([]string{"fail", "decline", "unaccepted"}, kind) {
		next, err := d.above()
		if err != nil {
			return err
		}
		if next != nil {
			e.NextID = next.host.ID
		}
	}
	told := d.parties
	if kind == "soon" { // the reminder is for whoever owes
		told = []Party{*d.of}
	}
	for _, p := range told {
		if p.PersonID != 0 {
			e.PersonIDs = append(e.PersonIDs, p.PersonID)
		}
		if p.OrganisationID != 0 {
			e.OfficeIDs = append(e.OfficeIDs, p.OrganisationID)
		}
	}
	if on != nil {
		e.On = *on
	}
	return outbox.Append(tx, e)
}
