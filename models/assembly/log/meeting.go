package log

import (
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
)

// Format names this form of bundle. Bundles of the first form carry no frozen terms and do not say by which way a ballot came; they are
// still read, and what was certified in that form is still written in it.
const (
	Format      = "linli/bundle/v2"
	formatFirst = "linli/bundle/v1"
)

// Meeting is what was put to the vote and by which rules: meeting.json, the same in both editions.
type Meeting struct {
	Number  string    `json:"number"`
	Title   string    `json:"title"`
	Opens   time.Time `json:"opens_at"` // UTC to the second
	Closes  time.Time `json:"closes_at"`
	Motions []Motion  `json:"motions"`           // positions 1, 2, 3 …
	Debtors string    `json:"debtors,omitempty"` // the clause that limits who owes fees, where there is one
	Terms   *Terms    `json:"terms,omitempty"`   // what the notice froze; nil in the first form only
}

// Motion is one question with everything needed to count it again.
type Motion struct {
	Position int            `json:"position"`
	Title    string         `json:"title"`
	Text     Sum            `json:"text_sha256"` // of the motion's text as the notice printed it
	Scope    string         `json:"scope"`       // a scope of the roll; "" is the whole roll
	Rules    tally.Rules    `json:"rules"`
	Beside   *tally.Rules   `json:"beside,omitempty"` // of another matter that practice knows, shown beside and decides nothing
	Question tally.Question `json:"question"`
	Lot      *Lot           `json:"lot,omitempty"` // how the question's order of lots was drawn
	Silence  *Silence       `json:"silence"`       // the clause on silence, null where none is claimed
}

// Silence is the frozen clause on seats that do not vote. Which seats were silent is for owners; the certificate says
// how many.
type Silence struct {
	Clause        string `json:"clause"` // as cited: document and article
	Cited         bool   `json:"cited"`
	Warned        bool   `json:"warned"`
	FirstAssembly bool   `json:"first_assembly"`
	Covers        string `json:"covers"`
}

// Roll is the frozen roll without its rows: roll.json.
type Roll struct {
	FrozenAt time.Time `json:"frozen_at"`
	Root     Hash      `json:"root"`   // of the tree over the rows' hashes in seat order
	Scopes   []Scope   `json:"scopes"` // the whole roll ("") first, then by name
}

// Scope is the seats that one or more motions concern, and what they weigh there.
type Scope struct {
	Name   string       `json:"name"`
	Weight tally.Amount `json:"weight"`
}

// Event is something that happened to the register after the roll was frozen. It changes no row: it is there to be
// seen. Nothing in it names a person.
type Event struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"` // code: "sale", "correction", "death"
	Seat     int       `json:"seat"`
	Document Sum       `json:"document_sha256"` // of the paper behind it
}

// Delivery is how the notice reached the seats: delivery.json. Proven, attempted and none add up to the roll.
type Delivery struct {
	Proven    int64     `json:"proven"`
	Attempted int64     `json:"attempted"` // and not proven
	None      int64     `json:"none"`
	Channels  []Channel `json:"channels"`
}

// Channel is one way of delivery; a seat may count in several.
type Channel struct {
	Name      string `json:"name"` // code: "app", "sms", "visit", "receipt", "letter"
	Proven    int64  `json:"proven"`
	Attempted int64  `json:"attempted"`
}

// Stage says whether objections are still open.
type Stage string

// The stages of a result.
const (
	Provisional Stage = "provisional"
	Confirmed   Stage = "final" // its log ends with a Final checkpoint
)

// Certificate is the signed result: certificate.json, the same in both editions. It names the hash of everything else
// that both editions carry, so equal certificates mean equal contents.
type Certificate struct {
	Format  string    `json:"format"`
	Meeting string    `json:"meeting"`
	Stage   Stage     `json:"stage"`
	At      time.Time `json:"issued_at"`
	Size    int64     `json:"log_size"`
	Root    Hash      `json:"log_root"`
	Roll    Hash      `json:"roll_root"`
	Debtors *Sum      `json:"debtors_sha256,omitempty"` // of the list of debtors with its salt, where a clause limits them
	Motions []Total   `json:"motions"`
	Files   []Listed  `json:"files"`
}

// Total is the result of one motion.
type Total struct {
	Motion     int           `json:"motion"`
	Counted    int64         `json:"counted"` // ballot leaves by state
	Superseded int64         `json:"superseded"`
	Invalid    int64         `json:"invalid"`
	Result     tally.Result  `json:"result"`
	Beside     *tally.Result `json:"beside,omitempty"`
	Debtors    *Limited      `json:"debtors,omitempty"`
}

// Limited is what a motion would come to without the ballots of debtors, which stay in the whole. It decides nothing here. Who they are is in
// no edition; the certificate says how many.
type Limited struct {
	Seats  tally.Amount `json:"seats"`
	Result tally.Result `json:"result"`
}

// Listed is a file by name, size in bytes and hash.
type Listed struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Sum  Sum    `json:"sha256"`
}

// Edition says for whom a bundle is.
type Edition string

// The editions. Public ties no choice to a seat or unit (PIPL art. 25); Owners opens the counted ballots.
const (
	Public Edition = "public"
	Owners Edition = "owners"
)

// Manifest lists every file of a bundle but itself and its signature: manifest.json.
type Manifest struct {
	Format  string   `json:"format"`
	Edition Edition  `json:"edition"`
	Meeting string   `json:"meeting"`
	Files   []Listed `json:"files"`
}

// Seat is a row of the frozen roll: one owner set, one head.
type Seat struct {
	No    int // from 1, without gaps
	Units []Unit
	Salt  Hash // random, so that nobody finds the row by trying owners and areas
}

// Unit is one exclusive part of a seat.
type Unit struct {
	Code   string // as the roster posts it: "3幢-1-502"; no quotes, backslashes or control characters
	Area   area.Milli
	Scopes []string // beside the whole roll, sorted
}

// Opening is one ballot leaf opened. Give choice and salt for every one: what does not count is printed sealed. A void
// paper has the choice "void" and a mark with the reason Void; it is printed open, since an estate may have a rule that
// void ballots take part, and it is counted as void where nothing else of its seat counts. One that gave way to a valid ballot is printed
// open as well: only so is it proven that the precedence had to pass it by.
type Opening struct {
	Leaf    int64
	Motion  int
	Seat    int
	Version int
	Way     Way    // by which it came
	Order   int    // its rank among the seat's ballots on the motion by time of receipt, from 1; equal where the times are
	Choice  string // canonical
	Salt    Hash   // Ballot.Salt of the receipt's secret
	sealed  Hash   // read from a bundle in place of choice and salt
}

// Silent is a seat that was told with proof and did not vote on a motion with a clause on silence.
type Silent struct {
	Motion int
	Seat   int
}
