package fund

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// watchBatch bounds how many requests one round of the clock looks at.
const watchBatch = 100

// keeperOffice is the organisation that keeps an estate's account and answers for it; 0 where the assembly has no committee now.
func keeperOffice(tx *store.Tx, a *Account) (int64, error) {
	var ids []int64
	q := tx.Model(&org.Organisation{}).Where("kind = ? AND closed_at IS NULL", org.Bureau).Order("id").Limit(1)
	column := "id"
	if a.Holder == HeldByAssembly {
		q, column = tx.Model(&org.Estate{}).Where("id = ?", a.EstateID), "committee_id"
	}
	if err := q.Pluck(column, &ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// tell says what happened to a request: to whoever answers it, those above, or whoever asked.
func (r *Recheck) tell(tx *store.Tx, what string) error {
	a, err := lockAccount(tx, r.EstateID)
	if err != nil {
		return err
	}
	office, err := keeperOffice(tx, a)
	if err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{r.EstateID})
	if err != nil {
		return err
	}
	offices, err := org.Organisations(tx, []int64{office})
	if err != nil {
		return err
	}
	e := event.Duty{SubjectKind: "fund_recheck", SubjectID: r.ID, EstateID: r.EstateID, EstateName: names[r.EstateID], What: what, Title: "维修资金账目复核", OrganisationID: office, OfficeName: offices[office].Name, Number: r.number(), Due: r.DueAt, At: tx.Now}
	if what == "recheck_answered" {
		if e.OrganisationID, e.OfficeName = 0, ""; r.PersonID == 0 {
			return nil // erased meanwhile
		}
		e.PersonIDs = []int64{r.PersonID}
	}
	return outbox.Append(tx, e)
}

func (r *Recheck) number() string { return fmt.Sprintf("FH%d", r.ID) }

// WatchRechecks puts on record that a request is not answered in time, and tells whoever keeps the account and those above: once for each. One
// that fails keeps no other waiting. It returns whether there may be more.
func (s *Service) WatchRechecks(ctx context.Context) (more bool, err error) {
	var ids []int64
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Recheck{}).Where("watch_at <= ?", tx.Now).Order("watch_at, id").Limit(watchBatch).Pluck("id", &ids).Error
	})
	if err != nil {
		return false, err
	}
	var failed []error
	for _, id := range ids {
		if err := s.db.InTx(ctx, func(tx *store.Tx) error { return watchRecheck(tx, id) }); err != nil {
			failed = append(failed, fmt.Errorf("recheck %d: %w", id, err))
		}
	}
	return len(ids) == watchBatch && len(failed) == 0, errors.Join(failed...)
}

func watchRecheck(tx *store.Tx, id int64) error {
	var r Recheck
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return err
	}
	if _, err := lockAccount(tx, r.EstateID); err != nil {
		return err
	}
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return err
	}
	if r.State != "open" || r.WatchAt == nil || r.WatchAt.After(tx.Now) {
		return nil // answered, or somebody else was first
	}
	if err := tx.Model(&Recheck{}).Where("id = ?", id).Updates(map[string]any{"watch_at": nil, "late_at": tx.Now}).Error; err != nil {
		return err
	}
	if err := jot(tx, audit.System{}, "recheck_late", "fund_recheck", r.ID, r.EstateID, nil); err != nil {
		return err
	}
	return r.tell(tx, "recheck_late")
}

// ListLateRechecks pages through the requests that are not answered in time in the estates of the actor's jurisdiction, the oldest first.
// Fault: org.ErrForbidden.
func (s *Service) ListLateRechecks(ctx context.Context, actor org.Actor, after int64, limit int) (list []RecheckView, err error) {
	if err := actor.Must(org.ReadFund); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Recheck
		err := tx.Scopes(actor.Within(org.ReadFund, "estate_id")).Where("state = 'open' AND due_at < ? AND id > ?", tx.Now, after).Order("id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		list, err = viewRechecks(tx, rows)
		return err
	})
	return list, err
}

// openRechecks counts what is not answered in an estate, and of these what is late: everybody who follows the fund sees it.
func openRechecks(tx *store.Tx, estate int64) (open, late int64, err error) {
	var due []time.Time
	err = tx.Model(&Recheck{}).Where("estate_id = ? AND state = 'open'", estate).Order("id").Limit(1000).Pluck("due_at", &due).Error
	for _, at := range due {
		if at.Before(tx.Now) {
			late++
		}
	}
	return int64(len(due)), late, err
}
