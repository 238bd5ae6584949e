package fund

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// postable are the states in which a proposal may be put on the board: once it is, its words are fixed, so that it may be put there again until it
// is paid.
var postable = []ProjectState{ProjectDraft, ProjectPosted, ProjectResolved, ProjectFiled, ProjectUnder, ProjectWorking, ProjectAccepted, ProjectSettled, ProjectFinal, ProjectClosing}

// PostProject puts a proposal on the board, open to the objections of the owners of its scope. Posted again after the notice was taken down,
// its period begins anew.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrExcluded, fault.ErrInvalid.
func (s *Service) PostProject(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "posted", postable, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if p.Kind != OrdinaryUse {
			return "", nil, ErrStep.Saying(ProjectKinds[p.Kind] + "不用事先公示，由乡镇（办事处）或住建局确认；维修后公示决算")
		}
		if p.State != ProjectDraft {
			if _, stands, err := s.o.Board.Standing(tx, p.ProposalNotice); err != nil || stands {
				return "", nil, errors.Join(err, ErrStep.Saying("使用方案已经在公示，不用再发"))
			}
		}
		body, err := s.proposalWords(tx, p)
		if err != nil {
			return "", nil, err
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return "", nil, err
		}
		if p.ProposalDays, err = daysOf(set, "fund.proposal_days"); err != nil {
			return "", nil, err
		}
		scope, err := p.Concerns()
		if err != nil {
			return "", nil, err
		}
		sums, err := p.freeze(tx, atProposal)
		if err != nil {
			return "", nil, err
		}
		p.ProposalNotice, p.ProposalNumber, err = s.o.Board.Post(tx, actor, Posted{EstateID: p.EstateID, Scope: scope, Title: "维修资金使用方案：" + p.Title, Body: body, Ref: fmt.Sprintf("project:%d:proposal:%d", p.ID, p.Version), Days: "fund.proposal_days", Sums: sums})
		if p.State == ProjectDraft {
			p.State = ProjectPosted
		}
		return p.ProposalNumber, []string{"proposal_notice", "proposal_number", "proposal_days", "state"}, err
	})
}

// daysOf reads how long a posting has to be; 0 where nobody has set it, which shuts the gate behind it and not the posting.
func daysOf(set *rulepack.Set, key string) (int64, error) {
	days, err := set.Int(key)
	if errors.Is(err, rulepack.ErrUnset) {
		return 0, nil
	}
	return days, err
}

// postingEnd is the last moment of a posting that began then; the first day does not count (Civil Code art. 201).
func postingEnd(since time.Time, days int64) time.Time {
	return calendar.DateOf(since).Add(int(days)).End().UTC()
}

func (s *Service) proposalWords(tx *store.Tx, p *Project) (string, error) {
	var items []ProjectItem
	if err := tx.Where("project_id = ? AND phase = 'budget'", p.ID).Order("id").Limit(maxItems).Find(&items).Error; err != nil {
		return "", err
	}
	list, err := quotesOf(tx, p.ID)
	if err != nil {
		return "", err
	}
	var c fault.Checks
	c.Check(len(items) > 0, "items", "使用方案还没有写要做的项目和预算")
	c.Check(p.QuoteID != 0, "quote_id", "还没有选定报价；请先登记报价并选定一家")
	if err := c.Err(); err != nil {
		return "", err
	}
	where, err := scopeWords(tx, p)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s（%s）\n\n%s\n\n列支范围：%s。由这个范围的业主表决，费用也由这个范围分摊。\n要做的（单价、合计和预算见金额表）：\n", p.Title, p.Number, p.Reason, where)
	itemWords(&b, items)
	fmt.Fprintf(&b, "\n报价%d家（金额见金额表）：\n", len(list))
	for i, q := range list {
		mark := ""
		if q.ID == p.QuoteID {
			mark = "（选定）"
		}
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, q.Supplier, mark)
	}
	if p.QuoteReason != "" {
		fmt.Fprintf(&b, "选定的原因：%s\n", p.QuoteReason)
	}
	fmt.Fprintf(&b, "\n分摊办法：按建筑面积分摊到每户；售后公房再按交存比例由业主和售房单位分担；未售出的房屋由建设单位或公有住房单位承担。%s。\n提出单位声明：不在保修期内，不属于建设单位、专业单位、责任人或物业服务合同应当承担的情形。\n有异议的业主，请在公示期内到小程序“维修项目”里提出，办理单位会逐条答复。", apportion.Remainder)
	return cut(b.String(), 9_900), nil
}

// itemWords lists what is done, without its sums: see summed.shown.
func itemWords(b *strings.Builder, items []ProjectItem) {
	for i, x := range items {
		fmt.Fprintf(b, "%d. %s %s%s\n", i+1, x.Name, Thousandths(x.Quantity), x.Measure)
	}
}

// Thousandths prints a quantity with as many decimals as it has.
func Thousandths(n int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", n/1000, n%1000), "0"), ".")
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// scopeWords names the part of the estate that a project concerns.
func scopeWords(tx *store.Tx, p *Project) (string, error) {
	scope, err := p.Concerns()
	if err != nil || scope.Whole() {
		return "整个小区", err
	}
	var names []string
	if err := tx.Model(&org.Building{}).Where("id IN ?", append(scope.Buildings, 0)).Order("id").Limit(maxParts).Pluck("name", &names).Error; err != nil {
		return "", err
	}
	for i := range names {
		names[i] += "幢"
	}
	doors, err := doorsIn(tx, p.EstateID, event.Scope{Units: scope.Units})
	if err != nil {
		return "", err
	}
	for i, d := range doors {
		if i == 20 {
			names = append(names, fmt.Sprintf("等共%d户", len(doors)))
			break
		}
		names = append(names, d.Code)
	}
	return strings.Join(names, "、"), nil
}
