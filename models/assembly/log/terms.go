package log

// Terms are what the rules of procedure fixed for one meeting, as its notice froze them. Days are calendar days. What nobody has supplied
// is left out: absent never means zero or none.
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
type Where struct {
	Key     string `json:"key"`
	Title   string `json:"title"`
	Value   string `json:"value"`
	Article string `json:"article"`
	Demo    bool   `json:"demo,omitempty"`
}

// winsNames and changeNames are what a verifier knows how to replay, in words.
var (
	winsNames   = map[string]string{"": "先收到的有效票算数", "first_valid": "先收到的有效票算数", "app": "以手机票为准", "paper": "以纸质票为准", "last_before_close": "以截止前最后收到的为准"}
	changeNames = map[string]string{"": "不能改票", "none": "不能改票", "once": "可以改一次", "until_close": "截止前可以改"}
)

// check refuses rules that cannot be replayed, and a clause on silence that is not the frozen one.
func (t *Terms) check(m *Meeting) error {
	if winsNames[t.WhichWins] == "" || changeNames[t.Change] == "" {
		return errFormat("冻结的规则里，哪一张票算数或者能不能改票，写法不认识")
	}
	for i, motion := range m.Motions {
		if s := motion.Silence; s != nil && (s.Clause != t.Silence || s.Covers != t.Covers) {
			return errFormat("议题 %d 关于未投票的条款不是冻结的那一条", i+1)
		}
	}
	return nil
}

// MaxVersions bounds how often a mind is changed.
const MaxVersions = 50

// Versions is how many ballots without paper a seat may cast on a motion.
func (t *Terms) Versions() int {
	switch t.Change {
	case "until_close":
		return MaxVersions
	case "once":
		return 2
	}
	return 1
}

// Version is what the precedence looks at of a ballot that may count: neither set aside nor void.
type Version struct {
	Paper bool
	At    int64 // grows with the time of receipt: for paper, when it went into the sealed box
}

// Precedence picks the one ballot of a seat and motion that counts, out of its valid ones in the order of their versions; -1 for none.
// Among electronic ones the last stands, because the rule on changes let it in, and so among papers, of which a replaced form is dead.
// Between phone and paper: whichever class came first, the phone, the paper, or whatever came last.
func Precedence(wins string, list []Version) int {
	phone, paper := -1, -1
	var phoneFirst, paperFirst int64
	for i, v := range list {
		switch {
		case v.Paper && paper < 0:
			paper, paperFirst = i, v.At
		case v.Paper:
			paper = i
		case phone < 0:
			phone, phoneFirst = i, v.At
		default:
			phone = i
		}
	}
	if phone < 0 || paper < 0 {
		return max(phone, paper)
	}
	takesPaper := paperFirst < phoneFirst
	switch wins {
	case "app":
		takesPaper = false
	case "paper":
		takesPaper = true
	case "last_before_close":
		takesPaper = list[paper].At > list[phone].At
	}
	if takesPaper {
		return paper
	}
	return phone
}
