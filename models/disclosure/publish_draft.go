package disclosure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// State is where a draft stands.
type State string

// The states.
const (
	Drafted   State = "draft"
	Submitted State = "submitted"
	Returned  State = "returned" // with a reason; its office writes it anew
	Published State = "published"
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Drafted: "草稿", Submitted: "待另一人核对", Returned: "退回修改", Published: "已发布"}

// Prepared is a notice, or the next version of one, that one person has written and another publishes.
type Prepared struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	OrganisationID int64
	NoticeID       int64 // what it is a version of, and what came of it; 0 before
	Kind           Sort
	Audience       Audience
	Form           Form
	Duties         string // ids of the duties that it fulfils, as JSON
	Contents       string // what they ask for and its writer confirms, as JSON
	Scope          string
	Title          string
	Body           string
	Reason         string // of a new version
	Queries        string // []Query as JSON
	Files          string // ids as JSON: of a new version all that it shall have
	NotNames       string // words that the writer says are nobody's name here, by 、; who confirms looks at them
	State          State
	Revision       int // counts the changes: who confirms names the one that was read
	EnteredBy      int64
	EditedBy       int64
	SubmittedBy    int64
	DecidedBy      int64
	DecidedAt      *time.Time
	ReturnReason   string
	CreatedAt      time.Time
	ClientRef      string
	InputHash      string
}

// TableName names the table.
func (Prepared) TableName() string { return "notice_drafts" }

// Faults of drafts.
var (
	ErrNoDraft    = fault.New(fault.NotFound, "notice.no_draft", "没有找到这份草稿")
	ErrDraftState = fault.New(fault.Conflict, "notice.draft_state", "这份草稿现在不能这样办，请刷新后看它的状态")
	ErrDraftRead  = fault.New(fault.Conflict, "notice.draft_changed", "草稿在您看过之后又改过，请重新看一遍再办")
	ErrSamePerson = fault.New(fault.Forbidden, "notice.same_person", "写这份公示的人不能自己核对发布，请由另一个人核对")
)

// SaveDraft keeps what shall be published. notice is the one that it is a new version of, with the reason; 0 for a new one.
// Faults: ErrForbidden, ErrEstateNotFound, ErrNotFound, ErrWithdrawn, ErrRefReused, fault.ErrInvalid.
func (s *Service) SaveDraft(ctx context.Context, actor org.Actor, d Draft, notice int64, reason string) (*Prepared, error) {
	var p *Prepared
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	err := s.writing(ctx, actor, d.EstateID, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.PublishNotice, d.EstateID)
		if err != nil {
			return err
		}
		var had []Prepared
		if err := tx.Where("entered_by = ? AND client_ref = ?", actor.PersonID, d.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if p = &had[0]; p.InputHash != d.InputHash {
				return ErrRefReused
			}
			return nil
		}
		p = &Prepared{EstateID: e.ID, OrganisationID: actor.OrganisationID(), NoticeID: notice, State: Drafted, EnteredBy: actor.PersonID, CreatedAt: tx.Now, ClientRef: d.ClientRef, InputHash: d.InputHash}
		if err := s.write(tx, actor, p, d, reason); err != nil {
			return err
		}
		if err := tx.Create(p).Error; err != nil {
			return store.Raced(err)
		}
		if err := s.hold(tx, actor, p, d.FileIDs); err != nil {
			return err
		}
		return p.note(tx, actor, "board.draft")
	})
	return p, err
}

// EditDraft changes a draft that is not submitted; revision is the one that was read.
// Faults: ErrForbidden, ErrNoDraft, ErrDraftState, ErrDraftRead, fault.ErrInvalid.
func (s *Service) EditDraft(ctx context.Context, actor org.Actor, id int64, revision int, d Draft, reason string) error {
	return s.turn(ctx, actor, org.PublishNotice, id, "board.edit_draft", func(tx *store.Tx, p *Prepared) error {
		if p.OrganisationID != actor.OrganisationID() {
			return ErrNoDraft
		}
		if p.State != Drafted && p.State != Returned {
			return ErrDraftState
		}
		if p.Revision != revision {
			return ErrDraftRead
		}
		d.EstateID, d.ClientRef = p.EstateID, p.ClientRef
		if err := p.keeps(&d); err != nil {
			return err
		}
		if err := s.write(tx, actor, p, d, reason); err != nil {
			return err
		}
		if err := s.hold(tx, actor, p, d.FileIDs); err != nil {
			return err
		}
		return tx.Model(&Prepared{}).Where("id = ?", p.ID).Updates(map[string]any{"kind": p.Kind, "audience": p.Audience, "form": p.Form, "scope": p.Scope, "title": p.Title, "body": p.Body,
			"reason": p.Reason, "queries": p.Queries, "files": p.Files, "not_names": p.NotNames, "duties": p.Duties, "contents": p.Contents, "state": Drafted, "revision": p.Revision, "edited_by": p.EditedBy}).Error
	})
}

// write checks a draft and puts it into its row.
func (s *Service) write(tx *store.Tx, actor org.Actor, p *Prepared, d Draft, reason string) error {
	if p.NoticeID != 0 {
		n, err := own(tx, actor, p.NoticeID)
		if err != nil {
			return err
		}
		if n.EstateID != p.EstateID {
			return ErrNotFound
		}
		var last Version
		if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&last).Error; err != nil {
			return err
		}
		if err := p.follows(&last); err != nil {
			return err
		}
		d.Kind, d.Audience, d.Form = n.Kind, n.Audience, n.Form
		r := Revision{Title: d.Title, Body: d.Body, Reason: reason}
		if err := r.check(n.Form, d.Queries, len(d.FileIDs)); err != nil {
			return err
		}
		d.Title, d.Body, reason, p.Scope = r.Title, r.Body, r.Reason, n.Scope
	} else {
		if d.Form == Repair {
			return fault.ErrInvalid.With(fault.Field{Path: "form", Reason: "维修项目的公示由系统在办理项目时发布；另外要公布的，请选“维修项目决算”或“维修资金情况表”"})
		}
		if err := d.check(); err != nil {
			return err
		}
		var err error
		if p.Scope, err = within(tx, p.EstateID, d.Scope); err != nil {
			return err
		}
		reason = ""
	}
	if d.NotNames = words(d.NotNames); len([]rune(strings.Join(d.NotNames, "、"))) > 100 {
		return fault.ErrInvalid.With(fault.Field{Path: "not_names", Reason: "不是人名的词，一共不超过100个字"})
	}
	if err := s.unnamed(tx, p.EstateID, d.Title, d.Body, d.Queries, d.NotNames); err != nil {
		return err
	}
	if d.Contents = words(d.Contents); len([]rune(strings.Join(d.Contents, "\",\""))) > 1900 {
		return fault.ErrInvalid.With(fault.Field{Path: "contents", Reason: "逐项确认的内容太长，请照清单里“要写明什么”的各项填写"})
	}
	for i := range d.Queries {
		if err := d.Queries[i].fits(i); err != nil {
			return err
		}
	}
	queries, err := json.Marshal(d.Queries)
	if err != nil {
		return err
	}
	duties, err := json.Marshal(d.Duties)
	if err != nil {
		return err
	}
	contents, err := json.Marshal(d.Contents)
	if err != nil {
		return err
	}
	if err := s.openQueries(tx, actor, p, d.Queries); err != nil {
		return err
	}
	files, err := json.Marshal(d.FileIDs)
	p.Kind, p.Audience, p.Form, p.Title, p.Body, p.Reason, p.Queries, p.Duties, p.Files = d.Kind, d.Audience, d.Form, d.Title, d.Body, reason, string(queries), string(duties), string(files)
	p.Contents = string(contents)
	p.NotNames = strings.Join(d.NotNames, "、")
	p.EditedBy, p.Revision = actor.PersonID, p.Revision+1
	return err
}

// follows refuses to put a draft on top of a version that its writer has not seen.
func (p *Prepared) follows(last *Version) error {
	if last.At.After(p.CreatedAt) {
		return ErrOutdated.Saying("这份修改草稿写好以后，公示又发布了新版本；请先看新版本，照它重新写一份修改草稿")
	}
	return nil
}

// hold ties the files to the draft that are neither its own nor its notice's yet.
func (s *Service) hold(tx *store.Tx, actor org.Actor, p *Prepared, files []int64) error {
	had, err := s.files.IDsIn(tx, "notice_draft", []int64{p.ID})
	if err != nil {
		return err
	}
	known := had[p.ID]
	if p.NoticeID != 0 {
		had, err := s.files.IDsIn(tx, "notice", []int64{p.NoticeID})
		if err != nil {
			return err
		}
		known = append(known, had[p.NoticeID]...)
		var last Version // papers of an act are tied to the act
		err = tx.Where("notice_id = ? AND version = (SELECT current_version FROM notices n WHERE n.id = notice_id)", p.NoticeID).Take(&last).Error
		if err != nil {
			return err
		}
		for _, a := range last.Attachments() {
			known = append(known, a.ID)
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(files), func(id int64) bool { return slices.Contains(known, id) })
	return s.files.Attach(tx, actor, fresh, "notice", "notice_draft", p.ID, p.EstateID)
}

func (p *Prepared) note(tx *store.Tx, actor org.Actor, verb string) error {
	return audit.Append(tx, actor, verb, audit.Subject{Kind: "notice_draft", ID: p.ID, Estate: p.EstateID}, map[string]any{"revision": p.Revision})
}

// turn runs f on a draft that the actor may see, locked, and records it.
func (s *Service) turn(ctx context.Context, actor org.Actor, action org.Action, id int64, verb string, f func(*store.Tx, *Prepared) error) error {
	if err := actor.Must(action); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	estate, err := s.estateOf(ctx, &Prepared{}, id)
	if err != nil {
		return err
	}
	write := s.db.InTx
	if verb == "board.edit_draft" { // the others write nothing
		write = func(ctx context.Context, f func(*store.Tx) error) error { return s.writing(ctx, actor, estate, f) }
	}
	err = write(ctx, func(tx *store.Tx) error {
		p, err := prepared(tx.ForUpdate(), actor, action, id)
		if err != nil {
			return err
		}
		if err := f(tx, p); err != nil {
			return err
		}
		return p.note(tx, actor, verb)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}
