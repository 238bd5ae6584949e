package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// RequestPrivacy asks an office to correct or delete personal data (PIPL arts 46, 47).
// Faults: fault.ErrInvalid, ErrRefReused.
func (s *Service) RequestPrivacy(ctx context.Context, actor Actor, kind, body, ref string) (*PrivacyRequest, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return nil, err
	}
	body = strings.TrimSpace(body)
	var c fault.Checks
	c.Check(kind == "correct" || kind == "delete", "kind", "请选择更正（correct）或删除（delete）")
	c.Check(kind != "correct" || body != "", "body", "请写明哪里有误、应当怎样更正")
	c.Check(len([]rune(body)) <= 500, "body", "不超过500个字")
	c.Check(ref != "" && len(ref) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var r *PrivacyRequest
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before PrivacyRequest
		err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, ref).Take(&before).Error
		if err == nil {
			said, err := s.vault.Open(before.BodySealed, "privacy_requests.body")
			if err != nil {
				return err
			}
			if before.Kind != kind || said != body {
				return ErrRefReused
			}
			r = &before
			return nil
		}
		if err := store.NotFound(err, nil); err != nil {
			return err
		}
		r = &PrivacyRequest{PersonID: actor.PersonID, Kind: kind, BodySealed: s.vault.Seal(body, "privacy_requests.body"), State: "open",
			DueAt: tx.Now.AddDate(0, 0, answerDays), ClientRef: ref, CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "privacy.request", audit.Subject{Kind: "privacy_request", ID: r.ID}, map[string]any{"kind": kind})
	})
	if err != nil {
		return nil, fmt.Errorf("request privacy: %w", err)
	}
	return r, nil
}

// PrivacyRequestView is a request with its text.
type PrivacyRequestView struct {
	PrivacyRequest
	Body string
}

// ListPrivacyRequests shows the office the requests, oldest open first. The look at what people wrote is recorded, and
// they see it.
func (s *Service) ListPrivacyRequests(ctx context.Context, actor Actor, state string, after int64, limit int) ([]PrivacyRequestView, error) {
	if err := actor.Must(DecideErasure); err != nil {
		return nil, err
	}
	var views []PrivacyRequestView
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var rows []PrivacyRequest
		q := tx.Where("id > ?", after)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if err := audit.Append(tx, actor, "person.reveal", audit.Subject{Kind: "privacy_request", ID: r.ID}, nil); err != nil {
				return err
			}
		}
		var err error
		views, err = s.viewPrivacyRequests(rows)
		return err
	})
	return views, err
}

func (s *Service) viewPrivacyRequests(rows []PrivacyRequest) ([]PrivacyRequestView, error) {
	views := make([]PrivacyRequestView, len(rows))
	for i, r := range rows {
		body, err := s.vault.Open(r.BodySealed, "privacy_requests.body")
		if err != nil {
			return nil, err
		}
		views[i] = PrivacyRequestView{PrivacyRequest: r, Body: body}
	}
	return views, nil
}

// DecidePrivacy answers a request; nobody answers their own. A granted deletion erases the person.
// Faults: ErrForbidden, ErrRequestNotFound, ErrDecided, ErrStillHolding, fault.ErrInvalid.
func (s *Service) DecidePrivacy(ctx context.Context, actor Actor, id int64, grant bool, answer string) error {
	if err := actor.Must(DecideErasure); err != nil {
		return err
	}
	answer = strings.TrimSpace(answer)
	if n := len([]rune(answer)); n < 2 || n > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "answer", Reason: "请写明处理结果或不予办理的理由（2至500个字）"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var r PrivacyRequest
		if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrRequestNotFound)
		}
		if r.PersonID == actor.PersonID {
			return ErrForbidden.Saying("不能办理自己的申请，请由同事办理")
		}
		state := "refused"
		if grant {
			state = "done"
		}
		res := tx.Model(&PrivacyRequest{}).Where("id = ? AND state = 'open'", id).Updates(map[string]any{
			"state": state, "answer": answer, "decided_by": actor.PersonID, "decided_at": tx.Now})
		if err := store.MustAffect(res, ErrDecided); err != nil {
			return err
		}
		if grant && r.Kind == "delete" {
			if err := s.erase(tx, actor, r.PersonID); err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "privacy.decide", audit.Subject{Kind: "privacy_request", ID: id}, map[string]any{"state": state})
	})
	if err != nil {
		return fmt.Errorf("decide privacy request: %w", err)
	}
	return nil
}
