package fund

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Quote is what a supplier asks for the works. It is kept as it came; another price is another row's.
type Quote struct {
	ID        int64 `gorm:"primaryKey"`
	ProjectID int64
	EstateID  int64
	Supplier  string
	Amount    money.Fen
	Text      string
	PersonID  int64
	CreatedAt time.Time
}

// TableName names the table.
func (Quote) TableName() string { return "fund_quotes" }

const (
	enoughQuotes = 3 // what a proposal compares; fewer needs a reason
	maxQuotes    = 20
)

// ErrQuoted says that a supplier has quoted.
var ErrQuoted = fault.New(fault.Conflict, "project.quoted", "这家单位已经登记过报价，报价登记后不能改；请核对")

// AddQuote records a supplier's quotation with its paper.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrQuoted, fault.ErrInvalid.
func (s *Service) AddQuote(ctx context.Context, actor org.Actor, id int64, supplier, amount, text string, files []int64) (int64, error) {
	supplier, text = strings.TrimSpace(supplier), strings.TrimSpace(text)
	price, err := money.Parse(amount)
	var c fault.Checks
	c.Check(runes(supplier, 2, 100), "supplier", "请写报价单位的全称（2至100个字）")
	c.Check(err == nil && price > 0, "amount", "请填写报价（元，大于零，最多两位小数）")
	c.Check(runes(text, 0, 500), "text", "说明不超过500个字")
	c.Check(len(files) > 0 && len(files) <= 10, "file_ids", "请上传报价单（1至10份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "quoted", beforeContract, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if err := p.quotable(); err != nil {
			return "", nil, err
		}
		var n int64
		if err := tx.Model(&Quote{}).Where("project_id = ?", p.ID).Count(&n).Error; err != nil {
			return "", nil, err
		}
		if n >= maxQuotes {
			return "", nil, ErrStep.Saying(fmt.Sprintf("一个项目最多登记%d份报价", maxQuotes))
		}
		q := &Quote{ProjectID: p.ID, EstateID: p.EstateID, Supplier: supplier, Amount: price, Text: text, PersonID: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(q).Error; err != nil {
			return "", nil, store.Duplicate(err, ErrQuoted)
		}
		err := s.o.Files.Attach(tx, actor, files, "notice", "fund_quote", q.ID, p.EstateID)
		return supplier + "：" + price.String() + "元", nil, err
	})
}

// beforeContract are the states in which an emergency or a repair by order still compares prices; the owners vote on one supplier.
var beforeContract = []ProjectState{ProjectDraft, ProjectFiled}

func (p *Project) quotable() error {
	if p.Kind == OrdinaryUse && p.State != ProjectDraft {
		return ErrStep.Saying("使用方案已经公示，不能再改报价；要改请取消这个项目，重新提出")
	}
	return nil
}

// ChooseQuote chooses the supplier. Fewer than three quotations, or one that is not the cheapest, need a reason, which the owners read.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) ChooseQuote(ctx context.Context, actor org.Actor, id, quote int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if !runes(reason, 0, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "原因不超过500个字"})
	}
	return s.take(ctx, actor, id, step{org.RunProject, "chosen", beforeContract, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if err := p.quotable(); err != nil {
			return "", nil, err
		}
		list, err := quotesOf(tx, p.ID)
		if err != nil {
			return "", nil, err
		}
		var chosen *Quote
		cheapest := true
		for i := range list {
			if list[i].ID == quote {
				chosen = &list[i]
			}
		}
		if chosen == nil {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "quote_id", Reason: "请从这个项目登记的报价中选择"})
		}
		for _, q := range list {
			cheapest = cheapest && q.Amount >= chosen.Amount
		}
		var c fault.Checks
		c.Check(len(list) >= enoughQuotes || len([]rune(reason)) >= 4, "reason", fmt.Sprintf("报价只有%d家，不到3家；请写明原因（至少4个字），业主会看到", len(list)))
		c.Check(cheapest || len([]rune(reason)) >= 4, "reason", "选的不是最低报价；请写明原因（至少4个字），业主会看到")
		c.Check(chosen.Amount <= p.Budget, "quote_id", "这份报价"+chosen.Amount.String()+"元，超过了预算"+p.Budget.String()+"元；请核对预算")
		if err := c.Err(); err != nil {
			return "", nil, err
		}
		p.QuoteID, p.QuoteReason = chosen.ID, reason
		return strings.TrimSuffix(chosen.Supplier+"："+reason, "："), []string{"quote_id", "quote_reason"}, nil
	})
}

func quotesOf(tx *store.Tx, project int64) ([]Quote, error) {
	var list []Quote
	return list, tx.Where("project_id = ?", project).Order("amount, id").Limit(maxQuotes).Find(&list).Error
}
