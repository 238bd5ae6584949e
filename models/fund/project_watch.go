package fund

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Opinion is what an office says of a project: the township at the application and at the use (policy 五(二)7), the bureau of the filing.
type Opinion struct {
	ProjectID      int64  `gorm:"primaryKey;autoIncrement:false"`
	Stage          string `gorm:"primaryKey"` // apply, file, use
	OrganisationID int64
	Agree          bool
	Text           string
	PersonID       int64
	At             time.Time
}

// TableName names the table.
func (Opinion) TableName() string { return "fund_reviews" }

// OpinionStages are the stages as people read them.
var OpinionStages = map[string]string{"apply": "乡镇（办事处）对申请的意见", "file": "住建局备案", "use": "乡镇（办事处）对使用的意见"}

// opine keeps the last opinion of a stage; the history has the earlier ones.
func opine(tx *store.Tx, actor org.Actor, p *Project, stage string, agree bool, text string) error {
	o := &Opinion{ProjectID: p.ID, Stage: stage, OrganisationID: actor.OrganisationID(), Agree: agree, Text: text, PersonID: actor.PersonID, At: tx.Now}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(o).Error
}

// OpineProject is the township's opinion: before the filing of the application, after it of the use.
// Faults: org.ErrForbidden, ErrNoProject, ErrStep, fault.ErrInvalid.
func (s *Service) OpineProject(ctx context.Context, actor org.Actor, id int64, agree bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 2, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明意见（2至1000个字）"})
	}
	from := []ProjectState{ProjectPosted, ProjectResolved, ProjectFiled, ProjectUnder, ProjectWorking, ProjectAccepted, ProjectSettled, ProjectFinal, ProjectClosing, ProjectPaid}
	return s.take(ctx, actor, id, step{org.WatchProject, "opined", from, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if actor.Post.OrgKind != org.Township {
			return "", nil, ErrNotInCharge.Saying("这份意见由乡镇（办事处）填写")
		}
		stage := "use"
		if p.State == ProjectPosted || p.State == ProjectResolved {
			stage = "apply"
		}
		words := "同意："
		if !agree {
			words = "不同意："
		}
		return words + text, nil, opine(tx, actor, p, stage, agree, text)
	})
}

// FileProject is the bureau's answer to a filing: a number, or back with what is missing. It waits for the township's opinion.
// Faults: org.ErrForbidden, ErrNoProject, ErrStep, ErrNoResolution, ErrOtherScope, fault.ErrInvalid.
func (s *Service) FileProject(ctx context.Context, actor org.Actor, id int64, accept bool, number, reason string) (int64, error) {
	number, reason = strings.TrimSpace(number), strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(!accept || runes(number, 2, 64), "number", "请填写备案编号（2至64个字）")
	c.Check(accept || runes(reason, 4, 500), "reason", "退回的请写明缺什么、怎么补（4至500个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	what := "filed"
	if !accept {
		what = "returned"
	}
	return s.take(ctx, actor, id, step{org.WatchProject, what, []ProjectState{ProjectResolved}, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if actor.Post.OrgKind != org.Bureau {
			return "", nil, ErrNotInCharge.Saying("备案由住建局办理")
		}
		if !accept {
			return reason, nil, opine(tx, actor, p, "file", false, reason)
		}
		var n int64
		if err := tx.Model(&Opinion{}).Where("project_id = ? AND stage = 'apply'", p.ID).Count(&n).Error; err != nil {
			return "", nil, err
		}
		if n == 0 {
			return "", nil, ErrStep.Saying("乡镇（办事处）还没有对这次申请提出意见，请先由他们填写意见")
		}
		if _, err := s.decided(tx, p, p.MeetingID, int(p.Motion)); err != nil {
			return "", nil, err
		}
		p.State, p.Filing, p.FiledAt = ProjectFiled, number, &tx.Now
		return number, []string{"state", "filing", "filed_at"}, opine(tx, actor, p, "file", true, number)
	})
}

// ConfirmProject opens the route without a vote: of an emergency the township sees the evidence, of a repair by order the other of the two offices.
// The later review becomes an obligation with a date.
// Faults: org.ErrForbidden, ErrNoProject, ErrStep, ErrOtherPerson, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) ConfirmProject(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 4, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明看到的情况和依据（4至1000个字）"})
	}
	return s.take(ctx, actor, id, step{org.WatchProject, "confirmed", []ProjectState{ProjectDraft}, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		switch {
		case p.Kind == OrdinaryUse:
			return "", nil, ErrStep.Saying("一般使用要由业主表决，不能由单位确认")
		case p.Kind == EmergencyUse && actor.Post.OrgKind != org.Township:
			return "", nil, ErrNotInCharge.Saying("紧急使用由乡镇（办事处）确认")
		case p.OrganisationID == actor.OrganisationID():
			return "", nil, ErrNotInCharge.Saying("代修由住建局和乡镇（办事处）中的另一个单位确认")
		case p.PersonID == actor.PersonID:
			return "", nil, ErrOtherPerson
		case p.OrganisationID == 0 || p.Budget == 0:
			return "", nil, ErrStep.Saying("还没有单位接办，或者没有写预算，请先补齐")
		}
		if err := s.evidenced(tx, p); err != nil {
			return "", nil, err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return "", nil, err
		}
		days, err := set.Int("fund.emergency_review_days")
		if err != nil {
			return "", nil, err
		}
		due := dayOf(calendar.DateOf(tx.Now).Add(int(days)))
		p.State, p.ConfirmedBy, p.ConfirmedOrg, p.ConfirmedAt, p.FiledAt = ProjectFiled, actor.PersonID, actor.OrganisationID(), &tx.Now, &tx.Now
		p.ReviewOn, p.ReviewOpen = &due, &due
		return text, []string{"state", "confirmed_by", "confirmed_org", "confirmed_at", "filed_at", "review_on", "review_open"}, s.owesEmergency(tx, p)
	})
}

// owesEmergency puts the publication of an emergency on the register; a repair by order is published with its final accounts.
func (s *Service) owesEmergency(tx *store.Tx, p *Project) error {
	if p.Kind != EmergencyUse {
		return nil
	}
	return s.o.Board.Owe(tx, p.EstateID, p.ID, "emergency")
}

// ErrNoEvidence says that an emergency is not shown by anything.
var ErrNoEvidence = fault.New(fault.Conflict, "project.no_evidence", "还没有上传证明材料（检测、鉴定、整改通知或现场照片），请先上传")

func (s *Service) evidenced(tx *store.Tx, p *Project) error {
	files, err := s.o.Files.IDsIn(tx, "fund_project", []int64{p.ID})
	if err == nil && len(files[p.ID]) == 0 {
		err = ErrNoEvidence
	}
	return err
}

// ReviewProject ends the obligation that an emergency leaves: the bureau looks at the published accounts, as another person than who confirmed.
// Faults: org.ErrForbidden, ErrNoProject, ErrStep, ErrOtherPerson, fault.ErrInvalid.
func (s *Service) ReviewProject(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 4, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明审核的结论（4至1000个字），业主会看到"})
	}
	return s.take(ctx, actor, id, step{org.WatchProject, "reviewed", []ProjectState{ProjectPaid}, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		switch {
		case actor.Post.OrgKind != org.Bureau:
			return "", nil, ErrNotInCharge.Saying("事后审核由住建局办理")
		case p.ReviewOpen == nil:
			return "", nil, ErrStep.Saying("这个项目没有待办的事后审核")
		case p.FinalNotice == 0:
			return "", nil, ErrStep.Saying("决算和分摊还没有公示，请办理单位先公示")
		case p.ConfirmedBy == actor.PersonID || p.PersonID == actor.PersonID || p.SettledBy == actor.PersonID:
			return "", nil, ErrOtherPerson.Saying("提出、确认或决算的人不能自己审核，请由另一个人审核")
		}
		p.ReviewOpen, p.ReviewAt, p.ReviewText = nil, &tx.Now, text
		return text, []string{"review_open", "review_at", "review_text"}, nil
	})
}
