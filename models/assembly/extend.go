package assembly

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Extend moves the close once, before it comes, by no more days than the frozen rule gives, with the reason that is announced.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, fault.ErrInvalid.
func (s *Service) Extend(ctx context.Context, actor org.Actor, id int64, days int, reason string) (*Meeting, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明延长的原因（4至200个字），业主会看到"})
	}
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Noticed}, func(tx *store.Tx, m *Meeting) error {
		t, err := m.terms()
		if err != nil {
			return err
		}
		switch {
		case t.ExtensionDays == 0:
			return ErrState.Saying("本次会议冻结的规则没有写可以延长，不能延长")
		case m.ExtendedFrom != nil:
			return ErrState.Saying("表决期已经延长过一次，不能再延长")
		case !tx.Now.Before(*m.ClosesAt):
			return ErrClosed.Saying("表决已经截止，不能再延长")
		case days < 1 || int64(days) > t.ExtensionDays:
			return fault.ErrInvalid.With(fault.Field{Path: "days", Reason: fmt.Sprintf("可延长1至%d日", t.ExtensionDays)})
		}
		was, until := *m.ClosesAt, m.ClosesAt.AddDate(0, 0, days)
		if most := m.OpensAt.AddDate(0, 0, int(t.WindowMax)); until.After(most) {
			return ErrWindow.Saying(fmt.Sprintf("表决期连延长最多%d日，最晚到%s", t.WindowMax, most.In(shanghai).Format("1月2日15:04")))
		}
		m.ExtendedFrom, m.ExtendedFor, m.ClosesAt = &was, reason, &until
		if err := note(tx, actor, m, "extend", map[string]any{"from": was, "until": until}); err != nil {
			return err
		}
		return s.tell(tx, m, "extended")
	})
	if err != nil {
		return nil, fmt.Errorf("extend voting: %w", err)
	}
	return m, nil
}

// pulseGap is a pause between two looks that counts as an outage.
const pulseGap = 5 * time.Minute

// pulse notes that voting is possible now. Where it was not for longer than the frozen share of the window, the close moves by as
// long, rounded up to days, once, and that is announced.
func (s *Service) pulse(tx *store.Tx, m *Meeting) error {
	from := *m.OpensAt
	if m.PulseAt != nil && m.PulseAt.After(from) {
		from = *m.PulseAt
	}
	to := tx.Now
	if to.After(*m.ClosesAt) {
		to = *m.ClosesAt
	}
	if gap := to.Sub(from); gap > pulseGap {
		m.OutageSeconds += int64(gap / time.Second)
	}
	m.PulseAt = &tx.Now
	t, err := m.terms()
	if err != nil {
		return err
	}
	window := int64(m.ClosesAt.Sub(*m.OpensAt) / time.Second)
	if t.OutageRate == 0 || m.OutageDays > 0 || m.OutageSeconds*10_000 <= t.OutageRate*window {
		return nil
	}
	m.OutageDays = int((m.OutageSeconds + 86_399) / 86_400)
	until := m.ClosesAt.AddDate(0, 0, m.OutageDays)
	if lost := tx.Now.AddDate(0, 0, m.OutageDays); !tx.Now.Before(*m.ClosesAt) && until.Before(lost) {
		until = lost // the outage reached past the close: whoever could not vote gets the time from now
	}
	if err := note(tx, audit.System{}, m, "extend_outage", map[string]any{"seconds": m.OutageSeconds, "until": until}); err != nil {
		return err
	}
	m.ClosesAt = &until
	return s.tell(tx, m, "extended")
}
