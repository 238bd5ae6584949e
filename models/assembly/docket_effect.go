package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Effect is what disputed ballots change: what each motion comes to, and where there are so many that no seat's choice shows, the counts.
type Effect struct {
	Motions []Turn   `json:"motions"`
	Turns   bool     `json:"turns"` // whether a result depends on them
	With    *Tallied `json:"with,omitempty"`
	Without *Tallied `json:"without,omitempty"`
}

// Turn is what one motion comes to with the disputed ballots and without.
type Turn struct {
	Position int  `json:"position"`
	With     Came `json:"with"`
	Without  Came `json:"without"`
}

// Came is what a motion came to, without a number.
type Came struct {
	Outcome tally.Outcome `json:"outcome"`
	Adopted string        `json:"adopted,omitempty"`
	Elected []string      `json:"elected,omitempty"`
}

func came(r *tally.Result) Came {
	c := Came{Outcome: r.Outcome, Adopted: r.Adopted}
	if r.Elected != nil {
		c.Elected = r.Elected.Members
	}
	return c
}

// fewSeats is under how many disputed seats the difference of two counts would tell their choices.
const fewSeats = 5

// settle finds what the disputed ballots change, and takes them out where the objection holds. An owner's objection that does not hold puts
// the ballots back.
func (s *Service) settle(tx *store.Tx, actor org.Actor, m *Meeting, o *Objection, uphold bool) error {
	if err := s.weigh(tx, m, o); err != nil {
		return err
	}
	switch {
	case o.Kind == AgainstResult && uphold:
		return s.takeOut(tx, m, o)
	case o.Kind == AgainstResult:
		return nil
	case !uphold:
		_, err := o.restore(tx, m)
		return err
	}
	if o.EnvelopeID == 0 {
		if err := o.endForm(tx, actor, m); err != nil {
			return err
		}
	}
	return o.setAside(tx, m, upheldFor[o.Kind]+o.Number)
}

// upheldFor is why a ballot counts no more.
var upheldFor = map[ObjectionKind]string{OfShared: "共有业主的异议成立：", NotMine: "不是业主本人投的，异议成立：", AgainstResult: "异议成立："}

// endForm ends a form in the box that was not the owner's: before the close its number dies, as that of a replaced one, and the seat may ask
// for another. Between the close and its reading nobody may say what it is worth.
func (o *Objection) endForm(tx *store.Tx, actor org.Actor, m *Meeting) error {
	var f Form
	if err := tx.ForUpdate().Where("id = ?", o.FormID).Take(&f).Error; err != nil {
		return err
	}
	switch {
	case f.State != FormReceived && f.State != FormEntered && f.State != FormDiffers:
		return nil // it counts for nothing
	case m.State != Noticed:
		return ErrState.Saying("这张票还在票箱里或者没有复核完，请录入、复核以后再处理这件异议")
	}
	why := fmt.Sprintf("不是业主本人投的，异议成立：%s（原登记投箱时间%s）", o.Number, f.ReceivedAt.In(shanghai).Format("1月2日15:04"))
	return tx.Model(&Form{}).Where("id = ?", f.ID).Updates(map[string]any{"state": FormReplaced, "live": nil, "received_at": nil, "replaced_by": actor.PersonID, "replaced_at": tx.Now, "replaced_for": why}).Error
}

// takeOut takes the ballots out that an objection to the result names.
func (s *Service) takeOut(tx *store.Tx, m *Meeting, o *Objection) error {
	disputed, err := o.envelopes(tx)
	if err != nil {
		return err
	}
	for id := range disputed {
		var e Envelope
		if err := tx.Where("id = ?", id).Take(&e).Error; err != nil {
			return err
		}
		if e.Void != "" {
			continue // it counts for nothing already, for a reason of its own
		}
		if err := void(tx, m, id, "objection", upheldFor[o.Kind]+o.Number, o.ID); err != nil {
			return err
		}
		var seat Seat
		if err := tx.Where("id = ?", e.SeatID).Take(&seat).Error; err != nil {
			return err
		}
		if err := s.tellSeat(tx, m, seat.HolderSetID, "aside"); err != nil {
			return err
		}
	}
	return nil
}

// envelopes are the ballots that an objection disputes.
func (o *Objection) envelopes(tx *store.Tx) (map[int64]bool, error) {
	ids := map[int64]bool{}
	if o.Kind != AgainstResult {
		held, err := o.held(tx)
		if err != nil {
			return nil, err
		}
		var own []int64
		if err := held.Pluck("id", &own).Error; err != nil {
			return nil, err
		}
		for _, id := range own {
			ids[id] = true
		}
	}
	var codes []string
	if err := json.Unmarshal([]byte(o.Disputed), &codes); err != nil {
		return nil, err
	}
	for _, code := range codes {
		e, err := envelopeBy(tx, o.MeetingID, code)
		if err != nil {
			return nil, err
		}
		ids[e.ID] = true
	}
	return ids, nil
}

// weigh counts with and without the disputed ballots. Nobody counts before the close, nor while papers are still to be read.
func (s *Service) weigh(tx *store.Tx, m *Meeting, o *Objection) error {
	disputed, err := o.envelopes(tx)
	if err != nil || m.State == Noticed || m.Channel == OnOfficial || len(disputed) == 0 {
		return err
	}
	if m.State == Closed {
		if err := s.papersDone(tx, m); errors.Is(err, ErrPapers) {
			return nil
		} else if err != nil {
			return err
		}
	}
	var aside []int64
	if err := tx.Model(&Envelope{}).Where("meeting_id = ? AND void = 'objection' AND void_by = ?", m.ID, o.ID).Pluck("id", &aside).Error; err != nil {
		return err
	}
	back := map[int64]bool{}
	for _, id := range aside {
		back[id] = true
	}
	with, err := s.countAs(tx, m, nil, back)
	if err != nil {
		return err
	}
	without, err := s.countAs(tx, m, disputed, nil)
	if err != nil {
		return err
	}
	var seats int64
	if err := tx.Model(&Envelope{}).Where("id IN ?", slices.Collect(maps.Keys(disputed))).Distinct("seat_id").Count(&seats).Error; err != nil {
		return err
	}
	var e Effect
	for i := range with.Motions {
		t := Turn{Position: with.Motions[i].Position, With: came(&with.Motions[i].Result), Without: came(&without.Motions[i].Result)}
		e.Motions, e.Turns = append(e.Motions, t), e.Turns || !reflect.DeepEqual(t.With, t.Without)
	}
	if seats >= fewSeats {
		e.With, e.Without = with, without
	}
	text, err := json.Marshal(e)
	o.Effect = string(text)
	return err
}
