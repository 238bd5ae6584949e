// Package fund is the maintenance fund (维修资金): the sub-accounts of units, and the projects that are paid from them. It keeps no balance of
// its own: every movement of money is a journal of the ledger. It may touch the register, files, the rule packs and the owners' certified
// decisions; the board is reached through an interface.
package fund

import (
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Files ties uploads to something of the fund in the caller's transaction.
type Files interface {
	Sheets
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	// IDsIn lists what is attached to each of some subjects.
	IDsIn(tx *store.Tx, subjectKind string, subjects []int64) (map[int64][]int64, error)
}

// Options are what the fund is built from.
type Options struct {
	Pack  string // code of the city's rules
	Files Files
}

// Service is the actions.
type Service struct {
	db *store.DB
	o  Options
}

// New wires the fund.
func New(db *store.DB, o Options) *Service { return &Service{db: db, o: o} }
