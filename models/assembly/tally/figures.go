package tally

// number is a count or an area in 0.001 m² that may be unknown: nil, which is never zero.
type number = *int64

func known(n int64) number { return &n }

// measure indexes heads and area.
type measure int

const (
	heads measure = iota
	metres
	measures
)

var measureNames = [measures]string{"heads", "area"}

// field indexes the numbers of a vote.
type field int

const (
	scope field = iota
	returned
	yes
	no
	abstain
	void
	silent
	fields
)

var fieldNames = [fields]string{"scope", "returned", "yes", "no", "abstain", "void", "silent"}

// figures are the numbers of one vote in one measure.
type figures [fields]number

// clause is what is known about the clause of silence.
type clause struct {
	stated                               bool // somebody says that there is one
	cited, warned, delivered, firstTime  *bool
	covers                               string
	severalOptions                       bool // the motion has several options: it never applies
	coversParticipation, coversTheChoice bool
}

// What a clause of silence covers.
const (
	CoversParticipation = "participation"
	CoversMajority      = "majority"
	CoversBoth          = "both"
)

func (c *clause) cover(covers string) {
	c.covers = covers
	c.coversParticipation = covers != CoversMajority
	c.coversTheChoice = covers != CoversParticipation
}

// usable says whether the clause may be used as far as the majority lets it: true, false or null.
func (c clause) usable() *bool {
	if !c.stated || c.severalOptions {
		return flag(false)
	}
	unknown := false
	for _, f := range []struct{ have, want *bool }{{c.cited, flag(true)}, {c.warned, flag(true)}, {c.delivered, flag(true)}, {c.firstTime, flag(false)}} {
		switch {
		case f.have == nil:
			unknown = true
		case *f.have != *f.want:
			return flag(false)
		}
	}
	if unknown {
		return nil
	}
	return flag(true)
}

func flag(b bool) *bool { return &b }

func holds(b *bool) bool { return b != nil && *b }

func fails(b *bool) bool { return b != nil && !*b }

// vote is everything that is known of one vote.
type vote struct {
	in     [measures]figures
	clause clause
}
