package assembly

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Order is a township's order to a committee to call a meeting by a day (guiding rules art. 51). When the day has passed without a notice,
// the community calls it in default.
type Order struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	CommitteeID int64 // org.Organisation
	TownshipID  int64
	Cause       Cause
	PetitionID  int64 // 0 for none
	Reason      string
	State       OrderState
	DueAt       time.Time
	RemindAt    *time.Time
	OverdueAt   *time.Time // when it was told that nothing came
	MetAt       *time.Time
	Pack        string
	IssuedBy    int64
	ClientRef   string
	InputHash   string
	At          time.Time
}

// TableName names the table.
func (Order) TableName() string { return "meeting_orders" }

// Cause is what the committee has not done.
type Cause string

// The causes of an order.
const (
	ForPetition Cause = "petition" // owners obliged it
	ForRegular  Cause = "regular"  // the rules of procedure call for a regular meeting
	ForTerm     Cause = "term"     // its term ends
)

// CauseNames are the causes as people read them.
var CauseNames = map[Cause]string{ForPetition: "业主联名提议够数，没有按期召集", ForRegular: "没有按议事规则召开定期会议", ForTerm: "任期届满，没有按期组织换届"}

// OrderState is where an order stands.
type OrderState string

// The states of an order.
const (
	Standing OrderState = "standing"
	Met      OrderState = "met"
	Overdue  OrderState = "overdue"
)

// OrderNames are the states as people read them.
var OrderNames = map[OrderState]string{Standing: "待业委会召集", Met: "已召集", Overdue: "逾期没有召集"}

// Faults of orders.
var (
	ErrOrder   = fault.New(fault.Conflict, "order.state", "现在不能责令召集，请核对")
	ErrNoOrder = fault.New(fault.NotFound, "order.not_found", "没有找到这份责令召集的通知")
)

// NewOrder is an order as the township gives it.
type NewOrder struct {
	EstateID   int64
	Cause      Cause
	PetitionID int64
	Reason     string
	FileIDs    []int64
	ClientRef  string
	InputHash  string
}

// Order orders the committee to call a meeting within the term that the bureau has entered; without such a term there is no order.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrNoPetition, ErrOrder, ErrRefReused, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Order(ctx context.Context, actor org.Actor, in NewOrder) (*Order, error) {
	if err := actor.Must(org.GuideMeetings); err != nil {
		return nil, err
	}
	var c fault.Checks
	c.Check(CauseNames[in.Cause] != "", "cause", "请选择责令的原因")
	c.Check((in.Cause == ForPetition) == (in.PetitionID != 0), "petition_id", "因联名提议责令的，请选择是哪一件提议；其他原因不用选")
	checkText(&c, "reason", &in.Reason, 4, 1000, "请写明事实和依据（4至1000个字）")
	c.Check(len(in.FileIDs) <= 10, "file_ids", "附件不超过10份")
	checkRef(&c, in.ClientRef)
	if err := c.Err(); err != nil {
		return nil, err
	}
	var o *Order
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		o, err = earlier(tx, "issued_by", actor.PersonID, in.ClientRef, in.InputHash, func(o *Order) string { return o.InputHash })
		if err != nil || o != nil {
			return err
		}
		e, err := org.EstateFor(tx, actor, org.GuideMeetings, in.EstateID)
		if err != nil {
			return err
		}
		if err := s.mayOrder(tx, e, in); err != nil {
			return err
		}
		o, err = s.insertOrder(tx, actor, e, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("order meeting: %w", err)
	}
	return o, nil
}

// mayOrder refuses an order for which nothing calls: no committee, an order that still runs, a petition that does not oblige, is answered,
// or has time left.
func (s *Service) mayOrder(tx *store.Tx, e *org.Estate, in NewOrder) error {
	if e.CommitteeID == 0 {
		return ErrOrder.Saying("这个小区没有业委会：首次会议由筹备组召集，不用责令")
	}
	var running int64
	if err := tx.Model(&Order{}).Where("estate_id = ? AND state = ? AND cause = ?", e.ID, Standing, in.Cause).Count(&running).Error; err != nil {
		return err
	}
	if running > 0 {
		return ErrOrder.Saying("同样原因的责令还没有到期，请等到期后再看")
	}
	if in.PetitionID == 0 {
		return nil
	}
	var p Petition
	if err := tx.ForUpdate().Where("id = ? AND estate_id = ?", in.PetitionID, e.ID).Take(&p).Error; err != nil {
		return store.NotFound(err, ErrNoPetition)
	}
	if p.State != Reached {
		return ErrOrder.Saying("这件联名提议还没有够数，不能据此责令")
	}
	done, err := noticed(tx, e.ID, OnPetition, p.ID)
	if err != nil {
		return err
	}
	if done {
		return ErrOrder.Saying("业委会已经按这件提议发出会议通知")
	}
	if p.DueAt == nil { // names the value that is missing
		set, _, err := s.law(tx, &Meeting{EstateID: e.ID, Session: Extraordinary}, tx.Now)
		if err != nil {
			return err
		}
		if err := p.start(set); err != nil {
			return err
		}
		if p.DueAt == nil {
			_, err := set.Int("meeting.petition_days")
			return err
		}
	}
	if !tx.Now.After(*p.DueAt) {
		return ErrOrder.Saying("业委会召集的期限到" + p.DueAt.In(shanghai).Format("1月2日") + "为止，还没有过")
	}
	return nil
}

func (s *Service) insertOrder(tx *store.Tx, actor org.Actor, e *org.Estate, in NewOrder) (*Order, error) {
	set, _, err := s.law(tx, &Meeting{EstateID: e.ID, Session: Extraordinary}, tx.Now)
	if err != nil {
		return nil, err
	}
	days, err := set.Int("meeting.order_days")
	if err != nil {
		return nil, err
	}
	due, remind := term(tx.Now, days)
	o := &Order{EstateID: e.ID, CommitteeID: e.CommitteeID, TownshipID: actor.OrganisationID(), Cause: in.Cause, PetitionID: in.PetitionID, Reason: in.Reason, State: Standing, DueAt: *due, RemindAt: remind,
		Pack: set.Stamp(), IssuedBy: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
	if o.Number, err = store.NextNumber(tx, "Z"); err != nil {
		return nil, err
	}
	if err := tx.Create(o).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.attach(tx, actor, in.FileIDs, "meeting_order", o.ID, e.ID); err != nil {
		return nil, err
	}
	if err := record(tx, actor, "meeting_order", o.ID, e.ID, "issue", map[string]any{"number": o.Number, "cause": o.Cause, "petition": o.PetitionID, "due": o.DueAt}); err != nil {
		return nil, err
	}
	return o, o.tell(tx, "order_issued")
}

func (o *Order) tell(tx *store.Tx, what string) error {
	return announce(tx, event.Preparing{What: what, SubjectID: o.ID, Number: o.Number, EstateID: o.EstateID, OfficeID: o.CommitteeID, Due: o.DueAt})
}

// OrderView is an order with its documents.
type OrderView struct {
	Order
	FileIDs []int64
}

// ListOrders pages through the orders of an estate, newest first.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListOrders(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]OrderView, error) {
	var list []OrderView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		var rows []Order
		if err := newest(tx, before).Where("estate_id = ?", e.ID).Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, o := range rows {
			list = append(list, OrderView{Order: o})
		}
		return attached(s, tx, "meeting_order", list, func(o *OrderView) (int64, *[]int64) { return o.ID, &o.FileIDs })
	})
	return list, err
}
