package fee

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ProposeUnsettling puts before a second person that a settlement was wrong; Decide reverses it.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrPending, fault.ErrInvalid.
func (s *Service) ProposeUnsettling(ctx context.Context, actor org.Actor, settlement int64, reason string) (int64, error) {
	return s.Propose(ctx, actor, Proposal{Kind: Unsettle, ChangeID: settlement, Reason: reason})
}

// settlement is what is taken back, as it stands.
func (c *Change) settlement(tx *store.Tx) (*Change, error) {
	var x Change
	err := tx.Where("id = ? AND company_id = ? AND estate_id = ?", c.ReversesID, c.CompanyID, c.EstateID).Take(&x).Error
	switch {
	case err != nil:
		return nil, store.NotFound(err, ErrNotFound)
	case x.Kind != Settle:
		return nil, ErrState.Saying("这里只能冲销“结算到银行”；收款请用“退款”，其他的请用“更正”")
	case x.State == Reversed:
		return nil, ErrState.Saying("这笔结算已经冲销，不用再冲")
	case x.State != "approved":
		return nil, ErrState.Saying("这笔结算还没有通过，没有入账：等审批的请负责人退回")
	}
	return &x, nil
}

// fromBank reverses a settlement on the day of the decision: the till or the provider has the money again, the bank's number and the days
// of its bills are free, and so are the lines of the bank's lists that were known by it.
func (c *Change) fromBank(tx *store.Tx, actor org.Actor) error {
	x, err := c.settlement(tx)
	if err != nil {
		return err
	}
	j, err := ledger.Reverse(tx, actor, x.JournalID, fmt.Sprintf("change-%d", c.ID), c.title(), calendar.DateOf(tx.Now))
	if err != nil {
		return err
	}
	c.JournalID = j.ID
	if err := tx.Model(&Change{}).Where("id = ?", x.ID).Updates(map[string]any{"state": Reversed, "live": nil}).Error; err != nil {
		return err
	}
	return x.freeLines(tx, "冲销了")
}

// freeLines lets go of the lines of the bank's lists that were known by a settlement that does not stand: a person has to look again.
func (c *Change) freeLines(tx *store.Tx, why string) error {
	return tx.Model(&Line{}).Where("change_id = ?", c.ID).Updates(map[string]any{"state": "unsettled", "change_id": 0, "result": freed(c, why)}).Error
}

// ChangeView is a change with the number of its voucher, and what took it back.
type ChangeView struct {
	Change
	JournalNo int64
	Back      *ChangeView
}

// viewed adds to settlements and what took them back what became of them.
func viewed(tx *store.Tx, rows []Change) ([]ChangeView, error) {
	list, ids := make([]ChangeView, len(rows)), []int64{0}
	for i, c := range rows {
		if list[i].Change = c; c.State == Reversed {
			ids = append(ids, c.ID)
		}
	}
	var backs []Change
	if err := tx.Where("reverses_id IN ? AND reverses_id <> 0 AND state = 'approved'", ids).Find(&backs).Error; err != nil {
		return nil, err
	}
	numbers, err := vouchers(tx, rows, backs)
	if err != nil {
		return nil, err
	}
	by := map[int64]*ChangeView{}
	for _, c := range backs {
		by[c.ReversesID] = &ChangeView{Change: c, JournalNo: numbers[c.JournalID]}
	}
	for i := range list {
		list[i].JournalNo, list[i].Back = numbers[list[i].JournalID], by[list[i].ID]
	}
	return list, nil
}

// vouchers are the numbers of the journals of settlements.
func vouchers(tx *store.Tx, lists ...[]Change) (map[int64]int64, error) {
	ids := []int64{0}
	for _, rows := range lists {
		for _, c := range rows {
			if c.Kind == Settle || c.Kind == Unsettle {
				ids = append(ids, c.JournalID)
			}
		}
	}
	var found []ledger.Journal
	err := tx.Select("id", "no").Where("id IN ?", ids).Find(&found).Error
	numbers := make(map[int64]int64, len(found))
	for _, j := range found {
		numbers[j.ID] = j.No
	}
	return numbers, err
}
