package complaint

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Steps that other work on a case leaves in its timeline.
const (
	WhistleAsked   Action = "whistle_asked"
	Whistle        Action = "whistle" // offices are called to the place
	WhistleRefused Action = "whistle_refused"
	WhistleClosed  Action = "whistle_closed"
	CheckIn        Action = "check_in"
	Mediate        Action = "mediate"
	Confer         Action = "confer" // a joint conference spoke of it
)

func init() {
	ActionNames[WhistleAsked], ActionNames[WhistleRefused], ActionNames[WhistleClosed] = "申请吹哨", "拒绝报到", "销哨"
	ActionNames[Whistle], ActionNames[CheckIn], ActionNames[Mediate], ActionNames[Confer] = "吹哨", "报到", "调解", "联席会议"
}

// Seen finds a case that an office may see. Faults: ErrForbidden, ErrNotFound.
func Seen(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	var c Case
	if err := tx.Scopes(visible(actor)).Where("cases.id = ?", id).Take(&c).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &c, nil
}

// Involve makes an office a party that helps with a case. The body complained about, those below it, and offices that
// have nothing to do with the estate are refused.
// Faults: ErrAboutParty, org.ErrOrganisationNotFound.
func (s *Service) Involve(tx *store.Tx, c *Case, organisation int64) error {
	t := &turn{Service: s, tx: tx, c: c}
	if err := t.mayTake(organisation); err != nil {
		return err
	}
	if err := addRole(tx, c.ID, organisation, "joint"); err != nil {
		return err
	}
	return c.seat(tx)
}

// Record adds a step to a case's timeline that changes nothing else; to the one that it was merged into, if it was.
// Everybody who reads the case reads it.
func (s *Service) Record(tx *store.Tx, actor audit.Actor, caseID int64, what Action, to int64, text string) error {
	var c Case
	if err := tx.ForUpdate().Where("id = ?", caseID).Take(&c).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	for range maxMerges {
		if c.MergedID == 0 {
			break
		}
		into := c.MergedID
		c = Case{}
		if err := tx.ForUpdate().Where("id = ?", into).Take(&c).Error; err != nil {
			return err
		}
	}
	t := &turn{Service: s, tx: tx, actor: actor, c: &c, from: c.State, step: &Step{CaseID: c.ID, Kind: what, ToID: to, Text: text, Public: true}}
	return t.store(what)
}

// Concerned reports whether an organisation cannot judge another one: it is the same body, or stands below it.
func Concerned(judge, party *org.Organisation) bool {
	return judge.ID == party.ID || (judge.Kind != party.Kind && routing.Concerned(reference(judge), reference(party)))
}

// AnswersFor refuses an organisation that has nothing to do with an estate. Fault: org.ErrOrganisationNotFound.
func AnswersFor(tx *store.Tx, o *org.Organisation, estateID int64) error {
	return answersFor(tx, o, estateID)
}

// Concerns refuses a case that the actor neither made nor sees, or of another estate.
// Fault: ErrNotFound.
func Concerns(tx *store.Tx, actor org.Actor, caseID, estateID int64) error {
	var c Case
	q := tx.Where("cases.id = ? AND cases.estate_id = ?", caseID, estateID)
	if actor.Post == nil {
		// By the number under which they filed or joined it, too: after a merger they know no other.
		own := func(column string) *gorm.DB {
			return tx.Model(&Complainant{}).Select(column).Where("person_id = ? AND state <> ?", actor.PersonID, Gone)
		}
		q = q.Where("(cases.id IN (?) OR cases.id IN (?))", own("case_id"), own("filed_id"))
	} else {
		q = q.Scopes(visible(actor))
	}
	return store.NotFound(q.Take(&c).Error, ErrNotFound)
}
