package fee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Tick carries one step of whatever waits: a part of a run, of a cancellation or of an import. What was published is continued where it
// stood, however the process ended: a part and its journal are one transaction.
func (s *Service) Tick(ctx context.Context) (more bool, err error) {
	for _, step := range []func(context.Context) (bool, error){s.stepRun, s.stepImport, s.stepTell} {
		did, failed := step(ctx)
		if more, err = more || did, errors.Join(err, failed); more {
			break
		}
	}
	return more, err
}

func (s *Service) stepRun(ctx context.Context) (bool, error) {
	return s.oneOf(ctx, func(tx *store.Tx) *gorm.DB {
		return tx.Model(&Run{}).Where("state IN ?", []RunState{Running, Cancelling})
	}, s.step)
}

// oneOf does a step of the first thing that can be done: what cannot keeps nobody else waiting.
func (s *Service) oneOf(ctx context.Context, waiting func(*store.Tx) *gorm.DB, step func(*store.Tx, int64) error) (bool, error) {
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error { return waiting(tx).Order("id").Limit(20).Pluck("id", &ids).Error })
	var failed []error
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx *store.Tx) error { return step(tx, id) })
		if err == nil {
			return true, errors.Join(failed...)
		}
		failed = append(failed, fmt.Errorf("fee %d: %w", id, err))
	}
	return false, errors.Join(append(failed, err)...)
}

// step does the next part of a run, or ends it.
func (s *Service) step(tx *store.Tx, id int64) error {
	var r Run
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return err
	}
	if err := gate(tx, r.EstateID); err != nil {
		return err
	}
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return err
	}
	switch r.State {
	case Running:
		part, err := nextPart(tx, r.ID, "open")
		if err != nil {
			return err
		}
		if part == nil {
			return tx.Model(&Run{}).Where("id = ?", r.ID).Updates(map[string]any{"state": Done, "done_at": tx.Now, "untold": true}).Error
		}
		return s.bill(tx, &r, part)
	case Cancelling:
		part, err := nextPart(tx, r.ID, "done")
		if err != nil {
			return err
		}
		if part == nil {
			return tx.Model(&Run{}).Where("id = ?", r.ID).Updates(map[string]any{"state": Cancelled, "cancelled_at": tx.Now}).Error
		}
		return s.withdraw(tx, &r, part)
	case Done, Cancelled:
	}
	return nil // somebody else was faster
}

func nextPart(tx *store.Tx, run int64, state string) (*Part, error) {
	var list []Part
	if err := tx.Where("run_id = ? AND state = ?", run, state).Order("seq").Limit(1).Find(&list).Error; err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// bill makes the bills of a part, posts them, and takes what was paid ahead.
func (s *Service) bill(tx *store.Tx, r *Run, part *Part) error {
	p := &plan{run: *r}
	var rule Rule
	if err := tx.Where("id = ?", r.RuleID).Take(&rule).Error; err != nil {
		return err
	}
	if err := tx.Where("id = ?", r.VersionID).Take(&p.version).Error; err != nil {
		return err
	}
	p.kind = rule.Kind
	if err := json.Unmarshal([]byte(part.Plan), &p.units); err != nil {
		return err
	}
	p.sharers = r.Units
	bills, lines := make([]Bill, len(p.units)), make([]ledger.Line, 0, len(p.units)+1)
	for i, x := range p.units {
		bills[i] = p.billOf(x, rule.Name, part.Seq, i+1)
		bills[i].CreatedAt = tx.Now
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeeReceivable, BuildingID: x.Building, UnitID: x.Unit}, Amount: x.Amount})
	}
	if err := tx.CreateInBatches(&bills, 300).Error; err != nil {
		return fmt.Errorf("part %d: %w", part.Seq, err)
	}
	lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeeIncome}, Amount: -part.Total})
	j, err := ledger.Post(tx, r.publisher(), r.EstateID, ledger.FeesOf(r.CompanyID), ledger.Posting{Ref: fmt.Sprintf("run-%d-part-%d", r.ID, part.Seq), Effective: calendar.DateOf(tx.Now),
		Source: ledger.Source{Kind: "fee_run", ID: r.ID, Text: fmt.Sprintf("%s %s起%d个月，依据：%s", rule.Name, r.PeriodOn.Format("2006年1月"), r.Months, clip(p.version.Basis, 200))}, Memo: rule.Name, Lines: lines})
	if err != nil {
		return err
	}
	if err := tx.Model(&Part{}).Where("id = ?", part.ID).Updates(map[string]any{"state": "done", "journal_id": j.ID}).Error; err != nil {
		return err
	}
	return s.takePrepaid(tx, r, part, bills)
}

func (p *plan) billOf(x planned, title string, part, at int) Bill {
	r := p.run
	live := fmt.Sprintf("%d/%s/%d", r.RuleID, r.PeriodOn.Format("2006-01"), x.Unit)
	b := Bill{Number: fmt.Sprintf("F%d-%d", r.ID, (part-1)*partUnits+at), EstateID: r.EstateID, CompanyID: r.CompanyID, BuildingID: x.Building, UnitID: x.Unit, Unit: x.Name, OwnerSetID: x.OwnerSet, Payer: ByOwner, RunID: r.ID, Part: part,
		RuleID: r.RuleID, VersionID: r.VersionID, Title: title, PeriodOn: r.PeriodOn, Months: r.Months, DueOn: r.DueOn, Amount: x.Amount, How: p.how(x).json(), State: Open, Live: &live}
	if x.Developer {
		b.Payer = ByDeveloper
	}
	return b
}

// publisher answers for what the system continues.
func (r *Run) publisher() clerk { return clerk{r.PersonID, r.PostID, r.CompanyID} }

// takePrepaid pays new bills from what their units paid ahead.
func (s *Service) takePrepaid(tx *store.Tx, r *Run, part *Part, bills []Bill) error {
	units := make([]int64, len(bills))
	for i, b := range bills {
		units[i] = b.UnitID
	}
	paid, err := ahead(tx, r.CompanyID, r.EstateID, units)
	if err != nil {
		return err
	}
	theirs, err := earlier(tx, r.CompanyID, units, nil) // of a seller: it goes back to them
	if err != nil {
		return err
	}
	var used []Allocation
	var ids []int64
	for _, b := range bills {
		if have := paid[b.UnitID] - theirs[b.UnitID]; have > 0 {
			used = append(used, Allocation{EstateID: r.EstateID, BillID: b.ID, UnitID: b.UnitID, Source: "prepaid", Amount: min(have, b.Amount), At: tx.Now})
			ids = append(ids, b.ID)
		}
	}
	if len(used) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&used, 500).Error; err != nil {
		return err
	}
	seq := 0
	for chunk := range slices.Chunk(used, 400) {
		seq++
		var lines []ledger.Line
		for _, a := range chunk {
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeePrepaid, UnitID: a.UnitID}, Amount: a.Amount}, ledger.Line{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: a.UnitID}, Amount: -a.Amount})
		}
		_, err := ledger.Post(tx, r.publisher(), r.EstateID, ledger.FeesOf(r.CompanyID), ledger.Posting{Ref: fmt.Sprintf("run-%d-part-%d-prepaid-%d", r.ID, part.Seq, seq), Effective: calendar.DateOf(tx.Now),
			Source: ledger.Source{Kind: "fee_run", ID: r.ID, Text: "预交的费用抵扣新账单"}, Lines: lines})
		if err != nil {
			return err
		}
	}
	return settle(tx, ids...)
}

// prepaid is what a unit has paid ahead to a company.
func prepaid(tx *store.Tx, company, estate, unit int64) (money.Fen, error) {
	units, err := ahead(tx, company, estate, []int64{unit})
	return units[unit], err
}

// held is what a company's books hold for a unit on a liability.
func held(tx *store.Tx, company, estate int64, code ledger.Code, unit int64) (money.Fen, error) {
	// Whatever was posted counts, also for a later day.
	list, err := ledger.Balances(tx, estate, ledger.FeesOf(company), []ledger.Code{code}, []int64{unit}, calendar.DateOf(org.DayOf(tx.Now).AddDate(1, 0, 0)))
	return -list[ledger.Key{Code: code, UnitID: unit}], err
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
