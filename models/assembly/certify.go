package assembly

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	signed "golang.org/x/mod/sumdb/note"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Board puts a result on the estate's board in the caller's transaction.
type Board interface {
	// PublishFor publishes for an organisation; the same source again changes nothing. It gives the notice's id.
	PublishFor(tx *store.Tx, n Announcement) (int64, error)
}

// Announcement is what the board shows.
type Announcement struct {
	EstateID       int64
	OrganisationID int64
	PersonID       int64
	Source         string // unique: a second time finds the first
	Scope          string // event.Scope as JSON
	Title          string
	Body           string
	Named          []string // who stands in it by name: the candidates
}

// Certify makes the result final: objections were heard and answered, everything cast is in the log, the count is made again from
// the ballots, signed, and put on the board in the same transaction. Whoever had a hand in the count does not certify it, nor does anybody who
// stands in it.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrSamePerson, ErrStake, ErrUndrawn.
func (s *Service) Certify(ctx context.Context, actor org.Actor, id int64) (*Outcome, error) {
	var o *Outcome
	_, err := s.changeBy(ctx, actor, org.ConveneMeeting, id, []State{Provisional}, mayFinish, func(tx *store.Tx, m *Meeting) error {
		if !tx.Now.After(*m.ObjectionsUntil) {
			return ErrState.Saying("结果公示到" + m.ObjectionsUntil.In(shanghai).Format("1月2日") + "为止，之后才能确认")
		}
		if err := s.mayCertify(tx, actor, m); err != nil {
			return err
		}
		var err error
		if o, err = s.keepCount(tx, actor, m, "certificate"); err != nil {
			return err
		}
		if err := o.decided(); err != nil {
			return err
		}
		t, err := m.terms()
		if err != nil {
			return err
		}
		by := calendar.DateOf(tx.Now).Add(int(t.DiscloseDays)).End().UTC()
		m.State, m.CertifiedAt, m.DiscloseBy = Certified, &tx.Now, &by
		if m.DisclosedID, err = s.disclose(tx, actor, m, o, "certificate", "业主大会决定"); err != nil {
			return err
		}
		m.owesBoard()
		if err := note(tx, actor, m, "certify", map[string]any{"sha256": o.SHA256, "log": o.LogRoot}); err != nil {
			return err
		}
		return s.tell(tx, m, "certified")
	})
	if err != nil {
		return nil, fmt.Errorf("certify result: %w", err)
	}
	return o, nil
}

// mayCertify asks for an empty docket and for a person who had no hand in the count.
func (s *Service) mayCertify(tx *store.Tx, actor org.Actor, m *Meeting) error {
	if err := noStake(tx, m, actor.PersonID); err != nil {
		return err
	}
	var open int64
	if err := tx.Model(&Objection{}).Where("meeting_id = ? AND state = 'open'", m.ID).Count(&open).Error; err != nil {
		return err
	}
	if open > 0 {
		return ErrState.Saying(fmt.Sprintf("还有%d件异议没有处理，处理完才能确认结果", open))
	}
	return fresh(tx, m, actor.PersonID)
}

func (s *Service) disclose(tx *store.Tx, actor org.Actor, m *Meeting, o *Outcome, source, title string) (int64, error) {
	if s.o.Board == nil {
		return 0, nil
	}
	names, err := s.names(tx, m.ID)
	if err != nil {
		return 0, err
	}
	body, err := o.words(m, names)
	if err != nil {
		return 0, err
	}
	return s.o.Board.PublishFor(tx, Announcement{EstateID: m.EstateID, OrganisationID: m.ConvenerID, PersonID: actor.PersonID, Source: "meeting:" + m.Number + ":" + source, Scope: m.Scope,
		Title: short(title+"："+m.Title, 60), Body: short(body, 10_000), Named: slices.Collect(maps.Values(names))})
}

// Revoke records that a court revoked the decision (Civil Code art. 280). The certificate stays, with this beside it.
// Faults: ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Revoke(ctx context.Context, actor org.Actor, id int64, text string, files []int64) (*Meeting, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 4 || n > 1000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明哪个法院、哪份判决、撤销了什么（4至1000个字）"})
	}
	m, err := s.change(ctx, actor, org.RevokeMeeting, id, []State{Certified}, func(tx *store.Tx, m *Meeting) error {
		if m.RevokedAt != nil {
			return ErrState.Saying("已经登记过撤销")
		}
		m.RevokedAt, m.RevokedFor = &tx.Now, text
		if err := s.o.Files.Attach(tx, actor, files, "notice", "meeting", m.ID, m.EstateID); err != nil {
			return err
		}
		if s.o.Board != nil {
			_, err := s.o.Board.PublishFor(tx, Announcement{EstateID: m.EstateID, OrganisationID: actor.OrganisationID(), PersonID: actor.PersonID, Source: "meeting:" + m.Number + ":revoked", Scope: m.Scope,
				Title: short("业主大会决定被撤销："+m.Title, 60), Body: text})
			if err != nil {
				return err
			}
		}
		if err := note(tx, actor, m, "revoke", map[string]any{"sha256": sha([]byte(text))}); err != nil {
			return err
		}
		return s.tell(tx, m, "revoked")
	})
	if err != nil {
		return nil, fmt.Errorf("revoke decision: %w", err)
	}
	return m, nil
}

func sha(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// signText signs a text as a note (the last line is the signature).
func (s *Service) signText(text string) (string, error) {
	out, err := signed.Sign(&signed.Note{Text: text}, s.o.Signer)
	return string(out), err
}
