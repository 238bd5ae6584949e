package fee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MeterLine is a unit of the list that a meter reader takes along.
type MeterLine struct {
	Unit     string
	Previous string // what the meter showed last; empty before the first reading
	Current  string // what has been entered
	Reason   string
}

// MeterHead are the columns of that list, and of the one that comes back.
var MeterHead = []string{"房号", "上次读数", "本次读数", "说明"}

// ReadingCheck is a list of readings before it is entered.
type ReadingCheck struct {
	Rows    int         // read
	Good    int         // that would be entered
	Faults  []ReadFault // some of them, in the order of the rows
	Faulty  int
	Missing []ReadFault // units that are billed and have none, some of them
	Missed  int
}

// shownFaults is how many faults a preview names.
const shownFaults = 200

// MeterList is what is to be read for a period: each unit that the rule charges, with its last reading.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrVersion.
func (s *Service) MeterList(ctx context.Context, actor org.Actor, rule int64, period time.Time) ([]MeterLine, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var list []MeterLine
	err := s.db.View(ctx, func(tx *store.Tx) error {
		r, units, err := metered(tx, actor, rule, period)
		if err != nil {
			return err
		}
		m, err := meters(tx, r, period, unitsOf(units))
		if err != nil {
			return err
		}
		list = make([]MeterLine, len(units))
		for i, u := range units {
			list[i].Unit = org.PrintUnit(u.Name, u.Entrance, u.Number)
			if last, ok := m.before[u.ID]; ok {
				list[i].Previous = thousandths(last.Current)
			}
			if now, ok := m.now[u.ID]; ok {
				list[i].Previous, list[i].Current, list[i].Reason = thousandths(now.Previous), thousandths(now.Current), now.Reason
			}
		}
		return nil
	})
	return list, err
}

// CheckReadings reads a list and says what of it could not be entered and whom it leaves out; it writes nothing.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrVersion, file.ErrNotFound, fault.ErrInvalid, and those of sheet.Read.
func (s *Service) CheckReadings(ctx context.Context, actor org.Actor, rule int64, period time.Time, fileID int64) (*ReadingCheck, error) {
	l, err := s.readMeters(ctx, actor, rule, period, fileID)
	if err != nil {
		return nil, err
	}
	var c *ReadingCheck
	err = s.db.View(ctx, func(tx *store.Tx) error {
		_, c, err = l.weigh(tx, actor, rule, period)
		return err
	})
	return c, err
}

// ApplyReadings enters a list as its check showed it: good is how many rows that was. A list with a faulty row is not entered at all; units
// without a reading are left out and not billed.
// Faults: those of CheckReadings, ErrChanged.
func (s *Service) ApplyReadings(ctx context.Context, actor org.Actor, rule int64, period time.Time, fileID int64, good int) (int64, error) {
	l, err := s.readMeters(ctx, actor, rule, period, fileID)
	if err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "apply readings", of(actor, rule, func(r *Rule) int64 { return r.EstateID }), func(tx *store.Tx) (int64, error) {
		m, c, err := l.weigh(tx, actor, rule, period)
		if err != nil {
			return 0, err
		}
		var k fault.Checks
		for _, f := range c.Faults {
			k.Check(false, fmt.Sprintf("第%d行", f.Row), f.Text)
		}
		if err := k.Err(); err != nil {
			return 0, err
		}
		if c.Good != good {
			return 0, ErrChanged.Saying("预览之后读数或账单有变化，请重新预览，核对后再登记")
		}
		if err := serving(tx, m.rule.CompanyID, m.rule.EstateID); err != nil {
			return 0, err
		}
		return rule, m.write(tx, actor)
	})
}

// metered finds a meter's rule and the units that its price of a period charges.
func metered(tx *store.Tx, actor org.Actor, rule int64, period time.Time) (*Rule, []candidate, error) {
	r, err := own[Rule](tx, actor, rule)
	if err != nil {
		return nil, nil, err
	}
	if r.Kind != Meter {
		return nil, nil, ErrState.Saying("这个收费项目不按表计量")
	}
	var v Version
	if err := tx.Where("rule_id = ? AND starts_on <= ? AND (ends_on IS NULL OR ends_on >= ?)", r.ID, period, period).Order("seq DESC").Limit(1).Take(&v).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrVersion)
	}
	var units []candidate
	houses := v.Houses()
	err = eachUnit(tx, r.EstateID, func(page []candidate) {
		for _, u := range page {
			if slices.Contains(v.Uses(), u.UseKind) && (len(houses) == 0 || slices.Contains(houses, u.BuildingID)) {
				units = append(units, u)
			}
		}
	})
	return r, units, err
}

func unitsOf(units []candidate) []Read {
	list := make([]Read, len(units))
	for i, u := range units {
		list[i].UnitID = u.ID
	}
	return list
}

// weigh holds a list against what there is.
func (l *meterList) weigh(tx *store.Tx, actor org.Actor, rule int64, period time.Time) (*metering, *ReadingCheck, error) {
	r, units, err := metered(tx, actor, rule, period)
	if err != nil {
		return nil, nil, err
	}
	doors, err := doorsOf(tx, r.EstateID)
	if err != nil {
		return nil, nil, err
	}
	list := make([]Read, len(l.rows))
	for i, x := range l.rows {
		list[i].UnitID = doors[plainDoor(strings.ReplaceAll(x.unit, " ", ""))]
	}
	m, err := meters(tx, r, period, append(unitsOf(units), list...))
	if err != nil {
		return nil, nil, err
	}
	c := &ReadingCheck{Rows: len(l.rows)}
	for i, x := range l.rows {
		f := m.takeRow(x, list[i])
		if f == nil {
			c.Good++
			continue
		}
		if c.Faulty++; len(c.Faults) < shownFaults {
			f.Row, f.Unit = x.row, x.unit
			c.Faults = append(c.Faults, *f)
		}
	}
	for _, u := range units {
		if _, has := m.now[u.ID]; has || m.seen[u.ID] || m.billed[u.ID] {
			continue
		}
		if c.Missed++; len(c.Missing) < shownFaults {
			name := org.PrintUnit(u.Name, u.Entrance, u.Number)
			c.Missing = append(c.Missing, ReadFault{Unit: name, Why: ReadMissing, Field: "current", Text: name + "没有读数，这一期不会出账"})
		}
	}
	return m, c, nil
}

// takeRow takes a row of a list. One that says what is entered already changes nothing.
func (m *metering) takeRow(x meterRow, read Read) *ReadFault {
	var ok bool
	if read.Current, ok = milli(x.now); !ok {
		return &ReadFault{Why: ReadNumber, Field: "current", Text: x.unit + "的本次读数看不懂：" + clip(x.now, 20) + "；请填数字，最多三位小数"}
	}
	if x.prev != "" {
		prev, ok := milli(x.prev)
		if !ok {
			return &ReadFault{Why: ReadNumber, Field: "previous", Text: x.unit + "的上次读数看不懂：" + clip(x.prev, 20) + "；请填数字，最多三位小数"}
		}
		read.Previous = &prev
	}
	read.Reason = x.reason
	if had, ok := m.now[read.UnitID]; ok && !m.seen[read.UnitID] && had.Current == read.Current && (read.Previous == nil || *read.Previous == had.Previous) {
		m.seen[read.UnitID] = true
		return nil
	}
	f := m.take(read)
	if f != nil && f.Why == ReadUnknown {
		f.Text = "名册里没有这一户：" + x.unit
	}
	return f
}
