package complaint

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// ContactPoint is a phone or a place where complaints are taken. AreaID is the community or township that it serves, 0
// with EstateID 0 for the whole city.
type ContactPoint struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64 // who publishes it
	EstateID       int64
	AreaID         int64
	Name           string
	Phone          string
	Address        string
	Hours          string
	Urgent         bool // answers in danger, shown when somebody files about one
	CreatedAt      time.Time
	ClosedAt       *time.Time
}

// Shift is who answers for emergency repairs for a time.
type Shift struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64
	Name           string // as people are to ask for; an office's word, not a person's account
	Phone          string
	StartsAt       time.Time
	EndsAt         time.Time
	CreatedBy      int64
	CreatedAt      time.Time
}

// TableName names the table.
func (Shift) TableName() string { return "duty_shifts" }

// Faults of contact points and the duty roster.
var (
	ErrContact = fault.New(fault.NotFound, "contact.not_found", "没有找到这个投诉电话或投诉点")
	ErrShift   = fault.New(fault.NotFound, "duty.not_found", "没有找到这个班次")
	ErrOverlap = fault.New(fault.Conflict, "duty.overlap", "这个时间已经有人值班，请先修改原来的班次")
)

// phones are numbers that people can dial: fixed lines, mobiles, short and service numbers.
var phones = regexp.MustCompile(`^[0-9][0-9-]{2,19}$`)

const (
	maxContacts = 200 // of one publisher
	maxShift    = 7 * 24 * time.Hour
	maxAhead    = 400 * 24 * time.Hour
)

// PublishContact adds a phone or a place: an office for its own area or one estate of it, the bureau and the leading
// group's office for the whole city too.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrDeskFull, fault.ErrInvalid.
func (s *Service) PublishContact(ctx context.Context, actor org.Actor, p ContactPoint) (*ContactPoint, error) {
	if err := actor.Must(org.PublishContacts); err != nil {
		return nil, err
	}
	p.Name, p.Phone, p.Address, p.Hours = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone), strings.TrimSpace(p.Address), strings.TrimSpace(p.Hours)
	var c fault.Checks
	n := len([]rune(p.Name))
	c.Check(n >= 2 && n <= 60, "name", "请写明是哪里的电话或投诉点（2至60个字）")
	c.Check(p.Phone == "" || phones.MatchString(p.Phone), "phone", "请填写能拨打的号码，例如 0854-8220000")
	c.Check(p.Phone != "" || p.Address != "", "phone", "电话和地址至少填一项")
	c.Check(!p.Urgent || p.Phone != "", "phone", "紧急情况要有电话")
	c.Check(len([]rune(p.Address)) <= 120, "address", "地址不超过120个字")
	c.Check(len([]rune(p.Hours)) <= 60, "hours", "时间不超过60个字")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p.ID, p.OrganisationID, p.CreatedAt, p.ClosedAt, p.AreaID = 0, actor.OrganisationID(), tx.Now, nil, 0
		if p.EstateID != 0 {
			if _, err := org.EstateFor(tx, actor, org.PublishContacts, p.EstateID); err != nil {
				return err
			}
		} else if !actor.Has(org.PublishContacts, org.ScopeCity) {
			p.AreaID = actor.OrganisationID()
		}
		if err := gateOf(tx, actor); err != nil {
			return err
		}
		// The same tap twice is one line of the register.
		var same []ContactPoint
		err := tx.Where("organisation_id = ? AND estate_id = ? AND name = ? AND phone = ? AND address = ? AND closed_at IS NULL", p.OrganisationID, p.EstateID, p.Name, p.Phone, p.Address).Limit(1).Find(&same).Error
		if err != nil || len(same) == 1 {
			if err == nil {
				p = same[0]
			}
			return err
		}
		var count int64
		if err := tx.Model(&ContactPoint{}).Where("organisation_id = ? AND closed_at IS NULL", p.OrganisationID).Count(&count).Error; err != nil {
			return err
		}
		if count >= maxContacts {
			return ErrDeskFull
		}
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "contact.publish", audit.Subject{Kind: "contact", ID: p.ID, Estate: p.EstateID}, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("publish contact: %w", err)
	}
	return &p, nil
}

// CloseContact takes a phone or a place of the office out of the register. Faults: ErrForbidden, ErrContact.
func (s *Service) CloseContact(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.PublishContacts); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&ContactPoint{}).Where("id = ? AND organisation_id = ? AND closed_at IS NULL", id, actor.OrganisationID()).Update("closed_at", tx.Now)
		if err := store.MustAffect(res, ErrContact); err != nil {
			return err
		}
		return audit.Append(tx, actor, "contact.close", audit.Subject{Kind: "contact", ID: id}, nil)
	})
}

// ListOwnContacts lists what the office publishes.
func (s *Service) ListOwnContacts(ctx context.Context, actor org.Actor) ([]ContactPoint, error) {
	if err := actor.Must(org.PublishContacts); err != nil {
		return nil, err
	}
	var rows []ContactPoint
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("organisation_id = ? AND closed_at IS NULL", actor.OrganisationID()).Order("id").Limit(maxContacts).Find(&rows).Error
	})
	return rows, err
}

// Line is a line of the register as residents read it.
type Line struct {
	Name, Phone, Address, Hours string
	Urgent, OnDuty              bool
}

// Contacts lists the phones and points for an estate, the nearest first: the estate's own, its community's, its
// township's, the city's; and who is on duty for emergency repairs now. Anybody may read it. Fault: org.ErrEstateNotFound.
func (s *Service) Contacts(ctx context.Context, estateID int64) ([]Line, error) {
	var list []Line
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		list, err = contactsOf(tx, estateID)
		return err
	})
	return list, err
}

// ContactsFor lists the same to a resident of the estate. Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ContactsFor(ctx context.Context, actor org.Actor, estateID int64) ([]Line, error) {
	var list []Line
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.FileComplaint, estateID)
		if err != nil {
			return err
		}
		list, err = contactsOf(tx, e.ID)
		return err
	})
	return list, err
}

// Calls lists whom to ring about an urgent case: in danger the national numbers for it, then who is on duty and what the
// register names for emergencies. Nothing for any other case, or one that is over.
func (s *Service) Calls(ctx context.Context, c *Case) ([]Line, error) {
	if !c.Urgent || !c.Open {
		return nil, nil
	}
	lines, err := s.Contacts(ctx, c.EstateID)
	lines = slices.DeleteFunc(lines, func(l Line) bool { return !l.Urgent })
	if c.Class != string(rulepack.Danger) {
		return lines, err
	}
	return append(s.Emergencies(c.Matter), lines...), err
}

// Emergencies are the national numbers for a matter, all of them for none. They are known without the database, and stand
// even if the register cannot be read.
func (s *Service) Emergencies(matter string) []Line {
	var list []Line
	for _, e := range s.pack.Emergencies(matter) {
		list = append(list, Line{Name: e.Name, Phone: e.Phone, Hours: e.When, Urgent: true})
	}
	return list
}

func contactsOf(tx *store.Tx, estateID int64) ([]Line, error) {
	var e org.Estate
	if err := tx.Where("id = ?", estateID).Take(&e).Error; err != nil {
		return nil, store.NotFound(err, org.ErrEstateNotFound)
	}
	near := []int64{0, e.CommunityID, e.TownshipID}
	var points []ContactPoint
	err := tx.Where("closed_at IS NULL AND area_id IN ? AND estate_id IN ?", near, []int64{0, e.ID}).
		Order(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN estate_id <> 0 THEN 0 WHEN area_id = ? THEN 1 WHEN area_id = ? THEN 2 ELSE 3 END, id",
			Vars: []any{e.CommunityID, e.TownshipID}}}).Limit(100).Find(&points).Error
	if err != nil {
		return nil, err
	}
	shifts, err := onDuty(tx, e)
	if err != nil {
		return nil, err
	}
	var list []Line
	for _, sh := range shifts {
		list = append(list, Line{Name: sh.Name, Phone: sh.Phone, Hours: "应急维修24小时值班", Urgent: true, OnDuty: true})
	}
	for _, p := range points {
		list = append(list, Line{Name: p.Name, Phone: p.Phone, Address: p.Address, Hours: p.Hours, Urgent: p.Urgent})
	}
	return list, nil
}

// onDuty are the shifts of emergency repairs that go on now for an estate.
func onDuty(tx *store.Tx, e org.Estate) (shifts []Shift, err error) {
	err = tx.Where("organisation_id IN ? AND starts_at <= ? AND ends_at > ?", []int64{e.CompanyID, e.CommunityID, e.TownshipID}, tx.Now, tx.Now).Order("id").Limit(20).Find(&shifts).Error
	return shifts, err
}

// OnDuty gives the shifts of emergency repairs that go on now for an estate, none where there is no such estate.
func OnDuty(tx *store.Tx, estate int64) ([]Shift, error) {
	var e org.Estate
	if err := tx.Where("id = ?", estate).Limit(1).Find(&e).Error; err != nil || e.ID == 0 {
		return nil, err
	}
	return onDuty(tx, e)
}

// DutyPhones gives the numbers of shifts that go on now, by their ids.
func DutyPhones(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var shifts []Shift
	if err := tx.Where("id IN ? AND ends_at > ?", ids, tx.Now).Find(&shifts).Error; err != nil {
		return nil, err
	}
	numbers := map[int64]string{}
	for _, sh := range shifts {
		numbers[sh.ID] = sh.Phone
	}
	return numbers, nil
}

// PlanShift puts somebody on duty for emergency repairs. One shift at a time. Times are to the second.
// Faults: ErrForbidden, ErrOverlap, fault.ErrInvalid.
func (s *Service) PlanShift(ctx context.Context, actor org.Actor, sh Shift) (*Shift, error) {
	if err := actor.Must(org.KeepDuty); err != nil {
		return nil, err
	}
	sh.Name, sh.Phone = strings.TrimSpace(sh.Name), strings.TrimSpace(sh.Phone)
	now := s.db.Now()
	var c fault.Checks
	n := len([]rune(sh.Name))
	c.Check(n >= 2 && n <= 60, "name", "请写明怎么称呼，例如“值班室”（2至60个字）")
	c.Check(phones.MatchString(sh.Phone), "phone", "请填写能拨打的号码，例如 0854-8220000")
	c.Check(sh.EndsAt.After(sh.StartsAt) && sh.EndsAt.Sub(sh.StartsAt) <= maxShift, "ends_at", "结束要晚于开始，一个班次最长7天")
	c.Check(sh.EndsAt.After(now) && !sh.StartsAt.Before(now.Add(-24*time.Hour)) && sh.StartsAt.Before(now.Add(maxAhead)), "starts_at", "请安排今天起一年以内的班次")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		// The organisation's row is the gate: two who plan at once come one after the other.
		var o org.Organisation
		if err := tx.ForUpdate().Where("id = ?", actor.OrganisationID()).Take(&o).Error; err != nil {
			return err
		}
		var same []Shift
		err := tx.Where("organisation_id = ? AND starts_at = ? AND ends_at = ? AND name = ? AND phone = ?", o.ID, sh.StartsAt, sh.EndsAt, sh.Name, sh.Phone).Limit(1).Find(&same).Error
		if err != nil || len(same) == 1 {
			if err == nil {
				sh = same[0]
			}
			return err
		}
		var n int64
		if err := tx.Model(&Shift{}).Where("organisation_id = ? AND starts_at < ? AND ends_at > ?", o.ID, sh.EndsAt, sh.StartsAt).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrOverlap
		}
		sh.ID, sh.OrganisationID, sh.CreatedBy, sh.CreatedAt = 0, o.ID, actor.PersonID, tx.Now
		if err := tx.Create(&sh).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "duty.plan", audit.Subject{Kind: "duty", ID: sh.ID}, map[string]any{"starts_at": sh.StartsAt, "ends_at": sh.EndsAt})
	})
	if err != nil {
		return nil, fmt.Errorf("plan shift: %w", err)
	}
	return &sh, nil
}

// Roster is the duty roster of an office, with the times in the next days for which nobody is named.
type Roster struct {
	Shifts []Shift
	Gaps   []Period
}

// DutyRoster shows the shifts that have not ended, and the gaps of the days to come. Fault: ErrForbidden.
func (s *Service) DutyRoster(ctx context.Context, actor org.Actor, days int) (*Roster, error) {
	if err := actor.Must(org.KeepDuty); err != nil {
		return nil, err
	}
	r := &Roster{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		err := tx.Where("organisation_id = ? AND ends_at > ?", actor.OrganisationID(), tx.Now).Order("starts_at, id").Limit(500).Find(&r.Shifts).Error
		if err != nil {
			return err
		}
		at, end := tx.Now, tx.Now.Add(time.Duration(days)*24*time.Hour)
		for _, sh := range r.Shifts {
			if sh.StartsAt.After(at) && at.Before(end) {
				r.Gaps = append(r.Gaps, Period{at, minTime(sh.StartsAt, end)})
			}
			if sh.EndsAt.After(at) {
				at = sh.EndsAt
			}
		}
		if at.Before(end) {
			r.Gaps = append(r.Gaps, Period{at, end})
		}
		return nil
	})
	return r, err
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// CancelShift takes a shift of the office from the roster. Faults: ErrForbidden, ErrShift.
func (s *Service) CancelShift(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.KeepDuty); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var sh Shift
		if err := tx.ForUpdate().Where("id = ? AND organisation_id = ? AND ends_at > ?", id, actor.OrganisationID(), tx.Now).Take(&sh).Error; err != nil {
			return store.NotFound(err, ErrShift)
		}
		detail := map[string]any{"starts_at": sh.StartsAt, "ends_at": sh.EndsAt}
		// Who was on duty stays on record: a shift that has begun ends now.
		res := tx.Where("id = ? AND starts_at > ?", id, tx.Now).Delete(&Shift{})
		if res.Error == nil && res.RowsAffected == 0 {
			res = tx.Model(&Shift{}).Where("id = ?", id).Update("ends_at", tx.Now)
		}
		if err := store.MustAffect(res, ErrShift); err != nil {
			return err
		}
		return audit.Append(tx, actor, "duty.cancel", audit.Subject{Kind: "duty", ID: id}, detail)
	})
}
