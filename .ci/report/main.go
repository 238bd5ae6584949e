// Command report reads `go test -json` and prints what a person wants to know: one line a package, the whole output of
// what failed, and at the end how many tests passed and which were skipped, with the reason. With a file as argument
// it writes that end there too. It fails when anything failed, and when nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

func main() {
	r := &report{out: os.Stdout, output: map[string][]string{}}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text()) // what go itself says
			continue
		}
		r.take(e)
	}
	end := r.end()
	fmt.Print(end)
	if len(os.Args) > 1 {
		if err := os.WriteFile(os.Args[1], []byte(end), 0o600); err != nil {
			fmt.Println(err)
			r.failed++
		}
	}
	if in.Err() != nil || r.failed > 0 || r.passed == 0 {
		os.Exit(1)
	}
}

type report struct {
	out                      io.Writer
	output                   map[string][]string
	passed, failed, packages int
	skipped                  []string
}

func (r *report) take(e event) {
	key := e.Package + " " + e.Test
	if e.Test == "" && e.ImportPath != "" {
		key = "build " + e.ImportPath
	}
	switch e.Action {
	case "output", "build-output":
		r.output[key] = append(r.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.pkg(e, key)
		} else {
			r.test(e, key)
		}
		delete(r.output, key)
	}
}

func (r *report) test(e event, key string) {
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		_, _ = fmt.Fprint(r.out, strings.Join(r.output[key], ""))
	case "skip":
		r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", short(e.Package), e.Test, reason(r.output[key])))
	}
}

// pkg ends a package. One without tests is not worth a line.
func (r *report) pkg(e event, key string) {
	if e.Action == "skip" {
		return
	}
	r.packages++
	word := "ok  "
	if e.Action == "fail" {
		r.failed++
		word = "FAIL"
		_, _ = fmt.Fprint(r.out, strings.Join(r.output["build "+e.FailedBuild], ""), strings.Join(r.output[key], ""))
	}
	_, _ = fmt.Fprintf(r.out, "%s %-28s %6.1fs\n", word, short(e.Package), e.Elapsed)
}

func (r *report) end() string {
	var b strings.Builder
	word := "passed"
	if r.failed > 0 {
		word = "FAILED"
	}
	fmt.Fprintf(&b, "%s: %d packages, %d tests passed, %d failures, %d skipped\n", word, r.packages, r.passed, r.failed, len(r.skipped))
	slices.Sort(r.skipped)
	for _, s := range r.skipped {
		fmt.Fprintf(&b, "  skipped %s\n", s)
	}
	return b.String()
}

func short(pkg string) string {
	_, rest, ok := strings.Cut(pkg, "/linli/")
	if !ok {
		return pkg
	}
	return rest
}

// reason is what the test said when it skipped.
func reason(output []string) string {
	for _, line := range output {
		if _, why, ok := strings.Cut(line, ".go:"); ok {
			if _, why, ok = strings.Cut(why, ": "); ok {
				return strings.TrimSpace(why)
			}
		}
	}
	return "no reason given"
}
