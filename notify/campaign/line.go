package campaign

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// sealedSeat is a seat as a record keeps it: the door, masked names, codes and times, and nothing that leads to a person, free
// words least of all, so that the record holds when somebody is erased. The order of the fields is the record's.
type sealedSeat struct {
	Seat        int64         `json:"seat"`
	UnitID      int64         `json:"unit"`
	Door        string        `json:"door"`
	Units       int           `json:"units"`
	Owners      []Named       `json:"owners"`
	Planned     Channel       `json:"planned"`
	Why         string        `json:"why,omitempty"`
	State       ReachState    `json:"state"`
	How         How           `json:"how,omitempty"`
	ConfirmedAt *time.Time    `json:"confirmed_at,omitempty"`
	ReadAt      *time.Time    `json:"read_at,omitempty"`
	PrintedAt   *time.Time    `json:"printed_at,omitempty"`
	Prints      int           `json:"prints,omitempty"`
	PostedAt    *time.Time    `json:"posted_at,omitempty"`
	ActedAt     *time.Time    `json:"acted_at,omitempty"`
	Sends       []sealedSend  `json:"sends,omitempty"`
	Visits      []sealedVisit `json:"visits,omitempty"`
}

type sealedSend struct {
	Run         int          `json:"run"`
	Kind        RunKind      `json:"kind"`
	Person      int          `json:"person"` // the how manieth of the seat's people
	Channel     Channel      `json:"channel"`
	State       notify.State `json:"state"`
	SentAt      *time.Time   `json:"sent_at,omitempty"`
	ProviderID  string       `json:"provider_id,omitempty"`
	ConfirmedAt *time.Time   `json:"confirmed_at,omitempty"`
}

type sealedVisit struct {
	Result     Result     `json:"result"`
	At         time.Time  `json:"at"`
	RecordedAt time.Time  `json:"recorded_at"`
	PostID     int64      `json:"post"`
	By         string     `json:"by"`
	FileID     int64      `json:"file,omitempty"`
	FileSum    string     `json:"sha256,omitempty"`
	VoidedAt   *time.Time `json:"voided_at,omitempty"` // it was recorded by mistake, and does not count
}

// line is what a record keeps of a seat, and its hash is made of.
func (r *Row) line() (string, error) {
	x := sealedSeat{Seat: r.Seat, UnitID: r.UnitID, Door: r.Door, Units: r.Units, Owners: r.Owners, Planned: r.Planned, Why: r.Why, State: r.State, How: r.ConfirmedHow, ConfirmedAt: utc(r.ConfirmedAt), ReadAt: utc(r.ReadAt),
		PrintedAt: utc(r.PrintedAt), Prints: r.Prints, PostedAt: utc(r.PostedAt), ActedAt: utc(r.ActedAt)}
	for _, s := range r.Sends {
		x.Sends = append(x.Sends, sealedSend{Run: s.Run, Kind: s.Kind, Person: s.Person, Channel: s.Channel, State: s.State, SentAt: utc(s.SentAt), ProviderID: s.ProviderID, ConfirmedAt: utc(s.ConfirmedAt)})
	}
	for _, v := range r.Calls {
		x.Visits = append(x.Visits, sealedVisit{Result: v.Result, At: v.At.UTC(), RecordedAt: v.RecordedAt.UTC(), PostID: v.PostID, By: v.By, FileID: v.FileID, FileSum: v.FileSum, VoidedAt: utc(v.VoidedAt)})
	}
	text, err := json.Marshal(x)
	return string(text), err
}

// rowOf reads a line of a record back.
func rowOf(line string) (Row, error) {
	var x sealedSeat
	if err := json.Unmarshal([]byte(line), &x); err != nil {
		return Row{}, err
	}
	r := Row{Line: line, Door: x.Door, Owners: x.Owners, ReadAt: x.ReadAt, Reach: Reach{Seat: x.Seat, UnitID: x.UnitID, Units: x.Units, Planned: x.Planned, Why: x.Why, State: x.State, ConfirmedHow: x.How, ConfirmedAt: x.ConfirmedAt,
		PrintedAt: x.PrintedAt, Prints: x.Prints, PostedAt: x.PostedAt, ActedAt: x.ActedAt}}
	for _, s := range x.Sends {
		r.Sends = append(r.Sends, Send{Run: s.Run, Kind: s.Kind, Person: s.Person, Channel: s.Channel, State: s.State, SentAt: s.SentAt, ProviderID: s.ProviderID, ConfirmedAt: s.ConfirmedAt})
	}
	for _, v := range x.Visits {
		r.Calls = append(r.Calls, Knocked{Call{Result: v.Result, At: v.At, RecordedAt: v.RecordedAt, PostID: v.PostID, FileID: v.FileID, FileSum: v.FileSum, VoidedAt: v.VoidedAt}, v.By})
	}
	return r, nil
}

// Head is the first line of a record: what was served, by whom, where it hung, and when its sealing began.
type Head struct {
	Format    string     `json:"format"`
	Number    string     `json:"number"`
	Estate    string     `json:"estate"`
	Office    string     `json:"office"`
	Title     string     `json:"title"`
	Body      string     `json:"body"`
	StartedAt *time.Time `json:"started_at,omitempty"`
	SealedAt  time.Time  `json:"sealed_at"`
	Postings  []Board    `json:"postings,omitempty"`
}

// Board is where and when it was hung up, on which photo.
type Board struct {
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
	Place      string    `json:"place"`
	By         string    `json:"by"` // the post
	FileID     int64     `json:"file"`
	FileSum    string    `json:"sha256"`
}

// foot is the last line of a record. Its seats are read over minutes in a large estate: each stands as it was between the times of
// the head and of the foot.
type foot struct {
	Seats     int64     `json:"seats"`
	ReadUntil time.Time `json:"read_until"`
}

// boards are where a campaign was hung up, as a record keeps it.
func boards(tx *store.Tx, id int64) ([]Board, error) {
	var rows []Posting
	if err := tx.Where("campaign_id = ?", id).Order("id").Limit(mostPostings).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, p := range rows {
		ids[i] = p.PostID
	}
	by, err := offices(tx, ids)
	list := make([]Board, len(rows))
	for i, p := range rows {
		list[i] = Board{At: p.At.UTC(), RecordedAt: p.RecordedAt.UTC(), Place: p.Place, By: by[p.PostID], FileID: p.FileID, FileSum: p.FileSum}
	}
	return list, err
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}

func stamp(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
