package fee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Payouts is what the checkout knows of the money that the payment provider pays out to a company's bank for an estate.
type Payouts interface {
	// Payers are by whom it pays out, as two people have stated it.
	Payers(tx *store.Tx, estate, company int64) ([]Payer, error)
	// BilledDays are the days of a period that it has billed, both included, by merchant and in their order.
	BilledDays(tx *store.Tx, estate, company int64, from, to time.Time) ([]BilledDay, error)
}

// Payer is who a bank's list names where the provider pays out; what of it is empty says nothing.
type Payer struct{ Name, Account string }

// BilledDay is a day of a merchant's bill: what it received less what went back, what it keeps of it, and what the books have of the day.
type BilledDay struct {
	MchID string
	DayOn time.Time
	Net   money.Fen
	Cost  money.Fen
	Ours  money.Fen
	Known bool // read, and not to be read again
}

// moves reports whether the day adds to what is paid out.
func (d *BilledDay) moves() bool { return d.Net != 0 || d.Cost != 0 }

// OnPayouts wires who knows of payouts. It is called while the house is wired.
func (s *Service) OnPayouts(p Payouts) { s.paid = p }

// Payout is what a line of a bank's list looks like: what the provider received on some days, less what it keeps. The days are zero where
// it is all that the provider still holds and nobody knows since when.
type Payout struct {
	FromOn, ToOn time.Time
	Amount, Cost money.Fen
}

// Text says so to the clerk.
func (p *Payout) Text() string {
	what := "目前全部待结算的款"
	switch {
	case p.FromOn.IsZero():
	case p.FromOn.Equal(p.ToOn):
		what = p.FromOn.Format("2006年1月2日") + "的结算款"
	default:
		what = p.FromOn.Format("2006年1月2日") + "至" + p.ToOn.Format("1月2日") + "的结算款"
	}
	return fmt.Sprintf("像是%s，共%s元，手续费%s元", what, p.Amount, p.Cost)
}

type payers []Payer

// payers are read for lists of payments alone.
func (s *Service) payers(tx *store.Tx, imp *Import) (payers, error) {
	if s.paid == nil || imp.Kind != OfPayments {
		return nil, nil
	}
	return s.paid.Payers(tx, imp.EstateID, imp.CompanyID)
}

// have reports whether a line's payer is one of them. Where two people stated an account and the list has one, the name alone is not enough.
func (list payers) have(name, account string) bool {
	name, account = strings.TrimSpace(name), strings.NewReplacer(" ", "", "-", "").Replace(account)
	for _, p := range list {
		byName, byAccount := p.Name != "" && p.Name == name, p.Account != "" && p.Account == account
		if byAccount || byName && (p.Account == "" || account == "") {
			return true
		}
	}
	return false
}

// looksPaidOut says why a line that names no home and no bill is not taken for a resident's; "" where it may be one.
func (s *Service) looksPaidOut(tx *store.Tx, imp *Import, x *Line, payer string) (why string, err error) {
	if x.BillNumber != "" || x.UnitID != 0 {
		return "", nil
	}
	if x.ByProvider {
		return "付款方是微信支付（按本小区的设置）", nil
	}
	have, err := onHand(tx, imp.CompanyID, imp.EstateID, ledger.FeeWeChat)
	if err != nil || have < x.Amount {
		return "", err
	}
	if strings.Contains(payer, "财付通") || strings.Contains(payer, "微信支付") {
		return "付款方是微信支付", nil
	}
	if x.Unit != "" || s.paid == nil {
		return "", nil
	}
	if payer != "" { // somebody who has paid before pays again
		var n int64
		err := tx.Model(&Payment{}).Where("estate_id = ? AND payer_index IN ?", imp.EstateID, s.vault.Indexes("fee_payer", payer)).Count(&n).Error
		if err != nil || n > 0 {
			return "", err
		}
	}
	b, err := s.billedBefore(tx, imp, x.PaidOn, x.PaidOn)
	if err != nil {
		return "", err
	}
	// What WeChat keeps makes it an amount that no bill has; without it a day of one payment is the month's fee of every home.
	if p := b.payout(x.Amount, x.PaidOn); p == nil || p.Cost == 0 || p.FromOn.IsZero() {
		return "", nil
	}
	return "金额和微信的账单对得上", nil
}

// payoutDays is how far back the days of a payout are looked for.
const payoutDays = 31

// bills are what payouts are held against.
type bills struct {
	days    []BilledDay
	settled []Change
	have    money.Fen // what the provider still holds, by the books
}

// billedBefore reads the bills of the days that lines of some days may pay out.
func (s *Service) billedBefore(tx *store.Tx, imp *Import, first, last time.Time) (*bills, error) {
	b := &bills{}
	from, to := first.AddDate(0, 0, -payoutDays), last.AddDate(0, 0, -1)
	var err error
	if b.have, err = onHand(tx, imp.CompanyID, imp.EstateID, ledger.FeeWeChat); err != nil || b.have <= 0 {
		return b, err
	}
	if b.days, err = s.paid.BilledDays(tx, imp.EstateID, imp.CompanyID, from, to); err != nil {
		return nil, err
	}
	b.settled, err = settledDays(tx, imp.CompanyID, imp.EstateID, from, to)
	return b, err
}

// settledDays are the settlements, also those that wait for the second person, that some days of the provider's bills stand in.
func settledDays(tx *store.Tx, company, estate int64, from, to time.Time) (list []Change, err error) {
	err = tx.Where("estate_id = ? AND to_on >= ? AND from_on <= ? AND company_id = ? AND kind = ? AND state IN ('proposed', 'approved')", estate, from, to, company, Settle).Order("id").Limit(400).Find(&list).Error
	return list, err
}

// open reports whether a day may be in the payout of a day: it lies before, is read, and nobody has settled it.
func (b *bills) open(d *BilledDay, paidOn time.Time) bool {
	if !d.Known || !d.DayOn.Before(paidOn) || d.DayOn.Before(paidOn.AddDate(0, 0, -payoutDays)) {
		return false
	}
	for _, x := range b.settled {
		if !d.DayOn.Before(*x.FromOn) && !d.DayOn.After(*x.ToOn) {
			return false
		}
	}
	return true
}

// payout finds the one day or run of days, not settled yet, that an amount pays out, or else whether it is all that the provider holds less
// what its bills say that it keeps. Where two runs fit nobody knows which, and nothing is said; days on which the books do not agree with
// the bill fit nothing.
func (b *bills) payout(amount money.Fen, paidOn time.Time) *Payout {
	var found []Payout
	for i := range b.days {
		if d := &b.days[i]; d.moves() && b.open(d, paidOn) {
			found = b.runs(found, i, amount, paidOn)
		}
	}
	if len(found) == 1 {
		return &found[0]
	}
	return b.whole(amount, paidOn)
}

// runs adds the runs from a day on that fit.
func (b *bills) runs(found []Payout, first int, amount money.Fen, paidOn time.Time) []Payout {
	var net, cost, ours money.Fen
	for i := first; i < len(b.days); i++ {
		d := &b.days[i]
		if i > first && (d.MchID != b.days[i-1].MchID || !d.DayOn.Equal(b.days[i-1].DayOn.AddDate(0, 0, 1))) || !b.open(d, paidOn) {
			break
		}
		net, cost, ours = net+d.Net, cost+d.Cost, ours+d.Ours
		if d.moves() && net == ours && cost >= 0 && net-cost == amount && net <= b.have {
			found = append(found, Payout{FromOn: b.days[first].DayOn, ToOn: d.DayOn, Amount: net, Cost: cost})
		}
	}
	return found
}

// whole takes an amount that is all the provider holds, less what it keeps of the days that are not settled.
func (b *bills) whole(amount money.Fen, paidOn time.Time) *Payout {
	p := &Payout{Amount: b.have}
	for i := range b.days {
		d := &b.days[i]
		if !d.moves() || !b.open(d, paidOn) {
			continue
		}
		if p.Cost += d.Cost; p.FromOn.IsZero() || d.DayOn.Before(p.FromOn) {
			p.FromOn = d.DayOn
		}
		if d.DayOn.After(p.ToOn) {
			p.ToOn = d.DayOn
		}
	}
	if p.Cost < 0 || p.Amount <= 0 || p.Amount-p.Cost != amount {
		return nil
	}
	for _, x := range b.settled { // days between that are settled would be settled twice
		if !p.FromOn.IsZero() && !x.ToOn.Before(p.FromOn) && !x.FromOn.After(p.ToOn) {
			p.FromOn, p.ToOn = time.Time{}, time.Time{}
		}
	}
	return p
}

// LineView is a line of a list with the settlement that it looks like, for a clerk to propose.
type LineView struct {
	Line
	Payout *Payout
	Asked  int64 // the settlement of its number that is proposed or agreed
}

// waits reports whether a line waits for its settlement.
func (x *Line) waits() bool { return x.Way == Bank && (x.State == "payout" || x.State == "unsettled") }

// lookedAt adds to lines that wait for a settlement what they look like.
func (s *Service) lookedAt(tx *store.Tx, imp *Import, rows []Line) ([]LineView, error) {
	list, live := make([]LineView, len(rows)), []string{}
	var first, last time.Time
	for i, x := range rows {
		if list[i].Line = x; !x.waits() {
			continue
		}
		if live = append(live, settling(imp.CompanyID, x.Serial)); len(live) == 1 || x.PaidOn.Before(first) {
			first = x.PaidOn
		}
		if x.PaidOn.After(last) {
			last = x.PaidOn
		}
	}
	if len(live) == 0 {
		return list, nil
	}
	var asked []Change
	if err := tx.Where("live IN ?", live).Find(&asked).Error; err != nil {
		return nil, err
	}
	by := map[string]int64{}
	for _, c := range asked {
		by[c.Serial] = c.ID
	}
	b := &bills{}
	if s.paid != nil {
		var err error
		if b, err = s.billedBefore(tx, imp, first, last); err != nil {
			return nil, err
		}
	}
	for i := range list {
		if x := &list[i]; x.waits() {
			if x.Asked = by[x.Serial]; x.Asked == 0 {
				x.Payout = b.payout(x.Amount, x.PaidOn)
			}
		}
	}
	return list, nil
}

// SettleLine proposes the settlement that a line of a bank's list looks like; another person decides, as of every settlement.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSerial, ErrDays, ErrAmount, fault.ErrInvalid.
func (s *Service) SettleLine(ctx context.Context, actor org.Actor, id int64, row int, reason string) (int64, error) {
	return s.act(ctx, actor, "settle line", of(actor, id, func(i *Import) int64 { return i.EstateID }), func(tx *store.Tx) (int64, error) {
		imp, err := own[Import](tx, actor, id)
		if err != nil {
			return 0, err
		}
		var x Line
		if err := tx.Where("import_id = ? AND line = ?", imp.ID, row).Take(&x).Error; err != nil {
			return 0, store.NotFound(err, ErrNotFound)
		}
		list, err := s.lookedAt(tx, imp, []Line{x})
		if err != nil {
			return 0, err
		}
		p := list[0].Payout
		switch {
		case !x.waits():
			return 0, ErrState.Saying("这一行不是等登记的结算款，请刷新后再看")
		case list[0].Asked != 0:
			return 0, ErrSerial.Saying(fmt.Sprintf("这一行的结算已经登记，见第%d号", list[0].Asked))
		case p == nil:
			return 0, ErrState.Saying("这一行对不上哪几天的微信账单，不能直接登记：请用“结算到银行”填写金额和手续费")
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			reason = "按银行清单登记：" + p.Text()
		}
		in := Settlement{EstateID: imp.EstateID, Way: WeChat, Amount: p.Amount, Cost: p.Cost, Serial: x.Serial, SettledOn: x.PaidOn, FromOn: p.FromOn, ToOn: p.ToOn, Reason: reason}
		if err := in.check(tx.Now); err != nil {
			return 0, err
		}
		put := in.proposal()
		if err := put.check(); err != nil {
			return 0, err
		}
		return put.put(tx, actor)
	})
}
