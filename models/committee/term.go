package committee

import (
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Term is one term (届) of an estate's committee. Running is the estate while it runs.
type Term struct {
	ID           int64 `gorm:"primaryKey"`
	Number       string
	EstateID     int64
	CommitteeID  int64 // the organisation
	Ordinal      int64
	Size         int64     // how many seats there are
	StartsOn     time.Time `gorm:"type:date"`
	EndsOn       time.Time `gorm:"type:date"` // the last day, inclusive
	Basis        string    // the assembly's resolution
	ReportMonths int64
	Rules        string
	Running      *int64
	EndedAt      *time.Time
	RevokedAt    *time.Time // when a court's judgment on the election was recorded
	RevokedFor   string
	Version      int64
	CreatedAt    time.Time
}

// TableName names the table.
func (Term) TableName() string { return "committee_terms" }

// Role is what somebody is in the committee.
type Role string

// The roles.
const (
	Chair     Role = "chair"
	Deputy    Role = "deputy"
	Ordinary  Role = "member"
	Alternate Role = "alternate" // stands by, has no vote
)

// RoleNames are the roles as people read them.
var RoleNames = map[Role]string{Chair: "主任", Deputy: "副主任", Ordinary: "委员", Alternate: "候补委员"}

// Member is who sits in a term, or stands by.
type Member struct {
	ID          int64 `gorm:"primaryKey"`
	TermID      int64
	EstateID    int64
	PersonID    int64 // 0 until they have an account
	PostID      int64
	NameSealed  string
	PhoneSealed string
	PhoneIndex  string
	Role        Role
	Place       int64 // in the order of the election
	Since       time.Time
	SeatingID   int64      // the election by which they came; 0 where the township entered them
	SuspendedAt *time.Time // a court revoked that election, and the township has not decided yet
	LeftAt      *time.Time
	Cause       Cause
	Text        string
	CreatedAt   time.Time
}

// TableName names the table.
func (Member) TableName() string { return "committee_members" }

// Cause is why somebody is no longer a member.
type Cause string

// The causes.
const (
	Resigned     Cause = "resigned"
	Sold         Cause = "sold"         // no longer an owner
	Removed      Cause = "removed"      // by the assembly
	Died         Cause = "died"         //
	Disqualified Cause = "disqualified" // no longer eligible
	TermEnded    Cause = "term"
	Revoked      Cause = "revoked" // a court revoked the election by which they came
)

// CauseNames are the causes as people read them.
var CauseNames = map[Cause]string{Resigned: "辞职", Sold: "不再是本小区业主", Removed: "业主大会罢免", Died: "去世", Disqualified: "不再符合任职条件", TermEnded: "任期届满", Revoked: "选举被法院撤销"}

// ErrTermOver is the refusal to decide after the term's end without a rule that allows it.
var ErrTermOver = fault.New(fault.Closed, "committee.term_over", "本届业委会任期已满，不能再作决定，请尽快换届")

// running finds the term of an estate on which the actor may do the action, locked.
func running(tx *store.Tx, actor org.Actor, action org.Action, estate int64) (*Term, error) {
	e, err := org.EstateFor(tx, actor, action, estate)
	if err != nil {
		return nil, err
	}
	var t Term
	return &t, store.NotFound(tx.ForUpdate().Where("running = ?", e.ID).Take(&t).Error, ErrNoTerm)
}

// seated narrows to members of a term that have a vote: whose election a court revoked has none.
func seated(term int64) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		return q.Where("term_id = ? AND left_at IS NULL AND suspended_at IS NULL AND role <> ?", term, Alternate)
	}
}

// bind finds the accounts of members who were elected under a phone and have signed in since.
func bind(tx *store.Tx, term int64) error {
	var rows []Member
	if err := tx.Where("term_id = ? AND left_at IS NULL AND person_id = 0 AND phone_index <> ''", term).Limit(maxMembers).Find(&rows).Error; err != nil {
		return err
	}
	for _, m := range rows {
		var people []int64
		if err := tx.Model(&org.Person{}).Where("phone_index = ? AND erased_at IS NULL", m.PhoneIndex).Limit(1).Pluck("id", &people).Error; err != nil {
			return err
		}
		if len(people) == 1 {
			if err := tx.Model(&Member{}).Where("id = ? AND person_id = 0", m.ID).Update("person_id", people[0]).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// maxMembers bounds a term with everybody who ever stood by.
const maxMembers = 60

func sitting(tx *store.Tx, term int64) ([]Member, error) {
	var rows []Member
	return rows, tx.Scopes(seated(term)).Order("place, id").Limit(maxMembers).Find(&rows).Error
}

// me finds the actor among the members who sit: by account, or by the phone under which they were elected, whose account it
// then is.
func (s *Service) me(tx *store.Tx, actor org.Actor, term int64) (*Member, error) {
	var m Member
	err := tx.Scopes(seated(term)).Where("person_id = ?", actor.PersonID).Limit(1).Find(&m).Error
	if err != nil || m.ID != 0 {
		return &m, err
	}
	var phones []string
	if err := tx.Model(&org.Person{}).Where("id = ? AND phone_index <> ''", actor.PersonID).Pluck("phone_index", &phones).Error; err != nil {
		return nil, err
	}
	if len(phones) == 0 {
		return nil, notSitting(tx, actor, term)
	}
	if err := tx.Scopes(seated(term)).Where("person_id = 0 AND phone_index = ?", phones[0]).Limit(1).Find(&m).Error; err != nil {
		return nil, err
	}
	if m.ID == 0 {
		return nil, notSitting(tx, actor, term)
	}
	m.PersonID = actor.PersonID
	return &m, tx.Model(&Member{}).Where("id = ? AND person_id = 0", m.ID).Update("person_id", m.PersonID).Error
}

// notSitting tells whoever is suspended why they may not act.
func notSitting(tx *store.Tx, actor org.Actor, term int64) error {
	var n int64
	err := tx.Model(&Member{}).Where("term_id = ? AND person_id = ? AND left_at IS NULL AND suspended_at IS NOT NULL", term, actor.PersonID).Count(&n).Error
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrNotMember
	}
	return ErrNotMember.Saying("您当选的那次选举被法院撤销，在乡镇（办事处）决定以前暂停履职")
}

// within finds a row of an estate on which the actor may do the action, locked; somebody else's is not found.
func within[T any](tx *store.Tx, actor org.Actor, action org.Action, id int64) (*T, error) {
	return find[T](tx.ForUpdate(), actor, action, id)
}

// seen is within for those who only read.
func seen[T any](tx *store.Tx, actor org.Actor, action org.Action, id int64) (*T, error) {
	return find[T](tx.DB, actor, action, id)
}

func find[T any](q *gorm.DB, actor org.Actor, action org.Action, id int64) (*T, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	row := new(T)
	err := q.Scopes(actor.Within(action, "estate_id")).Where("id = ?", id).Take(row).Error
	return row, store.NotFound(err, ErrNotFound)
}

// seat is within for those who sit in the term that now runs.
func seat[T any](s *Service, tx *store.Tx, actor org.Actor, id int64, estate func(*T) int64) (*T, *Term, *Member, error) {
	row, err := within[T](tx, actor, org.ActCommittee, id)
	if err != nil {
		return nil, nil, nil, err
	}
	t, err := running(tx, actor, org.ActCommittee, estate(row))
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := s.me(tx, actor, t.ID)
	return row, t, m, err
}

// over reports whether the term's last day has passed.
func (t *Term) over(now time.Time) bool { return org.DayOf(now).After(t.EndsOn) }
