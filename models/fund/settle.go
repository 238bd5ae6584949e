package fund

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ProjectShare is what one account bears of a project. Steps are the numbers that it came from; Charged and Short are set by the payment.
type ProjectShare struct {
	ID         int64 `gorm:"primaryKey"`
	ProjectID  int64
	EstateID   int64
	UnitID     int64
	BuildingID int64
	Payer      apportion.Payer
	Code       string // 1幢1单元101
	Amount     money.Fen
	Steps      string // []apportion.Step as JSON
	Charged    money.Fen
	Short      money.Fen // a receivable of this unit
}

// TableName names the table.
func (ProjectShare) TableName() string { return "fund_shares" }

// Part gives the share with its numbers.
func (x *ProjectShare) Part() (apportion.Part, error) {
	p := apportion.Part{UnitID: x.UnitID, Payer: x.Payer, Amount: x.Amount}
	return p, json.Unmarshal([]byte(x.Steps), &p.Steps)
}

// Settlement is the final accounts of a project. Reviewer and Reviewed are a third party's review of the price, empty where there was none.
type Settlement struct {
	Items    []NewItem
	Invoices string
	Reviewer string
	Reviewed string // yuan
	FileIDs  []int64
}

func (in *Settlement) check() (items []ProjectItem, total, reviewed money.Fen, err error) {
	in.Invoices, in.Reviewer = strings.TrimSpace(in.Invoices), strings.TrimSpace(in.Reviewer)
	var c fault.Checks
	items, total = readItems(&c, in.Items, "final")
	c.Check(len(items) > 0, "items", "请写明实际做的每一项：名称、数量和单价")
	c.Check(runes(in.Invoices, 2, 300), "invoices", "请填写发票号码（2至300个字，多张用顿号隔开）")
	c.Check(len(in.FileIDs) > 0 && len(in.FileIDs) <= 20, "file_ids", "请上传决算书和发票（1至20份）")
	c.Check(in.Reviewer == "" || runes(in.Reviewer, 2, 100), "reviewer", "请写审价单位的全称")
	if in.Reviewer != "" {
		var bad error
		reviewed, bad = money.Parse(in.Reviewed)
		c.Check(bad == nil && reviewed > 0, "reviewed", "请填写审定金额（元）")
		c.Check(bad != nil || total <= reviewed, "items", "决算合计"+total.String()+"元，超过了审定金额")
	}
	return items, total, reviewed, c.Err()
}

// Settle makes the final accounts and divides them: within the budget, and above the contract only with a third party's review; made again, as after an objection that holds, they are posted again too.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrManyDoors, fault.ErrInvalid.
func (s *Service) Settle(ctx context.Context, actor org.Actor, id int64, in Settlement) (int64, error) {
	if err := actor.Must(org.RunProject); err != nil {
		return 0, err
	}
	items, total, reviewed, err := in.check()
	if err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "settled", []ProjectState{ProjectAccepted, ProjectSettled, ProjectFinal, ProjectClosing}, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if total > p.Budget {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "items", Reason: "决算合计" + total.String() + "元，超过了预算" + p.Budget.String() + "元；超出的部分要另走程序"})
		}
		if total > p.Contracted && reviewed == 0 {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "reviewer", Reason: "决算合计" + total.String() + "元，超过了合同金额" + p.Contracted.String() + "元；请核对，确有增加的请委托第三方审价，填写审价单位和审定金额"})
		}
		var asked int64
		if err := tx.Model(&ProjectPayment{}).Where("live = ?", liveKey(p.ID, FinalPayment)).Count(&asked).Error; err != nil {
			return "", nil, err
		}
		if asked > 0 {
			return "", nil, ErrStep.Saying("尾款已经申请支付，不能再改决算；要改请先退回付款申请")
		}
		if err := s.replaced(tx, actor, p, p.Resolution, "重新决算"); err != nil {
			return "", nil, err
		}
		if err := s.apportion(tx, p, total); err != nil {
			return "", nil, err
		}
		if err := putItems(tx, p, "final", items); err != nil {
			return "", nil, err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, "notice", "fund_final", p.ID, p.EstateID); err != nil {
			return "", nil, err
		}
		p.State, p.Total, p.Invoices, p.Reviewer, p.Reviewed, p.SettledAt, p.SettledBy = ProjectSettled, total, in.Invoices, in.Reviewer, reviewed, &tx.Now, actor.PersonID
		p.FinalNotice, p.FinalNumber, p.FinalDays = 0, "", 0
		columns := []string{"state", "total", "invoices", "reviewer", "reviewed", "settled_at", "settled_by", "final_notice", "final_number", "final_days"}
		return fmt.Sprintf("决算%s元", total), columns, nil
	})
}

// apportion divides the final accounts over who pays them.
func (s *Service) apportion(tx *store.Tx, p *Project, total money.Fen) error {
	doors, err := s.sharers(tx, p)
	if err != nil {
		return err
	}
	public, err := publicHousing(tx, p.EstateID, doors)
	if err != nil {
		return err
	}
	units, byID := make([]apportion.Unit, len(doors)), make(map[int64]*door, len(doors))
	for i := range doors {
		d := &doors[i]
		units[i], byID[d.ID] = apportion.Unit{ID: d.ID, Area: d.AreaMilli, Unsold: !d.Sold}, d
		if had, ok := public[d.ID]; ok {
			units[i].Public, units[i].Owned, units[i].Seller = true, had.owned, had.seller
		}
	}
	parts, err := apportion.Split(total, units)
	if err != nil {
		return cannotSplit(err)
	}
	rows := make([]ProjectShare, len(parts))
	for i, part := range parts {
		steps, err := json.Marshal(part.Steps)
		if err != nil {
			return err
		}
		d := byID[part.UnitID]
		rows[i] = ProjectShare{ProjectID: p.ID, EstateID: p.EstateID, UnitID: d.ID, BuildingID: d.BuildingID, Payer: part.Payer, Code: d.Code, Amount: part.Amount, Steps: string(steps)}
	}
	return tx.CreateInBatches(&rows, 500).Error
}

func cannotSplit(err error) error {
	for _, reason := range []error{apportion.ErrNoUnits, apportion.ErrNoArea, apportion.ErrDeposits, apportion.ErrCost} {
		if errors.Is(err, reason) {
			return ErrStep.Saying("不能分摊：" + reason.Error())
		}
	}
	return err
}
