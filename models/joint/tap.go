package joint

import (
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Tap is something that a client sent under a reference and that was done.
type Tap struct {
	ID          int64 `gorm:"primaryKey"`
	PersonID    int64
	ClientRef   string
	InputHash   string
	SubjectKind string
	SubjectID   int64
	At          time.Time
}

// TableName names the table.
func (Tap) TableName() string { return "joint_taps" }

// Once gives the actions for one thing that a client sent under a reference: sent again with the same input, it answers the
// first result; with another input it is refused. An empty reference marks nothing.
func (s *Service) Once(ref, hash string) *Service {
	one := *s
	one.ref, one.hash = ref, hash
	return &one
}

// tapped reports whether what the client sent was done before.
func (s *Service) tapped(tx *store.Tx, actor org.Actor) (bool, error) {
	if s.ref == "" {
		return false, nil
	}
	return repeated(tx, &Tap{}, actor, s.ref, s.hash)
}

// mark keeps that it is done now.
func (s *Service) mark(tx *store.Tx, actor org.Actor, kind string, id int64) error {
	if s.ref == "" {
		return nil
	}
	return store.Raced(tx.Create(&Tap{PersonID: actor.PersonID, ClientRef: s.ref, InputHash: s.hash, SubjectKind: kind, SubjectID: id, At: tx.Now}).Error)
}
