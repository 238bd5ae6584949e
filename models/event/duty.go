package event

import "time"

// Duty is what happened to something that has to be published, or to a question about it. Its words are public: who asked is resolved, never
// shown.
type Duty struct {
	SubjectKind    string    `json:"subject_kind"` // disclosure_duty, question, notice_draft, fund_recheck, fund_revocation, fund_project, fund_proposal
	SubjectID      int64     `json:"subject_id"`
	EstateID       int64     `json:"estate_id"`
	EstateName     string    `json:"estate_name"`
	What           string    `json:"what"`
	Title          string    `json:"title,omitempty"`
	OrganisationID int64     `json:"organisation_id,omitempty"` // who has to publish or to answer
	OfficeName     string    `json:"office_name,omitempty"`
	Number         string    `json:"number,omitempty"`     // of a question
	PersonIDs      []int64   `json:"person_ids,omitempty"` // who asked
	Due            time.Time `json:"due,omitzero"`
	At             time.Time `json:"at"`
}

// Estate gives the estate of the duty.
func (e Duty) Estate() int64 { return e.EstateID }

// Asked is the organisation that has to publish or to answer.
func (e Duty) Asked() int64 { return e.OrganisationID }

// Kind names the event.
func (e Duty) Kind() string { return "duty." + e.What }

// Priority of what happens to a duty: terms that run out pass the rest.
func (e Duty) Priority() Priority {
	switch e.What {
	case "soon", "late", "answer_late", "recheck_late", "judge_late":
		return Urgent
	}
	return Normal
}

// duties are what happens to duties to publish.
var duties = []string{"soon", "late", "asked", "review", "answered", "answer_late", "charging", "charging_decided", "judge_late", "drafted", "recheck", "recheck_late", "recheck_answered",
	"fund_revoked", "fund_cancel", "fund_proposal"}

func init() {
	for _, m := range duties {
		makers["duty."+m] = func() Event { return &Duty{What: m} }
	}
}
