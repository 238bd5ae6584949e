package assembly

import (
	"github.com/linli-city/linli/models/store"
)

// restore puts back what this objection alone has set aside, and says how many ballots that are. What another objection holds as well stays
// aside, from then on for that one.
func (o *Objection) restore(tx *store.Tx, m *Meeting) (int, error) {
	held, err := o.held(tx)
	if err != nil {
		return 0, err
	}
	var list []Envelope
	if err := held.Where("void_by = ?", o.ID).Order("id").Find(&list).Error; err != nil {
		return 0, err
	}
	back := 0
	for i := range list {
		e := &list[i]
		other, err := holds(tx, m, e, o.ID)
		switch {
		case err != nil:
			return 0, err
		case other != nil:
			err = tx.Model(&Envelope{}).Where("id = ?", e.ID).Updates(map[string]any{"void_for": other.why(), "void_by": other.ID}).Error
		default:
			back++
			err = void(tx, m, e.ID, "", "", 0)
		}
		if err != nil {
			return 0, err
		}
	}
	return back, nil
}

// holds finds an objection beside one that keeps a ballot out of the count: any that was upheld, and an owner's own that was open at the close.
// One of co-owners is about the whole seat, until it was upheld: what the owners cast after that is a new ballot.
func holds(tx *store.Tx, m *Meeting, e *Envelope, beside int64) (*Objection, error) {
	var list []Objection
	err := tx.Table("meeting_objections x").Select("x.*").Joins("LEFT JOIN envelopes e ON e.id = x.envelope_id LEFT JOIN paper_forms f ON f.id = x.form_id").
		Where("x.meeting_id = ? AND x.id <> ?", m.ID, beside).
		Where("(x.state = 'upheld' OR (x.state = 'open' AND x.kind <> ? AND x.at < ?))", AgainstResult, *m.ClosesAt).
		Where(`((x.kind = ? AND (e.seat_id = ? OR f.seat_id = ?) AND (x.state = 'open' OR x.answered_at >= ?))
			OR (x.kind = ? AND e.seat_id = ? AND e.person_id = ? AND e.owner_id = ? AND e.form_id = ?) OR x.disputed LIKE ?)`,
			OfShared, e.SeatID, e.SeatID, e.At, NotMine, e.SeatID, e.PersonID, e.OwnerID, e.FormID, `%"`+e.Code+`"%`).
		Order("x.id").Limit(1).Find(&list).Error
	return first(list), err
}

// why is the reason that stands with a ballot which this objection holds.
func (o *Objection) why() string {
	if o.State == "upheld" {
		return upheldFor[o.Kind] + o.Number
	}
	return asideFor[o.Kind]
}

// contested ties the open objections to a form to the envelope that it has become, and keeps it aside for what was said before the close
// about it or about the seat.
func contested(tx *store.Tx, m *Meeting, f *Form) error {
	if err := tx.Model(&Objection{}).Where("form_id = ? AND state = 'open'", f.ID).Update("envelope_id", f.EnvelopeID).Error; err != nil {
		return err
	}
	var e Envelope
	if err := tx.Where("id = ?", f.EnvelopeID).Take(&e).Error; err != nil || e.Void != "" {
		return err
	}
	var invalid int64
	if err := tx.Model(&Proxy{}).Where("id = ? AND state = ?", f.ProxyID, ProxyInvalid).Count(&invalid).Error; err != nil {
		return err
	}
	if invalid > 0 {
		return void(tx, m, e.ID, "proxy_invalid", "委托已经认定无效", 0)
	}
	o, err := holds(tx, m, &e, 0)
	if err != nil || o == nil {
		return err
	}
	return void(tx, m, e.ID, "objection", o.why(), o.ID)
}
