package assembly

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Chosen is whom a certified meeting elected to the committee, in plain values for whoever seats them.
type Chosen struct {
	MeetingID   int64
	EstateID    int64
	Number      string
	CertifiedAt time.Time
	Size        int64
	Sitting     int64  // members who stay, where only some places were filled
	TermYears   int64  // by the frozen rules; 0 where they are silent
	TermStart   string // certified, previous_end; empty where they are silent
	People      []ChosenOne
}

// ChosenOne is somebody elected. Phone is the roster's, for an owner without an account.
type ChosenOne struct {
	Name      string
	PersonID  int64
	Phone     string
	Alternate bool
}

// ChosenBy reads whom a meeting elected, members by rank and then alternates; nil where it elected nobody, or is not certified.
// Fault: ErrNotFound.
func (s *Service) ChosenBy(ctx context.Context, id int64) (*Chosen, error) {
	var c *Chosen
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c = nil
		m, err := public(tx, id)
		if err != nil || m.State != Certified || m.RevokedAt != nil {
			return err
		}
		_, st, err := latest(tx, m.ID)
		if err != nil || st == nil {
			return err
		}
		a, err := readAgenda(tx, m)
		if err != nil {
			return err
		}
		for i := range a.motions {
			row := &a.motions[i]
			q := a.questions[row.ID]
			members, alternates := st.elected(row.Position)
			if q.Kind != tally.Election || len(members) == 0 {
				continue
			}
			c = &Chosen{MeetingID: m.ID, EstateID: m.EstateID, Number: m.Number, CertifiedAt: *m.CertifiedAt, Size: int64(q.Fill + q.Sitting), Sitting: int64(q.Sitting), TermYears: a.terms.TermYears, TermStart: a.terms.TermStart}
			c.People, err = s.chosen(tx, m.ID, members, alternates)
			return err
		}
		return nil
	})
	return c, err
}

// elected gives the keys of those whom a motion elected.
func (st *Statement) elected(position int) (members, alternates []string) {
	if st.Tally != nil {
		for _, c := range st.Tally.Motions {
			if c.Position == position && c.Result.Elected != nil {
				return c.Result.Elected.Members, c.Result.Elected.Alternates
			}
		}
	}
	if st.Imported != nil {
		for _, c := range st.Imported.Motions {
			if c.Position == position {
				return c.Numbers.Elected, nil
			}
		}
	}
	return nil, nil
}

func (s *Service) chosen(tx *store.Tx, meeting int64, members, alternates []string) ([]ChosenOne, error) {
	var rows []Candidate
	if err := tx.Where("meeting_id = ? AND slot IS NOT NULL", meeting).Limit(500).Find(&rows).Error; err != nil {
		return nil, err
	}
	bySlot := map[string]*Candidate{}
	for i := range rows {
		bySlot[*rows[i].Slot] = &rows[i]
	}
	var list []ChosenOne
	for i, key := range append(members[:len(members):len(members)], alternates...) {
		x := bySlot[key]
		if x == nil {
			return nil, ErrNoCandidate
		}
		one := ChosenOne{PersonID: x.PersonID, Alternate: i >= len(members)}
		var err error
		if one.Name, err = s.o.Vault.Open(x.NameSealed, "candidates.name"); err != nil {
			return nil, err
		}
		if x.PersonID == 0 {
			if one.PersonID, one.Phone, err = s.rostered(tx, x.OwnerID); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// rostered gives the account and the phone that the roster knows of an owner.
func (s *Service) rostered(tx *store.Tx, owner int64) (person int64, phone string, err error) {
	var o org.Owner
	if err := tx.Where("id = ?", owner).Limit(1).Find(&o).Error; err != nil || o.PhoneSealed == "" {
		return o.PersonID, "", err
	}
	phone, err = s.o.Vault.Open(o.PhoneSealed, "owners.phone")
	return o.PersonID, phone, err
}

// RevokedFor gives when and by which judgment a meeting's decision was revoked; nil where it stands.
// Fault: ErrNotFound.
func (s *Service) RevokedFor(ctx context.Context, id int64) (at *time.Time, text string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		m, err := public(tx, id)
		at, text = m.RevokedAt, m.RevokedFor
		return err
	})
	return at, text, err
}
