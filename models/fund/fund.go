// Package fund is the maintenance fund (维修资金): the sub-accounts of units, and the projects that are paid from them. It keeps no balance of
// its own: every movement of money is a journal of the ledger. It may touch the register, files, the rule packs and the owners' certified
// decisions; the board is reached through an interface.
package fund

import (
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Files ties uploads to something of the fund in the caller's transaction.
type Files interface {
	Sheets
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	// IDsIn lists what is attached to each of some subjects.
	IDsIn(tx *store.Tx, subjectKind string, subjects []int64) (map[int64][]int64, error)
	// Hashes gives the SHA-256 of the contents of some files.
	Hashes(tx *store.Tx, ids []int64) (map[int64]string, error)
}

// Posted is what goes onto an estate's board, open to objections. The same ref once more is the same notice. Its words have no sum of the project:
// those are figures, which the board asks with SumOf.
type Posted struct {
	EstateID int64
	Scope    event.Scope
	Title    string
	Body     string
	Ref      string
	Days     string // the rule for how long it stands
	Sums     []PostedSum
}

// Board posts in the caller's transaction, and knows from when a posting counts.
type Board interface {
	Post(tx *store.Tx, actor org.Actor, p Posted) (id int64, number string, err error)
	// Standing gives since when a notice has been up; not standing, it was taken down or rewritten.
	Standing(tx *store.Tx, notice int64) (since time.Time, stands bool, err error)
	// Hung gives the last moment of the posting as its papers have it, the legal period running from the later of online and paper; why says
	// what is missing where that cannot be said yet. The zero moment adds nothing to the period online.
	Hung(tx *store.Tx, notice int64) (last time.Time, why string, err error)
	// TakeDown withdraws a notice that does not hold any more, with the reason: what it published is owed again.
	TakeDown(tx *store.Tx, notice int64, reason string) error
	// Owe puts on the register of what has to be published that a project came to a stage: final, emergency. Post of that stage fulfils it, and
	// a post that it was cancelled whatever of it is owed.
	Owe(tx *store.Tx, estate, project int64, stage string) error
}

// Options are what the fund is built from.
type Options struct {
	Pack  string // code of the city's rules
	Files Files
	Board Board
}

// Service is the actions.
type Service struct {
	db *store.DB
	o  Options
}

// New wires the fund.
func New(db *store.DB, o Options) *Service { return &Service{db: db, o: o} }
