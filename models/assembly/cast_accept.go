package assembly

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
)

// accept judges one cast. What it finds first is said.
func (b *booth) accept(x *casting) error {
	in := &x.in
	h := b.holders[x.seat.HolderSetID]
	if err := b.mayCast(x, h); err != nil {
		return err
	}
	for _, e := range b.earlier[x.seat.ID] {
		if e.ClientRef == in.ClientRef {
			return b.again(x, e)
		}
	}
	if in.FormID == 0 {
		if err := b.m.Voting(b.tx.Now); err != nil {
			return err
		}
		if err := b.electronic(x, h); err != nil {
			return err
		}
	}
	if err := b.canonical(x); err != nil {
		return err
	}
	e := Envelope{MeetingID: b.m.ID, EstateID: b.m.EstateID, SeatID: x.seat.ID, Channel: in.Way, PersonID: in.Actor.PersonID, OwnerID: in.OwnerID, ProxyID: in.ProxyID, FormID: in.FormID,
		ClientRef: in.ClientRef, InputHash: in.InputHash, At: b.tx.Now}
	if in.FormID != 0 {
		e.At, e.PersonID = in.At, 0
	}
	r, err := log.NewReceipt(rand.Reader, x.seat.No)
	if err != nil {
		return err
	}
	e.Code, e.Secret, x.secret = r.Code, hex.EncodeToString(r.Secret[:]), r.Secret[:]
	x.got = &Receipt{Envelope: e, SeatNo: x.seat.No, Meeting: b.m.Number, Replaces: len(b.earlier[x.seat.ID]) > 0}
	b.earlier[x.seat.ID] = append(b.earlier[x.seat.ID], e)
	b.accepted = append(b.accepted, x)
	return nil
}

// electronic holds a phone's or a link's ballot to the frozen rules.
func (b *booth) electronic(x *casting, h holding) error {
	switch {
	case b.m.Channel != OnSystem || b.agenda.terms.Electronic == "":
		return ErrElectronic
	case x.seat.PaperAt != nil:
		return ErrPaperAsked
	case slices.Contains(b.fought, x.seat.ID):
		return ErrFought
	case h.shared() && !x.in.Agreed:
		return ErrAgree
	}
	cast := 0
	for _, e := range b.earlier[x.seat.ID] {
		if e.Channel.Electronic() && e.Void == "" {
			cast++
		}
	}
	switch b.agenda.terms.Change {
	case "until_close":
		if cast >= maxVersions {
			return ErrAlreadyCast.Saying("这份表决权改票次数太多，不能再改；如有需要请联系会议召集人")
		}
	case "once":
		if cast >= 2 {
			return ErrAlreadyCast.Saying("这份表决权已经改过一次票，不能再改")
		}
	default:
		if cast >= 1 {
			return ErrAlreadyCast
		}
	}
	return nil
}

// maxVersions bounds how often a mind is changed.
const maxVersions = 50

// canonical brings the choices into their one form; every motion has to be answered, because the pack is cast whole.
func (b *booth) canonical(x *casting) error {
	var c fault.Checks
	chosen := make(map[int64]bool, len(x.in.Choices))
	for i := range x.in.Choices {
		v := &x.in.Choices[i]
		q, ok := b.agenda.questions[v.MotionID]
		if !ok {
			return ErrNoMotion
		}
		if !x.answers(v.MotionID) {
			return ErrNoProxy.Saying("这个议题不在委托的范围内")
		}
		chosen[v.MotionID] = true
		if v.Choice == tally.Void && x.in.FormID != 0 { // what two people read on a form
			continue
		}
		text, err := q.Canonical(v.Choice)
		if err != nil {
			c.Check(false, fmt.Sprintf("choices[%d].choice", i), fault.Of(err).Message)
			continue
		}
		v.Choice = text
	}
	for _, m := range b.agenda.motions {
		c.Check(chosen[m.ID] || !x.answers(m.ID), "choices", fmt.Sprintf("第%d个议题还没有选择；不想表态请选“弃权”", m.Position))
	}
	return c.Err()
}

// again answers the first receipt to whoever lost its answer.
func (b *booth) again(x *casting, e Envelope) error {
	if e.InputHash != x.in.InputHash {
		return ErrRefReused
	}
	if e.ID == 0 { // in this very batch
		for _, y := range b.accepted {
			if y.got.Code == e.Code {
				x.got = y.got
				return nil
			}
		}
	}
	x.got = &Receipt{Envelope: e, SeatNo: x.seat.No, Meeting: b.m.Number}
	return b.tx.Where("envelope_id = ?", e.ID).Order("motion_id").Find(&x.got.Ballots).Error
}
