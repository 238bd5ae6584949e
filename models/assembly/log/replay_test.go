package log

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
)

// contest is a meeting in which seat 1 casts ballots on the first motion by given ways, received in a given order, and its log says what
// became of each.
type contest struct {
	wins, change string
	ways         []Way
	orders       []int
	states       []State
	void         int // the version that is void; 0 for none
	aside        int // the version that was set aside for a while
}

func (c contest) hold(t *testing.T) *assembly {
	t.Helper()
	a := hold(t, 6)
	a.c.Meeting.Terms.WhichWins, a.c.Meeting.Terms.Change = c.wins, c.change
	a.leaves, a.openings, a.silent, a.c.Checkpoints, a.at = nil, nil, nil, nil, opens
	a.c.Delivery = Delivery{None: 6}
	for i, way := range c.ways {
		choice := tally.Yes
		if i+1 == c.void {
			choice = tally.Void
		}
		index := a.cast(1, 1, i+1, choice)
		o := &a.openings[len(a.openings)-1]
		o.Way, o.Order = way, c.orders[i]
		if i+1 == c.aside {
			a.mark(index, Invalid, "objection")
			a.mark(index, Counted, "counts_again")
		}
		if s := c.states[i]; s != Counted {
			a.mark(index, s, map[State]string{Superseded: "changed", Invalid: "objection"}[s])
		}
	}
	a.at = opens.Add(time.Hour)
	a.publish(t, Hourly)
	a.leaves, a.at = append(a.leaves, Leaf{Closed: a.c.Meeting.Closes}), a.c.Meeting.Closes
	a.publish(t, Close)
	a.publish(t, Final)
	return a
}

// TestReplay: which of a seat's ballots counts follows from the frozen rules, the ways and the order; a log in which another was put aside is
// refused with a sentence that names seat, rule and ballot.
func TestReplay(t *testing.T) {
	const (
		in, out = Counted, Superseded
		bad     = "替代错了"
	)
	for name, c := range map[string]struct {
		contest
		want string
	}{
		"phone before paper, the phone wins":       {contest{wins: "app", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{in, out}}, ""},
		"the wrong one of two":                     {contest{wins: "app", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{out, in}}, "票权 1 在议题 1 上投了几次，替代错了：冻结的规则是以手机票为准、同一种方式以最后一次为准，应当计第 1 次表决（第 0 片叶子），却计了第 2 次"},
		"paper wins":                               {contest{wins: "paper", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{out, in}}, ""},
		"paper wins and the phone counts":          {contest{wins: "paper", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{in, out}}, bad},
		"the last one is the paper":                {contest{wins: "last_before_close", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{out, in}}, ""},
		"the paper was in the box before":          {contest{wins: "last_before_close", ways: []Way{Phone, Paper}, orders: []int{2, 1}, states: []State{in, out}}, ""},
		"the paper was in the box before, wrong":   {contest{wins: "last_before_close", ways: []Way{Phone, Paper}, orders: []int{2, 1}, states: []State{out, in}}, bad},
		"the first one is the paper":               {contest{wins: "first_valid", ways: []Way{Phone, Paper}, orders: []int{2, 1}, states: []State{out, in}}, ""},
		"the first one, wrong":                     {contest{wins: "first_valid", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{out, in}}, bad},
		"at one time":                              {contest{wins: "first_valid", ways: []Way{Phone, Paper}, orders: []int{1, 1}, states: []State{in, out}}, ""},
		"void paper is passed by":                  {contest{wins: "paper", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{in, out}, void: 2}, ""},
		"what was set aside is passed by":          {contest{wins: "paper", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{in, Invalid}}, ""},
		"a mind changed once":                      {contest{wins: "app", change: "once", ways: []Way{Phone, Phone}, orders: []int{1, 2}, states: []State{out, in}}, ""},
		"a change that was put aside":              {contest{wins: "app", change: "once", ways: []Way{Phone, Phone}, orders: []int{1, 2}, states: []State{in, out}}, bad},
		"a change that no rule allows":             {contest{wins: "app", change: "none", ways: []Way{Phone, Phone}, orders: []int{1, 2}, states: []State{out, in}}, "用手机投了 2 次，冻结的规则不能改票"},
		"a change too many":                        {contest{wins: "app", change: "once", ways: []Way{Phone, Phone, Phone}, orders: []int{1, 2, 3}, states: []State{out, out, in}}, "用手机投了 3 次，冻结的规则可以改一次"},
		"as often as one likes":                    {contest{wins: "app", change: "until_close", ways: []Way{Phone, Phone, Phone}, orders: []int{1, 2, 3}, states: []State{out, out, in}}, ""},
		"cast again while the first was set aside": {contest{wins: "app", change: "none", ways: []Way{Phone, Phone}, orders: []int{1, 2}, states: []State{out, in}, aside: 1}, ""},
		"an order that is none":                    {contest{wins: "app", ways: []Way{Phone, Paper}, orders: []int{1, 3}, states: []State{in, out}}, "先后写得不对"},
		"one ballot, and not the first":            {contest{wins: "app", ways: []Way{Phone}, orders: []int{2}, states: []State{in}}, "先后写得不对"},
		"a rule that nobody knows":                 {contest{wins: "chair", ways: []Way{Phone}, orders: []int{1}, states: []State{in}}, "写法不认识"},
	} {
		a := c.hold(t)
		_, signed, err := Certify(a.c, Confirmed, a.at.Add(time.Hour), a.signer)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: certify says %v, want %q", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a.c.Certificate = signed
		for _, e := range []Edition{Public, Owners} {
			if _, err := verifyBytes(a.write(t, e), Options{}); err != nil {
				t.Errorf("%s, %s: %v", name, e, err)
			}
		}
	}
}

// TestReplayOfAnotherRule: an operator with the key who changes the frozen rule, a way or an order under a finished count is found out by the
// owners' edition.
func TestReplayOfAnotherRule(t *testing.T) {
	a := contest{wins: "last_before_close", change: "none", ways: []Way{Phone, Paper}, orders: []int{1, 2}, states: []State{Superseded, Counted}}.hold(t)
	_, owners := a.bundles(t)
	for name, c := range map[string]struct{ file, from, to, want string }{
		"the rule":                {fileMeeting, `"which_wins": "last_before_close"`, `"which_wins": "app"`, "替代错了"},
		"the order":               {fileOpenings, `"order":1`, `"order":3`, "先后"},
		"the orders":              {fileOpenings, `"way":"phone","order":1`, `"way":"phone","order":2`, "先后"},
		"the way":                 {fileOpenings, `"way":"paper"`, `"way":"phone"`, "用手机投了 2 次"},
		"no way":                  {fileOpenings, `,"way":"paper","order":2`, ``, "投票方式"},
		"no clause for phones":    {fileMeeting, "\n    \"electronic\": \"议事规则第九条\",", "", "电子投票的条款"},
		"another clause, silence": {fileMeeting, `"silence": "议事规则第二十条"`, `"silence": "议事规则第二十一条"`, "不是冻结的那一条"},
		"no rules":                {fileMeeting, `"terms": {`, `"term": {`, "写法不规范"},
	} {
		forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) {
			changed := bytes.Replace(files[c.file], []byte(c.from), []byte(c.to), 1)
			if bytes.Equal(changed, files[c.file]) {
				t.Fatalf("%s: %s has no %s:\n%s", name, c.file, c.from, changed)
			}
			files[c.file] = changed
		})
		if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: verify says %v, want %q", name, err, c.want)
		}
	}
}

// TestPrecedence: whatever came, the ballot that counts is one of those that came, the last of its class, and the class is the one the rule
// names.
func TestPrecedence(t *testing.T) {
	if Precedence("app", nil) != -1 {
		t.Error("nothing counts as something")
	}
	rng := rand.New(seeded(11))
	for range 5000 {
		var list []Version
		for range 1 + rng.IntN(5) {
			list = append(list, Version{rng.IntN(2) == 0, rng.Int64N(4)})
		}
		for _, wins := range []string{"", "first_valid", "app", "paper", "last_before_close"} {
			at := Precedence(wins, list)
			if at < 0 || at >= len(list) || slices.ContainsFunc(list[at+1:], func(v Version) bool { return v.Paper == list[at].Paper }) {
				t.Fatalf("%s of %+v: %d", wins, list, at)
			}
			both := slices.ContainsFunc(list, func(v Version) bool { return v.Paper != list[at].Paper })
			if both && (wins == "app" && list[at].Paper || wins == "paper" && !list[at].Paper) {
				t.Fatalf("%s of %+v: %d", wins, list, at)
			}
		}
	}
}

// points leaves the checkpoints of a bundle that keep reports true for; the first that is left begins with nothing before it.
func points(t *testing.T, files map[string][]byte, keep func(Checkpoint) bool) {
	t.Helper()
	var left []byte
	for _, raw := range bytes.SplitAfter(files[fileCheckpoints], []byte("\n")) {
		if len(raw) == 0 {
			continue
		}
		var line checkpointLine
		if err := decode(raw, "", &line); err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(line.Note, "\n\n")
		point, err := parseCheckpoint(text + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if !keep(point) {
			continue
		}
		if left == nil {
			line.Consistency = []Hash{}
		}
		if raw, err = encode(line, ""); err != nil {
			t.Fatal(err)
		}
		left = append(left, raw...)
	}
	files[fileCheckpoints] = left
}

// TestUnpublished: a bundle whose log nobody could have watched is refused in either edition: without the checkpoint of the close; where none
// is from the window, verify says so plainly.
func TestUnpublished(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	for _, raw := range [][]byte{public, owners} {
		for name, c := range map[string]struct {
			keep func(Checkpoint) bool
			want string
		}{
			"only the final one":         {func(c Checkpoint) bool { return c.Purpose == Final }, "没有截止时的检查点"},
			"none from the window":       {func(c Checkpoint) bool { return c.Purpose != Hourly }, ""},
			"an outage at the beginning": {func(c Checkpoint) bool { return c.Purpose != Hourly || c.Tree.Size > 30 }, ""},
		} {
			forged := forge(t, raw, a.signer, func(files map[string][]byte, _ *Certificate) { points(t, files, c.keep) })
			var said strings.Builder
			_, err := Verify(bytes.NewReader(forged), int64(len(forged)), Options{}, func(s string) { said.WriteString(s) })
			if strings.Contains(said.String(), "表决期间没有公布过一个检查点") != (name == "none from the window") {
				t.Errorf("%s: %s", name, said.String())
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: verify says %v, want %q", name, err, c.want)
			}
		}
	}
}

// TestClose: the checkpoint of the close ends with the leaf that says so, and is not signed before.
func TestClose(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*assembly)
		want   string
	}{
		"something behind the close": {func(a *assembly) {
			a.at = a.c.Meeting.Closes
			a.cast(5, 1, 1, tally.Yes)
			a.publish(t, Close)
		}, "应当正好到写明截止的那一片"},
		"signed too early": {func(a *assembly) { a.publish(t, Close) }, "截止以前签的"},
		"none":             {func(*assembly) {}, "没有截止时的检查点"},
		"another time":     {func(a *assembly) { a.leaves[len(a.leaves)-1] = Leaf{Closed: a.at}; a.publish(t, Close) }, "不是会议的截止时间"},
		"no closing leaf":  {func(a *assembly) { a.leaves = a.leaves[:len(a.leaves)-1]; a.publish(t, Close) }, "没有写投票在什么时候截止"},
	} {
		a := contest{wins: "app", ways: []Way{Phone}, orders: []int{1}, states: []State{Counted}}.hold(t)
		a.c.Checkpoints, a.at = a.c.Checkpoints[:1], opens.Add(2*time.Hour)
		c.change(a)
		a.at = a.c.Meeting.Closes.Add(time.Hour)
		a.publish(t, Final)
		if _, _, err := Certify(a.c, Confirmed, a.at, a.signer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: certify says %v, want %q", name, err, c.want)
		}
	}
}

// TestQuietWindows: no checkpoint within a window is no failure where no ballot was in the log by its end, nor where it was an hour.
func TestQuietWindows(t *testing.T) {
	short := contest{wins: "app", ways: []Way{Phone}, orders: []int{1}, states: []State{Counted}}.hold(t)
	short.c.Meeting.Closes = opens.Add(time.Hour)
	short.leaves[len(short.leaves)-1].Closed = short.c.Meeting.Closes
	short.c.Checkpoints, short.at = nil, short.c.Meeting.Closes
	quiet := contest{}.hold(t)
	quiet.c.Checkpoints = nil
	for want, a := range map[string]*assembly{"不超过一小时": short, "截止前日志里没有表决票": quiet} {
		a.publish(t, Close)
		a.publish(t, Final)
		public, _ := a.bundles(t)
		var said strings.Builder
		if _, err := Verify(bytes.NewReader(public), int64(len(public)), Options{}, func(s string) { said.WriteString(s) }); err != nil || !strings.Contains(said.String(), want) {
			t.Errorf("%v, want %q:\n%s", err, want, said.String())
		}
	}
}
