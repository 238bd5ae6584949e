package fee

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Options are what dunning needs beside the books.
type Options struct {
	Pack  string                                                     // the city's rule pack
	Own   func(tx *store.Tx, estate int64) ([]rulepack.Local, error) // what an estate's own rules supply today
	Cases Cases
}

// Cases are the complaints by which a bill is disputed.
type Cases interface {
	// FileOnBill opens a case of the actor about a bill. The same ref answers the first.
	FileOnBill(ctx context.Context, actor org.Actor, d Disputed) (id int64, number string, err error)
	// Running says which of some cases are not over.
	Running(tx *store.Tx, ids []int64) (map[int64]bool, error)
	// Readable says which of some cases the actor may read.
	Readable(tx *store.Tx, actor org.Actor, ids []int64) (map[int64]bool, error)
}

// With gives the fees what dunning needs.
func (s *Service) With(o Options) *Service {
	s.o = o
	return s
}

// The parameters of dunning. They are unset until the service contract or the bureau says them: no step goes without.
const (
	remindDays = "fee.remind_days"
	demandDays = "fee.demand_days"
)

// days reads a parameter of dunning. Fault: rulepack.ErrUnset.
func (s *Service) days(tx *store.Tx, estate int64, key string) (int, error) {
	own, err := s.o.Own(tx, estate)
	if err != nil {
		return 0, err
	}
	set, err := org.Rules(tx, tx.Now, s.o.Pack, own...)
	if err != nil {
		return 0, err
	}
	n, err := set.Int(key)
	return int(n), err
}

// Stage is how far a unit has been asked for what it owes: reminded, then formally demanded (Civil Code art. 944). What follows is a
// suit, and never the cutting of water, power or gas.
type Stage string

// The stages.
const (
	Reminder Stage = "reminder"
	Demand   Stage = "demand"
)

// StageNames in Chinese.
var StageNames = map[Stage]string{Reminder: "提醒", Demand: "书面催告"}

// Faults of dunning.
var (
	ErrPaused  = fault.New(fault.Conflict, "fee.paused", "这一户的账单现在暂缓催交，请到暂缓结束后再办")
	ErrEarly   = fault.New(fault.Conflict, "fee.too_early", "还没有到可以书面催告的时候：要先提醒，并等提醒后的日子过完")
	ErrMoved   = fault.New(fault.Conflict, "fee.letter_moved", "准备催告以后情况有变化，这份催告不能发出；请撤回后重新准备")
	ErrThreat  = fault.New(fault.Invalid, "fee.threat", "催交的文字不能提到停水、停电、断气或门禁；请改写")
	ErrDispute = fault.New(fault.Conflict, "fee.disputed", "这张账单已经在核对，办完以前不会催交，不用再提交")
)

// Why a bill or a unit is left out.
const (
	notDue    = "还没有到提醒的日子"
	again     = "这些账单已经提醒过"
	recently  = "提醒还不久，暂不再次提醒"
	others    = "账单是原业主或建设单位欠的，不能发给现在的业主"
	disputed  = "对账单有异议，正在核对"
	byPolicy  = "按政策暂缓催交"
	byNeed    = "因困难暂缓催交"
	settled   = "已经交清"
	unreached = "名册里没有能通知到的人，请书面通知"
)

// facts are what is known of the open bills of some units.
type facts struct {
	today    time.Time
	bills    map[int64][]Bill               // by unit
	sets     map[int64][]int64              // today's owners of a unit
	disputes map[int64]Dispute              // running, by bill
	pauses   map[int64][]Pause              // in force today, by unit; 0 is the estate
	last     map[int64]map[Stage]*time.Time // when a unit was last written to
	reminded map[int64]time.Time            // by bill
}

// factsOf reads them; the number of queries does not grow with the units.
func (s *Service) factsOf(tx *store.Tx, estate, company int64, units []int64) (*facts, error) {
	f := &facts{today: org.DayOf(tx.Now), bills: map[int64][]Bill{}, disputes: map[int64]Dispute{}, pauses: map[int64][]Pause{}, last: map[int64]map[Stage]*time.Time{}, reminded: map[int64]time.Time{}}
	var bills []Bill
	err := tx.Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.company_id = ? AND fee_bills.state = ? AND fee_bills.unit_id IN ?", estate, company, Open, units).Order("fee_bills.period_on, fee_bills.id").Find(&bills).Error
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(bills))
	for i, b := range bills {
		f.bills[b.UnitID], ids[i] = append(f.bills[b.UnitID], b), b.ID
	}
	if f.sets, err = ownersNow(tx, units); err != nil {
		return nil, err
	}
	if err := s.readDisputes(tx, units, f.disputes); err != nil {
		return nil, err
	}
	var pauses []Pause
	err = tx.Where("estate_id = ? AND unit_id IN ? AND state = ? AND from_on <= ? AND until_on >= ? AND company_id IN ?", estate, append([]int64{0}, units...), PauseOn, f.today, f.today, []int64{0, company}).Order("id").Find(&pauses).Error
	if err != nil {
		return nil, err
	}
	for _, p := range pauses {
		if p.Kind == ByPolicy || slices.Contains(f.sets[p.UnitID], p.OwnerSetID) {
			f.pauses[p.UnitID] = append(f.pauses[p.UnitID], p)
		}
	}
	return f, f.letters(tx, company, units, ids)
}

// letters reads what has been written to the units and of the bills.
func (f *facts) letters(tx *store.Tx, company int64, units, bills []int64) error {
	var sent []Letter
	if err := tx.Select("unit_id", "stage", "at", "issued_at").Where("company_id = ? AND unit_id IN ? AND state IN ?", company, units, []string{Sent, Issued}).Order("id").Find(&sent).Error; err != nil {
		return err
	}
	for _, l := range sent {
		if f.last[l.UnitID] == nil {
			f.last[l.UnitID] = map[Stage]*time.Time{}
		}
		f.last[l.UnitID][l.Stage] = l.out()
	}
	for chunk := range slices.Chunk(bills, 900) {
		var rows []struct {
			BillID int64
			At     time.Time
		}
		err := tx.Table("fee_letter_bills b").Select("b.bill_id, l.at").Joins("JOIN fee_letters l ON l.id = b.letter_id").Where("b.bill_id IN ? AND l.stage = ? AND b.claim IS NOT NULL", chunk, Reminder).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.reminded[r.BillID] = r.At
		}
	}
	return nil
}

// Paused is why a unit is not asked for some or all of its bills. The number of a dispute's case is no part of it: the company reads it, which
// may not read the case.
type Paused struct {
	Kind   PauseKind
	BillID int64      // 0 for all
	Until  *time.Time // none for a dispute, which lasts as long as its case
}

// Words say it.
func (p Paused) Words() string {
	if p.Kind == ByDispute {
		return disputed
	}
	return fmt.Sprintf("%s，到%s为止", map[PauseKind]string{ByPolicy: byPolicy, ByHardship: byNeed}[p.Kind], p.Until.Format(time.DateOnly))
}

// whole is what pauses all bills of a unit.
func (f *facts) whole(unit int64) []Paused {
	var list []Paused
	for _, p := range append(slices.Clone(f.pauses[unit]), f.pauses[0]...) {
		until := p.UntilOn
		list = append(list, Paused{Kind: p.Kind, Until: &until})
	}
	return list
}

// paused is all that pauses a unit or one of its open bills.
func (f *facts) paused(unit int64) []Paused {
	list := f.whole(unit)
	for _, b := range f.bills[unit] {
		if _, ok := f.disputes[b.ID]; ok {
			list = append(list, Paused{Kind: ByDispute, BillID: b.ID})
		}
	}
	return list
}

// asked are the overdue bills that today's owners of a unit may be asked for, or why there are none.
func (f *facts) asked(unit int64, days int) (list []Bill, why string) {
	if all := f.whole(unit); len(all) > 0 {
		return nil, all[0].Words()
	}
	why = notDue
	for _, b := range f.bills[unit] {
		switch _, busy := f.disputes[b.ID]; {
		case !f.today.After(b.DueOn.AddDate(0, 0, days-1)):
		case b.Payer == ByDeveloper || !slices.Contains(f.sets[unit], b.OwnerSetID):
			why = others
		case busy:
			why = Paused{Kind: ByDispute}.Words()
		default:
			list = append(list, b)
		}
	}
	return list, why
}

// ownersNow gives the owner sets of today of some units, as homeOf does for one: a correction names the same people anew.
func ownersNow(tx *store.Tx, units []int64) (map[int64][]int64, error) {
	var held []org.Ownership
	if err := tx.Select("unit_id", "owner_set_id", "cause").Where("unit_id IN ?", units).Order("since DESC, id DESC").Find(&held).Error; err != nil {
		return nil, err
	}
	sets, done := map[int64][]int64{}, map[int64]bool{}
	for _, o := range held {
		if !done[o.UnitID] {
			sets[o.UnitID], done[o.UnitID] = append(sets[o.UnitID], o.OwnerSetID), o.Cause != "correction"
		}
	}
	for _, u := range units {
		if len(sets[u]) == 0 {
			sets[u] = []int64{0}
		}
	}
	return sets, nil
}
