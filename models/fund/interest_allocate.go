package fund

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of allocating.
var (
	ErrNothingHeld = fault.New(fault.Conflict, "fund.nothing_held", "计息期内没有一户的分户账有余额，无法分配；请核对计息期和期初余额")
	ErrMethod      = fault.New(fault.Conflict, "fund.interest_method", "本地规则“维修资金利息计入分户账的日期”要填“到账日”或“计息期末日”，请由住建局改好后再试算")
	ErrMoved       = fault.New(fault.Conflict, "fund.moved", "试算之后又记了计息期内的账，请重新试算后再复核")
)

// The choices of fund.interest_method: on which day the shares count in the sub-accounts.
const (
	onReceipt   = "到账日"
	onPeriodEnd = "计息期末日"
)

// WeighIncome works out each sub-account's share, for a second person to look at. It may be repeated until that person has approved. Where the
// books of the day on which the shares would count are closed, they count on the first day after the close.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrNothingHeld, ErrMethod, rulepack.ErrUnset (fund.interest_method).
func (s *Service) WeighIncome(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.fundAct(ctx, actor, org.KeepFund, "weigh income", func(tx *store.Tx) (int64, error) {
		in, _, err := ofKeeper(tx, actor, id, func(x *Income) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if in.State != "received" && in.State != "weighed" {
			return 0, ErrStage.Saying("这笔收益" + IncomeStates[in.State] + "，不能再试算")
		}
		if err := notImporting(tx, in.EstateID); err != nil {
			return 0, err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return 0, err
		}
		if in.Method, err = set.Text("fund.interest_method"); err != nil {
			return 0, err
		}
		switch in.Method {
		case onReceipt:
			in.EntersOn = &in.ReceivedOn
		case onPeriodEnd:
			in.EntersOn = &in.ToOn
		default:
			return 0, ErrMethod
		}
		b, err := ledger.FindBook(tx, in.EstateID, ledger.Fund)
		if err != nil {
			return 0, err
		}
		if closed := b.Closed(); !closed.Before(dateOf(*in.EntersOn)) { // what comes after the close is booked after it
			first := dayOf(closed.Add(1))
			in.EntersOn = &first
		}
		if in.SeenEntry, err = lastEntry(tx, in); err != nil {
			return 0, err
		}
		shares, err := in.weigh(tx)
		if err != nil {
			return 0, err
		}
		if len(shares) == 0 {
			return 0, ErrNothingHeld
		}
		if err := in.allocate(shares); err != nil {
			return 0, err
		}
		if err := tx.Where("income_id = ?", in.ID).Delete(&Share{}).Error; err != nil {
			return 0, err
		}
		if err := tx.CreateInBatches(shares, 500).Error; err != nil {
			return 0, err
		}
		in.State, in.WeighedBy, in.WeighedAt = "weighed", actor.PersonID, &tx.Now
		err = tx.Model(&Income{}).Where("id = ?", in.ID).Select("state", "method", "enters_on", "seen_entry", "shares", "parts", "weighed_by", "weighed_at").Updates(in).Error
		if err != nil {
			return 0, err
		}
		return in.ID, jot(tx, actor, "weigh_income", "fund_income", in.ID, in.EstateID, map[string]any{"shares": in.Shares, "method": in.Method})
	})
}

// lastEntry is the last entry on a sub-account of the estate that counts in the period of an income.
func lastEntry(tx *store.Tx, in *Income) (int64, error) {
	return ledger.LastEntry(tx, in.EstateID, ledger.Fund, subCodes, dateOf(in.ToOn))
}

// PostIncome books the shares as they were worked out, by another person than whoever did that: part by part, each a journal and a
// transaction of its own. Called again after it broke off, it goes on where it stopped.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrAnotherPerson, ErrStage, ErrMoved.
func (s *Service) PostIncome(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	if err := actor.Must(org.KeepFund); err != nil {
		return 0, err
	}
	for more := true; more; {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			in, _, err := ofKeeper(tx, actor, id, func(x *Income) int64 { return x.EstateID })
			if err != nil {
				return err
			}
			switch in.State {
			case "posted":
				more = false
				return nil
			case "received":
				return ErrStage.Saying("请先试算，再由另一个人复核")
			}
			if in.WeighedBy == actor.PersonID {
				return ErrAnotherPerson
			}
			if in.State == "weighed" {
				return in.approve(tx, actor)
			}
			return in.next(tx, actor)
		})
		if err != nil {
			return 0, fmt.Errorf("post income %d: %w", id, err)
		}
	}
	return id, nil
}

func (in *Income) approve(tx *store.Tx, actor org.Actor) error {
	last, err := lastEntry(tx, in)
	if err != nil {
		return err
	}
	if last != in.SeenEntry {
		return ErrMoved
	}
	b, err := ledger.FindBook(tx, in.EstateID, ledger.Fund)
	if err != nil {
		return err
	}
	if !b.Closed().Before(dateOf(*in.EntersOn)) {
		return ErrMoved.Saying("试算之后已经结账，请重新试算：会记在结账日之后的第一天，再由另一个人复核")
	}
	err = tx.Model(&Income{}).Where("id = ?", in.ID).Updates(map[string]any{"state": "posting", "approved_by": actor.PersonID, "approved_at": tx.Now}).Error
	if err != nil {
		return err
	}
	return jot(tx, actor, "approve_income", "fund_income", in.ID, in.EstateID, nil)
}

// next books the next part.
func (in *Income) next(tx *store.Tx, actor audit.Actor) error {
	if in.Done == in.Parts {
		return tx.Model(&Income{}).Where("id = ?", in.ID).Updates(map[string]any{"state": "posted", "finished_at": tx.Now}).Error
	}
	part := in.Done + 1
	var shares []Share
	if err := tx.Where("income_id = ? AND part = ?", in.ID, part).Order("id").Find(&shares).Error; err != nil {
		return err
	}
	lines, total := make([]ledger.Line, 0, len(shares)+1), money.Fen(0)
	for _, x := range shares {
		total += x.Amount
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: x.Code, UnitID: x.UnitID}, Amount: -x.Amount})
	}
	lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FundInterest}, Amount: total})
	from, to := dateOf(in.FromOn), dateOf(in.ToOn)
	_, err := ledger.Post(tx, actor, in.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("income-%d-%d", in.ID, part), Effective: dateOf(*in.EntersOn),
		Source: ledger.Source{Kind: "fund_income", ID: in.ID, Text: "银行回单 " + in.Slip}, Memo: fmt.Sprintf("%s（%s至%s，按余额和天数分配）", IncomeNames[in.Kind], short(from), short(to)), Lines: lines})
	if err != nil {
		return err
	}
	res := tx.Model(&Income{}).Where("id = ? AND done = ? AND state = 'posting'", in.ID, in.Done).Update("done", part)
	return store.MustAffect(res, ErrStage)
}

func short(d calendar.Date) string { return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day) }
