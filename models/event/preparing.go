package event

import (
	"strings"
	"time"
)

// Preparing is what happens before a meeting of owners, to a petition, an order, a group, a candidate or a credential. What is
// "petition_reached" and the like. What owners wrote stays where it is: only the number is carried.
type Preparing struct {
	What       string    `json:"what"`
	SubjectID  int64     `json:"subject_id"`
	Number     string    `json:"number"`
	EstateID   int64     `json:"estate_id"`
	EstateName string    `json:"estate_name"`
	OfficeID   int64     `json:"office_id,omitempty"`  // the office that has to act, or did not
	PersonIDs  []int64   `json:"person_ids,omitempty"` // who waits for it
	Reason     string    `json:"reason,omitempty"`     // an office's words to the person who is told
	Due        time.Time `json:"due,omitzero"`
	At         time.Time `json:"at"`
}

// Kind names the event.
func (e Preparing) Kind() string { return "preparation." + e.What }

// Estate gives the estate.
func (e Preparing) Estate() int64 { return e.EstateID }

// Asked is the office that has to act.
func (e Preparing) Asked() int64 { return e.OfficeID }

// Subject is what it is about: petition, order, group, candidate, credential.
func (e Preparing) Subject() string {
	subject, _, _ := strings.Cut(e.What, "_")
	return subject
}

// Affects gives the estate's owners what is posted for all of them.
func (e Preparing) Affects() (Scope, bool) { return Scope{}, e.What == "group_posted" }

// Priority of what happens before a meeting: terms that run out press.
func (e Preparing) Priority() Priority {
	if strings.HasSuffix(e.What, "_overdue") || strings.HasSuffix(e.What, "_soon") {
		return Urgent
	}
	return Normal
}

// preparings are what Preparing tells of.
var preparings = []string{
	"petition_reached", "petition_soon", "petition_overdue",
	"order_issued", "order_soon", "order_overdue",
	"group_requested", "group_confirmed", "group_posted", "group_formed", "group_soon", "group_overdue",
	"candidate_proposed", "candidate_refused",
	"text_held",
	"credential_asked", "credential_accepted", "credential_refused", "credential_revoked",
}

func init() {
	for _, what := range preparings {
		makers["preparation."+what] = func() Event { return &Preparing{What: what} }
	}
}
