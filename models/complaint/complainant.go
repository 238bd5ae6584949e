package complaint

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/store"
)

// Standing is what a complainant has said of the answer.
type Standing string

// The standings.
const (
	Undecided Standing = "open"
	Content   Standing = "confirmed"
	Not       Standing = "returned" // the case is worked on again; the next answer asks anew
	Silent    Standing = "silent"   // no answer in time, which is not satisfied
	Gone      Standing = "withdrawn"
	Next      Standing = "next" // joined after the answer: rates it, and decides about the next one
)

// Cover is how much of a complainant's identity the offices may reach.
type Cover string

// The covers. Whatever the cover, a name never stands on a list or a sheet.
const (
	Plain     Cover = ""          // the lead may look, with a reason that the complainant reads
	Sealed    Cover = "sealed"    // not the estate's company or committee, even if it leads
	Anonymous Cover = "anonymous" // nobody: nothing is kept
)

// Opinion is one answer to a question of the rating.
type Opinion string

// The opinions; the empty one is no answer.
const (
	Yes    Opinion = "yes"
	Partly Opinion = "partly"
	No     Opinion = "no"
)

// Complainant is somebody's receipt: the right to be told, to confirm or return, and to rate.
type Complainant struct {
	ID             int64 `gorm:"primaryKey"`
	CaseID         int64 // the case in which the rights are exercised
	FiledID        int64 // the case that was filed or joined; differs after a merge
	Receipt        string
	Source         Source
	PersonID       int64 // 0 for somebody without an account
	OrganisationID int64 // of a patrol
	FiledBy        int64 // the person who typed it in
	FiledPost      int64 // and their post, when that was somebody else
	OpenID         string
	NameSealed     string
	PhoneSealed    string
	PhoneIndex     string
	Hidden         Cover
	Text           string // own words of somebody who joined
	State          Standing
	Returns        int
	UrgedAt        *time.Time
	Response       Opinion
	Solved         Opinion
	Satisfied      Opinion
	Comment        string
	RatedVia       string // self, call, counter, phone
	RatedAt        *time.Time
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
}

// TableName names the table.
func (Complainant) TableName() string { return "case_complainants" }

// maxPeople bounds the receipts of a case.
const maxPeople = 500

// peopleOf lists the accounts behind a case's receipts, whom its events tell. A part has none of its own: its number and
// its turns are the offices' matter.
func peopleOf(tx *store.Tx, c *Case) ([]int64, error) {
	var ids []int64
	if c.ParentID != 0 {
		return nil, nil
	}
	err := tx.Model(&Complainant{}).Where("case_id = ? AND person_id <> 0 AND state <> ?", c.ID, Gone).
		Distinct().Order("person_id").Limit(2*maxPeople).Pluck("person_id", &ids).Error
	return ids, err
}

// root is the case whose complainants are asked: a part has those of the whole.
func (c *Case) root() int64 {
	if c.ParentID != 0 {
		return c.ParentID
	}
	return c.ID
}

// ownOf narrows receipts to those of one person in a case, first the one of the case that they filed or joined: whoever
// filed two that were merged has two receipts, and decides under each. One that was withdrawn stands last.
func ownOf(person, caseID int64) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		return q.Where("person_id = ? AND (case_id = ? OR filed_id = ?)", person, caseID, caseID).
			Order(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN state = ? THEN 1 ELSE 0 END, CASE WHEN filed_id = ? THEN 0 ELSE 1 END, id", Vars: []any{Gone, caseID}}})
	}
}

// Erase takes out of the complaints what leads to a person: their account, and what neighbours could read. The case
// itself stays with the offices that handled it.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	if err := dropDraft(tx, person); err != nil {
		return err
	}
	if err := tx.Model(&Restriction{}).Where("person_id = ?", person).Updates(map[string]any{"phone_index": "", "live": nil}).Error; err != nil {
		return err
	}
	own := tx.Model(&Complainant{}).Select("receipt").Where("person_id = ?", person)
	if err := tx.Model(&Case{}).Where("number IN (?)", own).Update("visibility", Private).Error; err != nil {
		return err
	}
	return tx.Model(&Complainant{}).Where("person_id = ?", person).Updates(map[string]any{"open_id": "", "name_sealed": "", "phone_sealed": "", "phone_index": ""}).Error
}
