package main

import (
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// committeeMoney is what a committee has of the owners' books: the public income's, and the fund's where it keeps that.
type committeeMoney struct{ income *income.Service }

// Freeze closes the public income's books up to yesterday, and the fund's where the assembly holds them, so that what an audit looks at stands.
func (committeeMoney) Freeze(tx *store.Tx, actor audit.Actor, estate int64) error {
	if err := ledger.Freeze(tx, actor, estate, ledger.Income, calendar.DateOf(tx.Now).Add(-1), frozenWhy); err != nil {
		return err
	}
	return fund.Freeze(tx, actor, estate, frozenWhy)
}

// frozenWhy is what whoever books into frozen books is told (policy 五(二)12, 五(十五)6).
const frozenWhy = "业委会离任（换届）审计已经开始"

// allowances is what the public income's books call the pay of committee members.
const allowances = "committee_allowance"

// Spend books a cost.
func (m committeeMoney) Spend(tx *store.Tx, actor org.Actor, s committee.Spending) (int64, error) {
	return m.income.Book(tx, actor, income.NewLine{EstateID: s.EstateID, Sort: income.Cost, Amount: s.Amount, On: s.On, Party: s.Party, Text: s.Text, FileIDs: s.FileIDs, Source: allowances, ClientRef: s.Ref, InputKey: web.InputHash(s)})
}
