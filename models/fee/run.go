package fee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// RunState is how far a run is.
type RunState string

// The states. Residents see the bills of a run that is done.
const (
	Running    RunState = "running"
	Done       RunState = "done"
	Cancelling RunState = "cancelling"
	Cancelled  RunState = "cancelled"
)

// RunNames in Chinese.
var RunNames = map[RunState]string{Running: "正在出账", Done: "已出账", Cancelling: "正在撤销", Cancelled: "已撤销"}

// Run bills a rule for a period of whole months. Another run of the same period fills gaps only.
type Run struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	CompanyID    int64
	RuleID       int64
	VersionID    int64
	State        RunState
	PeriodOn     time.Time `gorm:"type:date"`
	EndsOn       time.Time `gorm:"type:date"`
	Months       int64
	DueOn        time.Time `gorm:"type:date"`
	Pool         money.Fen // what is shared
	PoolText     string    // what it was for, with the bill that it rests on
	Units        int
	Parts        int
	Total        money.Fen
	AreaMilli    area.Milli
	Skipped      string // how many for which reason, JSON
	PersonID     int64
	PostID       int64
	PublishedAt  time.Time
	DoneAt       *time.Time
	CancelledBy  int64
	CancelPost   int64
	CancelReason string
	CancelledAt  *time.Time
	Untold       bool // residents have not been told of all its bills
	Told         int  // parts of which they have
}

// TableName names the table.
func (Run) TableName() string { return "fee_runs" }

// Part is up to 900 units of a run: billed, and taken back, by one transaction and one journal.
type Part struct {
	ID         int64 `gorm:"primaryKey"`
	RunID      int64
	Seq        int
	State      string // open, done, reversed
	Units      int
	Total      money.Fen
	Plan       string
	JournalID  int64
	ReversalID int64
}

// TableName names the table.
func (Part) TableName() string { return "fee_parts" }

const (
	partUnits = 900
	maxUnits  = 200_000
)

// Faults of runs.
var (
	ErrOverlap = fault.New(fault.Conflict, "fee.period_overlaps", "这段时间已经出过账单，请核对期间；要改的请先撤销原来的出账")
	ErrVersion = fault.New(fault.Conflict, "fee.no_price", "这段时间没有一个一直有效的价格；价格在中间变了的，请分两次出账")
	ErrChanged = fault.New(fault.Conflict, "fee.preview_changed", "预览之后名册、读数或账单有变化，请重新预览，核对后再发布")
	ErrEmpty   = fault.New(fault.Conflict, "fee.nothing_to_bill", "没有一户要出账，请看预览里的原因")
)

// Billing is a run to be.
type Billing struct {
	RuleID   int64
	PeriodOn time.Time // the first day
	Months   int64
	DueOn    time.Time
	Pool     money.Fen
	PoolText string
}

// Preview is what a run would do: totals, some of the bills, and whom it leaves out and why.
type Preview struct {
	Run       Run
	Kind      Kind
	Version   Version
	Sample    []Sample
	Skipped   []Skipped // some of them
	Counts    map[Skip]int
	Developer int // units that the developer pays for
	Unknown   int // of these, while the register names no developer
}

// Sample is one bill of a preview.
type Sample struct {
	UnitID    int64
	Unit      string
	Amount    money.Fen
	Words     string
	Developer bool
}

// sample is how many bills and gaps a preview shows.
const sample = 20

// Preview computes a run and writes nothing.
// Faults: org.ErrForbidden, ErrNotFound, ErrOverlap, ErrVersion, fault.ErrInvalid.
func (s *Service) Preview(ctx context.Context, actor org.Actor, in Billing) (*Preview, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var v *Preview
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := planFor(tx, actor, in)
		if err != nil {
			return err
		}
		v = p.preview()
		return nil
	})
	return v, err
}

func (p *plan) preview() *Preview {
	v := &Preview{Run: p.run, Kind: p.kind, Version: p.version, Skipped: p.skipped[:min(sample, len(p.skipped))], Counts: p.counts(), Unknown: p.unknown}
	for i, x := range p.units {
		if x.Developer {
			v.Developer++
		}
		if i < sample {
			v.Sample = append(v.Sample, Sample{x.Unit, x.Name, x.Amount, p.how(x).Words(x.Amount), x.Developer})
		}
	}
	return v
}

func (p *plan) counts() map[Skip]int {
	n := map[Skip]int{}
	for _, x := range p.skipped {
		n[x.Why]++
	}
	return n
}

// planFor checks a billing and computes it.
func planFor(tx *store.Tx, actor org.Actor, in Billing) (*plan, error) {
	r, err := own[Rule](tx, actor, in.RuleID)
	if err != nil {
		return nil, err
	}
	if err := serving(tx, r.CompanyID, r.EstateID); err != nil {
		return nil, err
	}
	in.PoolText = strings.TrimSpace(in.PoolText)
	var c fault.Checks
	c.Check(in.PeriodOn.Day() == 1, "period", "期间从某个月的1日开始")
	c.Check(in.Months >= 1 && in.Months <= 12, "months", "一次出1至12个月的账")
	c.Check(!in.DueOn.Before(org.DayOf(tx.Now)), "due_on", "缴费的最后一天不能早于今天")
	c.Check(r.Kind == Pool == (in.Pool > 0) && in.Pool >= 0 && in.Pool <= money.Max, "pool", "公摊项目填本期总额，其他项目不填")
	c.Check(r.Kind != Pool || length(in.PoolText, 2, 200), "pool_text", "请写明公摊的是什么、凭哪张账单（2至200个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	p := &plan{kind: r.Kind, run: Run{EstateID: r.EstateID, CompanyID: r.CompanyID, RuleID: r.ID, PeriodOn: in.PeriodOn, EndsOn: monthEnd(in.PeriodOn, in.Months), Months: in.Months, DueOn: in.DueOn, Pool: in.Pool, PoolText: in.PoolText}}
	if err := tx.Where("rule_id = ? AND starts_on <= ? AND (ends_on IS NULL OR ends_on >= ?)", r.ID, p.run.PeriodOn, p.run.EndsOn).Order("seq DESC").Limit(1).Take(&p.version).Error; err != nil {
		return nil, store.NotFound(err, ErrVersion)
	}
	p.run.VersionID = p.version.ID
	if err := p.overlaps(tx); err != nil {
		return nil, err
	}
	if err := p.fill(tx); err != nil {
		return nil, err
	}
	if p.run.Units = len(p.units); p.run.Units > maxUnits {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "rule_id", Reason: "户数太多，请按幢分成几个收费项目"})
	}
	p.run.Parts = (p.run.Units + partUnits - 1) / partUnits
	return p, nil
}

// overlaps refuses a period that another run has touched, unless it is the very same: that one is gone over again for the units that
// were left out. A pool that was divided is whole and has no gaps.
func (p *plan) overlaps(tx *store.Tx) error {
	var list []Run
	err := tx.Where("rule_id = ? AND state <> ? AND period_on <= ? AND ends_on >= ?", p.run.RuleID, Cancelled, p.run.EndsOn, p.run.PeriodOn).Order("id").Limit(100).Find(&list).Error
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(r Run) bool {
		return p.kind == Pool || r.State != Done || !r.PeriodOn.Equal(p.run.PeriodOn) || r.Months != p.run.Months
	}) {
		return ErrOverlap
	}
	return nil
}

// Publish freezes a run as its preview showed it; what follows goes in parts, see Tick. units and total are what the clerk saw.
// Faults: org.ErrForbidden, ErrNotFound, ErrOverlap, ErrVersion, ErrChanged, ErrEmpty, fault.ErrInvalid.
func (s *Service) Publish(ctx context.Context, actor org.Actor, in Billing, units int, total money.Fen) (int64, error) {
	return s.act(ctx, actor, "publish", of(actor, in.RuleID, func(r *Rule) int64 { return r.EstateID }), func(tx *store.Tx) (int64, error) {
		p, err := planFor(tx, actor, in)
		if err != nil {
			return 0, err
		}
		if len(p.units) == 0 {
			return 0, ErrEmpty
		}
		if len(p.units) != units || p.run.Total != total {
			return 0, ErrChanged
		}
		r := &p.run
		skipped, _ := json.Marshal(p.counts()) // of numbers: it cannot fail
		r.State, r.Skipped, r.PersonID, r.PostID, r.PublishedAt = Running, string(skipped), actor.PersonID, actor.Post.PostID, tx.Now
		if err := tx.Create(r).Error; err != nil {
			return 0, err
		}
		if err := p.freeze(tx); err != nil {
			return 0, err
		}
		return r.ID, note(tx, actor, "publish", "fee_run", r.ID, r.EstateID, map[string]any{"rule": r.RuleID, "period": r.PeriodOn.Format(time.DateOnly), "units": units, "total": int64(total)})
	})
}

func (p *plan) freeze(tx *store.Tx) error {
	seq := 0
	for chunk := range slices.Chunk(p.units, partUnits) {
		seq++
		raw, err := json.Marshal(chunk)
		if err != nil {
			return fmt.Errorf("freeze: %w", err)
		}
		part := Part{RunID: p.run.ID, Seq: seq, State: "open", Units: len(chunk), Plan: string(raw)}
		for _, x := range chunk {
			part.Total += x.Amount
		}
		if err := tx.Create(&part).Error; err != nil {
			return err
		}
	}
	return nil
}
