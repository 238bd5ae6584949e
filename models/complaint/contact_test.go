package complaint_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
)

// TestTheRegisterIsNearestFirst: the estate's own points, then the community's, the township's and the city's; another
// community's never; who is on duty now stands first.
func TestTheRegisterIsNearestFirst(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	publish := func(a org.Actor, p complaint.ContactPoint) *complaint.ContactPoint {
		t.Helper()
		got, err := w.s.PublishContact(t.Context(), a, p)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	publish(w.bureau, complaint.ContactPoint{Name: "全市投诉电话", Phone: "12345"})
	publish(w.township, complaint.ContactPoint{Name: "办事处投诉点", Address: "办事处一楼", Hours: "工作日"})
	publish(w.community, complaint.ContactPoint{Name: "社区投诉电话", Phone: "0854-8220000", Urgent: true})
	closed := publish(w.community, complaint.ContactPoint{Name: "旧号码", Phone: "0854-8110000"})
	publish(w.community, complaint.ContactPoint{EstateID: w.Estate.ID, Name: "小区服务站", Phone: "0854-8330000"})
	publish(other.Officer(other.Community, org.Clerk), complaint.ContactPoint{Name: "别处的电话", Phone: "0854-8440000"})
	if err := w.s.CloseContact(t.Context(), w.township, closed.ID); !errors.Is(err, complaint.ErrContact) {
		t.Errorf("another office closes it: %v", err)
	}
	if err := w.s.CloseContact(t.Context(), w.community, closed.ID); err != nil {
		t.Fatal(err)
	}
	now := w.clock.Now()
	if _, err := w.s.PlanShift(t.Context(), w.community, complaint.Shift{Name: "社区值班室", Phone: "0854-8550000", StartsAt: now.Add(-time.Hour), EndsAt: now.Add(23 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	lines, err := w.s.Contacts(t.Context(), w.Estate.ID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range lines {
		names = append(names, l.Name)
	}
	want := []string{"社区值班室", "小区服务站", "社区投诉电话", "办事处投诉点", "全市投诉电话"}
	if len(names) != len(want) {
		t.Fatalf("%v, want %v", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Fatalf("%v, want %v", names, want)
		}
	}
	w.clock.Advance(24 * time.Hour)
	if lines, err = w.s.Contacts(t.Context(), w.Estate.ID); err != nil || lines[0].OnDuty {
		t.Errorf("the shift is over and still shown: %+v, %v", lines[0], err)
	}
	for _, bad := range []complaint.ContactPoint{{Name: "没有号码"}, {Name: "号码", Phone: "call me"}, {Phone: "12345"}, {Name: "紧急", Address: "一楼", Urgent: true}} {
		if _, err := w.s.PublishContact(t.Context(), w.community, bad); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := w.s.PublishContact(t.Context(), w.community, complaint.ContactPoint{EstateID: other.Estate.ID, Name: "越界", Phone: "12345"}); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("for an estate of another community: %v", err)
	}
}

// TestOneShiftAtATime: of twenty who plan the same night one wins; gaps are named.
func TestOneShiftAtATime(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	now := w.clock.Now()
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for i := range 20 {
		wg.Go(func() {
			_, err := w.s.PlanShift(context.Background(), w.community, complaint.Shift{Name: fmt.Sprintf("值班室%d", i), Phone: "0854-8550000", StartsAt: now.Add(24 * time.Hour), EndsAt: now.Add(48 * time.Hour)})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, complaint.ErrOverlap):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, err := w.s.DutyRoster(t.Context(), w.community, 3)
	if err != nil || won != 1 || len(r.Shifts) != 1 || len(r.Gaps) != 2 || !r.Gaps[0].To.Equal(now.Add(24*time.Hour)) || !r.Gaps[1].To.Equal(now.Add(72*time.Hour)) {
		t.Errorf("%d won, %+v, %v", won, r, err)
	}
}
