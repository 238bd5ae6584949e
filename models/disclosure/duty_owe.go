package disclosure

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Owe opens a duty that an event brings about, in the transaction of the domain where it happened: an audit that is done, a decision, an
// emergency repair. source names it ("committee_audit:7"); a second time finds the first. It gives the duty's id.
// Faults: ErrDutyUnknown, ErrDutyRegular, org.ErrEstateNotFound.
func (s *Service) Owe(tx *store.Tx, estate int64, code, source string, from calendar.Date) (int64, error) {
	e, err := org.OpenEstate(tx, estate)
	if err != nil {
		return 0, err
	}
	l, err := s.law(tx, e)
	if err != nil {
		return 0, err
	}
	d, ok := l.set.Disclosure(code)
	switch {
	case !ok:
		return 0, ErrDutyUnknown
	case d.Event == "":
		return 0, ErrDutyRegular
	case source == "" || len(source) > 64:
		return 0, fault.ErrInvalid.With(fault.Field{Path: "source", Reason: "请写明是哪一件事，不超过64个字节"})
	}
	var had []Duty
	if err := tx.Where("estate_id = ? AND code = ? AND slot = ?", estate, code, source).Limit(1).Find(&had).Error; err != nil {
		return 0, err
	}
	if len(had) == 1 {
		return had[0].ID, nil
	}
	t, err := duty.Read(l.set, d)
	if err != nil {
		return 0, err
	}
	row := l.row(d, source, from)
	row.Event, row.OrganisationID, row.DueOn = true, l.owes(d), column(t.Due(from, l.days))
	if row.DueOn != nil {
		row.WatchAt = next(tx.Now, dateIn(row.DueOn))
	}
	row.CreatedAt = tx.Now
	if err := tx.Create(row).Error; err != nil {
		return 0, store.Raced(err)
	}
	return row.ID, audit.Append(tx, audit.System{}, "duty.owe", audit.Subject{Kind: "disclosure_duty", ID: row.ID, Estate: estate}, map[string]any{"code": code, "source": source})
}

// Since is the day from which something is owed that began on a day: nothing is owed before it is known that it will come, and what is older
// than a year is owed from a year ago.
func Since(on, today calendar.Date) calendar.Date {
	if oldest := today.Add(-365); on.Before(oldest) {
		return oldest
	}
	if today.Before(on) {
		return today
	}
	return on
}

func (l *law) row(d rulepack.Disclosure, slot string, from calendar.Date) *Duty {
	return &Duty{EstateID: l.estate.ID, Code: d.Code, Slot: slot, Title: d.Title, Sphere: d.Sphere, FromOn: *column(from)}
}

// Open is Owe for an office that knows of an event that no part of the system sees, such as a contract that was signed. what names it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrDutyUnknown, ErrDutyRegular, fault.ErrInvalid.
func (s *Service) Open(ctx context.Context, actor org.Actor, estate int64, code, what string, on calendar.Date) (id int64, err error) {
	what = strings.TrimSpace(what)
	var c fault.Checks
	c.Check(len([]rune(what)) >= 2 && len([]rune(what)) <= 20, "what", "请写明是哪一件事（2至20个字），例如“2026年物业服务合同”")
	c.Check(!wording.HasMobile(what) && !wording.HasIdentity(what), "what", "里面有手机号或身份证号，这一行所有人都看得到；请删去，只写是哪一件事")
	c.Check(wording.Debtor(what) == "" && wording.Pressure(what) == "", "what", "这一行所有人都看得到，不能写哪一户欠费，也不能写欠费就停水停电；请只写是哪一件事")
	c.Check(!system(what), "what", "请用文字写明是哪一件事，不要写系统的编号")
	c.Check(!calendar.DateOf(s.db.Now()).Before(on) && calendar.DateOf(s.db.Now()).Add(-366).Before(on), "on", "请填写事情发生的日期：今天或过去一年以内")
	if err := c.Err(); err != nil {
		return 0, err
	}
	err = s.writing(ctx, actor, estate, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.OpenDuty, estate); err != nil {
			return err
		}
		if err := s.unnamed(tx, estate, what, "", nil, nil); err != nil {
			return err
		}
		if id, err = s.Owe(tx, estate, code, what, on); err != nil {
			return err
		}
		if err := tx.Model(&Duty{}).Where("id = ? AND estate_id = ? AND what = ''", id, estate).Update("what", what).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "duty.open", audit.Subject{Kind: "disclosure_duty", ID: id, Estate: estate}, map[string]any{"code": code, "on": on.String()})
	})
	return id, err
}
