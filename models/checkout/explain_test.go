package checkout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/store"
)

// TestQueriesByTheirKeys keeps the plans over the large tables: lists, what is due, what was paid on a day, what is in an order.
func TestQueriesByTheirKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *store.Tx) error {
		var orders []checkout.Order
		var bills []checkout.OrderBill
		var notices []checkout.Heard
		var refunds []checkout.Refund
		var differences []checkout.Difference
		for i := range 20_000 {
			n, at := int64(i), tx.Now.Add(-time.Duration(i)*time.Minute)
			number := fmt.Sprint("F", i)
			orders = append(orders, checkout.Order{Number: number, AccountID: n % 50, EstateID: n % 50, PersonID: n, ClientRef: "r", State: checkout.Paid, PaidAt: &at, TransactionID: &number, PaymentID: n + 1, CreatedAt: at, ExpiresAt: at})
			bills = append(bills, checkout.OrderBill{OrderID: n, BillID: n})
			notices = append(notices, checkout.Heard{AccountID: n % 50, EventID: number, At: at})
			refunds = append(refunds, checkout.Refund{Number: number, ChangeID: n, AccountID: n % 50, EstateID: n % 50, AcceptedAt: &at, CreatedAt: at})
			differences = append(differences, checkout.Difference{AccountID: n % 50, EstateID: n % 50, Kind: checkout.OnlyOurs, Number: number, TransactionID: strings.Repeat(number, i/10_000), LinkedID: n, State: "resolved", DayOn: day("2026-01-01").AddDate(0, 0, i%60), CreatedAt: at})
		}
		for _, rows := range []any{&orders, &bills, &notices, &refunds, &differences} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		return nil
	})
	explain := "EXPLAIN QUERY PLAN "
	if w.DB.Dialect != store.SQLite {
		explain = "EXPLAIN FORMAT=JSON "
		w.tx(func(tx *store.Tx) error {
			return tx.Exec("ANALYZE TABLE pay_orders, pay_order_bills, pay_notices, pay_refunds, pay_differences").Error
		})
	}
	for query, key := range map[string]string{
		"SELECT id FROM pay_orders WHERE next_at <= '2026-03-02 02:00:00' ORDER BY next_at, id LIMIT 20":                                                                                                                          "pay_orders_next",
		"SELECT id FROM pay_refunds WHERE next_at <= '2026-03-02 02:00:00' ORDER BY next_at, id LIMIT 20":                                                                                                                         "pay_refunds_next",
		"SELECT * FROM pay_orders WHERE estate_id = 7 AND company_id = 0 AND id < 9000 ORDER BY id DESC LIMIT 21":                                                                                                                 "pay_orders_estate",
		"SELECT * FROM pay_orders WHERE estate_id = 7 AND company_id = 0 AND id < 9000 AND state = 'doubt' ORDER BY id DESC LIMIT 21":                                                                                             "pay_orders_state",
		"SELECT * FROM pay_orders WHERE number = 'F7' AND account_id = 7 LIMIT 1":                                                                                                                                                 "pay_orders_number",
		"SELECT * FROM pay_orders WHERE account_id = 7 AND paid_at >= '2026-03-01 16:00:00' AND paid_at < '2026-03-02 16:00:00' ORDER BY paid_at":                                                                                 "pay_orders_paid",
		"SELECT * FROM pay_orders WHERE person_id = 7 AND client_ref = 'r' LIMIT 1":                                                                                                                                               "pay_orders_ref",
		"SELECT * FROM pay_orders WHERE payment_id = 7 LIMIT 1":                                                                                                                                                                   "pay_orders_payment",
		"SELECT DISTINCT pay_orders.* FROM pay_orders JOIN pay_order_bills b ON b.order_id = pay_orders.id WHERE b.live IN (7, 8) LIMIT 2":                                                                                        "pay_order_bills_live",
		"SELECT bill_id FROM pay_order_bills WHERE order_id = 7 ORDER BY bill_id":                                                                                                                                                 "pay_order_bills_order",
		"SELECT COUNT(*) FROM pay_notices WHERE account_id = 7 AND event_id = 'F7'":                                                                                                                                               "pay_notices_event",
		"SELECT * FROM pay_refunds WHERE account_id = 7 AND accepted_at >= '2026-03-01 16:00:00' AND accepted_at < '2026-03-02 16:00:00' ORDER BY accepted_at":                                                                    "pay_refunds_accepted",
		"SELECT * FROM pay_differences WHERE account_id = 7 AND kind = 'only_ours' AND number = 'F7' AND cause = '' AND transaction_id = '' AND theirs = 0 LIMIT 1":                                                               "pay_differences_what",
		"SELECT * FROM pay_differences WHERE transaction_id = 'F19907' AND estate_id = 7 AND company_id = 0 AND refund_id = 0 AND kind IN ('only_theirs', 'refund') ORDER BY id LIMIT 100":                                        "pay_differences_transaction",
		"SELECT * FROM pay_differences WHERE linked_id = 7 AND estate_id = 7 AND company_id = 0 ORDER BY id LIMIT 100":                                                                                                            "pay_differences_linked",
		"SELECT COUNT(*) FROM pay_differences x JOIN pay_accounts a ON a.id = x.account_id AND a.mch_id = 'M' AND a.id <> 7 WHERE x.number = 'F7' AND x.kind = 'only_ours' AND x.transaction_id = '' AND x.cause = ''":            "pay_differences_number",
		"SELECT COALESCE(SUM(p.amount), 0) FROM fee_payments p JOIN pay_orders o ON o.payment_id = p.id WHERE o.account_id = 7 AND o.paid_at >= '2026-03-01 16:00:00' AND o.paid_at < '2026-03-02 16:00:00'":                      "pay_orders_paid",
		"SELECT COALESCE(SUM(p.amount), 0) FROM fee_payments p JOIN pay_differences x ON x.payment_id = p.id WHERE x.account_id = 7 AND x.day_on = '2026-01-08' AND x.state = 'resolved' AND x.kind IN ('only_theirs', 'amount')": "pay_differences_day",
		"SELECT COUNT(*) FROM pay_differences WHERE account_id = 7 AND kind = 'only_ours' AND number = 'F7'":                                                                                                                      "pay_differences_what",
		"SELECT COUNT(*) FROM pay_differences WHERE account_id = 7 AND day_on = '2026-01-08' AND state IN ('open', 'proposed')":                                                                                                   "pay_differences_day",
		"SELECT * FROM pay_differences WHERE estate_id = 7 AND company_id = 0 AND state = 'open' ORDER BY id DESC LIMIT 21":                                                                                                       "pay_differences_state",
	} {
		var plan []map[string]any
		err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Raw(explain + query).Scan(&plan).Error })
		if text := fmt.Sprintf("%s", plan); err != nil || !strings.Contains(text, key) {
			t.Errorf("%s: %s %v", query, text, err)
		}
	}
}
