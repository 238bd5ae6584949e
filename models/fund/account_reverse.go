package fund

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ReverseSlip takes a wrong slip back: its journal is reversed, and the slip may be entered anew. Another person than whoever entered it.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrAnotherPerson, ErrTapReused, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) ReverseSlip(ctx context.Context, actor org.Actor, id int64, on calendar.Date, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(runes(reason, 2, 300), "reason", "请写明为什么冲销（2至300个字）")
	c.Check(!on.IsZero() && !calendar.DateOf(s.db.Now()).Before(on), "on", "请填写冲销记在哪一天，不能晚于今天")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "reverse slip", func(tx *store.Tx) (int64, error) {
		row, _, err := ofKeeper(tx, actor, id, func(x *Slip) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if row.ReversedAt != nil {
			return 0, ErrStage.Saying("这张回单已经冲销过")
		}
		if row.CreatedBy == actor.PersonID {
			return 0, ErrAnotherPerson
		}
		if err := unmakeUp(tx, actor, row.EstateID, row.ref(), reason, on); err != nil {
			return 0, err
		}
		if _, err := ledger.Reverse(tx, actor, row.JournalID, fmt.Sprintf("deposit-%d-reversed", row.ID), reason, on); err != nil {
			return 0, err
		}
		var list []Deposit
		if err := tx.Where("slip_id = ?", row.ID).Find(&list).Error; err != nil {
			return 0, err
		}
		for _, d := range list {
			if d.Kind == FirstDeposit && d.Payer != "seller" {
				if err := tx.Exec("UPDATE fund_subaccounts SET first_fen = first_fen - ? WHERE unit_id = ?", d.Amount, d.UnitID).Error; err != nil {
					return 0, err
				}
			}
		}
		if err := tx.Model(&Deposit{}).Where("slip_id = ?", row.ID).Update("dropped", true).Error; err != nil {
			return 0, err
		}
		err = tx.Model(&Slip{}).Where("id = ?", row.ID).Updates(map[string]any{"slot": nil, "reversed_by": actor.PersonID, "reversed_at": tx.Now, "reason": reason}).Error
		if err != nil {
			return 0, err
		}
		return row.ID, jot(tx, actor, "reverse_deposit", "fund_slip", row.ID, row.EstateID, nil)
	})
}
