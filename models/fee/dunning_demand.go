package fee

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PrepareDemand freezes a formal demand to a unit for all its bills that may be demanded, for a second person to issue. Each needs a
// reminder whose days are over, and is demanded once.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnit, ErrPaused, ErrEarly, ErrState, ErrThreat, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) PrepareDemand(ctx context.Context, actor org.Actor, estate, unit int64, payText string) (int64, error) {
	if err := checkPay(&payText); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "prepare_demand", at(actor, estate), func(tx *store.Tx) (int64, error) {
		days, err := s.days(tx, estate, demandDays)
		if err != nil {
			return 0, err
		}
		names, err := unitNames(tx, estate, []int64{unit})
		if err != nil {
			return 0, err
		}
		if names[unit] == "" {
			return 0, ErrUnit
		}
		bills, set, err := s.demandable(tx, estate, actor.OrganisationID(), unit, 0)
		if err != nil {
			return 0, err
		}
		texts, err := write(tx, actor.OrganisationID(), payText, bills)
		if err != nil {
			return 0, err
		}
		t, claims := texts[unit], map[int64]bool{}
		t.days = days
		for _, b := range bills {
			claims[b.ID] = true
		}
		l := &Letter{EstateID: estate, CompanyID: actor.OrganisationID(), UnitID: unit, Unit: names[unit], OwnerSetID: set, Stage: Demand, State: Prepared, Amount: t.total(), Bills: len(t.bills), Text: t.demand(), Days: days, PersonID: actor.PersonID, PostID: actor.Post.PostID, At: tx.Now}
		if err := unthreatening(l.Text, "how_to_pay"); err != nil {
			return 0, err
		}
		if err := post(tx, l, t, claims, nil); err != nil {
			return 0, err
		}
		return l.ID, note(tx, actor, "prepare_demand", "fee_letter", l.ID, estate, map[string]any{"sha256": l.Sha256})
	})
}

// demandable are the bills of a unit that may be demanded today of today's owners, and their owner set; except for those of letter, which
// claimed them already.
func (s *Service) demandable(tx *store.Tx, estate, company, unit, letter int64) ([]Bill, int64, error) {
	wait, err := s.days(tx, estate, remindDays)
	if err != nil {
		return nil, 0, err
	}
	f, err := s.factsOf(tx, estate, company, []int64{unit})
	if err != nil {
		return nil, 0, err
	}
	open, why := f.asked(unit, wait)
	if len(open) == 0 {
		if len(f.bills[unit]) == 0 {
			why = settled
		}
		return nil, 0, ErrPaused.Saying("这一户现在不能催告：" + why)
	}
	ids := make([]int64, len(open))
	for i, b := range open {
		ids[i] = b.ID
	}
	ripe, err := ripeOf(tx, ids, f.today, wait)
	if err != nil {
		return nil, 0, err
	}
	taken, err := demandedOf(tx, ids, letter)
	if err != nil {
		return nil, 0, err
	}
	var list []Bill
	why = fmt.Sprintf("要先发提醒，并从提醒（没有账号的从送达）起满%d日", wait)
	for _, b := range open {
		switch {
		case !ripe[b.ID]:
		case taken[b.ID]:
			why = "这些账单已经催告过，或已有一份等签发"
		default:
			list = append(list, b)
		}
	}
	if len(list) == 0 {
		return nil, 0, ErrEarly.Saying("现在不能催告：" + why)
	}
	return list, f.sets[unit][0], nil
}

// ripeOf says of which bills somebody was reminded so many days ago: on the phone, or by paper that was taken there.
func ripeOf(tx *store.Tx, bills []int64, today time.Time, wait int) (map[int64]bool, error) {
	var rows []struct {
		BillID, LetterID int64
		At               time.Time
		Reached          int
	}
	err := tx.Table("fee_letter_bills b").Select("b.bill_id, l.id AS letter_id, l.at, l.reached").Joins("JOIN fee_letters l ON l.id = b.letter_id AND l.stage = ? AND l.state = ?", Reminder, Sent).Where("b.bill_id IN ?", bills).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	letters := make([]int64, len(rows))
	for i, r := range rows {
		letters[i] = r.LetterID
	}
	var taken []Delivery
	if err := tx.Where("letter_id IN ?", letters).Find(&taken).Error; err != nil {
		return nil, err
	}
	by := map[int64]time.Time{}
	for _, d := range taken {
		if at := by[d.LetterID]; at.IsZero() || d.At.Before(at) {
			by[d.LetterID] = d.At
		}
	}
	ripe := map[int64]bool{}
	for _, r := range rows {
		at := r.At
		if r.Reached == 0 {
			if at = by[r.LetterID]; at.IsZero() {
				continue
			}
		}
		if !org.DayOf(at).AddDate(0, 0, wait).After(today) {
			ripe[r.BillID] = true
		}
	}
	return ripe, nil
}

// demandedOf says which bills another demand has claimed.
func demandedOf(tx *store.Tx, bills []int64, letter int64) (map[int64]bool, error) {
	var ids []int64
	err := tx.Table("fee_letter_bills b").Joins("JOIN fee_letters l ON l.id = b.letter_id AND l.stage = ?", Demand).Where("b.bill_id IN ? AND b.claim IS NOT NULL AND b.letter_id <> ?", bills, letter).Pluck("b.bill_id", &ids).Error
	taken := map[int64]bool{}
	for _, id := range ids {
		taken[id] = true
	}
	return taken, err
}

// IssueDemand issues what another person prepared, if it still stands: nothing paid, disputed, paused or sold since. It gets its number,
// its people are told, and the reasonable period runs: from today, or where nobody has an account from the delivery.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrMoved, ErrPaused, ErrEarly, rulepack.ErrUnset.
func (s *Service) IssueDemand(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.onDemand(ctx, actor, "issue_demand", id, func(tx *store.Tx, l *Letter) error {
		if l.PersonID == actor.PersonID {
			return ErrSamePerson
		}
		if err := s.stands(tx, l); err != nil {
			return err
		}
		number, err := store.NextNumber(tx, "CG")
		if err != nil {
			return err
		}
		reach, err := org.HomePeople(tx, []int64{l.UnitID})
		if err != nil {
			return err
		}
		l.Number, l.State, l.IssuedBy, l.IssuedAt, l.Reached = &number, Issued, actor.PersonID, &tx.Now, len(reach[l.UnitID])
		if l.Reached > 0 { // otherwise its period begins when the paper is delivered
			until := org.DayOf(tx.Now).AddDate(0, 0, l.Days)
			l.RespondOn = &until
		}
		if err := tx.Model(&Letter{}).Where("id = ?", l.ID).Select("number", "state", "issued_by", "issued_at", "respond_on", "reached").Updates(l).Error; err != nil {
			return err
		}
		return tell(tx, l, reach[l.UnitID])
	})
}

// stands refuses a demand that what happened since it was prepared has made wrong.
func (s *Service) stands(tx *store.Tx, l *Letter) error {
	bills, set, err := s.demandable(tx, l.EstateID, l.CompanyID, l.UnitID, l.ID)
	if err != nil {
		return err
	}
	if set != l.OwnerSetID {
		return ErrMoved.Saying("准备催告以后房屋换了业主，这份催告不能发出；请撤回")
	}
	var named []LetterBill
	if err := tx.Where("letter_id = ?", l.ID).Find(&named).Error; err != nil {
		return err
	}
	sums, err := owed(tx, bills)
	if err != nil {
		return err
	}
	now := map[int64]Owed{}
	for _, o := range sums {
		now[o.ID] = o
	}
	for _, b := range named {
		if o, ok := now[b.BillID]; !ok || o.Due() != b.Amount {
			return ErrMoved.Saying("准备催告以后，有的账单已经交了、改了、在核对或暂缓，这份催告不能发出；请撤回后重新准备")
		}
	}
	return nil
}

// WithdrawDemand takes back what was prepared and not issued. Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) WithdrawDemand(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.onDemand(ctx, actor, "withdraw_demand", id, func(tx *store.Tx, l *Letter) error {
		if err := tx.Model(&LetterBill{}).Where("letter_id = ?", l.ID).Update("claim", nil).Error; err != nil {
			return err
		}
		return tx.Model(&Letter{}).Where("id = ?", l.ID).Updates(map[string]any{"state": Withdrew, "withdrawn_by": actor.PersonID}).Error
	})
}

func (s *Service) onDemand(ctx context.Context, actor org.Actor, verb string, id int64, f func(tx *store.Tx, l *Letter) error) (int64, error) {
	return s.act(ctx, actor, verb, of(actor, id, func(l *Letter) int64 { return l.EstateID }), func(tx *store.Tx) (int64, error) {
		l, err := own[Letter](tx, actor, id)
		if err != nil {
			return 0, err
		}
		if l.Stage != Demand || l.State != Prepared {
			return 0, ErrState
		}
		if err := f(tx, l); err != nil {
			return 0, err
		}
		return l.ID, note(tx, actor, verb, "fee_letter", l.ID, l.EstateID, nil)
	})
}
