package disclosure

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// errDone ends a transaction that has nothing left to do.
var errDone = errors.New("disclosure: done before")

// prepared finds a draft. An office sees its own; those who watch over the estate see all, the company none of others.
func prepared(q *gorm.DB, actor org.Actor, action org.Action, id int64) (*Prepared, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var p Prepared
	err := q.Scopes(seen(actor, action)).Where("id = ?", id).Take(&p).Error
	return &p, store.NotFound(err, ErrNoDraft)
}

func seen(actor org.Actor, action org.Action) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = q.Scopes(actor.Within(action, "notice_drafts.estate_id"))
		if actor.Post != nil && actor.Post.OrgKind == org.Company {
			q = q.Where("organisation_id = ?", actor.OrganisationID())
		}
		return q
	}
}

// SubmitDraft asks another person to look at a draft and publish it. The figures must be there to be looked at.
// Faults: ErrForbidden, ErrNoDraft, ErrDraftState, ErrDraftRead, ErrNotClosed.
func (s *Service) SubmitDraft(ctx context.Context, actor org.Actor, id int64, revision int) error {
	return s.turn(ctx, actor, org.PublishNotice, id, "board.submit_draft", func(tx *store.Tx, p *Prepared) error {
		if p.OrganisationID != actor.OrganisationID() {
			return ErrNoDraft
		}
		if p.State != Drafted {
			return ErrDraftState
		}
		if p.Revision != revision {
			return ErrDraftRead
		}
		if _, err := s.figures(tx, p.EstateID, p.queries()); err != nil {
			return err
		}
		return tx.Model(&Prepared{}).Where("id = ?", p.ID).Updates(map[string]any{"state": Submitted, "submitted_by": actor.PersonID, "return_reason": ""}).Error
	})
}

// ReturnDraft gives a submitted draft back to those who wrote it, with the reason.
// Faults: ErrForbidden, ErrNoDraft, ErrDraftState, ErrDraftRead, fault.ErrInvalid.
func (s *Service) ReturnDraft(ctx context.Context, actor org.Actor, id int64, revision int, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明退回原因（2至200个字）"})
	}
	return s.turn(ctx, actor, org.ConfirmNotice, id, "board.return_draft", func(tx *store.Tx, p *Prepared) error {
		if err := p.awaits(revision); err != nil {
			return err
		}
		return tx.Model(&Prepared{}).Where("id = ?", p.ID).Updates(map[string]any{"state": Returned, "return_reason": reason, "decided_by": actor.PersonID, "decided_at": tx.Now}).Error
	})
}

// awaits refuses a draft that is not submitted, or that is not the one that was read.
func (p *Prepared) awaits(revision int) error {
	if p.State != Submitted {
		return ErrDraftState
	}
	if p.Revision != revision {
		return ErrDraftRead
	}
	return nil
}

// ConfirmDraft publishes a submitted draft as the second person, who is neither who wrote it nor who submitted it. It gives the notice's
// id; the same person again gets the same answer.
// Faults: ErrForbidden, ErrNoDraft, ErrDraftState, ErrDraftRead, ErrSamePerson, ErrNotClosed, ErrWithdrawn, ErrUnchanged.
func (s *Service) ConfirmDraft(ctx context.Context, actor org.Actor, id int64, revision int) (notice int64, err error) {
	err = s.turn(ctx, actor, org.ConfirmNotice, id, "board.confirm_draft", func(tx *store.Tx, p *Prepared) error {
		if notice = p.NoticeID; p.State == Published && p.DecidedBy == actor.PersonID && p.Revision == revision {
			return errDone
		}
		if err := p.awaits(revision); err != nil {
			return err
		}
		if slices.Contains([]int64{p.EnteredBy, p.EditedBy, p.SubmittedBy}, actor.PersonID) {
			return ErrSamePerson
		}
		if notice, err = s.carryOut(tx, actor, p); err != nil {
			return err
		}
		return tx.Model(&Prepared{}).Where("id = ?", p.ID).Updates(map[string]any{"state": Published, "notice_id": notice, "decided_by": actor.PersonID, "decided_at": tx.Now}).Error
	})
	if errors.Is(err, errDone) {
		err = nil
	}
	return notice, err
}

// carryOut makes the notice, or the next version of one, that a draft is for.
func (s *Service) carryOut(tx *store.Tx, actor org.Actor, p *Prepared) (int64, error) {
	held, err := s.files.IDsIn(tx, "notice_draft", []int64{p.ID})
	if err != nil {
		return 0, err
	}
	if err := s.unnamed(tx, p.EstateID, p.Title, p.Body, p.queries(), strings.Split(p.NotNames, "、")); err != nil { // somebody may have moved in since
		return 0, err
	}
	files := p.files()
	fresh := slices.DeleteFunc(held[p.ID], func(id int64) bool { return !slices.Contains(files, id) })
	if p.NoticeID != 0 {
		return p.NoticeID, s.carryOver(tx, actor, p, files, fresh)
	}
	d := Draft{EstateID: p.EstateID, Kind: p.Kind, Audience: p.Audience, Form: p.Form, ClientRef: fmt.Sprint("draft:", p.ID), InputHash: p.InputHash}
	n := d.notice(p.OrganisationID, p.Scope)
	if err := s.issue(tx, actor, n, edition{title: p.Title, body: p.Body, files: files, duties: p.duties(), contents: p.Confirmed(), composed: p.EnteredBy == 0, queries: p.queries(), person: cmp.Or(p.EditedBy, p.SubmittedBy), confirmed: actor.PersonID}); err != nil {
		return 0, err
	}
	return n.ID, s.files.Move(tx, fresh, "notice_draft", p.ID, "notice", n.ID)
}

// carryOver makes the next version of a notice.
func (s *Service) carryOver(tx *store.Tx, actor org.Actor, p *Prepared, files, fresh []int64) error {
	var n Notice
	if err := tx.ForUpdate().Where("id = ?", p.NoticeID).Take(&n).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	if n.WithdrawnAt != nil {
		return ErrWithdrawn
	}
	if err := s.files.Move(tx, fresh, "notice_draft", p.ID, "notice", n.ID); err != nil {
		return err
	}
	var last Version
	if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&last).Error; err != nil {
		return err
	}
	if err := p.follows(&last); err != nil {
		return err
	}
	r := Revision{Title: p.Title, Body: p.Body, Reason: p.Reason, FileIDs: fresh}
	for _, a := range last.Attachments() {
		if !slices.Contains(files, a.ID) {
			r.Without = append(r.Without, a.ID)
		}
	}
	if err := s.revise(tx, &n, r, p.queries(), p.EditedBy, actor.PersonID); err != nil {
		return err
	}
	return audit.Append(tx, actor, "board.revise", audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, nil)
}

func (p *Prepared) queries() []Query {
	var list []Query
	_ = json.Unmarshal([]byte(p.Queries), &list) // our own
	return list
}

func (p *Prepared) duties() []int64 {
	var list []int64
	_ = json.Unmarshal([]byte(p.Duties), &list) // our own
	return list
}

// Confirmed is what the writer of a draft confirms to stand in it, item by item, of what its duties ask for.
func (p *Prepared) Confirmed() []string {
	var list []string
	_ = json.Unmarshal([]byte(p.Contents), &list) // our own, empty before there were any
	return list
}

func (p *Prepared) files() []int64 {
	var list []int64
	_ = json.Unmarshal([]byte(p.Files), &list) // our own
	return list
}
