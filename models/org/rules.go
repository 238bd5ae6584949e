package org

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// LocalValue is a local number of law: entered by one person of the bureau, in force after another has confirmed it.
type LocalValue struct {
	ID          int64 `gorm:"primaryKey"`
	Name        string
	Value       string
	Article     string
	EffectiveOn time.Time `gorm:"type:date"`
	Demo        bool
	State       string // proposed, confirmed, rejected
	EnteredBy   int64
	EnteredAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	Reason      string
}

// Faults of local values.
var (
	ErrValueNotFound = fault.New(fault.NotFound, "rule.value_not_found", "没有找到这条本地规则")
	ErrSamePerson    = fault.New(fault.Forbidden, "rule.same_person", "录入的人不能自己确认，请由另一个人确认")
	ErrValueDecided  = fault.New(fault.Conflict, "rule.decided", "这条本地规则已经处理过了")
)

// Rules gives the law of a day: the national pack, the city's pack and the confirmed local values over them. What an estate's own
// rules of procedure say lies above all.
func Rules(tx *store.Tx, day time.Time, pack string, own ...rulepack.Local) (*rulepack.Set, error) {
	var rows []LocalValue
	if err := tx.Where("state = 'confirmed' AND effective_on <= ?", DayOf(day)).Order("id").Limit(10000).Find(&rows).Error; err != nil {
		return nil, err
	}
	locals := make([]rulepack.Local, 0, len(rows)+len(own))
	for _, r := range rows {
		if !slices.ContainsFunc(own, func(o rulepack.Local) bool { return o.Key == r.Name }) {
			locals = append(locals, r.local())
		}
	}
	return rulepack.Law(calendar.DateOf(day), localPacks(pack), append(locals, own...))
}

func localPacks(pack string) []string {
	if pack == "" {
		return nil
	}
	return []string{pack}
}

func (v LocalValue) local() rulepack.Local {
	return rulepack.Local{ID: v.ID, Key: v.Name, Value: v.Value, Article: v.Article, From: dateOnly(v.EffectiveOn), Demo: v.Demo}
}

// dateOnly reads a DATE column, which drivers give as midnight UTC.
func dateOnly(t time.Time) calendar.Date {
	d, err := calendar.ParseDate(t.UTC().Format(time.DateOnly))
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// NewLocalValue is a value as the bureau enters it.
type NewLocalValue struct {
	Name        string
	Value       string
	Article     string
	EffectiveOn time.Time
	Demo        bool
}

// EnterValue proposes a local value; it has no effect until another person confirms it.
// Faults: ErrForbidden and those of rulepack.Set.Check.
func (s *Service) EnterValue(ctx context.Context, actor Actor, pack string, in NewLocalValue) (*LocalValue, error) {
	if err := actor.Must(EnterRules); err != nil {
		return nil, err
	}
	v := &LocalValue{Name: strings.TrimSpace(in.Name), Value: strings.TrimSpace(in.Value), Article: strings.TrimSpace(in.Article),
		EffectiveOn: *dateOf(&in.EffectiveOn), Demo: in.Demo, State: "proposed", EnteredBy: actor.PersonID}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		v.ID, v.EnteredAt = 0, tx.Now
		set, err := Rules(tx, tx.Now, pack)
		if err != nil {
			return err
		}
		if err := set.Check(v.local()); err != nil {
			return err
		}
		if err := tx.Create(v).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "rule.enter", audit.Subject{Kind: "local_value", ID: v.ID}, map[string]any{"name": v.Name, "value": v.Value, "article": v.Article})
	})
	if err != nil {
		return nil, fmt.Errorf("enter local value: %w", err)
	}
	return v, nil
}

// ConfirmValue puts a proposed value in force, or rejects it with a reason. The second person is another human: the
// same one in another post is refused.
// Faults: ErrForbidden, ErrValueNotFound, ErrSamePerson, ErrValueDecided, fault.ErrInvalid.
func (s *Service) ConfirmValue(ctx context.Context, actor Actor, id int64, confirm bool, reason string) error {
	if err := actor.Must(EnterRules); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); (!confirm && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予确认时请写明原因（2至200个字）"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var v LocalValue
		if err := tx.Where("id = ?", id).Take(&v).Error; err != nil {
			return store.NotFound(err, ErrValueNotFound)
		}
		if v.EnteredBy == actor.PersonID {
			return ErrSamePerson
		}
		state := "rejected"
		if confirm {
			state = "confirmed"
			// Whoever entered it may have had an older program, which did not look.
			if err := rulepack.Fits(v.Name, v.Value); err != nil {
				return err
			}
		}
		res := tx.Model(&LocalValue{}).Where("id = ? AND state = 'proposed'", id).
			Updates(map[string]any{"state": state, "confirmed_by": actor.PersonID, "confirmed_at": tx.Now, "reason": reason})
		if err := store.MustAffect(res, ErrValueDecided); err != nil {
			return err
		}
		return audit.Append(tx, actor, "rule.confirm", audit.Subject{Kind: "local_value", ID: id}, map[string]any{"state": state})
	})
	if err != nil {
		return fmt.Errorf("confirm local value: %w", err)
	}
	return nil
}

// ListValues pages through what was entered, newest first.
func (s *Service) ListValues(ctx context.Context, actor Actor, before int64, limit int) ([]LocalValue, error) {
	if err := actor.Must(ReadRules); err != nil {
		return nil, err
	}
	var rows []LocalValue
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.DB
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// RulesToday gives the law in force now, for the page of values and of what is unset.
func (s *Service) RulesToday(ctx context.Context, actor Actor, pack string) (*rulepack.Set, error) {
	if err := actor.Must(ReadRules); err != nil {
		return nil, err
	}
	var set *rulepack.Set
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		set, err = Rules(tx, tx.Now, pack)
		return err
	})
	return set, err
}
