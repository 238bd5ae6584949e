package assembly

import (
	"context"
	"math"
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OwnSeats shows a meeting to one of its owners, with each seat that they may vote for.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) OwnSeats(ctx context.Context, actor org.Actor, id int64) ([]*Paper, *Meeting, error) {
	var papers []*Paper
	var m *Meeting
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if m, err = meetingFor(tx, tx.DB, actor, org.ReadMeetings, id); err != nil {
			return err
		}
		sets, err := setsOf(tx, actor)
		if err != nil {
			return err
		}
		var seats []Seat
		if err := tx.Where("meeting_id = ? AND holder_set_id IN ?", m.ID, sets).Order("no").Limit(100).Find(&seats).Error; err != nil {
			return err
		}
		for i := range seats {
			p, err := s.paperOf(tx, m, &seats[i])
			if err != nil {
				return err
			}
			papers = append(papers, p)
		}
		return nil
	})
	return papers, m, err
}

// setsOf lists the owner sets that a person may vote for: those they belong to, and those for which an officer accepted their document.
func setsOf(tx *store.Tx, actor org.Actor) ([]int64, error) {
	sets, err := ownSets(tx, actor)
	if err != nil {
		return nil, err
	}
	var entrusted []int64
	err = inForce(tx).Where("person_id = ?", actor.PersonID).Limit(200).Pluck("owner_set_id", &entrusted).Error
	return append(sets, entrusted...), err
}

// nobody is an owner set that does not exist.
const nobody = math.MinInt64

// ownSets lists the owner sets that a person belongs to: named by the roster, or recognised by an office.
func ownSets(tx *store.Tx, actor org.Actor) ([]int64, error) {
	sets, owners := []int64{0}, []int64{0}
	if err := tx.Model(&org.Owner{}).Where("person_id = ? AND person_id <> 0", actor.PersonID).Limit(200).Pluck("owner_set_id", &sets).Error; err != nil {
		return nil, err
	}
	for _, h := range actor.Homes {
		if h.Role == org.RoleOwner && h.OwnerID != 0 {
			owners = append(owners, h.OwnerID)
		}
	}
	var more []int64
	err := tx.Model(&org.Owner{}).Where("id IN ?", owners).Limit(200).Pluck("owner_set_id", &more).Error
	sets = append(append(sets, more...), nobody) // no seat has it: an IN needs something
	return slices.DeleteFunc(sets, func(id int64) bool { return id == 0 }), err
}

// AskPaper closes the phone for a seat whose owner wants a paper form, without a reason; nothing may have been cast by phone yet.
// WithdrawPaper opens it again while no form is in the box.
// Faults: ErrForbidden, ErrNotFound, ErrNoSeat, ErrState, ErrAlreadyCast.
func (s *Service) AskPaper(ctx context.Context, actor org.Actor, id int64, no int, want bool) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		if err := m.in(Noticed); err != nil {
			return err
		}
		seat, err := seatNo(tx, m.ID, no)
		if err != nil {
			return err
		}
		all, err := holdings(tx, []int64{seat.HolderSetID})
		if err != nil {
			return err
		}
		if !all[seat.HolderSetID].may(actor.PersonID, 0) {
			id, err := credential(tx, seat.HolderSetID, actor.PersonID)
			if err != nil {
				return err
			}
			if id == 0 {
				return ErrNoSeat
			}
		}
		var cast int64
		if err := tx.Model(&Envelope{}).Where("seat_id = ? AND void = ''", seat.ID).Count(&cast).Error; err != nil {
			return err
		}
		if cast > 0 {
			return ErrAlreadyCast.Saying("这份表决权已经投过票")
		}
		at := &tx.Now
		if !want {
			at = nil
			var boxed int64
			if err := tx.Model(&Form{}).Where("seat_id = ? AND state IN ?", seat.ID, inBox).Count(&boxed).Error; err != nil {
				return err
			}
			if boxed > 0 {
				return ErrAlreadyCast.Saying("纸质表决票已经投入票箱，不能再改用手机")
			}
		}
		if err := tx.Model(&Seat{}).Where("id = ?", seat.ID).Update("paper_at", at).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "ask_paper", map[string]any{"seat": no, "want": want})
	})
}
