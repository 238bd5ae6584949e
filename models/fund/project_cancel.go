package fund

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Cancellation is a request to cancel a project that has a contract: by whoever is in charge, decided by the office that filed or confirmed it.
type Cancellation struct {
	ID         int64 `gorm:"primaryKey"`
	ProjectID  int64
	EstateID   int64
	Live       *int64 // the project, while nobody has decided
	Reason     string
	State      string // asked, agreed, refused, withdrawn
	AskedBy    int64
	AskedOrg   int64
	AskedAt    time.Time
	DecidedBy  int64
	DecidedOrg int64
	DecidedAt  *time.Time
	Text       string
}

// TableName names the table.
func (Cancellation) TableName() string { return "fund_cancellations" }

// Faults of cancelling.
var (
	ErrCancelAsked = fault.New(fault.Conflict, "project.cancel_asked", "已经申请取消，正在等备案或确认的单位决定，不用再申请")
	ErrNoCancel    = fault.New(fault.NotFound, "project.no_cancel", "没有找到待决定的取消申请，请刷新后再看")
	ErrOutstanding = fault.New(fault.Conflict, "project.outstanding", "预付给承包单位的钱还没有结清")
)

// underContract are the states from the contract on, before the last payment.
var underContract = []ProjectState{ProjectUnder, ProjectWorking, ProjectAccepted, ProjectSettled, ProjectFinal}

// CancelProject ends a project before there is a contract; its decision is free again. From the contract on it asks the office that filed or
// confirmed it. A project that is being wound up is over when nothing that was paid ahead is left.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrCancelAsked, ErrOutstanding, fault.ErrInvalid.
func (s *Service) CancelProject(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 4, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明取消的原因（4至500个字），业主会看到"})
	}
	return s.take(ctx, actor, id, step{org.RunProject, "cancelled", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		switch {
		case slices.Contains(underContract, p.State):
			return s.askCancel(tx, actor, p, reason)
		case p.State == ProjectCancelled:
			return "", nil, ErrStep.Saying("这个项目已经取消")
		case p.State == ProjectPaid:
			return "", nil, ErrStep.Saying("这个项目已经付清，不能取消；业主的决定被法院撤销的，请乡镇（办事处）在“决定被撤销的付款”里办理")
		case p.State == ProjectClosing:
			left, err := outstanding(tx, p.ID)
			if err != nil {
				return "", nil, err
			}
			if left > 0 {
				return "", nil, ErrOutstanding.Saying("预付款还有" + left.String() + "元没有结清：请承包单位退回后登记到账，或者把已经用掉的部分登记决算、公示后结清")
			}
		}
		p.State, p.Decision, p.ReviewOpen = ProjectCancelled, nil, nil
		return reason, []string{"state", "decision", "review_open"}, s.postCancelled(tx, actor, p, reason)
	})
}

// askCancel asks for a second office's word. What waits to be paid is decided first.
func (s *Service) askCancel(tx *store.Tx, actor org.Actor, p *Project, reason string) (string, []string, error) {
	if err := nothingAsked(tx, p); err != nil {
		return "", nil, err
	}
	row := &Cancellation{ProjectID: p.ID, EstateID: p.EstateID, Live: &p.ID, Reason: reason, State: "asked", AskedBy: actor.PersonID, AskedOrg: actor.OrganisationID(), AskedAt: tx.Now}
	if err := tx.Create(row).Error; err != nil {
		return "", nil, store.Duplicate(err, ErrCancelAsked)
	}
	office := p.ConfirmedOrg
	if p.Kind == OrdinaryUse {
		var bureau []int64
		if err := tx.Model(&org.Organisation{}).Where("kind = ? AND closed_at IS NULL", org.Bureau).Order("id").Limit(1).Pluck("id", &bureau).Error; err != nil {
			return "", nil, err
		}
		if len(bureau) > 0 {
			office = bureau[0]
		}
	}
	return "申请取消：" + reason, nil, tell(tx, "fund_cancel", "fund_project", p.ID, p.EstateID, office, p.Title, p.Number)
}

// WithdrawCancel takes a request to cancel back while nobody has decided it: by the organisation that asked.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrNoCancel.
func (s *Service) WithdrawCancel(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "uncancelled", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		res := tx.Model(&Cancellation{}).Where("live = ? AND asked_org = ?", p.ID, actor.OrganisationID()).Updates(map[string]any{"live": nil, "state": "withdrawn", "decided_by": actor.PersonID, "decided_org": actor.OrganisationID(), "decided_at": tx.Now})
		return "撤回取消的申请", nil, store.MustAffect(res, ErrNoCancel)
	})
}

// nothingAsked refuses while a payment waits for its second person.
func nothingAsked(tx *store.Tx, p *Project) error {
	var n int64
	err := tx.Model(&ProjectPayment{}).Where("project_id = ? AND state = 'asked'", p.ID).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrStep.Saying("还有付款申请没有处理，请另一个人先确认或退回")
	}
	return err
}

// DecideCancel is the second office's word on cancelling a project with a contract: the bureau that files, or the office that confirmed. Where
// something was done or paid ahead the project is wound up: what was paid ahead stays as owed back by the contractor until it comes back or
// is used up by final accounts. A division that was posted is set aside.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrOtherPerson, ErrNoCancel, ErrStep, fault.ErrInvalid.
func (s *Service) DecideCancel(ctx context.Context, actor org.Actor, id int64, agree bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !runes(text, 4, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明意见和依据（4至500个字），业主会看到"})
	}
	what := "uncancelled"
	if agree {
		what = "cancelled"
	}
	return s.take(ctx, actor, id, step{org.WatchProject, what, nil, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		var c Cancellation
		if err := tx.Where("live = ?", p.ID).Take(&c).Error; err != nil {
			return "", nil, store.NotFound(err, ErrNoCancel)
		}
		if err := mayCancel(actor, p, &c); err != nil {
			return "", nil, err
		}
		c.Live, c.State, c.DecidedBy, c.DecidedOrg, c.DecidedAt, c.Text = nil, "refused", actor.PersonID, actor.OrganisationID(), &tx.Now, text
		words, columns := "不同意取消："+text, []string{}
		if agree {
			if !slices.Contains(underContract, p.State) {
				return "", nil, ErrStep.Saying("项目目前“" + ProjectStates[p.State] + "”，不能取消；请不同意这份申请")
			}
			var err error
			if columns, err = s.windUp(tx, actor, p, &c); err != nil {
				return "", nil, err
			}
			c.State, words = "agreed", "同意取消："+text
		}
		return words, columns, tx.Model(&Cancellation{}).Where("id = ?", c.ID).Select("live", "state", "decided_by", "decided_org", "decided_at", "text").Updates(&c).Error
	})
}

func mayCancel(actor org.Actor, p *Project, c *Cancellation) error {
	switch {
	case p.Kind == OrdinaryUse && actor.Post.OrgKind != org.Bureau:
		return ErrNotInCharge.Saying("这个项目由住建局备案，取消也由住建局决定")
	case p.Kind != OrdinaryUse && actor.OrganisationID() != p.ConfirmedOrg:
		return ErrNotInCharge.Saying("取消由当时确认这个项目的单位决定")
	case actor.OrganisationID() == c.AskedOrg || actor.PersonID == c.AskedBy:
		return ErrOtherPerson.Saying("申请取消的单位不能自己决定，请由备案或确认的单位的另一个人办理")
	}
	return nil
}

// windUp cancels a project with a contract. Nothing done and nothing paid ahead, it is over at once.
func (s *Service) windUp(tx *store.Tx, actor org.Actor, p *Project, c *Cancellation) ([]string, error) {
	if err := nothingAsked(tx, p); err != nil {
		return nil, err
	}
	left, err := outstanding(tx, p.ID)
	if err != nil {
		return nil, err
	}
	if err := s.replaced(tx, actor, p, p.Resolution, "项目取消："+c.Reason); err != nil {
		return nil, err
	}
	begun := p.State != ProjectUnder || left > 0
	p.State, p.CancelledAt, p.CancelledFor = ProjectClosing, &tx.Now, c.Reason
	columns := append(p.unsettle(), "state", "cancelled_at", "cancelled_for")
	if begun {
		return columns, nil
	}
	p.State, p.Decision, p.ReviewOpen = ProjectCancelled, nil, nil
	return append(columns, "decision", "review_open"), s.postCancelled(tx, actor, p, c.Reason)
}

// unsettle takes final accounts away, and names the columns to write.
func (p *Project) unsettle() []string {
	p.Total, p.Invoices, p.Reviewer, p.Reviewed, p.SettledAt, p.SettledBy, p.FinalNotice, p.FinalNumber, p.FinalDays = 0, "", "", 0, nil, 0, 0, "", 0
	return []string{"total", "invoices", "reviewer", "reviewed", "settled_at", "settled_by", "final_notice", "final_number", "final_days"}
}

// outstanding is what was paid ahead to the contractor of a project and has neither come back nor been used up.
func outstanding(tx *store.Tx, project int64) (money.Fen, error) {
	had, err := advanced(tx, project)
	if err != nil || had == nil || had.State != "paid" {
		return 0, err
	}
	back, err := returned(tx, project)
	return had.Amount - back, err
}

// returned is what the contractor gave back of what was paid ahead.
func returned(tx *store.Tx, project int64) (back money.Fen, err error) {
	err = tx.Model(&AdvanceReturn{}).Select("COALESCE(SUM(amount), 0)").Where("project_id = ? AND revocation_id = 0", project).Scan(&back).Error
	return back, err
}
