package fund

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Division is a division of a project's cost in whose place another stands. It is kept with the reason, and never charged.
type Division struct {
	ID         int64 `gorm:"primaryKey"`
	ProjectID  int64
	EstateID   int64
	Resolution string
	Notice     string // under which it was posted; empty where it was not
	Total      money.Fen
	Reason     string
	ReplacedBy int64
	ReplacedAt time.Time
}

// TableName names the table.
func (Division) TableName() string { return "fund_divisions" }

// OldShare is a share of such a division.
type OldShare struct {
	ID         int64 `gorm:"primaryKey"`
	DivisionID int64
	UnitID     int64
	Payer      apportion.Payer
	Code       string
	Amount     money.Fen
	Steps      string
}

// TableName names the table.
func (OldShare) TableName() string { return "fund_old_shares" }

// setAside keeps the shares of a project as they are, with the reason, and clears their place. resolution is what they were divided under.
func setAside(tx *store.Tx, actor org.Actor, p *Project, resolution, reason string) error {
	var total money.Fen
	if err := tx.Model(&ProjectShare{}).Select("COALESCE(SUM(amount), 0)").Where("project_id = ?", p.ID).Scan(&total).Error; err != nil || total == 0 {
		return err
	}
	d := &Division{ProjectID: p.ID, EstateID: p.EstateID, Resolution: resolution, Notice: p.FinalNumber, Total: total, Reason: cut(reason, 490), ReplacedBy: actor.PersonID, ReplacedAt: tx.Now}
	if err := tx.Create(d).Error; err != nil {
		return err
	}
	err := tx.Exec("INSERT INTO fund_old_shares (division_id, unit_id, payer, code, amount, steps) SELECT ?, unit_id, payer, code, amount, steps FROM fund_shares WHERE project_id = ? ORDER BY id", d.ID, p.ID).Error
	if err != nil {
		return err
	}
	return tx.Where("project_id = ?", p.ID).Delete(&ProjectShare{}).Error
}

// ListDivisions shows the divisions in whose place others stand, newest first, at most 50.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) ListDivisions(ctx context.Context, actor org.Actor, id int64) (list []Division, err error) {
	if err := actor.Must(org.RunProject); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := projectFor(tx, actor, org.RunProject, id, false)
		if err != nil {
			return err
		}
		return tx.Where("project_id = ?", p.ID).Order("id DESC").Limit(50).Find(&list).Error
	})
	return list, err
}

// ListOldShares pages through the shares of such a division, in the order of doors.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) ListOldShares(ctx context.Context, actor org.Actor, division, after int64, limit int) (list []OldShare, err error) {
	if err := actor.Must(org.RunProject); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var d Division
		if err := tx.Where("id = ?", division).Take(&d).Error; err != nil {
			return store.NotFound(err, ErrNoProject)
		}
		if _, err := projectFor(tx, actor, org.RunProject, d.ProjectID, false); err != nil {
			return err
		}
		return tx.Where("division_id = ? AND id > ?", d.ID, after).Order("id").Limit(limit).Find(&list).Error
	})
	return list, err
}
