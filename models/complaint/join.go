package complaint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Joining is what a neighbour says when they join a case.
type Joining struct {
	Text      string
	Cover     Cover
	ClientRef string
	InputHash string
}

// JoinNote is what somebody reads before they join a case that has been answered.
const JoinNote = "这件投诉已经答复，正在等原来的投诉人确认。您加入后可以看进展、评价这次答复；如果它被退回重办，下一次答复时再请您确认或退回。您的问题没有解决的，也可以单独提交一件。"

// JoinNote is what a complainant reads who joined after the answer, while that answer stands.
func (v *View) JoinNote() string {
	if v.Mine == nil || v.Mine.State != Next || v.State != Answered {
		return ""
	}
	return JoinNote
}

// joiner is somebody on the way into a case, however they come.
type joiner struct {
	by    audit.Actor
	owner Complainant // as far as it is known
	// may narrows to the cases that they may read and join.
	may func(*gorm.DB) *gorm.DB
	// same narrows receipts to those that the same person is known to have.
	same  func(*gorm.DB) *gorm.DB
	phone string // without an account
	// again gives back a receipt that the same person has, and writes down what they say.
	again bool
}

func (in *Joining) check() error {
	in.Text = strings.TrimSpace(in.Text)
	var c fault.Checks
	c.Check(len([]rune(in.Text)) <= 500, "text", "不超过500个字")
	c.Check(in.Cover == Plain || in.Cover == Sealed, "cover", "请选择实名（不填）或对物业和业委会保密（sealed）")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// JoinCase gives a neighbour a receipt of their own in a public case, with its updates and rating. Who works for the body
// complained about files on their own: in the neighbour's case they would read what that body must not.
// Faults: ErrForbidden, ErrNotFound, ErrJoined, ErrJoinAbout, ErrFull, ErrMove, ErrRefReused, fault.ErrInvalid.
func (s *Service) JoinCase(ctx context.Context, actor org.Actor, id int64, in Joining) (*Case, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	c, _, err := s.join(ctx, id, in, joiner{by: actor, owner: Complainant{Source: FromResident, PersonID: actor.PersonID, FiledBy: actor.PersonID, OpenID: actor.OpenID},
		may:  actor.Within(org.FileComplaint, "cases.estate_id"),
		same: func(q *gorm.DB) *gorm.DB { return q.Where("person_id = ?", actor.PersonID) }})
	return c, err
}

// JoinFor lets an office write down that somebody who came or called complains of the same. The office learns nothing
// about who else did. It gives the receipt, too: the case's number is somebody else's. Somebody who was written down before with
// the same phone, by whoever, gets that receipt: one person counts once, and the office is not told that there was one.
// Faults: ErrForbidden, ErrNotFound, ErrFull, ErrMove, ErrRefReused, fault.ErrInvalid.
func (s *Service) JoinFor(ctx context.Context, actor org.Actor, id int64, via Source, who Contact, in Joining) (*Case, string, error) {
	if err := actor.Must(org.FileForOthers); err != nil {
		return nil, "", err
	}
	if err := who.check(via); err != nil {
		return nil, "", err
	}
	owner := s.reachedBy(who)
	owner.Source, owner.FiledBy, owner.FiledPost = via, actor.PersonID, actor.Post.PostID
	return s.join(ctx, id, in, joiner{by: actor, owner: owner, again: true,
		may: func(q *gorm.DB) *gorm.DB {
			return q.Scopes(actor.Within(org.FileForOthers, "cases.estate_id"), actor.NotAbout("cases.about_id"))
		},
		same: func(q *gorm.DB) *gorm.DB { return q.Where("phone_index IN ?", s.vault.Indexes("phone", who.Phone)) }})
}

// JoinSlip lets somebody without an account join, whose phone was proved by a code.
// Faults: ErrNotFound, ErrJoined, ErrJoinAbout, ErrFull, ErrMove, ErrRefReused, fault.ErrInvalid.
func (s *Service) JoinSlip(ctx context.Context, estateID, id int64, phone, name string, in Joining) (*Case, string, error) {
	who := Contact{Name: strings.TrimSpace(name), Phone: phone}
	if n := len([]rune(who.Name)); n < 1 || n > 30 {
		return nil, "", fault.ErrInvalid.With(fault.Field{Path: "name", Reason: sayName})
	}
	owner, phones := s.reachedBy(who), s.vault.Indexes("phone", phone)
	owner.Source = FromSlip
	if in.ClientRef != "" {
		in.ClientRef = s.slipRef(phone, in.ClientRef)
	}
	return s.join(ctx, id, in, joiner{by: slip, owner: owner, phone: phone,
		may: func(q *gorm.DB) *gorm.DB { return q.Where("cases.estate_id = ?", estateID) },
		same: func(q *gorm.DB) *gorm.DB {
			accounts := q.Session(&gorm.Session{NewDB: true}).Model(&org.Person{}).Select("id").Where("phone_index IN ?", phones)
			return q.Where("(phone_index IN ? OR person_id IN (?))", phones, accounts)
		}})
}

// reachedBy seals how to reach somebody without an account.
func (s *Service) reachedBy(who Contact) Complainant {
	return Complainant{NameSealed: s.vault.Seal(who.Name, "complainants.name"), PhoneSealed: s.vault.Seal(who.Phone, "complainants.phone"), PhoneIndex: s.vault.Index("phone", who.Phone)}
}

// join is the one way into somebody else's case.
func (s *Service) join(ctx context.Context, id int64, in Joining, j joiner) (*Case, string, error) {
	if err := in.check(); err != nil {
		return nil, "", err
	}
	var c *Case
	var receipt string
	_, err := s.act(ctx, j.by, id, Join, Input{Text: in.Text}, func(t *turn) error {
		repeat := func() (bool, error) {
			before, err := joined(t.tx, j.owner.FiledBy, in.ClientRef, in.InputHash)
			if err != nil || before == nil {
				return false, err
			}
			var found Case
			if err := t.tx.Where("id = ?", before.CaseID).Take(&found).Error; err != nil {
				return false, err
			}
			c, t.c, receipt = &found, &found, before.Receipt
			return true, nil
		}
		if again, err := repeat(); again || err != nil {
			return cmp.Or(err, errRepeat)
		}
		var found Case
		if err := t.tx.ForUpdate().Scopes(j.may, shown).Where("id = ?", id).Take(&found).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		// Two taps at the same moment: the second waited for the lock and finds the first one's receipt now.
		if again, err := repeat(); again || err != nil {
			return cmp.Or(err, errRepeat)
		}
		if before, err := t.before(&found, j); err != nil || before != nil {
			if err == nil {
				c, receipt, err = &found, before.Receipt, t.joinAgain(&found, before, in)
			}
			return err
		}
		if err := s.mayJoin(t, &found, j); err != nil {
			return err
		}
		number, err := store.NextNumber(t.tx, "T")
		if err != nil {
			return err
		}
		m := j.owner
		m.CaseID, m.FiledID, m.Receipt, m.Hidden, m.Text, m.State, m.ClientRef, m.InputHash, m.CreatedAt = id, id, number, in.Cover, in.Text, Undecided, in.ClientRef, in.InputHash, t.tx.Now
		if found.State == Answered {
			m.State = Next
		}
		if err := t.tx.Create(&m).Error; err != nil {
			return store.Raced(err)
		}
		found.People++
		c, receipt = &found, number
		t.c, t.mine, t.who = &found, &m, []Who{ByNeighbour}
		e, err := found.event(t.tx)
		if err == nil {
			t.told = append(t.told, event.CaseMoved{Case: e, What: string(Join)})
		}
		return err
	})
	if errors.Is(err, errRepeat) {
		err = nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("join complaint: %w", err)
	}
	return c, receipt, nil
}

// before is the receipt in the case that somebody is given back; nil for none.
func (t *turn) before(c *Case, j joiner) (*Complainant, error) {
	if !j.again {
		return nil, nil //nolint:nilnil // whoever comes themselves knows that they are in it
	}
	var rows []Complainant
	err := t.tx.Scopes(j.same).Where("(case_id = ? OR filed_id = ?) AND state <> ?", c.ID, c.ID, Gone).Order("id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// maxAgain bounds how often somebody who is in a case joins it once more with other words.
const maxAgain = 20

// joinAgain writes down under a receipt what its holder says who joins once more. Nothing of their rights changes; who asks now
// to be covered is.
func (t *turn) joinAgain(c *Case, m *Complainant, in Joining) error {
	t.c, t.mine, t.who = c, m, []Who{ByNeighbour}
	covers := in.Cover == Sealed && m.Hidden == Plain
	if covers {
		m.Hidden = Sealed
		if err := t.saveMine("hidden"); err != nil {
			return err
		}
	}
	var said []string
	if err := t.tx.Model(&Step{}).Where("case_id = ? AND complainant_id = ? AND kind = ?", c.ID, m.ID, Join).Limit(maxAgain+1).Pluck("text", &said).Error; err != nil {
		return err
	}
	if !covers && (in.Text == "" || slices.Contains(said, in.Text) || len(said) > maxAgain) {
		return errRepeat
	}
	return nil
}

// mayJoin refuses who is in the case already, or works for the body that it is about.
func (s *Service) mayJoin(t *turn, c *Case, j joiner) error {
	if err := s.unrestricted(t.tx, j.owner.PersonID, j.phone, c.Class); err != nil {
		return err
	}
	var n int64
	if err := t.tx.Model(&Complainant{}).Scopes(j.same).Where("(case_id = ? OR filed_id = ?) AND state <> ?", c.ID, c.ID, Gone).Count(&n).Error; err != nil {
		return err
	}
	switch {
	case n > 0 && j.phone != "":
		return ErrJoinedSlip
	case n > 0:
		return ErrJoined
	case c.People >= maxPeople:
		return ErrFull
	case c.AboutID == 0:
		return nil
	}
	accounts := []int64{j.owner.PersonID}
	if j.phone != "" { // the accounts behind a proved phone are the same somebody
		who, err := s.behindPhone(t.tx, j.phone)
		if err != nil {
			return err
		}
		accounts = who.persons
	}
	for _, person := range accounts {
		if works, err := org.WorksIn(t.tx, person, c.AboutID); err != nil || works {
			return cmp.Or(err, error(ErrJoinAbout))
		}
	}
	return nil
}

// shown narrows to the cases that neighbours may read.
func shown(q *gorm.DB) *gorm.DB {
	return q.Where("cases.visibility = ? AND cases.display = ? AND cases.state NOT IN ?", Public, Cleared, []State{Merged, Withdrawn})
}
