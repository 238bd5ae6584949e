package fund

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PostFinal puts the final accounts and what each property bears on the board. Of an emergency and a repair by order that may follow the payment.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep.
func (s *Service) PostFinal(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "final", []ProjectState{ProjectSettled, ProjectFinal, ProjectPaid}, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if p.FinalNotice != 0 {
			if _, stands, err := s.o.Board.Standing(tx, p.FinalNotice); err != nil || stands {
				return "", nil, errors.Join(err, ErrStep.Saying("决算已经在公示，不用再发"))
			}
		}
		body, err := s.finalWords(tx, p)
		if err != nil {
			return "", nil, err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return "", nil, err
		}
		if p.FinalDays, err = daysOf(set, "fund.final_days"); err != nil {
			return "", nil, err
		}
		scope, err := p.Concerns()
		if err != nil {
			return "", nil, err
		}
		sums, err := p.freeze(tx, atFinal)
		if err != nil {
			return "", nil, err
		}
		p.FinalNotice, p.FinalNumber, err = s.o.Board.Post(tx, actor, Posted{EstateID: p.EstateID, Scope: scope, Title: "维修资金决算和分摊：" + p.Title, Body: body, Ref: fmt.Sprintf("project:%d:final:%d", p.ID, p.Version), Days: "fund.final_days", Sums: sums})
		if p.State == ProjectSettled {
			p.State = ProjectFinal
		}
		return p.FinalNumber, []string{"final_notice", "final_number", "final_days", "state"}, err
	})
}

// maxWords bounds a notice's text on the board.
const maxWords = 9_500

// finalWords says of each property what it bears, out of the shares that the sums' seal is over; whatever is a sum of the project is a figure.
func (s *Service) finalWords(tx *store.Tx, p *Project) (string, error) {
	var items []ProjectItem
	if err := tx.Where("project_id = ? AND phase = 'final'", p.ID).Order("id").Limit(maxItems).Find(&items).Error; err != nil {
		return "", err
	}
	where, err := scopeWords(tx, p)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s（%s）\n\n", p.Title, p.Number)
	switch p.Kind {
	case OrdinaryUse:
		fmt.Fprintf(&b, "业主决定：%s\n使用方案公示：%s\n备案：%s\n", p.Resolution, p.ProposalNumber, p.Filing)
	case EmergencyUse:
		fmt.Fprintf(&b, "紧急情形：%s（乡镇（办事处）已确认，依法不经表决）\n", p.Basis)
	case OrderedUse:
		fmt.Fprintf(&b, "代修的原因：%s\n", p.Basis)
	}
	accepted := p.AcceptedFor
	if accepted == "" {
		accepted = "没有验收"
	}
	if p.CancelledAt != nil {
		fmt.Fprintf(&b, "项目已取消：%s。以下只结算已经完成的部分。\n", p.CancelledFor)
	}
	fmt.Fprintf(&b, "合同：%s，%s\n验收：%s\n\n做了的（单价、合计、决算和预算见金额表）：\n", p.Contract, p.Supplier, accepted)
	itemWords(&b, items)
	if p.Reviewer != "" {
		fmt.Fprintf(&b, "第三方审价：%s\n", p.Reviewer)
	}
	fmt.Fprintf(&b, "发票：%s\n\n列支范围：%s。费用按建筑面积分摊；%s。\n每户分摊：\n", p.Invoices, where, apportion.Remainder)
	tail := "\n有异议的业主，请在公示期内到小程序“维修项目”里提出，办理单位会逐条答复。每户的算式请在小程序里查看。"
	var rows []ProjectShare
	if err := tx.Select("code", "payer", "amount").Where("project_id = ?", p.ID).Order("id").Limit(1000).Find(&rows).Error; err != nil {
		return "", err
	}
	left := maxWords - len([]rune(b.String()+tail))
	for _, x := range rows {
		line := x.Code + "：" + x.Amount.String() + "元"
		if x.Payer != apportion.Owner {
			line += "（" + apportion.PayerNames[x.Payer] + "）"
		}
		if left -= len([]rune(line)) + 1; left < 20 {
			b.WriteString("其余各户请在小程序里查看。\n")
			break
		}
		b.WriteString(line + "\n")
	}
	b.WriteString(tail)
	return cut(b.String(), 9_900), nil
}
