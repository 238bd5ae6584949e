package campaign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// Pick chooses seats of a campaign.
type Pick string

// The choices.
const (
	AllSeats     Pick = "all"
	Unconfirmed  Pick = "unconfirmed" // where service has to be proven: without proof
	LetterSeats  Pick = "letter"      // to whom a letter is to go
	VisitSeats   Pick = "visit"       // where somebody has to go
	ProvenSeats  Pick = "proven"
	UnreachedOne Pick = "unreached" // no channel reaches them
)

// Row is a seat with all that is known of it.
type Row struct {
	Reach
	Door   string
	Owners []Named
	People int
	Sends  []Send
	Calls  []Knocked
	ReadAt *time.Time // when the first of its people opened it in the app
	Line   string     // what the record's hash is made of
}

// Send is a message that went to one of a seat's people.
type Send struct {
	Run         int
	Kind        RunKind
	Channel     Channel
	State       notify.State
	SentAt      *time.Time
	ProviderID  string
	ConfirmedAt *time.Time
	Person      int // the how manieth of the seat's people

	person int64
}

// Knocked is a visit with who made it: the post, not the person.
type Knocked struct {
	Call
	By string
}

// knocks reads the visits to some reaches, by reach.
func knocks(tx *store.Tx, reaches []int64) (map[int64][]Knocked, error) {
	var calls []Call
	if err := tx.Where("reach_id IN ?", reaches).Order("reach_id, id").Find(&calls).Error; err != nil || len(calls) == 0 {
		return nil, err
	}
	ids := make([]int64, len(calls))
	for i, c := range calls {
		ids[i] = c.PostID
	}
	by, err := offices(tx, ids)
	if err != nil {
		return nil, err
	}
	list := map[int64][]Knocked{}
	for _, c := range calls {
		list[c.ReachID] = append(list[c.ReachID], Knocked{c, by[c.PostID]})
	}
	return list, nil
}

// offices names posts with their organisations.
func offices(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var posts []struct {
		ID          int64
		Title, Name string
	}
	err := tx.Table("posts").Select("posts.id, posts.title, o.name").Joins("JOIN organisations o ON o.id = posts.organisation_id").Where("posts.id IN ?", ids).Scan(&posts).Error
	by := map[int64]string{}
	for _, p := range posts {
		by[p.ID] = p.Name + p.Title
	}
	return by, err
}

// seatsOf narrows to some of a campaign's reaches.
func (c *Campaign) seatsOf(p Pick) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = q.Where("reaches.campaign_id = ?", c.ID)
		open := func() *gorm.DB { return q.Where(unserved, c.notServed()) }
		switch p {
		case Unconfirmed:
			return open()
		case LetterSeats:
			return open().Where("reaches.planned = ?", Letter)
		case VisitSeats:
			if c.NeedsProof {
				return open().Where("reaches.unit_id <> 0 AND reaches.why NOT IN ?", []string{"parking_only", "unsold"})
			}
			return open().Where("reaches.planned = ?", Visit)
		case ProvenSeats:
			return q.Where("reaches.confirmed_how IN ?", proofs)
		case UnreachedOne:
			return open().Where("reaches.planned = ?", Nobody)
		case AllSeats:
		}
		return q
	}
}

// page reads the next reaches in the order of the doors.
func (c *Campaign) page(tx *store.Tx, p Pick, after int64, limit int) ([]Reach, error) {
	q := tx.Scopes(c.seatsOf(p))
	if after > 0 {
		var last Reach
		if err := tx.Select("id", "door_key").Where("id = ? AND campaign_id = ?", after, c.ID).Take(&last).Error; err != nil {
			return nil, store.NotFound(err, ErrReach)
		}
		q = q.Where("door_key >= ? AND (door_key > ? OR id > ?)", last.DoorKey, last.DoorKey, last.ID)
	}
	var rows []Reach
	return rows, q.Order("door_key, id").Limit(limit).Find(&rows).Error
}

// Evidence pages through the seats of a campaign with what went to each, in the order of the doors; after is the last seat of
// the page before. Faults: org.ErrForbidden, ErrNotFound, ErrReach.
func (s *Service) Evidence(ctx context.Context, actor org.Actor, id int64, p Pick, after int64, limit int) (*View, []Row, error) {
	var v *View
	var rows []Row
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.ReadCampaigns, id)
		if err != nil {
			return err
		}
		v = &View{Campaign: *c}
		if err := name(tx, v); err != nil {
			return err
		}
		rows, err = s.rows(tx, c, p, after, limit)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("evidence: %w", err)
	}
	return v, rows, nil
}

// EachRow gives all seats of a campaign to do, a batch in memory at a time.
func (s *Service) EachRow(ctx context.Context, actor org.Actor, id int64, do func(Row) error) error {
	for after := int64(0); ; {
		_, rows, err := s.Evidence(ctx, actor, id, AllSeats, after, rowBatch)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := do(r); err != nil {
				return err
			}
		}
		if len(rows) < rowBatch {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// rowBatch is how many seats with everything about them are in memory at a time.
const rowBatch = 500

func (s *Service) rows(tx *store.Tx, c *Campaign, p Pick, after int64, limit int) ([]Row, error) {
	reaches, err := c.page(tx, p, after, limit)
	if err != nil || len(reaches) == 0 {
		return nil, err
	}
	rows := make([]Row, len(reaches))
	ids, units, sets := make([]int64, len(reaches)), []int64{0}, []int64{0}
	for i, r := range reaches {
		rows[i].Reach, ids[i] = r, r.ID
		units, sets = append(units, r.UnitID), append(sets, r.OwnerSetID)
	}
	doors, err := org.UnitNames(tx, units)
	if err != nil {
		return nil, err
	}
	var people []Addressee
	if err := tx.Where("reach_id IN ?", ids).Order("reach_id, id").Find(&people).Error; err != nil {
		return nil, err
	}
	sends, err := sendsTo(tx, c, people)
	if err != nil {
		return nil, err
	}
	reads, err := readsOf(tx, c, people)
	if err != nil {
		return nil, err
	}
	calls, err := knocks(tx, ids)
	if err != nil {
		return nil, err
	}
	var owners []org.Owner
	if c.Audience == Owners {
		if err := tx.Where("owner_set_id IN ?", sets).Order("owner_set_id, position").Find(&owners).Error; err != nil {
			return nil, err
		}
	}
	for i := range rows {
		r := &rows[i]
		r.Door = doors[r.UnitID]
		if err := s.tell(r, people, sends, reads, owners); err != nil {
			return nil, err
		}
		r.Calls = calls[r.ID]
		if r.Line, err = r.line(); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// tell brings a seat's people, what went to them and which owners that leaves out.
func (s *Service) tell(r *Row, people []Addressee, sends map[int64][]Send, reads map[int64]time.Time, owners []org.Owner) error {
	told := map[int64]bool{} // by owner
	byPerson := map[int64]bool{}
	places := map[int64]int{} // an owner who made an account since is still one of the seat's people
	for _, p := range people {
		if p.ReachID != r.ID {
			continue
		}
		place := places[p.OwnerID]
		if place == 0 || p.OwnerID == 0 {
			r.People++
			place = r.People
			places[p.OwnerID] = place
		}
		arrived := p.PersonID > 0 // the inbox has it
		for _, x := range sends[p.PersonID] {
			x.Person = place
			r.Sends = append(r.Sends, x)
			arrived = arrived || (x.State == notify.Sent && (p.Since == nil || (x.SentAt != nil && x.SentAt.After(*p.Since))))
		}
		told[p.OwnerID], byPerson[p.PersonID] = told[p.OwnerID] || arrived, arrived
		if at, ok := reads[p.PersonID]; ok && (r.ReadAt == nil || at.Before(*r.ReadAt)) {
			r.ReadAt = &at
		}
	}
	slices.SortStableFunc(r.Sends, func(a, b Send) int { return cmp.Compare(a.Run, b.Run) })
	var mine, left []org.Owner
	for _, o := range owners {
		if o.OwnerSetID != r.OwnerSetID {
			continue
		}
		mine = append(mine, o)
		if !told[o.ID] && (o.PersonID == 0 || !byPerson[o.PersonID]) {
			left = append(left, o)
		}
	}
	var err error
	r.Owners, err = s.mask(mine, left)
	return err
}

// sendsTo finds what the runs sent to people.
func sendsTo(tx *store.Tx, c *Campaign, people []Addressee) (map[int64][]Send, error) {
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.PersonID
	}
	persons, owners := split(ids)
	runs, err := runsOf(tx, c.ID)
	if err != nil {
		return nil, err
	}
	by := map[int64][]Send{}
	for _, run := range runs {
		if run.MessageID == 0 {
			continue
		}
		for kind, ids := range map[string][]int64{"person": persons, "owner": owners} {
			var rows []notify.Delivery
			if err := tx.Where("message_id = ? AND recipient_kind = ? AND recipient_id IN ?", run.MessageID, kind, ids).Order("id").Find(&rows).Error; err != nil {
				return nil, err
			}
			for _, d := range rows {
				by[d.PersonID] = append(by[d.PersonID], Send{Run: run.Number, Kind: run.Kind, Channel: d.Channel, State: d.State, SentAt: d.SentAt, ProviderID: d.ProviderID, ConfirmedAt: d.ConfirmedAt, person: d.PersonID})
			}
		}
	}
	return by, nil
}

// readsOf finds when people first opened a campaign's message in the app.
func readsOf(tx *store.Tx, c *Campaign, people []Addressee) (map[int64]time.Time, error) {
	persons := []int64{0}
	for _, p := range people {
		persons = append(persons, p.PersonID)
	}
	messages, err := messagesOf(tx, c.ID)
	if err != nil {
		return nil, err
	}
	var items []inbox.Item
	err = tx.Where("message_id IN ? AND recipient_kind = 'person' AND recipient_id IN ? AND opened_at IS NOT NULL", messages, persons).Order("opened_at DESC").Find(&items).Error
	first := map[int64]time.Time{}
	for _, i := range items {
		first[i.RecipientID] = *i.OpenedAt
	}
	return first, err
}
