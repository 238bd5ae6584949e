package committee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Allowance is what a member was paid for some months. It is a cost of the public income, and every resident sees it.
type Allowance struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	TermID     int64
	MemberID   int64
	FromOn     time.Time `gorm:"type:date"`
	ToOn       time.Time `gorm:"type:date"`
	Amount     money.Fen
	Basis      string
	PaidOn     time.Time `gorm:"type:date"`
	LineID     int64     // of the public income
	RecordedBy int64
	CreatedAt  time.Time
}

// TableName names the table.
func (Allowance) TableName() string { return "committee_allowances" }

// Spending is a cost that the committee books.
type Spending struct {
	EstateID    int64
	Amount      money.Fen
	On          calendar.Date
	Party, Text string
	FileIDs     []int64
	Ref         string
}

// NewAllowance is a payment to be recorded.
type NewAllowance struct {
	MemberID       int64
	From, To, Paid calendar.Date
	Amount         money.Fen
	Basis          string // the owners' decision on pay, which no committee gives itself
	FileIDs        []int64
}

// PayAllowance records what a member was paid and books it. A member does not record their own, and no month is paid twice.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrSamePerson, ErrState, fault.ErrInvalid.
func (s *Service) PayAllowance(ctx context.Context, actor org.Actor, in NewAllowance) (int64, error) {
	in.Basis = strings.TrimSpace(in.Basis)
	today := calendar.DateOf(s.db.Now())
	var c fault.Checks
	c.Check(!in.From.IsZero() && !in.To.IsZero() && !in.To.Before(in.From), "to", "请填是哪段时间的津贴，结束不能早于开始")
	c.Check(!in.Paid.IsZero() && !today.Before(in.Paid), "paid_on", "请填支付的日期，不能是以后的日子")
	c.Check(in.Amount > 0 && in.Amount <= money.Max, "amount", "请填金额，单位是元")
	c.Check(length(in.Basis, 4, 200), "basis", "请写明业主大会关于委员酬金的决定（4至200个字）：业委会不能自己决定自己的酬金")
	c.Check(len(in.FileIDs) > 0 && len(in.FileIDs) <= 10, "file_ids", "请上传支付凭据（1至10份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "pay allowance", func(tx *store.Tx) (int64, error) {
		m, t, me, err := seat(s, tx, actor, in.MemberID, func(m *Member) int64 { return m.EstateID })
		if err != nil {
			return 0, err
		}
		if me.ID == m.ID {
			return 0, ErrSamePerson.Saying("自己的津贴请另一位委员登记")
		}
		var before []Allowance
		if err := tx.ForUpdate().Where("member_id = ? AND from_on <= ? AND to_on >= ?", m.ID, midnight(in.To), midnight(in.From)).Limit(1).Find(&before).Error; err != nil {
			return 0, err
		}
		if len(before) == 1 {
			return 0, ErrState.Saying(fmt.Sprintf("%s至%s的津贴已经登记过", before[0].FromOn.Format("2006年1月2日"), before[0].ToOn.Format("2006年1月2日")))
		}
		a := &Allowance{EstateID: m.EstateID, TermID: t.ID, MemberID: m.ID, FromOn: midnight(in.From), ToOn: midnight(in.To), Amount: in.Amount, Basis: in.Basis, PaidOn: midnight(in.Paid), RecordedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(a).Error; err != nil {
			return 0, err
		}
		line, err := s.money.Spend(tx, actor, Spending{EstateID: m.EstateID, Amount: in.Amount, On: in.Paid, Party: "个人", Text: fmt.Sprintf("业委会委员津贴（%s至%s），依据：%s", in.From, in.To, clip(in.Basis, 120)), FileIDs: in.FileIDs, Ref: fmt.Sprintf("allowance-%d", a.ID)})
		if err != nil {
			return 0, err
		}
		if err := tx.Model(&Allowance{}).Where("id = ?", a.ID).Update("line_id", line).Error; err != nil {
			return 0, err
		}
		return a.ID, note(tx, actor, "allowance", "committee_allowance", a.ID, a.EstateID, map[string]any{"amount": a.Amount, "line": line})
	})
}

// midnight is a date as DATE columns hold it.
func midnight(d calendar.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
