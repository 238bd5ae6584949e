package fund

import (
	"errors"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// Freeze closes the books of a fund that the assembly holds, up to yesterday, when an audit of whoever kept them begins: what the audit looks at
// stands, and what comes after is booked after it. Books that the bureau keeps are not the committee's and stay open. An import or an allocation
// on its way is booked to its end first: it was agreed to, and could not go on afterwards. why is what whoever books into them is told.
func Freeze(tx *store.Tx, actor audit.Actor, estate int64, why string) error {
	a, err := lockAccount(tx, estate)
	if errors.Is(err, ErrNoAccount) || err == nil && a.Holder != HeldByAssembly {
		return nil
	}
	if err != nil {
		return err
	}
	if err := finishImports(tx, estate); err != nil {
		return err
	}
	if err := finishIncomes(tx, estate); err != nil {
		return err
	}
	return ledger.Freeze(tx, actor, estate, ledger.Fund, today(tx).Add(-1), why)
}

func finishImports(tx *store.Tx, estate int64) error {
	for {
		var rows []Import
		if err := tx.Where("estate_id = ? AND state IN ('applying', 'breaking')", estate).Order("id").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := rows[0].step(tx, agreed(rows[0].AppliedBy)); err != nil {
			return err
		}
	}
}

func finishIncomes(tx *store.Tx, estate int64) error {
	for {
		var rows []Income
		if err := tx.Where("estate_id = ? AND state = 'posting'", estate).Order("id").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := rows[0].next(tx, agreed(rows[0].ApprovedBy)); err != nil {
			return err
		}
	}
}
