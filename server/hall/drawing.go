package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// Drawing is a drawing of lots: when and where, and what came of it. Who watched it stands in the record, whose hash is here.
type Drawing struct {
	At         time.Time  `json:"at" doc:"公告的抽签时间"`
	Place      string     `json:"place"`
	Order      []string   `json:"order,omitempty" doc:"抽出的先后，候选人代号"`
	Called     string     `json:"called,omitempty" doc:"抽出的先后，号码和姓名"`
	Minutes    string     `json:"minutes,omitempty" doc:"抽签笔录；没有举行的是原因"`
	Witnesses  int        `json:"witnesses,omitempty" doc:"监票人人数"`
	SHA256     string     `json:"sha256,omitempty" doc:"抽签记录的指纹，写进结果"`
	RecordedAt *time.Time `json:"recorded_at,omitempty"`
}

// OfDrawing shows a drawing.
func OfDrawing(d assembly.DrawingView) Drawing {
	return Drawing{At: web.Time(d.At), Place: d.Place, Order: d.Order, Called: d.Called, Minutes: d.Minutes, Witnesses: d.Witnesses, SHA256: d.SHA256, RecordedAt: web.TimeOr(d.RecordedAt)}
}

// OfDrawings shows the drawings of a meeting.
func OfDrawings(list []assembly.DrawingView) []Drawing {
	out := make([]Drawing, len(list))
	for i, d := range list {
		out[i] = OfDrawing(d)
	}
	return out
}
