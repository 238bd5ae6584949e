package assembly

import (
	"slices"

	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// OwnValues gives what an estate's rules of procedure and covenant in force today say of the law, for whatever is no meeting.
func OwnValues(tx *store.Tx, estate int64) ([]rulepack.Local, error) {
	var own []rulepack.Local
	for _, kind := range []RulebookKind{Procedure, Covenant} {
		r, err := inForceOn(tx, estate, kind, asOf{day: tx.Now, confirmed: tx.Now, revoked: tx.Now})
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		fields, err := r.fields()
		if err != nil {
			return nil, err
		}
		for _, f := range fields {
			if !slices.ContainsFunc(own, func(l rulepack.Local) bool { return l.Key == f.Key }) {
				own = append(own, r.local(f))
			}
		}
	}
	return own, nil
}
