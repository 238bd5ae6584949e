package income

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Propose settles a period: its income and cost as the books have them, and the fund's share by the rule of the estate. A second try of the
// same period answers the first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrState, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Propose(ctx context.Context, actor org.Actor, estate int64, from, to calendar.Date) (*Settlement, error) {
	var out *Settlement
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.KeepIncome, estate)
		if err != nil {
			return err
		}
		var k fault.Checks
		k.Check(!from.IsZero(), "from", "请填开始日期")
		k.Check(!to.IsZero() && !to.Before(from) && to.Before(calendar.DateOf(tx.Now)), "to", "请填结束日期：不能早于开始日期，最晚昨天")
		if err := k.Err(); err != nil {
			return err
		}
		// The register's row is the gate: two periods that overlap are not proposed side by side.
		if err := tx.ForUpdate().Where("estate_id = ?", e.ID).Take(&org.Register{}).Error; err != nil {
			return err
		}
		var near []Settlement
		if err := tx.Where("estate_id = ? AND state <> ? AND from_on <= ? AND to_on >= ?", e.ID, Returned, day(to), day(from)).Order("id").Limit(1).Find(&near).Error; err != nil {
			return err
		}
		if len(near) == 1 {
			if out = &near[0]; out.FromOn.Equal(day(from)) && out.ToOn.Equal(day(to)) {
				return nil
			}
			return ErrState.Saying(fmt.Sprintf("这段时间和已经结算的%s至%s重叠", out.FromOn.Format("2006年1月2日"), out.ToOn.Format("2006年1月2日")))
		}
		x := Settlement{EstateID: e.ID, FromOn: day(from), ToOn: day(to), State: Proposed, ProposedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := x.follows(tx, Proposed, Approved, Paid); err != nil {
			return err
		}
		live := fmt.Sprintf("%d/%s", e.ID, from)
		x.Live = &live
		if err := s.reckon(tx, &x); err != nil {
			return err
		}
		if err := tx.Create(&x).Error; err != nil {
			return store.Raced(err)
		}
		out = &x
		return audit.Append(tx, actor, "income.settle", audit.Subject{Kind: "income_settlement", ID: x.ID, Estate: e.ID}, map[string]any{"net": x.Net(), "to_fund": x.ToFund})
	})
	return out, err
}

// reckon reads the period's figures from the books and takes the fund's share of what is left. Of a loss nothing goes to the fund.
func (s *Service) reckon(tx *store.Tx, x *Settlement) error {
	rows, err := ledger.Trial(tx, x.EstateID, ledger.Income, dateOf(x.FromOn), dateOf(x.ToOn))
	if err != nil {
		return err
	}
	for _, r := range rows {
		switch r.Code {
		case ledger.IncomeRevenue:
			x.Revenue = r.Credit - r.Debit
		case ledger.IncomeCost:
			x.Cost = r.Debit - r.Credit
		}
	}
	set, err := s.rules(tx, x.EstateID)
	if err != nil {
		return err
	}
	rate, err := set.Int("income.fund_rate")
	if err != nil {
		return err
	}
	v, err := set.Find("income.fund_rate")
	if err != nil {
		return err
	}
	x.Rate, x.Rule = rate, strings.TrimSpace(v.Title+" "+v.Article)
	x.ToFund, err = money.Share(max(0, x.Net()), x.Rate, 10_000)
	return err
}

// Decide approves a proposed settlement or sends it back with a reason; another person does so than who proposed it. An approval closes
// the books up to the period's last day, checks that they still say what was proposed, and owes the share to the fund.
// Faults: org.ErrForbidden, ErrNotFound, ErrSamePerson, ErrState, fault.ErrInvalid.
func (s *Service) Decide(ctx context.Context, actor org.Actor, id int64, approve bool, text string) error {
	text = strings.TrimSpace(text)
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		x, err := find[Settlement](tx.ForUpdate(), actor, org.ApproveIncome, id)
		if err != nil {
			return err
		}
		switch {
		case x.State != Proposed:
			return ErrState
		case x.ProposedBy == actor.PersonID:
			return ErrSamePerson
		case !approve && !length(text, 2, 200):
			return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "退回的，请写明原因（2至200个字）"})
		}
		change := map[string]any{"state": Returned, "text": text, "live": nil, "decided_by": actor.PersonID, "decided_at": tx.Now}
		if approve {
			change = map[string]any{"state": Approved, "decided_by": actor.PersonID, "decided_at": tx.Now}
			if err := s.approve(tx, actor, x); err != nil {
				return err
			}
		}
		if err := tx.Model(&Settlement{}).Where("id = ?", id).Updates(change).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.decide", audit.Subject{Kind: "income_settlement", ID: id, Estate: x.EstateID}, map[string]any{"approve": approve})
	})
}

// follows refuses a period while money of an earlier day is in no settlement of these states: a day that was left out would never be
// settled, and the fund would not get its share of it.
func (x *Settlement) follows(tx *store.Tx, states ...State) error {
	settled := tx.Table("income_settlements s").Select("1").Where("s.estate_id = l.estate_id AND s.from_on <= l.happened_on AND s.to_on >= l.happened_on AND s.state IN ?", states)
	var days []time.Time
	err := tx.Table("income_lines l").Where("l.estate_id = ? AND l.happened_on < ? AND NOT EXISTS (?)", x.EstateID, x.FromOn, settled).Order("l.happened_on").Limit(1).Pluck("l.happened_on", &days).Error
	if err == nil && len(days) == 1 {
		err = ErrState.Saying(fmt.Sprintf("%s的收支还没有结算：请先结算那一天起的时间", days[0].Format("2006年1月2日")))
	}
	return err
}

func (s *Service) approve(tx *store.Tx, actor org.Actor, x *Settlement) error {
	if err := ledger.Close(tx, actor, x.EstateID, ledger.Income, dateOf(x.ToOn)); err != nil {
		return err
	}
	if err := x.follows(tx, Approved, Paid); err != nil {
		return err
	}
	now := *x
	now.Revenue, now.Cost = 0, 0
	if err := s.reckon(tx, &now); err != nil {
		return err
	}
	if now.Revenue != x.Revenue || now.Cost != x.Cost || now.ToFund != x.ToFund {
		return ErrState.Saying("提出结算以后账上又有变动，数字已经不一样：请退回，重新提出结算")
	}
	if x.ToFund == 0 {
		return nil
	}
	_, err := ledger.Post(tx, actor, x.EstateID, ledger.Income, ledger.Posting{Ref: fmt.Sprintf("settlement-%d", x.ID), Effective: calendar.DateOf(tx.Now), Source: x.source(), Memo: "应转入维修资金",
		Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.IncomeRetained}, Amount: x.ToFund}, {Key: ledger.Key{Code: ledger.IncomeDueToFund}, Amount: -x.ToFund}}})
	return err
}

func (x *Settlement) source() ledger.Source {
	return ledger.Source{Kind: "income_settlement", ID: x.ID, Text: fmt.Sprintf("公共收益结算%s至%s，%s（万分之%d）", x.FromOn.Format("2006-01-02"), x.ToOn.Format("2006-01-02"), x.Rule, x.Rate)}
}

// PayOver records that the share arrived in the fund's account: out of the one books and into the other, where it waits to be allocated to
// the sub-accounts. Another person does so than who proposed the settlement.
// Faults: org.ErrForbidden, ErrNotFound, ErrSamePerson, ErrState, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) PayOver(ctx context.Context, actor org.Actor, id int64, on calendar.Date, bankRef string) error {
	bankRef = strings.TrimSpace(bankRef)
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		x, err := find[Settlement](tx.ForUpdate(), actor, org.ApproveIncome, id)
		if err != nil {
			return err
		}
		var k fault.Checks
		k.Check(!on.IsZero() && !calendar.DateOf(tx.Now).Before(on), "on", "请填银行转账的日期，不能是以后的日子")
		k.Check(length(bankRef, 4, 64), "bank_ref", "请填银行流水号（4至64个字）")
		if err := k.Err(); err != nil {
			return err
		}
		switch {
		case x.State == Paid && x.BankRef == bankRef:
			return nil
		case x.State != Approved || x.ToFund == 0:
			return ErrState
		case x.ProposedBy == actor.PersonID:
			return ErrSamePerson
		}
		// The register's row is the gate: one transfer does not pay for two periods.
		if err := tx.ForUpdate().Where("estate_id = ?", x.EstateID).Take(&org.Register{}).Error; err != nil {
			return err
		}
		var same int64
		if err := tx.Model(&Settlement{}).Where("estate_id = ? AND bank_ref = ?", x.EstateID, bankRef).Count(&same).Error; err != nil {
			return err
		}
		if same > 0 {
			return ErrState.Saying("这个银行流水号已经登记给另一期：请核对；每一期单独转账，填各自的流水号")
		}
		ref, source := fmt.Sprintf("settlement-%d-paid", x.ID), x.source()
		source.Text += "，银行流水号" + bankRef
		for _, p := range []struct {
			kind  ledger.Kind
			debit ledger.Code
			other ledger.Code
		}{{ledger.Income, ledger.IncomeDueToFund, ledger.IncomeBank}, {ledger.Fund, ledger.FundBank, ledger.FundInterest}} {
			_, err := ledger.Post(tx, actor, x.EstateID, p.kind, ledger.Posting{Ref: ref, Effective: on, Source: source, Memo: "公共收益转入维修资金",
				Lines: []ledger.Line{{Key: ledger.Key{Code: p.debit}, Amount: x.ToFund}, {Key: ledger.Key{Code: p.other}, Amount: -x.ToFund}}})
			if err != nil {
				return err
			}
		}
		if err := tx.Model(&Settlement{}).Where("id = ?", id).Updates(map[string]any{"state": Paid, "paid_by": actor.PersonID, "paid_on": day(on), "bank_ref": bankRef}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.pay_over", audit.Subject{Kind: "income_settlement", ID: id, Estate: x.EstateID}, map[string]any{"amount": x.ToFund})
	})
}
