package fee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Reading is what a unit's meter showed before and after a period, in thousandths.
type Reading struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	RuleID    int64
	UnitID    int64
	PeriodOn  time.Time `gorm:"type:date"` // the period's first day
	Previous  int64
	Current   int64
	Reason    string // why it does not go on from the last one: a new meter
	EnteredBy int64
	EnteredAt time.Time
}

// TableName names the table.
func (Reading) TableName() string { return "fee_readings" }

// Read is one reading to be entered. Without a previous value the last one goes on.
type Read struct {
	UnitID   int64
	Previous *int64
	Current  int64
	Reason   string
}

const maxReadings = 500

// ErrRead says that a reading has been billed.
var ErrRead = fault.New(fault.Conflict, "fee.reading_billed", "这一期已经按读数出过账单；请先撤销账单再改读数")

// EnterReadings enters or corrects the readings of a period that are not billed; all of them or none.
// Faults: org.ErrForbidden, ErrNotFound, ErrUnit, ErrRead, fault.ErrInvalid.
func (s *Service) EnterReadings(ctx context.Context, actor org.Actor, rule int64, period time.Time, list []Read) (int64, error) {
	if len(list) == 0 || len(list) > maxReadings || period.Day() != 1 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "readings", Reason: fmt.Sprintf("一次填1至%d户，期间从某个月的1日开始", maxReadings)})
	}
	return s.act(ctx, actor, "enter readings", of(actor, rule, func(r *Rule) int64 { return r.EstateID }), func(tx *store.Tx) (int64, error) {
		r, err := own[Rule](tx, actor, rule)
		if err != nil {
			return 0, err
		}
		if err := serving(tx, r.CompanyID, r.EstateID); err != nil {
			return 0, err
		}
		if r.Kind != Meter {
			return 0, ErrState.Saying("这个收费项目不按表计量")
		}
		rows, err := readings(tx, actor, r, period, list)
		if err != nil {
			return 0, err
		}
		change := clause.OnConflict{Columns: []clause.Column{{Name: "rule_id"}, {Name: "unit_id"}, {Name: "period_on"}}, DoUpdates: clause.AssignmentColumns([]string{"previous", "current", "reason", "entered_by", "entered_at"})}
		if err := tx.Clauses(change).CreateInBatches(rows, maxReadings).Error; err != nil {
			return 0, err
		}
		return r.ID, note(tx, actor, "readings", "fee_rule", r.ID, r.EstateID, map[string]any{"period": period.Format(time.DateOnly), "units": len(rows)})
	})
}

// readings checks what is entered against the register, the bills and what the meters showed last.
func readings(tx *store.Tx, actor org.Actor, r *Rule, period time.Time, list []Read) ([]Reading, error) {
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.UnitID
	}
	names, err := unitNames(tx, r.EstateID, ids)
	if err != nil {
		return nil, err
	}
	var billed int64
	err = tx.Model(&Bill{}).Where("rule_id = ? AND period_on = ? AND unit_id IN ? AND state <> ?", r.ID, period, ids, Cancelled).Count(&billed).Error
	if err != nil {
		return nil, err
	}
	if billed > 0 {
		return nil, ErrRead
	}
	var before []Reading
	last := tx.Model(&Reading{}).Select("rule_id, unit_id, MAX(period_on) AS period_on").Where("rule_id = ? AND unit_id IN ? AND period_on < ?", r.ID, ids, period).Group("rule_id, unit_id")
	if err := tx.Table("fee_readings r").Select("r.*").Joins("JOIN (?) l ON l.rule_id = r.rule_id AND l.unit_id = r.unit_id AND l.period_on = r.period_on", last).Find(&before).Error; err != nil {
		return nil, err
	}
	showed := map[int64]int64{}
	for _, b := range before {
		showed[b.UnitID] = b.Current
	}
	var c fault.Checks
	rows, seen := make([]Reading, len(list)), map[int64]bool{}
	for i, x := range list {
		at := fmt.Sprintf("readings[%d]", i)
		if names[x.UnitID] == "" {
			return nil, ErrUnit
		}
		prev, known := showed[x.UnitID]
		x.Reason = strings.TrimSpace(x.Reason)
		c.Check(known || x.Previous != nil, at+".previous", names[x.UnitID]+"第一次抄表，请填上次读数")
		c.Check(!known || x.Previous == nil || *x.Previous == prev || length(x.Reason, 2, 200), at+".reason", fmt.Sprintf("%s上次读数是%s，不一样的请写明原因，例如换表", names[x.UnitID], thousandths(prev)))
		if x.Previous != nil {
			prev = *x.Previous
		}
		c.Check(prev >= 0 && x.Current >= prev && x.Current <= 1e12, at+".current", names[x.UnitID]+"本次读数小于上次读数；换表的请填新表的起始读数并写明原因")
		c.Check(!seen[x.UnitID], at+".unit_id", names[x.UnitID]+"填了两次")
		seen[x.UnitID] = true
		rows[i] = Reading{EstateID: r.EstateID, RuleID: r.ID, UnitID: x.UnitID, PeriodOn: period, Previous: prev, Current: x.Current, Reason: x.Reason, EnteredBy: actor.PersonID, EnteredAt: tx.Now}
	}
	return rows, c.Err()
}

// unitNames prints units of an estate, at most 900; those of others are left out.
func unitNames(tx *store.Tx, estate int64, ids []int64) (map[int64]string, error) {
	var here []int64
	if err := tx.Model(&org.Unit{}).Where("estate_id = ? AND id IN ? AND removed_at IS NULL", estate, append([]int64{0}, ids...)).Pluck("id", &here).Error; err != nil {
		return nil, err
	}
	return org.UnitNames(tx, here)
}
