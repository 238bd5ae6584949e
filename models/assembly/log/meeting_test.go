package log

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
)

// assembly is a meeting as a database would hold it.
type assembly struct {
	c        Contents
	signer   Signer
	seats    []Seat
	leaves   []Leaf
	openings []Opening
	silent   []Silent
	receipts []Receipt // by seat, from 0
	at       time.Time
	random   *rand.ChaCha8
}

var opens = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

// hold runs a meeting of n seats: three motions, one of them for one building, one an election; changed ballots, void paper,
// an upheld objection, silent seats, paper opened after the close.
func hold(t testing.TB, n int) *assembly {
	t.Helper()
	signer, err := NewEd25519("linli.example", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	a := &assembly{signer: signer, random: seeded(uint64(n)), at: opens}
	a.c = Contents{Meeting: callMeeting(t), Keys: []string{signer.Key()}, Leaves: each2(&a.leaves), Seats: each2(&a.seats), Silent: each2(&a.silent), Openings: each2(&a.openings)}
	rng := rand.New(seeded(uint64(n) + 1))
	for i := range n {
		s := Seat{No: i + 1, Salt: a.hash()}
		for u := range 1 + rng.IntN(2) {
			unit := Unit{Code: fmt.Sprintf("%d幢-1-%d0%d", 1+i%3, 1+i/3, 1+u), Area: area.Milli(60_000 + rng.IntN(80_000))}
			if i%3 == 0 {
				unit.Scopes = []string{"1幢"}
			}
			s.Units = append(s.Units, unit)
		}
		a.seats = append(a.seats, s)
		r, err := NewReceipt(a.random, s.No)
		if err != nil {
			t.Fatal(err)
		}
		a.receipts = append(a.receipts, r)
	}
	if a.c.Roll, err = FreezeRoll(a.c.Meeting.Number, opens.AddDate(0, 0, -20), a.c.Seats); err != nil {
		t.Fatal(err)
	}
	a.vote(t, rng)
	a.silence()
	a.c.Events = []Event{{At: opens.Add(time.Hour), Kind: "sale", Seat: 3, Document: Sum(a.hash())}}
	return a
}

func callMeeting(t testing.TB) Meeting {
	t.Helper()
	law, err := rulepack.Law(calendar.DateOf(opens), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := Meeting{Number: "DY-2026-0001", Title: "翠湖花园第一次临时会议", Opens: opens, Closes: opens.Add(5 * time.Hour), Terms: &Terms{Electronic: "议事规则第九条", WhichWins: "app", Change: "once", ProxyCap: 3,
		Silence: "议事规则第二十条", Covers: "both", ObjectionDays: 7, Sources: []Where{{Key: "ballot.which_wins", Title: "同一票权收到两张票时哪一张有效", Value: "app", Article: "议事规则第十条"}}}}
	for i, matter := range []string{"manager", "use_fund", "committee"} {
		rules, err := tally.FromLaw(law, matter)
		if err != nil {
			t.Fatal(err)
		}
		motion := Motion{Position: i + 1, Title: "关于“" + rules.Title + "”的议题 <&>", Text: Sum{byte(i)}, Rules: rules, Question: tally.Question{Kind: tally.Motion}}
		switch matter {
		case "manager":
			other, err := tally.FromLaw(law, "common_parts")
			if err != nil {
				t.Fatal(err)
			}
			motion.Beside = &other
			motion.Silence = &Silence{Clause: "议事规则第二十条", Cited: true, Warned: true, Covers: "both"}
		case "use_fund":
			motion.Scope = "1幢"
		case "committee":
			motion.Question = tally.Question{Kind: tally.Election, Options: []string{"a", "b", "c", "d", "e", "f"}, Fill: 5, Alternates: 1, Order: tally.ByHeads, Tie: tally.ByArea}
		}
		m.Motions = append(m.Motions, motion)
	}
	return m
}

// vote casts everybody's ballots and publishes a checkpoint every hour.
func (a *assembly) vote(t testing.TB, rng *rand.Rand) {
	every := max(1, len(a.seats)/5)
	for i := range a.seats {
		if i%every == every-1 {
			a.at = a.at.Add(50 * time.Minute)
			a.publish(t, Hourly)
		}
		if (rng.IntN(10) == 0 || i == 6) && i > 2 {
			continue // nobody of this seat votes
		}
		var own []int64
		for m := range a.c.Meeting.Motions {
			own = append(own, a.cast(i+1, m+1, 1, a.choose(rng, m+1)))
		}
		switch {
		case i == 1 || rng.IntN(20) == 0: // changed their mind on the first motion
			index := a.cast(i+1, 1, 2, "no")
			a.mark(own[0], Superseded, "changed")
			if i == 1 { // and the one before stands again
				a.mark(index, Invalid, "objection_upheld")
				a.mark(own[0], Counted, "counts_again")
			}
		case i == 2: // another's objection is not upheld
			a.mark(own[0], Invalid, "objection")
			a.mark(own[0], Counted, "restored")
		}
	}
	a.leaves = append(a.leaves, Leaf{Closed: a.c.Meeting.Closes})
	a.at = a.c.Meeting.Closes
	a.publish(t, Close)
	a.mark(a.cast(1, 1, a.next(1, 1), tally.Void), Invalid, Void) // void paper beside a phone ballot that counts
	if a.own(5, 1) >= 0 {
		a.mark(a.cast(5, 1, a.next(5, 1), tally.Void), Superseded, "other_channel") // as the precedence marks it
	}
	a.mark(a.cast(4, 3, a.next(4, 3), tally.Void), Invalid, Void)
	a.mark(a.own(4, 3), Invalid, "proxy_revoked")
	a.at = a.at.Add(24 * time.Hour)
	a.publish(t, Final)
}

// next is the version of a seat's next ballot on a motion.
func (a *assembly) next(seat, motion int) int {
	n := 1
	for _, o := range a.openings {
		if o.Seat == seat && o.Motion == motion {
			n++
		}
	}
	return n
}

// own finds the first ballot of a seat on a motion.
func (a *assembly) own(seat, motion int) int64 {
	for _, o := range a.openings {
		if o.Seat == seat && o.Motion == motion {
			return o.Leaf
		}
	}
	return -1
}

func (a *assembly) choose(rng *rand.Rand, motion int) string {
	if motion < 3 {
		return []string{"yes", "yes", "yes", "no", "abstain"}[rng.IntN(5)]
	}
	text := ""
	for i, key := range a.c.Meeting.Motions[2].Question.Options {
		if i > 0 {
			text += ","
		}
		mark := "yes"
		if rng.IntN(6) == 0 || i == rng.IntN(6) {
			mark = "no"
		}
		text += key + "=" + mark
	}
	if text == "a=yes,b=yes,c=yes,d=yes,e=yes,f=yes" {
		text = "a=yes,b=yes,c=yes,d=yes,e=yes,f=abstain"
	}
	return text
}

func (a *assembly) cast(seat, motion, version int, choice string) int64 {
	if scope := a.c.Meeting.Motions[motion-1].Scope; scope != "" && len(a.seats[seat-1].Units[0].Scopes) == 0 {
		return -1
	}
	index := int64(len(a.leaves))
	b := Ballot{a.c.Meeting.Number, motion, seat, version}
	salt := b.Salt(a.receipts[seat-1].Secret[:])
	a.leaves = append(a.leaves, Leaf{Ballot: b.Commit(Seal(choice, salt))})
	way := Phone
	if choice == tally.Void {
		way = Paper
	}
	a.openings = append(a.openings, Opening{Leaf: index, Motion: motion, Seat: seat, Version: version, Way: way, Order: version, Choice: choice, Salt: salt})
	return index
}

func (a *assembly) mark(index int64, s State, reason string) {
	a.leaves = append(a.leaves, Leaf{Mark: &Mark{index, s, reason}})
}

func (a *assembly) publish(t testing.TB, p Purpose) {
	t.Helper()
	var f frontier
	for _, l := range a.leaves {
		h := l.Hash()
		f.add(tlog.Hash(h))
	}
	raw, err := Checkpoint{Meeting: a.c.Meeting.Number, Tree: Tree{f.size, f.root()}, At: a.at, Purpose: p}.Sign(a.signer)
	if err != nil {
		t.Fatal(err)
	}
	a.c.Checkpoints = append(a.c.Checkpoints, raw)
}

// silence counts every second seat without a ballot as told with proof.
func (a *assembly) silence() {
	voted := map[int]bool{}
	for _, o := range a.openings {
		voted[o.Seat] = true
	}
	d := Delivery{Proven: int64(len(voted)), Channels: []Channel{{"app", int64(len(voted)), 0}, {"visit", 0, 1}}}
	for _, s := range a.seats {
		if !voted[s.No] {
			if s.No%2 == 0 {
				d.None++
				continue
			}
			d.Proven++
			a.silent = append(a.silent, Silent{1, s.No})
		}
	}
	a.c.Delivery = d
}

func (a *assembly) hash() (h Hash) {
	_, _ = a.random.Read(h[:])
	return h
}

func each2[T any](list *[]T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range *list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// bundles certifies and writes both editions.
func (a *assembly) bundles(t testing.TB) (public, owners []byte) {
	t.Helper()
	_, signed, err := Certify(a.c, Confirmed, a.at.Add(time.Hour), a.signer)
	if err != nil {
		t.Fatal(err)
	}
	a.c.Certificate = signed
	return a.write(t, Public), a.write(t, Owners)
}

func (a *assembly) write(t testing.TB, e Edition) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, e, a.c, a.signer); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verifyBytes(raw []byte, o Options) (*Verified, error) {
	return Verify(bytes.NewReader(raw), int64(len(raw)), o, func(string) {})
}
