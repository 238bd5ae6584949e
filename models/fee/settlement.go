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
	FromOn    time.Time // the days of the provider's bills that it pays out; zero where nobody knows
	ToOn      time.Time
	Reason    string
}

// ErrDays says that the provider's bills of some days are settled.
var ErrDays = fault.New(fault.Conflict, "fee.days_settled", "这几天的微信结算款已经登记过，请核对日期")

// maxSettled is of how many days one settlement may be.
const maxSettled = 92

func (x *Settlement) check(now time.Time) error {
	x.Serial = strings.ReplaceAll(strings.TrimSpace(x.Serial), " ", "")
	today := org.DayOf(now)
	var c fault.Checks
	c.Check(x.Way == WeChat || x.Way == Cash, "way", "请选择微信支付结算，或现金存入银行")
	c.Check(x.Cost >= 0 && x.Cost < max(x.Amount, 1) && (x.Way == WeChat || x.Cost == 0), "cost", "手续费要小于结算的金额；现金存入银行不填")
	c.Check(x.Serial != "" && len(x.Serial) <= 64, "serial", "请填银行流水号，看回单或银行清单；不超过64个字符")
	c.Check(x.FromOn.IsZero() && x.ToOn.IsZero() || x.Way == WeChat && !x.FromOn.IsZero() && !x.ToOn.Before(x.FromOn) && !x.ToOn.After(x.SettledOn) && x.ToOn.Sub(x.FromOn) < maxSettled*24*time.Hour, "from",
		fmt.Sprintf("是哪几天的微信账单，起止都要填，不晚于到账日期，一次最多%d天；不清楚的都不填", maxSettled))
	c.Check(!x.SettledOn.After(today) && x.SettledOn.After(today.AddDate(-1, 0, 0)), "settled_on", "到账日期不能晚于今天，也不能早于一年前")
	return c.Err()
}

// ProposeSettlement puts before a second person that money came to the bank; Decide books it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrAmount, ErrSerial, fault.ErrInvalid.
func (s *Service) ProposeSettlement(ctx context.Context, actor org.Actor, x Settlement) (int64, error) {
	if err := x.check(s.db.Now()); err != nil {
		return 0, err
	}
	return s.Propose(ctx, actor, x.proposal())
}

func (x *Settlement) proposal() Proposal {
	p := Proposal{Kind: Settle, EstateID: x.EstateID, Way: x.Way, Amount: x.Amount, Cost: x.Cost, Serial: x.Serial, SettledOn: x.SettledOn, Reason: x.Reason}
	if !x.FromOn.IsZero() {
		p.FromOn, p.ToOn = &x.FromOn, &x.ToOn
	}
	return p
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
	if c.FromOn != nil {
		others, err := settledDays(tx, c.CompanyID, c.EstateID, *c.FromOn, *c.ToOn)
		if err != nil {
			return err
		}
		for _, x := range others {
			if x.ID != c.ID {
				return ErrDays.Saying(fmt.Sprintf("%s至%s的微信结算款已经在第%d号登记，请核对日期；同几天分几次到账的，后面的不填日期", x.FromOn.Format("1月2日"), x.ToOn.Format("1月2日"), x.ID))
			}
		}
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
	if err != nil {
		return err
	}
	c.JournalID = j.ID
	// A list that came first had to wait for it.
	return tx.Model(&Line{}).Where("serial = ? AND way = ? AND amount = ? AND state IN ('payout', 'unsettled') AND import_id IN (?)", c.Serial, Bank, c.Amount-c.Cost, tx.Model(&Import{}).Select("id").Where("estate_id = ? AND company_id = ?", c.EstateID, c.CompanyID)).
		Updates(map[string]any{"state": "known", "change_id": c.ID, "result": "是" + c.title() + "，不是业主交的"}).Error
}

// apart keeps a line of a bank's list out that is no payment of a resident's: it is known as a settlement, or it comes from WeChat's
// provider and is waited for, and a person has to look, for somebody may also have paid by a transfer from there.
func (s *Service) apart(tx *store.Tx, imp *Import, x *Line, payer string) (bool, error) {
	if x.Way != Bank {
		return false, nil
	}
	var known []Change
	if err := tx.Where("serial = ? AND company_id = ? AND kind = ? AND state IN ?", x.Serial, imp.CompanyID, Settle, []string{"proposed", "approved", Reversed}).Order("live IS NULL, id DESC").Limit(1).Find(&known).Error; err != nil {
		return false, err
	}
	if len(known) == 1 && known[0].Live != nil {
		x.State, x.Result, x.ChangeID = "known", "是"+known[0].title()+"，不是业主交的", known[0].ID
		if known[0].EstateID != imp.EstateID || known[0].Amount-known[0].Cost != x.Amount {
			x.State, x.Result = "conflict", fmt.Sprintf("流水号和%s相同，到账的金额或小区不同，没有入账：请核对", known[0].title())
		}
		return true, ended(tx, x)
	}
	if len(known) == 1 {
		x.State, x.Result = "unsettled", freed(&known[0], "冲销了")
		return true, ended(tx, x)
	}
	why, err := s.looksPaidOut(tx, imp, x, payer)
	if err != nil || why == "" {
		return false, err
	}
	x.State, x.Result = "payout", why+"，像是结算款，没有入账：请登记“结算到银行”；确实是业主交的由收费员收款登记"
	return true, ended(tx, x)
}

// freed is what a line says whose settlement does not stand.
func freed(c *Change, why string) string {
	return "对上的“" + c.title() + "”" + why + "，没有入账：请重新登记结算；确实是业主交的由收费员收款登记"
}
