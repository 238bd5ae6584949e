package complaint

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"gorm.io/gorm/clause"
)

// Input is what an action carries. ClientRef may be empty; with one, a repeat of the same input answers the first
// result instead of a conflict.
type Input struct {
	Text      string
	Clause    string
	ToID      int64
	ClientRef string
	InputHash string
}

// maxTalk is how many steps a case may have when a note or a transfer is added: what needs more needs an answer.
const maxTalk = 300

// errRepeat ends a transaction whose step was taken by an earlier request with the same ref.
var errRepeat = errors.New("complaint: this step was already taken")

// act is the one way in which a case moves: find and lock it, check who and when, add the step, tell.
func (s *Service) act(ctx context.Context, actor org.Actor, id int64, a Action, in Input,
	find func(*store.Tx) (*Case, error), move func(*store.Tx, *Case, *Step) (event.Event, error)) (*Case, error) {
	var c *Case
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var err error
		if c, err = find(tx); err != nil {
			return err
		}
		if err := repeated(tx, c, actor, in); err != nil {
			return err
		}
		to, err := c.next(a)
		if err != nil {
			return err
		}
		if c.Version >= maxTalk && (a == Note || a == Transfer) {
			return ErrTalk
		}
		step := Step{CaseID: c.ID, Seq: c.Version + 1, Kind: a, State: to, ToID: in.ToID, Clause: in.Clause, Text: in.Text, Public: true, InputHash: in.InputHash}
		if in.ClientRef != "" {
			step.ClientRef = &in.ClientRef
		}
		c.State, c.Version = to, step.Seq
		told, err := move(tx, c, &step)
		if err != nil {
			return err
		}
		if err := insertStep(tx, actor, &step); err != nil {
			return err
		}
		if err := updateCase(tx, c); err != nil {
			return err
		}
		detail := map[string]any{"state": to, "step": step.Seq, "to": step.ToID, "clause": step.Clause}
		if err := audit.Append(tx, actor, "complaint."+string(a), subject(c), detail); err != nil {
			return err
		}
		if told == nil {
			return nil
		}
		return outbox.Append(tx, told)
	})
	if errors.Is(err, errRepeat) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s complaint %d: %w", a, id, err)
	}
	return c, nil
}

func repeated(tx *store.Tx, c *Case, actor org.Actor, in Input) error {
	if in.ClientRef == "" {
		return nil
	}
	var st Step
	err := tx.Where("case_id = ? AND person_id = ? AND client_ref = ?", c.ID, actor.PersonID, in.ClientRef).Take(&st).Error
	if err != nil {
		return store.NotFound(err, nil)
	}
	if st.InputHash != in.InputHash {
		return ErrRefReused
	}
	return errRepeat
}

func updateCase(tx *store.Tx, c *Case) error {
	res := tx.Model(&Case{}).Where("id = ? AND version = ?", c.ID, c.Version-1).Updates(map[string]any{
		"state": c.State, "version": c.Version, "lead_id": c.LeadID, "offered_id": c.OfferedID, "due_at": c.DueAt,
		"due_reference": c.DueReference, "mandate_version": c.MandateVersion,
		"returns": c.Returns, "closed_at": c.ClosedAt, "display": c.Display, "checked_at": c.CheckedAt})
	return store.MustAffect(res, ErrMove)
}

// lockForWork finds a case that the actor's organisation takes part in, and locks it.
func lockForWork(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return nil, err
	}
	var c Case
	err := tx.ForUpdate().Where("id = ?", id).Scopes(visible(actor)).Take(&c).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &c, nil
}

// lockForLead is lockForWork for what only the lead may do.
func lockForLead(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	c, err := lockForWork(tx, actor, id)
	if err == nil && actor.OrganisationID() != c.LeadID {
		return nil, ErrNotLead
	}
	return c, err
}

// lockForAccept is lockForWork for whoever has to sign: the office that is asked to take over, else the lead.
func lockForAccept(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	c, err := lockForWork(tx, actor, id)
	if err != nil {
		return nil, err
	}
	who := c.LeadID
	if c.OfferedID != 0 {
		who = c.OfferedID
	}
	if actor.OrganisationID() != who {
		return nil, ErrNotLead
	}
	return c, nil
}

// Accept takes the case on. The lead accepts what was dispatched to it; an office that was asked to take over becomes
// the lead with this.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove.
func (s *Service) Accept(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	return s.act(ctx, actor, id, Accept, in,
		func(tx *store.Tx) (*Case, error) { return lockForAccept(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			if c.OfferedID != 0 {
				if err := setRole(tx, c.ID, c.LeadID, "former"); err != nil {
					return nil, err
				}
				if err := setRole(tx, c.ID, c.OfferedID, "lead"); err != nil {
					return nil, err
				}
				c.LeadID, c.OfferedID = c.OfferedID, 0
			}
			e, err := c.event(tx)
			return event.CaseAccepted{Case: e}, err
		})
}

// OfferTransfer asks another office to lead, citing why. The lead keeps the case until the other signs.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove, ErrSameLead, ErrAboutParty, fault.ErrInvalid.
func (s *Service) OfferTransfer(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	in.Text, in.Clause = strings.TrimSpace(in.Text), strings.TrimSpace(in.Clause)
	var c fault.Checks
	c.Check(in.ToID != 0, "to", "请选择转给哪个单位")
	c.Check(in.Text != "" && len([]rune(in.Text)) <= 500, "text", "请写明转办理由，不超过500个字")
	c.Check(in.Clause != "" && len(in.Clause) <= 64, "clause", "转办要引用职责清单的条款，例如“五(四)3”")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.act(ctx, actor, id, Transfer, in,
		func(tx *store.Tx) (*Case, error) { return lockForLead(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			if _, ok := s.pack.Clause(in.Clause); !ok {
				return nil, fault.ErrInvalid.With(fault.Field{Path: "clause", Reason: "职责清单里没有这一条，请写成“五(四)3”这样的条款号"})
			}
			to, err := org.FindOrganisation(tx, in.ToID)
			if err != nil {
				return nil, err
			}
			if to.ID == c.LeadID {
				return nil, ErrSameLead
			}
			if err := mayHandle(tx, c, to); err != nil {
				return nil, err
			}
			if err := s.answersFor(tx, to, c.EstateID); err != nil {
				return nil, err
			}
			if c.OfferedID != 0 && c.OfferedID != to.ID {
				if err := passOver(tx, c); err != nil {
					return nil, err
				}
			}
			if err := offer(tx, c, to.ID); err != nil {
				return nil, err
			}
			c.OfferedID = to.ID
			e, err := c.event(tx)
			return event.CaseTransferred{Case: e, FromID: c.LeadID, ToID: to.ID, ToName: to.Name}, err
		})
}

// mayHandle refuses the body complained about, and those that stand below it or count as one with it.
func mayHandle(tx *store.Tx, c *Case, to *org.Organisation) error {
	if c.AboutID == 0 {
		return nil
	}
	about, err := org.FindOrganisation(tx, c.AboutID)
	if err != nil {
		return err
	}
	if routing.Concerned(reference(to), reference(about)) {
		return ErrAboutParty
	}
	return nil
}

// answersFor refuses an organisation that has nothing to do with the estate: another township's, another company.
func (s *Service) answersFor(tx *store.Tx, to *org.Organisation, estateID int64) error {
	if to.CityWide {
		return nil
	}
	var e org.Estate
	if err := tx.Where("id = ?", estateID).Take(&e).Error; err != nil {
		return store.NotFound(err, org.ErrEstateNotFound)
	}
	for _, id := range []int64{e.TownshipID, e.CommunityID, e.CompanyID, e.CommitteeID} {
		if id == to.ID {
			return nil
		}
	}
	return org.ErrOrganisationNotFound.Saying("这个单位不负责本小区，请重新选择")
}

// setRole records what an organisation is in the case from now on.
func setRole(tx *store.Tx, caseID, organisation int64, role string) error {
	res := tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ?", caseID, organisation).Updates(map[string]any{"role": role, "since": tx.Now})
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	return tx.Create(&Party{CaseID: caseID, OrganisationID: organisation, Role: role, Since: tx.Now}).Error
}

// offer lets an office see the case that it is asked to lead; what it is in the case already stays.
func offer(tx *store.Tx, c *Case, organisation int64) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Party{CaseID: c.ID, OrganisationID: organisation, Role: "offered", Since: tx.Now}).Error
}

// passOver takes the case out of the sight of an office that was asked and did not take it. Without this a lead could
// spread a private complaint by offering it around.
func passOver(tx *store.Tx, c *Case) error {
	return tx.Where("case_id = ? AND organisation_id = ? AND role = ?", c.ID, c.OfferedID, "offered").Delete(&Party{}).Error
}

// Reply answers the resident, who then confirms or returns.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove, fault.ErrInvalid.
func (s *Service) Reply(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	in.Text = strings.TrimSpace(in.Text)
	if n := len([]rune(in.Text)); n < 10 || n > 2000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明何时受理、联系了谁、做了什么、结果如何（10至2000个字）"})
	}
	return s.act(ctx, actor, id, Answer, in,
		func(tx *store.Tx) (*Case, error) { return lockForLead(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			if c.OfferedID != 0 {
				if err := passOver(tx, c); err != nil {
					return nil, err
				}
				c.OfferedID = 0
			}
			e, err := c.event(tx)
			return event.CaseAnswered{Case: e}, err
		})
}

// Tell adds a note on progress that the resident sees.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove, fault.ErrInvalid.
func (s *Service) Tell(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	in.Text = strings.TrimSpace(in.Text)
	if n := len([]rune(in.Text)); n < 2 || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写2至500个字"})
	}
	return s.act(ctx, actor, id, Note, in,
		func(tx *store.Tx) (*Case, error) { return lockForLead(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			return nil, nil //nolint:nilnil // a note is shown in the timeline and told to nobody
		})
}

// Confirm closes the case: the resident is content.
// Faults: ErrForbidden, ErrNotFound, ErrMove.
func (s *Service) Confirm(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	return s.act(ctx, actor, id, Confirm, in,
		func(tx *store.Tx) (*Case, error) { return lockOwn(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			c.ClosedAt = &tx.Now
			e, err := c.event(tx)
			return event.CaseConfirmed{Case: e}, err
		})
}

// GiveBack returns the case: the resident is not content and says why. The lead's clock starts again.
// Faults: ErrForbidden, ErrNotFound, ErrMove, fault.ErrInvalid.
func (s *Service) GiveBack(ctx context.Context, actor org.Actor, id int64, in Input) (*Case, error) {
	in.Text = strings.TrimSpace(in.Text)
	if n := len([]rune(in.Text)); n < 2 || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明哪里没有解决（2至500个字）"})
	}
	return s.act(ctx, actor, id, Return, in,
		func(tx *store.Tx) (*Case, error) { return lockOwn(tx, actor, id) },
		func(tx *store.Tx, c *Case, st *Step) (event.Event, error) {
			c.Returns++
			if err := s.restartClock(tx, c); err != nil {
				return nil, err
			}
			e, err := c.event(tx)
			return event.CaseReturned{Case: e, Returns: c.Returns}, err
		})
}

func lockOwn(tx *store.Tx, actor org.Actor, id int64) (*Case, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	var c Case
	if err := tx.ForUpdate().Where("id = ? AND person_id = ?", id, actor.PersonID).Take(&c).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &c, nil
}
