package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// TestAccessCommand: an operator who is asked for the log prints the days and the person that were asked for, and days in the wrong order
// are refused.
func TestAccessCommand(t *testing.T) {
	t.Parallel()
	dsn, data := modelstest.DSN(t), t.TempDir()
	command := func(args ...string) (string, string, int) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append(args, "--database", dsn, "--data", data, "--log-level", "error"), &out, &errOut)
		return out.String(), errOut.String(), code
	}
	if _, why, code := command("migrate"); code != 0 {
		t.Fatal(why)
	}
	night := time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC) // the last second of 2 March in Shanghai
	for i, at := range []time.Time{night, night.Add(time.Second)} {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		a := web.NewAccessLog(db, slog.New(slog.DiscardHandler))
		for person := range int64(2) {
			a.Add(web.AccessEntry{RequestID: "request", PersonID: 7 + person, Operation: "castBallot", Status: 200 + i})
		}
		a.Close()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	looks := func() (n int64) {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err == nil {
			err = db.View(t.Context(), func(tx *store.Tx) error {
				return tx.Model(&audit.Entry{}).Where("verb = 'access.read' AND surface = 'command'").Count(&n).Error
			})
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		return n
	}
	out, why, code := command("access", "--from", "2026-03-01", "--to", "2026-03-02", "--person", "8")
	var e web.AccessEntry
	if err := json.Unmarshal([]byte(out), &e); code != 0 || err != nil || !e.At.Equal(night) || e.PersonID != 8 || e.Status != 200 || !strings.Contains(out, "T23:59:59+08:00") {
		t.Errorf("%d, %s, %s, %v", code, out, why, err)
	}
	if out, why, code := command("access", "--from", "2026-03-02", "--to", "2026-03-03"); code != 0 || strings.Count(out, "\n") != 4 {
		t.Errorf("two days: %d, %s, %s", code, out, why)
	}
	for _, bad := range []struct{ args, says string }{
		{"--from 2026-03-02 --to 2026-03-01", "--to"}, {"--from 2026-02-30 --to 2026-03-01", "2026-02-30"}, {"--from 0000-01-01 --to 2026-03-01", "这一年"},
		{"--from 2026-03-02 --to 9999-12-31", "这一年"}, {"--from 2026-03-02 --to 2026-03-02 --person 0", "--person"}, {"--from 2026-03-02 --to 2026-03-02 --person=-7", "--person"},
	} {
		if out, why, code := command(append([]string{"access"}, strings.Fields(bad.args)...)...); code == 0 || out != "" || !strings.Contains(why, bad.says) {
			t.Errorf("%s: %d, %s, %s", bad.args, code, out, why)
		}
	}
	if n := looks(); n != 2 {
		t.Errorf("%d looks at the log are in the trail, 2 were given", n)
	}
}
