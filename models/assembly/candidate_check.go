package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Condition is what the law asks of a candidate.
type Condition struct {
	Code   string
	Text   string
	Clause string
}

// Conditions are those of guiding rules art. 31, each with its clause. The first two are read from the register and the signatures; the
// others a person judges, with a reason.
var Conditions = []Condition{
	{"owner", "是本小区的业主", "物业管理条例第16条第2款"},
	{"backing", "联名推荐的业主达到表决规则要求的人数", "274号规则第14条"},
	{"capacity", "具有完全民事行为能力", "274号规则第31条第（一）项"},
	{"lawful", "遵守国家有关法律、法规", "274号规则第31条第（二）项"},
	{"duties", "遵守议事规则、管理规约，模范履行业主义务", "274号规则第31条第（三）项"},
	{"fair", "热心公益，有责任心，公正廉洁", "274号规则第31条第（四）项"},
	{"able", "有一定的组织能力", "274号规则第31条第（五）项"},
	{"time", "有必要的工作时间", "274号规则第31条第（六）项"},
}

// Checked is what was found on one condition.
type Checked struct {
	Code   string `json:"code"`
	Holds  bool   `json:"holds"`
	Reason string `json:"reason"`
}

// Back puts the actor's owner sets behind a nomination by owners.
// Faults: ErrForbidden, ErrNoCandidate, ErrCandidate, ErrNoVote.
func (s *Service) Back(ctx context.Context, actor org.Actor, id int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		x, m, err := candidateFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		if x.Nominated != ByOwners || !m.preparing() || (x.State != Proposed && x.State != Nominee) {
			return ErrCandidate.Saying("这位候选人现在不用附议")
		}
		if err := back(tx, actor, x); err != nil {
			return err
		}
		return record(tx, actor, "candidate", x.ID, x.EstateID, "back", nil)
	})
	if err != nil {
		return fmt.Errorf("back candidate: %w", err)
	}
	return nil
}

func back(tx *store.Tx, actor org.Actor, x *Candidate) error {
	sets, err := votesIn(tx, actor, x.EstateID)
	if err != nil {
		return err
	}
	if len(sets) == 0 {
		return ErrNoVote
	}
	for _, set := range sets {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Backer{CandidateID: x.ID, OwnerSetID: set, PersonID: actor.PersonID, At: tx.Now}).Error; err != nil {
			return err
		}
	}
	return nil
}

// Consent records that somebody who was put forward agrees to stand and to be named: by themself, or by an officer with the paper.
// Faults: ErrForbidden, ErrNoCandidate, ErrCandidate, fault.ErrInvalid.
func (s *Service) Consent(ctx context.Context, actor org.Actor, id int64, text string, files []int64) error {
	action := org.JoinMeeting
	if actor.Post != nil {
		action = org.ConveneMeeting
		var c fault.Checks
		checkText(&c, "text", &text, 4, 200, "请写明本人怎样同意的（4至200个字）")
		c.Check(len(files) > 0 && len(files) <= 10, "file_ids", "请附上本人签字的同意书（1至10份）")
		if err := c.Err(); err != nil {
			return err
		}
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		x, m, err := candidateFor(tx, tx.ForUpdate(), actor, action, id)
		if err != nil {
			return err
		}
		if x.State != Proposed || !m.preparing() {
			return ErrCandidate
		}
		if actor.Post == nil && !x.is(actor) {
			return ErrNoCandidate
		}
		if actor.Post == nil {
			text = ""
		}
		if err := tx.Model(&Candidate{}).Where("id = ?", x.ID).Updates(map[string]any{"state": Nominee, "consent_at": tx.Now, "consent_for": text}).Error; err != nil {
			return err
		}
		if actor.Post != nil {
			if err := s.attach(tx, actor, files, "candidate", x.ID, x.EstateID); err != nil {
				return err
			}
		}
		return record(tx, actor, "candidate", x.ID, x.EstateID, "consent", nil)
	})
	if err != nil {
		return fmt.Errorf("consent to stand: %w", err)
	}
	return nil
}

// is reports whether the actor is the candidate.
func (x *Candidate) is(actor org.Actor) bool {
	return actor.PersonID != 0 && x.PersonID == actor.PersonID || slices.ContainsFunc(actor.Homes, func(h org.Home) bool { return h.OwnerID == x.OwnerID })
}

// StandDown takes a candidacy back, by the candidate, before the notice. A list that was final has to be fixed again.
// Faults: ErrForbidden, ErrNoCandidate, ErrCandidate.
func (s *Service) StandDown(ctx context.Context, actor org.Actor, id int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		x, m, err := candidateFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		if !x.is(actor) {
			return ErrNoCandidate
		}
		if !m.preparing() || x.State == StoodDown {
			return ErrCandidate.Saying("会议通知发出后不能在这里退出，请联系会议召集人")
		}
		if err := tx.Model(&Candidate{}).Where("id = ?", x.ID).Updates(map[string]any{"state": StoodDown, "slot": nil}).Error; err != nil {
			return err
		}
		return record(tx, actor, "candidate", x.ID, x.EstateID, "stand_down", nil)
	})
	if err != nil {
		return fmt.Errorf("stand down: %w", err)
	}
	return nil
}

// CheckCandidate judges each condition, with a reason for each that does not hold. Nobody judges themself.
// Faults: ErrForbidden, ErrNoCandidate, ErrCandidate, ErrSamePerson, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) CheckCandidate(ctx context.Context, actor org.Actor, id int64, judged []Checked) (*Candidate, error) {
	if err := checkJudged(judged); err != nil {
		return nil, err
	}
	var x *Candidate
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var m *Meeting
		var err error
		if x, m, err = candidateFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id); err != nil {
			return err
		}
		if !m.preparing() || (x.State != Nominee && x.State != Eligible && x.State != Refused) {
			return ErrCandidate
		}
		if x.is(actor) || x.NominatorID == actor.PersonID {
			return ErrSamePerson.Saying("候选人和推荐人不能自己审查，请由另一个人审查")
		}
		if err := noRival(tx, m, actor); err != nil {
			return err
		}
		facts, err := s.facts(tx, m, x)
		if err != nil {
			return err
		}
		all := append(facts, judged...)
		text, err := json.Marshal(all)
		if err != nil {
			return err
		}
		x.Checks, x.State, x.Refusal, x.Reason, x.CheckedBy, x.CheckedAt, x.Slot = string(text), Eligible, "", "", actor.PersonID, &tx.Now, nil
		if i := slices.IndexFunc(all, func(c Checked) bool { return !c.Holds }); i >= 0 {
			x.State, x.Refusal, x.Reason = Refused, all[i].Code, all[i].Reason
		}
		if err := s.keepChecked(tx, x); err != nil {
			return err
		}
		if err := record(tx, actor, "candidate", x.ID, x.EstateID, "check", map[string]any{"state": x.State, "refusal": x.Refusal}); err != nil {
			return err
		}
		if x.State == Refused && x.PersonID != 0 {
			return x.tell(tx, m, "candidate_refused", x.Reason)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check candidate: %w", err)
	}
	return x, nil
}

func (s *Service) keepChecked(tx *store.Tx, x *Candidate) error {
	return tx.Model(&Candidate{}).Where("id = ?", x.ID).Select("checks", "state", "refusal", "reason", "checked_by", "checked_at", "slot").Updates(x).Error
}

// checkJudged asks for a word on each condition that a person judges.
func checkJudged(judged []Checked) error {
	var c fault.Checks
	for _, k := range Conditions[2:] {
		i := slices.IndexFunc(judged, func(j Checked) bool { return j.Code == k.Code })
		c.Check(i >= 0, "checks."+k.Code, "请写明是否“"+k.Text+"”（"+k.Clause+"）")
		if i >= 0 && !judged[i].Holds {
			checkText(&c, "checks."+k.Code, &judged[i].Reason, 4, 500, "认为不符合的，请写明事实和理由（4至500个字），本人会看到")
		}
	}
	c.Check(len(judged) == len(Conditions)-2, "checks", "有多余或重复的条件")
	return c.Err()
}

// facts answers what the register and the signatures say.
func (s *Service) facts(tx *store.Tx, m *Meeting, x *Candidate) ([]Checked, error) {
	var owns, backers int64
	if err := tx.Model(&org.Ownership{}).Where("owner_set_id = ? AND current_unit IS NOT NULL", x.OwnerSetID).Count(&owns).Error; err != nil {
		return nil, err
	}
	list := []Checked{{Code: "owner", Holds: owns > 0, Reason: map[bool]string{true: "名册上有房屋", false: "名册上已没有房屋"}[owns > 0]}}
	if x.Nominated != ByOwners {
		return list, nil
	}
	set, _, err := s.law(tx, m, tx.Now)
	if err != nil {
		return nil, err
	}
	need, err := set.Int("election.nominators")
	if err != nil {
		return nil, err
	}
	if err := tx.Model(&Backer{}).Where("candidate_id = ?", x.ID).Count(&backers).Error; err != nil {
		return nil, err
	}
	return append(list, Checked{Code: "backing", Holds: backers >= need, Reason: fmt.Sprintf("联名%d位，需要%d位", backers, need)}), nil
}

// refuseObjected refuses a candidate because of an owner's objection that holds.
func (s *Service) refuseObjected(tx *store.Tx, actor org.Actor, row *Comment) error {
	x, m, err := candidateFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, row.AboutID)
	if err != nil {
		return err
	}
	if !m.preparing() {
		return ErrCandidate.Saying("会议通知已经发出，候选人名单不能再改；可以取消会议后重新召集")
	}
	if x.is(actor) {
		return ErrSamePerson.Saying("候选人不能自己处理对自己的异议")
	}
	x.State, x.Refusal, x.Reason, x.CheckedBy, x.CheckedAt, x.Slot = Refused, "objection", row.Answer, actor.PersonID, &tx.Now, nil
	if err := s.keepChecked(tx, x); err != nil {
		return err
	}
	if x.PersonID == 0 {
		return nil
	}
	return x.tell(tx, m, "candidate_refused", x.Reason)
}
