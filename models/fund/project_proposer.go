package fund

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Proposer is who proposes a use of the fund.
type Proposer string

// The proposers.
const (
	ByCommittee Proposer = "committee"
	ByCompany   Proposer = "company"
	ByOwners    Proposer = "owners" // those whom it affects
	ByCommunity Proposer = "community"
	ByOffice    Proposer = "office" // the bureau or the township, of a repair by order
)

// Proposers are as people read them.
var Proposers = map[Proposer]string{ByCommittee: "业主委员会", ByCompany: "物业服务企业", ByOwners: "受影响的业主", ByCommunity: "社区居委会", ByOffice: "住建局或乡镇（办事处）"}

// Exclusion is a use that the fund is not for (Order 165 arts 18, 25).
type Exclusion string

// Exclusions are the uses that the fund is not for, as people read them.
var Exclusions = map[Exclusion]string{
	"warranty": "还在保修期内", "builder": "应由建设单位或施工单位承担的责任", "utility": "供水、供电、供气、供热、通信等单位负责的管线和设施",
	"damage": "人为损坏、应由责任人承担", "contract": "物业服务合同约定由物业服务企业承担",
}

// ErrExcluded refuses a use that the fund is not for; its field is the reason's code.
var ErrExcluded = fault.New(fault.Conflict, "project.excluded", "这种情形不能使用维修资金")

// allowed refuses what was declared to be a use that the fund is not for.
func allowed(declared map[Exclusion]bool) error {
	for _, code := range slices.Sorted(maps.Keys(declared)) {
		if declared[code] && Exclusions[code] != "" {
			return ErrExcluded.Saying("这项维修属于“" + Exclusions[code] + "”，不能使用维修资金，请找责任单位办理；填错了的请改正声明").With(fault.Field{Path: "declared." + string(code), Reason: "project.excluded." + string(code)})
		}
	}
	return nil
}

// proposer finds as whom somebody proposes. The assembly's own account: the committee. Held by the bureau, or without a committee: the company
// or the affected owners, else the community (Order 165 arts 22, 23). In an emergency the committee may apply of either; a repair by order
// is the bureau's or the township's.
func (s *Service) proposer(tx *store.Tx, actor org.Actor, e *org.Estate, p *Project) error {
	var a Account
	if err := tx.Where("estate_id = ?", e.ID).Take(&a).Error; err != nil {
		return store.NotFound(err, ErrNoAccount)
	}
	p.Holder = a.Holder
	others := a.Holder == HeldByBureau || e.CommitteeID == 0
	var kind org.Kind
	if actor.Post != nil {
		kind = actor.Post.OrgKind
	}
	switch {
	case p.Kind == OrderedUse && (kind == org.Bureau || kind == org.Township):
		p.Proposer = ByOffice
	case p.Kind == OrderedUse:
		return ErrNotProposer.Saying("代修由住建局或乡镇（办事处）决定，请向他们反映")
	case kind == org.Committee && (a.Holder == HeldByAssembly || p.Kind == EmergencyUse):
		p.Proposer = ByCommittee
	case kind == org.Company && others:
		p.Proposer = ByCompany
	case kind == org.Community && others && e.CompanyID == 0:
		p.Proposer = ByCommunity
	case kind == "" && others:
		p.Proposer = ByOwners
		unit, err := affected(tx, actor, p)
		p.UnitID = unit
		return err
	case others:
		return ErrNotProposer.Saying("这个小区的维修资金由" + HolderNames[a.Holder] + "，使用方案由物业服务企业或者受影响的业主提出；没有物业服务企业的，由社区提出")
	default:
		return ErrNotProposer.Saying("这个小区的维修资金由业主大会管理，使用方案由业委会提出；请向业委会提建议")
	}
	return nil
}

// affected gives the unit of the actor's that is in a project's scope.
func affected(tx *store.Tx, actor org.Actor, p *Project) (int64, error) {
	scope, err := p.Concerns()
	if err != nil {
		return 0, err
	}
	for _, h := range actor.Homes {
		if h.EstateID != p.EstateID || h.Role != org.RoleOwner {
			continue
		}
		var u org.Unit
		if err := tx.Where("id = ? AND estate_id = ? AND removed_at IS NULL", h.UnitID, p.EstateID).Limit(1).Find(&u).Error; err != nil {
			return 0, err
		}
		if u.ID != 0 && (scope.Whole() || slices.Contains(scope.Buildings, u.BuildingID) || slices.Contains(scope.Units, u.ID)) {
			return u.ID, nil
		}
	}
	return 0, ErrNotAffected
}

// TakeUpProject puts an organisation in charge of what an owner proposed: the company, or the community.
// Faults: org.ErrForbidden, ErrNoProject, ErrNotInCharge, ErrStep.
func (s *Service) TakeUpProject(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.take(ctx, actor, id, step{org.RunProject, "taken_up", []ProjectState{ProjectDraft}, false}, func(_ *store.Tx, p *Project) (string, []string, error) {
		if k := actor.Post.OrgKind; k != org.Company && k != org.Community {
			return "", nil, ErrNotInCharge.Saying("业主提出的方案由物业服务企业或社区接办")
		}
		if p.OrganisationID != 0 {
			return "", nil, ErrStep.Saying("这个项目已经有单位接办")
		}
		p.OrganisationID = actor.OrganisationID()
		return actor.Post.OrgName, []string{"organisation_id"}, nil
	})
}

// emergencyCase holds an emergency against the local list of cases (Civil Code art. 281). Fault: rulepack.ErrUnset.
func emergencyCase(set *rulepack.Set, basis string) error {
	cases, err := set.List("fund.emergency_cases")
	if err != nil {
		return err
	}
	if !slices.Contains(cases, basis) {
		return fault.ErrInvalid.With(fault.Field{Path: "basis", Reason: "请从本地规定的紧急情形中选择一种；不在其中的走一般使用程序"})
	}
	return nil
}

// EmergencyCases lists the local cases for the form; where nobody has set them it says so.
// Faults: org.ErrForbidden.
func (s *Service) EmergencyCases(ctx context.Context, actor org.Actor) (list []string, missing string, err error) {
	if err := actor.Must(org.ReadProjects); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		set, err := s.fundRules(tx)
		if err != nil {
			return err
		}
		list, err = set.List("fund.emergency_cases")
		if errors.Is(err, rulepack.ErrUnset) {
			missing, err = fault.Of(err).Message, nil
		}
		return err
	})
	return list, missing, err
}
