package checkout

import (
	"context"
	"errors"
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
	ErrTooEarly        = fault.New(fault.Conflict, "pay.day_too_early", "微信在第二天上午10点以后才出账单，请到时再对账")
)

const (
	// billHour is when WeChat has made the bill of the day before, in Shanghai.
	billHour = 10
	// billKept is for how many days WeChat gives out a bill: three months, less some.
	billKept = 88
	// caughtUp is how many days back are fetched that were missed.
	caughtUp = 7
)

// billed is the last day whose bill is there.
func billed(now time.Time) time.Time {
	day := org.DayOf(now).AddDate(0, 0, -1)
	if now.In(calendar.Shanghai).Hour() < billHour {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// OpenDays has the bills of the last days fetched for every account that was switched on then. It may run as often as one likes.
func (s *Service) OpenDays(ctx context.Context) (more bool, err error) {
	for after := int64(0); ; {
		var list []Account
		err := s.DB.InTx(ctx, func(tx *store.Tx) error {
			err := tx.Where("id > ? AND decided_at IS NOT NULL AND state IN ('on', 'off')", after).Order("id").Limit(200).Find(&list).Error
			if err != nil {
				return err
			}
			return openDays(tx, list)
		})
		if err != nil || len(list) == 0 {
			return false, err
		}
		after = list[len(list)-1].ID
	}
}

func openDays(tx *store.Tx, list []Account) error {
	last := billed(tx.Now)
	first := last.AddDate(0, 0, 1-caughtUp)
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	var had []Day
	if err := tx.Select("account_id", "day_on").Where("account_id IN ? AND day_on >= ?", append(ids, 0), first).Find(&had).Error; err != nil {
		return err
	}
	known := map[int64]map[string]bool{}
	for _, d := range had {
		if known[d.AccountID] == nil {
			known[d.AccountID] = map[string]bool{}
		}
		known[d.AccountID][d.DayOn.Format(time.DateOnly)] = true
	}
	var days []Day
	for _, a := range list {
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			// Refunds go on for long after; what is refunded on a day after the last one is fetched by hand.
			on := !day.Before(org.DayOf(*a.DecidedAt)) && (a.EndedAt == nil || !day.After(org.DayOf(*a.EndedAt).AddDate(0, 0, 1)))
			if on && !known[a.ID][day.Format(time.DateOnly)] {
				days = append(days, Day{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: day, State: "waiting", NextAt: &tx.Now})
			}
		}
	}
	if len(days) == 0 {
		return nil
	}
	return store.Raced(tx.CreateInBatches(&days, 200).Error)
}

// Reconcile has a day's bill fetched, again if need be. Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrTooEarly, ErrTooLate.
func (s *Service) Reconcile(ctx context.Context, actor org.Actor, account int64, day time.Time) (int64, error) {
	var id int64
	err := s.withAccount(ctx, actor, account, func(tx *store.Tx, a *Account) error {
		if a.DecidedAt == nil || a.State == "refused" {
			return ErrState
		}
		if day.After(billed(tx.Now)) || day.Before(org.DayOf(*a.DecidedAt)) {
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

// CloseDay ends a day on which nothing is open. Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrOpenDifferences.
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

// fetch reads a day's bill and holds it against the books. What the bill says is paid and the books do not know is asked for first.
func (s *Service) fetch(ctx context.Context, id int64) error {
	var d Day
	err := s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ?", id).Take(&d).Error; err != nil {
			return err
		}
		if d.NextAt == nil || d.NextAt.After(tx.Now) {
			d.NextAt = nil
			return nil
		}
		return tx.Model(&Day{}).Where("id = ?", id).Updates(map[string]any{"next_at": tx.Now.Add(wait(d.Tries + 4)), "tries": d.Tries + 1}).Error
	})
	if err != nil || d.NextAt == nil {
		return err
	}
	a, err := s.account(ctx, d.AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	bill, err := p.TradeBill(ctx, d.DayOn)
	if errors.Is(err, ErrNoBill) {
		return nil
	}
	if err != nil {
		return errors.Join(err, s.failed(ctx, id))
	}
	if err := s.recover(ctx, p, &a, bill); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := store.Gate(tx, gateName(d.EstateID)); err != nil {
			return err
		}
		return compare(tx, &a, &d, bill)
	})
}

func (s *Service) failed(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Day{}).Where("id = ?", id).Update("failure", "账单没有取到，会再取").Error
	})
}
