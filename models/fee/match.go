package fee

import (
	"errors"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// enterPayment takes the payment of a line: to the bills that it was surely meant for, or else to what waits to be assigned. A bank's
// number that is known has been entered before; when it was for another amount, these are two payments, and a person has to look.
func (s *Service) enterPayment(tx *store.Tx, imp *Import, x *Line) error {
	if x.Serial != "" {
		var known []Payment
		if err := tx.Where("company_id = ? AND way IN ? AND serial = ?", imp.CompanyID, []string{x.Way, WeChat}, x.Serial).Limit(1).Find(&known).Error; err != nil {
			return err
		}
		if len(known) == 1 && (known[0].EstateID != imp.EstateID || known[0].Kind != "payment" || known[0].Amount != x.Amount) {
			x.State, x.Result = "conflict", fmt.Sprintf("流水号%s已经登记过另一笔款，没有入账：请核对，确实是两笔的由收费员另外收款登记", clip(x.Serial, 64))
			return ended(tx, x)
		}
		if len(known) == 1 {
			x.State, x.PaymentID, x.Result = "known", known[0].ID, "流水号已经登记过，收据"+known[0].Number
			return ended(tx, x)
		}
	}
	by := clerk{imp.PersonID, imp.PostID, imp.CompanyID}
	p := Paying{EstateID: imp.EstateID, Amount: x.Amount, Way: x.Way, PaidOn: x.PaidOn, Serial: x.Serial, Note: fmt.Sprintf("导入第%d次第%d行", imp.ID, x.Line)}
	var err error
	if x.PayerSealed != "" {
		if p.Payer, err = s.vault.Open(x.PayerSealed, "fee_import_lines.payer"); err != nil {
			return err
		}
	}
	for _, apart := range []func(*store.Tx, *Import, *Line, string) (bool, error){s.again, s.apart} {
		if done, err := apart(tx, imp, x, p.Payer); err != nil || done {
			return err
		}
	}
	book, err := ledger.FindBook(tx, imp.EstateID, ledger.FeesOf(imp.CompanyID))
	if err != nil {
		return err
	}
	if closed := book.Closed(); !closed.IsZero() && !closed.Before(date(x.PaidOn)) {
		p.PaidOn, p.Note = org.DayOf(tx.Now), p.Note+"，实际到账"+x.PaidOn.Format("2006年1月2日")
	}
	why, err := s.match(tx, imp.CompanyID, x, &p)
	if err != nil {
		return err
	}
	if why != "" {
		return s.suspend(tx, by, imp, x, p, why)
	}
	made, err := s.pay(tx, by, imp.PostID, imp.CompanyID, p)
	if err != nil {
		return err
	}
	x.State, x.PaymentID, x.UnitID, x.Result = "paid", made.ID, made.UnitID, "收据"+made.Number
	return ended(tx, x)
}

// again keeps a line without a number out that an earlier list had too: two lists overlap, or somebody paid twice, and a person has to look.
func (s *Service) again(tx *store.Tx, imp *Import, x *Line, payer string) (bool, error) {
	if x.Serial != "" {
		return false, nil
	}
	index := []string{""}
	if payer != "" {
		index = s.vault.Indexes("fee_payer", payer)
	}
	var known []Payment
	err := tx.Model(&Payment{}).Joins("JOIN fee_import_lines l ON l.payment_id = fee_payments.id AND l.serial = ''").Where("l.paid_on = ? AND l.amount = ? AND l.unit = ? AND l.import_id < ?", x.PaidOn, x.Amount, x.Unit, imp.ID).
		Where("fee_payments.estate_id = ? AND fee_payments.company_id = ? AND fee_payments.way = ? AND fee_payments.payer_index IN ?", imp.EstateID, imp.CompanyID, x.Way, index).Order("fee_payments.id").Limit(1).Find(&known).Error
	if err != nil || len(known) == 0 {
		return false, err
	}
	x.State, x.Result = "maybe", "以前的清单里有同一天、同样金额、同一付款人的一笔，收据"+known[0].Number+"：请核对，确实是另一笔的由收费员收款登记"
	return true, ended(tx, x)
}

// match finds what a payment is for: by its bill's number, or by unit and amount. why says that nothing is sure.
func (s *Service) match(tx *store.Tx, company int64, x *Line, p *Paying) (why string, err error) {
	if x.BillNumber != "" {
		var bills []Bill
		if err := tx.Scopes(out).Where("fee_bills.number = ? AND fee_bills.estate_id = ? AND fee_bills.company_id = ?", x.BillNumber, p.EstateID, company).Find(&bills).Error; err != nil {
			return "", err
		}
		list, err := owed(tx, bills)
		if err != nil {
			return "", err
		}
		if len(list) == 0 {
			return "没有这个账单号：" + x.BillNumber, nil
		}
		if due := list[0].Due(); x.Amount > due {
			return fmt.Sprintf("账单%s只欠%s元", x.BillNumber, due), nil
		}
		p.BillIDs = []int64{list[0].ID}
		return "", nil
	}
	unit := x.UnitID
	if unit == 0 && x.Unit != "" {
		return "名册里没有这一户：" + clip(x.Unit, 60), nil
	}
	if unit == 0 {
		return s.guess(tx, p)
	}
	q := *p
	q.UnitID = unit
	list, err := payable(tx, company, q)
	if errors.Is(err, ErrUnit) { // taken off the register since: an error here would stop the whole list for ever
		return "这一户已经不在名册里", nil
	}
	if err != nil {
		return "", err
	}
	return fits(list, unit, p), nil
}

// fits takes an amount that is all a unit owes, its oldest bills, or exactly one of them.
func fits(list []Owed, unit int64, p *Paying) (why string) {
	sum, same := money.Fen(0), []int64{}
	for _, o := range list {
		if sum += o.Due(); sum == p.Amount {
			p.UnitID = unit
			return ""
		}
		if o.Due() == p.Amount {
			same = append(same, o.ID)
		}
	}
	if len(same) == 1 {
		p.BillIDs = same
		return ""
	}
	return fmt.Sprintf("这一户欠%s元，和收到的金额对不上", sum)
}

// guess says of which home somebody of this name has paid before, for the person who has to look: another may have the same name.
func (s *Service) guess(tx *store.Tx, p *Paying) (why string, err error) {
	unit, err := s.paidBefore(tx, p)
	if err != nil || unit == 0 {
		return "没有账单号和房号，付款人以前也没有交过或交过几户", err
	}
	names, err := unitNames(tx, p.EstateID, []int64{unit})
	if name := names[unit]; name != "" {
		return "只有付款人姓名；同名的人以前给" + name + "交过，可能是这一户，请核对后认领", err
	}
	return "只有付款人姓名，以前交过的那一户已经不在名册里", err
}

// paidBefore is the one unit that this payer has paid for, 0 for none or several.
func (s *Service) paidBefore(tx *store.Tx, p *Paying) (int64, error) {
	if p.Payer == "" {
		return 0, nil
	}
	var units []int64
	err := tx.Model(&Payment{}).Where("estate_id = ? AND payer_index IN ? AND state = 'posted' AND kind = 'payment'", p.EstateID, s.vault.Indexes("fee_payer", p.Payer)).Order("id DESC").Limit(50).Pluck("unit_id", &units).Error
	if err != nil || len(units) == 0 || slices.ContainsFunc(units, func(u int64) bool { return u != units[0] }) {
		return 0, err
	}
	return units[0], nil
}

// suspend takes money of which nobody knows what it is for.
func (s *Service) suspend(tx *store.Tx, by clerk, imp *Import, x *Line, p Paying, why string) error {
	made, err := s.receive(tx, by, imp.PostID, imp.CompanyID, p, "payment")
	if err != nil {
		return err
	}
	made.State = "suspense"
	lines := []ledger.Line{{Key: ledger.Key{Code: accounts[p.Way]}, Amount: p.Amount}, {Key: ledger.Key{Code: ledger.FeeSuspense}, Amount: -p.Amount}}
	if err := s.book(tx, by, made, "suspense", p.PaidOn, lines); err != nil {
		return err
	}
	x.State, x.PaymentID, x.Result = "suspense", made.ID, clip(why, 200)
	return ended(tx, x)
}
