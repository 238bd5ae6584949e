package assembly

import (
	"context"
	"encoding/json"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// FormRow is a form in a list, with the doors of its seat.
type FormRow struct {
	Form
	Units    []SeatUnit
	FileIDs  []int64 // the scan
	Assisted *AssistedView
}

// ListForms pages through the forms of a meeting by their number, all or those in a state. It never says what is on them.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListForms(ctx context.Context, actor org.Actor, id int64, state FormState, after, limit int) ([]FormRow, error) {
	var list []FormRow
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		q := tx.Where("meeting_id = ? AND serial > ?", m.ID, after)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		var forms []Form
		if err := q.Order("serial").Limit(limit).Find(&forms).Error; err != nil {
			return err
		}
		seats, err := seatsOf(tx, forms)
		if err != nil {
			return err
		}
		for _, f := range forms {
			row := FormRow{Form: f}
			seat := seats[f.SeatID]
			if err := json.Unmarshal([]byte(seat.Units), &row.Units); err != nil {
				return err
			}
			list = append(list, row)
		}
		helped, err := s.assistedOf(tx, m, actor, forms)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].Assisted = helped[list[i].ID]
		}
		return attached(s, tx, "paper_form", list, func(r *FormRow) (int64, *[]int64) { return r.ID, &r.FileIDs })
	})
	return list, err
}

func seatsOf(tx *store.Tx, forms []Form) (map[int64]Seat, error) {
	ids := make([]int64, len(forms))
	for i, f := range forms {
		ids[i] = f.SeatID
	}
	var seats []Seat
	err := tx.Where("id IN ?", append(ids, 0)).Find(&seats).Error
	byID := make(map[int64]Seat, len(seats))
	for _, x := range seats {
		byID[x.ID] = x
	}
	return byID, err
}

// FormSheet is a form as it is printed: the seat, and the agent where there is one, by family name.
type FormSheet struct {
	Form
	Seat  Seat
	Units []SeatUnit
	Agent string
}

// FormSheets are forms to be printed, with the meeting that they are of.
type FormSheets struct {
	Meeting *Meeting
	Estate  string
	Motions []Asked
	Forms   []FormSheet
	Next    int
}

// PrintForms gives the living forms of a meeting that are not in the box yet, by their number, to be printed; the print is recorded.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) PrintForms(ctx context.Context, actor org.Actor, id int64, after, limit int) (*FormSheets, error) {
	var sheets *FormSheets
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		a, err := readAgenda(tx, m)
		if err != nil {
			return err
		}
		sheets = &FormSheets{Meeting: m, Estate: a.estate}
		if sheets.Motions, err = s.asked(tx, a); err != nil {
			return err
		}
		var forms []Form
		if err := tx.Where("meeting_id = ? AND serial > ? AND state = ?", m.ID, after, FormIssued).Order("serial").Limit(limit).Find(&forms).Error; err != nil || len(forms) == 0 {
			return err
		}
		if err := s.fillSheets(tx, sheets, forms); err != nil {
			return err
		}
		if len(forms) == limit {
			sheets.Next = forms[len(forms)-1].Serial
		}
		return note(tx, actor, m, "print_forms", map[string]any{"from": forms[0].Number, "to": forms[len(forms)-1].Number, "n": len(forms)})
	})
	return sheets, err
}

func (s *Service) fillSheets(tx *store.Tx, sheets *FormSheets, forms []Form) error {
	seats, err := seatsOf(tx, forms)
	if err != nil {
		return err
	}
	for _, f := range forms {
		x := FormSheet{Form: f, Seat: seats[f.SeatID]}
		if err := json.Unmarshal([]byte(x.Seat.Units), &x.Units); err != nil {
			return err
		}
		if f.ProxyID != 0 {
			if x.Agent, err = s.agentName(tx, f.ProxyID); err != nil {
				return err
			}
		}
		sheets.Forms = append(sheets.Forms, x)
	}
	return nil
}

// FindReceipt gives the slip of a form that is in the box, to be printed again. Once the result is out, it has the receipt of the
// ballot with what opens it, for the voter to take home; that print is recorded.
// Faults: ErrForbidden, ErrNotFound, ErrNoForm.
func (s *Service) FindReceipt(ctx context.Context, actor org.Actor, id int64, number string) (*FormReceipt, error) {
	var r *FormReceipt
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		f, err := formBy(tx, m, number)
		if err != nil {
			return err
		}
		if f.ReceivedAt == nil {
			return ErrNoForm.Saying("这张票还没有投入票箱，没有回执")
		}
		r = &FormReceipt{Form: *f, Meeting: m}
		if r.Estate, err = estateName(tx, m); err != nil || f.EnvelopeID == 0 || m.State != Provisional && m.State != Certified {
			return err
		}
		r.Cast = &Receipt{SeatNo: f.SeatNo, Meeting: m.Number}
		if err := tx.Where("id = ? AND meeting_id = ?", f.EnvelopeID, m.ID).Take(&r.Cast.Envelope).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "print_receipt", map[string]any{"number": f.Number})
	})
	return r, err
}
