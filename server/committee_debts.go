package main

import (
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// committeeDebts are what the committee may be asked to speak with a unit about: fees, and the fund.
type committeeDebts struct {
	fees *fee.Service
	fund *fund.Service
}

// Owing asks whichever books the kind is in.
func (d committeeDebts) Owing(tx *store.Tx, by *org.Actor, organisation, estate int64, kind committee.DebtKind, units []int64) (map[int64]string, error) {
	if kind == committee.DebtFee {
		return d.fees.Owing(tx, by, organisation, estate, units)
	}
	owing, err := d.fund.Owing(tx, by, estate, kind == committee.DebtRenewal, units)
	stage := map[committee.DebtKind]string{committee.DebtFirst: "first", committee.DebtRenewal: "renewal"}[kind]
	stages := map[int64]string{}
	for u, owes := range owing {
		if owes {
			stages[u] = stage
		}
	}
	return stages, err
}
