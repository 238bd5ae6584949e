package fund

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// NewItem is one thing to be done, or that was done.
type NewItem struct {
	Name     string
	Measure  string
	Quantity string // decimal, at most three places
	Price    string // yuan
}

// Proposing is a use of the fund as it is proposed (Order 165 arts 22, 23).
type Proposing struct {
	EstateID int64
	Kind     ProjectKind
	Title    string
	Reason   string
	Scope    event.Scope
	Declared map[Exclusion]bool // which of the uses that are not allowed it is; all are answered
	Basis    string             // the case of an emergency, or why an office orders it
	Items    []NewItem
	FileIDs  []int64
}

// Bounds of a project.
const (
	maxItems = 200
	maxParts = 200
)

// check reads the items. An owner who proposes need not know quantities and prices, nor who is liable: whoever takes it up adds them.
func (in *Proposing) check(owner bool) ([]ProjectItem, money.Fen, error) {
	in.Title, in.Reason, in.Basis = strings.TrimSpace(in.Title), strings.TrimSpace(in.Reason), strings.TrimSpace(in.Basis)
	var c fault.Checks
	c.Check(ProjectKinds[in.Kind] != "", "kind", "请选择一般使用、紧急使用或代修")
	c.Check(runes(in.Title, 4, 40), "title", "请填写项目名称（4至40个字）")
	c.Check(runes(in.Reason, 4, 2000), "reason", "请写明哪里坏了、要怎么修（4至2000个字）")
	c.Check(len(in.Scope.Buildings)+len(in.Scope.Units) <= maxParts, "scope", "一次最多选200幢或户；更多的请选整个小区")
	c.Check(in.Kind != OrderedUse || runes(in.Basis, 4, 200), "basis", "请写明为什么要代修（4至200个字）")
	c.Check(len(in.FileIDs) <= 20, "file_ids", "附件不超过20份")
	items, sum := readItems(&c, in.Items, "budget")
	if !owner {
		c.Check(len(items) > 0, "items", "请写明要做的每一项：名称、数量和单价")
		for code := range Exclusions {
			_, ok := in.Declared[code]
			c.Check(ok, "declared."+string(code), "请声明是否属于“"+Exclusions[code]+"”")
		}
	}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	return items, sum, allowed(in.Declared)
}

func readItems(c *fault.Checks, list []NewItem, phase string) ([]ProjectItem, money.Fen) {
	c.Check(len(list) <= maxItems, "items", fmt.Sprintf("最多写%d项", maxItems))
	var items []ProjectItem
	var sum money.Fen
	for i, x := range list[:min(len(list), maxItems)] {
		at := fmt.Sprintf("items[%d].", i)
		x.Name, x.Measure = strings.TrimSpace(x.Name), strings.TrimSpace(x.Measure)
		c.Check(runes(x.Name, 2, 100), at+"name", "请写名称（2至100个字）")
		c.Check(runes(x.Measure, 1, 10), at+"measure", "请写单位，如：个、米、台")
		quantity, err := area.Parse(x.Quantity)
		c.Check(err == nil, at+"quantity", "数量要大于零，最多三位小数")
		price, err := money.Parse(x.Price)
		c.Check(err == nil && price > 0, at+"price", "请填写单价（元，大于零，最多两位小数）")
		amount, err := money.Share(price, int64(quantity), 1000)
		c.Check(err == nil && (amount > 0 || price <= 0 || quantity == 0), at+"price", "这一项的金额过大，或者不足1分，请核对数量和单价")
		sum += amount // at most 200 items of at most money.Max do not overflow
		items = append(items, ProjectItem{Phase: phase, Name: x.Name, Measure: x.Measure, Quantity: int64(quantity), Price: price, Amount: amount})
	}
	c.Check(sum <= money.Max, "items", "合计金额过大，请核对单位是否为元")
	return items, sum
}

// ProposeProject drafts a use of the fund. Who proposes follows from who holds the account; an owner's proposal waits for the company or the community
// to take it up.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotProposer, ErrNotAffected, ErrExcluded, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) ProposeProject(ctx context.Context, actor org.Actor, in Proposing) (int64, error) {
	if err := actor.Must(org.ProposeProject); err != nil {
		return 0, err
	}
	items, budget, err := in.check(actor.Post == nil)
	if err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.ProposeProject, "propose", func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, org.ProposeProject, in.EstateID)
		if err != nil {
			return 0, err
		}
		p := &Project{EstateID: e.ID, State: ProjectDraft, OrganisationID: actor.OrganisationID(), PersonID: actor.PersonID, Version: 1, CreatedAt: tx.Now}
		if err := s.shape(tx, p, in); err != nil {
			return 0, err
		}
		if err := s.proposer(tx, actor, e, p); err != nil {
			return 0, err
		}
		p.Budget = budget
		if p.Number, err = store.NextNumber(tx, "WX"); err != nil {
			return 0, err
		}
		if err := tx.Create(p).Error; err != nil {
			return 0, err
		}
		if err := putItems(tx, p, "budget", items); err != nil {
			return 0, err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, filePurpose(actor), "fund_project", p.ID, e.ID); err != nil {
			return 0, err
		}
		return p.ID, noted(tx, actor, p, "proposed", p.Title)
	})
}

// filePurpose is how the papers of whoever acts were uploaded.
func filePurpose(actor org.Actor) string {
	if actor.Post == nil {
		return "document"
	}
	return "notice"
}

// shape puts what was written into a project, under the law of today.
func (s *Service) shape(tx *store.Tx, p *Project, in Proposing) error {
	set, err := s.fundRules(tx)
	if err != nil {
		return err
	}
	if in.Kind == EmergencyUse {
		if err := emergencyCase(set, in.Basis); err != nil {
			return err
		}
	}
	p.Scope = ""
	if !in.Scope.Whole() {
		ok, err := org.HasParts(tx, p.EstateID, in.Scope)
		if err != nil {
			return err
		}
		if !ok {
			return fault.ErrInvalid.With(fault.Field{Path: "scope", Reason: "有的楼幢或房屋不在这个小区，请重新选择"})
		}
		text, err := json.Marshal(in.Scope)
		if err != nil {
			return err
		}
		p.Scope = string(text)
	}
	declared, err := json.Marshal(in.Declared)
	p.Kind, p.Title, p.Reason, p.Basis, p.Declared, p.Pack = in.Kind, in.Title, in.Reason, in.Basis, string(declared), set.Stamp()
	return err
}

func putItems(tx *store.Tx, p *Project, phase string, items []ProjectItem) error {
	if err := tx.Where("project_id = ? AND phase = ?", p.ID, phase).Delete(&ProjectItem{}).Error; err != nil || len(items) == 0 {
		return err
	}
	for i := range items {
		items[i].ID, items[i].ProjectID = 0, p.ID // a transaction may run again
	}
	return tx.CreateInBatches(&items, 100).Error
}

// ReviseProject writes a draft anew; whoever takes an owner's proposal up gives it its items. A quotation that was chosen is chosen again.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep, ErrExcluded, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) ReviseProject(ctx context.Context, actor org.Actor, id int64, in Proposing) (int64, error) {
	if err := actor.Must(org.RunProject); err != nil {
		return 0, err
	}
	items, budget, err := in.check(false)
	if err != nil {
		return 0, err
	}
	return s.take(ctx, actor, id, step{org.RunProject, "revised", []ProjectState{ProjectDraft}, true}, func(tx *store.Tx, p *Project) (string, []string, error) {
		if in.Kind != p.Kind {
			return "", nil, fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "使用的类别不能改；要改请取消这个项目，重新提出"})
		}
		if err := s.shape(tx, p, in); err != nil {
			return "", nil, err
		}
		p.Budget, p.QuoteID = budget, 0
		if err := putItems(tx, p, "budget", items); err != nil {
			return "", nil, err
		}
		err := s.o.Files.Attach(tx, actor, in.FileIDs, "notice", "fund_project", p.ID, p.EstateID)
		return p.Title, []string{"title", "reason", "scope", "declared", "basis", "pack", "budget", "quote_id"}, err
	})
}
