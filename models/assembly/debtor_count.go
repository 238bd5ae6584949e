package assembly

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// Limited is what a motion would come to if the frozen clause on debtors takes their ballots out: they stay in the whole and take no
// part. It is shown beside the result, which counts every owner.
type Limited struct {
	Clause string       `json:"clause"` // where it stands
	Seats  tally.Amount `json:"seats"`  // on the list as it stood
	Result tally.Result `json:"result"`
	Turns  bool         `json:"turns_on_clause"` // the outcome hangs on it
}

func (t Terms) limitsDebtors() bool { return t.Debtors != nil && *t.Debtors }

// debtClause says where the clause on debtors stands; empty where there is none.
func (t Terms) debtClause() string {
	if !t.limitsDebtors() {
		return ""
	}
	for _, w := range t.Sources {
		if w.Key == "voting.debtors_limited" && w.Article != "" {
			return w.Article
		}
	}
	return "本次会议冻结的规则"
}

// listed reads who is on the list with effect: confirmed, and with no objection that waits for its answer.
func (c *counter) listed(tx *store.Tx) error {
	if !c.agenda.terms.limitsDebtors() {
		return nil
	}
	var sets []int64
	err := tx.Model(&Debtor{}).Where("meeting_id = ? AND state = 'confirmed' AND (objected_at IS NULL OR answered_at IS NOT NULL)", c.m.ID).Limit(mostDebtors).Pluck("owner_set_id", &sets).Error
	if err != nil {
		return err
	}
	owing := make(map[int64]bool, len(sets))
	for _, set := range sets {
		owing[set] = true
	}
	c.owing = map[int]bool{}
	for _, seat := range c.scope {
		if owing[c.sets[seat.No]] { // who bought the home owes nothing
			c.owing[seat.No] = true
		}
	}
	return nil
}

// limited counts a motion without the ballots of debtors; what they left unsaid is no silence.
func (c *counter) limited(row *Motion, out *Counted, ballots []tally.Ballot, voted map[int]bool) error {
	if c.owing == nil {
		return nil
	}
	l := &Limited{Clause: c.agenda.terms.debtClause()}
	for _, seat := range c.scope {
		if c.owing[seat.No] {
			l.Seats.Heads, l.Seats.Area = l.Seats.Heads+1, l.Seats.Area+seat.Area
		}
	}
	spoken := maps.Clone(voted)
	maps.Copy(spoken, c.owing)
	var quiet *tally.Silence
	if c.silence != nil {
		quiet = c.silence.of(c, spoken)
	}
	r, err := row.rules()
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(ballots), func(b tally.Ballot) bool { return c.owing[b.Seat] })
	if l.Result, err = tally.Count(r, c.agenda.questions[row.ID], c.scope, rest, quiet); err != nil {
		return err
	}
	l.Turns, out.Debtors = differ(&out.Result, &l.Result), l
	return nil
}

// differ reports whether two counts decide otherwise.
func differ(a, b *tally.Result) bool {
	if a.Outcome != b.Outcome || (a.Elected == nil) != (b.Elected == nil) || a.Elected != nil && !slices.Equal(a.Elected.Members, b.Elected.Members) {
		return true
	}
	for i := range a.Items {
		if a.Items[i].Binding() != b.Items[i].Binding() {
			return true
		}
	}
	return false
}

// words put both counts side by side.
func (l *Limited) words(b *strings.Builder, outcome tally.Outcome, names map[string]string) {
	fmt.Fprintf(b, "%s限制欠费业主表决。以上按全体业主的票计算，欠费业主的票计入：%s。名单上%d份表决权（%s㎡）的票不计入、仍留在总数里的话：%s。%s\n", l.Clause, outcomeNames[outcome], l.Seats.Heads, l.Seats.Area, outcomeNames[l.Result.Outcome],
		map[bool]string{true: "两种算法结果不同，有争议的可以请乡镇（办事处）指导，或者向法院起诉。", false: "两种算法结果相同。"}[l.Turns])
	for i := range l.Result.Items {
		item := &l.Result.Items[i]
		if item.Key != "" {
			fmt.Fprintf(b, "不计入时，%s：%s。\n", called(names, item.Key), outcomeNames[item.Binding()])
		}
		if i == 0 {
			doubleWords(b, "不计入时，参与表决", item.Strict.Participation)
		}
		doubleWords(b, "不计入时，同意", item.Strict.Consent)
	}
}
