package event

import "time"

// Committee is what happened in the business of an owners' committee; What is its name. Its words are public: an owner's proposal gives its
// number alone.
type Committee struct {
	SubjectKind string    `json:"subject_kind"` // committee_term, committee_meeting, …
	SubjectID   int64     `json:"subject_id"`
	EstateID    int64     `json:"estate_id"`
	EstateName  string    `json:"estate_name"`
	What        string    `json:"what"`
	Number      string    `json:"number,omitempty"`
	Title       string    `json:"title,omitempty"`
	PersonIDs   []int64   `json:"person_ids,omitempty"` // the members who vote, or the owner who proposed
	CompanyID   int64     `json:"company_id,omitempty"` // who has to answer
	Due         time.Time `json:"due,omitzero"`
	On          time.Time `json:"on,omitzero"`
	At          time.Time `json:"at"`
}

// Estate gives the estate of the committee.
func (e Committee) Estate() int64 { return e.EstateID }

// Asked is the company that has to answer, 0 for none.
func (e Committee) Asked() int64 { return e.CompanyID }

// Kind names the event.
func (e Committee) Kind() string { return "committee." + e.What }

// Priority of what happens in a committee: terms that run out pass the rest.
func (e Committee) Priority() Priority {
	switch e.What {
	case "soon", "late", "answer_late":
		return Urgent
	}
	return Normal
}

// committees are what happens in a committee's business.
var committees = []string{"elected", "seated", "voided", "settled", "left", "below_half", "audit_due", "audit_ordered", "audit_published", "requested", "called", "cancelled", "vote", "decided",
	"submitted", "returned", "filed", "proposed", "passed_on", "answered", "declined", "handover", "handover_done", "report", "renewal", "soon", "late", "answer_late"}

func init() {
	for _, m := range committees {
		makers["committee."+m] = func() Event { return &Committee{What: m} }
	}
}
