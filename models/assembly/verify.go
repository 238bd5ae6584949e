package assembly

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// Checks is what Verify went through.
type Checks struct {
	Meetings, Seats, Ballots, Leaves, Outcomes, Forms int64
}

// Verify recomputes what meetings promise from their rows: rolls, ballots, logs, marks, results and paper forms, and holds them against what
// the audit trail noted at each step. The error names the first row that does not hold. Rows are read in pages; of a meeting, what a count
// needs is in memory at a time.
func (s *Service) Verify(ctx context.Context) (Checks, error) {
	var done Checks
	for after := int64(0); ; {
		var ids []int64
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&Meeting{}).Where("id > ?", after).Order("id").Limit(500).Pluck("id", &ids).Error
		})
		if err != nil {
			return done, err
		}
		if len(ids) == 0 {
			return done, s.db.View(ctx, vanished)
		}
		for _, id := range ids {
			after = id
			err := s.db.View(ctx, func(tx *store.Tx) error { return s.verifyStill(tx, id, &done) })
			if err != nil {
				return done, fmt.Errorf("meeting %d: %w", id, err)
			}
		}
	}
}

// verifyStill verifies a meeting once more where it went on meanwhile: what was read before and after does not belong together then.
func (s *Service) verifyStill(tx *store.Tx, id int64, done *Checks) error {
	for n := 0; ; n++ {
		before, err := stand(tx, id)
		if err != nil {
			return err
		}
		d := *done
		if err = s.verify(tx, id, &d); err == nil {
			*done = d
			return nil
		}
		now, again := stand(tx, id)
		if again != nil || now == before || n == 4 {
			return err
		}
	}
}

// reached is how far a meeting is.
type reached struct{ version, size, leaf, entry int64 }

func stand(tx *store.Tx, id int64) (x reached, err error) {
	row := tx.Raw(`SELECT COALESCE((SELECT version FROM meetings WHERE id = ?), 0), COALESCE((SELECT size FROM ballot_logs WHERE meeting_id = ?), 0), COALESCE((SELECT MAX(leaf) FROM ballots WHERE meeting_id = ?), -1),
		COALESCE((SELECT MAX(id) FROM audit_entries WHERE subject_kind IN ('meeting', ?) AND subject_id = ?), 0)`, id, id, id, logKind, id).Row()
	return x, row.Scan(&x.version, &x.size, &x.leaf, &x.entry)
}

func (s *Service) verify(tx *store.Tx, id int64, done *Checks) error {
	var m Meeting
	if err := tx.Where("id = ?", id).Take(&m).Error; err != nil {
		return err
	}
	t, err := readTrail(tx, id)
	if err != nil {
		return err
	}
	if m.FrozenAt != nil {
		done.Meetings++
		if err := verifyRoll(tx, &m, t, done); err != nil {
			return err
		}
	}
	if err := t.verifyPostings(tx, &m); err != nil {
		return err
	}
	if t.setBack && s.o.Production {
		return errors.New("its days were set back, as only a demo does")
	}
	if err := t.meeting(&m); err != nil || m.NoticedAt == nil {
		return err
	}
	a, err := readAgenda(tx, &m)
	if err != nil {
		return err
	}
	if err := t.agenda(&m, a.motions); err != nil {
		return err
	}
	k, err := s.keys(tx)
	if err != nil {
		return err
	}
	w := &walk{tx: tx, m: &m, position: map[int64]int{}, done: done, trail: t, keys: k, noted: t.checkpoints}
	w.tiling.Tile = w.tile
	for i := range a.motions {
		w.position[a.motions[i].ID] = a.motions[i].Position
	}
	if err := w.log(); err != nil {
		return err
	}
	for i := range a.motions {
		if err := eachSeat(tx, a.motions[i].ID, func(seat int64, list []version) error { return stands(seat, list, a.terms.WhichWins) }); err != nil {
			return fmt.Errorf("motion %d: %w", a.motions[i].Position, err)
		}
	}
	if err := verifyCasts(tx, &m); err != nil {
		return err
	}
	if err := s.verifyForms(tx, &m, done); err != nil {
		return err
	}
	return s.verifyOutcomes(tx, &m, t, k, done)
}

// verifyRoll holds the frozen seats against the root that was published.
func verifyRoll(tx *store.Tx, m *Meeting, t *trail, done *Checks) error {
	var total area.Milli
	sets := newSetSum()
	n := int64(0)
	roll, err := log.FreezeRoll(m.Number, *m.FrozenAt, func(yield func(log.Seat, error) bool) {
		for after := 0; ; {
			var rows []Seat
			if err := tx.Where("meeting_id = ? AND no > ?", m.ID, after).Order("no").Limit(page).Find(&rows).Error; err != nil {
				yield(log.Seat{}, err)
				return
			}
			for i := range rows {
				after, n, total = rows[i].No, n+1, total+rows[i].AreaMilli
				sets.add(&rows[i])
				row, err := rows[i].frozen(m)
				if err == nil {
					err = t.seat(&rows[i])
				}
				if !yield(row, err) {
					return
				}
			}
			if len(rows) < page {
				return
			}
		}
	})
	switch {
	case err != nil:
		return err
	case hex.EncodeToString(roll.Root[:]) != m.RollRoot:
		return fmt.Errorf("the seats are not those of the frozen roll's root %s", m.RollRoot)
	case n != m.Seats || total != m.AreaMilli:
		return fmt.Errorf("the roll has %d seats and %s m², frozen were %d and %s", n, total, m.Seats, m.AreaMilli)
	}
	done.Seats += n
	return t.sets(sets)
}

// frozen is the seat as the root covers it, if its own hash and area still say the same.
func (s *Seat) frozen(m *Meeting) (log.Seat, error) {
	row, err := s.row()
	if err != nil {
		return row, err
	}
	var sum area.Milli
	for _, u := range row.Units {
		sum += u.Area
	}
	if hash := row.Hash(m.Number); hex.EncodeToString(hash[:]) != s.Hash || sum != s.AreaMilli {
		return row, fmt.Errorf("seat %d is not what was frozen", s.No)
	}
	return row, nil
}

// stands holds the states of a seat's ballots against the frozen rule: at most one counts.
func stands(seat int64, list []version, wins string) error {
	r := rule(list, wins)
	for i := range list {
		b := &list[i]
		if b.Version != i+1 {
			return fmt.Errorf("seat %d misses a version before ballot %d", seat, b.ID)
		}
		if was := cmp.Or(b.Mark, string(log.Counted)); was != string(r.states[i]) {
			return fmt.Errorf("ballot %d stands as %s, by the rule it is %s", b.ID, was, r.states[i])
		}
	}
	return nil
}
