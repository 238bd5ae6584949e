package fund

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Tap is something that a client sent under a reference and that was done.
type Tap struct {
	ID        int64 `gorm:"primaryKey"`
	PersonID  int64
	ClientRef string
	InputHash string
	SubjectID int64
	At        time.Time
}

// TableName names the table.
func (Tap) TableName() string { return "fund_taps" }

// sentKey is where a context carries what the client sent.
type sentKey struct{}

type sent struct{ ref, hash string }

// Once marks what is done in a context as one thing that a client sent under a reference: sent again with the same input, it answers the
// first result; with another input it is refused. An empty reference marks nothing.
func Once(ctx context.Context, ref, hash string) context.Context {
	return context.WithValue(ctx, sentKey{}, sent{ref, hash})
}

// fundAct runs f in a transaction, once for what the client sent. f gives the id of what it made or changed.
func (s *Service) fundAct(ctx context.Context, actor org.Actor, action org.Action, verb string, f func(tx *store.Tx) (int64, error)) (int64, error) {
	if err := actor.Must(action); err != nil {
		return 0, err
	}
	once, _ := ctx.Value(sentKey{}).(sent)
	if len(once.ref) > 64 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "提交编号不超过64个字节"})
	}
	var id int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		before, done, err := tappedBefore(tx, actor.PersonID, once)
		if id = before; done || err != nil {
			return err
		}
		if id, err = f(tx); err != nil || once.ref == "" {
			return err
		}
		return store.Raced(tx.Create(&Tap{PersonID: actor.PersonID, ClientRef: once.ref, InputHash: once.hash, SubjectID: id, At: tx.Now}).Error)
	})
	if err != nil {
		// Of two taps at the same moment the second waits for the first one's lock, and then finds its deed instead of its reference.
		var before int64
		var done bool
		if look := s.db.View(ctx, func(tx *store.Tx) (err error) {
			before, done, err = tappedBefore(tx, actor.PersonID, once)
			return err
		}); look == nil && done {
			return before, nil
		}
		return 0, fmt.Errorf("fund %s: %w", verb, err)
	}
	return id, nil
}

func tappedBefore(tx *store.Tx, person int64, once sent) (id int64, done bool, err error) {
	if once.ref == "" {
		return 0, false, nil
	}
	var before []Tap
	if err := tx.Where("person_id = ? AND client_ref = ?", person, once.ref).Limit(1).Find(&before).Error; err != nil || len(before) == 0 {
		return 0, false, err
	}
	if before[0].InputHash != once.hash {
		return 0, false, ErrTapReused
	}
	return before[0].SubjectID, true, nil
}

// jot writes the trail.
func jot(tx *store.Tx, actor audit.Actor, verb, kind string, id, estate int64, detail map[string]any) error {
	return audit.Append(tx, actor, "fund."+verb, audit.Subject{Kind: kind, ID: id, Estate: estate}, detail)
}

// fundRules are the law of today.
func (s *Service) fundRules(tx *store.Tx) (*rulepack.Set, error) {
	return org.Rules(tx, tx.Now, s.o.Pack)
}
