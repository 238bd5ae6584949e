package disclosure

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListMine pages through what the actor's organisation has to publish, by state: todo (all that is open and has a day), late, soon, unfixed or
// done; the nearest day first, the newest first of what is done. after is the day (as a number, 20260331) and the id of the row before.
func (s *Service) ListMine(ctx context.Context, actor org.Actor, state string, after, id int64, limit int) ([]DutyView, error) {
	if err := actor.Must(org.PublishNotice); err != nil {
		return nil, err
	}
	return s.listDuties(ctx, state, after, id, limit, func(q *gorm.DB) *gorm.DB { return q.Where("organisation_id = ?", actor.OrganisationID()) })
}

// ListLate pages through what is due and not published in the estates that the actor watches over, the oldest first.
func (s *Service) ListLate(ctx context.Context, actor org.Actor, after, id int64, limit int) ([]DutyView, error) {
	if err := actor.Must(org.WatchDuties); err != nil {
		return nil, err
	}
	return s.listDuties(ctx, "late", after, id, limit, actor.Within(org.WatchDuties, "estate_id"))
}

func (s *Service) listDuties(ctx context.Context, state string, after, id int64, limit int, narrow func(*gorm.DB) *gorm.DB) (views []DutyView, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		today := calendar.DateOf(tx.Now)
		q := narrow(tx.DB)
		order := "due_on, id"
		switch state {
		case "done":
			q, order = q.Where("done_at IS NOT NULL"), "id DESC"
		case "unfixed":
			q, order = q.Where("done_at IS NULL AND due_on IS NULL"), "id"
		case "late":
			q = q.Where("done_at IS NULL AND due_on < ? AND (organisation_id <> 0 OR late_organisation_id <> 0)", column(today))
		case "soon":
			q = q.Where("done_at IS NULL AND due_on BETWEEN ? AND ?", column(today), column(today.Add(noticeDays)))
		default:
			q = q.Where("done_at IS NULL AND due_on IS NOT NULL")
		}
		switch {
		case id == 0:
		case order == "id DESC":
			q = q.Where("id < ?", id)
		case order == "id":
			q = q.Where("id > ?", id)
		default:
			day := column(dayOf(after))
			q = q.Where("due_on > ? OR (due_on = ? AND id > ?)", day, day, id)
		}
		var rows []Duty
		if err := q.Order(order).Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		views, err = viewDuties(tx, rows)
		return err
	})
	return views, err
}

// DayNumber is the day by which lists go on: 20260331; 0 while none is fixed.
func (d *Duty) DayNumber() int64 {
	due := dateIn(d.DueOn)
	return int64(due.Year*10_000 + int(due.Month)*100 + due.Day)
}

func dayOf(n int64) calendar.Date { return dateNumber(n/10_000, n/100%100, n%100) }

func dateNumber(year, month, day int64) calendar.Date {
	return calendar.Date{Year: int(year), Month: time.Month(month), Day: int(day)}
}
