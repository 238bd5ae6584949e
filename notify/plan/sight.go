package plan

import (
	"maps"
	"slices"
)

// Sight is how much of an event an audience may see.
type Sight string

// The sights. Masked and Aggregate open nothing.
const (
	Full      Sight = "full"
	Masked    Sight = "masked"    // which estate and matter and who handles it; of the number its end
	Aggregate Sight = "aggregate" // which estate and matter
)

var sights = []Sight{Full, Masked, Aggregate}

// shown are the variables of the lesser sights. A new variable is in neither until somebody decides so: what it says may
// lead to a person. The time is that of the message itself.
var shown = map[Sight][]string{
	Masked:    {"number", "estate", "matter", "clause", "lead", "to", "host", "holder", "office", "giver", "publisher", "sort", "due", "on", "until", "returns", "way", "year", "at"},
	Aggregate: {"estate", "matter", "at"},
}

func (s Sight) allows(variable string) bool {
	return s == Full || slices.Contains(shown[s], variable)
}

// of gives what the sight shows of the words.
func (s Sight) of(words map[string]string) map[string]string {
	if s == Full {
		return words
	}
	seen := maps.Clone(words)
	maps.DeleteFunc(seen, func(variable, _ string) bool { return !s.allows(variable) })
	if number, ok := seen["number"]; ok {
		r := []rune(number)
		seen["number"] = "尾号" + string(r[len(r)-min(4, len(r)/2):])
	}
	return seen
}
