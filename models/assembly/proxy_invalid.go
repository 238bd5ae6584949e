package assembly

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// InvalidateProxy takes the ballots out that an agent cast by an authorisation which an upheld objection found invalid. They stay,
// marked; a provisional result is counted anew.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoProxy, fault.ErrInvalid.
func (s *Service) InvalidateProxy(ctx context.Context, actor org.Actor, id, proxy, objection int64, reason string) (*Proxy, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么无效（4至200个字）"})
	}
	var p *Proxy
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		var o Objection
		if err := tx.Where("id = ? AND meeting_id = ? AND state = 'upheld'", objection, m.ID).Take(&o).Error; err != nil {
			return store.NotFound(err, ErrState.Saying("请先处理异议：只有成立的异议才能认定委托无效"))
		}
		var err error
		if p, err = proxyBy(tx, m.ID, proxy); err != nil {
			return err
		}
		if p.State == ProxyInvalid {
			return ErrState.Saying("这份委托已经认定无效")
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
			if _, err := s.keepCount(tx, actor, m, "provisional"); err != nil {
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

// voidCast marks what was cast by an authorisation. Everything is in the log first, so that the marks are.
func (s *Service) voidCast(tx *store.Tx, m *Meeting, p *Proxy, objection string) (int, error) {
	if err := s.sequenceAll(tx, m.ID); err != nil {
		return 0, err
	}
	var ids []int64
	if err := tx.Model(&Envelope{}).Where("seat_id = ? AND proxy_id = ? AND void = ''", p.SeatID, p.ID).Pluck("id", &ids).Error; err != nil {
		return 0, err
	}
	for _, e := range ids {
		if err := void(tx, m, e, "proxy_invalid", "委托无效，异议成立："+objection, 0); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
