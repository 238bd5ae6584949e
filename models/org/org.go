// Package org is the register: organisations and their posts, estates with buildings, units and owners, who lives
// where, and what each of them may do. It knows no other domain; rules of law come from rulepack as data.
package org

import (
	"log/slog"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Service is the register's actions. All methods may be called from many goroutines.
type Service struct {
	db    *store.DB
	vault *vault.Vault
	files Files
	log   *slog.Logger
	// erasers are the other domains' parts of an erasure.
	erasers []Eraser
	// movers are what other domains do when an estate comes to another community or township.
	movers []Mover
	// staffing hears who leaves and who comes to a post.
	staffing []Staffing
}

// New wires the register. files gives access to uploaded rosters and documents.
func New(db *store.DB, v *vault.Vault, files Files, log *slog.Logger) *Service {
	return &Service{db: db, vault: v, files: files, log: log}
}
