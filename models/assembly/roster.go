package assembly

import (
	"context"
	"encoding/json"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Roster is what people see of a roll, before and after it is frozen: unit and area, no name.
type Roster struct {
	Meeting *Meeting
	Posting *Posting // as which it was posted; nil for a draft and for the frozen roll
	Rows    []Row
	Seats   int
	Area    area.Milli
	Doubts  []Doubt // for conveners only, with the first page: what a freeze of today would ask
}

// ShowRoster gives a page of the roster as it was last posted, or of the frozen roll, after a seat's number. Conveners see a draft's from the
// register, and with the first page what the register of today leaves to be looked at.
// Faults: ErrForbidden, ErrNotFound, ErrState.
func (s *Service) ShowRoster(ctx context.Context, actor org.Actor, id int64, after, limit int) (*Roster, error) {
	var r *Roster
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		if m.FrozenAt != nil {
			r, err = frozenRoster(tx, m, after, limit)
			return err
		}
		last, err := lastPosting(tx, m.ID)
		if err != nil {
			return err
		}
		convener := actor.Post != nil && actor.Must(org.ConveneMeeting) == nil
		if last == nil && !convener {
			return ErrState.Saying("名册还没有公示")
		}
		if last != nil {
			r, err = last.roster(tx, m, after, limit)
			if err != nil || !convener || after > 0 {
				return err
			}
		}
		return s.fromRegister(tx, m, &r, after, limit)
	})
	return r, err
}

// fromRegister gives conveners the doubts of today, and where nothing was posted yet the rows as well.
func (s *Service) fromRegister(tx *store.Tx, m *Meeting, r **Roster, after, limit int) error {
	set, _, err := s.law(tx, m, tx.Now)
	if err != nil {
		return err
	}
	rows, questions, err := s.rollOf(tx, m, set)
	if err != nil {
		return err
	}
	if *r == nil {
		d := &Roster{Meeting: m, Seats: len(rows)}
		for _, x := range rows {
			d.Area += x.Area
			if x.No > after && len(d.Rows) < limit {
				d.Rows = append(d.Rows, x)
			}
		}
		*r = d
	}
	(*r).Doubts = questions[:min(len(questions), 500)]
	return nil
}

func frozenRoster(tx *store.Tx, m *Meeting, after, limit int) (*Roster, error) {
	var seats []Seat
	if err := tx.Where("meeting_id = ? AND no > ?", m.ID, after).Order("no").Limit(limit).Find(&seats).Error; err != nil {
		return nil, err
	}
	r := &Roster{Meeting: m, Seats: int(m.Seats), Area: m.AreaMilli}
	for _, x := range seats {
		row := Row{No: x.No, SetID: x.OwnerSetID, Kind: x.Kind, Building: x.BuildingID, Area: x.AreaMilli}
		if err := json.Unmarshal([]byte(x.Units), &row.Units); err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}
