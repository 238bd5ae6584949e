package channeltest

import (
	"maps"
	"slices"
	"testing"
)

// List is a channel that nobody sends by: it is printed, and somebody carries it. So it has promises of its own.
type List struct {
	// Open makes a list with the recipients that Wanted names, to each of whom a way leads by no other channel.
	Open func(t *testing.T) *Round
}

// Round is one list.
type Round struct {
	// Wanted are those who must be on it, by a name of the test's.
	Wanted []string
	// Unwanted are others, whom something else reaches.
	Unwanted []string
	// Page gives the next few, after a place that an earlier page gave; "" is the first place and the end.
	Page func(after string, size int) (lines []Line, next string)
	// Reach has somebody be reached by other means.
	Reach func(who string)
	// Mark says that the lines of some were printed, and Fresh gives those that were not; nil where the list says of itself when
	// somebody was called on, and printing it changes nothing.
	Mark  func(who []string)
	Fresh func() []Line
}

// Line is one recipient on the list.
type Line struct {
	Who   string
	Again bool   // it is marked as printed before
	Code  string // by which the recipient, or who calls on them, confirms; the same each time
}

// RunList holds a list to its promises.
func RunList(t *testing.T, l List) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, *Round){
		"whoever nothing else reaches is on it once, whatever the size of a page": complete,
		"looking at it changes nothing":                                           harmless,
		"who was reached otherwise is on it no more":                              leavesOut,
		"what was printed is marked, and not printed afresh":                      marked,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, l.Open(t))
		})
	}
}

// all reads the list to its end.
func (r *Round) all(t *testing.T, size int) (lines []Line) {
	t.Helper()
	for after := ""; ; {
		page, next := r.Page(after, size)
		if lines = append(lines, page...); len(page) > size {
			t.Fatalf("%d on a page of %d", len(page), size)
		}
		if next == "" {
			return lines
		}
		if next == after || len(lines) > 10*(len(r.Wanted)+len(r.Unwanted)) {
			t.Fatal("the list has no end")
		}
		after = next
	}
}

func names(lines []Line) []string {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = l.Who
	}
	return list
}

func complete(t *testing.T, r *Round) {
	whole := names(r.all(t, 500))
	if got, want := slices.Sorted(slices.Values(whole)), slices.Sorted(slices.Values(r.Wanted)); !slices.Equal(got, want) {
		t.Errorf("on the list: %v, want %v", got, want)
	}
	for _, size := range []int{1, 2, len(r.Wanted)} {
		if got := names(r.all(t, size)); !slices.Equal(got, whole) {
			t.Errorf("in pages of %d: %v, want %v", size, got, whole)
		}
	}
}

func harmless(t *testing.T, r *Round) {
	first, second := r.all(t, 2), r.all(t, 500)
	if !slices.Equal(first, second) {
		t.Errorf("first %+v, then %+v", first, second)
	}
	codes := map[string]bool{}
	for _, l := range first {
		if l.Again || l.Code == "" || codes[l.Code] {
			t.Errorf("%+v", l)
		}
		codes[l.Code] = true
	}
}

func leavesOut(t *testing.T, r *Round) {
	who := r.Wanted[1]
	r.Reach(who)
	left := names(r.all(t, 2))
	if slices.Contains(left, who) || len(left) != len(r.Wanted)-1 {
		t.Errorf("without %s: %v", who, left)
	}
}

func marked(t *testing.T, r *Round) {
	if r.Mark == nil {
		t.Skip("printing this list means nothing: what happened at the door does")
	}
	some := r.Wanted[:2]
	r.Mark(some)
	r.Mark(some) // a double tap
	fresh := names(r.Fresh())
	for _, who := range some {
		if slices.Contains(fresh, who) {
			t.Errorf("%s is printed afresh", who)
		}
	}
	if len(fresh) != len(r.Wanted)-len(some) {
		t.Errorf("afresh: %v", fresh)
	}
	again := map[string]bool{}
	for _, l := range r.all(t, 500) {
		again[l.Who] = l.Again
	}
	want := map[string]bool{}
	for _, who := range r.Wanted {
		want[who] = slices.Contains(some, who)
	}
	if !maps.Equal(again, want) {
		t.Errorf("marked as printed before: %v, want %v", again, want)
	}
}
