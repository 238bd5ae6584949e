package assembly

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostUnreached bounds to how many seats links go at a time.
const mostUnreached = 1000

// ErrAllReached says that there is nobody left to write to.
var ErrAllReached = fault.New(fault.Conflict, "link.all_reached", "每户都已经投票或者有送达的证明，不用再发投票链接")

// Unreached finds the owner sets of a meeting that have neither voted nor been served with proof, at most a thousand at a time.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrElectronic, ErrAllReached.
func (s *Service) Unreached(ctx context.Context, actor org.Actor, id int64) (m *Meeting, sets []int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if m, err = meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id); err != nil {
			return err
		}
		if !m.convenedBy(actor) {
			return ErrNotConvener
		}
		if err := m.takesLinks(); err != nil {
			return err
		}
		var silent []int64
		err := tx.Raw("SELECT s.holder_set_id FROM seats s WHERE s.meeting_id = ? AND NOT EXISTS (SELECT 1 FROM envelopes e WHERE e.seat_id = s.id) ORDER BY s.no", m.ID).Scan(&silent).Error
		if err != nil {
			return err
		}
		served := map[int64]string{}
		if s.o.Deliveries != nil {
			if served, err = s.o.Deliveries.Served(tx, m.ID, "", *m.NoticedAt, *m.ClosesAt); err != nil {
				return err
			}
		}
		for _, set := range silent {
			if served[set] != Proven && len(sets) < mostUnreached {
				sets = append(sets, set)
			}
		}
		if len(sets) == 0 {
			return ErrAllReached
		}
		return nil
	})
	return m, sets, err
}

// takesLinks refuses links where nothing is cast by them.
func (m *Meeting) takesLinks() error {
	if err := m.in(Noticed); err != nil {
		return err
	}
	t, err := m.terms()
	if err == nil && (m.Channel != OnSystem || t.Electronic == "") {
		err = ErrElectronic
	}
	return err
}

// LetterLink gives the voting link of the seat to whose owners a letter or a short message led, whose own secret the caller has checked.
// The same letter gives the same link; one that the convener revoked stays revoked.
// Faults: ErrNotFound, ErrState, ErrElectronic, ErrNoSeat.
func (s *Service) LetterLink(ctx context.Context, meeting, set int64, secret string) (token string, err error) {
	digest := s.o.Vault.Index("voting_link", secret)
	token = digest[len(digest)-48:]
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var m Meeting
		if err := tx.Where("id = ?", meeting).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if err := m.takesLinks(); err != nil {
			return err
		}
		var seat Seat
		if err := tx.ForUpdate().Where("holder_set_id = ? AND meeting_id = ?", set, m.ID).Take(&seat).Error; err != nil {
			return store.NotFound(err, ErrNoSeat)
		}
		var had []Link
		if err := tx.Where("token_hash = ?", tokenHash(token)).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) > 0 {
			return nil
		}
		return store.Raced(tx.Create(&Link{MeetingID: m.ID, SeatID: seat.ID, TokenHash: tokenHash(token), ExpiresAt: *m.ClosesAt, At: tx.Now}).Error)
	})
	if err != nil {
		return "", fmt.Errorf("link of a letter: %w", err)
	}
	return token, nil
}
