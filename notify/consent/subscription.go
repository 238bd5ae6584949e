package consent

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/store"
)

// Subscription is what one account still takes of one template. The template is the plan's name for it.
type Subscription struct {
	OpenID   string `gorm:"primaryKey"`
	Template string `gorm:"primaryKey"`
	PersonID int64
	// Stock are the consents that are neither spent nor reserved.
	Stock int
	// LongTerm is an accepted long-term template: it never runs out.
	LongTerm bool
	Keeps    Keeps
	// While it is closed nothing is sent; the next acceptance opens it.
	ClosedWhy Why
	ClosedAt  *time.Time
	AskedAt   *time.Time // when the person last answered
	RefusedAt *time.Time // since when the person wants none; an acceptance clears it
}

// TableName names the table.
func (Subscription) TableName() string { return "subscriptions" }

// Keeps is what the person has told WeChat to do from now on without a dialog.
type Keeps string

// The choices that WeChat keeps.
const (
	KeepsAsking  Keeps = ""       // a dialog each time
	KeepsAccept  Keeps = "accept" // each request still gives one consent, no more
	KeepsReject  Keeps = "reject"
	KeepsNothing Keeps = "off" // the main switch is off: WeChat shows no dialog and delivers nothing
)

// Why says what closed a subscription.
type Why string

// The reasons.
const (
	ByPerson  Why = "person"  // switched off in WeChat
	ByRefusal Why = "refused" // WeChat answered 43101: it knows of no consent
	ByBan     Why = "ban"     // WeChat has blocked the template
)

// shut reports that nothing goes to the account now, whatever the stock.
func (r *Subscription) shut() bool {
	return r.ClosedAt != nil || r.Keeps == KeepsReject || r.Keeps == KeepsNothing
}

// endless reports that it does not run out.
func (r *Subscription) endless(t *template) bool { return r.LongTerm && t.Long }

// most bounds the stock, so that a phone cannot claim consents without end: nobody needs more, and WeChat's answer corrects
// what was too much.
const most = 100

// lock gives the row of an account and a template, made when missing, and nobody else's until the transaction ends.
func lock(tx *store.Tx, openID string, person int64, t *template) (*Subscription, error) {
	var r Subscription
	take := func() error {
		return tx.ForUpdate().Where("open_id = ? AND template = ?", openID, t.name).Take(&r).Error
	}
	err := take()
	if errors.Is(err, gorm.ErrRecordNotFound) {
		fresh := Subscription{OpenID: openID, Template: t.name, PersonID: person}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return nil, err
		}
		err = take()
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// change writes some columns of a locked row.
func (r *Subscription) change(tx *store.Tx, set map[string]any) error {
	return tx.Model(&Subscription{}).Where("open_id = ? AND template = ?", r.OpenID, r.Template).Updates(set).Error
}
