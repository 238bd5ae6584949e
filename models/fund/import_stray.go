package fund

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrSettled says that a stray line has found its unit.
var ErrSettled = fault.New(fault.Conflict, "fund.stray_settled", "这一笔已经转入分户账，请刷新后再看")

// placing is what is asked of a stray line.
type placing struct {
	Unit int64 `json:"unit"`
}

// ProposeStray asks to move what a list had for a unit that was not in the register to the unit, once it is there; see DecideProposal.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrSettled, ErrProposed, ErrStage, ErrTapReused, fault.ErrInvalid.
func (s *Service) ProposeStray(ctx context.Context, actor org.Actor, line, unit int64) (int64, error) {
	return s.fundAct(ctx, actor, org.KeepFund, "propose stray", func(tx *store.Tx) (int64, error) {
		l, _, err := ofKeeper(tx, actor, line, func(x *ImportLine) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		u, _, err := l.fits(tx, unit)
		if err != nil {
			return 0, err
		}
		names, err := org.UnitNames(tx, []int64{u.ID})
		if err != nil {
			return 0, err
		}
		slot := fmt.Sprintf("stray-%d", l.ID)
		p := &Proposal{EstateID: l.EstateID, Kind: Placement, SubjectID: l.ID, Slot: &slot,
			Summary: clip(fmt.Sprintf("清单第%d行 %s幢 %s 的%s元（售房单位%s元），转入%s的分户账", l.Line, l.Building, l.Number, l.OwnersFen+l.SellerFen, l.SellerFen, names[u.ID]), 300)}
		return p.propose(tx, actor, placing{Unit: u.ID})
	})
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// fits finds the unit that a stray line may go to, and its sub-account, nil where it has none.
func (l *ImportLine) fits(tx *store.Tx, unit int64) (*org.Unit, *SubAccount, error) {
	if !l.Stray {
		return nil, nil, ErrSettled
	}
	var u org.Unit
	if err := tx.Where("id = ? AND estate_id = ? AND removed_at IS NULL", unit, l.EstateID).Take(&u).Error; err != nil {
		return nil, nil, store.NotFound(err, fault.ErrInvalid.With(fault.Field{Path: "unit_id", Reason: "本小区没有这一户，请先在名册里补录房屋"}))
	}
	var had SubAccount
	err := tx.Where("unit_id = ?", u.ID).Take(&had).Error
	switch {
	case err == nil && had.ClosedAt != nil:
		return nil, nil, ErrStage.Saying("这一户的分户账已销户，不能转入")
	case err == nil:
		return &u, &had, nil
	case errors.Is(store.NotFound(err, ErrNoEntry), ErrNoEntry):
		return &u, nil, nil
	}
	return nil, nil, err
}

// placeStray does what a proposal asked and another person agreed to.
func placeStray(tx *store.Tx, actor org.Actor, p *Proposal, unit int64) error {
	var l ImportLine
	if err := tx.Where("id = ? AND estate_id = ?", p.SubjectID, p.EstateID).Take(&l).Error; err != nil {
		return store.NotFound(err, ErrNoEntry)
	}
	u, had, err := l.fits(tx, unit)
	if err != nil {
		return err
	}
	if had == nil {
		err = store.Raced(tx.Create(&SubAccount{EstateID: l.EstateID, BuildingID: u.BuildingID, UnitID: u.ID, FirstFen: l.FirstFen, AreaMilli: l.AreaMilli, Seller: l.Seller, ImportID: l.ImportID, CreatedAt: tx.Now}).Error)
	} else {
		if had.FirstFen += l.FirstFen; had.Seller == "" {
			had.Seller = l.Seller
		}
		err = tx.Model(&SubAccount{}).Where("id = ?", had.ID).Select("first_fen", "seller").Updates(had).Error
	}
	if err != nil {
		return err
	}
	if err := l.move(tx, actor, u.ID); err != nil {
		return err
	}
	if err := tx.Model(&ImportLine{}).Where("id = ?", l.ID).Updates(map[string]any{"stray": false, "unit_id": u.ID, "building_id": u.BuildingID}).Error; err != nil {
		return err
	}
	return jot(tx, actor, "place_stray", "fund_import_line", l.ID, l.EstateID, map[string]any{"unit": u.ID, "proposal": p.ID})
}

// move books a stray line from the suspense account to its unit, and makes up what the unit owes.
func (l *ImportLine) move(tx *store.Tx, actor audit.Actor, unit int64) error {
	at := *l
	at.UnitID = unit
	lines := at.opens()
	if len(lines) == 0 {
		return nil
	}
	lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FundSuspense}, Amount: l.OwnersFen + l.SellerFen, Memo: fmt.Sprintf("银行清单第%d行转入分户账", l.Line)})
	if l.OwnersFen+l.SellerFen == 0 {
		lines = lines[:len(lines)-1]
	}
	source := ledger.Source{Kind: "fund_import", ID: l.ImportID, Text: fmt.Sprintf("银行期初余额清单第%d行", l.Line)}
	_, err := ledger.Post(tx, actor, l.EstateID, ledger.Fund, ledger.Posting{Ref: l.ref(), Effective: today(tx), Source: source, Memo: "待查款项转入分户账", Lines: lines})
	if err != nil {
		return err
	}
	return makeUp(tx, actor, l.EstateID, l.ref(), today(tx), source, at.opens())
}

func (l *ImportLine) ref() string { return fmt.Sprintf("stray-%d", l.ID) }
