package event

import "time"

// Assembly is what every event of a meeting of owners carries. It never carries a choice.
type Assembly struct {
	MeetingID  int64     `json:"meeting_id"`
	Number     string    `json:"number"`
	EstateID   int64     `json:"estate_id"`
	EstateName string    `json:"estate_name"`
	Title      string    `json:"title"`
	ConvenerID int64     `json:"convener_id"` // the organisation
	Due        time.Time `json:"due,omitzero"`
	At         time.Time `json:"at"`
}

// Estate gives the estate of the meeting.
func (a Assembly) Estate() int64 { return a.EstateID }

// Meeting gives what every event of a meeting carries.
func (a Assembly) Meeting() Assembly { return a }

// AssemblySubject is how campaigns name a meeting.
const AssemblySubject = "assembly"

type (
	// MeetingCalled invites the community to a meeting.
	MeetingCalled struct {
		Assembly
		CommunityID int64 `json:"community_id"`
	}
	// MeetingMoved tells the owners of the scope how far a meeting is; What is its name. Warning is what its notice says of silence.
	MeetingMoved struct {
		Assembly
		What    string `json:"what"`
		Warning string `json:"warning,omitempty"`
		Scope
	}
	// BallotsCast says which seats have voted, never what.
	BallotsCast struct {
		Assembly
		OwnerSetIDs []int64 `json:"owner_set_ids"`
	}
	// SeatTold tells people what happened to the ballot of their seat, or to what they said of one; What is its name. No choice is in it.
	// A negative person is an owner of the roster without an account, whom a phone alone reaches.
	SeatTold struct {
		Assembly
		What      string  `json:"what"`
		PersonIDs []int64 `json:"person_ids"`
	}
	// StepDue tells the convener of the next step after the close before its term ends, and those above once it has passed; What is its
	// name: count_soon, count_overdue, docket_soon and the like.
	StepDue struct {
		Assembly
		What string `json:"what"`
	}
	// ResultContested tells the convener that somebody objects: it has to be answered before the end.
	ResultContested struct{ Assembly }
)

// Kind names the event.
func (MeetingCalled) Kind() string { return "meeting.called" }

// Kind names the event.
func (e MeetingMoved) Kind() string { return "meeting." + e.What }

// Affects gives the owners of the scope.
func (e MeetingMoved) Affects() (Scope, bool) { return e.Scope, true }

// Kind names the event.
func (BallotsCast) Kind() string { return "ballot.cast" }

// Kind names the event.
func (e SeatTold) Kind() string { return "ballot." + e.What }

// Kind names the event.
func (ResultContested) Kind() string { return "meeting.contested" }

// Kind names the event.
func (e StepDue) Kind() string { return "meeting." + e.What }

// Asked is who has to take the step.
func (e StepDue) Asked() int64 { return e.ConvenerID }

// Priority of a term that runs out.
func (StepDue) Priority() Priority { return Urgent }

// Asked is who has to answer.
func (e ResultContested) Asked() int64 { return e.ConvenerID }

// Deed is that the seats have voted.
func (e BallotsCast) Deed() Deed {
	return Deed{SubjectKind: AssemblySubject, SubjectID: e.MeetingID, OwnerSetIDs: e.OwnerSetIDs}
}

// meetings are what MeetingMoved tells of.
var meetings = []string{"posted", "frozen", "noticed", "extended", "cancelled", "closed", "provisional", "lots", "drawn", "certified", "revoked"}

// stepsDue are what StepDue tells of.
var stepsDue = []string{"count_soon", "count_overdue", "docket_soon", "certify_soon", "certify_overdue", "disclose_soon", "disclose_overdue"}

// seatNews are what SeatTold tells of: another owner voted, a paper form of the seat is in the box, somebody may vote by an
// authorisation, an objection is answered, a ballot is set aside, they stand on the list of who owes fees, what became of that.
var seatNews = []string{"shared", "paper", "proxy", "answered", "aside", "debtor", "debtor_answered"}

func init() {
	makers["meeting.called"] = func() Event { return &MeetingCalled{} }
	makers["ballot.cast"] = func() Event { return &BallotsCast{} }
	makers["meeting.contested"] = func() Event { return &ResultContested{} }
	for _, m := range seatNews {
		makers["ballot."+m] = func() Event { return &SeatTold{What: m} }
	}
	for _, m := range stepsDue {
		makers["meeting."+m] = func() Event { return &StepDue{What: m} }
	}
	for _, m := range meetings {
		makers["meeting."+m] = func() Event { return &MeetingMoved{What: m} }
	}
}
