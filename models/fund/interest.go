package fund

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// IncomeKind is what the fund has earned (Order 165 art. 27).
type IncomeKind string

// The kinds of income.
const (
	BankInterest IncomeKind = "interest"
	BondIncome   IncomeKind = "bond"
	PublicIncome IncomeKind = "public" // of common parts
	ScrapIncome  IncomeKind = "scrap"  // 残值
)

// IncomeNames are the kinds as people read them.
var IncomeNames = map[IncomeKind]string{BankInterest: "存储利息", BondIncome: "国债收益", PublicIncome: "公共收益转入", ScrapIncome: "设施设备残值"}

// Income is what the fund has earned in a period: received, weighed, then allocated to the sub-accounts in parts.
type Income struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	Kind       IncomeKind
	Amount     money.Fen
	FromOn     time.Time `gorm:"type:date"`
	ToOn       time.Time `gorm:"type:date"`
	ReceivedOn time.Time `gorm:"type:date"`
	Slip       string
	Slot       *string    // the slip's number, so that it is entered once
	State      string     // received, weighed, posting, posted
	Method     string     // fund.interest_method, as it was when this was weighed
	EntersOn   *time.Time `gorm:"type:date"` // the day on which the shares count in the sub-accounts
	SeenEntry  int64      // the last entry of the books that was weighed
	Shares     int
	Parts      int
	Done       int
	JournalID  int64
	CreatedBy  int64
	CreatedAt  time.Time
	WeighedBy  int64
	WeighedAt  *time.Time
	ApprovedBy int64
	ApprovedAt *time.Time
	FinishedAt *time.Time
}

// TableName names the table.
func (Income) TableName() string { return "fund_incomes" }

// Share is a sub-account's part of an income. Weight is the sum of its balances in fen at the end of each day of the period.
type Share struct {
	ID       int64 `gorm:"primaryKey"`
	IncomeID int64
	Part     int // the journal that books it; 0 for a share of nothing
	UnitID   int64
	Code     ledger.Code
	Weight   int64
	Amount   money.Fen

	place int // of the door among those of the estate
}

// TableName names the table.
func (Share) TableName() string { return "fund_income_shares" }

// IncomeStates are the states as people read them.
var IncomeStates = map[string]string{"received": "已到账，待分配", "weighed": "已试算，待复核", "posting": "正在计入分户账", "posted": "已计入分户账"}

// NewIncome is an income as the keeper enters it.
type NewIncome struct {
	EstateID   int64
	Kind       IncomeKind
	Amount     money.Fen
	From, To   calendar.Date
	ReceivedOn calendar.Date
	Slip       string
	FileIDs    []int64
}

// longestPeriod of an income, in days.
const longestPeriod = 3660

func (in *NewIncome) check(today calendar.Date) error {
	in.Slip = strings.TrimSpace(in.Slip)
	var c fault.Checks
	c.Check(IncomeNames[in.Kind] != "", "kind", "请选择存储利息、国债收益、公共收益转入或残值")
	c.Check(in.Amount > 0 && in.Amount <= money.Max, "amount", "金额要大于零，单位是元")
	c.Check(in.Slip != "" && len(in.Slip) <= 64, "slip", "请填写银行回单号（不超过64个字节）")
	c.Check(!in.ReceivedOn.IsZero() && !today.Before(in.ReceivedOn), "received_on", "请填写到账日期，不能晚于今天")
	c.Check(!in.From.IsZero() && !in.To.Before(in.From), "from", "请填写计息期的起止日期")
	c.Check(!in.ReceivedOn.Before(in.To) && in.To.Before(in.From.Add(longestPeriod)), "to", "计息期不能晚于到账日期，也不超过十年")
	return c.Err()
}

// RecordIncome books an income that has come to the special account; it waits to be allocated.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrSlipKnown, ErrNotHandedOver, ErrTapReused,
// ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) RecordIncome(ctx context.Context, actor org.Actor, in NewIncome) (int64, error) {
	if err := in.check(calendar.DateOf(s.db.Now())); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "record income", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		row := &Income{EstateID: in.EstateID, Kind: in.Kind, Amount: in.Amount, FromOn: dayOf(in.From), ToOn: dayOf(in.To), ReceivedOn: dayOf(in.ReceivedOn), Slip: in.Slip, Slot: &in.Slip, State: "received", CreatedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(row).Error; err != nil {
			return 0, store.Duplicate(err, ErrSlipKnown)
		}
		journal, err := in.book(tx, actor, row)
		if err != nil {
			return 0, err
		}
		if err := tx.Model(&Income{}).Where("id = ?", row.ID).Update("journal_id", journal).Error; err != nil {
			return 0, err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, "document", "fund_income", row.ID, row.EstateID); err != nil {
			return 0, err
		}
		return row.ID, jot(tx, actor, "income", "fund_income", row.ID, row.EstateID, map[string]any{"kind": in.Kind, "fen": int64(in.Amount)})
	})
}

// ErrNotHandedOver says that the books of the public income have not sent what is to be allocated.
var ErrNotHandedOver = fault.New(fault.Conflict, "fund.not_handed_over", "没有找到这笔公共收益转入：请先在公共收益里登记转入维修资金专户，日期、金额和银行流水号要一致")

// book posts what has come to the special account. Public income came with its own settlement: that journal is found, not posted again.
func (in *NewIncome) book(tx *store.Tx, actor org.Actor, row *Income) (int64, error) {
	if in.Kind != PublicIncome {
		j, err := ledger.Post(tx, actor, row.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("income-%d", row.ID), Effective: in.ReceivedOn,
			Source: ledger.Source{Kind: "fund_income", ID: row.ID, Text: "银行回单 " + row.Slip}, Memo: IncomeNames[in.Kind],
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundBank}, Amount: in.Amount}, {Key: ledger.Key{Code: ledger.FundInterest}, Amount: -in.Amount}}})
		if err != nil {
			return 0, err
		}
		return j.ID, nil
	}
	page := ledger.StatementPage{EffectiveOn: row.ReceivedOn, ID: math.MaxInt64}
	for {
		lines, err := ledger.Statement(tx, row.EstateID, ledger.Fund, ledger.Key{Code: ledger.FundInterest}, page, 500)
		if err != nil {
			return 0, err
		}
		for _, l := range lines {
			if !l.EffectiveOn.Equal(row.ReceivedOn) {
				return 0, ErrNotHandedOver
			}
			if l.SourceKind == "income_settlement" && l.Amount == -in.Amount && strings.HasSuffix(l.SourceText, "银行流水号"+row.Slip) {
				return l.JournalID, nil
			}
			page = ledger.StatementPage{EffectiveOn: l.EffectiveOn, ID: l.ID}
		}
		if len(lines) < 500 {
			return 0, ErrNotHandedOver
		}
	}
}

// FindIncome shows an income and its shares, by their size within the estate's order of units, after a share, at most limit of them.
// Faults: org.ErrForbidden, ErrNoEntry.
func (s *Service) FindIncome(ctx context.Context, actor org.Actor, id, after int64, limit int) (*IncomeView, error) {
	var v IncomeView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		row, err := ofReader(tx, actor, id, func(x *Income) int64 { return x.EstateID })
		if err != nil {
			return err
		}
		v = IncomeView{Income: *row}
		var shares []Share
		if err := tx.Where("income_id = ? AND id > ?", id, after).Order("id").Limit(limit).Find(&shares).Error; err != nil {
			return err
		}
		for _, x := range shares {
			v.List = append(v.List, ShareView{Share: x})
		}
		return nameUnits(tx, v.List, func(x *ShareView) (int64, *string) { return x.UnitID, &x.Unit })
	})
	if err != nil {
		return nil, fmt.Errorf("find income: %w", err)
	}
	return &v, nil
}

// IncomeView is an income with some of its shares.
type IncomeView struct {
	Income
	List []ShareView
}

// ShareView is a share with the unit's name.
type ShareView struct {
	Share
	Unit string
}

// ListIncomes pages through the incomes of an estate, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListIncomes(ctx context.Context, actor org.Actor, estate, before int64, limit int) (rows []Income, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = newestOf[Income](tx, actor, estate, before, limit)
		return err
	})
	return rows, err
}

// newestOf reads a page of what an estate's fund has of something, newest first.
func newestOf[T any](tx *store.Tx, actor org.Actor, estate, before int64, limit int) (rows []T, err error) {
	e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
	if err != nil {
		return nil, err
	}
	q := tx.Where("estate_id = ?", e.ID)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return rows, q.Order("id DESC").Limit(limit).Find(&rows).Error
}
