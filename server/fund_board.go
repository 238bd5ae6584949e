package main

import (
	"errors"
	"time"

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
	n, err := b.board.PublishIn(tx, actor, disclosure.Draft{EstateID: p.EstateID, Kind: disclosure.Posting, Audience: disclosure.Residents, Scope: p.Scope, Title: p.Title, Body: p.Body, DaysKey: p.Days, ClientRef: p.Ref, InputHash: web.InputHash(p)})
	if err != nil {
		return 0, "", err
	}
	return n.ID, n.Number, nil
}

// Standing gives since when a notice has been up as it reads now: its days begin anew with every version.
func (fundBoard) Standing(tx *store.Tx, notice int64) (time.Time, bool, error) {
	var n disclosure.Notice
	if err := tx.Where("id = ?", notice).Limit(1).Find(&n).Error; err != nil || n.ID == 0 {
		return time.Time{}, false, err
	}
	var v disclosure.Version
	err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&v).Error
	return v.At, err == nil && n.WithdrawnAt == nil, err
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
