package committee

import "time"

// Elected is what a certified election means for an estate's committee, until it is seated. Its people are sealed.
type Elected struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	MeetingID    int64
	Number       string // of the meeting: the resolution
	State        string // waiting, seated, revoked
	Size         int64
	Sitting      int64      // members who stay, where only some places were filled
	StartsOn     *time.Time `gorm:"type:date"`
	EndsOn       *time.Time `gorm:"type:date"`
	PeopleSealed string     // []NewMember as JSON
	Missing      string     // what the rules or the register did not say, as JSON
	TermID       int64
	ConfirmedBy  int64
	ConfirmedAt  *time.Time
	At           time.Time
}

// TableName names the table.
func (Elected) TableName() string { return "committee_seatings" }
