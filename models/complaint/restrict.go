package complaint

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Restriction keeps somebody who filed what is abuse from filing in the app or by a slip for a time. Danger and emergency
// repair may always be filed, and so may anything at a counter or on the phone. Whoever imposes it does not learn who it is.
type Restriction struct {
	ID         int64 `gorm:"primaryKey"`
	CaseID     int64
	Receipt    string
	EstateID   int64
	AboutID    int64
	PersonID   int64
	PhoneIndex string
	Live       *string // whom it restricts, while it does: nobody is restricted twice at a time
	Reason     string
	EndsAt     time.Time
	State      string // active, appealed, upheld, lifted
	ImposedBy  int64
	ImposedOrg int64
	Appeal     string
	AppealedAt *time.Time
	Decision   string
	DecidedBy  int64
	DecidedAt  *time.Time
	CreatedAt  time.Time
}

// restricting are the states in which a restriction holds until it ends.
var restricting = []string{"active", "appealed", "upheld"}

func (r *Restriction) holds(now time.Time) bool {
	return slices.Contains(restricting, r.State) && r.EndsAt.After(now)
}

// Faults of restrictions.
var (
	ErrRestricted      = fault.New(fault.Forbidden, "complaint.restricted", "您在小程序和扫码页面的投诉暂时受限；紧急危险和紧急维修不受影响，也可以打电话或到社区窗口投诉；不同意可以在“我的投诉”或凭受理编号申诉")
	ErrRestriction     = fault.New(fault.NotFound, "restriction.not_found", "没有找到这项限制")
	ErrAppealed        = fault.New(fault.Conflict, "restriction.decided", "已经申诉过，或者限制已经结束")
	ErrRestrictedNow   = fault.New(fault.Conflict, "restriction.running", "这位投诉人已经在限制中，不能叠加；等现在的限制结束以后再看")
	ErrRestrictedSince = fault.New(fault.Conflict, "restriction.answered", "这件投诉在上一次限制时已经有了，不能为它再次限制；申诉已有决定的也一样")
)

// whom is whom a restriction reaches: an account and the phone that is bound to it, or a phone and the accounts that it is
// bound to. Somebody without an account is the same somebody with one.
type whom struct {
	persons []int64
	phones  []string // blind indexes
	key     string   // the one of them that the schema keeps unique
}

// theirs narrows restrictions to those that reach whom.
func (w whom) theirs(q *gorm.DB) *gorm.DB {
	return q.Where("((person_id IN ? AND person_id <> 0) OR (phone_index IN ? AND phone_index <> ''))", append([]int64{0}, w.persons...), append([]string{""}, w.phones...))
}

// account is somebody with an account.
func (s *Service) account(tx *store.Tx, person int64) (whom, error) {
	var p org.Person
	if err := tx.Where("id = ?", person).Take(&p).Error; err != nil {
		return whom{}, err
	}
	w := whom{persons: []int64{person}, key: fmt.Sprintf("p:%d", person)}
	if p.PhoneIndex == "" {
		return w, nil
	}
	phone, err := s.vault.Open(p.PhoneSealed, "persons.phone")
	if err != nil {
		return whom{}, err
	}
	w.phones, w.key = s.vault.Indexes("phone", phone), "t:"+s.vault.Index("phone", phone)
	return w, nil
}

// maxAccounts bounds the accounts of one phone; a household shares one at most.
const maxAccounts = 20

// behindPhone is somebody who was reached by a phone.
func (s *Service) behindPhone(tx *store.Tx, phone string) (whom, error) {
	w := whom{phones: s.vault.Indexes("phone", phone), key: "t:" + s.vault.Index("phone", phone)}
	err := tx.Model(&org.Person{}).Where("phone_index IN ?", w.phones).Order("id").Limit(maxAccounts).Pluck("id", &w.persons).Error
	return w, err
}

// holder is whoever holds a receipt. Fault: ErrAnonymous.
func (s *Service) holder(tx *store.Tx, m *Complainant) (whom, error) {
	switch {
	case m.PersonID != 0:
		return s.account(tx, m.PersonID)
	case m.PhoneSealed != "":
		phone, err := s.vault.Open(m.PhoneSealed, "complainants.phone")
		if err != nil {
			return whom{}, err
		}
		return s.behindPhone(tx, phone)
	}
	return whom{}, ErrAnonymous
}

// Restrict keeps whoever holds a receipt from filing for some days, with the reason, which they read. How long is at most
// what the city has decided; without that value nobody is restricted. One restriction holds at a time, and none for what was
// already there when an earlier one was imposed: they do not add up beyond the city's limit, and nobody imposes again what an
// appeal has ended. The same tap again answers the first result.
// Faults: ErrForbidden, ErrNotFound, ErrReceipt, ErrAnonymous, ErrRestrictedNow, ErrRestrictedSince, rulepack.ErrUnset,
// fault.ErrInvalid.
func (s *Service) Restrict(ctx context.Context, actor org.Actor, id int64, receipt, reason string, days int) (*Restriction, error) {
	if err := actor.Must(org.RestrictFiler); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	var checks fault.Checks
	n := len([]rune(reason))
	checks.Check(n >= 5 && n <= 500, "reason", "请写明为什么是滥用（5至500个字），对方会看到")
	checks.Check(days >= 1, "days", "请写限制多少天")
	if err := checks.Err(); err != nil {
		return nil, err
	}
	var r *Restriction
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Case
		err := tx.ForUpdate().Scopes(actor.Within(org.RestrictFiler, "cases.estate_id"), actor.NotAbout("cases.about_id")).Where("id = ?", id).Take(&c).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var m Complainant
		if err := tx.Where("(case_id = ? OR filed_id = ?) AND receipt = ?", id, id, receipt).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrReceipt)
		}
		who, err := s.holder(tx, &m)
		if err != nil {
			return err
		}
		set, err := org.Rules(tx, tx.Now, s.pack.Code)
		if err != nil {
			return err
		}
		longest, err := set.Int("complaint.restrict_days")
		if err != nil {
			return err
		}
		if int64(days) > longest {
			return fault.ErrInvalid.With(fault.Field{Path: "days", Reason: fmt.Sprintf("最多限制%d天", longest)})
		}
		r = &Restriction{CaseID: c.ID, Receipt: m.Receipt, EstateID: c.EstateID, AboutID: c.AboutID, PersonID: m.PersonID, PhoneIndex: m.PhoneIndex, Live: &who.key, Reason: reason,
			EndsAt: tx.Now.AddDate(0, 0, days), State: "active", ImposedBy: actor.PersonID, ImposedOrg: actor.OrganisationID(), CreatedAt: tx.Now}
		before, err := r.earlier(tx, who, &m, days)
		if err != nil {
			return err
		}
		if before != nil {
			r = before
			return nil
		}
		if err := tx.Model(&Restriction{}).Where("live = ? AND (ends_at <= ? OR state = 'lifted')", who.key, tx.Now).Update("live", nil).Error; err != nil {
			return err
		}
		if err := tx.Create(r).Error; err != nil {
			return store.Raced(err)
		}
		return s.tellRestriction(tx, actor, r, &c, who, "restricted")
	})
	if err != nil {
		return nil, fmt.Errorf("restrict: %w", err)
	}
	return r, nil
}

// earlier looks at the last restriction of the same people: the one of the same tap is given back, any other one that holds, or
// that came after the receipt, stands in the way.
func (r *Restriction) earlier(tx *store.Tx, who whom, m *Complainant, days int) (*Restriction, error) {
	var last []Restriction
	if err := tx.Scopes(who.theirs).Order("id DESC").Limit(1).Find(&last).Error; err != nil || len(last) == 0 {
		return nil, err
	}
	l := &last[0]
	switch {
	case l.holds(tx.Now) && l.Receipt == r.Receipt && l.ImposedOrg == r.ImposedOrg && l.Reason == r.Reason && l.EndsAt.Equal(l.CreatedAt.AddDate(0, 0, days)):
		return l, nil
	case l.holds(tx.Now):
		return nil, ErrRestrictedNow
	case !m.CreatedAt.After(l.CreatedAt):
		return nil, ErrRestrictedSince
	}
	return nil, nil //nolint:nilnil // nothing stands in the way
}

func (s *Service) tellRestriction(tx *store.Tx, actor org.Actor, r *Restriction, c *Case, who whom, what string) error {
	if err := audit.Append(tx, actor, "complaint."+what, audit.Subject{Kind: "restriction", ID: r.ID, Estate: r.EstateID, About: r.AboutID}, map[string]any{"case": r.CaseID}); err != nil {
		return err
	}
	e, err := c.event(tx)
	if err != nil {
		return err
	}
	e.PersonIDs = who.persons
	return outbox.Append(tx, event.CaseMoved{Case: e, What: what, ToID: r.ImposedOrg, ToName: actor.Post.OrgName, On: r.EndsAt})
}

// unrestricted refuses whoever is restricted, unless the matter cannot wait: an account, or else a phone.
func (s *Service) unrestricted(tx *store.Tx, person int64, phone, class string) error {
	if class == string(rulepack.Danger) || class == string(rulepack.Repair) || (person == 0 && phone == "") {
		return nil
	}
	var who whom
	var err error
	if person != 0 {
		who, err = s.account(tx, person)
	} else {
		who, err = s.behindPhone(tx, phone)
	}
	if err != nil {
		return err
	}
	var n int64
	if err := tx.Model(&Restriction{}).Scopes(who.theirs).Where("state IN ? AND ends_at > ?", restricting, tx.Now).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return ErrRestricted
	}
	return nil
}
