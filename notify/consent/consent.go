// Package consent keeps the stock of WeChat's subscribe-message consents: each acceptance lets one message of one template
// go to one account. They are earned when a person accepts, reserved when a message is written, given back when it does not
// go out, and void once WeChat or the person says so. It touches its own tables, reads whose account is whose, and talks to
// nobody.
package consent

import (
	"log/slog"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Provided is what WeChat calls a template of the plan.
type Provided struct {
	ID string
	// Long is set for long-term templates (长期订阅): accepted once, they never run out.
	Long bool
}

// template is one that residents can be asked about.
type template struct {
	name, title string
	Provided
}

// Service is the ledger.
type Service struct {
	db        *store.DB
	log       *slog.Logger
	templates []template // in the plan's order; those without an id are not among them
	confirmed func(tx *store.Tx, providerID string, ok bool, code int) error
}

// New wires the ledger for the templates that WeChat has given an id, by the plan's names.
func New(db *store.DB, provided map[string]Provided, log *slog.Logger) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Service{db: db, log: log, confirmed: func(*store.Tx, string, bool, int) error { return nil }}
	for _, t := range plan.Templates {
		if p := provided[t.Name]; p.ID != "" && !t.Staff {
			s.templates = append(s.templates, template{name: t.Name, title: t.Title, Provided: p})
		}
	}
	return s
}

// OnConfirmed sets who is told what became of a message that WeChat took: it arrived, or failed with WeChat's code (-1 where
// that is no number). It is called in the transaction of the push, and more than once where WeChat repeats itself, so it must
// be harmless to repeat. The wiring calls OnConfirmed once, before serving.
func (s *Service) OnConfirmed(f func(tx *store.Tx, providerID string, ok bool, code int) error) {
	s.confirmed = f
}

func (s *Service) named(name string) *template {
	for i := range s.templates {
		if s.templates[i].name == name {
			return &s.templates[i]
		}
	}
	return nil
}

func (s *Service) provided(id string) *template {
	for i := range s.templates {
		if s.templates[i].ID == id {
			return &s.templates[i]
		}
	}
	return nil
}

// Faults of what people report and ask.
var (
	ErrNoAccount = fault.New(fault.Conflict, "subscription.no_account", "请在微信小程序里打开后再试")
	ErrTemplate  = fault.New(fault.Invalid, "subscription.template", "消息模板有变化，请重新打开小程序后再试")
	ErrRefUsed   = fault.New(fault.Conflict, "subscription.ref_used", "这个编号已经用来报告过别的选择，请换一个编号")
	ErrMoment    = fault.New(fault.Invalid, "subscription.moment", "没有这个订阅时机，请更新小程序后再试")
)
