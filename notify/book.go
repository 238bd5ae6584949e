package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// PlanChange is all that a city changes in the shipped plan. One person of the bureau enters it, another puts it in force; the
// one put in force last holds, and one without changes goes back to the shipped plan.
type PlanChange struct {
	ID        int64  `gorm:"primaryKey"`
	Changes   string // plan.Override, a JSON list
	Reason    string
	State     string // proposed, confirmed, rejected
	EnteredBy int64
	EnteredAt time.Time
	DecidedBy int64
	DecidedAt *time.Time
	Remark    string // of whoever decided
	ClientRef string
	InputHash string
}

// TableName names the table.
func (PlanChange) TableName() string { return "plan_changes" }

// Overrides reads the changes.
func (c *PlanChange) Overrides() ([]plan.Override, error) {
	var list []plan.Override
	err := json.Unmarshal([]byte(c.Changes), &list)
	return list, err
}

// Faults of changes to the plan.
var (
	ErrChangeNotFound = fault.New(fault.NotFound, "plan.change_not_found", "没有找到这次通知计划的修改")
	ErrChangeDecided  = fault.New(fault.Conflict, "plan.change_decided", "这次修改已经处理过了")
	ErrSamePerson     = fault.New(fault.Forbidden, "plan.same_person", "录入的人不能自己确认，请由另一个人确认")
	ErrChangeRef      = fault.New(fault.Conflict, "plan.ref_used", "这个编号已经用于另一次修改，请刷新后再试")
)

// bookAge is how long a process goes by the plan that it has read.
const bookAge = 5 * time.Second

// Book is the plan in force.
type Book struct {
	db  *store.DB
	log *slog.Logger

	mu     sync.Mutex
	tables map[int64]*plan.Table // by version, the id of a change; 0 is the shipped plan
	newest int64
	looked time.Time
}

// NewBook opens the plan.
func NewBook(db *store.DB, log *slog.Logger) *Book {
	return &Book{db: db, log: log, tables: map[int64]*plan.Table{0: plan.Default()}}
}

// Current gives the plan in force and its version.
func (b *Book) Current(ctx context.Context) (*plan.Table, int64, error) {
	b.mu.Lock()
	version, fresh := b.newest, time.Since(b.looked) < bookAge
	b.mu.Unlock()
	if !fresh {
		var ids []int64
		err := b.db.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&PlanChange{}).Where("state = 'confirmed'").Order("decided_at DESC, id DESC").Limit(1).Pluck("id", &ids).Error
		})
		if err != nil {
			return nil, 0, err
		}
		if len(ids) > 0 {
			version = ids[0]
		}
		b.mu.Lock()
		b.newest, b.looked = version, time.Now()
		b.mu.Unlock()
	}
	t, err := b.At(ctx, version)
	return t, version, err
}

// At gives the plan of a version: a message is written to its end by the one by which it was begun. Changes that a newer shipped
// plan no longer takes are left out as a whole, loudly: everybody is told as shipped.
func (b *Book) At(ctx context.Context, version int64) (*plan.Table, error) {
	b.mu.Lock()
	t := b.tables[version]
	b.mu.Unlock()
	if t != nil {
		return t, nil
	}
	var c PlanChange
	if err := b.db.View(ctx, func(tx *store.Tx) error { return tx.Where("id = ?", version).Take(&c).Error }); err != nil {
		return nil, store.NotFound(err, ErrChangeNotFound)
	}
	list, err := c.Overrides()
	if err == nil {
		t, err = plan.Default().With(list)
	}
	if err != nil {
		b.log.ErrorContext(ctx, "the city's changes to the notification plan do not fit it any more; the shipped plan holds", "change", version, "error", err.Error())
		t = plan.Default()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tables[version] = t
	return t, nil
}

// EnterChange proposes changes; they have no effect until another person confirms them.
// Faults: org.ErrForbidden, ErrChangeRef, fault.ErrInvalid with a field for each mistake.
func (b *Book) EnterChange(ctx context.Context, actor org.Actor, list []plan.Override, reason, ref, hash string) (*PlanChange, error) {
	if err := actor.Must(org.EnterRules); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么修改（2至200个字）"})
	}
	if _, err := plan.Default().With(list); err != nil {
		return nil, err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	c := &PlanChange{}
	err = b.db.InTx(ctx, func(tx *store.Tx) error {
		var same []PlanChange
		if err := tx.Where("entered_by = ? AND client_ref = ?", actor.PersonID, ref).Limit(1).Find(&same).Error; err != nil {
			return err
		}
		if len(same) == 1 {
			*c = same[0]
			if c.InputHash != hash {
				return ErrChangeRef
			}
			return nil
		}
		*c = PlanChange{Changes: string(text), Reason: reason, State: "proposed", EnteredBy: actor.PersonID, EnteredAt: tx.Now, ClientRef: ref, InputHash: hash}
		if err := tx.Create(c).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "plan.enter", audit.Subject{Kind: "plan_change", ID: c.ID}, map[string]any{"changes": len(list), "reason": reason})
	})
	if err != nil {
		return nil, fmt.Errorf("enter plan change: %w", err)
	}
	return c, nil
}

// DecideChange puts changes in force, or rejects them with a remark. The second person is another human, whatever the post.
// Faults: org.ErrForbidden, ErrChangeNotFound, ErrChangeDecided, ErrSamePerson, fault.ErrInvalid.
func (b *Book) DecideChange(ctx context.Context, actor org.Actor, id int64, confirm bool, remark string) error {
	if err := actor.Must(org.EnterRules); err != nil {
		return err
	}
	remark = strings.TrimSpace(remark)
	if n := len([]rune(remark)); (!confirm && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予确认时请写明原因（2至200个字）"})
	}
	err := b.db.InTx(ctx, func(tx *store.Tx) error {
		var c PlanChange
		if err := tx.Where("id = ?", id).Take(&c).Error; err != nil {
			return store.NotFound(err, ErrChangeNotFound)
		}
		if c.EnteredBy == actor.PersonID {
			return ErrSamePerson
		}
		state := "rejected"
		if confirm {
			state = "confirmed"
			list, err := c.Overrides()
			if err != nil {
				return err
			}
			if _, err := plan.Default().With(list); err != nil {
				return err
			}
		}
		res := tx.Model(&PlanChange{}).Where("id = ? AND state = 'proposed'", id).Updates(map[string]any{"state": state, "decided_by": actor.PersonID, "decided_at": tx.Now, "remark": remark})
		if err := store.MustAffect(res, ErrChangeDecided); err != nil {
			return err
		}
		return audit.Append(tx, actor, "plan."+state, audit.Subject{Kind: "plan_change", ID: id}, map[string]any{"remark": remark})
	})
	if err != nil {
		return fmt.Errorf("decide plan change: %w", err)
	}
	b.mu.Lock()
	b.looked = time.Time{}
	b.mu.Unlock()
	return nil
}

// ListChanges pages through the changes, the newest first. Fault: org.ErrForbidden.
func (b *Book) ListChanges(ctx context.Context, actor org.Actor, before int64, limit int) ([]PlanChange, error) {
	if err := actor.Must(org.ReadRules); err != nil {
		return nil, err
	}
	var rows []PlanChange
	err := b.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Order("id DESC").Limit(limit)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	return rows, err
}

// Show gives the plan in force. Fault: org.ErrForbidden.
func (b *Book) Show(ctx context.Context, actor org.Actor) (*plan.Table, int64, error) {
	if err := actor.Must(org.ReadRules); err != nil {
		return nil, 0, err
	}
	return b.Current(ctx)
}
