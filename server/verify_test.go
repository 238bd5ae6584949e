package main

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/store"
)

// TestVerifyFindsWhatIsBroken: every promise that verify checks holds in the demo town and is missed when it is broken.
func TestVerifyFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.furnish("")
	e.drain()
	broken := map[string]string{
		"every case stands where its last step left it": "UPDATE cases SET state = 'closed'",
		"no case misses a step":                         "DELETE FROM case_steps",
		"no body leads or joins a case about itself":    "UPDATE cases SET about_id = (SELECT id FROM organisations WHERE kind = 'bureau'), lead_id = (SELECT id FROM organisations WHERE kind = 'office')",
		"every party has the end of its case":           "UPDATE case_parties SET closed_at = '2026-01-01 00:00:00'",
		"every unit in use has one current owner set":   "UPDATE ownerships SET current_unit = NULL",
		"every delivery belongs to a message":           "DELETE FROM outbox_messages",
		"every delivery that waits stands in a lane":    "UPDATE deliveries SET state = 'pending', lane = 99",
		"every inbox item has its words":                "DELETE FROM message_texts",

		"every decision of a committee is what its votes say":        "UPDATE committee_items SET state = 'passed'",
		"every vote in a committee is a member's who attended":       "INSERT INTO committee_votes (meeting_id, item_id, member_id, choice, reason, interest, via, link_id, at) VALUES (1, 1, 999999, 'yes', '', '', 'office', 0, '2026-01-01 00:00:00')",
		"every committee meeting has the members that it began with": "UPDATE committee_meetings SET seats = 3",

		"every bill is settled when nothing of it is owed":   "UPDATE fee_bills SET state = 'settled'",
		"the fee books say of every unit what its bills say": "DELETE FROM fee_allocations",

		"the fee books hold for every unit what it has paid ahead":                                 "UPDATE fee_payments SET prepaid = prepaid + 1",
		"the fee books hold for every unit what it has deposited":                                  "UPDATE fee_payments SET kind = 'deposit'",
		"the fee books hold the money that nobody has claimed":                                     "UPDATE fee_payments SET state = 'suspense'",
		"the fee books have the money of every way that came in, went out and was settled":         "UPDATE fee_payments SET amount = amount + 1",
		"every closed day of a cashier is the sum of its movements":                                "UPDATE fee_days SET cash = cash + 1",
		"the fund's books put on every sub-account what the slips, lists, incomes and refunds say": "INSERT INTO fund_deposits (slip_id, estate_id, unit_id, plan_id, kind, payer, amount, dropped) VALUES (99, 1, 1, 0, 'first', 'owner', 100, FALSE)",
		"the fund's bank account moved by what the slips, lists, incomes and refunds say":          "INSERT INTO fund_slips (estate_id, slip, paid_on, amount, plan_id, journal_id, created_by, created_at, reversed_by, reason) VALUES (1, 'X', '2026-01-01', 100, 0, 0, 1, '2026-01-01 00:00:00', 0, '')",
		"the books of the public income moved what its lines and settlements say":                  "UPDATE income_lines SET amount = amount + 1",
		"every line of the public income has its journal":                                          "UPDATE income_lines SET journal_id = 0",
		"every order that WeChat paid has its one receipt, of WeChat's number":                     "INSERT INTO pay_orders (number, account_id, estate_id, company_id, unit_id, person_id, client_ref, input_hash, amount, state, prepay_id, expires_at, payment_id, tries, failure, created_at) VALUES ('FX', 1, 1, 1, 1, 1, 'x', '', 100, 'paid', '', '2026-01-01 00:00:00', 0, 0, '', '2026-01-01 00:00:00')",
		"every refund that WeChat gave has its receipt":                                            refundLike("done"),
		"no refund that WeChat gave waits for the books":                                           refundLike("unbooked"),
		"every settlement that is taken back has its one reversal in the books":                    "UPDATE fee_changes SET kind = 'settle', state = 'approved', live = NULL",
		"every payment that is taken back has its one refund in the books":                         "UPDATE fee_payments SET state = 'reversed'",
		"every payment that ended with its refunds came and went at WeChat alone":                  "INSERT INTO pay_differences (account_id, estate_id, company_id, day_on, kind, cause, number, transaction_id, order_id, refund_id, ours, theirs, note, state, action, reason, proposed_by, decided_by, payment_id, created_at) VALUES (1, 1, 1, '2026-01-01', 'refund', 'stray', 'RX', 'TX', 0, 0, 0, 100, '', 'resolved', 'link', '', 1, 2, 0, '2026-01-01 00:00:00')",
	}
	undo := errors.New("undo")
	for _, check := range invariants {
		statement, ok := broken[check.says]
		if !ok {
			t.Errorf("nothing breaks %q", check.says)
			continue
		}
		err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
			var bad []int64
			if err := check.find(tx).Limit(1).Scan(&bad).Error; err != nil || len(bad) > 0 {
				t.Errorf("%s: broken from the start: %v, %v", check.says, bad, err)
			}
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
			if check.says == "no body leads or joins a case about itself" {
				if err := tx.Exec("UPDATE case_parties SET organisation_id = (SELECT id FROM organisations WHERE kind = 'office') WHERE role = 'lead'").Error; err != nil {
					return err
				}
			}
			if err := check.find(tx).Limit(1).Scan(&bad).Error; err != nil || len(bad) == 0 {
				t.Errorf("%s: not found when broken, %v", check.says, err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%s: %v", check.says, err)
		}
	}
}

func refundLike(state string) string {
	return "INSERT INTO pay_refunds (number, account_id, estate_id, company_id, order_id, change_id, transaction_id, amount, total, state, refund_id, tries, payment_id, failure, created_at) VALUES ('RB', 1, 1, 1, 1, -99, '', 100, 100, '" + state + "', '', 0, 0, '', '2026-01-01 00:00:00')"
}
