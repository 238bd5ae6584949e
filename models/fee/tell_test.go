package fee_test

import (
	"slices"
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// told are the bills of which people were told.
func (w *world) told() (list []*event.FeeBilled) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var rows []outbox.Message
		err := tx.Where("kind = ? AND estate_id = ?", "fee.billed", w.Estate.ID).Order("id").Find(&rows).Error
		for _, r := range rows {
			e, failed := r.Event()
			if failed != nil {
				return failed
			}
			list = append(list, e.(*event.FeeBilled))
		}
		return err
	})
	return list
}

// TestAHomeIsToldOfItsBill: once, when the run is done, its owners and family and nobody else, with what it is, how it came about and whom to
// ask; what is paid ahead is said; homes without people and units of the developer are not written to; a buyer is not told of the seller's.
func TestAHomeIsToldOfItsBill(t *testing.T) {
	w := newWorld(t)
	family, tenant, other := w.Resident(0, org.RoleFamily), w.Resident(0, org.RoleTenant), w.Resident(1, org.RoleOwner)
	p := w.paying(1, "30")
	p.Prepay = true
	w.pay(p)
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	v := w.preview(in)
	run, err := w.Publish(t.Context(), w.cashier, in, v.Run.Units, v.Run.Total)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.told()) != 0 {
		t.Error("told before the bills are there")
	}
	w.tick()
	w.tick()
	list := w.told()
	if len(list) != 2 {
		t.Fatalf("%d messages", len(list))
	}
	first := list[0]
	if first.UnitName != "1幢1单元101" || first.Charge != "88.50元，最晚2026年12月31日交" || first.Formula != w.bills(0)[0].Formula().Words(yuan("88.50")) || first.Hotline != "0854-8222222" || first.Title != "物业费（2026年1月起1个月）" {
		t.Errorf("%+v", first)
	}
	if len(first.PersonIDs) != 2 || !slices.Contains(first.PersonIDs, w.owner.PersonID) || !slices.Contains(first.PersonIDs, family.PersonID) || slices.Contains(first.PersonIDs, tenant.PersonID) {
		t.Errorf("told %v", first.PersonIDs)
	}
	if list[1].PersonIDs[0] != other.PersonID || list[1].Charge != "88.50元，已用预交的钱抵扣30.00元，还要交58.50元，最晚2026年12月31日" {
		t.Errorf("%+v", list[1])
	}
	if err := w.cancel(run, true); err != nil {
		t.Fatal(err)
	}
	w.tick()
	in = w.billing(in.RuleID, "2026-02-01", 1)
	v = w.preview(in)
	if _, err := w.Publish(t.Context(), w.cashier, in, v.Run.Units, v.Run.Total); err != nil {
		t.Fatal(err)
	}
	w.sold(0)
	w.tick()
	if list = w.told(); len(list) != 3 || list[2].UnitName != "1幢1单元201" {
		t.Errorf("%d messages, the last %+v", len(list), list[len(list)-1])
	}
}
