package assembly

import (
	"maps"
	"slices"
	"time"

	"github.com/linli-city/linli/models/org"
)

// seatNow is a seat with one of its holders and one thing that was cast for it before.
type seatNow struct {
	SeatRow int64
	SeatNo  int
	Holder  int64
	Asked   *time.Time
	Owner   int64 // zero where the set has none
	Person  int64
	// The ends of the meeting's log, the same in every row.
	LastBallot *int64
	LastMark   *int64
	Envelope   `gorm:"embedded"` // zero where nothing was cast
}

// look finds the seats, who holds them, what was cast for them before, and the end of the log, by one statement and in no order: the gate
// is held meanwhile.
func (b *booth) look() error {
	numbers := make([]int, len(b.list))
	for i, x := range b.list {
		numbers[i] = x.in.SeatNo
	}
	var rows []seatNow
	err := b.tx.Raw(`SELECT s.id AS seat_row, s.no AS seat_no, s.holder_set_id AS holder, s.paper_at AS asked, o.id AS owner, o.person_id AS person,
		(SELECT MAX(leaf) FROM ballots WHERE meeting_id = ?) AS last_ballot, (SELECT MAX(leaf) FROM log_marks WHERE meeting_id = ?) AS last_mark, e.*
		FROM seats s LEFT JOIN owners o ON o.owner_set_id = s.holder_set_id LEFT JOIN envelopes e ON e.seat_id = s.id
		WHERE s.meeting_id = ? AND s.no IN ?`, b.m.ID, b.m.ID, b.m.ID, numbers).Scan(&rows).Error
	if err != nil {
		return err
	}
	b.earlier, b.versions, b.spent, b.own = map[int64][]Envelope{}, map[[2]int64]int{}, map[[2]int64]int{}, map[[2]int64]bool{}
	seats, owners := make(map[int]*Seat, len(b.list)), map[int64][]org.Owner{}
	for _, r := range rows {
		b.log.after(r.LastBallot, r.LastMark)
		seats[r.SeatNo] = &Seat{ID: r.SeatRow, No: r.SeatNo, HolderSetID: r.Holder, PaperAt: r.Asked}
		if r.Owner != 0 && !slices.ContainsFunc(owners[r.Holder], func(o org.Owner) bool { return o.ID == r.Owner }) {
			owners[r.Holder] = append(owners[r.Holder], org.Owner{ID: r.Owner, OwnerSetID: r.Holder, PersonID: r.Person})
		}
		if r.ID != 0 && !slices.ContainsFunc(b.earlier[r.SeatRow], func(e Envelope) bool { return e.ID == r.ID }) {
			b.earlier[r.SeatRow] = append(b.earlier[r.SeatRow], r.Envelope)
		}
	}
	for _, x := range b.list {
		if x.seat = seats[x.in.SeatNo]; x.seat == nil {
			x.err = ErrNoSeat
		}
	}
	if b.holders, err = recognised(b.tx, owners); err != nil {
		return err
	}
	if len(b.earlier) > 0 {
		if err := b.readVersions(slices.Sorted(maps.Keys(b.earlier))); err != nil {
			return err
		}
	}
	return agents(b.tx, b.list)
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
