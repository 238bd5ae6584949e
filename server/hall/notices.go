package hall

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/web"
)

// NoticeFigure is a published sum.
type NoticeFigure struct {
	Label     string `json:"label"`
	Yuan      string `json:"yuan" doc:"元"`
	Period    string `json:"period"`
	Measure   string `json:"measure" doc:"收入、支出、结余，列明的金额，应收或实收"`
	Asks      string `json:"asks" doc:"从哪本账的哪些科目、哪个维修项目或哪个月的账单取的"`
	JournalNo int64  `json:"journal_no" doc:"取数时账簿的最后一笔；维修项目的为公示时留存的编号"`
}

// NoticeRate is how much of what was charged has been collected.
type NoticeRate struct {
	Name      string `json:"name"`
	Percent   string `json:"percent,omitempty" doc:"两位小数，四舍五入，只供阅读；没有应收时没有"`
	Charged   string `json:"charged" doc:"应收，元"`
	Collected string `json:"collected" doc:"实收，元"`
}

// NoticeChange is one field in which a version differs from the one before it.
type NoticeChange struct {
	Field string `json:"field"`
	Kind  string `json:"kind" enum:"added,changed,removed"`
	Name  string `json:"kind_name"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// NoticePeriod is how long a posting stands.
type NoticePeriod struct {
	Days    int    `json:"days" doc:"至少公示的天数；0为本地规则未配置"`
	Article string `json:"article,omitempty" doc:"天数的依据"`
	Places  string `json:"places" doc:"还要张贴在哪里"`
	Through string `json:"through,omitempty" doc:"公示期的最后一天，当天24时届满"`
	Why     string `json:"why,omitempty" doc:"为什么还说不出最后一天"`
	Over    bool   `json:"over" doc:"公示期已满"`
}

// NoticePaper is a paper that hangs, or hung.
type NoticePaper struct {
	ID         int64      `json:"id"`
	Spot       string     `json:"spot"`
	HungAt     time.Time  `json:"hung_at"`
	RecordedAt time.Time  `json:"recorded_at"`
	DownAt     *time.Time `json:"down_at,omitempty" doc:"从这时起不在了"`
	PhotoID    int64      `json:"photo_id"`
	SHA256     string     `json:"sha256" doc:"照片的校验值"`
	Lat        *float64   `json:"lat,omitempty"`
	Lng        *float64   `json:"lng,omitempty"`
}

// NoticePlace is where a notice hangs, or shall.
type NoticePlace struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	Required  bool          `json:"required" doc:"规则要求张贴的"`
	State     string        `json:"state" enum:"missing,hanging,down,reported"`
	StateName string        `json:"state_name"`
	Through   string        `json:"through,omitempty" doc:"这一处贴满的那天"`
	Papers    []NoticePaper `json:"papers,omitempty"`
}

// NoticePlaces are all places of a notice.
type NoticePlaces struct {
	Body struct {
		Period  *NoticePeriod `json:"period,omitempty"`
		Missing []string      `json:"missing,omitempty" doc:"还没有张贴的地方"`
		Items   []NoticePlace `json:"items"`
	}
}

// OfFigures shows published sums.
func OfFigures(list []disclosure.Figure) []NoticeFigure {
	var rows []NoticeFigure
	for i := range list {
		f := &list[i]
		rows = append(rows, NoticeFigure{Label: f.Label, Yuan: f.Fen.String(), Period: f.Period(), Measure: disclosure.MeasureNames[f.Measure], Asks: f.Asks(), JournalNo: f.JournalNo})
	}
	return rows
}

// OfRates shows the rates that follow from published sums.
func OfRates(list []disclosure.Figure) []NoticeRate {
	var rows []NoticeRate
	for _, r := range disclosure.Rates(list) {
		rows = append(rows, NoticeRate{Name: r.Name, Percent: r.Percent(), Charged: r.Charged.String(), Collected: r.Collected.String()})
	}
	return rows
}

// OfChanges shows what a version changed.
func OfChanges(list []disclosure.Change) []NoticeChange {
	var rows []NoticeChange
	for _, c := range list {
		rows = append(rows, NoticeChange{Field: c.Field, Kind: c.Kind, Name: disclosure.ChangeNames[c.Kind], From: c.From, To: c.To})
	}
	return rows
}

// FilesOf are the attachments of a version.
func FilesOf(v *disclosure.Version) []int64 {
	var ids []int64
	for _, a := range v.Attachments() {
		ids = append(ids, a.ID)
	}
	return ids
}

// OfPeriod shows how long a posting stands; nil for none.
func OfPeriod(p *disclosure.Period) *NoticePeriod {
	if p == nil {
		return nil
	}
	return &NoticePeriod{Days: p.Days, Article: p.Article, Places: p.Places, Through: dateOrNone(p.Through), Why: p.Why, Over: p.Over}
}

// OfPlaces shows where a notice hangs.
func OfPlaces(list []disclosure.Wall, p *disclosure.Period, err error) (*NoticePlaces, error) {
	if err != nil {
		return nil, err
	}
	out := &NoticePlaces{}
	out.Body.Period, out.Body.Items = OfPeriod(p), []NoticePlace{}
	for _, w := range list {
		row := NoticePlace{ID: w.ID, Name: w.Name, Required: w.Required, State: w.State, StateName: disclosure.WallStates[w.State], Through: dateOrNone(w.Through)}
		for i := range w.Papers {
			row.Papers = append(row.Papers, OfHung(&w.Papers[i]))
		}
		if w.State == "missing" || w.State == "down" {
			out.Body.Missing = append(out.Body.Missing, w.Name)
		}
		out.Body.Items = append(out.Body.Items, row)
	}
	return out, nil
}

// OfHung shows one paper.
func OfHung(p *disclosure.Paper) NoticePaper {
	return NoticePaper{ID: p.ID, Spot: p.Spot, HungAt: web.Time(p.HungAt), RecordedAt: web.Time(p.RecordedAt), DownAt: web.TimeOr(p.DownAt), PhotoID: p.FileID, SHA256: p.FileSum, Lat: degrees(p.LatE6), Lng: degrees(p.LngE6)}
}

func degrees(e6 *int64) *float64 {
	if e6 == nil {
		return nil
	}
	d := float64(*e6) / 1e6
	return &d
}

func dateOrNone(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
