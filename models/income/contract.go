package income

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// NewContract is a contract to be recorded.
type NewContract struct {
	EstateID            int64
	Kind, Title, Party  string
	Basis               string
	StartsOn, EndsOn    calendar.Date
	Amount              money.Fen
	PeriodMonths        int
	FileIDs             []int64
	ClientRef, InputKey string
}

func (in *NewContract) check() error {
	in.Title, in.Party, in.Basis = strings.TrimSpace(in.Title), strings.TrimSpace(in.Party), strings.TrimSpace(in.Basis)
	var c fault.Checks
	c.Check(KindNames[in.Kind] != "", "kind", "请选择广告、停车、场地或其他")
	c.Check(length(in.Title, 2, 80), "title", "请写清楚出租或经营的是什么（2至80个字）")
	c.Check(length(in.Party, 2, 80), "party", "请写对方单位名称（2至80个字）；对方是个人的，只写“个人”")
	c.Check(length(in.Basis, 0, 200), "basis", "业主共同决定的文号或说明不超过200个字")
	c.Check(!in.StartsOn.IsZero() && !in.EndsOn.IsZero() && !in.EndsOn.Before(in.StartsOn), "ends_on", "请填合同的起止日期，结束不能早于开始")
	c.Check(in.StartsOn.Year >= 1990 && in.EndsOn.Year <= in.StartsOn.Year+70, "starts_on", "请核对合同的起止日期：开始不早于1990年，最长70年")
	c.Check(in.Amount > 0 && in.Amount <= money.Max, "amount", "请填每期金额，单位是元")
	c.Check(in.PeriodMonths >= 0 && in.PeriodMonths <= 120, "period_months", "每几个月付一次（1至120）；一次付清的填0")
	c.Check(len(in.FileIDs) <= 10, "file_ids", "附件不超过10份")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// RecordContract puts a contract on the list. A second try with the same client_ref answers the first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) RecordContract(ctx context.Context, actor org.Actor, in NewContract) (int64, error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.KeepIncome, in.EstateID)
		if err != nil {
			return err
		}
		var had []Contract
		if err := tx.Where("recorded_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if id = had[0].ID; had[0].InputHash != in.InputKey {
				return ErrRefReused
			}
			return nil
		}
		if err := s.impersonal(tx, e.ID, map[string]string{"title": in.Title, "party": in.Party, "basis": in.Basis}); err != nil {
			return err
		}
		c := Contract{EstateID: e.ID, Kind: in.Kind, Title: in.Title, Party: in.Party, Basis: in.Basis, StartsOn: day(in.StartsOn), EndsOn: day(in.EndsOn), Amount: in.Amount,
			PeriodMonths: in.PeriodMonths, RecordedBy: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputKey, CreatedAt: tx.Now}
		if err := tx.Create(&c).Error; err != nil {
			return store.Raced(err)
		}
		id = c.ID
		if err := s.files.Attach(tx, actor, in.FileIDs, "document", ContractFiles, c.ID, e.ID); err != nil {
			return err
		}
		if err := s.owe(tx, &c, fmt.Sprintf("income-contract:%d", c.ID)); err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.contract", audit.Subject{Kind: "income_contract", ID: c.ID, Estate: e.ID}, map[string]any{"amount": c.Amount, "months": c.PeriodMonths})
	})
	return id, err
}

// find reads a row of an estate that the actor may do the action in; somebody else's is not found.
func find[T any](q *gorm.DB, actor org.Actor, action org.Action, id int64) (*T, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var row T
	err := q.Scopes(actor.Within(action, "estate_id")).Where("id = ?", id).Take(&row).Error
	return &row, store.NotFound(err, ErrNotFound)
}

// last is the day after which nothing more is due.
func (c *Contract) last() time.Time {
	if c.EndedOn != nil {
		return *c.EndedOn
	}
	return c.EndsOn
}

// Due is what a contract should have brought in up to and with a day: each period is due on its first day.
func (c *Contract) Due(on calendar.Date) money.Fen {
	until := day(on)
	if last := c.last(); last.Before(until) {
		until = last
	}
	if c.StartsOn.After(until) {
		return 0
	}
	if c.PeriodMonths == 0 {
		return c.Amount
	}
	var due money.Fen
	for n := 0; ; n++ {
		if monthsAfter(c.StartsOn, n*c.PeriodMonths).After(until) {
			return due
		}
		due += c.Amount
	}
}

// monthsAfter is the same day some months later, or the last day of a shorter month (Civil Code art. 202).
func monthsAfter(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func day(d calendar.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func dateOf(t time.Time) calendar.Date {
	return calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}

func yuan(f money.Fen) string { return fmt.Sprintf("%s元", f) }
