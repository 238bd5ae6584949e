package hotline

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Decision says what is to become of orders before they are filed.
type Decision struct {
	Orders   []int64
	EstateID int64   // 0 leaves it
	Matter   *string // nil leaves it; empty gives it to the community
	About    *string // the body complained about, as ListAbout gives it; nil leaves it, empty is none
	Skip     *bool   // none of ours, or after all
}

const (
	maxDecided = 500
	// applied is how many orders one call files; the next call goes on.
	applied = 500
)

// Decide sets the estate or the matter of orders, or leaves them out; all of the call or nothing.
// Faults: ErrForbidden, ErrNotFound, ErrOrder, ErrDecided, ErrEstateNotFound, ErrMatter, fault.ErrInvalid.
func (s *Service) Decide(ctx context.Context, actor org.Actor, id int64, d Decision) (*Report, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var c fault.Checks
	c.Check(len(d.Orders) >= 1 && len(d.Orders) <= maxDecided, "orders", fmt.Sprintf("一次选择1至%d件", maxDecided))
	c.Check(d.EstateID != 0 || d.Matter != nil || d.About != nil || d.Skip != nil, "estate_id", "请选择小区、事项、被反映的单位，或是否导入")
	c.Check(d.About == nil || len([]rune(*d.About)) <= 64, "about", "没有这个单位，请从列表里选择")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if _, err := importFor(tx, actor, id); err != nil {
			return err
		}
		change := map[string]any{"decided_by": actor.PersonID, "reason": ""}
		if d.EstateID != 0 {
			if _, err := org.EstateFor(tx, actor, org.ImportHotline, d.EstateID); err != nil {
				return err
			}
			change["estate_id"], change["guessed"], change["twin"] = d.EstateID, false, ""
		}
		if d.Matter != nil {
			mandates, err := s.complaints.Mandates(tx)
			if err != nil {
				return err
			}
			if _, known := mandates.Matter(*d.Matter); *d.Matter != "" && !known {
				return complaint.ErrMatter
			}
			change["matter"], change["suggested"] = *d.Matter, ""
		}
		if d.About != nil {
			change["about"] = *d.About
		}
		var rows []Order
		if err := tx.ForUpdate().Select("id", "state").Where("import_id = ? AND id IN ?", id, d.Orders).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) != len(d.Orders) {
			return ErrOrder
		}
		for _, r := range rows {
			if r.State == Filed || r.State == Known {
				return ErrDecided
			}
		}
		if err := tx.Model(&Order{}).Where("id IN ?", d.Orders).Updates(change).Error; err != nil {
			return err
		}
		if err := settle(tx, d); err != nil {
			return err
		}
		return audit.Append(tx, actor, "hotline.decide", audit.Subject{Kind: "hotline_import", ID: id}, map[string]any{"orders": d.Orders, "estate": d.EstateID, "skip": d.Skip})
	})
	if err != nil {
		return nil, fmt.Errorf("decide work orders: %w", err)
	}
	return s.Find(ctx, actor, id)
}

// settle brings the orders' states to what was decided.
func settle(tx *store.Tx, d Decision) error {
	if d.Skip != nil && *d.Skip {
		return tx.Model(&Order{}).Where("id IN ?", d.Orders).Update("state", Skipped).Error
	}
	q := "UPDATE hotline_orders SET state = CASE WHEN estate_id = 0 THEN ? ELSE ? END WHERE id IN ?"
	if d.Skip == nil {
		q += " AND state <> 'skipped'"
	}
	return tx.Exec(q, Undecided, Ready, d.Orders).Error
}

// errTaken says that another request has filed the order meanwhile.
var errTaken = errors.New("hotline: the order was filed by another request")

// Apply files the orders that are ready, each in a transaction of its own, at most 500 a call; it is called again while
// any are left. An order that cannot be filed says why and stays for the next call, after somebody has changed it.
// Faults: ErrForbidden, ErrNotFound, ErrFaulty, ErrUndecided.
func (s *Service) Apply(ctx context.Context, actor org.Actor, id int64) (*Report, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var rows []Order
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := importFor(tx, actor, id)
		if err != nil {
			return err
		}
		if imp.State != "checked" {
			return ErrFaulty
		}
		var open int64
		if err := tx.Model(&Order{}).Where("import_id = ? AND state = ?", id, Undecided).Count(&open).Error; err != nil {
			return err
		}
		if open > 0 {
			return ErrUndecided.Saying(fmt.Sprintf("还有%d件工单没有找到小区，请逐件选择小区，或标为“不导入”", open))
		}
		return tx.Where("import_id = ? AND state IN ?", id, []OrderState{Ready, Failed}).Order("CASE WHEN state = 'failed' THEN 1 ELSE 0 END, id").Limit(applied).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	n := 0
	for _, o := range rows {
		err := s.file(ctx, actor, o)
		if errors.Is(err, errTaken) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("file work order %d: %w", o.ID, err)
		}
		n++
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, actor, "hotline.apply", audit.Subject{Kind: "hotline_import", ID: id}, map[string]any{"orders": n})
	})
	if err != nil {
		return nil, err
	}
	return s.Find(ctx, actor, id)
}

// file files one order, or writes down why not.
func (s *Service) file(ctx context.Context, actor org.Actor, o Order) error {
	b, err := s.body(o)
	if err != nil {
		return err
	}
	if o.BodySealed == "" {
		return s.fail(ctx, o, "这件工单导入后超过90天没有登记，原内容已按规定删除，请重新导入")
	}
	call := complaint.HotlineCall{Number: o.Number, Key: o.filedAs(), About: o.About, EstateID: o.EstateID, Matter: o.Matter, Title: b.Title, Text: b.Text, Place: b.Address, Category: b.Category,
		Name: b.Name, Phone: b.Phone, Open: b.Open, Received: b.Received, Due: b.Due}
	_, err = s.complaints.FileHotline(ctx, actor, call, func(tx *store.Tx, c *complaint.Case) error {
		twin, err := s.complaints.TwinOf(tx, actor, c, b.Phone)
		if err != nil {
			return err
		}
		// Somebody may have changed the order since it was read: then it is filed by the next call, as they want it.
		res := tx.Model(&Order{}).Where("id = ? AND state IN ? AND estate_id = ? AND matter = ? AND about = ?", o.ID, []OrderState{Ready, Failed}, o.EstateID, o.Matter, o.About).
			Updates(map[string]any{"state": Filed, "filed_number": o.filedAs(), "case_id": c.ID, "receipt": c.Number, "reason": "", "twin": twin})
		if res.Error != nil {
			return store.Duplicate(res.Error, errTaken)
		}
		return store.MustAffect(res, errTaken)
	})
	f := fault.Of(err)
	switch {
	case err == nil || errors.Is(err, errTaken):
		return s.recognise(ctx, actor, o)
	case f.Kind == fault.Internal:
		return err
	}
	reason := f.Message
	for _, x := range f.Fields {
		reason += "；" + x.Reason
	}
	return s.fail(ctx, o, reason)
}

// recognise finds whether the number was filed by another import at the same moment; then this order is known.
func (s *Service) recognise(ctx context.Context, actor org.Actor, o Order) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var filed Order
		if err := tx.Where("filed_number = ?", o.filedAs()).Take(&filed).Error; err != nil {
			return store.NotFound(err, errTaken)
		}
		if filed.ID == o.ID {
			return nil
		}
		seen, err := complaint.SeenOf(tx, actor, []int64{filed.CaseID})
		if err != nil {
			return err
		}
		o.known(filed, seen[filed.CaseID])
		return tx.Model(&Order{}).Where("id = ? AND state IN ?", o.ID, []OrderState{Ready, Failed}).
			Updates(map[string]any{"state": o.State, "case_id": o.CaseID, "receipt": o.Receipt, "estate_id": o.EstateID, "matter": o.Matter}).Error
	})
}

func (s *Service) fail(ctx context.Context, o Order, reason string) error {
	if r := []rune(reason); len(r) > 300 {
		reason = string(r[:300])
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Order{}).Where("id = ? AND state IN ?", o.ID, []OrderState{Ready, Failed}).Updates(map[string]any{"state": Failed, "reason": reason}).Error
	})
}
