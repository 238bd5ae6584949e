package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Event is a verified push of WeChat.
type Event struct {
	Name    string // WeChat's
	OpenID  string
	At      time.Time
	Choices []Choice
}

// Choice is one template of a push: Status where the person chose, else a message and what became of it.
type Choice struct {
	TemplateID, Status       string
	MsgID, Code, Explanation string
}

// WeChat's names of the pushes about consents.
const (
	Popup  = "subscribe_msg_popup_event"  // the person answered the dialog
	Change = "subscribe_msg_change_event" // or changed their mind in WeChat's settings
	Sent   = "subscribe_msg_sent_event"   // what became of a message
)

// Pushed remembers a push for as long as WeChat may repeat it.
type Pushed struct {
	Digest string `gorm:"primaryKey"`
	At     time.Time
}

// TableName names the table.
func (Pushed) TableName() string { return "wechat_pushes" }

// digest is the same for every repeat of a push, whatever it was sealed with.
func (e Event) digest() string {
	parts := []string{"push", e.OpenID, strconv.FormatInt(e.At.Unix(), 10), e.Name}
	for _, c := range e.Choices {
		parts = append(parts, c.TemplateID, c.Status, c.MsgID, c.Code)
	}
	return digest(parts...)
}

// Push acts on what WeChat tells about consents. The same push counts once, however often and in however many processes it
// comes. Those of other kinds, of unknown templates and of people unknown are left alone: who was erased stays so.
func (s *Service) Push(ctx context.Context, e Event) error {
	e.Choices = slices.Clone(e.Choices)
	// One order for everybody who locks several of an account's rows.
	slices.SortStableFunc(e.Choices, func(a, b Choice) int { return cmp.Compare(a.TemplateID, b.TemplateID) })
	var err error
	switch e.Name {
	case Popup, Change:
		err = s.db.InTx(ctx, func(tx *store.Tx) error { return s.chose(tx, e) })
	case Sent:
		err = s.db.InTx(ctx, func(tx *store.Tx) error { return s.arrived(tx, e) })
	}
	if err != nil {
		return fmt.Errorf("push %s: %w", e.Name, err)
	}
	return nil
}

// chose takes what a person answered or changed.
func (s *Service) chose(tx *store.Tx, e Event) error {
	person, err := personOf(tx, e.OpenID)
	if err != nil || person == 0 {
		return err
	}
	if fresh, err := remember(tx, e); err != nil || !fresh {
		return err
	}
	source := map[string]Source{Popup: FromPopup, Change: FromChange}[e.Name]
	for i, c := range e.Choices {
		t := s.provided(c.TemplateID)
		if t == nil || (i > 0 && e.Choices[i-1].TemplateID == c.TemplateID) {
			continue // not ours, or named twice: one tap is one consent
		}
		ref := digest(e.digest(), t.name)
		if err := s.answered(tx, e.OpenID, person, t, answerOf(c.Status), Entry{Source: source, Ref: &ref}); err != nil {
			return err
		}
	}
	return nil
}

// answered puts one answer into the ledger.
func (s *Service) answered(tx *store.Tx, openID string, person int64, t *template, a Answer, e Entry) error {
	if a == other {
		s.log.WarnContext(tx.Statement.Context, "WeChat gives an answer that is not known here", "template", t.name)
		return nil
	}
	r, err := lock(tx, openID, person, t)
	if err != nil {
		return err
	}
	switch {
	case a == Accept && e.Source == FromChange:
		return reopened(tx, r, t, e)
	case a == Accept:
		return s.accepted(tx, r, t, e)
	case a == Ban:
		return closed(tx, r, ByBan, e)
	case a == Reject && e.Source == FromChange:
		return closed(tx, r, ByPerson, e)
	case a == Reject:
		return refused(tx, r, e)
	}
	s.log.WarnContext(tx.Statement.Context, "WeChat does not ask about a template because another of the request has its title", "template", t.name)
	e.Kind = Filter
	return write(tx, r, e)
}

// refusal is WeChat's code for an account that takes no message of a template, or no more.
const refusal = 43101

// arrived takes what became of messages. WeChat documents 0 for arrived and says that other codes stand for its own failures
// in the background; a consent is spent either way. Should it ever be the code of a refusal, that closes. An arrival is
// not remembered, for saying it twice says nothing new, and there is one for every message.
func (s *Service) arrived(tx *store.Tx, e Event) error {
	bad := slices.ContainsFunc(e.Choices, func(c Choice) bool { return c.Code != "0" })
	if bad {
		if fresh, err := remember(tx, e); err != nil || !fresh {
			return err
		}
	}
	for _, c := range e.Choices {
		code, err := strconv.Atoi(c.Code)
		if err != nil {
			code = -1
		}
		if c.MsgID != "" {
			if err := s.confirmed(tx, c.MsgID, c.Code == "0", code); err != nil {
				return err
			}
		}
		if code == 0 && err == nil {
			continue
		}
		s.log.WarnContext(tx.Statement.Context, "WeChat could not deliver a message that it had taken", "code", code, "explanation", clip(c.Explanation))
		t := s.provided(c.TemplateID)
		if code != refusal || t == nil {
			continue
		}
		if err := s.void(tx, t, []string{e.OpenID}, FromSent); err != nil {
			return err
		}
	}
	return nil
}

// clip keeps somebody else's text short in the log.
func clip(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

// personOf finds whose account it is; 0 for nobody's.
func personOf(tx *store.Tx, openID string) (int64, error) {
	var ids []int64
	err := tx.Model(&org.Identity{}).Where("provider = ? AND open_id = ?", org.MiniProgram, openID).Limit(1).Pluck("person_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// remember notes a push and reports whether it is new. Whoever comes second waits for the first to commit.
func remember(tx *store.Tx, e Event) (bool, error) {
	err := tx.Create(&Pushed{Digest: e.digest(), At: tx.Now}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	return err == nil, err
}

// Seen reports whether a push was acted on before, for pushes whose effect lies elsewhere: it is remembered after the effect,
// so that one that failed is taken when it comes again.
func (s *Service) Seen(ctx context.Context, e Event) (bool, error) {
	var n int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Pushed{}).Where("digest = ?", e.digest()).Count(&n).Error
	})
	return n > 0, err
}

// Remember notes that a push was acted on.
func (s *Service) Remember(ctx context.Context, e Event) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := remember(tx, e)
		return err
	})
}

// memory is for how long pushes are remembered. WeChat gives up after seconds, and a signature is refused after minutes.
const memory = 24 * time.Hour

// Purge forgets pushes that cannot come again, at most 5,000 at a time.
func (s *Service) Purge(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var old []string
		if err := tx.Model(&Pushed{}).Where("at < ?", tx.Now.Add(-memory)).Limit(5000).Pluck("digest", &old).Error; err != nil || len(old) == 0 {
			return err
		}
		res := tx.Where("digest IN ?", old).Delete(&Pushed{})
		n = res.RowsAffected
		return res.Error
	})
	return n, err
}
