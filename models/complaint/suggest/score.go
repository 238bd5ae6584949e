package suggest

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Case is a complaint whose responsible units are known, in order of action.
type Case struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Text     string   `json:"text"`
	Units    []string `json:"units"`
	Sure     bool     `json:"sure"`     // the responsible unit is beyond doubt
	Verbatim bool     `json:"verbatim"` // a resident's own words
}

// Tally counts how often the suggestion was right for cases of one kind.
type Tally struct {
	Unit         string // the unit that should come first; empty for a total
	Cases        int
	First, Three int
}

// Report is how good the suggestions are: over all cases and by the unit that should come first.
type Report struct {
	All   Tally
	Units []Tally // by name
}

// Score compares suggestions with cases whose units are known; cases without are left out.
func (s *Suggester) Score(cases []Case) Report {
	units := map[string]*Tally{}
	var r Report
	for _, c := range cases {
		if len(c.Units) == 0 {
			continue
		}
		want := c.Units[0]
		if units[want] == nil {
			units[want] = &Tally{Unit: want}
		}
		got := s.Suggest(c.Title, c.Text, 3).Units
		for _, t := range []*Tally{&r.All, units[want]} {
			t.Cases++
			if got[0] == want {
				t.First++
			}
			if slices.Contains(got, want) {
				t.Three++
			}
		}
	}
	for _, t := range units {
		r.Units = append(r.Units, *t)
	}
	slices.SortFunc(r.Units, func(a, b Tally) int { return cmp.Compare(a.Unit, b.Unit) })
	return r
}

// Reports scores all cases, and those of each kind apart, by name.
func (s *Suggester) Reports(cases []Case) []NamedReport {
	kinds := []struct {
		name string
		in   func(Case) bool
	}{
		{"全部", func(Case) bool { return true }},
		{"居民原话（verbatim）", func(c Case) bool { return c.Verbatim }},
		{"转述", func(c Case) bool { return !c.Verbatim }},
		{"单位明确（sure）", func(c Case) bool { return c.Sure }},
		{"单位有疑", func(c Case) bool { return !c.Sure }},
	}
	var reports []NamedReport
	for _, k := range kinds {
		chosen := slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !k.in(c) })
		if r := s.Score(chosen); r.All.Cases > 0 {
			reports = append(reports, NamedReport{k.name, r})
		}
	}
	return reports
}

// NamedReport is a report with the kind of cases it is about.
type NamedReport struct {
	Name string
	Report
}

// PerUnit is the average over units of the share that is right first and among three, in tenths of a percent, so
// that a rare unit counts as much as a frequent one.
func (r Report) PerUnit() (first, three int) {
	for _, u := range r.Units {
		first += u.First * 1000 / u.Cases
		three += u.Three * 1000 / u.Cases
	}
	if n := len(r.Units); n > 0 {
		return first / n, three / n
	}
	return 0, 0
}

// Print writes the report for people: counts always stand beside shares.
func (r NamedReport) Print(w io.Writer) error {
	first, three := r.PerUnit()
	_, err := fmt.Fprintf(w, "%s：%d件，首位正确 %d（%s），前三位含正确 %d（%s）；按单位平均：首位 %s，前三 %s（%d个单位）\n",
		r.Name, r.All.Cases, r.All.First, share(r.All.First, r.All.Cases), r.All.Three, share(r.All.Three, r.All.Cases),
		percent(first), percent(three), len(r.Units))
	return err
}

func share(part, whole int) string {
	if whole == 0 {
		return "—"
	}
	return percent((part*1000 + whole/2) / whole)
}

func percent(permille int) string { return fmt.Sprintf("%d.%d%%", permille/10, permille%10) }
