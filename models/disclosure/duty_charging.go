package disclosure

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Charging is how an estate's company charges (包干制 or 酬金制), and how often its contract has it publish; 0 where the contract does not
// say. The company states it with the contract, and the community looks at it: another person of another body.
type Charging struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	OrganisationID int64
	Model          string
	Contract       string // which contract and clause
	ServiceMonths  int64
	FinanceMonths  int64
	FromOn         time.Time `gorm:"type:date"`
	State          string    // stated, confirmed, rejected
	StatedBy       int64
	StatedAt       time.Time
	DecidedBy      int64
	DecidedAt      *time.Time
	Reason         string
	ClientRef      string
	InputHash      string
}

// TableName names the table.
func (Charging) TableName() string { return "charging_models" }

// ChargingStates are the states as people read them.
var ChargingStates = map[string]string{"stated": "待社区核对", "confirmed": "已核对", "rejected": "核对不通过"}

// Faults of the way of charging.
var (
	ErrChargingNotFound = fault.New(fault.NotFound, "charging.not_found", "没有找到这条收费方式的登记")
	ErrChargingDecided  = fault.New(fault.Conflict, "charging.decided", "这条登记已经核对过了")
	ErrChargingSame     = fault.New(fault.Forbidden, "charging.same_person", "登记的人不能自己核对，请由另一个人核对")
)

// locals are the contract's periods as values of the law, above the city's.
func (c *Charging) locals() []rulepack.Local {
	var list []rulepack.Local
	if c == nil {
		return nil
	}
	for key, months := range map[string]int64{"disclosure.service_months": c.ServiceMonths, "disclosure.finance_months": c.FinanceMonths} {
		if months > 0 {
			list = append(list, rulepack.Local{Key: key, Value: itoa(months), Article: c.Contract, From: dateIn(&c.FromOn)})
		}
	}
	return list
}

// chargingOf finds what holds in an estate today; nil where nothing is confirmed.
func chargingOf(tx *store.Tx, estate int64) (*Charging, error) {
	var rows []Charging
	err := tx.Where("estate_id = ? AND state = 'confirmed' AND from_on <= ?", estate, org.DayOf(tx.Now)).Order("from_on DESC, id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// StatedCharging is what a company states.
type StatedCharging struct {
	EstateID      int64
	Model         string
	Contract      string
	ServiceMonths int64
	FinanceMonths int64
	From          calendar.Date
	FileIDs       []int64 // the contract
	ClientRef     string
	InputHash     string
}

func (in *StatedCharging) check(today calendar.Date) error {
	in.Contract = strings.TrimSpace(in.Contract)
	var c fault.Checks
	c.Check(duty.ChargingNames[in.Model] != "", "model", "请选择包干制（lump）或酬金制（commission）")
	c.Check(len([]rune(in.Contract)) >= 2 && len([]rune(in.Contract)) <= 100, "contract", "请写明哪一份合同、哪一条（2至100个字）")
	c.Check(in.ServiceMonths >= 0 && in.ServiceMonths <= 12, "service_months", "合同约定的服务事项公开周期为1至12个月；没有约定的不填")
	c.Check(in.FinanceMonths >= 0 && in.FinanceMonths <= 12, "finance_months", "合同约定的收支公开周期为1至12个月；没有约定的不填")
	c.Check(!in.From.IsZero() && !today.Add(366).Before(in.From), "from", "请填写从哪一天起执行，最晚在一年以内")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 10, "file_ids", "请上传合同（1至10份，隐去个人信息）")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// StateCharging records how a company charges in an estate; it holds once the community has looked at the contract.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) StateCharging(ctx context.Context, actor org.Actor, in StatedCharging) (id int64, err error) {
	if err := actor.Must(org.StateCharging); err != nil {
		return 0, err
	}
	if err := in.check(calendar.DateOf(s.db.Now())); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.StateCharging, in.EstateID)
		if err != nil {
			return err
		}
		var had []Charging
		if err := tx.Where("stated_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if id = had[0].ID; had[0].InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		row := &Charging{EstateID: e.ID, OrganisationID: actor.OrganisationID(), Model: in.Model, Contract: in.Contract, ServiceMonths: in.ServiceMonths, FinanceMonths: in.FinanceMonths,
			FromOn: *column(in.From), State: "stated", StatedBy: actor.PersonID, StatedAt: tx.Now, ClientRef: in.ClientRef, InputHash: in.InputHash}
		if err := tx.Create(row).Error; err != nil {
			return store.Raced(err)
		}
		id = row.ID
		if err := s.files.Attach(tx, actor, in.FileIDs, "notice", "charging", row.ID, e.ID); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "charging.state", audit.Subject{Kind: "charging", ID: row.ID, Estate: e.ID}, map[string]any{"model": row.Model, "from": in.From.String()}); err != nil {
			return err
		}
		return tellDuty(tx, row.event("charging"))
	})
	return id, err
}

func (c *Charging) event(what string) event.Duty {
	return event.Duty{SubjectKind: "charging", SubjectID: c.ID, EstateID: c.EstateID, What: what, Title: duty.ChargingNames[c.Model], OrganisationID: c.OrganisationID}
}

// DecideCharging confirms or rejects what a company stated, as the second person. What it confirms holds at once: the duties follow.
// Faults: org.ErrForbidden, ErrChargingNotFound, ErrChargingDecided, ErrChargingSame, fault.ErrInvalid.
func (s *Service) DecideCharging(ctx context.Context, actor org.Actor, id int64, confirm bool, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n > 200 || (!confirm && n < 2) {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不通过的，请写明原因（2至200个字）"})
	}
	if err := actor.Must(org.CheckCharging); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Charging
		if err := tx.ForUpdate().Scopes(actor.Within(org.CheckCharging, "estate_id")).Where("id = ?", id).Take(&c).Error; err != nil {
			return store.NotFound(err, ErrChargingNotFound)
		}
		switch {
		case c.State != "stated":
			return ErrChargingDecided
		case c.StatedBy == actor.PersonID:
			return ErrChargingSame
		}
		if c.State = "rejected"; confirm {
			c.State = "confirmed"
		}
		c.DecidedBy, c.DecidedAt, c.Reason = actor.PersonID, &tx.Now, reason
		if err := tx.Model(&Charging{}).Where("id = ?", c.ID).Select("state", "decided_by", "decided_at", "reason").Updates(&c).Error; err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "charging.decide", audit.Subject{Kind: "charging", ID: c.ID, Estate: c.EstateID}, map[string]any{"state": c.State}); err != nil {
			return err
		}
		if err := tellDuty(tx, c.event("charging_decided")); err != nil || !confirm {
			return err
		}
		if err := s.oweContract(tx, &c); err != nil {
			return err
		}
		return s.round(tx, c.EstateID)
	})
}

// oweContract puts the publication of a service contract that the community has seen on the register, from its first day.
func (s *Service) oweContract(tx *store.Tx, c *Charging) error {
	_, err := s.Owe(tx, c.EstateID, "contract", "charging:"+itoa(c.ID), Since(dateIn(&c.FromOn), calendar.DateOf(tx.Now)))
	if errors.Is(err, ErrDutyUnknown) {
		return nil
	}
	return err
}

// ChargingView is what was stated, with the contract's files.
type ChargingView struct {
	Charging
	ModelName string
	FileIDs   []int64
}

// ListCharging lists what was stated of an estate, the newest first, at most twenty.
func (s *Service) ListCharging(ctx context.Context, actor org.Actor, estate int64) ([]ChargingView, error) {
	var rows []Charging
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadCharging, estate)
		if err != nil {
			return err
		}
		return tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(20).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	views := make([]ChargingView, len(rows))
	for i, c := range rows {
		views[i] = ChargingView{Charging: c, ModelName: duty.ChargingNames[c.Model]}
		if views[i].FileIDs, err = s.files.IDsFor(ctx, "charging", c.ID); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// MayOpenCharging lets those who may read what was stated open the contract. Faults: org.ErrForbidden, ErrChargingNotFound.
func (s *Service) MayOpenCharging(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadCharging); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		var c Charging
		return store.NotFound(tx.Scopes(actor.Within(org.ReadCharging, "estate_id")).Where("id = ?", id).Take(&c).Error, ErrChargingNotFound)
	})
}
