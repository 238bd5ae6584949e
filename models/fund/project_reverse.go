package fund

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ReverseRevoked books what came back of payments on a revoked decision, under the decision that the township named, by whoever keeps the account
// and did not instruct the payment. With the first money the payments on that decision are reversed, and what has not come yet stands as owed back
// by the contractor. A project that was paid is over with that, or is wound up where something was paid ahead on another decision; one that was
// paid ahead goes on, or is cancelled.
// Faults: org.ErrForbidden, ErrNoRevocation, ErrNotKeeper, ErrNoAccount, ErrStep, ErrOtherPerson, ErrReturned, ledger.ErrReversed, fault.ErrInvalid.
func (s *Service) ReverseRevoked(ctx context.Context, actor org.Actor, id int64, amount, receipt string) (int64, error) {
	receipt = strings.TrimSpace(receipt)
	fen, err := money.Parse(amount)
	var c fault.Checks
	c.Check(err == nil && fen > 0, "amount", "请填写到账金额（元，大于零，最多两位小数）")
	c.Check(runes(receipt, 1, 64), "receipt", "请填写款项退回专户的银行回单号（不超过64个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.RunProject, "reverse revoked", func(tx *store.Tx) (int64, error) {
		r, p, err := revocationFor(tx, actor, org.RunProject, id)
		if err != nil {
			return 0, err
		}
		a, err := lockAccount(tx, p.EstateID)
		if err != nil {
			return 0, err
		}
		if !keeps(actor, a) {
			return 0, ErrNotKeeper.Saying("这个小区的维修资金由" + HolderNames[a.Holder] + "，冲回由他们登记")
		}
		if r.State != "reverse" && r.State != "returning" {
			return 0, ErrStep.Saying("这件事“" + RevocationStates[r.State] + "”，不能冲回；冲回要先由乡镇（办事处）写明依据的判决或业主大会决定")
		}
		var own int64
		if err := tx.Model(&ProjectPayment{}).Where("project_id = ? AND meeting_id = ? AND state IN ? AND decided_by = ?", p.ID, r.MeetingID, []string{"paid", "reversed"}, actor.PersonID).Count(&own).Error; err != nil {
			return 0, err
		}
		if own > 0 {
			return 0, ErrOtherPerson.Saying("确认付款的人不能自己冲回，请由另一个人登记")
		}
		if r.State == "reverse" {
			if err := s.reversePayments(tx, actor, p, r); err != nil {
				return 0, err
			}
		}
		return r.ID, r.arrived(tx, actor, p, fen, receipt)
	})
}

// arrived books money that came back, up to what is owed.
func (r *Revocation) arrived(tx *store.Tx, actor org.Actor, p *Project, fen money.Fen, receipt string) error {
	var back money.Fen
	if err := tx.Model(&AdvanceReturn{}).Select("COALESCE(SUM(amount), 0)").Where("project_id = ? AND revocation_id = ?", p.ID, r.ID).Scan(&back).Error; err != nil {
		return err
	}
	left := r.Owed - back - fen
	if left < 0 {
		return fault.ErrInvalid.With(fault.Field{Path: "amount", Reason: "承包单位还应退回" + (r.Owed - back).String() + "元，超出了；多出的请核对来源"})
	}
	row := &AdvanceReturn{RevocationID: r.ID, Amount: fen, Receipt: receipt}
	if err := row.arrive(tx, actor, p, ledger.FundOwedBack, "退回按被撤销的决定支付的款："+p.Title); err != nil {
		return err
	}
	words := "依据“" + r.Decision + "”，退回" + fen.String() + "元，回单" + receipt
	r.State, r.Receipt, r.BookedBy, r.BookedAt = "reversed", receipt, actor.PersonID, &tx.Now
	if left > 0 {
		r.State, words = "returning", words+"，还差"+left.String()+"元"
	}
	if err := tx.Model(&Revocation{}).Where("id = ?", r.ID).Select("state", "owed", "receipt", "booked_by", "booked_at").Updates(r).Error; err != nil {
		return err
	}
	return noted(tx, actor, p, "reversed", words)
}

// reversePayments reverses what was paid on the decision that fell, and puts it on what the contractor owes back.
func (s *Service) reversePayments(tx *store.Tx, actor org.Actor, p *Project, r *Revocation) error {
	paid, err := reversible(tx, p, r)
	if err != nil {
		return err
	}
	was, lines := p.State, []ledger.Line{}
	var out, ahead money.Fen
	for i := range paid {
		pay := &paid[i]
		owed := pay.Amount
		if pay.Kind == AdvancePayment { // what came back of it before is not owed again
			if ahead, err = returned(tx, p.ID); err != nil {
				return err
			}
			owed -= ahead
		}
		if err := reversePayment(tx, actor, p, pay, r); err != nil {
			return err
		}
		out, r.Owed = out+pay.Amount, r.Owed+owed
	}
	for _, l := range []ledger.Line{{Key: ledger.Key{Code: ledger.FundOwedBack}, Amount: r.Owed}, {Key: ledger.Key{Code: ledger.FundAdvance}, Amount: ahead}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -out}} {
		if l.Amount != 0 {
			lines = append(lines, l)
		}
	}
	if len(lines) > 0 {
		_, err = ledger.Post(tx, actor, p.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("project:%d:owed:%d", p.ID, r.ID), Effective: calendar.DateOf(tx.Now),
			Source: ledger.Source{Kind: "project", ID: p.ID, Text: p.source()}, Memo: "应由承包单位退回：" + p.Title, Lines: lines})
		if err != nil {
			return err
		}
	}
	if was != ProjectPaid {
		return nil
	}
	return s.endReversed(tx, actor, p, r)
}

// endReversed ends a project whose last payment was reversed; what was paid ahead on another decision is still to be cleared.
func (s *Service) endReversed(tx *store.Tx, actor org.Actor, p *Project, r *Revocation) error {
	if err := unowe(tx, actor, p, r); err != nil {
		return err
	}
	left, err := outstanding(tx, p.ID)
	if err != nil {
		return err
	}
	if err := p.unfreeze(tx); err != nil {
		return err
	}
	columns, why := []string{"state", "decision"}, cut("业主的决定被法院撤销，依据“"+r.Decision+"”冲回", 490)
	p.State, p.Decision = ProjectCancelled, nil
	if p.FinalNotice != 0 {
		if err := s.o.Board.TakeDown(tx, p.FinalNotice, why); err != nil {
			return err
		}
	}
	if left > 0 {
		p.State, p.CancelledAt, p.CancelledFor = ProjectClosing, &tx.Now, why
		columns = append(append(columns, "cancelled_at", "cancelled_for"), p.unsettle()...)
	} else if err := s.postCancelled(tx, actor, p, why); err != nil {
		return err
	}
	return tx.Model(&Project{}).Where("id = ?", p.ID).Select(columns).Updates(p).Error
}

// reversible finds the payments on the decision that fell. An advance that a last payment on another decision used up is not reversed before that,
// nor one of which something came back of a project that is not paid.
func reversible(tx *store.Tx, p *Project, r *Revocation) (list []ProjectPayment, err error) {
	var paid []ProjectPayment
	if err := tx.Where("project_id = ? AND state = 'paid'", p.ID).Order("id").Limit(3).Find(&paid).Error; err != nil {
		return nil, err
	}
	for _, pay := range paid {
		if pay.MeetingID == r.MeetingID {
			list = append(list, pay)
		} else if pay.Kind == FinalPayment {
			return nil, ErrStep.Saying("这个项目的尾款是按另一项决定付的，预付款已经用在里面，不能单独冲回；尾款的决定也被撤销的，请先办理尾款那一件，否则请乡镇（办事处）改为不冲回")
		}
	}
	if len(list) == 0 {
		return nil, ErrStep.Saying("按这项决定支付的款已经冲回，不用再办")
	}
	back, err := returned(tx, p.ID)
	if err == nil && back > 0 && p.State != ProjectPaid {
		err = ErrStep.Saying("预付款已经退回" + back.String() + "元并登记，其余的也请登记退回，不用冲回")
	}
	return list, errors.Join(err, nothingAsked(tx, p))
}

// reversePayment posts the opposite of a payment's journals.
func reversePayment(tx *store.Tx, actor org.Actor, p *Project, pay *ProjectPayment, r *Revocation) error {
	for part := 1; ; part++ {
		j, err := ledger.FindRef(tx, p.EstateID, ledger.Fund, payRef(p.ID, pay, part))
		if err != nil {
			return err
		}
		if j == nil {
			break
		}
		_, err = ledger.Reverse(tx, actor, j.ID, j.Ref+":reversed", cut("业主的决定被法院撤销，依据“"+r.Decision+"”冲回", 290), calendar.DateOf(tx.Now))
		if err != nil {
			return err
		}
	}
	pay.State, pay.Live = "reversed", nil
	return tx.Model(&ProjectPayment{}).Where("id = ?", pay.ID).Select("state", "live").Updates(pay).Error
}

// unowe puts on the sub-accounts what units had made up of a repair that was reversed: it is not owed any more, so that it is theirs.
func unowe(tx *store.Tx, actor org.Actor, p *Project, r *Revocation) error {
	var units []int64
	if err := tx.Model(&ProjectShare{}).Where("project_id = ? AND short > 0", p.ID).Order("unit_id").Distinct().Limit(maxDoors).Pluck("unit_id", &units).Error; err != nil {
		return err
	}
	for i, part := range slices.Collect(slices.Chunk(units, 240)) {
		owed, err := owing(tx, p.EstateID, part, always)
		if err != nil {
			return err
		}
		var lines []ledger.Line
		for _, id := range part {
			for _, sub := range subCodes {
				if over := -owed[id].of(sub); over > 0 {
					lines = append(lines, ledger.Line{Key: ledger.Key{Code: dueOf(sub), UnitID: id}, Amount: over}, ledger.Line{Key: ledger.Key{Code: sub, UnitID: id}, Amount: -over})
				}
			}
		}
		if len(lines) == 0 {
			continue
		}
		_, err = ledger.Post(tx, actor, p.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("project:%d:unowed:%d:%d", p.ID, r.ID, i+1), Effective: calendar.DateOf(tx.Now),
			Source: ledger.Source{Kind: "project", ID: p.ID, Text: p.source()}, Memo: "冲回后退到分户账：" + p.Title, Lines: lines})
		if err != nil {
			return err
		}
	}
	return tx.Model(&ProjectShare{}).Where("project_id = ?", p.ID).Updates(map[string]any{"charged": money.Fen(0), "short": money.Fen(0)}).Error
}

// payRef is the ref of a part of what a payment posts.
func payRef(project int64, pay *ProjectPayment, part int) string {
	return fmt.Sprintf("project:%d:%s:%d:%d", project, pay.Kind, pay.ID, part)
}
