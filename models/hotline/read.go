package hotline

import (
	"context"
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Report is an import as the office sees it.
type Report struct {
	ID         int64
	State      string
	Faults     []orders.Fault
	FaultCount int
	Counts     map[OrderState]int
	CreatedAt  time.Time
}

// Find shows an import of the actor's organisation. Faults: ErrForbidden, ErrNotFound.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*Report, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var found []Report
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := importFor(tx, actor, id)
		if err != nil {
			return err
		}
		found, err = reports(tx, []Import{*imp}, true)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// List pages through the organisation's imports, newest first, without the faults.
func (s *Service) List(ctx context.Context, actor org.Actor, before int64, limit int) ([]Report, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var found []Report
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("organisation_id = ?", actor.OrganisationID())
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Import
		err := q.Select("id", "state", "fault_count", "created_at").Order("id DESC").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		found, err = reports(tx, rows, false)
		return err
	})
	return found, err
}

func reports(tx *store.Tx, rows []Import, faults bool) ([]Report, error) {
	list, ids := make([]Report, len(rows)), []int64{0}
	at := map[int64]int{}
	for i, r := range rows {
		list[i] = Report{ID: r.ID, State: r.State, FaultCount: r.FaultCount, Counts: map[OrderState]int{}, CreatedAt: r.CreatedAt}
		ids, at[r.ID] = append(ids, r.ID), i
		if faults {
			if err := json.Unmarshal([]byte(r.Faults), &list[i].Faults); err != nil {
				return nil, err
			}
		}
	}
	var counts []struct {
		ImportID int64
		State    OrderState
		N        int
	}
	err := tx.Model(&Order{}).Select("import_id, state, COUNT(*) AS n").Where("import_id IN ?", ids).Group("import_id, state").Scan(&counts).Error
	for _, c := range counts {
		list[at[c.ImportID]].Counts[c.State] = c.N
	}
	return list, err
}

// OrderView is an order with what its sheet says; the caller is masked.
type OrderView struct {
	Order
	Body   orders.Order // without cells, name and phone masked
	Erased bool         // the hotline's line is gone
	Estate string
}

// ListOrders pages through an import's orders in the order of the file, those of one state if it is not empty.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListOrders(ctx context.Context, actor org.Actor, id int64, state OrderState, after int64, limit int) ([]OrderView, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var views []OrderView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := importFor(tx, actor, id); err != nil {
			return err
		}
		q := tx.Where("import_id = ? AND id > ?", id, after)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		var rows []Order
		if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = s.views(tx, rows)
		return err
	})
	return views, err
}

func (s *Service) views(tx *store.Tx, rows []Order) ([]OrderView, error) {
	views, ids := make([]OrderView, len(rows)), []int64{0}
	for i, r := range rows {
		body, err := s.body(r)
		if err != nil {
			return nil, err
		}
		body.Name, body.Phone, body.Cells = vault.MaskName(body.Name), vault.MaskPhone(body.Phone), nil
		views[i] = OrderView{Order: r, Body: body, Erased: r.BodySealed == ""}
		ids = append(ids, r.EstateID)
	}
	names, err := org.EstateNames(tx, ids)
	for i := range views {
		views[i].Estate = names[views[i].EstateID]
	}
	return views, err
}

// body opens an order's line; an erased one is empty.
func (s *Service) body(o Order) (orders.Order, error) {
	var b orders.Order
	if o.BodySealed == "" {
		return b, nil
	}
	raw, err := s.vault.Open(o.BodySealed, bound)
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal([]byte(raw), &b)
}
