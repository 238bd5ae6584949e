package fee_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestAreaIsBilledAndExplained: a run is previewed, published once, seen by the home's owner when it is done, with the formula.
func TestAreaIsBilledAndExplained(t *testing.T) {
	w := newWorld(t)
	rule := w.rule("物业费", fee.PerArea, terms("1.35"))
	in := w.billing(rule, "2026-01-01", 3)
	v := w.preview(in)
	if v.Run.Units != 3 || v.Run.Total != 3*yuan("358.43") {
		t.Fatalf("%d units, %s", v.Run.Units, v.Run.Total)
	}
	if want := "88.50平方米 × 每平方米每月1.35元 × 3个月 = 358.43元（四舍五入到分）"; v.Sample[0].Words != want {
		t.Errorf("%s, want %s", v.Sample[0].Words, want)
	}
	_, err := w.Publish(t.Context(), w.cashier, in, 3, v.Run.Total+1)
	w.wants(err, fee.ErrChanged)
	id, err := w.Publish(t.Context(), w.cashier, in, 3, v.Run.Total)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Tick(t.Context()); err != nil { // the bills are there, the run is not done
		t.Fatal(err)
	}
	if list, _ := w.ListMyBills(t.Context(), w.owner, w.Units[0].ID, 0, 10); len(list) != 0 {
		t.Error("bills are shown before the run is done")
	}
	_, err = w.Publish(t.Context(), w.cashier, in, 3, v.Run.Total)
	w.wants(err, fee.ErrOverlap)
	w.tick()
	list, err := w.ListMyBills(t.Context(), w.owner, w.Units[0].ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].Due() != yuan("358.43") || list[0].Version.Hotline == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	if r, err := w.FindRun(t.Context(), w.cashier, id); err != nil || r.State != fee.Done || r.DoneBy["done"] != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.Publish(t.Context(), w.cashier, in, 0, 0)
	w.wants(err, fee.ErrEmpty)
	_, err = w.Preview(t.Context(), w.cashier, w.billing(rule, "2026-03-01", 1))
	w.wants(err, fee.ErrOverlap)
	w.sound()
}

// TestOnlyAHomesPeopleSeeItsBills: not neighbours, not tenants, not a later owner what an earlier one owed, no other company.
func TestOnlyAHomesPeopleSeeItsBills(t *testing.T) {
	w := newWorld(t)
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.35")), "2026-01-01", 1))
	bill := w.bills(0)[0].ID
	neighbour, tenant := w.Resident(1, org.RoleOwner), w.Resident(0, org.RoleTenant)
	_, err := w.FindMyBill(t.Context(), neighbour, bill)
	w.wants(err, fee.ErrNotFound)
	_, err = w.FindMyBill(t.Context(), tenant, bill)
	w.wants(err, org.ErrForbidden)
	if _, err = w.FindMyBill(t.Context(), w.Resident(0, org.RoleFamily), bill); err != nil {
		t.Error(err)
	}
	for _, a := range []org.Actor{w.Officer(w.Committee, org.Chair), w.Officer(w.Township, org.Head)} {
		_, err = w.FindBill(t.Context(), a, bill)
		w.wants(err, org.ErrForbidden)
	}
	other := w.Officer(w.Company, org.Head)
	other.Post.OrganisationID = w.Community.ID // another company
	_, err = w.FindBill(t.Context(), other, bill)
	w.wants(err, fee.ErrNotFound)
	w.clock.Advance(24 * 3600e9)
	w.sold(0)
	_, err = w.FindMyBill(t.Context(), w.owner, bill)
	w.wants(err, fee.ErrNotFound)
}

// TestAPoolIsDividedToTheFen: the parts are the whole, and each says how it came about.
func TestAPoolIsDividedToTheFen(t *testing.T) {
	w := newWorld(t)
	in := w.billing(w.rule("公共用电", fee.Pool, func() fee.Terms { x := terms("0"); return x }()), "2026-02-01", 1)
	in.Pool, in.PoolText = yuan("100.00"), "2月公共用电，电费单第3号"
	v := w.preview(in)
	sum := money.Fen(0)
	for _, x := range v.Sample {
		sum += x.Amount
	}
	if sum != in.Pool || v.Sample[0].Amount != yuan("33.34") || v.Sample[1].Amount != yuan("33.33") || !strings.Contains(v.Sample[0].Words, "加了一分") || !strings.Contains(v.Sample[1].Words, "总额100.00元 × 本户88.50平方米 ÷ 参加分摊的3户共265.50平方米") {
		t.Errorf("%+v", v.Sample)
	}
	w.publish(in)
	_, err := w.Preview(t.Context(), w.cashier, in)
	w.wants(err, fee.ErrOverlap)
	if how := w.bills(0)[0].Formula(); how.Words(yuan("33.34")) != v.Sample[0].Words {
		t.Errorf("the bill says %s", how.Words(yuan("33.34")))
	}
	w.sound()
}

// TestMetersGoOn: a reading goes on from the last one unless a reason is given, is billed once and then stands; who has none is left out.
func TestMetersGoOn(t *testing.T) {
	w := newWorld(t)
	x := terms("4.55")
	x.Measure = "吨"
	rule := w.rule("水费", fee.Meter, x)
	start := int64(100_000)
	enter := func(period string, list ...fee.Read) error {
		_, err := w.EnterReadings(t.Context(), w.cashier, rule, day(period), list)
		return err
	}
	if err := enter("2026-01-01", fee.Read{UnitID: w.Units[0].ID, Current: 112_500}); err == nil {
		t.Error("a first reading needs one to begin from")
	}
	if err := enter("2026-01-01", fee.Read{UnitID: w.Units[0].ID, Previous: &start, Current: 112_500}); err != nil {
		t.Fatal(err)
	}
	v := w.preview(w.billing(rule, "2026-01-01", 1))
	if v.Run.Units != 1 || v.Counts[fee.SkipReading] != 2 || v.Run.Total != yuan("56.88") || v.Sample[0].Words != "本次读数112.5 − 上次读数100 = 12.5吨，× 每吨4.55元 = 56.88元（四舍五入到分）" {
		t.Errorf("%+v", v)
	}
	w.publish(w.billing(rule, "2026-01-01", 1))
	w.wants(enter("2026-01-01", fee.Read{UnitID: w.Units[0].ID, Previous: &start, Current: 113_000}), fee.ErrRead)
	if err := enter("2026-02-01", fee.Read{UnitID: w.Units[0].ID, Previous: &start, Current: 120_000}); err == nil {
		t.Error("another beginning needs a reason")
	}
	if err := enter("2026-02-01", fee.Read{UnitID: w.Units[0].ID, Current: 120_000}); err != nil {
		t.Fatal(err)
	}
	if v := w.preview(w.billing(rule, "2026-02-01", 1)); v.Run.Total != yuan("34.13") {
		t.Errorf("7.5 tons are %s", v.Run.Total)
	}
	// The others' meters are read late: the same period again bills these alone.
	if err := enter("2026-01-01", fee.Read{UnitID: w.Units[1].ID, Previous: &start, Current: 101_000}); err != nil {
		t.Fatal(err)
	}
	if v := w.preview(w.billing(rule, "2026-01-01", 1)); v.Run.Units != 1 || v.Run.Total != yuan("4.55") || v.Counts[fee.SkipBilled] != 1 {
		t.Errorf("%+v", v)
	}
}

// TestAChangeOfPriceIsANewVersion: no version is edited, none reaches back into what was billed, and no run spans two.
func TestAChangeOfPriceIsANewVersion(t *testing.T) {
	w := newWorld(t)
	rule := w.rule("物业费", fee.PerArea, terms("1.35"))
	w.publish(w.billing(rule, "2026-01-01", 2))
	next := terms("1.50")
	next.StartsOn = day("2026-02-01")
	_, err := w.Revise(t.Context(), w.head, rule, next)
	w.wants(err, fee.ErrBilled)
	next.StartsOn = day("2026-04-01")
	if _, err := w.Revise(t.Context(), w.head, rule, next); err != nil {
		t.Fatal(err)
	}
	_, err = w.Preview(t.Context(), w.cashier, w.billing(rule, "2026-03-01", 2))
	w.wants(err, fee.ErrVersion)
	if v := w.preview(w.billing(rule, "2026-03-01", 1)); v.Version.Price.String() != "1.35" {
		t.Errorf("March costs %s", v.Version.Price)
	}
	if v := w.preview(w.billing(rule, "2026-04-01", 1)); v.Version.Price.String() != "1.50" {
		t.Errorf("April costs %s", v.Version.Price)
	}
	list, err := w.ListRules(t.Context(), w.Resident(2, org.RoleTenant), w.Estate.ID)
	if err != nil || len(list) != 1 || len(list[0].Versions) != 2 || list[0].Versions[1].EndsOn.Format("2006-01-02") != "2026-03-31" {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestTheDeveloperPaysForWhatIsNotHandedOver, whoever bought it: the buyer does not see that bill.
func TestTheDeveloperPaysForWhatIsNotHandedOver(t *testing.T) {
	w := newWorld(t)
	w.tx(func(tx *store.Tx) error {
		set := org.OwnerSet{EstateID: w.Estate.ID, Kind: "developer", CreatedAt: tx.Now}
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[0].ID).Update("delivered", false).Error
	})
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.35")), "2026-01-01", 1)
	if v := w.preview(in); v.Developer != 1 || v.Unknown != 0 {
		t.Errorf("%+v", v)
	}
	w.publish(in)
	if b := w.bills(0)[0]; b.Payer != fee.ByDeveloper || b.OwnerSetID == 0 {
		t.Errorf("%+v", b)
	}
	if list, err := w.ListMyBills(t.Context(), w.owner, w.Units[0].ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("the buyer sees %+v, %v", list, err)
	}
}

// TestARunIsTakenBack with what was paid, discounted and paid ahead on it; then it can be billed anew.
func TestARunIsTakenBack(t *testing.T) {
	w := newWorld(t)
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	run := w.publish(in)
	w.pay(w.paying(0, "50"))
	if err := w.change(fee.Proposal{Kind: fee.Discount, BillID: w.bills(1)[0].ID, Amount: yuan("8.50"), Reason: "电梯停用十天"}); err != nil {
		t.Fatal(err)
	}
	err := w.cancel(run, false)
	w.wants(err, fee.ErrPaid)
	if err := w.cancel(run, true); err != nil {
		t.Fatal(err)
	}
	w.tick()
	for unit, want := range []string{"50", "0", "0"} {
		if h := w.held(unit); h.Owed != 0 || h.Prepaid != yuan(want) {
			t.Errorf("unit %d: %+v", unit, h)
		}
	}
	w.sound()
	w.publish(in)
	if b := w.bills(0); len(b) != 1 || b[0].Due() != yuan("38.50") || b[0].Paid != yuan("50") {
		t.Errorf("what was paid is taken for the new bill: %+v", b)
	}
	w.sound()
}
