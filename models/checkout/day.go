package checkout

import (
	"context"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Day is a day's bill of WeChat, held against the books.
type Day struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	EstateID  int64
	CompanyID int64
	DayOn     time.Time `gorm:"type:date"`
	State     string    // waiting, open, closed
	Hash      string    // of the bill, as WeChat states it
	RowsRead  int
	Paid      money.Fen // on WeChat's bill
	Refunded  money.Fen
	OursPaid  money.Fen // in the books
	OursBack  money.Fen
	Fee       money.Fen // what WeChat keeps of it, by its bill
	Tries     int
	NextAt    *time.Time
	Failure   string
	FetchedAt *time.Time
	ClosedBy  int64
	ClosedAt  *time.Time
}

// TableName names the table.
func (Day) TableName() string { return "pay_days" }

// DayStates in Chinese.
var DayStates = map[string]string{"waiting": "等微信的账单", "open": "已对账，待结", "closed": "已结"}

// Faults of days.
var (
	ErrOpenDifferences = fault.New(fault.Conflict, "pay.differences_open", "这一天还有没处理的差异，处理完才能结")
	ErrTooLate         = fault.New(fault.Conflict, "pay.day_too_late", "微信只提供三个月内的账单，更早的请到微信商户平台查")
	ErrUnbookedRefund  = fault.New(fault.Conflict, "pay.refund_unbooked", "这一天有退款已经退了、还没有入账：请先把账理顺（见差异里写的原因），入账后再结")
	ErrBeforeOn        = fault.New(fault.Conflict, "pay.day_before_on", "这一天还没有开通微信缴费，没有账可对；请选开通以后的日期")
	ErrTooEarly        = fault.New(fault.Conflict, "pay.day_too_early", "微信在第二天上午10点以后才出账单，请到时再对账")
)

const (
	// billHour is when WeChat has made the bill of the day before, in Shanghai.
	billHour = 10
	// billKept is for how many days WeChat gives out a bill: three months, less some.
	billKept = 88
	// atOnce is how many days of an account one run has fetched; after a standstill the next run goes on.
	atOnce = 7
)

// billed is the last day whose bill is there.
func billed(now time.Time) time.Time {
	day := org.DayOf(now).AddDate(0, 0, -1)
	if now.In(calendar.Shanghai).Hour() < billHour {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// OpenDays has the bills of the days since the last one fetched for every account that was switched on then, some days at a time. It may
// run as often as one likes.
func (s *Service) OpenDays(ctx context.Context) (more bool, err error) {
	for after := int64(0); ; {
		var list []Account
		err := s.DB.InTx(ctx, func(tx *store.Tx) error {
			err := tx.Where("id > ? AND decided_at IS NOT NULL AND state IN ('on', 'off')", after).Order("id").Limit(200).Find(&list).Error
			if err != nil {
				return err
			}
			left, err := openDays(tx, list)
			more = more || left
			return err
		})
		if err != nil || len(list) == 0 {
			return more && err == nil, err
		}
		after = list[len(list)-1].ID
	}
}

// span is what is to be opened of an account: from the day after the last one, or from its first, as long as it is on and a day longer.
// Refunds go on for long after; what is refunded on a later day is fetched by hand.
func (a *Account) span(now time.Time) (first, last time.Time, more bool) {
	first, last = org.DayOf(*a.DecidedAt), billed(now)
	if a.OpenedOn != nil {
		first = a.OpenedOn.AddDate(0, 0, 1)
	}
	if kept := org.DayOf(now).AddDate(0, 0, -billKept); first.Before(kept) {
		first = kept
	}
	if a.EndedAt != nil {
		if end := org.DayOf(*a.EndedAt).AddDate(0, 0, 1); end.Before(last) {
			last = end
		}
	}
	if some := first.AddDate(0, 0, atOnce-1); some.Before(last) {
		return first, some, true
	}
	return first, last, false
}

func openDays(tx *store.Tx, list []Account) (more bool, err error) {
	for _, a := range list {
		first, last, left := a.span(tx.Now)
		if last.Before(first) {
			continue
		}
		more = more || left
		var had []time.Time // by hand
		if err := tx.Model(&Day{}).Where("account_id = ? AND day_on BETWEEN ? AND ?", a.ID, first, last).Pluck("day_on", &had).Error; err != nil {
			return false, err
		}
		var days []Day
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			if !slices.ContainsFunc(had, day.Equal) {
				days = append(days, Day{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: day, State: "waiting", NextAt: &tx.Now})
			}
		}
		if len(days) > 0 {
			if err := tx.CreateInBatches(&days, 200).Error; err != nil {
				return false, store.Raced(err)
			}
		}
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Update("opened_on", last).Error; err != nil {
			return false, err
		}
	}
	return more, nil
}

// Reconcile has a day's bill fetched, again if need be. Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrTooEarly, ErrBeforeOn, ErrTooLate.
func (s *Service) Reconcile(ctx context.Context, actor org.Actor, account int64, day time.Time) (int64, error) {
	var id int64
	err := s.withAccount(ctx, actor, account, func(tx *store.Tx, a *Account) error {
		if a.DecidedAt == nil || a.State == "refused" {
			return ErrState
		}
		if day.Before(org.DayOf(*a.DecidedAt)) {
			return ErrBeforeOn
		}
		if day.After(billed(tx.Now)) {
			return ErrTooEarly
		}
		if day.Before(org.DayOf(tx.Now).AddDate(0, 0, -billKept)) {
			return ErrTooLate
		}
		var d []Day
		if err := tx.Where("account_id = ? AND day_on = ?", a.ID, day).Limit(1).Find(&d).Error; err != nil {
			return err
		}
		if len(d) == 0 {
			x := &Day{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: day, State: "waiting", NextAt: &tx.Now}
			if err := tx.Create(x).Error; err != nil {
				return store.Raced(err)
			}
			d = []Day{*x}
		} else if d[0].State == "closed" {
			return ErrState.Saying("这一天已经结了")
		} else if err := tx.Model(&Day{}).Where("id = ?", d[0].ID).Updates(map[string]any{"next_at": tx.Now, "tries": 0}).Error; err != nil {
			return err
		}
		id = d[0].ID
		return note(tx, actor, "reconcile", "pay_day", id, a.EstateID, map[string]any{"day": day.Format(time.DateOnly)})
	})
	return id, err
}

// CloseDay ends a day on which nothing is open and no refund waits for the books.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrOpenDifferences, ErrUnbookedRefund.
func (s *Service) CloseDay(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		d, err := own[Day](tx, actor, id)
		if err != nil {
			return err
		}
		if err := store.Gate(tx, gateName(d.EstateID)); err != nil {
			return err
		}
		if d, err = own[Day](tx, actor, id); err != nil {
			return err
		}
		if d.State != "open" || d.NextAt != nil {
			return ErrState.Saying("还没有对过账，或正在重新对账")
		}
		var n int64
		if err := tx.Model(&Difference{}).Where("account_id = ? AND day_on = ? AND state IN ('open', 'proposed')", d.AccountID, d.DayOn).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrOpenDifferences
		}
		if err := tx.Model(&Refund{}).Where("account_id = ? AND accepted_at >= ? AND accepted_at < ? AND state = ?", d.AccountID, from(d.DayOn), until(d.DayOn), Unbooked).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrUnbookedRefund
		}
		if err := tx.Model(&Day{}).Where("id = ?", d.ID).Updates(map[string]any{"state": "closed", "closed_by": actor.PersonID, "closed_at": tx.Now}).Error; err != nil {
			return err
		}
		return note(tx, actor, "close_day", "pay_day", d.ID, d.EstateID, nil)
	})
}

// ListDays pages through an estate's days, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListDays(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Day, error) {
	return listed[Day](ctx, s, actor, estate, before, limit, "")
}
