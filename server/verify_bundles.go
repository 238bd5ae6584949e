package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/linli-city/linli/models/assembly/log"
)

// bundlesCmd checks the bundles of a meeting. It knows no configuration, database or network: whoever doubts a result runs
// it on their own machine.
type bundlesCmd struct {
	Files   []string `arg:"" optional:"" name:"bundle.zip" help:"一份或几份文件包；几份会互相比较"`
	Key     []string `sep:"none" placeholder:"指纹" help:"相信的公钥或它的指纹，可以给几次"`
	Receipt []string `sep:"none" placeholder:"网址" help:"凭条上的网址：在日志里找这些表决票"`
}

// bundles reports whether the arguments ask to verify files, and not the installation.
func bundles(args []string) (c bundlesCmd, ok bool) {
	if len(args) == 0 || args[0] != "verify" {
		return c, false
	}
	parser, err := kong.New(&c, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}), kong.NoDefaultHelp())
	if err != nil {
		return c, false
	}
	_, err = parser.Parse(args[1:])
	return c, err == nil && len(c.Files) > 0
}

// check verifies each file, then that they agree, and says what held. The error is the first thing that does not.
func (c bundlesCmd) check(out io.Writer) error {
	var first *log.Verified
	for _, path := range c.Files {
		_, _ = fmt.Fprintf(out, "== %s\n", path)
		v, err := c.checkFile(path, out)
		if err != nil {
			return fmt.Errorf("%s：%w", path, err)
		}
		if first == nil {
			first = v
			continue
		}
		if err := log.Compare(first, v); err != nil {
			return fmt.Errorf("%s 与 %s：%w", c.Files[0], path, err)
		}
		_, _ = fmt.Fprintf(out, "比较：与 %s 的公钥、名册的根、检查点、叶子、结果和证书相同\n", c.Files[0])
	}
	_, err := fmt.Fprintln(out, "核验通过")
	return err
}

func (c bundlesCmd) checkFile(path string, out io.Writer) (*log.Verified, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return log.Verify(f, info.Size(), log.Options{Pins: c.Key, Receipts: c.Receipt}, func(line string) { _, _ = fmt.Fprintln(out, line) })
}
