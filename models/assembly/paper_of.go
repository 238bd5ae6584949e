package assembly

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// Paper is what the owner of a seat reads before voting: the meeting, the motions with their clauses, and the seat.
type Paper struct {
	Meeting *Meeting
	Terms   Terms
	Estate  string
	Motions []Asked
	Seat    Seat
	Units   []SeatUnit
	Shared  bool       // several owners: one vote together
	Cast    []CastView // what was submitted for this seat, oldest first
	Boxed   []Form     // its paper forms in the box
	Open    bool
	Why     error // why not, where it is not open
}

// Asked is a motion as it is put to the vote.
type Asked struct {
	Motion
	Question tally.Question
	Law      *tally.Rules // nil before the notice
	FileIDs  []int64
	Names    map[string]string // of the candidates of an election, by their keys
}

// CastView is one submission of the seat: how it came and whether it counts, never what it said.
type CastView struct {
	Code   string
	Way    Way
	At     time.Time
	Counts string // counted, superseded, void
	Why    string
}

func (s *Service) paperOf(tx *store.Tx, m *Meeting, seat *Seat) (*Paper, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	p := &Paper{Meeting: m, Terms: a.terms, Estate: a.estate, Seat: *seat, Why: m.Voting(tx.Now)}
	p.Open = p.Why == nil
	if p.Motions, err = s.asked(tx, a); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(seat.Units), &p.Units); err != nil {
		return nil, err
	}
	all, err := holdings(tx, []int64{seat.HolderSetID})
	if err != nil {
		return nil, err
	}
	p.Shared = all[seat.HolderSetID].shared()
	if p.Cast, err = castViews(tx, seat.ID, a.terms); err != nil {
		return nil, err
	}
	return p, tx.Where("seat_id = ? AND state IN ?", seat.ID, inBox).Order("id").Limit(20).Find(&p.Boxed).Error
}

func (s *Service) asked(tx *store.Tx, a *agenda) ([]Asked, error) {
	list := make([]Asked, len(a.motions))
	ids := make([]int64, len(a.motions))
	for i, row := range a.motions {
		list[i], ids[i] = Asked{Motion: row, Question: a.questions[row.ID]}, row.ID
		if row.Law != "" {
			r, err := row.rules()
			if err != nil {
				return nil, err
			}
			list[i].Law = &r
		}
	}
	files, err := s.o.Files.IDsIn(tx, "motion", ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].FileIDs = files[list[i].ID]
		if list[i].Question.Kind != tally.Election {
			continue
		}
		if list[i].Names, err = s.names(tx, list[i].MeetingID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// castViews says of each submission of a seat whether it is the one that counts. Every motion of a pack is cast together, so the first
// motion stands for all.
func castViews(tx *store.Tx, seat int64, t Terms) ([]CastView, error) {
	var envelopes []Envelope
	if err := tx.Where("seat_id = ?", seat).Order("at, id").Limit(200).Find(&envelopes).Error; err != nil || len(envelopes) == 0 {
		return nil, err
	}
	versions := make([]version, len(envelopes))
	for i, e := range envelopes {
		versions[i] = version{Ballot: Ballot{EnvelopeID: e.ID}, Channel: e.Channel, Void: e.Void, At: e.At}
	}
	counts := standing(versions, t.WhichWins)
	list := make([]CastView, len(envelopes))
	for i, e := range envelopes {
		list[i] = CastView{Code: e.Code, Way: e.Channel, At: e.At, Counts: "superseded"}
		switch {
		case e.Void != "":
			list[i].Counts, list[i].Why = "void", e.VoidFor
		case &versions[i] == counts:
			list[i].Counts = "counted"
		}
	}
	return list, nil
}
