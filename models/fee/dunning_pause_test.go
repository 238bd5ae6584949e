package fee_test

import (
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

// TestHardshipIsKeptFromTheCompany: a home asks, somebody else of the community decides, the company sees until when and not why; it ends
// by its day, and with the owner who asked.
func TestHardshipIsKeptFromTheCompany(t *testing.T) {
	w := newDuns(t).parameters()
	clerk, other := w.Officer(w.Community, org.Clerk), w.Officer(w.Community, org.Head)
	in := fee.Pausing{UnitID: w.Units[0].ID, Reason: "家人重病住院，正在申请低保", Until: day("2026-03-20")}
	id, err := w.AskHardship(t.Context(), w.owner, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.AskHardship(t.Context(), w.owner, in)
	w.wants(err, fee.ErrState)
	if len(w.told("fee.pause_asked")) != 1 {
		t.Error("nobody was told")
	}
	_, err = w.DecidePause(t.Context(), w.head, id, true, "")
	w.wants(err, fee.ErrNotFound)
	w.send()
	if l := w.letters(0)[0]; l.State != fee.Sent {
		t.Errorf("an application alone pauses: %+v", l)
	}
	if _, err := w.DecidePause(t.Context(), clerk, id, true, "已核实"); err != nil {
		t.Fatal(err)
	}
	w.days(8)
	_, err = w.PrepareDemand(t.Context(), w.cashier, w.Estate.ID, w.Units[0].ID, howToPay)
	w.wants(err, fee.ErrPaused)
	if !contains(err.Error(), "2026-03-20") {
		t.Errorf("%v does not say until when", err)
	}
	list, err := w.ListPauses(t.Context(), other, w.Estate.ID, "", 0, 10)
	if err != nil || len(list) != 1 || list[0].Why != in.Reason {
		t.Fatalf("%+v, %v", list, err)
	}
	if list, err := w.ListPauses(t.Context(), w.head, w.Estate.ID, "", 0, 10); err != nil || len(list) != 0 {
		t.Errorf("the company reads %+v, %v", list, err)
	}
	rows, _, err := w.ListArrears(t.Context(), w.cashier, w.Estate.ID, 0, 10)
	if err != nil || rows[0].Paused[0].Kind != fee.ByHardship || contains(fmt.Sprintf("%+v", rows), "低保") {
		t.Errorf("%+v, %v", rows, err)
	}
	// Marked by the community: not by the same person.
	marked, err := w.MarkHardship(t.Context(), clerk, fee.Pausing{EstateID: w.Estate.ID, UnitID: w.Units[1].ID, Reason: "独居老人，低保户", Until: day("2026-05-01")})
	w.wants(err, nil)
	_, err = w.DecidePause(t.Context(), clerk, marked, true, "")
	w.wants(err, fee.ErrSamePerson)
	_, err = w.DecidePause(t.Context(), other, marked, true, "")
	w.wants(err, nil)
	w.days(12) // 2026-03-22
	if _, err = w.PrepareDemand(t.Context(), w.cashier, w.Estate.ID, w.Units[0].ID, howToPay); err != nil {
		t.Errorf("after its day: %v", err)
	}
}

// TestAPolicyPausesTheEstate from a day to a day, by a document and a second person.
func TestAPolicyPausesTheEstate(t *testing.T) {
	w := newDuns(t).parameters()
	in := fee.Pausing{EstateID: w.Estate.ID, Reason: "停水抢修期间不催交", Until: day("2026-03-10")}
	_, err := w.PauseByPolicy(t.Context(), w.cashier, in)
	if f := w.faults(err); len(f) != 1 || f[0].Path != "file_ids" {
		t.Errorf("%v", err)
	}
	in.FileIDs = []int64{1}
	id, err := w.PauseByPolicy(t.Context(), w.cashier, in)
	w.wants(err, nil)
	_, err = w.DecidePause(t.Context(), w.cashier, id, true, "")
	w.wants(err, fee.ErrSamePerson)
	_, err = w.DecidePause(t.Context(), w.Officer(w.Community, org.Head), id, true, "")
	w.wants(err, fee.ErrNotFound)
	_, err = w.DecidePause(t.Context(), w.head, id, true, "")
	w.wants(err, nil)
	v, err := w.PreviewReminders(t.Context(), w.cashier, w.Estate.ID)
	if err != nil || v.Units != 0 || v.Counts["按政策暂缓催交"] != 3 {
		t.Errorf("%+v, %v", v, err)
	}
	_, err = w.EndPause(t.Context(), w.head, id)
	w.wants(err, nil)
	if v, err := w.PreviewReminders(t.Context(), w.cashier, w.Estate.ID); err != nil || v.Units != 3 {
		t.Errorf("%+v, %v", v, err)
	}
}
