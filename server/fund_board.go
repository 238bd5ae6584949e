package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// fundBoard posts what the maintenance fund is used for on the estate's board, to its residents.
type fundBoard struct{ board *disclosure.Service }

// Post publishes in the caller's transaction.
func (b fundBoard) Post(tx *store.Tx, actor org.Actor, p fund.Posted) (int64, string, error) {
	d := disclosure.Draft{EstateID: p.EstateID, Kind: disclosure.Posting, Audience: disclosure.Residents, Scope: p.Scope, Title: p.Title, Body: p.Body, DaysKey: p.Days, ClientRef: p.Ref, InputHash: web.InputHash(p)}
	if len(p.Sums) > 0 {
		d.Form = disclosure.Repair
	}
	for _, x := range p.Sums {
		d.Queries = append(d.Queries, disclosure.Query{Label: sumLabel(x), Book: disclosure.Projects, Codes: []string{x.Code}, Source: x.Project, Measure: disclosure.Stated, To: calendar.DateOf(tx.Now)})
	}
	n, err := b.board.PublishIn(tx, actor, d)
	if err != nil {
		return 0, "", err
	}
	return n.ID, n.Number, b.fulfil(tx, p, n.ID)
}

// sumLabel is what a sum is called on the board; words that look like another sum, or are too long, are left out.
func sumLabel(x fund.PostedSum) string {
	if !disclosure.FitsLabel(x.Label) || len([]rune(x.Label)) > 30 {
		return x.Plain
	}
	return x.Label
}

// fulfil takes what a posting of a project answers off the register: it is owed since the project came to it, at the latest today.
func (b fundBoard) fulfil(tx *store.Tx, p fund.Posted, notice int64) error {
	parts := strings.Split(p.Ref, ":") // project:ID:proposal:VERSION
	if len(parts) != 4 {
		return nil
	}
	if parts[2] == "cancelled" { // nothing of it will be published any more
		for _, stage := range []string{"proposal", "final", "emergency"} {
			if err := b.board.FulfilSource(tx, p.EstateID, strings.Join(parts[:2], ":")+":"+stage, notice, calendar.DateOf(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	}
	source := strings.Join(parts[:3], ":")
	if err := disclosedAtOnce(b.board, tx, p.EstateID, "fund-"+parts[2], source, notice); err != nil || parts[2] != "final" {
		return err
	}
	return b.board.FulfilSource(tx, p.EstateID, strings.Join(parts[:2], ":")+":emergency", notice, calendar.DateOf(tx.Now))
}

// TakeDown withdraws a notice; what it published is owed again.
func (b fundBoard) TakeDown(tx *store.Tx, notice int64, reason string) error {
	return b.board.TakeDown(tx, notice, reason)
}

// Owe opens the duty to publish what a project has come to.
func (b fundBoard) Owe(tx *store.Tx, estate, project int64, stage string) error {
	return owes(b.board, tx, estate, "fund-"+stage, fmt.Sprintf("project:%d:%s", project, stage))
}

// Standing gives since when a notice has been up in the words in which the fund put it there. What somebody has rewritten by hand stands for
// nothing any more: the same words go up again.
func (fundBoard) Standing(tx *store.Tx, notice int64) (time.Time, bool, error) {
	var n disclosure.Notice
	err := tx.Where("id = ?", notice).Limit(1).Find(&n).Error
	return n.PublishedAt, err == nil && n.ID != 0 && n.WithdrawnAt == nil && n.CurrentVersion == 1, err
}

// Hung gives the last moment of a posting as its papers at the entrances have it.
func (b fundBoard) Hung(tx *store.Tx, notice int64) (time.Time, string, error) {
	last, err := b.board.PostedThrough(tx, notice)
	switch {
	case err == nil:
		return last.End().UTC(), "", nil
	case errors.Is(err, disclosure.ErrNotHung), errors.Is(err, disclosure.ErrInQuestion):
		return time.Time{}, fault.Of(err).Message, nil
	case errors.Is(err, rulepack.ErrUnset): // the gate names the rule of its own
		return time.Time{}, "", nil
	}
	return time.Time{}, "", err
}
