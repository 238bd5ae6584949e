package fund

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// ProjectObjection is what an owner of the scope says against a proposal or the final accounts while they are posted.
type ProjectObjection struct {
	ID         int64 `gorm:"primaryKey"`
	ProjectID  int64
	EstateID   int64
	Phase      string // proposal, final
	UnitID     int64
	PersonID   int64
	Text       string
	Answer     string
	AnsweredBy int64
	AnsweredAt *time.Time
	CreatedAt  time.Time
}

// TableName names the table.
func (ProjectObjection) TableName() string { return "fund_objections" }

// Phases are what is posted, as people read it.
var Phases = map[string]string{"proposal": "使用方案", "final": "决算和分摊"}

// Faults of objections.
var (
	ErrPostingOver = fault.New(fault.Closed, "project.posting_over", "公示期已过或者没有在公示，不能再提异议；有问题请联系办理单位或社区")
	ErrNoObjection = fault.New(fault.NotFound, "project.no_objection", "没有找到这件待答复的异议，请刷新后再看")
	ErrManyOpen    = fault.New(fault.Limited, "project.many_objections", "您对这个项目已有5件异议没有答复，请等答复后再提")
)

// maxOpenObjections bounds what one owner has open in a project.
const maxOpenObjections = 5

// ObjectProject is an owner's objection within a posting, as long as the gate behind it is shut. Where nobody has set how long a posting is, or its
// papers do not hang, it stays open to them.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotAffected, ErrPostingOver, ErrManyOpen, fault.ErrInvalid.
func (s *Service) ObjectProject(ctx context.Context, actor org.Actor, id int64, phase, text string) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(Phases[phase] != "", "phase", "请选择对使用方案还是对决算提异议")
	c.Check(runes(text, 4, 1000), "text", "请写明异议和理由（4至1000个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.FollowProject, "objected", nil, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		unit, err := affected(tx, actor, p)
		if err != nil {
			return "", nil, err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return "", nil, err
		}
		end, up, err := s.until(tx, set, p.posting(phase))
		unset := errors.Is(err, rulepack.ErrUnset)
		if err != nil && !unset {
			return "", nil, err
		}
		if !up || p.State == ProjectCancelled {
			return "", nil, ErrPostingOver
		}
		end, missing, err := s.hung(tx, p.posting(phase), end)
		if err != nil {
			return "", nil, err
		}
		if !unset && missing == "" && tx.Now.After(end) {
			return "", nil, ErrPostingOver
		}
		var open int64
		if err := tx.Model(&ProjectObjection{}).Where("project_id = ? AND phase = ? AND person_id = ? AND answered_at IS NULL", p.ID, phase, actor.PersonID).Count(&open).Error; err != nil {
			return "", nil, err
		}
		if open >= maxOpenObjections {
			return "", nil, ErrManyOpen
		}
		row := &ProjectObjection{ProjectID: p.ID, EstateID: p.EstateID, Phase: phase, UnitID: unit, PersonID: actor.PersonID, Text: text, CreatedAt: tx.Now}
		return Phases[phase], nil, tx.Create(row).Error
	})
}

// AnswerObjection answers an owner; nobody answers their own.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrNoObjection, ErrOtherPerson, fault.ErrInvalid.
func (s *Service) AnswerObjection(ctx context.Context, actor org.Actor, id, objection int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 4, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明怎么处理、依据是什么（4至1000个字）"})
	}
	return s.take(ctx, actor, id, step{org.RunProject, "answered", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		var o ProjectObjection
		if err := tx.Where("id = ? AND project_id = ? AND answered_at IS NULL", objection, p.ID).Take(&o).Error; err != nil {
			return "", nil, store.NotFound(err, ErrNoObjection)
		}
		if o.PersonID == actor.PersonID {
			return "", nil, ErrOtherPerson.Saying("自己提的异议不能自己答复，请由别人答复")
		}
		o.Answer, o.AnsweredBy, o.AnsweredAt = text, actor.PersonID, &tx.Now
		return Phases[o.Phase], nil, tx.Model(&ProjectObjection{}).Where("id = ?", o.ID).Select("answer", "answered_by", "answered_at").Updates(&o).Error
	})
}
