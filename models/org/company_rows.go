package org

import "github.com/linli-city/linli/models/store"

// CompanyRow finds a row of the actor's company in an estate that the action reaches. What another company has there is not its to see:
// notFound, as if it did not exist.
func CompanyRow[T any](tx *store.Tx, actor Actor, action Action, id int64, notFound error) (*T, error) {
	var row T
	err := tx.Scopes(actor.Within(action, "estate_id")).Where("id = ? AND company_id = ?", id, actor.OrganisationID()).Take(&row).Error
	if err != nil {
		return nil, store.NotFound(err, notFound)
	}
	return &row, nil
}

// CompanyPage reads the rows of the actor's company at an estate, newest first, those before an id if it is not 0; those of one state if it
// is not empty. Faults: ErrForbidden, ErrEstateNotFound.
func CompanyPage[T any](tx *store.Tx, actor Actor, action Action, estate, before int64, limit int, state string) ([]T, error) {
	e, err := EstateFor(tx, actor, action, estate)
	if err != nil {
		return nil, err
	}
	q := tx.Where("estate_id = ? AND company_id = ?", e.ID, actor.OrganisationID())
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	var rows []T
	err = q.Order("id DESC").Limit(limit).Find(&rows).Error
	return rows, err
}
