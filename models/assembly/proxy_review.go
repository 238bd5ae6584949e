package assembly

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// ReviewProxy accepts an authorisation or refuses it with a reason. Another person than who entered it looks at the document. An
// agent stands for no more owners than the meeting's rules allow; where they say nothing, none is accepted.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNoProxy, ErrSamePerson, ErrProxyAgent, ErrProxyCap, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) ReviewProxy(ctx context.Context, actor org.Actor, id, proxy int64, accept bool, reason string) (*Proxy, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n > 200 || !accept && n < 2 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予认可的请写明原因（2至200个字），业主会看到"})
	}
	var p *Proxy
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if p, err = proxyBy(tx, m.ID, proxy); err != nil {
			return err
		}
		if err := takesProxies(tx, m); err != nil {
			return err
		}
		if p.EnteredBy == actor.PersonID {
			return ErrSamePerson.Saying("登记委托的人不能自己核对，请由另一个人核对")
		}
		state := ProxyRefused
		if accept {
			state = ProxyAccepted
			if err := s.mayAccept(tx, m, p); err != nil {
				return err
			}
		}
		res := tx.Model(&Proxy{}).Where("id = ? AND state = ?", p.ID, ProxyPending).Updates(map[string]any{"state": state, "reason": reason, "reviewed_by": actor.PersonID, "reviewed_at": tx.Now})
		if err := store.MustAffect(res, ErrState.Saying("这份委托已经核对过，请刷新")); err != nil {
			return err
		}
		p.State, p.Reason, p.ReviewedBy, p.ReviewedAt = state, reason, actor.PersonID, &tx.Now
		if accept {
			var seat Seat
			if err := tx.Where("id = ?", p.SeatID).Take(&seat).Error; err != nil {
				return err
			}
			if err := s.tellSeat(tx, m, seat.HolderSetID, "proxy"); err != nil {
				return err
			}
		}
		return note(tx, actor, m, "review_proxy", map[string]any{"proxy": p.Number, "state": state})
	})
	if err != nil {
		return nil, fmt.Errorf("review proxy: %w", err)
	}
	return p, nil
}

// mayAccept holds an authorisation to the cap, to one agent for a seat, and to who may be one.
func (s *Service) mayAccept(tx *store.Tx, m *Meeting, p *Proxy) error {
	t, err := m.terms()
	if err != nil {
		return err
	}
	if t.ProxyCap == 0 {
		return s.capUnset(tx, m)
	}
	var seat Seat
	if err := tx.Where("id = ?", p.SeatID).Take(&seat).Error; err != nil {
		return err
	}
	if seat.HolderSetID != p.OwnerSetID {
		return ErrProxyAgent.Saying("这份表决权已经换了业主，原来的委托不能用")
	}
	paper, err := s.o.Vault.Open(p.PaperSealed, "proxies.paper")
	if err != nil {
		return err
	}
	phone, err := s.o.Vault.Open(p.PhoneSealed, "proxies.phone")
	if err != nil {
		return err
	}
	if err := s.mayBeAgent(tx, m, &seat, paper, phone); err != nil {
		return err
	}
	var other int64
	if err := tx.Model(&Proxy{}).Where("seat_id = ? AND state = ?", p.SeatID, ProxyAccepted).Count(&other).Error; err != nil {
		return err
	}
	if other > 0 {
		return ErrState.Saying("这份表决权已经有一份有效的委托，请先撤销原来的")
	}
	var sets int64 // one person may have several papers, and one phone
	err = tx.Model(&Proxy{}).Where("meeting_id = ? AND state = ? AND owner_set_id <> ?", m.ID, ProxyAccepted, p.OwnerSetID).
		Where("paper_index IN ? OR phone_index IN ?", s.o.Vault.Indexes("paper", paper), s.o.Vault.Indexes("phone", phone)).Distinct("owner_set_id").Count(&sets).Error
	if err == nil && sets >= t.ProxyCap {
		err = ErrProxyCap.Saying(fmt.Sprintf("本次会议的规则规定一名代理人最多代理%d户业主，这名代理人已经代理了%d户", t.ProxyCap, sets))
	}
	return err
}

// capUnset names the value that nobody has supplied. One that came after the notice does not change the meeting's rules.
func (s *Service) capUnset(tx *store.Tx, m *Meeting) error {
	set, _, err := s.law(tx, m, *m.OpensAt)
	if err != nil {
		return err
	}
	if _, err = set.Int("proxy.cap"); err == nil {
		err = rulepack.ErrUnset.Saying("本次会议通知时没有规定一名代理人最多代理几户，不能核定委托；请业主自己投票，或者由下一次会议采用新规则")
	}
	return err
}

// RevokeProxy takes an authorisation back: by an owner of the seat, or by an officer on the owner's paper, with a reason. Once the
// agent has cast, nothing is taken back.
// Faults: ErrForbidden, ErrNotFound, ErrNoProxy, ErrNoSeat, ErrProxyUsed, ErrState, fault.ErrInvalid.
func (s *Service) RevokeProxy(ctx context.Context, actor org.Actor, id int64, reason string) (*Proxy, error) {
	reason = strings.TrimSpace(reason)
	action := org.JoinMeeting
	if actor.Post != nil {
		action = org.ConveneMeeting
	}
	if n := len([]rune(reason)); n > 200 || actor.Post != nil && n < 2 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明业主怎样要求撤销（2至200个字）"})
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var p *Proxy
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var row Proxy
		if err := tx.Where("id = ?", id).Take(&row).Error; err != nil {
			return store.NotFound(err, ErrNoProxy)
		}
		m, err := meetingFor(tx, tx.ForUpdate(), actor, action, row.MeetingID)
		if err != nil {
			return or(hide(err), ErrNoProxy)
		}
		if p, err = proxyBy(tx, m.ID, id); err != nil { // again, behind the gate
			return err
		}
		if actor.Post == nil {
			all, err := holdings(tx, []int64{p.OwnerSetID})
			if err != nil {
				return err
			}
			if !all[p.OwnerSetID].may(actor.PersonID, 0) {
				return ErrNoProxy
			}
		}
		return s.endProxy(tx, actor, m, p, reason)
	})
	if err != nil {
		return nil, fmt.Errorf("revoke proxy: %w", err)
	}
	return p, nil
}

// hide leaves nil of a meeting that was not found.
func hide(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (s *Service) endProxy(tx *store.Tx, actor org.Actor, m *Meeting, p *Proxy, reason string) error {
	used, err := p.used(tx)
	if err != nil {
		return err
	}
	switch {
	case used:
		return ErrProxyUsed
	case p.State == ProxyRevoked:
		return nil
	case p.State != ProxyPending && p.State != ProxyAccepted:
		return ErrState.Saying("这份委托“" + ProxyStates[p.State] + "”，不用再撤销")
	}
	p.State, p.Reason, p.EndedBy, p.EndedAt = ProxyRevoked, reason, actor.PersonID, &tx.Now
	if err := tx.Model(&Proxy{}).Where("id = ?", p.ID).Select("state", "reason", "ended_by", "ended_at").Updates(p).Error; err != nil {
		return err
	}
	return note(tx, actor, m, "revoke_proxy", map[string]any{"proxy": p.Number})
}
