package org

import "time"

// OwnerSet is one or several owners who hold units together. Units of the identical set point to the same row, so
// that an assembly counts them as one head (SPC interpretation art. 9). Equal names alone never merge sets:
// Fingerprint is made from ID papers, and is empty where one is missing.
type OwnerSet struct {
	ID               int64 `gorm:"primaryKey"`
	EstateID         int64
	Kind             string // natural, legal, developer
	Fingerprint      string
	Review           Review // whether a person must say who these owners are
	PhoneReview      Review // whether a person must say whose phone it is
	RepresentativeID int64  // org.Owner
	CreatedAt        time.Time
}

// Review is a question about an owner set that only a person can answer.
type Review string

// The reviews of an owner set.
const (
	PaperMissing  Review = "paper_missing"  // without papers nobody can tell whether another set is the same people
	PaperSeparate Review = "paper_separate" // somebody has looked: a head of its own
	PhoneShared   Review = "shared"         // the phone stands for more owner sets than one person plausibly has
	PhoneChanged  Review = "changed"        // the roster names another phone than that of the account recognised as this owner
	PhoneBelongs  Review = "belongs"        // somebody has looked: the phone is this owner's
)

// Owner is one member of an owner set, as the roster names them.
type Owner struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	OwnerSetID  int64
	Position    int
	NameSealed  string
	PhoneSealed string
	PhoneIndex  string
	PaperSealed string // number of the ID card, passport or business licence
	PaperIndex  string
	PersonID    int64 // 0 until somebody signed in is recognised as this owner
	CreatedAt   time.Time
}

// Ownership is the history of a unit: each row from Since until Until. CurrentUnit repeats the unit while the row is
// current and is NULL after, so that the schema allows one current owner set a unit.
type Ownership struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	UnitID      int64
	OwnerSetID  int64
	Since       time.Time
	Until       *time.Time `gorm:"column:ends_at"`
	CurrentUnit *int64
	Cause       string // roster, sale, inheritance, judgment, correction
	Shares      string // "1/2,1/2" in the order of the set's owners; empty for joint ownership without shares
	Source      string
	RecordedBy  int64 // who entered it by hand; 0 for the roster
	ClientRef   *string
	InputHash   string
}

// Role is what somebody is in a home.
type Role string

// The roles in a home.
const (
	RoleOwner  Role = "owner"
	RoleFamily Role = "family"
	RoleTenant Role = "tenant"
)

// Residence is somebody's right in a unit. Living is "unit/person/role" while it lasts and NULL after.
type Residence struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	UnitID    int64
	PersonID  int64
	OwnerID   int64 // org.Owner, for owners and for whom they invited
	Role      Role
	Basis     string     // roster, application, invitation
	LeaseEnds *time.Time `gorm:"type:date"` // the last day of a tenant's right
	Since     time.Time
	Until     *time.Time `gorm:"column:ends_at"`
	EndCause  string
	Living    *string
}

// Application asks to be recognised in a unit where the roster does not know the phone.
type Application struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	UnitID     int64
	PersonID   int64
	Role       Role
	NameSealed string
	Note       string
	State      string // open, accepted, refused, withdrawn
	Reason     string
	DecidedBy  int64
	DecidedAt  *time.Time
	LeaseEnds  *time.Time `gorm:"type:date"`
	ClientRef  string
	InputHash  string
	CreatedAt  time.Time
}

// AreaClaim is an owner's dispute of the recorded area.
type AreaClaim struct {
	ID            int64 `gorm:"primaryKey"`
	EstateID      int64
	UnitID        int64
	PersonID      int64
	AreaMilli     int64
	AreaSource    AreaSource
	RecordedMilli int64
	Note          string
	State         string // open, accepted, refused
	Reason        string
	DecidedBy     int64
	DecidedAt     *time.Time
	ClientRef     string
	InputHash     string
	CreatedAt     time.Time
}
