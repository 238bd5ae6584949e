package disclosure

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Comparison is an estate beside those of its kind.
type Comparison struct {
	EstateID int64
	Estate   string
	Year     int // 0 before the first round
	DoneAt   time.Time
	Class    string // the kind in words; empty where Why says why it is not known
	Why      string
	Rows     []ComparedRow
}

// ComparedRow is one measure, in its unit; empty texts where there is nothing to show.
type ComparedRow struct {
	Measure              Compared
	Name, Unit, Means    string
	Own                  string // as it was published
	Estates              int64  // how many of the kind have published; 0 where too few
	Lower, Middle, Upper string // a quarter has less, half has less, a quarter has more
}

// Why a comparison is not there.
const (
	noRound  = "还没有算过。每月1日以后按已经公开的数据计算一次"
	noCharge = "本小区按包干制还是酬金制收费还没有登记，登记、核对以后才知道和哪些小区比"
)

// ComparisonPublic puts an estate beside those of its kind, for anybody. Fault: org.ErrEstateNotFound.
func (s *Service) ComparisonPublic(ctx context.Context, estate int64) (*Comparison, error) {
	var c *Comparison
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.OpenEstate(tx, estate)
		if err != nil {
			return err
		}
		c = &Comparison{EstateID: e.ID, Estate: e.Name, Why: noRound}
		var months []ComparedMonth
		if err := tx.Order("month_on DESC").Limit(1).Find(&months).Error; err != nil || len(months) == 0 {
			return err
		}
		c.Year, c.DoneAt, c.Why = months[0].Year, months[0].DoneAt, ""
		var own []ComparedValue
		if err := tx.Where("estate_id = ?", e.ID).Find(&own).Error; err != nil {
			return err
		}
		var kind []ComparedClass
		if len(own) > 0 && own[0].Class != "" {
			c.Class = className(own[0].Class, duty.ChargingNames)
			if err := tx.Where("class = ?", own[0].Class).Find(&kind).Error; err != nil {
				return err
			}
		} else {
			c.Why = noCharge
		}
		c.Rows = comparedRows(own, kind)
		return nil
	})
	return c, err
}

func comparedRows(own []ComparedValue, kind []ComparedClass) []ComparedRow {
	rows := make([]ComparedRow, len(Comparisons))
	for i, c := range Comparisons {
		r := ComparedRow{Measure: c.Compared, Name: c.Name, Unit: c.Unit, Means: c.Means}
		for _, v := range own {
			if v.Measure == c.Compared && v.Value != nil {
				r.Own = Written(*v.Value, c.one)
			}
		}
		for _, k := range kind {
			if k.Measure == c.Compared {
				r.Estates, r.Lower, r.Middle, r.Upper = k.Estates, Written(k.Lower, c.one), Written(k.Middle, c.one), Written(k.Upper, c.one)
			}
		}
		rows[i] = r
	}
	return rows
}

// Says is a row as a person reads it aloud, without a verdict: what is dear may be well done.
func (r *ComparedRow) Says() string {
	text := r.Name + "："
	if r.Own == "" {
		text += "本小区没有公开过可以比较的数。"
	} else {
		text += "本小区" + r.Own + r.Unit + "。"
	}
	if r.Estates == 0 {
		return text + "公开过的同类小区不到6个，为了不看出是哪一个小区，不显示。"
	}
	return text + "同类小区里，中间的一个是" + r.Middle + r.Unit + "，中间一半的小区在" + r.Lower + "到" + r.Upper + "之间。"
}
