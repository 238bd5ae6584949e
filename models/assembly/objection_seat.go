package assembly

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// against finds the ballot or the form in the name of the actor's seat that an objection is about.
func (o *Objection) against(tx *store.Tx, actor org.Actor, m *Meeting, p Protest) error {
	seat, caster, err := o.find(tx, m, p)
	if err != nil {
		return err
	}
	var row Seat
	if err := tx.Where("id = ?", seat).Take(&row).Error; err != nil {
		return err
	}
	all, err := holdings(tx, []int64{row.HolderSetID})
	if err != nil {
		return err
	}
	h := all[row.HolderSetID]
	switch {
	case !h.may(actor.PersonID, 0):
		return ErrNoSeat.Saying("只有这套房屋的业主，可以对以它的名义投的票提出异议")
	case caster == actor.PersonID:
		return ErrNoSeat.Saying("这张票是您自己投的；想改主意的，请在截止前按规则改票")
	}
	if o.Kind = NotMine; h.shared() {
		o.Kind = OfShared
	}
	if err := o.inTime(tx, m); err != nil {
		return err
	}
	var open int64
	err = tx.Model(&Objection{}).Where("meeting_id = ? AND person_id = ? AND envelope_id = ? AND form_id = ? AND state IN ('open', 'upheld')", m.ID, actor.PersonID, o.EnvelopeID, o.FormID).Count(&open).Error
	if err == nil && open > 0 {
		err = ErrState.Saying("您对这张票已经提过异议，请等待处理")
	}
	return err
}

// find gives the seat of what is objected to, and who cast it.
func (o *Objection) find(tx *store.Tx, m *Meeting, p Protest) (seat, caster int64, err error) {
	if p.Receipt != "" {
		e, err := envelopeBy(tx, m.ID, p.Receipt)
		if err != nil {
			return 0, 0, err
		}
		o.EnvelopeID, o.FormID = e.ID, e.FormID
		return e.SeatID, e.PersonID, nil
	}
	f, err := formBy(tx, m, p.Form)
	if err != nil {
		return 0, 0, err
	}
	switch f.State {
	case FormReceived, FormEntered, FormDiffers, FormConfirmed:
	case FormReplaced:
		return 0, 0, ErrFormDead
	default:
		return 0, 0, ErrState.Saying("这张票" + FormStates[f.State] + "，不会计入，不用提出异议")
	}
	o.EnvelopeID, o.FormID = f.EnvelopeID, f.ID
	return f.SeatID, 0, nil
}

// inTime lets co-owners disagree until the close. That somebody else voted may come to light later: until the objections to the result end.
func (o *Objection) inTime(tx *store.Tx, m *Meeting) error {
	voting := m.State == Noticed && tx.Now.Before(*m.ClosesAt)
	counting := m.State == Closed || m.State == Provisional && !tx.Now.After(*m.ObjectionsUntil)
	switch {
	case voting || counting && o.Kind == NotMine:
		return nil
	case o.Kind == OfShared:
		return ErrState.Saying("截止前才能对共有业主投的票提出异议；截止后请在结果公示期提出")
	}
	return ErrState.Saying("现在不能对这张票提出异议：投票期间、计票期间和结果公示期内可以提")
}

// setAside takes out the ballots that an objection holds.
func (o *Objection) setAside(tx *store.Tx, m *Meeting, text string) error {
	held, err := o.held(tx)
	if err != nil {
		return err
	}
	var ids []int64
	if err := held.Where("void = ''").Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := void(tx, m, id, "objection", text, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// held are the envelopes that an objection concerns. Where the owners of a shared seat do not agree, the seat takes no part, whichever of
// its ballots was named; what somebody else cast for an owner is all that came the same way from the same hand, and the owner's own stands.
func (o *Objection) held(tx *store.Tx) (*gorm.DB, error) {
	q := tx.Model(&Envelope{})
	if o.EnvelopeID == 0 {
		var f Form
		if err := tx.Where("id = ?", o.FormID).Take(&f).Error; err != nil {
			return nil, err
		}
		if q = q.Where("seat_id = ?", f.SeatID); o.Kind == NotMine {
			q = q.Where("form_id = ?", f.ID)
		}
		return q.Session(&gorm.Session{}), nil
	}
	var e Envelope
	if err := tx.Where("id = ?", o.EnvelopeID).Take(&e).Error; err != nil {
		return nil, err
	}
	if q = q.Where("seat_id = ?", e.SeatID); o.Kind == NotMine {
		q = q.Where("person_id = ? AND owner_id = ? AND form_id = ?", e.PersonID, e.OwnerID, e.FormID)
	}
	return q.Session(&gorm.Session{}), nil
}

// asideFor is why a ballot is set aside at the close.
var asideFor = map[ObjectionKind]string{OfShared: "共有业主有异议，到截止时没有解决", NotMine: "业主说不是本人投的，到截止时没有查清"}

// setAside takes out the ballots against which an owner's objection is open at the close. They stay on the docket.
func setAside(tx *store.Tx, m *Meeting) error {
	var list []Objection
	if err := tx.Where("meeting_id = ? AND kind <> ? AND state = 'open'", m.ID, AgainstResult).Order("id").Limit(10_000).Find(&list).Error; err != nil {
		return err
	}
	for i := range list {
		if err := list[i].setAside(tx, m, asideFor[list[i].Kind]); err != nil {
			return err
		}
	}
	return nil
}
