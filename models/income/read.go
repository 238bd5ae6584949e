package income

import (
	"context"
	"math"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ContractView is a contract with what it should have brought in until today and what it did.
type ContractView struct {
	Contract
	Due, Received money.Fen
	FileIDs       []int64
}

// Overview is an estate's public income as its owners and offices see it.
type Overview struct {
	Contracts   []ContractView // newest first, at most 200
	Settlements []Settlement   // newest first, at most 100
	Findings    []Finding
	Bank        money.Fen // on the account today
	DueToFund   money.Fen // settled and not yet paid over
}

// Overview shows what is let, what was settled, and what is not explained.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Overview(ctx context.Context, actor org.Actor, estate int64) (*Overview, error) {
	v := &Overview{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.ReadIncome, estate); err != nil {
			return err
		}
		rows, sums, err := contracts(tx, estate, math.MaxInt64)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, c := range rows {
			ids[i] = c.ID
		}
		files, err := s.files.IDsIn(tx, ContractFiles, ids)
		if err != nil {
			return err
		}
		for _, c := range rows {
			v.Contracts = append(v.Contracts, ContractView{Contract: c, Due: c.Due(calendar.DateOf(tx.Now)), Received: sums[c.ID], FileIDs: files[c.ID]})
		}
		if err := tx.Where("estate_id = ?", estate).Order("from_on DESC, id DESC").Limit(100).Find(&v.Settlements).Error; err != nil {
			return err
		}
		all, err := ledger.Balances(tx, estate, ledger.Income, []ledger.Code{ledger.IncomeBank, ledger.IncomeDueToFund}, nil, calendar.DateOf(tx.Now))
		if err != nil {
			return err
		}
		v.Bank, v.DueToFund = all[ledger.Key{Code: ledger.IncomeBank}], -all[ledger.Key{Code: ledger.IncomeDueToFund}]
		v.Findings, err = s.findings(tx, estate)
		return err
	})
	return v, err
}

// LineView is a line with its receipts.
type LineView struct {
	Line
	FileIDs []int64
}

// LinesPage is where a page begins: after this line, newest first.
type LinesPage struct {
	On time.Time
	ID int64
}

// Lines lists what came in and was spent, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Lines(ctx context.Context, actor org.Actor, estate int64, after LinesPage, limit int) ([]LineView, error) {
	var list []LineView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.ReadIncome, estate); err != nil {
			return err
		}
		q := tx.Where("estate_id = ?", estate)
		if after.ID != 0 {
			q = q.Where("happened_on <= ? AND (happened_on < ? OR id < ?)", after.On, after.On, after.ID)
		}
		var rows []Line
		if err := q.Order("happened_on DESC, id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, l := range rows {
			ids[i] = l.ID
		}
		files, err := s.files.IDsIn(tx, LineFiles, ids)
		for _, l := range rows {
			list = append(list, LineView{Line: l, FileIDs: files[l.ID]})
		}
		return err
	})
	return list, err
}

// MayOpenFiles lets whoever may read an estate's public income open the papers of its contracts and lines.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, subjectKind string, id int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		switch subjectKind {
		case ContractFiles:
			_, err = find[Contract](tx.DB, actor, org.ReadIncome, id)
		case LineFiles:
			_, err = find[Line](tx.DB, actor, org.ReadIncome, id)
		default:
			err = ErrNotFound
		}
		return err
	})
}
