package log

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
)

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
		"back in time": {func(a *assembly) {
			a.c.Checkpoints = a.c.Checkpoints[:len(a.c.Checkpoints)-1]
			a.at = a.at.Add(-72 * time.Hour)
			a.publish(t, Final)
		}, "接不上"},
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
	if _, err := verifyBytes(public, Options{Receipts: []string{lost.Fragment()}}); err == nil || !strings.Contains(err.Error(), "不在这份日志里") {
		t.Errorf("the lost ballot's receipt: %v", err)
	}
}
