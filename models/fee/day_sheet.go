package fee

import (
	"context"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// DayWay is what passed a cashier in one way on a day: how many receipts and refunds, from which number to which, and their sums.
type DayWay struct {
	Way         string
	In, Out     int64 // receipts, refunds
	Got, Gave   money.Fen
	First, Last string // numbers
}

// Net is what is left of it.
func (w DayWay) Net() money.Fen { return w.Got - w.Gave }

// DaySheet is a closed day as it is printed and signed.
type DaySheet struct {
	Day
	Estate string
	Ways   []DayWay
}

// Over is what was counted beyond what the books say, negative where it is short.
func (d *DaySheet) Over() money.Fen { return d.Counted - d.Cash }

// FindDaySheet reads a closed day of the actor's company. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindDaySheet(ctx context.Context, actor org.Actor, id int64) (*DaySheet, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var d *DaySheet
	err := s.db.View(ctx, func(tx *store.Tx) error {
		row, err := own[Day](tx, actor, id)
		if err != nil {
			return err
		}
		e, err := org.OpenEstate(tx, row.EstateID)
		if err != nil {
			return err
		}
		d = &DaySheet{Day: *row, Estate: e.Name}
		d.Ways, err = waysOf(tx, row)
		return err
	})
	return d, err
}

func waysOf(tx *store.Tx, d *Day) ([]DayWay, error) {
	var rows []struct {
		Way                string
		Gives              bool
		N, FirstID, LastID int64
		Amount             money.Fen
	}
	err := tx.Model(&Payment{}).Select("way, amount < 0 AS gives, COUNT(*) AS n, SUM(amount) AS amount, MIN(id) AS first_id, MAX(id) AS last_id").
		Where("estate_id = ? AND cashier_id = ? AND day_on = ?", d.EstateID, d.PersonID, d.DayOn).Group("way, amount < 0").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	ways := []DayWay{{Way: Cash}, {Way: Bank}, {Way: POS}} // also those of nothing: the sheet says so
	for i := range ways {
		w, first, last := &ways[i], int64(0), int64(0)
		for _, r := range rows {
			if r.Way != w.Way {
				continue
			}
			if r.Gives {
				w.Out, w.Gave = r.N, -r.Amount
			} else {
				w.In, w.Got = r.N, r.Amount
			}
			if first == 0 || r.FirstID < first {
				first = r.FirstID
			}
			last = max(last, r.LastID)
		}
		var ends []Payment
		if err := tx.Select("number").Where("id IN ?", []int64{first, last}).Order("id").Find(&ends).Error; err != nil {
			return nil, err
		}
		if len(ends) > 0 {
			w.First, w.Last = ends[0].Number, ends[len(ends)-1].Number
		}
	}
	return ways, nil
}
