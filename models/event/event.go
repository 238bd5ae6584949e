// Package event lists everything that linli may tell somebody: plain values with ids and public words, no personal
// data. It imports the standard library only.
package event

import (
	"encoding/json"
	"fmt"
	"time"
)

// Event is something that happened. Kind is stable and dotted; Estate is 0 where none is concerned.
type Event interface {
	Kind() string
	Estate() int64
}

// Case is what every event of a complaint carries: enough to route and to word a message, nothing about the person.
type Case struct {
	CaseID     int64     `json:"case_id"`
	Number     string    `json:"number"`
	EstateID   int64     `json:"estate_id"`
	EstateName string    `json:"estate_name"`
	Matter     string    `json:"matter"` // Chinese name
	Clause     string    `json:"clause"`
	LeadID     int64     `json:"lead_id"` // org.Organisation
	LeadName   string    `json:"lead_name"`
	JointIDs   []int64   `json:"joint_ids,omitempty"`
	PersonIDs  []int64   `json:"person_ids"`         // the complainants; resolved, never shown
	AboutID    int64     `json:"about_id,omitempty"` // the organisation complained about; never told who complains
	Urgent     bool      `json:"urgent,omitempty"`
	BuildingID int64     `json:"building_id,omitempty"` // what is common to this building and may be spoken of among its owners; 0 for anything else
	Due        time.Time `json:"due,omitzero"`
	At         time.Time `json:"at"`
}

// Scope is the part of an estate that something concerns: some buildings, some units. Empty is the whole estate.
type Scope struct {
	Buildings []int64 `json:"building_ids,omitempty"`
	Units     []int64 `json:"unit_ids,omitempty"`
}

// Whole reports whether nothing is left out.
func (s Scope) Whole() bool { return len(s.Buildings)+len(s.Units) == 0 }

// Affecting is an event that concerns owners: of the scope, or nobody.
type Affecting interface {
	Event
	Affects() (s Scope, anybody bool)
}

// Affects gives the building of the case.
func (c Case) Affects() (Scope, bool) {
	return Scope{Buildings: []int64{c.BuildingID}}, c.BuildingID != 0
}

// OfCase gives the case.
func (c Case) OfCase() int64 { return c.CaseID }

// Estate gives the estate of the case.
func (c Case) Estate() int64 { return c.EstateID }

// Base gives what every event of a complaint carries.
func (c Case) Base() Case { return c }

// About gives the organisation complained about, 0 for none.
func (c Case) About() int64 { return c.AboutID }

// The events of a complaint.
type (
	// CaseFiled is a new complaint, routed to its lead.
	CaseFiled struct{ Case }
	// CaseAccepted says that the lead has taken it on.
	CaseAccepted struct{ Case }
	// CaseTransferred says that another organisation is asked to lead; the lead stays until it accepts.
	CaseTransferred struct {
		Case
		FromID int64  `json:"from_id"`
		ToID   int64  `json:"to_id"`
		ToName string `json:"to_name"`
	}
	// CaseAnswered says that the resident may confirm or return.
	CaseAnswered struct{ Case }
	// CaseConfirmed says that the resident is content and the case is closed.
	CaseConfirmed struct{ Case }
	// CaseReturned says that the resident is not content and the case is open again.
	CaseReturned struct {
		Case
		Returns int  `json:"returns"`
		Raised  bool `json:"raised,omitempty"` // the level above leads from now on
	}
	// CaseMoved is any other action on a complaint; What is its name. What was written stays in the case.
	CaseMoved struct {
		Case
		What   string    `json:"what"`
		ToID   int64     `json:"to_id,omitempty"`
		ToName string    `json:"to_name,omitempty"`
		On     time.Time `json:"on,omitzero"`
	}
	// CaseRevealed tells the complainant that the lead looked at who they are.
	CaseRevealed struct{ Case }
	// CaseReview asks a person to look at a text that the content check could not clear.
	CaseReview struct{ Case }
)

// Kind names the event.
func (CaseFiled) Kind() string { return "complaint.filed" }

// Kind names the event.
func (CaseAccepted) Kind() string { return "complaint.accepted" }

// Kind names the event.
func (CaseTransferred) Kind() string { return "complaint.transferred" }

// Kind names the event.
func (CaseAnswered) Kind() string { return "complaint.answered" }

// Kind names the event.
func (CaseConfirmed) Kind() string { return "complaint.confirmed" }

// Kind names the event.
func (CaseReturned) Kind() string { return "complaint.returned" }

// Asked is the office that the case was sent to, 0 for none.
func (e CaseTransferred) Asked() int64 { return e.ToID }

// Asked is the office that the case was sent to, 0 for none.
func (e CaseMoved) Asked() int64 { return e.ToID }

// Kind names the event.
func (e CaseMoved) Kind() string { return "complaint." + e.What }

// Kind names the event.
func (CaseRevealed) Kind() string { return "complaint.revealed" }

// Kind names the event.
func (CaseReview) Kind() string { return "complaint.review" }

// Whistle is what happened to a whistle; What is its name.
type Whistle struct {
	WhistleID  int64     `json:"whistle_id"`
	Number     string    `json:"number"`
	CaseID     int64     `json:"case_id,omitempty"`
	EstateID   int64     `json:"estate_id"`
	EstateName string    `json:"estate_name"`
	What       string    `json:"what"`
	AskedID    int64     `json:"asked_id"`    // the community that asked
	TownshipID int64     `json:"township_id"` // whose head signs
	CalledIDs  []int64   `json:"called_ids"`
	AboutID    int64     `json:"about_id,omitempty"`
	Place      string    `json:"place"`
	ToID       int64     `json:"to_id,omitempty"` // the office that it is about: who refused, came, is rated
	ToName     string    `json:"to_name,omitempty"`
	Due        time.Time `json:"due,omitzero"`
	At         time.Time `json:"at"`
}

// Estate gives the estate of the whistle.
func (e Whistle) Estate() int64 { return e.EstateID }

// About gives the organisation complained about, 0 for none.
func (e Whistle) About() int64 { return e.AboutID }

// OfCase is the complaint behind the whistle, 0 for none.
func (e Whistle) OfCase() int64 { return e.CaseID }

// Asked is the office that the event concerns.
func (e Whistle) Asked() int64 { return e.ToID }

// Answered is the office that has done what it was asked for, 0 for everybody who was.
func (e Whistle) Answered() int64 {
	switch e.What {
	case "arrived", "refused", "excused":
		return e.ToID
	}
	return 0
}

// Kind names the event.
func (e Whistle) Kind() string { return "whistle." + e.What }

// Task is what happened to a task of joint work; What is its name.
type Task struct {
	TaskID      int64     `json:"task_id"`
	CaseID      int64     `json:"case_id,omitempty"`
	EstateID    int64     `json:"estate_id,omitempty"`
	EstateName  string    `json:"estate_name,omitempty"`
	What        string    `json:"what"`
	OfficeID    int64     `json:"office_id"` // who owes it
	OfficeName  string    `json:"office_name"`
	GivenByID   int64     `json:"given_by_id"`
	GivenByName string    `json:"given_by_name"`
	AboutID     int64     `json:"about_id,omitempty"`
	Due         time.Time `json:"due,omitzero"`
	At          time.Time `json:"at"`
}

// Estate gives the estate of the task.
func (e Task) Estate() int64 { return e.EstateID }

// About gives the organisation complained about, 0 for none.
func (e Task) About() int64 { return e.AboutID }

// OfCase is the complaint behind the task, 0 for none.
func (e Task) OfCase() int64 { return e.CaseID }

// Kind names the event.
func (e Task) Kind() string { return "task." + e.What }

// Mediation is what happened to a mediation; What is its name. What was said stays in the file.
type Mediation struct {
	MediationID int64     `json:"mediation_id"`
	Number      string    `json:"number"`
	EstateID    int64     `json:"estate_id"`
	EstateName  string    `json:"estate_name"`
	What        string    `json:"what"`
	HostID      int64     `json:"host_id"`
	HostName    string    `json:"host_name"`
	PersonIDs   []int64   `json:"person_ids"`        // parties with an account
	OfficeIDs   []int64   `json:"office_ids"`        // parties that are organisations
	NextID      int64     `json:"next_id,omitempty"` // the level above, where it is its turn or may become so
	On          time.Time `json:"on,omitzero"`
	At          time.Time `json:"at"`
}

// Estate gives the estate of the mediation.
func (e Mediation) Estate() int64 { return e.EstateID }

// Asked is the organisation that mediates.
func (e Mediation) Asked() int64 { return e.HostID }

// Kind names the event.
func (e Mediation) Kind() string { return "mediation." + e.What }

// Conference is what happened to a joint conference; What is its name.
type Conference struct {
	ConferenceID int64     `json:"conference_id"`
	Number       string    `json:"number"`
	EstateID     int64     `json:"estate_id,omitempty"`
	What         string    `json:"what"`
	HolderName   string    `json:"holder_name"`
	Place        string    `json:"place"`
	OfficeIDs    []int64   `json:"office_ids"`
	On           time.Time `json:"on,omitzero"`
	At           time.Time `json:"at"`
}

// Estate gives the estate of the conference, 0 for none.
func (e Conference) Estate() int64 { return e.EstateID }

// Kind names the event.
func (e Conference) Kind() string { return "conference." + e.What }

// Residency is what the events of recognition carry.
type Residency struct {
	ApplicationID int64     `json:"application_id"`
	EstateID      int64     `json:"estate_id"`
	EstateName    string    `json:"estate_name"`
	UnitName      string    `json:"unit_name"`
	PersonID      int64     `json:"person_id"`
	At            time.Time `json:"at"`
}

// Estate gives the estate of the home.
func (r Residency) Estate() int64 { return r.EstateID }

type (
	// ResidencyRequested says that somebody asks to be recognised and an officer must look.
	ResidencyRequested struct{ Residency }
	// ResidencyDecided tells the person the outcome.
	ResidencyDecided struct {
		Residency
		Accepted bool   `json:"accepted"`
		Reason   string `json:"reason"`
	}
	// ResidencyBegan says that somebody is recognised in a home, by whatever way.
	ResidencyBegan struct {
		Residency
		OwnerSetID int64 `json:"owner_set_id,omitempty"` // whose home it is, where an owner is recognised
	}
	// ResidencyEnded tells the person that rights in a home have ended.
	ResidencyEnded struct {
		Residency
		Cause string `json:"cause"`
	}
	// AreaContested says that an owner disputes the recorded area.
	AreaContested struct {
		Residency
		ClaimID int64 `json:"claim_id"`
	}
	// AreaDecided tells the owner what became of it.
	AreaDecided struct {
		Residency
		ClaimID  int64  `json:"claim_id"`
		Accepted bool   `json:"accepted"`
		Reason   string `json:"reason"`
	}
)

// Kind names the event.
func (ResidencyRequested) Kind() string { return "residency.requested" }

// Kind names the event.
func (ResidencyDecided) Kind() string { return "residency.decided" }

// Kind names the event.
func (ResidencyBegan) Kind() string { return "residency.began" }

// Kind names the event.
func (ResidencyEnded) Kind() string { return "residency.ended" }

// Kind names the event.
func (AreaContested) Kind() string { return "area.contested" }

// Kind names the event.
func (AreaDecided) Kind() string { return "area.decided" }

var makers = map[string]func() Event{
	"campaign.sent":         func() Event { return &CampaignSent{} },
	"calendar.unknown":      func() Event { return new(CalendarUnknown) },
	"notify.behind":         func() Event { return new(NotifierBehind) },
	"complaint.filed":       func() Event { return new(CaseFiled) },
	"complaint.accepted":    func() Event { return new(CaseAccepted) },
	"complaint.revealed":    func() Event { return new(CaseRevealed) },
	"complaint.transferred": func() Event { return new(CaseTransferred) },
	"complaint.answered":    func() Event { return new(CaseAnswered) },
	"complaint.confirmed":   func() Event { return new(CaseConfirmed) },
	"complaint.returned":    func() Event { return new(CaseReturned) },
	"complaint.review":      func() Event { return new(CaseReview) },
	"disclosure.published":  func() Event { return new(NoticePublished) },
	"residency.requested":   func() Event { return new(ResidencyRequested) },
	"residency.decided":     func() Event { return new(ResidencyDecided) },
	"residency.began":       func() Event { return new(ResidencyBegan) },
	"residency.ended":       func() Event { return new(ResidencyEnded) },
	"area.contested":        func() Event { return new(AreaContested) },
	"area.decided":          func() Event { return new(AreaDecided) },
}

// moves are the actions that CaseMoved tells of.
var moves = []string{"refuse", "refuse_asked", "found_answered", "call_back", "recorded", "restricted", "appealed", "appeal_upheld", "appeal_lifted", "arbitrate_asked", "arbitrate", "redirect", "split", "part", "gather", "merge", "ask", "supply", "plan", "hold", "resume",
	"conclude", "confirm", "lapse", "reopen", "withdraw", "force_close", "urge", "escalate", "remind", "join"}

// whistles and tasks are what happens to joint work.
var (
	whistles = []string{"requested", "recalled", "declined", "blown", "arrived", "refused", "excused", "must_come", "closed", "rated", "late", "soon", "unsigned"}
	tasks    = []string{"given", "done", "late", "soon"}

	conferences = []string{"called", "closed", "cancelled"}

	mediations = []string{"request", "open", "decline", "party", "willing", "unwilling", "session", "minute", "draft", "confirm", "object", "agree", "fail", "raise", "court", "done", "late",
		"performed", "breach", "withdraw", "remove", "unaccepted", "soon"}
)

func init() {
	for _, m := range moves {
		makers["complaint."+m] = func() Event { return &CaseMoved{What: m} }
	}
	for _, m := range whistles {
		makers["whistle."+m] = func() Event { return &Whistle{What: m} }
	}
	for _, m := range conferences {
		makers["conference."+m] = func() Event { return &Conference{What: m} }
	}
	for _, m := range mediations {
		makers["mediation."+m] = func() Event { return &Mediation{What: m} }
	}
	for _, m := range tasks {
		makers["task."+m] = func() Event { return &Task{What: m} }
	}
}

// Kinds lists every kind, for the tests that compare it with the notification plan.
func Kinds() []string {
	kinds := make([]string, 0, len(makers))
	for k := range makers {
		kinds = append(kinds, k)
	}
	return kinds
}

// Decode reads an event of a kind back; the result is a pointer to the event's type. An unknown kind is an error:
// a newer program wrote it.
func Decode(kind string, body []byte) (Event, error) {
	mk, ok := makers[kind]
	if !ok {
		return nil, fmt.Errorf("event: unknown kind %q", kind)
	}
	e := mk()
	if err := json.Unmarshal(body, e); err != nil {
		return nil, fmt.Errorf("event %s: %w", kind, err)
	}
	return e, nil
}
