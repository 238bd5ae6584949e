package assembly

import (
	"time"
)

// Drawing is a drawing of lots between candidates with equal votes. It is announced first, then recorded. Waiting is the motion until then.
type Drawing struct {
	ID           int64 `gorm:"primaryKey"`
	MeetingID    int64
	EstateID     int64
	MotionID     int64
	Waiting      *int64
	Place        string
	At           time.Time // when it was announced for
	AnnouncedBy  int64
	AnnouncedAt  time.Time
	Drawn        string // keys of candidates in the order drawn, as JSON
	Minutes      string
	Witnesses    int
	RecordSealed string // the whole record, with the witnesses' names
	SHA256       string `gorm:"column:sha256"` // of the record
	RecordedBy   int64
	RecordedAt   *time.Time
}

// TableName names the table.
func (Drawing) TableName() string { return "lot_drawings" }
