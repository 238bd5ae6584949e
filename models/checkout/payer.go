package checkout

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Payer is by whom WeChat pays out to the company's bank, as the bank's lists name it.
type Payer struct {
	Name    string
	Account string
}

var payerAccount = regexp.MustCompile(`^[0-9A-Za-z]{6,40}$`)

func (p *Payer) check() error {
	p.Name, p.Account = strings.TrimSpace(p.Name), strings.NewReplacer(" ", "", "-", "").Replace(p.Account)
	n := len([]rune(p.Name))
	var c fault.Checks
	c.Check(n == 0 || n >= 4 && n <= 60, "name", "请照银行清单填付款方的户名全称（4至60个字）；都不填就是取消")
	c.Check(p.Account == "" || payerAccount.MatchString(p.Account), "account", "请照银行清单填付款方的账号，6至40位数字或字母；清单里没有账号的不填")
	return c.Err()
}

// ProposePayer states by whom WeChat pays out; nothing takes it back. Another person decides.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) ProposePayer(ctx context.Context, actor org.Actor, id int64, p Payer) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		switch {
		case a.State != "on" && a.State != "off": // what was received before is paid out after
			return ErrState.Saying("开通以后才能填结算款的付款方")
		case a.PayerAt != nil:
			return ErrState.Saying("已有一份付款方在等另一人确认")
		case p.Name == a.PayerName && p.Account == a.PayerAccount:
			return ErrState.Saying("和现在的付款方一样，不用再填")
		}
		a.NewPayerName, a.NewPayerAccount, a.PayerBy, a.PayerAt = p.Name, p.Account, actor.PersonID, &tx.Now
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("new_payer_name", "new_payer_account", "payer_by", "payer_at").Updates(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "propose_payer", "pay_account", a.ID, a.EstateID, nil)
	})
}

// DecidePayer agrees to what was stated, or does not: a head of the company, who did not state it.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, fault.ErrInvalid.
func (s *Service) DecidePayer(ctx context.Context, actor org.Actor, id int64, approve bool, text string) error {
	text = strings.TrimSpace(text)
	if !length(text, 0) || !approve && !length(text, 2) {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明原因（2至300个字）"})
	}
	if err := actor.Must(org.ApproveFees); err != nil {
		return err
	}
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		if a.PayerAt == nil {
			return ErrState
		}
		if a.PayerBy == actor.PersonID {
			return ErrSamePerson
		}
		if approve {
			a.PayerName, a.PayerAccount = a.NewPayerName, a.NewPayerAccount
		}
		a.NewPayerName, a.NewPayerAccount, a.PayerAt = "", "", nil
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("payer_name", "payer_account", "new_payer_name", "new_payer_account", "payer_at").Updates(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "decide_payer", "pay_account", a.ID, a.EstateID, map[string]any{"approve": approve, "text": text})
	})
}

// Payers satisfies fee.Payouts: those of the estate's accounts, also of one that is switched off.
func (s *Service) Payers(tx *store.Tx, estate, company int64) ([]fee.Payer, error) {
	var rows []Account
	err := tx.Where("estate_id = ? AND company_id = ? AND state IN ('on', 'off') AND (payer_name <> '' OR payer_account <> '')", estate, company).Order("id DESC").Limit(20).Find(&rows).Error
	list := make([]fee.Payer, len(rows))
	for i, a := range rows {
		list[i] = fee.Payer{Name: a.PayerName, Account: a.PayerAccount}
	}
	return list, err
}

// BilledDays satisfies fee.Payouts. Several accounts of an estate with one merchant are paid out together.
func (s *Service) BilledDays(tx *store.Tx, estate, company int64, from, to time.Time) (list []fee.BilledDay, err error) {
	err = tx.Table("pay_days d").Select("a.mch_id, d.day_on, SUM(d.paid - d.refunded) AS net, SUM(d.fee) AS cost, SUM(d.ours_paid - d.ours_back) AS ours, MIN(d.fetched_at IS NOT NULL AND d.next_at IS NULL) AS known").
		Joins("JOIN pay_accounts a ON a.id = d.account_id AND a.estate_id = ? AND a.company_id = ?", estate, company).Where("d.day_on BETWEEN ? AND ?", from, to).
		Group("a.mch_id, d.day_on").Order("a.mch_id, d.day_on").Limit(800).Scan(&list).Error
	return list, err
}
