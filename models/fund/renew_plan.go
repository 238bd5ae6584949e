package fund

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PlanBasis says how much each unit renews.
type PlanBasis string

// The bases.
const (
	ByArea  PlanBasis = "area"  // a price per m²
	ByFirst PlanBasis = "first" // units under the legal rate, up to a rate of their first deposit
)

// PlanBases are the bases as people read them.
var PlanBases = map[PlanBasis]string{ByArea: "按建筑面积，每平方米一个标准", ByFirst: "余额不足的户，补到首期交存额的一定比例"}

// Plan is how units renew under a resolution to raise the fund (筹集, Civil Code art. 278 (6)).
type Plan struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	Title       string
	MeetingID   int64
	Position    int
	Resolution  string
	Basis       PlanBasis
	Rate        int64  // fen per m², or basis points of the first deposit
	Dates       string // of the instalments, as JSON
	State       string // draft, running, refused
	Units       int
	Amount      money.Fen
	MadeBy      int64
	CreatedAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	Reason      string
}

// TableName names the table.
func (Plan) TableName() string { return "fund_plans" }

// PlanDue is what a unit owes under a plan, all instalments together.
type PlanDue struct {
	ID     int64 `gorm:"primaryKey"`
	PlanID int64
	UnitID int64
	Amount money.Fen
	Owed   money.Fen // of it, what a repair left the unit to make up: it is paid first
}

// TableName names the table.
func (PlanDue) TableName() string { return "fund_plan_dues" }

// PlanStates are the states as people read them.
var PlanStates = map[string]string{"draft": "待复核", "running": "执行中", "refused": "未同意"}

// NewPlan is a plan as the keeper enters it, as the owners decided.
type NewPlan struct {
	EstateID  int64
	Title     string
	MeetingID int64
	Position  int
	Basis     PlanBasis
	Rate      int64
	Dates     []calendar.Date
}

// maxInstalments of a plan.
const maxInstalments = 24

func (in *NewPlan) check() error {
	in.Title = strings.TrimSpace(in.Title)
	var c fault.Checks
	c.Check(runes(in.Title, 2, 60), "title", "请写方案名称（2至60个字）")
	c.Check(PlanBases[in.Basis] != "", "basis", "请选择按建筑面积，或补到首期交存额的一定比例")
	c.Check(in.Rate > 0 && in.Rate <= 1_000_000 && (in.Basis != ByFirst || in.Rate <= 10_000), "rate", "请按业主大会决定填写标准：每平方米多少分，或首期交存额的万分之几（不超过10000）")
	c.Check(len(in.Dates) >= 1 && len(in.Dates) <= maxInstalments, "dates", fmt.Sprintf("请填写每期的交存日期（1至%d期）", maxInstalments))
	for i, d := range in.Dates {
		c.Check(!d.IsZero() && (i == 0 || in.Dates[i-1].Before(d)), fmt.Sprintf("dates[%d]", i), "日期要依次靠后")
	}
	return c.Err()
}

// ErrPlanned says that a decision has its plan: the same owners would be asked twice.
var ErrPlanned = fault.New(fault.Conflict, "fund.planned", "这项决定已经有续交方案，不能再做一个；原方案有误的，请由复核的人退回后重做")

// MakePlan works out what each unit in the resolution's scope owes; it counts after a second person has confirmed it. A decision has one plan.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrNoResolution, ErrPlanNotNamed, ErrPlanned, ErrTapReused, rulepack.ErrUnset,
// fault.ErrInvalid.
func (s *Service) MakePlan(ctx context.Context, actor org.Actor, in NewPlan) (int64, error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "make plan", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		r, err := resolution(tx, in.EstateID, in.MeetingID, in.Position, "raise_fund")
		if err != nil {
			return 0, err
		}
		if err := in.named(tx); err != nil {
			return 0, err
		}
		var had int64
		if err := tx.Model(&Plan{}).Where("estate_id = ? AND meeting_id = ? AND position = ? AND state <> 'refused'", in.EstateID, in.MeetingID, in.Position).Count(&had).Error; err != nil {
			return 0, err
		}
		if had > 0 {
			return 0, ErrPlanned
		}
		dates := make([]string, len(in.Dates))
		for i, d := range in.Dates {
			dates[i] = d.String()
		}
		raw, err := json.Marshal(dates)
		if err != nil {
			return 0, err
		}
		p := &Plan{EstateID: in.EstateID, Title: in.Title, MeetingID: in.MeetingID, Position: in.Position, Resolution: r.Text, Basis: in.Basis, Rate: in.Rate, Dates: string(raw), State: "draft", MadeBy: actor.PersonID, CreatedAt: tx.Now}
		dues, err := s.dues(tx, p, r.Scope)
		if err != nil {
			return 0, err
		}
		if len(dues) == 0 {
			return 0, ErrStage.Saying("按这个标准，决定范围内没有需要续交的户，请核对标准和范围")
		}
		for _, d := range dues {
			p.Amount += d.Amount
		}
		p.Units = len(dues)
		if err := tx.Create(p).Error; err != nil {
			return 0, err
		}
		for i := range dues {
			dues[i].PlanID = p.ID
		}
		if err := tx.CreateInBatches(dues, 500).Error; err != nil {
			return 0, err
		}
		return p.ID, jot(tx, actor, "make_plan", "fund_plan", p.ID, p.EstateID, map[string]any{"meeting": p.MeetingID, "units": p.Units, "fen": int64(p.Amount)})
	})
}

// dues works out what each unit of a scope owes, in the order of units.
func (s *Service) dues(tx *store.Tx, p *Plan, scope event.Scope) ([]PlanDue, error) {
	rate := int64(0)
	if p.Basis == ByFirst {
		set, err := s.fundRules(tx)
		if err != nil {
			return nil, err
		}
		if rate, err = set.Int("fund.renewal_rate"); err != nil {
			return nil, err
		}
	}
	var dues []PlanDue
	for after := int64(0); ; {
		units, subs, err := unitsAfter(tx, p.EstateID, after)
		if err != nil || len(units) == 0 {
			return dues, err
		}
		after = units[len(units)-1].ID
		var balances, owed map[int64]Standing
		if p.Basis == ByFirst {
			ids := make([]int64, len(units))
			for i, u := range units {
				ids[i] = u.ID
			}
			if balances, err = standing(tx, p.EstateID, ids, today(tx)); err != nil {
				return nil, err
			}
			if owed, err = owing(tx, p.EstateID, ids, today(tx)); err != nil {
				return nil, err
			}
		}
		for _, u := range units {
			if !scope.Whole() && !slices.Contains(scope.Buildings, u.BuildingID) && !slices.Contains(scope.Units, u.ID) {
				continue
			}
			fen, err := p.due(&u, subs[u.ID], balances[u.ID].Owners, rate)
			if err != nil {
				return nil, err
			}
			if made := max(owed[u.ID].Owners, 0); fen > 0 {
				dues = append(dues, PlanDue{UnitID: u.ID, Amount: fen + made, Owed: made})
			}
		}
	}
}

// due is what one unit owes, without what it has to make up.
func (p *Plan) due(u *org.Unit, sub SubAccount, balance money.Fen, rate int64) (money.Fen, error) {
	switch {
	case sub.ClosedAt != nil:
		return 0, nil
	case p.Basis == ByArea:
		return money.Share(money.Fen(p.Rate), int64(u.AreaMilli), 1000)
	case sub.FirstFen <= 0 || !below(balance, sub.FirstFen, rate):
		return 0, nil
	}
	to, err := money.Share(sub.FirstFen, p.Rate, 10_000)
	return to - balance, err
}

// ConfirmPlan is the second person's word on a plan; its resolution has to stand still.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrAnotherPerson, ErrStage, ErrNoResolution, ErrTapReused, fault.ErrInvalid.
func (s *Service) ConfirmPlan(ctx context.Context, actor org.Actor, id int64, agree bool, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 0, 500) || !agree && reason == "" {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不同意的请写明理由（不超过500个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "confirm plan", func(tx *store.Tx) (int64, error) {
		p, _, err := ofKeeper(tx, actor, id, func(x *Plan) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if p.MadeBy == actor.PersonID {
			return 0, ErrAnotherPerson
		}
		if p.State != "draft" {
			return 0, ErrStage.Saying("这个方案" + PlanStates[p.State] + "，不能再复核")
		}
		state := "refused"
		if agree {
			state = "running"
			if _, err := resolution(tx, p.EstateID, p.MeetingID, p.Position, "raise_fund"); err != nil {
				return 0, err
			}
		}
		err = tx.Model(&Plan{}).Where("id = ?", p.ID).Updates(map[string]any{"state": state, "reason": reason, "confirmed_by": actor.PersonID, "confirmed_at": tx.Now}).Error
		if err != nil {
			return 0, err
		}
		return p.ID, jot(tx, actor, "confirm_plan", "fund_plan", p.ID, p.EstateID, map[string]any{"agree": agree})
	})
}
