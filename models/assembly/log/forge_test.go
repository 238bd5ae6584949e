package log

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
)

// forge changes files of a bundle and signs everything anew, as an operator with the key could.
func forge(t testing.TB, raw []byte, s Signer, change func(files map[string][]byte, cert *Certificate)) []byte {
	t.Helper()
	return forgeAfter(t, raw, s, change, func(map[string][]byte) {})
}

// forgeAfter changes files once more when the certificate has been signed.
func forgeAfter(t testing.TB, raw []byte, s Signer, change func(files map[string][]byte, cert *Certificate), after func(files map[string][]byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var cert Certificate
	if err := decode(files[fileCertificate], "  ", &cert); err != nil {
		t.Fatal(err)
	}
	change(files, &cert)
	listed := func(name string) Listed { return Listed{name, int64(len(files[name])), sumOf(files[name])} }
	cert.Files = nil
	for _, name := range sharedFiles {
		cert.Files = append(cert.Files, listed(name))
	}
	if files[fileCertificate], err = encode(cert, "  "); err != nil {
		t.Fatal(err)
	}
	if files[fileCertNote], err = signNote(certificateText(cert.Meeting, files[fileCertificate]), s); err != nil {
		t.Fatal(err)
	}
	after(files)
	e := Public
	if files[fileOpenings] != nil {
		e = Owners
	}
	var all []*file
	for _, name := range names(e)[2:] {
		all = append(all, byteFile(name, files[name]))
	}
	if err := measureAll(all); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pack(&out, e, cert.Meeting, all, s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func other(t testing.TB) Signer {
	t.Helper()
	s, err := NewSM2("linli.example", bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestForgedKey: a whole bundle made with another key, by somebody who has every row, is caught by the pin and by the
// other edition.
func TestForgedKey(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	if same := forge(t, owners, a.signer, func(map[string][]byte, *Certificate) {}); !bytes.Equal(same, owners) {
		t.Fatal("forging nothing changes something")
	}
	b := hold(t, 20)
	b.signer, b.c.Keys, b.c.Checkpoints = other(t), []string{other(t).Key()}, nil
	b.at = a.at
	b.publish(t, Final)
	forged, _ := b.bundles(t)
	fake, err := verifyBytes(forged, Options{})
	if err != nil {
		t.Fatalf("a bundle of its own key verifies by itself: %v", err)
	}
	if _, err := verifyBytes(forged, Options{Pins: []string{a.signer.Key()}}); err == nil || !strings.Contains(err.Error(), "公钥") {
		t.Errorf("under the pin: %v", err)
	}
	if _, err := verifyBytes(public, Options{Pins: []string{Fingerprint(other(t).Key())}}); err == nil {
		t.Error("the true bundle passes under another pin")
	}
	real, err := verifyBytes(owners, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Compare(real, fake); err == nil {
		t.Error("the editions agree")
	}
	signedByOther := forge(t, public, other(t), func(map[string][]byte, *Certificate) {})
	if _, err := verifyBytes(signedByOther, Options{}); err == nil {
		t.Error("a signature by a key outside keys.txt passes")
	}
}

// TestOperator: what an operator with the key may try with a meeting that has been held. Each line names who would see it.
func TestOperator(t *testing.T) {
	edit := func(name string, from, to string) func(*testing.T, map[string][]byte, *Certificate) {
		return func(t *testing.T, files map[string][]byte, _ *Certificate) {
			changed := bytes.Replace(files[name], []byte(from), []byte(to), 1)
			if bytes.Equal(changed, files[name]) {
				t.Fatalf("%s has no %s", name, from)
			}
			files[name] = changed
		}
	}
	lines := func(name string, change func([][]byte) [][]byte) func(*testing.T, map[string][]byte, *Certificate) {
		return func(_ *testing.T, files map[string][]byte, _ *Certificate) {
			all := bytes.SplitAfter(files[name], []byte("\n"))
			files[name] = bytes.Join(change(all[:len(all)-1]), nil)
		}
	}
	for name, c := range map[string]struct {
		change func(*testing.T, map[string][]byte, *Certificate)
		want   string
	}{
		"a ballot says something else": {edit(fileOpenings, `"choice":"yes"`, `"choice":"no"`), "承诺"},
		"a seat votes for another":     {edit(fileOpenings, `"motion":3,"seat":5,`, `"motion":3,"seat":6,`), "承诺"},
		"a seat outside the scope":     {edit(fileOpenings, `"motion":3,"seat":5,`, `"motion":2,"seat":5,`), "不在议题 2 的名册里"},
		"a seat outside the roll":      {edit(fileOpenings, `"motion":3,"seat":5,`, `"motion":3,"seat":21,`), "不在议题 3 的名册里"},
		"a counted ballot kept back":   {lines(fileOpenings, func(l [][]byte) [][]byte { return slices.Delete(l, 7, 8) }), "没有公开"},
		"the last ballot kept back":    {lines(fileOpenings, func(l [][]byte) [][]byte { return l[:len(l)-1] }), "没有公开"},
		"a ballot opened twice":        {lines(fileOpenings, func(l [][]byte) [][]byte { return slices.Insert(l, 3, l[3]) }), "两次"},
		"an area made larger":          {edit(fileSeats, `"area_milli":1`, `"area_milli":2`), "根不是"},
		"a seat taken off the roll":    {lines(fileSeats, func(l [][]byte) [][]byte { return l[:len(l)-1] }), "根不是"},
		"a voter called silent": {func(_ *testing.T, f map[string][]byte, _ *Certificate) {
			f[fileSilence] = []byte("{\"motion\":1,\"seat\":1}\n")
		}, "未投票名单"},
		"a silent seat twice": {func(_ *testing.T, f map[string][]byte, _ *Certificate) {
			f[fileSilence] = bytes.Repeat(f[fileSilence][:bytes.IndexByte(f[fileSilence], '\n')+1], 2)
		}, "没有按议题和票权排序"},
		"silence where no clause is": {func(_ *testing.T, f map[string][]byte, _ *Certificate) {
			f[fileSilence] = []byte("{\"motion\":3,\"seat\":4}\n")
		}, "没有关于未投票的条款"},
		"a leaf taken away":                   {lines(fileLeaves, func(l [][]byte) [][]byte { return l[:len(l)-1] }), "检查点"},
		"a leaf put in":                       {lines(fileLeaves, func(l [][]byte) [][]byte { return append(l, []byte(strings.Replace(string(l[0]), `:0,`, `:99,`, 1))) }), "编号"},
		"leaves exchanged":                    {lines(fileLeaves, func(l [][]byte) [][]byte { l[0], l[1] = l[1], l[0]; return l }), "编号"},
		"a checkpoint left out and its proof": {lines(fileCheckpoints, func(l [][]byte) [][]byte { return slices.Delete(l, 2, 3) }), "开头"},
		"the final checkpoint left out":       {lines(fileCheckpoints, func(l [][]byte) [][]byte { return l[:len(l)-1] }), "最后一个检查点"},
		"checkpoints exchanged":               {lines(fileCheckpoints, func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l }), "接不上"},
		"a result better than the count": {func(_ *testing.T, _ map[string][]byte, c *Certificate) {
			c.Motions[0].Result.Outcome = map[tally.Outcome]tally.Outcome{"pass": "fail", "fail": "pass"}[c.Motions[0].Result.Outcome]
		}, "不是由公布的合计"},
		"an elected member too many": {func(_ *testing.T, _ map[string][]byte, c *Certificate) { c.Motions[2].Result.Items[0].Yes.Heads++ }, "重新计票"},
		"sums moved to yes": {func(_ *testing.T, _ map[string][]byte, c *Certificate) {
			item := &c.Motions[0].Result.Items[0]
			item.Yes.Heads, item.No.Heads = item.Yes.Heads+1, item.No.Heads-1
		}, "不是由公布的合计"},
		"more counted than in the log": {func(_ *testing.T, _ map[string][]byte, c *Certificate) { c.Motions[0].Counted++ }, "不符"},
		"a smaller denominator":        {func(_ *testing.T, _ map[string][]byte, c *Certificate) { c.Motions[0].Result.Scope.Heads-- }, "分母"},
		"a softer rule":                {edit(fileMeeting, `>=2/3`, `>=1/3`), "不是由公布的合计"},
		"a certificate that forgets what came last": {func(_ *testing.T, files map[string][]byte, c *Certificate) {
			all := bytes.SplitAfter(files[fileCheckpoints], []byte("\n"))
			files[fileCheckpoints] = bytes.Join(all[:len(all)-2], nil)
			var last checkpointLine
			if err := decode(all[len(all)-3], "", &last); err != nil {
				panic(err)
			}
			text, _, _ := strings.Cut(last.Note, "\n\n")
			point, _ := parseCheckpoint(text + "\n")
			c.Size, c.Root, c.Stage = point.Tree.Size, point.Tree.Root, Provisional
		}, "之后还有"},
		"an outcome beside that is another": {func(_ *testing.T, _ map[string][]byte, c *Certificate) { c.Motions[0].Beside.Outcome += "x" }, "不是由公布的合计"},
		"an earlier certificate":            {func(_ *testing.T, _ map[string][]byte, c *Certificate) { c.At = c.At.AddDate(0, -1, 0) }, "早于"},
		"a doubled field":                   {edit(fileMeeting, `"number"`, `"number": "x", "number"`), "写法不规范"},
		"an unknown field":                  {edit(fileRoll, `"frozen_at"`, `"note": "x", "frozen_at"`), "写法不规范"},
		"delivery that does not add up":     {edit(fileDelivery, `"none": `, `"none": 1`), "送达"},
	} {
		t.Run(name, func(t *testing.T) {
			a := hold(t, 20)
			_, owners := a.bundles(t)
			forged := forge(t, owners, a.signer, func(files map[string][]byte, cert *Certificate) { c.change(t, files, cert) })
			_, err := verifyBytes(forged, Options{})
			var f *Failure
			if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verify says %v, want %q", err, c.want)
			}
		})
	}
}

// TestPublicNumbers: what a reader of the public edition sees without a ballot opened, and that one certificate goes with one
// set of files.
func TestPublicNumbers(t *testing.T) {
	a := hold(t, 20)
	public, _ := a.bundles(t)
	forged := forge(t, public, a.signer, func(_ map[string][]byte, c *Certificate) { c.Motions[1].Superseded++ })
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "日志里是") {
		t.Errorf("more superseded than in the log: %v", err)
	}
	forged = forgeAfter(t, public, a.signer, func(map[string][]byte, *Certificate) {}, func(files map[string][]byte) {
		files[fileMeeting] = bytes.Replace(files[fileMeeting], []byte("翠湖花园"), []byte("翠湖小区"), 1)
	})
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "证书列出的文件") {
		t.Errorf("another title under the same certificate: %v", err)
	}
	forged = forgeAfter(t, public, a.signer, func(map[string][]byte, *Certificate) {}, func(files map[string][]byte) {
		files[fileCertNote] = a.c.Checkpoints[0]
	})
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "别的内容") {
		t.Errorf("a signature of something else: %v", err)
	}
}

// TestDishonestLog: an operator who writes the log itself dishonestly from the start, and certifies by hand. Certify refuses
// each, so this reaches around it.
func TestDishonestLog(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*assembly)
		want   string
	}{
		"a ballot put aside alone": {func(a *assembly) { a.mark(a.openings[9].Leaf, Superseded, "changed") }, "没有替代它的票"},
		"a ballot counted twice":   {func(a *assembly) { a.cast(6, 1, 2, "yes") }, "两张计票"},
		"a seat that is on no roll": {func(a *assembly) {
			a.cast(6, 3, 9, a.openings[2].Choice)
			last := &a.openings[len(a.openings)-1]
			last.Seat = 21
		}, "名册"},
		"a mark on a mark":                   {func(a *assembly) { a.mark(int64(len(a.leaves)-1), Invalid, "x") }, "标记的不是表决票"},
		"a mark on what comes":               {func(a *assembly) { a.mark(int64(len(a.leaves)), Invalid, "x") }, "之后的叶子"},
		"words in a reason":                  {func(a *assembly) { a.mark(1, Invalid, "张三 says") }, "原因代码"},
		"a second close":                     {func(a *assembly) { a.leaves = append(a.leaves, Leaf{Closed: a.at}) }, "第二次结束投票"},
		"void paper counted":                 {func(a *assembly) { a.cast(20, 1, 9, tally.Void) }, "状态不符"},
		"a ballot with a choice called void": {func(a *assembly) { a.mark(a.openings[9].Leaf, Invalid, Void) }, "状态不符"},
		"no such choice":                     {func(a *assembly) { a.cast(20, 1, 9, "maybe") }, "不在议题 1 的选项里"},
	} {
		a := hold(t, 20)
		c.change(a)
		a.c.Checkpoints = a.c.Checkpoints[:len(a.c.Checkpoints)-1]
		a.publish(t, Final)
		_, _, err := Certify(a.c, Confirmed, a.at, a.signer)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: certify says %v, want %q", name, err, c.want)
		}
	}
}

// TestCourse: a log never shrinks, time never goes back, nothing follows the final checkpoint, and a final certificate needs one.
func TestCourse(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*assembly)
		want   string
	}{
		"after the final one": {func(a *assembly) { a.publish(t, Hourly) }, "接不上"},
		"back in time":        {func(a *assembly) { a.at = a.at.Add(-72 * time.Hour); a.publish(t, Final) }, "接不上"},
		"shrunk": {func(a *assembly) {
			a.c.Checkpoints = a.c.Checkpoints[:len(a.c.Checkpoints)-1]
			all := a.leaves
			a.leaves = all[:3]
			a.publish(t, Hourly)
			a.leaves = all
			a.publish(t, Final)
		}, "接不上"},
		"not final": {func(a *assembly) {
			a.c.Checkpoints = a.c.Checkpoints[:len(a.c.Checkpoints)-1]
			a.publish(t, Hourly)
		}, "最后的检查点"},
		"another meeting's": {func(a *assembly) {
			a.c.Meeting.Number = "DY-2026-0002"
			a.c.Checkpoints = a.c.Checkpoints[:0]
			a.publish(t, Hourly)
			a.c.Meeting.Number = "DY-2026-0001"
		}, "另一次会议"},
		"none":       {func(a *assembly) { a.c.Checkpoints = nil }, "没有检查点"},
		"other root": {func(a *assembly) { a.leaves[2].Ballot[1] ^= 1 }, "不是前"},
	} {
		a := hold(t, 20)
		c.change(a)
		if _, _, err := Certify(a.c, Confirmed, a.at.Add(time.Hour), a.signer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: certify says %v, want %q", name, err, c.want)
		}
	}
}

// TestLostBallot: a ballot dropped before any checkpoint leaves a bundle that verifies, and its voter's receipt that does not.
func TestLostBallot(t *testing.T) {
	a := hold(t, 20)
	lost, err := NewReceipt(a.random, 4)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := a.bundles(t)
	if _, err := verifyBytes(public, Options{Receipts: []string{a.receipts[4].Fragment()}}); err != nil {
		t.Error(err)
	}
	if _, err := verifyBytes(public, Options{Receipts: []string{lost.Fragment()}}); err == nil || !strings.Contains(err.Error(), "不在日志里") {
		t.Errorf("the lost ballot's receipt: %v", err)
	}
}

// TestResignedBytes: every third byte of the rows that a verifier computes with, changed and signed again with the true key.
func TestResignedBytes(t *testing.T) {
	a := hold(t, 6)
	_, owners := a.bundles(t)
	for _, name := range append([]string{fileLeaves, fileCheckpoints}, ownersFiles...) {
		size := 0
		forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { size = len(files[name]) })
		for i := 0; i < size; i += 3 {
			forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { files[name][i] ^= 1 << (i % 7) })
			if _, err := verifyBytes(forged, Options{}); err == nil {
				t.Fatalf("%s: byte %d of %d may change under the true key", name, i, size)
			}
		}
	}
}

// TestWriteRefuses: contents that differ from what was certified do not get out.
func TestWriteRefuses(t *testing.T) {
	a := hold(t, 20)
	a.bundles(t)
	for name, change := range map[string]func(*assembly){
		"another title":      func(a *assembly) { a.c.Meeting.Title = "另一个" },
		"another roll row":   func(a *assembly) { a.seats[0].Units[0].Area++ },
		"another opening":    func(a *assembly) { a.openings[4].Salt[0] ^= 1 },
		"another leaf":       func(a *assembly) { a.leaves[4].Ballot[0] ^= 1 },
		"bytes in the title": func(a *assembly) { a.c.Meeting.Title = "\xff" },
		"a lost certificate": func(a *assembly) { a.c.Certificate.Text = append(a.c.Certificate.Text, ' ') },
		"fewer silent":       func(a *assembly) { a.silent = a.silent[1:] },
	} {
		b := hold(t, 20)
		b.c.Certificate = a.c.Certificate
		change(b)
		if err := Write(io.Discard, Owners, b.c, b.signer); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	stage, early := Provisional, a.at.Add(-48*time.Hour)
	if _, _, err := Certify(a.c, stage, early, a.signer); err == nil {
		t.Error("certified before the last checkpoint")
	}
}

// FuzzVerify: garbage is refused in words, without a panic.
func FuzzVerify(f *testing.F) {
	a := hold(f, 6)
	public, owners := a.bundles(f)
	f.Add(public)
	f.Add(owners)
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := verifyBytes(raw, Options{}); err == nil && !bytes.Equal(raw, public) && !bytes.Equal(raw, owners) {
			t.Error("another bundle verifies without a key")
		}
	})
}

// FuzzForged: garbage inside a well-formed, well-signed bundle is refused without a panic.
func FuzzForged(f *testing.F) {
	a := hold(f, 6)
	_, owners := a.bundles(f)
	all := append(names(Owners)[4:], fileManifestNote)
	for i, name := range all {
		forge(f, owners, a.signer, func(files map[string][]byte, _ *Certificate) { f.Add(uint8(i), files[name]) })
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		name := all[int(which)%len(all)]
		forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { files[name] = content })
		_, _ = verifyBytes(forged, Options{})
	})
}

// FuzzLines: a line that is read is the line that is written, and nothing panics.
func FuzzLines(f *testing.F) {
	a := hold(f, 6)
	for i, l := range a.leaves {
		f.Add(l.appendLine(nil, int64(i)))
	}
	f.Add(a.seats[0].appendLine(nil))
	f.Add(a.openings[1].appendLine(nil, true))
	f.Add(a.openings[1].appendLine(nil, false))
	f.Add(Silent{1, 2}.appendLine(nil))
	f.Fuzz(func(t *testing.T, line []byte) {
		if l, index, ok := scanLeaf(line); ok && !bytes.Equal(l.appendLine(nil, index), line) {
			t.Errorf("leaf %q", line)
		}
		if s, ok := scanSeat(line); ok && !bytes.Equal(s.appendLine(nil), line) {
			t.Errorf("seat %q", line)
		}
		if s, ok := scanSilent(line); ok && !bytes.Equal(s.appendLine(nil), line) {
			t.Errorf("silent %q", line)
		}
		if o, choice, opened, ok := scanOpening(line); ok && opened {
			if o.Choice = string(choice); !bytes.Equal(o.appendLine(nil, true), line) {
				t.Errorf("opening %q", line)
			}
		}
		_ = decode(line, "", &Event{})
		_, _ = parseCheckpoint(string(line))
		_, _ = ParseKey(string(line))
		_, _, _ = ParseFragment(string(line))
		_, _ = ParseCode(string(line))
	})
}
