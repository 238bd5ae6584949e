package assembly

import (
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// version is one ballot with what the precedence looks at.
type version struct {
	Ballot
	Channel Way
	Void    string // of its envelope
	At      time.Time
}

// valid reports whether a version can count at all: an invalid paper form is kept and never does.
func (v *version) valid() bool { return v.Void == "" && v.Choice != tally.Void }

// standing picks the one ballot of a seat and motion that counts, by the frozen precedence, out of its versions in their order; nil
// where none is valid. Whoever verifies a bundle asks the same rule.
func standing(list []version, wins string) *version {
	var valid []log.Version
	var of []*version
	for i := range list {
		if v := &list[i]; v.valid() {
			valid, of = append(valid, log.Version{Paper: !v.Channel.Electronic(), At: v.At.UnixNano()}), append(of, v)
		}
	}
	if at := log.Precedence(wins, valid); at >= 0 {
		return of[at]
	}
	return nil
}

// ruling is what becomes of each version of a seat's ballot on a motion, as the log says it.
type ruling struct {
	counted *version // the one that counts; nil for none
	void    *version // where none does: the invalid form that stands for the seat
	states  []log.State
	reasons []string // of what is not counted
}

// rule judges the versions of a seat in their order.
func rule(list []version, wins string) ruling {
	r := ruling{counted: standing(list, wins), states: make([]log.State, len(list)), reasons: make([]string, len(list))}
	for i := range list {
		if b := &list[i]; r.counted == nil && b.Choice == tally.Void && (b.Void == "" || b.Void == InvalidForm) {
			r.void = b
		}
	}
	for i := range list {
		b := &list[i]
		switch {
		case b == r.counted:
			r.states[i], r.reasons[i] = log.Counted, "counts_again"
		case b == r.void:
			r.states[i], r.reasons[i] = log.Invalid, tally.Void // whole or for this motion: why stands with the form
		case b.Void != "" && b.Void != InvalidForm:
			r.states[i], r.reasons[i] = log.Invalid, b.Void
		case r.counted != nil && b.Channel.Electronic() != r.counted.Channel.Electronic():
			r.states[i], r.reasons[i] = log.Superseded, "other_channel"
		default:
			r.states[i], r.reasons[i] = log.Superseded, "changed"
		}
	}
	return r
}

// versionsOf reads the ballots of one seat on a motion, in their order.
func versionsOf(tx *store.Tx, motion, seat int64) (list []version, err error) {
	err = tx.Raw(`SELECT b.id, b.motion_id, b.seat_id, b.version, b.envelope_id, b.choice, b.mark, e.channel, e.void, e.at
		FROM ballots b JOIN envelopes e ON e.id = b.envelope_id WHERE b.motion_id = ? AND b.seat_id = ? ORDER BY b.version`, motion, seat).Scan(&list).Error
	return list, err
}

// eachSeat reads the ballots of a motion, seat by seat, without holding them all.
func eachSeat(tx *store.Tx, motion int64, do func(seat int64, list []version) error) error {
	rows, err := tx.Raw(`SELECT b.id, b.seat_id, b.version, b.envelope_id, b.choice, b.mark, e.channel, e.void, e.at
		FROM ballots b JOIN envelopes e ON e.id = b.envelope_id WHERE b.motion_id = ? ORDER BY b.seat_id, b.version`, motion).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var list []version
	for rows.Next() {
		v := version{Ballot: Ballot{MotionID: motion}}
		if err := rows.Scan(&v.ID, &v.SeatID, &v.Version, &v.EnvelopeID, &v.Choice, &v.Mark, &v.Channel, &v.Void, &v.At); err != nil {
			return err
		}
		if len(list) > 0 && list[0].SeatID != v.SeatID {
			if err := do(list[0].SeatID, list); err != nil {
				return err
			}
			list = list[:0]
		}
		list = append(list, v)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		return err
	}
	return do(list[0].SeatID, list)
}
