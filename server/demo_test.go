package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTheWalkThrough runs the lines that the README shows and the demo prints, in a shell, against a demo.
func TestTheWalkThrough(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	e := newEngine(t)
	path, err := writeDemoFile(t.TempDir(), demoFile{BaseURL: e.url, Actors: e.town.actors, Organisations: e.town.organisations()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { e.dispatcher.Run(ctx) })
	t.Cleanup(func() { stop(); wg.Wait() })
	// The lines keep two files; a test has a folder of its own for them.
	dir := t.TempDir()
	lines := strings.NewReplacer("/tmp/case.json", dir+"/case.json", "/tmp/site.png", dir+"/site.png").Replace(walkLines(walkStory, path))
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", lines)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	said := out.String()
	for _, want := range []string{"119", "转办中", "待裁定", "待受理", "办理中", "已吹哨", "已报到", "三方现场认定违建", "待确认", `"satisfied":"yes"`, "已办结", `"of":1`, "没有找到这件投诉"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %s", want)
		}
	}
	if strings.Contains(said, "null") || strings.Count(said, `"yes"]`) != 6 {
		t.Errorf("a line was refused")
	}
	if t.Failed() {
		t.Log(said)
	}
}

// TestADemoLeavesTheRealThingAlone: it names every setting that leads to somebody's stores, and touches no register that
// it did not make.
func TestADemoLeavesTheRealThingAlone(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	args := []string{"demo", "--data", dir, "--database", "sqlite:" + filepath.Join(dir, "real.db"), "--redis", "redis://r:6379", "--files", dir, "--link-key", strings.Repeat("k", 32)}
	if code := run(t.Context(), args, io.Discard, &out); code == 0 {
		t.Error("the demo took configured stores")
	}
	for _, name := range []string{"LINLI_DATABASE", "LINLI_REDIS", "LINLI_FILES", "LINLI_LINK_KEY", "--own-stores"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("%s is not named: %s", name, out.String())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
	// A register that no demo made.
	cfg := testConfig(t)
	a, err := openApp(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	if err := a.onlyDemo(t.Context()); err != nil {
		t.Errorf("an empty database: %v", err)
	}
	if _, err := a.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.org.InstallOrganisations(t.Context(), packOrganisations(a.pack)); err != nil {
		t.Fatal(err)
	}
	if err := a.onlyDemo(t.Context()); !errors.Is(err, errNotDemo) {
		t.Errorf("a real register: %v", err)
	}
}

// TestADemoListensWhereItIsTold starts one and stops it.
func TestADemoListensWhereItIsTold(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	done := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		done <- run(ctx, []string{"demo", "--data", t.TempDir(), "--listen", address, "--log-level", "error"}, w, &errs)
		_ = w.Close()
	}()
	buf := make([]byte, 1<<16)
	n, _ := r.Read(buf)
	said := string(buf[:n])
	if !strings.Contains(said, "http://"+address) {
		t.Errorf("said %s, %s", said, errs.String())
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

// TestADemoTakesWhatIsTyped: a flag counts though its value is the default's.
func TestADemoTakesWhatIsTyped(t *testing.T) {
	t.Chdir(t.TempDir())
	cfg := testConfig(t)
	cfg.Data = "data"
	kept, err := demoConfig(cfg, "http://127.0.0.1:1", true)
	if err != nil || filepath.Base(kept.Data) != "data" {
		t.Errorf("--data data became %s, %v", kept.Data, err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", demoListen)
	if err != nil {
		t.Skip(demoListen + " is taken")
	}
	defer func() { _ = l.Close() }()
	var errs bytes.Buffer
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if code := run(ctx, []string{"demo", "--listen", demoListen, "--data", t.TempDir(), "--log-level", "error"}, io.Discard, &errs); code == 0 || !strings.Contains(errs.String(), "in use") {
		t.Errorf("--listen %s was not taken: %d %s", demoListen, code, errs.String())
	}
}
