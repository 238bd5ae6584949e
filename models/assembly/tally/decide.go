package tally

import "strings"

// Decision is what `decide` prints of published numbers.
type Decision struct {
	Pack   string `json:"pack"`
	Clause string `json:"clause"`
	Class  string `json:"class"`
	Judgement
	Void any `json:"void,omitempty"` // as it was given; it is never counted
	// BeyondHeads and BeyondArea are there where no further ballot can carry the motion in that measure, in either reading.
	BeyondHeads *Ceiling[int64]  `json:"-"`
	BeyondArea  *Ceiling[Metres] `json:"-"`
}

// Decide judges one case written in JSON: {"date","pack"?,"matter","scope":{"heads","area"},"returned","yes","no"?,"abstain"?,
// "void"?,"silent"?,"silence_clause"?}. Any number may be unknown. The fault is ErrInput, with every wrong field and each
// reason in Chinese and English.
func Decide(raw []byte) (*Decision, error) {
	d, _, err := Explain(raw)
	return d, err
}

// Explain is Decide together with the rules by which it was decided, for pages that print the thresholds.
func Explain(raw []byte) (*Decision, Rules, error) {
	r, v, void, err := readCase(raw)
	if err != nil {
		return nil, Rules{}, err
	}
	code, _, _ := strings.Cut(r.Pack, "@")
	d := &Decision{Pack: code, Clause: r.Clause, Class: r.Class, Judgement: judge(r, v), Void: void}
	d.BeyondHeads, d.BeyondArea = beyond[int64](v.in[heads], r.Consent.Heads), beyond[Metres](v.in[metres], r.Consent.Area)
	return d, r, nil
}

// Ceiling is the most that can come to be in favour in one measure, beside what it then takes.
type Ceiling[N int64 | Metres] struct{ Most, Need N }

// beyond is nil while further ballots might carry the motion. Each of them in favour only helps, participation too, so that all who
// are left, void ballots and silent seats among them, are the best case: then everybody has voted, and the scope is the whole by
// either base. What is unknown is taken at its best.
func beyond[N int64 | Metres](f figures, consent Share) *Ceiling[N] {
	if f[scope] == nil {
		return nil
	}
	most := *f[scope]
	if f[yes] != nil && f[returned] != nil {
		most += *f[yes] - *f[returned]
	} else {
		for _, against := range []number{f[no], f[abstain]} {
			if against != nil {
				most -= *against
			}
		}
	}
	need := consent.Need(*f[scope])
	if most >= need {
		return nil
	}
	return &Ceiling[N]{Most: N(most), Need: N(need)}
}

// FurtherYes is how many more heads (or how much more area) in favour carry a motion in one measure, each of them raising
// participation as well: from the strict fractions of that measure. ok is false where a number is missing, or where the whole
// scope would not do.
func FurtherYes[N int64 | Metres](participation, consent Fraction[N], threshold Share, base string) (more N, ok bool) {
	if participation.Num == nil || participation.Den == nil || consent.Num == nil || consent.Den == nil {
		return 0, false
	}
	took, whole, agree := int64(*participation.Num), int64(*participation.Den), int64(*consent.Num)
	k := threshold.More(agree, took)
	if base == All {
		k = max(0, int64(*consent.Need)-agree)
	}
	if k < 0 || took+k > whole {
		return 0, false
	}
	return N(max(k, int64(*participation.Need)-took)), true
}
