package log

import (
	"strconv"
	"time"

	"github.com/linli-city/linli/models/area"
)

// The lines of leaves.jsonl, seats.jsonl, silence.jsonl and openings.jsonl: how each is written and read.

func appendHash(b []byte, h Hash) []byte {
	b = append(b, '"')
	b = strict.AppendEncode(b, h[:])
	return append(b, '"')
}

func appendNumber[T int | int64 | area.Milli](b []byte, name string, n T) []byte {
	return strconv.AppendInt(append(b, name...), int64(n), 10)
}

func (l Leaf) appendLine(b []byte, index int64) []byte {
	b = appendNumber(b, `{"leaf":`, index)
	switch {
	case l.Mark != nil:
		b = appendNumber(b, `,"mark":`, l.Mark.Leaf)
		b = append(append(append(b, `,"state":"`...), l.Mark.State...), `","reason":"`...)
		return append(append(b, l.Mark.Reason...), "\"}\n"...)
	case !l.Closed.IsZero():
		b = append(b, `,"closed_at":"`...)
		return append(l.Closed.UTC().AppendFormat(b, time.RFC3339), "\"}\n"...)
	}
	return append(appendHash(append(b, `,"ballot":`...), l.Ballot), "}\n"...)
}

func scanLeaf(line []byte) (l Leaf, index int64, ok bool) {
	s := scan{rest: line}
	s.skip(`{"leaf":`)
	index = s.number()
	switch {
	case s.take(`,"ballot":`):
		l.Ballot = s.hash()
	case s.take(`,"mark":`):
		l.Mark = &Mark{Leaf: s.number()}
		s.skip(`,"state":`)
		l.Mark.State = State(s.quoted())
		s.skip(`,"reason":`)
		l.Mark.Reason = string(s.quoted())
	default:
		s.skip(`,"closed_at":`)
		text := string(s.quoted())
		at, err := time.Parse(time.RFC3339, text)
		l.Closed = at.UTC()
		s.bad = s.bad || err != nil || l.Closed.Format(time.RFC3339) != text
	}
	s.skip("}\n")
	return l, index, s.done()
}

func (s Seat) appendLine(b []byte) []byte {
	b = append(appendNumber(b, `{"seat":`, s.No), `,"units":[`...)
	for i, u := range s.Units {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, `{"code":"`...), u.Code...), '"')
		b = appendNumber(b, `,"area_milli":`, u.Area)
		for j, name := range u.Scopes {
			if j == 0 {
				b = append(b, `,"scopes":[`...)
			} else {
				b = append(b, ',')
			}
			b = append(append(append(b, '"'), name...), '"')
		}
		if len(u.Scopes) > 0 {
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return append(appendHash(append(b, `],"salt":`...), s.Salt), "}\n"...)
}

func scanSeat(line []byte) (seat Seat, ok bool) {
	s := scan{rest: line}
	s.skip(`{"seat":`)
	seat.No = s.int()
	s.skip(`,"units":[`)
	for more := true; more && !s.bad; more = s.take(",") {
		var u Unit
		s.skip(`{"code":`)
		u.Code = string(s.quoted())
		s.skip(`,"area_milli":`)
		u.Area = area.Milli(s.number())
		if s.take(`,"scopes":[`) {
			for more := true; more && !s.bad; more = s.take(",") {
				u.Scopes = append(u.Scopes, string(s.quoted()))
			}
			s.skip("]")
		}
		s.skip("}")
		seat.Units = append(seat.Units, u)
	}
	s.skip(`],"salt":`)
	seat.Salt = s.hash()
	s.skip("}\n")
	return seat, s.done()
}

func (o Opening) appendLine(b []byte, opened bool) []byte {
	b = appendNumber(b, `{"leaf":`, o.Leaf)
	b = appendNumber(b, `,"motion":`, o.Motion)
	b = appendNumber(b, `,"seat":`, o.Seat)
	b = appendNumber(b, `,"version":`, o.Version)
	if o.Way != "" {
		b = append(append(append(b, `,"way":"`...), o.Way...), '"')
		b = appendNumber(b, `,"order":`, o.Order)
	}
	if !opened {
		return append(appendHash(append(b, `,"seal":`...), Seal(o.Choice, o.Salt)), "}\n"...)
	}
	b = append(append(append(b, `,"choice":"`...), o.Choice...), `","salt":`...)
	return append(appendHash(b, o.Salt), "}\n"...)
}

// scanOpening leaves the choice in the line's own bytes, so that a million of them need not be a million texts.
func scanOpening(line []byte) (o Opening, choice []byte, opened, ok bool) {
	s := scan{rest: line}
	s.skip(`{"leaf":`)
	o.Leaf = s.number()
	s.skip(`,"motion":`)
	o.Motion = s.int()
	s.skip(`,"seat":`)
	o.Seat = s.int()
	s.skip(`,"version":`)
	o.Version = s.int()
	switch {
	case s.take(`,"way":"phone","order":`):
		o.Way, o.Order = Phone, s.int()
	case s.take(`,"way":"paper","order":`):
		o.Way, o.Order = Paper, s.int()
	}
	if s.take(`,"seal":`) {
		o.sealed = s.hash()
	} else {
		opened = true
		s.skip(`,"choice":`)
		choice = s.quoted()
		s.skip(`,"salt":`)
		o.Salt = s.hash()
	}
	s.skip("}\n")
	return o, choice, opened, s.done()
}

func (s Silent) appendLine(b []byte) []byte {
	b = appendNumber(b, `{"motion":`, s.Motion)
	return append(appendNumber(b, `,"seat":`, s.Seat), "}\n"...)
}

func scanSilent(line []byte) (v Silent, ok bool) {
	s := scan{rest: line}
	s.skip(`{"motion":`)
	v.Motion = s.int()
	s.skip(`,"seat":`)
	v.Seat = s.int()
	s.skip("}\n")
	return v, s.done()
}
