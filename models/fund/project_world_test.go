package fund_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// shelf takes every paper and knows what it was attached to.
type shelf struct {
	fund.Files
	mu   sync.Mutex
	held map[string][]int64
}

func (d *shelf) Attach(_ *store.Tx, _ org.Actor, ids []int64, _, kind string, subject, _ int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := fmt.Sprint(kind, subject)
	d.held[key] = append(d.held[key], ids...)
	return nil
}

func (d *shelf) IDsIn(_ *store.Tx, kind string, subjects []int64) (map[int64][]int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := map[int64][]int64{}
	for _, id := range subjects {
		if ids := d.held[fmt.Sprint(kind, id)]; len(ids) > 0 {
			all[id] = ids
		}
	}
	return all, nil
}

// wall keeps what was posted, since when, and what was taken down.
type wall struct {
	mu     sync.Mutex
	byRef  map[string]int64
	posted []fund.Posted
	since  []time.Time
	down   map[int64]bool
	taken  map[int64]string // by the fund itself, and why
	last   time.Time        // of the papers
	why    string           // what of them is missing
}

func (b *wall) Post(tx *store.Tx, _ org.Actor, p fund.Posted) (int64, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok := b.byRef[p.Ref]
	if !ok {
		b.posted, b.since = append(b.posted, p), append(b.since, tx.Now)
		id = int64(len(b.posted))
		b.byRef[p.Ref] = id
	}
	return id, fmt.Sprintf("G-%d", id), nil
}

func (b *wall) TakeDown(_ *store.Tx, notice int64, reason string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down[notice], b.taken[notice] = true, reason
	return nil
}

func (b *wall) Standing(_ *store.Tx, notice int64) (time.Time, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if notice < 1 || int(notice) > len(b.posted) {
		return time.Time{}, false, nil
	}
	return b.since[notice-1], !b.down[notice], nil
}

// Hung is what the test says of the papers.
func (b *wall) Owe(*store.Tx, int64, int64, string) error { return nil }

func (b *wall) Hung(*store.Tx, int64) (time.Time, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.why, nil
}

// street is a town that repairs: a fund, people, and what the law of the city says.
type street struct {
	*modelstest.Town
	*fund.Service
	t         *testing.T
	clock     *modelstest.Clock
	shelf     *shelf
	wall      *wall
	company   org.Actor
	community org.Actor
	township  org.Actor
	bureau    org.Actor
	clerk     org.Actor // of the bureau too
	chair     org.Actor
	member    org.Actor
	owner     org.Actor // of the first unit
	neighbour org.Actor // of the second
	meetings  int
	naming    string // the number that the next motion names
}

func newStreet(t *testing.T, holder fund.Holder) *street {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	w := &street{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock, shelf: &shelf{held: map[string][]int64{}}, wall: &wall{byRef: map[string]int64{}, down: map[int64]bool{}, taken: map[int64]string{}}}
	w.Service = fund.New(db, fund.Options{Pack: "duyun-2020", Files: w.shelf, Board: w.wall})
	bureau := w.Code("housing-bureau")
	w.company, w.community, w.township = w.Officer(w.Company, org.Head), w.Officer(w.Community, org.Clerk), w.Officer(w.Township, org.Head)
	w.bureau, w.clerk = w.Officer(bureau, org.Head), w.Officer(bureau, org.Clerk)
	w.chair, w.member = w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Member)
	w.owner, w.neighbour = w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&fund.Account{EstateID: w.Estate.ID, Holder: holder, Bank: "都匀农商银行", LastFour: "1234", CreatedAt: tx.Now, UpdatedAt: tx.Now}).Error
	})
	return w
}

func (w *street) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *street) must(id int64, err error) int64 {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *street) refused(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// rules sets local values in force.
func (w *street) rules(pairs ...string) {
	w.t.Helper()
	s := org.New(w.DB, w.Vault, nil, nil)
	for i := 0; i < len(pairs); i += 2 {
		v, err := s.EnterValue(w.t.Context(), w.bureau, "duyun-2020", org.NewLocalValue{Name: pairs[i], Value: pairs[i+1], Article: "试用规定第1条", EffectiveOn: w.DB.Now().AddDate(-1, 0, 0)})
		if err == nil {
			err = s.ConfirmValue(w.t.Context(), w.clerk, v.ID, true, "")
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// everything is what a city has to say before projects run.
func (w *street) everything() {
	w.rules("fund.proposal_days", "7", "fund.final_days", "7", "fund.advance_rate", "7000", "fund.review_over", "5000000", "fund.emergency_cases", "电梯停运；屋面渗漏", "fund.emergency_review_days", "30")
}

// deposit brings money into sub-accounts, from the first unit on.
func (w *street) deposit(fen ...money.Fen) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		p := ledger.Posting{Ref: fmt.Sprint("deposit", w.meetings, fen), Effective: calendar.DateOf(tx.Now), Source: ledger.Source{Kind: "fund_slip", ID: 1, Text: "回单"}}
		var sum money.Fen
		for i, f := range fen {
			if f > 0 {
				p.Lines = append(p.Lines, ledger.Line{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[i].ID}, Amount: -f})
				sum += f
			}
		}
		p.Lines = append(p.Lines, ledger.Line{Key: ledger.Key{Code: ledger.FundBank}, Amount: sum})
		_, err := ledger.Post(tx, w.bureau, w.Estate.ID, ledger.Fund, p)
		return err
	})
}

// stands is what stands on an account, debit positive.
func (w *street) stands(code ledger.Code, unit int64) (fen money.Fen) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		var units []int64
		if unit != 0 {
			units = []int64{unit}
		}
		all, err := ledger.Balances(tx, w.Estate.ID, ledger.Fund, []ledger.Code{code}, units, calendar.DateOf(tx.Now))
		fen = all[ledger.Key{Code: code, UnitID: unit}]
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return fen
}

// meet certifies a decision of some units, which are its frozen roll.
func (w *street) meet(scope event.Scope, matter string, outcome tally.Outcome) int64 {
	w.t.Helper()
	w.meetings++
	var id int64
	w.tx(func(tx *store.Tx) error {
		text := ""
		if !scope.Whole() {
			raw, _ := json.Marshal(scope)
			text = string(raw)
		}
		m := assembly.Meeting{Number: fmt.Sprintf("H-%d-%d", w.Estate.ID, w.meetings), EstateID: w.Estate.ID, Session: assembly.Extraordinary, Title: "使用维修资金", Scope: text, State: assembly.Certified, CertifiedAt: &tx.Now, NoticedAt: &tx.Now, ClientRef: fmt.Sprint(w.meetings), CreatedAt: tx.Now}
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		id = m.ID
		if err := tx.Create(&assembly.Motion{MeetingID: m.ID, EstateID: w.Estate.ID, Position: 1, Title: "使用维修资金", Body: "维修项目编号：" + w.naming, Matter: matter, Question: "{}"}).Error; err != nil {
			return err
		}
		st := assembly.Statement{Tally: &assembly.Tallied{Motions: []assembly.Counted{{Position: 1, Title: "使用维修资金", Matter: matter, Result: tally.Result{Outcome: outcome}}}}}
		body, _ := json.Marshal(st)
		if err := tx.Create(&assembly.Outcome{MeetingID: m.ID, EstateID: w.Estate.ID, Kind: "certificate", Body: string(body), At: tx.Now}).Error; err != nil {
			return err
		}
		for i, u := range w.Units {
			units, _ := json.Marshal([]assembly.SeatUnit{{ID: u.ID, Code: u.Number, Area: u.AreaMilli}})
			s := assembly.Seat{MeetingID: m.ID, EstateID: w.Estate.ID, No: i + 1, OwnerSetID: int64(i + 1), HolderSetID: int64(i + 1), AreaMilli: u.AreaMilli, Units: string(units), Kind: "natural", Salt: "s", Hash: fmt.Sprint(i)}
			if err := tx.Create(&s).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// areas gives the units other areas than they are made with.
func (w *street) areas(list ...area.Milli) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		for i, a := range list {
			w.Units[i].AreaMilli = a
			if err := tx.Model(&org.Unit{}).Where("id = ?", w.Units[i].ID).Update("area_milli", a).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// innocent declares that nobody else has to pay.
func innocent() map[fund.Exclusion]bool {
	all := map[fund.Exclusion]bool{}
	for code := range fund.Exclusions {
		all[code] = false
	}
	return all
}

// proposal is a repair of the roof for a thousand yuan.
func (w *street) proposal() fund.Proposing {
	return fund.Proposing{EstateID: w.Estate.ID, Kind: fund.OrdinaryUse, Title: "1幢屋面防水维修", Reason: "屋面多处渗漏，重做防水层", Declared: innocent(), FileIDs: []int64{1},
		Items: []fund.NewItem{{Name: "防水层", Measure: "㎡", Quantity: "12.5", Price: "64"}, {Name: "清运", Measure: "项", Quantity: "1", Price: "200"}}}
}

// Hashes says something of each paper.
func (d *shelf) Hashes(_ *store.Tx, ids []int64) (map[int64]string, error) {
	all := map[int64]string{}
	for _, id := range ids {
		all[id] = fmt.Sprint("hash", id)
	}
	return all, nil
}

// paidOut is a project that has gone its whole way.
func (w *street) paidOut() int64 {
	w.t.Helper()
	ctx := w.t.Context()
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.ahead(id)
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[1].ID, true, "流水2", ""))
	return id
}
