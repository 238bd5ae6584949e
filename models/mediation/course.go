package mediation

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
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

// on finds the party for whom the host writes something down, and ties the paper to the mediation. A party with an
// account of their own decides there.
func (d *deed) on(p Paper) (*Party, error) {
	for i := range d.parties {
		if q := &d.parties[i]; q.ID == p.PartyID {
			if q.PersonID != 0 || q.OrganisationID != 0 {
				return nil, ErrState.Saying("这个当事人可以自己在系统里确认，不能由主持单位代为记录")
			}
			d.of = q
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
		who, err := d.on(p)
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
	if p.State == kind {
		return nil // said already; the file does not grow by the same word
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
	way, err := d.way()
	if err != nil {
		return err
	}
	return d.note("调解不成，" + way)
}

// Raise takes a mediation to the next level: a failed one by a party or the host; one that the host has declined, or has
// not taken on in its term, by whoever asked. Whoever was unwilling is asked anew.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, ErrNoHost, fault.ErrInvalid.
func (s *Service) Raise(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	return s.onward(ctx, actor, id, text, func(d *deed, text string) error {
		if err := d.mayRaise(); err != nil {
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
		return d.raise(text)
	})
}

// mayRaise refuses to pass over a host that may still take the mediation on.
func (d *deed) mayRaise() error {
	if d.m.State == Failed {
		return nil
	}
	if err := d.in(Failed, Declined, Requested); err != nil {
		return err
	}
	if !d.asks() {
		return ErrNotParty.Saying("由申请人决定是否转上一级")
	}
	if d.m.State == Declined {
		return nil
	}
	stalled, err := d.stalled()
	if err == nil && !stalled {
		err = ErrState.Saying("主持单位还在答复是否受理的时限内，过了时限可以转上一级")
	}
	return err
}

// ToCourt ends a mediation that failed or was declined with the way to court, or to arbitration where the parties agreed on one (People's
// Mediation Law art. 26).
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) ToCourt(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	return s.onward(ctx, actor, id, text, func(d *deed, text string) error {
		if err := d.in(Failed, Declined); err != nil {
			return err
		}
		if d.m.State == Declined && !d.asks() {
			return ErrNotParty.Saying("由申请人决定走司法程序还是转上一级")
		}
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
		if d.me == nil && !d.hosts() && !d.asks() {
			return ErrNotParty
		}
		return f(d, text)
	})
}

// Withdraw takes the request back: an applicant until there is an agreement, an office that asked for others until the
// host has taken it on.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(d *deed) error {
		states := []State{Requested, Open, Drafted, Failed}
		switch {
		case !d.asks():
			return ErrNotParty.Saying("只有申请人可以撤回")
		case d.me == nil || d.me.Side != Applicant:
			states = states[:1]
		}
		if err := d.in(states...); err != nil {
			return err
		}
		d.m.State, d.m.Outcome, d.m.ClosedAt = Withdrawn, text, &d.tx.Now
		if err := d.step("withdraw", text, nil); err != nil {
			return err
		}
		return d.note("调解申请已撤回")
	})
}
