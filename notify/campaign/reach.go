package campaign

import (
	"encoding/json"
	"fmt"
	"time"
)

// ReachState is what has become of a campaign at one seat.
type ReachState string

// The states of a reach. What a provider carries stands in the deliveries.
const (
	Open      ReachState = "open"
	OnPaper   ReachState = "printed"
	Absent    ReachState = "absent"    // somebody came and nobody was at home
	Posted    ReachState = "posted"    // on the notice board, because nothing else reached the seat
	Confirmed ReachState = "confirmed" // by How
)

// ReachNames are the states as people read them.
var ReachNames = map[ReachState]string{Open: "未确认", OnPaper: "信件已打印", Absent: "上门无人", Posted: "已张贴公告", Confirmed: "已确认"}

// How is what confirms that a seat was reached.
type How string

// The ways of confirming. The first five prove service as the rules ask (opened by a signed-in owner, a signed receipt, a
// witnessed visit with a photo); the others are attempts that somebody noticed.
const (
	ByReading  How = "read"         // an owner of the seat opened it, signed in
	ByTap      How = "acknowledged" // an owner of the seat said so, signed in
	ByVisit    How = "signed"       // handed over and signed at a visit
	ByRefusal  How = "refused"      // refused at the door, with a photo
	ByReceipt  How = "receipt"      // the signed slip of a printed letter came back
	ByMarking  How = "marked"       // marked as read together with others, so perhaps not opened
	BySlip     How = "slip"         // the code on the letter, or the link in the short message, was opened by whoever had it
	ByCall     How = "call"         // an owner said so on the telephone
	ByProvider How = "provider"     // the provider says that it arrived
	ByPosting  How = "posted"       // put up by the office
)

// HowNames are the ways as people read them.
var HowNames = map[How]string{ByReading: "业主登录后打开", ByTap: "业主登录后点“已知悉”", ByVisit: "上门送达并签收", ByRefusal: "上门送达，拒绝签收（有照片）",
	ByMarking: "一次标为已读多条", ByReceipt: "交回签收的回执", ByCall: "电话里说收到了", BySlip: "凭信上的码或短信里的链接确认", ByProvider: "运营商回执", ByPosting: "张贴公告"}

// proofs are the ways that prove service; the others are attempts.
var proofs = []How{ByReading, ByTap, ByVisit, ByRefusal, ByReceipt}

// weak are the ways that a proof replaces.
var weak = []How{ByMarking, BySlip, ByCall, ByProvider, ByPosting, ""}

// unserved is the condition of a seat that still has to be served, with the ways that do not count for it: nobody has confirmed it
// or, where service has to be proven, only in a way that proves nothing.
const unserved = "(reaches.confirmed_at IS NULL OR reaches.confirmed_how IN ?)"

func (c *Campaign) notServed() []How {
	if c.NeedsProof {
		return weak
	}
	return []How{""}
}

// Proves reports whether the way proves service.
func (h How) Proves() bool {
	for _, p := range proofs {
		if h == p {
			return true
		}
	}
	return false
}

// Reach is a seat of a campaign and what became of it.
type Reach struct {
	ID           int64 `gorm:"primaryKey"`
	CampaignID   int64
	EstateID     int64
	Seat         int64 // the owner set; minus the unit where that is what counts; 0 for all of the developer's unsold units
	OwnerSetID   int64
	UnitID       int64 // where letters and visits go
	Units        int   // how many the seat has within the campaign's scope
	DoorKey      string
	Planned      Channel
	Why          string // of Nobody, or of a visit
	State        ReachState
	Run          int // the latest run that chose it
	Repeats      int // how often it went out again
	Owners       int
	PrintedAt    *time.Time // first
	Prints       int        // how often: more than one are repeats
	PrintedBy    int64
	VisitedAt    *time.Time
	VisitResult  Result
	FileID       int64 // the latest photo, of a visit or of the posting
	PostedAt     *time.Time
	ConfirmedAt  *time.Time
	ConfirmedHow How
	ConfirmedBy  int64
	SlippedAt    *time.Time // the letter's code was opened first
	ActedAt      *time.Time
	SlipSealed   string // the token of its letter
	SlipIndex    string
	CreatedAt    time.Time
}

// Addressee is somebody of a seat. A negative PersonID is an owner of the roster without an account.
type Addressee struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	ReachID    int64
	PersonID   int64
	OwnerID    int64
	Since      *time.Time // what was sent before went to somebody else
}

// TableName names the table.
func (Addressee) TableName() string { return "reach_people" }

// Result is how a visit ended, or what came back from a seat.
type Result string

// The results of a visit, and what came back without one.
const (
	Delivered Result = "delivered" // handed over and signed
	Refusal   Result = "refused"
	NotHome   Result = "absent"
	Left      Result = "left"    // nobody opened, and it was put up at the door
	Returned  Result = "receipt" // the signed slip of a letter
	Phoned    Result = "phoned"  // said so on the telephone
)

// ResultNames are the results as people read them.
var ResultNames = map[Result]string{Delivered: "已送达并签收", Refusal: "拒绝签收", NotHome: "家中无人", Left: "贴在门上", Returned: "交回签收的回执", Phoned: "电话里说收到了"}

// AtDoor reports whether somebody stood at the door.
func (r Result) AtDoor() bool { return r != Returned && r != Phoned }

// Call is a visit to a seat, or what came back from it. A later one stands beside those before; one that was recorded by mistake
// is corrected, and stays.
type Call struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	ReachID    int64
	PostID     int64
	PersonID   int64
	Result     Result
	FileID     int64
	FileSum    string // of the photo, as the trail has it
	Place      string
	Note       string
	At         time.Time // when it was
	RecordedAt time.Time
	VoidedAt   *time.Time // when it was corrected: it does not count
	VoidedBy   int64
	VoidedPost int64
	VoidReason string
	ClientRef  string
	InputHash  string
}

// TableName names the table.
func (Call) TableName() string { return "reach_visits" }

// Posting is a notice on a board of the estate, for those whom nothing else has reached.
type Posting struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	PostID     int64
	PersonID   int64
	Place      string
	FileID     int64
	FileSum    string    // of the photo, as the trail has it
	At         time.Time // when it was hung up
	RecordedAt time.Time
}

// TableName names the table.
func (Posting) TableName() string { return "campaign_postings" }

// Deed is that a person has done what messages about a subject ask for.
type Deed struct {
	PersonID    int64  `gorm:"primaryKey;autoIncrement:false"`
	SubjectKind string `gorm:"primaryKey"`
	SubjectID   int64  `gorm:"primaryKey;autoIncrement:false"`
	At          time.Time
}

// TableName names the table.
func (Deed) TableName() string { return "acts" }

// SeatDeed is that the owners of some seats have: thousands vote at once, and a row for each would cost as much as the vote.
type SeatDeed struct {
	ID          int64 `gorm:"primaryKey"`
	SubjectKind string
	SubjectID   int64
	OwnerSets   string    // a JSON array of their ids
	At          time.Time // of the latest
}

// TableName names the table.
func (SeatDeed) TableName() string { return "seat_acts" }

func (d *SeatDeed) sets() (list []int64, err error) {
	if err := json.Unmarshal([]byte(d.OwnerSets), &list); err != nil {
		return nil, fmt.Errorf("seat act %d: %w", d.ID, err)
	}
	return list, nil
}

// Wish is how the owners of a seat ask to be told.
type Wish struct {
	OwnerSetID   int64 `gorm:"primaryKey;autoIncrement:false"`
	EstateID     int64
	Way          Channel // letter or visit
	RecordedBy   int64
	RecordedPost int64
	At           time.Time
}

// TableName names the table.
func (Wish) TableName() string { return "seat_wishes" }

// Record is what was proven on a day. Its hash is in the trail, and made of its own lines: what becomes of the seats later, or is
// erased, does not touch it.
type Record struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	Seats      int64
	Totals     string // as JSON
	Hash       string // "" while its lines are being written
	MadeBy     int64
	MadePost   int64
	MadeAt     time.Time
	ReadUntil  *time.Time // when its last seat was read
}

// TableName names the table.
func (Record) TableName() string { return "campaign_records" }

// RecordLine is a line of a record: the head at 0, then the seats in the order of the doors, then the foot.
type RecordLine struct {
	RecordID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position int64 `gorm:"primaryKey;autoIncrement:false"`
	Line     string
}

// TableName names the table.
func (RecordLine) TableName() string { return "campaign_record_lines" }
