package event

// Deed is something that messages ask people for, done: by a person, or by the owners of a seat together.
type Deed struct {
	SubjectKind string // what it was about, as campaigns name it
	SubjectID   int64
	PersonID    int64
	OwnerSetIDs []int64
}

// Doing is an event by which somebody has done what messages may have asked for. Their reminders end with it.
type Doing interface {
	Event
	Deed() Deed
}

// The subjects of deeds, by estate.
const (
	Recognition = "recognition" // to be recognised as owner or resident
	AreaCheck   = "area_check"  // to look at the recorded area
)

// Deed is that the person, and with an owner the seat, is recognised in the estate.
func (e ResidencyBegan) Deed() Deed {
	return Deed{SubjectKind: Recognition, SubjectID: e.EstateID, PersonID: e.PersonID, OwnerSetIDs: sets(e.OwnerSetID)}
}

// Deed is that the owner has looked at the area, and disputes it.
func (e AreaContested) Deed() Deed {
	return Deed{SubjectKind: AreaCheck, SubjectID: e.EstateID, PersonID: e.PersonID}
}

func sets(id int64) []int64 {
	if id == 0 {
		return nil
	}
	return []int64{id}
}
