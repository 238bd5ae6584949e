package assembly

import (
	"encoding/hex"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// write inserts what was accepted, with the commit: envelopes, ballots with their places in the log, what they do to earlier ones, and the
// trail. The hashes over the log follow behind the writes, and with them that these seats have voted is told.
func (b *booth) write() error {
	if len(b.accepted) == 0 {
		return nil
	}
	envelopes := make([]Envelope, len(b.accepted))
	for i, x := range b.accepted {
		envelopes[i] = x.got.Envelope
	}
	if err := b.tx.Later(func(g *gorm.DB) *gorm.DB { return g.Create(&envelopes) }); err != nil {
		return store.Raced(err)
	}
	var ballots []Ballot
	trail := make([]audit.Change, len(b.accepted))
	for i, x := range b.accepted {
		own := b.ballots(x)
		ballots = append(ballots, own...)
		trail[i] = audit.Change{Actor: x.caster(), Verb: castNoted, Subject: audit.Subject{Kind: envelopeKind, ID: envelopes[i].ID, Estate: b.m.EstateID},
			Detail: castNote{b.m.ID, x.seat.No, x.in.Way, x.credential, envelopes[i].sum(b.m.Number, x.seat.No, own)}}
	}
	for part := range slices.Chunk(ballots, 900) {
		if err := b.tx.Later(func(g *gorm.DB) *gorm.DB { return g.Create(&part) }); err != nil {
			return store.Raced(err)
		}
	}
	at := 0
	for _, x := range b.accepted {
		n := len(x.in.Choices)
		x.got.Ballots = ballots[at : at+n]
		at += n
	}
	if err := b.remark(ballots); err != nil {
		return err
	}
	if err := audit.AppendAll(b.tx, trail); err != nil {
		return err
	}
	return b.tellShared()
}

// remark says in the log what new versions did to the ballots of their seats.
func (b *booth) remark(ballots []Ballot) error {
	done := map[[2]int64]bool{}
	for _, v := range ballots {
		key := [2]int64{v.MotionID, v.SeatID}
		if v.Version == 1 && v.Choice != tally.Void || done[key] {
			continue
		}
		done[key] = true
		if err := b.tx.Flush(); err != nil {
			return store.Raced(err)
		}
		if err := b.log.remark(v.MotionID, v.SeatID); err != nil {
			return err
		}
	}
	return nil
}

func (b *booth) ballots(x *casting) []Ballot {
	list := make([]Ballot, len(x.in.Choices))
	for i, v := range x.in.Choices {
		key := [2]int64{v.MotionID, x.seat.ID}
		b.versions[key]++
		at := slices.IndexFunc(b.agenda.motions, func(m Motion) bool { return m.ID == v.MotionID })
		position := b.agenda.motions[at].Position
		entry := log.Ballot{Meeting: b.m.Number, Motion: position, Seat: x.seat.No, Version: b.versions[key]}
		commitment := entry.Commit(log.Seal(v.Choice, entry.Salt(x.secret)))
		list[i] = Ballot{MeetingID: b.m.ID, MotionID: v.MotionID, SeatID: x.seat.ID, Version: b.versions[key], EnvelopeID: x.got.ID, Choice: v.Choice, Commitment: hex.EncodeToString(commitment[:]), Leaf: b.log.place()}
	}
	return list
}

// caster is who answers for a cast in the trail.
func (x *casting) caster() audit.Actor {
	if x.in.Actor.PersonID == 0 {
		return audit.Unnamed{Surface: "h5"}
	}
	return x.in.Actor
}

// tellShared tells the other owners of shared seats at once, and the owners for whom somebody else voted by a document: they may object
// until the close. Owners without an account are told by the roster's phone.
func (b *booth) tellShared() error {
	var told []*casting
	var seats []holding
	for _, x := range b.accepted {
		h := b.holders[x.seat.HolderSetID]
		if x.in.FormID == 0 && (h.shared() || x.credential != 0 || x.in.ProxyID != 0) { // a form is told of when it goes into the box
			told, seats = append(told, x), append(seats, h)
		}
	}
	roster, err := withoutAccount(b.tx, seats)
	if err != nil {
		return err
	}
	for _, x := range told {
		h := b.holders[x.seat.HolderSetID]
		people := h.others(x.in.Actor.PersonID)
		for _, o := range h.owners {
			if roster[o.ID] && o.ID != x.in.OwnerID {
				people = append(people, -o.ID)
			}
		}
		if len(people) > 0 {
			if err := outbox.Append(b.tx, event.SeatTold{Assembly: b.m.eventOf(b.agenda.estate, b.tx.Now), What: "shared", PersonIDs: people}); err != nil {
				return err
			}
		}
	}
	return nil
}
