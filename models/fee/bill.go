package fee

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// BillState says whether anything of a bill is still wanted.
type BillState string

// The states of a bill; Cancelled is shared with runs.
const (
	Open      BillState = "open"
	Settled   BillState = "settled"
	Withdrawn BillState = "cancelled"
)

// BillNames in Chinese.
var BillNames = map[BillState]string{Open: "待缴", Settled: "已结清", Withdrawn: "已撤销"}

// Payers of a bill.
const (
	ByOwner     = "owner"
	ByDeveloper = "developer"
)

// Bill is what a unit is charged for one rule and period. What it still wants is computed, see due.
type Bill struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	EstateID   int64
	CompanyID  int64
	BuildingID int64
	UnitID     int64
	Unit       string
	OwnerSetID int64 // whose debt it is: 0 where the register named nobody
	Payer      string
	RunID      int64 // 0 for opening arrears
	Part       int
	RuleID     int64
	VersionID  int64
	Title      string
	PeriodOn   time.Time `gorm:"type:date"`
	Months     int64
	DueOn      time.Time `gorm:"type:date"`
	Amount     money.Fen // as it was charged
	How        string
	State      BillState
	Live       *string // rule, period and unit until it is withdrawn
	CreatedAt  time.Time
}

// TableName names the table.
func (Bill) TableName() string { return "fee_bills" }

// Owed is a bill with what has become of it.
type Owed struct {
	Bill
	Changed money.Fen // by adjustments, discounts and write-offs
	Paid    money.Fen
	Lines   []Change // those that changed it, on a single bill
	Dispute *Dispute // runs, so that nobody is reminded of it; where a reader asks for bills
}

// Due is what is still wanted.
func (o *Owed) Due() money.Fen {
	if o.State == Withdrawn {
		return 0
	}
	return o.Amount + o.Changed - o.Paid
}

// out leaves out the bills of runs that are not done: nobody sees or pays them yet.
func out(q *gorm.DB) *gorm.DB {
	return q.Where("(fee_bills.run_id = 0 OR EXISTS (SELECT 1 FROM fee_runs r WHERE r.id = fee_bills.run_id AND r.state = 'done'))")
}

// owed adds to bills what became of them.
func owed(tx *store.Tx, bills []Bill) ([]Owed, error) {
	list, place := make([]Owed, len(bills)), make(map[int64]int, len(bills))
	ids := make([]int64, len(bills))
	for i, b := range bills {
		list[i].Bill, place[b.ID], ids[i] = b, i, b.ID
	}
	type sum struct {
		BillID int64
		Amount money.Fen
	}
	for chunk := range slices.Chunk(ids, 900) {
		var paid, changed []sum
		if err := tx.Model(&Allocation{}).Select("bill_id, SUM(amount) AS amount").Where("bill_id IN ?", chunk).Group("bill_id").Scan(&paid).Error; err != nil {
			return nil, err
		}
		if err := tx.Model(&Change{}).Select("bill_id, SUM(effect) AS amount").Where("bill_id IN ? AND state = 'approved'", chunk).Group("bill_id").Scan(&changed).Error; err != nil {
			return nil, err
		}
		for _, x := range paid {
			list[place[x.BillID]].Paid = x.Amount
		}
		for _, x := range changed {
			list[place[x.BillID]].Changed = x.Amount
		}
	}
	return list, nil
}

// settle brings the states of bills to what they still want.
func settle(tx *store.Tx, ids ...int64) error {
	var bills []Bill
	if err := tx.Where("id IN ? AND state <> ?", append([]int64{0}, ids...), Withdrawn).Find(&bills).Error; err != nil {
		return err
	}
	list, err := owed(tx, bills)
	if err != nil {
		return err
	}
	to := map[BillState][]int64{}
	for _, o := range list {
		want := Open
		if o.Due() == 0 {
			want = Settled
		}
		if want != o.State {
			to[want] = append(to[want], o.ID)
		}
	}
	for state, ids := range to {
		if err := tx.Model(&Bill{}).Where("id IN ?", ids).Update("state", state).Error; err != nil {
			return err
		}
	}
	return nil
}
