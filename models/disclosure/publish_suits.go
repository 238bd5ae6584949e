package disclosure

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// books are where the sums of a duty about money are; of any other duty about money any book is its own.
var books = map[string][]ledger.Kind{
	"fund-use": {ledger.Fund}, "fund-yearly": {ledger.Fund}, "fund-proposal": {ledger.Fund}, "fund-final": {ledger.Fund}, "fund-emergency": {ledger.Fund},
	"income": {ledger.Income}, "committee-expenses": {ledger.Income}, "committee-finance": {ledger.Income},
	"company-finance-commission": {ledger.Fee}, "company-finance-lump": {ledger.Fee}, "company-finance-period": {ledger.Fee},
}

// papers are the duties about money whose content is a paper and no sum of the books: an auditor's report, and the price list.
var papers = map[string]Form{"audit": AuditForm, "departure-audit": AuditForm, "charges": Services}

// suits refuses a notice that is not what the law asks for: an account is read from the duty's own book, over its own time, and two people have
// looked at it; what is open to objections is posted for its days, which an announcement is not; and what follows from an act elsewhere is
// published by that act.
func (d *Duty) suits(tx *store.Tx, set *rulepack.Set, n *Notice, figures []Query, confirmed int64) error {
	if err := d.byHand(tx); err != nil {
		return err
	}
	if d.Sphere == "finance" {
		if err := d.accounts(n, figures, confirmed); err != nil {
			return err
		}
	}
	if law, ok := set.Disclosure(d.Code); ok && Sort(law.Kind) == Posting && n.Kind != Posting {
		return ErrDutyNotice.Saying("“" + d.Title + "”要用“公示”来公开，业主可以提意见；请把种类改为公示，重新发布")
	}
	return nil
}

// byHand refuses a duty that the system fulfils with the act that brought it about. A decision whose own notice was taken off the board is
// published by hand: nothing would put it up again.
func (d *Duty) byHand(tx *store.Tx) error {
	if !system(d.Slot) {
		return nil
	}
	var gone int64
	if d.Sphere != "finance" {
		err := tx.Model(&Notice{}).Where("estate_id = ? AND client_ref = ? AND withdrawn_at IS NOT NULL", d.EstateID, d.Slot).Limit(1).Count(&gone).Error
		if err != nil {
			return err
		}
	}
	if gone == 0 {
		return ErrDutyNotice.Saying("“" + d.Title + "”由系统在办这件事的时候自动公开，不能用另外写的公示代替；请到那件事的页面里办理公示")
	}
	return nil
}

// system reports whether a source is an act that publishes by itself.
func system(source string) bool {
	return slices.ContainsFunc(ours, func(prefix string) bool { return strings.HasPrefix(source, prefix) })
}

// accounts refuses what is no account of a duty about money.
func (d *Duty) accounts(n *Notice, figures []Query, confirmed int64) error {
	if want, ok := papers[d.Code]; ok {
		if n.Form != want || confirmed == 0 {
			return ErrDutyNotice.Saying("“" + d.Title + "”涉及钱，请用“" + FormNames[want] + "”来公开，先保存草稿，再请另一个人核对发布")
		}
		return nil
	}
	if !n.Form.Money() || !slices.ContainsFunc(figures, d.counts) {
		return ErrDutyNotice.Saying("“" + d.Title + "”是账目，请用收支情况、维修资金情况、决算或审计的公示来公开，至少有一个数从" + d.book() + "取" + d.during())
	}
	return nil
}

// own reports whether a figure is of the duty's own book. What is read elsewhere goes with an account and is none.
func (d *Duty) own(q Query) bool {
	list, ok := books[d.Code]
	return q.ledger() && (!ok || slices.Contains(list, ledger.Kind(q.Book)))
}

// counts reports whether a figure is of the duty's own book and time. What is due while its period runs tells of the period before as well,
// and when it is late of what came since.
func (d *Duty) counts(q Query) bool {
	if !d.own(q) {
		return false
	}
	if d.Event || d.ToOn == nil {
		return true
	}
	from, to := dateIn(&d.FromOn), dateIn(d.ToOn)
	if !d.AfterEnd {
		from = from.Add(-int(to.Start().Sub(from.Start()).Hours()/24) - 2) // of a leap year as well
	}
	return !q.To.Before(from) && (q.From.IsZero() || !q.From.Before(from)) && (!d.AfterEnd || !to.Before(q.To))
}

func (d *Duty) book() string {
	own, ok := books[d.Code]
	if !ok {
		return "账簿"
	}
	return ledger.KindNames[own[0]]
}

func (d *Duty) during() string {
	if d.Event || d.ToOn == nil {
		return ""
	}
	if d.AfterEnd {
		return "，日期在" + d.Period() + "以内"
	}
	return "，日期从" + d.Period() + "的上一期起"
}
