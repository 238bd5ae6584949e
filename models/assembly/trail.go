package assembly

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// What a step fixes is noted in the audit trail, whose head is noted elsewhere: whoever changes the tables would have to re-make the trail too.
// A log and the signing keys are noted for the platform alone; to an office they tell nothing.
const (
	checkpointNoted, logKind = "assembly.checkpoint", "ballot_log"
	keyNoted, keyKind        = "assembly.key", "log_key"
	castNoted, voidNoted     = "assembly.cast", "assembly.void"
	envelopeKind             = "envelope"
)

// fixed is a hash over everything of a meeting and its motions that nothing changes once the notice is out. The days of its steps and
// its window are noted by themselves, and so is each move of the window.
func (m *Meeting) fixed(motions []Motion) (string, error) {
	at := func(t *time.Time) int64 {
		if t == nil {
			return 0
		}
		return t.Unix()
	}
	is := []any{"linli/notice/v1", m.Number, m.EstateID, m.Session, m.Title, m.Scope, m.ConvenerID, m.Convener, m.Basis, m.BasisID, m.Channel, m.Pack, m.RulesID, m.CovenantID, m.Terms, m.Notice,
		m.FrozenBy, m.RollRoot, m.Seats, m.AreaMilli, m.WrittenBy}
	for i := range motions {
		q := &motions[i]
		is = append(is, []any{q.ID, q.EstateID, q.Position, q.Title, q.Body, q.Matter, q.Beside, q.Question, q.Law, q.BesideLaw, q.WrittenBy, q.ConfirmedBy, at(q.ConfirmedAt)})
	}
	text, err := json.Marshal(is)
	return sha(text), err
}

// noticed is fixed for a meeting whose notice is just written.
func (m *Meeting) noticed(tx *store.Tx) (string, error) {
	var motions []Motion
	if err := tx.Where("meeting_id = ?", m.ID).Order("position").Find(&motions).Error; err != nil {
		return "", err
	}
	return m.fixed(motions)
}

// setSum hashes what the root of a roll leaves out: whose each seat is, and what was looked at.
type setSum struct{ h hash.Hash }

func newSetSum() setSum { return setSum{sha256.New()} }

func (x setSum) add(s *Seat) {
	_, _ = fmt.Fprintf(x.h, "%d %d %d %d %q %q\n", s.No, s.OwnerSetID, s.EstateID, s.BuildingID, s.Kind, s.Flags)
}

func (x setSum) String() string { return hex.EncodeToString(x.h.Sum(nil)) }

// sum is a hash over a submission and the commitments of its ballots. The secret is in it, so that nobody finds choices by trying.
func (e *Envelope) sum(meeting string, seat int, ballots []Ballot) string {
	commitments := make([]string, len(ballots))
	for i := range ballots {
		commitments[i] = ballots[i].Commitment
	}
	slices.Sort(commitments)
	return sha(fmt.Appendf(nil, "linli/envelope/v1\n%s\n%d\n%s\n%d\n%d\n%d\n%d\n%s\n%s\n%d\n%s\n", meeting, seat, e.Channel, e.PersonID, e.OwnerID, e.ProxyID, e.FormID, e.Code, e.Secret, e.At.Unix(),
		strings.Join(commitments, "\n")))
}

// castNote is the detail of a submission.
type castNote struct {
	Meeting    int64  `json:"meeting"`
	Seat       int    `json:"seat"`
	Way        Way    `json:"way"`
	Credential int64  `json:"credential,omitempty"`
	SHA256     string `json:"sha256,omitempty"` // of the envelope; none from before it was noted
}

// voidNote is the detail of taking a submission out of the count, or with an empty reason back into it.
type voidNote struct {
	Meeting int64  `json:"meeting"`
	Reason  string `json:"reason"`
}

func noteVoid(tx *store.Tx, m *Meeting, envelope int64, reason string) error {
	return audit.Append(tx, audit.System{}, voidNoted, audit.Subject{Kind: envelopeKind, ID: envelope, Estate: m.EstateID}, voidNote{m.ID, reason})
}

// checkpointNote is the detail of a signed state of a log.
type checkpointNote struct {
	ID      int64  `json:"id"`
	Size    int64  `json:"size"`
	Root    string `json:"root"`
	Purpose string `json:"purpose"`
	Note    string `json:"note"` // its hash
	Key     string `json:"key"`  // fingerprint
}

func (c *Checkpoint) noted() checkpointNote {
	return checkpointNote{c.ID, c.Size, c.Root, c.Purpose, sha([]byte(c.Note)), log.Fingerprint(c.KeyLine)}
}

type keyNote struct {
	Key string `json:"key"`
}

// noteCheckpoint notes a signed state, and the key when it is the first that is signed with it.
func (s *Service) noteCheckpoint(tx *store.Tx, c *Checkpoint) error {
	k, err := s.keys(tx)
	if err != nil {
		return err
	}
	if is := log.Fingerprint(c.KeyLine); !k.noted[is] {
		if err := audit.Append(tx, audit.System{}, keyNoted, audit.Subject{Kind: keyKind}, keyNote{is}); err != nil {
			return err
		}
	}
	return audit.Append(tx, audit.System{}, checkpointNoted, audit.Subject{Kind: logKind, ID: c.MeetingID}, c.noted())
}

// keys are the signing keys that a signature may be of.
type keys struct {
	own   string // the configured one's fingerprint
	noted map[string]bool
	since time.Time // of the first note
}

func (s *Service) keys(tx *store.Tx) (*keys, error) {
	var notes []audit.Entry
	if err := tx.Select("id", "at", "detail").Where("subject_kind = ? AND subject_id = 0 AND verb = ?", keyKind, keyNoted).Order("id").Limit(1000).Find(&notes).Error; err != nil {
		return nil, err
	}
	k := &keys{own: log.Fingerprint(s.o.Signer.Key()), noted: map[string]bool{}}
	for i := range notes {
		var x keyNote
		if err := read(&notes[i], &x); err != nil {
			return nil, err
		}
		if k.noted[x.Key] = true; i == 0 {
			k.since = notes[i].At
		}
	}
	return k, nil
}

// holds refuses a key that was never in use. Meetings from before keys were noted may have been signed with one that is not.
func (k *keys) holds(line string, at time.Time, strict bool) error {
	is := log.Fingerprint(line)
	if is == k.own || k.noted[is] || !strict && (len(k.noted) == 0 || at.Before(k.since)) {
		return nil
	}
	return fmt.Errorf("it is signed with the key %s, which is not the server's and by the audit trail never was", is)
}

// outcomeNote is the detail of a count.
type outcomeNote struct {
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"`
	Beside string `json:"beside"` // hash of what is kept with it
}

func (o *Outcome) noted() outcomeNote {
	return outcomeNote{o.Kind, o.SHA256, sha([]byte(o.Signature + "\n" + o.Cert + "\n" + o.CertNote + "\n" + o.Aside))}
}

// read reads the detail of an entry. One that was emptied is no entry from before.
func read(e *audit.Entry, into any) error {
	if e.Detail == "" {
		return fmt.Errorf("note %d of the audit trail was emptied", e.ID)
	}
	if err := json.Unmarshal([]byte(e.Detail), into); err != nil {
		return fmt.Errorf("note %d of the audit trail cannot be read: %w", e.ID, err)
	}
	return nil
}
