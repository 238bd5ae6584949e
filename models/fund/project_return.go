package fund

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// AdvanceReturn is money that a contractor gave back: of what was paid ahead for a project that was cancelled, or of what was paid on a decision
// that a court revoked.
type AdvanceReturn struct {
	ID        int64 `gorm:"primaryKey"`
	ProjectID int64
	EstateID  int64
	Amount    money.Fen
	Receipt   string // the bank's; it counts once
	JournalID int64
	// RevocationID is not 0 where a payment on a revoked decision came back.
	RevocationID int64
	CreatedBy    int64
	CreatedAt    time.Time
}

// TableName names the table.
func (AdvanceReturn) TableName() string { return "fund_advance_returns" }

// ErrReturned says that a bank slip is on record.
var ErrReturned = fault.New(fault.Conflict, "project.returned", "这张银行回单已经登记过，请核对回单号")

// RecordReturn books money that a contractor gave back, when it has come: by whoever keeps the account, up to what is owed back.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotKeeper, ErrNoAccount, ErrStep, ErrReturned, fault.ErrInvalid.
func (s *Service) RecordReturn(ctx context.Context, actor org.Actor, id int64, amount, receipt string) (int64, error) {
	receipt = strings.TrimSpace(receipt)
	fen, err := money.Parse(amount)
	var c fault.Checks
	c.Check(err == nil && fen > 0, "amount", "请填写到账金额（元，大于零，最多两位小数）")
	c.Check(runes(receipt, 1, 64), "receipt", "请填写银行回单号（不超过64个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "returned_money", nil, false}, func(tx *store.Tx, p *Project) (string, []string, error) {
		a, err := lockAccount(tx, p.EstateID)
		if err != nil {
			return "", nil, err
		}
		if !keeps(actor, a) {
			return "", nil, ErrNotKeeper.Saying("这个小区的维修资金由" + HolderNames[a.Holder] + "，到账由他们登记")
		}
		if p.CancelledAt == nil || !slices.Contains([]ProjectState{ProjectClosing, ProjectSettled, ProjectFinal}, p.State) {
			return "", nil, ErrStep.Saying("只有取消、正在清算的项目才登记退回的预付款；要先由办理单位申请取消，备案或确认的单位同意")
		}
		if err := nothingAsked(tx, p); err != nil {
			return "", nil, err
		}
		left, err := outstanding(tx, p.ID)
		if err != nil {
			return "", nil, err
		}
		if fen > left {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "amount", Reason: "承包单位还应退回" + left.String() + "元，超出了；多出的请核对来源"})
		}
		row := &AdvanceReturn{Amount: fen, Receipt: receipt}
		if err := row.arrive(tx, actor, p, ledger.FundAdvance, "退回预付款："+p.Title); err != nil {
			return "", nil, err
		}
		return "退回预付款" + fen.String() + "元，回单" + receipt, nil, nil
	})
}

// arrive keeps and books money that came back against the account that it was owed on.
func (x *AdvanceReturn) arrive(tx *store.Tx, actor org.Actor, p *Project, owed ledger.Code, memo string) error {
	x.ProjectID, x.EstateID, x.CreatedBy, x.CreatedAt = p.ID, p.EstateID, actor.PersonID, tx.Now
	if err := tx.Create(x).Error; err != nil {
		return store.Duplicate(err, ErrReturned)
	}
	j, err := ledger.Post(tx, actor, p.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("project:%d:return:%d", p.ID, x.ID), Effective: calendar.DateOf(tx.Now),
		Source: ledger.Source{Kind: "project", ID: p.ID, Text: p.source()}, Memo: memo, Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundBank}, Amount: x.Amount}, {Key: ledger.Key{Code: owed}, Amount: -x.Amount}}})
	if err != nil {
		return err
	}
	return tx.Model(&AdvanceReturn{}).Where("id = ?", x.ID).Update("journal_id", j.ID).Error
}
