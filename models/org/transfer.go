package org

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// OwnerInput is one owner as an office enters them.
type OwnerInput struct {
	Name     string
	Phone    string
	Paper    string
	ShareNum int64
	ShareDen int64
}

// Transfer is a change of ownership.
type Transfer struct {
	UnitID int64
	Cause  string // sale, inheritance, judgment, correction
	Source string // what proves it: number of the certificate or judgment
	Owners []OwnerInput
	// ClientRef makes a repeat of the same input harmless.
	ClientRef string
	InputHash string
}

// RecordTransfer closes the current ownership and opens the next. The former owners' rights, and those of the family
// they invited, end at once; a tenant's last until the lease ends (Civil Code art. 725).
// The same ref with the same input changes nothing more.
// Faults: ErrForbidden, ErrUnitNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) RecordTransfer(ctx context.Context, actor Actor, in Transfer) error {
	in.Source = strings.TrimSpace(in.Source)
	var c fault.Checks
	c.Check(slices.Contains([]string{"sale", "inheritance", "judgment", "correction"}, in.Cause), "cause", "请选择买卖、继承、判决或更正")
	c.Check(in.Source != "" && len([]rune(in.Source)) <= 200, "source", "请填写依据，例如不动产权证号或判决书号")
	c.Check(len(in.Owners) >= 1 && len(in.Owners) <= 100, "owners", "请填写1至100名业主")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	for i, o := range in.Owners {
		c.Check(strings.TrimSpace(o.Name) != "", fmt.Sprintf("owners[%d].name", i), "请填写姓名")
	}
	if err := c.Err(); err != nil {
		return err
	}
	shares, err := printShares(in.Owners)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		u, err := unitFor(tx, actor, RecordOwnership, in.UnitID)
		if err != nil {
			return err
		}
		if err := bumpRegister(tx, u.EstateID); err != nil {
			return err
		}
		var before Ownership
		err = tx.Where("recorded_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Take(&before).Error
		if err == nil {
			if before.InputHash != in.InputHash || before.UnitID != u.ID {
				return ErrRefReused
			}
			return nil
		}
		if err := store.NotFound(err, nil); err != nil {
			return err
		}
		set, err := s.findOrInsertSet(tx, u.EstateID, in.Owners)
		if err != nil {
			return err
		}
		if err := s.changeHands(tx, actor, Ownership{EstateID: u.EstateID, UnitID: u.ID, OwnerSetID: set, Cause: in.Cause, Source: in.Source, Shares: shares,
			RecordedBy: actor.PersonID, ClientRef: &in.ClientRef, InputHash: in.InputHash}); err != nil {
			return err
		}
		return audit.Append(tx, actor, "ownership.transfer", audit.Subject{Kind: "unit", ID: u.ID, Estate: u.EstateID},
			map[string]any{"owner_set": set, "cause": in.Cause})
	})
	if err != nil {
		return fmt.Errorf("record transfer: %w", err)
	}
	return nil
}

// changeHands is the one place where a unit gets another owner set.
func (s *Service) changeHands(tx *store.Tx, actor audit.Actor, next Ownership) error {
	unit, set := next.UnitID, next.OwnerSetID
	var before []int64
	if err := tx.Model(&Ownership{}).Where("current_unit = ?", unit).Pluck("owner_set_id", &before).Error; err != nil {
		return err
	}
	err := tx.Model(&Ownership{}).Where("current_unit = ?", unit).Updates(map[string]any{"ends_at": tx.Now, "current_unit": nil}).Error
	if err != nil {
		return err
	}
	next.Since, next.CurrentUnit = tx.Now, &unit
	if err := tx.Create(&next).Error; err != nil {
		return store.Raced(err)
	}
	if err := tx.Model(&Unit{}).Where("id = ? AND sold = ?", unit, false).Updates(map[string]any{"sold": true, "updated_at": tx.Now}).Error; err != nil {
		return err
	}
	// owner_id 0 belongs to people an office admitted without a tie to the roster: a change of hands ends them too.
	// A former owner who is also a tenant is one by their own invitation, or by a lease that the new owner has to grant.
	_, err = endResidences(tx, actor, "sale", `unit_id = ? AND (role <> ? OR person_id IN (
			SELECT former.person_id FROM (SELECT person_id FROM residences WHERE unit_id = ? AND role = ? AND living IS NOT NULL) former))
		AND owner_id NOT IN (SELECT id FROM owners WHERE owner_set_id = ?)`, unit, RoleTenant, unit, RoleOwner, set)
	if err != nil {
		return err
	}
	return s.handOver(tx, actor, Handed{EstateID: next.EstateID, UnitID: unit, From: only(before), To: set, Cause: next.Cause})
}

// only is the one of a list, 0 for none.
func only(ids []int64) int64 {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

func bumpRegister(tx *store.Tx, estateID int64) error {
	return tx.Exec("UPDATE registers SET version = version + 1 WHERE estate_id = ?", estateID).Error
}

func printShares(owners []OwnerInput) (string, error) {
	given := 0
	for _, o := range owners {
		if o.ShareDen != 0 {
			given++
		}
	}
	if given == 0 {
		return "", nil
	}
	bad := fault.ErrInvalid.With(fault.Field{Path: "owners", Reason: "各业主份额相加须等于1；共同共有的都不填份额"})
	if given != len(owners) {
		return "", bad
	}
	num, den := int64(0), int64(1)
	parts := make([]string, len(owners))
	for i, o := range owners {
		if o.ShareNum < 1 || o.ShareDen < o.ShareNum || o.ShareDen > 10000 || den > 1<<40 {
			return "", bad
		}
		num, den = reduce(num*o.ShareDen+o.ShareNum*den, den*o.ShareDen)
		parts[i] = strconv.FormatInt(o.ShareNum, 10) + "/" + strconv.FormatInt(o.ShareDen, 10)
	}
	if num != den {
		return "", bad
	}
	return strings.Join(parts, ","), nil
}

func reduce(a, b int64) (int64, int64) {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x, b / x
}
