package assembly

import (
	"context"
	"encoding/json"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// View is a meeting as those who may read it see it.
type View struct {
	Meeting
	Estate    string
	Convened  string // the organisation
	Terms     Terms
	Warning   string // what the notice says of silence; before it, what it would say
	Open      bool   // its window is
	Motions   []Asked
	Result    *Statement // the latest outcome; nil before the provisional one
	Outcome   *Outcome
	Posting   *Posting    // how the roster was posted last; nil before
	Differing []Differing // in how much the frozen roll is not as that
	FileIDs   []int64     // of what a court said, and of drawings
}

// Find shows a meeting.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	var v *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		if m.State == Draft && actor.Post == nil {
			return ErrNotFound
		}
		if v, err = s.view(tx, m); err != nil {
			return err
		}
		files, err := s.o.Files.IDsIn(tx, "meeting", []int64{m.ID})
		if v.FileIDs = files[m.ID]; err != nil || m.NoticedAt != nil || actor.Post == nil {
			return err
		}
		v.Warning, err = s.foreseen(tx, m)
		return err
	})
	return v, err
}

func (s *Service) view(tx *store.Tx, m *Meeting) (*View, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	v := &View{Meeting: *m, Estate: a.estate, Terms: a.terms, Warning: m.Says(a.terms), Open: m.Voting(tx.Now) == nil}
	if v.Motions, err = s.asked(tx, a); err != nil {
		return nil, err
	}
	names, err := org.Organisations(tx, []int64{m.ConvenerID})
	if err != nil {
		return nil, err
	}
	v.Convened = names[m.ConvenerID].Name
	if v.Outcome, v.Result, err = latest(tx, m.ID); err != nil {
		return nil, err
	}
	if v.Posting, err = lastPosting(tx, m.ID); err == nil && m.FrozenAt != nil {
		v.Differing, err = differing(tx, m.ID)
	}
	return v, err
}

// latest gives the last outcome of a meeting, nil where there is none.
func latest(tx *store.Tx, meeting int64) (*Outcome, *Statement, error) {
	var rows []Outcome
	if err := tx.Where("meeting_id = ?", meeting).Order("id DESC").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	var st Statement
	err := json.Unmarshal([]byte(rows[0].Body), &st)
	return &rows[0], &st, err
}

// List pages through the meetings of an estate, newest first. Drafts are for those who prepare them.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) List(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Meeting, error) {
	if err := actor.Must(org.ReadMeetings); err != nil {
		return nil, err
	}
	var rows []Meeting
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ?", e.ID)
		if actor.Post == nil {
			q = q.Where("state <> ?", Draft)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// public finds a meeting that anybody may know of: its notice is out.
func public(tx *store.Tx, id int64) (*Meeting, error) {
	var m Meeting
	err := tx.Where("id = ? AND noticed_at IS NOT NULL", id).Take(&m).Error
	return &m, store.NotFound(err, ErrNotFound)
}

// ShowPublic shows a meeting to anybody, from its notice on: motions, terms, roll root and result, no row of the roll.
// Fault: ErrNotFound.
func (s *Service) ShowPublic(ctx context.Context, id int64) (v *View, t *Turnout, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		m, err := public(tx, id)
		if err != nil {
			return err
		}
		if v, err = s.view(tx, m); err != nil {
			return err
		}
		t, err = turnout(tx, m)
		return err
	})
	return v, t, err
}

// MayOpenFiles reports with ErrNotFound whether somebody may open what is attached to a motion, a meeting or an objection. The evidence
// of an objection is for whoever made it and for the offices.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, id int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		meeting := id
		var err error
		switch kind {
		case "motion":
			err = tx.Model(&Motion{}).Where("id = ?", id).Select("meeting_id").Take(&meeting).Error
		case "objection":
			var o Objection
			if err = tx.Where("id = ?", id).Take(&o).Error; err == nil && actor.Post == nil && o.PersonID != actor.PersonID {
				return ErrNotFound
			}
			meeting = o.MeetingID
		}
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, meeting)
		if err == nil && m.State == Draft && actor.Post == nil {
			return ErrNotFound
		}
		return err
	})
}
