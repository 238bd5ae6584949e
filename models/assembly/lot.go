package assembly

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// Lot is the order between candidates with equal votes, and how it was drawn.
type Lot struct {
	log.Lot
	Order   []string `json:"order"`
	Between []string `json:"between"` // for whom it decided
}

// lot gives the lots of an election; nil where none were drawn.
func (a *agenda) lot(motion int64) *Lot {
	if a.lots[motion] == nil {
		return nil
	}
	return &Lot{Lot: *a.lots[motion], Order: a.questions[motion].Lot}
}

// draw gives the elections that have a rule of lots their order, as it was drawn before witnesses. Of two drawings the later one holds for whom it
// names.
func (a *agenda) draw(tx *store.Tx) error {
	for i := range a.motions {
		row := &a.motions[i]
		if q := a.questions[row.ID]; q.Kind != tally.Election || q.Tie != tally.ByLot {
			continue
		}
		if err := a.byHand(tx, row); err != nil {
			return err
		}
	}
	return nil
}

func (a *agenda) byHand(tx *store.Tx, row *Motion) error {
	var list []Drawing
	if err := tx.Where("meeting_id = ? AND motion_id = ? AND recorded_at IS NOT NULL", row.MeetingID, row.ID).Order("id").Limit(100).Find(&list).Error; err != nil || len(list) == 0 {
		return err
	}
	lot, order := &log.Lot{Method: log.PublicLot}, []string{}
	for _, d := range list {
		drawn, err := d.order()
		if err != nil {
			return err
		}
		var sum log.Sum
		if err := sum.UnmarshalText([]byte(d.SHA256)); err != nil {
			return err
		}
		order = append(slices.DeleteFunc(order, func(key string) bool { return slices.Contains(drawn, key) }), drawn...)
		lot.Records = append(lot.Records, sum)
	}
	q := a.questions[row.ID]
	q.Lot = order
	a.questions[row.ID], a.lots[row.ID] = q, lot
	return nil
}

func (d *Drawing) order() (keys []string, err error) {
	err = json.Unmarshal([]byte(d.Drawn), &keys)
	return keys, err
}

// undrawn are the candidates of an election between whom lots are still to be drawn, group by group.
func undrawn(r *tally.Result) [][]string {
	var groups [][]string
	if r.Elected == nil {
		return nil
	}
	for _, d := range r.Elected.Open {
		if d.By == tally.ByLot && !slices.ContainsFunc(groups, func(g []string) bool { return slices.Equal(g, d.Among) }) {
			groups = append(groups, d.Among)
		}
	}
	return groups
}

// words tells how equal candidates were put in their order, where there were any.
func (l *Lot) words(b *strings.Builder, names map[string]string) {
	if l == nil || len(l.Between) == 0 {
		return
	}
	fmt.Fprintf(b, "票数相同的，先后由抽签决定：%s（当众抽签）。\n", called(names, l.Between...))
	for _, sum := range l.Records {
		fmt.Fprintf(b, "抽签记录指纹（SHA-256）：%s\n", sum)
	}
}
