package campaign

import "time"

// ReachState is what has become of a campaign at one seat.
type ReachState string

// The states of a reach. What a provider carries stands in the deliveries.
const (
	Open      ReachState = "open"
	Printed   ReachState = "printed"
	Absent    ReachState = "absent"    // somebody came and nobody was at home
	Posted    ReachState = "posted"    // on the notice board, because nothing else reached the seat
	Confirmed ReachState = "confirmed" // by How
)

// ReachNames are the states as people read them.
var ReachNames = map[ReachState]string{Open: "未确认", Printed: "信件已打印", Absent: "上门无人", Posted: "已张贴公告", Confirmed: "已确认"}

// How is what confirms that a seat was reached.
type How string

// The ways of confirming. The first four prove service as the rules ask (opened by a signed-in owner, a signed receipt, a
// witnessed visit with a photo); the others are attempts that somebody noticed.
const (
	ByReading  How = "read"         // an owner of the seat opened it, signed in
	ByTap      How = "acknowledged" // an owner of the seat said so, signed in
	ByVisit    How = "signed"       // handed over and signed at a visit
	ByRefusal  How = "refused"      // refused at the door, with a photo
	ByMarking  How = "marked"       // marked as read together with others, so perhaps not opened
	BySlip     How = "slip"         // the code on the letter was scanned, by whoever held it
	ByProvider How = "provider"     // the provider says that it arrived
	ByPosting  How = "posted"       // put up by the office
)

// HowNames are the ways as people read them.
var HowNames = map[How]string{ByReading: "业主登录后打开", ByTap: "业主登录后点“已知悉”", ByVisit: "上门送达并签收", ByRefusal: "上门送达，拒绝签收（有照片）",
	ByMarking: "一次标为已读多条", BySlip: "扫信件上的二维码确认", ByProvider: "运营商回执", ByPosting: "张贴公告"}

// proofs are the ways that prove service; the others are attempts.
var proofs = []How{ByReading, ByTap, ByVisit, ByRefusal}

// weak are the ways that a proof replaces.
var weak = []How{ByMarking, BySlip, ByProvider, ByPosting, ""}

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
	PrintedAt    *time.Time
	PrintedBy    int64
	VisitedAt    *time.Time
	VisitResult  Result
	FileID       int64 // photo of the visit, or of the posting
	PostedAt     *time.Time
	ConfirmedAt  *time.Time
	ConfirmedHow How
	ConfirmedBy  int64
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
}

// TableName names the table.
func (Addressee) TableName() string { return "reach_people" }

// Result is how a visit ended.
type Result string

// The results of a visit.
const (
	Delivered Result = "delivered" // handed over and signed
	Refusal   Result = "refused"
	NotHome   Result = "absent"
)

// ResultNames are the results as people read them.
var ResultNames = map[Result]string{Delivered: "已送达并签收", Refusal: "拒绝签收", NotHome: "家中无人"}

// Call is a visit to a seat.
type Call struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	ReachID    int64
	PostID     int64
	PersonID   int64
	Result     Result
	FileID     int64
	Place      string
	Note       string
	At         time.Time
	ClientRef  string
	InputHash  string
}

// TableName names the table.
func (Call) TableName() string { return "reach_visits" }

// Deed is that somebody has done what messages about a subject ask for.
type Deed struct {
	ID          int64 `gorm:"primaryKey"`
	SubjectKind string
	SubjectID   int64
	PersonID    int64
	OwnerSetID  int64
	At          time.Time
}

// TableName names the table.
func (Deed) TableName() string { return "acts" }

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

// Record is what was proven on a day. Its hash is in the trail.
type Record struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	Seats      int64
	Totals     string // as JSON
	Hash       string
	MadeBy     int64
	MadePost   int64
	MadeAt     time.Time
}

// TableName names the table.
func (Record) TableName() string { return "campaign_records" }
