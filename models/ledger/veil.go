package ledger

import (
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Veil is what the journals of a kind of books do not tell everybody who may read them: what single units owe. Who may is for the domain to say.
type Veil struct {
	Kind   Kind
	Lifted func(tx *store.Tx, actor org.Actor, estate int64) (bool, error) // for this actor
	Debts  []Code                                                          // the accounts of what units owe
	Beside []Code                                                          // those of the same units, which say it where they are posted together
	Told   []string                                                        // kinds of source that stay named: they are about many units, and no secret
}

// Veiled lets a veil lie on the journals that the service shows.
func (s *Service) Veiled(v Veil) *Service {
	s.veils = append(s.veils, v)
	return s
}

// veil is what lies on a kind of books for the actor; nil for nothing.
func (s *Service) veil(tx *store.Tx, actor org.Actor, estate int64, kind Kind) (*Veil, error) {
	for i := range s.veils {
		if s.veils[i].Kind != kind {
			continue
		}
		if lifted, err := s.veils[i].Lifted(tx, actor, estate); err != nil || !lifted {
			return &s.veils[i], err
		}
	}
	return nil, nil
}

// cover leaves of a journal that touches what units owe the sums of its accounts, without the units, and without its reason where that is
// the debt.
func (v *Veil) cover(j *View) {
	if v == nil || !slices.ContainsFunc(j.Lines, func(l Line) bool { return slices.Contains(v.Debts, l.Code) }) {
		return
	}
	j.Lines = together(j.Lines, func(l *Line) {
		l.Key, l.Memo = v.account(l.Key), ""
	})
	if !slices.Contains(v.Told, j.SourceKind) {
		j.Ref, j.Memo, j.SourceText, j.SourceID = "", "", "", 0
	}
}

// account is an account without its unit, where that would say what the unit owes.
func (v *Veil) account(k Key) Key {
	if v != nil && (slices.Contains(v.Debts, k.Code) || slices.Contains(v.Beside, k.Code)) {
		return Key{Code: k.Code}
	}
	return k
}

// together changes lines and adds up those that are on one account then, in the order of the first of each.
func together(lines []Line, change func(*Line)) []Line {
	var out []Line
	at := map[Key]int{}
	for _, l := range lines {
		change(&l)
		i, known := at[l.Key]
		if !known {
			at[l.Key] = len(out)
			out = append(out, l)
			continue
		}
		out[i].Amount += l.Amount
	}
	return out
}
