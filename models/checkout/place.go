package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const (
	// payWithin is how long an order may be paid.
	payWithin = 15 * time.Minute
	// maxOrdered is how many bills one order may have.
	maxOrdered = 60
)

// Placing is what a resident wants to pay: whole bills of one of their homes.
type Placing struct {
	UnitID    int64
	BillIDs   []int64
	ClientRef string
}

func (p *Placing) hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %v", p.UnitID, p.BillIDs))
	return hex.EncodeToString(sum[:])
}

func (p *Placing) check() error {
	slices.Sort(p.BillIDs)
	p.BillIDs = slices.Compact(p.BillIDs)
	var c fault.Checks
	c.Check(len(p.BillIDs) > 0 && len(p.BillIDs) <= maxOrdered, "bill_ids", fmt.Sprintf("请选择要交的账单，一次最多%d张", maxOrdered))
	c.Check(p.ClientRef != "" && len(p.ClientRef) <= 64, "client_ref", "付款要带提交编号，免得点两次付成两笔；请刷新页面后再提交")
	return c.Err()
}

// Place opens an order for the actor's own bills and signs it for the phone. The same reference, and the same bills while their order
// lives, answer the same order with fresh signatures. An order keeps nobody else from paying: what its bills no longer want when its
// money comes is paid ahead by the unit.
// Faults: org.ErrForbidden, fee.ErrUnit, fee.ErrNotFound, fee.ErrSettled, ErrOff, ErrLive, ErrDoubt, ErrRefReused, ErrBusy, fault.ErrInvalid.
func (s *Service) Place(ctx context.Context, actor org.Actor, p Placing) (*Placed, error) {
	if err := actor.Must(org.SeeBills); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if actor.OpenID == "" {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "unit_id", Reason: "请在微信小程序里付款"})
	}
	var o *Order
	err := s.DB.InTx(ctx, func(tx *store.Tx) (err error) {
		o, err = s.place(tx, actor, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("place order: %w", err)
	}
	if o.State == Created || o.State == Unknown {
		if err := s.prepay(ctx, actor.OpenID, o); err != nil {
			return nil, err
		}
	}
	return s.placed(ctx, o)
}

// place finds the order that the actor had opened before, or writes a new one.
func (s *Service) place(tx *store.Tx, actor org.Actor, p Placing) (*Order, error) {
	var before []Order
	if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, p.ClientRef).Limit(1).Find(&before).Error; err != nil {
		return nil, err
	}
	if len(before) > 0 {
		if before[0].InputHash != p.hash() {
			return nil, ErrRefReused
		}
		return &before[0], nil
	}
	q, err := fee.QuoteMine(tx, actor, p.UnitID, p.BillIDs)
	if err != nil {
		return nil, err
	}
	a, err := liveAccount(tx, q.EstateID, q.CompanyID)
	if err != nil {
		return nil, err
	}
	if old, err := inOrder(tx, actor, p); old != nil || err != nil {
		return old, err
	}
	if q.Total <= 0 || q.Total > money.Max {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "bill_ids", Reason: "金额太大，请分几次付"})
	}
	next := tx.Now.Add(wait(0))
	o := &Order{Number: numbered("F", tx.Now), AccountID: a.ID, EstateID: q.EstateID, CompanyID: q.CompanyID, UnitID: q.UnitID, PersonID: actor.PersonID, ClientRef: p.ClientRef, InputHash: p.hash(), Amount: q.Total,
		State: Created, ExpiresAt: tx.Now.Add(payWithin), NextAt: &next, CreatedAt: tx.Now}
	if err := tx.Create(o).Error; err != nil {
		return nil, store.Raced(err)
	}
	rows := make([]OrderBill, len(p.BillIDs))
	for i, id := range p.BillIDs {
		rows[i] = OrderBill{OrderID: o.ID, BillID: id, Live: &id}
	}
	if err := tx.Create(&rows).Error; err != nil {
		return nil, store.Raced(err)
	}
	return o, note(tx, actor, "order", "pay_order", o.ID, o.EstateID, map[string]any{"amount": int64(o.Amount), "bills": len(rows)})
}

// inOrder finds the live order that some of the bills are in: the actor's own with the very same bills is the one to go on with.
func inOrder(tx *store.Tx, actor org.Actor, p Placing) (*Order, error) {
	var list []Order
	err := tx.Distinct("pay_orders.*").Joins("JOIN pay_order_bills b ON b.order_id = pay_orders.id").Where("b.live IN ?", p.BillIDs).Limit(2).Find(&list).Error
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if slices.ContainsFunc(list, func(o Order) bool { return o.State == Doubt }) {
		return nil, ErrDoubt
	}
	if o := list[0]; len(list) == 1 && o.PersonID == actor.PersonID && o.InputHash == p.hash() && o.State != Closing {
		return &o, nil
	}
	return nil, ErrLive
}

// prepay has WeChat open an order. An answer that did not come says nothing: the same call again is the same order.
func (s *Service) prepay(ctx context.Context, openID string, o *Order) error {
	a, err := s.account(ctx, o.AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	id, failed := p.Prepay(ctx, Prepay{Number: o.Number, Amount: o.Amount, Description: "物业费 " + o.Number, OpenID: openID, Expires: o.ExpiresAt, NotifyURL: s.HookURL + a.Hook})
	change := map[string]any{"state": Ready, "prepay_id": id}
	if failed != nil {
		change = map[string]any{"state": Unknown}
		s.Log.WarnContext(ctx, "WeChat opened no order", "order", o.ID, "error", failed.Error())
	}
	var no *Refused
	refused := errors.As(failed, &no)
	if refused {
		change["failure"] = clip(no.Code, 200)
	}
	// Whatever came meanwhile, such as the payment itself, stands. The caller may have hung up; what WeChat said is kept nevertheless.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = s.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Order{}).Where("id = ? AND state IN ?", o.ID, []OrderState{Created, Unknown}).Updates(change).Error
	})
	if err != nil {
		return err
	}
	if refused { // it may still have been opened by a call before: the question says
		if err := s.ask(ctx, o.ID); err != nil {
			s.Log.WarnContext(ctx, "WeChat does not say what became of an order that it refused", "order", o.ID, "error", err.Error())
		}
	}
	return s.DB.View(ctx, func(tx *store.Tx) error { return tx.Where("id = ?", o.ID).Take(o).Error })
}

// placed adds to an order what the phone needs.
func (s *Service) placed(ctx context.Context, o *Order) (*Placed, error) {
	out := &Placed{Order: *o}
	err := s.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&OrderBill{}).Where("order_id = ?", o.ID).Order("bill_id").Pluck("bill_id", &out.BillIDs).Error
	})
	if err != nil || o.State != Ready || !o.ExpiresAt.After(s.DB.Now()) {
		return out, err
	}
	a, err := s.account(ctx, o.AccountID)
	if err != nil {
		return nil, err
	}
	p, err := s.provider(&a)
	if err != nil {
		return nil, err
	}
	out.Pay, err = p.Params(o.PrepayID, s.DB.Now())
	return out, err
}
