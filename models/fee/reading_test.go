package fee_test

import (
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/fee"
)

func (w *world) meter() int64 {
	x := terms("4.55")
	x.Measure = "吨"
	return w.rule("水费", fee.Meter, x)
}

func (w *world) read(rule int64, period string, unit int, previous, current int64, reason string) error {
	r := fee.Read{UnitID: w.Units[unit].ID, Current: current, Reason: reason}
	if previous >= 0 {
		r.Previous = &previous
	}
	_, err := w.EnterReadings(w.t.Context(), w.cashier, rule, day(period), []fee.Read{r})
	return err
}

// used is what a unit is charged for in a period, in thousandths, by the preview.
func (w *world) used(rule int64, period string) string {
	w.t.Helper()
	v := w.preview(w.billing(rule, period, 1))
	return v.Run.Total.String()
}

// TestACorrectionKeepsLaterReadingsRight: the next reading goes on from the corrected one, so that nothing is charged twice or left out; a
// new meter begins where it began; once the next period is billed the correction is refused.
func TestACorrectionKeepsLaterReadingsRight(t *testing.T) {
	w := newWorld(t)
	rule := w.meter()
	for _, err := range []error{w.read(rule, "2026-01-01", 0, 100_000, 110_000, ""), w.read(rule, "2026-02-01", 0, -1, 120_000, ""), w.read(rule, "2026-03-01", 0, 0, 5_000, "换了新表"), w.read(rule, "2026-01-01", 0, 100_000, 112_000, "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if jan, feb, march := w.used(rule, "2026-01-01"), w.used(rule, "2026-02-01"), w.used(rule, "2026-03-01"); jan != "54.60" || feb != "36.40" || march != "22.75" {
		t.Errorf("12, 8 and 5 tons are %s, %s, %s", jan, feb, march)
	}
	if err := w.read(rule, "2026-02-01", 0, -1, 121_000, ""); err != nil {
		t.Fatal(err)
	}
	if march := w.used(rule, "2026-03-01"); march != "22.75" {
		t.Errorf("the new meter's 5 tons are %s", march)
	}
	if err := w.read(rule, "2026-01-01", 0, 100_000, 130_000, ""); err == nil {
		t.Error("more than was read a month later")
	}
	w.publish(w.billing(rule, "2026-02-01", 1))
	w.wants(w.read(rule, "2026-01-01", 0, 100_000, 113_000, ""), fee.ErrRead)
	if err := w.read(rule, "2026-01-01", 0, 99_000, 112_000, ""); err != nil {
		t.Errorf("what the next one does not rest on may be corrected: %v", err)
	}
}

// TestAListOfReadings is looked at row by row, entered only as a whole, and only as it was looked at.
func TestAListOfReadings(t *testing.T) {
	w := newWorld(t)
	rule := w.meter()
	if err := w.read(rule, "2026-01-01", 0, 100_000, 110_000, ""); err != nil {
		t.Fatal(err)
	}
	list, err := w.MeterList(t.Context(), w.cashier, rule, day("2026-02-01"))
	if err != nil || len(list) != 3 || list[0] != (fee.MeterLine{Unit: "1幢1单元101", Previous: "110"}) || list[1].Previous != "" {
		t.Errorf("%+v, %v", list, err)
	}
	w.drawer.lists[1] = "抄表单\n房号,上次读数,本次读数,说明\n1-1-101,110,109,\n1-1-201,0,3.5,\n1-1-201,0,3.5,\n9-9-999,0,1,\n1-1-301,,,\n1-1-301,0,三吨,\n"
	check := func(file int64) *fee.ReadingCheck {
		t.Helper()
		c, err := w.CheckReadings(t.Context(), w.cashier, rule, day("2026-02-01"), file)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := check(1)
	got := ""
	for _, f := range append(c.Faults, c.Missing...) {
		got += fmt.Sprint(f.Row, f.Why, " ")
	}
	if c.Good != 1 || c.Faulty != 4 || got != "3lower 5twice 6unknown 8number 0missing " {
		t.Errorf("%s %+v", got, c)
	}
	apply := func(file int64, good int) error {
		_, err := w.ApplyReadings(t.Context(), w.cashier, rule, day("2026-02-01"), file, good)
		return err
	}
	if err := apply(1, 1); len(w.faults(err)) != 4 {
		t.Errorf("a list with faulty rows: %v", err)
	}
	if v := w.preview(w.billing(rule, "2026-02-01", 1)); v.Run.Units != 0 {
		t.Error("a row of it was entered")
	}
	w.drawer.lists[2] = "房号,上次读数,本次读数,说明\n1-1-101,0,2.30000000000001,换了新表\n1-1-201,0,3.5,\n"
	if c := check(2); c.Good != 2 || c.Faulty != 0 || c.Missed != 1 {
		t.Errorf("%+v", c)
	}
	w.wants(apply(2, 1), fee.ErrChanged)
	for range 2 { // once more changes nothing
		if err := apply(2, 2); err != nil {
			t.Fatal(err)
		}
	}
	if used := w.used(rule, "2026-02-01"); used != "26.40" { // 2.3 and 3.5 tons: 10.465 and 15.925 yuan
		t.Errorf("charged %s", used)
	}
	w.publish(w.billing(rule, "2026-02-01", 1))
	if c := check(2); c.Faulty != 0 || c.Missed != 1 {
		t.Errorf("the list that is billed already: %+v", c)
	}
	w.drawer.lists[3] = "房号,本次读数\n1-1-201,4\n"
	if c := check(3); c.Faulty != 1 || c.Faults[0].Why != fee.ReadBilled {
		t.Errorf("another reading than was billed: %+v", c)
	}
}
