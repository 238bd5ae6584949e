// Package dump writes a whole database into one stream that either dialect can load again, and loads it. It touches
// every table of the schema and knows none of them by name.
//
// The stream is lines of JSON: a head, then for each table its columns, its rows as arrays and its count with its
// hash, then a foot with the hash of everything before. Rows are ordered by primary key and columns by name, so the
// same facts give the same table hashes on every database. The hashes find damage; they prove no origin.
package dump

import (
	"errors"
	"time"
)

// format names this layout; a program that changes the layout changes the name.
const format = "linli-dump/1"

// Faults of an archive and of the database it is loaded into. They are for whoever runs the command.
var (
	ErrDamaged  = errors.New("the backup is cut off or was changed: take another copy of it")
	ErrNotEmpty = errors.New("the database already holds data: create an empty one, run `server migrate` on it, then `server restore` again")
	ErrOlder    = errors.New("the backup is older than this database's schema: restore it with the linli version that wrote it, then run `server migrate` of this version")
	ErrNewer    = errors.New("the backup is newer than this database's schema: run `server migrate` and `server restore` of the newer linli version")
	ErrHalf     = errors.New("the database is half loaded and must not be used: drop it, create an empty one, run `server migrate`, then `server restore` again")
)

// Table says how many rows of a table an archive holds and what they hash to.
type Table struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Manifest is what an archive holds. Two archives with equal Schema and Tables hold the same facts.
type Manifest struct {
	Schema  int64     `json:"schema"`
	Dialect string    `json:"dialect"` // of the database it was written from
	At      time.Time `json:"at"`
	Tables  []Table   `json:"tables"`
	SHA256  string    `json:"sha256"` // of the whole stream up to its foot
}

// The lines that are not rows. Each has exactly one field set, so that the reader can tell them apart.
type (
	head struct {
		Format  string    `json:"format"`
		Schema  int64     `json:"schema"`
		Dialect string    `json:"dialect"`
		At      time.Time `json:"at"`
	}
	opening struct {
		Name    string   `json:"name"`
		Columns []column `json:"columns"`
	}
	line struct {
		Head  *head    `json:"head,omitempty"`
		Table *opening `json:"table,omitempty"`
		End   *Table   `json:"end,omitempty"`
		Foot  *foot    `json:"foot,omitempty"`
	}
	foot struct {
		Tables int    `json:"tables"`
		SHA256 string `json:"sha256"`
	}
)
