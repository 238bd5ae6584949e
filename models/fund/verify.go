package fund

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Report says what VerifyProjects walked.
type Report struct{ Projects, Payments, Shares int64 }

// VerifyProjects recounts every project: its shares against its final accounts, its payments against the journals that they posted, what each
// sub-account paid and what each unit has to make up against its share, and what was paid ahead against what came back. The error names the
// first that does not hold. It may run beside payments.
func VerifyProjects(ctx context.Context, db *store.DB) (r Report, err error) {
	for after := int64(0); ; {
		var list []Project
		err := db.View(ctx, func(tx *store.Tx) error {
			if err := tx.Where("id > ?", after).Order("id").Limit(100).Find(&list).Error; err != nil {
				return err
			}
			for i := range list {
				if err := verifyProject(tx, &list[i], &r); err != nil {
					return fmt.Errorf("project %s: %w", list[i].Number, err)
				}
			}
			return nil
		})
		if err != nil {
			return r, err
		}
		if len(list) == 0 {
			return r, overpaid(ctx, db)
		}
		after = list[len(list)-1].ID
	}
}

// overpaid finds a unit that made up more than was laid on it.
func overpaid(ctx context.Context, db *store.DB) error {
	return db.View(ctx, func(tx *store.Tx) error {
		var units []int64
		err := tx.Table("ledger_accounts a").Select("a.unit_id").Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("a.code IN ?", dueCodes).Group("a.id, a.unit_id").Having("SUM(e.amount) < 0").Limit(1).Scan(&units).Error
		if err == nil && len(units) > 0 {
			err = fmt.Errorf("unit %d made up more than it had to", units[0])
		}
		return err
	})
}

// posted is what the journals of one deed come to, by account, and how many of them were reversed.
type posted struct {
	sums               map[ledger.Key]money.Fen
	journals, reversed int
}

// audited is all that a project's payments hang on.
type audited struct {
	*Project
	shares   []ProjectShare
	payments []ProjectPayment
	returns  []AdvanceReturn
	revoked  []Revocation
	deeds    map[string]*posted // by the ref without its part
}

func verifyProject(tx *store.Tx, p *Project, r *Report) error {
	a := audited{Project: p}
	if err := tx.Where("project_id = ?", p.ID).Order("id").Limit(2 * maxDoors).Find(&a.shares).Error; err != nil {
		return err
	}
	for _, list := range []any{&a.payments, &a.returns, &a.revoked} {
		if err := tx.Where("project_id = ?", p.ID).Order("id").Limit(1000).Find(list).Error; err != nil {
			return err
		}
	}
	if err := a.read(tx); err != nil {
		return err
	}
	r.Projects, r.Payments, r.Shares = r.Projects+1, r.Payments+int64(len(a.payments)), r.Shares+int64(len(a.shares))
	for _, check := range []func() error{a.divided, a.paidOut, a.cameBack, a.ended} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// read sums what the project's journals moved.
func (a *audited) read(tx *store.Tx) error {
	var rows []struct {
		ID         int64
		Ref        string
		ReversesID *int64
		ledger.Key
		Amount money.Fen
	}
	err := tx.Table("ledger_journals j").Select("j.id, j.ref, j.reverses_id, a.code, a.unit_id, SUM(e.amount) AS amount").Joins("JOIN ledger_books b ON b.id = j.book_id AND b.estate_id = ? AND b.kind = ?", a.EstateID, ledger.Fund).
		Joins("JOIN ledger_entries e ON e.journal_id = j.id").Joins("JOIN ledger_accounts a ON a.id = e.account_id").Where("j.source_kind = 'project' AND j.source_id = ?", a.ID).
		Group("j.id, j.ref, j.reverses_id, a.code, a.unit_id").Scan(&rows).Error
	if err != nil {
		return err
	}
	a.deeds = map[string]*posted{}
	seen := map[int64]bool{}
	for _, x := range rows {
		deed := a.deed(x.Ref)
		d := a.deeds[deed]
		if d == nil {
			d = &posted{sums: map[ledger.Key]money.Fen{}}
			a.deeds[deed] = d
		}
		if !seen[x.ID] {
			if seen[x.ID] = true; x.ReversesID != nil {
				d.reversed++
			} else {
				d.journals++
			}
		}
		if x.ReversesID == nil {
			d.sums[ledger.Key{Code: x.Code, UnitID: x.UnitID}] += x.Amount
		}
	}
	return nil
}

// deed is a journal's ref without its part: all journals of a payment are one deed.
func (a *audited) deed(ref string) string {
	ref = strings.TrimSuffix(ref, ":reversed")
	words := strings.Split(ref, ":")
	if len(words) == 5 {
		return strings.Join(words[:len(words)-1], ":")
	}
	return ref
}

// divided holds the shares against the final accounts, and what each was charged against its payment.
func (a *audited) divided() error {
	var sum money.Fen
	paid := a.State == ProjectPaid
	for i := range a.shares {
		x := &a.shares[i]
		sum += x.Amount
		if x.Charged < 0 || x.Short < 0 || paid && x.Charged+x.Short != x.Amount || !paid && x.Charged+x.Short != 0 {
			return fmt.Errorf("unit %d bears %s, was charged %s and has %s to make up", x.UnitID, x.Amount, x.Charged, x.Short)
		}
	}
	if (paid || a.State == ProjectSettled || a.State == ProjectFinal) && sum != a.Total {
		return fmt.Errorf("the shares come to %s of %s", sum, a.Total)
	}
	return nil
}

// paidOut holds each payment against the journals that it posted. What was not paid posted nothing.
func (a *audited) paidOut() error {
	for i := range a.payments {
		pay := &a.payments[i]
		ref := fmt.Sprintf("project:%d:%s:%d", a.ID, pay.Kind, pay.ID)
		d := a.deeds[ref]
		delete(a.deeds, ref)
		switch {
		case pay.State == "asked" || pay.State == "refused":
			if d != nil {
				return fmt.Errorf("payment %d was posted and is %s", pay.ID, pay.State)
			}
			continue
		case d == nil:
			return fmt.Errorf("payment %d of %s is not posted", pay.ID, pay.Amount)
		case pay.State == "paid" && d.reversed > 0 || pay.State == "reversed" && d.reversed != d.journals:
			return fmt.Errorf("payment %d is %s, and %d of its %d journals are reversed", pay.ID, pay.State, d.reversed, d.journals)
		}
		want := map[ledger.Key]money.Fen{{Code: ledger.FundBank}: -pay.Amount}
		if pay.Kind == AdvancePayment {
			want[ledger.Key{Code: ledger.FundAdvance}] = pay.Amount
		} else {
			total, shares := a.Total, a.shares
			if pay.State == "reversed" { // what each was charged is not kept any more
				total, shares = d.together(), nil
				want[ledger.Key{Code: ledger.FundUnit}] = total
			}
			want[ledger.Key{Code: ledger.FundAdvance}] = pay.Amount - total
			for j := range shares {
				x := &shares[j]
				want[x.key()] += x.Charged
				want[ledger.Key{Code: dueOf(x.key().Code), UnitID: x.UnitID}] += x.Short
			}
		}
		if k, ok := differs(d.sums, want); ok {
			return fmt.Errorf("payment %d moved %s on %s of unit %d, and should have moved %s", pay.ID, d.sums[k], k.Code, k.UnitID, want[k])
		}
	}
	return nil
}

// together leaves of a reversed final payment one sum over all units.
func (d *posted) together() (sum money.Fen) {
	for k, fen := range d.sums {
		if k.UnitID != 0 {
			sum += fen
			delete(d.sums, k)
		}
	}
	d.sums[ledger.Key{Code: ledger.FundUnit}] = sum
	return sum
}

// cameBack holds what a contractor gave back against its journals.
func (a *audited) cameBack() error {
	came := map[int64]money.Fen{}
	for _, x := range a.returns {
		owed := ledger.FundAdvance
		if x.RevocationID != 0 {
			owed = ledger.FundOwedBack
		}
		came[x.RevocationID] += x.Amount
		ref := "project:" + strconv.FormatInt(a.ID, 10) + ":return:" + strconv.FormatInt(x.ID, 10)
		d := a.deeds[ref]
		delete(a.deeds, ref)
		if d == nil || d.journals != 1 || d.sums[ledger.Key{Code: ledger.FundBank}] != x.Amount || d.sums[ledger.Key{Code: owed}] != -x.Amount {
			return fmt.Errorf("return %d of %s is not posted", x.ID, x.Amount)
		}
	}
	for _, r := range a.revoked {
		owed := fmt.Sprintf("project:%d:owed:%d", a.ID, r.ID)
		if d := a.deeds[owed]; (d != nil || r.Owed != 0) && (d == nil || d.sums[ledger.Key{Code: ledger.FundOwedBack}] != r.Owed) {
			return fmt.Errorf("%s is owed back of revocation %d, and something else is posted", r.Owed, r.ID)
		}
		if came[r.ID] > r.Owed || r.State == "reversed" && came[r.ID] != r.Owed {
			return fmt.Errorf("%s came back of %s of revocation %d", came[r.ID], r.Owed, r.ID)
		}
		delete(a.deeds, owed)
		delete(a.deeds, fmt.Sprintf("project:%d:unowed:%d", a.ID, r.ID))
	}
	return nil
}

// ended holds the state against the payments, and finds what was posted for no payment.
func (a *audited) ended() error {
	if len(a.deeds) > 0 {
		return fmt.Errorf("%s is posted for no payment", slices.Sorted(maps.Keys(a.deeds))[0])
	}
	var ahead, back money.Fen
	last := false
	for _, pay := range a.payments {
		if pay.State == "paid" && pay.Kind == AdvancePayment {
			ahead = pay.Amount
		}
		last = last || pay.State == "paid" && pay.Kind == FinalPayment
	}
	for _, x := range a.returns {
		if x.RevocationID == 0 {
			back += x.Amount
		}
	}
	switch {
	case last != (a.State == ProjectPaid):
		return fmt.Errorf("it is %s, and its last payment is not", a.State)
	case back > ahead && ahead > 0:
		return fmt.Errorf("%s came back of %s", back, ahead)
	case a.State == ProjectCancelled && ahead != back && ahead > 0:
		return fmt.Errorf("it is over, and %s of %s came back", back, ahead)
	}
	return nil
}

// differs finds an account on which two sums are not the same.
func differs(a, b map[ledger.Key]money.Fen) (ledger.Key, bool) {
	for k, fen := range a {
		if b[k] != fen {
			return k, true
		}
	}
	for k, fen := range b {
		if a[k] != fen {
			return k, true
		}
	}
	return ledger.Key{}, false
}
