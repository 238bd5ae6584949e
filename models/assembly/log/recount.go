package log

import (
	"errors"
	"slices"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
)

// recount counts a meeting from its roll, its log and its opened ballots. Whoever certifies and whoever verifies use
// the same one, and neither uses a running total.
type recount struct {
	meeting *Meeting
	ledger  *ledger
	roll    *roll
	motions []motionCount
	next    int64 // the next leaf to be opened
	gone    []superseded
	last    Silent
	owing   bits // seats on the list of debtors
	owed    int  // the last of them
	buf     []byte
}

// superseded is a ballot that must have given way to another.
type superseded struct {
	leaf         int64
	motion, seat int
}

// motionCount is what has been opened of one motion.
type motionCount struct {
	ballots  []tally.Ballot
	total    Total
	counted  bits  // seats with a ballot that is counted; in the end also those with a void one alone
	standing bits  // seats with a counted or invalid one, which a superseded one may give way to
	void     []int // seats with a void one
	silent   []int
	rivals   rivals
	choices  map[string]string // canonical choices seen, so that equal ones share memory
}

func newRecount(m *Meeting, l *ledger, r *roll) (*recount, error) {
	c := &recount{meeting: m, ledger: l, roll: r, motions: make([]motionCount, len(m.Motions)), buf: make([]byte, 0, 1<<10)}
	for i, motion := range m.Motions {
		if r.scopes[motion.Scope] == nil {
			return nil, errFormat("议题 %d 的表决范围“%s”里没有票权", i+1, motion.Scope)
		}
		c.motions[i].choices, c.motions[i].total.Motion = map[string]string{}, i+1
	}
	return c, nil
}

// skip moves to the next ballot leaf.
func (c *recount) skip() {
	for c.next < int64(len(c.ledger.states)) && c.ledger.states[c.next] == "" {
		c.next++
	}
}

// open takes the opening of the next ballot leaf; choice is what it says where it is printed open.
func (c *recount) open(o Opening, choice []byte, opened bool) error {
	c.skip()
	if o.Leaf != c.next || c.next >= int64(len(c.ledger.states)) {
		return errFormat("第 %d 片叶子的表决票没有公开，或者公开了两次、多公开了", min(o.Leaf, c.next))
	}
	c.next++
	if o.Motion < 1 || o.Motion > len(c.motions) {
		return errFormat("第 %d 片叶子的表决票不属于任何议题", o.Leaf)
	}
	m, motion := &c.motions[o.Motion-1], &c.meeting.Motions[o.Motion-1]
	if !c.roll.scopes[motion.Scope].in.has(o.Seat) {
		return errFormat("第 %d 片叶子的票权 %d 不在议题 %d 的名册里", o.Leaf, o.Seat, o.Motion)
	}
	sealed, text := o.sealed, ""
	if opened {
		var err error
		if text, err = m.canonical(motion, choice); err != nil {
			return errFormat("第 %d 片叶子的表决意见不在议题 %d 的选项里", o.Leaf, o.Motion)
		}
		sealed = seal(c.buf, text, o.Salt)
	}
	if err := c.came(o); err != nil {
		return err
	}
	b := Ballot{Meeting: c.meeting.Number, Motion: o.Motion, Seat: o.Seat, Version: o.Version}
	if b.commit(c.buf, sealed) != c.ledger.commits[o.Leaf] {
		return errFormat("第 %d 片叶子的承诺与公开的表决票不符", o.Leaf)
	}
	return c.stand(o, text, opened)
}

// came refuses a ballot that does not say by which way it came, or came by one that the frozen rules do not open.
func (c *recount) came(o Opening) error {
	t := c.meeting.Terms
	switch {
	case (t == nil) != (o.Way == ""):
		return errFormat("第 %d 片叶子的表决票缺少或多出投票方式", o.Leaf)
	case o.Way == Phone && t.Electronic == "":
		return errFormat("第 %d 片叶子是手机投的票，冻结的规则里没有允许电子投票的条款", o.Leaf)
	}
	return nil
}

// opened reports whether owners see what a ballot says.
func (c *recount) opened(o Opening, choice string) bool {
	return c.ledger.opened(o.Leaf) || c.meeting.Terms != nil && choice == tally.Void && c.ledger.states[o.Leaf] == Superseded
}

// canonical refuses a choice that is not the one stored text of itself.
func (m *motionCount) canonical(motion *Motion, choice []byte) (string, error) {
	if text, ok := m.choices[string(choice)]; ok {
		return text, nil
	}
	if string(choice) == tally.Void {
		return tally.Void, nil // no voter's choice; stand lets it pass for what was marked void
	}
	text, err := motion.Question.Canonical(string(choice))
	if err != nil || text != string(choice) {
		return "", errors.Join(err, tally.ErrChoice)
	}
	m.choices[text] = text
	return text, nil
}

// stand puts an opened ballot where its state says.
func (c *recount) stand(o Opening, choice string, opened bool) error {
	m, state := &c.motions[o.Motion-1], c.ledger.states[o.Leaf]
	if opened != c.opened(o, choice) || opened && (state != Counted) != (choice == tally.Void) {
		return errFormat("第 %d 片叶子的表决票公开的方式与它的状态不符", o.Leaf)
	}
	m.rivals.take(o, state, opened && choice == tally.Void, c.ledger.aside.has(int(o.Leaf)))
	switch state {
	case Superseded:
		m.total.Superseded++
		c.gone = append(c.gone, superseded{o.Leaf, o.Motion, o.Seat})
		return nil
	case Invalid:
		m.total.Invalid++
		if m.standing.set(o.Seat); opened {
			m.void = append(m.void, o.Seat)
		}
		return nil
	}
	if m.counted.has(o.Seat) {
		return errFormat("票权 %d 在议题 %d 上有两张计票的表决票", o.Seat, o.Motion)
	}
	m.total.Counted++
	m.counted.set(o.Seat)
	m.standing.set(o.Seat)
	m.ballots = append(m.ballots, tally.Ballot{Seat: o.Seat, Choice: choice})
	return nil
}

// voids adds the void ballots of seats that have no other one.
func (m *motionCount) voids() {
	for _, seat := range m.void {
		if !m.counted.has(seat) {
			m.counted.set(seat)
			m.ballots = append(m.ballots, tally.Ballot{Seat: seat, Choice: tally.Void})
		}
	}
	m.void = nil
}

// gaveWay finds superseded ballots for which nothing of the same seat stands: a ballot cannot be put aside alone.
func (c *recount) gaveWay() error {
	for _, g := range c.gone {
		if !c.motions[g.motion-1].standing.has(g.seat) {
			return errFormat("票权 %d 在议题 %d 上的表决票（第 %d 片叶子）被标为已替代，但没有替代它的票", g.seat, g.motion, g.leaf)
		}
	}
	return nil
}

// silent takes the next silent seat, by motion and seat.
func (c *recount) silent(s Silent) error {
	if s.Motion < 1 || s.Motion > len(c.motions) || s.Motion < c.last.Motion || s.Motion == c.last.Motion && s.Seat <= c.last.Seat {
		return errFormat("未投票名单没有按议题和票权排序")
	}
	c.last = s
	m, motion := &c.motions[s.Motion-1], c.meeting.Motions[s.Motion-1]
	switch {
	case motion.Silence == nil:
		return errFormat("议题 %d 没有关于未投票的条款，却有未投票名单", s.Motion)
	case !c.roll.scopes[motion.Scope].in.has(s.Seat):
		return errFormat("未投票名单里的票权 %d 不在议题 %d 的名册里", s.Seat, s.Motion)
	case m.counted.has(s.Seat):
		return errFormat("票权 %d 投了议题 %d 的票，却在未投票名单里", s.Seat, s.Motion)
	}
	m.silent = append(m.silent, s.Seat)
	return nil
}

// owes takes the next seat on the list of debtors.
func (c *recount) owes(seat int) error {
	switch {
	case c.meeting.Debtors == "":
		return errFormat("没有关于欠费业主的条款，却有欠费名单")
	case seat <= c.owed:
		return errFormat("欠费名单没有按票权排序")
	case !c.roll.scopes[""].in.has(seat):
		return errFormat("欠费名单里的票权 %d 不在名册里", seat)
	}
	c.owing.set(seat)
	c.owed = seat
	return nil
}

// limited counts a motion without the ballots of debtors; what they left unsaid is no silence.
func (c *recount) limited(m *motionCount, motion Motion) (*Limited, error) {
	sc := c.roll.scopes[motion.Scope]
	l := &Limited{}
	for _, s := range sc.seats {
		if c.owing.has(s.No) {
			l.Seats.Heads, l.Seats.Area = l.Seats.Heads+1, l.Seats.Area+s.Area
		}
	}
	var silence *tally.Silence
	if motion.Silence != nil {
		silence = motion.Silence.seats(slices.DeleteFunc(slices.Clone(m.silent), c.owing.has))
	}
	var err error
	l.Result, err = tally.Count(motion.Rules, motion.Question, sc.seats, slices.DeleteFunc(slices.Clone(m.ballots), func(b tally.Ballot) bool { return c.owing.has(b.Seat) }), silence)
	return l, err
}

// totals counts every motion. Call it when everything has been opened.
func (c *recount) totals() ([]Total, error) {
	if c.skip(); c.next != int64(len(c.ledger.states)) {
		return nil, errFormat("第 %d 片叶子的表决票没有公开", c.next)
	}
	if err := c.gaveWay(); err != nil {
		return nil, err
	}
	if c.meeting.Terms != nil {
		for i := range c.motions {
			if err := c.motions[i].rivals.replay(c.meeting.Terms, i+1); err != nil {
				return nil, err
			}
		}
	}
	out := []Total{}
	for i := range c.motions {
		m, motion := &c.motions[i], c.meeting.Motions[i]
		sc := c.roll.scopes[motion.Scope]
		m.voids()
		var silence *tally.Silence
		if motion.Silence != nil {
			silence = motion.Silence.seats(m.silent)
		}
		var err error
		if m.total.Result, err = tally.Count(motion.Rules, motion.Question, sc.seats, m.ballots, silence); err == nil && motion.Beside != nil {
			m.total.Beside = new(tally.Result)
			*m.total.Beside, err = tally.Count(*motion.Beside, motion.Question, sc.seats, m.ballots, silence)
		}
		if err == nil && c.meeting.Debtors != "" {
			m.total.Debtors, err = c.limited(m, motion)
		}
		if err != nil {
			return nil, errFormat("议题 %d 不能计票：%s", i+1, fault.Of(err).Message)
		}
		out = append(out, m.total)
	}
	return out, nil
}

// rivals is how many seats cast more than one ballot on a motion, or one that does not count.
func (c *recount) rivals() int {
	var seats bits
	n := 0
	for i := range c.motions {
		for seat := range c.motions[i].rivals.several {
			if !seats.has(seat) {
				seats.set(seat)
				n++
			}
		}
	}
	return n
}
