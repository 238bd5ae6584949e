package assembly

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ownShared reports with ErrNoSeat whether the actor is another owner of the envelope's seat, or its owner where somebody voted by a
// document.
func ownShared(tx *store.Tx, actor org.Actor, e *Envelope) error {
	var seat Seat
	if err := tx.Where("id = ?", e.SeatID).Take(&seat).Error; err != nil {
		return err
	}
	all, err := holdings(tx, []int64{seat.HolderSetID})
	if err != nil {
		return err
	}
	if h := all[seat.HolderSetID]; !h.may(actor.PersonID, 0) || e.PersonID == actor.PersonID || (!h.shared() && (e.PersonID == 0 || h.may(e.PersonID, 0))) {
		return ErrNoSeat.Saying("只有同一套房屋的其他共有业主可以对这张票提出异议")
	}
	return nil
}

// setAside takes all ballots of the seat out about which its owners do not agree: the seat takes no part, whichever of its ballots was
// objected to.
func (o *Objection) setAside(tx *store.Tx, m *Meeting, text string) error {
	var ids []int64
	if err := o.seat(tx).Where("void = ''").Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := void(tx, m, id, "objection", text, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// restore puts back what this objection alone has set aside. What another objection of the seat's owners holds stays aside.
func (o *Objection) restore(tx *store.Tx, m *Meeting) error {
	var others []int64
	err := tx.Table("meeting_objections x").Joins("JOIN envelopes e ON e.id = x.envelope_id JOIN envelopes mine ON mine.seat_id = e.seat_id AND mine.id = ?", o.EnvelopeID).
		Where("x.kind = 'ballot' AND x.state IN ('open', 'upheld') AND x.id <> ?", o.ID).Order("x.id").Limit(1).Pluck("x.id", &others).Error
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return o.seat(tx).Where("void_by = ?", o.ID).Update("void_by", others[0]).Error
	}
	var ids []int64
	if err := o.seat(tx).Where("void_by = ?", o.ID).Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := void(tx, m, id, "", "", 0); err != nil {
			return err
		}
	}
	return nil
}

// seat are the envelopes of the seat whose ballot is objected to.
func (o *Objection) seat(tx *store.Tx) *gorm.DB {
	of := tx.Session(&gorm.Session{NewDB: true}).Table("envelopes x").Select("x.seat_id").Where("x.id = ?", o.EnvelopeID)
	if tx.Dialect != store.SQLite { // MySQL does not update a table that it reads in the same statement, unless through another
		of = tx.Session(&gorm.Session{NewDB: true}).Table("(?) y", of).Select("y.seat_id")
	}
	return tx.Model(&Envelope{}).Where("seat_id = (?)", of)
}

// setAside takes out the ballots against which a co-owner's objection is open at the close. They stay on the docket.
func setAside(tx *store.Tx, m *Meeting) error {
	var list []Objection
	if err := tx.Where("meeting_id = ? AND kind = 'ballot' AND state = 'open'", m.ID).Order("id").Limit(10_000).Find(&list).Error; err != nil {
		return err
	}
	for _, o := range list {
		if err := o.setAside(tx, m, "共有业主有异议，到截止时没有解决"); err != nil {
			return err
		}
	}
	return nil
}
