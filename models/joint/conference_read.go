package joint

import (
	"context"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ConferenceView is a conference as an office reads it.
type ConferenceView struct {
	Conference
	Holder    string
	Estate    string
	Items     []Item
	Cases     map[int64]string // numbers of the items' cases
	Attendees []Attendee
	Offices   map[int64]string
	Minutes   []MinuteView
	Tasks     []TaskView
}

// ListConferences pages through the conferences that the office holds or is called to, newest first.
func (s *Service) ListConferences(ctx context.Context, actor org.Actor, before int64, limit int) ([]ConferenceView, error) {
	if err := actor.Must(org.ReadConferences); err != nil {
		return nil, err
	}
	var views []ConferenceView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		own := actor.OrganisationID()
		found, err := store.Newest(before, limit, store.Way{Rows: tx.Model(&Conference{}).Where("holder_id = ?", own), ID: "id"},
			store.Way{Rows: tx.Model(&Attendee{}).Where("organisation_id = ?", own), ID: "conference_id"})
		if err != nil {
			return err
		}
		var rows []Conference
		if err := tx.Where("id IN ?", append([]int64{0}, found...)).Order("id DESC").Find(&rows).Error; err != nil {
			return err
		}
		ids, estates := []int64{0}, []int64{0}
		for _, c := range rows {
			ids, estates = append(ids, c.HolderID), append(estates, c.EstateID)
		}
		names, err := org.Organisations(tx, ids)
		if err != nil {
			return err
		}
		in, err := org.EstateNames(tx, estates)
		for _, c := range rows {
			c.Outcome = "" // may speak of a point that is hidden from the reader; the meeting itself shows it
			views = append(views, ConferenceView{Conference: c, Holder: names[c.HolderID].Name, Estate: in[c.EstateID]})
		}
		return err
	})
	return views, err
}

// FindConference shows a conference whole, without the points that concern the reader's own office or a body above it, and
// with such a point without what was said of the whole.
// Faults: ErrForbidden, ErrConference.
func (s *Service) FindConference(ctx context.Context, actor org.Actor, id int64) (*ConferenceView, error) {
	if err := actor.Must(org.ReadConferences); err != nil {
		return nil, err
	}
	v := &ConferenceView{Cases: map[int64]string{}, Offices: map[int64]string{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Scopes(attended(actor)).Where("conferences.id = ?", id).Take(&v.Conference).Error; err != nil {
			return store.NotFound(err, ErrConference)
		}
		bars, err := barred(tx, actor, v.HolderID)
		if err != nil {
			return err
		}
		if err := bars("about_id")(tx.Where("conference_id = ?", id)).Order("id").Limit(maxItems).Find(&v.Items).Error; err != nil {
			return err
		}
		if err := tx.Where("conference_id = ?", id).Order("organisation_id").Limit(50).Find(&v.Attendees).Error; err != nil {
			return err
		}
		minutes, err := v.minutes(tx)
		if err != nil {
			return err
		}
		ids, cases := []int64{v.HolderID}, []int64{0}
		for _, a := range v.Attendees {
			ids = append(ids, a.OrganisationID)
		}
		for _, m := range minutes {
			ids = append(ids, m.OrganisationID)
		}
		names, err := org.Organisations(tx, ids)
		if err != nil {
			return err
		}
		for id, o := range names {
			v.Offices[id] = o.Name
		}
		v.Holder = v.Offices[v.HolderID]
		for _, m := range minutes {
			v.Minutes = append(v.Minutes, MinuteView{m, v.Offices[m.OrganisationID]})
		}
		for _, it := range v.Items {
			cases = append(cases, it.CaseID)
		}
		var numbered []complaint.Case
		if err := tx.Select("id", "number").Where("id IN ?", cases).Find(&numbered).Error; err != nil {
			return err
		}
		for _, c := range numbered {
			v.Cases[c.ID] = c.Number
		}
		var tasks []Task
		if err := bars("tasks.about_id")(tx.Where("subject_kind = 'conference' AND subject_id = ?", id)).Order("id").Limit(maxNotes).Find(&tasks).Error; err != nil {
			return err
		}
		v.Tasks, err = viewTasks(tx, tasks)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// barred narrows to what is not about a body that the reader belongs to or stands below: it cannot look into it. The holder,
// who put it on the table, sits at it.
func barred(tx *store.Tx, actor org.Actor, holder int64) (func(column string) func(*gorm.DB) *gorm.DB, error) {
	up, err := org.Above(tx, actor.OrganisationID())
	if err != nil {
		return nil, err
	}
	return func(column string) func(*gorm.DB) *gorm.DB {
		return func(q *gorm.DB) *gorm.DB {
			q = actor.NotAbout(column)(q)
			if len(up) > 0 && actor.OrganisationID() != holder {
				q = q.Where(column+" NOT IN ?", up)
			}
			return q
		}
	}, nil
}

// minutes are those that the reader may read: all, or with a point hidden only those of the points that are not.
func (v *ConferenceView) minutes(tx *store.Tx) ([]Minute, error) {
	var all int64
	if err := tx.Model(&Item{}).Where("conference_id = ?", v.ID).Count(&all).Error; err != nil {
		return nil, err
	}
	q := tx.Where("subject_kind = 'conference' AND subject_id = ?", v.ID)
	if all > int64(len(v.Items)) {
		shown := []int64{-1}
		for _, it := range v.Items {
			shown = append(shown, it.ID)
		}
		q, v.Outcome = q.Where("item_id IN ?", shown), ""
	}
	var rows []Minute
	return rows, q.Order("id").Limit(maxNotes).Find(&rows).Error
}
