package fee

import (
	"context"
	"fmt"
	"time"

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

// EnterReadings enters or corrects the readings of a period that are not billed; all of them or none. The reading after a corrected one
// goes on from it.
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
		m, err := meters(tx, r, period, list)
		if err != nil {
			return 0, err
		}
		var c fault.Checks
		for i, x := range list {
			if f := m.take(x); f != nil && f.Why == ReadUnknown {
				return 0, ErrUnit
			} else if f != nil && f.Why == ReadBilled {
				return 0, ErrRead.Saying(f.Text)
			} else if f != nil {
				c.Check(false, fmt.Sprintf("readings[%d].%s", i, f.Field), f.Text)
			}
		}
		if err := c.Err(); err != nil {
			return 0, err
		}
		return r.ID, m.write(tx, actor)
	})
}

// unitNames prints units of an estate, at most 900; those of others are left out.
func unitNames(tx *store.Tx, estate int64, ids []int64) (map[int64]string, error) {
	var here []int64
	if err := tx.Model(&org.Unit{}).Where("estate_id = ? AND id IN ? AND removed_at IS NULL", estate, append([]int64{0}, ids...)).Pluck("id", &here).Error; err != nil {
		return nil, err
	}
	return org.UnitNames(tx, here)
}
