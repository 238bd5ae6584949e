package assembly

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// walk goes once through the log of a meeting, in the order of its leaves.
type walk struct {
	tx       *store.Tx
	m        *Meeting
	position map[int64]int // of motions
	done     *Checks
	trail    *trail
	keys     *keys

	replay log.Replay
	tiling log.Tiling
	size   int64            // how far the hashes are; what has its place beyond waits for them
	next   int64            // the leaf that comes now
	signed []Checkpoint     // not passed yet
	noted  []checkpointNote // by the audit trail, not passed yet
	marks  []markRow        // not passed yet
}

// walked is a ballot with the rows that it hangs on.
type walked struct {
	Ballot
	No                                 int
	SeatMeeting, OfMeeting, OfEnvelope int64
	Secret                             string
}

const walkedFrom = `SELECT b.*, COALESCE(s.no, 0) AS no, COALESCE(s.meeting_id, 0) AS seat_meeting, COALESCE(e.meeting_id, 0) AS of_meeting, COALESCE(e.seat_id, 0) AS of_envelope, COALESCE(e.secret, '') AS secret
	FROM ballots b LEFT JOIN seats s ON s.id = b.seat_id LEFT JOIN envelopes e ON e.id = b.envelope_id WHERE b.meeting_id = ? AND `

// log rebuilds the log from ballots and marks: no gap, each leaf the commitment of its ballot, each signed state on the way, and the end.
func (w *walk) log() error {
	// What comes meanwhile has its place behind all that is there now, and is left to the next time.
	var l Log
	var end pen
	var ballot, mark sql.NullInt64
	err := w.tx.Raw(`SELECT COALESCE(l.size, 0), COALESCE(l.root, ''), (SELECT MAX(leaf) FROM ballots WHERE meeting_id = m.id), (SELECT MAX(leaf) FROM log_marks WHERE meeting_id = m.id)
		FROM meetings m LEFT JOIN ballot_logs l ON l.meeting_id = m.id WHERE m.id = ?`, w.m.ID).Row().Scan(&l.Size, &l.Root, &ballot, &mark)
	if err != nil {
		return err
	}
	end.after(ballot, mark)
	w.size = l.Size
	if w.marks, err = marksOf(w.tx, w.m.ID, 0, end.next); err != nil {
		return err
	}
	if err := w.tx.Where("meeting_id = ?", w.m.ID).Order("id").Find(&w.signed).Error; err != nil {
		return err
	}
	list := w.signed
	for after := int64(-1); ; {
		var rows []walked
		if err := w.tx.Raw(walkedFrom+"b.leaf > ? AND b.leaf < ? ORDER BY b.leaf LIMIT ?", w.m.ID, after, end.next, page).Scan(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			after = rows[i].Leaf
			if err := w.ballot(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < page {
			break
		}
	}
	if err := w.upTo(math.MaxInt64); err != nil {
		return err
	}
	if err := w.ends(&l); err != nil {
		return err
	}
	if err := w.trail.signed(list); err != nil {
		return err
	}
	if (w.m.State == Provisional || w.m.State == Certified) && w.next > w.size {
		return fmt.Errorf("leaf %d and what follows are outside the hashes of a counted meeting", w.size)
	}
	return w.tiled()
}

// ballot takes the next one in the log.
func (w *walk) ballot(b *walked) error {
	if err := w.upTo(b.Leaf); err != nil {
		return err
	}
	if w.next != b.Leaf {
		return fmt.Errorf("leaf %d is missing before ballot %d", w.next, b.ID)
	}
	commitment, err := w.commitment(b)
	if err != nil {
		return err
	}
	return w.add(log.Leaf{Ballot: commitment})
}

// commitment holds a ballot against its envelope, its seat and what it commits to.
func (w *walk) commitment(b *walked) (log.Hash, error) {
	w.done.Ballots++
	position := w.position[b.MotionID]
	switch {
	case b.OfMeeting != w.m.ID || b.OfEnvelope != b.SeatID:
		return log.Hash{}, fmt.Errorf("ballot %d is not of its envelope's meeting and seat", b.ID)
	case b.SeatMeeting != w.m.ID:
		return log.Hash{}, fmt.Errorf("ballot %d is of no seat of the roll", b.ID)
	case position == 0:
		return log.Hash{}, fmt.Errorf("ballot %d is on no motion of the meeting", b.ID)
	}
	secret, err := hex.DecodeString(b.Secret)
	if err != nil {
		return log.Hash{}, fmt.Errorf("envelope %d: %w", b.EnvelopeID, err)
	}
	entry := log.Ballot{Meeting: w.m.Number, Motion: position, Seat: b.No, Version: b.Version}
	commitment := entry.Commit(log.Seal(b.Choice, entry.Salt(secret)))
	if hex.EncodeToString(commitment[:]) != b.Commitment {
		return log.Hash{}, fmt.Errorf("ballot %d is not what its commitment says", b.ID)
	}
	return commitment, nil
}

// upTo takes the marks before a leaf.
func (w *walk) upTo(leaf int64) error {
	for len(w.marks) > 0 && w.marks[0].at < leaf {
		k := w.marks[0]
		w.marks = w.marks[1:]
		if w.next != k.at {
			return fmt.Errorf("leaf %d is missing before the mark at %d", w.next, k.at)
		}
		if err := w.add(k.leaf); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) add(leaf log.Leaf) error {
	w.next++
	if w.next > w.size {
		return nil
	}
	w.replay.Add(leaf)
	w.done.Leaves++
	if err := w.tiling.Add(leaf); err != nil {
		return err
	}
	for len(w.noted) > 0 && w.noted[0].Size <= w.next {
		c := w.noted[0]
		if w.noted = w.noted[1:]; c.Size == 0 {
			continue // of an empty log, which is the beginning of each
		}
		if err := c.passes(w.replay.Tree()); err != nil {
			return err
		}
	}
	for len(w.signed) > 0 && w.signed[0].Size <= w.next {
		c := &w.signed[0]
		w.signed = w.signed[1:]
		if err := w.says(c, w.replay.Tree()); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) says(c *Checkpoint, tree log.Tree) error {
	err := w.keys.holds(c.KeyLine, c.At, w.trail.strict())
	if err == nil {
		err = c.says(w.m, tree)
	}
	if err != nil {
		err = fmt.Errorf("checkpoint %d: %w", c.ID, err)
	}
	return err
}

// says holds a signed state against the log that its size names.
func (c *Checkpoint) says(m *Meeting, tree log.Tree) error {
	key, err := log.ParseKey(c.KeyLine)
	if err != nil {
		return err
	}
	said, err := log.OpenCheckpoint([]byte(c.Note), key)
	if err != nil {
		return err
	}
	if said.Meeting != m.Number || said.Tree != tree || c.Size != tree.Size || c.Root != hex.EncodeToString(tree.Root[:]) {
		return fmt.Errorf("it is not the log of %d leaves", tree.Size)
	}
	return nil
}

// ends holds the end of the walk against what the log's own row and the signed states say.
func (w *walk) ends(l *Log) error {
	now, err := l.tree()
	if err != nil {
		return err
	}
	if got := w.replay.Tree(); got != now {
		return fmt.Errorf("the log is kept as %d leaves with root %q, its rows give %d with %x", l.Size, l.Root, got.Size, got.Root)
	}
	for i := range w.signed { // of an empty log, or beyond its end
		if err := w.says(&w.signed[i], now); err != nil {
			return err
		}
	}
	for _, c := range w.noted {
		if err := c.passes(now); err != nil {
			return err
		}
	}
	return nil
}
