package log

import "github.com/linli-city/linli/models/assembly/tally"

// debtors is the hash of the list of debtors; nil where no clause limits them.
func (c *Contents) debtors() *Sum {
	if c.Meeting.Debtors == "" {
		return nil
	}
	f := newFields(nil, "linli/debtors").text(c.Meeting.Number).bytes(c.DebtorsSalt[:])
	for _, seat := range c.Debtors {
		f = f.number(int64(seat))
	}
	sum := Sum(f.sum())
	return &sum
}

// within is what can be said of a count without debtors by whoever lacks their list: it takes out no more than they weigh.
func (l *Limited) within(all *tally.Result) bool {
	fits := func(whole, returned, less, listed int64) bool {
		return listed >= 0 && listed <= whole && less <= returned && less >= returned-listed
	}
	return l.Result.Scope == all.Scope && fits(all.Scope.Heads, all.Returned.Heads, l.Result.Returned.Heads, l.Seats.Heads) &&
		fits(int64(all.Scope.Area), int64(all.Returned.Area), int64(l.Result.Returned.Area), int64(l.Seats.Area))
}
