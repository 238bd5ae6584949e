package fee

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Collection is what was charged of a month, and what of these very bills had come in, by the end of a day whose books are closed. Charged and
// Collected are what Rate calls billed and received; what was withdrawn later stood then, so that whoever asks again is told the same.
type Collection struct {
	CompanyID int64 // whose bills
	Charged   money.Fen
	Collected money.Fen
}

// Faults of collections.
var (
	ErrCollectionOpen = fault.New(fault.Conflict, "fee.collection_open", "物业费账还没有结到这一天，收缴的数以后还会变；请先结账，再公布")
	ErrFewHomes       = fault.New(fault.Conflict, "fee.few_homes", "这个月出账的不到5户，公布合计会看出是哪一户；请公布全部收费项目的合计，或者不公布这个月的")
)

// CollectionOf sums the bills of an estate whose period begins in a month, of one rule or with 0 of all. company is 0 for the one that manages the
// estate today, whose books have to be closed; what was published names the company that was asked. It reads whole estates only, and never sums
// of so few homes that they, or what is left of the month without them, were somebody's.
// Faults: org.ErrEstateNotFound, ErrNotFound, ErrCollectionOpen, ErrFewHomes.
func CollectionOf(tx *store.Tx, estate, company int64, month time.Time, rule int64, on calendar.Date) (*Collection, error) {
	fresh := company == 0
	if fresh {
		var err error
		if company, err = collecting(tx, estate, rule, month, on); err != nil {
			return nil, err
		}
	}
	end := on.Add(1).Start().UTC()
	bills := func() *gorm.DB { return billedBy(tx, estate, company, month, end) }
	if fresh {
		if err := enoughHomes(bills, rule); err != nil {
			return nil, err
		}
	}
	asked := bills
	if rule != 0 {
		asked = func() *gorm.DB { return bills().Where("fee_bills.rule_id = ?", rule) }
	}
	sum, err := rates(asked, "fee_bills.estate_id", end)
	if err != nil {
		return nil, err
	}
	c := &Collection{CompanyID: company}
	if len(sum) > 0 {
		c.Charged, c.Collected = sum[0].Billed, sum[0].Received
	}
	return c, nil
}

// collecting is the company whose bills are asked for today, where they no longer move by that day.
func collecting(tx *store.Tx, estate, rule int64, month time.Time, on calendar.Date) (int64, error) {
	e, err := org.OpenEstate(tx, estate)
	if err != nil {
		return 0, err
	}
	if e.CompanyID == 0 {
		return 0, ErrCollectionOpen.Saying("小区现在没有物业公司，没有物业费的收缴可以公布")
	}
	if rule != 0 {
		if err := tx.Where("id = ? AND estate_id = ?", rule, estate).Take(&Rule{}).Error; err != nil {
			return 0, store.NotFound(err, ErrNotFound.Saying("这个小区没有这个收费项目，请核对编号"))
		}
	}
	b, err := ledger.FindBook(tx, estate, ledger.FeesOf(e.CompanyID))
	if err != nil {
		return 0, err
	}
	switch closed := b.Closed(); {
	case closed.IsZero() || closed.Before(on):
		return 0, ErrCollectionOpen.Saying(fmt.Sprintf("物业费账还没有结到%s，收缴的数以后还会变；请先结账，再公布", on))
	case on.Before(calendar.Date{Year: month.Year(), Month: month.Month(), Day: 1}):
		return 0, fault.ErrInvalid.With(fault.Field{Path: "to", Reason: "截止日期不能早于出账的月份"})
	}
	return e.CompanyID, nil
}

// billedBy are the bills of a month that stood at a moment: of runs that were done by then and not taken back yet.
func billedBy(tx *store.Tx, estate, company int64, month, end time.Time) *gorm.DB {
	return tx.Model(&Bill{}).Where("fee_bills.estate_id = ? AND fee_bills.company_id = ? AND fee_bills.period_on >= ? AND fee_bills.period_on < ? AND fee_bills.created_at < ?", estate, company, month, month.AddDate(0, 1, 0), end).
		Where("(fee_bills.run_id = 0 OR EXISTS (SELECT 1 FROM fee_runs r WHERE r.id = fee_bills.run_id AND r.done_at < ? AND (r.cancelled_at IS NULL OR r.cancelled_at >= ?)))", end, end)
}

// enoughHomes refuses sums of too few homes, and a rule that leaves too few: both are a subtraction away.
func enoughHomes(bills func() *gorm.DB, rule int64) error {
	var n struct{ Own, Others, Homes int64 }
	err := bills().Select("COUNT(DISTINCT CASE WHEN fee_bills.rule_id = ? THEN fee_bills.unit_id END) AS own, COUNT(DISTINCT CASE WHEN fee_bills.rule_id <> ? THEN fee_bills.unit_id END) AS others, COUNT(DISTINCT fee_bills.unit_id) AS homes", rule, rule).Scan(&n).Error
	switch {
	case err != nil:
		return err
	case n.Homes < fewest, rule != 0 && (n.Own < fewest || n.Others > 0 && n.Others < fewest):
		return ErrFewHomes
	}
	return nil
}
