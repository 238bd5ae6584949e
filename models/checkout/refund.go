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
	"github.com/linli-city/linli/models/store"
)

// RefundStep says how far a refund is.
type RefundStep string

// The steps. Requested and Uncertain were not confirmed by WeChat, and an answer to Uncertain may be lost; Withdrawn is not requested any
// more and ends once WeChat is sure to have none; Unbooked has gone back and waits for the books to be put right.
const (
	Requested RefundStep = "requested"
	Sent      RefundStep = "sent"
	Uncertain RefundStep = "unknown"
	Withdrawn RefundStep = "withdrawn"
	Unbooked  RefundStep = "unbooked"
	Given     RefundStep = "done"
	NotGiven  RefundStep = "failed"
)

// RefundNames in Chinese.
var RefundNames = map[RefundStep]string{Requested: "等待提交微信", Sent: "微信正在退款", Uncertain: "正在向微信核实", Withdrawn: "正在撤回，等微信确认没有退出", Unbooked: "已退，还没有入账", Given: "已退款，已入账", NotGiven: "没有退成"}

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
	DeniedAt      *time.Time // since when WeChat has said that it knows of none
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
		change := map[string]any{"next_at": tx.Now.Add(wait(r.Tries)), "tries": r.Tries + 1}
		if r.State == Requested { // a call whose answer does not come, even because this process ends, leaves it uncertain
			change["state"] = Uncertain
		}
		return tx.Model(&Refund{}).Where("id = ?", id).Updates(change).Error
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
	code := "已撤回"
	switch r.State {
	case Requested, Uncertain:
		got, err := p.Refund(ctx, Refunding{Number: r.Number, TransactionID: r.TransactionID, Amount: r.Amount, Total: r.Total, NotifyURL: s.HookURL + a.Hook})
		if err == nil {
			return got, nil
		}
		var no *Refused
		if !errors.As(err, &no) {
			return nil, errors.Join(fmt.Errorf("refund %d: %w", r.ID, err), s.change(ctx, r.ID, Uncertain, map[string]any{"denied_at": nil}))
		}
		code = no.Code
	case Withdrawn:
	default:
		return p.QueryRefund(ctx, r.Number)
	}
	got, err := p.QueryRefund(ctx, r.Number) // a clear no stands when WeChat knows of no such refund either
	if !errors.Is(err, ErrNoSuch) {
		return got, err
	}
	return s.denied(ctx, r, code)
}

// passing are refusals that time, or the merchant, mends: too little on the account, too many requests.
var passing = map[string]bool{"NOT_ENOUGH": true, "FREQUENCY_LIMITED": true, "RATELIMIT_EXCEEDED": true, "SYSTEM_ERROR": true}

// lag is how long WeChat may say that it knows of no refund that it has taken.
const lag = 5 * time.Minute

// denied ends a refund that WeChat refuses and does not know. Where an answer may be lost it has to say so twice, some minutes apart. What
// passes is tried again until a person withdraws it.
func (s *Service) denied(ctx context.Context, r *Refund, code string) (*Refunded, error) {
	now := s.DB.Now()
	no := &Refunded{Number: r.Number, State: RefundClosed, RefundID: code, Amount: r.Amount}
	switch {
	case passing[code] && r.State == Requested:
		return nil, s.change(ctx, r.ID, Uncertain, map[string]any{"state": Requested, "failure": code})
	case r.State == Requested:
		return no, nil
	case r.DeniedAt == nil:
		return nil, s.change(ctx, r.ID, r.State, map[string]any{"denied_at": now, "failure": code})
	case now.Before(r.DeniedAt.Add(lag)) || passing[code]:
		return nil, nil
	}
	return no, nil
}

// change keeps what a call told of a refund that is still as it was then.
func (s *Service) change(ctx context.Context, id int64, was RefundStep, what map[string]any) error {
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Refund{}).Where("id = ? AND state = ?", id, was).Updates(what).Error
	})
}

// conclude takes what WeChat says of a refund. It is booked when the money has gone back, through the fees, even one that WeChat had
// denied before; where the books have changed so that they do not take it, it waits for a person to put them right and is tried again. The
// caller holds the gate.
func (s *Service) conclude(tx *store.Tx, a *Account, r *Refund, got *Refunded) (outcome string, err error) {
	if r.State == Given || r.State == NotGiven && got.State != RefundDone {
		return repeated, nil
	}
	if got.Amount != r.Amount || got.TransactionID != "" && got.TransactionID != r.TransactionID {
		return differs, refundDiffers(tx, a, r, got, "amount", fmt.Sprintf("微信退了%s元，应退%s元", got.Amount, r.Amount))
	}
	change := map[string]any{"refund_id": clip(got.RefundID, 64), "state": Sent, "denied_at": nil}
	if !got.AcceptedAt.IsZero() {
		change["accepted_at"] = got.AcceptedAt
	}
	outcome = noted
	switch got.State {
	case RefundWaits:
	case RefundAbnormal:
		if err := refundDiffers(tx, a, r, got, "abnormal", "银行没有收下退款：请到微信商户平台处理这笔退款，处理好会自动入账"); err != nil {
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
			change["state"], change["failure"], change["next_at"], change["ended_at"] = Unbooked, clip(why.Error(), 200), tx.Now.Add(wait(r.Tries)), nil
			if err := refundDiffers(tx, a, r, got, "unbooked", "钱已经退了，账上还入不了："+fault.Of(err).Message); err != nil {
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
