package committee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Collection is a unit that the committee is asked to speak with about its fees or the fund (policy 五(十五)4). It says which unit and
// what about, and never how much: a member needs no more to ring a bell, and what a neighbour owes is nobody's to know.
type Collection struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	TermID         int64
	Kind           DebtKind
	UnitID         int64
	OwnerSetID     int64  // who owned it when it was given: nobody asks a buyer
	Stage          string // how far the debt has been asked for: reminder, demand, first, renewal
	GivenBy        int64
	OrganisationID int64
	DueAt          time.Time
	State          string  // open, taken, done, expired, void (paid, paused or sold meanwhile)
	Live           *string // kind and unit while it is open or taken
	MemberID       int64
	TakenAt        *time.Time
	How            string
	Text           string
	ClosedAt       *time.Time
	CreatedAt      time.Time
}

// TableName names the table.
func (Collection) TableName() string { return "committee_collections" }

// DebtKind is what a task is about.
type DebtKind string

// The kinds.
const (
	DebtFee     DebtKind = "fee"
	DebtFirst   DebtKind = "fund_first"
	DebtRenewal DebtKind = "fund_renewal"
)

// What is shown of tasks in Chinese.
var (
	DebtNames        = map[DebtKind]string{DebtFee: "物业费", DebtFirst: "维修资金首期", DebtRenewal: "维修资金续交"}
	CollectionStates = map[string]string{"open": "待认领", "taken": "已认领", "done": "已办", "expired": "过期未办", "void": "不用再办"}
	CollectionWays   = map[string]string{"visited": "上门说明", "called": "电话说明", "agreed": "商定了怎么交", "absent": "没有找到人", "refused": "对方不愿谈", "objects": "对账单有异议，已告诉怎么提"}
)

// Debts are what units owe, wherever it is booked.
type Debts interface {
	// Owing says which of some units the committee may be asked to speak with about a kind today, and how far each has been asked; those
	// that paid, are paused or dispute are none of them. by is who asks and must be allowed to; nobody for the committee's own look.
	Owing(tx *store.Tx, by *org.Actor, organisation, estate int64, kind DebtKind, units []int64) (map[int64]string, error)
}

// WithDebts gives the committee what it may be asked to speak about.
func (s *Service) WithDebts(d Debts) *Service {
	s.debts = d
	return s
}

// maxAsked bounds what is given at a time.
const maxAsked = 100

// longest is how many days a task may run: what is older is looked at again.
const longest = 90

// GiveCollections asks the committee to speak with some units until a day. Units that owe nothing, are paused, or have a task are left
// out; the answer is how many were given. The units' own people are told.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoTerm, ErrState, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) GiveCollections(ctx context.Context, actor org.Actor, estate int64, kind DebtKind, units []int64, due time.Time) (int64, error) {
	slices.Sort(units)
	units = slices.Compact(units)
	today := org.DayOf(s.db.Now())
	var c fault.Checks
	c.Check(DebtNames[kind] != "", "kind", "请选择物业费、维修资金首期或续交")
	c.Check(len(units) >= 1 && len(units) <= maxAsked, "unit_ids", fmt.Sprintf("一次选1至%d户", maxAsked))
	c.Check(due.After(today) && !due.After(today.AddDate(0, 0, longest)), "due", fmt.Sprintf("请填今后%d日以内的一天", longest))
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.HandCollection, "give collections", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.HandCollection, estate)
		if err != nil {
			return 0, err
		}
		stages, err := s.debts.Owing(tx, &actor, actor.OrganisationID(), t.EstateID, kind, units)
		if err != nil {
			return 0, err
		}
		sets, err := ownerSets(tx, units)
		if err != nil {
			return 0, err
		}
		var busy []int64
		if err := tx.Model(&Collection{}).Where("unit_id IN ? AND kind = ? AND live IS NOT NULL", units, kind).Pluck("unit_id", &busy).Error; err != nil {
			return 0, err
		}
		var rows []Collection
		for _, u := range units {
			if stages[u] == "" || slices.Contains(busy, u) {
				continue
			}
			live := fmt.Sprintf("%s/%d", kind, u)
			rows = append(rows, Collection{EstateID: t.EstateID, TermID: t.ID, Kind: kind, UnitID: u, OwnerSetID: sets[u], Stage: stages[u], GivenBy: actor.PersonID, OrganisationID: actor.OrganisationID(), DueAt: due.AddDate(0, 0, 1).Add(-8*time.Hour - time.Second), State: "open", Live: &live, CreatedAt: tx.Now})
		}
		if len(rows) == 0 {
			return 0, ErrState.Saying("选的户都不用请业委会：已经交了、暂缓或有异议、还没有提醒过，或已经有任务")
		}
		if err := tx.Create(&rows).Error; err != nil {
			return 0, store.Raced(err)
		}
		if err := tellHomes(tx, rows); err != nil {
			return 0, err
		}
		return int64(len(rows)), note(tx, actor, "give_collections", "estate", t.EstateID, t.EstateID, map[string]any{"kind": kind, "units": len(rows)})
	})
}

// ownerSets gives the owner set of today of some units; 0 where the register names nobody.
func ownerSets(tx *store.Tx, units []int64) (map[int64]int64, error) {
	var held []org.Ownership
	if err := tx.Select("unit_id", "owner_set_id").Where("current_unit IN ?", units).Find(&held).Error; err != nil {
		return nil, err
	}
	sets := map[int64]int64{}
	for _, o := range held {
		sets[o.UnitID] = o.OwnerSetID
	}
	return sets, nil
}

// tellHomes lets the units' people know that the committee was asked, and the committee that there is something to take.
func tellHomes(tx *store.Tx, rows []Collection) error {
	units := make([]int64, len(rows))
	for i, r := range rows {
		units[i] = r.UnitID
	}
	people, err := org.HomePeople(tx, units)
	if err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{rows[0].EstateID})
	if err != nil {
		return err
	}
	e := event.Fee{SubjectKind: "committee_collection", SubjectID: rows[0].ID, EstateID: rows[0].EstateID, EstateName: names[rows[0].EstateID], What: "collections_given", Due: rows[0].DueAt, At: tx.Now}
	if err := outbox.Append(tx, e); err != nil {
		return err
	}
	for _, r := range rows {
		if e.What, e.SubjectID, e.PersonIDs = "committee_asked", r.ID, people[r.UnitID]; len(e.PersonIDs) > 0 {
			if err := outbox.Append(tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// TakeCollection is a member's: they will speak with the unit. What has been paid, paused or sold meanwhile is taken off the list.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoTerm, ErrNotMember, ErrState.
func (s *Service) TakeCollection(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	gone := false
	done, err := s.act(ctx, actor, org.ActCommittee, "take a collection", func(tx *store.Tx) (int64, error) {
		x, _, me, err := seat(s, tx, actor, id, func(x *Collection) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if x.State != "open" || tx.Now.After(x.DueAt) {
			return 0, ErrState.Saying("这个任务已经有人认领，或不用再办，请刷新后再看")
		}
		still, err := s.stillOwing(tx, []Collection{*x})
		if err != nil {
			return 0, err
		}
		if gone = !still[x.ID]; gone {
			return x.ID, closed(tx, x.ID, "void")
		}
		if err := tx.Model(&Collection{}).Where("id = ?", x.ID).Updates(map[string]any{"state": "taken", "member_id": me.ID, "taken_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		return x.ID, note(tx, actor, "take_collection", "committee_collection", x.ID, x.EstateID, nil)
	})
	if err == nil && gone {
		return 0, ErrState.Saying("这一户现在不用去了：已经交了、暂缓、有异议或换了业主")
	}
	return done, err
}

// RecordCollection says what a member did with a unit that they took.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoTerm, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) RecordCollection(ctx context.Context, actor org.Actor, id int64, how, text string) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(CollectionWays[how] != "", "how", "请选择做了什么")
	c.Check(length(text, 2, 300), "text", "请写明情况（2至300个字），这一户会看到；不写金额和病情等私事")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "record a collection", func(tx *store.Tx) (int64, error) {
		x, _, me, err := seat(s, tx, actor, id, func(x *Collection) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if x.State != "taken" || x.MemberID != me.ID {
			return 0, ErrState.Saying("请先认领；别人认领的由认领的委员登记")
		}
		err = tx.Model(&Collection{}).Where("id = ?", x.ID).Updates(map[string]any{"state": "done", "live": nil, "how": how, "text": text, "closed_at": tx.Now}).Error
		if err != nil {
			return 0, err
		}
		return x.ID, note(tx, actor, "record_collection", "committee_collection", x.ID, x.EstateID, map[string]any{"how": how})
	})
}

func closed(tx *store.Tx, id int64, state string) error {
	return tx.Model(&Collection{}).Where("id = ? AND live IS NOT NULL", id).Updates(map[string]any{"state": state, "live": nil, "closed_at": tx.Now}).Error
}

// expireCollections closes what nobody did in time.
func (s *Service) expireCollections(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var late []Collection
		if err := tx.Where("state IN ? AND due_at < ?", []string{"open", "taken"}, tx.Now).Order("due_at").Limit(tickBatch).Find(&late).Error; err != nil {
			return err
		}
		for _, x := range late {
			if err := closed(tx, x.ID, "expired"); err != nil {
				return err
			}
			if err := note(tx, audit.System{}, "collection_expired", "committee_collection", x.ID, x.EstateID, nil); err != nil {
				return err
			}
		}
		n = len(late)
		return nil
	})
	return n, err
}
