package fund

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// BankMonth is a month of the bank's statement of the special account, held against the books (Order 165 art. 30).
type BankMonth struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	FirstDay   time.Time `gorm:"type:date"`
	Slot       *string   // the month, while this upload stands
	FileID     int64
	FileSHA256 string    `gorm:"column:file_sha256"`
	Opening    money.Fen // as the bank has it
	Closing    money.Fen
	Books      money.Fen // what the books have at the end of the month
	State      string    // open, closed, withdrawn
	CreatedBy  int64
	CreatedAt  time.Time
	ClosedBy   int64
	ClosedAt   *time.Time
	Reason     string // of a withdrawal
}

// TableName names the table.
func (BankMonth) TableName() string { return "fund_bank_months" }

// last is the last day of the month.
func (m *BankMonth) last() calendar.Date { return dateOf(m.FirstDay.AddDate(0, 1, -1)) }

// BankLine is a line of it, without what the bank writes of people. Amount is what came in, negative what went out.
type BankLine struct {
	ID      int64 `gorm:"primaryKey"`
	MonthID int64
	Line    int
	OnDay   time.Time `gorm:"type:date"`
	Amount  money.Fen
	Serial  string
	EntryID int64 // of the books, that it agrees with; 0 for none
}

// TableName names the table.
func (BankLine) TableName() string { return "fund_bank_lines" }

// Difference is something that the bank and the books do not have alike.
type Difference struct {
	ID          int64 `gorm:"primaryKey"`
	MonthID     int64
	Kind        DifferenceKind
	BankLineID  int64
	EntryID     int64
	BankFen     money.Fen
	BooksFen    money.Fen
	BankOn      *time.Time `gorm:"type:date"`
	BooksOn     *time.Time `gorm:"type:date"`
	Serial      string
	Source      string // of the journal
	Explanation string
	ExplainedBy int64
	ExplainedAt *time.Time
}

// TableName names the table.
func (Difference) TableName() string { return "fund_differences" }

// DifferenceKind names a difference.
type DifferenceKind string

// The kinds of differences.
const (
	OnlyBank      DifferenceKind = "only_bank"
	OnlyBooks     DifferenceKind = "only_books"
	AmountDiffers DifferenceKind = "amount"
	DateDiffers   DifferenceKind = "date"
	Doubled       DifferenceKind = "double"
	OpeningGap    DifferenceKind = "opening"
)

// DifferenceNames and DifferenceDeeds are the kinds as people read them, and what to do.
var (
	DifferenceNames = map[DifferenceKind]string{OnlyBank: "银行有、账上没有", OnlyBooks: "账上有、银行没有", AmountDiffers: "金额不一致", DateDiffers: "日期不一致", Doubled: "重复", OpeningGap: "期初余额不一致"}
	DifferenceDeeds = map[DifferenceKind]string{
		OnlyBank:      "向银行核对这笔款项是什么：漏记的补登，补登后会自动对上",
		OnlyBooks:     "核对是不是在途、记错账户或日期：记错的冲销后重记，在途的写明",
		AmountDiffers: "核对回单上的金额：账上记错的冲销后重记",
		DateDiffers:   "写明为什么日期不同，例如跨日入账",
		Doubled:       "核对是不是同一笔：账上重复的冲销一笔，银行重复的请银行更正",
		OpeningGap:    "核对第一次对账之前的账，写明差额是什么",
	}
)

// NewMonth is a month of the bank's statement as the keeper uploads it.
type NewMonth struct {
	EstateID int64
	Month    calendar.Date // its first day
	FileID   int64
	Opening  money.Fen
	Closing  money.Fen
}

// UploadMonth reads a month of the bank's statement and holds it against the books; every difference is named. The statement has to add up
// by itself, and to begin where the last one ended.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrMonthKnown, ErrBadStatement, ErrNoHeading, ErrTapReused,
// faults of the file, fault.ErrInvalid.
func (s *Service) UploadMonth(ctx context.Context, actor org.Actor, in NewMonth) (int64, error) {
	if err := actor.Must(org.KeepFund); err != nil {
		return 0, err
	}
	var c fault.Checks
	first := time.Date(in.Month.Year, in.Month.Month, 1, 0, 0, 0, 0, time.UTC)
	m := &BankMonth{EstateID: in.EstateID, FirstDay: first, FileID: in.FileID, Opening: in.Opening, Closing: in.Closing, State: "open", CreatedBy: actor.PersonID}
	c.Check(!in.Month.IsZero() && m.last().Before(calendar.DateOf(s.db.Now())), "month", "请选择已经过完的月份")
	c.Check(max(in.Opening, -in.Opening, in.Closing, -in.Closing) <= money.Max, "closing", "请填写银行对账单上的期初和期末余额（元）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, err := keeperOf(tx, tx.DB, actor, in.EstateID)
		return err
	})
	if err != nil {
		return 0, err
	}
	read := newBankReader(m)
	if m.FileSHA256, err = s.readSheet(ctx, actor, in.FileID, read); err != nil {
		return 0, err
	}
	if err := read.whole(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "upload month", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		if err := m.follows(tx); err != nil {
			return 0, err
		}
		slot := first.Format("2006-01")
		m.ID, m.Slot, m.CreatedAt = 0, &slot, tx.Now
		if err := tx.Create(m).Error; err != nil {
			return 0, store.Duplicate(err, ErrMonthKnown)
		}
		for i := range read.lines {
			read.lines[i].ID, read.lines[i].MonthID = 0, m.ID
		}
		if len(read.lines) > 0 {
			if err := tx.CreateInBatches(read.lines, 500).Error; err != nil {
				return 0, err
			}
		}
		if err := m.compare(tx); err != nil {
			return 0, err
		}
		if err := s.o.Files.Attach(tx, actor, []int64{in.FileID}, "bank", "fund_bank_month", m.ID, m.EstateID); err != nil {
			return 0, err
		}
		return m.ID, jot(tx, actor, "upload_month", "fund_bank_month", m.ID, m.EstateID, map[string]any{"month": slot, "lines": len(read.lines), "sha256": m.FileSHA256})
	})
}

// Faults of bank statements.
var (
	ErrMonthKnown   = fault.New(fault.Conflict, "fund.month_known", "这个月的银行对账单已经上传过；如果传错了，请先撤回原来的")
	ErrBadStatement = fault.New(fault.Invalid, "fund.bad_statement", "银行对账单有误，请按提示改好后重新上传")
)

// follows refuses a month that does not begin where the last closed one ended.
func (m *BankMonth) follows(tx *store.Tx) error {
	var before []BankMonth
	if err := tx.Where("estate_id = ? AND state IN ('open', 'closed')", m.EstateID).Order("first_day DESC").Limit(1).Find(&before).Error; err != nil || len(before) == 0 {
		return err
	}
	b := before[0]
	next := b.FirstDay.AddDate(0, 1, 0)
	switch {
	case b.FirstDay.Equal(m.FirstDay):
		return ErrMonthKnown
	case !next.Equal(m.FirstDay):
		return ErrBadStatement.Saying(fmt.Sprintf("对账要一个月接一个月：上一次是%s，请上传%s的对账单", b.FirstDay.Format("2006年1月"), next.Format("2006年1月")))
	case b.Closing != m.Opening:
		return ErrBadStatement.Saying(fmt.Sprintf("期初余额%s元和上月期末余额%s元不一致，相差%s元，请核对", m.Opening, b.Closing, m.Opening-b.Closing))
	}
	return nil
}

// entries reads the books' lines of the special account in the month, in their order.
func (m *BankMonth) entries(tx *store.Tx) (list []ledger.StatementLine, closing money.Fen, err error) {
	balances, err := ledger.Balances(tx, m.EstateID, ledger.Fund, []ledger.Code{ledger.FundBank}, nil, m.last())
	if err != nil {
		return nil, 0, err
	}
	page := ledger.StatementPage{EffectiveOn: dayOf(m.last().Add(1)), ID: 1}
	for {
		lines, err := ledger.Statement(tx, m.EstateID, ledger.Fund, ledger.Key{Code: ledger.FundBank}, page, 1000)
		if err != nil {
			return nil, 0, err
		}
		for _, l := range lines {
			if l.EffectiveOn.Before(m.FirstDay) {
				lines = nil
				break
			}
			list = append(list, l)
			page = ledger.StatementPage{EffectiveOn: l.EffectiveOn, ID: l.ID}
		}
		if len(lines) < 1000 {
			return list, balances[ledger.Key{Code: ledger.FundBank}], nil
		}
	}
}
