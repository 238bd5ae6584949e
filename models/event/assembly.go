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
	// MeetingMoved tells the owners of the scope how far a meeting is; What is its name.
	MeetingMoved struct {
		Assembly
		What string `json:"what"`
		Scope
	}
	// BallotsCast says which seats have voted, never what.
	BallotsCast struct {
		Assembly
		OwnerSetIDs []int64 `json:"owner_set_ids"`
	}
	// SharedSeatVoted tells the other owners of a seat that one of them has voted for it.
	SharedSeatVoted struct {
		Assembly
		PersonIDs []int64 `json:"person_ids"`
	}
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
func (SharedSeatVoted) Kind() string { return "ballot.shared" }

// Deed is that the seats have voted.
func (e BallotsCast) Deed() Deed {
	return Deed{SubjectKind: AssemblySubject, SubjectID: e.MeetingID, OwnerSetIDs: e.OwnerSetIDs}
}

// meetings are what MeetingMoved tells of.
var meetings = []string{"posted", "frozen", "noticed", "extended", "cancelled", "closed", "provisional", "certified", "revoked"}

func init() {
	makers["meeting.called"] = func() Event { return &MeetingCalled{} }
	makers["ballot.cast"] = func() Event { return &BallotsCast{} }
	makers["ballot.shared"] = func() Event { return &SharedSeatVoted{} }
	for _, m := range meetings {
		makers["meeting."+m] = func() Event { return &MeetingMoved{What: m} }
	}
}
