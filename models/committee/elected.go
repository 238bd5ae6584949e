package committee

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Elected is what a certified election means for an estate's committee, until it is seated. Its people are sealed.
type Elected struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	MeetingID    int64
	Number       string // of the meeting: the resolution
	State        string // waiting, seated, revoked, closed
	Size         int64
	Sitting      int64      // members who stay, where only some places were filled
	StartsOn     *time.Time `gorm:"type:date"`
	EndsOn       *time.Time `gorm:"type:date"`
	PeopleSealed string     // []NewMember as JSON
	Missing      string     // what the rules or the register did not say, as JSON
	TermID       int64
	ConfirmedBy  int64
	ConfirmedAt  *time.Time
	Reason       string // why it was closed, or what was decided about those whom it seated
	At           time.Time
}

// TableName names the table.
func (Elected) TableName() string { return "committee_seatings" }

// The states of an election's result.
const (
	ElectedWaits   = "waiting"
	ElectedSeated  = "seated"
	ElectedRevoked = "revoked" // by a court; with a term, the township decides about those whom it seated
	ElectedClosed  = "closed"  // by the township, without anybody seated
)

// ElectionResult is a certified election, in plain values. Members are in its order, alternates after them.
type ElectionResult struct {
	MeetingID   int64
	EstateID    int64
	Number      string
	CertifiedAt time.Time
	Size        int64
	Sitting     int64
	TermYears   int64  // by the frozen rules; 0 where they are silent
	TermStart   string // certified, previous_end; empty where they are silent
	Members     []NewMember
}

// TakeElection seats whom a certified election chose, once: a new term, or the free places of the one that runs. What the rules or the register
// leave open waits for the township, which confirms it in one step.
func (s *Service) TakeElection(ctx context.Context, in ElectionResult) error {
	var waiting *Elected
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var had []Elected
		if err := tx.Where("meeting_id = ?", in.MeetingID).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) > 0 {
			waiting = &had[0]
			return nil
		}
		var err error
		waiting, err = s.keepElection(tx, in)
		return err
	})
	if err != nil || waiting.State != ElectedWaits || waiting.Missing != "[]" {
		return err
	}
	return s.seatOrAsk(ctx, waiting.ID)
}

// seatOrAsk seats an election that lacks nothing; where that is refused, a person has to look at it.
func (s *Service) seatOrAsk(ctx context.Context, id int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error { return s.seatElected(tx, audit.System{}, id, Completion{}) })
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var now Elected
		if err := tx.ForUpdate().Where("id = ?", id).Take(&now).Error; err != nil || now.State != ElectedWaits || now.Missing != "[]" {
			return err // somebody else has seated it meanwhile
		}
		return s.awaitTownship(tx, &now, []string{f.Message})
	})
}

func (s *Service) keepElection(tx *store.Tx, in ElectionResult) (*Elected, error) {
	people, err := json.Marshal(in.Members)
	if err != nil {
		return nil, err
	}
	e := &Elected{EstateID: in.EstateID, MeetingID: in.MeetingID, Number: in.Number, State: ElectedWaits, Size: in.Size, Sitting: in.Sitting, PeopleSealed: s.vault.Seal(string(people), "committee_seatings.people"), Missing: "[]", At: tx.Now}
	missing := []string{}
	if e.Sitting == 0 {
		if missing, err = e.term(tx, in); err != nil {
			return nil, err
		}
	}
	for _, m := range in.Members {
		if !m.reachable() {
			missing = append(missing, m.Name+"的手机号")
		}
	}
	if err := tx.Create(e).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := note(tx, audit.System{}, "elected", "committee_seating", e.ID, e.EstateID, map[string]any{"meeting": e.MeetingID}); err != nil || len(missing) == 0 {
		return e, err
	}
	return e, s.awaitTownship(tx, e, missing)
}

// term finds the days of a new term in the frozen rules, and says what they leave open.
func (e *Elected) term(tx *store.Tx, in ElectionResult) (missing []string, err error) {
	var starts *time.Time
	switch in.TermStart {
	case "certified":
		day := org.DayOf(in.CertifiedAt).AddDate(0, 0, 1)
		starts = &day
	case "previous_end":
		var before []Term
		if err := tx.Where("running = ?", in.EstateID).Limit(1).Find(&before).Error; err != nil {
			return nil, err
		}
		if len(before) > 0 {
			day := org.Day(before[0].EndsOn).AddDate(0, 0, 1)
			starts = &day
		}
	}
	if e.StartsOn = starts; starts == nil {
		missing = append(missing, "新一届从哪一天开始")
	}
	switch {
	case in.TermYears == 0:
		missing = append(missing, "每届几年")
	case starts != nil:
		ends := starts.AddDate(int(in.TermYears), 0, -1)
		e.EndsOn = &ends
	}
	return missing, nil
}

// awaitTownship says what is missing, and asks the township for it.
func (s *Service) awaitTownship(tx *store.Tx, e *Elected, missing []string) error {
	text, err := json.Marshal(missing)
	if err != nil {
		return err
	}
	if e.Missing = string(text); len([]rune(e.Missing)) > 500 {
		e.Missing = `["名单和任期，请逐项核对"]`
	}
	if err := tx.Model(&Elected{}).Where("id = ?", e.ID).Update("missing", e.Missing).Error; err != nil {
		return err
	}
	return tell(tx, event.Committee{SubjectKind: "committee_seating", SubjectID: e.ID, EstateID: e.EstateID, What: "elected", Number: e.Number})
}
