package fee

import (
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// weigh holds a change against what there is: a discount or write-off against what a bill still wants, a refund against what is held.
func (c *Change) weigh(tx *store.Tx) (*subject, error) {
	sub := &subject{}
	switch {
	case c.Kind == CancelRun:
		return sub, c.weighRun(tx)
	case c.Kind == EnterArrears:
		return sub, c.weighImport(tx)
	case c.Kind == Settle:
		return sub, c.weighSettle(tx)
	case c.Kind == Unsettle:
		_, err := c.settlement(tx)
		return sub, err
	case c.Kind.onBill():
		return sub, c.weighBill(tx, sub)
	case c.Kind.onPayment():
		sub.payment = &Payment{}
		if err := tx.Where("id = ?", c.PaymentID).Take(sub.payment).Error; err != nil {
			return nil, err
		}
		if c.Kind == AssignMoney {
			return sub, c.weighAssign(tx, sub)
		}
		return sub, c.weighPayment(tx, sub.payment)
	}
	if c.Way == WeChat {
		sub.payment = &Payment{}
		if err := tx.Where("id = ?", c.PaymentID).Take(sub.payment).Error; err != nil {
			return nil, err
		}
		if sub.payment.Kind != "payment" || sub.payment.State != "posted" || sub.payment.Way != WeChat {
			return nil, ErrState.Saying("这一笔不是微信支付，或已经退了")
		}
		if err := c.weighReturn(tx, sub.payment); err != nil {
			return nil, err
		}
	}
	if err := c.weighInvoices(tx, sub.payment); err != nil {
		return nil, err
	}
	have, err := spendable(tx, c, sub.payment)
	if err == nil && c.Amount > have {
		err = ErrAmount.Saying(fmt.Sprintf("这一户的预交款只有%s元", have))
		if sub.payment != nil {
			err = ErrAmount.Saying(fmt.Sprintf("交这笔款的业主的预交款只有%s元", have))
		}
	}
	return sub, err
}

func (c *Change) weighBill(tx *store.Tx, sub *subject) error {
	var bills []Bill
	if err := tx.Scopes(out).Where("fee_bills.id = ?", c.BillID).Find(&bills).Error; err != nil {
		return err
	}
	if len(bills) == 0 || bills[0].State == Withdrawn {
		return ErrState.Saying("这张账单还没有出完，或已经撤销")
	}
	list, err := owed(tx, bills)
	if err != nil {
		return err
	}
	sub.bill = &list[0]
	worth := sub.bill.Amount + sub.bill.Changed
	if c.Kind != Discount && c.Kind != WriteOff {
		if err := returning(tx, []int64{c.BillID}, "交这张账单的"); err != nil {
			return err
		}
	}
	switch c.Kind {
	case Unserved:
		var had int64
		if err := tx.Model(&Change{}).Select("COALESCE(SUM(months), 0)").Where("bill_id = ? AND kind = ? AND state = 'approved' AND id <> ?", c.BillID, Unserved, c.ID).Scan(&had).Error; err != nil {
			return err
		}
		if had > 0 { // nobody says which months they were: the same ones would go off twice
			return ErrAmount.Saying(fmt.Sprintf("这张账单已经扣减过%d个月没有服务的费用；确实还要再减的，请用“更正”写明是哪几个月", had))
		}
		if c.Months > sub.bill.Months {
			return ErrAmount.Saying(fmt.Sprintf("这张账单只有%d个月", sub.bill.Months))
		}
		if c.Amount, err = money.Share(sub.bill.Amount, c.Months, sub.bill.Months); err != nil {
			return err
		}
		fallthrough
	case Adjust:
		if c.Amount > worth {
			return ErrAmount.Saying(fmt.Sprintf("这张账单现在一共%s元，不能减得更多", worth))
		}
	case Discount, WriteOff:
		if c.Amount > sub.bill.Due() {
			return ErrAmount.Saying(fmt.Sprintf("这张账单还欠%s元，不能减得更多；已经交了的请用“更正”", sub.bill.Due()))
		}
	case CarryOver:
		if c.Amount = sub.bill.Paid; c.Amount <= 0 {
			return ErrAmount.Saying("这张账单上没有收到的钱")
		}
	case RefundAhead, DepositOut, Undo, AssignMoney, CancelRun, EnterArrears, Settle, Unsettle:
	}
	return nil
}

func (c *Change) weighPayment(tx *store.Tx, x *Payment) error {
	if x.Kind == "refund" || x.State == "reversed" || (x.Kind == "deposit") != (c.Kind == DepositOut) {
		return ErrState.Saying("这一笔不能这样退：押金请用“退押金”，缴费请用“退款”")
	}
	if x.Way == WeChat {
		if err := c.weighReturn(tx, x); err != nil {
			return err
		}
	}
	if c.Kind == DepositOut {
		rest, err := left(tx, x)
		if err == nil && c.Amount > rest {
			err = ErrAmount.Saying(fmt.Sprintf("这笔押金还剩%s元", rest))
		}
		return err
	}
	sum, err := invoiced(tx, x.ID)
	if err == nil && sum > 0 {
		err = ErrState.Saying(fmt.Sprintf("这笔收款开了%s元的发票还没有冲掉：请先到税务系统开红字发票或作废，在这笔收款上登记，再办退款", sum))
	}
	if err != nil || x.Prepaid == 0 {
		return err
	}
	have, err := spendable(tx, c, x)
	if err == nil && have < x.Prepaid {
		err = ErrSpent
	}
	return err
}

// carryOut does what was approved.
func (s *Service) carryOut(tx *store.Tx, actor org.Actor, c *Change) error {
	sub, err := c.weigh(tx)
	if err != nil {
		return err
	}
	switch c.Kind {
	case Discount, Adjust, Unserved, WriteOff:
		return s.line(tx, actor, c, sub.bill)
	case CarryOver:
		return s.toPrepaid(tx, actor, c, sub.bill, sub.bill.Paid)
	case RefundAhead:
		return s.payOut(tx, actor, c, sub.payment, ledger.FeePrepaid)
	case DepositOut:
		return s.payOut(tx, actor, c, sub.payment, ledger.FeeDeposit)
	case Undo:
		return s.takeBack(tx, actor, c, sub.payment)
	case AssignMoney:
		return s.assignTo(tx, actor, c, sub)
	case CancelRun:
		return c.beginCancel(tx, actor)
	case EnterArrears:
		return c.answerImport(tx, "running")
	case Settle:
		return c.toBank(tx, actor)
	case Unsettle:
		return c.fromBank(tx, actor)
	}
	return nil
}

// source is what the books say of a change: its number and never its reason, which may tell of a person and would stay for ever.
func (c *Change) source() ledger.Source {
	return ledger.Source{Kind: "fee_change", ID: c.ID, Text: c.title()}
}

func (c *Change) title() string { return fmt.Sprintf("%s，第%d号", ChangeNames[c.Kind], c.ID) }

// line changes a bill. What was paid beyond what it now wants is paid ahead.
func (s *Service) line(tx *store.Tx, actor org.Actor, c *Change, b *Owed) error {
	c.Effect = -c.Amount
	j, err := ledger.Post(tx, actor, c.EstateID, ledger.FeesOf(c.CompanyID), ledger.Posting{Ref: fmt.Sprintf("change-%d", c.ID), Effective: calendar.DateOf(tx.Now), Source: c.source(), Lines: pair(against(c.Kind), ledger.FeeReceivable, c.UnitID, c.Amount)})
	if err != nil {
		return err
	}
	c.JournalID = j.ID
	if over := c.Amount - b.Due(); over > 0 {
		return s.toPrepaid(tx, actor, c, b, over)
	}
	return nil
}

// toPrepaid turns an amount that was paid on a bill into what its unit has paid ahead.
func (s *Service) toPrepaid(tx *store.Tx, actor org.Actor, c *Change, b *Owed, amount money.Fen) error {
	j, err := ledger.Post(tx, actor, c.EstateID, ledger.FeesOf(c.CompanyID), ledger.Posting{Ref: fmt.Sprintf("change-%d-carry", c.ID), Effective: calendar.DateOf(tx.Now), Source: c.source(), Memo: "已交的转为预交",
		Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: b.UnitID}, Amount: amount}, {Key: ledger.Key{Code: ledger.FeePrepaid, UnitID: b.UnitID}, Amount: -amount}}})
	if err != nil {
		return err
	}
	if c.JournalID == 0 {
		c.JournalID = j.ID
	}
	return tx.Create(&Allocation{EstateID: c.EstateID, BillID: b.ID, UnitID: b.UnitID, ChangeID: c.ID, Source: "carried", Amount: -amount, At: tx.Now}).Error
}

// payOut gives money back from what is held for a unit. It leaves the till of whoever proposed it.
func (s *Service) payOut(tx *store.Tx, actor org.Actor, c *Change, of *Payment, from ledger.Code) error {
	x, err := s.goesBack(tx, c, of, c.Amount)
	if err != nil {
		return err
	}
	if of != nil && from == ledger.FeePrepaid {
		x.Prepaid = x.Amount // it is tied to a payment, and still comes from what is paid ahead
	}
	err = s.book(tx, actor, x, "refund", x.PaidOn, pair(accounts[x.Way], from, x.UnitID, x.Amount))
	c.JournalID = x.JournalID
	return err
}

// goesBack writes the receipt of a refund.
func (s *Service) goesBack(tx *store.Tx, c *Change, of *Payment, amount money.Fen) (*Payment, error) {
	p := Paying{EstateID: c.EstateID, UnitID: c.UnitID, Amount: -amount, Way: c.Way, PaidOn: org.DayOf(tx.Now), Note: clip(c.Reason, 200)}
	x, err := s.receive(tx, clerk{c.ProposedBy, c.PostID, c.CompanyID}, c.PostID, c.CompanyID, p, "refund")
	if errors.Is(err, ErrClosed) {
		err = ErrClosed.Saying("提出退款的收费员今天已经结账，请明天再批")
	}
	if err != nil {
		return nil, err
	}
	x.ChangeID = c.ID
	if of != nil {
		x.RefundsID = of.ID
	}
	return x, tx.Model(&Payment{}).Where("id = ?", x.ID).Updates(map[string]any{"change_id": x.ChangeID, "refunds_id": x.RefundsID}).Error
}

// takeBack reverses a payment: its bills want their money again.
func (s *Service) takeBack(tx *store.Tx, actor org.Actor, c *Change, x *Payment) error {
	var parts []Allocation
	if err := tx.Where("payment_id = ?", x.ID).Order("id").Find(&parts).Error; err != nil {
		return err
	}
	ids := make([]int64, len(parts))
	for i, a := range parts {
		ids[i] = a.BillID
		parts[i] = Allocation{EstateID: a.EstateID, BillID: a.BillID, UnitID: a.UnitID, PaymentID: a.PaymentID, ChangeID: c.ID, Source: "reversed", Amount: -a.Amount, At: tx.Now}
	}
	if err := uncarried(tx, x.ID); err != nil {
		return err
	}
	if err := s.unpaid(tx, ids, parts); err != nil {
		return err
	}
	back, err := s.goesBack(tx, c, x, x.Amount)
	if err != nil {
		return err
	}
	if err := s.reverse(tx, actor, c, x, back); err != nil {
		return err
	}
	if len(parts) > 0 {
		if err := tx.CreateInBatches(&parts, 400).Error; err != nil {
			return err
		}
	}
	if err := tx.Model(&Payment{}).Where("id = ?", x.ID).Update("state", "reversed").Error; err != nil {
		return err
	}
	c.JournalID = back.JournalID
	return settle(tx, ids...)
}

// reverse posts the opposite of what a payment did in the end. One that waited to be assigned did so in two journals.
func (s *Service) reverse(tx *store.Tx, actor org.Actor, c *Change, x, back *Payment) error {
	var journals []int64
	err := tx.Model(&ledger.Journal{}).Joins("JOIN ledger_books b ON b.id = ledger_journals.book_id").Where("b.estate_id = ? AND b.kind = ? AND b.holder_id = ? AND ledger_journals.ref IN ?", x.EstateID, ledger.Fee, x.CompanyID,
		[]string{fmt.Sprintf("payment-%d", x.ID), fmt.Sprintf("suspense-%d", x.ID), fmt.Sprintf("assigned-%d", x.ID)}).Order("ledger_journals.id DESC").Pluck("ledger_journals.id", &journals).Error
	if err != nil {
		return err
	}
	for i, id := range journals {
		j, err := ledger.Reverse(tx, actor, id, fmt.Sprintf("change-%d-%d", c.ID, i+1), c.title(), calendar.DateOf(tx.Now))
		if err != nil {
			return err
		}
		back.JournalID = j.ID
	}
	return tx.Model(&Payment{}).Where("id = ?", back.ID).Update("journal_id", back.JournalID).Error
}
