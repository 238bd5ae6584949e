package income

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// EndContract enters that a contract ended before its last day, and why. It takes income away, of days that have passed as well: it holds once
// another person has looked at it. The same once more changes nothing.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) EndContract(ctx context.Context, actor org.Actor, id int64, on calendar.Date, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := find[Contract](tx.ForUpdate(), actor, org.KeepIncome, id)
		if err != nil {
			return err
		}
		var k fault.Checks
		k.Check(!on.IsZero() && !day(on).Before(c.StartsOn) && day(on).Before(c.EndsOn), "on", "提前结束的日期要在合同期内")
		k.Check(length(reason, 2, 200), "reason", "请写明原因（2至200个字）")
		if err := k.Err(); err != nil {
			return err
		}
		if err := s.impersonal(tx, c.EstateID, map[string]string{"reason": reason}); err != nil {
			return err
		}
		switch {
		case c.EndedOn != nil:
			return ErrState.Saying("这份合同已经登记过提前结束")
		case c.EndingOn != nil && c.EndingBy == actor.PersonID && c.EndingOn.Equal(day(on)) && c.EndReason == reason:
			return nil
		case c.EndingOn != nil:
			return ErrState.Saying("这份合同的提前结束正在等另一个人复核")
		}
		if err := tx.Model(&Contract{}).Where("id = ?", id).Updates(map[string]any{"ending_on": day(on), "ending_by": actor.PersonID, "end_reason": reason}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.end_contract", audit.Subject{Kind: "income_contract", ID: id, Estate: c.EstateID}, map[string]any{"on": on.String()})
	})
}

// DecideEnd lets an early end hold as the second person, or sends it back with a reason; nothing is due after a day that holds.
// Faults: org.ErrForbidden, ErrNotFound, ErrSamePerson, ErrState, fault.ErrInvalid.
func (s *Service) DecideEnd(ctx context.Context, actor org.Actor, id int64, approve bool, text string) error {
	text = strings.TrimSpace(text)
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := find[Contract](tx.ForUpdate(), actor, org.ApproveIncome, id)
		if err != nil {
			return err
		}
		switch {
		case c.EndingOn == nil:
			return ErrState.Saying("这份合同没有等待复核的提前结束")
		case c.EndingBy == actor.PersonID:
			return ErrSamePerson
		case !approve && !length(text, 2, 200):
			return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "退回的，请写明原因（2至200个字）"})
		}
		if err := s.impersonal(tx, c.EstateID, map[string]string{"text": text}); err != nil { // it goes into the trail
			return err
		}
		change := map[string]any{"ending_on": nil, "ending_by": 0, "end_reason": ""}
		if approve {
			change = map[string]any{"ending_on": nil, "ended_on": c.EndingOn}
			if err := s.owe(tx, c, fmt.Sprintf("income-contract:%d:end", c.ID)); err != nil {
				return err
			}
		}
		if err := tx.Model(&Contract{}).Where("id = ?", id).Updates(change).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.decide_end", audit.Subject{Kind: "income_contract", ID: id, Estate: c.EstateID}, map[string]any{"approve": approve, "text": text})
	})
}
