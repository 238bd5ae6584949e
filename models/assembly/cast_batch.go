package assembly

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// castAll commits many casts at once. A cast that is refused is refused alone; where the whole transaction fails for one that nobody
// foresaw, each is tried by itself.
func (s *Service) castAll(ctx context.Context, batch []*casting) {
	err := s.castOnce(ctx, batch)
	if err == nil {
		return
	}
	if len(batch) == 1 {
		batch[0].got, batch[0].err = nil, err
		return
	}
	for _, x := range batch {
		if err := s.castOnce(ctx, []*casting{x}); err != nil {
			x.got, x.err = nil, err
		}
	}
}

func (s *Service) castOnce(ctx context.Context, batch []*casting) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		byMeeting := map[int64][]*casting{}
		for _, x := range batch {
			x.got, x.err, x.credential = nil, nil, 0
			byMeeting[x.in.MeetingID] = append(byMeeting[x.in.MeetingID], x)
		}
		for _, id := range slices.Sorted(maps.Keys(byMeeting)) { // always in one order, so that no two wait for each other
			if err := s.castFor(tx, id, byMeeting[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// booth is a batch of casts for one meeting, whose row is the gate: whoever certifies takes it too.
type booth struct {
	s        *Service
	tx       *store.Tx
	m        *Meeting
	agenda   *agenda
	holders  map[int64]holding
	earlier  map[int64][]Envelope // by seat
	versions map[[2]int64]int     // by motion and seat: the last version
	fought   []int64              // seats about whose ballot the owners do not agree
	accepted []*casting
}

func (s *Service) castFor(tx *store.Tx, id int64, list []*casting) error {
	var m Meeting
	err := tx.ForUpdate().Where("id = ?", id).Take(&m).Error
	if err = store.NotFound(err, ErrNotFound); errors.Is(err, ErrNotFound) {
		refuse(list, err)
		return nil
	}
	if err != nil {
		return err
	}
	if m.NoticedAt == nil { // nothing is fixed yet, and nothing of it may be remembered
		for _, x := range list {
			if x.err = ErrNotFound; x.in.Actor.LivesIn(m.EstateID) {
				x.err = ErrNotOpen
			}
		}
		return nil
	}
	b := &booth{s: s, tx: tx, m: &m}
	if b.agenda, err = s.agendas.of(tx, &m); err != nil {
		return err
	}
	if err := b.seat(list); err != nil {
		return err
	}
	for _, x := range list {
		if x.err != nil || x.got != nil {
			continue
		}
		if x.err = b.accept(x); x.err != nil {
			var f *fault.Fault
			if !errors.As(x.err, &f) {
				return x.err
			}
		}
	}
	return b.write()
}

func refuse(list []*casting, err error) {
	for _, x := range list {
		x.err = err
	}
}

// seat finds the seats, who holds them, and what was cast for them before.
func (b *booth) seat(list []*casting) error {
	numbers := make([]int, len(list))
	for i, x := range list {
		numbers[i] = x.in.SeatNo
	}
	var seats []Seat
	if err := b.tx.Where("meeting_id = ? AND no IN ?", b.m.ID, numbers).Find(&seats).Error; err != nil {
		return err
	}
	byNo := make(map[int]*Seat, len(seats))
	sets, ids := make([]int64, len(seats)), make([]int64, len(seats))
	for i := range seats {
		byNo[seats[i].No], sets[i], ids[i] = &seats[i], seats[i].HolderSetID, seats[i].ID
	}
	for _, x := range list {
		if x.seat = byNo[x.in.SeatNo]; x.seat == nil {
			x.err = ErrNoSeat
		}
	}
	var err error
	if b.holders, err = holdings(b.tx, sets); err != nil {
		return err
	}
	if err := agents(b.tx, list); err != nil {
		return err
	}
	return b.readEarlier(ids)
}

func (b *booth) readEarlier(seats []int64) error {
	b.earlier, b.versions = map[int64][]Envelope{}, map[[2]int64]int{}
	var envelopes []Envelope
	if err := b.tx.Where("seat_id IN ?", seats).Order("id").Find(&envelopes).Error; err != nil || len(envelopes) == 0 {
		return err
	}
	var fought []int64
	err := b.tx.Table("meeting_objections o").Joins("JOIN envelopes e ON e.id = o.envelope_id").Where("o.meeting_id = ? AND o.kind = 'ballot' AND o.state IN ('open', 'upheld') AND e.seat_id IN ?", b.m.ID, seats).Pluck("e.seat_id", &fought).Error
	if err != nil {
		return err
	}
	b.fought = fought
	voted := make([]int64, 0, len(envelopes))
	for _, e := range envelopes {
		b.earlier[e.SeatID] = append(b.earlier[e.SeatID], e)
		voted = append(voted, e.SeatID)
	}
	motions := make([]int64, len(b.agenda.motions))
	for i, m := range b.agenda.motions {
		motions[i] = m.ID
	}
	var last []struct {
		MotionID, SeatID int64
		Version          int
	}
	err = b.tx.Model(&Ballot{}).Select("motion_id, seat_id, MAX(version) AS version").Where("motion_id IN ? AND seat_id IN ?", motions, voted).Group("motion_id, seat_id").Scan(&last).Error
	for _, v := range last {
		b.versions[[2]int64{v.MotionID, v.SeatID}] = v.Version
	}
	return err
}

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

// write inserts what was accepted: envelopes, ballots, the trail and the word that these seats have voted.
func (b *booth) write() error {
	if len(b.accepted) == 0 {
		return nil
	}
	envelopes := make([]Envelope, len(b.accepted))
	for i, x := range b.accepted {
		envelopes[i] = x.got.Envelope
	}
	if err := b.tx.CreateInBatches(&envelopes, 900).Error; err != nil {
		return store.Raced(err)
	}
	var ballots []Ballot
	trail := make([]audit.Change, len(b.accepted))
	told := event.BallotsCast{Assembly: b.m.eventOf(b.agenda.estate, b.tx.Now)}
	for i, x := range b.accepted {
		x.got.ID = envelopes[i].ID
		ballots = append(ballots, b.ballots(x)...)
		told.OwnerSetIDs = append(told.OwnerSetIDs, x.seat.HolderSetID)
		detail := map[string]any{"meeting": b.m.ID, "seat": x.seat.No, "way": x.in.Way}
		if x.credential != 0 {
			detail["credential"] = x.credential
		}
		trail[i] = audit.Change{Actor: x.caster(), Verb: "assembly.cast", Subject: audit.Subject{Kind: "envelope", ID: envelopes[i].ID, Estate: b.m.EstateID}, Detail: detail}
	}
	if err := b.tx.CreateInBatches(&ballots, 900).Error; err != nil {
		return store.Raced(err)
	}
	at := 0
	for _, x := range b.accepted {
		n := len(x.in.Choices)
		x.got.Ballots = ballots[at : at+n]
		at += n
	}
	if err := audit.AppendAll(b.tx, trail); err != nil {
		return err
	}
	if err := outbox.Append(b.tx, told); err != nil {
		return err
	}
	return b.tellShared()
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
		list[i] = Ballot{MeetingID: b.m.ID, MotionID: v.MotionID, SeatID: x.seat.ID, Version: b.versions[key], EnvelopeID: x.got.ID, Choice: v.Choice, Commitment: hex.EncodeToString(commitment[:])}
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
