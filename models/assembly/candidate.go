package assembly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Candidate is an owner who stands for the committee. The name is public by the consent that is recorded with the nomination.
type Candidate struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	OwnerSetID  int64
	OwnerID     int64 // org.Owner
	PersonID    int64 // 0 for an owner without an account
	NameSealed  string
	Profile     string
	Nominated   Nominated
	NominatorID int64
	ConsentAt   *time.Time
	ConsentFor  string // how it was given, where an officer recorded it
	State       CandidateState
	Checks      string // []Checked as JSON
	Refusal     string // the condition that does not hold
	Reason      string
	CheckedBy   int64
	CheckedAt   *time.Time
	Slot        *string // c1, c2, …: the key on the ballot, given with the final list
	ClientRef   string
	InputHash   string
	At          time.Time
}

// Nominated is by whom a candidate was put forward (guiding rules art. 14).
type Nominated string

// The ways into the list.
const (
	BySelf       Nominated = "self"
	ByOwners     Nominated = "owners"
	FromTownship Nominated = "township"
	FromCommune  Nominated = "community"
)

// NominatedNames are the ways as people read them.
var NominatedNames = map[Nominated]string{BySelf: "自荐", ByOwners: "业主联名推荐", FromTownship: "乡镇（办事处）推荐", FromCommune: "社区居委会推荐"}

// CandidateState is where a candidacy stands.
type CandidateState string

// The states of a candidacy.
const (
	Proposed  CandidateState = "proposed"  // waits for the candidate's own consent
	Nominee   CandidateState = "nominated" // to be checked
	Eligible  CandidateState = "eligible"
	Refused   CandidateState = "refused"
	StoodDown CandidateState = "withdrawn"
)

// CandidateNames are the states as people read them.
var CandidateNames = map[CandidateState]string{Proposed: "待本人同意", Nominee: "待资格审查", Eligible: "资格审查通过", Refused: "不符合条件", StoodDown: "本人退出"}

// Backer is an owner set behind a nomination by owners.
type Backer struct {
	ID          int64 `gorm:"primaryKey"`
	CandidateID int64
	OwnerSetID  int64
	PersonID    int64
	At          time.Time
}

// TableName names the table.
func (Backer) TableName() string { return "candidate_backers" }

// Faults of candidacies.
var (
	ErrNoCandidate = fault.New(fault.NotFound, "candidate.not_found", "没有找到这位候选人")
	ErrCandidate   = fault.New(fault.Conflict, "candidate.state", "目前不能办理这一步，请刷新后再看")
	ErrNoOwner     = fault.New(fault.NotFound, "candidate.no_owner", "没有找到这位业主，请核对房屋和姓名")
)

// preparing reports whether the agenda may still change.
func (m *Meeting) preparing() bool { return m.State == Draft || m.State == Posted || m.State == Frozen }

// NewCandidate is a nomination.
type NewCandidate struct {
	MeetingID int64
	UnitID    int64
	Name      string // of the owner, where somebody else is nominated
	Profile   string
	Consent   bool // of whoever nominates themself: to stand, and that the name is published
	ClientRef string
	InputHash string
}

// Nominate puts an owner forward: themself, by owners, or by the township or the community. Somebody else stands only once they have agreed.
// Faults: ErrForbidden, ErrNotFound, ErrCandidate, ErrNoOwner, ErrNoVote, ErrRefReused, fault.ErrInvalid.
func (s *Service) Nominate(ctx context.Context, actor org.Actor, in NewCandidate) (*Candidate, error) {
	action := org.ConveneMeeting
	if actor.Post == nil {
		action = org.JoinMeeting
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var c fault.Checks
	checkText(&c, "name", &in.Name, 0, 20, "姓名不超过20个字")
	checkText(&c, "profile", &in.Profile, 4, 1000, "请介绍基本情况和打算（4至1000个字），请不要写身份证号和电话")
	c.Check(in.UnitID > 0, "unit_id", "请选择房屋")
	checkRef(&c, in.ClientRef)
	if err := c.Err(); err != nil {
		return nil, err
	}
	clean := s.clean(ctx, actor, in.Profile)
	var x *Candidate
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		x, err = earlier(tx, "nominator_id", actor.PersonID, in.ClientRef, in.InputHash, func(c *Candidate) string { return c.InputHash })
		if err != nil || x != nil {
			return err
		}
		m, err := meetingFor(tx, tx.ForUpdate(), actor, action, in.MeetingID)
		if err != nil {
			return err
		}
		if actor.Post != nil && actor.Post.OrgKind != org.Township && actor.Post.OrgKind != org.Community {
			return ErrCandidate.Saying("候选人由业主自荐、业主联名，或由社区居委会、乡镇（办事处）推荐；业委会不推荐候选人")
		}
		if !m.preparing() {
			return ErrCandidate.Saying("会议现在是“" + StateNames[m.State] + "”，不再接受候选人")
		}
		if x, err = s.insertCandidate(tx, actor, m, in); err != nil {
			return err
		}
		return hold(tx, clean, "candidate", x.ID, x.EstateID)
	})
	if err != nil {
		return nil, fmt.Errorf("nominate candidate: %w", err)
	}
	return x, nil
}

func (s *Service) insertCandidate(tx *store.Tx, actor org.Actor, m *Meeting, in NewCandidate) (*Candidate, error) {
	o, name, err := s.nominee(tx, actor, m, in)
	if err != nil {
		return nil, err
	}
	x := &Candidate{MeetingID: m.ID, EstateID: m.EstateID, OwnerSetID: o.OwnerSetID, OwnerID: o.ID, PersonID: o.PersonID, NameSealed: s.o.Vault.Seal(name, "candidates.name"), Profile: in.Profile, Checks: "[]",
		State: Proposed, Nominated: ByOwners, NominatorID: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
	switch {
	case actor.Post != nil && actor.Post.OrgKind == org.Township:
		x.Nominated = FromTownship
	case actor.Post != nil:
		x.Nominated = FromCommune
	case in.Name == "":
		if !in.Consent {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "consent", Reason: "自荐要同意参选，并同意向全体业主公布姓名和介绍"})
		}
		x.Nominated, x.State, x.ConsentAt = BySelf, Nominee, &tx.Now
	}
	var had int64
	if err := tx.Model(&Candidate{}).Where("meeting_id = ? AND owner_id = ?", m.ID, o.ID).Count(&had).Error; err != nil {
		return nil, err
	}
	if had > 0 {
		return nil, ErrCandidate.Saying("这位业主已经被提名；联名推荐的，请在候选人页面附议")
	}
	if err := tx.Create(x).Error; err != nil {
		return nil, store.Raced(err)
	}
	if x.Nominated == ByOwners {
		if err := back(tx, actor, x); err != nil {
			return nil, err
		}
	}
	if err := record(tx, actor, "candidate", x.ID, x.EstateID, "nominate", map[string]any{"meeting": m.ID, "by": x.Nominated}); err != nil {
		return nil, err
	}
	if x.ConsentAt != nil || x.PersonID == 0 {
		return x, nil
	}
	return x, x.tell(tx, m, "candidate_proposed", "")
}

// nominee finds the owner whom a nomination means: the actor's own entry in the roster, or by home and name somebody else's.
func (s *Service) nominee(tx *store.Tx, actor org.Actor, m *Meeting, in NewCandidate) (*org.Owner, string, error) {
	var owners []org.Owner
	err := tx.Table("owners o").Select("o.*").Joins("JOIN ownerships w ON w.owner_set_id = o.owner_set_id").
		Where("w.current_unit = ? AND w.estate_id = ?", in.UnitID, m.EstateID).Order("o.position").Limit(50).Scan(&owners).Error
	if err != nil {
		return nil, "", err
	}
	home, _ := actor.HomeIn(org.JoinMeeting, in.UnitID)
	for i := range owners {
		o := &owners[i]
		name, err := s.o.Vault.Open(o.NameSealed, "owners.name")
		if err != nil {
			return nil, "", err
		}
		self := actor.Post == nil && in.Name == "" && (o.PersonID == actor.PersonID || (home.OwnerID != 0 && o.ID == home.OwnerID))
		if self {
			o.PersonID = actor.PersonID
		}
		if self || (in.Name != "" && name == in.Name) {
			return o, name, nil
		}
	}
	return nil, "", ErrNoOwner
}

func (x *Candidate) tell(tx *store.Tx, m *Meeting, what, reason string) error {
	return announce(tx, event.Preparing{What: what, SubjectID: x.ID, Number: m.Number, EstateID: x.EstateID, PersonIDs: []int64{x.PersonID}, Reason: reason})
}

// candidateFor finds a candidate and the meeting, on which the actor may do the action.
func candidateFor(tx *store.Tx, q *gorm.DB, actor org.Actor, action org.Action, id int64) (*Candidate, *Meeting, error) {
	var x Candidate
	if err := q.Where("id = ?", id).Take(&x).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoCandidate)
	}
	m, err := meetingFor(tx, tx.DB, actor, action, x.MeetingID)
	if errors.Is(err, ErrNotFound) {
		err = ErrNoCandidate
	}
	return &x, m, err
}

// checked reads what was found on each condition.
func (x *Candidate) checked() (list []Checked, err error) {
	err = json.Unmarshal([]byte(x.Checks), &list)
	return list, err
}
