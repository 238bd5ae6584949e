package fund

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// CleanKind is what is wrong with a sub-account of an old estate (policy 五(一)8).
type CleanKind string

// The kinds.
const (
	CleanNoAccount CleanKind = "no_account"
	CleanNoArea    CleanKind = "no_area"
	CleanNegative  CleanKind = "negative"
	CleanStray     CleanKind = "stray"   // in the bank's list, not in the register
	CleanRemoved   CleanKind = "removed" // the unit is no longer in the register
)

// CleanNames and CleanDeeds say what it is and what to do about it.
var (
	CleanNames = map[CleanKind]string{CleanNoAccount: "没有分户账", CleanNoArea: "没有登记面积", CleanNegative: "余额为负数", CleanStray: "有分户账，名册里没有房屋", CleanRemoved: "房屋已不在名册里"}
	CleanDeeds = map[CleanKind]string{
		CleanNoAccount: "向专户银行核对这一户有没有交存：交过的请补登回单，没有交过的通知业主（未售房屋通知建设单位）交存",
		CleanNoArea:    "按不动产登记簿、测绘报告或买卖合同补录面积，补录后才能核对首期交存额和分摊",
		CleanNegative:  "逐笔核对这一户的列支和分摊：记错的冲销后重记，确实不足的通知业主续交",
		CleanStray:     "核对是哪一户：先在名册里补录房屋，再把这笔钱转入它的分户账",
		CleanRemoved:   "核对房屋是合并、拆分还是灭失：合并、拆分的调整到新的房屋，灭失的办理退还",
	}
)

// CleanItem is one thing to clean up. ID is the unit's, for strays the line's.
type CleanItem struct {
	ID      int64
	UnitID  int64
	Unit    string
	Balance money.Fen // of the owners' and the seller's sub-account
}

// ListToClean pages through what is to be cleaned up in an estate, one kind at a time; the second answer is where the next page begins.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) ListToClean(ctx context.Context, actor org.Actor, estate int64, kind CleanKind, after int64, limit int) (list []CleanItem, next int64, err error) {
	if CleanNames[kind] == "" {
		return nil, 0, fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "请选择要清理的问题"})
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		switch kind {
		case CleanStray:
			list, next, err = strays(tx, e.ID, after, limit)
			return err
		case CleanNegative:
			list, next, err = negatives(tx, e.ID, after, limit)
		case CleanRemoved:
			list, next, err = removed(tx, e.ID, after, limit)
		default:
			list, next, err = incomplete(tx, e.ID, kind, after, limit)
		}
		if err != nil {
			return err
		}
		return nameUnits(tx, list, func(x *CleanItem) (int64, *string) { return x.UnitID, &x.Unit })
	})
	return list, next, err
}

func strays(tx *store.Tx, estate, after int64, limit int) (list []CleanItem, next int64, err error) {
	var rows []ImportLine
	if err := tx.Where("estate_id = ? AND stray = ? AND id > ?", estate, true, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, 0, err
	}
	for _, l := range rows {
		next = l.ID
		list = append(list, CleanItem{ID: l.ID, Unit: fmt.Sprintf("清单第%d行：%s幢 %s", l.Line, l.Building, l.Number), Balance: l.OwnersFen + l.SellerFen})
	}
	if len(rows) < limit {
		next = 0
	}
	return list, next, nil
}

// incomplete lists units in use without an account or without an area.
func incomplete(tx *store.Tx, estate int64, kind CleanKind, after int64, limit int) (list []CleanItem, next int64, err error) {
	units, subs, err := unitsAfter(tx, estate, after)
	if err != nil {
		return nil, 0, err
	}
	for _, u := range units {
		next = u.ID
		if _, has := subs[u.ID]; kind == CleanNoAccount && has || kind == CleanNoArea && u.AreaMilli > 0 {
			continue
		}
		if list = append(list, CleanItem{ID: u.ID, UnitID: u.ID}); len(list) == limit {
			return list, next, nil
		}
	}
	if len(units) < scanned {
		next = 0
	}
	return list, next, nil
}

func removed(tx *store.Tx, estate, after int64, limit int) (list []CleanItem, next int64, err error) {
	var ids []int64
	err = tx.Table("fund_subaccounts a").Joins("JOIN units u ON u.id = a.unit_id AND u.removed_at IS NOT NULL").
		Where("a.estate_id = ? AND a.unit_id > ? AND a.closed_at IS NULL", estate, after).Order("a.unit_id").Limit(limit).Pluck("a.unit_id", &ids).Error
	if err != nil {
		return nil, 0, err
	}
	balances, err := standing(tx, estate, ids, today(tx))
	for _, id := range ids {
		next = id
		list = append(list, CleanItem{ID: id, UnitID: id, Balance: balances[id].Owners + balances[id].Seller})
	}
	if len(ids) < limit {
		next = 0
	}
	return list, next, err
}

// negatives looks at a page of sub-accounts.
func negatives(tx *store.Tx, estate, after int64, limit int) (list []CleanItem, next int64, err error) {
	var ids []int64
	if err := tx.Model(&SubAccount{}).Where("estate_id = ? AND unit_id > ?", estate, after).Order("unit_id").Limit(scanned).Pluck("unit_id", &ids).Error; err != nil {
		return nil, 0, err
	}
	balances, err := standing(tx, estate, ids, today(tx))
	if err != nil {
		return nil, 0, err
	}
	for _, id := range ids {
		next = id
		if b := balances[id]; b.Owners < 0 || b.Seller < 0 {
			if list = append(list, CleanItem{ID: id, UnitID: id, Balance: min(b.Owners, b.Seller)}); len(list) == limit {
				return list, next, nil
			}
		}
	}
	if len(ids) < scanned {
		next = 0
	}
	return list, next, nil
}
