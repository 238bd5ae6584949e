package fee

import (
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// ErrPaid says that bills of a run were paid.
var ErrPaid = fault.New(fault.Conflict, "fee.run_paid", "有账单已经收了钱")

// paidOf counts the bills of a run on which there is money.
func paidOf(tx *store.Tx, run int64) (int64, error) {
	var n int64
	sums := tx.Table("fee_bills b").Select("b.id").Joins("JOIN fee_allocations a ON a.bill_id = b.id").Where("b.run_id = ?", run).Group("b.id").Having("SUM(a.amount) <> 0")
	return n, tx.Table("(?) AS paid", sums).Count(&n).Error
}

// withdraw takes a part back: what was paid becomes paid ahead, what changed the bills is reversed, then the part itself.
func (s *Service) withdraw(tx *store.Tx, r *Run, part *Part) error {
	by := clerk{r.CancelledBy, r.CancelPost, r.CompanyID}
	var bills []Bill
	if err := tx.Where("run_id = ? AND part = ?", r.ID, part.Seq).Find(&bills).Error; err != nil {
		return err
	}
	list, err := owed(tx, bills)
	if err != nil {
		return err
	}
	source := ledger.Source{Kind: "fee_run", ID: r.ID, Text: r.cancelTitle()}
	today := calendar.DateOf(tx.Now)
	var moved []Allocation
	ids := make([]int64, len(list))
	for i, o := range list {
		ids[i] = o.ID
		if o.Paid != 0 {
			moved = append(moved, Allocation{EstateID: r.EstateID, BillID: o.ID, UnitID: o.UnitID, Source: "carried", Amount: -o.Paid, At: tx.Now})
		}
	}
	if err := s.carry(tx, by, r.EstateID, fmt.Sprintf("run-%d-part-%d-carry", r.ID, part.Seq), source, moved); err != nil {
		return err
	}
	var changes []Change
	if err := tx.Where("bill_id IN ? AND state = 'approved' AND effect <> 0", append([]int64{0}, ids...)).Order("id").Find(&changes).Error; err != nil {
		return err
	}
	for _, c := range changes {
		if err := s.undo(tx, by, c, source, today); err != nil {
			return err
		}
	}
	j, err := ledger.Reverse(tx, by, part.JournalID, fmt.Sprintf("run-%d-part-%d-cancel", r.ID, part.Seq), r.cancelTitle(), today)
	if err != nil {
		return err
	}
	if err := tx.Model(&Part{}).Where("id = ?", part.ID).Updates(map[string]any{"state": "reversed", "reversal_id": j.ID}).Error; err != nil {
		return err
	}
	return tx.Model(&Bill{}).Where("run_id = ? AND part = ?", r.ID, part.Seq).Updates(map[string]any{"state": Withdrawn, "live": nil}).Error
}

// cancelTitle is what the books say of it: never the reason, see Change.source.
func (r *Run) cancelTitle() string { return fmt.Sprintf("撤销出账，第%d号", r.ID) }

// carry turns what was paid on bills into what their units have paid ahead; amounts are negative.
func (s *Service) carry(tx *store.Tx, by clerk, estate int64, ref string, source ledger.Source, moved []Allocation) error {
	for from := 0; from < len(moved); from += 400 {
		chunk := moved[from:min(from+400, len(moved))]
		var lines []ledger.Line
		for _, a := range chunk {
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: a.UnitID}, Amount: -a.Amount}, ledger.Line{Key: ledger.Key{Code: ledger.FeePrepaid, UnitID: a.UnitID}, Amount: a.Amount})
		}
		_, err := ledger.Post(tx, by, estate, ledger.FeesOf(by.company), ledger.Posting{Ref: fmt.Sprintf("%s-%d", ref, from/400+1), Effective: calendar.DateOf(tx.Now), Source: source, Memo: "已交的转为预交", Lines: lines})
		if err != nil {
			return err
		}
		if err := tx.Create(&chunk).Error; err != nil {
			return err
		}
	}
	return nil
}

// undo posts the opposite of a line on a bill that is withdrawn. The line stays as it was: the bill says that it is gone.
func (s *Service) undo(tx *store.Tx, by clerk, c Change, source ledger.Source, on calendar.Date) error {
	p := ledger.Posting{Ref: fmt.Sprintf("change-%d-cancel", c.ID), Effective: on, Source: source, Lines: pair(against(c.Kind), ledger.FeeReceivable, c.UnitID, c.Effect)}
	_, err := ledger.Post(tx, by, c.EstateID, ledger.FeesOf(c.CompanyID), p)
	return err
}

// pair moves an amount from a unit's account to one of the estate's.
func pair(estates, units ledger.Code, unit int64, amount money.Fen) []ledger.Line {
	return []ledger.Line{{Key: ledger.Key{Code: estates}, Amount: amount}, {Key: ledger.Key{Code: units, UnitID: unit}, Amount: -amount}}
}
