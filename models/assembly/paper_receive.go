package assembly

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// FormReceipt is what a slip says: that a form went into the sealed box, when, and nothing of what is on it.
type FormReceipt struct {
	Form    Form
	Meeting *Meeting
	Estate  string
	Again   bool     // it had been received before
	Cast    *Receipt // of the ballot, when two people have read the form and the result is out; nil before
}

// ReceiveForm records that a form went into the sealed box: by its receipt, before the close, a paper counts. The same number again
// gives the first receipt and says so.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNotOpen, ErrClosed, ErrNoPapers, ErrNoForm, ErrFormNumber, ErrFormDead, ErrNotAttested, ErrNoProxy.
func (s *Service) ReceiveForm(ctx context.Context, actor org.Actor, id int64, number string) (*FormReceipt, error) {
	var r *FormReceipt
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		f, err := formBy(tx, m, number)
		if err != nil {
			return err
		}
		r = &FormReceipt{Meeting: m}
		if r.Estate, err = estateName(tx, m); err != nil {
			return err
		}
		if f.ReceivedAt != nil {
			r.Form, r.Again = *f, true
			return nil
		}
		if err := mayReceive(tx, m, f); err != nil {
			return err
		}
		f.State, f.ReceivedBy, f.ReceivedAt = FormReceived, actor.PersonID, &tx.Now
		if err := tx.Model(&Form{}).Where("id = ?", f.ID).Select("state", "received_by", "received_at").Updates(f).Error; err != nil {
			return err
		}
		r.Form = *f
		if err := note(tx, actor, m, "receive_form", map[string]any{"number": f.Number, "seat": f.SeatNo}); err != nil {
			return err
		}
		return s.tellReceived(tx, m, r)
	})
	if err != nil {
		return nil, fmt.Errorf("receive form: %w", err)
	}
	return r, nil
}

func mayReceive(tx *store.Tx, m *Meeting, f *Form) error {
	if err := m.takesPaper(tx); err != nil {
		return err
	}
	if f.State == FormReplaced {
		return ErrFormDead
	}
	if err := m.Voting(tx.Now); err != nil {
		return err
	}
	if f.ProxyID != 0 {
		if err := mayUse(tx, m, f.SeatID, f.ProxyID); err != nil {
			return err
		}
	}
	if f.Way != ByAssisted {
		return nil
	}
	var attested int64
	if err := tx.Model(&Assisted{}).Where("form_id = ? AND attested_at IS NOT NULL", f.ID).Count(&attested).Error; err != nil {
		return err
	}
	if attested == 0 {
		return ErrNotAttested
	}
	return nil
}

// tellReceived ends the reminders of the seat, and tells its owners at once that a form of theirs is in the box.
func (s *Service) tellReceived(tx *store.Tx, m *Meeting, r *FormReceipt) error {
	var seat Seat
	if err := tx.Where("id = ?", r.Form.SeatID).Take(&seat).Error; err != nil {
		return err
	}
	if err := outbox.Append(tx, event.BallotsCast{Assembly: m.eventOf(r.Estate, tx.Now), OwnerSetIDs: []int64{seat.HolderSetID}}); err != nil {
		return err
	}
	return s.tellSeat(tx, m, seat.HolderSetID, "paper")
}

// tellSeat tells every account of a seat's owners what happened to its ballot: nobody votes for a seat unseen.
func (s *Service) tellSeat(tx *store.Tx, m *Meeting, set int64, what string) error {
	all, err := holdings(tx, []int64{set})
	if err != nil {
		return err
	}
	return s.tellPeople(tx, m, all[set].others(0), what)
}

func (s *Service) tellPeople(tx *store.Tx, m *Meeting, people []int64, what string) error {
	if len(people) == 0 {
		return nil
	}
	estate, err := estateName(tx, m)
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.SeatTold{Assembly: m.eventOf(estate, tx.Now), What: what, PersonIDs: people})
}

func estateName(tx *store.Tx, m *Meeting) (string, error) {
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	return names[m.EstateID], err
}
