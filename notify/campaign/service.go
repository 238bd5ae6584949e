package campaign

import (
	"context"
	"log/slog"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// Files ties photos to visits in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	// Sum is the SHA-256 of a stored file.
	Sum(tx *store.Tx, id int64) (string, error)
}

// Stock tells which persons have a consent left for a template that a message of a priority may take.
type Stock func(tx *store.Tx, template string, p event.Priority, persons []int64) (map[int64]bool, error)

// Line is a phone or a place where people are helped.
type Line struct{ Name, Phone, Address, Hours string }

// Options configure the service.
type Options struct {
	DB    *store.DB
	Vault *vault.Vault
	Files Files
	Pack  string     // code of the city's rule pack
	SMS   bool       // short messages can be sent
	Quiet plan.Quiet // the hours in which nothing of a campaign reaches a phone
	Stock Stock      // nil while consents are not counted: an account is enough then
	Lines func(ctx context.Context, estate int64) ([]Line, error)
	Plan  func(ctx context.Context) (*plan.Table, error) // in force; nil for the shipped one
	Text  func(title, place, letter string) string       // a short message as a phone shows it; letter is the token of a letter, or ""
	Blot  func(text string) string                       // takes out of a text what leads to a person; nil for nothing
	Log   *slog.Logger
}

// Service makes campaigns and keeps their evidence.
type Service struct {
	db      *store.DB
	o       Options
	carrier *notify.Dispatcher
}

// Through says who carries the deliveries: it knows what they hold and which are in the air. It is called while the services are
// wired.
func (s *Service) Through(d *notify.Dispatcher) { s.carrier = d }

// Lines are the phones that letters about an estate name; none where the register is not to be had, for they are an addition.
func (s *Service) Lines(ctx context.Context, estate int64) []Line {
	if s.o.Lines == nil {
		return nil
	}
	list, err := s.o.Lines(ctx, estate)
	if err != nil {
		return nil
	}
	return list
}

// New wires the service.
func New(o Options) *Service { return &Service{db: o.DB, o: o} }
