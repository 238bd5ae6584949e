package checkout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// RefundStep says how far a refund is.
type RefundStep string

// The steps. Requested and Uncertain were not confirmed by WeChat; Unbooked has gone back and waits for the books to be put right.
const (
	Requested RefundStep = "requested"
	Sent      RefundStep = "sent"
	Uncertain RefundStep = "unknown"
	Unbooked  RefundStep = "unbooked"
	Given     RefundStep = "done"
	NotGiven  RefundStep = "failed"
)

// RefundNames in Chinese.
var RefundNames = map[RefundStep]string{Requested: "等待提交微信", Sent: "微信正在退款", Uncertain: "正在向微信核实", Unbooked: "已退，还没有入账", Given: "已退款，已入账", NotGiven: "没有退成"}

// Refund is money on its way back through WeChat. ChangeID is what two people decided; Number is what WeChat knows it by.
type Refund struct {
	ID            int64 `gorm:"primaryKey"`
	Number        string
	AccountID     int64
	EstateID      int64
	CompanyID     int64
	OrderID       int64
	ChangeID      int64
	TransactionID string
	Amount        money.Fen
	Total         money.Fen // of the payment
	State         RefundStep
	RefundID      string // WeChat's number
	AcceptedAt    *time.Time
	Tries         int
	NextAt        *time.Time
	PaymentID     int64 // the refund's receipt
	Failure       string
	CreatedAt     time.Time
	EndedAt       *time.Time
}

// TableName names the table.
func (Refund) TableName() string { return "pay_refunds" }

// errNoAccount says that a payment was not made through an account of ours.
var errNoAccount = fault.New(fault.Conflict, "pay.no_account", "这笔款不是通过本小区开通的微信支付收的，不能从微信退")

// send writes an approved refund down in the transaction that approves it; Tick carries it to WeChat.
func (s *Service) send(tx *store.Tx, actor audit.Actor, c *fee.Change) error {
	var x fee.Payment
	if err := tx.Where("id = ?", c.PaymentID).Take(&x).Error; err != nil {
		return err
	}
	r := &Refund{Number: numbered("R", tx.Now), EstateID: c.EstateID, CompanyID: c.CompanyID, ChangeID: c.ID, Amount: c.Amount, Total: x.Amount, State: Requested, NextAt: &tx.Now, CreatedAt: tx.Now}
	var orders []Order
	if err := tx.Where("payment_id = ?", x.ID).Limit(1).Find(&orders).Error; err != nil {
		return err
	}
	var found []Difference // money that no order was for, and that a person had booked
	if len(orders) == 0 {
		if err := tx.Where("estate_id = ? AND payment_id = ? AND payment_id <> 0", x.EstateID, x.ID).Limit(1).Find(&found).Error; err != nil {
			return err
		}
	}
	switch {
	case len(orders) > 0:
		r.AccountID, r.OrderID, r.TransactionID = orders[0].AccountID, orders[0].ID, *orders[0].TransactionID
	case len(found) > 0:
		r.AccountID, r.TransactionID = found[0].AccountID, found[0].TransactionID
	default:
		return errNoAccount
	}
	if err := tx.Create(r).Error; err != nil {
		return store.Duplicate(err, ErrState)
	}
	return note(tx, actor, "refund", "pay_refund", r.ID, r.EstateID, map[string]any{"amount": int64(r.Amount)})
}

// carry brings a refund to WeChat, or asks what became of it. The number makes a second request the same refund.
func (s *Service) carry(ctx context.Context, id int64) error {
	var r Refund
	err := s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ?", id).Take(&r).Error; err != nil {
			return err
		}
		if r.NextAt == nil || r.NextAt.After(tx.Now) {
			r.NextAt = nil // somebody else was faster
			return nil
		}
		return tx.Model(&Refund{}).Where("id = ?", id).Updates(map[string]any{"next_at": tx.Now.Add(wait(r.Tries)), "tries": r.Tries + 1}).Error
	})
	if err != nil || r.NextAt == nil {
		return err
	}
	a, err := s.account(ctx, r.AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	got, err := s.inquire(ctx, p, &a, &r)
	if err != nil || got == nil {
		return err
	}
	return s.take(ctx, &a, id, got)
}

// inquire requests a refund that WeChat has not confirmed, and asks for one that it has. nil says that nothing is known yet.
func (s *Service) inquire(ctx context.Context, p Provider, a *Account, r *Refund) (*Refunded, error) {
	if r.State != Requested && r.State != Uncertain {
		return p.QueryRefund(ctx, r.Number)
	}
	got, err := p.Refund(ctx, Refunding{Number: r.Number, TransactionID: r.TransactionID, Amount: r.Amount, Total: r.Total, NotifyURL: s.HookURL + a.Hook})
	if err == nil {
		return got, nil
	}
	var no *Refused
	if !errors.As(err, &no) {
		s.uncertain(ctx, r.ID)
		return nil, fmt.Errorf("refund %d: %w", r.ID, err)
	}
	got, asked := p.QueryRefund(ctx, r.Number) // a clear no stands when WeChat knows of no such refund either
	switch {
	case !errors.Is(asked, ErrNoSuch):
		return got, asked
	case passing[no.Code]:
		return nil, fmt.Errorf("refund %d: %w", r.ID, err)
	}
	return &Refunded{Number: r.Number, State: RefundClosed, RefundID: no.Code, Amount: r.Amount}, nil
}

// passing are refusals that time, or the merchant, mends: too little on the account, too many requests.
var passing = map[string]bool{"NOT_ENOUGH": true, "FREQUENCY_LIMITED": true, "RATELIMIT_EXCEEDED": true, "SYSTEM_ERROR": true}

func (s *Service) uncertain(ctx context.Context, id int64) {
	err := s.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Refund{}).Where("id = ? AND state = ?", id, Requested).Update("state", Uncertain).Error
	})
	if err != nil {
		s.Log.WarnContext(ctx, "a refund's state was not kept", "refund", id, "error", err.Error())
	}
}

// conclude takes what WeChat says of a refund. It is booked when the money has gone back, through the fees; where the books have changed
// so that they do not take it, it waits for a person to put them right and is tried again. The caller holds the gate.
func (s *Service) conclude(tx *store.Tx, a *Account, r *Refund, got *Refunded) (outcome string, err error) {
	if r.State == Given || r.State == NotGiven {
		if r.State == NotGiven && got.State == RefundDone {
			return differs, refundDiffers(tx, a, r, got, "我们记着没有退成，微信说已经退了")
		}
		return repeated, nil
	}
	if got.Amount != r.Amount || got.TransactionID != "" && got.TransactionID != r.TransactionID {
		return differs, refundDiffers(tx, a, r, got, fmt.Sprintf("微信退了%s元，应退%s元", got.Amount, r.Amount))
	}
	change := map[string]any{"refund_id": clip(got.RefundID, 64), "state": Sent}
	if !got.AcceptedAt.IsZero() {
		change["accepted_at"] = got.AcceptedAt
	}
	outcome = noted
	switch got.State {
	case RefundWaits:
	case RefundAbnormal:
		if err := refundDiffers(tx, a, r, got, "银行没有收下退款：请到微信商户平台处理这笔退款，处理好会自动入账"); err != nil {
			return "", err
		}
		outcome = differs
	case RefundClosed:
		if _, err := s.Fees.Returned(tx, r.ChangeID, false, "微信没有退成："+got.RefundID); err != nil {
			return "", err
		}
		change["state"], change["next_at"], change["ended_at"], change["failure"] = NotGiven, nil, tx.Now, clip(got.RefundID, 200)
	case RefundDone:
		outcome = booked
		x, err := s.returned(tx, r)
		var why *fault.Fault
		switch {
		case errors.As(err, &why):
			change["state"], change["failure"] = Unbooked, clip(why.Error(), 200)
			if err := refundDiffers(tx, a, r, got, "钱已经退了，账上还入不了："+fault.Of(err).Message); err != nil {
				return "", err
			}
			outcome = differs
		case err != nil:
			return "", err
		default:
			change["state"], change["next_at"], change["ended_at"], change["payment_id"], change["failure"] = Given, nil, tx.Now, x, ""
		}
		if r.AcceptedAt == nil && got.AcceptedAt.IsZero() {
			change["accepted_at"] = tx.Now
		}
	}
	return outcome, tx.Model(&Refund{}).Where("id = ?", r.ID).Updates(change).Error
}

// returned books a refund; what it had begun before a fault is undone, and the transaction goes on.
func (s *Service) returned(tx *store.Tx, r *Refund) (payment int64, err error) {
	tx.SavePoint("returned")
	x, err := s.Fees.Returned(tx, r.ChangeID, true, "")
	if err != nil {
		tx.RollbackTo("returned")
		return 0, err
	}
	if x == nil { // it was booked before
		var id int64
		return id, tx.Model(&fee.Payment{}).Where("refunds_id <> 0 AND change_id = ?", r.ChangeID).Limit(1).Pluck("id", &id).Error
	}
	return x.ID, nil
}

// ListRefunds pages through an estate's refunds, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRefunds(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Refund, error) {
	return listed[Refund](ctx, s, actor, estate, before, limit, "")
}

// ListOrders pages through an estate's orders, newest first; those of one state if it is not empty.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListOrders(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]Order, error) {
	return listed[Order](ctx, s, actor, estate, before, limit, state)
}
