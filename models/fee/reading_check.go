package fee

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ReadWhy is what is wrong with a reading.
type ReadWhy string

// What may be wrong.
const (
	ReadMissing ReadWhy = "missing" // a unit that is billed has none
	ReadLower   ReadWhy = "lower"   // less than before, and no new meter
	ReadTwice   ReadWhy = "twice"
	ReadUnknown ReadWhy = "unknown" // no such unit
	ReadFirst   ReadWhy = "first"   // nothing to begin from
	ReadReason  ReadWhy = "reason"  // does not go on from the last one, and says not why
	ReadLater   ReadWhy = "later"   // more than what was read later
	ReadBilled  ReadWhy = "billed"
	ReadNumber  ReadWhy = "number" // not to be understood
)

// ReadNames in Chinese.
var ReadNames = map[ReadWhy]string{ReadMissing: "没有读数", ReadLower: "比上次小", ReadTwice: "重复", ReadUnknown: "没有这一户", ReadFirst: "第一次抄表缺上次读数", ReadReason: "和上次读数接不上", ReadLater: "比后一期大", ReadBilled: "已经出账", ReadNumber: "读数看不懂"}

// ReadFault is why a reading is not taken.
type ReadFault struct {
	Row   int // of a spreadsheet, 0 for none
	Unit  string
	Why   ReadWhy
	Field string
	Text  string
}

// metering holds what is entered for a period against the register, the bills and what the meters showed before and after.
type metering struct {
	rule                *Rule
	period              time.Time
	names               map[int64]string
	before, now, after  map[int64]Reading
	billed, billedAfter map[int64]bool
	seen                map[int64]bool
	rows                []Reading // that are entered or corrected
	moved               []Reading // later ones that go on from them
}

// meters reads what some readings are held against.
func meters(tx *store.Tx, r *Rule, period time.Time, list []Read) (*metering, error) {
	m := &metering{rule: r, period: period, names: map[int64]string{}, before: map[int64]Reading{}, now: map[int64]Reading{}, after: map[int64]Reading{}, billed: map[int64]bool{}, billedAfter: map[int64]bool{}, seen: map[int64]bool{}}
	var running int64
	if err := tx.Model(&Run{}).Where("rule_id = ? AND state = ?", r.ID, Running).Count(&running).Error; err != nil {
		return nil, err
	}
	if running > 0 {
		return nil, ErrState.Saying("这个收费项目正在出账，请等出账完成再登记读数")
	}
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.UnitID
	}
	for part := range slices.Chunk(ids, 900) {
		if err := m.load(tx, part); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metering) load(tx *store.Tx, ids []int64) error {
	names, err := unitNames(tx, m.rule.EstateID, ids)
	if err != nil {
		return err
	}
	for id, name := range names {
		m.names[id] = name
	}
	near := func(which, when string, into map[int64]Reading) error {
		at := tx.Model(&Reading{}).Select("rule_id, unit_id, "+which+"(period_on) AS period_on").Where("rule_id = ? AND unit_id IN ? AND period_on "+when+" ?", m.rule.ID, ids, m.period).Group("rule_id, unit_id")
		var rows []Reading
		err := tx.Table("fee_readings r").Select("r.*").Joins("JOIN (?) l ON l.rule_id = r.rule_id AND l.unit_id = r.unit_id AND l.period_on = r.period_on", at).Find(&rows).Error
		for _, x := range rows {
			into[x.UnitID] = x
		}
		return err
	}
	if err := near("MAX", "<", m.before); err != nil {
		return err
	}
	if err := near("MIN", "=", m.now); err != nil {
		return err
	}
	if err := near("MIN", ">", m.after); err != nil {
		return err
	}
	var bills []Bill
	err = tx.Select("unit_id", "period_on").Where("rule_id = ? AND period_on >= ? AND unit_id IN ? AND state <> ?", m.rule.ID, m.period, ids, Cancelled).Find(&bills).Error
	for _, b := range bills {
		if b.PeriodOn.Equal(m.period) {
			m.billed[b.UnitID] = true
		} else if next, ok := m.after[b.UnitID]; ok && b.PeriodOn.Equal(next.PeriodOn) {
			m.billedAfter[b.UnitID] = true
		}
	}
	return err
}

// take weighs one reading, and notes it with the later one that goes on from it.
func (m *metering) take(x Read) *ReadFault {
	name := m.names[x.UnitID]
	bad := func(why ReadWhy, field, text string) *ReadFault {
		return &ReadFault{Unit: name, Why: why, Field: field, Text: name + text}
	}
	last, known := m.before[x.UnitID]
	x.Reason = strings.TrimSpace(x.Reason)
	switch {
	case name == "":
		return bad(ReadUnknown, "unit_id", "名册里没有这一户")
	case m.seen[x.UnitID]:
		return bad(ReadTwice, "unit_id", "填了两次")
	case m.billed[x.UnitID]:
		return bad(ReadBilled, "unit_id", "这一期已经按读数出过账单；请先撤销账单再改读数")
	case !known && x.Previous == nil:
		return bad(ReadFirst, "previous", "第一次抄表，请填上次读数")
	case known && x.Previous != nil && *x.Previous != last.Current && !length(x.Reason, 2, 200):
		return bad(ReadReason, "reason", fmt.Sprintf("上次读数是%s，不一样的请写明原因，例如换表", thousandths(last.Current)))
	}
	m.seen[x.UnitID] = true
	prev := last.Current
	if x.Previous != nil {
		prev = *x.Previous
	}
	if prev < 0 || x.Current < prev || x.Current > 1e12 || !length(x.Reason, 0, 200) {
		return bad(ReadLower, "current", fmt.Sprintf("本次读数小于上次读数%s；换表的请填新表的起始读数并写明原因", thousandths(prev)))
	}
	if why := m.follow(x); why != "" {
		return bad(map[bool]ReadWhy{true: ReadBilled, false: ReadLater}[m.billedAfter[x.UnitID]], "current", why)
	}
	m.rows = append(m.rows, Reading{EstateID: m.rule.EstateID, RuleID: m.rule.ID, UnitID: x.UnitID, PeriodOn: m.period, Previous: prev, Current: x.Current, Reason: x.Reason})
	return nil
}

// follow lets the next reading go on from a corrected one. One that began anew, with a reason, stands; one that is billed keeps the
// correction out.
func (m *metering) follow(x Read) string {
	next, ok := m.after[x.UnitID]
	if !ok {
		return ""
	}
	showed := m.before[x.UnitID].Current
	if had, ok := m.now[x.UnitID]; ok {
		showed = had.Current
	}
	if next.Previous != showed || next.Previous == x.Current {
		return ""
	}
	month := next.PeriodOn.Format("2006年1月")
	if m.billedAfter[x.UnitID] {
		return "后一期（" + month + "）已经接着这个读数出过账单；请先撤销后一期的账单再改"
	}
	if x.Current > next.Current {
		return fmt.Sprintf("本次读数大于后一期（%s）的读数%s；请先核对后一期", month, thousandths(next.Current))
	}
	next.Previous = x.Current
	m.moved = append(m.moved, next)
	return ""
}

// write enters what was taken.
func (m *metering) write(tx *store.Tx, actor org.Actor) error {
	for i := range m.rows {
		m.rows[i].EnteredBy, m.rows[i].EnteredAt = actor.PersonID, tx.Now
	}
	change := clause.OnConflict{Columns: []clause.Column{{Name: "rule_id"}, {Name: "unit_id"}, {Name: "period_on"}}, DoUpdates: clause.AssignmentColumns([]string{"previous", "current", "reason", "entered_by", "entered_at"})}
	if len(m.rows) > 0 {
		if err := tx.Clauses(change).CreateInBatches(m.rows, maxReadings).Error; err != nil {
			return err
		}
	}
	for _, x := range m.moved {
		if err := tx.Model(&Reading{}).Where("id = ?", x.ID).Update("previous", x.Previous).Error; err != nil {
			return err
		}
	}
	return note(tx, actor, "readings", "fee_rule", m.rule.ID, m.rule.EstateID, map[string]any{"period": m.period.Format(time.DateOnly), "units": len(m.rows), "later": len(m.moved)})
}
