// Package outbox keeps messages that must be told: each is committed by the transaction that causes it, Redis carries
// it, and the row here remembers whether it arrived.
package outbox

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// State is how far a message has come.
type State string

// The states of a message, in order. Dead messages wait for a person.
const (
	Pending   State = "pending"   // nobody has taken it
	Published State = "published" // Redis carries it; taken back to pending when DueAt passes undone
	Done      State = "done"      // every delivery is recorded and every reaction has run
	Dead      State = "dead"      // gave up after the ceiling of attempts; LastError says why
)

// Message is one event on its way. Body is the event as JSON: ids and public words only, no personal data.
type Message struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	AboutID   int64 // the organisation complained about, which must not see it listed; 0 for none
	CaseID    int64 // the complaint that it tells of; 0 for none
	Kind      string
	Body      string
	Priority  event.Priority
	State     State
	Owner     string // who writes its deliveries; empty while Redis carries it
	Progress  string // how far the deliveries are written
	DueAt     time.Time
	Attempts  int
	LastError string
	CreatedAt time.Time
	DoneAt    *time.Time
}

// TableName names the table.
func (Message) TableName() string { return "outbox_messages" }

// Append adds an event to the transaction.
func Append(tx *store.Tx, e event.Event) error {
	_, err := Add(tx, e)
	return err
}

// Add is Append for those who follow what becomes of the message: it gives its id.
func Add(tx *store.Tx, e event.Event) (int64, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("outbox %s: %w", e.Kind(), err)
	}
	m := Message{EstateID: e.Estate(), AboutID: about(e), CaseID: caseOf(e), Kind: e.Kind(), Body: string(body), Priority: event.PriorityOf(e), State: Pending, DueAt: tx.Now, CreatedAt: tx.Now}
	if err := tx.Create(&m).Error; err != nil {
		return 0, fmt.Errorf("outbox %s: %w", e.Kind(), err)
	}
	tx.Committed(tx.Wake)
	return m.ID, nil
}

// Event decodes the message.
func (m *Message) Event() (event.Event, error) { return event.Decode(m.Kind, []byte(m.Body)) }

// caseOf gives the complaint that an event tells of, 0 for none.
func caseOf(e event.Event) int64 {
	if c, ok := e.(interface{ OfCase() int64 }); ok {
		return c.OfCase()
	}
	return 0
}

// Forget takes out of the messages of some complaints whom they were for. What was told stays. It gives their ids.
func Forget(tx *store.Tx, cases []int64) ([]int64, error) {
	var ids []int64
	for after := int64(0); ; {
		var rows []Message
		if err := tx.Select("id", "body").Where("case_id IN ? AND case_id <> 0 AND id > ?", cases, after).Order("id").Limit(forgetBatch).Find(&rows).Error; err != nil || len(rows) == 0 {
			return ids, err
		}
		for _, m := range rows {
			ids, after = append(ids, m.ID), m.ID
			var body map[string]json.RawMessage
			if err := json.Unmarshal([]byte(m.Body), &body); err != nil {
				return nil, fmt.Errorf("outbox message %d: %w", m.ID, err)
			}
			if string(body["person_ids"]) == "[]" {
				continue
			}
			body["person_ids"] = json.RawMessage("[]")
			without, err := json.Marshal(body)
			if err != nil {
				return nil, err
			}
			if err := tx.Model(&Message{}).Where("id = ?", m.ID).Update("body", string(without)).Error; err != nil {
				return nil, err
			}
		}
	}
}

// forgetBatch is how many messages are in memory at a time.
const forgetBatch = 500

// about gives the organisation that an event complains about, 0 for none.
func about(e event.Event) int64 {
	if a, ok := e.(interface{ About() int64 }); ok {
		return a.About()
	}
	return 0
}
