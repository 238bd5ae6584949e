package fund

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Paper is a stored file and the hash of its content; what its uploader called it is not told.
type Paper struct {
	FileID int64
	SHA256 string
}

// Evidence is what a share hangs on beside its numbers: the contract's papers, the final accounts' with their invoices, and the number under which
// the owners' decision was disclosed.
type Evidence struct {
	Contract []Paper
	Final    []Paper
	Decided  string
}

// evidence reads the papers of some charges, in a few queries however many they are.
func (s *Service) evidence(tx *store.Tx, list []Charge) error {
	ids, meetings := []int64{}, map[int64]string{}
	for _, c := range list {
		ids = append(ids, c.ProjectID)
		if c.Project.MeetingID != 0 {
			meetings[c.Project.MeetingID] = ""
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	contracts, err := s.o.Files.IDsIn(tx, "fund_contract", ids)
	if err != nil {
		return err
	}
	finals, err := s.o.Files.IDsIn(tx, "fund_final", ids)
	if err != nil {
		return err
	}
	var files []int64
	for _, id := range ids {
		files = append(append(files, contracts[id]...), finals[id]...)
	}
	hashes, err := s.o.Files.Hashes(tx, files)
	if err != nil {
		return err
	}
	if err := disclosedIn(tx, meetings); err != nil {
		return err
	}
	papers := func(ids []int64) (out []Paper) {
		for _, id := range ids {
			out = append(out, Paper{id, hashes[id]})
		}
		return out
	}
	for i := range list {
		c := &list[i]
		c.Evidence = Evidence{Contract: papers(contracts[c.ProjectID]), Final: papers(finals[c.ProjectID]), Decided: meetings[c.Project.MeetingID]}
	}
	return nil
}

// disclosedIn fills in the board's numbers of some meetings' results.
func disclosedIn(tx *store.Tx, meetings map[int64]string) error {
	ids := []int64{0}
	for id := range meetings {
		ids = append(ids, id)
	}
	var rows []struct {
		ID     int64
		Number string
	}
	err := tx.Table("meetings m").Select("m.id, n.number").Joins("JOIN notices n ON n.id = m.disclosed_id").Where("m.id IN ?", ids[:min(len(ids), 900)]).Scan(&rows).Error
	for _, r := range rows {
		meetings[r.ID] = r.Number
	}
	return err
}

// Sheet is a unit's statement with all its lines and with what each repair laid on it, to be printed.
type Sheet struct {
	UnitStatement
	Charges []Charge
	Incomes []IncomeWhy // what the newest incomes among the lines were divided by
	More    bool        // there are lines beyond the sheet's
}

// Bounds of a printed statement.
const (
	maxSheetLines   = 500
	maxSheetCharges = 200
	maxSheetIncomes = 40
)

// FindSheet reads a unit's whole statement: owners their own unit's, an office those of its estates, without what
// the unit owes where it may not see that.
// Faults: org.ErrForbidden, org.ErrUnitNotFound.
func (s *Service) FindSheet(ctx context.Context, actor org.Actor, unit int64) (*Sheet, error) {
	find := s.FindMyStatement
	if actor.Post != nil {
		find = func(ctx context.Context, actor org.Actor, unit int64, page ledger.StatementPage, limit int) (*UnitStatement, error) {
			return s.FindUnitStatement(ctx, actor, unit, false, page, limit)
		}
	}
	v, err := find(ctx, actor, unit, ledger.StatementPage{}, maxSheetLines+1)
	if err != nil {
		return nil, err
	}
	sheet := &Sheet{UnitStatement: *v, More: len(v.Lines) > maxSheetLines}
	sheet.Lines = sheet.Lines[:min(len(sheet.Lines), maxSheetLines)]
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := charges(tx, tx.Where("unit_id = ?", unit).Order("id DESC").Limit(maxSheetCharges), &sheet.Charges); err != nil {
			return err
		}
		var incomes []int64
		for _, l := range sheet.Lines {
			if l.SourceKind == "fund_income" && !slices.Contains(incomes, l.SourceID) && len(incomes) < maxSheetIncomes {
				incomes = append(incomes, l.SourceID)
			}
		}
		var err error
		if sheet.Incomes, err = whys(tx, v.EstateID, v.UnitID, ledger.FundUnit, incomes); err != nil {
			return err
		}
		for i := range sheet.Charges {
			if v.Hidden {
				sheet.Charges[i].Charged, sheet.Charges[i].Short = 0, 0
			}
		}
		return s.evidence(tx, sheet.Charges)
	})
	return sheet, err
}
