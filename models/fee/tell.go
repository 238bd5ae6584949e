package fee

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// stepTell tells the residents of what was billed, a part of a run in each transaction: a message and its place in the run are one.
func (s *Service) stepTell(ctx context.Context) (bool, error) {
	return s.oneOf(ctx, func(tx *store.Tx) *gorm.DB { return tx.Model(&Run{}).Where("untold = ?", true) }, s.tell)
}

func (s *Service) tell(tx *store.Tx, id int64) error {
	var r Run
	if err := tx.ForUpdate().Where("id = ?", id).Take(&r).Error; err != nil || !r.Untold {
		return err
	}
	part := r.Told + 1
	if part > r.Parts || r.State != Done {
		return tx.Model(&Run{}).Where("id = ?", id).Update("untold", false).Error
	}
	var bills []Bill
	if err := tx.Where("run_id = ? AND part = ? AND payer = ?", r.ID, part, ByOwner).Order("id").Find(&bills).Error; err != nil {
		return err
	}
	if err := tellOf(tx, &r, bills); err != nil {
		return err
	}
	return tx.Model(&Run{}).Where("id = ?", id).Updates(map[string]any{"told": part, "untold": part < r.Parts}).Error
}

// tellOf tells each home's own people of its bill. Whoever bought it since the run was published is not told of the seller's debt.
func tellOf(tx *store.Tx, r *Run, bills []Bill) error {
	list, err := owed(tx, bills)
	if err != nil {
		return err
	}
	units := make([]int64, len(list))
	for i, b := range list {
		units[i] = b.UnitID
	}
	homes, err := households(tx, units)
	if err != nil {
		return err
	}
	var v Version
	if err := tx.Where("id = ?", r.VersionID).Take(&v).Error; err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{r.EstateID})
	for _, b := range list {
		h := homes[b.UnitID]
		if err != nil || h.set != b.OwnerSetID || len(h.people) == 0 || b.State == Withdrawn {
			continue
		}
		how := b.Formula()
		err = outbox.Append(tx, event.FeeBilled{BillID: b.ID, EstateID: b.EstateID, EstateName: names[b.EstateID], UnitName: b.Unit, Title: fmt.Sprintf("%s（%s起%d个月）", b.Title, b.PeriodOn.Format("2006年1月"), b.Months),
			Charge: b.asks(), Formula: clip(how.Words(b.Amount), 300), Hotline: v.Hotline, PersonIDs: h.people, At: tx.Now})
	}
	return err
}

// asks says what a new bill wants.
func (o *Owed) asks() string {
	until := o.DueOn.Format("2006年1月2日")
	switch {
	case o.Due() == 0:
		return fmt.Sprintf("%s元，已用预交的钱抵扣，不用再交", o.Amount)
	case o.Paid > 0:
		return fmt.Sprintf("%s元，已用预交的钱抵扣%s元，还要交%s元，最晚%s", o.Amount, o.Paid, o.Due(), until)
	}
	return fmt.Sprintf("%s元，最晚%s交", o.Amount, until)
}

// household is who may see a unit's bills: its owners of today, and the owners and family who live there; not tenants.
type household struct {
	set    int64
	people []int64
}

// households reads them for some units, at most 900.
func households(tx *store.Tx, units []int64) (map[int64]household, error) {
	type one struct{ UnitID, PersonID, OwnerSetID int64 }
	var living, named []one
	err := tx.Model(&org.Residence{}).Select("unit_id, person_id").Where("unit_id IN ? AND living IS NOT NULL AND role IN ?", append([]int64{0}, units...), []org.Role{org.RoleOwner, org.RoleFamily}).Order("person_id").Scan(&living).Error
	if err != nil {
		return nil, err
	}
	err = tx.Table("ownerships w").Select("w.current_unit AS unit_id, w.owner_set_id, COALESCE(o.person_id, 0) AS person_id").Joins("LEFT JOIN owners o ON o.owner_set_id = w.owner_set_id").
		Where("w.current_unit IN ?", append([]int64{0}, units...)).Order("o.person_id").Scan(&named).Error
	all := map[int64]household{}
	for _, x := range append(living, named...) {
		h := all[x.UnitID]
		if h.set = max(h.set, x.OwnerSetID); x.PersonID != 0 && !slices.Contains(h.people, x.PersonID) {
			h.people = append(h.people, x.PersonID)
		}
		all[x.UnitID] = h
	}
	return all, err
}
