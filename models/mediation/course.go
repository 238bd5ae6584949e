package mediation

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// party is a change by a party.
func (s *Service) party(ctx context.Context, actor org.Actor, id int64, f func(*deed) error) (*Mediation, error) {
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(d *deed) error {
		if d.me == nil {
			return ErrNotParty
		}
		return f(d)
	})
}

// Paper is a signed paper by which a host records what a party without an account decided.
type Paper struct {
	PartyID int64
	FileID  int64
}

// of finds the party for whom the host writes something down, and ties the paper to the mediation. A party with an
// account of their own decides there.
func (d *deed) of(p Paper) (*Party, error) {
	for i := range d.parties {
		if q := &d.parties[i]; q.ID == p.PartyID {
			if q.PersonID != 0 || q.OrganisationID != 0 {
				return nil, ErrState.Saying("这个当事人可以自己在系统里确认，不能由主持单位代为记录")
			}
			return q, d.files.Attach(d.tx, d.actor, []int64{p.FileID}, "photo", "mediation", d.m.ID, d.m.EstateID)
		}
	}
	return nil, ErrPartyGone
}

// Answer says whether a party takes part. Nobody is mediated against their will: a refusal ends this level.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) Answer(ctx context.Context, actor org.Actor, id int64, willing bool, text string) (*Mediation, error) {
	return s.party(ctx, actor, id, func(d *deed) error { return d.answer(d.me, willing, strings.TrimSpace(text), "self") })
}

// AnswerOnPaper records the answer of a party without an account, with the signed paper.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrPartyGone, ErrState, the file's.
func (s *Service) AnswerOnPaper(ctx context.Context, actor org.Actor, id int64, p Paper, willing bool, text string) (*Mediation, error) {
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(); err != nil {
			return err
		}
		who, err := d.of(p)
		if err != nil {
			return err
		}
		who.FileID = p.FileID
		return d.answer(who, willing, strings.TrimSpace(text), "paper")
	})
}

func (d *deed) answer(p *Party, willing bool, text, via string) error {
	if err := d.in(Requested, Open); err != nil {
		return err
	}
	if len([]rune(text)) > 500 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不超过500个字"})
	}
	kind := "willing"
	if !willing {
		kind = "unwilling"
	}
	p.State, p.StateVia = kind, via
	if err := d.save(p); err != nil {
		return err
	}
	if err := d.step(kind, text, nil); err != nil || willing {
		return err
	}
	return d.fail("一方不同意调解")
}

func (d *deed) save(p *Party) error {
	return d.tx.Model(&Party{}).Where("id = ?", p.ID).Select("state", "state_via", "confirmed", "confirmed_via", "confirmed_at", "file_id").Updates(p).Error
}

// PlanSession tells the parties when and where they meet.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, fault.ErrInvalid.
func (s *Service) PlanSession(ctx context.Context, actor org.Actor, id int64, at time.Time, where string) (*Mediation, error) {
	where, err := reason(where)
	if err != nil {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "place", Reason: "请写明在哪里调解（2至500个字）"})
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Open, Drafted); err != nil {
			return err
		}
		if !at.After(d.tx.Now) || at.After(d.tx.Now.AddDate(1, 0, 0)) {
			return fault.ErrInvalid.With(fault.Field{Path: "at", Reason: "请选择今后一年以内的时间"})
		}
		return d.step("session", where, &at)
	})
}

// WriteMinute adds what a session found. Parties read it.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrMany, fault.ErrInvalid.
func (s *Service) WriteMinute(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 4000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写2至4000个字"})
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Open, Drafted); err != nil {
			return err
		}
		return d.step("minute", text, nil)
	})
}

// Fail ends this level without an agreement; the parties or the host then go to the next level or to court.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, fault.ErrInvalid.
func (s *Service) Fail(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Open, Drafted); err != nil {
			return err
		}
		return d.fail(text)
	})
}

func (d *deed) fail(text string) error {
	d.m.State, d.m.Outcome = Failed, text
	if err := d.step("fail", text, nil); err != nil {
		return err
	}
	return d.note("调解不成，可以转上一级调解或走司法程序")
}

// Raise takes a failed mediation to the next level, by a party or the host. Whoever was unwilling is asked anew.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, ErrNoHost, fault.ErrInvalid.
func (s *Service) Raise(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	return s.onward(ctx, actor, id, text, func(d *deed, text string) error {
		rungs, err := d.ladder()
		if err != nil {
			return err
		}
		for i := range d.parties {
			if p := &d.parties[i]; p.State == "unwilling" {
				p.State, p.StateVia = "asked", ""
				if err := d.save(p); err != nil {
					return err
				}
			}
		}
		return d.raise(rungs, text)
	})
}

// ToCourt ends a failed mediation with the way to court, or to arbitration where the parties agreed on one (People's
// Mediation Law art. 26).
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) ToCourt(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	return s.onward(ctx, actor, id, text, func(d *deed, text string) error {
		d.m.State, d.m.ClosedAt = Court, &d.tx.Now
		if err := d.step("court", text, nil); err != nil {
			return err
		}
		return d.note("调解结束，已引导当事人走司法程序")
	})
}

func (s *Service) onward(ctx context.Context, actor org.Actor, id int64, text string, f func(*deed, string) error) (*Mediation, error) {
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(d *deed) error {
		if d.me == nil && d.m.HostID != actor.OrganisationID() {
			return ErrNotParty
		}
		if err := d.in(Failed); err != nil {
			return err
		}
		return f(d, text)
	})
}

// Withdraw takes the request back, by whoever asked, until there is an agreement.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.party(ctx, actor, id, func(d *deed) error {
		if d.me.Side != Applicant {
			return ErrNotParty.Saying("只有申请人可以撤回")
		}
		if err := d.in(Requested, Open, Drafted, Failed); err != nil {
			return err
		}
		d.m.State, d.m.Outcome, d.m.ClosedAt = Withdrawn, text, &d.tx.Now
		return d.step("withdraw", text, nil)
	})
}

// Tick tells of what is late under an agreement, each once. It returns how many, at most 100.
func (s *Service) Tick(ctx context.Context) (int, error) {
	var due []Term
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("state = 'open' AND due_at < ? AND late_at IS NULL", tx.Now).Order("due_at, id").Limit(100).Find(&due).Error
	})
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			res := tx.Model(&Term{}).Where("id = ? AND late_at IS NULL AND state = 'open'", t.ID).Update("late_at", tx.Now)
			if res.Error != nil || res.RowsAffected == 0 {
				return res.Error
			}
			var m Mediation
			if err := tx.ForUpdate().Where("id = ? AND agreement = ? AND state = ?", t.MediationID, t.AgreementID, Agreed).Take(&m).Error; err != nil {
				return store.NotFound(err, nil) // another text counts, or it is over
			}
			parties, err := partiesOf(tx, m.ID)
			if err != nil {
				return err
			}
			st := Step{MediationID: m.ID, Kind: "late", State: m.State, Level: m.Level, PartyID: t.PartyID, Text: t.Text, OnAt: &t.DueAt, At: tx.Now}
			if err := tx.Create(&st).Error; err != nil {
				return err
			}
			return s.tell(tx, audit.System{}, &m, parties, "late", nil)
		})
		if err != nil {
			return 0, err
		}
	}
	return len(due), nil
}
