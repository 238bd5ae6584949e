package committee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Handover is what one term hands to the next.
type Handover struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	FromTerm    int64
	ToTerm      int64
	State       string // open, done
	DueAt       time.Time
	WitnessID   int64
	WitnessedAt *time.Time
	Text        string
	Missing     int64
	DoneAt      *time.Time
	Version     int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Handover) TableName() string { return "committee_handovers" }

// Handed is a thing on the list, ticked by both sides.
type Handed struct {
	ID         int64 `gorm:"primaryKey"`
	HandoverID int64
	EstateID   int64
	Kind       string // seal, archive, money, contract, asset, other
	SealID     int64
	Name       string
	Detail     string
	GivenBy    int64 // the person
	GivenAt    *time.Time
	TakenBy    int64
	TakenAt    *time.Time
	Missing    bool
	Text       string
}

// TableName names the table.
func (Handed) TableName() string { return "committee_handover_items" }

// HandedKinds are the kinds of things as people read them.
var HandedKinds = map[string]string{"seal": "印章", "archive": "档案资料", "money": "账目和款项", "contract": "合同", "asset": "财物", "other": "其他"}

// standard is what every list begins with besides the seals.
var standard = []Handed{{Kind: "archive", Name: "历次业主大会、业委会会议记录和决定"}, {Kind: "archive", Name: "业主名册、管理规约、议事规则"}, {Kind: "money", Name: "财务账目、凭证和结余款项"},
	{Kind: "contract", Name: "物业服务合同和其他合同"}, {Kind: "archive", Name: "备案资料"}, {Kind: "asset", Name: "业主共有的财物清单"}}

// maxHanded bounds a list.
const maxHanded = 200

// openHandover starts the hand-over with what the register knows: the seals that are kept, and the papers every committee has.
func (s *Service) openHandover(tx *store.Tx, actor audit.Actor, set *rulepack.Set, from, to *Term) error {
	days, err := set.Int("committee.handover_days")
	if err != nil {
		return err
	}
	due := latest(after(tx.Now, days), calendar.DateOf(startOf(to.StartsOn)).Add(int(days)).End().UTC())
	h := &Handover{EstateID: to.EstateID, FromTerm: from.ID, ToTerm: to.ID, State: "open", DueAt: due, Version: 1, CreatedAt: tx.Now}
	if err := tx.Create(h).Error; err != nil {
		return err
	}
	var seals []Seal
	if err := tx.Where("estate_id = ? AND state = 'kept'", to.EstateID).Order("id").Limit(maxHanded / 2).Find(&seals).Error; err != nil {
		return err
	}
	list := make([]Handed, 0, len(seals)+len(standard))
	for _, x := range seals {
		list = append(list, Handed{Kind: "seal", SealID: x.ID, Name: x.Name})
	}
	list = append(list, standard...)
	for i := range list {
		list[i].HandoverID, list[i].EstateID = h.ID, h.EstateID
	}
	if err := tx.Create(&list).Error; err != nil {
		return err
	}
	if err := owe(tx, Duty{EstateID: to.EstateID, TermID: to.ID, Kind: OweHandover, SubjectID: h.ID, OwedBy: "committee", DueAt: due}); err != nil {
		return err
	}
	if err := note(tx, actor, "handover", "committee_handover", h.ID, h.EstateID, nil); err != nil {
		return err
	}
	return tell(tx, h.event("handover"))
}

func (h *Handover) event(what string) event.Committee {
	return event.Committee{SubjectKind: "committee_handover", SubjectID: h.ID, EstateID: h.EstateID, What: what, Due: h.DueAt}
}

// side is on which side of a hand-over the actor stands: as a member of the new term, or as one of the old, who has no post
// any more and is a resident.
func (s *Service) side(tx *store.Tx, actor org.Actor, h *Handover) (gives, takes bool, err error) {
	if _, err := s.me(tx, actor, h.ToTerm); err == nil {
		takes = true
	}
	var n int64
	err = tx.Model(&Member{}).Where("term_id = ? AND role <> ? AND person_id = ?", h.FromTerm, Alternate, actor.PersonID).Count(&n).Error
	return n > 0, takes, err
}

func (s *Service) lockHandover(tx *store.Tx, actor org.Actor, id int64) (h *Handover, gives, takes bool, err error) {
	h = &Handover{}
	if err = tx.ForUpdate().Where("id = ?", id).Take(h).Error; err != nil {
		return h, false, false, store.NotFound(err, ErrNotFound)
	}
	if gives, takes, err = s.side(tx, actor, h); err != nil {
		return h, false, false, err
	}
	if !gives && !takes {
		return h, false, false, ErrNotFound
	}
	if h.State != "open" {
		err = ErrState.Saying("移交已经完成，不能再修改")
	}
	return h, gives, takes, err
}

// AddHanded puts a thing on the list, by either side.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AddHanded(ctx context.Context, actor org.Actor, id int64, kind, name, detail string) (int64, error) {
	name, detail = strings.TrimSpace(name), strings.TrimSpace(detail)
	var c fault.Checks
	c.Check(HandedKinds[kind] != "", "kind", "请选择种类")
	c.Check(length(name, 2, 100), "name", "请写名称（2至100个字）")
	c.Check(length(detail, 0, 500), "detail", "说明不超过500个字")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.HandCommittee, "list a thing", func(tx *store.Tx) (int64, error) {
		h, _, _, err := s.lockHandover(tx, actor, id)
		if err != nil {
			return 0, err
		}
		var n int64
		if err := tx.Model(&Handed{}).Where("handover_id = ?", h.ID).Count(&n).Error; err != nil {
			return 0, err
		}
		if n >= maxHanded {
			return 0, ErrState.Saying("清单已经很长，不能再加")
		}
		if err := tx.Create(&Handed{HandoverID: h.ID, EstateID: h.EstateID, Kind: kind, Name: name, Detail: detail}).Error; err != nil {
			return 0, err
		}
		return h.ID, written(tx, actor, "committee_handover", h.ID, h.EstateID, "listed", name)
	})
}

// TickHanded marks a thing as given or taken: each side for itself. The side that takes may also say that it is missing.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) TickHanded(ctx context.Context, actor org.Actor, id, thing int64, missing bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 0, 500) || (missing && text == "") {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "没有移交的请写明缺什么（不超过500个字）"})
	}
	return s.act(ctx, actor, org.HandCommittee, "tick a thing", func(tx *store.Tx) (int64, error) {
		h, gives, takes, err := s.lockHandover(tx, actor, id)
		if err != nil {
			return 0, err
		}
		var x Handed
		if err := tx.Where("id = ? AND handover_id = ?", thing, h.ID).Take(&x).Error; err != nil {
			return 0, store.NotFound(err, ErrNotFound)
		}
		var what string
		switch {
		case missing && !takes:
			return 0, fault.ErrInvalid.With(fault.Field{Path: "missing", Reason: "缺少什么由新一届填写"})
		case missing:
			x.Missing, x.Text, x.TakenBy, x.TakenAt, what = true, text, actor.PersonID, &tx.Now, "missing"
		case takes && (x.GivenAt != nil || !gives):
			if x.GivenBy == actor.PersonID { // of both terms
				return 0, ErrSamePerson.Saying("移交和接收要由两个人分别确认，请新一届的另一位委员确认接收")
			}
			x.Missing, x.Text, x.TakenBy, x.TakenAt, what = false, text, actor.PersonID, &tx.Now, "taken"
		default:
			x.GivenBy, x.GivenAt, what = actor.PersonID, &tx.Now, "handed"
		}
		err = tx.Model(&Handed{}).Where("id = ?", x.ID).Select("missing", "text", "given_by", "given_at", "taken_by", "taken_at").Updates(&x).Error
		if err != nil {
			return 0, err
		}
		return h.ID, written(tx, actor, "committee_handover", h.ID, h.EstateID, what, x.Name+" "+text)
	})
}

// Witness is the community's signature: it saw the hand-over, which is done with it. Everything is taken or named as missing,
// and what was taken was given.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Witness(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 0, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "说明不超过500个字"})
	}
	return s.act(ctx, actor, org.WitnessCommittee, "witness", func(tx *store.Tx) (int64, error) {
		h, err := within[Handover](tx, actor, org.WitnessCommittee, id)
		if err != nil {
			return 0, err
		}
		if h.State != "open" {
			return 0, ErrState
		}
		var list []Handed
		if err := tx.Where("handover_id = ?", h.ID).Order("id").Limit(maxHanded).Find(&list).Error; err != nil {
			return 0, err
		}
		for _, x := range list {
			switch {
			case x.TakenAt == nil:
				return 0, ErrState.Saying("“" + x.Name + "”新一届还没有接收，也没有写明缺少")
			case !x.Missing && x.GivenAt == nil:
				return 0, ErrState.Saying("“" + x.Name + "”上一届还没有确认移交")
			case x.Missing:
				h.Missing++
			}
		}
		h.State, h.WitnessID, h.WitnessedAt, h.DoneAt, h.Text = "done", actor.PersonID, &tx.Now, &tx.Now, text
		h.Version++
		res := tx.Model(&Handover{}).Where("id = ? AND version = ?", h.ID, h.Version-1).Select("state", "witness_id", "witnessed_at", "done_at", "text", "missing", "version").Updates(h)
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		if err := settle(tx, OweHandover, h.ID); err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_handover", h.ID, h.EstateID, "witnessed", text); err != nil {
			return 0, err
		}
		return h.ID, tell(tx, h.event("handover_done"))
	})
}
