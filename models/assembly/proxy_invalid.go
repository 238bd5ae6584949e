package assembly

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// InvalidateProxy takes the ballots out that an agent cast by an authorisation, after an objection to one of them was upheld by two people. They
// stay, marked; a provisional result is counted anew. Nobody does it who has a stake, or let the authorisation in.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoProxy, ErrStake, ErrHandled, fault.ErrInvalid.
func (s *Service) InvalidateProxy(ctx context.Context, actor org.Actor, id, proxy, objection int64, reason string) (*Proxy, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么无效（4至200个字）"})
	}
	var p *Proxy
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		var err error
		if p, err = proxyBy(tx, m.ID, proxy); err != nil {
			return err
		}
		if p.State == ProxyInvalid {
			return ErrState.Saying("这份委托已经认定无效")
		}
		o, err := p.foundBy(tx, actor, m, objection)
		if err != nil {
			return err
		}
		p.State, p.Reason, p.EndedBy, p.EndedAt, p.ObjectionID = ProxyInvalid, reason, actor.PersonID, &tx.Now, o.ID
		if err := tx.Model(&Proxy{}).Where("id = ?", p.ID).Select("state", "reason", "ended_by", "ended_at", "objection_id").Updates(p).Error; err != nil {
			return err
		}
		n, err := s.voidCast(tx, m, p, o.Number)
		if err != nil {
			return err
		}
		if m.State == Provisional && n > 0 {
			if err := s.republish(tx, actor, m, "provisional"); err != nil {
				return err
			}
		}
		return note(tx, actor, m, "invalidate_proxy", map[string]any{"proxy": p.Number, "objection": o.Number, "ballots": n})
	})
	if err != nil {
		return nil, fmt.Errorf("invalidate proxy: %w", err)
	}
	return p, nil
}

// foundBy finds the upheld objection to what was cast by an authorisation, for somebody who may draw the conclusion.
func (p *Proxy) foundBy(tx *store.Tx, actor org.Actor, m *Meeting, objection int64) (*Objection, error) {
	var o Objection
	if err := tx.Where("id = ? AND meeting_id = ? AND state = 'upheld' AND entered_by <> 0", objection, m.ID).Take(&o).Error; err != nil {
		return nil, store.NotFound(err, ErrState.Saying("请先处理异议：对代理人投的票提出的异议，经两个人认定成立以后，才能认定委托无效"))
	}
	if err := noStake(tx, m, actor.PersonID); err != nil {
		return nil, err
	}
	disputed, err := o.envelopes(tx)
	if err != nil {
		return nil, err
	}
	if err := notHandled(tx, actor.PersonID, disputed, o.FormID); err != nil {
		return nil, err
	}
	var by int64
	err = tx.Raw("SELECT (SELECT COUNT(*) FROM envelopes WHERE seat_id = ? AND proxy_id = ? AND id IN ?) + (SELECT COUNT(*) FROM paper_forms WHERE id = ? AND proxy_id = ?)", p.SeatID, p.ID, append(slices.Collect(maps.Keys(disputed)), 0), o.FormID, p.ID).Scan(&by).Error
	if err == nil && by == 0 {
		err = ErrState.Saying("这件异议说的不是凭这份委托投的票，请选择对应的异议")
	}
	return &o, err
}

// voidCast marks what was cast by an authorisation, for good: also what an objection holds, which may be answered otherwise.
func (s *Service) voidCast(tx *store.Tx, m *Meeting, p *Proxy, objection string) (int, error) {
	var ids []int64
	if err := tx.Model(&Envelope{}).Where("seat_id = ? AND proxy_id = ? AND void IN ('', 'objection')", p.SeatID, p.ID).Pluck("id", &ids).Error; err != nil {
		return 0, err
	}
	for _, e := range ids {
		if err := void(tx, m, e, "proxy_invalid", "委托无效，异议成立："+objection, 0); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
