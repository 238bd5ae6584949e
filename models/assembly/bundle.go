package assembly

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrNoBundle says that there is no result to bundle yet.
var ErrNoBundle = fault.New(fault.Conflict, "bundle.none", "初步结果公布以后才有可以核对的数据包")

// maxBundles is how many bundles one process makes at a time.
const maxBundles = 2

// PublicBundle writes what anybody may check: nothing in it ties a choice to a home (PIPL art. 25).
// Faults: ErrNotFound, ErrElsewhere, ErrNoBundle, ErrBusy.
func (s *Service) PublicBundle(ctx context.Context, id int64, w io.Writer) (*Meeting, error) {
	var m *Meeting
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if m, err = public(tx, id); err != nil {
			return err
		}
		if err := m.recountable(tx); err != nil {
			return err
		}
		return s.bundle(tx, m, log.Public, w)
	})
	return m, err
}

// OwnersBundle writes the roll by unit and the counted ballots opened, for owners of the scope and the offices that answer for it. Who
// took it is recorded.
// Faults: ErrForbidden, ErrNotFound, ErrElsewhere, ErrNoBundle, ErrBusy.
func (s *Service) OwnersBundle(ctx context.Context, actor org.Actor, id int64, w io.Writer) (*Meeting, error) {
	var m *Meeting
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if m, err = meetingFor(tx, tx.DB, actor, org.ReadMeetings, id); err != nil {
			return err
		}
		if actor.Post == nil {
			if err := inScope(tx, actor, m); err != nil {
				return err
			}
		}
		if err := m.recountable(tx); err != nil {
			return err
		}
		if err := tx.Create(&Download{MeetingID: m.ID, PersonID: actor.PersonID, OrganisationID: actor.OrganisationID(), Edition: string(log.Owners), At: tx.Now}).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "download", map[string]any{"edition": log.Owners})
	})
	if err != nil {
		return nil, err
	}
	return m, s.db.View(ctx, func(tx *store.Tx) error { return s.bundle(tx, m, log.Owners, w) })
}

// inScope refuses an owner of the estate who has no seat at the meeting.
func inScope(tx *store.Tx, actor org.Actor, m *Meeting) error {
	sets, err := setsOf(tx, actor)
	if err != nil {
		return err
	}
	var n int64
	if err := tx.Model(&Seat{}).Where("meeting_id = ? AND holder_set_id IN ?", m.ID, sets).Limit(1).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return ErrNoSeat
	}
	return nil
}

// bundle makes one edition from the database. What it certifies is what the outcome says, or it is not made.
func (s *Service) bundle(tx *store.Tx, m *Meeting, e log.Edition, w io.Writer) error {
	select {
	case s.bundling <- struct{}{}:
		defer func() { <-s.bundling }()
	default:
		return ErrBusy.Saying("正在为别人打包数据，请稍等一分钟再下载").After(60)
	}
	o, _, err := latest(tx, m.ID)
	if err != nil {
		return err
	}
	if o == nil || o.Cert == "" {
		return ErrNoBundle
	}
	c, err := s.contents(tx, m, o)
	if err != nil {
		return err
	}
	c.Certificate = log.Signed{Text: []byte(o.Cert), Note: []byte(o.CertNote)}
	return log.Write(w, e, *c, s.o.Signer)
}

// certifyBundle makes the certificate that every bundle of an outcome carries, from the bundle's own recount.
func (s *Service) certifyBundle(tx *store.Tx, m *Meeting, o *Outcome, st *Statement) error {
	aside, err := s.aside(tx, m)
	if err != nil {
		return err
	}
	text, err := json.Marshal(aside)
	if err != nil {
		return err
	}
	o.Aside = string(text)
	c, err := s.contents(tx, m, o)
	if err != nil {
		return err
	}
	stage := log.Provisional
	if o.Kind == "certificate" {
		stage = log.Confirmed
	}
	cert, signed, err := log.Certify(*c, stage, o.At, s.o.Signer)
	if err != nil {
		return fmt.Errorf("certify bundle of meeting %d: %w", m.ID, err)
	}
	o.Cert, o.CertNote = string(signed.Text), string(signed.Note)
	return st.agrees(&cert)
}

// agrees holds the recount of a bundle against the outcome that was published.
func (st *Statement) agrees(cert *log.Certificate) error {
	if len(cert.Motions) != len(st.Tally.Motions) {
		return fmt.Errorf("the bundle has %d motions, the outcome %d", len(cert.Motions), len(st.Tally.Motions))
	}
	for i, t := range cert.Motions {
		var limited *log.Limited
		if l := st.Tally.Motions[i].Debtors; l != nil {
			limited = &log.Limited{Seats: l.Seats, Result: l.Result}
		}
		a, err := json.Marshal([]any{t.Result, t.Debtors})
		if err != nil {
			return err
		}
		b, err := json.Marshal([]any{st.Tally.Motions[i].Result, limited})
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("motion %d counts otherwise than its outcome said: %s, %s", i+1, a, b)
		}
	}
	return nil
}

// contents gathers a bundle.
func (s *Service) contents(tx *store.Tx, m *Meeting, o *Outcome) (*log.Contents, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	c := &log.Contents{Meeting: log.Meeting{Number: m.Number, Title: m.Title, Opens: *m.OpensAt, Closes: *m.ClosesAt, Debtors: a.terms.debtClause()}}
	terms := log.Terms(a.terms)
	c.Meeting.Terms = &terms
	for i := range a.motions {
		row := &a.motions[i]
		r, err := row.rules()
		if err != nil {
			return nil, err
		}
		motion := log.Motion{Position: row.Position, Title: row.Title, Text: sha256.Sum256([]byte(row.Title + "\n" + row.Body)), Rules: r, Question: a.questions[row.ID], Lot: a.lots[row.ID]}
		if row.BesideLaw != "" {
			other := Motion{Law: row.BesideLaw}
			beside, err := other.rules()
			if err != nil {
				return nil, err
			}
			motion.Beside = &beside
		}
		if a.terms.Warning() != "" && s.o.Deliveries != nil {
			motion.Silence = &log.Silence{Clause: a.terms.Silence, Cited: true, Warned: m.Warned(a.terms), FirstAssembly: m.Session == First, Covers: a.terms.Covers}
		}
		c.Meeting.Motions = append(c.Meeting.Motions, motion)
	}
	r := &reader{tx: tx, m: m, agenda: a}
	if c.Roll, err = log.FreezeRoll(m.Number, *m.FrozenAt, r.seats); err != nil {
		return nil, err
	}
	if root := hex.EncodeToString(c.Roll.Root[:]); root != m.RollRoot {
		return nil, fmt.Errorf("the roll of meeting %d has the root %s, frozen was %s", m.ID, root, m.RollRoot)
	}
	if err := r.checkpoints(c, o); err != nil {
		return nil, err
	}
	if err := r.around(c, o); err != nil {
		return nil, err
	}
	c.Leaves, c.Seats, c.Openings = r.leaves, r.seats, r.openings
	return c, nil
}

// checkpoints reads the signed states up to an outcome, with the keys of whoever signed.
func (r *reader) checkpoints(c *log.Contents, o *Outcome) error {
	var rows []Checkpoint
	if err := r.tx.Where("meeting_id = ? AND id <= ?", r.m.ID, o.CheckpointID).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	keys := []string{o.KeyLine}
	for _, row := range rows {
		c.Checkpoints = append(c.Checkpoints, []byte(row.Note))
		if !slices.Contains(keys, row.KeyLine) {
			keys = append(keys, row.KeyLine)
		}
	}
	r.size, c.Keys = o.LogSize, keys
	return nil
}
