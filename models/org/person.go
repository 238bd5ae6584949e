package org

import "time"

// Person is a human who has signed in. Name and phone are sealed; an erased person keeps the row without them.
type Person struct {
	ID          int64 `gorm:"primaryKey"`
	NameSealed  string
	PhoneSealed string
	PhoneIndex  string
	CreatedAt   time.Time
	ErasedAt    *time.Time
}

// Provider says which WeChat account an identity belongs to.
type Provider string

// The providers of identities.
const (
	MiniProgram    Provider = "mini"    // 小程序
	ServiceAccount Provider = "service" // 服务号
)

// Identity is a person's WeChat account. SeenAt is the last sign-in: the content check needs one within two hours.
type Identity struct {
	ID        int64 `gorm:"primaryKey"`
	PersonID  int64
	Provider  Provider
	OpenID    string
	UnionID   string
	Active    bool // a service account that was unfollowed is not active
	SeenAt    time.Time
	CreatedAt time.Time
}

// Consent records that a person agreed to one version of the privacy notice (PIPL 14, 17).
type Consent struct {
	ID          int64 `gorm:"primaryKey"`
	PersonID    int64
	Version     string
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// PrivacyRequest is a person's wish to have data corrected or deleted (PIPL 46, 47).
type PrivacyRequest struct {
	ID         int64 `gorm:"primaryKey"`
	PersonID   int64
	Kind       string // correct, delete
	BodySealed string
	State      string // open, done, refused
	Answer     string
	DecidedBy  int64
	DecidedAt  *time.Time
	DueAt      time.Time
	ClientRef  string
	CreatedAt  time.Time
}

// TableName names the table.
func (Person) TableName() string { return "persons" }
