package fee

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// planned is one unit of a run, frozen when it is published.
type planned struct {
	Unit      int64     `json:"u"`
	Building  int64     `json:"b"`
	Name      string    `json:"n"`
	Amount    money.Fen `json:"a"`
	Area      int64     `json:"m,omitempty"`
	Previous  int64     `json:"p,omitempty"`
	Current   int64     `json:"c,omitempty"`
	Extra     bool      `json:"x,omitempty"`
	OwnerSet  int64     `json:"s,omitempty"`
	Developer bool      `json:"d,omitempty"`
}

// Skip is why a unit is not billed.
type Skip string

// The reasons.
const (
	SkipBilled  Skip = "billed"
	SkipReading Skip = "no_reading"
	SkipZero    Skip = "zero"
	SkipUse     Skip = "use"
	SkipHouse   Skip = "building"
)

// SkipNames in Chinese.
var SkipNames = map[Skip]string{SkipBilled: "这一期已经出过账单", SkipReading: "没有抄表读数", SkipZero: "金额为零", SkipUse: "这种用途的房屋不交这项", SkipHouse: "不在收这项费用的幢"}

// Skipped is a unit that is not billed.
type Skipped struct {
	UnitID int64
	Unit   string
	Why    Skip
}

// plan is a run before it is published.
type plan struct {
	run     Run
	version Version
	kind    Kind
	units   []planned
	skipped []Skipped
	sharers int // of a pool
	unknown int // units of a developer that the register does not name
}

const pageOfUnits = 5000

// candidate is a unit with who owns it now.
type candidate struct {
	ID, BuildingID, OwnerSetID int64
	Name, Entrance, Number     string
	AreaMilli                  area.Milli
	UseKind                    string
	Sold, Delivered            bool
}

// fill computes who pays what. Units that are unsold or not handed over are the developer's to pay for (Property Management Regulation
// art. 41).
func (p *plan) fill(tx *store.Tx) error {
	developer, err := developerOf(tx, p.run.EstateID)
	if err != nil {
		return err
	}
	billed, read, err := p.before(tx)
	if err != nil {
		return err
	}
	uses, houses := strings.Split(p.version.UseKinds, ","), idsOf(p.version.Buildings)
	err = eachUnit(tx, p.run.EstateID, func(page []candidate) {
		for _, u := range page {
			x := planned{Unit: u.ID, Building: u.BuildingID, Name: org.PrintUnit(u.Name, u.Entrance, u.Number), Area: int64(u.AreaMilli), OwnerSet: u.OwnerSetID}
			if !u.Sold || !u.Delivered {
				x.Developer, x.OwnerSet = true, developer
			}
			reading, counted := read[u.ID]
			x.Previous, x.Current = reading.Previous, reading.Current
			switch {
			case !slices.Contains(uses, u.UseKind):
				p.skip(x, SkipUse)
			case len(houses) > 0 && !slices.Contains(houses, u.BuildingID):
				p.skip(x, SkipHouse)
			case billed[u.ID]:
				p.skip(x, SkipBilled)
			case p.kind == Meter && !counted:
				p.skip(x, SkipReading)
			default:
				p.units = append(p.units, x)
			}
		}
	})
	if err != nil {
		return err
	}
	return p.price()
}

// eachUnit reads an estate's units in the order of their ids with who owns them now. Buildings are read apart: joined, MariaDB begins with
// them and sorts all units for each page.
func eachUnit(tx *store.Tx, estate int64, take func([]candidate)) error {
	var houses []org.Building
	if err := tx.Where("estate_id = ?", estate).Find(&houses).Error; err != nil {
		return err
	}
	names := make(map[int64]string, len(houses))
	for _, b := range houses {
		names[b.ID] = b.Name
	}
	for after := int64(0); ; {
		var page []candidate
		err := tx.Table("units u").Select("u.id, u.building_id, u.entrance, u.number, u.area_milli, u.use_kind, u.sold, u.delivered, COALESCE(o.owner_set_id, 0) AS owner_set_id").
			Joins("LEFT JOIN ownerships o ON o.current_unit = u.id").Where("u.estate_id = ? AND u.id > ? AND u.removed_at IS NULL", estate, after).Order("u.id").Limit(pageOfUnits).Scan(&page).Error
		if err != nil {
			return err
		}
		for i := range page {
			page[i].Name = names[page[i].BuildingID]
		}
		if take(page); len(page) < pageOfUnits {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

func (p *plan) skip(x planned, why Skip) {
	p.skipped = append(p.skipped, Skipped{x.Unit, x.Name, why})
}

// before reads which units were billed for the period, and the meters' readings of it.
func (p *plan) before(tx *store.Tx) (billed map[int64]bool, read map[int64]Reading, err error) {
	billed, read = map[int64]bool{}, map[int64]Reading{}
	var ids []int64
	err = tx.Model(&Bill{}).Where("rule_id = ? AND period_on = ? AND state <> ?", p.run.RuleID, p.run.PeriodOn, Cancelled).Pluck("unit_id", &ids).Error
	for _, id := range ids {
		billed[id] = true
	}
	if err != nil || p.kind != Meter {
		return billed, read, err
	}
	var rows []Reading
	err = tx.Where("rule_id = ? AND period_on = ?", p.run.RuleID, p.run.PeriodOn).Find(&rows).Error
	for _, r := range rows {
		read[r.UnitID] = r
	}
	return billed, read, err
}

// price gives each unit its amount, and leaves out those of nothing.
func (p *plan) price() error {
	slices.SortStableFunc(p.units, func(a, b planned) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Unit, b.Unit)) })
	for _, x := range p.units {
		p.run.AreaMilli += area.Milli(x.Area)
	}
	if err := p.divide(); err != nil {
		return err
	}
	kept := p.units[:0]
	for _, x := range p.units {
		var err error
		if p.kind != Pool {
			if x.Amount, err = p.how(x).amount(); err != nil {
				return fault.ErrInvalid.With(fault.Field{Path: "price", Reason: x.Name + "的金额太大，请核对价格、面积和读数"})
			}
		}
		if x.Amount == 0 {
			p.skip(x, SkipZero)
			continue
		}
		if p.run.Total += x.Amount; p.run.Total > money.Max {
			return fault.ErrInvalid.With(fault.Field{Path: "price", Reason: "总额太大，请核对价格和面积"})
		}
		if x.Developer && x.OwnerSet == 0 {
			p.unknown++
		}
		kept = append(kept, x)
	}
	p.units = kept
	return nil
}

// divide splits a pool by area, ties to the earlier unit number.
func (p *plan) divide() error {
	if p.kind != Pool {
		return nil
	}
	weights := make([]int64, len(p.units))
	for i, x := range p.units {
		weights[i] = x.Area
	}
	parts, err := money.Split(p.run.Pool, weights)
	if err != nil {
		return fault.ErrInvalid.With(fault.Field{Path: "pool", Reason: "没有一户参加分摊，请核对哪些房屋要交"})
	}
	p.sharers = len(p.units)
	for i, amount := range parts {
		p.units[i].Amount, p.units[i].Extra = amount, amount > floorShare(p.run.Pool, weights[i], int64(p.run.AreaMilli))
	}
	return nil
}

// how is a unit's formula.
func (p *plan) how(x planned) How {
	h := How{Kind: p.kind}
	switch p.kind {
	case PerArea:
		h.Price, h.Months, h.Area = p.version.Price, p.run.Months, area.Milli(x.Area)
	case Fixed:
		h.Price, h.Months = p.version.Price, p.run.Months
	case Meter:
		h.Price, h.Measure, h.Previous, h.Current = p.version.Price, p.version.Measure, x.Previous, x.Current
	case Pool:
		h.Pool, h.Text, h.Area, h.Total, h.Units, h.Extra = p.run.Pool, p.run.PoolText, area.Milli(x.Area), p.run.AreaMilli, p.sharers, x.Extra
	}
	return h
}

// developerOf is the owner set of everything unsold, 0 where the register names none.
func developerOf(tx *store.Tx, estate int64) (int64, error) {
	var ids []int64
	err := tx.Model(&org.OwnerSet{}).Where("estate_id = ? AND kind = 'developer'", estate).Order("id").Limit(1).Pluck("id", &ids).Error
	return append(ids, 0)[0], err
}

func idsOf(text string) []int64 {
	var ids []int64
	for part := range strings.SplitSeq(text, ",") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// joined writes ids by commas.
func joined(ids []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
}

// monthEnd is the last day of a period that begins with a month.
func monthEnd(from time.Time, months int64) time.Time {
	return from.AddDate(0, int(months), -1)
}
