package fee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Kind says how a rule charges.
type Kind string

// The kinds.
const (
	PerArea Kind = "per_area"    // price by square metre and month
	Fixed   Kind = "fixed"       // price by unit and month
	Meter   Kind = "meter"       // price by what a meter counted
	Pool    Kind = "shared_pool" // what something cost, divided by area
)

// KindNames in Chinese.
var KindNames = map[Kind]string{PerArea: "按面积", Fixed: "按户定额", Meter: "按表计量", Pool: "按面积公摊"}

// BasisNames are what a price may rest on.
var BasisNames = map[string]string{"contract": "物业服务合同", "guidance": "政府指导价", "resolution": "业主共同决定"}

// UseKinds are the uses of units, as the register has them.
var UseKinds = []string{"residential", "commercial", "parking", "storage", "other"}

// Rule is something that an estate's units are charged for. What it costs is in its versions.
type Rule struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	CompanyID int64
	Name      string
	Kind      Kind
	CreatedBy int64
	CreatedAt time.Time
}

// TableName names the table.
func (Rule) TableName() string { return "fee_rules" }

// Version is a rule between two days: price, what it rests on, what is done for it and whom to call (明码标价, Price Law art. 13). It is
// never edited; EndsOn is set when the next begins, or when the rule ends.
type Version struct {
	ID        int64 `gorm:"primaryKey"`
	RuleID    int64
	EstateID  int64
	CompanyID int64
	Seq       int64
	StartsOn  time.Time  `gorm:"type:date"`
	EndsOn    *time.Time `gorm:"type:date"` // the last day
	Price     Price      // 0 for a pool, whose amount comes with each run
	Measure   string     // of a meter: 吨, 度
	BasisKind string
	Basis     string
	Standard  string
	Hotline   string
	UseKinds  string // which units pay, parted by commas
	Buildings string // ids parted by commas; empty for all
	CreatedBy int64
	CreatedAt time.Time
}

// TableName names the table.
func (Version) TableName() string { return "fee_rule_versions" }

// Terms are a version to be.
type Terms struct {
	StartsOn  time.Time
	Price     Price
	Measure   string
	BasisKind string
	Basis     string
	Standard  string
	Hotline   string
	UseKinds  []string
	Buildings []int64
	FileIDs   []int64 // the contract, the price notice, the resolution (purpose=document)
}

// Faults of rules.
var (
	ErrNamed  = fault.New(fault.Conflict, "fee.rule_named", "这个小区已有同名的收费项目；改价格请在原项目里新增一版")
	ErrBilled = fault.New(fault.Conflict, "fee.rule_billed", "这一天之后的期间已经出过账单；请先撤销那些账单，或让新价格从没有出账的月份开始")
)

func (t *Terms) check(kind Kind) error {
	t.Basis, t.Standard, t.Hotline, t.Measure = strings.TrimSpace(t.Basis), strings.TrimSpace(t.Standard), strings.TrimSpace(t.Hotline), strings.TrimSpace(t.Measure)
	var c fault.Checks
	c.Check(t.StartsOn.Day() == 1, "starts_on", "请从某个月的1日开始")
	c.Check(kind == Pool == (t.Price == 0) && t.Price >= 0 && t.Price <= maxPrice, "price", "请填价格；公摊项目不填价格，出账时填本期总额")
	c.Check(kind == Meter == (t.Measure != "") && length(t.Measure, 0, 8), "measure", "按表计量的写明单位，例如“吨”“度”；其他不填")
	c.Check(BasisNames[t.BasisKind] != "", "basis_kind", "请选择定价依据：合同、政府指导价或业主共同决定")
	c.Check(length(t.Basis, 2, 300), "basis", "请写明依据：合同名称和条款、文号或决定编号（2至300个字）")
	c.Check(length(t.Standard, 2, 1000), "standard", "请写明服务内容和标准（2至1000个字）")
	c.Check(length(t.Hotline, 5, 40), "hotline", "请填投诉电话")
	c.Check(len(t.UseKinds) > 0 && len(t.Buildings) <= 100, "use_kinds", "请选择哪些房屋要交；按幢收的最多选100幢")
	for field, text := range map[string]string{"basis": t.Basis, "standard": t.Standard} {
		w := wording.Offer(text)
		c.Check(w == "", field, "请不要写“"+w+"”：住户看得到这一栏，欠费不能影响用水用电用气和进出，也不能公布名单；这里只写服务内容、标准和依据")
	}
	for _, k := range t.UseKinds {
		c.Check(slices.Contains(UseKinds, k), "use_kinds", "没有这种用途："+k)
	}
	return c.Err()
}

// AddRule enters a rule with its first version.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNamed, fault.ErrInvalid.
func (s *Service) AddRule(ctx context.Context, actor org.Actor, estate int64, name string, kind Kind, t Terms) (int64, error) {
	name = strings.TrimSpace(name)
	var c fault.Checks
	c.Check(length(name, 2, 30), "name", "请写收费项目的名称（2至30个字）")
	c.Check(KindNames[kind] != "", "kind", "请选择计费方式")
	c.Check(wording.Offer(name) == "", "name", "项目名称里不要写停水停电、停用门卡这些，只写收的是什么费")
	if err := c.Err(); err != nil {
		return 0, err
	}
	if err := t.check(kind); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "add rule", at(actor, estate), func(tx *store.Tx) (int64, error) {
		if err := serving(tx, actor.OrganisationID(), estate); err != nil {
			return 0, err
		}
		r := &Rule{EstateID: estate, CompanyID: actor.OrganisationID(), Name: name, Kind: kind, CreatedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return 0, store.Duplicate(err, ErrNamed)
		}
		return r.ID, s.addVersion(tx, actor, r, 1, t)
	})
}

// Revise enters a rule's next version; the one before ends the day before.
// Faults: org.ErrForbidden, ErrNotFound, ErrBilled, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, rule int64, t Terms) (int64, error) {
	return s.act(ctx, actor, "revise rule", of(actor, rule, func(r *Rule) int64 { return r.EstateID }), func(tx *store.Tx) (int64, error) {
		r, last, err := s.last(tx, actor, rule)
		if err != nil {
			return 0, err
		}
		if err := serving(tx, r.CompanyID, r.EstateID); err != nil {
			return 0, err
		}
		if err := t.check(r.Kind); err != nil {
			return 0, err
		}
		if err := end(tx, last, t.StartsOn.AddDate(0, 0, -1)); err != nil {
			return 0, err
		}
		return r.ID, s.addVersion(tx, actor, r, last.Seq+1, t)
	})
}

// EndRule ends a rule with the last day of a month. It can be taken up again by a new version.
// Faults: org.ErrForbidden, ErrNotFound, ErrBilled, fault.ErrInvalid.
func (s *Service) EndRule(ctx context.Context, actor org.Actor, rule int64, on time.Time) (int64, error) {
	if on.AddDate(0, 0, 1).Day() != 1 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "ends_on", Reason: "请填某个月的最后一天"})
	}
	return s.act(ctx, actor, "end rule", of(actor, rule, func(r *Rule) int64 { return r.EstateID }), func(tx *store.Tx) (int64, error) {
		r, last, err := s.last(tx, actor, rule)
		if err != nil {
			return 0, err
		}
		if err := end(tx, last, on); err != nil {
			return 0, err
		}
		return r.ID, note(tx, actor, "end_rule", "fee_rule", r.ID, r.EstateID, map[string]any{"on": on.Format(time.DateOnly)})
	})
}

func (s *Service) last(tx *store.Tx, actor org.Actor, rule int64) (*Rule, *Version, error) {
	r, err := own[Rule](tx, actor, rule)
	if err != nil {
		return nil, nil, err
	}
	var v Version
	return r, &v, tx.Where("rule_id = ?", r.ID).Order("seq DESC").Take(&v).Error
}

// end sets a version's last day, unless it has ended before or a later day was billed.
func end(tx *store.Tx, v *Version, on time.Time) error {
	if !on.After(v.StartsOn) {
		return fault.ErrInvalid.With(fault.Field{Path: "starts_on", Reason: fmt.Sprintf("要晚于上一版的开始日期%s", v.StartsOn.Format(time.DateOnly))})
	}
	if v.EndsOn != nil && !v.EndsOn.After(on) {
		return nil
	}
	var n int64
	err := tx.Model(&Run{}).Where("rule_id = ? AND ends_on > ? AND state <> ?", v.RuleID, on, Cancelled).Count(&n).Error
	if err != nil {
		return err
	}
	if n > 0 {
		return ErrBilled
	}
	return tx.Model(&Version{}).Where("id = ?", v.ID).Update("ends_on", on).Error
}

func (s *Service) addVersion(tx *store.Tx, actor org.Actor, r *Rule, seq int64, t Terms) error {
	var n int64
	if err := tx.Model(&org.Building{}).Where("estate_id = ? AND id IN ?", r.EstateID, append([]int64{0}, t.Buildings...)).Count(&n).Error; err != nil {
		return err
	}
	if int(n) != len(t.Buildings) {
		return fault.ErrInvalid.With(fault.Field{Path: "buildings", Reason: "选的幢不在这个小区，或选重了"})
	}
	v := &Version{RuleID: r.ID, EstateID: r.EstateID, CompanyID: r.CompanyID, Seq: seq, StartsOn: t.StartsOn, Price: t.Price, Measure: t.Measure, BasisKind: t.BasisKind, Basis: t.Basis, Standard: t.Standard,
		Hotline: t.Hotline, UseKinds: strings.Join(t.UseKinds, ","), Buildings: joined(t.Buildings), CreatedBy: actor.PersonID, CreatedAt: tx.Now}
	if err := tx.Create(v).Error; err != nil {
		return store.Duplicate(err, ErrState)
	}
	if err := s.files.Attach(tx, actor, t.FileIDs, "document", "fee_version", v.ID, r.EstateID); err != nil {
		return err
	}
	return note(tx, actor, "rule", "fee_rule", r.ID, r.EstateID, map[string]any{"version": v.ID, "seq": seq, "price": int64(t.Price)})
}
