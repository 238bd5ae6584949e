package assembly

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// maxForms bounds how many forms are issued at a time.
const maxForms = 500

// IssueForms issues a numbered form to each of some seats. A seat that has a living form keeps it, so a second press issues nothing
// more. proxy names the authorisation of an agent who fills in the form, for one seat.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNoPapers, ErrNoSeat, ErrNoProxy, ErrFormIn, fault.ErrInvalid.
func (s *Service) IssueForms(ctx context.Context, actor org.Actor, id int64, seats []int, proxy int64) ([]Form, error) {
	if len(seats) == 0 || len(seats) > maxForms || proxy != 0 && len(seats) != 1 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "seats", Reason: "一次请选1至500份表决权；有代理人的一次选一份"})
	}
	var forms []Form
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		forms = nil
		m, err := papersOf(tx, actor, id)
		if err != nil {
			return err
		}
		var rows []Seat
		if err := tx.Where("meeting_id = ? AND no IN ?", m.ID, seats).Order("no").Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNoSeat
		}
		issued := 0
		for i := range rows {
			f, fresh, err := s.issue(tx, actor, m, &rows[i], proxy)
			if err != nil {
				return err
			}
			forms = append(forms, *f)
			if fresh {
				issued++
			}
		}
		if issued == 0 {
			return nil
		}
		return note(tx, actor, m, "issue_forms", map[string]any{"seats": seats, "issued": issued, "proxy": proxy})
	})
	if err != nil {
		return nil, fmt.Errorf("issue forms: %w", err)
	}
	return forms, nil
}

// papersOf locks a meeting whose window has not ended, and which takes paper.
func papersOf(tx *store.Tx, actor org.Actor, id int64) (*Meeting, error) {
	m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
	if err != nil {
		return nil, err
	}
	if err := m.takesPaper(tx); err != nil {
		return nil, err
	}
	if m.State == Closed || m.State == Provisional || m.State == Certified || m.State == Noticed && !tx.Now.Before(*m.ClosesAt) {
		return nil, ErrClosed
	}
	return m, m.in(Noticed)
}

func (s *Service) issue(tx *store.Tx, actor org.Actor, m *Meeting, seat *Seat, proxy int64) (f *Form, fresh bool, err error) {
	var living []Form
	if err := tx.Where("meeting_id = ? AND live = ?", m.ID, seat.ID).Limit(1).Find(&living).Error; err != nil {
		return nil, false, err
	}
	if f = first(living); f != nil {
		if f.ProxyID != proxy {
			return nil, false, ErrFormIn.Saying(fmt.Sprintf("%d号表决权已经有一张表决票（%s），要换人填写请先换发", seat.No, f.Number))
		}
		return f, false, nil
	}
	if proxy != 0 {
		if err := mayUse(tx, m, seat.ID, proxy); err != nil {
			return nil, false, err
		}
	}
	var last struct{ Serial int }
	if err := tx.Model(&Form{}).Select("COALESCE(MAX(serial), 0) AS serial").Where("meeting_id = ?", m.ID).Scan(&last).Error; err != nil {
		return nil, false, err
	}
	f = &Form{MeetingID: m.ID, EstateID: m.EstateID, SeatID: seat.ID, SeatNo: seat.No, Serial: last.Serial + 1, Number: formNumber(last.Serial + 1), Way: ByPaper, State: FormIssued, Live: &seat.ID,
		ProxyID: proxy, IssuedBy: actor.PersonID, IssuedAt: tx.Now}
	return f, true, store.Raced(tx.Create(f).Error)
}

// ReplaceForm issues a new number to the seat of a form that was lost or spoiled. The old number is dead from then on. The same
// press again finds the new form. Nothing is replaced once it is in the box.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNoPapers, ErrNoForm, ErrFormIn, ErrNoProxy, fault.ErrInvalid.
func (s *Service) ReplaceForm(ctx context.Context, actor org.Actor, id int64, number, reason string, proxy int64) (*Form, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么换发（2至200个字），例如遗失、填坏"})
	}
	var next *Form
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := papersOf(tx, actor, id)
		if err != nil {
			return err
		}
		f, err := formBy(tx, m, number)
		if err != nil {
			return err
		}
		var seat Seat
		if err := tx.Where("id = ?", f.SeatID).Take(&seat).Error; err != nil {
			return err
		}
		if f.State == FormReplaced {
			next, _, err = s.issue(tx, actor, m, &seat, proxy)
			return err
		}
		if f.State != FormIssued {
			return ErrFormIn.Saying("这张票已经投入票箱，不能换发")
		}
		err = tx.Model(&Form{}).Where("id = ?", f.ID).Updates(map[string]any{"state": FormReplaced, "live": nil, "replaced_by": actor.PersonID, "replaced_at": tx.Now, "replaced_for": reason}).Error
		if err != nil {
			return err
		}
		if next, _, err = s.issue(tx, actor, m, &seat, proxy); err != nil {
			return err
		}
		return note(tx, actor, m, "replace_form", map[string]any{"dead": f.Number, "number": next.Number, "seat": seat.No})
	})
	if err != nil {
		return nil, fmt.Errorf("replace form: %w", err)
	}
	return next, nil
}
