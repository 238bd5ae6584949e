package tally

import "strings"

// Decision is what `decide` prints of published numbers.
type Decision struct {
	Pack   string `json:"pack"`
	Clause string `json:"clause"`
	Class  string `json:"class"`
	Judgement
	Void any `json:"void,omitempty"` // as it was given; it is never counted
}

// Decide judges one case written in JSON: {"date","pack"?,"matter","scope":{"heads","area"},"returned","yes","no"?,"abstain"?,
// "void"?,"silent"?,"silence_clause"?}. Any number may be unknown. The fault is ErrInput, with every wrong field and each
// reason in Chinese and English.
func Decide(raw []byte) (*Decision, error) {
	r, v, void, err := readCase(raw)
	if err != nil {
		return nil, err
	}
	code, _, _ := strings.Cut(r.Pack, "@")
	return &Decision{Pack: code, Clause: r.Clause, Class: r.Class, Judgement: judge(r, v), Void: void}, nil
}
