package income

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// NewLine is money that came in or was spent.
type NewLine struct {
	EstateID            int64
	ContractID          int64 // 0 where it belongs to none
	Sort                Sort
	Amount              money.Fen
	On                  calendar.Date
	Party, Text         string
	FileIDs             []int64 // receipts, invoices, bank slips
	Source              string  // what the books call it, from domains that publish theirs by itself; empty: income_line
	ClientRef, InputKey string
}

func (in *NewLine) check(today calendar.Date) error {
	in.Party, in.Text = strings.TrimSpace(in.Party), strings.TrimSpace(in.Text)
	var c fault.Checks
	c.Check(SortNames[in.Sort] != "", "sort", "请选择收入或成本")
	c.Check(in.Amount > 0 && in.Amount <= money.Max, "amount", "请填金额，单位是元")
	c.Check(!in.On.IsZero() && !today.Before(in.On) && in.On.Year >= 1990, "on", "请填收到或支出的日期，不能是以后的日子，也不能早于1990年")
	c.Check(length(in.Party, 2, 80), "party", "请写对方单位名称（2至80个字）；对方是个人的，只写“个人”")
	c.Check(length(in.Text, 2, 200), "text", "请写清楚是什么钱（2至200个字）")
	c.Check(len(in.FileIDs) <= 10, "file_ids", "凭据不超过10份")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// RecordLine books money that came in or was spent, with its receipts. A second try with the same client_ref answers the first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNotFound, ErrRefReused, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) RecordLine(ctx context.Context, actor org.Actor, in NewLine) (int64, error) {
	var id int64
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		id, err = s.Book(tx, actor, in)
		return err
	})
	return id, err
}

// Book is RecordLine in the caller's transaction.
func (s *Service) Book(tx *store.Tx, actor org.Actor, in NewLine) (int64, error) {
	e, err := org.EstateFor(tx, actor, org.KeepIncome, in.EstateID)
	if err != nil {
		return 0, err
	}
	if err := in.check(calendar.DateOf(tx.Now)); err != nil {
		return 0, err
	}
	var had []Line
	if err := tx.Where("recorded_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
		return 0, err
	}
	if len(had) == 1 {
		if had[0].InputHash != in.InputKey {
			return 0, ErrRefReused
		}
		return had[0].ID, nil
	}
	if err := s.impersonal(tx, e.ID, map[string]string{"party": in.Party, "text": in.Text}); err != nil {
		return 0, err
	}
	of := ""
	if in.ContractID != 0 {
		c, err := find[Contract](tx.ForUpdate(), actor, org.KeepIncome, in.ContractID)
		if err != nil {
			return 0, err
		}
		if c.EstateID != e.ID {
			return 0, ErrNotFound
		}
		of = fmt.Sprintf("（%s合同第%d号）", KindNames[c.Kind], c.ID)
	}
	l := Line{EstateID: e.ID, ContractID: in.ContractID, Sort: in.Sort, Amount: in.Amount, HappenedOn: day(in.On), Party: in.Party, Text: in.Text, Receipts: len(in.FileIDs), OrganisationID: actor.OrganisationID(),
		RecordedBy: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputKey, CreatedAt: tx.Now}
	if err := tx.Create(&l).Error; err != nil {
		return 0, store.Raced(err)
	}
	if err := s.files.Attach(tx, actor, in.FileIDs, "document", LineFiles, l.ID, e.ID); err != nil {
		return 0, err
	}
	j, err := ledger.Post(tx, actor, e.ID, ledger.Income, l.posting(cmp.Or(in.Source, "income_line"), of))
	if err != nil {
		return 0, err
	}
	if err := tx.Model(&Line{}).Where("id = ?", l.ID).Update("journal_id", j.ID).Error; err != nil {
		return 0, err
	}
	return l.ID, audit.Append(tx, actor, "income."+string(l.Sort), audit.Subject{Kind: "income_line", ID: l.ID, Estate: e.ID}, map[string]any{"amount": l.Amount, "journal": j.No})
}

// title is what the books say of a line: its number and never its words, which may tell of a person and would stay for ever.
func (l *Line) title() string {
	return fmt.Sprintf("公共收益%s，第%d号", SortNames[l.Sort], l.ID)
}

// posting books a line; of names its contract by its number.
func (l *Line) posting(kind, of string) ledger.Posting {
	against, amount := ledger.IncomeRevenue, l.Amount
	if l.Sort == Cost {
		against, amount = ledger.IncomeCost, -l.Amount
	}
	return ledger.Posting{Ref: fmt.Sprintf("line-%d", l.ID), Effective: dateOf(l.HappenedOn), Source: ledger.Source{Kind: kind, ID: l.ID, Text: l.title() + of},
		Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.IncomeBank}, Amount: amount}, {Key: ledger.Key{Code: against}, Amount: -amount}}}
}

// AddPapers adds receipts to a line that was booked without, or with too few.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AddPapers(ctx context.Context, actor org.Actor, id int64, files []int64) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		l, err := find[Line](tx.ForUpdate(), actor, org.KeepIncome, id)
		if err != nil {
			return err
		}
		if len(files) == 0 || l.Receipts+len(files) > 10 {
			return fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "请上传凭据，一笔账一共不超过10份"})
		}
		if l.StruckAt != nil {
			return ErrState.Saying("这一笔已经冲销，不用再补凭据")
		}
		if err := s.files.Attach(tx, actor, files, "document", LineFiles, l.ID, l.EstateID); err != nil {
			return err
		}
		if err := tx.Model(&Line{}).Where("id = ?", l.ID).Update("receipts", l.Receipts+len(files)).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.papers", audit.Subject{Kind: "income_line", ID: l.ID, Estate: l.EstateID}, map[string]any{"files": len(files)})
	})
}
