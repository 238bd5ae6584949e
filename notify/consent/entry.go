package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// Entry is a line of the ledger; lines are only added. There is one for each thing that a person or WeChat says. What
// messages reserve, return and spend has none: the deliveries are its evidence, and a broadcast must not write each twice.
// So at any time a stock is the sum of what was earned, less what was closed, less what is reserved or spent.
type Entry struct {
	ID       int64 `gorm:"primaryKey"`
	OpenID   string
	Template string
	Kind     Kind
	N        int // consents that came or went
	Source   Source
	Ref      *string // what it came from, so that nothing counts twice; none for a refused delivery
	Confirms *int64  // the Earn that this is the other side's word for
	At       time.Time
}

// TableName names the table.
func (Entry) TableName() string { return "subscription_entries" }

// Kind is what an entry says.
type Kind string

// The kinds of entries.
const (
	Earn    Kind = "earn"    // accepted
	Confirm Kind = "confirm" // the same acceptance, as the other side tells it
	Refuse  Kind = "refuse"  // refused in the dialog; what was earned before stays
	Close   Kind = "close"   // nothing more is sent; N consents are void
	Open    Kind = "open"    // switched on again in WeChat's settings, which gives no consent
	Filter  Kind = "filter"  // WeChat did not ask: another template of the request has the same title
)

// Source is who says it.
type Source string

// The sources.
const (
	FromPopup    Source = "popup"    // WeChat: answered in the dialog
	FromChange   Source = "change"   // WeChat: changed in its settings
	FromClient   Source = "client"   // the mini-program saw the answer
	FromSent     Source = "sent"     // WeChat: what became of a message
	FromDelivery Source = "delivery" // WeChat's answer to a send
)

// other is who tells of the same tap; "" where nobody does.
func (s Source) other() Source {
	return map[Source]Source{FromPopup: FromClient, FromClient: FromPopup}[s]
}

// pairing is how far apart the two words for one tap may arrive.
const pairing = 5 * time.Minute

// write adds a line. A reference that is known already makes the transaction run again, and then it is seen.
func write(tx *store.Tx, r *Subscription, e Entry) error {
	e.OpenID, e.Template, e.At = r.OpenID, r.Template, tx.Now
	return store.Raced(tx.Create(&e).Error)
}

// accepted counts one acceptance of a locked row, unless it is the second word for one that counts already.
func (s *Service) accepted(tx *store.Tx, r *Subscription, t *template, e Entry) error {
	e.Kind = Earn
	set := map[string]any{"asked_at": tx.Now, "refused_at": nil}
	other, err := counterpart(tx, r, e.Source)
	if err != nil {
		return err
	}
	if other != 0 {
		e.Kind, e.Confirms = Confirm, &other
	} else {
		open(r, set)
		switch {
		case t.Long:
			set["long_term"] = true
		case r.Stock < most:
			e.N = 1
			set["stock"] = gorm.Expr("stock + 1")
		}
	}
	if err := r.change(tx, set); err != nil {
		return err
	}
	return write(tx, r, e)
}

// counterpart finds the acceptance of the last minutes that the other side has told of and this side has not; 0 for none.
func counterpart(tx *store.Tx, r *Subscription, source Source) (int64, error) {
	if source.other() == "" {
		return 0, nil
	}
	var rows []Entry
	err := tx.Where("open_id = ? AND template = ? AND at >= ?", r.OpenID, r.Template, tx.Now.Add(-pairing)).Order("id").Limit(500).Find(&rows).Error
	if err != nil {
		return 0, err
	}
	for _, e := range rows {
		said := func(c Entry) bool { return c.Confirms != nil && *c.Confirms == e.ID }
		if e.Kind == Earn && e.Source == source.other() && !slices.ContainsFunc(rows, said) {
			return e.ID, nil
		}
	}
	return 0, nil
}

// refused notes that the person wants none for now.
func refused(tx *store.Tx, r *Subscription, e Entry) error {
	e.Kind = Refuse
	if err := r.change(tx, map[string]any{"asked_at": tx.Now, "refused_at": tx.Now}); err != nil {
		return err
	}
	return write(tx, r, e)
}

// closed voids what a locked row has.
func closed(tx *store.Tx, r *Subscription, why Why, e Entry) error {
	e.Kind, e.N = Close, r.Stock
	set := map[string]any{"stock": 0, "long_term": false, "closed_at": tx.Now, "closed_why": why}
	if why == ByPerson {
		set["refused_at"] = tx.Now
	}
	if err := r.change(tx, set); err != nil {
		return err
	}
	return write(tx, r, e)
}

// reopened notes that the person takes messages again without having been asked.
func reopened(tx *store.Tx, r *Subscription, t *template, e Entry) error {
	e.Kind = Open
	set := map[string]any{"refused_at": nil, "long_term": r.LongTerm || t.Long}
	open(r, set)
	if err := r.change(tx, set); err != nil {
		return err
	}
	return write(tx, r, e)
}

// open lets messages through again. What the client last saw in the settings is out of date then: WeChat takes no acceptance
// where it refuses without asking.
func open(r *Subscription, set map[string]any) {
	set["closed_at"], set["closed_why"] = nil, ""
	if r.Keeps == KeepsReject || r.Keeps == KeepsNothing {
		set["keeps"] = KeepsAsking
	}
}

// digest names something by its parts, none of which can run into the next.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strings.ReplaceAll(p, "\x00", "\x00\x01")))
		h.Write([]byte{0, 0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
