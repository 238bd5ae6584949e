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

// ReverseRevoked books what came back of payments on a revoked decision: their journals are reversed, under the decision that the township
// named, by whoever keeps the account and did not instruct the payment. A project that was paid is over with that; one that was paid ahead
// goes on, or is cancelled.
// Faults: org.ErrForbidden, ErrNoRevocation, ErrNotKeeper, ErrNoAccount, ErrStep, ErrOtherPerson, ledger.ErrReversed, fault.ErrInvalid.
func (s *Service) ReverseRevoked(ctx context.Context, actor org.Actor, id int64, receipt string) (int64, error) {
	receipt = strings.TrimSpace(receipt)
	if !runes(receipt, 1, 64) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "receipt", Reason: "请填写款项退回专户的银行回单号（不超过64个字）"})
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
		if r.State != "reverse" {
			return 0, ErrStep.Saying("这件事“" + RevocationStates[r.State] + "”，不能冲回；冲回要先由乡镇（办事处）写明依据的判决或业主大会决定")
		}
		paid, err := reversible(tx, p, r)
		if err != nil {
			return 0, err
		}
		for i := range paid {
			if paid[i].DecidedBy == actor.PersonID {
				return 0, ErrOtherPerson.Saying("确认付款的人不能自己冲回，请由另一个人登记")
			}
			if err := reversePayment(tx, actor, p, &paid[i], r); err != nil {
				return 0, err
			}
		}
		if p.State == ProjectPaid {
			if err := reverseReturns(tx, actor, p, r); err != nil {
				return 0, err
			}
			if err := unowe(tx, actor, p); err != nil {
				return 0, err
			}
			p.State, p.Decision = ProjectCancelled, nil
			if err := tx.Model(&Project{}).Where("id = ?", p.ID).Select("state", "decision").Updates(p).Error; err != nil {
				return 0, err
			}
		}
		r.State, r.Receipt, r.BookedBy, r.BookedAt = "reversed", receipt, actor.PersonID, &tx.Now
		if err := tx.Model(&Revocation{}).Where("id = ?", r.ID).Select("state", "receipt", "booked_by", "booked_at").Updates(r).Error; err != nil {
			return 0, err
		}
		return r.ID, noted(tx, actor, p, "reversed", "依据“"+r.Decision+"”，回单"+receipt)
	})
}

// reversible finds the payments to be reversed: of a project that was paid all of them, if the last was made on the decision that fell; of
// another the advance, if nothing of it came back yet.
func reversible(tx *store.Tx, p *Project, r *Revocation) ([]ProjectPayment, error) {
	var paid []ProjectPayment
	if err := tx.Where("project_id = ? AND state = 'paid'", p.ID).Order("id").Limit(3).Find(&paid).Error; err != nil {
		return nil, err
	}
	if len(paid) == 0 || paid[len(paid)-1].MeetingID != r.MeetingID {
		return nil, ErrStep.Saying("这个项目后来已按新的决定付款，不能再冲回；请乡镇（办事处）改为不冲回")
	}
	back, err := returned(tx, p.ID)
	if err == nil && back > 0 && p.State != ProjectPaid {
		err = ErrStep.Saying("预付款已经退回" + back.String() + "元并登记，其余的也请登记退回，不用冲回")
	}
	return paid, errors.Join(err, nothingAsked(tx, p))
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

// reverseReturns posts the opposite of what came back of the advance before: the bank's slip is of what the contractor still had.
func reverseReturns(tx *store.Tx, actor org.Actor, p *Project, r *Revocation) error {
	var rows []AdvanceReturn
	if err := tx.Where("project_id = ?", p.ID).Order("id").Limit(1000).Find(&rows).Error; err != nil {
		return err
	}
	for _, x := range rows {
		_, err := ledger.Reverse(tx, actor, x.JournalID, fmt.Sprintf("project:%d:return:%d:reversed", p.ID, x.ID), cut("业主的决定被法院撤销，依据“"+r.Decision+"”冲回", 290), calendar.DateOf(tx.Now))
		if err != nil {
			return err
		}
	}
	return nil
}

// unowe puts on the sub-accounts what units had made up of a repair that was reversed: it is not owed any more, so that it is theirs.
func unowe(tx *store.Tx, actor org.Actor, p *Project) error {
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
		_, err = ledger.Post(tx, actor, p.EstateID, ledger.Fund, ledger.Posting{Ref: fmt.Sprintf("project:%d:unowed:%d", p.ID, i+1), Effective: calendar.DateOf(tx.Now),
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
