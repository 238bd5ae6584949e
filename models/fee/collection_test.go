package fee_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// block adds a building of homes of a hundred square metres, and parking spaces.
func (w *world) block(homes, parking int) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		h := org.Building{EstateID: w.Estate.ID, Name: "2", CreatedAt: tx.Now}
		if err := tx.Create(&h).Error; err != nil {
			return err
		}
		for i := range homes + parking {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: h.ID, Number: fmt.Sprint(i + 1), AreaMilli: 100_000, AreaSource: org.FromRegister, UseKind: map[bool]string{true: "parking", false: "residential"}[i >= homes], Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) collection(company int64, month string, rule int64, on string) (c *fee.Collection, err error) {
	w.t.Helper()
	d, err := calendar.ParseDate(on)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.DB.View(w.t.Context(), func(tx *store.Tx) (err error) {
		c, err = fee.CollectionOf(tx, w.Estate.ID, company, day(month), rule, d)
		return err
	})
	return c, err
}

func (w *world) close(on string) {
	w.t.Helper()
	d, err := calendar.ParseDate(on)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		return ledger.Close(tx, w.head, w.Estate.ID, ledger.FeesOf(w.Company.ID), d)
	})
}

// TestACollectionStaysWhatItWas: what was charged and collected by a day is the same whenever it is asked: payments, discounts, money that went
// back and a run that was withdrawn since then change nothing of it, and a new company neither.
func TestACollectionStaysWhatItWas(t *testing.T) {
	w := newWorld(t) // 2026-03-02
	w.block(8, 0)
	rule := w.rule("物业费", fee.PerArea, terms("1.00"))
	run := w.publish(w.billing(rule, "2026-02-01", 1))
	whole := w.collectionOf(rule)
	w.pay(w.paying(0, "40"))
	_, err := w.collection(0, "2026-02-01", 0, "2026-03-02")
	w.wants(err, fee.ErrCollectionOpen)
	w.clock.Advance(24 * time.Hour)
	w.close("2026-03-02")
	is := func(company int64, on string, charged, collected string) {
		t.Helper()
		for _, r := range []int64{0, rule} {
			c, err := w.collection(company, "2026-02-01", r, on)
			if err != nil || c.Charged != yuan(charged) || c.Collected != yuan(collected) || c.CompanyID != w.Company.ID {
				t.Errorf("%s, rule %d: %+v, %v; want %s of %s", on, r, c, err, collected, charged)
			}
		}
	}
	is(0, "2026-03-02", whole, "40")
	paid := w.pay(w.paying(1, "88.50")) // 03-03
	if err := w.change(fee.Proposal{Kind: fee.Discount, BillID: w.bills(2)[0].ID, Amount: yuan("8.50"), Reason: "电梯停用两天"}); err != nil {
		t.Fatal(err)
	}
	is(w.Company.ID, "2026-03-02", whole, "40")
	w.clock.Advance(24 * time.Hour) // 03-04
	w.close("2026-03-03")
	less := (yuan(whole) - yuan("8.50")).String()
	is(0, "2026-03-03", less, "128.50")
	if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: paid, Reason: "刷错了卡，退回"}); err != nil {
		t.Fatal(err)
	}
	if err := w.cancel(run, true); err != nil {
		t.Fatal(err)
	}
	w.tick()
	is(w.Company.ID, "2026-03-02", whole, "40")
	is(w.Company.ID, "2026-03-03", less, "128.50")
	w.clock.Advance(24 * time.Hour) // 03-05
	w.close("2026-03-04")
	if c, err := w.collection(w.Company.ID, "2026-02-01", 0, "2026-03-04"); err != nil || c.Charged != 0 || c.Collected != 0 {
		t.Errorf("withdrawn, and still %+v %v", c, err)
	}
	is(w.Company.ID, "2026-03-02", whole, "40")
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", 0).Error
	})
	is(w.Company.ID, "2026-03-03", less, "128.50")
	_, err = w.collection(0, "2026-02-01", 0, "2026-03-03")
	w.wants(err, fee.ErrCollectionOpen)
}

// collectionOf is what a rule's bills come to, in yuan.
func (w *world) collectionOf(rule int64) string {
	w.t.Helper()
	var fen int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&fee.Bill{}).Select("SUM(amount)").Where("rule_id = ?", rule).Scan(&fen).Error
	})
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// TestNoCollectionOfAHousehold: neither a month nor a rule of fewer than five homes is given, nor a rule that leaves fewer than five of the month.
func TestNoCollectionOfAHousehold(t *testing.T) {
	w := newWorld(t)
	w.block(8, 2)
	home := w.rule("物业费", fee.PerArea, terms("1.00"))
	w.publish(w.billing(home, "2026-01-01", 1))
	in := terms("5.00")
	in.UseKinds = []string{"parking"}
	spaces := w.rule("车位费", fee.PerArea, in)
	w.publish(w.billing(spaces, "2026-01-01", 1))
	w.publish(w.billing(spaces, "2026-02-01", 1))
	w.clock.Advance(24 * time.Hour)
	w.close("2026-03-02")
	if _, err := w.collection(0, "2026-01-01", 0, "2026-03-02"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		month string
		rule  int64
	}{{"2026-01-01", spaces}, {"2026-01-01", home}, {"2026-02-01", 0}, {"2026-02-01", spaces}, {"2026-03-01", 0}} {
		_, err := w.collection(0, c.month, c.rule, "2026-03-02")
		w.wants(err, fee.ErrFewHomes)
	}
	_, err := w.collection(0, "2026-01-01", spaces+99, "2026-03-02")
	w.wants(err, fee.ErrNotFound)
}
