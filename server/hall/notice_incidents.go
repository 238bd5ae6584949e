package hall

import (
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/web"
)

// Sighting is how somebody reports that a paper is gone too early.
type Sighting struct {
	Sort      string    `json:"sort" enum:"removed,covered,damaged" doc:"被撕下、被遮盖、被损坏"`
	SeenAt    time.Time `json:"seen_at" doc:"手机上看到的时间；24小时内报告"`
	Words     string    `json:"words,omitempty" maxLength:"200"`
	FileID    int64     `json:"file_id" minimum:"1" doc:"原来张贴位置的照片（用途 photo）"`
	ClientRef string    `json:"client_ref" minLength:"1" maxLength:"64"`
}

// Read is the report of a paper.
func (s Sighting) Read(paper int64) disclosure.Sighting {
	return disclosure.Sighting{Sort: s.Sort, SeenAt: s.SeenAt, Words: s.Words, FileID: s.FileID, ClientRef: s.ClientRef, InputHash: web.InputHash(paper, s)}
}

// NoticeIncident is a report as its readers see it: not who sent it.
type NoticeIncident struct {
	ID         int64      `json:"id"`
	NoticeID   int64      `json:"notice_id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	Place      string     `json:"place"`
	Sort       string     `json:"sort"`
	SortName   string     `json:"sort_name"`
	SeenAt     time.Time  `json:"seen_at"`
	Words      string     `json:"words,omitempty"`
	PhotoID    int64      `json:"photo_id"`
	State      string     `json:"state"`
	StateName  string     `json:"state_name"`
	DownAt     *time.Time `json:"down_at,omitempty"`
	Answer     string     `json:"answer,omitempty"`
	Due        string     `json:"due,omitempty" doc:"社区最晚哪天核实；本地没有规定的没有"`
	DaysLate   int64      `json:"days_late,omitempty" doc:"核实逾期几天；逾期的由乡镇（办事处）核实"`
	Clock      string     `json:"clock,omitempty" doc:"核实期限，可以直接显示"`
	RecordedAt time.Time  `json:"recorded_at"`
}

// OfIncident shows a report.
func OfIncident(v disclosure.IncidentView) NoticeIncident {
	return NoticeIncident{ID: v.ID, NoticeID: v.NoticeID, Number: v.Number, Title: v.Title, Place: v.Place, Sort: v.Sort, SortName: disclosure.IncidentNames[v.Sort], SeenAt: web.Time(v.SeenAt), Words: v.Words, PhotoID: v.FileID,
		State: v.State, StateName: disclosure.IncidentStates[v.State], DownAt: web.TimeOr(v.DownAt), Answer: v.Answer, Due: written(v.Due()), DaysLate: v.Late(v.Today), Clock: v.Clock(v.Today), RecordedAt: web.Time(v.RecordedAt)}
}
