package assembly

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Debtor is an owner set of which the convener says, with evidence, that it owes fees. Debtors vote like everybody: their ballots are
// taken and the result counts them. Where a frozen clause of the estate limits them, it is shown beside what the result would be without
// the list as it stands: confirmed by a second person, and free of an objection that nobody has answered.
type Debtor struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	OwnerSetID  int64
	UnitID      int64
	Owed        string // what, since when
	State       string // entered, confirmed, dropped
	EnteredBy   int64
	EnteredAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	Objection   string
	ObjectedBy  int64
	ObjectedAt  *time.Time
	Answer      string
	AnsweredBy  int64
	AnsweredAt  *time.Time
	ClientRef   string
	InputHash   string
}

// TableName names the table.
func (Debtor) TableName() string { return "meeting_debtors" }

// Debt is an entry of the list.
type Debt struct {
	UnitID    int64
	Owed      string
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// Faults of the list of debtors.
var (
	ErrNoDebtClause = fault.New(fault.Conflict, "debtor.no_clause", "议事规则和管理规约没有限制欠费业主表决的条款：欠费的业主照常投票，不需要名单")
	ErrNoDebtor     = fault.New(fault.NotFound, "debtor.not_found", "欠费名单上没有这一户")
	ErrDebtor       = fault.New(fault.Conflict, "debtor.state", "这一户在名单上的情况已经变了，请刷新后再看")
)

// mostDebtors bounds the list.
const mostDebtors = 5000

// EnterDebtor puts the owners of a unit on the list of a meeting, before the roll is frozen.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoDebtClause, ErrDebtor, ErrRefReused, org.ErrUnitNotFound, fault.ErrInvalid.
func (s *Service) EnterDebtor(ctx context.Context, actor org.Actor, id int64, in Debt) (*Debtor, error) {
	var c fault.Checks
	checkText(&c, "owed", &in.Owed, 4, 200, "请写明欠什么费、从什么时候起、欠多少（4至200个字）")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 10, "file_ids", "请附上欠费的凭据（1至10份），例如账单、催缴记录")
	checkRef(&c, in.ClientRef)
	if err := c.Err(); err != nil {
		return nil, err
	}
	var row *Debtor
	err := s.debtors(ctx, actor, id, []State{Draft, Posted}, func(tx *store.Tx, m *Meeting) (err error) {
		if row, err = earlier(tx, "entered_by", actor.PersonID, in.ClientRef, in.InputHash, func(d *Debtor) string { return d.InputHash }); err != nil || row != nil {
			return err
		}
		set, _, err := s.law(tx, m, tx.Now)
		if err != nil {
			return err
		}
		if t, err := termsOf(set, m.Session == First); err != nil {
			return err
		} else if !t.limitsDebtors() {
			return ErrNoDebtClause
		}
		var held org.Ownership
		if err := tx.Where("current_unit = ? AND estate_id = ?", in.UnitID, m.EstateID).Take(&held).Error; err != nil {
			return store.NotFound(err, org.ErrUnitNotFound)
		}
		row = &Debtor{MeetingID: m.ID, EstateID: m.EstateID, OwnerSetID: held.OwnerSetID, UnitID: in.UnitID, Owed: in.Owed, State: "entered", EnteredBy: actor.PersonID, EnteredAt: tx.Now, ClientRef: in.ClientRef, InputHash: in.InputHash}
		if err := tx.Create(row).Error; err != nil {
			return store.Duplicate(err, ErrDebtor.Saying("这一户的业主已经在名单上"))
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, "document", "debtor", row.ID, m.EstateID); err != nil {
			return err
		}
		return note(tx, actor, m, "enter_debtor", map[string]any{"debtor": row.ID})
	})
	return row, err
}

// ConfirmDebtor says that an entry is what its evidence says, by another person than who entered it; the owners are told, and may object.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoDebtor, ErrDebtor, ErrSamePerson.
func (s *Service) ConfirmDebtor(ctx context.Context, actor org.Actor, id, debtor int64) (*Debtor, error) {
	return s.changeDebtor(ctx, actor, id, debtor, []State{Draft, Posted, Frozen}, "confirm_debtor", func(tx *store.Tx, m *Meeting, d *Debtor) error {
		switch {
		case d.State != "entered":
			return ErrDebtor
		case d.EnteredBy == actor.PersonID:
			return ErrSamePerson.Saying("登记欠费的人不能自己核对，请由另一个人对照凭据核对")
		}
		d.State, d.ConfirmedBy, d.ConfirmedAt = "confirmed", actor.PersonID, &tx.Now
		return s.tellDebtor(tx, m, d, "debtor")
	})
}

// DropDebtor takes an entry off the list, with the reason: paid, or entered by mistake. It stays on record.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoDebtor, ErrDebtor, fault.ErrInvalid.
func (s *Service) DropDebtor(ctx context.Context, actor org.Actor, id, debtor int64, reason string) (*Debtor, error) {
	var c fault.Checks
	checkText(&c, "text", &reason, 4, 500, "请写明为什么划去（4至500个字），例如已经交清")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeDebtor(ctx, actor, id, debtor, []State{Draft, Posted, Frozen, Noticed, Closed}, "drop_debtor", func(tx *store.Tx, m *Meeting, d *Debtor) error {
		if d.State == "dropped" {
			return ErrDebtor
		}
		told := d.State == "confirmed"
		d.State, d.Answer, d.AnsweredBy, d.AnsweredAt = "dropped", reason, actor.PersonID, &tx.Now
		if !told {
			return nil
		}
		return s.tellDebtor(tx, m, d, "debtor_answered")
	})
}

// tellDebtor tells the owners of an entry, those without an account by the roster's phone.
func (s *Service) tellDebtor(tx *store.Tx, m *Meeting, d *Debtor, what string) error {
	all, err := holdings(tx, []int64{d.OwnerSetID})
	if err != nil {
		return err
	}
	h := all[d.OwnerSetID]
	roster, err := withoutAccount(tx, []holding{h})
	if err != nil {
		return err
	}
	people := h.others(0)
	for _, o := range h.owners {
		if roster[o.ID] {
			people = append(people, -o.ID)
		}
	}
	estate, err := estateName(tx, m)
	if err != nil || len(people) == 0 {
		return err
	}
	return outbox.Append(tx, event.SeatTold{Assembly: m.eventOf(estate, tx.Now), What: what, PersonIDs: people})
}

// debtors runs a step of the convener's on the list of a meeting in some states.
func (s *Service) debtors(ctx context.Context, actor org.Actor, id int64, in []State, f func(*store.Tx, *Meeting) error) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if !m.convenedBy(actor) {
			return ErrNotConvener
		}
		if err := m.in(in...); err != nil {
			return err
		}
		return f(tx, m)
	})
	if err != nil {
		return fmt.Errorf("list of debtors: %w", err)
	}
	return nil
}

func (s *Service) changeDebtor(ctx context.Context, actor org.Actor, id, debtor int64, in []State, verb string, f func(*store.Tx, *Meeting, *Debtor) error) (*Debtor, error) {
	var d Debtor
	err := s.debtors(ctx, actor, id, in, func(tx *store.Tx, m *Meeting) error {
		return d.change(tx, actor, m, debtor, verb, f)
	})
	return &d, err
}

func (d *Debtor) change(tx *store.Tx, actor org.Actor, m *Meeting, id int64, verb string, f func(*store.Tx, *Meeting, *Debtor) error) error {
	if err := tx.Where("id = ? AND meeting_id = ?", id, m.ID).Take(d).Error; err != nil {
		return store.NotFound(err, ErrNoDebtor)
	}
	if err := f(tx, m, d); err != nil {
		return err
	}
	if err := tx.Model(&Debtor{}).Where("id = ?", d.ID).Select("state", "confirmed_by", "confirmed_at", "objection", "objected_by", "objected_at", "answer", "answered_by", "answered_at").Updates(d).Error; err != nil {
		return err
	}
	return note(tx, actor, m, verb, map[string]any{"debtor": d.ID, "state": d.State})
}
