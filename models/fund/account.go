package fund

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Holder is who keeps the special account of an estate, instructs the bank and answers for the books.
type Holder string

// The holders.
const (
	HeldByBureau   Holder = "bureau"   // 代管 (Order 165 art. 10)
	HeldByAssembly Holder = "assembly" // after the transfer to the assembly's own account (arts 15, 16)
)

// HolderNames are the holders as people read them.
var HolderNames = map[Holder]string{HeldByBureau: "住建局代管", HeldByAssembly: "业主大会管理（业委会经办）"}

// Account is the maintenance fund of an estate. Of its number at the bank only the last four digits are kept.
type Account struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	Holder    Holder
	Bank      string
	LastFour  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// AssemblyHolds reports whether the owners' assembly keeps the fund of an estate; where nobody has said so, the bureau does.
func AssemblyHolds(tx *store.Tx, estate int64) (bool, error) {
	var n int64
	err := tx.Model(&Account{}).Where("estate_id = ? AND holder = ?", estate, HeldByAssembly).Count(&n).Error
	return n > 0, err
}

// TableName names the table.
func (Account) TableName() string { return "fund_accounts" }

// Holding is since when somebody keeps the account, and by what.
type Holding struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	Holder     Holder
	Bank       string
	LastFour   string
	MeetingID  int64
	Resolution string // number and motion
	Reason     string // the bureau's
	RecordedBy int64

	ConfirmedBy int64 // 0 where it was recorded before a second person was asked
	At          time.Time
}

// TableName names the table.
func (Holding) TableName() string { return "fund_holdings" }

// SubAccount is a unit's. What stands on it is read from the ledger. First is the first deposit, by which renewal is measured
// (Order 165 art. 17); Area is what the bank's list has, 0 where it has none.
type SubAccount struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	BuildingID int64
	UnitID     int64
	FirstFen   money.Fen
	AreaMilli  int64
	Seller     string // the public-housing seller; empty where there is none
	ImportID   int64
	CreatedAt  time.Time
	ClosedAt   *time.Time // refunded
}

// TableName names the table.
func (SubAccount) TableName() string { return "fund_subaccounts" }

// Faults that several actions on the accounts share.
var (
	ErrNoAccount     = fault.New(fault.Conflict, "fund.no_account", "这个小区还没有登记维修资金专户，请先由住建局登记开户银行和账号")
	ErrNotKeeper     = fault.New(fault.Forbidden, "fund.not_keeper", "这个小区的维修资金不由您的单位管理")
	ErrNoEntry       = fault.New(fault.NotFound, "fund.not_found", "没有找到这一项，请刷新后再看")
	ErrStage         = fault.New(fault.Conflict, "fund.wrong_stage", "目前的状态不能这样操作，请刷新后再看")
	ErrAnotherPerson = fault.New(fault.Forbidden, "fund.same_person", "经办的人不能自己复核，请由另一个人来办")
	ErrTapReused     = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
)

// keeps reports whether the actor's organisation keeps an account.
func keeps(actor org.Actor, a *Account) bool {
	if actor.Post == nil || a == nil {
		return false
	}
	return a.Holder == HeldByBureau && actor.Post.OrgKind == org.Bureau || a.Holder == HeldByAssembly && actor.Post.OrgKind == org.Committee
}

// lockAccount takes the account of an estate: its row is the gate of what must not happen twice.
func lockAccount(tx *store.Tx, estate int64) (*Account, error) {
	var a Account
	if err := tx.ForUpdate().Where("estate_id = ?", estate).Take(&a).Error; err != nil {
		return nil, store.NotFound(err, ErrNoAccount)
	}
	return &a, nil
}

// keptBy takes the account of an estate whose keeper the actor acts for.
func keptBy(tx *store.Tx, actor org.Actor, estate int64) (*Account, error) {
	return keeperOf(tx, tx.ForUpdate(), actor, estate)
}

// keeperOf finds the account of an estate by a query, for whoever acts for its keeper.
func keeperOf(tx *store.Tx, q *gorm.DB, actor org.Actor, estate int64) (*Account, error) {
	if _, err := org.EstateFor(tx, actor, org.KeepFund, estate); err != nil {
		return nil, err
	}
	var a Account
	if err := q.Where("estate_id = ?", estate).Take(&a).Error; err != nil {
		return nil, store.NotFound(err, ErrNoAccount)
	}
	if !keeps(actor, &a) {
		return nil, ErrNotKeeper.Saying("这个小区的维修资金由" + HolderNames[a.Holder] + "，请联系他们办理")
	}
	return &a, nil
}

// ofKeeper finds a row by its id and takes its estate's account, for whoever keeps it; anything else is not found.
func ofKeeper[T any](tx *store.Tx, actor org.Actor, id int64, estate func(*T) int64) (*T, *Account, error) {
	var row T
	if err := tx.Where("id = ?", id).Take(&row).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoEntry)
	}
	a, err := keptBy(tx, actor, estate(&row))
	if errors.Is(err, org.ErrEstateNotFound) {
		err = ErrNoEntry
	}
	if err != nil {
		return nil, nil, err
	}
	// What somebody else has done while the account was waited for counts.
	return &row, a, tx.Where("id = ?", id).Take(&row).Error
}

// ofReader finds a row for an office that may read the estate's fund.
func ofReader[T any](tx *store.Tx, actor org.Actor, id int64, estate func(*T) int64) (*T, error) {
	if err := actor.Must(org.ReadFund); err != nil {
		return nil, err
	}
	var row T
	if err := tx.Where("id = ?", id).Take(&row).Error; err != nil {
		return nil, store.NotFound(err, ErrNoEntry)
	}
	_, err := org.EstateFor(tx, actor, org.ReadFund, estate(&row))
	if errors.Is(err, org.ErrEstateNotFound) {
		err = ErrNoEntry
	}
	return &row, err
}

// AccountView is the account of an estate as offices see it.
type AccountView struct {
	Account
	Holdings []Holding // newest first, at most 20
}

// FindAccount shows the special account and who kept it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount.
func (s *Service) FindAccount(ctx context.Context, actor org.Actor, estate int64) (*AccountView, error) {
	var v AccountView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		if err := tx.Where("estate_id = ?", e.ID).Take(&v.Account).Error; err != nil {
			return store.NotFound(err, ErrNoAccount)
		}
		return tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(20).Find(&v.Holdings).Error
	})
	if err != nil {
		return nil, fmt.Errorf("find fund account: %w", err)
	}
	return &v, nil
}

// runes reports whether a text has so many characters.
func runes(s string, low, high int) bool {
	n := len([]rune(s))
	return n >= low && n <= high
}

// dayOf is a date as DATE columns hold it, and dateOf back.
func dayOf(d calendar.Date) time.Time { return org.DayOf(d.Start()) }

func dateOf(t time.Time) calendar.Date {
	y, m, d := t.Date()
	return calendar.Date{Year: y, Month: m, Day: d}
}
