package event

import "time"

// FeeBilled tells the people of a unit what it is charged. It goes to them alone, and says what is always shown beside a fee: how the
// amount came about, and whom to ask.
type FeeBilled struct {
	BillID     int64     `json:"bill_id"`
	EstateID   int64     `json:"estate_id"`
	EstateName string    `json:"estate_name"`
	UnitName   string    `json:"unit_name"`
	Title      string    `json:"title"`   // what is charged for, and which months
	Charge     string    `json:"charge"`  // how much, what of it is left to be paid and until when
	Formula    string    `json:"formula"` // how it came about, as the bill words it
	Hotline    string    `json:"hotline"`
	PersonIDs  []int64   `json:"person_ids"`
	At         time.Time `json:"at"`
}

// Kind names the event.
func (FeeBilled) Kind() string { return "fee.billed" }

// Estate gives the estate of the unit.
func (e FeeBilled) Estate() int64 { return e.EstateID }

func init() { makers["fee.billed"] = func() Event { return &FeeBilled{} } }
