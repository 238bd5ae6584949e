package fee_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

const howToPay = "到1幢一楼物业服务中心交，现金、刷卡都可以"

// cases are complaints that run until they are over.
type cases struct {
	mu    sync.Mutex
	byRef map[string]int64
	over  map[int64]bool
	of    map[int64]int64 // who filed it
}

func (c *cases) FileOnBill(_ context.Context, actor org.Actor, d fee.Disputed) (int64, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byRef[d.Ref] == 0 {
		c.byRef[d.Ref] = int64(len(c.byRef) + 1)
		c.of[c.byRef[d.Ref]] = actor.PersonID
	}
	return c.byRef[d.Ref], fmt.Sprintf("T%d", c.byRef[d.Ref]), nil
}

func (c *cases) Running(_ *store.Tx, ids []int64) (map[int64]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	running := map[int64]bool{}
	for _, id := range ids {
		running[id] = !c.over[id]
	}
	return running, nil
}

// Readable: whoever filed it. The company, which it is about, does not.
func (c *cases) Readable(_ *store.Tx, actor org.Actor, ids []int64) (map[int64]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	may := map[int64]bool{}
	for _, id := range ids {
		may[id] = actor.Post == nil && c.of[id] == actor.PersonID
	}
	return may, nil
}

// duns is a world in which the three bills of each unit are long due.
type duns struct {
	*world
	cases *cases
}

func newDuns(t *testing.T) *duns {
	t.Helper()
	w := &duns{billed(t), &cases{byRef: map[string]int64{}, over: map[int64]bool{}, of: map[int64]int64{}}}
	w.Service.With(fee.Options{Own: func(*store.Tx, int64) ([]rulepack.Local, error) { return nil, nil }, Cases: w.cases})
	for u := range 3 {
		w.due(u, "2026-01-31", "2026-02-10", "2026-02-20")
	}
	return w
}

// sets the days of the service contract: seven to a reminder, fifteen in a demand.
func (w *duns) parameters() *duns {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		at := tx.Now
		return tx.Create(&[]org.LocalValue{
			{Name: "fee.remind_days", Value: "7", Article: "合同第九条", EffectiveOn: day("2026-01-01"), State: "confirmed", EnteredBy: 1, EnteredAt: at, ConfirmedBy: 2, ConfirmedAt: &at},
			{Name: "fee.demand_days", Value: "15", Article: "合同第九条", EffectiveOn: day("2026-01-01"), State: "confirmed", EnteredBy: 1, EnteredAt: at, ConfirmedBy: 2, ConfirmedAt: &at}}).Error
	})
	return w
}

func (w *duns) send() int64 {
	w.t.Helper()
	id, err := w.SendReminders(w.t.Context(), w.cashier, w.Estate.ID, howToPay)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tickReminders()
	return id
}

func (w *duns) tickReminders() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.TickReminders(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// letters are those of a unit, the oldest first.
func (w *duns) letters(unit int) []fee.Letter {
	w.t.Helper()
	list, err := w.ListLetters(w.t.Context(), w.cashier, w.Estate.ID, fee.LetterFilter{UnitID: w.Units[unit].ID}, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// told are the events of a kind.
func (w *duns) told(kind string) (list []*event.Fee) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var rows []outbox.Message
		if err := tx.Where("kind = ?", kind).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		for _, m := range rows {
			e, err := m.Event()
			if err != nil {
				return err
			}
			list = append(list, e.(*event.Fee))
		}
		return nil
	})
	return list
}

func (w *duns) dispute(bill int64) (int64, error) {
	return w.Once(fmt.Sprintf("d%d", bill), "h").DisputeBill(w.t.Context(), w.owner, bill, "二月份没有电梯，金额不对")
}

func (w *duns) days(n int) { w.clock.Advance(time.Duration(n) * 24 * time.Hour) }

// TestNoStepWithoutItsDays: an unset period stops the step and is named.
func TestNoStepWithoutItsDays(t *testing.T) {
	w := newDuns(t)
	_, err := w.PreviewReminders(t.Context(), w.cashier, w.Estate.ID)
	w.wants(err, rulepack.ErrUnset)
	_, err = w.SendReminders(t.Context(), w.cashier, w.Estate.ID, howToPay)
	w.wants(err, rulepack.ErrUnset)
	_, err = w.PrepareDemand(t.Context(), w.cashier, w.Estate.ID, w.Units[0].ID, howToPay)
	w.wants(err, rulepack.ErrUnset)
	if f := w.faults(err); len(f) != 1 || f[0].Path != "fee.demand_days" {
		t.Errorf("%+v", f)
	}
}

// TestARunRemindsOnce: the unit's people, each bill once, a unit once in the days of the rule, however often somebody taps.
func TestARunRemindsOnce(t *testing.T) {
	w := newDuns(t).parameters()
	family, tenant := w.Resident(0, org.RoleFamily), w.Resident(0, org.RoleTenant)
	v, err := w.PreviewReminders(t.Context(), w.cashier, w.Estate.ID)
	if err != nil || v.Units != 3 || v.Amount != 9*yuan("88.50") || v.Sample[0].Bills != 3 {
		t.Fatalf("%+v, %v", v, err)
	}
	if len(w.letters(0)) != 0 {
		t.Error("a preview wrote something")
	}
	var ok atomic.Int64
	var wg sync.WaitGroup
	for range 20 { // a double click, and ten more
		wg.Go(func() {
			if _, err := w.Once("run", "h").SendReminders(t.Context(), w.cashier, w.Estate.ID, howToPay); err == nil {
				ok.Add(1)
			}
			for {
				more, err := w.TickReminders(t.Context())
				if err != nil {
					t.Error(err)
				}
				if !more {
					return
				}
			}
		})
	}
	wg.Wait()
	w.tickReminders()
	runs, err := w.ListReminderRuns(t.Context(), w.cashier, w.Estate.ID, 0, 10)
	if err != nil || len(runs) != 1 || ok.Load() != 20 || runs[0].Sent != 3 || runs[0].DoneAt == nil {
		t.Fatalf("%+v, %d, %v", runs, ok.Load(), err)
	}
	told := w.told("fee.reminded")
	if l := w.letters(0); len(told) != 3 && len(told) != 1 || len(l) != 1 || l[0].Reached != 2 {
		t.Fatalf("%d told, %+v", len(told), l)
	}
	if len(told[0].PersonIDs) != 2 || told[0].PersonIDs[0] != w.owner.PersonID || told[0].PersonIDs[1] != family.PersonID {
		t.Errorf("told %v, not %d and %d; the tenant is %d", told[0].PersonIDs, w.owner.PersonID, family.PersonID, tenant.PersonID)
	}
	w.send()
	if l := w.letters(0); len(l) != 2 || l[1].State != fee.LeftOut || l[1].Why == "" {
		t.Errorf("%+v", l)
	}
	// Another bill becomes due, but the unit has just been reminded.
	w.publish(w.billing(w.rule("停车费", fee.PerArea, terms("1.00")), "2026-01-01", 1))
	w.due(0, "2026-01-31", "2026-02-20", "2026-02-10", "2026-02-21")
	w.send()
	if l := w.letters(0); l[2].State != fee.LeftOut || l[2].Why != "提醒还不久，暂不再次提醒" {
		t.Errorf("%+v", l[2])
	}
	w.days(7)
	w.send()
	if l := w.letters(0); l[3].State != fee.Sent || l[3].Bills != 4 {
		t.Errorf("%+v", l[3])
	}
}

// TestAReminderSaysWhatItIsAbout, and is read by the unit's own people alone.
func TestAReminderSaysWhatItIsAbout(t *testing.T) {
	w := newDuns(t).parameters()
	w.send()
	l := w.letters(0)[0]
	v, err := w.FindMyLetter(t.Context(), w.owner, l.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"265.50元", "88.50平方米", howToPay, "账单有误", "申请暂缓", "0854-8222222", "1幢1单元101"} {
		if !contains(v.Text, word) {
			t.Errorf("%s does not say %s", v.Text, word)
		}
	}
	_, err = w.FindMyLetter(t.Context(), w.Resident(1, org.RoleOwner), l.ID)
	w.wants(err, fee.ErrNotFound)
	_, err = w.FindMyLetter(t.Context(), w.Resident(0, org.RoleTenant), l.ID)
	w.wants(err, org.ErrForbidden)
	_, err = w.FindLetter(t.Context(), w.Officer(w.Committee, org.Chair), l.ID)
	w.wants(err, org.ErrForbidden)
}

// TestThePriceListThreatensNobody: what a rule says of itself is read by whoever is to pay; that works are announced is a service.
func TestThePriceListThreatensNobody(t *testing.T) {
	w := newDuns(t)
	for text, want := range map[string]error{"不缴费的关闭水阀、停止供电、不发门卡、公布名单": fault.ErrInvalid, "合同第八条，逾期停水": fault.ErrInvalid, "停水停电提前24小时通知，门禁系统每月维护": nil} {
		for _, basis := range []bool{true, false} {
			v := terms("1.2")
			if v.Standard = text; basis {
				v.Standard, v.Basis = "保洁每天一次", text
			}
			_, err := w.AddRule(t.Context(), w.head, w.Estate.ID, fmt.Sprint("公共能耗", basis, len(text)), fee.PerArea, v)
			if want != nil {
				w.wants(err, want)
			} else if err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// TestNobodyIsThreatened with water, power, gas or the way home, however it is spelled.
func TestNobodyIsThreatened(t *testing.T) {
	w := newDuns(t).parameters()
	for _, text := range []string{"不交就停水", "请尽快交，否则停 电", "到期断-气", "限电处理，快来交", "欠费将关闭门禁", "不交不让进小区", "关闭水阀", "停止供电", "不发门卡", "欠费名单将公布", "停用您家的梯卡"} {
		_, err := w.SendReminders(t.Context(), w.cashier, w.Estate.ID, text)
		w.wants(err, fee.ErrThreat)
		_, err = w.PrepareDemand(t.Context(), w.cashier, w.Estate.ID, w.Units[0].ID, text)
		w.wants(err, fee.ErrThreat)
	}
	// What is charged for may have such a name: the letter gives its number instead.
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&fee.Bill{}).Where("unit_id = ?", w.Units[0].ID).Update("title", "门禁卡工本费").Error
	})
	w.send()
	l := w.letters(0)[0]
	v, err := w.FindLetter(t.Context(), w.cashier, l.ID)
	if err != nil || l.State != fee.Sent || fee.Threat(v.Text) != "" {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestADisputeBetweenPreviewAndSend: the bill is left out while its case runs, the others are not, and it comes back when the case is over.
func TestADisputeBetweenPreviewAndSend(t *testing.T) {
	w := newDuns(t).parameters()
	bill := w.bills(0)[0].ID
	v, err := w.PreviewReminders(t.Context(), w.cashier, w.Estate.ID)
	if err != nil || v.Units != 3 {
		t.Fatalf("%+v, %v", v, err)
	}
	id, err := w.dispute(bill)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := w.dispute(bill); err != nil || twice != id {
		t.Errorf("%d again as %d, %v", id, twice, err)
	}
	_, err = w.Once("other", "h").DisputeBill(t.Context(), w.owner, bill, "还是不对，请再核对")
	w.wants(err, fee.ErrDispute)
	_, err = w.Once("n", "h").DisputeBill(t.Context(), w.Resident(1, org.RoleOwner), bill, "别人家的账单")
	w.wants(err, fee.ErrNotFound)
	w.send()
	if l := w.letters(0)[0]; l.State != fee.Sent || l.Bills != 2 || l.Amount != yuan("177") {
		t.Errorf("%+v", l)
	}
	list, _, err := w.ListArrears(t.Context(), w.cashier, w.Estate.ID, 0, 10)
	if err != nil || len(list[0].Paused) != 1 || list[0].Paused[0].BillID != bill || list[0].Paused[0].Words() != "对账单有异议，正在核对" || list[0].Due.Sum() != 3*yuan("88.50") {
		t.Fatalf("%+v, %v", list, err)
	}
	w.days(8)
	_, err = w.PrepareDemand(t.Context(), w.cashier, w.Estate.ID, w.Units[0].ID, howToPay)
	if err != nil {
		t.Fatal(err)
	}
	w.cases.over[id] = true
	w.send()
	if l := w.letters(0); l[2].State != fee.Sent || l[2].Bills != 3 {
		t.Errorf("%+v", l[2])
	}
}

// TestABillSaysThatItIsDisputed to its home and to the company, from when to when; which case it is, to those alone who may read the case.
func TestABillSaysThatItIsDisputed(t *testing.T) {
	w := newDuns(t).parameters()
	family, bill := w.Resident(0, org.RoleFamily), w.bills(0)[0].ID
	mine := func(who org.Actor) *fee.Dispute {
		t.Helper()
		one, err := w.FindMyBill(t.Context(), who, bill)
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.ListMyBills(t.Context(), who, w.Units[0].ID, 0, 10)
		if err != nil || len(all) != 3 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, b := range all {
			if a, x := b.Dispute, one.Dispute; (b.ID == bill && x != nil) != (a != nil) || a != nil && *a != *x {
				t.Errorf("bill %d of the list has %+v, the bill itself %+v", b.ID, a, x)
			}
		}
		return one.Dispute
	}
	office := func() *fee.Dispute {
		t.Helper()
		one, err := w.FindBill(t.Context(), w.cashier, bill)
		if err != nil {
			t.Fatal(err)
		}
		if listed := w.bills(0)[0].Dispute; (listed == nil) != (one.Dispute == nil) || listed != nil && *listed != *one.Dispute {
			t.Errorf("the list has %+v, the bill %+v", listed, one.Dispute)
		}
		return one.Dispute
	}
	if a, b := mine(w.owner), office(); a != nil || b != nil {
		t.Fatalf("disputed before: %+v, %+v", a, b)
	}
	at := w.DB.Now()
	id, err := w.dispute(bill)
	if err != nil {
		t.Fatal(err)
	}
	w.days(1)
	if d := mine(w.owner); d == nil || !d.At.Equal(at) || d.Number != "T1" || d.CaseID != id {
		t.Errorf("whoever filed it reads %+v", d)
	}
	for name, d := range map[string]*fee.Dispute{"family": mine(family), "company": office()} {
		if d == nil || !d.At.Equal(at) || d.Number != "" || d.CaseID != 0 || d.PersonID != 0 || d.ID != 0 {
			t.Errorf("%s reads %+v", name, d)
		}
	}
	_, err = w.Once("again", "h").DisputeBill(t.Context(), family, bill, "我也觉得不对，请核对")
	w.wants(err, fee.ErrDispute)
	if contains(err.Error(), "T1") {
		t.Errorf("the family is told the number: %v", err)
	}
	w.cases.over[id] = true
	if a, b := mine(w.owner), office(); a != nil || b != nil {
		t.Errorf("disputed after: %+v, %+v", a, b)
	}
}
