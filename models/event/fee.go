package event

import "time"

// Fee is what happened about what a unit owes; What is its name. It holds no amount and no unit: what it is about is read behind the
// sign-in.
type Fee struct {
	SubjectKind string    `json:"subject_kind"` // fee_letter, fee_pause, committee_collection, pay_order
	SubjectID   int64     `json:"subject_id"`
	EstateID    int64     `json:"estate_id"`
	EstateName  string    `json:"estate_name"`
	What        string    `json:"what"`
	PersonIDs   []int64   `json:"person_ids,omitempty"` // the unit's own people, or who asked
	CompanyID   int64     `json:"company_id,omitempty"` // who is told what became of it
	Due         time.Time `json:"due,omitzero"`
	At          time.Time `json:"at"`
}

// Estate gives the estate of the fee.
func (e Fee) Estate() int64 { return e.EstateID }

// Asked is the company that is told, 0 for none.
func (e Fee) Asked() int64 { return e.CompanyID }

// Kind names the event.
func (e Fee) Kind() string { return "fee." + e.What }

// fees are what happens about what a unit owes.
var fees = []string{"reminded", "demanded", "pause_asked", "pause_granted", "pause_refused", "committee_asked", "collections_given", "pay_doubt"}

func init() {
	for _, m := range fees {
		makers["fee."+m] = func() Event { return &Fee{What: m} }
	}
}
