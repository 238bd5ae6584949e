package tally

import (
	"cmp"
	"fmt"
	"slices"
)

// Elected is who an election puts where. A candidate needs the double majority; of those, the most votes fill the places.
type Elected struct {
	Members    []string `json:"members"`    // by rank
	Alternates []string `json:"alternates"` // by rank, after the members
	Open       []Draw   `json:"open"`       // places that equal votes leave open
	Size       int      `json:"size"`       // members of the whole committee
	Filled     int      `json:"filled"`     // members that stay and members elected
	Odd        bool     `json:"odd"`        // whether that number is odd
	Able       bool     `json:"able"`       // whether so many can decide anything: more than half of the whole, by the pack
	Says       []string `json:"says"`       // what a reader has to know, in Chinese
}

// Draw is a number of places between candidates whose votes are equal.
type Draw struct {
	For    string   `json:"for"` // "member" or "alternate"
	Places int      `json:"places"`
	By     string   `json:"by"` // "runoff" or "lot"
	Among  []string `json:"among"`
}

// elect ranks the candidates that pass, and fills the places.
func elect(r Rules, q Question, items []Item) *Elected {
	e := &Elected{Members: []string{}, Alternates: []string{}, Open: []Draw{}, Size: q.size(), Says: []string{}}
	var passed []Item
	for _, i := range items {
		if i.Binding() == Pass {
			passed = append(passed, i)
		}
	}
	slices.SortStableFunc(passed, func(a, b Item) int { return cmp.Or(q.rank(a, b), cmp.Compare(a.Key, b.Key)) })
	for begin := 0; begin < len(passed); {
		end := begin + 1
		for end < len(passed) && q.rank(passed[begin], passed[end]) == 0 {
			end++
		}
		e.place(q, keysOf(passed[begin:end]), begin)
		begin = end
	}
	e.Filled = q.Sitting + len(e.Members)
	e.say(r)
	return e
}

// rank orders candidates by the frozen rule: the measure of the order, then the rule for equal votes. 0 means that the rule
// leaves them equal.
func (q Question) rank(a, b Item) int {
	most := func(by string) int {
		if by == ByHeads {
			return cmp.Compare(b.Yes.Heads, a.Yes.Heads)
		}
		return cmp.Compare(b.Yes.Area, a.Yes.Area)
	}
	if c := most(q.Order); c != 0 {
		return c
	}
	switch q.Tie {
	case ByHeads, ByArea:
		return most(q.Tie)
	case ByLot:
		i, j := slices.Index(q.Lot, a.Key), slices.Index(q.Lot, b.Key)
		if i >= 0 && j >= 0 {
			return cmp.Compare(i, j)
		}
	}
	return 0
}

// Drawn gives the candidates for whom an order of lots decided, in that order: they pass, and another one with as many votes does.
func (q Question) Drawn(r *Result) []string {
	list, blind := []string{}, q
	blind.Lot = nil
	passes := func(key string) *Item {
		i := slices.IndexFunc(r.Items, func(x Item) bool { return x.Key == key && x.Binding() == Pass })
		if i < 0 {
			return nil
		}
		return &r.Items[i]
	}
	for _, key := range q.Lot {
		mine := passes(key)
		if mine != nil && slices.ContainsFunc(q.Lot, func(other string) bool {
			x := passes(other)
			return other != key && x != nil && blind.rank(*mine, *x) == 0
		}) {
			list = append(list, key)
		}
	}
	return list
}

func keysOf(items []Item) []string {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return keys
}

// place puts equal candidates, of whom begin are ahead, where all of them fit, and leaves open what they have to share.
func (e *Elected) place(q Question, keys []string, begin int) {
	end, last := begin+len(keys), q.Fill+q.Alternates
	switch {
	case end <= q.Fill:
		e.Members = append(e.Members, keys...)
		return
	case begin >= q.Fill && end <= last:
		e.Alternates = append(e.Alternates, keys...)
		return
	case begin >= last:
		return
	}
	by := q.Tie
	if by != ByLot {
		by = ByRunoff // equal in both measures
	}
	if places := q.Fill - begin; places > 0 {
		e.Open = append(e.Open, Draw{For: "member", Places: places, By: by, Among: keys})
	}
	if places := min(end, last) - max(begin, q.Fill); places > 0 {
		e.Open = append(e.Open, Draw{For: "alternate", Places: places, By: by, Among: keys})
	}
}

func (e *Elected) say(r Rules) {
	say := func(format string, args ...any) { e.Says = append(e.Says, fmt.Sprintf(format, args...)) }
	open := 0
	for _, d := range e.Open {
		name := "委员"
		if d.For == "alternate" {
			name = "候补委员"
		} else {
			open = d.Places
		}
		how := "须再次表决"
		if d.By == ByLot {
			how = "须公开抽签"
		}
		say("%d位候选人票数相同，%s名额%d个未定，%s", len(d.Among), name, d.Places, how)
	}
	whole := e.Filled + open
	e.Odd = e.Filled%2 == 1
	if whole < e.Size {
		say("应有委员%d名，现有%d名，缺%d名", e.Size, whole, e.Size-whole)
	}
	e.Able = r.Committee.Able.Met(int64(e.Filled), int64(e.Size))
	if r.Committee.Odd && whole > 0 && whole%2 == 0 {
		say("委员人数为双数，业主委员会应为单数")
	}
	if !r.Committee.Able.Met(int64(whole), int64(e.Size)) {
		say("委员人数没有%s，作不出决定，须补选", r.Committee.Able.Words())
	}
}
