package assembly

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Entry is an entry of the docket with what is known of the ballot in question: whose seat, how and when it came, never what it says.
type Entry struct {
	Objection
	SeatNo int
	Way    Way
	CastAt *time.Time
	Form   string // the number of a paper form
	// FileIDs are the evidence, for the offices and for whoever brought it.
	FileIDs []int64
}

// ListObjections pages through the docket, or through one state of it. An owner sees the grounds of others without who they are.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListObjections(ctx context.Context, actor org.Actor, id int64, state string, after int64, limit int) ([]Entry, error) {
	var list []Entry
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		q := tx.Where("meeting_id = ? AND id > ?", m.ID, after)
		if actor.Post == nil {
			q = q.Where("kind = ? OR person_id = ?", AgainstResult, actor.PersonID)
		}
		if state != "" {
			q = q.Where("state = ?", state)
		}
		var rows []Objection
		if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
		}
		instead, err := held(tx, actor, "objection", ids...)
		if err != nil {
			return err
		}
		for i := range rows {
			if actor.Post == nil && rows[i].PersonID != actor.PersonID {
				rows[i].PersonID, rows[i].Disputed = 0, "[]"
				if words := instead[rows[i].ID]; words != "" {
					rows[i].Grounds = words
				}
			}
		}
		if list, err = entries(tx, rows); err != nil {
			return err
		}
		if err := attached(s, tx, "objection", list, func(e *Entry) (int64, *[]int64) { return e.ID, &e.FileIDs }); err != nil {
			return err
		}
		for i := range list {
			if actor.Post == nil && list[i].PersonID != actor.PersonID {
				list[i].FileIDs = nil
			}
		}
		return nil
	})
	return list, err
}

// entries finds what is known of the ballots in question.
func entries(tx *store.Tx, rows []Objection) ([]Entry, error) {
	envelopes, forms := []int64{0}, []int64{0}
	for _, o := range rows {
		envelopes, forms = append(envelopes, o.EnvelopeID), append(forms, o.FormID)
	}
	type came struct {
		ID      int64
		No      int
		Channel Way
		At      time.Time
	}
	var cast []came
	err := tx.Table("envelopes e").Select("e.id, s.no, e.channel, e.at").Joins("JOIN seats s ON s.id = e.seat_id").Where("e.id IN ?", envelopes).Scan(&cast).Error
	if err != nil {
		return nil, err
	}
	var boxed []Form
	if err := tx.Where("id IN ?", forms).Find(&boxed).Error; err != nil {
		return nil, err
	}
	list := make([]Entry, len(rows))
	for i, o := range rows {
		list[i].Objection = o
		for _, f := range boxed {
			if f.ID == o.FormID {
				list[i].SeatNo, list[i].Way, list[i].CastAt, list[i].Form = f.SeatNo, f.Way, f.ReceivedAt, f.Number
			}
		}
		for _, e := range cast {
			if e.ID == o.EnvelopeID {
				list[i].SeatNo, list[i].Way, list[i].CastAt = e.No, e.Channel, &e.At
			}
		}
	}
	return list, nil
}
