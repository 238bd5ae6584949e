package fund

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Acceptance is what one person says of the finished works.
type Acceptance struct {
	ID             int64 `gorm:"primaryKey"`
	ProjectID      int64
	EstateID       int64
	Side           string // owner, or the kind of the organisation
	UnitID         int64
	OrganisationID int64
	PersonID       int64
	Agree          bool
	Text           string
	At             time.Time
}

// TableName names the table.
func (Acceptance) TableName() string { return "fund_acceptances" }

// AcceptanceSides are the sides as people read them.
var AcceptanceSides = map[string]string{"owner": "受影响的业主", "committee": "业主委员会", "company": "物业服务企业", "community": "社区居委会", "township": "乡镇（办事处）"}

// ErrLooked says that somebody has said what they think of the works.
var ErrLooked = fault.New(fault.Conflict, "project.looked", "您已经提过验收意见，不能再改；有补充的请联系办理单位")

// LookAt is an opinion on the finished works, or of a project that was cancelled on what there is of them: of an owner whom they affect, or of
// an office of the estate. Each person has one.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotAffected, ErrStep, ErrLooked, fault.ErrInvalid.
func (s *Service) LookAt(ctx context.Context, actor org.Actor, id int64, agree bool, text string, files []int64) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 0, 1000) && (agree || len([]rune(text)) >= 4), "text", "认为不合格的请写明哪里不合格（4至1000个字）")
	c.Check(len(files) <= 9, "file_ids", "照片不超过9张")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.LookAtProject, "looked", []ProjectState{ProjectWorking, ProjectClosing, ProjectSettled, ProjectFinal}, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if p.State != ProjectWorking && p.CancelledAt == nil {
			return "", nil, ErrStep.Saying("项目已经验收，不用再填写验收意见；有异议的请对决算公示提出")
		}
		a := &Acceptance{ProjectID: p.ID, EstateID: p.EstateID, Side: "owner", OrganisationID: actor.OrganisationID(), PersonID: actor.PersonID, Agree: agree, Text: text, At: tx.Now}
		if actor.Post != nil {
			a.Side = string(actor.Post.OrgKind)
		} else {
			var err error
			if a.UnitID, err = affected(tx, actor, p); err != nil {
				return "", nil, err
			}
		}
		if err := tx.Create(a).Error; err != nil {
			return "", nil, store.Duplicate(err, ErrLooked)
		}
		words := "合格"
		if !agree {
			words = "不合格"
		}
		return AcceptanceSides[a.Side] + "：" + words + "。" + text, nil, s.o.Files.Attach(tx, actor, files, "photo", "fund_acceptance", a.ID, p.EstateID)
	})
}

// Accept concludes the acceptance: at least one owner whom the works affect, another person than who concludes, has found them right, and who did
// not is answered.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) Accept(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 2, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明验收结论（2至1000个字）"})
	}
	return s.take(ctx, actor, id, step{org.RunProject, "accepted", []ProjectState{ProjectWorking}, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		owners, err := agreeing(tx, p.ID, actor.PersonID)
		if err != nil {
			return "", nil, err
		}
		var against int64
		if err := tx.Model(&Acceptance{}).Where("project_id = ? AND agree = ?", p.ID, false).Count(&against).Error; err != nil {
			return "", nil, err
		}
		if owners == 0 {
			return "", nil, ErrStep.Saying("还没有受影响的业主参加验收并认为合格（写结论的人自己的意见不算）；请其他业主在小程序里填写验收意见")
		}
		if against > 0 && len([]rune(text)) < 10 {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "有人认为不合格，请在结论里写明怎么处理的（至少10个字）"})
		}
		p.State, p.AcceptedAt, p.AcceptedFor = ProjectAccepted, &tx.Now, text
		return text, []string{"state", "accepted_at", "accepted_for"}, s.o.Board.Owe(tx, p.EstateID, p.ID, "final")
	})
}

// agreeing counts the affected owners who found the works right, without one person.
func agreeing(tx *store.Tx, project, but int64) (n int64, err error) {
	err = tx.Model(&Acceptance{}).Where("project_id = ? AND side = 'owner' AND agree = ? AND person_id <> ?", project, true, but).Count(&n).Error
	return n, err
}

// acceptedGate asks for works that were accepted and divided. Of a project that was cancelled an owner has found right what there is, or nothing
// beyond what was paid ahead is paid.
func acceptedGate(tx *store.Tx, p *Project) (Gate, error) {
	g := Gate{Key: "settled", Title: "已验收、已决算并分摊到户", Open: p.AcceptedAt != nil && p.SettledAt != nil}
	if g.Open {
		return g, nil
	}
	g.Why, g.Opens = "还没有验收或决算", "请办理单位组织验收（要有受影响的业主参加），再登记决算"
	if p.CancelledAt == nil || p.SettledAt == nil {
		return g, nil
	}
	left, err := outstanding(tx, p.ID)
	if err != nil {
		return g, err
	}
	owners, err := agreeing(tx, p.ID, p.SettledBy)
	if g.Open = p.Total <= left || owners > 0; g.Open {
		g.Why, g.Opens = "", ""
	} else {
		g.Why, g.Opens = "项目已取消，还没有受影响的业主看过已经完成的部分并认为合格", "请受影响的业主在小程序里填写验收意见（办理决算的人自己的意见不算）；没有业主认为合格的，决算不能超过还没有结清的预付款"+left.String()+"元"
	}
	return g, err
}
