package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
)

type decideCmd struct{}

// Run judges the case on the standard input. It stands among the commands for --help; alone answers first.
func (decideCmd) Run(e *environment) error { return decide(os.Stdin, e.out) }

// alone runs what needs neither configuration nor database, before any setting is read: a person who recounts has none, and
// somebody else's LINLI_* variables must not be in the way. ok is false for every other command.
func alone(args []string, in io.Reader, out, errOut io.Writer) (code int, ok bool) {
	if len(args) == 0 || args[0] != "decide" {
		return 0, false
	}
	var c struct {
		Decide decideCmd `cmd:"" help:"读入一份表决数字（JSON），说出结果"`
	}
	code = -1
	parser, err := kong.New(&c, kong.Name("server"), kong.Writers(out, errOut), kong.Exit(func(n int) { code = n }))
	if err == nil {
		_, err = parser.Parse(args)
	}
	if code >= 0 {
		return code, true // --help
	}
	if err == nil {
		err = decide(in, out)
	}
	if err == nil {
		return 0, true
	}
	return refused(err, errOut), true
}

// refused names every fault of a case, in both languages.
func refused(err error, errOut io.Writer) int {
	for _, f := range fault.Of(err).Fields {
		if f.Path == "" {
			f.Path = "JSON"
		}
		_, _ = fmt.Fprintf(errOut, "%s: %s\n", f.Path, f.Reason)
	}
	if !errors.Is(err, tally.ErrInput) {
		_, _ = fmt.Fprintln(errOut, err)
	}
	return 2
}

// decide reads one case and prints the decision on one line, or nothing.
func decide(in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(io.LimitReader(in, tally.LongestCase+1))
	if err != nil {
		return err
	}
	d, err := tally.Decide(raw)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(d)
}
