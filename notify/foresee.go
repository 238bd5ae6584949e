package notify

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Suppose is an event that has not happened.
type Suppose struct {
	Kind     string
	EstateID int64
	LeadID   int64 // the office that leads, is called, owes or is asked
	Urgent   bool
	Accepted bool
	Raised   bool
	Topic    string      // of a campaign
	Where    event.Scope // the buildings and units that it is about; empty for the whole estate
	// Changes are tried instead of those in force; nil for those in force.
	Changes []plan.Override
}

// Foreseen is what one audience would get.
type Foreseen struct {
	To      plan.To
	Posts   []ForeseenPost
	People  int                  // residents and owners with an account; those of the event itself are not known beforehand
	Papers  int                  // owners without an account, whom the message reaches by its later channels or by no one
	Ways    map[plan.Channel]int // how many are reached first by which; "inbox" by nothing else, "nobody" not at all
	More    bool                 // there are more people than were counted
	Message plan.Message
}

// ForeseenPost is a post that would be told.
type ForeseenPost struct {
	PostID       int64
	Organisation string
	Title        string
	Held         bool // somebody is there, or stands in
}

// mostCounted is how many people a preview counts.
const mostCounted = 20_000

var errCounted = errors.New("notify: counted enough")

// Foresee tells who would get what if something happened now: the posts and the number of people, the words and the ways.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, fault.ErrInvalid.
func (d *Dispatcher) Foresee(ctx context.Context, actor org.Actor, s Suppose) ([]Foreseen, error) {
	if err := actor.Must(org.ReadRules); err != nil {
		return nil, err
	}
	table, err := d.supposed(ctx, s)
	if err != nil {
		return nil, err
	}
	e, err := d.imagine(ctx, s)
	if err != nil {
		return nil, err
	}
	messages, err := table.For(e)
	if err != nil {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "event", Reason: "通知计划里没有这个事件"})
	}
	var list []Foreseen
	told := map[recipient]bool{}
	for _, m := range messages {
		for _, to := range m.To {
			one := m
			one.To = []plan.To{to}
			f := Foreseen{To: to, Message: one}
			if err := d.foreseen(ctx, e, one, told, &f); err != nil {
				return nil, err
			}
			list = append(list, f)
		}
	}
	return list, nil
}

func (d *Dispatcher) supposed(ctx context.Context, s Suppose) (*plan.Table, error) {
	if s.Changes != nil {
		return plan.Default().With(s.Changes)
	}
	if d.o.Book == nil {
		return plan.Default(), nil
	}
	t, _, err := d.o.Book.Current(ctx)
	return t, err
}

// imagine makes the event. What it cannot know, a person or a number, is left out or says that it is an example.
func (d *Dispatcher) imagine(ctx context.Context, s Suppose) (event.Event, error) {
	var estate org.Estate
	lead := org.Organisation{}
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("id = ?", s.EstateID).Take(&estate).Error; err != nil {
			return store.NotFound(err, org.ErrEstateNotFound)
		}
		if s.LeadID == 0 {
			s.LeadID = estate.CommunityID
		}
		if err := tx.Where("id = ?", s.LeadID).Take(&lead).Error; err != nil {
			return store.NotFound(err, org.ErrOrganisationNotFound)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	const example = "（示例）"
	body, err := json.Marshal(map[string]any{
		"number": "T00000000-0000", "estate_id": estate.ID, "estate_name": estate.Name, "matter": example, "clause": example, "lead_id": lead.ID, "lead_name": lead.Name, "person_ids": []int64{},
		"urgent": s.Urgent, "accepted": s.Accepted, "raised": s.Raised, "topic": s.Topic, "scoped": !s.Where.Whole(), "building_ids": s.Where.Buildings, "unit_ids": s.Where.Units, "building_id": first(s.Where.Buildings), "returns": 1, "at": d.o.DB.Now(), "due": d.o.DB.Now(), "to_id": lead.ID, "to_name": lead.Name,
		"asked_id": estate.CommunityID, "township_id": estate.TownshipID, "called_ids": []int64{lead.ID}, "office_ids": []int64{lead.ID}, "host_id": lead.ID, "host_name": lead.Name,
		"office_id": lead.ID, "office_name": lead.Name, "given_by_id": estate.TownshipID, "given_by_name": example, "holder_name": lead.Name, "place": example, "title": example, "sort": "通知",
		"publisher_name": lead.Name, "unit_name": example, "reason": example, "cause": example, "year": d.o.DB.Now().Year(),
	})
	if err != nil {
		return nil, err
	}
	e, err := event.Decode(s.Kind, body)
	if err != nil {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "event", Reason: "没有这个事件，请从通知计划里选"})
	}
	return e, nil
}

// foreseen resolves one audience as the engine would now. Who was told in other words before is not told again.
func (d *Dispatcher) foreseen(ctx context.Context, e event.Event, m plan.Message, told map[recipient]bool, f *Foreseen) error {
	posts := map[int64]*ForeseenPost{}
	var ids []int64
	err := d.audience(ctx, e, m, progress{}, func(_ progress, batch []recipient) error {
		fresh, err := d.byWay(ctx, m, batch, told, f)
		if err != nil {
			return err
		}
		batch = fresh
		for _, r := range batch {
			switch {
			case r.kind == "person":
				f.People++
			case r.kind == rosterOwner:
				f.Papers++
			case r.kind == "post" && posts[r.id] != nil:
				posts[r.id].Held = posts[r.id].Held || r.person != 0
			case r.kind == "post" && !told[recipient{kind: r.kind, id: r.id}]:
				posts[r.id] = &ForeseenPost{PostID: r.id, Held: r.person != 0}
				ids = append(ids, r.id)
			}
		}
		if f.People+f.Papers >= mostCounted {
			f.More = true
			return errCounted
		}
		return nil
	})
	if err != nil && !errors.Is(err, errCounted) {
		return err
	}
	for _, id := range ids {
		told[recipient{kind: "post", id: id}] = true
	}
	return d.o.DB.View(ctx, func(tx *store.Tx) error {
		var rows []struct {
			ID                  int64
			Title, Organisation string
		}
		err := tx.Table("posts").Select("posts.id, posts.title, organisations.name AS organisation").Joins("JOIN organisations ON organisations.id = posts.organisation_id").
			Where("posts.id IN ?", append([]int64{0}, ids...)).Order("posts.id").Limit(2000).Find(&rows).Error
		for _, r := range rows {
			p := posts[r.ID]
			p.Title, p.Organisation = r.Title, r.Organisation
			f.Posts = append(f.Posts, *p)
		}
		return err
	})
}

// byWay counts by which channel people would be reached first as things stand now, and leaves out who is told in other words before.
func (d *Dispatcher) byWay(ctx context.Context, m plan.Message, batch []recipient, told map[recipient]bool, f *Foreseen) ([]recipient, error) {
	var fresh []recipient
	var persons []int64
	for _, r := range batch {
		if r.kind == "post" {
			fresh = append(fresh, r)
			continue
		}
		if box := (recipient{kind: r.kind, id: r.id}); !told[box] {
			told[box] = true
			fresh, persons = append(fresh, r), append(persons, r.person)
		}
	}
	if len(persons) == 0 {
		return fresh, nil
	}
	if f.Ways == nil {
		f.Ways = map[plan.Channel]int{}
	}
	return fresh, d.o.DB.View(ctx, func(tx *store.Tx) error {
		for _, c := range m.Channels {
			left, n, err := d.reach(tx, m, c, persons)
			if err != nil {
				return err
			}
			if n > 0 {
				f.Ways[c] += n
			}
			persons = left
		}
		for _, p := range persons { // nothing but the inbox, which takes an account
			if p < 0 {
				f.Ways["nobody"]++
			} else {
				f.Ways["inbox"]++
			}
		}
		return nil
	})
}

// reach tells how many of some people a channel reaches, and who is left for the next.
func (d *Dispatcher) reach(tx *store.Tx, m plan.Message, c plan.Channel, persons []int64) (left []int64, n int, err error) {
	if c == plan.Letter {
		return nil, len(persons), nil
	}
	way := d.o.Ways[c]
	if way == nil || len(persons) == 0 {
		return persons, 0, nil
	}
	to, err := way.Addresses(tx, persons)
	if err != nil {
		return nil, 0, err
	}
	consents := map[int64]bool{}
	if way.Consents != nil {
		if consents, err = way.Consents.Left(tx, m.Template, m.Priority, persons); err != nil {
			return nil, 0, err
		}
	}
	for _, p := range persons {
		if to[p] == "" || (way.Consents != nil && !consents[p]) {
			left = append(left, p)
			continue
		}
		n++
	}
	return left, n, nil
}

func first(ids []int64) int64 {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}
