package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Files ties uploads to a notice in the caller's transaction.
type Files interface {
	// IDsFor lists what is attached to a subject.
	IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error)
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// Draft is what an organisation wants to publish.
type Draft struct {
	EstateID  int64
	Kind      Sort
	Audience  Audience
	Scope     event.Scope // the buildings and units that it is about; empty for the whole estate
	Title     string
	Body      string
	FileIDs   []int64
	ClientRef string
	InputHash string
}

func (d *Draft) check() error {
	d.Title, d.Body = strings.TrimSpace(d.Title), strings.TrimSpace(d.Body)
	var c fault.Checks
	c.Check(SortNames[d.Kind] != "", "kind", "请选择公示、公告或通知")
	c.Check(d.Audience == Everyone || d.Audience == Residents, "audience", "请选择公开（public）或仅本小区（residents）")
	c.Check(d.Title != "" && len([]rune(d.Title)) <= 60, "title", "请填写标题，不超过60个字")
	c.Check(d.Body != "" && len([]rune(d.Body)) <= 10000, "body", "请填写正文，不超过10000个字")
	c.Check(len(d.Scope.Buildings)+len(d.Scope.Units) <= mostParts, "scope", "一次最多选200幢或户；更多的请选整个小区")
	c.Check(len(d.FileIDs) <= 20, "file_ids", "附件不超过20份")
	c.Check(d.ClientRef != "" && len(d.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
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

// Publish puts a notice on an estate's board and tells the residents; one about some buildings or units alone tells those who own
// and live there.
// Faults: ErrForbidden, ErrEstateNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) Publish(ctx context.Context, actor org.Actor, d Draft) (*Notice, error) {
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	var n *Notice
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		n, err = s.publish(tx, actor, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("publish notice: %w", err)
	}
	return n, nil
}

// PublishIn is Publish in the transaction of another domain, whose act is public with it.
func (s *Service) PublishIn(tx *store.Tx, actor org.Actor, d Draft) (*Notice, error) {
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return s.publish(tx, actor, d)
}

func (s *Service) publish(tx *store.Tx, actor org.Actor, d Draft) (*Notice, error) {
	e, err := org.EstateFor(tx, actor, org.PublishNotice, d.EstateID)
	if err != nil {
		return nil, err
	}
	var before Notice
	err = tx.Where("published_by = ? AND client_ref = ?", actor.PersonID, d.ClientRef).Take(&before).Error
	if err == nil {
		if before.InputHash != d.InputHash {
			return nil, ErrRefReused
		}
		return &before, nil
	}
	if err := store.NotFound(err, nil); err != nil {
		return nil, err
	}
	scope, err := within(tx, e.ID, d.Scope)
	if err != nil {
		return nil, err
	}
	number, err := store.NextNumber(tx, "G")
	if err != nil {
		return nil, err
	}
	n := &Notice{Number: number, EstateID: e.ID, OrganisationID: actor.OrganisationID(), Kind: d.Kind, Audience: d.Audience, Scope: scope,
		CurrentVersion: 1, PublishedBy: actor.PersonID, PublishedAt: tx.Now, ClientRef: d.ClientRef, InputHash: d.InputHash}
	if err := tx.Create(n).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := insertVersion(tx, actor, n.ID, 1, d.Title, d.Body, ""); err != nil {
		return nil, err
	}
	if err := s.files.Attach(tx, actor, d.FileIDs, "notice", "notice", n.ID, e.ID); err != nil {
		return nil, err
	}
	subject := audit.Subject{Kind: "notice", ID: n.ID, Estate: e.ID}
	if err := audit.Append(tx, actor, "board.publish", subject, map[string]any{"number": n.Number, "kind": n.Kind}); err != nil {
		return nil, err
	}
	return n, outbox.Append(tx, event.NoticePublished{NoticeID: n.ID, Number: n.Number, EstateID: e.ID, EstateName: e.Name,
		Sort: SortNames[n.Kind], Title: d.Title, OrganisationID: n.OrganisationID, PublisherName: actor.Post.OrgName, Scoped: scope != "", Scope: d.Scope, At: tx.Now})
}

func insertVersion(tx *store.Tx, actor org.Actor, notice int64, version int, title, body, reason string) error {
	sum := sha256.Sum256([]byte(title + "\n" + body))
	return tx.Create(&Version{NoticeID: notice, Version: version, Title: title, Body: body, Reason: reason,
		SHA256: hex.EncodeToString(sum[:]), PersonID: actor.PersonID, At: tx.Now}).Error
}

// Revise publishes another version of a notice; the earlier ones stay readable.
// Faults: ErrForbidden, ErrNotFound, ErrWithdrawn, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, id int64, title, body, reason string) error {
	title, body, reason = strings.TrimSpace(title), strings.TrimSpace(body), strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(title != "" && len([]rune(title)) <= 60, "title", "请填写标题，不超过60个字")
	c.Check(body != "" && len([]rune(body)) <= 10000, "body", "请填写正文，不超过10000个字")
	c.Check(reason != "" && len([]rune(reason)) <= 200, "reason", "请写明修改原因，居民会看到")
	if err := c.Err(); err != nil {
		return err
	}
	return s.change(ctx, actor, id, "board.revise", func(tx *store.Tx, n *Notice) error {
		res := tx.Model(&Notice{}).Where("id = ? AND current_version = ?", n.ID, n.CurrentVersion).Update("current_version", n.CurrentVersion+1)
		if err := store.MustAffect(res, ErrNotFound); err != nil {
			return err
		}
		return insertVersion(tx, actor, n.ID, n.CurrentVersion+1, title, body, reason)
	})
}

// Withdraw takes a notice off the board; number, versions and reason stay.
// Faults: ErrForbidden, ErrNotFound, ErrWithdrawn, fault.ErrInvalid.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明撤回原因（2至200个字），居民会看到"})
	}
	return s.change(ctx, actor, id, "board.withdraw", func(tx *store.Tx, n *Notice) error {
		return tx.Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{"withdrawn_at": tx.Now, "withdraw_reason": reason}).Error
	})
}

// change runs f on a notice of the actor's own organisation that still stands.
func (s *Service) change(ctx context.Context, actor org.Actor, id int64, verb string, f func(*store.Tx, *Notice) error) error {
	if err := actor.Must(org.PublishNotice); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var n Notice
		err := tx.ForUpdate().Scopes(actor.Within(org.PublishNotice, "notices.estate_id")).
			Where("id = ? AND organisation_id = ?", id, actor.OrganisationID()).Take(&n).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if n.WithdrawnAt != nil {
			return ErrWithdrawn
		}
		if err := f(tx, &n); err != nil {
			return err
		}
		return audit.Append(tx, actor, verb, audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, nil)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}
