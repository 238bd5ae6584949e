package notify

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// recipient is a person, or a post with one of the people who hold it (0: nobody, the inbox waits for the next).
type recipient struct {
	kind   string
	id     int64
	person int64
}

// audience resolves who a message is for and gives them out in batches. Posts are resolved now, when the message is
// carried: whoever holds the post then is told.
// It begins where from says.
func (d *Dispatcher) audience(ctx context.Context, e event.Event, msg plan.Message, from progress, give func(progress, []recipient) error) error {
	for i, to := range msg.To {
		if i < from.To {
			continue
		}
		at := progress{To: i}
		if long := d.longs(to); long != nil {
			if i == from.To {
				at.After = from.After
			}
			if err := long(ctx, e, at, give); err != nil {
				return err
			}
			continue
		}
		var batch []recipient
		err := d.o.DB.View(ctx, func(tx *store.Tx) error {
			if to == plan.Complainant {
				batch = recipientsOf(complainants(e))
				return nil
			}
			orgs, err := organisations(tx, e, to)
			if err != nil {
				return err
			}
			except, err := org.OneBody(tx, msg.Except)
			if err != nil {
				return err
			}
			var kinds []org.PostKind
			if to == plan.Heads {
				kinds = []org.PostKind{org.Head, org.Chair}
			}
			if to == plan.Duty {
				batch, err = d.onDuty(tx, e.Estate(), except)
				return err
			}
			batch, err = holders(tx, orgs, except, kinds)
			return err
		})
		if err != nil {
			return err
		}
		if err := give(at, batch); err != nil {
			return err
		}
	}
	return nil
}

// longs walks an audience of many people; nil for the others.
func (d *Dispatcher) longs(to plan.To) func(context.Context, event.Event, progress, func(progress, []recipient) error) error {
	switch to {
	case plan.Addressees:
		return d.addressees
	case plan.Residents:
		return d.residents
	case plan.Owners:
		return d.owners
	}
	return nil
}

// caseOf gives what the events of a complaint share.
func caseOf(e event.Event) (event.Case, bool) {
	if c, ok := e.(interface{ Base() event.Case }); ok {
		return c.Base(), true
	}
	return event.Case{}, false
}

// complainants gives the people whom an event is about; a negative one is an owner of the roster without an account.
func complainants(e event.Event) []int64 {
	if c, ok := caseOf(e); ok {
		return c.PersonIDs
	}
	person := int64(0)
	switch e := e.(type) {
	case *event.Mediation:
		return e.PersonIDs
	case *event.Committee:
		return e.PersonIDs
	case *event.Duty:
		return e.PersonIDs
	case *event.Fee:
		return e.PersonIDs
	case *event.FeeBilled:
		return e.PersonIDs
	case *event.ResidencyDecided:
		person = e.PersonID
	case *event.ResidencyEnded:
		person = e.PersonID
	case *event.AreaDecided:
		person = e.PersonID
	case *event.SeatTold:
		return e.PersonIDs
	case *event.Preparing:
		return e.PersonIDs
	}
	if person == 0 {
		return nil
	}
	return []int64{person}
}

// organisations resolves an audience of offices.
func organisations(tx *store.Tx, e event.Event, to plan.To) ([]int64, error) {
	c, _ := caseOf(e)
	switch to {
	case plan.Lead:
		return []int64{c.LeadID}, nil
	case plan.Joint:
		return c.JointIDs, nil
	case plan.Offered, plan.Heads:
		if t, ok := e.(interface{ Asked() int64 }); ok {
			return []int64{t.Asked()}, nil
		}
		return nil, nil
	case plan.Bureau, plan.Office:
		kinds := map[plan.To][]org.Kind{plan.Bureau: {org.Bureau}, plan.Office: {org.Office, org.LeadingGroup}}[to]
		var ids []int64
		err := tx.Model(&org.Organisation{}).Where("kind IN ? AND closed_at IS NULL", kinds).Pluck("id", &ids).Error
		return ids, err
	}
	switch e := e.(type) {
	case *event.Whistle:
		return map[plan.To][]int64{plan.Asker: {e.AskedID}, plan.Township: {e.TownshipID}, plan.Called: e.CalledIDs, plan.Above: {e.ToID}}[to], nil
	case *event.Conference:
		return map[plan.To][]int64{plan.Called: e.OfficeIDs}[to], nil
	case *event.Mediation:
		return map[plan.To][]int64{plan.Parties: e.OfficeIDs, plan.Above: {e.NextID}}[to], nil
	case *event.Task:
		return map[plan.To][]int64{plan.Owing: {e.OfficeID}, plan.Giver: {e.GivenByID}}[to], nil
	}
	var estate org.Estate
	if err := tx.Where("id = ?", e.Estate()).Take(&estate).Error; err != nil {
		return nil, store.NotFound(err, org.ErrEstateNotFound)
	}
	switch to {
	case plan.Township:
		return []int64{estate.TownshipID}, nil
	case plan.Committee:
		return []int64{estate.StandIn(org.FunctionCommittee).OrganisationID}, nil
	case plan.Duty:
		return nil, nil
	}
	return []int64{estate.CommunityID}, nil
}

// onDuty gives who is on duty for emergency repairs: the posts of their organisations, and the number of each shift, which may
// belong to nobody with an account.
func (d *Dispatcher) onDuty(tx *store.Tx, estate int64, except []int64) ([]recipient, error) {
	if d.o.Duty == nil {
		return nil, nil
	}
	shifts, err := d.o.Duty(tx, estate)
	if err != nil {
		return nil, err
	}
	var orgs []int64
	var all []recipient
	for _, s := range shifts {
		if slices.Contains(except, s.OrganisationID) {
			continue
		}
		orgs, all = append(orgs, s.OrganisationID), append(all, recipient{kind: onShift, id: s.ShiftID})
	}
	slices.Sort(orgs)
	posts, err := holders(tx, slices.Compact(orgs), except, nil)
	return append(posts, all...), err
}

// onShift is the kind of a recipient that is a number on the duty roster.
const onShift = "shift"

// Shift is somebody's time of duty for an organisation.
type Shift struct{ ShiftID, OrganisationID int64 }

// holders gives the posts of organisations with everybody who holds or deputises each, and posts that nobody holds
// with their deputy post's people. Where an organisation has no living holder at all, those above it are told as well,
// up to the first that has one. Those in except are told in neither way. With kinds only such posts are told.
func holders(tx *store.Tx, orgs, except []int64, kinds []org.PostKind) ([]recipient, error) {
	var all []recipient
	for _, id := range orgs {
		if slices.Contains(except, id) {
			continue
		}
		for range levels {
			var o org.Organisation
			if err := tx.Select("id", "parent_id").Where("id = ?", id).Limit(1).Find(&o).Error; err != nil {
				return nil, err
			}
			if o.ID == 0 {
				break
			}
			id = o.ParentID
			if slices.Contains(except, o.ID) {
				continue
			}
			found, held, err := postsOf(tx, o.ID, kinds)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
			if held {
				break
			}
		}
	}
	return all, nil
}

// levels bounds the way up; the policy's chain has fewer.
const levels = 8

func postsOf(tx *store.Tx, organisation int64, kinds []org.PostKind) (found []recipient, held bool, err error) {
	q := tx.Model(&org.Post{}).Where("posts.organisation_id = ?", organisation)
	if len(kinds) > 0 {
		q = q.Where("posts.kind IN ?", kinds)
	}
	if found, err = heldIn(tx, q); err != nil {
		return nil, false, err
	}
	return found, len(heldPosts(found)) > 0, nil
}

// holdersAt gives posts with everybody who holds or deputises each, as holders does.
func holdersAt(tx *store.Tx, posts []int64) ([]recipient, error) {
	return heldIn(tx, tx.Model(&org.Post{}).Where("posts.id IN ?", posts))
}

// heldIn gives the posts of a query whose terms run, with their people or who stands in for them.
func heldIn(tx *store.Tx, q *gorm.DB) ([]recipient, error) {
	var rows []struct {
		PostID   int64
		PersonID int64
	}
	today := org.DayOf(tx.Now)
	err := q.Select("posts.id AS post_id, COALESCE(h.person_id, d.person_id, 0) AS person_id").
		Joins("LEFT JOIN post_holders h ON h.post_id = posts.id AND h.holding IS NOT NULL").
		Joins("LEFT JOIN post_holders d ON h.id IS NULL AND d.post_id = posts.deputy_post_id AND d.holding IS NOT NULL").
		Where("posts.closed_at IS NULL AND (posts.starts_on IS NULL OR posts.starts_on <= ?) AND (posts.ends_on IS NULL OR posts.ends_on >= ?)", today, today).
		Order("posts.id").Limit(500).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	found := make([]recipient, len(rows))
	for i, r := range rows {
		found[i] = recipient{kind: "post", id: r.PostID, person: r.PersonID}
	}
	return withStandIns(tx, found)
}
