package fund

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ApplyImport takes a checked list into the books, by another person than whoever checked it: part by part, each a journal and a
// transaction of its own. Called again after it broke off, it goes on where it stopped; a part is never booked twice.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrAnotherPerson, ErrFaultyList, ErrStaleList, ErrImporting, ledger.ErrPeriodClosed.
func (s *Service) ApplyImport(ctx context.Context, actor org.Actor, id int64) (*ImportView, error) {
	if err := actor.Must(org.KeepFund); err != nil {
		return nil, err
	}
	for more := true; more; {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			imp, _, err := ofKeeper(tx, actor, id, func(x *Import) int64 { return x.EstateID })
			if err != nil {
				return err
			}
			if imp.CreatedBy == actor.PersonID {
				return ErrAnotherPerson
			}
			switch imp.State {
			case "applied":
				more = false
				return nil
			case "checked":
				return begin(tx, actor, imp)
			case "faulty":
				return ErrFaultyList
			case "broken":
				return ErrStage.Saying("这次导入已经中止，记的账已经冲回；请改好清单后重新上传核对")
			}
			return imp.step(tx, actor)
		})
		if err != nil {
			return nil, fmt.Errorf("apply import %d: %w", id, err)
		}
	}
	return s.FindImport(ctx, actor, id)
}

// begin starts an import, unless something has come between: from here on nobody opens a sub-account of the estate in another way.
func begin(tx *store.Tx, actor org.Actor, imp *Import) error {
	if err := notImporting(tx, imp.EstateID); err != nil {
		return err
	}
	var same int64
	err := tx.Model(&Import{}).Where("estate_id = ? AND file_sha256 = ? AND state IN ('applying', 'applied')", imp.EstateID, imp.FileSHA256).Count(&same).Error
	if err != nil {
		return err
	}
	if same > 0 {
		return ErrStaleList.Saying("这份清单已经导入过，不能再导入一次")
	}
	var opened int64
	err = tx.Table("fund_import_lines l").Joins("JOIN fund_subaccounts a ON a.unit_id = l.unit_id").Where("l.import_id = ? AND l.unit_id <> 0", imp.ID).Count(&opened).Error
	if err != nil {
		return err
	}
	if opened > 0 {
		return ErrStaleList
	}
	b, err := ledger.FindBook(tx, imp.EstateID, ledger.Fund)
	if err != nil {
		return err
	}
	if err := b.Shut(dateOf(imp.AsOf)); err != nil {
		return err
	}
	err = tx.Model(&Import{}).Where("id = ?", imp.ID).Updates(map[string]any{"state": "applying", "applied_by": actor.PersonID, "applied_at": tx.Now}).Error
	if err != nil {
		return err
	}
	return jot(tx, actor, "apply_list", "fund_import", imp.ID, imp.EstateID, nil)
}

// next books the next part.
func (imp *Import) next(tx *store.Tx, actor audit.Actor) error {
	if imp.Done == imp.Parts {
		return tx.Model(&Import{}).Where("id = ?", imp.ID).Updates(map[string]any{"state": "applied", "finished_at": tx.Now}).Error
	}
	part := imp.Done + 1
	var lines []ImportLine
	if err := tx.Where("import_id = ? AND part = ?", imp.ID, part).Order("id").Find(&lines).Error; err != nil {
		return err
	}
	var subs []SubAccount
	var entries []ledger.Line
	var total money.Fen
	for i := range lines {
		l := &lines[i]
		if l.UnitID != 0 {
			subs = append(subs, SubAccount{EstateID: imp.EstateID, BuildingID: l.BuildingID, UnitID: l.UnitID, FirstFen: l.FirstFen, AreaMilli: l.AreaMilli, Seller: l.Seller, ImportID: imp.ID, CreatedAt: tx.Now})
		}
		for _, e := range l.opens() {
			total -= e.Amount
			entries = append(entries, e)
		}
	}
	if len(subs) > 0 {
		if err := tx.CreateInBatches(&subs, 200).Error; err != nil {
			return store.Duplicate(err, ErrStaleList)
		}
	}
	if err := tx.Model(&ImportLine{}).Where("import_id = ? AND part = ? AND unit_id = 0", imp.ID, part).Update("stray", true).Error; err != nil {
		return err
	}
	if total != 0 {
		entries = append(entries, ledger.Line{Key: ledger.Key{Code: ledger.FundBank}, Amount: total})
	}
	if len(entries) > 0 {
		_, err := ledger.Post(tx, actor, imp.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("opening-%d-%d", imp.ID, part), Effective: dateOf(imp.AsOf),
			Source: ledger.Source{Kind: "fund_import", ID: imp.ID, Text: fmt.Sprintf("银行期初余额清单（第%d批，共%d批）", part, imp.Parts)}, Memo: "期初余额", Lines: entries})
		if err != nil {
			return err
		}
	}
	res := tx.Model(&Import{}).Where("id = ? AND done = ? AND state = 'applying'", imp.ID, imp.Done).Update("done", part)
	return store.MustAffect(res, ErrStage)
}
