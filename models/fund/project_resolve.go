package fund

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of decisions.
var (
	ErrOtherScope = fault.New(fault.Conflict, "project.other_scope", "表决的范围和这个项目的列支范围不是同一个范围；要由受益、分摊的这些业主表决")
	ErrDecided    = fault.New(fault.Conflict, "project.decided", "这项决定已经用于另一个项目；一项决定只管一个项目")
)

// ResolveProject puts the owners' decision under a project: a certified motion to use the fund that names it, by the very scope that pays, whose voting opened after
// the proposal was posted, and for this project alone. Where a court took the decision away, whatever has been done since, a new one takes its
// place until the last payment; a cost that is divided already is divided anew over the new roll.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrNoResolution, ErrOtherScope, ErrDecided, ErrNotNamed.
func (s *Service) ResolveProject(ctx context.Context, actor org.Actor, id, meeting int64, motion int) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "resolved", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if err := p.resolvable(); err != nil {
			return "", nil, err
		}
		if err := s.replaceable(tx, p); err != nil {
			return "", nil, err
		}
		r, err := s.decided(tx, p, meeting, motion)
		if err != nil {
			return "", nil, err
		}
		since, stands, err := s.o.Board.Standing(tx, p.ProposalNotice)
		if err != nil {
			return "", nil, err
		}
		began, err := votedFrom(tx, meeting)
		if err != nil {
			return "", nil, err
		}
		if !stands || began.Before(since) {
			return "", nil, ErrNoResolution.Saying("这项决定的表决在使用方案公示之前就开始了，或者公示已经撤下；请公示后再由业主表决")
		}
		key, old := fmt.Sprintf("%d/%d", meeting, motion), p.Resolution
		p.MeetingID, p.Motion, p.Resolution, p.Decision = meeting, int64(motion), r.Text, &key
		if p.State == ProjectPosted {
			p.State = ProjectResolved
		}
		var used int64
		if err := tx.Model(&Project{}).Where("decision = ? AND id <> ?", key, p.ID).Count(&used).Error; err != nil {
			return "", nil, err
		}
		if used > 0 {
			return "", nil, ErrDecided
		}
		if err := p.named(tx, meeting, motion); err != nil {
			return "", nil, err
		}
		columns := []string{"meeting_id", "motion", "resolution", "decision", "state"}
		if p.State != ProjectSettled && p.State != ProjectFinal {
			return r.Text, columns, nil
		}
		more, err := s.divideAnew(tx, actor, p, old)
		return r.Text + "；已按新的名册重新分摊，请重新公示决算", append(columns, more...), err
	})
}

// resolvable refuses a decision where none may be put under a project any more: after the last payment.
func (p *Project) resolvable() error {
	switch p.State {
	case ProjectPosted, ProjectResolved, ProjectFiled, ProjectUnder, ProjectWorking, ProjectAccepted, ProjectSettled, ProjectFinal, ProjectClosing:
		return nil
	case ProjectPaid:
		return ErrStep.Saying("这个项目已经付清，不能再换业主的决定；决定被法院撤销的，请乡镇（办事处）在“决定被撤销的付款”里办理")
	case ProjectDraft:
		return ErrStep.Saying("使用方案还没有公示；请先公示，再由业主表决")
	}
	return ErrStep.Saying("项目目前“" + ProjectStates[p.State] + "”，不能登记业主的决定")
}

// divideAnew divides final accounts over the roll of the decision that took the place of a revoked one. The old division is kept with the
// reason; the new one is posted anew, and objected to anew.
func (s *Service) divideAnew(tx *store.Tx, actor org.Actor, p *Project, old string) ([]string, error) {
	if err := nothingAsked(tx, p); err != nil {
		return nil, err
	}
	if err := s.replaced(tx, actor, p, old, "原来的决定“"+old+"”被法院撤销，按新的决定“"+p.Resolution+"”重新分摊"); err != nil {
		return nil, err
	}
	if err := s.apportion(tx, p, p.Total); err != nil {
		return nil, err
	}
	p.State, p.FinalNotice, p.FinalNumber, p.FinalDays = ProjectSettled, 0, "", 0
	return []string{"final_notice", "final_number", "final_days"}, nil
}

// replaceable refuses a second decision while the first stands.
func (s *Service) replaceable(tx *store.Tx, p *Project) error {
	if p.State == ProjectPosted {
		return nil
	}
	if p.Kind != OrdinaryUse {
		return ErrStep.Saying(ProjectKinds[p.Kind] + "不用业主表决")
	}
	_, err := s.decided(tx, p, p.MeetingID, int(p.Motion))
	switch {
	case err == nil:
		return ErrStep.Saying("这个项目已经有业主的决定“" + p.Resolution + "”，而且仍然有效")
	case errors.Is(err, ErrNoResolution), errors.Is(err, ErrOtherScope):
		return nil
	}
	return err
}

// decided finds a decision that stands, by a project's own scope.
func (s *Service) decided(tx *store.Tx, p *Project, meeting int64, motion int) (*ruling, error) {
	r, err := resolution(tx, p.EstateID, meeting, motion, "use_fund")
	if err != nil {
		return nil, err
	}
	scope, err := p.Concerns()
	if err != nil {
		return nil, err
	}
	if !sameScope(scope, r.Scope) {
		return nil, ErrOtherScope
	}
	return r, nil
}

// votedFrom gives when the voting of a certified meeting opened, or where that was not kept, when it was certified.
func votedFrom(tx *store.Tx, meeting int64) (time.Time, error) {
	var m assembly.Meeting
	err := tx.Select("id", "opens_at", "certified_at").Where("id = ?", meeting).Take(&m).Error
	if err != nil || m.CertifiedAt == nil {
		return time.Time{}, store.NotFound(err, ErrNoResolution)
	}
	if m.OpensAt != nil {
		return *m.OpensAt, nil
	}
	return *m.CertifiedAt, nil
}
