package assembly

import "time"

// Way is how a ballot came.
type Way string

// The ways. Phone and link are electronic; paper and assisted are forms.
const (
	ByApp      Way = "app"
	ByLink     Way = "link"
	ByPaper    Way = "paper"
	ByAssisted Way = "assisted"
)

// WayNames are the ways as people read them.
var WayNames = map[Way]string{ByApp: "小程序", ByLink: "投票链接", ByPaper: "纸质表决票", ByAssisted: "协助投票"}

// Electronic reports whether a ballot came without paper.
func (w Way) Electronic() bool { return w == ByApp || w == ByLink }

// Envelope is one submission of a seat: who, by which way, when. Code and Secret are the receipt.
type Envelope struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	EstateID  int64
	SeatID    int64
	Channel   Way
	PersonID  int64 // who submitted it; 0 for paper
	OwnerID   int64 // org.Owner, where somebody without an account proved the phone
	ProxyID   int64
	FormID    int64 // the paper form
	Code      string
	Secret    string // opens the commitments of its ballots
	Void      string // why it does not count: objection, proxy_revoked, …; empty while it may
	VoidFor   string
	VoidedAt  *time.Time
	VoidBy    int64 // the objection that set it aside; 0 for another reason
	ClientRef string
	InputHash string
	At        time.Time // receipt: for paper, when it went into the sealed box
}

// Ballot is one version of what a seat chose on a motion. It is never changed.
type Ballot struct {
	ID         int64 `gorm:"primaryKey"`
	MeetingID  int64
	MotionID   int64
	SeatID     int64
	Version    int
	EnvelopeID int64
	Choice     string // as tally.Question.Canonical gives it; "void" for a form that is not valid on this motion
	Commitment string // hex
	Leaf       int64  // its place in the log, given when it is written; the hashes over it follow
	Mark       string // its state in the log where that is not "counted": superseded, invalid
}

// Mark is an entry of the log that is no ballot: what became of an earlier one, or the end of the window.
type Mark struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	Leaf      int64 // its place in the log
	BallotID  int64
	State     string
	Reason    string
	ClosedAt  *time.Time
}

// TableName names the table.
func (Mark) TableName() string { return "log_marks" }

// Log is how far the hashes over a meeting's log are: its size and root. What has a place beyond waits for them.
type Log struct {
	MeetingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Size      int64
	Root      string     // hex; empty while nothing is in it
	SignedAt  *time.Time // when its last checkpoint was signed
	Closed    bool       // the end of the window is in it
}

// TableName names the table.
func (Log) TableName() string { return "ballot_logs" }

// Tile is a block of hashes of a meeting's log (height 8).
type Tile struct {
	MeetingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Level     int   `gorm:"primaryKey;autoIncrement:false"`
	N         int64 `gorm:"primaryKey;autoIncrement:false"`
	Width     int
	Hashes    string // base64
}

// TableName names the table.
func (Tile) TableName() string { return "log_tiles" }

// Checkpoint is a signed state of a meeting's log.
type Checkpoint struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	Size      int64
	Root      string // hex
	Purpose   string // hourly, close
	Note      string // the signed note
	KeyLine   string // the public key of whoever signed it
	At        time.Time
}

// TableName names the table.
func (Checkpoint) TableName() string { return "log_checkpoints" }

// Link is a page by which one seat votes. The token itself is nowhere kept.
type Link struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	SeatID    int64
	TokenHash string
	ExpiresAt time.Time
	RevokedAt *time.Time
	MadeBy    int64
	At        time.Time
}

// TableName names the table.
func (Link) TableName() string { return "voting_links" }

// Outcome is what a count said: provisional, then certified.
type Outcome struct {
	ID           int64 `gorm:"primaryKey"`
	MeetingID    int64
	EstateID     int64
	Kind         string // provisional, certificate
	Body         string
	SHA256       string `gorm:"column:sha256"`
	LogSize      int64
	CheckpointID int64 // the signed state of the log that it covers
	LogRoot      string
	Signature    string
	Cert         string // certificate.json of its bundle, and the note that signs it
	CertNote     string
	Aside        string // Aside as JSON: what was found outside the ballots and must not change with the day of a download
	KeyLine      string
	MadeBy       int64
	At           time.Time
}

// TableName names the table.
func (Outcome) TableName() string { return "meeting_results" }

// ObjectionKind is what an objection is about.
type ObjectionKind string

// The kinds of objections.
const (
	AgainstResult ObjectionKind = "result"
	OfShared      ObjectionKind = "ballot" // another owner of a shared seat does not agree
	NotMine       ObjectionKind = "own"    // the owner of a seat did not cast what came in its name
)

// Objection is one entry of the docket. Disputed are codes of envelopes, as JSON.
type Objection struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	MeetingID  int64
	EstateID   int64
	MotionID   int64
	EnvelopeID int64
	FormID     int64 // of a paper form in the box; its envelope is known once it is read
	Kind       ObjectionKind
	Grounds    string
	Disputed   string
	State      string // open, upheld, rejected, withdrawn
	Answer     string
	Effect     string // the Effect of the disputed ballots as JSON
	PersonID   int64
	EnteredBy  int64  // who entered the answer, where that takes a second person
	EnteredAs  string // upheld or rejected
	EnteredAt  *time.Time
	Follows    Consequence // what follows from one to the result that was upheld, or is so entered
	AnsweredBy int64
	AnsweredAt *time.Time
	ClientRef  string
	InputHash  string
	At         time.Time
}

// TableName names the table.
func (Objection) TableName() string { return "meeting_objections" }

// Download records who took opened ballots away.
type Download struct {
	ID             int64 `gorm:"primaryKey"`
	MeetingID      int64
	PersonID       int64
	OrganisationID int64
	Edition        string
	At             time.Time
}

// TableName names the table.
func (Download) TableName() string { return "bundle_downloads" }
