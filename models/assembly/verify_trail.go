package assembly

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// steps are where each step of the trail leaves a meeting.
var steps = map[string]State{"assembly.convene": Draft, "assembly.post": Posted, "assembly.freeze": Frozen, "assembly.notify": Noticed, "assembly.close": Closed, "assembly.publish": Provisional, "assembly.certify": Certified, "assembly.cancel": Cancelled}

// order is in which the steps follow each other.
var order = []State{Draft, Posted, Frozen, Noticed, Closed, Provisional, Certified, Cancelled}

var stepVerbs = func() (list []string) {
	for verb := range steps {
		list = append(list, verb)
	}
	return list
}()

// trail is what the audit trail noted of a meeting. Meetings from before it noted something have none of that.
type trail struct {
	state    State
	convened bool
	at       map[State]time.Time // of each step
	again    string              // a step that was taken after a later one, or twice

	postings map[int]postNote
	frozen   *freezeNote
	notice   *noticeNote
	opens    *time.Time
	closes   *time.Time
	setBack  bool // its days, as in a demo
	objects  *time.Time
	results  map[string]bool // by hash, as they were published
	imported map[string]bool // by hash, numbers from elsewhere as another person confirmed them
	outcomes []outcomeNote
	revoked  *revokeNote
	holders  map[int]int64 // by seat, where others may vote for it since the freeze

	checkpoints []checkpointNote
}

type postNote struct {
	Version int       `json:"version"`
	SHA256  string    `json:"sha256"`
	Until   time.Time `json:"until"`
}

type freezeNote struct {
	Root  string     `json:"root"`
	Seats int64      `json:"seats"`
	Area  area.Milli `json:"area"`
	Sets  string     `json:"sets"`
}

type noticeNote struct {
	SHA256 string     `json:"sha256"`
	Opens  *time.Time `json:"opens"`
	Closes *time.Time `json:"closes"`
}

type windowNote struct {
	Until *time.Time `json:"until"`
}

type resultNote struct {
	SHA256     string     `json:"sha256"`
	Objections *time.Time `json:"objections"`
}

type importNote struct {
	SHA256 string `json:"sha256"`
}

type revokeNote struct {
	SHA256 string `json:"sha256"`
}

type holderNote struct {
	Seat   int   `json:"seat"`
	Holder int64 `json:"holder"`
}

// strict reports whether everything of the meeting was noted from its notice on.
func (t *trail) strict() bool { return t.notice != nil && t.notice.SHA256 != "" }

// readTrail reads what was noted of a meeting.
func readTrail(tx *store.Tx, id int64) (*trail, error) {
	t := &trail{at: map[State]time.Time{}, postings: map[int]postNote{}, results: map[string]bool{}, imported: map[string]bool{}, holders: map[int]int64{}}
	verbs := append([]string{"assembly.extend", "assembly.extend_outage", "assembly.count", "assembly.publish_anew", "assembly.confirm_official", "assembly.revoke", "assembly.note_roll_change", "assembly.set_back"}, stepVerbs...)
	err := eachNote(tx, "meeting", id, verbs, t.take)
	if err != nil {
		return nil, err
	}
	return t, eachNote(tx, logKind, id, []string{checkpointNoted}, func(e *audit.Entry) error {
		var c checkpointNote
		err := read(e, &c)
		t.checkpoints = append(t.checkpoints, c)
		return err
	})
}

// eachNote gives the entries about something in their order.
func eachNote(tx *store.Tx, kind string, id int64, verbs []string, take func(*audit.Entry) error) error {
	for after := int64(0); ; {
		var notes []audit.Entry
		err := tx.Select("id", "at", "verb", "detail").Where("subject_kind = ? AND subject_id = ? AND verb IN ? AND id > ?", kind, id, verbs, after).Order("id").Limit(1000).Find(&notes).Error
		if err != nil || len(notes) == 0 {
			return err
		}
		for i := range notes {
			after = notes[i].ID
			if err := take(&notes[i]); err != nil {
				return err
			}
		}
	}
}

func (t *trail) take(e *audit.Entry) error {
	if s, ok := steps[e.Verb]; ok {
		if t.convened && slices.Index(order, s) <= slices.Index(order, t.state) && (s != Posted || t.state != Posted) && t.again == "" {
			t.again = fmt.Sprintf("by the audit trail it became %s when it was %s already", s, t.state)
		}
		t.state, t.at[s] = s, e.At
	}
	var err error
	switch e.Verb {
	case "assembly.convene":
		t.convened = true
	case "assembly.post":
		var x postNote
		err = read(e, &x)
		t.postings[x.Version] = x
	case "assembly.freeze":
		t.frozen = &freezeNote{}
		err = read(e, t.frozen)
	case "assembly.notify":
		t.notice = &noticeNote{}
		err = read(e, t.notice)
		t.opens, t.closes = t.notice.Opens, t.notice.Closes
	case "assembly.extend", "assembly.extend_outage":
		var x windowNote
		err = read(e, &x)
		t.closes = x.Until
	case "assembly.publish", "assembly.publish_anew", "assembly.certify":
		var x resultNote
		err = read(e, &x)
		if t.results[x.SHA256] = true; x.Objections != nil {
			t.objects = x.Objections
		}
	case "assembly.count":
		var x outcomeNote
		err = read(e, &x)
		t.outcomes = append(t.outcomes, x)
	case "assembly.confirm_official":
		var x importNote
		err = read(e, &x)
		t.imported[x.SHA256] = true
	case "assembly.set_back":
		err = t.back(e)
	case "assembly.revoke":
		if t.revoked = (&revokeNote{}); e.Detail != "" || t.strict() {
			err = read(e, t.revoked)
		}
	case "assembly.note_roll_change":
		var x holderNote
		if err = read(e, &x); x.Holder != 0 {
			t.holders[x.Seat] = x.Holder
		}
	}
	return err
}

// meeting holds the meeting's own row against what was noted.
func (t *trail) meeting(m *Meeting) error {
	same := func(is *time.Time, s State) bool {
		at, ok := t.at[s]
		return !ok || is != nil && is.Equal(at)
	}
	switch {
	case !t.convened:
		return fmt.Errorf("the audit trail knows of no such meeting")
	case t.again != "":
		return errors.New(t.again)
	case m.State != t.state:
		return fmt.Errorf("it stands as %s, by the audit trail as %s", m.State, t.state)
	case !same(m.FrozenAt, Frozen), t.frozen != nil && (m.RollRoot != t.frozen.Root || m.Seats != t.frozen.Seats || m.AreaMilli != t.frozen.Area):
		return fmt.Errorf("its roll has root %s, %d seats and %s m², the audit trail has frozen another", m.RollRoot, m.Seats, m.AreaMilli)
	case !same(m.NoticedAt, Noticed):
		return fmt.Errorf("its notice was given at another time than the audit trail has")
	case !same(m.ClosedAt, Closed), !same(m.CertifiedAt, Certified), !same(m.CountedAt, Provisional):
		return fmt.Errorf("it was closed, counted or certified at another time than the audit trail has")
	case !sameTime(m.OpensAt, t.opens), !sameTime(m.ClosesAt, t.closes):
		return fmt.Errorf("its window is not the one that the audit trail has announced")
	case !sameTime(m.ObjectionsUntil, t.objects):
		return fmt.Errorf("the days for objections are not those that the audit trail has")
	case (m.RevokedAt != nil) != (t.revoked != nil), t.revoked != nil && t.revoked.SHA256 != "" && sha([]byte(m.RevokedFor)) != t.revoked.SHA256:
		return fmt.Errorf("its revocation is not the one that the audit trail has")
	}
	return nil
}

// sameTime reports whether a time is the noted one; nothing is held against what was not noted.
func sameTime(is, noted *time.Time) bool {
	return noted == nil || is != nil && is.Equal(*noted)
}

// agenda holds terms, texts, thresholds and confirmations against the notice.
func (t *trail) agenda(m *Meeting, motions []Motion) error {
	if !t.strict() {
		return nil
	}
	is, err := m.fixed(motions)
	if err == nil && is != t.notice.SHA256 {
		err = fmt.Errorf("its terms, its motions with their texts, thresholds and confirmations, or the words of the notice are not those of the notice that the audit trail has")
	}
	return err
}

// seat holds who may vote for a seat against the freeze and what changed since.
func (t *trail) seat(s *Seat) error {
	if t.frozen == nil || t.frozen.Sets == "" {
		return nil
	}
	holder, ok := t.holders[s.No]
	if !ok {
		holder = s.OwnerSetID
	}
	if s.HolderSetID != holder {
		return fmt.Errorf("owners %d vote for seat %d, by the audit trail owners %d", s.HolderSetID, s.No, holder)
	}
	return nil
}

// sets holds whose the seats are against the freeze.
func (t *trail) sets(x setSum) error {
	if t.frozen == nil || t.frozen.Sets == "" || x.String() == t.frozen.Sets {
		return nil
	}
	return fmt.Errorf("the owners of the seats are not those that the audit trail has frozen")
}

// verifyPostings holds every posted roster against its hash, and that against what was noted.
func (t *trail) verifyPostings(tx *store.Tx, m *Meeting) error {
	var list []Posting
	if err := tx.Where("meeting_id = ?", m.ID).Order("version").Limit(maxPostings + 1).Find(&list).Error; err != nil {
		return err
	}
	_, before := t.postings[0] // notes from before they named the version
	there := map[int]bool{}
	for i := range list {
		p := &list[i]
		there[p.Version] = true
		x := newRosterSum(m.Number)
		for after := 0; ; {
			rows, err := p.rows(tx, after, page)
			if err != nil {
				return err
			}
			if x.add(rows); len(rows) < page {
				break
			}
			after = rows[len(rows)-1].No
		}
		noted, ok := t.postings[p.Version]
		switch {
		case x.String() != p.Hash:
			return fmt.Errorf("the rows of posting %d are not those of its hash", p.Version)
		case ok && (noted.SHA256 != p.Hash || !noted.Until.Equal(p.EndsAt)):
			return fmt.Errorf("posting %d of the roster is not the one that the audit trail has", p.Version)
		case !ok && !before && len(t.postings) > 0:
			return fmt.Errorf("posting %d of the roster is not in the audit trail", p.Version)
		}
	}
	for version := range t.postings {
		if version != 0 && !there[version] {
			return fmt.Errorf("posting %d of the roster is in the audit trail and is gone", version)
		}
	}
	return nil
}

// outcomes holds the results that are there against those that were noted.
func (t *trail) verifyOutcomes(seen []outcomeNote) error {
	bySum, noted := map[string]bool{}, map[outcomeNote]bool{}
	there := map[outcomeNote]bool{}
	for _, o := range seen {
		bySum[o.SHA256], there[o] = true, true
	}
	for sum := range t.results {
		if sum != "" && !bySum[sum] {
			return fmt.Errorf("the result %s is published in the audit trail and is gone", sum)
		}
	}
	for _, o := range t.outcomes {
		if noted[o] = true; !there[o] {
			return fmt.Errorf("the %s %s is in the audit trail and is gone, or what is kept with it is another", o.Kind, o.SHA256)
		}
	}
	if t.strict() {
		for o := range there {
			if !noted[o] {
				return fmt.Errorf("the audit trail knows of no %s %s", o.Kind, o.SHA256)
			}
		}
	}
	return nil
}

// signed holds the checkpoints that are there against those that were noted.
func (t *trail) signed(list []Checkpoint) error {
	there, noted := make(map[int64]checkpointNote, len(list)), make(map[int64]bool, len(t.checkpoints))
	for i := range list {
		there[list[i].ID] = list[i].noted()
	}
	for _, c := range t.checkpoints {
		noted[c.ID] = true
		switch is, ok := there[c.ID]; {
		case !ok:
			return fmt.Errorf("checkpoint %d is in the audit trail and is gone", c.ID)
		case is != c:
			return fmt.Errorf("checkpoint %d is not the one that the audit trail has", c.ID)
		}
	}
	for i := range list {
		if id := list[i].ID; !noted[id] && (t.strict() || len(t.checkpoints) > 0 && id > t.checkpoints[0].ID) {
			return fmt.Errorf("the audit trail knows of no checkpoint %d", id)
		}
	}
	return nil
}

// passes holds the log as it is rebuilt against a state that was noted, whatever became of the signed one.
func (c *checkpointNote) passes(tree log.Tree) error {
	root := hex.EncodeToString(tree.Root[:])
	if c.Size == tree.Size && (c.Root == root || c.Size == 0 && c.Root == "") {
		return nil
	}
	return fmt.Errorf("the ballots give another log of %d leaves than was signed as checkpoint %d", c.Size, c.ID)
}
