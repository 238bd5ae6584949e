package assembly

import (
	"cmp"
	"database/sql"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// pen writes entries of a meeting's log at its free places, one after the other. Whoever has one keeps the meeting.
type pen struct {
	tx   *store.Tx
	m    *Meeting
	next int64 // the first place that is free
}

// pen takes the meeting, where the caller has not, and finds the end of its log.
func (m *Meeting) pen(tx *store.Tx) (*pen, error) {
	if err := tx.ForUpdate().Select("id").Where("id = ?", m.ID).Take(&Meeting{}).Error; err != nil {
		return nil, err
	}
	p := &pen{tx: tx, m: m}
	var ballot, mark sql.NullInt64
	err := tx.Raw("SELECT (SELECT MAX(leaf) FROM ballots WHERE meeting_id = ?), (SELECT MAX(leaf) FROM log_marks WHERE meeting_id = ?)", m.ID, m.ID).Row().Scan(&ballot, &mark)
	p.after(ballot, mark)
	return p, err
}

// after moves on behind the last ballot and the last mark; null where there is none.
func (p *pen) after(last ...sql.NullInt64) {
	for _, leaf := range last {
		if leaf.Valid {
			p.next = max(p.next, leaf.Int64+1)
		}
	}
}

// place gives the next place away.
func (p *pen) place() int64 {
	p.next++
	return p.next - 1
}

func (p *pen) mark(k Mark) error {
	k.MeetingID, k.Leaf = p.m.ID, p.place()
	return p.tx.Create(&k).Error
}

// remark compares the state of a seat's ballots in the log with what stands by the frozen rule, and writes a mark for each that
// differs.
func (p *pen) remark(motion, seat int64) error {
	t, err := p.m.terms()
	if err != nil {
		return err
	}
	list, err := versionsOf(p.tx, motion, seat)
	if err != nil {
		return err
	}
	r := rule(list, t.WhichWins)
	for i := range list {
		b, state, reason := &list[i], r.states[i], r.reasons[i]
		was := cmp.Or(b.Mark, string(log.Counted))
		if was == string(state) {
			continue
		}
		if err := p.mark(Mark{BallotID: b.ID, State: string(state), Reason: reason}); err != nil {
			return err
		}
		mark := string(state)
		if state == log.Counted {
			mark = ""
		}
		if err := p.tx.Model(&Ballot{}).Where("id = ?", b.ID).Update("mark", mark).Error; err != nil {
			return err
		}
	}
	return nil
}

// remarkAll looks once more at every seat of which more than a first valid ballot came: a count says nothing that the log does not.
func remarkAll(tx *store.Tx, m *Meeting) error {
	p, err := m.pen(tx)
	if err != nil {
		return err
	}
	var list []struct{ MotionID, SeatID int64 }
	err = tx.Raw(`SELECT DISTINCT b.motion_id, b.seat_id FROM ballots b JOIN envelopes e ON e.id = b.envelope_id
		WHERE b.meeting_id = ? AND (b.version > 1 OR b.choice = ? OR e.void <> '')`, m.ID, tally.Void).Scan(&list).Error
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := p.remark(x.MotionID, x.SeatID); err != nil {
			return err
		}
	}
	return nil
}
