package assembly

import (
	"database/sql"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// seatNow is a seat with one of its holders and one thing that was cast for it before.
type seatNow struct {
	ID, Holder     int64
	No             int
	Asked          sql.NullTime
	Owner, Person  sql.NullInt64 // null where the set has none
	Envelope       sql.NullInt64 // null where nothing was cast
	Ballot, Marked sql.NullInt64 // the ends of the meeting's log, the same in every row
}

// look finds the seats, who holds them, what was cast for them before, and the end of the log, by one query and in no order: the gate is held
// meanwhile.
func (b *booth) look(meeting int64) store.Query {
	numbers := make([]int, len(b.list))
	for i, x := range b.list {
		numbers[i] = x.in.SeatNo
	}
	return store.Query{SQL: `SELECT s.id, s.holder_set_id, s.no, s.paper_at, o.id, o.person_id, e.id,
		(SELECT MAX(leaf) FROM ballots WHERE meeting_id = ?), (SELECT MAX(leaf) FROM log_marks WHERE meeting_id = ?)
		FROM seats s LEFT JOIN owners o ON o.owner_set_id = s.holder_set_id LEFT JOIN envelopes e ON e.seat_id = s.id
		WHERE s.meeting_id = ? AND s.no IN ?`, Args: []any{meeting, meeting, meeting, numbers}, Read: func(rows *sql.Rows) error {
		var r seatNow
		err := rows.Scan(&r.ID, &r.Holder, &r.No, &r.Asked, &r.Owner, &r.Person, &r.Envelope, &r.Ballot, &r.Marked)
		b.looked = append(b.looked, r)
		return err
	}}
}

// seen puts together what the look found.
func (b *booth) seen() error {
	b.earlier, b.versions, b.spent, b.own = map[int64][]Envelope{}, map[[2]int64]int{}, map[[2]int64]int{}, map[[2]int64]bool{}
	seats, owners := make(map[int]*Seat, len(b.list)), map[int64][]org.Owner{}
	var cast []int64
	for _, r := range b.looked {
		b.log.after(r.Ballot, r.Marked)
		s := &Seat{ID: r.ID, No: r.No, HolderSetID: r.Holder}
		if r.Asked.Valid {
			s.PaperAt = &r.Asked.Time
		}
		seats[r.No] = s
		if r.Owner.Valid && !slices.ContainsFunc(owners[r.Holder], func(o org.Owner) bool { return o.ID == r.Owner.Int64 }) {
			owners[r.Holder] = append(owners[r.Holder], org.Owner{ID: r.Owner.Int64, OwnerSetID: r.Holder, PersonID: r.Person.Int64})
		}
		if r.Envelope.Valid {
			cast = append(cast, r.Envelope.Int64)
		}
	}
	for _, x := range b.list {
		if x.seat = seats[x.in.SeatNo]; x.seat == nil {
			x.err = ErrNoSeat
		}
	}
	var err error
	if b.holders, err = recognised(b.tx, owners); err != nil {
		return err
	}
	if len(cast) > 0 {
		if err := b.readEarlier(cast); err != nil {
			return err
		}
	}
	return agents(b.tx, b.list)
}

// readEarlier reads what was cast before.
func (b *booth) readEarlier(ids []int64) error {
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), 900) {
		var list []Envelope
		if err := b.tx.Where("id IN ?", part).Order("id").Find(&list).Error; err != nil {
			return err
		}
		for _, e := range list {
			b.earlier[e.SeatID] = append(b.earlier[e.SeatID], e)
		}
	}
	return b.readVersions(slices.Sorted(maps.Keys(b.earlier)))
}

// readVersions reads how often each seat has voted on each motion, and about whose ballots the owners do not agree.
func (b *booth) readVersions(voted []int64) error {
	err := b.tx.Table("meeting_objections o").Joins("JOIN envelopes e ON e.id = o.envelope_id").Where("o.meeting_id = ? AND o.kind = 'ballot' AND o.state IN ('open', 'upheld') AND e.seat_id IN ?", b.m.ID, voted).Pluck("e.seat_id", &b.fought).Error
	if err != nil {
		return err
	}
	motions := make([]int64, len(b.agenda.motions))
	for i, m := range b.agenda.motions {
		motions[i] = m.ID
	}
	valid := map[int64]Envelope{}
	for _, list := range b.earlier {
		for _, e := range list {
			if e.Void == "" {
				valid[e.ID] = e
			}
		}
	}
	var ballots []Ballot
	err = b.tx.Select("motion_id", "seat_id", "version", "envelope_id").Where("motion_id IN ? AND seat_id IN ?", motions, voted).Find(&ballots).Error
	for _, v := range ballots {
		key := [2]int64{v.MotionID, v.SeatID}
		b.versions[key] = max(b.versions[key], v.Version)
		e, ok := valid[v.EnvelopeID]
		if ok && e.Channel.Electronic() {
			b.spent[key]++
		}
		b.own[key] = b.own[key] || ok && e.ProxyID == 0
	}
	return err
}
