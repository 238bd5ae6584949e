package main

import (
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// boardSums are who answers the figures of the board that ask no book of the ledger.
var boardSums = map[string]disclosure.Sums{disclosure.Projects: projectSums{}, disclosure.Collections: collectionSums{}}

// projectSums answer with what was posted of a repair from the fund.
type projectSums struct{}

func (projectSums) Sum(tx *store.Tx, estate int64, q disclosure.Query, from disclosure.Origin) (money.Fen, disclosure.Origin, error) {
	fen, row, err := fund.SumOf(tx, estate, q.Source, q.Codes[0], q.To, from.Row)
	return fen, disclosure.Origin{Row: row}, err
}

// collectionSums answer with what was charged of a month and what of it came in.
type collectionSums struct{}

func (collectionSums) Sum(tx *store.Tx, estate int64, q disclosure.Query, from disclosure.Origin) (money.Fen, disclosure.Origin, error) {
	c, err := fee.CollectionOf(tx, estate, from.Holder, q.Month(), q.Source, q.To)
	if err != nil {
		return 0, from, err
	}
	if q.Measure == disclosure.BillsCollected {
		return c.Collected, disclosure.Origin{Holder: c.CompanyID}, nil
	}
	return c.Charged, disclosure.Origin{Holder: c.CompanyID}, nil
}
