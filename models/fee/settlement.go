package fee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Settlement is money that came to the bank from the payment provider (way wechat), which kept Cost of it, or out of the till (way cash).
// Serial is the bank's number of what came in.
type Settlement struct {
	EstateID  int64
	Way       string
	Amount    money.Fen // with what the provider kept
	Cost      money.Fen
	Serial    string
	SettledOn time.Time // the bank's day
	Reason    string
}

func (x *Settlement) check(now time.Time) error {
	x.Serial = strings.ReplaceAll(strings.TrimSpace(x.Serial), " ", "")
	today := org.DayOf(now)
	var c fault.Checks
	c.Check(x.Way == WeChat || x.Way == Cash, "way", "请选择微信支付结算，或现金存入银行")
	c.Check(x.Cost >= 0 && x.Cost < max(x.Amount, 1) && (x.Way == WeChat || x.Cost == 0), "cost", "手续费要小于结算的金额；现金存入银行不填")
	c.Check(x.Serial != "" && len(x.Serial) <= 64, "serial", "请填银行流水号，看回单或银行清单；不超过64个字符")
	c.Check(!x.SettledOn.After(today) && x.SettledOn.After(today.AddDate(-1, 0, 0)), "settled_on", "到账日期不能晚于今天，也不能早于一年前")
	return c.Err()
}

// ProposeSettlement puts before a second person that money came to the bank; Decide books it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrAmount, ErrSerial, fault.ErrInvalid.
func (s *Service) ProposeSettlement(ctx context.Context, actor org.Actor, x Settlement) (int64, error) {
	if err := x.check(s.db.Now()); err != nil {
		return 0, err
	}
	return s.Propose(ctx, actor, Proposal{Kind: Settle, EstateID: x.EstateID, Way: x.Way, Amount: x.Amount, Cost: x.Cost, Serial: x.Serial, SettledOn: x.SettledOn, Reason: x.Reason})
}

// settling is what keeps one number of the bank from being settled twice.
func settling(company int64, serial string) string {
	return fmt.Sprintf("%s/%d/%s", Settle, company, serial)
}

// weighSettle refuses more than is there, and money that was taken as somebody's payment.
func (c *Change) weighSettle(tx *store.Tx) error {
	var known []Payment
	err := tx.Where("company_id = ? AND way IN ? AND serial = ? AND state <> 'reversed'", c.CompanyID, []string{Bank, POS}, c.Serial).Limit(1).Find(&known).Error
	if err != nil {
		return err
	}
	if len(known) == 1 {
		return ErrSerial.Saying("这个流水号已经作为收款登记过，收据" + known[0].Number + "：请先把那一笔整笔退款冲销，再登记结算")
	}
	have, err := onHand(tx, c.CompanyID, c.EstateID, accounts[c.Way])
	if err == nil && c.Amount > have {
		err = ErrAmount.Saying(fmt.Sprintf("账上%s只有%s元，请核对", map[string]string{WeChat: "微信支付待结算的", Cash: "的现金"}[c.Way], have))
	}
	return err
}

// onHand is what a company's books have on an account of the estate; whatever was posted counts, also for a later day.
func onHand(tx *store.Tx, company, estate int64, code ledger.Code) (money.Fen, error) {
	list, err := ledger.Balances(tx, estate, ledger.FeesOf(company), []ledger.Code{code}, nil, calendar.DateOf(org.DayOf(tx.Now).AddDate(1, 0, 0)))
	return list[ledger.Key{Code: code}], err
}

// toBank books a settlement.
func (c *Change) toBank(tx *store.Tx, actor org.Actor) error {
	lines := []ledger.Line{{Key: ledger.Key{Code: ledger.FeeBank}, Amount: c.Amount - c.Cost}, {Key: ledger.Key{Code: accounts[c.Way]}, Amount: -c.Amount}}
	if c.Cost > 0 {
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FeeCost}, Amount: c.Cost})
	}
	j, err := ledger.Post(tx, actor, c.EstateID, ledger.FeesOf(c.CompanyID), ledger.Posting{Ref: fmt.Sprintf("change-%d", c.ID), Effective: date(*c.SettledOn), Source: c.source(), Lines: lines})
	if err == nil {
		c.JournalID = j.ID
	}
	return err
}

// settlement keeps a line of a bank's list out that is no payment of a resident's: it is known as a settlement, or it comes from WeChat's
// provider and is waited for, and a person has to look, for somebody may also have paid by a transfer from there.
func (s *Service) settlement(tx *store.Tx, imp *Import, x *Line, payer string) (bool, error) {
	if x.Way != Bank {
		return false, nil
	}
	var known []Change
	if err := tx.Where("live = ?", settling(imp.CompanyID, x.Serial)).Limit(1).Find(&known).Error; err != nil {
		return false, err
	}
	if len(known) == 1 {
		x.State, x.Result = "known", "是"+known[0].title()+"，不是业主交的"
		if known[0].EstateID != imp.EstateID || known[0].Amount-known[0].Cost != x.Amount {
			x.State, x.Result = "conflict", fmt.Sprintf("流水号和%s相同，到账的金额或小区不同，没有入账：请核对", known[0].title())
		}
		return true, ended(tx, x)
	}
	if !strings.Contains(payer, "财付通") && !strings.Contains(payer, "微信支付") || x.BillNumber != "" || x.UnitID != 0 {
		return false, nil
	}
	have, err := onHand(tx, imp.CompanyID, imp.EstateID, ledger.FeeWeChat)
	if err != nil || have < x.Amount {
		return false, err
	}
	x.State, x.Result = "payout", "付款方是微信支付，像是结算款，没有入账：请登记“结算到银行”；确实是业主交的由收费员收款登记"
	return true, ended(tx, x)
}
