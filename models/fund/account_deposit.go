package fund

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// DepositKind says what a deposit is.
type DepositKind string

// The kinds of deposits.
const (
	FirstDeposit DepositKind = "first"   // before moving in (Order 165 art. 12)
	LaterDeposit DepositKind = "later"   // made up afterwards, of an owner's own will
	Renewal      DepositKind = "renewal" // under a plan that the owners decided
)

// DepositNames and PayerNames are as people read them.
var (
	DepositNames = map[DepositKind]string{FirstDeposit: "首期交存", LaterDeposit: "补交", Renewal: "续交"}
	PayerNames   = map[string]string{"owner": "业主", "developer": "建设单位（未售房屋）", "seller": "公有住房售房单位"}
)

// Slip is a bank slip of deposits: one journal. Slot is its number while it stands, so that the same slip is not entered twice.
type Slip struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	Slip       string
	Slot       *string
	PaidOn     time.Time `gorm:"type:date"`
	Amount     money.Fen
	PlanID     int64
	JournalID  int64
	CreatedBy  int64
	CreatedAt  time.Time
	ReversedBy int64
	ReversedAt *time.Time
	Reason     string
}

// TableName names the table.
func (Slip) TableName() string { return "fund_slips" }

// Deposit is what a slip paid for one unit.
type Deposit struct {
	ID       int64 `gorm:"primaryKey"`
	SlipID   int64
	EstateID int64
	UnitID   int64
	PlanID   int64
	Kind     DepositKind
	Payer    string // owner, developer, seller
	Amount   money.Fen
	Dropped  bool // with its slip
}

// TableName names the table.
func (Deposit) TableName() string { return "fund_deposits" }

// NewDeposit is what is entered for one unit of a slip.
type NewDeposit struct {
	UnitID     int64
	Kind       DepositKind
	Seller     bool   // the public-housing seller's own, into its own sub-account (Order 165 arts 8, 9)
	SellerName string // once, with its first deposit
	Amount     money.Fen
}

// NewSlip is a bank slip as the keeper enters it.
type NewSlip struct {
	EstateID int64
	Slip     string
	PaidOn   calendar.Date
	PlanID   int64 // of renewals
	Deposits []NewDeposit
	FileIDs  []int64
}

// maxDeposits of a slip: what each makes up is two lines of a journal.
const maxDeposits = 400

// ErrSlipKnown says that a slip is on record.
var ErrSlipKnown = fault.New(fault.Conflict, "fund.slip_known", "这张银行回单已经登记过；如果登记有误，请先冲销原来的，再重新登记")

func (in *NewSlip) check(today calendar.Date) error {
	in.Slip = strings.TrimSpace(in.Slip)
	var c fault.Checks
	c.Check(in.Slip != "" && len(in.Slip) <= 64, "slip", "请填写银行回单号（不超过64个字节）")
	c.Check(!in.PaidOn.IsZero() && !today.Before(in.PaidOn), "paid_on", "请填写到账日期，不能晚于今天")
	c.Check(len(in.Deposits) >= 1 && len(in.Deposits) <= maxDeposits, "deposits", fmt.Sprintf("一张回单填1至%d户，更多的请分几张登记", maxDeposits))
	type place struct {
		unit   int64
		seller bool
	}
	seen := map[place]bool{}
	for i, d := range in.Deposits {
		at := fmt.Sprintf("deposits[%d].", i)
		c.Check(DepositNames[d.Kind] != "", at+"kind", "请选择首期交存、补交或续交")
		c.Check(d.Amount > 0 && d.Amount <= money.Max/maxDeposits, at+"amount", "金额要大于零，单位是元")
		c.Check(!seen[place{d.UnitID, d.Seller}], at+"unit_id", "同一户在一张回单里只填一次")
		c.Check((d.Kind == Renewal) == (in.PlanID != 0), at+"kind", "续交要选择续交方案，其他交存不选")
		c.Check(!d.Seller || d.Kind != Renewal, at+"seller", "续交由业主交存")
		c.Check(runes(d.SellerName, 0, 100), at+"seller_name", "售房单位名称不超过100个字")
		seen[place{d.UnitID, d.Seller}] = true
	}
	return c.Err()
}

// RecordSlip books deposits that have come to the special account: they stand on the sub-accounts since they came, and make up from today what is
// owed beside them. A first deposit is held to the local rate where that is supplied.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrNoEntry, ErrSlipKnown, ErrStage, ErrTapReused,
// ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) RecordSlip(ctx context.Context, actor org.Actor, in NewSlip) (int64, error) {
	if err := in.check(calendar.DateOf(s.db.Now())); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "record slip", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		if err := notImporting(tx, in.EstateID); err != nil {
			return 0, err
		}
		row := &Slip{EstateID: in.EstateID, Slip: in.Slip, Slot: &in.Slip, PaidOn: dayOf(in.PaidOn), PlanID: in.PlanID, CreatedBy: actor.PersonID, CreatedAt: tx.Now}
		for _, d := range in.Deposits {
			row.Amount += d.Amount
		}
		if err := tx.Create(row).Error; err != nil {
			return 0, store.Duplicate(err, ErrSlipKnown)
		}
		lines, err := s.deposit(tx, row, in.Deposits)
		if err != nil {
			return 0, err
		}
		source := ledger.Source{Kind: "fund_slip", ID: row.ID, Text: "银行回单 " + row.Slip}
		j, err := ledger.Post(tx, actor, row.EstateID, ledger.Fund, ledger.Posting{Ref: row.ref(), Effective: in.PaidOn, Source: source, Memo: "交存",
			Lines: append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FundBank}, Amount: row.Amount})})
		if err != nil {
			return 0, err
		}
		if err := makeUp(tx, actor, row.EstateID, row.ref(), in.PaidOn, source, lines); err != nil {
			return 0, err
		}
		if err := tx.Model(&Slip{}).Where("id = ?", row.ID).Update("journal_id", j.ID).Error; err != nil {
			return 0, err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, "document", "fund_slip", row.ID, row.EstateID); err != nil {
			return 0, err
		}
		return row.ID, jot(tx, actor, "deposit", "fund_slip", row.ID, row.EstateID, map[string]any{"units": len(in.Deposits), "fen": int64(row.Amount)})
	})
}

func (slip *Slip) ref() string { return fmt.Sprintf("deposit-%d", slip.ID) }

// deposit writes the deposits of a slip and gives their lines.
func (s *Service) deposit(tx *store.Tx, slip *Slip, list []NewDeposit) ([]ledger.Line, error) {
	units, subs, err := openSubAccounts(tx, slip.EstateID, list)
	if err != nil {
		return nil, err
	}
	buildings := make([]org.Unit, 0, len(units))
	for _, u := range units {
		buildings = append(buildings, u)
	}
	rates, err := s.firstRates(tx, buildingsOf(buildings))
	if err != nil {
		return nil, err
	}
	owed, err := slip.owed(tx, units)
	if err != nil {
		return nil, err
	}
	rows, lines := make([]Deposit, 0, len(list)), make([]ledger.Line, 0, len(list)+1)
	for i, d := range list {
		u, sub := units[d.UnitID], subs[d.UnitID]
		at := fmt.Sprintf("deposits[%d].amount", i)
		if d.Kind == Renewal && d.Amount > owed[d.UnitID] {
			return nil, fault.ErrInvalid.With(fault.Field{Path: at, Reason: "这户按续交方案还应交" + max(owed[d.UnitID], 0).String() + "元，超出了；多交的请按补交登记"})
		}
		if d.Kind == FirstDeposit && !d.Seller {
			if err := rates.fits(&u, sub.FirstFen+d.Amount, at); err != nil {
				return nil, err
			}
			if err := tx.Model(&SubAccount{}).Where("id = ?", sub.ID).Update("first_fen", sub.FirstFen+d.Amount).Error; err != nil {
				return nil, err
			}
		}
		if d.SellerName != "" && sub.Seller == "" {
			if err := tx.Model(&SubAccount{}).Where("id = ?", sub.ID).Update("seller", d.SellerName).Error; err != nil {
				return nil, err
			}
		}
		code := ledger.FundUnit
		if d.Seller {
			code = ledger.FundSeller
		}
		rows = append(rows, Deposit{SlipID: slip.ID, EstateID: slip.EstateID, UnitID: d.UnitID, PlanID: slip.PlanID, Kind: d.Kind, Payer: payerOf(&u, d.Seller), Amount: d.Amount})
		lines = append(lines, ledger.Line{Key: ledger.Key{Code: code, UnitID: d.UnitID}, Amount: -d.Amount, Memo: DepositNames[d.Kind] + "（" + PayerNames[payerOf(&u, d.Seller)] + "）"})
	}
	return lines, tx.CreateInBatches(&rows, 200).Error
}

// fits refuses more than the first deposit that the local rate asks for, where that is known.
func (r *firstRates) fits(u *org.Unit, paid money.Fen, at string) error {
	due, unknown, err := r.due(u.BuildingID, u.AreaMilli)
	if err != nil || unknown != "" || paid <= due {
		return err
	}
	return fault.ErrInvalid.With(fault.Field{Path: at, Reason: fmt.Sprintf("这户面积%s平方米，按标准首期应交%s元，加上这笔就超出了；多交的请按补交登记", u.AreaMilli, due)})
}

// openSubAccounts finds the sub-accounts of units and opens those that are new.
func openSubAccounts(tx *store.Tx, estate int64, list []NewDeposit) (map[int64]org.Unit, map[int64]SubAccount, error) {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.UnitID
	}
	var found []org.Unit
	if err := tx.Where("id IN ? AND estate_id = ? AND removed_at IS NULL", ids, estate).Find(&found).Error; err != nil {
		return nil, nil, err
	}
	units := make(map[int64]org.Unit, len(found))
	for _, u := range found {
		units[u.ID] = u
	}
	var had []SubAccount
	if err := tx.Where("unit_id IN ?", ids).Find(&had).Error; err != nil {
		return nil, nil, err
	}
	subs := make(map[int64]SubAccount, len(ids))
	for _, x := range had {
		subs[x.UnitID] = x
	}
	for i, id := range ids {
		u, ok := units[id]
		if !ok {
			return nil, nil, fault.ErrInvalid.With(fault.Field{Path: fmt.Sprintf("deposits[%d].unit_id", i), Reason: "本小区没有这一户，请从房屋列表里选择"})
		}
		sub, ok := subs[id]
		if ok && sub.ClosedAt != nil {
			return nil, nil, ErrStage.Saying("这一户的维修资金已经退还、分户账已销户，不能再交存")
		}
		if !ok {
			sub = SubAccount{EstateID: estate, BuildingID: u.BuildingID, UnitID: id, CreatedAt: tx.Now}
			if err := tx.Create(&sub).Error; err != nil {
				return nil, nil, store.Raced(err)
			}
			subs[id] = sub
		}
	}
	return units, subs, nil
}
