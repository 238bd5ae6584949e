package org

import "time"

// Kind is the kind of an organisation, from policy sections 五 and 六.
type Kind string

// The kinds of organisations.
const (
	LeadingGroup Kind = "leading_group" // 物业管理工作领导小组
	Office       Kind = "office"        // 领导小组办公室
	Bureau       Kind = "bureau"        // 住建局
	Township     Kind = "township"      // 乡镇/办事处
	Community    Kind = "community"     // 社区居委会
	Department   Kind = "department"    // 职能部门
	Utility      Kind = "utility"       // 供水、供电、供气、通信
	Association  Kind = "association"   // 物业协会
	Company      Kind = "company"       // 物业服务企业
	Committee    Kind = "committee"     // 业委会
)

// Kinds lists every kind of organisation.
var Kinds = []Kind{LeadingGroup, Office, Bureau, Township, Community, Department, Utility, Association, Company, Committee}

// Organisation is a body that can hold posts and be responsible.
type Organisation struct {
	ID        int64 `gorm:"primaryKey"`
	Kind      Kind
	Code      string // stable; from the pack, or made for local bodies
	Name      string
	ParentID  int64 // 0 for the top
	CityWide  bool  // answers for every estate of the city
	Phone     string
	ClosedAt  *time.Time
	CreatedAt time.Time
}

// PostKind is what a post is in its organisation.
type PostKind string

// The kinds of posts. A head signs for the organisation; liaison is a department's contact (部门联络员).
const (
	Head    PostKind = "head"
	Clerk   PostKind = "clerk"
	Liaison PostKind = "liaison"
	Chair   PostKind = "chair"  // of a committee
	Member  PostKind = "member" // of a committee
)

// Post is a role that somebody holds for a term. Messages go to posts, never to people.
type Post struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64
	Kind           PostKind
	Title          string
	StartsOn       *time.Time `gorm:"type:date"`
	EndsOn         *time.Time `gorm:"type:date"` // the last day of the term, inclusive
	DeputyPostID   int64      // acts when this post has no living holder
	ClosedAt       *time.Time
	CreatedAt      time.Time
}

// HolderRole says whether somebody holds a post or stands in for its holder.
type HolderRole string

// The roles of a post's people.
const (
	Holder HolderRole = "holder"
	Deputy HolderRole = "deputy"
)

// PostHolder is one person in one post for a time. Holding is "post/person" while Until is empty and NULL after, so
// that the schema allows one living row of each.
type PostHolder struct {
	ID       int64 `gorm:"primaryKey"`
	PostID   int64
	PersonID int64
	Role     HolderRole
	Since    time.Time
	Until    *time.Time `gorm:"column:ends_at"`
	Holding  *string
}

// Invitation is a one-time right to join: a post, or a home as family member or tenant. Only the hash of its token is
// kept.
type Invitation struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash string
	Purpose   string // "post" or "home"
	PostID    int64
	Role      string
	UnitID    int64
	LeaseEnds *time.Time `gorm:"type:date"` // of a tenant
	CreatedBy int64
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	UsedBy    int64
	RevokedAt *time.Time
}
