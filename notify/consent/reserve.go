package consent

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostPersons is how many people one call may name.
const mostPersons = 1000

var errTooMany = errors.New("consent: more than 1,000 people in one call")

// floors is how many consents each priority leaves to those before it: what everybody is told must not take the one by which
// a person would learn that their term runs out.
var floors = map[event.Priority]int{event.Alarm: 0, event.Urgent: 0, event.Normal: 0, event.Bulk: 1}

// Reserve takes one consent of each person who has one to give, and tells who had. Three statements, whatever the number; the
// rows are locked in the order of their key, so that two that overlap wait and do not deadlock. A template that WeChat does
// not know here has no consents.
func (s *Service) Reserve(tx *store.Tx, name string, p event.Priority, persons []int64) (map[int64]bool, error) {
	granted := map[int64]bool{}
	t := s.named(name)
	if t == nil || len(persons) == 0 {
		return granted, nil
	}
	accounts, rows, err := held(tx, t, persons)
	if err != nil {
		return nil, err
	}
	floor, ok := floors[p]
	if !ok {
		floor = floors[event.Bulk]
	}
	var take []string
	for person, openID := range accounts {
		r := rows[openID]
		switch {
		case r == nil || r.shut():
			continue
		case r.endless(t):
		case r.Stock > floor:
			take = append(take, openID)
		default:
			continue
		}
		granted[person] = true
	}
	if len(take) == 0 {
		return granted, nil
	}
	slices.Sort(take)
	return granted, t.among(tx, take).Update("stock", gorm.Expr("stock - 1")).Error
}

// Return gives back what was reserved and did not go out: one for each time that a person is named. What was closed
// meanwhile stays void.
func (s *Service) Return(tx *store.Tx, name string, persons []int64) error {
	t := s.named(name)
	if t == nil || len(persons) == 0 {
		return nil
	}
	if len(persons) > mostPersons {
		return errTooMany
	}
	accounts, err := org.OpenIDs(tx, org.MiniProgram, persons)
	if err != nil {
		return err
	}
	times := map[string]int{}
	for _, p := range persons {
		if openID := accounts[p]; openID != "" {
			times[openID]++
		}
	}
	for len(times) > 0 {
		q := t.among(tx, slices.Sorted(maps.Keys(times))).Where("closed_at IS NULL")
		if t.Long {
			q = q.Where("long_term = ?", false) // nothing was taken
		}
		if err := q.Update("stock", gorm.Expr("stock + 1")).Error; err != nil {
			return err
		}
		for openID := range times {
			times[openID]--
		}
		maps.DeleteFunc(times, func(_ string, left int) bool { return left == 0 })
	}
	return nil
}

// Refused closes the subscriptions of people for whom WeChat answered 43101: it knows of no consent, so there is none.
func (s *Service) Refused(tx *store.Tx, name string, persons []int64) error {
	t := s.named(name)
	if t == nil || len(persons) == 0 {
		return nil
	}
	if len(persons) > mostPersons {
		return errTooMany
	}
	accounts, err := org.OpenIDs(tx, org.MiniProgram, persons)
	if err != nil {
		return err
	}
	return s.void(tx, t, slices.Collect(maps.Values(accounts)), FromDelivery)
}

// void closes subscriptions that WeChat has refused, those that are closed already excepted.
func (s *Service) void(tx *store.Tx, t *template, accounts []string, source Source) error {
	rows, err := lockAll(tx, t, accounts)
	if err != nil {
		return err
	}
	var open []string
	var entries []Entry
	for _, r := range rows {
		if r.ClosedAt != nil {
			continue
		}
		open = append(open, r.OpenID)
		entries = append(entries, Entry{OpenID: r.OpenID, Template: t.name, Kind: Close, N: r.Stock, Source: source, At: tx.Now})
	}
	if len(open) == 0 {
		return nil
	}
	err = t.among(tx, open).Updates(map[string]any{"stock": 0, "long_term": false, "closed_at": tx.Now, "closed_why": ByRefusal}).Error
	if err != nil {
		return err
	}
	return tx.CreateInBatches(&entries, 500).Error
}

// Reservation is a consent that is reserved for a delivery which has not gone out.
type Reservation struct {
	PersonID   int64
	DeliveryID int64
	Priority   event.Priority
}

// Displace says whose reservations a pressing message takes over for those people for whom Reserve found none: of each person
// the least pressing that is held, and of those the newest. Reservations are never taken from what presses as much. The
// subscription stays locked and its stock as it is, for the consent only changes hands; the caller, in the same
// transaction, stops the delivery that lost it, and where that has gone out already, leaves the new one without.
func (s *Service) Displace(tx *store.Tx, name string, p event.Priority, wanting []int64, candidates []Reservation) (map[int64]Reservation, error) {
	t := s.named(name)
	taken := map[int64]Reservation{}
	if t == nil || p > event.Urgent || len(wanting) == 0 {
		return taken, nil
	}
	accounts, rows, err := held(tx, t, wanting)
	if err != nil {
		return nil, err
	}
	for _, c := range candidates {
		r := rows[accounts[c.PersonID]]
		if r == nil || r.shut() || c.Priority <= event.Urgent {
			continue
		}
		if best, ok := taken[c.PersonID]; !ok || cmp.Or(cmp.Compare(c.Priority, best.Priority), cmp.Compare(c.DeliveryID, best.DeliveryID)) > 0 {
			taken[c.PersonID] = c
		}
	}
	return taken, nil
}

// held finds and locks what people hold of a template: the account that messages go to, and its row.
func held(tx *store.Tx, t *template, persons []int64) (accounts map[int64]string, rows map[string]*Subscription, err error) {
	if len(persons) > mostPersons {
		return nil, nil, errTooMany
	}
	accounts, err = org.OpenIDs(tx, org.MiniProgram, persons)
	if err != nil || len(accounts) == 0 {
		return nil, nil, err
	}
	list, err := lockAll(tx, t, slices.Collect(maps.Values(accounts)))
	if err != nil {
		return nil, nil, err
	}
	rows = make(map[string]*Subscription, len(list))
	for i := range list {
		rows[list[i].OpenID] = &list[i]
	}
	return accounts, rows, nil
}

// lockAll locks the rows of accounts in the order of their key.
func lockAll(tx *store.Tx, t *template, accounts []string) ([]Subscription, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	slices.Sort(accounts)
	var rows []Subscription
	err := tx.ForUpdate().Where("open_id IN ? AND template = ?", accounts, t.name).Order("open_id").Find(&rows).Error
	return rows, err
}

// among are the rows of some accounts.
func (t *template) among(tx *store.Tx, accounts []string) *gorm.DB {
	return tx.Model(&Subscription{}).Where("open_id IN ? AND template = ?", accounts, t.name)
}
