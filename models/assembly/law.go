package assembly

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Matters are the matters that owners decide together (Civil Code art. 278), in their order.
var Matters = []string{"rules", "covenant", "committee", "manager", "use_fund", "raise_fund", "rebuild", "common_parts", "other"}

// Terms are what the rules of procedure fix for one meeting, frozen by its notice. Days are calendar days. A term that nobody has
// supplied is absent, never zero: the step that needs it was refused or does not take place. A bundle carries them all: field by field they
// are log.Terms.
type Terms struct {
	Electronic    string  `json:"electronic,omitempty"` // the clause that allows electronic ballots
	WhichWins     string  `json:"which_wins,omitempty"` // first_valid, app, paper, last_before_close
	Change        string  `json:"change,omitempty"`     // none, once, until_close; absent: no change
	ProxyCap      int64   `json:"proxy_cap,omitempty"`
	Silence       string  `json:"silence,omitempty"` // the clause
	Covers        string  `json:"covers,omitempty"`  // participation, majority, both
	VoidTakesPart *bool   `json:"void_takes_part,omitempty"`
	Debtors       *bool   `json:"debtors,omitempty"` // a clause limits who owes fees
	ObjectionDays int64   `json:"objection_days,omitempty"`
	DiscloseDays  int64   `json:"disclose_days,omitempty"`
	ExtensionDays int64   `json:"extension_days,omitempty"`
	WindowMax     int64   `json:"window_max,omitempty"`
	OutageRate    int64   `json:"outage_rate,omitempty"` // basis points of the window
	Order         string  `json:"order,omitempty"`       // of candidates: heads, area
	Tie           string  `json:"tie,omitempty"`
	LotNotice     int64   `json:"lot_notice_days,omitempty"` // between the announcement of a public drawing and the drawing
	CountDays     int64   `json:"count_days,omitempty"`      // from the close to the provisional result
	CertifyDays   int64   `json:"certify_days,omitempty"`    // from the end of objections to the certificate
	TermYears     int64   `json:"term_years,omitempty"`      // of the committee
	TermStart     string  `json:"term_start,omitempty"`      // certified, previous_end
	Sources       []Where `json:"sources"`                   // where each comes from
}

// Where says where a term comes from.
type Where = log.Where

// law gives the law of a day for a meeting: packs and the city's values of that day, and above them the estate's own rules, which govern a
// meeting as they stood when its roll was frozen.
func (s *Service) law(tx *store.Tx, m *Meeting, day time.Time) (*rulepack.Set, governing, error) {
	own, books, err := procedure(tx, m)
	if err != nil {
		return nil, books, err
	}
	set, err := org.Rules(tx, day, s.o.Pack, own...)
	return set, books, err
}

// termsOf reads a meeting's terms from the law. What is unset is left out.
func termsOf(set *rulepack.Set, first bool) (Terms, error) {
	var t Terms
	var errs []error
	keep := func(key string, read func() error) {
		err := read()
		if errors.Is(err, rulepack.ErrUnset) {
			return
		}
		if err != nil {
			errs = append(errs, err)
			return
		}
		if v, err := set.Find(key); err == nil {
			t.Sources = append(t.Sources, Where{Key: key, Title: v.Title, Value: v.Raw, Article: v.Article, Demo: v.Demo})
		}
	}
	text := func(key string, into *string) {
		keep(key, func() (err error) { *into, err = set.Text(key); return err })
	}
	whole := func(key string, into *int64) { keep(key, func() (err error) { *into, err = set.Int(key); return err }) }
	flag := func(key string, into **bool) {
		keep(key, func() error {
			b, err := set.Flag(key)
			if err == nil {
				*into = &b
			}
			return err
		})
	}
	text("ballot.electronic_clause", &t.Electronic)
	text("ballot.which_wins", &t.WhichWins)
	text("ballot.change", &t.Change)
	whole("proxy.cap", &t.ProxyCap)
	if !first { // art. 140: before the first meeting there are no rules that silence could follow
		text("ballot.silence_rule", &t.Silence)
		text("ballot.silence_covers", &t.Covers)
	}
	flag("ballot.void_takes_part", &t.VoidTakesPart)
	flag("voting.debtors_limited", &t.Debtors)
	whole("meeting.objection_days", &t.ObjectionDays)
	whole("meeting.disclose_days", &t.DiscloseDays)
	whole("meeting.extension_days", &t.ExtensionDays)
	whole("meeting.window_days_max", &t.WindowMax)
	whole("meeting.outage_rate", &t.OutageRate)
	text("election.order", &t.Order)
	text("election.tie", &t.Tie)
	whole("election.lot_notice_days", &t.LotNotice)
	whole("meeting.count_days", &t.CountDays)
	whole("meeting.certify_days", &t.CertifyDays)
	whole("committee.term_years", &t.TermYears)
	text("committee.term_start", &t.TermStart)
	return t, errors.Join(errs...)
}

func (m *Meeting) terms() (t Terms, err error) {
	if m.Terms != "" {
		err = json.Unmarshal([]byte(m.Terms), &t)
	}
	return t, err
}

// question reads what a motion asks.
func (m *Motion) question() (q tally.Question, err error) {
	err = json.Unmarshal([]byte(m.Question), &q)
	return q, err
}

// rules reads the frozen law of a motion.
func (m *Motion) rules() (r tally.Rules, err error) {
	err = json.Unmarshal([]byte(m.Law), &r)
	return r, err
}

// checkMatter refuses what owners do not decide together.
func checkMatter(c *fault.Checks, path, matter string) {
	c.Check(slices.Contains(Matters, matter), path, "请从民法典第278条的九类事项中选择；住改商（279条）要有利害关系的业主逐户同意，不在业主大会表决")
}
