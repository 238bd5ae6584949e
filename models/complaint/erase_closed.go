package complaint

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Forgetter takes out of another domain who is behind some cases, in the transaction of their erasure.
type Forgetter func(tx *store.Tx, cases []int64) error

// OnErase adds what else is to be forgotten with the identities of a case. It is called while the services are wired.
func (s *Service) OnErase(f ...Forgetter) { s.forget = append(s.forget, f...) }

// eraseBatch bounds one round of erasing: a case may have hundreds of complainants, each told many things.
const eraseBatch = 50

// EraseClosed erases who complained in cases that closed longer ago than the city keeps identities: account, name, phone,
// flat, whose pictures they were, and to whom it was told. The case stays with its story and its figures. One for which somebody
// is still restricted waits: they read why, and appeal, by that receipt. Without a value in force nothing is erased. It returns
// how many.
func (s *Service) EraseClosed(ctx context.Context) (int, error) {
	n := 0
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		set, err := org.Rules(tx, tx.Now, s.pack.Code)
		if err != nil {
			return err
		}
		months, err := set.Int("complaint.identity_months")
		if errors.Is(err, rulepack.ErrUnset) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := freeEnded(tx); err != nil {
			return err
		}
		var ids []int64
		err = tx.Model(&Case{}).Scopes(unheld(tx)).Where("erased_at IS NULL AND closed_at < ? AND open = ?", tx.Now.AddDate(0, -int(months), 0), false).Order("closed_at, id").Limit(eraseBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		n = len(ids)
		// Pictures first: once the steps are without their people nobody knows whose they were.
		if err := s.unnamePictures(tx, ids); err != nil {
			return err
		}
		// A receipt goes when the case in which it counts goes; the ref must stay unique for nobody.
		err = tx.Exec("UPDATE case_complainants SET person_id = 0, filed_by = 0, open_id = '', name_sealed = '', phone_sealed = '', phone_index = '', input_hash = '', client_ref = CONCAT('erased:', id) WHERE case_id IN ?", ids).Error
		if err != nil {
			return err
		}
		if err := tx.Model(&Step{}).Where("case_id IN ? AND complainant_id <> 0", ids).Updates(map[string]any{"person_id": 0, "client_ref": nil}).Error; err != nil {
			return err
		}
		if err := tx.Model(&Case{}).Where("id IN ? AND unit_id <> 0", ids).Updates(map[string]any{"unit_id": 0, "lat": 0, "lng": 0}).Error; err != nil {
			return err
		}
		if err := tx.Model(&Case{}).Where("id IN ?", ids).Update("erased_at", tx.Now).Error; err != nil {
			return err
		}
		if err := freeEnded(tx); err != nil {
			return err
		}
		for _, forget := range s.forget {
			if err := forget(tx, ids); err != nil {
				return err
			}
		}
		return audit.Append(tx, audit.System{}, "complaint.erase_identities", audit.Subject{Kind: "case", ID: ids[0]}, map[string]any{"cases": ids, "months": months})
	})
	return n, err
}

// unheld narrows to cases for which nobody is restricted now.
func unheld(tx *store.Tx) func(*gorm.DB) *gorm.DB {
	holding := func(column string) *gorm.DB {
		return tx.Model(&Restriction{}).Select(column).Where("state IN ? AND ends_at > ?", restricting, tx.Now)
	}
	receipts := tx.Model(&Complainant{}).Select("case_id").Where("receipt IN (?)", holding("receipt")) // it may have been merged since
	return func(q *gorm.DB) *gorm.DB {
		return q.Where("cases.id NOT IN (?) AND cases.id NOT IN (?)", holding("case_id"), receipts)
	}
}

// unnamePictures forgets whose uploads were the pictures of cases and of what complainants added to them. Those of offices
// stay theirs.
func (s *Service) unnamePictures(tx *store.Tx, cases []int64) error {
	if err := s.files.Unname(tx, "case", cases); err != nil {
		return err
	}
	for after := int64(0); ; {
		var steps []int64
		err := tx.Model(&Step{}).Where("case_id IN ? AND complainant_id <> 0 AND id > ?", cases, after).Order("id").Limit(1000).Pluck("id", &steps).Error
		if err != nil || len(steps) == 0 {
			return err
		}
		after = steps[len(steps)-1]
		if err := s.files.Unname(tx, stepFiles, steps); err != nil {
			return err
		}
	}
}

// freeEnded takes the people out of restrictions that have ended, in cases whose identities are erased. One that still holds
// keeps whom it holds until it ends.
func freeEnded(tx *store.Tx) error {
	erased := tx.Model(&Case{}).Select("id").Where("erased_at IS NOT NULL")
	return tx.Model(&Restriction{}).Where("(person_id <> 0 OR phone_index <> '' OR live IS NOT NULL) AND (ends_at <= ? OR state = 'lifted') AND case_id IN (?)", tx.Now, erased).
		Updates(map[string]any{"person_id": 0, "phone_index": "", "live": nil}).Error
}
