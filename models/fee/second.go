package fee

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrPending says that the same waits for the second person.
var ErrPending = fault.New(fault.Conflict, "fee.pending", "同样的一件已经提出，正等另一人审批，不用再提")

// Assign proposes for what bills a payment was that nobody knew anything of; Decide gives it to them.
// Faults: org.ErrForbidden, ErrNotFound, ErrUnit, ErrState, ErrSettled, ErrTooMuch, ErrLeft, ErrPending, fault.ErrInvalid.
func (s *Service) Assign(ctx context.Context, actor org.Actor, payment int64, p Paying, reason string) (int64, error) {
	return s.Propose(ctx, actor, Proposal{Kind: AssignMoney, PaymentID: payment, UnitID: p.UnitID, BillIDs: p.BillIDs, Ahead: p.Prepay, Reason: reason})
}

// Cancel proposes to take a run back; once another person agrees it goes in parts, see Tick. What was paid on its bills must have been
// refunded, or carry says that it becomes what the units have paid ahead.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrPaid, ErrPending, fault.ErrInvalid.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, run int64, reason string, carry bool) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !length(reason, 4, 200) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明撤销的原因（4至200个字），业主会看到"})
	}
	return s.Propose(ctx, actor, Proposal{Kind: CancelRun, RunID: run, Ahead: carry, Reason: reason})
}

// proposeArrears puts a list of opening arrears before a second person. The caller holds the gate.
func (s *Service) proposeArrears(tx *store.Tx, actor org.Actor, imp *Import) error {
	c := &Change{EstateID: imp.EstateID, CompanyID: imp.CompanyID, Kind: EnterArrears, State: "proposed", ImportID: imp.ID, Amount: imp.Total, Reason: fmt.Sprintf("登记期初欠费%d笔", imp.RowsRead),
		ProposedBy: actor.PersonID, PostID: actor.Post.PostID, ProposedAt: tx.Now}
	return c.put(tx, actor)
}

// put writes a proposal; the same is open once.
func (c *Change) put(tx *store.Tx, actor org.Actor) error {
	live := fmt.Sprintf("%s/%d/%d/%d/%d", c.Kind, c.BillID, c.PaymentID, c.RunID, c.ImportID)
	if c.Kind == RefundAhead || c.Kind == DepositOut || c.Kind == Discount || c.Kind == Adjust || c.Kind == WriteOff {
		live += fmt.Sprintf("/%d/%d", c.UnitID, c.Amount)
	}
	if c.Kind == RefundAhead { // of one company, what several hold for a unit goes back from each
		live += fmt.Sprintf("/%d", c.CompanyID)
	}
	again := ErrPending
	switch c.Kind {
	case Settle:
		live, again = settling(c.CompanyID, c.Serial), ErrSerial
	case Unsettle:
		live = fmt.Sprintf("%s/%d", c.Kind, c.ReversesID)
	}
	c.Live = &live
	if err := tx.Create(c).Error; err != nil {
		return store.Duplicate(err, again)
	}
	return note(tx, actor, "propose", "fee_change", c.ID, c.EstateID, map[string]any{"kind": c.Kind, "amount": int64(c.Amount)})
}

// Bills are the bills that unclaimed money would go to.
func (c *Change) Bills() []int64 { return idsOf(c.BillIDs) }

// weighAssign finds the bills that unclaimed money would go to.
func (c *Change) weighAssign(tx *store.Tx, sub *subject) error {
	x := sub.payment
	if x.State != "suspense" {
		return ErrState.Saying("这笔款已经认领，或已经退了")
	}
	q := Paying{EstateID: x.EstateID, UnitID: c.UnitID, BillIDs: idsOf(c.BillIDs), Prepay: c.Ahead, Amount: x.Amount, Way: x.Way}
	var k fault.Checks
	if q.aimed(&k); len(k) > 0 {
		return k.Err()
	}
	bills, err := payable(tx, x.CompanyID, q)
	if err != nil {
		return err
	}
	if sub.parts, sub.left, err = spread(bills, q); err == nil && sub.left > 0 {
		err = serving(tx, x.CompanyID, x.EstateID)
	}
	return err
}

// assignTo gives unclaimed money to its bills.
func (s *Service) assignTo(tx *store.Tx, actor org.Actor, c *Change, sub *subject) error {
	x := sub.payment
	x.State, x.UnitID, x.Prepaid = "posted", c.UnitID, sub.left
	err := s.assign(tx, actor, x, ledger.FeeSuspense, sub.parts)
	c.JournalID = x.JournalID
	return err
}

// weighRun refuses to take a run back that is not done, or on which there is money that nobody said what to do with.
func (c *Change) weighRun(tx *store.Tx) error {
	var r Run
	if err := tx.Where("id = ?", c.RunID).Take(&r).Error; err != nil {
		return err
	}
	if r.State != Done {
		return ErrState.Saying("出账完成后才能撤销；已经在撤销的请等它完成")
	}
	c.Amount = r.Total
	bills := tx.Model(&Bill{}).Select("id").Where("run_id = ?", r.ID)
	if err := returning(tx, bills, "交这次账单的"); err != nil {
		return err
	}
	paid, err := paidOf(tx, r.ID)
	if err == nil && paid > 0 && !c.Ahead {
		err = ErrPaid.Saying(fmt.Sprintf("有%d张账单已经收了钱：请先退款，或者选择“已交的转为预交款”再撤销", paid))
	}
	return err
}

// beginCancel hands a run to the background, which takes it back in parts.
func (c *Change) beginCancel(tx *store.Tx, actor org.Actor) error {
	return tx.Model(&Run{}).Where("id = ?", c.RunID).Updates(map[string]any{"state": Cancelling, "cancelled_by": actor.PersonID, "cancel_post": actor.Post.PostID, "cancel_reason": c.Reason, "untold": false}).Error
}

func (c *Change) weighImport(tx *store.Tx) error {
	var imp Import
	if err := tx.Where("id = ?", c.ImportID).Take(&imp).Error; err != nil {
		return err
	}
	if imp.State != "proposed" {
		return ErrState
	}
	return serving(tx, imp.CompanyID, imp.EstateID)
}

func (c *Change) answerImport(tx *store.Tx, state string) error {
	return tx.Model(&Import{}).Where("id = ?", c.ImportID).Update("state", state).Error
}

// subject is what a change is about, as it stands now.
type subject struct {
	bill    *Owed
	payment *Payment
	parts   []Allocation // of what is assigned
	left    money.Fen
}
