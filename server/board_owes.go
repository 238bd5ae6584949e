package main

import (
	"errors"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// owes puts on the register what an event of another domain obliges somebody to publish, in the event's transaction, as of today. Where the
// law of the day has no such duty, or the estate is closed, the event stands all the same.
func owes(b *disclosure.Service, tx *store.Tx, estate int64, code, source string) error {
	return owesSince(b, tx, estate, code, source, calendar.DateOf(tx.Now))
}

// owesSince is owes as of the day on which it happened: who records late is late.
func owesSince(b *disclosure.Service, tx *store.Tx, estate int64, code, source string, on calendar.Date) error {
	_, err := b.Owe(tx, estate, code, source, disclosure.Since(on, calendar.DateOf(tx.Now)))
	if errors.Is(err, disclosure.ErrDutyUnknown) || errors.Is(err, org.ErrEstateNotFound) {
		return nil
	}
	return err
}

// disclosedAtOnce owes and fulfils at once: what is decided is on the board with the decision. Taken down, it is owed again.
func disclosedAtOnce(b *disclosure.Service, tx *store.Tx, estate int64, code, source string, notice int64) error {
	if err := owes(b, tx, estate, code, source); err != nil {
		return err
	}
	return b.FulfilSource(tx, estate, source, notice, calendar.DateOf(tx.Now))
}

// oweContract opens the duty to publish a contract about the common parts from its first day, and its early end from its last.
func (a *app) oweContract(tx *store.Tx, c *income.Contract, what string) error {
	on := c.StartsOn
	if c.EndingOn != nil {
		on = *c.EndingOn
	}
	return owesSince(a.board, tx, c.EstateID, "income-contract", what, calendar.Date{Year: on.Year(), Month: on.Month(), Day: on.Day()})
}
