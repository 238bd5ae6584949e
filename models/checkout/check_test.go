package checkout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// TestTampering: a receipt that is not WeChat's payment, one that is missing, a refund without its receipt or outside of the books: each is
// found, and nothing is found before.
func TestTampering(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.paid("r2", 1)
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	w.must(w.box.Settle(w.refunds()[0].Number, "SUCCESS"))
	w.later(time.Hour)
	found := func() string {
		text := ""
		w.tx(func(tx *store.Tx) error {
			var a, b, c []int64
			if err := checkout.Unpaired(tx).Scan(&a).Error; err != nil {
				return err
			}
			if err := checkout.Unreceipted(tx).Scan(&b).Error; err != nil {
				return err
			}
			err := checkout.Waiting(tx).Scan(&c).Error
			text = fmt.Sprint(len(a), len(b), len(c))
			return err
		})
		return text
	}
	if got := found(); got != "0 0 0" {
		t.Fatalf("before: %s", got)
	}
	for _, x := range []struct{ set, undo, want string }{
		{"UPDATE fee_payments SET serial = 'X' WHERE id = 1", "", "1 0 0"},
		{"UPDATE pay_orders SET payment_id = 2 WHERE id = 1", "UPDATE pay_orders SET payment_id = 1 WHERE id = 1", "1 0 0"},
		{"UPDATE pay_orders SET state = 'closed' WHERE id = 1", "UPDATE pay_orders SET state = 'paid' WHERE id = 1", "1 0 0"},
		{"UPDATE pay_orders SET payment_id = 0 WHERE id = 1", "UPDATE pay_orders SET payment_id = 1 WHERE id = 1", "1 0 0"},
		{"UPDATE pay_refunds SET payment_id = 0", "UPDATE pay_refunds SET payment_id = 3", "0 1 0"},
		{"UPDATE pay_refunds SET amount = amount + 1", "UPDATE pay_refunds SET amount = amount - 1", "0 1 0"},
		{"UPDATE pay_refunds SET state = 'unbooked'", "UPDATE pay_refunds SET state = 'done'", "0 0 1"},
	} {
		w.tx(func(tx *store.Tx) error { return tx.Exec(x.set).Error })
		if got := found(); got != x.want {
			t.Errorf("%s: %s, want %s", x.set, got, x.want)
		}
		w.tx(func(tx *store.Tx) error {
			if x.undo == "" {
				return tx.Exec("UPDATE fee_payments SET serial = ? WHERE id = 1", *o.TransactionID).Error
			}
			return tx.Exec(x.undo).Error
		})
	}
	if got := found(); got != "0 0 0" {
		t.Errorf("after: %s", got)
	}
}
