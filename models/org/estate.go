package org

import (
	"time"

	"github.com/linli-city/linli/models/area"
)

// Form says what sort of housing an estate is (policy 四).
type Form string

// The forms of an estate.
const (
	Compound       Form = "compound"        // 住宅小区
	SingleBuilding Form = "single_building" // 独立单栋住宅
)

// Estate is a housing estate or a single building. Company and committee are 0 where there is none; see StandIn.
type Estate struct {
	ID          int64 `gorm:"primaryKey"`
	Code        string
	Name        string
	Address     string
	Form        Form
	TownshipID  int64
	CommunityID int64
	CompanyID   int64
	CommitteeID int64
	LatE6       *int64 `gorm:"column:lat_e6"` // millionths of a degree; nil where nobody has said
	LngE6       *int64 `gorm:"column:lng_e6"`
	CreatedAt   time.Time
}

// Function is a duty that some organisation has for an estate.
type Function string

// The functions of an estate.
const (
	FunctionCommittee Function = "committee"
	FunctionCompany   Function = "company"
	FunctionCommunity Function = "community"
	FunctionTownship  Function = "township"
)

// Appointment keeps which organisation had a function of an estate, and when.
type Appointment struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	Function       Function
	OrganisationID int64
	Since          time.Time
	Until          *time.Time `gorm:"column:ends_at"`
	Reason         string
}

// Building is one building of an estate.
type Building struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	Name      string
	LatE6     *int64 `gorm:"column:lat_e6"` // as an estate's
	LngE6     *int64 `gorm:"column:lng_e6"`
	CreatedAt time.Time
}

// AreaSource says where a unit's area comes from, in the order of art. 8 of the SPC interpretation.
type AreaSource string

// The sources of an area.
const (
	FromRegister AreaSource = "register" // 不动产登记簿
	FromSurvey   AreaSource = "survey"   // 测绘
	FromContract AreaSource = "contract" // 买卖合同
)

// Unit is one exclusive part. Its number is unique within building and entrance. Units that a later roster no longer
// lists keep their row with RemovedAt set.
type Unit struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	BuildingID int64
	Entrance   string
	Number     string
	AreaMilli  area.Milli
	AreaSource AreaSource
	UseKind    string // residential, commercial, parking, storage, other
	Sold       bool
	Delivered  bool
	RemovedAt  *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Register counts the changes of an estate's register, so that a checked import is applied only to the register it
// was compared with.
type Register struct {
	EstateID int64 `gorm:"primaryKey;autoIncrement:false"`
	Version  int64
}
