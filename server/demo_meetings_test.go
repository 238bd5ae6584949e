package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTheMeetingWalk runs the lines that the README shows and the demo prints, in a shell, against a demo: a vote, its receipt in the
// signed log, the bundles counted once more, the published numbers judged. A second start keeps the meetings.
func TestTheMeetingWalk(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "jq", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	e := newEngine(t)
	h, err := e.town.meetings()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "linli")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	path, err := writeDemoFile(dir, demoFile{BaseURL: e.url, Actors: e.town.actors, Organisations: e.town.organisations(), Meetings: h})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { e.publishing(ctx) })
	t.Cleanup(func() { stop(); wg.Wait() })
	var out bytes.Buffer
	lines := strings.NewReplacer("go run ./server", program, "/tmp/receipt.json", dir+"/receipt.json", "/tmp/public.zip", dir+"/public.zip", "/tmp/owners.zip", dir+"/owners.zip").Replace(walkLines(walkMeeting, path))
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", lines)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"第二次业主大会临时会议", "民法典第278条第1款第（八）项", `"heads":27`, "/h5/ballots/", `"counted",52`, "重新计票 59 张", "核验通过", `["pass",{"num":59,"den":70,"need":47,"met":true}`, `["YD`, "督促修复东门门禁", "演示李委员"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing says %s:\n%s", want, out.String())
		}
	}
	again, err := e.town.meetings()
	if err != nil || again.Open != h.Open || again.Certified != h.Certified || again.link == h.link {
		t.Errorf("a second start: %+v %v", again, err)
	}
	said := walkThrough(e.url, path, e.town, again)
	for _, want := range []string{again.link, e.url + "/h5/meetings/", `verify --key "` + h.Key, "/sandbox-texts"} {
		if !strings.Contains(said, want) {
			t.Errorf("the demo does not print %s", want)
		}
	}
	e.mustHold("owners' meetings: 2; 140 seats")
}

// publishing gives what is cast its place in the published log, as serve does, until the context ends.
func (e *engine) publishing(ctx context.Context) {
	for range time.Tick(50 * time.Millisecond) {
		if ctx.Err() != nil {
			return
		}
		if _, err := e.assemblies.Sequence(ctx); err != nil && ctx.Err() == nil {
			e.t.Error(err)
		}
		if _, err := e.assemblies.SignCheckpoints(ctx); err != nil && ctx.Err() == nil {
			e.t.Error(err)
		}
	}
}

// mustHold runs the database's own check and looks for what it says.
func (e *engine) mustHold(want string) {
	e.t.Helper()
	var out bytes.Buffer
	if err := e.verify(e.t.Context(), &out, ""); err != nil || !strings.Contains(out.String(), want) {
		e.t.Errorf("verify: %v\n%s", err, out.String())
	}
}
