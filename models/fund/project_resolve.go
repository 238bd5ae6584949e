package fund

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// ResolveProject puts the owners' decision under a project: a certified motion to use the fund, by the very scope that pays, whose voting opened after
// the proposal was posted, and for this project alone. Where a court took the decision away, whatever has been done since, a new one takes its
// place, until the cost is divided over the roll of the vote.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrNoResolution, ErrOtherScope, ErrDecided.
func (s *Service) ResolveProject(ctx context.Context, actor org.Actor, id, meeting int64, motion int) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "resolved", resolvable, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
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
		key := fmt.Sprintf("%d/%d", meeting, motion)
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
		return r.Text, []string{"meeting_id", "motion", "resolution", "decision", "state"}, nil
	})
}

// resolvable are the states in which a decision may be put under a project: the proposal's posting, and later ones for a decision that fell.
var resolvable = []ProjectState{ProjectPosted, ProjectResolved, ProjectFiled, ProjectUnder, ProjectWorking, ProjectAccepted}

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

// CancelProject ends a project before there is a contract; its decision is free again.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) CancelProject(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 4, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明取消的原因（4至500个字），业主会看到"})
	}
	from := []ProjectState{ProjectDraft, ProjectPosted, ProjectResolved, ProjectFiled}
	return s.take(ctx, actor, id, step{org.RunProject, "cancelled", from, true}, func(_ *store.Tx, p *Project) (string, []string, error) {
		p.State, p.Decision, p.ReviewOpen = ProjectCancelled, nil, nil
		return reason, []string{"state", "decision", "review_open"}, nil
	})
}
