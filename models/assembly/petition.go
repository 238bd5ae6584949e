package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Petition is how owners oblige the committee to call an extraordinary meeting (regulation art. 13). The figures are those with which
// it came to oblige; before that everything is counted anew.
type Petition struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	Title       string
	Text        string
	Wanted      string // []Wanted as JSON
	State       PetitionState
	PersonID    int64 // who opened it
	CheckedAt   *time.Time
	ReachedAt   *time.Time
	Heads       int64
	AreaMilli   area.Milli
	ScopeHeads  int64
	ScopeMilli  area.Milli
	Share       string // the threshold and how it was measured
	Measure     string
	Pack        string
	DueAt       *time.Time // until when the committee has to give notice of the meeting; NULL while the term is unset
	RemindAt    *time.Time
	OverdueAt   *time.Time // when it was told that nothing came
	WithdrawnAt *time.Time
	ClientRef   string
	InputHash   string
	CreatedAt   time.Time
}

// PetitionState is where a petition stands. Whether a meeting answers it is asked of the meetings.
type PetitionState string

// The states of a petition.
const (
	Signing   PetitionState = "signing"
	Reached   PetitionState = "reached" // it obliges the committee, and stays so
	Withdrawn PetitionState = "withdrawn"
)

// PetitionNames are the states as people read them.
var PetitionNames = map[PetitionState]string{Signing: "联名中", Reached: "已够数，业委会应当召集", Withdrawn: "发起人已撤回"}

// Wanted is a motion that a petition asks for. Its matter of art. 278 is chosen by the convener and confirmed by a second person.
type Wanted struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Signature is an owner set behind a petition.
type Signature struct {
	ID          int64 `gorm:"primaryKey"`
	PetitionID  int64
	EstateID    int64
	OwnerSetID  int64
	PersonID    int64
	SignedAt    time.Time
	WithdrawnAt *time.Time
}

// TableName names the table.
func (Signature) TableName() string { return "petition_signatures" }

// Faults of petitions.
var (
	ErrNoPetition = fault.New(fault.NotFound, "petition.not_found", "没有找到这件联名提议")
	ErrPetition   = fault.New(fault.Conflict, "petition.state", "这件联名提议目前不能办理这一步，请刷新后再看")
	ErrNoVote     = fault.New(fault.Forbidden, "petition.no_vote", "您在这个小区没有可以代表的表决权；刚买房、继承或受委托的，请先办理业主认证或证明材料审核")
)

// NewPetition is a petition as an owner opens it.
type NewPetition struct {
	EstateID  int64
	Title     string
	Text      string
	Wanted    []Wanted
	ClientRef string
	InputHash string
}

func (p *NewPetition) check() error {
	var c fault.Checks
	checkText(&c, "title", &p.Title, 4, 60, "请填写提议的名称（4至60个字）")
	checkText(&c, "text", &p.Text, 10, 2000, "请写明为什么要开会（10至2000个字），请不要写个人的电话和姓名")
	c.Check(len(p.Wanted) > 0 && len(p.Wanted) <= 10, "motions", "请写1至10个要求表决的议题")
	for i := range p.Wanted {
		path := fmt.Sprintf("motions[%d].", i)
		checkText(&c, path+"title", &p.Wanted[i].Title, 4, 60, "请填写议题名称（4至60个字）")
		checkText(&c, path+"body", &p.Wanted[i].Body, 4, 2000, "请写明要表决的内容（4至2000个字）")
	}
	checkRef(&c, p.ClientRef)
	return c.Err()
}

// maxPetitions bounds how many of one person are being signed in an estate.
const maxPetitions = 3

// Petition opens a petition, with the signature of whoever opens it for each of their owner sets.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrNoVote, ErrRefReused, fault.ErrInvalid, fault.ErrLimited.
func (s *Service) Petition(ctx context.Context, actor org.Actor, in NewPetition) (*Petition, error) {
	if err := actor.Must(org.JoinMeeting); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	said := []string{in.Title, in.Text}
	for _, w := range in.Wanted {
		said = append(said, w.Title, w.Body)
	}
	clean := s.clean(ctx, actor, said...)
	var p *Petition
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		p, err = earlier(tx, "person_id", actor.PersonID, in.ClientRef, in.InputHash, func(p *Petition) string { return p.InputHash })
		if err != nil || p != nil {
			return err
		}
		e, err := estateFor(tx, actor, org.JoinMeeting, in.EstateID)
		if err != nil {
			return err
		}
		if p, err = s.insertPetition(tx, actor, e, in); err != nil {
			return err
		}
		if err := hold(tx, clean, "petition", p.ID, p.EstateID); err != nil {
			return err
		}
		return s.sign(tx, actor, p)
	})
	if err != nil {
		return nil, fmt.Errorf("open petition: %w", err)
	}
	return p, nil
}

func (s *Service) insertPetition(tx *store.Tx, actor org.Actor, e *org.Estate, in NewPetition) (*Petition, error) {
	var open int64
	if err := tx.Model(&Petition{}).Where("estate_id = ? AND person_id = ? AND state = ?", e.ID, actor.PersonID, Signing).Count(&open).Error; err != nil {
		return nil, err
	}
	if open >= maxPetitions {
		return nil, ErrPetition.Saying(fmt.Sprintf("您已有%d件提议正在联名，请先等它们有结果，或撤回不再需要的", open))
	}
	wanted, err := json.Marshal(in.Wanted)
	if err != nil {
		return nil, err
	}
	p := &Petition{EstateID: e.ID, Title: in.Title, Text: in.Text, Wanted: string(wanted), State: Signing, PersonID: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
	if p.Number, err = store.NextNumber(tx, "L"); err != nil {
		return nil, err
	}
	if err := tx.Create(p).Error; err != nil {
		return nil, store.Raced(err)
	}
	return p, record(tx, actor, "petition", p.ID, e.ID, "open", map[string]any{"number": p.Number})
}

// petitionFor finds a petition on whose estate the actor may do the action; it is locked.
func petitionFor(tx *store.Tx, actor org.Actor, action org.Action, id int64) (*Petition, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var p Petition
	err := tx.ForUpdate().Scopes(reach(tx, actor, action, "petitions.estate_id")).Where("id = ?", id).Take(&p).Error
	return &p, store.NotFound(err, ErrNoPetition)
}

// Withdraw takes a petition back, by whoever opened it, while it does not oblige yet.
// Faults: ErrForbidden, ErrNoPetition, ErrPetition.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := petitionFor(tx, actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		if p.PersonID != actor.PersonID || p.State != Signing {
			return ErrPetition.Saying("只有发起人可以在够数之前撤回提议")
		}
		if err := tx.Model(&Petition{}).Where("id = ?", p.ID).Updates(map[string]any{"state": Withdrawn, "withdrawn_at": tx.Now}).Error; err != nil {
			return err
		}
		return record(tx, actor, "petition", p.ID, p.EstateID, "withdraw", nil)
	})
	if err != nil {
		return fmt.Errorf("withdraw petition: %w", err)
	}
	return nil
}
