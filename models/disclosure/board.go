package disclosure

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// View is a notice as its readers see it.
type View struct {
	Notice
	Publisher string
	Estate    string
	Title     string
	Body      string
	SHA256    string
	RevisedAt time.Time // when the current version was published
	Versions  []Edition // with figures and differences, of Find alone
	Concerns  event.Scope
	FileIDs   []int64
	Period    *Period  // of a posting, of Find alone
	Walls     []Wall   // where it hangs, of Find alone
	Answers   []string // what had to be published and is by it, of Find alone
}

// Current is the version that stands, of Find alone.
func (v *View) Current() *Edition { return &v.Versions[len(v.Versions)-1] }

// List pages through an estate's board for somebody signed in, newest first, withdrawn items included.
func (s *Service) List(ctx context.Context, actor org.Actor, estateID, before int64, limit int) ([]View, error) {
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadBoard, estateID)
		if err != nil {
			return err
		}
		views, err = list(tx, tx.Where("estate_id = ?", e.ID), before, limit)
		return err
	})
	return views, err
}

// ListPublic pages through what anybody may read of an estate's board.
func (s *Service) ListPublic(ctx context.Context, estateID, before int64, limit int) ([]View, error) {
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		names, err := org.EstateNames(tx, []int64{estateID})
		if err != nil {
			return err
		}
		if _, ok := names[estateID]; !ok {
			return org.ErrEstateNotFound
		}
		views, err = list(tx, tx.Where("estate_id = ? AND audience = ?", estateID, Everyone), before, limit)
		return err
	})
	return views, err
}

func list(tx *store.Tx, q *gorm.DB, before int64, limit int) ([]View, error) {
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	var rows []Notice
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	return view(tx, rows, false)
}

// Find shows one notice with all its versions to somebody signed in.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.ReadBoard); err != nil {
		return nil, err
	}
	return s.find(ctx, func(q *gorm.DB) *gorm.DB {
		return q.Scopes(actor.Within(org.ReadBoard, "notices.estate_id")).Where("id = ?", id)
	})
}

// FindPublic shows one notice that anybody may read.
func (s *Service) FindPublic(ctx context.Context, id int64) (*View, error) {
	return s.find(ctx, func(q *gorm.DB) *gorm.DB { return q.Where("id = ? AND audience = ?", id, Everyone) })
}

func (s *Service) find(ctx context.Context, narrow func(*gorm.DB) *gorm.DB) (*View, error) {
	var found *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var n Notice
		if err := narrow(tx.DB).Take(&n).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		views, err := view(tx, []Notice{n}, true)
		if err != nil {
			return err
		}
		found = &views[0]
		if found.Walls, found.Period, err = s.shown(tx, &n); err != nil {
			return err
		}
		var owed []Duty
		err = tx.Where("notice_id = ? AND estate_id = ?", n.ID, n.EstateID).Order("id").Limit(mostDuties).Find(&owed).Error
		for i := range owed {
			found.Answers = append(found.Answers, owed[i].called())
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if c := found.Current(); c.Format != 1 {
		for _, f := range c.Attachments() {
			found.FileIDs = append(found.FileIDs, f.ID)
		}
		return found, nil
	}
	found.FileIDs, err = s.files.IDsFor(ctx, "notice", found.ID)
	return found, err
}

func view(tx *store.Tx, rows []Notice, all bool) ([]View, error) {
	ids, orgs, estates := []int64{0}, []int64{}, []int64{0}
	for _, n := range rows {
		ids, orgs, estates = append(ids, n.ID), append(orgs, n.OrganisationID), append(estates, n.EstateID)
	}
	publishers, err := org.Organisations(tx, orgs)
	if err != nil {
		return nil, err
	}
	names, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	q := tx.Where("notice_id IN ?", ids)
	if !all {
		q = q.Where("version = (SELECT current_version FROM notices n WHERE n.id = notice_id)")
	}
	var versions []Version
	if err := q.Order("notice_id, version").Find(&versions).Error; err != nil {
		return nil, err
	}
	byNotice, err := editions(tx, ids, versions, all)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(rows))
	for i, n := range rows {
		views[i] = View{Notice: n, Publisher: publishers[n.OrganisationID].Name, Estate: names[n.EstateID]}
		if n.Scope != "" {
			if err := json.Unmarshal([]byte(n.Scope), &views[i].Concerns); err != nil {
				return nil, err
			}
		}
		if vs := byNotice[n.ID]; len(vs) > 0 {
			current := vs[len(vs)-1]
			views[i].Title, views[i].Body, views[i].SHA256, views[i].RevisedAt = current.Title, current.Body, current.SHA256, current.At
			if all {
				views[i].Versions = vs
			}
		}
	}
	return views, nil
}

// editions puts versions beside their figures and, where all of a notice are there, says how they differ.
func editions(tx *store.Tx, ids []int64, versions []Version, all bool) (map[int64][]Edition, error) {
	byNotice := map[int64][]Edition{}
	var figures []Figure
	if all {
		var err error
		if figures, err = figuresOf(tx, ids, 0); err != nil {
			return nil, err
		}
	}
	for _, v := range versions {
		e := Edition{Version: v}
		for _, f := range figures {
			if f.NoticeID == v.NoticeID && f.Version == v.Version {
				e.Figures = append(e.Figures, f)
			}
		}
		if list := byNotice[v.NoticeID]; all && len(list) > 0 {
			e.Changes = differences(&list[len(list)-1], &e)
		}
		byNotice[v.NoticeID] = append(byNotice[v.NoticeID], e)
	}
	return byNotice, nil
}
