package log

import (
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
)

// Hash is the row's leaf on the roll of a meeting: salted, so that the root tells nothing of a row.
func (s Seat) Hash(meeting string) Hash { return s.hash(nil, meeting) }

func (s Seat) hash(buf []byte, meeting string) Hash {
	f := newFields(buf, "linli/seat/v1").text(meeting).number(int64(s.No)).number(int64(len(s.Units)))
	for _, u := range s.Units {
		f = f.text(u.Code).number(int64(u.Area)).number(int64(len(u.Scopes)))
		for _, name := range u.Scopes {
			f = f.text(name)
		}
	}
	return f.bytes(s.Salt[:]).sum()
}

// FreezeRoll computes the root of a roll and what each scope weighs. Seats come in the order of their numbers.
func FreezeRoll(meeting string, at time.Time, seats iter.Seq2[Seat, error]) (Roll, error) {
	r := newRoll(meeting)
	for s, err := range seats {
		if err == nil {
			err = r.add(s)
		}
		if err != nil {
			return Roll{}, err
		}
	}
	return r.freeze(at.UTC().Truncate(time.Second)), nil
}

// roll collects the seats of every scope.
type roll struct {
	meeting string
	front   frontier
	scopes  map[string]*scope
	buf     []byte
}

// scope is the seats of one scope in order.
type scope struct {
	seats []tally.Seat
	area  area.Milli
	in    bits // by seat
}

func newRoll(meeting string) *roll { return &roll{meeting: meeting, scopes: map[string]*scope{"": {}}} }

func (r *roll) add(s Seat) error {
	if int64(s.No) != r.front.size+1 {
		return errFormat("名册第 %d 行的票权编号是 %d，编号应从 1 连续", r.front.size+1, s.No)
	}
	if len(s.Units) == 0 {
		return errFormat("票权 %d 没有专有部分", s.No)
	}
	for _, u := range s.Units {
		if u.Area <= 0 || u.Area > area.Max || u.Code == "" || !plain([]byte(u.Code)) {
			return errFormat("票权 %d 的房号或面积不对", s.No)
		}
		for i, name := range u.Scopes {
			if name == "" || !plain([]byte(name)) || i > 0 && strings.Compare(u.Scopes[i-1], name) >= 0 {
				return errFormat("票权 %d 的表决范围不对或没有排序", s.No)
			}
			if err := r.put(name, s.No, u.Area); err != nil {
				return err
			}
		}
		if err := r.put("", s.No, u.Area); err != nil {
			return err
		}
	}
	if cap(r.buf) == 0 {
		r.buf = make([]byte, 0, 1<<10)
	}
	h := s.hash(r.buf, r.meeting)
	r.front.add(tlog.RecordHash(h[:]))
	return nil
}

func (r *roll) put(name string, seat int, a area.Milli) error {
	sc := r.scopes[name]
	if sc == nil {
		if len(r.scopes) > mostScopes {
			return errFormat("表决范围超过 %d 个", mostScopes)
		}
		sc = &scope{}
		r.scopes[name] = sc
	}
	if sc.area += a; sc.area > tally.Most {
		return errFormat("名册的面积太大")
	}
	if last := len(sc.seats) - 1; last >= 0 && sc.seats[last].No == seat {
		sc.seats[last].Area += a
		return nil
	}
	sc.seats = append(sc.seats, tally.Seat{No: seat, Area: a})
	sc.in.set(seat)
	return nil
}

func (r *roll) freeze(at time.Time) Roll {
	out := Roll{FrozenAt: at, Root: r.front.root(), Scopes: []Scope{}}
	for name, sc := range r.scopes {
		out.Scopes = append(out.Scopes, Scope{name, tally.Amount{Heads: int64(len(sc.seats)), Area: sc.area}})
	}
	slices.SortFunc(out.Scopes, func(a, b Scope) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// bits is a set of small numbers.
type bits []uint64

func (b *bits) set(n int) {
	for len(*b) <= n/64 {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b *bits) put(n int, in bool) {
	if in {
		b.set(n)
	} else if b.has(n) {
		(*b)[n/64] &^= 1 << (n % 64)
	}
}

func (b bits) has(n int) bool { return n >= 0 && n/64 < len(b) && b[n/64]>>(n%64)&1 == 1 }
