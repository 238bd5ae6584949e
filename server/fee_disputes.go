package main

import (
	"context"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// feeCases are the complaints by which a bill is disputed. They are about the company, which never leads its own case, and so cannot
// end the pause by closing it.
type feeCases struct{ complaints *complaint.Service }

// FileOnBill files one as a complaint about what the company charges.
func (c feeCases) FileOnBill(ctx context.Context, actor org.Actor, d fee.Disputed) (int64, string, error) {
	one, err := c.complaints.File(ctx, actor, complaint.Draft{EstateID: d.EstateID, UnitID: d.UnitID, Matter: "company-fee", About: "company", Text: d.Text, Visibility: complaint.Private, Cover: complaint.Plain, ClientRef: "fee/" + d.Ref, InputHash: d.Hash})
	if err != nil {
		return 0, "", err
	}
	return one.ID, one.Number, nil
}

// Running says which cases are not over.
func (feeCases) Running(tx *store.Tx, ids []int64) (map[int64]bool, error) {
	return complaint.Running(tx, ids)
}

// Readable says which cases the actor may read.
func (feeCases) Readable(tx *store.Tx, actor org.Actor, ids []int64) (map[int64]bool, error) {
	return complaint.Readable(tx, actor, ids)
}
