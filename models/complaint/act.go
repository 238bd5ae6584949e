package complaint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// How often one office, and one complainant, may do what only talks: what needs more needs an answer.
const (
	maxTalk    = 300
	maxOwnTalk = 100
)

var talk = []Action{Note, Transfer, Supply, Urge, Plan, Assign, Hold, Ask}

// errRepeat ends a transaction whose step was taken by an earlier request with the same ref.
var errRepeat = errors.New("complaint: this step was already taken")

// turn is one action on one case while it is being done.
type turn struct {
	*Service
	tx    *store.Tx
	actor audit.Actor
	c     *Case
	mine  *Complainant // of a complainant who acts
	who   []Who
	in    Input
	move  Move
	from  State  // where the case stood
	back  State  // and where Back led from there
	via   string // how a complainant's word came in, when not from themselves
	step  *Step
	told  []event.Event
}

// effects are what the actions do beyond moving the state. An effect may change the case, the step and where the move
// leads; the rest of the turn stores what it left.
var effects map[Action]func(*turn) error

func init() {
	effects = map[Action]func(*turn) error{
		Accept: (*turn).accept, Refuse: (*turn).refuse, Transfer: (*turn).transfer, Arbitrate: (*turn).arbitrate, Redirect: (*turn).redirect,
		Split: (*turn).split, Merge: (*turn).merge, Ask: (*turn).ask, Supply: (*turn).supply, Plan: (*turn).plan, Hold: (*turn).hold,
		Resume: (*turn).resume, Conclude: (*turn).conclude, Answer: (*turn).answer, Confirm: (*turn).confirm, Return: (*turn).giveBack,
		Reopen: (*turn).reopen, Withdraw: (*turn).withdraw, ForceClose: (*turn).forceClose, Urge: (*turn).urge, Rate: (*turn).rate,
		Assign: (*turn).assign, Note: (*turn).note, Reveal: (*turn).reveal, Lapse: (*turn).lapse, Escalate: (*turn).escalate,
	}
}

// Act does an office's action on a case.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove, ErrTalk, ErrRefReused, fault.ErrInvalid, and those of the action.
func (s *Service) Act(ctx context.Context, actor org.Actor, id int64, a Action, in Input) (*Case, error) {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return nil, err
	}
	return s.act(ctx, actor, id, a, in, func(t *turn) error { return s.office(t, actor, id) })
}

// office finds and locks the case on which an office acts.
func (s *Service) office(t *turn, actor org.Actor, id int64) error {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return err
	}
	var c Case
	err := t.tx.ForUpdate().Where("cases.id = ?", id).Scopes(visible(actor)).Take(&c).Error
	if err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	t.c = &c
	t.who, t.mine, err = c.roles(t.tx, actor)
	return err
}

// ActOwn does a complainant's action on a case of theirs.
// Faults: ErrForbidden, ErrNotFound, ErrMove, ErrTalk, ErrRefReused, fault.ErrInvalid, and those of the action.
func (s *Service) ActOwn(ctx context.Context, actor org.Actor, id int64, a Action, in Input) (*Case, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	return s.act(ctx, actor, id, a, in, func(t *turn) error {
		return t.as(func(q *gorm.DB) *gorm.DB { return q.Scopes(ownOf(actor.PersonID, id)) })
	})
}

// as finds the receipt under which a complainant acts, and the case it counts in.
func (t *turn) as(which func(*gorm.DB) *gorm.DB) error {
	var mine Complainant
	if err := t.tx.Scopes(which).Limit(1).Take(&mine).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	// The case is locked before the receipt is read for good: a merge moves receipts under the lock of their case.
	var c Case
	if err := t.tx.ForUpdate().Where("id = ?", mine.CaseID).Take(&c).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	if err := t.tx.ForUpdate().Where("id = ?", mine.ID).Take(&mine).Error; err != nil {
		return err
	}
	if mine.CaseID != c.ID {
		c = Case{}
		if err := t.tx.ForUpdate().Where("id = ?", mine.CaseID).Take(&c).Error; err != nil {
			return err
		}
	}
	t.c, t.mine = &c, &mine
	if mine.State != Gone {
		t.who = []Who{ByComplainant}
	}
	return nil
}

// act is the one way in which a case moves: find and lock it, check who and when, do it, add the step, tell.
func (s *Service) act(ctx context.Context, actor audit.Actor, id int64, a Action, in Input, take func(*turn) error) (*Case, error) {
	in.trim()
	if err := in.check(a); err != nil {
		return nil, err
	}
	var done *Case
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		t := &turn{Service: s, tx: tx, actor: actor, in: in}
		if err := take(t); err != nil {
			return err
		}
		done = t.c
		if err := t.repeated(); err != nil {
			return err
		}
		return t.do(a)
	})
	if errors.Is(err, errRepeat) {
		return done, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s complaint %d: %w", a, id, err)
	}
	return done, nil
}

// do makes the move and stores what it changed.
func (t *turn) do(a Action) error {
	c := t.c
	move, err := find(c.State, a, t.who)
	if err != nil {
		return t.ownMove(err)
	}
	if err := t.mayTalk(a, move); err != nil {
		return err
	}
	if c.ParentID != 0 && slices.Contains(wholeOnly, a) {
		return ErrPart
	}
	t.move, t.from, t.back = move, c.State, c.Resume
	t.step = &Step{CaseID: c.ID, Kind: a, ToID: t.in.ToID, Clause: t.in.Clause, Text: t.in.Text, OnAt: t.in.On, Public: true, InputHash: t.in.InputHash}
	if t.mine != nil && (move.Who == ByComplainant || move.Who == ByNeighbour) {
		t.step.ComplainantID = t.mine.ID
	}
	if t.in.ClientRef != "" {
		t.step.ClientRef = &t.in.ClientRef
	}
	t.goes(move.To)
	if effect := effects[a]; effect != nil {
		if err := effect(t); err != nil {
			return err
		}
	}
	if err := t.store(a); err != nil {
		return err
	}
	return t.gather(t.tx, c)
}

// mayTalk bounds what one office or one complainant adds to a case; what others wrote takes nothing from them, and who was
// asked may always answer.
func (t *turn) mayTalk(a Action, move Move) error {
	if !slices.Contains(talk, a) || (a == Supply && t.c.State == Awaiting) {
		return nil
	}
	q, limit, full := t.tx.Model(&Step{}).Where("case_id = ? AND kind IN ?", t.c.ID, talk), int64(maxTalk), ErrTalk
	if move.Who == ByComplainant {
		q, limit, full = q.Where("complainant_id = ?", t.mine.ID), maxOwnTalk, ErrOwnTalk
	} else {
		_, _, own, _ := t.actor.AuditTrail()
		q = q.Where("organisation_id = ? AND complainant_id = 0", own)
	}
	var n int64
	if err := q.Count(&n).Error; err != nil {
		return err
	}
	if n >= limit {
		return full
	}
	return nil
}

// goes sets the state, remembering where Back leads.
func (t *turn) goes(to State) {
	c := t.c
	switch to {
	case Same:
	case Back:
		c.State, c.Resume = c.Resume, ""
		if c.State == "" {
			c.State = Accepted
		}
	case Offered, Arbitration, Awaiting, Held, Parted:
		if c.Resume == "" {
			c.Resume = c.State
		}
		c.State = to
	default:
		c.State, c.Resume = to, ""
	}
}

// store writes the step, the case, its parties, the trail and the messages.
func (t *turn) store(a Action) error {
	c := t.c
	c.Version++
	t.step.Seq, t.step.State = c.Version, c.State
	if err := t.clock(); err != nil {
		return err
	}
	if err := insertStep(t.tx, t.actor, t.step); err != nil {
		return err
	}
	if err := t.watched(); err != nil {
		return err
	}
	if err := t.attach(); err != nil {
		return err
	}
	c.Indexed = c.Indexed && t.step.Text == ""
	if c.ParentID != 0 && t.step.Text != "" { // the whole is found by what is written in its parts
		if err := t.tx.Model(&Case{}).Where("id = ?", c.ParentID).Update("indexed", false).Error; err != nil {
			return err
		}
	}
	if err := updateCase(t.tx, c); err != nil {
		return err
	}
	if err := c.seat(t.tx); err != nil {
		return err
	}
	detail := map[string]any{"state": c.State, "step": c.Version, "to": t.step.ToID, "clause": t.step.Clause}
	if err := audit.Append(t.tx, t.actor, "complaint."+string(a), subject(c), detail); err != nil {
		return err
	}
	for _, e := range t.told {
		if err := outbox.Append(t.tx, e); err != nil {
			return err
		}
	}
	return nil
}

// attach ties the pictures that came with the step to it.
func (t *turn) attach() error {
	if len(t.in.FileIDs) == 0 {
		return nil
	}
	actor, ok := t.actor.(org.Actor)
	if !ok {
		return fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "这里不能带照片，请用小程序"})
	}
	return t.files.Attach(t.tx, actor, t.in.FileIDs, "photo", stepFiles, t.step.ID, t.c.EstateID)
}

// tell says that the case moved; words are in the notification plan.
func (t *turn) tell(mk func(event.Case) event.Event) error {
	e, err := t.c.event(t.tx)
	if err == nil {
		t.told = append(t.told, mk(e))
	}
	return err
}

// moved tells of an action that needs no more than its name, its text and another office.
func (t *turn) moved(a Action, to *org.Organisation) error {
	return t.tell(func(e event.Case) event.Event {
		m := event.CaseMoved{Case: e, What: string(a)}
		if to != nil {
			m.ToID, m.ToName = to.ID, to.Name
		}
		if t.step.OnAt != nil {
			m.On = *t.step.OnAt
		}
		return m
	})
}

// repeated ends the turn if an earlier request with the same ref took the step.
func (t *turn) repeated() error {
	if t.in.ClientRef == "" {
		return nil
	}
	person, _, _, _ := t.actor.AuditTrail()
	var st Step
	err := t.tx.Where("case_id = ? AND person_id = ? AND client_ref = ?", t.c.ID, person, t.in.ClientRef).Take(&st).Error
	if err != nil {
		return store.NotFound(err, nil)
	}
	if st.InputHash != t.in.InputHash {
		return ErrRefReused
	}
	return errRepeat
}

// detail keeps a structured part of the step beside its text.
func (t *turn) detail(v any) error {
	var body strings.Builder
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	t.step.Detail = strings.TrimSpace(body.String())
	if len([]rune(t.step.Detail)) > maxDetail {
		return fault.ErrInvalid.With(fault.Field{Path: "report", Reason: "引号、换行或特殊符号太多，请写成普通文字"})
	}
	return nil
}

// maxDetail is what the column holds.
const maxDetail = 4000

func insertStep(tx *store.Tx, actor audit.Actor, st *Step) error {
	st.PersonID, st.PostID, st.OrganisationID, _ = actor.AuditTrail()
	st.At = tx.Now
	return store.Raced(tx.Create(st).Error) // the same tap at the same moment: the second run finds the first one's step
}

// updateCase writes what a turn may change, if nobody else took a turn since.
func updateCase(tx *store.Tx, c *Case) error {
	res := tx.Model(&Case{}).Where("id = ? AND version = ?", c.ID, c.Version-1).
		Select("*").Omit("id", "number", "source", "estate_id", "created_at", "text").Updates(c)
	return store.MustAffect(res, ErrMove)
}
