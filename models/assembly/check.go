package assembly

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Inspected is what anybody with a receipt's code may learn: whether the submission is in the published log and counts. It holds no
// choice, no seat, no unit and no name.
type Inspected struct {
	Code       string
	MeetingID  int64
	Meeting    string // its number
	Title      string
	Estate     string
	State      State
	At         time.Time
	Checkpoint *Checkpoint // the latest; nil while nothing is published
	Ballots    []CheckedBallot
}

// CheckedBallot is the ballot on one motion. State is its state in the log; empty while it stands and no checkpoint covers it yet.
type CheckedBallot struct {
	Position   int
	Title      string
	Question   tally.Question
	Names      map[string]string // of candidates, by their keys
	Version    int
	Commitment string // hex
	Leaf       int64
	State      log.State
	Reason     string
	Proof      *log.Inclusion // against the latest checkpoint; nil where that is older than the ballot
}

// Published reports whether every ballot is in the latest published log.
func (c *Inspected) Published() bool {
	for _, b := range c.Ballots {
		if b.Proof == nil {
			return false
		}
	}
	return len(c.Ballots) > 0
}

// Check tells by a receipt's code, without an account, whether what was submitted is in the published log and counts, with the
// proofs that the browser verifies.
// Fault: ErrNoReceipt.
func (s *Service) Check(ctx context.Context, typed string) (*Inspected, error) {
	code, ok := log.ParseCode(typed)
	if !ok {
		return nil, ErrNoReceipt
	}
	var out *Inspected
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var e Envelope
		if err := tx.Where("code = ?", code).Take(&e).Error; err != nil {
			return store.NotFound(err, ErrNoReceipt)
		}
		var m Meeting
		if err := tx.Where("id = ?", e.MeetingID).Take(&m).Error; err != nil {
			return err
		}
		names, err := org.EstateNames(tx, []int64{m.EstateID})
		if err != nil {
			return err
		}
		out = &Inspected{Code: code, MeetingID: m.ID, Meeting: m.Number, Title: m.Title, Estate: names[m.EstateID], State: m.State, At: e.At}
		if out.Checkpoint, err = lastCheckpoint(tx, m.ID); err != nil {
			return err
		}
		out.Ballots, err = s.checkedBallots(tx, &m, &e, out.Checkpoint)
		return err
	})
	return out, err
}

// lastCheckpoint gives the latest signed state of a log; nil where there is none.
func lastCheckpoint(tx *store.Tx, meeting int64) (*Checkpoint, error) {
	var rows []Checkpoint
	err := tx.Where("meeting_id = ?", meeting).Order("id DESC").Limit(1).Find(&rows).Error
	return first(rows), err
}

func (c *Checkpoint) tree() (log.Tree, error) {
	return (&Log{Size: c.Size, Root: c.Root}).tree()
}

func (s *Service) checkedBallots(tx *store.Tx, m *Meeting, e *Envelope, last *Checkpoint) ([]CheckedBallot, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	motions, err := s.asked(tx, a)
	if err != nil {
		return nil, err
	}
	var rows []Ballot
	if err := tx.Where("envelope_id = ?", e.ID).Find(&rows).Error; err != nil {
		return nil, err
	}
	var list []CheckedBallot
	for _, q := range motions {
		for i := range rows {
			r := &rows[i]
			if r.MotionID != q.ID {
				continue
			}
			b := CheckedBallot{Position: q.Position, Title: q.Title, Question: q.Question, Version: r.Version, Commitment: r.Commitment, Leaf: r.Leaf}
			if q.Question.Kind == tally.Election {
				b.Names = q.Names
			}
			if b.Proof, err = include(tx, m.ID, last, r.Leaf); err != nil {
				return nil, err
			}
			if b.State, b.Reason, err = stateInLog(tx, r); err != nil {
				return nil, err
			}
			if b.Proof == nil && b.State == log.Counted {
				b.State = ""
			}
			list = append(list, b)
		}
	}
	return list, nil
}

// stateInLog gives what the log says of a ballot, and why.
func stateInLog(tx *store.Tx, b *Ballot) (log.State, string, error) {
	if b.Mark == "" {
		return log.Counted, "", nil
	}
	var marks []Mark
	err := tx.Where("meeting_id = ? AND ballot_id = ?", b.MeetingID, b.ID).Order("leaf DESC").Limit(1).Find(&marks).Error
	if m := first(marks); m != nil {
		return log.State(b.Mark), m.Reason, err
	}
	return log.State(b.Mark), "", err
}

func include(tx *store.Tx, meeting int64, last *Checkpoint, leaf int64) (*log.Inclusion, error) {
	if last == nil || leaf >= last.Size {
		return nil, nil //nolint:nilnil // not published yet
	}
	tree, err := last.tree()
	if err != nil {
		return nil, err
	}
	p, err := log.Include(tree, tiles{tx, meeting}, leaf)
	return &p, err
}

// LatestCheckpoint gives the latest signed state of a meeting's log to anybody.
// Faults: ErrNotFound, ErrNoCheckpoint.
func (s *Service) LatestCheckpoint(ctx context.Context, meeting int64) (*Checkpoint, error) {
	var last *Checkpoint
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := public(tx, meeting); err != nil {
			return err
		}
		var err error
		if last, err = lastCheckpoint(tx, meeting); err == nil && last == nil {
			err = ErrNoCheckpoint
		}
		return err
	})
	return last, err
}

// ErrNoSize says that no checkpoint of a size was ever published. Whoever holds one has found something that must be explained.
var ErrNoSize = fault.New(fault.NotFound, "log.no_size", "没有公布过这个长度的表决记录；如果您手里有它的签名，请保存好并向社区和街道反映")

// Consistency proves that a published state of a meeting's log begins with an earlier published one; to 0 means the latest.
// Faults: ErrNotFound, ErrNoCheckpoint, ErrNoSize.
func (s *Service) Consistency(ctx context.Context, meeting, from, to int64) (*log.Consistency, error) {
	var p log.Consistency
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := public(tx, meeting); err != nil {
			return err
		}
		now, err := lastCheckpoint(tx, meeting)
		if err == nil && now == nil {
			err = ErrNoCheckpoint
		}
		if err == nil && to != 0 {
			now, err = ofSize(tx, meeting, to)
		}
		if err != nil {
			return err
		}
		old, err := ofSize(tx, meeting, from)
		if err != nil {
			return err
		}
		if old.Size > now.Size {
			return ErrNoSize
		}
		before, err := old.tree()
		if err != nil {
			return err
		}
		after, err := now.tree()
		if err != nil {
			return err
		}
		p, err = log.Extend(before, after, tiles{tx, meeting})
		return err
	})
	return &p, err
}

func ofSize(tx *store.Tx, meeting, size int64) (*Checkpoint, error) {
	var row Checkpoint
	err := tx.Where("meeting_id = ? AND size = ?", meeting, size).Order("id").Limit(1).Take(&row).Error
	return &row, store.NotFound(err, ErrNoSize)
}

// Key is the public key that signs logs and results, as a line of text: what notices print for comparison.
func (s *Service) Key() string { return s.o.Signer.Key() }
