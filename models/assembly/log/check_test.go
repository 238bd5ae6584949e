package log

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestCheckJS: the browser's verifier agrees with this package on proofs, changed proofs and opened ballots.
func TestCheckJS(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("Chromium is not installed")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	ctx, stop = context.WithTimeout(ctx, 90*time.Second)
	defer stop()

	var script strings.Builder
	script.Write(CheckJS)
	script.WriteString(`
;(function () { var wrong = [];
function want(name, got, is) { if (got !== is) wrong.push(name + ': ' + got); }
function hex() { return linliLog.sha256([].slice.call(arguments)).map(function (b) { return (256 + b).toString(16).slice(1); }).join(''); }
function open(b, url, choices, leaf) { return linliLog.openCommitment(b, linliLog.readFragment(url), choices, leaf); }
`)
	n := 0
	want := func(is any, function string, args ...any) {
		given, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := json.Marshal(is)
		n++
		_, _ = fmt.Fprintf(&script, "want('%d', %s.apply(null, %s), %s);\n", n, function, given, answer)
	}
	for _, length := range []int{0, 1, 55, 56, 63, 64, 65, 200} {
		data, ints := make([]byte, length), make([]any, length)
		for i := range data {
			data[i], ints[i] = byte(i*7), i*7&255
		}
		want(fmt.Sprintf("%x", sha256.Sum256(data)), "hex", ints...)
	}
	proofCases(t, want)
	secret := [16]byte([]byte("0123456789abcdef"))
	r := Receipt{Code: "0", Secret: secret, Seat: 17}
	for _, choice := range []string{"yes", "no", "a=yes,b=no", "甲"} {
		b := Ballot{"DY-2026-0001", 300, 17, 2}
		leaf := Leaf{Ballot: b.Commit(Seal(choice, b.Salt(secret[:])))}.Hash()
		facts := map[string]any{"meeting": b.Meeting, "motion": b.Motion, "version": b.Version}
		want(choice, "open", facts, r.URL("https://linli.example"), []string{"abstain", choice}, leaf.String())
		want(nil, "open", facts, r.URL("https://linli.example"), []string{"abstain"}, leaf.String())
		want(nil, "open", facts, "#"+Receipt{Secret: secret, Seat: 18}.Fragment(), []string{choice}, leaf.String())
	}
	for _, bad := range []string{"", "#", "#abc.1", "#" + r.Fragment()[:22], "#" + r.Fragment()[1:]} {
		want(nil, "linliLog.readFragment", bad)
	}
	script.WriteString("return wrong.join('\\n'); })()")
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[string](script.String()))
	if err != nil || wrong != "" {
		t.Fatalf("of %d: %v\n%s", n, err, wrong)
	}
}

func proofCases(t *testing.T, want func(is any, call string, args ...any)) {
	s, tree, trees := store{}, Tree{Root: EmptyRoot}, []Tree{{Root: EmptyRoot}}
	for i := range 70 {
		var err error
		if tree, err = Append(tree, s, []Hash{{byte(i)}}); err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	rng := rand.New(seeded(3))
	const included, consistent = "linliLog.verifyInclusion", "linliLog.verifyConsistency"
	for _, now := range trees[1:] {
		for range 6 {
			p, err := Include(now, s, rng.Int64N(now.Size))
			if err != nil {
				t.Fatal(err)
			}
			want(true, included, p)
			other := p
			other.Index = (p.Index + 1) % p.Size
			want(other.Check() == nil, included, other)
			if len(p.Hashes) > 0 {
				short := p
				short.Hashes = p.Hashes[1:]
				want(false, included, short)
			}
			p.Hashes = append(p.Hashes, Hash{})
			want(false, included, p)
			p.Hashes, p.Leaf = p.Hashes[:len(p.Hashes)-1], Hash{77}
			want(false, included, p)
			c, err := Extend(trees[rng.Int64N(now.Size+1)], now, s)
			if err != nil {
				t.Fatal(err)
			}
			want(true, consistent, c)
			c.OldRoot[1] ^= 1
			want(false, consistent, c)
			c.OldRoot[1] ^= 1
			c.Root[1] ^= 1
			want(c.OldSize == 0, consistent, c) // anything begins with nothing
		}
	}
}
