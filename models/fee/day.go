package fee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Day is a cashier's closed day at an estate: what moved, by its way, and what was counted in the till.
type Day struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	CompanyID int64
	PersonID  int64
	DayOn     time.Time `gorm:"type:date"`
	Movements int64
	Cash      money.Fen
	Bank      money.Fen
	Pos       money.Fen
	Counted   money.Fen // of the cash
	Note      string    // why counted and cash differ
	ClosedAt  time.Time
}

// TableName names the table.
func (Day) TableName() string { return "fee_days" }

// ErrDayClosed says that a day has been closed.
var ErrDayClosed = fault.New(fault.Conflict, "fee.day_closed_before", "这一天您已经结过账")

// FindDay sums a cashier's own day, closed (ID is set) or as it stands.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) FindDay(ctx context.Context, actor org.Actor, estate int64, on time.Time) (*Day, error) {
	var d *Day
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		var closed Day
		err = tx.Where("estate_id = ? AND person_id = ? AND day_on = ?", e.ID, actor.PersonID, on).Take(&closed).Error
		if d = &closed; err == nil || !missing(err) {
			return err
		}
		d, err = sumDay(tx, actor, e.ID, on)
		return err
	})
	return d, err
}

func sumDay(tx *store.Tx, actor org.Actor, estate int64, on time.Time) (*Day, error) {
	d := &Day{EstateID: estate, CompanyID: actor.OrganisationID(), PersonID: actor.PersonID, DayOn: on}
	var sums []struct {
		Way    string
		N      int64
		Amount money.Fen
	}
	err := tx.Model(&Payment{}).Select("way, COUNT(*) AS n, SUM(amount) AS amount").Where("estate_id = ? AND cashier_id = ? AND day_on = ?", estate, actor.PersonID, on).Group("way").Scan(&sums).Error
	for _, x := range sums {
		switch x.Way {
		case Cash:
			d.Cash = x.Amount
		case Bank:
			d.Bank = x.Amount
		case POS:
			d.Pos = x.Amount
		default:
			continue // WeChat does not pass the cashier
		}
		d.Movements += x.N
	}
	return d, err
}

// CloseDay closes the actor's own day: nothing of that day comes after. counted is the cash in the till.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrDayClosed, fault.ErrInvalid.
func (s *Service) CloseDay(ctx context.Context, actor org.Actor, estate int64, on time.Time, counted money.Fen, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if on.After(org.DayOf(s.db.Now())) || !length(text, 0, 300) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "day", Reason: "只能结今天或以前的账；说明不超过300个字"})
	}
	if counted < 0 || counted > money.Max {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "counted", Reason: "清点的现金不能小于零：请填钱箱里实际数出来的金额，一分也没有的填0；和账上不一致的写明原因"})
	}
	return s.act(ctx, actor, "close day", at(actor, estate), func(tx *store.Tx) (int64, error) {
		var running int64
		if err := tx.Model(&Import{}).Where("state = 'running' AND estate_id = ? AND person_id = ?", estate, actor.PersonID).Count(&running).Error; err != nil {
			return 0, err
		}
		if running > 0 {
			return 0, ErrState.Saying("您导入的收款还在入账，请等它完成再结账")
		}
		d, err := sumDay(tx, actor, estate, on)
		if err != nil {
			return 0, err
		}
		if d.Counted, d.Note, d.ClosedAt = counted, text, tx.Now; counted != d.Cash && !length(text, 2, 300) {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "清点的现金和账上的" + d.Cash.String() + "元不一致，请写明原因"})
		}
		if err := tx.Create(d).Error; err != nil {
			return 0, store.Duplicate(err, ErrDayClosed)
		}
		return d.ID, note(tx, actor, "close_day", "fee_day", d.ID, estate, map[string]any{"day": on.Format(time.DateOnly), "cash": int64(d.Cash), "bank": int64(d.Bank), "pos": int64(d.Pos)})
	})
}

// ListDays pages through the days that were closed at an estate, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListDays(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Day, error) {
	return listed[Day](ctx, s, actor, estate, before, limit, "")
}
