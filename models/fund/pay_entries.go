package fund

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// perJournal is how many shares one journal posts: each has at most two lines, and two are the estate's.
const perJournal = 490

// book posts what a payment moves. The estate's account is held, so that nobody spends the same sub-account meanwhile.
func (s *Service) book(tx *store.Tx, actor org.Actor, p *Project, pay *ProjectPayment) error {
	on := calendar.DateOf(tx.Now)
	had, err := ledger.Balances(tx, p.EstateID, ledger.Fund, []ledger.Code{ledger.FundBank}, nil, on)
	if err != nil {
		return err
	}
	if had[ledger.Key{Code: ledger.FundBank}] < pay.Amount {
		return ErrBankShort
	}
	post := func(part int, lines []ledger.Line) error {
		_, err := ledger.Post(tx, actor, p.EstateID, ledger.Fund, ledger.Posting{Ref: payRef(p.ID, pay, part), Effective: on,
			Source: ledger.Source{Kind: "project", ID: p.ID, Text: p.source()}, Memo: PaymentKinds[pay.Kind] + "：" + p.Title, Lines: lines})
		return err
	}
	if pay.Kind == AdvancePayment {
		return post(1, []ledger.Line{{Key: ledger.Key{Code: ledger.FundAdvance}, Amount: pay.Amount}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -pay.Amount}})
	}
	if err := notImporting(tx, p.EstateID); err != nil { // what has not been taken over yet would look like a shortfall
		return err
	}
	var shares []ProjectShare
	if err := tx.Where("project_id = ?", p.ID).Order("id").Limit(2 * maxDoors).Find(&shares).Error; err != nil {
		return err
	}
	if err := charge(tx, p, shares, on); err != nil {
		return err
	}
	ahead, parts := p.Total-pay.Amount, slices.Collect(slices.Chunk(shares, perJournal))
	for i, part := range parts {
		lines, sum := linesOf(part)
		from := min(ahead, sum)
		if i == len(parts)-1 {
			from = ahead // what was paid ahead beyond the final accounts comes back from the supplier
		}
		ahead -= from
		for _, l := range []ledger.Line{{Key: ledger.Key{Code: ledger.FundAdvance}, Amount: -from}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: from - sum}} {
			if l.Amount != 0 {
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			continue
		}
		if err := post(i+1, lines); err != nil {
			return err
		}
	}
	if err := tx.Where("project_id = ?", p.ID).Delete(&ProjectShare{}).Error; err != nil {
		return err
	}
	for i := range shares {
		shares[i].ID = 0
	}
	return tx.CreateInBatches(&shares, 500).Error
}

// source is what a journal of a project follows from, for people.
func (p *Project) source() string {
	var words []string
	for _, w := range []string{p.Number, p.Resolution, p.Contract, p.Invoices} {
		if w != "" {
			words = append(words, w)
		}
	}
	if p.Kind != OrdinaryUse {
		words = append(words, ProjectKinds[p.Kind]+"："+p.Basis)
	}
	return cut(strings.Join(words, " · "), 290)
}

// charge says what each share takes from its own sub-account; the rest is a receivable of that unit, never another's.
func charge(tx *store.Tx, p *Project, shares []ProjectShare, on calendar.Date) error {
	left := map[ledger.Key]money.Fen{}
	var units []int64
	for i := range shares {
		units = append(units, shares[i].UnitID)
	}
	for part := range slices.Chunk(slices.Compact(units), 900) {
		had, err := ledger.Balances(tx, p.EstateID, ledger.Fund, []ledger.Code{ledger.FundUnit, ledger.FundSeller}, part, on)
		if err != nil {
			return err
		}
		for k, balance := range had {
			left[k] = max(-balance, 0)
		}
	}
	for i := range shares {
		x := &shares[i]
		x.Charged = min(left[x.key()], x.Amount)
		x.Short = x.Amount - x.Charged
	}
	return nil
}

// key is the sub-account that bears a share. What nobody has bought is paid from the home's own.
func (x *ProjectShare) key() ledger.Key {
	if x.Payer == apportion.Seller {
		return ledger.Key{Code: ledger.FundSeller, UnitID: x.UnitID}
	}
	return ledger.Key{Code: ledger.FundUnit, UnitID: x.UnitID}
}

func linesOf(shares []ProjectShare) (lines []ledger.Line, sum money.Fen) {
	for i := range shares {
		x := &shares[i]
		sum += x.Amount
		if x.Charged != 0 {
			lines = append(lines, ledger.Line{Key: x.key(), Amount: x.Charged})
		}
		if x.Short != 0 {
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: dueOf(x.key().Code), UnitID: x.UnitID}, Amount: x.Short})
		}
	}
	return lines, sum
}
