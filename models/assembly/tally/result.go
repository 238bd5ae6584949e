package tally

// Item is one option or candidate: what it got, and what that comes to, each measured on its own.
type Item struct {
	Key     string `json:"key"`
	Yes     Amount `json:"yes"`
	No      Amount `json:"no"`
	Abstain Amount `json:"abstain"`
	Judgement
	WithVoid *Reading `json:"with_void,omitempty"`
}

// Result is a motion counted. The same rules, question, scope, ballots and silent seats give the same bytes of JSON, in
// whatever order they come.
type Result struct {
	Pack     string `json:"pack"`
	Matter   string `json:"matter"`
	Clause   string `json:"clause"`
	Class    string `json:"class"`
	Kind     string `json:"kind"`
	Scope    Amount `json:"scope"`
	Returned Amount `json:"returned"` // counted ballots, abstentions included
	Void     Amount `json:"void"`
	Silent   Amount `json:"silent"` // proven delivery and no ballot; the clause may count them
	// Items has one entry with an empty key for a plain motion, else one for each option or candidate in ballot order.
	Items []Item `json:"items"`
	// Adopted is the option that passes by the frozen rules; empty where none does.
	Adopted string `json:"adopted,omitempty"`
	// Elected is there for elections.
	Elected *Elected `json:"elected,omitempty"`
	// Outcome is what the frozen rules make of it: the clause of silence counts where it applies, void ballots where a rule of
	// the estate says so. A motion of options passes with the one that does, an election with at least one candidate who does.
	Outcome Outcome `json:"outcome"`
}

// Binding is the outcome of one item by the frozen rules.
func (i Item) Binding() Outcome {
	if i.WithVoid != nil {
		return i.WithVoid.Outcome
	}
	return i.WithClause.Outcome
}
