package fund

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrUnexplained says that a month cannot be closed yet.
var ErrUnexplained = fault.New(fault.Conflict, "fund.unexplained", "还有差异没有写明原因，不能结账")

// openMonth finds a month that is not closed yet, for the keeper.
func openMonth(tx *store.Tx, actor org.Actor, id int64) (*BankMonth, error) {
	m, _, err := ofKeeper(tx, actor, id, func(x *BankMonth) int64 { return x.EstateID })
	if err == nil && m.State != "open" {
		err = ErrStage.Saying("这个月已经结账或撤回，不能再改")
	}
	return m, err
}

// CompareMonth holds a month against the books again, after something was booked or reversed.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage.
func (s *Service) CompareMonth(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.fundAct(ctx, actor, org.KeepFund, "compare month", func(tx *store.Tx) (int64, error) {
		m, err := openMonth(tx, actor, id)
		if err != nil {
			return 0, err
		}
		return m.ID, m.compare(tx)
	})
}

// ExplainDifferences says why some differences of a month are there; the same words for all of them.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrTapReused, fault.ErrInvalid.
func (s *Service) ExplainDifferences(ctx context.Context, actor org.Actor, month int64, ids []int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 4, 500), "text", "请写明差异的原因（4至500个字）；不要写姓名和电话")
	c.Check(len(ids) >= 1 && len(ids) <= 500, "differences", "一次选择1至500处差异")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "explain differences", func(tx *store.Tx) (int64, error) {
		m, err := openMonth(tx, actor, month)
		if err != nil {
			return 0, err
		}
		res := tx.Model(&Difference{}).Where("month_id = ? AND id IN ?", m.ID, ids).Updates(map[string]any{"explanation": text, "explained_by": actor.PersonID, "explained_at": tx.Now})
		if res.Error != nil {
			return 0, res.Error
		}
		if int(res.RowsAffected) != len(ids) {
			return 0, ErrNoEntry.Saying("有的差异已经不在了，请刷新后再选")
		}
		return m.ID, jot(tx, actor, "explain", "fund_bank_month", m.ID, m.EstateID, map[string]any{"differences": ids})
	})
}

// CloseMonth closes a month that agrees with the bank or whose every difference is explained, by another person than whoever uploaded it;
// nothing is booked into it afterwards.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrAnotherPerson, ErrImporting, ErrAllocating, ErrUnexplained, ErrTapReused.
func (s *Service) CloseMonth(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.fundAct(ctx, actor, org.KeepFund, "close month", func(tx *store.Tx) (int64, error) {
		m, err := openMonth(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if m.CreatedBy == actor.PersonID {
			return 0, ErrAnotherPerson
		}
		if err := notImporting(tx, m.EstateID); err != nil {
			return 0, err
		}
		if err := notAllocating(tx, m.EstateID); err != nil {
			return 0, err
		}
		// The books are closed first, so that nothing comes between the comparison and the close.
		if err := ledger.Close(tx, actor, m.EstateID, ledger.Fund, m.last()); err != nil {
			return 0, err
		}
		if err := m.compare(tx); err != nil {
			return 0, err
		}
		var open, earlier int64
		if err := tx.Model(&Difference{}).Where("month_id = ? AND explanation = ''", m.ID).Count(&open).Error; err != nil {
			return 0, err
		}
		if open > 0 {
			return 0, ErrUnexplained.Saying(fmt.Sprintf("还有%d处差异没有写明原因，逐处写明后才能结账", open))
		}
		err = tx.Model(&BankMonth{}).Where("estate_id = ? AND state = 'open' AND first_day < ?", m.EstateID, m.FirstDay).Count(&earlier).Error
		if err != nil {
			return 0, err
		}
		if earlier > 0 {
			return 0, ErrStage.Saying("前面还有月份没有结账，请先结前面的月份")
		}
		err = tx.Model(&BankMonth{}).Where("id = ?", m.ID).Updates(map[string]any{"state": "closed", "closed_by": actor.PersonID, "closed_at": tx.Now}).Error
		if err != nil {
			return 0, err
		}
		return m.ID, jot(tx, actor, "close_month", "fund_bank_month", m.ID, m.EstateID, map[string]any{"bank": int64(m.Closing), "books": int64(m.Books)})
	})
}

// ErrAllocating says that some sub-accounts have their share of an income and others not yet.
var ErrAllocating = fault.New(fault.Conflict, "fund.allocating", "有一笔收益正在计入分户账，还没有记完；请先到这笔收益里继续计入，记完再结账")

// notAllocating refuses a close that would leave an allocation half done.
func notAllocating(tx *store.Tx, estate int64) error {
	var n int64
	if err := tx.Model(&Income{}).Where("estate_id = ? AND state = 'posting'", estate).Limit(1).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return ErrAllocating
	}
	return nil
}

// WithdrawMonth takes a wrong upload back; another may take its place.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrTapReused, fault.ErrInvalid.
func (s *Service) WithdrawMonth(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 2, 300) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么撤回（2至300个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "withdraw month", func(tx *store.Tx) (int64, error) {
		m, err := openMonth(tx, actor, id)
		if err != nil {
			return 0, err
		}
		var later int64
		if err := tx.Model(&BankMonth{}).Where("estate_id = ? AND state = 'open' AND first_day > ?", m.EstateID, m.FirstDay).Count(&later).Error; err != nil {
			return 0, err
		}
		if later > 0 {
			return 0, ErrStage.Saying("后面的月份已经上传，请先撤回后面的")
		}
		err = tx.Model(&BankMonth{}).Where("id = ?", m.ID).Updates(map[string]any{"state": "withdrawn", "slot": nil, "reason": reason}).Error
		if err != nil {
			return 0, err
		}
		return m.ID, jot(tx, actor, "withdraw_month", "fund_bank_month", m.ID, m.EstateID, nil)
	})
}

// MonthView is a month with its differences.
type MonthView struct {
	BankMonth
	Gap         money.Fen // the bank's closing balance less the books'
	Lines       int64
	Unexplained int64
	Differences []Difference
}

// FindMonth shows a month with its differences, after one, at most limit of them. Faults: org.ErrForbidden, ErrNoEntry.
func (s *Service) FindMonth(ctx context.Context, actor org.Actor, id, after int64, limit int) (*MonthView, error) {
	var v MonthView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := ofReader(tx, actor, id, func(x *BankMonth) int64 { return x.EstateID })
		if err != nil {
			return err
		}
		v = MonthView{BankMonth: *m, Gap: m.Closing - m.Books}
		if err := tx.Model(&BankLine{}).Where("month_id = ?", id).Count(&v.Lines).Error; err != nil {
			return err
		}
		if err := tx.Model(&Difference{}).Where("month_id = ? AND explanation = ''", id).Count(&v.Unexplained).Error; err != nil {
			return err
		}
		return tx.Where("month_id = ? AND id > ?", id, after).Order("id").Limit(limit).Find(&v.Differences).Error
	})
	return &v, err
}

// ListMonths pages through the months of an estate, newest upload first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListMonths(ctx context.Context, actor org.Actor, estate, before int64, limit int) (rows []BankMonth, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = newestOf[BankMonth](tx, actor, estate, before, limit)
		return err
	})
	return rows, err
}
