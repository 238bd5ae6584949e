package fund

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Contracting is the contract of a project.
type Contracting struct {
	Number   string
	Supplier string
	Amount   string // yuan
	FileIDs  []int64
}

// Contract records the contract: with the supplier whose quotation was chosen, and above neither that quotation nor the budget that was
// decided.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) Contract(ctx context.Context, actor org.Actor, id int64, in Contracting) (int64, error) {
	in.Number, in.Supplier = strings.TrimSpace(in.Number), strings.TrimSpace(in.Supplier)
	amount, err := money.Parse(in.Amount)
	var c fault.Checks
	c.Check(runes(in.Number, 2, 64), "number", "请填写合同编号（2至64个字）")
	c.Check(err == nil && amount > 0, "amount", "请填写合同金额（元，大于零，最多两位小数）")
	c.Check(len(in.FileIDs) > 0 && len(in.FileIDs) <= 20, "file_ids", "请上传合同（1至20份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "contracted", []ProjectState{ProjectFiled}, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		var q Quote
		if err := tx.Where("id = ? AND project_id = ?", p.QuoteID, p.ID).Take(&q).Error; err != nil {
			return "", nil, store.NotFound(err, ErrStep.Saying("还没有选定报价，请先登记报价并选定一家"))
		}
		var c fault.Checks
		c.Check(in.Supplier == q.Supplier, "supplier", "签约单位和选定的报价单位（"+q.Supplier+"）不一致；换单位要重新走程序")
		c.Check(amount <= p.Budget, "amount", "合同金额超过了预算"+p.Budget.String()+"元；超出的要重新走程序")
		c.Check(amount <= q.Amount, "amount", "合同金额超过了选定的报价"+q.Amount.String()+"元；公示给业主的是这个报价，请按报价签约，要提高的请取消项目、重新提出")
		if err := c.Err(); err != nil {
			return "", nil, err
		}
		p.State, p.Contract, p.Supplier, p.Contracted, p.ContractedAt = ProjectUnder, in.Number, q.Supplier, amount, &tx.Now
		err := s.o.Files.Attach(tx, actor, in.FileIDs, "notice", "fund_contract", p.ID, p.EstateID)
		return fmt.Sprintf("%s：%s，%s元", in.Number, q.Supplier, amount), []string{"state", "contract", "supplier", "contracted", "contracted_at"}, err
	})
}

// Work adds what was done on the site, with photos.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) Work(ctx context.Context, actor org.Actor, id int64, text string, photos []int64) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 2, 1000), "text", "请写明做了什么（2至1000个字）")
	c.Check(len(photos) > 0 && len(photos) <= 20, "file_ids", "请上传施工照片（1至20张）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.RunProject, "project work", func(tx *store.Tx) (int64, error) {
		p, err := projectFor(tx, actor, org.RunProject, id, true)
		if err != nil {
			return 0, err
		}
		if p.OrganisationID != actor.OrganisationID() {
			return 0, ErrNotInCharge
		}
		if p.State != ProjectUnder && p.State != ProjectWorking {
			return 0, ErrStep.Saying("签了合同、验收之前才能登记施工进展")
		}
		p.State = ProjectWorking
		if err := tx.Model(&Project{}).Where("id = ?", p.ID).Updates(map[string]any{"state": p.State, "version": p.Version + 1}).Error; err != nil {
			return 0, err
		}
		n, err := notedAs(tx, actor, p, "worked", text)
		if err != nil {
			return 0, err
		}
		return p.ID, s.o.Files.Attach(tx, actor, photos, "photo", "fund_work", n, p.EstateID)
	})
}

// AddPapers adds papers to a project: evidence, or what the bureau missed in the filing.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) AddPapers(ctx context.Context, actor org.Actor, id int64, text string, files []int64) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 2, 500), "text", "请写明补充的是什么（2至500个字）")
	c.Check(len(files) > 0 && len(files) <= 20, "file_ids", "请上传材料（1至20份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "supplied", nil, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if p.State == ProjectCancelled || p.State == ProjectPaid && p.ReviewOpen == nil {
			return "", nil, ErrStep
		}
		return text, nil, s.o.Files.Attach(tx, actor, files, "notice", "fund_project", p.ID, p.EstateID)
	})
}
