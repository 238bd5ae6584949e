package income

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// StrikeLine takes a wrong line out by its opposite, dated today, and says why: another person of the office that recorded it, or of the one that
// has its function since. Where that office has nobody else, or is gone without a successor, the office or the committee asks and the community
// decides: see DecideStrike; waits is true then.
// Faults: org.ErrForbidden, ErrNotFound, ErrOtherLine, ErrSamePerson, ErrState, fault.ErrInvalid.
func (s *Service) StrikeLine(ctx context.Context, actor org.Actor, id int64, reason string) (waits bool, err error) {
	reason = strings.TrimSpace(reason)
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		l, err := find[Line](tx.ForUpdate(), actor, org.KeepIncome, id)
		if err != nil {
			return err
		}
		if !length(reason, 2, 200) {
			return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明哪里错了（2至200个字）"})
		}
		if err := s.impersonal(tx, l.EstateID, map[string]string{"reason": reason}); err != nil {
			return err
		}
		if l.StruckAt != nil {
			return ErrState.Saying("这一笔已经冲销")
		}
		if l.StrikingBy != 0 {
			return ErrState.Saying("这一笔的冲销正在等社区核对")
		}
		if waits, err = asks(tx, actor, l); err != nil {
			return err
		}
		if !waits {
			return l.strike(tx, actor, reason)
		}
		if err := tx.Model(&Line{}).Where("id = ?", id).Updates(map[string]any{"striking_by": actor.PersonID, "striking_for": reason}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.ask_strike", audit.Subject{Kind: "income_line", ID: id, Estate: l.EstateID}, nil)
	})
	return waits, err
}

// asks tells who strikes a line alone from who asks the community, and refuses all others.
func asks(tx *store.Tx, actor org.Actor, l *Line) (bool, error) {
	e, err := org.OpenEstate(tx, l.EstateID)
	if err != nil {
		return false, err
	}
	here := map[int64]bool{e.CompanyID: true, e.CommitteeID: true}
	ours := l.OrganisationID == 0 || l.OrganisationID == actor.OrganisationID()
	if !ours && !here[l.OrganisationID] {
		list, err := org.Organisations(tx, []int64{l.OrganisationID})
		if err != nil {
			return false, err
		}
		now := map[org.Kind]int64{org.Company: e.CompanyID, org.Committee: e.CommitteeID}[list[l.OrganisationID].Kind]
		if ours = now == actor.OrganisationID(); !ours && now == 0 && actor.OrganisationID() == e.CommitteeID {
			return true, nil
		}
	}
	if !ours {
		return false, ErrOtherLine
	}
	if l.RecordedBy != actor.PersonID {
		return false, nil
	}
	others, err := org.Colleagues(tx, actor.OrganisationID(), actor.PersonID)
	if err == nil && others {
		err = ErrSamePerson
	}
	return true, err
}

// strike books the opposite of a line.
func (l *Line) strike(tx *store.Tx, actor org.Actor, reason string) error {
	if _, err := ledger.Reverse(tx, actor, l.JournalID, fmt.Sprintf("line-%d-struck", l.ID), "冲销"+l.title(), calendar.DateOf(tx.Now)); err != nil {
		return err
	}
	if err := tx.Model(&Line{}).Where("id = ?", l.ID).Updates(map[string]any{"struck_at": tx.Now, "struck_by": actor.PersonID, "struck_reason": reason, "striking_by": 0, "striking_for": ""}).Error; err != nil {
		return err
	}
	return audit.Append(tx, actor, "income.strike", audit.Subject{Kind: "income_line", ID: l.ID, Estate: l.EstateID}, nil)
}

// DecideStrike is the community's: it strikes a line that its office cannot strike by itself, or leaves it.
// Faults: org.ErrForbidden, ErrNotFound, ErrSamePerson, ErrState.
func (s *Service) DecideStrike(ctx context.Context, actor org.Actor, id int64, approve bool) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		l, err := find[Line](tx.ForUpdate(), actor, org.ApproveIncome, id)
		if err != nil {
			return err
		}
		switch {
		case l.StrikingBy == 0:
			return ErrState.Saying("这一笔没有等待核对的冲销")
		case l.StrikingBy == actor.PersonID || l.RecordedBy == actor.PersonID:
			return ErrSamePerson
		case actor.Post == nil || actor.Post.OrgKind != org.Community: // the table has the committee's head as well
			return org.ErrForbidden
		case approve:
			return l.strike(tx, actor, l.StrikingFor)
		}
		if err := tx.Model(&Line{}).Where("id = ?", id).Updates(map[string]any{"striking_by": 0, "striking_for": ""}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "income.leave_line", audit.Subject{Kind: "income_line", ID: id, Estate: l.EstateID}, nil)
	})
}
