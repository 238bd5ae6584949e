package committee

import (
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// insertMembers puts those elected after the members of the term. Who stood by and is now elected has their one place among those who sit.
func (s *Service) insertMembers(tx *store.Tx, t *Term, seating int64, members []NewMember) error {
	if err := bind(tx, t.ID); err != nil {
		return err
	}
	var all []Member
	if err := tx.Where("term_id = ?", t.ID).Order("id").Limit(maxMembers).Find(&all).Error; err != nil {
		return err
	}
	seen, last := map[string]*Member{}, int64(0)
	for i := range all {
		last = max(last, all[i].Place)
		if all[i].LeftAt == nil {
			all[i].known(seen)
		}
	}
	for i, in := range members {
		m, err := s.newMember(tx, t, in)
		if err != nil {
			return err
		}
		m.SeatingID, m.Place = seating, last+int64(i+1)
		had := m.known(seen)
		switch {
		case had == nil:
			err = tx.Create(m).Error
		case had.Role == Alternate && had.SeatingID != seating:
			had.Role, had.Place, had.SeatingID, had.Since, had.SuspendedAt = m.Role, m.Place, seating, tx.Now, nil
			err = tx.Model(&Member{}).Where("id = ?", had.ID).Select("role", "place", "seating_id", "since", "suspended_at").Updates(had).Error
		default:
			err = ErrMember.Saying(in.Name + "已经在本届的名单上，请核对")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// newMember is somebody elected, with the account that the post or the phone says.
func (s *Service) newMember(tx *store.Tx, t *Term, in NewMember) (*Member, error) {
	m := &Member{TermID: t.ID, EstateID: t.EstateID, PostID: in.PostID, PersonID: in.PersonID, NameSealed: s.vault.Seal(in.Name, "committee_members.name"), Role: in.Role, Since: tx.Now, CreatedAt: tx.Now}
	if in.Phone != "" {
		m.PhoneSealed, m.PhoneIndex = s.vault.Seal(in.Phone, "committee_members.phone"), s.vault.Index("phone", in.Phone)
		if err := tx.Model(&org.Person{}).Where("phone_index IN ? AND erased_at IS NULL", s.vault.Indexes("phone", in.Phone)).Limit(1).Pluck("id", &m.PersonID).Error; err != nil {
			return nil, err
		}
	}
	if in.PostID != 0 {
		holder, err := org.HolderAt(tx, t.CommitteeID, in.PostID)
		if err != nil {
			return nil, err
		}
		m.PersonID = holder
	}
	return m, nil
}

// known gives whoever has the same account or phone among those seen, and adds this one.
func (m *Member) known(seen map[string]*Member) (had *Member) {
	for _, key := range []string{fmt.Sprint("person ", m.PersonID), "phone " + m.PhoneIndex} {
		if key == "person 0" || key == "phone " {
			continue
		}
		if seen[key] != nil {
			had = seen[key]
		}
		seen[key] = m
	}
	return had
}
