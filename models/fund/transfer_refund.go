package fund

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Refund gives back what stands on the sub-accounts of units that are gone (Order 165 art. 29): the owners' to the owners of the day, a
// public-housing seller's to the seller.
type Refund struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	PaidOn    time.Time `gorm:"type:date"`
	Reason    string
	State     string // asked, paid, refused
	OwnersFen money.Fen
	SellerFen money.Fen
	JournalID int64
	AskedBy   int64
	CreatedAt time.Time
	DecidedBy int64
	DecidedAt *time.Time
	Answer    string
}

// TableName names the table.
func (Refund) TableName() string { return "fund_refunds" }

// RefundLine is what goes back of a unit. Its sums are those of the day on which a second person agreed.
type RefundLine struct {
	ID         int64 `gorm:"primaryKey"`
	RefundID   int64
	UnitID     int64
	OwnerSetID int64
	Seller     string
	OwnersFen  money.Fen
	SellerFen  money.Fen
	OwedFen    money.Fen // what the unit still had to make up, kept back
	SellerOwed money.Fen
}

// TableName names the table.
func (RefundLine) TableName() string { return "fund_refund_lines" }

// RefundStates are the states as people read them.
var RefundStates = map[string]string{"asked": "待复核", "paid": "已退还", "refused": "未同意"}

// maxRefunds of a refund: each may have two sub-accounts and make up two sums, so that with the counter line 961 lines fit one journal.
const maxRefunds = 240

// NewRefund asks to give back the balances of some units, or of all of a building.
type NewRefund struct {
	EstateID   int64
	BuildingID int64
	Units      []int64
	Reason     string
	FileIDs    []int64 // what proves that the building is gone
}

// AskRefund puts units that are gone before a second person.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrNoEntry, ErrTapReused, fault.ErrInvalid.
func (s *Service) AskRefund(ctx context.Context, actor org.Actor, in NewRefund) (int64, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	var c fault.Checks
	c.Check(runes(in.Reason, 4, 500), "reason", "请写明房屋怎样灭失（4至500个字）")
	c.Check((in.BuildingID != 0) != (len(in.Units) > 0) && len(in.Units) <= maxRefunds, "units", fmt.Sprintf("请选择一幢楼，或者1至%d户", maxRefunds))
	c.Check(len(in.FileIDs) > 0 && len(in.FileIDs) <= 10, "file_ids", "请上传房屋灭失的证明（1至10份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "ask refund", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		q := tx.Where("estate_id = ?", in.EstateID)
		if in.BuildingID != 0 {
			q = q.Where("building_id = ? AND closed_at IS NULL", in.BuildingID)
		} else {
			q = q.Where("unit_id IN ?", in.Units) // also one that is closed: interest may have come later
		}
		var subs []SubAccount
		if err := q.Order("unit_id").Limit(maxRefunds + 1).Find(&subs).Error; err != nil {
			return 0, err
		}
		if len(subs) == 0 || len(subs) > maxRefunds || len(in.Units) > 0 && len(subs) != len(in.Units) {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "units", Reason: fmt.Sprintf("有的户没有分户账或重复，或者超过%d户；超过的请分几次办理", maxRefunds)})
		}
		row := &Refund{EstateID: in.EstateID, PaidOn: dayOf(today(tx)), Reason: in.Reason, State: "asked", AskedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(row).Error; err != nil {
			return 0, err
		}
		lines := make([]RefundLine, len(subs))
		for i, x := range subs {
			lines[i] = RefundLine{RefundID: row.ID, UnitID: x.UnitID, Seller: x.Seller}
		}
		if err := tx.CreateInBatches(lines, 200).Error; err != nil {
			return 0, err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, "document", "fund_refund", row.ID, row.EstateID); err != nil {
			return 0, err
		}
		return row.ID, jot(tx, actor, "ask_refund", "fund_refund", row.ID, row.EstateID, map[string]any{"units": len(lines)})
	})
}

// DecideRefund is the second person's word. Agreed to, the balances of that day are paid out to that day's owners and to the sellers, and
// the sub-accounts are closed.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrAnotherPerson, ErrStage, ErrNegative, ErrStillOwed, ErrBankShort, ErrImporting, ErrTapReused, fault.ErrInvalid.
func (s *Service) DecideRefund(ctx context.Context, actor org.Actor, id int64, agree bool, answer string) (int64, error) {
	answer = strings.TrimSpace(answer)
	if !runes(answer, 0, 500) || !agree && answer == "" {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "answer", Reason: "不同意的请写明理由（不超过500个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "decide refund", func(tx *store.Tx) (int64, error) {
		row, _, err := ofKeeper(tx, actor, id, func(x *Refund) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if row.AskedBy == actor.PersonID {
			return 0, ErrAnotherPerson
		}
		if row.State != "asked" {
			return 0, ErrStage.Saying("这次退还" + RefundStates[row.State] + "，不能再办")
		}
		if err := notImporting(tx, row.EstateID); err != nil {
			return 0, err
		}
		row.State, row.Answer, row.DecidedBy, row.DecidedAt = "refused", answer, actor.PersonID, &tx.Now
		if agree {
			if err := row.pay(tx, actor); err != nil {
				return 0, err
			}
		}
		err = tx.Model(&Refund{}).Where("id = ?", row.ID).Select("state", "answer", "decided_by", "decided_at", "paid_on", "owners_fen", "seller_fen", "journal_id").Updates(row).Error
		if err != nil {
			return 0, err
		}
		return row.ID, jot(tx, actor, "decide_refund", "fund_refund", row.ID, row.EstateID, map[string]any{"agree": agree})
	})
}

// ErrNegative says that a sub-account to be refunded has less than nothing.
var ErrNegative = fault.New(fault.Conflict, "fund.negative", "有的户分户账余额为负数，请先逐笔核对、补足后再退还")

func (r *Refund) pay(tx *store.Tx, actor audit.Actor) error {
	var list []RefundLine
	if err := tx.Where("refund_id = ?", r.ID).Order("unit_id").Find(&list).Error; err != nil {
		return err
	}
	units := make([]int64, len(list))
	for i, l := range list {
		units[i] = l.UnitID
	}
	// Money that counts only from a later day would stay behind.
	balances, err := standing(tx, r.EstateID, units, always)
	if err != nil {
		return err
	}
	owed, err := owing(tx, r.EstateID, units, always)
	if err != nil {
		return err
	}
	sets, err := ownersNow(tx, units)
	if err != nil {
		return err
	}
	var lines []ledger.Line
	for i := range list {
		l := &list[i]
		b := balances[l.UnitID]
		if b.Owners < 0 || b.Seller < 0 {
			return ErrNegative
		}
		more, err := l.settle(b, owed[l.UnitID])
		if err != nil {
			return err
		}
		lines = append(lines, more...)
		l.OwnerSetID = sets[l.UnitID]
		r.OwnersFen, r.SellerFen = r.OwnersFen+l.OwnersFen, r.SellerFen+l.SellerFen
		err = tx.Model(&RefundLine{}).Where("id = ?", l.ID).Select("owner_set_id", "owners_fen", "seller_fen", "owed_fen", "seller_owed").Updates(l).Error
		if err != nil {
			return err
		}
	}
	res := tx.Model(&SubAccount{}).Where("unit_id IN ? AND closed_at IS NULL", units).Update("closed_at", tx.Now)
	if res.Error != nil {
		return res.Error
	}
	r.State, r.PaidOn = "paid", dayOf(today(tx))
	if len(lines) == 0 {
		if res.RowsAffected == 0 {
			return ErrStage.Saying("这几户已经退还并销户，没有余额可退")
		}
		return nil
	}
	bank, err := ledger.Balances(tx, r.EstateID, ledger.Fund, []ledger.Code{ledger.FundBank}, nil, today(tx))
	if err != nil {
		return err
	}
	if bank[ledger.Key{Code: ledger.FundBank}] < r.OwnersFen+r.SellerFen {
		return ErrBankShort
	}
	if back := r.OwnersFen + r.SellerFen; back != 0 {
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FundBank}, Amount: -back})
	}
	j, err := ledger.Post(tx, actor, r.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("refund-%d", r.ID), Effective: today(tx),
		Source: ledger.Source{Kind: "fund_refund", ID: r.ID, Text: fmt.Sprintf("房屋灭失退还第%d号", r.ID)}, Memo: "房屋灭失，退还余额", Lines: lines})
	if err == nil {
		r.JournalID = j.ID
	}
	return err
}

// ErrStillOwed says that a sub-account has less than its unit has to make up.
var ErrStillOwed = fault.New(fault.Conflict, "fund.still_owed", "有的户维修时分摊的钱还没有补齐，分户账余额也不够补，不能退还、销户；请这户先补交，或者把其他户分开办理")

// settle gives the lines that pay a unit out: what it has to make up is taken first, in the same journal.
func (l *RefundLine) settle(has, owed Standing) (lines []ledger.Line, err error) {
	for _, sub := range subCodes {
		b, d := has.of(sub), max(owed.of(sub), 0)
		if d > b {
			return nil, ErrStillOwed
		}
		if b != 0 {
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: sub, UnitID: l.UnitID}, Amount: b})
		}
		if d != 0 {
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: dueOf(sub), UnitID: l.UnitID}, Amount: -d, Memo: "退还前补上维修时差的"})
		}
		if sub == ledger.FundSeller {
			l.SellerFen, l.SellerOwed = b-d, d
		} else {
			l.OwnersFen, l.OwedFen = b-d, d
		}
	}
	return lines, nil
}

// RefundView is a refund with its units.
type RefundView struct {
	Refund
	List []RefundedUnit
}

// RefundedUnit is a line with the unit's name.
type RefundedUnit struct {
	RefundLine
	Unit string
}

// FindRefund shows a refund; what a unit made up before it, to those who may see debts. Faults: org.ErrForbidden, ErrNoEntry.
func (s *Service) FindRefund(ctx context.Context, actor org.Actor, id int64) (*RefundView, error) {
	var v RefundView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		row, err := ofReader(tx, actor, id, func(x *Refund) int64 { return x.EstateID })
		if err != nil {
			return err
		}
		v = RefundView{Refund: *row}
		var lines []RefundLine
		if err := tx.Where("refund_id = ?", id).Order("unit_id").Limit(maxRefunds).Find(&lines).Error; err != nil {
			return err
		}
		seen, err := seesDebts(tx, actor, org.ReadFundDebts, row.EstateID)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if !seen {
				l.OwedFen, l.SellerOwed = 0, 0
			}
			v.List = append(v.List, RefundedUnit{RefundLine: l})
		}
		return nameUnits(tx, v.List, func(x *RefundedUnit) (int64, *string) { return x.UnitID, &x.Unit })
	})
	return &v, err
}
