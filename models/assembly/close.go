package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// close ends a meeting's window: shared seats about which the owners do not agree take no part, the hashes cover
// everything cast, and the log says that the window ended.
func (s *Service) close(tx *store.Tx, m *Meeting) error {
	m.State, m.ClosedAt = Closed, &tx.Now
	m.Version++
	t, err := m.terms()
	if err != nil {
		return err
	}
	m.owes(tx.Now, tx.Now, t.CountDays)
	if err := setAside(tx, m); err != nil {
		return err
	}
	p, err := m.pen(tx)
	if err != nil {
		return err
	}
	if err := p.mark(Mark{ClosedAt: m.ClosesAt}); err != nil {
		return err
	}
	if err := s.sequenceAll(tx, m); err != nil {
		return err
	}
	l, err := logOf(tx, m.ID)
	if err != nil {
		return err
	}
	if _, err := s.checkpoint(tx, m, l, log.Close); err != nil {
		return err
	}
	return s.tell(tx, m, "closed")
}

// void takes an envelope out of the count, or with an empty reason back into it, and says so in the log. by is the objection that it
// follows from, 0 for none.
func void(tx *store.Tx, m *Meeting, envelope int64, reason, text string, by int64) error {
	p, err := m.pen(tx)
	if err != nil {
		return err
	}
	at := &tx.Now
	if reason == "" {
		at = nil
	}
	if err := tx.Model(&Envelope{}).Where("id = ? AND meeting_id = ?", envelope, m.ID).Updates(map[string]any{"void": reason, "void_for": text, "voided_at": at, "void_by": by}).Error; err != nil {
		return err
	}
	if err := noteVoid(tx, m, envelope, reason); err != nil {
		return err
	}
	var ballots []Ballot
	if err := tx.Where("envelope_id = ?", envelope).Find(&ballots).Error; err != nil {
		return err
	}
	for _, b := range ballots {
		if err := p.remark(b.MotionID, b.SeatID); err != nil {
			return err
		}
	}
	return nil
}

// Publish counts and publishes the provisional result; the owners may object for the days that the frozen rules give. It waits for
// papers that are not yet opened, entered and confirmed, and for a result from elsewhere.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrPapers, ErrNoOfficial.
func (s *Service) Publish(ctx context.Context, actor org.Actor, id int64) (*Outcome, error) {
	var o *Outcome
	_, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Closed}, func(tx *store.Tx, m *Meeting) error {
		if err := s.papersDone(tx, m); err != nil {
			return err
		}
		if err := m.hasCount(tx); err != nil {
			return err
		}
		var err error
		if o, err = s.keepCount(tx, actor, m, "provisional"); err != nil {
			return err
		}
		m.State, m.CountedAt = Provisional, &tx.Now
		if err := m.hear(tx.Now); err != nil {
			return err
		}
		if err := note(tx, actor, m, "publish", map[string]any{"sha256": o.SHA256, "objections": m.ObjectionsUntil}); err != nil {
			return err
		}
		return s.tell(tx, m, "provisional")
	})
	if err != nil {
		return nil, fmt.Errorf("publish result: %w", err)
	}
	return o, nil
}

// hear lets the owners object to a provisional result that is published now, for the days that the frozen rules give.
func (m *Meeting) hear(now time.Time) error {
	t, err := m.terms()
	if err != nil {
		return err
	}
	until := calendar.DateOf(now).Add(int(t.ObjectionDays)).End().UTC()
	m.ObjectionsUntil = &until
	m.owes(now, until, t.CertifyDays)
	return nil
}

// republish counts again and publishes what comes out, also where it is the same: to each provisional result the owners may object for as long
// as to the first, and they are told. The caller keeps the meeting.
func (s *Service) republish(tx *store.Tx, actor org.Actor, m *Meeting, what string) error {
	o, err := s.keepCount(tx, actor, m, "provisional")
	if err != nil {
		return err
	}
	if err := m.hear(tx.Now); err != nil {
		return err
	}
	if err := note(tx, actor, m, "publish_anew", resultNote{SHA256: o.SHA256, Objections: m.ObjectionsUntil}); err != nil {
		return err
	}
	return s.tell(tx, m, what)
}

// Statement is what an outcome says, as its hash and signature cover it.
type Statement struct {
	Kind     string       `json:"kind"`
	Meeting  string       `json:"meeting"`
	Title    string       `json:"title"`
	Pack     string       `json:"pack"`
	RollRoot string       `json:"roll_root"`
	Terms    Terms        `json:"terms"`
	LogSize  int64        `json:"log_size"`
	LogRoot  string       `json:"log_root"`
	At       string       `json:"at"`
	Tally    *Tallied     `json:"tally"`
	Imported *ImportCount `json:"imported,omitempty"`
}

// keepCount counts now and keeps what came out, under the log as it stands with everything in it.
func (s *Service) keepCount(tx *store.Tx, actor org.Actor, m *Meeting, kind string) (*Outcome, error) {
	if err := remarkAll(tx, m); err != nil {
		return nil, err
	}
	if err := s.sequenceAll(tx, m); err != nil {
		return nil, err
	}
	l, err := logOf(tx, m.ID)
	if err != nil {
		return nil, err
	}
	why := log.Hourly
	if kind == "certificate" {
		why = log.Final
	}
	signed, err := s.checkpoint(tx, m, l, why)
	if err != nil {
		return nil, err
	}
	t, err := m.terms()
	if err != nil {
		return nil, err
	}
	st := Statement{Kind: kind, Meeting: m.Number, Title: m.Title, Pack: m.Pack, RollRoot: m.RollRoot, Terms: t, LogSize: l.Size, LogRoot: l.Root, At: tx.Now.Format("2006-01-02T15:04:05Z")}
	elsewhere, err := m.elsewhere(tx)
	switch {
	case err != nil:
	case elsewhere:
		st.Imported, err = s.imported(tx, m)
	default:
		st.Tally, err = s.count(tx, m)
	}
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(st)
	if err != nil {
		return nil, err
	}
	o := &Outcome{MeetingID: m.ID, EstateID: m.EstateID, Kind: kind, Body: string(body), SHA256: sha(body), LogSize: l.Size, LogRoot: l.Root, CheckpointID: signed.ID, KeyLine: s.o.Signer.Key(), MadeBy: actor.PersonID, At: tx.Now}
	if o.Signature, err = s.signText("linli/" + m.Number + "\n" + kind + " " + o.SHA256 + "\n"); err != nil {
		return nil, err
	}
	if st.Tally != nil {
		if err := s.certifyBundle(tx, m, o, &st); err != nil {
			return nil, err
		}
	}
	if err := tx.Create(o).Error; err != nil {
		return nil, err
	}
	return o, note(tx, actor, m, "count", o.noted())
}

// ErrPapers says that paper forms are still to be opened, entered or confirmed.
var ErrPapers = fault.New(fault.Conflict, "paper.unfinished", "还有纸质表决票没有开箱、录入或复核完，请先办完")
