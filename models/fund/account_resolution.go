package fund

import (
	"encoding/json"
	"slices"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// ErrNoResolution says that the owners have not decided what is to be done.
var ErrNoResolution = fault.New(fault.Conflict, "fund.no_resolution", "没有找到本小区业主大会已确认通过、没有被撤销的这项决定")

// ruling is a certified decision of the owners.
type ruling struct {
	Text  string // the meeting's number and the motion
	Scope event.Scope
}

// resolution finds a motion of some matters that a certified, unrevoked meeting of the estate passed.
// Fault: ErrNoResolution.
func resolution(tx *store.Tx, estate, meeting int64, position int, matters ...string) (*ruling, error) {
	var m assembly.Meeting
	if err := tx.Where("id = ? AND estate_id = ? AND state = ? AND revoked_at IS NULL", meeting, estate, assembly.Certified).Take(&m).Error; err != nil {
		return nil, store.NotFound(err, ErrNoResolution)
	}
	var o assembly.Outcome
	if err := tx.Where("meeting_id = ? AND kind = 'certificate'", m.ID).Order("id DESC").Limit(1).Take(&o).Error; err != nil {
		return nil, store.NotFound(err, ErrNoResolution)
	}
	var st assembly.Statement
	if err := json.Unmarshal([]byte(o.Body), &st); err != nil {
		return nil, err
	}
	title, ok := passed(&st, position, matters)
	if !ok {
		return nil, ErrNoResolution
	}
	scope, err := m.Concerns()
	text := []rune(m.Number + " " + title)
	return &ruling{Text: string(text[:min(len(text), 100)]), Scope: scope}, err
}

// passed gives the title of a motion that a statement says was passed.
func passed(st *assembly.Statement, position int, matters []string) (string, bool) {
	if st.Tally != nil {
		for _, c := range st.Tally.Motions {
			if c.Position == position && slices.Contains(matters, c.Matter) {
				return c.Title, c.Result.Outcome == tally.Pass
			}
		}
	}
	if st.Imported != nil {
		for _, c := range st.Imported.Motions {
			if c.Position == position && slices.Contains(matters, c.Matter) && len(c.Items) == 1 {
				return c.Title, c.Items[0].WithClause.Outcome == tally.Pass
			}
		}
	}
	return "", false
}
