package assembly

import (
	"encoding/json"
	"strconv"
	"strings"
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
	Away    bool  // the ballots are counted elsewhere
}

// Asked is a motion as it is put to the vote.
type Asked struct {
	Motion
	Question tally.Question
	Law      *tally.Rules // nil before the notice
	FileIDs  []int64
	Names    map[string]string // of candidates or options, by their keys
	Cast     int               // ballots without paper that this seat has cast on it
	Spent    bool              // the frozen rules let no further one in
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
	if p.Away, err = m.elsewhere(tx); err != nil {
		return nil, err
	}
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
	if err := p.cast(tx); err != nil {
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
		} else {
			list[i].Question.Order, list[i].Question.Tie = "", "" // the notice fixes them
		}
	}
	files, err := s.o.Files.IDsIn(tx, "motion", ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].FileIDs = files[list[i].ID]
		if list[i].Question.Kind != tally.Election {
			list[i].Names = list[i].Question.Names
			continue
		}
		if list[i].Names, err = s.names(tx, list[i].MeetingID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// cast says of each submission of the seat whether it counts, and of each motion whether it may be voted on again. An agent may have
// voted on some motions and an owner on the others.
func (p *Paper) cast(tx *store.Tx) error {
	var envelopes []Envelope
	if err := tx.Where("seat_id = ?", p.Seat.ID).Order("at, id").Limit(200).Find(&envelopes).Error; err != nil || len(envelopes) == 0 {
		return err
	}
	counts := map[int64][]string{} // by envelope: the motions on which it counts
	for i := range p.Motions {
		m := &p.Motions[i]
		list, err := versionsOf(tx, m.ID, p.Seat.ID)
		if err != nil {
			return err
		}
		for _, v := range list {
			if v.Channel.Electronic() && v.Void == "" {
				m.Cast++
			}
		}
		m.Spent = m.Cast >= p.Terms.versions()
		if v := standing(list, p.Terms.WhichWins); v != nil {
			counts[v.EnvelopeID] = append(counts[v.EnvelopeID], strconv.Itoa(m.Position))
		}
	}
	for _, e := range envelopes {
		v := CastView{Code: e.Code, Way: e.Channel, At: e.At, Counts: "superseded"}
		switch on := counts[e.ID]; {
		case e.Void != "":
			v.Counts, v.Why = "void", e.VoidFor
		case len(on) > 0:
			v.Counts = "counted"
			if len(on) < len(p.Motions) {
				v.Why = "第" + strings.Join(on, "、") + "个议题按这一张计票"
			}
		}
		p.Cast = append(p.Cast, v)
	}
	return nil
}
