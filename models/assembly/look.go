package assembly

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Look is what one person read on a form. Nobody sees what others read before their own look.
type Look struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	FormID    int64
	Round     int // 1 enters, 2 confirms; a third look and more follow where they differ
	PersonID  int64
	Reading   string // what was read, in its one form
	Note      string
	FileID    int64     // the scan
	Agrees    int64     // the look of another person that says the same; 0 for none
	State     FormState // of the form after it
	ClientRef string
	InputHash string
	At        time.Time
}

// TableName names the table.
func (Look) TableName() string { return "paper_looks" }

// Faults of looks.
var (
	ErrFormDone = fault.New(fault.Conflict, "paper.confirmed", "这张票已经复核完，不用再录")
	ErrScan     = fault.ErrInvalid.With(fault.Field{Path: "file_id", Reason: "请附上这张票的扫描件或照片"})
)

// maxLooks bounds how often one form is looked at.
const maxLooks = 20

// ReadForm takes what a person reads on a form, after the close and the opening. The first look enters it; a look of ANOTHER person
// that says the same confirms it, and casts it in the same transaction. Where they differ, a third look settles it, and every look
// is kept.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoPapers, ErrBoxNotOpened, ErrCounter, ErrNoForm, ErrFormNumber, ErrFormDead, ErrFormDone, ErrSamePerson, ErrRefReused, ErrScan, fault.ErrInvalid.
func (s *Service) ReadForm(ctx context.Context, actor org.Actor, id int64, number string, in Read) (*Look, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var l *Look
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		var had []Look
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if l = first(had); l != nil {
			if l.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		f, err := s.mayRead(tx, actor, m, number)
		if err != nil {
			return err
		}
		l, err = s.look(tx, actor, m, f, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	return l, nil
}

// mayRead finds a form that waits to be read by this person.
func (s *Service) mayRead(tx *store.Tx, actor org.Actor, m *Meeting, number string) (*Form, error) {
	if err := m.takesPaper(tx); err != nil {
		return nil, err
	}
	if m.State == Noticed {
		return nil, ErrState.Saying("表决截止前不能录入纸质表决票：截止前谁也不看选择")
	}
	if err := m.in(Closed); err != nil {
		return nil, err
	}
	o, err := openingOf(tx, m.ID)
	if err != nil || o == nil {
		return nil, or(err, ErrBoxNotOpened)
	}
	if err := mayCount(tx, m, actor.PersonID); err != nil {
		return nil, err
	}
	f, err := formBy(tx, m, number)
	if err != nil {
		return nil, err
	}
	switch f.State {
	case FormReceived, FormEntered, FormDiffers:
	case FormConfirmed:
		return nil, ErrFormDone
	case FormReplaced:
		return nil, ErrFormDead
	default:
		return nil, ErrState.Saying("这张票“" + FormStates[f.State] + "”，不能录入")
	}
	var helped int64
	if err := tx.Model(&Assisted{}).Where("form_id = ? AND helper_id = ?", f.ID, actor.PersonID).Count(&helped).Error; err != nil {
		return nil, err
	}
	if helped > 0 {
		return nil, ErrCounter.Saying("帮助填写这张票的人不能录入或复核它，请换一个人")
	}
	return f, nil
}

func (s *Service) look(tx *store.Tx, actor org.Actor, m *Meeting, f *Form, in Read) (*Look, error) {
	var looks []Look
	if err := tx.Where("form_id = ?", f.ID).Order("round").Find(&looks).Error; err != nil {
		return nil, err
	}
	if len(looks) >= maxLooks {
		return nil, ErrState.Saying("这张票看过的次数太多，请会议召集人和监票人一起处理")
	}
	others := 0
	for _, x := range looks {
		if x.PersonID != actor.PersonID {
			others++
		}
	}
	if len(looks) > 0 && others == 0 {
		return nil, ErrSamePerson.Saying("录入的人不能自己复核，请由另一个人看着原票再录一遍")
	}
	if len(looks) == 0 && in.FileID == 0 {
		return nil, ErrScan
	}
	r, err := s.reading(tx, m, f, in)
	if err != nil {
		return nil, err
	}
	l := &Look{MeetingID: m.ID, FormID: f.ID, Round: len(looks) + 1, PersonID: actor.PersonID, Reading: r.text, Note: in.Note, FileID: in.FileID, State: FormEntered, ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
	if len(looks) > 0 {
		l.State = FormDiffers
	}
	for _, x := range looks {
		if x.PersonID != actor.PersonID && x.Reading == l.Reading {
			l.Agrees, l.State = x.ID, FormConfirmed
		}
	}
	if err := tx.Create(l).Error; err != nil {
		return nil, store.Raced(err)
	}
	if in.FileID != 0 {
		if err := s.o.Files.Attach(tx, actor, []int64{in.FileID}, "document", "paper_form", f.ID, m.EstateID); err != nil {
			return nil, err
		}
	}
	return l, s.settleForm(tx, actor, m, f, l, r)
}

// settleForm moves a form to where a look has brought it; a confirmed one is cast.
func (s *Service) settleForm(tx *store.Tx, actor org.Actor, m *Meeting, f *Form, l *Look, r *reading) error {
	f.State = l.State
	if l.State == FormConfirmed {
		if err := s.castForm(tx, actor, m, f, r); err != nil {
			return err
		}
	}
	if err := tx.Model(&Form{}).Where("id = ?", f.ID).Select("state", "envelope_id").Updates(f).Error; err != nil {
		return err
	}
	return note(tx, actor, m, "read_form", map[string]any{"number": f.Number, "round": l.Round, "state": l.State})
}
