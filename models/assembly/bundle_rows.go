package assembly

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// page is how many rows are in memory at a time.
const page = 5000

// reader reads the rows of a bundle in pages, each sequence as often as it is asked for.
type reader struct {
	tx     *store.Tx
	m      *Meeting
	agenda *agenda
	size   int64 // of the log that the outcome covers
}

// seats gives the roll by number.
func (r *reader) seats(yield func(log.Seat, error) bool) {
	for after := 0; ; {
		var rows []Seat
		if err := r.tx.Where("meeting_id = ? AND no > ?", r.m.ID, after).Order("no").Limit(page).Find(&rows).Error; err != nil {
			yield(log.Seat{}, err)
			return
		}
		for i := range rows {
			after = rows[i].No
			if row, err := rows[i].row(); !yield(row, err) {
				return
			}
		}
		if len(rows) < page {
			return
		}
	}
}

// leafRow is a ballot with what opens it. MotionID and SeatID tell whose it is among others of the same seat.
type leafRow struct {
	SeatID     int64
	Channel    Way
	At         time.Time
	Leaf       int64
	MotionID   int64
	No         int
	Version    int
	Choice     string
	Commitment string
	Secret     string
}

// ballots gives the ballots by their place in the log.
func (r *reader) ballots(do func(leafRow) (bool, error)) error {
	for after := int64(-1); ; {
		var rows []leafRow
		err := r.tx.Raw(`SELECT b.leaf, b.motion_id, b.seat_id, s.no, b.version, b.choice, b.commitment, e.secret, e.channel, e.at FROM ballots b
			JOIN seats s ON s.id = b.seat_id JOIN envelopes e ON e.id = b.envelope_id
			WHERE b.meeting_id = ? AND b.leaf > ? AND b.leaf < ? ORDER BY b.leaf LIMIT ?`, r.m.ID, after, r.size, page).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Leaf
			if more, err := do(row); err != nil || !more {
				return err
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

// leaves gives the whole log: ballots, and between them what became of earlier ones.
func (r *reader) leaves(yield func(log.Leaf, error) bool) {
	marks, err := r.marks()
	if err != nil {
		yield(log.Leaf{}, err)
		return
	}
	going := true
	give := func(until int64) bool {
		for len(marks) > 0 && marks[0].at < until {
			if going = yield(marks[0].leaf, nil); !going {
				return false
			}
			marks = marks[1:]
		}
		return true
	}
	err = r.ballots(func(row leafRow) (bool, error) {
		if !give(row.Leaf) {
			return false, nil
		}
		commitment, err := unhex(row.Commitment)
		if err != nil {
			return false, err
		}
		going = yield(log.Leaf{Ballot: commitment}, nil)
		return going, nil
	})
	switch {
	case err != nil && going:
		yield(log.Leaf{}, err)
	case going:
		give(r.size)
	}
}

type markRow struct {
	at   int64
	leaf log.Leaf
}

// marks reads the entries of the log that are no ballots. They are few.
func (r *reader) marks() ([]markRow, error) { return marksOf(r.tx, r.m.ID, 0, r.size) }

// marksOf reads them from one place to before another.
func marksOf(tx *store.Tx, meeting, from, until int64) ([]markRow, error) {
	var rows []struct {
		Mark
		Target int64
	}
	err := tx.Raw(`SELECT m.*, COALESCE(b.leaf, -1) AS target FROM log_marks m LEFT JOIN ballots b ON b.id = m.ballot_id
		WHERE m.meeting_id = ? AND m.leaf >= ? AND m.leaf < ? ORDER BY m.leaf`, meeting, from, until).Scan(&rows).Error
	list := make([]markRow, len(rows))
	for i, k := range rows {
		list[i] = markRow{k.Leaf, log.Leaf{Mark: &log.Mark{Leaf: k.Target, State: log.State(k.State), Reason: k.Reason}}}
		if k.ClosedAt != nil {
			list[i].leaf = log.Leaf{Closed: k.ClosedAt.UTC()}
		}
	}
	return list, err
}

// openings gives what opens each ballot.
func (r *reader) openings(yield func(log.Opening, error) bool) {
	positions := map[int64]int{}
	for _, m := range r.agenda.motions {
		positions[m.ID] = m.Position
	}
	ranks, err := r.ranks()
	if err != nil {
		yield(log.Opening{}, err)
		return
	}
	going := true
	err = r.ballots(func(row leafRow) (bool, error) {
		secret, err := hex.DecodeString(row.Secret)
		if err != nil {
			return false, err
		}
		position := positions[row.MotionID]
		entry := log.Ballot{Meeting: r.m.Number, Motion: position, Seat: row.No, Version: row.Version}
		o := log.Opening{Leaf: row.Leaf, Motion: position, Seat: row.No, Version: row.Version, Way: log.Paper, Order: 1, Choice: row.Choice, Salt: entry.Salt(secret)}
		if row.Channel.Electronic() {
			o.Way = log.Phone
		}
		if times := ranks[[2]int64{row.MotionID, row.SeatID}]; times != nil {
			at, _ := slices.BinarySearchFunc(times, row.At, time.Time.Compare)
			o.Order = at + 1
		}
		going = yield(o, nil)
		return going, nil
	})
	if err != nil && going {
		yield(log.Opening{}, err)
	}
}

// ranks are the times at which the ballots of each seat came that cast more than one on a motion, in their order and each once.
func (r *reader) ranks() (map[[2]int64][]time.Time, error) {
	out := map[[2]int64][]time.Time{}
	rows, err := r.tx.Raw(`SELECT b.motion_id, b.seat_id, e.at FROM ballots b JOIN envelopes e ON e.id = b.envelope_id
		JOIN (SELECT DISTINCT motion_id, seat_id FROM ballots WHERE meeting_id = ? AND version > 1 AND leaf < ?) x ON x.motion_id = b.motion_id AND x.seat_id = b.seat_id
		WHERE b.meeting_id = ? AND b.leaf < ?`, r.m.ID, r.size, r.m.ID, r.size).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key [2]int64
		var at time.Time
		if err := rows.Scan(&key[0], &key[1], &at); err != nil {
			return nil, err
		}
		out[key] = append(out[key], at)
	}
	for key, times := range out {
		slices.SortFunc(times, time.Time.Compare)
		out[key] = slices.CompactFunc(times, time.Time.Equal)
	}
	return out, rows.Err()
}

// Aside is what a count found outside the ballots, as it stood then: how the notice had reached the seats, and who kept silent.
type Aside struct {
	Delivery log.Delivery `json:"delivery"`
	Silent   []log.Silent `json:"silent"`
	LastNote int64        `json:"last_note"` // of the roll
	Debtors  []int        `json:"debtors,omitempty"`
	Salt     log.Hash     `json:"debtors_salt,omitzero"`
}

// aside reads it now.
func (s *Service) aside(tx *store.Tx, m *Meeting) (*Aside, error) {
	agenda, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	k := &counter{m: m, agenda: agenda, no: map[int64]int{}}
	if err := k.roll(tx); err != nil {
		return nil, err
	}
	if err := k.listed(tx); err != nil {
		return nil, err
	}
	out := &Aside{Delivery: log.Delivery{None: m.Seats}, Debtors: slices.Sorted(maps.Keys(k.owing))}
	if agenda.terms.limitsDebtors() {
		_, _ = rand.Read(out.Salt[:])
	}
	if err := tx.Model(&RollNote{}).Where("meeting_id = ?", m.ID).Select("COALESCE(MAX(id), 0)").Scan(&out.LastNote).Error; err != nil {
		return nil, err
	}
	if s.o.Deliveries != nil {
		served, err := s.o.Deliveries.Served(tx, m.ID, "", *m.NoticedAt, *m.ClosesAt)
		if err != nil {
			return nil, err
		}
		for _, seat := range k.scope {
			switch how := served[k.sets[seat.No]]; {
			case how == Proven:
				out.Delivery.Proven, out.Delivery.None = out.Delivery.Proven+1, out.Delivery.None-1
			case how != "":
				out.Delivery.Attempted, out.Delivery.None = out.Delivery.Attempted+1, out.Delivery.None-1
			}
		}
	}
	quiet, err := s.silence(tx, m, agenda.terms)
	if err != nil || quiet == nil {
		return out, err
	}
	for i := range agenda.motions {
		row, voted := &agenda.motions[i], map[int]bool{}
		if err := eachSeat(tx, row.ID, func(seat int64, _ []version) error { voted[k.no[seat]] = true; return nil }); err != nil {
			return nil, err
		}
		for _, no := range quiet.of(k, voted).Seats {
			out.Silent = append(out.Silent, log.Silent{Motion: row.Position, Seat: no})
		}
	}
	slices.SortFunc(out.Silent, func(a, b log.Silent) int { return cmp.Or(cmp.Compare(a.Motion, b.Motion), cmp.Compare(a.Seat, b.Seat)) })
	return out, nil
}

// around gives what happened to the roll until an outcome, and what it found outside the ballots.
func (r *reader) around(c *log.Contents, o *Outcome) error {
	var a Aside
	if err := json.Unmarshal([]byte(o.Aside), &a); err != nil {
		return err
	}
	var notes []RollNote
	if err := r.tx.Where("meeting_id = ? AND seat_no > 0 AND kind <> 'challenge' AND kind <> 'review' AND id <= ?", r.m.ID, a.LastNote).Order("at, id").Limit(10_000).Find(&notes).Error; err != nil {
		return err
	}
	for _, n := range notes {
		c.Events = append(c.Events, log.Event{At: n.At, Kind: n.Kind, Seat: n.SeatNo, Document: sha256.Sum256([]byte(n.Text))})
	}
	c.Delivery, c.Debtors, c.DebtorsSalt = a.Delivery, a.Debtors, a.Salt
	if len(a.Silent) > 0 {
		c.Silent = func(yield func(log.Silent, error) bool) {
			for _, x := range a.Silent {
				if !yield(x, nil) {
					return
				}
			}
		}
	}
	return nil
}
