package plan

import (
	"testing"
	"time"
)

func TestQuietHours(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x.UTC()
	}
	night, noon := Quiet{From: "22:00", To: "07:00"}, Quiet{From: "12:00", To: "14:30"}
	for _, c := range []struct {
		quiet    Quiet
		at, want string
	}{
		{night, "2026-03-02 21:59:59", "2026-03-02 21:59:59"},
		{night, "2026-03-02 22:00:00", "2026-03-03 07:00:00"},
		{night, "2026-12-31 23:59:59", "2027-01-01 07:00:00"},
		{night, "2026-03-03 00:00:00", "2026-03-03 07:00:00"},
		{night, "2026-03-03 06:59:59", "2026-03-03 07:00:00"},
		{night, "2026-03-03 07:00:00", "2026-03-03 07:00:00"},
		{night, "2026-03-03 12:00:00", "2026-03-03 12:00:00"},
		{noon, "2026-03-03 11:59:59", "2026-03-03 11:59:59"},
		{noon, "2026-03-03 12:00:00", "2026-03-03 14:30:00"},
		{noon, "2026-03-03 14:30:00", "2026-03-03 14:30:00"},
		{noon, "2026-03-03 23:00:00", "2026-03-03 23:00:00"},
		{Quiet{From: "08:00", To: "08:00"}, "2026-03-03 08:00:00", "2026-03-03 08:00:00"},
		{Quiet{}, "2026-03-03 23:00:00", "2026-03-03 23:00:00"},
		{Quiet{From: "late", To: "07:00"}, "2026-03-03 23:00:00", "2026-03-03 23:00:00"},
	} {
		if got := c.quiet.After(at(c.at)); !got.Equal(at(c.want)) || got.Location() != time.UTC {
			t.Errorf("%+v after %s: %s, want %s", c.quiet, c.at, got.In(zone), c.want)
		}
	}
	// The end of the hours is outside them: nothing is put off twice.
	for minute := range 24 * 60 {
		once := night.After(at("2026-03-02 00:00:00").Add(time.Duration(minute) * time.Minute))
		if !night.After(once).Equal(once) {
			t.Fatalf("%s is put off again", once)
		}
	}
	if Default().Quiet() != night {
		t.Errorf("the shipped hours are %+v", Default().Quiet())
	}
}
