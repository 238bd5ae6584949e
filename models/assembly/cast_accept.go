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
	earlier := slices.IndexFunc(b.earlier[x.seat.ID], func(e Envelope) bool { return e.ClientRef == in.ClientRef })
	if earlier >= 0 && in.same(&b.earlier[x.seat.ID][earlier]) { // whatever ended meanwhile, the answer to what was taken is due
		return b.again(x, b.earlier[x.seat.ID][earlier])
	}
	if err := b.mayCast(x, h); err != nil {
		return err
	}
	if earlier >= 0 {
		return ErrRefReused
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
	e := Envelope{ID: x.id, MeetingID: b.m.ID, EstateID: b.m.EstateID, SeatID: x.seat.ID, Channel: in.Way, PersonID: in.Actor.PersonID, OwnerID: in.OwnerID, ProxyID: in.ProxyID, FormID: in.FormID,
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
	for _, v := range in.Choices {
		key := [2]int64{v.MotionID, x.seat.ID}
		if in.Way.Electronic() {
			b.spent[key]++
		}
		b.own[key] = b.own[key] || in.ProxyID == 0
	}
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
	for _, m := range b.agenda.motions {
		if !slices.ContainsFunc(x.in.Choices, func(v Choice) bool { return v.MotionID == m.ID }) {
			continue
		}
		if x.in.ProxyID != 0 && b.own[[2]int64{m.ID, x.seat.ID}] {
			return ErrNoProxy.Saying(fmt.Sprintf("业主本人已经对第%d个议题投过票，代理人不能再投", m.Position))
		}
		if b.used(x, m.ID) {
			return b.agenda.terms.usedUp(&m)
		}
	}
	return nil
}

// used reports whether the frozen rules let no further ballot of a seat in on a motion. It is asked motion by motion: an agent who voted
// on one leaves the others to the owner.
func (b *booth) used(x *casting, motion int64) bool {
	return b.spent[[2]int64{motion, x.seat.ID}] >= b.agenda.terms.versions()
}

// versions is how many ballots without paper a seat may cast on a motion.
func (t *Terms) versions() int { return (*log.Terms)(t).Versions() }

// usedUp says why there can be no further one.
func (t *Terms) usedUp(m *Motion) error {
	switch t.Change {
	case "until_close":
		return ErrAlreadyCast.Saying("这份表决权改票次数太多，不能再改；如有需要请联系会议召集人")
	case "once":
		return ErrAlreadyCast.Saying(fmt.Sprintf("这份表决权对第%d个议题已经改过一次票，不能再改", m.Position))
	}
	return ErrAlreadyCast.Saying(fmt.Sprintf("这份表决权对第%d个议题已经投过票；本次会议的规则不允许改票", m.Position))
}

// canonical brings the choices into their one form; every motion that is still to be answered has to be, because the pack is cast whole.
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
		c.Check(chosen[m.ID] || !x.answers(m.ID) || x.in.FormID == 0 && b.used(x, m.ID), "choices", fmt.Sprintf("第%d个议题还没有选择；不想表态请选“弃权”", m.Position))
	}
	return c.Err()
}

// same reports whether an envelope is this very submission, by the same person.
func (c *Cast) same(e *Envelope) bool {
	return e.InputHash == c.InputHash && (c.FormID != 0 || e.PersonID == c.Actor.PersonID) && e.OwnerID == c.OwnerID && e.ProxyID == c.ProxyID && e.FormID == c.FormID
}

// again answers the first receipt to whoever lost its answer.
func (b *booth) again(x *casting, e Envelope) error {
	for _, y := range b.accepted { // in this very batch
		if y.got.Code == e.Code {
			x.got = y.got
			return nil
		}
	}
	x.got = &Receipt{Envelope: e, SeatNo: x.seat.No, Meeting: b.m.Number}
	return b.tx.Where("envelope_id = ?", e.ID).Order("motion_id").Find(&x.got.Ballots).Error
}
