package notify

import (
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// AckState is how a message that an office has to read stands with one of its posts.
type AckState string

// The states of an ack.
const (
	AckOpen      AckState = "open"      // to be read until DueAt
	AckRead      AckState = "read"      // somebody of the office, or of where it was passed on to, has read it
	AckActed     AckState = "acted"     // the office dealt with what it is about
	AckRerouted  AckState = "rerouted"  // not read in time; the next step was taken
	AckExhausted AckState = "exhausted" // not read in time, and there is no step left
)

// Ack is a message that an office has to read in time, as it stands with one post. The acks of one message to one office are a
// chain: whoever reads, in the office or where it was passed on to, has read for all of them.
type Ack struct {
	ID             int64 `gorm:"primaryKey"`
	SourceID       int64 // the message
	OfficeID       int64 // the organisation that it was sent to
	MessageID      int64 // in which it stands in the post's inbox: the message itself, or what passed it on
	TextID         int64 // what the message says
	CaseID         int64 // as in outbox.Message
	PostID         int64
	OrganisationID int64 // of the post
	Step           int   // how many steps were taken before
	Steps          string
	Patience       int    // seconds
	Working        bool   // only hours of work count
	MustAct        bool   // to have read it is not enough
	SubjectKind    string // what the message is about
	SubjectID      int64
	State          AckState
	DueAt          time.Time
	At             time.Time // when it came to its state
	CreatedAt      time.Time
}

// TableName names the table.
func (Ack) TableName() string { return "acks" }

// chain names the acks of one message to one office.
type chain struct {
	SourceID, OfficeID int64
}

// await writes down which posts have to read a message, and until when. At a post that nobody holds there is nobody to wait for:
// the inbox keeps it for the next, and the office above was told at once.
func (d *Dispatcher) await(tx *store.Tx, m *outbox.Message, text *Text, want *plan.Ack, told []recipient) error {
	if want == nil || len(want.Then) == 0 {
		return nil
	}
	steps := make([]string, len(want.Then))
	for i, s := range want.Then {
		steps[i] = string(s)
	}
	first := Ack{SourceID: m.ID, MessageID: m.ID, TextID: text.ID, CaseID: m.CaseID, Steps: strings.Join(steps, ","), Patience: int(want.After / time.Second),
		Working: want.Working, MustAct: want.Act, SubjectKind: text.SubjectKind, SubjectID: text.SubjectID}
	return d.ask(tx, first, text.Priority, told)
}

// ask writes an ack like a for each of the posts; without an office, each post's own.
func (d *Dispatcher) ask(tx *store.Tx, a Ack, p event.Priority, told []recipient) error {
	posts := heldPosts(told)
	if len(posts) == 0 {
		return nil
	}
	due, err := d.readBy(tx, &a, p)
	if err != nil {
		return err
	}
	var of []org.Post
	if err := tx.Select("id", "organisation_id").Where("id IN ?", posts).Order("id").Find(&of).Error; err != nil {
		return err
	}
	a.State, a.At, a.CreatedAt, a.DueAt = AckOpen, tx.Now, tx.Now, due
	rows := make([]Ack, len(of))
	for i, p := range of {
		rows[i] = a
		rows[i].PostID, rows[i].OrganisationID = p.ID, p.OrganisationID
		if a.OfficeID == 0 {
			rows[i].OfficeID = p.OrganisationID
		}
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
}

// readBy is until when something may stay unread: nobody has to read by night what reaches no phone by night, nor out of hours what
// is for hours of work.
func (d *Dispatcher) readBy(tx *store.Tx, a *Ack, p event.Priority) (time.Time, error) {
	from, patience := d.night.calm(p, spread-1, tx.Now), time.Duration(a.Patience)*time.Second
	if !a.Working {
		return from.Add(patience), nil
	}
	days := calendar.National()
	if d.o.Days != nil {
		var err error
		if days, err = d.o.Days(tx); err != nil {
			return time.Time{}, err
		}
	}
	return plan.Default().Working().Add(days, from, patience), nil
}

// heldPosts are the posts among recipients at which there is somebody, each once.
func heldPosts(told []recipient) []int64 {
	var posts []int64
	seen := map[int64]bool{}
	for _, r := range told {
		if r.kind == "post" && r.person != 0 && !seen[r.id] {
			seen[r.id] = true
			posts = append(posts, r.id)
		}
	}
	return posts
}

// Acted ends the wait for an office to read about a complaint that it has just dealt with. The complaints call it in the
// transaction of the step. A whistle about the complaint is another matter.
func Acted(tx *store.Tx, caseID, organisation int64) error {
	return tx.Model(&Ack{}).Where("case_id = ? AND subject_kind = 'case' AND state = ? AND (office_id = ? OR organisation_id = ?)", caseID, AckOpen, organisation, organisation).
		Updates(map[string]any{"state": AckActed, "at": tx.Now}).Error
}

// answered ends the wait for offices to read what an event answers.
func answered(tx *store.Tx, e event.Event) error {
	a, ok := plan.AnswerOf(e)
	if !ok {
		return nil
	}
	q := tx.Model(&Ack{}).Where("subject_kind = ? AND subject_id = ? AND state = ?", a.SubjectKind, a.SubjectID, AckOpen).
		Where("source_id IN (?)", tx.Session(&gorm.Session{NewDB: true}).Model(&outbox.Message{}).Select("id").Where("kind IN ?", a.Events))
	if a.Office != 0 {
		q = q.Where("office_id = ?", a.Office)
	}
	return q.Updates(map[string]any{"state": AckActed, "at": tx.Now}).Error
}
