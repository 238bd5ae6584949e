package fund

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ProposeBreakOff asks to break an import off that cannot go on: what its parts booked is reversed, and the sub-accounts that they opened are gone.
// Another person has to agree; see DecideProposal.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrProposed, ErrStage, ErrTapReused, fault.ErrInvalid.
func (s *Service) ProposeBreakOff(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 4, 200) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么中止（4至200个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "propose break-off", func(tx *store.Tx) (int64, error) {
		imp, _, err := ofKeeper(tx, actor, id, func(x *Import) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if imp.State != "applying" {
			return 0, ErrStage.Saying("只有正在导入、还没有导完的清单可以中止")
		}
		slot := fmt.Sprintf("break-%d", imp.ID)
		p := &Proposal{EstateID: imp.EstateID, Kind: BreakOff, SubjectID: imp.ID, Slot: &slot, Summary: clip(fmt.Sprintf("中止期初余额导入（共%d批，已导入%d批），已记的账冲回：%s", imp.Parts, imp.Done, reason), 300)}
		return p.propose(tx, actor, struct{}{})
	})
}

// breakOff turns an import round: what it did is taken back part by part, by Tick or by whoever calls ApplyImport.
func breakOff(tx *store.Tx, p *Proposal) error {
	var imp Import
	if err := tx.Where("id = ? AND estate_id = ?", p.SubjectID, p.EstateID).Take(&imp).Error; err != nil {
		return store.NotFound(err, ErrNoEntry)
	}
	if imp.State != "applying" {
		return ErrOutdated
	}
	for part := 1; part <= imp.Done; part++ {
		lines, units, err := imp.part(tx, part)
		if err != nil {
			return err
		}
		had, err := standing(tx, imp.EstateID, units, always)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if x := had[l.UnitID]; l.UnitID != 0 && (x.Owners < l.OwnersFen && l.OwnersFen > 0 || x.Seller < l.SellerFen && l.SellerFen > 0) {
				return ErrStage.Saying(fmt.Sprintf("清单第%d行的分户账已经有支出，不能中止；请联系住建局核对", l.Line))
			}
		}
	}
	return tx.Model(&Import{}).Where("id = ?", imp.ID).Update("state", "breaking").Error
}

// part reads the lines of a part and the units that they name.
func (imp *Import) part(tx *store.Tx, part int) (lines []ImportLine, units []int64, err error) {
	err = tx.Where("import_id = ? AND part = ?", imp.ID, part).Order("id").Find(&lines).Error
	for _, l := range lines {
		if l.UnitID != 0 {
			units = append(units, l.UnitID)
		}
	}
	return lines, units, err
}

// back takes the last part back that was booked: on the day of the list where its books are open, else today.
func (imp *Import) back(tx *store.Tx, actor audit.Actor) error {
	if imp.Done == 0 {
		if err := tx.Model(&Import{}).Where("id = ? AND state = 'breaking'", imp.ID).Updates(map[string]any{"state": "broken", "finished_at": tx.Now}).Error; err != nil {
			return err
		}
		return jot(tx, actor, "break_off", "fund_import", imp.ID, imp.EstateID, nil)
	}
	b, err := ledger.FindBook(tx, imp.EstateID, ledger.Fund)
	if err != nil {
		return err
	}
	on := dateOf(imp.AsOf)
	if b.Shut(on) != nil {
		on = today(tx)
	}
	lines, units, err := imp.part(tx, imp.Done)
	if err != nil {
		return err
	}
	for _, l := range lines { // what found its unit since is taken back from there
		err := unmakeUp(tx, actor, imp.EstateID, l.ref(), "导入中止", today(tx))
		j, failed := ledger.FindRef(tx, imp.EstateID, ledger.Fund, l.ref())
		if err = errors.Join(err, failed); err == nil && j != nil {
			_, err = ledger.Reverse(tx, actor, j.ID, j.Ref+"-reversed", "导入中止", today(tx))
		}
		if err != nil {
			return err
		}
	}
	j, err := ledger.FindRef(tx, imp.EstateID, ledger.Fund, fmt.Sprintf("opening-%d-%d", imp.ID, imp.Done))
	if err == nil && j != nil {
		_, err = ledger.Reverse(tx, actor, j.ID, j.Ref+"-reversed", "导入中止", on)
	}
	if err != nil {
		return err
	}
	if err := tx.Where("import_id = ? AND unit_id IN ?", imp.ID, append(units, 0)).Delete(&SubAccount{}).Error; err != nil {
		return err
	}
	if err := tx.Model(&ImportLine{}).Where("import_id = ? AND part = ?", imp.ID, imp.Done).Update("stray", false).Error; err != nil {
		return err
	}
	res := tx.Model(&Import{}).Where("id = ? AND done = ? AND state = 'breaking'", imp.ID, imp.Done).Update("done", imp.Done-1)
	return store.MustAffect(res, ErrStage)
}

// step goes on with an import, whichever way it goes.
func (imp *Import) step(tx *store.Tx, actor audit.Actor) error {
	if imp.State == "breaking" {
		return imp.back(tx, actor)
	}
	return imp.next(tx, actor)
}
