package org

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// NewEstate describes an estate to create.
type NewEstate struct {
	Code        string // made when empty
	Name        string
	Address     string
	Form        Form
	TownshipID  int64
	CommunityID int64
}

// CreateEstate adds an estate below a community. A township adds within its area, the bureau anywhere.
// Faults: ErrForbidden, ErrOrganisationNotFound, ErrNameTaken, fault.ErrInvalid.
func (s *Service) CreateEstate(ctx context.Context, actor Actor, in NewEstate) (*Estate, error) {
	if err := actor.Must(ManageEstates); err != nil {
		return nil, err
	}
	in.Name, in.Code, in.Address = strings.TrimSpace(in.Name), strings.TrimSpace(in.Code), strings.TrimSpace(in.Address)
	if in.Form == "" {
		in.Form = Compound
	}
	var c fault.Checks
	c.Check(in.Name != "" && len([]rune(in.Name)) <= 60, "name", "请填写小区名称，不超过60个字")
	c.Check(len([]rune(in.Address)) <= 200, "address", "地址不超过200个字")
	c.Check(len(in.Code) <= 64, "code", "代码不超过64个字符")
	c.Check(in.Form == Compound || in.Form == SingleBuilding, "form", "请选择小区（compound）或独立单栋（single_building）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if in.Code == "" {
		in.Code = "estate-" + strings.ToLower(rand.Text()[:10])
	}
	var e *Estate
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		community, err := findOrganisation(tx, in.CommunityID)
		if err != nil {
			return err
		}
		if community.Kind != Community || (in.TownshipID != 0 && community.ParentID != in.TownshipID) {
			return fault.ErrInvalid.With(fault.Field{Path: "community_id", Reason: "请选择该乡镇（办事处）下的社区"})
		}
		if !actor.Has(ManageEstates, ScopeCity) && community.ParentID != actor.OrganisationID() {
			return ErrOrganisationNotFound
		}
		e = &Estate{Code: in.Code, Name: in.Name, Address: in.Address, Form: in.Form, TownshipID: community.ParentID, CommunityID: community.ID, CreatedAt: tx.Now}
		if err := tx.Create(e).Error; err != nil {
			return store.Duplicate(err, ErrNameTaken)
		}
		if err := tx.Create(&Register{EstateID: e.ID}).Error; err != nil {
			return err
		}
		for f, id := range map[Function]int64{FunctionTownship: e.TownshipID, FunctionCommunity: e.CommunityID} {
			if err := tx.Create(&Appointment{EstateID: e.ID, Function: f, OrganisationID: id, Since: tx.Now, Reason: "建档"}).Error; err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "estate.create", audit.Subject{Kind: "estate", ID: e.ID, Estate: e.ID}, map[string]any{"code": e.Code})
	})
	if err != nil {
		return nil, fmt.Errorf("create estate: %w", err)
	}
	return e, nil
}

// Mover brings what a domain keeps of an estate to another community and township, in the transaction of the change.
type Mover func(tx *store.Tx, estate, community, township int64) error

// OnMove adds what else changes with an estate's community. It is called while the services are wired.
func (s *Service) OnMove(movers ...Mover) { s.movers = append(s.movers, movers...) }

// Appoint gives an organisation a function of the estate, or nobody with organisationID 0; the history is kept.
// Faults: ErrForbidden, ErrEstateNotFound, ErrOrganisationNotFound, fault.ErrInvalid.
func (s *Service) Appoint(ctx context.Context, actor Actor, estateID int64, f Function, organisationID int64, reason string) error {
	column := map[Function]string{FunctionCommittee: "committee_id", FunctionCompany: "company_id", FunctionCommunity: "community_id"}[f]
	reason = strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(column != "", "function", "只能指定业委会、物业企业或社区")
	c.Check(reason != "" && len([]rune(reason)) <= 200, "reason", "请写明依据，例如合同编号或备案编号，不超过200个字")
	c.Check(f != FunctionCommunity || organisationID != 0, "organisation_id", "每个小区都要有所属社区")
	if err := c.Err(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := EstateFor(tx, actor, ManageEstates, estateID)
		if err != nil {
			return err
		}
		change := map[string]any{column: organisationID}
		if organisationID != 0 {
			o, err := findOrganisation(tx, organisationID)
			if err != nil {
				return err
			}
			if string(o.Kind) != string(f) {
				return fault.ErrInvalid.With(fault.Field{Path: "organisation_id", Reason: "所选单位与职责不符"})
			}
			if f == FunctionCommunity {
				change["township_id"] = o.ParentID
				for _, move := range s.movers {
					if err := move(tx, e.ID, o.ID, o.ParentID); err != nil {
						return err
					}
				}
			}
		}
		if err := tx.Model(&Estate{}).Where("id = ?", e.ID).Updates(change).Error; err != nil {
			return err
		}
		if err := tx.Model(&Appointment{}).Where("estate_id = ? AND function = ? AND ends_at IS NULL", e.ID, f).Update("ends_at", tx.Now).Error; err != nil {
			return err
		}
		if organisationID != 0 {
			if err := tx.Create(&Appointment{EstateID: e.ID, Function: f, OrganisationID: organisationID, Since: tx.Now, Reason: reason}).Error; err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "estate.appoint", audit.Subject{Kind: "estate", ID: e.ID, Estate: e.ID}, map[string]any{"function": f, "organisation": organisationID})
	})
	if err != nil {
		return fmt.Errorf("appoint: %w", err)
	}
	return nil
}

// Responsible is who answers for a function of an estate, and why when it is a stand-in.
type Responsible struct {
	Function       Function
	OrganisationID int64
	StandIn        bool
	Reason         string // Chinese, with the clause; empty when the function is filled
}

// StandIn names who answers for a function: the organisation that has it, or who stands in where the estate has none
// (policy 四 covers every estate and single building).
func (e *Estate) StandIn(f Function) Responsible {
	switch f {
	case FunctionCommittee:
		if e.CommitteeID != 0 {
			return Responsible{Function: f, OrganisationID: e.CommitteeID}
		}
		return Responsible{Function: f, OrganisationID: e.CommunityID, StandIn: true,
			Reason: "本小区没有业主委员会，由社区居委会代为协调（《实施意见》五(二)11；《民法典》第二百七十七条）"}
	case FunctionCompany:
		if e.CompanyID != 0 {
			return Responsible{Function: f, OrganisationID: e.CompanyID}
		}
		return Responsible{Function: f, OrganisationID: e.CommunityID, StandIn: true,
			Reason: "本小区没有物业服务企业，由社区居委会组织提供物业基本服务（《实施意见》五(二)9）"}
	case FunctionCommunity:
		return Responsible{Function: f, OrganisationID: e.CommunityID}
	case FunctionTownship:
		return Responsible{Function: f, OrganisationID: e.TownshipID}
	}
	return Responsible{Function: f, OrganisationID: e.CommunityID, StandIn: true}
}

// Functions lists who answers for each function of the estate.
func (e *Estate) Functions() []Responsible {
	return []Responsible{e.StandIn(FunctionCommittee), e.StandIn(FunctionCompany), e.StandIn(FunctionCommunity), e.StandIn(FunctionTownship)}
}

// ListEstates pages through the estates on which the actor may do the action, by id.
func (s *Service) ListEstates(ctx context.Context, actor Actor, action Action, text string, after int64, limit int) ([]Estate, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var rows []Estate
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(actor.Within(action, "estates.id")).Where("id > ?", after)
		if text != "" {
			q = q.Where("name LIKE ? ESCAPE '!'", "%"+store.Like(text)+"%")
		}
		return q.Order("id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// FindEstate returns an estate on which the actor may do the action, with its responsible organisations' names.
func (s *Service) FindEstate(ctx context.Context, actor Actor, action Action, id int64) (*Estate, map[int64]Organisation, error) {
	var e *Estate
	var names map[int64]Organisation
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		if e, err = EstateFor(tx, actor, action, id); err != nil {
			return err
		}
		names, err = Organisations(tx, []int64{e.CommitteeID, e.CompanyID, e.CommunityID, e.TownshipID})
		return err
	})
	return e, names, err
}

// SearchEstates finds estates by name for somebody who looks for their home; anybody signed in may.
func (s *Service) SearchEstates(ctx context.Context, actor Actor, text string, limit int) ([]Estate, error) {
	if err := actor.Must(ApplyResidency); err != nil {
		return nil, err
	}
	var rows []Estate
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("name LIKE ? ESCAPE '!'", "%"+store.Like(strings.TrimSpace(text))+"%").Order("id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// LocateUnit finds a unit by what is written on its door; anybody signed in may, it shows nothing about owners.
func (s *Service) LocateUnit(ctx context.Context, actor Actor, estateID int64, building, entrance, number string) (*Unit, error) {
	if err := actor.Must(ApplyResidency); err != nil {
		return nil, err
	}
	var u Unit
	err := s.db.View(ctx, func(tx *store.Tx) error {
		err := tx.Model(&Unit{}).Joins("JOIN buildings ON buildings.id = units.building_id").
			Where("units.estate_id = ? AND buildings.name = ? AND units.entrance = ? AND units.number = ? AND units.removed_at IS NULL",
				estateID, strings.TrimSpace(building), strings.TrimSpace(entrance), strings.TrimSpace(number)).
			Select("units.*").Take(&u).Error
		return store.NotFound(err, ErrUnitNotFound)
	})
	return &u, err
}

// EstateName is the name of an estate, which anybody may know.
// Fault: ErrEstateNotFound.
func (s *Service) EstateName(ctx context.Context, id int64) (string, error) {
	var name string
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := OpenEstate(tx, id)
		if err == nil {
			name = e.Name
		}
		return err
	})
	return name, err
}

// EstateNamed finds an estate by its code, or by its name if no other has it. Fault: ErrEstateNotFound.
func EstateNamed(tx *store.Tx, codeOrName string) (*Estate, error) {
	var e Estate
	err := tx.Where("code = ?", codeOrName).Take(&e).Error
	if err == nil {
		return &e, nil
	}
	if err := store.NotFound(err, nil); err != nil {
		return nil, err
	}
	var rows []Estate
	if err := tx.Where("name = ?", codeOrName).Limit(2).Find(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, ErrEstateNotFound
	}
	return &rows[0], nil
}

// ListEstateNames lists the codes and names of at most limit estates: what anybody may know of them.
func ListEstateNames(tx *store.Tx, limit int) ([]Estate, error) {
	var rows []Estate
	return rows, tx.Select("id", "code", "name").Order("id").Limit(limit).Find(&rows).Error
}

// EstateNames gives the names of estates by id.
func EstateNames(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var rows []Estate
	if err := tx.Select("id", "name").Where("id IN ?", append([]int64{0}, ids...)).Find(&rows).Error; err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(rows))
	for _, e := range rows {
		names[e.ID] = e.Name
	}
	return names, nil
}

// BodiesOf says which bodies some estates have, with the estates' names.
func BodiesOf(tx *store.Tx, ids []int64) (map[int64]struct{ Company, Committee, Community bool }, map[int64]string, error) {
	var rows []Estate
	if err := tx.Select("id", "name", "company_id", "committee_id", "community_id").Where("id IN ?", append([]int64{0}, ids...)).Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	has, names := make(map[int64]struct{ Company, Committee, Community bool }, len(rows)), make(map[int64]string, len(rows))
	for _, e := range rows {
		has[e.ID] = struct{ Company, Committee, Community bool }{e.CompanyID != 0, e.CommitteeID != 0, e.CommunityID != 0}
		names[e.ID] = e.Name
	}
	return has, names, nil
}
