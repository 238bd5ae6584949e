package assembly

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Credential is a document that gives somebody the right to vote for an owner set beside the owners that the roster names: an heir, an owner
// by judgment (SPC interpretation art. 1), a guardian, who acts for a legal person, or whom co-owners chose (guiding rules art. 25).
type Credential struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	EstateID   int64
	UnitID     int64
	OwnerSetID int64
	Kind       CredentialKind
	PersonID   int64  // who may vote
	Words      string // which document
	ValidFrom  time.Time
	ValidUntil *time.Time
	State      CredentialState
	EnteredBy  int64 // the person themself, or an officer
	ReviewedBy int64
	ReviewedAt *time.Time
	Reason     string
	EndedBy    int64
	EndedAt    *time.Time
	ClientRef  string
	InputHash  string
	At         time.Time
}

// CredentialKind is what a document proves.
type CredentialKind string

// The kinds of documents.
const (
	Heir           CredentialKind = "heir"
	ByJudgment     CredentialKind = "judgment"
	Guardian       CredentialKind = "guardian"
	Agent          CredentialKind = "agent"          // of a legal person
	ForDeveloper   CredentialKind = "developer"      // for the developer's whole seat
	Representative CredentialKind = "representative" // of co-owners
)

// CredentialNames are the kinds as people read them.
var CredentialNames = map[CredentialKind]string{Heir: "继承人（还没有办理过户）", ByJudgment: "法院判决、仲裁确定的业主", Guardian: "监护人", Agent: "单位业主的代表",
	ForDeveloper: "建设单位的代表（为建设单位全部未售、未交付的房屋投票）", Representative: "共有业主推选的代表"}

// CredentialState is where a document stands.
type CredentialState string

// The states of a document.
const (
	Submitted CredentialState = "asked"
	Accredits CredentialState = "accepted"
	Rejected  CredentialState = "refused"
	Revoked   CredentialState = "revoked"
	TakenBack CredentialState = "withdrawn"
)

// CredentialStates are the states as people read them.
var CredentialStates = map[CredentialState]string{Submitted: "待审核", Accredits: "已通过", Rejected: "未通过", Revoked: "已撤销", TakenBack: "本人撤回"}

// Faults of documents.
var (
	ErrNoCredential = fault.New(fault.NotFound, "credential.not_found", "没有找到这份证明材料")
	ErrCredential   = fault.New(fault.Conflict, "credential.state", "这份证明材料目前不能办理这一步，请刷新后再看")
	ErrNoUnit       = fault.New(fault.NotFound, "credential.no_unit", "没有找到这套房屋，或者名册上还没有它的业主；请联系社区")
	ErrNoPerson     = fault.New(fault.NotFound, "credential.no_person", "这个手机号还没有人登录过小程序；请本人先登录并绑定手机号，再来办理")
)

// NewCredential is a document as it is handed in.
type NewCredential struct {
	UnitID    int64
	Kind      CredentialKind
	Words     string
	From      time.Time
	Until     time.Time // zero: until it is revoked, which heirs and judgments alone may be
	Phone     string    // whose it is, where an officer enters it
	FileIDs   []int64
	ClientRef string
	InputHash string
}

func (a *NewCredential) check(officer bool) error {
	a.From, a.Until = a.From.UTC().Truncate(time.Second), a.Until.UTC().Truncate(time.Second)
	var c fault.Checks
	c.Check(a.UnitID > 0, "unit_id", "请选择房屋")
	c.Check(CredentialNames[a.Kind] != "", "kind", "请选择是哪一种证明")
	checkText(&c, "words", &a.Words, 4, 500, "请写明是什么文件、谁出的、编号和日期（4至500个字）")
	c.Check(!a.From.IsZero(), "from", "请填写从哪一天起有效")
	c.Check(!a.Until.IsZero() || a.Kind == Heir || a.Kind == ByJudgment, "until", "请填写到哪一天为止")
	c.Check(a.Until.IsZero() || a.Until.After(a.From), "until", "结束的日期要在开始之后")
	c.Check(len(a.FileIDs) > 0 && len(a.FileIDs) <= 20, "file_ids", "请附上证明材料（1至20份）")
	c.Check(!officer || a.Phone != "", "phone", "请填写本人登录小程序的手机号")
	checkRef(&c, a.ClientRef)
	return c.Err()
}

// AskCredential hands in a document: by whoever wants to vote, or by an officer for them. It gives nothing until another person, an officer,
// has accepted it.
// Faults: ErrForbidden, ErrNoUnit, ErrNoPerson, ErrCredential, ErrRefReused, fault.ErrInvalid.
func (s *Service) AskCredential(ctx context.Context, actor org.Actor, in NewCredential) (*Credential, error) {
	action := org.ReviewCredential
	if actor.Post == nil {
		action = org.AskCredential
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	if err := in.check(actor.Post != nil); err != nil {
		return nil, err
	}
	var a *Credential
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		a, err = earlier(tx, "entered_by", actor.PersonID, in.ClientRef, in.InputHash, func(a *Credential) string { return a.InputHash })
		if err != nil || a != nil {
			return err
		}
		a, err = s.insertCredential(tx, actor, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask credential: %w", err)
	}
	return a, nil
}

func (s *Service) insertCredential(tx *store.Tx, actor org.Actor, in NewCredential) (*Credential, error) {
	var w org.Ownership
	if err := tx.Where("current_unit = ?", in.UnitID).Take(&w).Error; err != nil {
		return nil, store.NotFound(err, ErrNoUnit)
	}
	set, err := votesFor(tx, &w, in.Kind)
	if err != nil {
		return nil, err
	}
	a := &Credential{EstateID: w.EstateID, UnitID: in.UnitID, OwnerSetID: set, Kind: in.Kind, PersonID: actor.PersonID, Words: in.Words, ValidFrom: in.From, State: Submitted, EnteredBy: actor.PersonID,
		ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
	if !in.Until.IsZero() {
		a.ValidUntil = &in.Until
	}
	if actor.Post != nil {
		if _, err := org.EstateFor(tx, actor, org.ReviewCredential, w.EstateID); err != nil {
			return nil, ErrNoUnit
		}
		var people []int64
		if err := tx.Model(&org.Person{}).Where("phone_index IN ?", s.o.Vault.Indexes("phone", in.Phone)).Limit(2).Pluck("id", &people).Error; err != nil {
			return nil, err
		}
		if len(people) != 1 {
			return nil, ErrNoPerson
		}
		a.PersonID = people[0]
	}
	if err := fits(tx, a); err != nil {
		return nil, err
	}
	if a.Number, err = store.NextNumber(tx, "W"); err != nil {
		return nil, err
	}
	if err := tx.Create(a).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.attach(tx, actor, in.FileIDs, "credential", a.ID, a.EstateID); err != nil {
		return nil, err
	}
	if err := record(tx, actor, "credential", a.ID, a.EstateID, "ask", map[string]any{"kind": a.Kind, "set": a.OwnerSetID, "for": a.PersonID}); err != nil {
		return nil, err
	}
	return a, a.tell(tx, "credential_asked")
}

// votesFor gives the owner set whose seat a unit is on: that of its owners, or the developer's, to whom a sold unit belongs until it is
// delivered (interpretation art. 9). Only whoever says that they act for the developer is given its seat: it is that of all its units.
func votesFor(tx *store.Tx, w *org.Ownership, kind CredentialKind) (int64, error) {
	refuse := func(reason string) (int64, error) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: reason})
	}
	var u org.Unit
	if err := tx.Where("id = ?", w.UnitID).Take(&u).Error; err != nil {
		return 0, err
	}
	switch handed := u.Sold && u.Delivered; {
	case kind != ForDeveloper && !handed:
		return refuse("这套房屋还没有出售或者没有交付，现在由建设单位投票；买房的业主交房以后就可以办理。已经交房的，请联系社区更正名册；您是建设单位派来的，请选“建设单位的代表”")
	case kind != ForDeveloper:
		return w.OwnerSetID, nil
	case handed:
		return refuse("这套房屋已经出售并交付，由业主自己投票；建设单位请选一套没有出售或者没有交付的房屋")
	}
	var developer []int64
	err := tx.Model(&org.OwnerSet{}).Where("estate_id = ? AND kind = 'developer'", w.EstateID).Order("id").Limit(1).Pluck("id", &developer).Error
	if err != nil {
		return 0, err
	}
	if len(developer) == 0 {
		return refuse("名册上还没有建设单位，请先联系社区补上")
	}
	return developer[0], nil
}

// fits refuses a kind that the owner set rules out, and a second document while one is open.
func fits(tx *store.Tx, a *Credential) error {
	var set org.OwnerSet
	if err := tx.Where("id = ?", a.OwnerSetID).Take(&set).Error; err != nil {
		return err
	}
	var owners, open int64
	if err := tx.Model(&org.Owner{}).Where("owner_set_id = ?", set.ID).Count(&owners).Error; err != nil {
		return err
	}
	if err := tx.Model(&Credential{}).Where("owner_set_id = ? AND person_id = ? AND state = ?", set.ID, a.PersonID, Submitted).Count(&open).Error; err != nil {
		return err
	}
	legal := set.Kind == "legal" || set.Kind == "developer"
	switch {
	case open > 0:
		return ErrCredential.Saying("这套房屋已有一份材料在审核，请等结果")
	case a.Kind == Agent && !legal:
		return fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "这套房屋的业主不是单位；个人业主委托别人投票，请用授权委托书"})
	case (a.Kind == Heir || a.Kind == Guardian) && legal:
		return fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "这套房屋的业主是单位，请选“单位业主的代表”"})
	case a.Kind == Representative && owners < 2:
		return fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "名册上这套房屋只有一位业主，没有共有人"})
	}
	return nil
}

func (a *Credential) tell(tx *store.Tx, what string) error {
	e, err := org.OpenEstate(tx, a.EstateID)
	if err != nil {
		return err
	}
	return announce(tx, event.Preparing{What: what, SubjectID: a.ID, Number: a.Number, EstateID: a.EstateID, OfficeID: e.CommunityID, PersonIDs: []int64{a.PersonID}, Reason: a.Reason})
}

// inForce are the documents that give a right to vote now.
func inForce(tx *store.Tx) *gorm.DB {
	return tx.Model(&Credential{}).Where("state = ? AND valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)", Accredits, tx.Now, tx.Now)
}

// credential finds the document by which a person may vote for an owner set now; 0 where there is none.
func credential(tx *store.Tx, set, person int64) (int64, error) {
	if person == 0 {
		return 0, nil
	}
	var ids []int64
	err := inForce(tx).Where("owner_set_id = ? AND person_id = ?", set, person).Order("id").Limit(1).Pluck("id", &ids).Error
	if len(ids) == 0 {
		return 0, err
	}
	return ids[0], err
}

// desk narrows documents to those of an officer's estates, or for a resident to their own and those on their homes.
func (s *Service) desk(tx *store.Tx, actor org.Actor) func(*gorm.DB) *gorm.DB {
	if actor.Post != nil {
		return actor.Within(org.ReviewCredential, "credentials.estate_id")
	}
	sets, err := ownSets(tx, actor)
	return func(q *gorm.DB) *gorm.DB {
		if err != nil {
			_ = q.AddError(err)
		}
		return q.Where("(person_id = ? OR owner_set_id IN ?)", actor.PersonID, sets)
	}
}
