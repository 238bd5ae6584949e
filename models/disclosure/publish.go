package disclosure

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Files ties uploads to a notice in the caller's transaction.
type Files interface {
	// IDsFor lists what is attached to a subject.
	IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error)
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	IDsIn(tx *store.Tx, subjectKind string, subjectIDs []int64) (map[int64][]int64, error)
	Move(tx *store.Tx, ids []int64, fromKind string, fromID int64, toKind string, toID int64) error
	Sum(tx *store.Tx, id int64) (string, error)
	Pixels(tx *store.Tx, id int64) (width, height int, err error)
}

// mostParts bounds a scope that names its parts.
const mostParts = 200

// within refuses parts of a scope that are not the estate's, and gives the scope as it is stored.
func within(tx *store.Tx, estate int64, s event.Scope) (string, error) {
	if s.Whole() {
		return "", nil
	}
	ok, err := org.HasParts(tx, estate, s)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.ErrInvalid.With(fault.Field{Path: "scope", Reason: "有的楼幢或房屋不在这个小区，请重新选择"})
	}
	text, err := json.Marshal(s)
	return string(text), err
}

// ours begin the refs of what follows from an act elsewhere: whoever took one before would keep that notice off the board.
var ours = []string{"meeting:", "project:", "draft:", "committee-"}

// sumAlone tells what to do with a sum of money that one person alone would publish, whatever the form.
const sumAlone = "里面有金额，要由另一个人核对后发布：请把这份内容保存为草稿并提交，再请另一个人确认；没有金额的内容可以直接发布"

// guarded reports whether it takes two people to change a notice or to take it off the board: it is about money, or follows from an act
// elsewhere, such as a result or final accounts.
func (n *Notice) guarded() bool {
	made := func(prefix string) bool { return prefix != "draft:" && strings.HasPrefix(n.ClientRef, prefix) }
	return n.Form.Money() || slices.ContainsFunc(ours, made)
}

// Publish puts a notice on an estate's board and tells the residents; one about some buildings or units alone tells those who own
// and live there. What is about money takes a second person: see SaveDraft.
// Faults: ErrForbidden, ErrEstateNotFound, ErrRefReused, ErrSecondPerson, fault.ErrInvalid.
func (s *Service) Publish(ctx context.Context, actor org.Actor, d Draft) (*Notice, error) {
	d.ConfirmedBy = 0
	if system(d.ClientRef) {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "这个提交编号留给系统自动发布的公示，请换一个编号"})
	}
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	if len(d.Queries) > 0 {
		return nil, ErrSecondPerson
	}
	if HasSum(d.Title + "\n" + d.Body) {
		return nil, ErrSecondPerson.Saying(sumAlone)
	}
	var n *Notice
	err := s.writing(ctx, actor, d.EstateID, func(tx *store.Tx) (err error) {
		if err := s.unnamed(tx, d.EstateID, d.Title, d.Body, d.Queries, nil); err != nil {
			return err
		}
		n, err = s.PublishIn(tx, actor, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("publish notice: %w", err)
	}
	return n, nil
}

// PublishIn is Publish in the transaction of another domain, whose act is public with it; where the form is about money that domain
// names the second person who has looked at it.
func (s *Service) PublishIn(tx *store.Tx, actor org.Actor, d Draft) (*Notice, error) {
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	if system(d.ClientRef) && wording.Debtor(d.Title+"\n"+d.Body) != "" && !strings.HasPrefix(d.ClientRef, "project:") { // the act stands, as with names
		d.Title, d.Body = wording.HideDoors(d.Title), wording.HideDoors(d.Body)
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.Form.Money() && (d.ConfirmedBy == 0 || d.ConfirmedBy == actor.PersonID) {
		return nil, ErrSecondPerson
	}
	estate, err := org.EstateFor(tx, actor, org.PublishNotice, d.EstateID)
	if err != nil {
		return nil, err
	}
	had, err := published(tx, actor.PersonID, d.ClientRef)
	if err != nil {
		return nil, err
	}
	if had != nil {
		if had.InputHash != d.InputHash {
			return nil, ErrRefReused
		}
		return had, nil
	}
	scope, err := within(tx, estate.ID, d.Scope)
	if err != nil {
		return nil, err
	}
	if d.Title, d.Body, err = s.blotted(tx, estate.ID, d.Title, d.Body, nil); err != nil {
		return nil, err
	}
	for i := range d.Queries { // they may quote what a project is called
		if d.Queries[i].Label, _, err = s.blotted(tx, estate.ID, d.Queries[i].Label, "", nil); err != nil {
			return nil, err
		}
	}
	n := d.notice(actor.OrganisationID(), scope)
	e := edition{title: d.Title, body: d.Body, files: slices.Concat(d.FileIDs, d.Papers), duties: d.Duties, contents: d.Contents, queries: d.Queries, person: actor.PersonID, confirmed: d.ConfirmedBy}
	if err := s.issue(tx, actor, n, e); err != nil {
		return nil, err
	}
	return n, s.files.Attach(tx, actor, d.FileIDs, "notice", "notice", n.ID, n.EstateID)
}

// published finds what somebody has published under a ref; nil where it is new.
func published(tx *store.Tx, person int64, ref string) (*Notice, error) {
	var had []Notice
	if err := tx.Where("published_by = ? AND client_ref = ?", person, ref).Limit(1).Find(&had).Error; err != nil || len(had) == 0 {
		return nil, err
	}
	return &had[0], nil
}

// notice is the row of a draft that is published.
func (d *Draft) notice(organisation int64, scope string) *Notice {
	n := &Notice{EstateID: d.EstateID, OrganisationID: organisation, Kind: d.Kind, Audience: d.Audience, Form: d.Form, Scope: scope, ClientRef: d.ClientRef, InputHash: d.InputHash}
	if n.Kind == Posting {
		n.DaysKey = cmp.Or(d.DaysKey, formDays[d.Form], daysKey)
	}
	return n
}

// issue gives a notice its number, writes its first version and tells people. The caller ties the files to it.
func (s *Service) issue(tx *store.Tx, actor org.Actor, n *Notice, e edition) error {
	if err := s.number(tx, n, actor.PersonID); err != nil {
		return err
	}
	if err := s.fulfil(tx, n, e); err != nil {
		return err
	}
	if err := s.publishVersion(tx, n, 1, e); err != nil {
		return err
	}
	subject := audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}
	if err := audit.Append(tx, actor, "board.publish", subject, map[string]any{"number": n.Number, "kind": n.Kind}); err != nil {
		return err
	}
	return tell(tx, n, e.title)
}

// number gives a new notice its disclosure number and its row.
func (s *Service) number(tx *store.Tx, n *Notice, person int64) error {
	var err error
	if n.Number, err = store.NextNumber(tx, "G"); err != nil {
		return err
	}
	n.CurrentVersion, n.PublishedBy, n.PublishedAt = 1, person, tx.Now
	if err := tx.Create(n).Error; err != nil {
		return store.Raced(fmt.Errorf("publish %s: %w", n.ClientRef, err))
	}
	return nil
}

// tell says that a notice is on the board.
func tell(tx *store.Tx, n *Notice, title string) error {
	e := event.NoticePublished{NoticeID: n.ID, Number: n.Number, EstateID: n.EstateID, Sort: SortNames[n.Kind], Title: title, OrganisationID: n.OrganisationID, Scoped: n.Scope != "", At: tx.Now}
	if n.Scope != "" {
		if err := json.Unmarshal([]byte(n.Scope), &e.Scope); err != nil {
			return err
		}
	}
	names, err := org.EstateNames(tx, []int64{n.EstateID})
	if err != nil {
		return err
	}
	offices, err := org.Organisations(tx, []int64{n.OrganisationID})
	if err != nil {
		return err
	}
	e.EstateName, e.PublisherName = names[n.EstateID], offices[n.OrganisationID].Name
	return outbox.Append(tx, e)
}
